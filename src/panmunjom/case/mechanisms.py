"""``mechanisms.yaml``: what the documents argue about, as parts of the world that can be turned, each with its result.

The results become measures and propositions of the world. They are compiled only where a case is loaded with its
mechanisms, so that a normal run is the one that it was.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import PurePath

from ..evidence.records import Library
from ..quantities.calendar import duration_days, later
from ..quantities.units import ONE, Units, UnknownUnit
from ..text.nodes import Fields, Mapping, Node, Scalar, Sequence
from ..text.problems import CaseError, Place, Problems, nearest
from ..world.declared import World
from ..world.reading import WorldReader
from .filling import fill, pooled_view
from .records import Case, Mechanism, Setting, Turn
from .views import check_target, parse_do, parse_figure, read_day

MOVES = ("up", "down", "nil")
_SET = re.compile(r"(?P<name>[a-z][\w.]*(?:\[[\w, ]*\])?)\s*(?P<operation>[*+=])\s*(?P<figure>.+)")
_HINT = "As in  desertion[ukraine] * 2,  aid + 1 billion/month  or  repair_time = 3 to 5 months."


def declared(world: World) -> dict[str, Place]:
    """Every name that can be a part of a mechanism, with its place."""
    groups = (
        world.switches, world.tables, world.parameters, world.correlations, world.stocks, world.values,
        world.events, world.eithers, world.decisions, world.endings,
    )  # fmt: skip
    return {name: item.place for group in groups for name, item in group.items() if name in world.places}


def file_of(place: Place) -> str:
    """The name of the file of a place, without its folder; the first word of its path where it was built in Python."""
    name = place.source.name
    return name.removeprefix("<Python> ").partition(".")[0] if name.startswith("<Python> ") else PurePath(name).name


class MechanismReader:
    """Reads ``mechanisms.yaml``; every mistake is recorded. ``span``: the case's start and horizon."""

    def __init__(
        self, library: Library, reader: WorldReader, units: Units, span: tuple[date, str], problems: Problems
    ) -> None:
        self.library, self.reader, self.units, self.problems = library, reader, units, problems
        self.start, self.horizon = span
        self.names = declared(reader.world)

    def read(self, root: Mapping) -> dict[str, Mechanism]:
        """All mechanisms, by id, in the order of their rows."""
        found: dict[str, Mechanism] = {}
        for key, node in root:
            if not isinstance(node, Mapping):
                message = f"the mechanism '{key.text}' needs 'name:', 'parts:', 'turn:', 'result:' and 'moves:'"
                self.problems.add("not-a-mapping", node.place, message)
                continue
            made = self.mechanism(key, node, max((m.row for m in found.values()), default=0) + 1)
            found[made.id] = made
        return dict(sorted(found.items(), key=lambda kv: kv[1].row))

    def mechanism(self, key: Scalar, node: Mapping, next_row: int) -> Mechanism:
        fields = Fields(node, f"the mechanism '{key.text}'", "mechanisms.mechanism", self.problems)
        number = fields.scalar("row")
        name = fields.text("name", key.text, required=True)
        sources = self.known(fields.words("from"), self.library.sources, "unknown-source", "source")
        parts = fields.words("parts", required=True)
        for scalar in parts:
            head = re.split(r"[.\[]", scalar.text)[0]
            if head not in self.names:
                message = f"the world declares nothing called '{head}'"
                self.problems.add("unknown-name", scalar.place, message, nearest(head, self.names))
        if not parts and fields.node.get("parts") is not None:
            self.problems.add("missing-part", key.place, f"'{key.text}' names no part of the world", "As in parts: [a, b].")
        start = read_day(fields.scalar("start"), self.problems) or self.start
        turned = fields.node_of("turn", required=True)
        result = fields.mapping("result", required=True)
        moves = fields.text("moves", "nil", required=True)
        if moves not in MOVES:
            place = (fields.scalar("moves") or key).place
            self.problems.add("bad-entry", place, f"'moves' must be up, down or nil, not '{moves}'")
        note = fields.text("note")
        fields.done()
        made = Mechanism(
            key.text, name, self.row(number, next_row), sources, tuple(s.text for s in parts), self.files(parts), start,
            self.turns(turned, start), "", f"mechanism {key.text}", "", True, "", "1 year", moves, note, key.place,
        )  # fmt: skip
        if result is not None:
            self.result(made, result)
        return made

    def row(self, scalar: Scalar | None, default: int) -> int:
        if scalar is None:
            return default
        if re.fullmatch(r"[1-9]\d{0,5}", scalar.text):
            return int(scalar.text)
        self.problems.add("not-a-number", scalar.place, f"'row' must be a whole number from 1, not '{scalar.text}'")
        return default

    def known(self, listed: list[Scalar], there: object, code: str, what: str) -> tuple[str, ...]:
        assert isinstance(there, dict)
        for scalar in listed:
            if scalar.text not in there:
                self.problems.add(code, scalar.place, f"there is no {what} '{scalar.text}'", nearest(scalar.text, there))
        return tuple(s.text for s in listed)

    def files(self, parts: list[Scalar]) -> tuple[str, ...]:
        """The files that declare the parts: that with most of them first."""
        heads = [re.split(r"[.\[]", s.text)[0] for s in parts]
        found = [file_of(self.names[h]) for h in heads if h in self.names]
        return tuple(sorted(dict.fromkeys(found), key=lambda f: -found.count(f)))

    def turns(self, node: Node | None, start: date) -> list[Turn]:
        """What is turned, one or several."""
        if node is None:
            return []
        found = []
        for one in node.items if isinstance(node, Sequence) else (node,):
            if not isinstance(one, Mapping):
                hint = "As in  turn: {switch: gamble_on, to: false}."
                self.problems.add("not-a-mapping", one.place, "a turn needs 'switch' and 'to', or 'set', or 'do'", hint)
            elif (turn := self.turn(one, start)) is not None:
                found.append(turn)
        if isinstance(node, Sequence) and not node.items:
            self.problems.add("not-a-list", node.place, "the list of turns is empty")
        return found

    def turn(self, node: Mapping, start: date) -> Turn | None:
        fields = Fields(node, "a turn", "mechanisms.turn", self.problems)
        switch, to, set_, do = (fields.scalar(k) for k in ("switch", "to", "set", "do"))
        fields.done()
        given = [s for s in (switch, set_, do) if s is not None]
        if len(given) != 1 or (switch is None) != (to is None):
            message = "a turn needs 'switch' with 'to', or 'set', or 'do', and only one of them"
            self.problems.add("missing-key", node.place, message)
            return None
        if switch is not None:
            assert to is not None
            return self.switch(switch, to)
        return self.change(set_) if set_ is not None else self.action(given[0], start)

    def switch(self, name: Scalar, to: Scalar) -> Turn | None:
        switches = self.reader.world.switches
        if name.text not in switches:
            hint = nearest(name.text, switches)
            self.problems.add("unknown-name", name.place, f"there is no switch '{name.text}'", hint)
            return None
        found = switches[name.text]
        allowed = found.options or ("true", "false")
        if to.text not in allowed:
            message = f"'{name.text}' must be one of {', '.join(allowed)}"
            self.problems.add("bad-entry", to.place, message, nearest(to.text, allowed))
            return None
        if to.text == found.default:
            message = f"'{name.text}' stands at {to.text} by default: nothing would be turned"
            self.problems.add("bad-entry", to.place, message)
            return None
        text = f"{name.text} from {found.default} to {to.text}"
        return Turn(text, switch=name.text, to=to.text, place=name.place)

    def change(self, scalar: Scalar) -> Turn | None:
        """A parameter multiplied, added to or replaced."""
        match = _SET.fullmatch(scalar.text.strip())
        if match is None:
            message = f"'{scalar.text}' does not say how a parameter changes"
            self.problems.add("bad-turn", scalar.place, message, _HINT)
            return None
        target = check_target(match["name"], scalar.place, self.reader, self.problems)
        setting = parse_figure(target or "x", match["figure"], scalar.place, self.problems)
        if target is None or setting is None:
            return None
        if match["operation"] == "=":
            return Turn(f"{target} = {match['figure']}", target=target, operation="=", setting=setting, place=scalar.place)
        assert setting.distribution is not None
        if not setting.distribution.certain:
            message = f"'{match['figure']}' must be one figure: with a range there is '{target} = {match['figure']}'"
            self.problems.add("bad-turn", scalar.place, message, _HINT)
            return None
        by = setting.distribution.median
        if match["operation"] == "*":
            if setting.unit or by < 0:
                message = "a factor is a plain number that is not below zero"
                self.problems.add("bad-turn", scalar.place, message, _HINT)
                return None
            return Turn(f"{target} × {match['figure'].strip()}", target=target, operation="*", by=by, place=scalar.place)
        return self.addition(target, setting, match["figure"].strip())

    def addition(self, target: str, setting: Setting, figure: str) -> Turn | None:
        """So much more of a parameter, in the parameter's own unit."""
        world = self.reader.world
        assert setting.distribution is not None
        parameter = world.parameters[target if target in world.parameters else target.partition("[")[0]]
        try:
            own = self.units.parse(parameter.unit) if parameter.unit else ONE
            said = self.units.parse(setting.unit) if setting.unit else ONE
        except UnknownUnit as error:
            hint = nearest(error.word, self.units.names) if error.word else ""
            self.problems.add("unknown-unit", setting.place, str(error), hint)
            return None
        if said.dimension != own.dimension:
            message = f"'{target}' is in {parameter.unit or 'a plain number'}, not in {setting.unit or 'a plain number'}"
            self.problems.add("wrong-unit", setting.place, message)
            return None
        by = setting.distribution.median * said.factor / own.factor
        return Turn(f"{target} + {figure}", target=target, operation="+", by=by, place=setting.place)

    def action(self, scalar: Scalar, start: date) -> Turn | None:
        """An intervention within the run; whether it names something is known once the world is built."""
        done = parse_do(scalar.text, scalar.place, self.problems)
        if done is None:
            return None
        if not start <= done.day < later(start, self.horizon):
            message = f"{done.day} lies outside the run from {start} to {later(start, self.horizon)}"
            self.problems.add("bad-date", scalar.place, message)
            return None
        return Turn(scalar.text.strip(), intervention=done, place=scalar.place)

    def result(self, made: Mechanism, node: Mapping) -> None:
        """What is measured: becomes a measure or a proposition of the world."""
        fields = Fields(node, f"the result of '{made.id}'", "mechanisms.result", self.problems)
        made.what = fields.text("what", required=True)
        mean, chance, unit = fields.scalar("mean"), fields.scalar("chance"), fields.scalar("unit")
        after = fields.scalar("after", required=True)
        fields.done()
        if (mean is None) == (chance is None):
            message = f"the result of '{made.id}' needs 'mean' (a number) or 'chance' (a condition), one of them"
            self.problems.add("missing-key", node.place, message)
        elif mean is not None:
            made.unit, made.expression = unit.text if unit else "", mean.text
            self.reader.measure(made.result, mean, made.unit, made.what)
        elif chance is not None:
            made.mean, made.unit, made.expression = False, "percent", chance.text
            if unit is not None and unit.text not in ("percent", "%"):
                self.problems.add("wrong-unit", unit.place, f"a chance is told in percent, not in '{unit.text}'")
            self.reader.proposition(made.result, made.place, chance, made.what)
        if after is not None:
            self.length(made, after)

    def length(self, made: Mechanism, after: Scalar) -> None:
        """How long after the start the result is read: within the run, and not at once."""
        try:
            if duration_days(after.text) <= 0 or later(made.start, after.text) > later(made.start, self.horizon):
                raise ValueError(f"'{after.text}' is not within the run, which lasts {self.horizon}")
            made.after = after.text
        except ValueError as error:
            self.problems.add("bad-duration", after.place, str(error))


