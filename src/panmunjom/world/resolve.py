"""From syntax to nodes: literals and operators, and whether units and kinds agree."""

from __future__ import annotations

from abc import ABC, abstractmethod
from itertools import product

from ..quantities.units import PER_TIME, PURE, TIME, Dimension, UnknownUnit
from ..text.problems import CaseError, Place, nearest
from ..text.syntax import Binary, Call, Expression, Name, Number, Text, Unary
from .declared import ANY_UNIT, GUESSED_UNIT, Members, World
from .graph import FLAG, NUMBER
from .maker import Typed
from .names import Context, Names
from .names import Unresolved as Unresolved

MAX_WORK = 200_000  # parts of all formulas, once dimensions are written out
MAX_SIZE = 40_000  # operations of the graph and what a step keeps: about a minute of compiling, 8 MB of stack

REFERENCE = "Divide it by a typical amount in the same unit first, as in men / 1000 man."

_ARITHMETIC = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
_COMPARISON = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq"}


class Resolver(Names, ABC):
    """Turns names and operators into nodes; ``calls.Calls`` adds the functions."""

    def number(self, tree: Expression, context: Context, needed: Dimension | None, what: str) -> int:
        """The node of a number; ``needed`` is what it must measure (None: anything)."""
        found = self.resolve(tree, context)
        if found.kind != NUMBER:
            hint = "Write if(flag, 1, 0) where a number is meant."
            raise self.fail(
                "not-a-number", tree.place, f"{what} must be a number, but this is true or false", hint
            )
        if needed is not None and found.dimension is not None and found.dimension != needed:
            self.misfit(tree.place, what, needed, found.dimension)
        return found.node

    def misfit(self, place: Place, what: str, needed: Dimension, found: Dimension | None) -> None:
        """Record that a number measures something else than its place needs. Raises as ``differs`` does."""
        hint = ""
        if needed == PURE:
            hint = REFERENCE
        elif found == PURE:
            hint = with_unit(needed)
        elif found is not None and found.times(PER_TIME) == needed:
            hint = "A flow is so much per time: divide by a time, as in x / 1 month."
        elif found is not None and found == needed.times(PER_TIME):
            hint = "This is so much per time: multiply by a time, as in x * 1 month."
        right = {PURE: named(needed), TIME: "a date or a length of time"}.get(needed, f"in {needed}")
        self.differs(place, f"{what} must be {right}, but this comes out as {named(found)}", hint)

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
        if self._work > MAX_WORK or self.maker.size > MAX_SIZE:
            message = "the world comes to too many operations once dimensions are written out"
            hint = "Sums inside sums over large dimensions multiply."
            self.problems.add("too-large", tree.place, message, hint)
            raise CaseError(self.problems)
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
            unresolved = self.fail("unknown-unit", tree.place, str(error), hint)
            if self.problems.draft:
                return Typed(self.maker.const(tree.value), NUMBER, None)
            raise unresolved from None
        return Typed(self.maker.const(tree.value * unit.factor), NUMBER, unit.dimension)

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

    def same(self, a: Typed, b: Typed, place: Place, doing: str, *trees: Expression) -> Dimension | None:
        """The common dimension of two numbers that are added or compared; ``trees`` is what stands for them."""
        if a.dimension is None or b.dimension is None:
            return a.dimension if b.dimension is None else b.dimension
        if a.dimension != b.dimension:
            hint = ""
            if PURE in (a.dimension, b.dimension):
                hint = with_unit(b.dimension if a.dimension == PURE else a.dimension)
            elif b.dimension in (a.dimension.times(PER_TIME), a.dimension.times(TIME)):
                hint = "One of them is so much per time: multiply it by a time, as in x * 1 month."
            said = [self.described(d, *trees[k : k + 1]) for k, d in enumerate((a.dimension, b.dimension))]
            self.differs(place, f"{said[0]} and {said[1]} measure different things: they cannot be {doing}", hint)
            return None
        return a.dimension

    def described(self, dimension: Dimension, tree: Expression | None = None) -> str:
        """A number as its writer knows it: by its name with the unit in which it was declared, or by what it measures."""
        if not isinstance(tree, Name):
            return named(dimension)
        w, item = self.world, tree.parts[-1]
        unit = next((g[item].unit for g in (w.parameters, w.stocks, w.values) if item in g), "")
        unit = unit if unit not in (ANY_UNIT, GUESSED_UNIT, "") else named(dimension)
        name = ".".join(tree.parts) + (f"[{', '.join(tree.index)}]" if tree.index else "")
        return f"'{name}' (in {unit})" if dimension != PURE else f"'{name}' ({named(PURE)})"

    def binary(self, tree: Binary, context: Context) -> Typed:
        if tree.operator in ("and", "or"):
            what = f"each side of '{tree.operator}'"
            a, b = self.condition(tree.left, context, what), self.condition(tree.right, context, what)
            return Typed(self.maker.flag(tree.operator, a, b), FLAG, PURE)
        left, right = self.resolve(tree.left, context), self.resolve(tree.right, context)
        a, b = self.need_number(left, tree.left.place), self.need_number(right, tree.right.place)
        if tree.operator == "!=" or tree.operator in _COMPARISON:
            self.same(left, right, tree.place, "compared", tree.left, tree.right)
            if tree.operator == "!=":  # less or greater, so that comparing with never is false here too
                return Typed(
                    self.maker.flag("or", self.maker.flag("lt", a, b), self.maker.flag("gt", a, b)),
                    FLAG,
                    PURE,
                )
            return Typed(self.maker.flag(_COMPARISON[tree.operator], a, b), FLAG, PURE)
        if tree.operator in ("+", "-"):
            doing = "added" if tree.operator == "+" else "subtracted"
            dimension = self.same(left, right, tree.place, doing, tree.left, tree.right)
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
            message = f"an exponent must be {named(PURE)}, but this is in {named(right.dimension)}"
            self.differs(tree.right.place, message, REFERENCE)
        exponent = self.maker.graph.nodes[right.node]
        dimension = left.dimension
        if dimension not in (None, PURE):
            if exponent.operation != "const":
                hint = "Divide by a reference first, as in (x/x0)^y."
                self.differs(tree.left.place, f"{named(dimension)} cannot be raised to a power that varies", hint)
                return Typed(self.maker.power(left.node, right.node), NUMBER, None)
            dimension = dimension.power(float(exponent.data))
        return Typed(self.maker.power(left.node, right.node), NUMBER, dimension)

    @abstractmethod
    def call(self, tree: Call, context: Context) -> Typed:
        """A function of the language."""


def with_unit(dimension: Dimension) -> str:
    """How a bare number becomes one that measures something."""
    text = str(dimension)
    if dimension == TIME:
        return 'A bare number has no unit: write 3 months, or date("2025-08-31").'
    example = (
        "0.1 / 1 month"
        if dimension == PER_TIME
        else f"5 / 1 {text[2:]}"
        if text.startswith("1/")
        else f"5 {text}"
    )
    return f"A bare number has no unit: write it behind the number, as in {example}."


def named(dimension: Dimension | None) -> str:
    """A dimension in words."""
    if dimension == PURE:
        return "a plain number without a unit"
    return "any unit" if dimension is None else str(dimension)


def members_of(world: World, per: Members) -> list[Members]:
    """All tuples of members over these dimensions, in order."""
    return list(product(*(world.dimensions.get(d, ()) for d in per)))
