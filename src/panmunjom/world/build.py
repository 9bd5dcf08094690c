"""Builds the graph of a world: every item for every member, every check that needs the whole."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from ..quantities.units import ONE, PER_TIME, PURE, Dimension, Unit, UnknownUnit, Units
from ..text.problems import Place, Problems, nearest
from ..text.syntax import Binary, Expression, Name
from .declared import ByMember, Effect, Item, Members, Parameter, World
from .graph import (
    FLAG,
    NUMBER,
    Answer,
    DecisionStep,
    EffectStep,
    EndingStep,
    EventStep,
    Graph,
    Group,
    Host,
    OptionStep,
    Row,
    Shown,
    Slot,
    StockStep,
    scalar_name,
)
from .maker import Maker, Typed
from .resolve import Context, Resolver, Unresolved, members_of, named

MAX_VALUES = 5_000  # scalars after dimensions are written out

_PARTS = ("family", "a", "b", "factor")


@dataclass(slots=True)
class Built:
    """A world that passed every check."""

    world: World
    units: Units
    graph: Graph
    row_of: dict[str, int] = field(default_factory=dict)  # scalar name of a parameter or switch -> row
    unit_of: dict[str, Unit] = field(default_factory=dict)  # item -> unit


def build(world: World, problems: Problems) -> Built | None:
    """The checked graph of a world, or None where there are errors (all of them recorded)."""
    builder = Builder(world, problems)
    built = builder.build()
    return None if problems.errors else built


class Builder:
    """One pass over the declarations; named things are built when they are first read."""

    def __init__(self, world: World, problems: Problems) -> None:
        self.world, self.problems = world, problems
        self.graph = Graph(places=dict(world.places))
        self.maker = Maker(self.graph)
        self.units = Units()
        self.unit_of: dict[str, Unit] = {}
        self.resolver = Resolver(world, self.units, self.maker, problems, self.read)
        self.done: dict[tuple[str, Members], Typed | None] = {}
        self.open: list[tuple[str, Members]] = []
        self.row_of: dict[str, int] = {}
        self.redrawn: set[tuple[str, Members]] = set()
        self.redraw_slot: dict[tuple[str, Members], int] = {}
        self.slot_of: dict[tuple[str, Members], int] = {}
        self.fired_of: dict[tuple[str, Members], int] = {}
        self.leaves: dict[tuple[str, Members], tuple[str, Members]] = {}  # value -> the stock that it flows out of
        self.flow: dict[tuple[str, Members], tuple[int, int, int]] = {}  # stock -> inflow, outflow, scale

    # -- the whole

    def build(self) -> Built:
        self.declare_units()
        self.check_dimensions()
        if self.too_many():
            return Built(self.world, self.units, self.graph)
        self.find_redrawn()
        self.make_rows()
        self.make_slots()
        self.find_flows()
        for name, item in self.world.values.items():
            for members in members_of(self.world, item.per):
                self.try_read(name, members)
        self.make_stock_steps()
        self.make_events()
        self.make_decisions()
        self.make_effects()
        self.make_endings()
        self.make_answers()
        self.make_shown()
        self.graph.bad_slot = self.maker.new_slot(Slot("not finite", "bad", self.maker.const(math.nan)))
        self.check_starts()
        return Built(self.world, self.units, self.graph, self.row_of, self.unit_of)

    def declare_units(self) -> None:
        for name, definition in self.world.units.items():
            try:
                self.units.declare(name, definition)
            except UnknownUnit as error:
                place = self.world.unit_places.get(name)
                if place is not None:
                    self.problems.add("bad-unit", place, str(error), nearest(error.word, self.units.names) if error.word else "")
        w = self.world
        for group in (w.parameters, w.stocks, w.values, w.tables):
            for name, item in group.items():
                self.unit_of[name] = self.parse_unit(item)

    def parse_unit(self, item: Item) -> Unit:
        if item.unit in ("*", "?", ""):
            return ONE
        try:
            return self.units.parse(item.unit)
        except UnknownUnit as error:
            hint = nearest(error.word, self.units.names) if error.word else ""
            self.problems.add("unknown-unit", item.place, f"in '{item.name}': {error}", hint or "Declare it under 'units:'.")
            return ONE

    def check_dimensions(self) -> None:
        w = self.world
        for group in (w.parameters, w.stocks, w.values, w.events):
            for item in group.values():
                for d in item.per:
                    if d not in w.dimensions:
                        hint = nearest(d, w.dimensions)
                        self.problems.add("unknown-dimension", item.place, f"'{item.name}' is per {d}, which is not a dimension", hint)
                self.check_cases(item)
        for name, pairs in w.relations.items():
            for member, others in pairs.items():
                for m in (member, *others):
                    if m not in self.resolver.dimension_of:
                        place = w.places[name]
                        hint = nearest(m, self.resolver.dimension_of)
                        self.problems.add("unknown-member", place, f"the relation '{name}' names '{m}', a member of no dimension", hint)
        for decision in w.decisions.values():
            if decision.by and decision.by not in self.resolver.dimension_of:
                hint = nearest(decision.by, self.resolver.dimension_of)
                self.problems.add("unknown-member", decision.place, f"'{decision.by}' decides '{decision.name}' but is a member of no dimension", hint)
        self.problems.stop()

    def check_cases(self, item: Item) -> None:
        """Every case names members of the item's dimensions and all of them have one."""
        wanted = set(members_of(self.world, item.per))
        held: list[tuple[str, dict, Place]] = []
        if isinstance(item, Parameter):
            held = [("assume", c.cases, c.place) for c in item.assume]
        else:
            for key in ("start", "inflow", "outflow", "change", "formula", "when", "rate", "until"):
                found = getattr(item, key, None)
                if isinstance(found, ByMember):
                    held.append((key, found.cases, found.place))
        for key, cases, place in held:
            if () in cases or not wanted:
                continue
            for members in cases:
                if members not in wanted:
                    known = [m for ms in wanted for m in ms]
                    hint = nearest(members[-1], known) if members else ""
                    self.problems.add("unknown-member", place, f"'{item.name}' has no member {', '.join(members)}", hint)
            missing = [m for m in wanted if m not in cases]
            if missing and cases:
                words = "; ".join(", ".join(m) for m in sorted(missing))
                self.problems.add("missing-member", place, f"'{item.name}' says nothing about {words}", f"Add it under '{key}'.")

    def too_many(self) -> bool:
        w = self.world
        total = sum(
            len(members_of(w, item.per)) for group in (w.parameters, w.stocks, w.values, w.events) for item in group.values()
        )
        if total > MAX_VALUES:
            place = next(iter(w.places.values()))
            self.problems.add("too-large", place, f"the world has {total:,} values once dimensions are written out; the limit is {MAX_VALUES:,}")
        return total > MAX_VALUES

    # -- rows and slots

    def find_redrawn(self) -> None:
        """Parameters that effects set, and so are state."""
        for effect, context in self.all_effects():
            if isinstance(effect.target, Name):
                try:
                    item, members = self.resolver.locate(effect.target, context)
                except Unresolved:
                    continue
                if item in self.world.parameters:
                    self.redrawn.add((item, members))

    def all_effects(self) -> list[tuple[Effect, Context]]:
        found: list[tuple[Effect, Context]] = []
        for event in self.world.events.values():
            for members in members_of(self.world, event.per):
                found += [(e, dict(zip(event.per, members, strict=True))) for e in event.effects]
        for decision in self.world.decisions.values():
            context = self.context_of(decision.by)
            found += [(e, context) for o in decision.options for e in o.effects]
        return found

    def context_of(self, member: str) -> Context:
        dimension = self.resolver.dimension_of.get(member)
        return {dimension: member} if dimension else {}

    def make_rows(self) -> None:
        for name, item in self.world.parameters.items():
            for members in members_of(self.world, item.per):
                scalar = scalar_name(name, members)
                self.row_of[scalar] = self.new_row(Row(scalar, name, members, "", self.unit_of[name]))
                if item.each_firing or (name, members) in self.redrawn:
                    for part in _PARTS:
                        self.row_of[f"{scalar}#{part}"] = self.new_row(Row(f"{scalar}#{part}", name, members, part))
                if (name, members) in self.redrawn:
                    start = self.maker.add("parameter", data=self.row_of[scalar])
                    slot = Slot(scalar, "redrawn", start, self.unit_of[name], members, name)
                    self.redraw_slot[name, members] = self.maker.new_slot(slot)
        for name in self.world.switches:
            self.row_of[name] = self.new_row(Row(name, name, (), "switch"))

    def new_row(self, row: Row) -> int:
        self.graph.rows.append(row)
        return len(self.graph.rows) - 1

    def make_slots(self) -> None:
        for name, stock in self.world.stocks.items():
            for members in members_of(self.world, stock.per):
                slot = Slot(scalar_name(name, members), "stock", -1, self.unit_of[name], members, name)
                self.slot_of[name, members] = self.maker.new_slot(slot)
        zero = self.maker.const(0.0)
        for name, event in self.world.events.items():
            for members in members_of(self.world, event.per):
                scalar = scalar_name(name, members)
                lasting = event.once or event.until is not None
                self.slot_of[name, members] = self.maker.new_slot(Slot(scalar, "flag", zero, None, members, name))
                fired = self.maker.new_slot(Slot(f"fired {scalar}", "fired", zero, None, members, name)) if lasting else self.slot_of[name, members]
                self.fired_of[name, members] = fired
        for name in self.world.decisions:
            self.slot_of[name, ()] = self.maker.new_slot(Slot(name, "choice", self.maker.const(-1.0), item=name))

    # -- reading named things

    def try_read(self, item: str, members: Members) -> None:
        """Build a named thing; its problems are recorded."""
        try:
            self.read(item, members, self.graph.place(item))
        except Unresolved:
            pass

    def read(self, item: str, members: Members, place: Place) -> Typed:
        """The node of a named thing. Raises ``Unresolved``; a thing that failed before fails silently."""
        key = (item, members)
        if key in self.done:
            found = self.done[key]
            if found is None:
                raise Unresolved
            return found
        if key in self.open:
            ring = [scalar_name(*k) for k in self.open[self.open.index(key) :]] + [scalar_name(*key)]
            hint = "Something in the ring must be a stock, or be read a step later through smooth(...)."
            raise self.resolver.fail("circular", place, f"the definition goes round in a circle: {' → '.join(ring)}", hint)
        self.open.append(key)
        self.done[key] = None
        path = self.resolver.path
        try:
            self.done.pop(key)
            found = self.make(item, members)
            self.done[key] = found
            return found
        except Unresolved:
            self.done[key] = None
            raise
        finally:
            self.resolver.path = path
            self.open.pop()

    def make(self, item: str, members: Members) -> Typed:
        w, m = self.world, self.maker
        if item.startswith("fired "):
            return Typed(m.is_set(self.fired_of[item[6:], members]), FLAG, PURE)
        if item.startswith("flow "):
            return self.make_flow(item[5:], members)
        if item.startswith("raw "):
            return self.make_value(item[4:], members)
        if item in w.parameters:
            parameter = w.parameters[item]
            if parameter.each_firing:
                hint = "Drawn at each firing: it can stand only as the amount of an effect."
                raise self.resolver.fail("bad-entry", parameter.place, f"'{item}' cannot be read in a formula", hint)
            slot = self.redraw_slot.get((item, members))
            node = m.slot(slot) if slot is not None else m.add("parameter", data=self.row_of[scalar_name(item, members)])
            return Typed(node, NUMBER, None if parameter.unit == "*" else self.unit_of[item].dimension)
        if item in w.stocks:
            return Typed(m.slot(self.slot_of[item, members]), NUMBER, self.unit_of[item].dimension)
        if item in w.values:
            stock = self.leaves.get((item, members))
            raw = self.read(f"raw {item}", members, self.graph.place(item))
            if stock is None:
                return raw
            scale = self.read(f"flow {stock[0]}", stock[1], self.graph.place(item))
            return Typed(m.add("mul", raw.node, scale.node), NUMBER, raw.dimension)
        if item in w.events:
            return Typed(m.is_set(self.slot_of[item, members]), FLAG, PURE)
        head, _, option = item.partition(".")
        if head in w.switches:
            row = m.add("parameter", data=self.row_of[head])
            choice = float(w.switches[head].options.index(option)) if option else 1.0
            return Typed(m.flag("eq", row, m.const(choice)), FLAG, PURE)
        choice = float([o.name for o in w.decisions[head].options].index(option))
        return Typed(m.flag("eq", m.slot(self.slot_of[head, ()]), m.const(choice)), FLAG, PURE)

    def make_value(self, item: str, members: Members) -> Typed:
        value = self.world.values[item]
        tree = value.formula.of(members) if value.formula else None
        if tree is None:
            raise Unresolved
        self.resolver.path = scalar_name(item, members)
        context = dict(zip(value.per, members, strict=True))
        found = self.resolver.resolve(tree, context)
        if found.kind == NUMBER and value.unit != "?":
            unit = self.unit_of[item]
            if found.dimension is not None and found.dimension != unit.dimension:
                declared = f"its unit is {value.unit}" if value.unit else "it has no unit, so it must be a pure number"
                raise self.resolver.fail("wrong-unit", tree.place, f"'{item}' comes out as {named(found.dimension)}, but {declared}")
            found = Typed(found.node, NUMBER, unit.dimension)
        self.graph.named[scalar_name(item, members)] = found.node
        self.graph.named_units[scalar_name(item, members)] = self.unit_of[item]
        return found

    # -- stocks and their flows

    def find_flows(self) -> None:
        """Which values are the named outflows of which stock."""
        for name, stock in self.world.stocks.items():
            if stock.outflow is None or stock.may_be_negative:
                continue
            for members in members_of(self.world, stock.per):
                tree = stock.outflow.of(members)
                context = dict(zip(stock.per, members, strict=True))
                for term in terms(tree):
                    if not isinstance(term, Name):
                        continue
                    try:
                        key = self.resolver.locate(term, context)
                    except Unresolved:
                        continue
                    if key[0] not in self.world.values:
                        continue
                    if self.leaves.setdefault(key, (name, members)) != (name, members):
                        message = f"'{scalar_name(*key)}' flows out of two stocks, {scalar_name(*self.leaves[key])} and {scalar_name(name, members)}"
                        self.problems.add("two-outflows", term.place, message, "Give each stock a flow of its own.")

    def flows(self, name: str, members: Members) -> tuple[int, int]:
        """Nodes of the whole inflow and the whole unlimited outflow of a stock."""
        stock = self.world.stocks[name]
        needed = self.unit_of[name].dimension.times(PER_TIME)
        context = dict(zip(stock.per, members, strict=True))
        self.resolver.path = scalar_name(name, members)
        inflow = outflow = self.maker.const(0.0)
        if stock.inflow is not None and (tree := stock.inflow.of(members)) is not None:
            inflow = self.resolver.number(tree, context, needed, f"what flows into '{name}'")
        if stock.outflow is not None and (tree := stock.outflow.of(members)) is not None:
            outflow = -1
            for term in terms(tree):
                node = self.outflow_term(term, context, needed, name)
                outflow = node if outflow < 0 else self.maker.add("add", outflow, node)
        return inflow, outflow

    def outflow_term(self, term: Expression, context: Context, needed: Dimension, stock: str) -> int:
        what = f"what flows out of '{stock}'"
        if isinstance(term, Name):
            item, members = self.resolver.locate(term, context)
            if (item, members) in self.leaves:
                found = self.read(f"raw {item}", members, term.place)
                if found.kind != NUMBER or found.dimension not in (None, needed):
                    raise self.resolver.fail("wrong-unit", term.place, f"{what} must be {named(needed)}, but this comes out as {named(found.dimension)}")
                return found.node
        return self.resolver.number(term, context, needed, what)

    def make_flow(self, name: str, members: Members) -> Typed:
        """The share of a stock's outflow that can be met in this step."""
        m = self.maker
        inflow, outflow = self.flows(name, members)
        there = m.add("add", m.slot(self.slot_of[name, members]), m.add("mul", m.dt, inflow))
        asked = m.add("mul", m.dt, outflow)
        scale = m.select(m.flag("gt", asked, there), m.add("div", there, asked), m.const(1.0))
        self.flow[name, members] = (inflow, outflow, scale)
        return Typed(scale, NUMBER, PURE)

    def make_stock_steps(self) -> None:
        for name, stock in self.world.stocks.items():
            for members in members_of(self.world, stock.per):
                try:
                    self.stock_step(name, members)
                except Unresolved:
                    continue

    def stock_step(self, name: str, members: Members) -> None:
        stock, unit = self.world.stocks[name], self.unit_of[name]
        slot = self.slot_of[name, members]
        context = dict(zip(stock.per, members, strict=True))
        scalar = scalar_name(name, members)
        self.resolver.path = scalar
        tree = stock.start.of(members) if stock.start else None
        if tree is not None:
            self.graph.slots[slot].start = self.resolver.number(tree, context, unit.dimension, f"the start of '{name}'")
        self.resolver.path = scalar
        if stock.change is not None and (change := stock.change.of(members)) is not None:
            node = self.resolver.number(change, context, unit.dimension.times(PER_TIME), f"the change of '{name}'")
            self.graph.stocks.append(StockStep(slot, change=node, limited=not stock.may_be_negative, count=self.counter(stock.may_be_negative, scalar)))
            return
        if (name, members) not in self.flow:
            self.flow[name, members] = (*self.flows(name, members), -1)
        inflow, outflow, _ = self.flow[name, members]
        self.graph.stocks.append(StockStep(slot, inflow, outflow, -1, not stock.may_be_negative, self.counter(stock.may_be_negative, scalar)))

    def counter(self, may_be_negative: bool, scalar: str) -> int:
        if may_be_negative:
            return -1
        return self.maker.new_slot(Slot(f"limited {scalar}", "count", self.maker.const(0.0), item=scalar))

    # -- events, decisions, effects

    def make_events(self) -> None:
        for name, event in self.world.events.items():
            for members in members_of(self.world, event.per):
                try:
                    self.event_step(name, members)
                except Unresolved:
                    continue
        index = {e.name: i for i, e in enumerate(self.graph.events)}
        for either in self.world.eithers.values():
            unknown = [e for e in either.events if e not in index]
            if unknown or len(either.events) < 2:
                hint = nearest(unknown[0], index) if unknown else ""
                self.problems.add("unknown-name", either.place, f"'either' needs two or more events; '{', '.join(unknown)}' is none", hint)
                continue
            chosen = tuple(index[e] for e in either.events)
            path = f"either {', '.join(either.events)}"
            for i in chosen:
                self.graph.events[i].group = len(self.graph.groups)
            self.graph.groups.append(Group(chosen, self.maker.uniform(path), self.maker.uniform(f"{path} which")))

    def event_step(self, name: str, members: Members) -> None:
        event, r, m = self.world.events[name], self.resolver, self.maker
        scalar = scalar_name(name, members)
        context = dict(zip(event.per, members, strict=True))
        slot = self.slot_of[name, members]
        step = EventStep(scalar, slot, self.fired_of[name, members], lasting=event.once or event.until is not None)
        step.host = m.host_column(Host("force", (len(self.graph.events),)))
        r.path = scalar
        if event.when is not None and (tree := event.when.of(members)) is not None:
            step.when = r.condition(tree, context, f"'when' of '{name}'")
        if event.rate is not None and (tree := event.rate.of(members)) is not None:
            step.rate = r.number(tree, context, PER_TIME, f"the rate of '{name}'")
            step.draw = m.uniform(scalar)
        else:
            step.before = m.new_slot(Slot(f"before {scalar}", "memory", m.const(math.nan)))
        if event.until is not None and (tree := event.until.of(members)) is not None:
            step.until = r.condition(tree, context, f"'until' of '{name}'")
        if event.start is not None and (tree := event.start.of(members)) is not None:
            found = r.resolve(tree, context)
            if found.kind == FLAG:
                self.graph.slots[slot].start = m.number(found.node)
            else:
                self.graph.slots[slot].start = m.const(1.0)
                m.since_start[m.is_set(slot)] = found.node
        self.graph.events.append(step)

    def make_decisions(self) -> None:
        for name, decision in self.world.decisions.items():
            r, m = self.resolver, self.maker
            context = self.context_of(decision.by)
            host = m.host_column(Host("due", (len(self.graph.decisions),)))
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
                    allowed = r.condition(option.when, context, f"'when' of '{option.name}'") if option.when else -1
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

    def effect(self, effect: Effect, context: Context, path: str, event: int, decision: int, option: int) -> None:
        r, m = self.resolver, self.maker
        try:
            if not isinstance(effect.target, Name):
                raise r.fail("bad-effect", effect.place, "an effect needs the name of a stock or parameter")
            item, members = r.locate(effect.target, context)
            scalar = scalar_name(item, members)
            if item not in self.world.stocks and not (item in self.world.parameters and effect.operation == "set"):
                hint = "add and take work on stocks, set on stocks and parameters."
                raise r.fail("bad-effect", effect.target.place, f"'{item}' cannot be changed by '{effect.operation}'", hint)
            is_stock = item in self.world.stocks
            slot = self.slot_of[item, members] if is_stock else self.redraw_slot[item, members]
            r.path = f"{path}.{effect.operation}.{scalar}"
            if effect.amount is None:
                if is_stock:
                    raise r.fail("bad-effect", effect.place, "only a parameter can be drawn anew")
                amount = self.fresh(scalar, r.path)
            elif isinstance(effect.amount, Name) and self.is_fresh(effect.amount.parts[0]):
                amount = self.fresh_amount(effect.amount, context, item, r.path)
            else:
                amount = r.number(effect.amount, context, self.unit_of[item].dimension, f"the amount for '{item}'")
        except Unresolved:
            return
        free = is_stock and self.world.stocks[item].may_be_negative
        self.graph.effects.append(EffectStep(effect.operation, slot, amount, event, decision, option, not free and is_stock))

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
        elif self.unit_of[item].dimension != self.unit_of[target].dimension:
            message = f"'{target}' is {named(self.unit_of[target].dimension)}, but '{item}' is {named(self.unit_of[item].dimension)}"
            raise self.resolver.fail("wrong-unit", name.place, message)
        return self.fresh(scalar_name(item, members), path)

    def fresh(self, scalar: str, path: str) -> int:
        rows = {part: self.row_of[f"{scalar}#{part}"] for part in _PARTS}
        return self.maker.drawn(self.maker.uniform(path), rows)

    # -- endings, questions, bands

    def make_endings(self) -> None:
        open_end = True
        for name, ending in self.world.endings.items():
            if ending.condition is None:
                continue
            self.resolver.path = name
            try:
                node = self.resolver.condition(ending.condition, {}, f"the ending '{name}'")
            except Unresolved:
                continue
            self.graph.endings.append(EndingStep(name, node, ending.at_horizon, ending.stop))
            open_end = not (ending.at_horizon and self.graph.nodes[node].operation == "true")
        if self.world.endings and open_end and not self.problems.errors:
            place = list(self.world.endings.values())[-1].place
            hint = "Add one at the end, as in  war_goes_on: {at_horizon: true}."
            self.problems.add("open-endings", place, "a future may reach the horizon without any ending", hint)
        nan = self.maker.const(math.nan)
        self.graph.ending_slot = self.maker.new_slot(Slot("ending", "ending", self.maker.const(-1.0)))
        self.graph.ending_date_slot = self.maker.new_slot(Slot("ending date", "date", nan))

    def make_answers(self) -> None:
        nan, zero = self.maker.const(math.nan), self.maker.const(0.0)
        for name, proposition in self.world.propositions.items():
            if proposition.holds is None:
                continue
            self.resolver.path = name
            try:
                node = self.resolver.condition(proposition.holds, {}, f"'{name}'")
            except Unresolved:
                continue
            first = self.maker.new_slot(Slot(f"first {name}", "answer", nan))
            now = self.maker.new_slot(Slot(f"now {name}", "answer", zero))
            self.graph.answers.append(Answer(name, node, first, now))

    def make_shown(self) -> None:
        w = self.world
        for name, item in [*w.stocks.items(), *w.values.items()]:
            if not item.show:
                continue
            for members in members_of(w, item.per):
                scalar = scalar_name(name, members)
                slot = self.slot_of.get((name, members), -1)
                if slot < 0:
                    node = self.graph.named.get(scalar)
                    if node is None or self.graph.nodes[node].kind != NUMBER:
                        continue
                    found = self.done.get((name, members))
                    node = found.node if found else node
                    slot = self.maker.new_slot(Slot(f"shown {scalar}", "memory", node))
                    self.graph.refresh.append((slot, node))
                label = item.label or item.about or name
                self.graph.shown.append(Shown(name, members, slot, label, self.unit_of[name]))

    # -- checks of the whole

    def check_starts(self) -> None:
        """Start values must not depend on each other in a circle."""
        if self.problems.errors:
            return
        state: dict[int, int] = {}
        for index in range(len(self.graph.slots)):
            self.visit_start(index, state)

    def visit_start(self, index: int, state: dict[int, int]) -> None:
        if state.get(index) == 2:
            return
        slot = self.graph.slots[index]
        if state.get(index) == 1:
            self.problems.add("circular", self.graph.place(slot.item), f"the start value of '{slot.name}' depends on itself")
            return
        state[index] = 1
        stack, seen = [slot.start], set()
        while stack:
            node = stack.pop()
            if node in seen or node < 0:
                continue
            seen.add(node)
            if self.graph.nodes[node].operation == "slot":
                self.visit_start(int(self.graph.nodes[node].data), state)
            stack.extend(self.graph.nodes[node].arguments)
        state[index] = 2



def terms(tree: Expression | None) -> list[Expression]:
    """The terms of a sum: a + b + c as [a, b, c]."""
    if isinstance(tree, Binary) and tree.operator == "+":
        return [*terms(tree.left), *terms(tree.right)]
    return [] if tree is None else [tree]
