"""The functions of the language: what each takes, what it measures, and the nodes that it becomes."""

from __future__ import annotations

from ..quantities.calendar import parse_date
from ..quantities.distributions import NAMES
from ..quantities.units import ONE, PURE, TIME, Dimension, UnknownUnit
from ..text.problems import nearest
from ..text.syntax import Call, Name, Text
from .builtins import FUNCTIONS
from .checks import MAX_VALUES
from .graph import FLAG, NUMBER, Host
from .maker import Typed
from .resolve import REFERENCE, Context, Resolver, Unresolved, named


class Calls(Resolver):
    """Turns every expression into nodes:
    a method ``call_f`` for each function f that is more than its arguments.
    """

    def call(self, tree: Call, context: Context) -> Typed:
        if tree.function not in FUNCTIONS:
            hint = nearest(tree.function, FUNCTIONS)
            if tree.function in NAMES:
                hint = "A distribution stands alone: make it a parameter and use its name here."
            message = f"'{tree.function}' is not a function of the language; formulas can call nothing else"
            raise self.fail("unknown-function", tree.place, message, hint)
        fewest, most, usage = FUNCTIONS[tree.function]
        if not fewest <= len(tree.arguments) <= most:
            takes = (
                f"{fewest} argument{'s' * (fewest != 1)}"
                if fewest == most
                else f"{fewest} to {most} arguments"
            )
            raise self.fail(
                "wrong-arguments",
                tree.place,
                f"'{tree.function}' takes {takes}, not {len(tree.arguments)}",
                f"Write {usage}.",
            )
        if tree.over and tree.function not in ("sum", "any", "all"):
            raise self.fail(
                "wrong-arguments", tree.place, f"'over' belongs to sum, any and all, not to '{tree.function}'"
            )
        method = getattr(self, f"call_{tree.function}", None)
        if method is not None:
            return method(tree, context)
        return self.simple(tree, context)

    def simple(self, tree: Call, context: Context) -> Typed:
        """exp, log, logistic, softplus (plain numbers), abs, sqrt, min, max, clip (any unit)."""
        function, make = tree.function, self.maker
        found = [self.resolve(a, context) for a in tree.arguments]
        nodes = [self.need_number(f, a.place) for f, a in zip(found, tree.arguments, strict=True)]
        if function in ("exp", "log", "logistic", "softplus"):
            if found[0].dimension not in (None, PURE):
                said = self.described(found[0].dimension, tree.arguments[0])
                message = f"{function}(...) works on {named(PURE)}, but is given {said}"
                self.differs(tree.arguments[0].place, message, REFERENCE)
            made = {"logistic": make.logistic, "softplus": make.softplus}.get(function)
            return Typed(made(nodes[0]) if made else make.add(function, nodes[0]), NUMBER, PURE)
        if function == "abs":
            return Typed(make.add("abs", nodes[0]), NUMBER, found[0].dimension)
        if function == "sqrt":
            dimension = found[0].dimension
            return Typed(make.add("sqrt", nodes[0]), NUMBER, dimension.power(0.5) if dimension else dimension)
        common = found[0]
        for other, argument in zip(found[1:], tree.arguments[1:], strict=True):
            doing = f"compared, which {function}(...) does"
            common = Typed(0, NUMBER, self.same(common, other, argument.place, doing, tree.arguments[0], argument))
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
            raise self.fail(
                "mixed-kinds", tree.place, "one branch of if(...) is a number, the other true or false"
            )
        dimension: Dimension | None = PURE
        if yes.kind == NUMBER:
            dimension = self.same(yes, no, tree.place, "the two branches of if(...)", *tree.arguments[1:])
        return Typed(self.maker.select(condition, yes.node, no.node), yes.kind, dimension)

    def each(self, tree: Call, context: Context) -> list[Typed]:
        """The argument of sum, any or all for every member that it runs over."""
        argument = tree.arguments[0]
        if tree.over:
            members = self.world.dimensions.get(tree.over)
            if members is None:
                hint = nearest(tree.over, self.world.dimensions)
                raise self.fail("unknown-dimension", tree.place, f"'{tree.over}' is not a dimension", hint)
            if not members:  # none of its members was a name: a problem of its own
                raise Unresolved
            return [self.resolve(argument, {**context, tree.over: m}) for m in members]
        if (
            isinstance(argument, Name)
            and argument.parts[0] in self.world.relations
            and len(argument.parts) > 1
        ):
            relation = argument.parts[0]
            dimension = self.side_of(relation)
            here = context.get(dimension, "")
            plain = Name(argument.parts[1:], argument.index, argument.place)
            others = self.world.relations[relation].get(here, ())
            if others:
                return [self.resolve(plain, {**context, dimension: m}) for m in others]
        raise self.fail(
            "wrong-arguments",
            tree.place,
            f"over what does '{tree.function}' run?",
            f"Write {FUNCTIONS[tree.function][2]}.",
        )

    def call_sum(self, tree: Call, context: Context) -> Typed:
        found = self.each(tree, context)
        total = found[0]
        self.need_number(total, tree.place)
        for other in found[1:]:
            dimension = self.same(total, other, tree.place, "added")
            total = Typed(
                self.maker.add("add", total.node, self.need_number(other, tree.place)), NUMBER, dimension
            )
        return total

    def call_any(self, tree: Call, context: Context) -> Typed:
        found = self.each(tree, context)
        if any(f.kind != FLAG for f in found):
            raise self.fail(
                "not-a-flag", tree.place, f"'{tree.function}' needs something that is true or false"
            )
        node = found[0].node
        for other in found[1:]:
            node = self.maker.flag("or" if tree.function == "any" else "and", node, other.node)
        return Typed(node, FLAG, PURE)

    call_all = call_any

    def call_date(self, tree: Call, context: Context) -> Typed:
        argument = tree.arguments[0]
        if not isinstance(argument, Text):
            raise self.fail(
                "bad-date", tree.place, "date needs a date in quotes", 'Write date("2025-08-31").'
            )
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
            raise self.fail(
                "wrong-arguments",
                tree.place,
                "cycle needs a fixed date and a fixed period",
                f"Write {FUNCTIONS['cycle'][2]}.",
            )
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
        return Typed(
            self.maker.delay(self.unique(tree.function), found.node, time, order), NUMBER, found.dimension
        )

    call_delay3 = call_delay1

    def call_delay(self, tree: Call, context: Context) -> Typed:
        found, time = self.lagged(tree, context)
        length = self.maker.graph.nodes[time]
        if length.operation != "const" or not length.data > 0:
            message = "delay needs a fixed length above 0, the same in all futures and at all times"
            hint = (
                f"Write {FUNCTIONS['delay'][2]}; for a length that may differ, delay1(x, t) or delay3(x, t)."
            )
            raise self.fail("wrong-arguments", tree.arguments[1].place, message, hint)
        days = float(length.data)
        total = days + sum(line.slots for line in self.maker.graph.lines)
        if not total <= MAX_VALUES:
            message = (
                f"the lengths of all fixed delays come to {total:,.0f} days; the limit is {MAX_VALUES:,}, "
                "for each day is a value to remember"
            )
            hint = (
                "Shorten some of them, or write delay1(x, t) or delay3(x, t), which need one value or three."
            )
            raise self.fail("too-large", tree.place, message, hint)
        self.maker.once_a_step.setdefault(tree.place, f"'{self.path}' has a fixed delay")
        return Typed(self.maker.fixed_delay(self.unique("delay"), found.node, days), NUMBER, found.dimension)

    def call_noise(self, tree: Call, context: Context) -> Typed:
        spread = self.resolve(tree.arguments[0], context)
        self.need_number(spread, tree.arguments[0].place)
        name = self.unique("noise")
        self.maker.once_a_step.setdefault(tree.place, f"'{self.path}' has noise")
        if len(tree.arguments) == 1:
            dimension = (spread.dimension or PURE).times(TIME, -0.5)
            return Typed(self.maker.white(name, spread.node, tree.place), NUMBER, dimension)
        time = self.number(tree.arguments[1], context, TIME, "the time of noise(...)")
        return Typed(self.maker.correlated(name, spread.node, time), NUMBER, spread.dimension)

    def call_fired(self, tree: Call, context: Context) -> Typed:
        argument = tree.arguments[0]
        if isinstance(argument, Name):
            item, members = self.locate(argument, context)
            if item in self.world.events:
                return self.read(f"fired {item}", members, tree.place)
        raise self.fail(
            "wrong-arguments", tree.place, "fired needs the name of an event", "As in fired(relapse)."
        )

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
            raise self.fail(
                "unknown-name",
                table.place,
                "lookup needs the name of a table first",
                "As in lookup(table, x).",
            )
        item = self.world.tables[table.parts[0]]
        x = self.number(tree.arguments[1], context, PURE, "what is looked up")
        try:
            unit = self.units.parse(item.unit)
        except UnknownUnit:  # reported where the table is declared
            if not self.problems.draft:
                raise Unresolved from None
            unit = ONE
        points = tuple((a, b * unit.factor) for a, b in item.points)
        return Typed(self.maker.lookup(points, x), NUMBER, unit.dimension)
