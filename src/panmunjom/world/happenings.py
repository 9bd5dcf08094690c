"""Events, decisions and what they do to stocks and parameters."""

from __future__ import annotations

import math

from ..quantities.units import PER_TIME, PURE, TIME
from ..text.problems import Place, nearest
from ..text.syntax import Name
from .declared import Effect, Either, Members
from .flows import Flows
from .graph import FLAG, DecisionStep, EffectStep, EventStep, Group, Host, OptionStep, Slot, scalar_name
from .named import PARTS
from .resolve import Context, Unresolved, members_of, named


class Happenings(Flows):
    """Adds events, decisions and effects to the graph."""

    def make_events(self) -> None:
        for name, event in self.world.events.items():
            for members in members_of(self.world, event.per):
                try:
                    self.event_step(name, members)
                except Unresolved:
                    continue
        self.make_groups()

    def make_groups(self) -> None:
        """Events that exclude each other."""
        index = {e.name: i for i, e in enumerate(self.graph.events)}
        declared = {
            scalar_name(n, m) for n, e in self.world.events.items() for m in members_of(self.world, e.per)
        }
        for either in self.world.eithers.values():
            problem = self.group_problem(either, declared, index)
            if problem is not None:
                self.problems.add(*problem)
                continue
            chosen = tuple(index[e] for e in either.events if e in index)
            path = f"either {', '.join(either.events)}"
            for i in chosen:
                self.graph.events[i].group = len(self.graph.groups)
            self.graph.groups.append(
                Group(chosen, self.maker.uniform(path), self.maker.uniform(f"{path} which"))
            )

    def group_problem(
        self, either: Either, declared: set[str], index: dict[str, int]
    ) -> tuple[str, Place, str, str] | None:
        """What is wrong with an ``either``: code, place, message, hint."""
        for name in either.events:
            if name not in declared:
                members = sorted(d for d in declared if d.startswith(f"{name}["))
                hint = f"It happens per member: write '{members[0]}'." if members else nearest(name, declared)
                return "unknown-name", either.place, f"'either' names '{name}', which is not an event", hint
            event = self.world.events[name.partition("[")[0]]
            if event.rate is None:
                hint = "Give it a rate: in 'either' the rates add and one draw says whether one fires."
                return "missing-rate", either.place, f"'either' names '{name}', an event without a rate", hint
            if name in index and self.graph.events[index[name]].group >= 0:
                return (
                    "bad-entry",
                    either.place,
                    f"'{name}' stands in two entries with 'either'",
                    "An event can stand in one.",
                )
        if len(set(either.events)) < max(2, len(either.events)):
            return (
                "bad-entry",
                either.place,
                "'either' needs two or more different events",
                "As in either: [a, b].",
            )
        return None

    def event_step(self, name: str, members: Members) -> None:
        event, r, m = self.world.events[name], self.resolver, self.maker
        scalar = scalar_name(name, members)
        context = dict(zip(event.per, members, strict=True))
        slot = self.slot_of[name, members]
        step = EventStep(
            scalar, slot, self.fired_of[name, members], lasting=event.once or event.until is not None
        )
        step.host = m.host_column(Host("force", (len(self.graph.events),)))
        r.path = scalar
        if event.when is not None and (tree := event.when.of(members)) is not None:
            step.when = r.condition(tree, context, f"'when' of '{name}'")
        if event.rate is not None and (tree := event.rate.of(members)) is not None:
            step.rate = r.number(tree, context, PER_TIME, f"the rate of '{name}'")
            step.draw = m.uniform(scalar)
            m.once_a_step.setdefault(event.place, f"the event '{name}' happens by chance")
        else:
            step.before = m.new_slot(Slot(f"before {scalar}", "memory", m.const(math.nan)))
        if event.until is not None and (tree := event.until.of(members)) is not None:
            step.until = r.condition(tree, context, f"'until' of '{name}'")
        if event.start is not None and (tree := event.start.of(members)) is not None:
            found = r.resolve(tree, context)
            if found.kind == FLAG:
                self.graph.slots[slot].start = m.number(found.node)
            else:
                if found.dimension != TIME:
                    message = f"the start of '{name}' must be a date or a condition, not {named(found.dimension)}"
                    r.differs(tree.place, message, "Write true, a date, or a condition.")
                self.graph.slots[slot].start = m.number(m.flag("le", found.node, m.clock))
                m.true_since(m.is_set(slot), found.node)
        self.graph.events.append(step)

    def make_decisions(self) -> None:
        for name, decision in self.world.decisions.items():
            r, m = self.resolver, self.maker
            context = self.context_of(decision.by)
            host = m.host_column(Host("due", (len(self.graph.decisions),)))
            m.once_a_step.setdefault(decision.place, f"'{name}' is a decision")
            r.path = name
            try:
                when = r.condition(decision.when, context, f"'when' of '{name}'") if decision.when else -1
                if decision.temperature is None:
                    continue
                temperature = r.number(decision.temperature, context, PURE, f"the temperature of '{name}'")
            except Unresolved:
                continue
            step = DecisionStep(name, self.slot_of[name, ()], host, when, temperature, [], decision.every)
            self.graph.decisions.append(step)
            for option in decision.options:
                r.path = f"{name}.{option.name}"
                try:
                    allowed = (
                        r.condition(option.when, context, f"'when' of '{option.name}'") if option.when else -1
                    )
                    if option.worth is None:
                        continue
                    worth = r.number(option.worth, context, PURE, f"the worth of '{option.name}'")
                except Unresolved:
                    continue
                step.options.append(OptionStep(option.name, allowed, worth, m.uniform(r.path)))

    def make_effects(self) -> None:
        names = {e.name: i for i, e in enumerate(self.graph.events)}
        for name, event in self.world.events.items():
            for members in members_of(self.world, event.per):
                scalar = scalar_name(name, members)
                if scalar not in names:
                    continue
                context = dict(zip(event.per, members, strict=True))
                for effect in event.effects:
                    self.effect(effect, context, scalar, names[scalar], -1, -1)
        for d, decision in enumerate(self.graph.decisions):
            declared = self.world.decisions[decision.name]
            for o, option in enumerate(declared.options):
                for effect in option.effects:
                    path = f"{decision.name}.{option.name}"
                    self.effect(effect, self.context_of(declared.by), path, -1, d, o)

    def effect(
        self, effect: Effect, context: Context, path: str, event: int, decision: int, option: int
    ) -> None:
        r, m = self.resolver, self.maker
        try:
            if not isinstance(effect.target, Name):
                raise r.fail("bad-effect", effect.place, "an effect needs the name of a stock or parameter")
            item, members = r.locate(effect.target, context)
            scalar = scalar_name(item, members)
            if item not in self.world.stocks and not (
                item in self.world.parameters and effect.operation == "set"
            ):
                hint = "add and take work on stocks, set on stocks and parameters."
                raise r.fail(
                    "bad-effect",
                    effect.target.place,
                    f"'{item}' cannot be changed by '{effect.operation}'",
                    hint,
                )
            is_stock = item in self.world.stocks
            slot = self.slot_of[item, members] if is_stock else self.redraw_slot[item, members]
            r.path = f"{path}.{effect.operation}.{scalar}"
            if effect.amount is None:
                if is_stock:
                    raise r.fail("bad-effect", effect.place, "only a parameter can be drawn anew")
                amount = self.fresh(scalar, r.path)
                m.once_a_step.setdefault(effect.place, f"'{scalar}' is drawn anew")
            elif isinstance(effect.amount, Name) and self.is_fresh(effect.amount.parts[0]):
                amount = self.fresh_amount(effect.amount, context, item, r.path)
                m.once_a_step.setdefault(effect.place, f"'{effect.amount.parts[0]}' is drawn at each firing")
            else:
                amount = r.number(effect.amount, context, self.dimension(item), f"the amount for '{item}'")
        except Unresolved:
            return
        free = is_stock and self.world.stocks[item].may_be_negative
        self.graph.effects.append(
            EffectStep(effect.operation, slot, amount, event, decision, option, not free and is_stock)
        )

    def is_fresh(self, item: str) -> bool:
        return item in self.world.parameters and self.world.parameters[item].each_firing

    def fresh_amount(self, name: Name, context: Context, target: str, path: str) -> int:
        item, members = self.resolver.locate(name, context)
        parameter = self.world.parameters[item]
        if parameter.unit == "*":  # written in place: in the unit of what it changes
            self.unit_of[item] = self.unit_of[target]
            for row in self.graph.rows:
                if row.parameter == item:
                    row.unit = self.unit_of[target]
        elif None not in (self.dimension(item), self.dimension(target)) and self.dimension(
            item
        ) != self.dimension(target):
            theirs, ours = named(self.dimension(target)), named(self.dimension(item))
            message = f"'{target}' is in {theirs}, but '{item}' is in {ours}"
            self.resolver.differs(name.place, message)
        return self.fresh(scalar_name(item, members), path)

    def fresh(self, scalar: str, path: str) -> int:
        rows = {part: self.row_of[f"{scalar}#{part}"] for part in PARTS}
        return self.maker.drawn(self.maker.uniform(path), rows)