def check_turns(case: Case, problems: Problems) -> None:
    """Each mechanism's view can be filled in and its turn be made: needs the whole case."""
    events = [e.name for e in case.built.graph.events]
    redrawn = {s.name for s in case.built.graph.slots if s.role == "redrawn"}
    for mechanism in case.mechanisms.values():
        for turn in mechanism.turns:
            done = turn.intervention
            if done is not None and done.distribution is None and done.target not in events:
                message = f"there is no event '{done.target}'"
                problems.add("unknown-name", turn.place, message, nearest(done.target, events))
            if done is not None and done.distribution is not None and done.target not in case.built.row_of:
                message = f"there is no parameter '{done.target}'"
                problems.add("unknown-name", turn.place, message, nearest(done.target, case.built.row_of))
            if turn.operation == "+" and any(s == turn.target or s.startswith(f"{turn.target}[") for s in redrawn):
                message = f"'{turn.target}' is drawn anew by events, which would not know what was added"
                problems.add("bad-turn", turn.place, message, "Multiply or replace it.")
        try:
            fill(case, pooled_view(mechanism.start), extra=[t.setting for t in mechanism.turns if t.setting])
        except CaseError as error:
            for p in error.problems:
                place = p.place if p.code != "no-assumption" else mechanism.place
                problems.add(p.code, place, f"'{mechanism.id}': {p.message}", p.hint, p.severity)

