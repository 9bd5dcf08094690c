"""Builds the graph of a world: every item for every member, and the checks that need the whole."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, field

from ..quantities.units import ONE, Unit, Units, UnknownUnit
from ..text.problems import NOWHERE, CaseError, Problems
from .checks import (
    check_dimensions,
    check_needs,
    check_noise,
    check_redraws,
    check_rk4,
    check_size,
    check_starts,
    speaker,
)
from .correlations import correlate
from .declared import Stock, Value, World
from .graph import FLAG, NUMBER, Answer, EndingStep, Graph, Measured, Shown, Slot, scalar_name
from .happenings import Happenings
from .resolve import Unresolved, members_of, named

_DEEP = 100_000  # recursion limit while a world is built: values that read values that read values


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
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _DEEP))  # calls between Python functions take no C stack
    try:
        built = Builder(world, problems).build()
    except CaseError:
        return None
    except RecursionError:
        problems.add(
            "too-deep", next(iter(world.places.values()), NOWHERE), "formulas lead into each other too deeply"
        )
        return None
    finally:
        sys.setrecursionlimit(limit)
    return None if problems.errors else built


class Builder(Happenings):
    """One pass over the declarations; named things are built when they are first read."""

    def build(self) -> Built:
        self.declare_units()
        check_dimensions(self.world, self.resolver.dimension_of, self.problems)
        check_needs(self.resolver, self.world, self.problems)
        self.find_redrawn()
        self.make_rows()
        self.make_slots()
        self.find_flows()
        for name, item in self.world.values.items():
            for members in members_of(self.world, item.per):
                self.try_read(name, members)
        self.make_stock_steps()
        self.check_needed_units()
        self.make_events()
        self.make_decisions()
        self.make_effects()
        self.make_endings()
        self.make_answers()
        self.make_shown()
        self.make_measures()
        self.graph.bad_slot = self.maker.new_slot(Slot("not finite", "bad", self.maker.const(math.nan)))
        check_size(self.graph, self.maker.size, self.problems)
        self.graph.correlated = correlate(self.world, self.row_of, self.problems)
        check_redraws(self.world, self.row_of, self.problems)
        if not self.problems.errors:
            check_starts(self.graph, self.problems)
            check_noise(self.graph, self.maker.white_nodes, self.problems)
        if self.graph.rk4:
            check_rk4(self.maker.once_a_step, self.problems)
        return Built(self.world, self.units, self.graph, self.row_of, self.unit_of)

    def check_needed_units(self) -> None:
        """What a part needs is declared as what it needs: a flag, or a number in its unit."""
        for need in self.world.needs:
            per = self.resolver.per(need.name)
            if per is None or per != need.per or need.name in self.unknown_units:
                continue  # said before
            try:
                found = self.read(need.name, members_of(self.world, per)[0], need.place)
                unit = self.units.parse(need.unit) if need.unit else ONE
            except Unresolved:
                continue
            except UnknownUnit as error:
                self.problems.add("unknown-unit", need.place, str(error), "Declare it under 'units:'.")
                continue
            wanted = "true or false" if need.flag else named(unit.dimension)
            has = "true or false" if found.kind == FLAG else named(found.dimension)
            if need.flag != (found.kind == FLAG) or (not need.flag and found.dimension not in (None, unit.dimension)):
                message = f"{speaker(need)} needs '{need.name}' as {wanted}, but it is declared as {has}"
                self.problems.add("wrong-unit", self.world.places.get(need.name, need.place), message)

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
            self.problems.add(
                "open-endings", place, "a future may reach the horizon without any ending", hint
            )
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
        items: list[tuple[str, Stock | Value]] = [*w.stocks.items(), *w.values.items()]
        for name, item in items:
            if not item.show:
                continue
            for members in members_of(w, item.per):
                scalar = scalar_name(name, members)
                slot = self.slot_of.get((name, members), -1)
                if slot < 0:
                    node = self.graph.named.get(scalar)
                    if node is None or self.graph.nodes[node].kind != NUMBER:
                        continue
                    slot = self.maker.new_slot(Slot(f"shown {scalar}", "memory", node))
                    self.graph.refresh.append((slot, node))
                label = item.label or item.about or name
                self.graph.shown.append(Shown(name, members, slot, label, self.unit_of[name]))

    def make_measures(self) -> None:
        """Numbers that are kept for reading; a world without any is the graph that it was."""
        for name, measure in self.world.measures.items():
            unit = self.parse_unit(measure)
            if measure.formula is None:
                continue
            self.resolver.path = name
            needed = None if name in self.unknown_units else unit.dimension
            try:
                node = self.resolver.number(measure.formula, {}, needed, f"the result of '{name}'")
            except Unresolved:
                continue
            slot = self.maker.new_slot(Slot(f"measured {name}", "memory", node))
            self.graph.refresh.append((slot, node))
            self.graph.measures.append(Measured(name, slot, unit))
