"""From syntax to nodes: what the names mean, which member is meant, whether units and kinds agree."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

from ..quantities.units import PER_TIME, PURE, TIME, Dimension, Units, UnknownUnit
from ..text.problems import Place, Problems, nearest
from ..text.syntax import Binary, Call, Expression, Name, Number, Text, Unary
from .builtins import FUNCTIONS
from .declared import Members, World
from .graph import FLAG, NUMBER
from .maker import Maker, Typed

MAX_WORK = 200_000  # operations of all formulas, once dimensions are written out

Context = dict[str, str]  # dimension -> member
_ARITHMETIC = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
_COMPARISON = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq"}


class Unresolved(Exception):
    """An expression with a problem that has been recorded; the caller goes on with the next one."""


class Resolver:
    """Turns names and operators into nodes, asking ``read`` for named things; ``calls.Calls`` adds the functions."""

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
        self.path = ""  # of the item in work: names its streams and hidden stocks
        self._counter: dict[str, int] = {}
        self._work = 0

    def fail(self, code: str, place: Place, message: str, hint: str = "") -> Unresolved:
        """Record a problem and return what to raise."""
        self.problems.add(code, place, message, hint)
        return Unresolved()

    def unique(self, what: str) -> str:
        """A name for the next hidden thing of the item in work."""
        key = f"{self.path}.{what}"
        self._counter[key] = self._counter.get(key, 0) + 1
        return f"{key}.{self._counter[key]}" if self._counter[key] > 1 else key

    def number(self, tree: Expression, context: Context, needed: Dimension | None, what: str) -> int:
        """The node of a number; ``needed`` is what it must measure (None: anything)."""
        found = self.resolve(tree, context)
        if found.kind != NUMBER:
            hint = "Write if(flag, 1, 0) where a number is meant."
            raise self.fail(
                "not-a-number", tree.place, f"{what} must be a number, but this is true or false", hint
            )
        if needed is not None and found.dimension is not None and found.dimension != needed:
            raise self.misfit(tree.place, what, needed, found.dimension)
        return found.node

    def misfit(self, place: Place, what: str, needed: Dimension, found: Dimension | None) -> Unresolved:
        """Record that a number measures something else than its place needs."""
        hint = ""
        if found == PURE:
            hint = f"A bare number has no unit: write it behind the number, as in 5 {needed}."
        elif found is not None and found.times(PER_TIME) == needed:
            hint = "A flow is so much per time: divide by a time, as in x / 1 month."
        elif found is not None and found == needed.times(PER_TIME):
            hint = "This is so much per time: multiply by a time, as in x * 1 month."
        return self.fail(
            "wrong-unit",
            place,
            f"{what} must be {'' if needed == PURE else 'in '}{named(needed)}, but this comes out as {named(found)}",
            hint,
        )

    def condition(self, tree: Expression, context: Context, what: str) -> int:
        """The node of a flag."""
        found = self.resolve(tree, context)
        if found.kind != FLAG:
            hint = "Compare it with something, as in x > 0."
            raise self.fail(
                "not-a-flag", tree.place, f"{what} must be true or false, but this is a number", hint
            )
        return found.node

    def resolve(self, tree: Expression, context: Context) -> Typed:
        """The typed node of any expression. Raises ``Unresolved`` after recording a problem."""
        self._work += 1
        if self._work > MAX_WORK:
            message = f"the world comes to more than {MAX_WORK:,} operations once dimensions are written out"
            raise self.fail(
                "too-large", tree.place, message, "Sums inside sums over large dimensions multiply."
            )
        match tree:
            case Number():
                return self.literal(tree)
            case Text():
                raise self.fail("stray-text", tree.place, "a quoted text stands only inside date(...)")
            case Name():
                return self.name(tree, context)
            case Unary():
                return self.unary(tree, context)
            case Binary():
                return self.binary(tree, context)
            case Call():
                return self.call(tree, context)

    def literal(self, tree: Number) -> Typed:
        if not tree.unit:
            return Typed(self.maker.const(tree.value), NUMBER, None if tree.value == 0 else PURE)
        try:
            unit = self.units.parse(tree.unit)
        except UnknownUnit as error:
            hint = nearest(error.word, self.units.names) if error.word else ""
            if error.word in self.world.places:
                hint = (
                    f"'{error.word}' is a name, not a unit: is an operator missing between the number and it?"
                )
            raise self.fail("unknown-unit", tree.place, str(error), hint) from None
        return Typed(self.maker.const(tree.value * unit.factor), NUMBER, unit.dimension)

    def locate(self, tree: Name, context: Context) -> tuple[str, Members]:
        """The item and members that a name means, without building it. Raises ``Unresolved``."""
        parts = list(tree.parts)
        inside, given = dict(context), set[str]()
        if parts[0] in self.world.relations and len(parts) > 1:
            relation = self.world.relations[parts.pop(0)]
            dimension = self.dimension_of.get(next(iter(relation), ""), "")
            here = context.get(dimension)
            if here is None:
                raise self.fail(
                    "no-member",
                    tree.place,
                    f"'{tree.parts[0]}' has no meaning here: no {dimension or 'member'} is given",
                )
            others = relation.get(here, ())
            if len(others) != 1:
                hint = f"Use sum({'.'.join(tree.parts)})." if others else ""
                raise self.fail(
                    "many-members",
                    tree.place,
                    f"'{tree.parts[0]}' of {here} is {len(others) or 'no'} member{'s' * (len(others) > 1)}",
                    hint,
                )
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
                hint = nearest(member, self.dimension_of)
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
        w = self.world
        head, _, option = item.partition(".")
        if head in w.switches and w.switches[head].options:
            return self.fail(
                "unknown-name",
                tree.place,
                f"'{head}' is one of several options",
                f"Write {head}.{w.switches[head].options[0]}.",
            )
        if head in w.decisions:
            names = [o.name for o in w.decisions[head].options]
            return self.fail(
                "unknown-name",
                tree.place,
                f"the decision '{head}' is read with its option",
                f"As in {head}.{names[0] if names else 'option'}.",
            )
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
        if item in w.places:
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

    def name(self, tree: Name, context: Context) -> Typed:
        if tree.parts == ("time",) and not tree.index:
            return Typed(self.maker.clock, NUMBER, TIME)
        if tree.parts in (("true",), ("false",)) and not tree.index:
            return Typed(self.maker.flag(tree.parts[0]), FLAG, PURE)
        item, members = self.locate(tree, context)
        return self.read(item, members, tree.place)

    def unary(self, tree: Unary, context: Context) -> Typed:
        if tree.operator == "not":
            return Typed(
                self.maker.flag("not", self.condition(tree.argument, context, "what follows 'not'")),
                FLAG,
                PURE,
            )
        found = self.resolve(tree.argument, context)
        node = self.maker.graph.nodes[self.need_number(found, tree.argument.place)]
        if node.operation == "const":
            return Typed(self.maker.const(-float(node.data)), NUMBER, found.dimension)
        return Typed(self.maker.add("neg", found.node), NUMBER, found.dimension)

    def need_number(self, found: Typed, place: Place) -> int:
        if found.kind != NUMBER:
            hint = "Write if(flag, 1, 0) where a number is meant."
            raise self.fail("not-a-number", place, "a number is needed here, but this is true or false", hint)
        return found.node

    def same(self, a: Typed, b: Typed, place: Place, doing: str) -> Dimension | None:
        """The common dimension of two numbers that are added or compared."""
        if a.dimension is None or b.dimension is None:
            return a.dimension if b.dimension is None else b.dimension
        if a.dimension != b.dimension:
            hint = ""
            if PURE in (a.dimension, b.dimension):
                other = b.dimension if a.dimension == PURE else a.dimension
                hint = f"A bare number has no unit: write it behind the number, as in 5 {named(other)}."
            raise self.fail(
                "wrong-unit",
                place,
                f"{doing} {named(a.dimension)} and {named(b.dimension)} makes no sense",
                hint,
            )
        return a.dimension

    def binary(self, tree: Binary, context: Context) -> Typed:
        if tree.operator in ("and", "or"):
            what = f"each side of '{tree.operator}'"
            a, b = self.condition(tree.left, context, what), self.condition(tree.right, context, what)
            return Typed(self.maker.flag(tree.operator, a, b), FLAG, PURE)
        left, right = self.resolve(tree.left, context), self.resolve(tree.right, context)
        a, b = self.need_number(left, tree.left.place), self.need_number(right, tree.right.place)
        if tree.operator == "!=" or tree.operator in _COMPARISON:
            self.same(left, right, tree.place, "comparing")
            if tree.operator == "!=":  # less or greater, so that comparing with never is false here too
                return Typed(
                    self.maker.flag("or", self.maker.flag("lt", a, b), self.maker.flag("gt", a, b)),
                    FLAG,
                    PURE,
                )
            return Typed(self.maker.flag(_COMPARISON[tree.operator], a, b), FLAG, PURE)
        if tree.operator in ("+", "-"):
            doing = "adding" if tree.operator == "+" else "subtracting"
            dimension = self.same(left, right, tree.place, doing)
            return Typed(self.maker.add(_ARITHMETIC[tree.operator], a, b), NUMBER, dimension)
        if tree.operator in ("*", "/"):
            sign = 1.0 if tree.operator == "*" else -1.0
            dimension = (left.dimension or PURE).times(right.dimension or PURE, sign)
            if left.dimension is None:
                dimension = None
            return Typed(self.maker.add(_ARITHMETIC[tree.operator], a, b), NUMBER, dimension)
        return self.raised(tree, left, right)

    def raised(self, tree: Binary, left: Typed, right: Typed) -> Typed:
        if right.dimension not in (None, PURE):
            raise self.fail(
                "wrong-unit",
                tree.right.place,
                f"an exponent must be a pure number, but this is {named(right.dimension)}",
            )
        exponent = self.maker.graph.nodes[right.node]
        dimension = left.dimension
        if dimension not in (None, PURE):
            if exponent.operation != "const":
                hint = "Divide by a reference first, as in (x/x0)^y."
                raise self.fail(
                    "wrong-unit",
                    tree.left.place,
                    f"{named(dimension)} cannot be raised to a power that varies",
                    hint,
                )
            dimension = dimension.power(float(exponent.data))
        return Typed(self.maker.power(left.node, right.node), NUMBER, dimension)

    def call(self, tree: Call, context: Context) -> Typed:
        """A function of the language."""
        raise NotImplementedError


def named(dimension: Dimension | None) -> str:
    """A dimension in words."""
    return "any unit" if dimension is None else str(dimension)


def members_of(world: World, per: Members) -> list[Members]:
    """All tuples of members over these dimensions, in order."""
    return list(product(*(world.dimensions.get(d, ()) for d in per)))
