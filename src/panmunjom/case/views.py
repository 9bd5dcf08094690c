"""Reads the files of ``views/``."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from ..evidence.pooling import RULES
from ..evidence.records import Library
from ..quantities.calendar import parse_date
from ..quantities.distributions import parse_distribution
from ..text.nodes import Fields, Mapping, Node, Scalar, Sequence
from ..text.problems import Place, Problems, nearest
from ..world.reading import WorldReader
from .records import Conclusion, Intervention, PoolRules, Setting, View

_FIGURE = re.compile(r"(?P<text>.*?[\d%)])(?:\s+(?P<unit>(?!to\b)[A-Za-z_][\w/*^-]*|1/[\w/*^-]+))?\Z")
_DO = re.compile(r"(?P<what>.+?)\s+at\s+(?P<day>\d{4}-\d{2}-\d{2})$")


def read_day(scalar: Scalar | None, problems: Problems) -> date | None:
    """A full date; None (and a problem) where it is none."""
    if scalar is None:
        return None
    try:
        return parse_date(scalar.text)
    except ValueError as error:
        problems.add("bad-date", scalar.place, str(error))
        return None


def read_pool_rules(root: Mapping, library: Library, problems: Problems) -> PoolRules:
    """``pooled.yaml``: the rule, weights, exclusions, and retellings that count for themselves."""
    fields = Fields(root, "the pooled view", "pooled", problems)
    rules = PoolRules()
    fields.text("about")
    known = [*library.claims, *library.sources, "assumption"]
    for key, node in fields.mapping("weights") or ():
        if key.text not in known:
            problems.add(
                "unknown-claim",
                key.place,
                f"there is no claim or source '{key.text}'",
                nearest(key.text, known),
            )
        try:
            weight = parse_distribution(node.text).a if isinstance(node, Scalar) else -1.0
            if not 0 <= weight <= 100 or not parse_distribution(node.text).certain:  # type: ignore[union-attr]
                raise ValueError
            rules.weights[key.text] = weight
        except ValueError:
            problems.add("not-a-number", node.place, "a weight must be a number from 0 to 100")
    for name, chosen in (("exclude", rules.exclude), ("split", rules.split)):
        for scalar in fields.words(name):
            if scalar.text not in known:
                problems.add(
                    "unknown-claim",
                    scalar.place,
                    f"there is no claim or source '{scalar.text}'",
                    nearest(scalar.text, known),
                )
            chosen.add(scalar.text)
    rule = fields.scalar("pool")
    if rule is not None:
        rules.rule = rule.text
        if rule.text not in RULES:
            problems.add("bad-entry", rule.place, f"there is no pool '{rule.text}'", f"Write {' or '.join(RULES)}.")
            rules.rule = RULES[0]
    fields.done()
    return rules


class ViewReader:
    """Reads one view; its conclusions become propositions of the world."""

    def __init__(self, library: Library, reader: WorldReader, problems: Problems) -> None:
        self.library, self.reader, self.problems = library, reader, problems

    def read(self, name: str, root: Mapping) -> View:
        """The view of one file."""
        fields = Fields(root, f"the view '{name}'", "view", self.problems)
        view = View(name, place=root.place)
        source = fields.scalar("source", required=True)
        if source is not None:
            view.source = source.text
            if source.text not in self.library.sources:
                hint = nearest(source.text, self.library.sources)
                self.problems.add("unknown-source", source.place, f"there is no source '{source.text}'", hint)
        view.about = fields.text("about")
        view.start = self.day(fields.scalar("start", required=True))
        for key, node in fields.mapping("set") or ():
            setting = self.setting(key, node)
            if setting is not None:
                view.settings.append(setting)
        for key, node in fields.mapping("switches") or ():
            self.switch(view, key, node)
        listed = fields.node_of("concludes")
        if isinstance(listed, Sequence):
            for number, node in enumerate(listed.items, 1):
                self.conclusion(view, number, node)
        elif listed is not None:
            self.problems.add(
                "not-a-list",
                listed.place,
                "'concludes' must be a list of conclusions, each beginning with '- claim:'",
            )
        for scalar in fields.words("do"):
            done = parse_do(scalar.text, scalar.place, self.problems)
            if done is not None:
                done = replace(done, target=self.reader.spelled(done.target))
            if done is not None and self.known_target(done):
                view.interventions.append(done)
        fields.done()
        return view

    def known_target(self, done: Intervention) -> bool:
        """Whether an intervention names an event, or a parameter where it sets a figure."""
        if done.distribution is not None:
            return check_target(done.target, done.place, self.reader, self.problems) is not None
        events = self.reader.world.events
        if done.target.partition("[")[0] not in events:
            hint = nearest(done.target, events)
            self.problems.add("unknown-name", done.place, f"there is no event '{done.target}'", hint)
            return False
        return True

    def day(self, scalar: Scalar | None) -> date | None:
        return read_day(scalar, self.problems)

    def setting(self, key: Scalar, node: Node) -> Setting | None:
        if not isinstance(node, Scalar):
            self.problems.add("not-a-value", node.place, f"'{key.text}' needs 'claim ID' or a figure")
            return None
        target = check_target(key.text, key.place, self.reader, self.problems)
        if target is None:
            return None
        if node.text.startswith("claim "):
            claim = node.text[6:].strip()
            if claim not in self.library.claims:
                self.problems.add(
                    "unknown-claim",
                    node.place,
                    f"there is no claim '{claim}'",
                    nearest(claim, self.library.claims),
                )
                return None
            if self.library.claims[claim].quantity is None:
                self.problems.add("bad-claim", node.place, f"the claim '{claim}' has no figure")
                return None
            if not self.library.claims[claim].counts:
                what = "rejected" if self.library.claims[claim].rejected else "only proposed"
                message = f"the claim '{claim}' is {what}, so no view may set anything from it"
                hint = f"Take it out of the view, or accept it: panmunjom claims CASE --accept {claim}."
                self.problems.add("bad-claim", node.place, message, hint)
                return None
            return Setting(target, claim, place=node.place)
        return parse_figure(target, node.text, node.place, self.problems)

    def switch(self, view: View, key: Scalar, node: Node) -> None:
        switches = self.reader.world.switches
        if key.text not in switches:
            self.problems.add(
                "unknown-name", key.place, f"there is no switch '{key.text}'", nearest(key.text, switches)
            )
            return
        allowed = switches[key.text].options or ("true", "false")
        text = node.text if isinstance(node, Scalar) else ""
        if text not in allowed:
            self.problems.add(
                "bad-entry",
                node.place,
                f"'{key.text}' must be one of {', '.join(allowed)}",
                nearest(text, allowed),
            )
            return
        view.switches[key.text] = text

    def conclusion(self, view: View, number: int, node: Node) -> None:
        if not isinstance(node, Mapping):
            self.problems.add("not-a-mapping", node.place, "a conclusion needs 'claim:' and 'holds:'")
            return
        fields = Fields(node, "a conclusion", "view.conclusion", self.problems)
        claim = fields.scalar("claim", required=True)
        found = Conclusion(claim.text if claim else "", place=node.place)
        if claim is not None and claim.text not in self.library.claims:
            hint = nearest(claim.text, self.library.claims)
            self.problems.add("unknown-claim", claim.place, f"there is no claim '{claim.text}'", hint)
        found.untestable, found.note = fields.text("untestable"), fields.text("note")
        found.possible = fields.flag("possible")
        holds, given = fields.scalar("holds"), fields.scalar("given")
        by, at, between = fields.scalar("by"), fields.scalar("at"), fields.words("between")
        fields.done()
        found.by, found.at = self.day(by), self.day(at)
        if between:
            days = [self.day(s) for s in between]
            if len(days) != 2 or None in days:
                self.problems.add(
                    "bad-date", between[0].place, "'between' needs two dates, as in [2025-08-01, 2025-08-31]"
                )
            else:
                found.since, found.by = days
                if found.since and found.by and found.since > found.by:
                    self.problems.add(
                        "bad-date",
                        between[0].place,
                        f"'between' runs backwards: {found.since} is after {found.by}",
                    )
        if not found.untestable:
            if holds is None:
                hint = "Write 'holds: expression' with a date, or 'untestable: reason'."
                self.problems.add(
                    "missing-key", node.place, "a conclusion needs 'holds' or 'untestable'", hint
                )
                return
            if found.by is None and found.at is None:
                self.problems.add(
                    "missing-key", node.place, "a conclusion needs a date: 'by', 'between' or 'at'"
                )
            self.check_dates(view, found, node.place)
            found.expression = holds.text
            found.name = f"{view.name}: conclusion {number}"
            self.reader.proposition(found.name, holds.place, holds)
            if given is not None:
                found.given = f"{view.name}: condition {number}"
                self.reader.proposition(found.given, given.place, given)
        view.conclusions.append(found)

    def check_dates(self, view: View, found: Conclusion, place: Place) -> None:
        last = found.at or found.by
        if last and view.start and last <= view.start:
            self.problems.add(
                "bad-date",
                place,
                f"the conclusion is due on {last}, not after the view's start on {view.start}",
            )


def check_target(text: str, place: Place, reader: WorldReader, problems: Problems) -> str | None:
    """A parameter, with members or without; None and a problem where there is none."""
    parameters, text = reader.world.parameters, reader.spelled(text)
    if text.strip() in parameters:  # a distribution written in place may have brackets in its name
        return text.strip()
    match = re.fullmatch(r"([a-z][\w.]*)(?:\[([\w, ]+)\])?", text.strip())
    name = match.group(1) if match else text
    if match is None or name not in parameters:
        problems.add("unknown-name", place, f"there is no parameter '{name}'", nearest(name, parameters))
        return None
    members = tuple(m.strip() for m in match.group(2).split(",")) if match.group(2) else ()
    if members:
        per = parameters[name].per
        known = [reader.world.dimensions.get(d, ()) for d in per]
        if len(members) != len(per) or any(m not in k for m, k in zip(members, known, strict=False)):
            words = "; ".join(", ".join(k) for k in known) or "it has no members"
            problems.add(
                "unknown-member",
                place,
                f"'{text}' does not name one member for each dimension",
                f"Members: {words}.",
            )
            return None
    return f"{name}[{', '.join(members)}]" if members else name


def parse_figure(target: str, text: str, place: Place, problems: Problems) -> Setting | None:
    """A distribution with or without a unit behind it."""
    match = _FIGURE.match(text.strip())
    try:
        if match is None:
            return Setting(target, "", parse_distribution(text), "", place)
        return Setting(target, "", parse_distribution(match["text"]), match["unit"] or "", place)
    except ValueError as error:
        problems.add("bad-distribution", place, str(error))
        return None


def parse_do(text: str, place: Place, problems: Problems) -> Intervention | None:
    """``event at DATE`` or ``parameter = figure at DATE``."""
    match = _DO.match(text.strip())
    if match is None:
        hint = "Write it as 'ceasefire at 2025-06-01' or 'aid_level = 2 at 2025-06-01'."
        problems.add("bad-intervention", place, f"'{text}' is not an intervention", hint)
        return None
    try:
        day = parse_date(match["day"])
    except ValueError as error:
        problems.add("bad-date", place, str(error))
        return None
    target, equals, figure = match["what"].partition("=")
    if not equals:
        return Intervention(target.strip(), day, place=place)
    setting = parse_figure(target.strip(), figure, place, problems)
    return (
        None
        if setting is None
        else Intervention(target.strip(), day, setting.distribution, setting.unit, place)
    )
