"""Reads the files of ``world/`` into declarations. Every mistake of spelling and shape is found here."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..quantities.calendar import duration_days, parse_date
from ..quantities.distributions import LARGEST, Distribution, parse_distribution
from ..text.grammar import parse
from ..text.nodes import Fields, Mapping, Node, Scalar, Sequence
from ..text.problems import Place, Problems, nearest
from ..text.syntax import Expression, Name
from .builtins import FUNCTIONS, RESERVED
from .declared import (
    ANY_UNIT,
    GUESSED_UNIT,
    ByMember,
    Column,
    Decision,
    Effect,
    Either,
    Ending,
    Event,
    Item,
    Members,
    Option,
    Parameter,
    Proposition,
    Stock,
    Switch,
    Table,
    Value,
    World,
)

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_SPREAD = re.compile(r"^\s*[-+]?\d[\d.eE+-]*\s*%?\s*(\bto\b|\.\.|±|\+/-)\s*[-+]?\d[\d.eE+-]*\s*%?\s*$")


class WorldReader:
    """Adds file after file to one world; all files share one namespace."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.world = World()
        self.sections: dict[str, Callable[[str, Scalar, Node], None]] = {
            "units": self.unit,
            "dimensions": self.dimension,
            "relations": self.relation,
            "switches": self.switch,
            "tables": self.table,
            "parameters": self.parameter,
            "stocks": self.stock,
            "values": self.value,
            "events": self.event,
            "decisions": self.decision,
            "endings": self.ending,
        }

    def read(self, root: Mapping) -> None:
        """Add the declarations of one file."""
        for key, node in root:
            if key.text == "about":
                continue
            section = self.sections.get(key.text)
            if section is None:
                hint = nearest(key.text, [*self.sections, "about"])
                self.problems.add("unknown-key", key.place, f"a world file has no section '{key.text}'", hint)
            elif isinstance(node, Mapping):
                for name, entry in node:
                    if self.check_name(name, key.text):
                        section(name.text, name, entry)
            elif not (isinstance(node, Scalar) and not node.text):
                self.problems.add("not-a-mapping", node.place, f"'{key.text}' must hold 'name: ...' entries")

    def check_name(self, name: Scalar, section: str) -> bool:
        """One namespace for all but units, relations' members and dimensions."""
        if section in ("units", "relations"):
            return True
        return self.word(name, "a name") and self.claim_name(name.text, name.place)

    def word(self, scalar: Scalar, what: str) -> bool:
        """Whether a scalar can stand in formulas as a name; a problem if not."""
        if _NAME.match(scalar.text):
            return True
        hint = "Use small letters, digits and underscores, beginning with a letter."
        self.problems.add("bad-name", scalar.place, f"'{scalar.text}' cannot be {what}", hint)
        return False

    def claim_name(self, name: str, place: Place) -> bool:
        if name in FUNCTIONS or name in RESERVED:
            self.problems.add("reserved-name", place, f"'{name}' is a word of the language", "Choose another name.")
            return False
        if name in self.world.places:
            first = self.world.places[name]
            self.problems.add("duplicate-name", place, f"'{name}' is already declared at {first}", "Rename one of them.")
            return False
        self.world.places[name] = place
        return True

    # -- what things are made of

    def unit(self, name: str, key: Scalar, node: Node) -> None:
        if not isinstance(node, Scalar):
            self.problems.add("not-a-value", node.place, f"the unit '{name}' needs a definition such as '1000 man', or nothing")
            return
        if name in self.world.units:
            self.problems.add("duplicate-name", key.place, f"the unit '{name}' is already declared")
            return
        self.world.units[name] = node.text if node.text not in ("~", "null") else ""
        self.world.unit_places[name] = key.place

    def dimension(self, name: str, key: Scalar, node: Node) -> None:
        if not isinstance(node, Sequence) or not node.items:
            self.problems.add("not-a-list", node.place, f"the dimension '{name}' needs its members, as in [russia, ukraine]")
            return
        members = [i for i in node.items if isinstance(i, Scalar) and _NAME.match(i.text) and self.claim_name(i.text, i.place)]
        if len(members) < len(node.items):
            for i in node.items:
                if not (isinstance(i, Scalar) and _NAME.match(i.text)):
                    self.problems.add("bad-name", i.place, "a member must be a word of small letters")
        self.world.dimensions[name] = tuple(m.text for m in members)

    def relation(self, name: str, key: Scalar, node: Node) -> None:
        if not isinstance(node, Mapping):
            self.problems.add("not-a-mapping", node.place, f"the relation '{name}' needs 'member: member' entries")
            return
        if self.claim_name(name, key.place):
            pairs: dict[str, Members] = {}
            for member, other in node:
                if isinstance(other, Scalar):
                    pairs[member.text] = (other.text,)
                elif isinstance(other, Sequence):
                    pairs[member.text] = tuple(i.text for i in other.items if isinstance(i, Scalar))
            self.world.relations[name] = pairs

    def switch(self, name: str, key: Scalar, node: Node) -> None:
        fields = self.fields(node, f"the switch '{name}'")
        if fields is None:
            return
        listed = fields.words("one_of")
        options = tuple(i.text for i in listed if self.word(i, "an option"))
        for scalar in listed:
            if options.count(scalar.text) > 1:
                self.problems.add("duplicate-name", scalar.place, f"'one_of' names '{scalar.text}' twice", "Keep one of the two.")
        default = fields.scalar("default", required=True)
        about = fields.text("about")
        fields.done()
        allowed = options or ("true", "false")
        text = default.text if default else allowed[0]
        if default is not None and text not in allowed:
            hint = nearest(text, allowed)
            self.problems.add("bad-default", default.place, f"the default of '{name}' must be one of {', '.join(allowed)}", hint)
            text = allowed[0]
        self.world.switches[name] = Switch(name, about, place=key.place, options=options, default=text)

    def table(self, name: str, key: Scalar, node: Node) -> None:
        fields = self.fields(node, f"the table '{name}'")
        if fields is None:
            return
        about, unit, points = fields.text("about"), fields.text("unit"), []
        listed = fields.mapping("points", required=True)
        fields.done()
        for x, y in listed or ():
            a, b = self.number(x), self.number(y) if isinstance(y, Scalar) else None
            if a is not None and b is not None:
                points.append((a, b))
        if len(points) < 2 or any(p[0] >= q[0] for p, q in zip(points, points[1:], strict=False)):
            self.problems.add("bad-table", key.place, f"the table '{name}' needs at least two points with x rising")
            return
        self.world.tables[name] = Table(name, about, unit=unit, place=key.place, points=tuple(points))

    def number(self, scalar: Scalar) -> float | None:
        try:
            found = parse_distribution(scalar.text)
        except ValueError as error:
            self.problems.add("not-a-number", scalar.place, str(error))
            return None
        if found.family != "point":
            self.problems.add("not-a-number", scalar.place, f"'{scalar.text}' must be one number")
            return None
        return found.a

    def fields(self, node: Node, what: str) -> Fields | None:
        if isinstance(node, Mapping):
            return Fields(node, what, self.problems)
        self.problems.add("not-a-mapping", node.place, f"{what} needs 'name: value' entries under it")
        return None

    def common(self, fields: Fields) -> dict[str, object]:
        per = fields.words("per")
        for scalar in per:
            if [i.text for i in per].count(scalar.text) > 1:
                self.problems.add("bad-entry", scalar.place, f"'per' names {scalar.text} twice", "Two dimensions must differ.")
        unit = fields.scalar("unit")
        if unit is not None and unit.text in (ANY_UNIT, GUESSED_UNIT):
            hint = "Leave 'unit' out for a pure number."
            self.problems.add("unknown-unit", unit.place, f"'{unit.text}' is not a unit", hint)
        return {"about": fields.text("about"), "per": tuple(i.text for i in per), "unit": unit.text if unit else ""}

    # -- parameters

    def parameter(self, name: str, key: Scalar, node: Node) -> None:
        fields = self.fields(node, f"the parameter '{name}'")
        if fields is None:
            return
        item = Parameter(name, place=key.place, **self.common(fields))  # type: ignore[arg-type]
        item.note = fields.text("note")
        within = fields.scalar("within")
        if within is not None:
            item.within = self.bounds(within)
        drawn = fields.scalar("drawn")
        if drawn is not None:
            item.each_firing = drawn.text == "each firing"
            if drawn.text not in ("each firing", "once"):
                self.problems.add("bad-entry", drawn.place, "'drawn' must be 'once' or 'each firing'")
        assume = fields.node_of("assume", required=True)
        fields.done()
        if assume is not None:
            item.assume = self.columns(assume, len(item.per))
        self.world.parameters[name] = item

    def bounds(self, scalar: Scalar) -> tuple[float, float] | None:
        match = re.fullmatch(r"\s*([-+\d.eE%]+)\s+to\s+([-+\d.eE%]+)\s*", scalar.text)
        try:
            if match is None:
                raise ValueError
            low, high = (float(t.rstrip("%")) * (0.01 if t.endswith("%") else 1) for t in match.groups())
        except ValueError:
            self.problems.add("bad-bounds", scalar.place, f"'{scalar.text}' are not bounds; write them as '0 to 500'")
            return None
        if max(abs(low), abs(high)) > LARGEST:
            self.problems.add("bad-bounds", scalar.place, f"the bounds '{scalar.text}' must be finite")
            return None
        if not low < high:
            self.problems.add("bad-bounds", scalar.place, f"the bounds '{scalar.text}' run backwards")
            return None
        return low, high

    def columns(self, node: Node, depth: int) -> list[Column]:
        if isinstance(node, Mapping) and any(re.match(r"\d", k.text) for k, _ in node):
            columns = []
            for key, entry in node:
                try:
                    since = parse_date(key.text)
                except ValueError as error:
                    self.problems.add("bad-date", key.place, str(error))
                    continue
                columns.append(Column(since, self.by_member(entry, depth, self.distribution), key.place))
            return sorted(columns, key=lambda c: (c.since is not None, c.since))
        return [Column(None, self.by_member(node, depth, self.distribution), node.place)]

    def distribution(self, scalar: Scalar, members: Members = ()) -> Distribution | None:
        try:
            return parse_distribution(scalar.text)
        except ValueError as error:
            self.problems.add("bad-distribution", scalar.place, str(error))
            return None

    def by_member(self, node: Node, depth: int, read: Callable[[Scalar, Members], object], above: Members = ()) -> dict:
        """``{members: thing}`` from a scalar or mappings nested once per dimension."""
        if isinstance(node, Scalar):
            found = read(node, above)
            return {} if found is None else {(): found}
        if isinstance(node, Sequence):
            self.problems.add("not-a-value", node.place, "one value is expected here, not a list")
            return {}
        if depth == 0:
            hint = "An expression that begins with '{' needs quotes; members need 'per:'."
            self.problems.add("not-a-value", node.place, "one value is expected here, not a mapping", hint)
            return {}
        out: dict[Members, object] = {}
        for key, entry in node:
            if not entry_given(entry):
                hint = "An expression stands after a colon; { } around it would make a mapping of it."
                self.problems.add("not-a-value", key.place, f"nothing is said for '{key.text}'", hint)
                continue
            if depth > 1 and isinstance(entry, Scalar):
                hint = "Write the members of each dimension under each other, in the order of 'per'."
                self.problems.add("missing-member", entry.place, f"'{key.text}' needs a value for each member of the next dimension", hint)
                continue
            for rest, found in self.by_member(entry, depth - 1, read, (*above, key.text)).items():
                out[(key.text, *rest)] = found
        return out

    # -- expressions

    def expression(self, scalar: Scalar, path: str, fresh: bool = False, unit: str = "") -> Expression | None:
        """A formula; a distribution written in place becomes a parameter named by its path, in the unit of its place."""
        if _SPREAD.match(scalar.text):
            found = self.distribution(scalar)
            if found is None:
                return None
            column = Column(None, {(): found}, scalar.place)
            item = Parameter(path, "written in place", place=scalar.place, assume=[column], each_firing=fresh)
            item.unit = ANY_UNIT if fresh else unit
            self.world.parameters[path] = item
            return Name((path,), (), scalar.place)
        return parse(scalar, self.problems)

    def formula(
        self, fields: Fields, key: str, name: str, depth: int, required: bool = False, unit: str = ""
    ) -> ByMember | None:
        node = fields.node_of(key, required)
        if node is None:
            return None
        cases = self.by_member(node, depth, lambda s, m: self.expression(s, ".".join((name, key, *m)), unit=unit))
        return ByMember(cases, node.place)

    def one(self, fields: Fields, key: str, name: str, required: bool = False) -> Expression | None:
        scalar = fields.scalar(key, required)
        return None if scalar is None else self.expression(scalar, f"{name}.{key}")

    def stock(self, name: str, key: Scalar, node: Node) -> None:
        fields = self.fields(node, f"the stock '{name}'")
        if fields is None:
            return
        item = Stock(name, place=key.place, **self.common(fields))  # type: ignore[arg-type]
        depth = len(item.per)
        item.start = self.formula(fields, "start", name, depth, required=True, unit=item.unit)
        item.inflow = self.formula(fields, "in", name, depth)
        item.outflow = self.formula(fields, "out", name, depth)
        item.change = self.formula(fields, "change", name, depth)
        item.may_be_negative = fields.flag("may_be_negative")
        item.show, item.label = fields.flag("show"), fields.text("label")
        fields.done()
        if item.change is not None and (item.inflow is not None or item.outflow is not None):
            self.problems.add("bad-entry", item.change.place, f"the stock '{name}' has 'change' and also 'in' or 'out'")
        self.world.stocks[name] = item

    def value(self, name: str, key: Scalar, node: Node) -> None:
        if isinstance(node, Scalar):
            found = self.expression(node, f"{name}.is")
            self.world.values[name] = Value(
                name, place=key.place, unit=GUESSED_UNIT, formula=ByMember({} if found is None else {(): found}, node.place)
            )
            return
        fields = self.fields(node, f"the value '{name}'")
        if fields is None:
            return
        item = Value(name, place=key.place, **self.common(fields))  # type: ignore[arg-type]
        item.formula = self.formula(fields, "is", name, len(item.per), required=True, unit=item.unit)
        item.show, item.label = fields.flag("show"), fields.text("label")
        fields.done()
        self.world.values[name] = item

    # -- events, decisions, endings

    def effects(self, fields: Fields, path: str) -> list[Effect]:
        found: list[Effect] = []
        for operation in ("set", "add", "take"):
            listed = fields.mapping(operation)
            for target, amount in listed or ():
                if not isinstance(amount, Scalar):
                    self.problems.add("not-a-value", amount.place, f"the amount for '{target.text}' must be one value")
                    continue
                name = parse(target, self.problems)
                if name is None:
                    continue
                value = None
                if not (operation == "set" and amount.text == "redraw"):
                    value = self.expression(amount, f"{path}.{operation}.{target.text}", fresh=True)
                    if value is None:
                        continue
                found.append(Effect(operation, name, value, amount.place))
        return found

    def event(self, name: str, key: Scalar, node: Node) -> None:
        fields = self.fields(node, f"the event '{name}'")
        if fields is None:
            return
        if fields.node.get("either") is not None:
            members = tuple(i.text for i in fields.words("either"))
            about = fields.text("about")
            fields.done()
            self.world.eithers[name] = Either(name, about, place=key.place, events=members)
            return
        item = Event(name, place=key.place, about=fields.text("about"), per=tuple(i.text for i in fields.words("per")))
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
            self.problems.add("bad-entry", key.place, f"the event '{name}' has both 'once' and 'until'", "Keep one.")
        self.world.events[name] = item

    def start(self, fields: Fields, name: str, depth: int) -> ByMember | None:
        node = fields.node_of("start")
        if node is None:
            return None
        if isinstance(node, Scalar) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", node.text):
            node = Scalar(f'date("{node.text}")', node.place, node.plain, False)
        return ByMember(self.by_member(node, depth, lambda s, m: self.expression(s, ".".join((name, "start", *m)))), node.place)

    def decision(self, name: str, key: Scalar, node: Node) -> None:
        fields = self.fields(node, f"the decision '{name}'")
        if fields is None:
            return
        item = Decision(name, fields.text("about"), place=key.place, by=fields.text("by"))
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
            inner = self.fields(entry, f"the option '{option.text}'")
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
            fields = self.fields(node, f"the ending '{name}'")
            if fields is None:
                return
            item.about = fields.text("about")
            item.stop = fields.flag("stop")
            item.at_horizon = fields.node.get("at_horizon") is not None
            item.condition = self.one(fields, "at_horizon" if item.at_horizon else "when", name, required=True)
            fields.done()
        self.world.endings[name] = item

    def proposition(self, name: str, key: Place, holds: Scalar, about: str = "") -> None:
        """Add a question or a conclusion; its name is not in the namespace of formulas."""
        self.world.propositions[name] = Proposition(name, about, place=key, holds=self.expression(holds, name))


def entry_given(node: Node) -> bool:
    """Whether something stands after the colon."""
    return not (isinstance(node, Scalar) and node.plain and node.text in ("", "~", "null"))


def describe(item: Item) -> str:
    """What kind of thing an item is, for messages."""
    return {"Parameter": "parameter", "Stock": "stock", "Value": "value"}.get(type(item).__name__, "item")
