"""Reads the files of ``world/`` into declarations. Every mistake of spelling and shape is found here."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence as Sequence_
from datetime import date, timedelta
from itertools import pairwise
from pathlib import PurePath

from ..quantities.distributions import parse_distribution
from ..text.grammar import parse
from ..text.nodes import Mapping, Node, Scalar, Sequence
from ..text.problems import Place, Problems, nearest
from ..text.schemas import keys
from ..text.syntax import Binary, Call, Name, Text
from .declared import (
    GUESSED_UNIT,
    ByMember,
    Correlation,
    Measure,
    Members,
    Parameter,
    Proposition,
    Stock,
    Switch,
    Table,
    Value,
)
from .reading_parts import PartReader

MAX_POINTS = 1_000  # of a table: each becomes a few operations of every step


class WorldReader(PartReader):
    """Adds file after file to one world; all files share one namespace."""

    def __init__(self, problems: Problems) -> None:
        super().__init__(problems)
        self.sections: dict[str, Callable[[str, Scalar, Node], None]] = {
            "units": self.unit,
            "dimensions": self.dimension,
            "relations": self.relation,
            "roles": self.role,
            "needs": self.need,
            "assumptions": self.assumption,
            "switches": self.switch,
            "tables": self.table,
            "parameters": self.parameter,
            "correlations": self.correlation,
            "stocks": self.stock,
            "values": self.value,
            "events": self.event,
            "decisions": self.decision,
            "endings": self.ending,
        }
        known = keys("world")
        assert {*self.sections, "about"} == known.keys(), "world/reading.py and schemas/world.json differ in sections"

    def read(self, root: Mapping) -> None:
        """Add the declarations of a world of one file."""
        self.read_all([("", root)])

    def read_all(self, roots: Sequence_[tuple[str, Mapping]]) -> None:
        """Add the declarations of all files, each with the name of the part that it is, or an empty one."""
        for self.part, root in roots:
            self.collect_roles(root)
        for self.part, root in roots:
            self.one_file(root)
        self.put_together()

    def one_file(self, root: Mapping) -> None:
        """Add the declarations of one file; roles are known by then."""
        for key, node in root:
            if key.text == "about":
                if not isinstance(node, Scalar):
                    self.problems.add("not-a-value", node.place, "'about' must be a text")
                else:
                    self.world.abouts[PurePath(node.place.source.name).name] = node.text
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
        if section in ("units", "relations", "roles", "needs", "assumptions"):
            return True
        return self.word(name, "a name") and self.claim_name(name.text, name.place)

    def unit(self, name: str, key: Scalar, node: Node) -> None:
        if not isinstance(node, Scalar):
            self.problems.add(
                "not-a-value",
                node.place,
                f"the unit '{name}' needs a definition such as '1000 man', or nothing",
            )
            return
        if name in self.world.units:
            self.problems.add("duplicate-name", key.place, f"the unit '{name}' is already declared")
            return
        self.world.units[name] = node.text if node.text not in ("~", "null") else ""
        self.world.unit_places[name] = key.place

    def dimension(self, name: str, key: Scalar, node: Node) -> None:
        if not isinstance(node, Sequence) or not node.items:
            self.problems.add(
                "not-a-list", node.place, f"the dimension '{name}' needs its members, as in [russia, ukraine]"
            )
            return
        members = []
        for item in node.items:
            if not isinstance(item, Scalar):
                self.problems.add("not-a-value", item.place, "a member must be one word")
            elif self.word(item, "the name of a member") and self.claim_name(item.text, item.place):
                members.append(item)
        self.world.dimensions[name] = tuple(m.text for m in members)

    def relation(self, name: str, key: Scalar, node: Node) -> None:
        if not isinstance(node, Mapping):
            self.problems.add(
                "not-a-mapping", node.place, f"the relation '{name}' needs 'member: member' entries"
            )
            return
        if self.claim_name(name, key.place):
            pairs: dict[str, Members] = {}
            for member, other in node:
                if self.member(member.text) in pairs:
                    message = f"'{member.text}' is {self.member(member.text)}, for which '{name}' says something above"
                    self.problems.add("duplicate-key", member.place, message, "Keep one of the two.")
                elif isinstance(other, Scalar):
                    pairs[self.member(member.text)] = (self.member(other.text),)
                elif (
                    isinstance(other, Sequence)
                    and other.items
                    and all(isinstance(i, Scalar) for i in other.items)
                ):
                    pairs[self.member(member.text)] = tuple(self.member(i.text) for i in other.items if isinstance(i, Scalar))
                else:
                    hint = "As in 'russia: ukraine' or 'north: [south, west]'."
                    self.problems.add(
                        "bad-entry",
                        other.place,
                        f"'{name}' of {member.text} must be a member or a list of members",
                        hint,
                    )
            self.world.relations[name] = pairs

    def switch(self, name: str, key: Scalar, node: Node) -> None:
        fields = self.fields(node, f"the switch '{name}'", "switch")
        if fields is None:
            return
        listed = fields.words("one_of")
        options = tuple(i.text for i in listed if self.word(i, "an option"))
        for number, scalar in enumerate(listed):
            if scalar.text in [i.text for i in listed[:number]]:
                self.problems.add(
                    "duplicate-name",
                    scalar.place,
                    f"'one_of' names '{scalar.text}' twice",
                    "Keep one of the two.",
                )
        default = fields.scalar("default", required=True)
        about = fields.text("about")
        fields.done()
        allowed = options or ("true", "false")
        text = default.text if default else allowed[0]
        if default is not None and text not in allowed:
            hint = nearest(text, allowed)
            self.problems.add(
                "bad-default",
                default.place,
                f"the default of '{name}' must be one of {', '.join(allowed)}",
                hint,
            )
            text = allowed[0]
        self.world.switches[name] = Switch(name, about, place=key.place, options=options, default=text)

    def table(self, name: str, key: Scalar, node: Node) -> None:
        fields = self.fields(node, f"the table '{name}'", "table")
        if fields is None:
            return
        about, unit, points = fields.text("about"), fields.text("unit"), []
        listed = fields.mapping("points", required=True)
        fields.done()
        if listed is not None and len(listed.items) > MAX_POINTS:
            message = f"the table '{name}' has {len(listed.items):,} points; the limit is {MAX_POINTS:,}"
            self.problems.add("too-large", key.place, message)
            return
        for x, y in listed or ():
            a, b = self.number(x), self.number(y) if isinstance(y, Scalar) else None
            if a is not None and b is not None:
                points.append((a, b))
        if len(points) < 2 or any(p[0] >= q[0] for p, q in pairwise(points)):
            self.problems.add(
                "bad-table", key.place, f"the table '{name}' needs at least two points with x rising"
            )
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

    def parameter(self, name: str, key: Scalar, node: Node) -> None:
        fields = self.fields(node, f"the parameter '{name}'", "parameter")
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
        item.evidence = self.evidence(fields)
        item.measures = fields.text("measures")
        for other, node_ in fields.mapping("converts") or ():
            self.conversion(item, other, node_)
        assume = fields.node_of("assume")
        fields.done()
        if assume is not None:
            item.assume = self.columns(assume, len(item.per))
            self.figured.setdefault(name)
        self.world.parameters[name] = item

    def conversion(self, item: Parameter, other: Scalar, node: Node) -> None:
        """How much of what a parameter measures stands for one of something else: ``killed: 3 to 5``."""
        try:
            ratio = parse_distribution(node.text if isinstance(node, Scalar) else "")
            if not (item.measures and ratio.interval[0] > 0):
                raise ValueError(
                    "a conversion must be above zero"
                    if item.measures
                    else f"'{item.name}' converts what others measure and does not say what it measures itself"
                )
            item.converts[other.text] = ratio
        except ValueError as error:
            self.problems.add("bad-conversion", node.place, str(error), "As in 'converts: {killed: 3 to 5}'.")

    def correlation(self, name: str, key: Scalar, node: Node) -> None:
        fields = self.fields(node, f"the correlation '{name}'", "correlation")
        if fields is None:
            return
        about = fields.text("about")
        between = tuple(self.spelled(i.text) for i in fields.words("between", required=True))
        rank = fields.scalar("rank", required=True)
        fields.done()
        figure = self.number(rank) if rank is not None else None
        if between and figure is not None:
            self.world.correlations[name] = Correlation(name, about, place=key.place, between=between, rank=figure)

    def stock(self, name: str, key: Scalar, node: Node) -> None:
        fields = self.fields(node, f"the stock '{name}'", "stock")
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
            self.problems.add(
                "bad-entry", item.change.place, f"the stock '{name}' has 'change' and also 'in' or 'out'"
            )
        self.world.stocks[name] = item

    def value(self, name: str, key: Scalar, node: Node) -> None:
        if isinstance(node, Scalar):
            found = self.expression(node, f"{name}.is")
            self.world.values[name] = Value(
                name, place=key.place, unit=GUESSED_UNIT, formula=ByMember({(): found}, node.place)
            )
            return
        fields = self.fields(node, f"the value '{name}'", "value")
        if fields is None:
            return
        item = Value(name, place=key.place, **self.common(fields))  # type: ignore[arg-type]
        item.formula = self.formula(fields, "is", name, len(item.per), required=True, unit=item.unit)
        item.show, item.label = fields.flag("show"), fields.text("label")
        fields.done()
        self.world.values[name] = item

    def proposition(
        self, name: str, key: Place, holds: Scalar, about: str = "", by: date | None = None, since: date | None = None
    ) -> None:
        """Add a question or a conclusion that must hold at the end of a step whose last day lies between ``since`` and ``by``.

        Its name is not in the namespace of formulas.
        """
        tree = self.expression(holds, name)
        for day, sign in ((since, ">="), (by, "<=")):
            if tree is not None and day is not None:
                end = Call("date", (Text(str(day + timedelta(days=1))),))  # `time` at a step's end is the day after it
                tree = Binary("and", tree, Binary(sign, Name(("time",)), end))
        self.world.propositions[name] = Proposition(name, about, place=key, holds=tree)

    def measure(self, name: str, scalar: Scalar, unit: str, about: str = "") -> None:
        """Add a number to be read at dates; its name is not in the namespace of formulas. A figure with a spread is no
        formula here: it would draw one more parameter.
        """
        tree = parse(scalar, self.problems)
        self.world.measures[name] = Measure(name, about, unit=unit, place=scalar.place, formula=tree)
