"""Named things of a world as nodes: rows for parameters and switches, slots for state,
formulas when they are first read.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from ..quantities.units import ONE, PURE, Dimension, Unit, Units, UnknownUnit
from ..text.problems import Place, Problems, nearest
from ..text.syntax import Name
from .calls import Calls
from .declared import ANY_UNIT, GUESSED_UNIT, Effect, Item, Members, World
from .graph import FLAG, NUMBER, Graph, Row, Slot, scalar_name
from .maker import Maker, Typed
from .resolve import Context, Unresolved, members_of, named

# rows from which an event draws a parameter anew
PARTS = ("family", "a", "b", "peak", "start", "span", "low", "high", "factor")


class Named(ABC):
    """The state of one pass over the declarations, and how a name becomes a node."""

    def __init__(self, world: World, problems: Problems) -> None:
        self.world, self.problems = world, problems
        self.graph = Graph(places=dict(world.places), rk4=world.method == "rk4")
        self.maker = Maker(self.graph)
        self.units = Units()
        self.unit_of: dict[str, Unit] = {}
        self.unknown_units: set[str] = (
            set()
        )  # items whose unit cannot be read: they fit anywhere, for want of knowledge
        self.resolver = Calls(world, self.units, self.maker, problems, self.read)
        self.done: dict[tuple[str, Members], Typed | None] = {}
        self.open: list[tuple[str, Members]] = []
        self.row_of: dict[str, int] = {}
        self.redrawn: set[tuple[str, Members]] = set()
        self.redraw_slot: dict[tuple[str, Members], int] = {}
        self.slot_of: dict[tuple[str, Members], int] = {}
        self.fired_of: dict[tuple[str, Members], int] = {}
        self.leaves: dict[
            tuple[str, Members], tuple[str, Members]
        ] = {}  # value -> the stock that it flows out of
        self.flow: dict[tuple[str, Members], tuple[int, int, int]] = {}  # stock -> inflow, outflow, scale

    def declare_units(self) -> None:
        for name, definition in self.world.units.items():
            try:
                self.units.declare(name, definition)
            except UnknownUnit as error:
                place = self.world.unit_places.get(name)
                if place is not None:
                    self.problems.add(
                        "bad-unit",
                        place,
                        str(error),
                        nearest(error.word, self.units.names) if error.word else "",
                    )
        w = self.world
        for group in (w.parameters, w.stocks, w.values, w.tables):
            for name, item in group.items():
                self.unit_of[name] = self.parse_unit(item)

    def parse_unit(self, item: Item) -> Unit:
        if item.unit in (ANY_UNIT, GUESSED_UNIT, ""):
            return ONE
        try:
            return self.units.parse(item.unit)
        except UnknownUnit as error:
            hint = nearest(error.word, self.units.names) if error.word else ""
            if error.word and not hint.startswith("Did"):
                hint = "Declare it under 'units:'."
            self.unknown_units.add(item.name)
            self.problems.add("unknown-unit", item.place, f"in '{item.name}': {error}", hint)
            return ONE

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
                    for part in PARTS:
                        self.row_of[f"{scalar}#{part}"] = self.new_row(
                            Row(f"{scalar}#{part}", name, members, part)
                        )
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
                self.slot_of[name, members] = self.maker.new_slot(
                    Slot(scalar, "flag", zero, None, members, name)
                )
                fired = (
                    self.maker.new_slot(Slot(f"fired {scalar}", "fired", zero, None, members, name))
                    if lasting
                    else self.slot_of[name, members]
                )
                self.fired_of[name, members] = fired
        for name in self.world.decisions:
            self.slot_of[name, ()] = self.maker.new_slot(
                Slot(name, "choice", self.maker.const(-1.0), item=name)
            )

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
        if item in self.world.parameters and self.world.parameters[item].each_firing:
            hint = "It is drawn anew at each firing: it can stand only alone, as the amount of an effect."
            raise self.resolver.fail("bad-entry", place, f"'{item}' cannot be read in a formula", hint)
        if key in self.open:
            ring = [in_words(*k) for k in self.open[self.open.index(key) :] if not k[0].startswith("raw ")]
            hint = (
                "Something in the ring must be a stock: only what has accumulated can act on what moves it."
            )
            raise self.resolver.fail(
                "circular",
                place,
                f"the definition goes round in a circle: {' → '.join([*ring, ring[0]])}",
                hint,
            )
        self.open.append(key)
        path = self.resolver.path
        try:
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
            slot = self.redraw_slot.get((item, members))
            node = (
                m.slot(slot)
                if slot is not None
                else m.add("parameter", data=self.row_of[scalar_name(item, members)])
            )
            return Typed(node, NUMBER, None if parameter.unit == ANY_UNIT else self.dimension(item))
        if item in w.stocks:
            return Typed(m.slot(self.slot_of[item, members]), NUMBER, self.dimension(item))
        if item in w.values:
            found = self.read(f"raw {item}", members, self.graph.place(item))
            stock = self.leaves.get((item, members))
            if stock is not None:  # everyone reads the limited flow
                scale = self.read(f"flow {stock[0]}", stock[1], self.graph.place(item))
                found = Typed(m.add("mul", found.node, scale.node), NUMBER, found.dimension)
            self.graph.named[scalar_name(item, members)] = found.node
            self.graph.named_units[scalar_name(item, members)] = self.unit_of[item]
            return found
        if item in w.events:
            return Typed(m.is_set(self.slot_of[item, members]), FLAG, PURE)
        head, _, option = item.partition(".")
        if head in w.switches:
            row = m.add("parameter", data=self.row_of[head])
            choice = float(w.switches[head].options.index(option)) if option else 1.0
            return Typed(m.flag("eq", row, m.const(choice)), FLAG, PURE)
        choice = float([o.name for o in w.decisions[head].options].index(option))
        return Typed(m.flag("eq", m.slot(self.slot_of[head, ()]), m.const(choice)), FLAG, PURE)

    def dimension(self, item: str) -> Dimension | None:
        """What a parameter or stock measures;
        None (fits anywhere) where its unit has a problem of its own.
        """
        return None if item in self.unknown_units else self.unit_of[item].dimension

    def make_value(self, item: str, members: Members) -> Typed:
        value = self.world.values[item]
        tree = value.formula.of(members) if value.formula else None
        if tree is None:
            raise Unresolved
        self.resolver.path = scalar_name(item, members)
        context = dict(zip(value.per, members, strict=True))
        found = self.resolver.resolve(tree, context)
        if found.kind == NUMBER and value.unit != GUESSED_UNIT and item not in self.unknown_units:
            unit = self.unit_of[item]
            if found.dimension is not None and found.dimension != unit.dimension:
                declared = f"its unit is {value.unit}" if value.unit else f"it has no unit: it must be {named(PURE)}"
                message = f"'{item}' comes out as {named(found.dimension)}, but {declared}"
                hint = "" if value.unit else f"Add  unit: {found.dimension}  to it, if that is what is meant."
                self.resolver.differs(tree.place, message, hint)
            found = Typed(found.node, NUMBER, unit.dimension)
        return found

    @abstractmethod
    def make_flow(self, name: str, members: Members) -> Typed:
        """The share of a stock's outflow that can be met in this step."""


def in_words(item: str, members: Members) -> str:
    """A named thing as messages call it."""
    if item.startswith("flow "):
        return f"what can flow out of {scalar_name(item[5:], members)}"
    return scalar_name(item, members)
