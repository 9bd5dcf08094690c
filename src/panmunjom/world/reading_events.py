"""Reads events, decisions and endings: what may happen, what is chosen, how it may end."""

from __future__ import annotations

import re

from ..quantities.calendar import duration_days
from ..text.nodes import Fields, Mapping, Node, Scalar
from .declared import ByMember, Decision, Effect, Either, Ending, Event, Option
from .entries import Entries


class EventReader(Entries):
    """Adds the sections ``events``, ``decisions`` and ``endings``."""

    def effects(self, fields: Fields, path: str) -> list[Effect]:
        found: list[Effect] = []
        for operation in ("set", "add", "take"):
            listed = fields.mapping(operation)
            for target, amount in listed or ():
                if not isinstance(amount, Scalar):
                    self.problems.add(
                        "not-a-value", amount.place, f"the amount for '{target.text}' must be one value"
                    )
                    continue
                name = self.tree(target)
                if name is None:
                    continue
                value = None
                if not (operation == "set" and amount.text == "redraw"):
                    value = self.expression(amount, f"{path}.{operation}.{self.spelled(target.text)}", fresh=True)
                    if value is None:
                        continue
                found.append(Effect(operation, name, value, amount.place))
        return found

    def event(self, name: str, key: Scalar, node: Node) -> None:
        exclusive = isinstance(node, Mapping) and node.get("either") is not None
        fields = self.fields(node, f"the event '{name}'", "either" if exclusive else "event")
        if fields is None:
            return
        if exclusive:
            members = tuple(i.text for i in fields.words("either"))
            about = fields.text("about")
            fields.done()
            self.world.eithers[name] = Either(name, about, place=key.place, events=members)
            return
        item = Event(
            name, place=key.place, about=fields.text("about"), per=tuple(i.text for i in fields.words("per"))
        )
        depth = len(item.per)
        item.when = self.formula(fields, "when", name, depth)
        item.rate = self.formula(fields, "rate", name, depth)
        item.until = self.formula(fields, "until", name, depth)
        item.once = fields.flag("once")
        item.start = self.start(fields, name, depth)
        item.effects = self.effects(fields, name)
        fields.done()
        if item.when is None and item.rate is None:
            hint = "Add 'rate:' (how often) or 'when:' (the condition that brings it about)."
            self.problems.add("missing-key", key.place, f"nothing brings the event '{name}' about", hint)
        if item.once and item.until is not None:
            self.problems.add(
                "bad-entry", key.place, f"the event '{name}' has both 'once' and 'until'", "Keep one."
            )
        self.world.events[name] = item

    def start(self, fields: Fields, name: str, depth: int) -> ByMember | None:
        node = fields.node_of("start")
        if node is None:
            return None
        if isinstance(node, Scalar) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", node.text):
            node = Scalar(f'date("{node.text}")', node.place, node.plain, False)
        return self.cases(node, f"{name}.start", depth)

    def decision(self, name: str, key: Scalar, node: Node) -> None:
        fields = self.fields(node, f"the decision '{name}'", "decision")
        if fields is None:
            return
        item = Decision(name, fields.text("about"), place=key.place, by=self.member(fields.text("by")))
        every = fields.scalar("every", required=True)
        if every is not None:
            item.every = every.text
            try:
                if duration_days(every.text) < 1:
                    raise ValueError(f"'{every.text}' is too short: a decision is made once a day at most")
            except ValueError as error:
                self.problems.add("bad-duration", every.place, str(error))
                item.every = "1 month"
        item.when = self.one(fields, "when", name)
        item.temperature = self.one(fields, "temperature", name, required=True)
        options = fields.mapping("options", required=True)
        fields.done()
        for option, entry in options or ():
            inner = self.fields(entry, f"the option '{option.text}'", "option")
            if not self.word(option, "the name of an option") or inner is None:
                continue
            path = f"{name}.{option.text}"
            item.options.append(
                Option(
                    option.text,
                    inner.text("about"),
                    self.one(inner, "when", path),
                    self.one(inner, "worth", path, required=True),
                    self.effects(inner, path),
                    option.place,
                )
            )
            inner.done()
        self.world.decisions[name] = item

    def ending(self, name: str, key: Scalar, node: Node) -> None:
        item = Ending(name, place=key.place)
        if isinstance(node, Scalar):
            item.condition = self.expression(node, name)
        else:
            item.at_horizon = isinstance(node, Mapping) and node.get("at_horizon") is not None
            fields = self.fields(
                node, f"the ending '{name}'", "horizon_ending" if item.at_horizon else "ending"
            )
            if fields is None:
                return
            item.about, item.label = fields.text("about"), fields.text("label")
            item.stop = fields.flag("stop")
            item.condition = self.one(
                fields, "at_horizon" if item.at_horizon else "when", name, required=True
            )
            fields.done()
        self.world.endings[name] = item
