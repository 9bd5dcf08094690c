"""What a name means: which item, and which of its members."""

from __future__ import annotations

from collections.abc import Callable

from ..quantities.units import Units
from ..text.problems import Place, Problems, nearest
from ..text.syntax import Name
from .builtins import FUNCTIONS
from .declared import Members, World
from .maker import Maker, Typed

Context = dict[str, str]  # dimension -> member


class Unresolved(Exception):
    """An expression with a problem that has been recorded; the caller goes on with the next one."""


class Names:
    """Finds the items that names mean; ``read`` makes nodes of them."""

    def __init__(
        self,
        world: World,
        units: Units,
        maker: Maker,
        problems: Problems,
        read: Callable[[str, Members, Place], Typed],
    ) -> None:
        self.world, self.units, self.maker, self.problems, self.read = world, units, maker, problems, read
        self.dimension_of = {m: d for d, members in world.dimensions.items() for m in members}
        self.missing: set[str] = set()  # what parts need and nobody declares: said once, by the part
        self.path = ""  # of the item in work: names its streams and hidden stocks
        self._counter: dict[str, int] = {}
        self._work = 0

    def fail(self, code: str, place: Place, message: str, hint: str = "") -> Unresolved:
        """Record a problem and return what to raise."""
        self.problems.add(code, place, message, hint)
        return Unresolved()

    def differs(self, place: Place, message: str, hint: str = "") -> None:
        """Record that units do not fit. Raises ``Unresolved``, but in a draft, which is read on as if they did."""
        found = self.fail("wrong-unit", place, message, hint)
        if not self.problems.draft:
            raise found

    def unique(self, what: str) -> str:
        """A name for the next hidden thing of the item in work."""
        key = f"{self.path}.{what}"
        self._counter[key] = self._counter.get(key, 0) + 1
        return f"{key}.{self._counter[key]}" if self._counter[key] > 1 else key

    def locate(self, tree: Name, context: Context) -> tuple[str, Members]:
        """The item and members that a name means, without building it. Raises ``Unresolved``."""
        parts = list(tree.parts)
        inside, given = dict(context), set[str]()
        if parts[0] in self.world.relations and len(parts) > 1:
            relation = self.world.relations[parts.pop(0)]
            dimension = self.dimension_of.get(next(iter(relation), ""), "")
            here = context.get(dimension)
            if here is None:
                message = f"'{tree.parts[0]}' has no meaning here: no {dimension or 'member'} is given"
                hint = f"Name one, as in {'.'.join(parts)}[{next(iter(relation), 'member')}]."
                raise self.fail("no-member", tree.place, message, hint)
            others = relation.get(here, ())
            if len(others) != 1:
                hint = f"Use sum({'.'.join(tree.parts)})." if others else ""
                message = (
                    f"'{tree.parts[0]}' of {here} is {len(others) or 'no'} member{'s' * (len(others) > 1)}"
                )
                raise self.fail("many-members", tree.place, f"{message}, and one is needed", hint)
            inside[dimension] = others[0]
        for member in tree.index:
            dimension = self.dimension_of.get(member, "")
            if (
                member in self.world.relations
                and len(self.world.relations[member].get(context.get(self.side_of(member), ""), ())) == 1
            ):
                dimension = self.side_of(member)
                member = self.world.relations[member][context[dimension]][0]
            if not dimension:
                hint = nearest(member, [*self.dimension_of, *self.world.roles])
                raise self.fail("unknown-member", tree.place, f"'{member}' is a member of no dimension", hint)
            if dimension in given:
                raise self.fail(
                    "bad-member", tree.place, f"'{'.'.join(tree.parts)}' is given two members of {dimension}"
                )
            given.add(dimension)
            inside[dimension] = member
        item = ".".join(parts)
        per = self.per(item)
        if per is None:
            raise self.unknown(item, tree)
        if tree.index and not per:
            raise self.fail("no-dimension", tree.place, f"'{item}' has no members: write it without [ ]")
        for member in tree.index:
            dimension = self.dimension_of.get(member) or self.side_of(member)
            if dimension not in per:
                raise self.fail(
                    "no-dimension", tree.place, f"'{item}' is not per {dimension}; it is per {', '.join(per)}"
                )
        for dimension in per:
            if dimension not in inside:
                members = ", ".join(self.world.dimensions.get(dimension, ()))
                raise self.fail(
                    "no-member",
                    tree.place,
                    f"which {dimension} of '{item}' is meant?",
                    f"Write {item}[...] with one of {members}.",
                )
        return item, tuple(inside[d] for d in per)

    def side_of(self, relation: str) -> str:
        pairs = self.world.relations.get(relation, {})
        return self.dimension_of.get(next(iter(pairs), ""), "")

    def per(self, item: str) -> Members | None:
        """The dimensions of an item, or None if there is no such item."""
        w = self.world
        for group in (w.parameters, w.stocks, w.values, w.events):
            if item in group:
                return group[item].per
        head, _, option = item.partition(".")
        if head in w.switches:
            options = w.switches[head].options
            return () if (option in options if option else not options) else None
        if head in w.decisions and option:
            return () if any(o.name == option for o in w.decisions[head].options) else None
        return None

    def unknown(self, item: str, tree: Name) -> Unresolved:
        if self.problems.full:  # nobody would see what this finds out
            return Unresolved()
        w = self.world
        head, _, option = item.partition(".")
        options: tuple[str, ...] = ()
        if head in w.switches:
            options = w.switches[head].options
        elif head in w.decisions:
            options = tuple(o.name for o in w.decisions[head].options)
        if options and option:
            message = f"'{head}' has no option '{option}'"
            return self.fail("unknown-name", tree.place, message, nearest(option, options))
        if options:
            message = f"'{head}' is read with one of its options"
            return self.fail("unknown-name", tree.place, message, f"As in {head}.{options[0]}.")
        if head in w.endings:
            return self.fail(
                "unknown-name", tree.place, f"'{head}' is an ending; formulas cannot read endings"
            )
        if head in FUNCTIONS:
            return self.fail(
                "unknown-name", tree.place, f"'{head}' is a function", f"Write {FUNCTIONS[head][2]}."
            )
        if head in self.dimension_of:
            return self.fail(
                "unknown-name", tree.place, f"'{head}' is a member of {self.dimension_of[head]}, not a value"
            )
        if head in w.roles:
            return self.fail("unknown-name", tree.place, f"'{head}' is another name of {w.roles[head]}, not a value")
        if head in w.dimensions:
            return self.fail(
                "unknown-name",
                tree.place,
                f"'{head}' is a dimension, not a value",
                f"Its members are {', '.join(w.dimensions[head])}.",
            )
        if head in w.relations:
            return self.fail(
                "unknown-name",
                tree.place,
                f"'{head}' is a relation",
                f"Write {head}.x for the x of the {head}.",
            )
        if head in w.tables:
            return self.fail("unknown-name", tree.place, f"'{head}' is a table", f"Write lookup({head}, x).")
        if item in w.places or item in self.missing:
            return Unresolved()  # declared, but its declaration has a problem of its own
        known = [*w.parameters, *w.stocks, *w.values, *w.events, *w.switches]
        hint = nearest(item, known)
        if item in self.units.names:
            hint = f"'{item}' is a unit: it stands only behind a number, as in 1 {item}."
        elif item in ("True", "False", "TRUE", "FALSE"):
            hint = f"Write {item.lower()}."
        elif item.lower() in ("and", "or", "not"):
            hint = f"Write {item.lower()}, in small letters."
        return self.fail("unknown-name", tree.place, f"nothing is called '{item}'", hint)
