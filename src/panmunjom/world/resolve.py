"""From syntax to nodes: what the names mean, which member is meant, whether units and kinds agree."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

from ..quantities.calendar import parse_date
from ..quantities.units import PER_TIME, PURE, TIME, Dimension, UnknownUnit, Units
from ..text.problems import Place, Problems, nearest
from ..text.syntax import Binary, Call, Expression, Name, Number, Text, Unary
from .builtins import FUNCTIONS
from .declared import Members, World
from .graph import FLAG, NUMBER, Host
from .maker import Maker, Typed

Context = dict[str, str]  # dimension -> member
_ARITHMETIC = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
_COMPARISON = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}


class Unresolved(Exception):
    """An expression with a problem that has been recorded; the caller goes on with the next one."""


class Resolver:
    """Turns expressions into nodes, asking ``read`` for named things."""

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

    def fail(self, code: str, place: Place, message: str, hint: str = "") -> Unresolved:
        """Record a problem and return what to raise."""
        self.problems.add(code, place, message, hint)
        return Unresolved()

    def unique(self, what: str) -> str:
        """A name for the next hidden thing of the item in work."""
        key = f"{self.path}.{what}"
        self._counter[key] = self._counter.get(key, 0) + 1
        return f"{key}.{self._counter[key]}" if self._counter[key] > 1 else key

    # -- entry points

    def number(self, tree: Expression, context: Context, needed: Dimension | None, what: str) -> int:
        """The node of a number; ``needed`` is what it must measure (None: anything)."""
        found = self.resolve(tree, context)
        if found.kind != NUMBER:
            hint = "Write if(flag, 1, 0) where a number is meant."
            raise self.fail("not-a-number", tree.place, f"{what} must be a number, but this is true or false", hint)
        if needed is not None and found.dimension is not None and found.dimension != needed:
            raise self.fail("wrong-unit", tree.place, f"{what} must be {named(needed)}, but this comes out as {named(found.dimension)}")
        return found.node

    def condition(self, tree: Expression, context: Context, what: str) -> int:
        """The node of a flag."""
        found = self.resolve(tree, context)
        if found.kind != FLAG:
            hint = "Compare it with something, as in x > 0."
            raise self.fail("not-a-flag", tree.place, f"{what} must be true or false, but this is a number", hint)
        return found.node

    def resolve(self, tree: Expression, context: Context) -> Typed:
        """The typed node of any expression. Raises ``Unresolved`` after recording a problem."""
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
                hint = f"'{error.word}' is a name, not a unit: is an operator missing between the number and it?"
            raise self.fail("unknown-unit", tree.place, str(error), hint) from None
        return Typed(self.maker.const(tree.value * unit.factor), NUMBER, unit.dimension)

    # -- names

    def locate(self, tree: Name, context: Context) -> tuple[str, Members]:
        """The item and members that a name means, without building it. Raises ``Unresolved``."""
        parts = list(tree.parts)
        inside = dict(context)
        if parts[0] in self.world.relations and len(parts) > 1:
            relation = self.world.relations[parts.pop(0)]
            dimension = self.dimension_of.get(next(iter(relation), ""), "")
            here = context.get(dimension)
            if here is None:
                raise self.fail("no-member", tree.place, f"'{tree.parts[0]}' has no meaning here: no {dimension or 'member'} is given")
            others = relation.get(here, ())
            if len(others) != 1:
                hint = f"Use sum({'.'.join(tree.parts)})." if others else ""
                raise self.fail("many-members", tree.place, f"'{tree.parts[0]}' of {here} is {len(others)} members", hint)
            inside[dimension] = others[0]
        for member in tree.index:
            dimension = self.dimension_of.get(member, "")
            if member in self.world.relations and len(self.world.relations[member].get(context.get(self.side_of(member), ""), ())) == 1:
                dimension = self.side_of(member)
                inside[dimension] = self.world.relations[member][context[dimension]][0]
                continue
            if not dimension:
                hint = nearest(member, self.dimension_of)
                raise self.fail("unknown-member", tree.place, f"'{member}' is a member of no dimension", hint)
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
                raise self.fail("no-dimension", tree.place, f"'{item}' is not per {dimension}; it is per {', '.join(per)}")
        for dimension in per:
            if dimension not in inside:
                members = ", ".join(self.world.dimensions.get(dimension, ()))
                raise self.fail("no-member", tree.place, f"which {dimension} of '{item}' is meant?", f"Write {item}[...] with one of {members}.")
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
            return self.fail("unknown-name", tree.place, f"'{head}' is one of several options", f"Write {head}.{w.switches[head].options[0]}.")
        if head in w.decisions:
            names = [o.name for o in w.decisions[head].options]
            return self.fail("unknown-name", tree.place, f"the decision '{head}' is read with its option", f"As in {head}.{names[0] if names else 'option'}.")
        if head in w.endings:
            return self.fail("unknown-name", tree.place, f"'{head}' is an ending; formulas cannot read endings")
        if head in FUNCTIONS:
            return self.fail("unknown-name", tree.place, f"'{head}' is a function", f"Write {FUNCTIONS[head][2]}.")
        if head in self.dimension_of:
            return self.fail("unknown-name", tree.place, f"'{head}' is a member of {self.dimension_of[head]}, not a value")
        known = [*w.parameters, *w.stocks, *w.values, *w.events, *w.switches]
        return self.fail("unknown-name", tree.place, f"nothing is called '{item}'", nearest(item, known))

    def name(self, tree: Name, context: Context) -> Typed:
        if tree.parts == ("time",) and not tree.index:
            return Typed(self.maker.clock, NUMBER, TIME)
        if tree.parts in (("true",), ("false",)) and not tree.index:
            return Typed(self.maker.flag(tree.parts[0]), FLAG, PURE)
        item, members = self.locate(tree, context)
        return self.read(item, members, tree.place)

    # -- operators

    def unary(self, tree: Unary, context: Context) -> Typed:
        if tree.operator == "not":
            return Typed(self.maker.flag("not", self.condition(tree.argument, context, "what follows 'not'")), FLAG, PURE)
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
            raise self.fail("wrong-unit", place, f"{doing} {named(a.dimension)} and {named(b.dimension)} makes no sense")
        return a.dimension

    def binary(self, tree: Binary, context: Context) -> Typed:
        if tree.operator in ("and", "or"):
            what = f"each side of '{tree.operator}'"
            a, b = self.condition(tree.left, context, what), self.condition(tree.right, context, what)
            return Typed(self.maker.flag(tree.operator, a, b), FLAG, PURE)
        left, right = self.resolve(tree.left, context), self.resolve(tree.right, context)
        a, b = self.need_number(left, tree.left.place), self.need_number(right, tree.right.place)
        if tree.operator in _COMPARISON:
            self.same(left, right, tree.place, "comparing")
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
            raise self.fail("wrong-unit", tree.right.place, f"an exponent must be a pure number, but this is {named(right.dimension)}")
        exponent = self.maker.graph.nodes[right.node]
        dimension = left.dimension
        if dimension not in (None, PURE):
            if exponent.operation != "const":
                hint = "Divide by a reference first, as in (x/x0)^y."
                raise self.fail("wrong-unit", tree.left.place, f"{named(dimension)} cannot be raised to a power that varies", hint)
            dimension = dimension.power(float(exponent.data))
        return Typed(self.maker.power(left.node, right.node), NUMBER, dimension)

    # -- calls

    def call(self, tree: Call, context: Context) -> Typed:
        if tree.function not in FUNCTIONS:
            hint = nearest(tree.function, FUNCTIONS)
            message = f"'{tree.function}' is not a function of the language; formulas can call nothing else"
            raise self.fail("unknown-function", tree.place, message, hint)
        fewest, most, usage = FUNCTIONS[tree.function]
        if not fewest <= len(tree.arguments) <= most:
            raise self.fail("wrong-arguments", tree.place, f"'{tree.function}' takes {fewest} argument{'s' * (fewest != 1)}", f"Write {usage}.")
        if tree.over and tree.function not in ("sum", "any", "all"):
            raise self.fail("wrong-arguments", tree.place, f"'over' belongs to sum, any and all, not to '{tree.function}'")
        method = getattr(self, f"call_{tree.function}", None)
        if method is not None:
            return method(tree, context)
        return self.simple(tree, context)

    def simple(self, tree: Call, context: Context) -> Typed:
        """exp, log, logistic, softplus (pure numbers), abs, sqrt, min, max, clip (any unit)."""
        function, make = tree.function, self.maker
        found = [self.resolve(a, context) for a in tree.arguments]
        nodes = [self.need_number(f, a.place) for f, a in zip(found, tree.arguments, strict=True)]
        if function in ("exp", "log", "logistic", "softplus"):
            if found[0].dimension not in (None, PURE):
                hint = "Divide it by a reference of the same unit first."
                message = f"{function} needs a pure number, but this is {named(found[0].dimension)}"
                raise self.fail("wrong-unit", tree.arguments[0].place, message, hint)
            made = {"logistic": make.logistic, "softplus": make.softplus}.get(function)
            return Typed(made(nodes[0]) if made else make.add(function, nodes[0]), NUMBER, PURE)
        if function == "abs":
            return Typed(make.add("abs", nodes[0]), NUMBER, found[0].dimension)
        if function == "sqrt":
            dimension = found[0].dimension
            return Typed(make.add("sqrt", nodes[0]), NUMBER, dimension.power(0.5) if dimension else dimension)
        common = found[0]
        for other, argument in zip(found[1:], tree.arguments[1:], strict=True):
            common = Typed(0, NUMBER, self.same(common, other, argument.place, f"{function} of"))
        if function == "clip":
            node = make.add("min", make.add("max", nodes[0], nodes[1]), nodes[2])
        else:
            node = nodes[0]
            for n in nodes[1:]:
                node = make.add(function, node, n)
        return Typed(node, NUMBER, common.dimension)

    def call_if(self, tree: Call, context: Context) -> Typed:
        condition = self.condition(tree.arguments[0], context, "the condition of if(...)")
        yes, no = self.resolve(tree.arguments[1], context), self.resolve(tree.arguments[2], context)
        if yes.kind != no.kind:
            raise self.fail("mixed-kinds", tree.place, "one branch of if(...) is a number, the other true or false")
        dimension = self.same(yes, no, tree.place, "choosing between") if yes.kind == NUMBER else PURE
        return Typed(self.maker.select(condition, yes.node, no.node), yes.kind, dimension)

    def each(self, tree: Call, context: Context) -> list[Typed]:
        """The argument of sum, any or all for every member that it runs over."""
        argument = tree.arguments[0]
        if tree.over:
            members = self.world.dimensions.get(tree.over)
            if members is None:
                hint = nearest(tree.over, self.world.dimensions)
                raise self.fail("unknown-dimension", tree.place, f"'{tree.over}' is not a dimension", hint)
            return [self.resolve(argument, {**context, tree.over: m}) for m in members]
        if isinstance(argument, Name) and argument.parts[0] in self.world.relations and len(argument.parts) > 1:
            relation = argument.parts[0]
            dimension = self.side_of(relation)
            here = context.get(dimension, "")
            plain = Name(argument.parts[1:], argument.index, argument.place)
            others = self.world.relations[relation].get(here, ())
            if others:
                return [self.resolve(plain, {**context, dimension: m}) for m in others]
        raise self.fail("wrong-arguments", tree.place, f"over what does '{tree.function}' run?", f"Write {FUNCTIONS[tree.function][2]}.")

    def call_sum(self, tree: Call, context: Context) -> Typed:
        found = self.each(tree, context)
        total = found[0]
        self.need_number(total, tree.place)
        for other in found[1:]:
            dimension = self.same(total, other, tree.place, "adding")
            total = Typed(self.maker.add("add", total.node, self.need_number(other, tree.place)), NUMBER, dimension)
        return total

    def call_any(self, tree: Call, context: Context) -> Typed:
        found = self.each(tree, context)
        if any(f.kind != FLAG for f in found):
            raise self.fail("not-a-flag", tree.place, f"'{tree.function}' needs something that is true or false")
        node = found[0].node
        for other in found[1:]:
            node = self.maker.flag("or" if tree.function == "any" else "and", node, other.node)
        return Typed(node, FLAG, PURE)

    call_all = call_any

    def call_date(self, tree: Call, context: Context) -> Typed:
        argument = tree.arguments[0]
        if not isinstance(argument, Text):
            raise self.fail("bad-date", tree.place, "date needs a date in quotes", 'Write date("2025-08-31").')
        try:
            day = parse_date(argument.value)
        except ValueError as error:
            raise self.fail("bad-date", argument.place, str(error)) from None
        return Typed(self.maker.const(float(day.toordinal())), NUMBER, TIME)

    def reached(self, day: int) -> int:
        """True from the step that holds the day."""
        return self.maker.flag("gt", self.maker.add("add", self.maker.clock, self.maker.dt), day)

    def call_step(self, tree: Call, context: Context) -> Typed:
        height = self.resolve(tree.arguments[0], context)
        self.need_number(height, tree.arguments[0].place)
        day = self.number(tree.arguments[1], context, TIME, "the date of step(...)")
        node = self.maker.select(self.reached(day), height.node, self.maker.const(0.0))
        return Typed(node, NUMBER, height.dimension)

    def call_pulse(self, tree: Call, context: Context) -> Typed:
        height = self.resolve(tree.arguments[0], context)
        self.need_number(height, tree.arguments[0].place)
        day = self.number(tree.arguments[1], context, TIME, "the date of pulse(...)")
        length = self.number(tree.arguments[2], context, TIME, "the length of pulse(...)")
        ended = self.reached(self.maker.add("add", day, length))
        on = self.maker.flag("and", self.reached(day), self.maker.flag("not", ended))
        return Typed(self.maker.select(on, height.node, self.maker.const(0.0)), NUMBER, height.dimension)

    def call_ramp(self, tree: Call, context: Context) -> Typed:
        slope = self.resolve(tree.arguments[0], context)
        self.need_number(slope, tree.arguments[0].place)
        start = self.number(tree.arguments[1], context, TIME, "the first date of ramp(...)")
        end = self.number(tree.arguments[2], context, TIME, "the last date of ramp(...)")
        make = self.maker
        now = make.add("min", make.add("max", make.clock, start), end)
        node = make.add("mul", slope.node, make.add("sub", now, start))
        return Typed(node, NUMBER, (slope.dimension or PURE).times(TIME))

    def call_cycle(self, tree: Call, context: Context) -> Typed:
        nodes = self.maker.graph.nodes
        peak = nodes[self.number(tree.arguments[0], context, TIME, "the date of cycle(...)")]
        period = nodes[self.number(tree.arguments[1], context, TIME, "the period of cycle(...)")]
        if peak.operation != "const" or period.operation != "const" or period.data <= 0:
            raise self.fail("wrong-arguments", tree.place, "cycle needs a fixed date and a fixed period", f"Write {FUNCTIONS['cycle'][2]}.")
        return Typed(self.maker.host(Host("cycle", (float(peak.data), float(period.data)))), NUMBER, PURE)

    def lagged(self, tree: Call, context: Context) -> tuple[Typed, int]:
        found = self.resolve(tree.arguments[0], context)
        self.need_number(found, tree.arguments[0].place)
        return found, self.number(tree.arguments[1], context, TIME, f"the time of {tree.function}(...)")

    def call_smooth(self, tree: Call, context: Context) -> Typed:
        found, time = self.lagged(tree, context)
        return Typed(self.maker.smooth(self.unique("smooth"), found.node, time), NUMBER, found.dimension)

    def call_delay1(self, tree: Call, context: Context) -> Typed:
        found, time = self.lagged(tree, context)
        order = 1 if tree.function == "delay1" else 3
        return Typed(self.maker.delay(self.unique(tree.function), found.node, time, order), NUMBER, found.dimension)

    call_delay3 = call_delay1

    def call_noise(self, tree: Call, context: Context) -> Typed:
        spread = self.resolve(tree.arguments[0], context)
        self.need_number(spread, tree.arguments[0].place)
        name = self.unique("noise")
        if len(tree.arguments) == 1:
            dimension = (spread.dimension or PURE).times(TIME, -0.5)
            return Typed(self.maker.white(name, spread.node), NUMBER, dimension)
        time = self.number(tree.arguments[1], context, TIME, "the time of noise(...)")
        return Typed(self.maker.correlated(name, spread.node, time), NUMBER, spread.dimension)

    def call_fired(self, tree: Call, context: Context) -> Typed:
        argument = tree.arguments[0]
        if isinstance(argument, Name):
            item, members = self.locate(argument, context)
            if item in self.world.events:
                return self.read(f"fired {item}", members, tree.place)
        raise self.fail("wrong-arguments", tree.place, "fired needs the name of an event", "As in fired(relapse).")

    def call_first(self, tree: Call, context: Context) -> Typed:
        condition = self.condition(tree.arguments[0], context, "what first(...) waits for")
        return Typed(self.maker.first(condition), NUMBER, TIME)

    def call_since(self, tree: Call, context: Context) -> Typed:
        condition = self.condition(tree.arguments[0], context, "what since(...) counts from")
        return Typed(self.maker.add("sub", self.maker.clock, self.maker.since(condition)), NUMBER, TIME)

    def call_held(self, tree: Call, context: Context) -> Typed:
        condition = self.condition(tree.arguments[0], context, "what held(...) watches")
        length = self.number(tree.arguments[1], context, TIME, "the duration of held(...)")
        lasted = self.maker.add("sub", self.maker.clock, self.maker.since(condition))
        return Typed(self.maker.flag("and", condition, self.maker.flag("ge", lasted, length)), FLAG, PURE)

    def call_lookup(self, tree: Call, context: Context) -> Typed:
        table = tree.arguments[0]
        if not (isinstance(table, Name) and len(table.parts) == 1 and table.parts[0] in self.world.tables):
            raise self.fail("unknown-name", table.place, "lookup needs the name of a table first", "As in lookup(table, x).")
        item = self.world.tables[table.parts[0]]
        x = self.number(tree.arguments[1], context, PURE, "what is looked up")
        unit = self.units.parse(item.unit)
        points = tuple((a, b * unit.factor) for a, b in item.points)
        return Typed(self.maker.lookup(points, x), NUMBER, unit.dimension)


def named(dimension: Dimension | None) -> str:
    """A dimension in words."""
    return "any unit" if dimension is None else str(dimension)


def members_of(world: World, per: Members) -> list[Members]:
    """All tuples of members over these dimensions, in order."""
    return list(product(*(world.dimensions.get(d, ()) for d in per)))


__all__ = ["PER_TIME", "Context", "Resolver", "Unresolved", "members_of", "named"]
