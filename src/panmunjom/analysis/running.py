"""Runs views: from a filled view to an ensemble, with the kernel of the case shared by all of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ..case.filling import beyond, fill, pooled_view
from ..case.records import Case, Filled, Intervention, Setting, View
from ..engine.kernel import Kernel
from ..engine.run import BAND_FUTURES, CHUNK, Change, Raw, join, run_rows, simulate
from ..engine.sampling import Draw, rows
from ..engine.schedule import Schedule, schedule
from ..futures.ensemble import Ensemble
from ..quantities.calendar import later
from ..quantities.units import ONE, UnknownUnit
from ..text.problems import NOWHERE, CaseError, Problem, Problems, nearest
from ..world.build import Built

Tick = Callable[[float], None]
Table = npt.NDArray[np.float64]
Points = npt.NDArray[np.uint64]


@dataclass(slots=True)
class Options:
    """What a user may set for a run."""

    futures: int = 16_384
    seed: int = 1
    until: date | None = None
    known_by: date | None = None
    settings: list[Setting] = field(default_factory=list)
    switches: dict[str, str] = field(default_factory=dict)
    interventions: list[Intervention] = field(default_factory=list)
    threads: int = 0


@dataclass(slots=True)
class Ready:
    """A filled view with all that its futures depend on: any of them can be run, alone or with others."""

    filled: Filled
    until: date
    built: Built
    kernel: Kernel
    draws: dict[str, Draw]
    switches: dict[str, float]
    plan: Schedule
    changes: list[Change]
    seed: int
    threads: int

    def rows(self, futures: Points) -> Table:
        """Rows of the futures with these numbers, shape (rows, n)."""
        return rows(self.built, self.draws, self.switches, futures, self.seed)

    def run(self, futures: Points, bands: bool = False, tick: Tick | None = None) -> tuple[Table, Raw]:
        """The rows of these futures and what became of them."""
        table = self.rows(futures)
        return table, run_rows(
            self.kernel, table, futures, self.plan, self.seed, self.changes, bands, self.threads, tick
        )


class Runner:
    """A case with its compiled world. The kernel is compiled when it is first needed."""

    def __init__(self, case: Case, options: Options) -> None:
        self.case, self.options = case, options
        self._kernel: Kernel | None = None
        self._tables: tuple[Filled, Table] | None = None

    def with_case(self, case: Case) -> Runner:
        """The same runs of a case that differs in its claims only: the world, and so the kernel, stays."""
        other = Runner(case, self.options)
        other._kernel = self.kernel
        return other

    @property
    def kernel(self) -> Kernel:
        """The compiled world."""
        if self._kernel is None:
            self._kernel = Kernel(self.case.built.graph)
        return self._kernel

    def fill(self, view: View) -> Filled:
        """The view with every parameter set, at the run's as-of date."""
        filled = fill(self.case, view, self.options.known_by, self.options.settings)
        filled.switches |= self.options.switches
        return filled

    def fill_pooled(self, start: date) -> Filled:
        """The pooled view at a date."""
        filled = self.fill(pooled_view(start))
        filled.name = filled.label = f"pooled@{start}"
        return filled

    def until(self, start: date) -> date:
        """The horizon of a run that starts then."""
        return self.options.until or later(start, self.case.horizon)

    def draws(self, filled: Filled) -> dict[str, Draw]:
        """What each scalar parameter is drawn from."""
        return {name: Draw(used.distribution, used.unit.factor) for name, used in filled.used.items()}

    def switch_rows(self, switches: dict[str, str]) -> dict[str, float]:
        """Switches as the numbers that rows hold."""
        declared = self.case.built.world.switches
        return {
            n: float(declared[n].options.index(v)) if declared[n].options else float(v == "true")
            for n, v in switches.items()
        }

    def interventions(self, filled: Filled) -> list[Intervention]:
        """What is done in a view: its own interventions and those of the run."""
        return [*filled.view.interventions, *self.options.interventions]

    def plan(
        self,
        filled: Filled,
        until: date,
        step_days: int | None = None,
        undone: Intervention | None = None,
    ) -> tuple[Schedule, list[Change]]:
        """The calendar of a run with its interventions, but for one that is left undone.

        Raises ``CaseError`` for one that names nothing.
        """
        graph, built = self.case.built.graph, self.case.built
        forced: dict[str, list[date]] = {}
        later_changes: list[tuple[Intervention, int]] = []
        problems = Problems()
        names = [e.name for e in graph.events]
        for do in self.interventions(filled):
            if do is undone:
                continue
            do = replace(do, target=built.world.spelled(do.target))
            if do.day < filled.start or do.day >= until:
                message = f"'{do.target} at {do.day}' lies outside the run from {filled.start} to {until}"
                problems.add("bad-date", do.place, message, severity="warning")
                continue
            if do.distribution is None:
                if do.target not in names:
                    problems.add(
                        "unknown-name",
                        do.place,
                        f"there is no event '{do.target}'",
                        nearest(do.target, names),
                    )
                forced.setdefault(do.target, []).append(do.day)
            elif do.target not in built.row_of or "#" in do.target:
                problems.add(
                    "unknown-name",
                    do.place,
                    f"there is no parameter '{do.target}'",
                    nearest(do.target, built.row_of),
                )
            elif do.target in {s.name for s in graph.slots if s.role == "redrawn"}:
                problems.add(
                    "bad-intervention",
                    do.place,
                    f"'{do.target}' is drawn anew by events: set it for the whole run instead",
                )
            else:
                row = built.row_of[do.target]
                trouble = self.misfit(do, row)
                if trouble:
                    problems.add("bad-intervention", do.place, trouble)
                later_changes.append((do, row))
        problems.stop()
        plan = schedule(graph, filled.start, until, step_days or self.case.step_days, forced)
        changes = []
        for do, row in later_changes:
            assert do.distribution is not None
            unit = graph.rows[row].unit or ONE
            changes.append(Change(plan.index(do.day), row, do.distribution.median * unit.factor))
        return plan, changes

    def misfit(self, do: Intervention, row: int) -> str:
        """What is wrong with the unit or the size of an intervention's figure; empty where nothing is."""
        built = self.case.built
        row_unit = built.graph.rows[row].unit or ONE
        assert do.distribution is not None
        if do.unit:
            try:
                said = built.units.parse(do.unit)
            except UnknownUnit as error:
                return str(error)
            if said != row_unit and (said.dimension != row_unit.dimension or said.factor != row_unit.factor):
                return f"'{do.target}' is kept in {row_unit.text or 'a plain number'}, not in {do.unit}"
        parameter = built.world.parameters.get(built.graph.rows[row].parameter)
        return beyond(parameter, do.distribution) if parameter is not None else ""

    def ready(self, filled: Filled) -> Ready:
        """The view with its draws, switches and calendar, to run futures of it by their numbers. Raises ``CaseError``."""
        until = self.until(filled.start)
        plan, changes = self.plan(filled, until)
        draws, switches, options = self.draws(filled), self.switch_rows(filled.switches), self.options
        return Ready(
            filled, until, self.case.built, self.kernel, draws, switches, plan, changes, options.seed, options.threads
        )  # fmt: skip

    def table(self, filled: Filled, futures: int, switches: dict[str, str] | None = None) -> Table:
        """Rows of the first futures of a view, shape (rows, futures); drawn once a view, however its switches are turned."""
        built = self.case.built
        if self._tables is None or self._tables[0] is not filled or self._tables[1].shape[1] < futures:
            # As many as anybody will ask for, so that they are drawn once.
            points = np.arange(max(futures, min(self.options.futures, CHUNK)), dtype=np.uint64)
            fresh = rows(
                built, self.draws(filled), self.switch_rows(filled.switches), points, self.options.seed
            )
            self._tables = (filled, fresh)
        table = self._tables[1][:, :futures].copy()
        for name, value in self.switch_rows(switches or filled.switches).items():
            table[built.row_of[name]] = value
        return table

    def accruing(self) -> list[int]:
        """Slots of the stocks whose growth in a month the case has observed."""
        graph = self.case.built.graph
        wanted = {s.observes for s in self.case.observed.values() if s.kind == "total"}
        return [stock.slot for stock in graph.stocks if graph.slots[stock.slot].name in wanted]

    def run(
        self,
        filled: Filled,
        bands: bool = False,
        tick: Tick | None = None,
        futures: int = 0,
        switches: dict[str, str] | None = None,
        step_days: int | None = None,
        undone: Intervention | None = None,
    ) -> Ensemble:
        """An ensemble of a filled view; with another step than the case has, or with one intervention left undone.

        Raises ``CaseError``.
        """
        until = self.until(filled.start)
        plan, changes = self.plan(filled, until, step_days, undone)
        options = self.options
        futures = futures or options.futures
        kernel = self.kernel
        accrue = self.accruing() if bands else []
        began = time.perf_counter()
        if futures <= CHUNK:
            table, luck = self.table(filled, futures, switches), np.arange(futures, dtype=np.uint64)
            edges = [0, min(BAND_FUTURES, futures), futures] if bands else [0, futures]
            parts = [
                run_rows(
                    kernel,
                    table[:, a:b],
                    luck[a:b],
                    plan,
                    options.seed,
                    changes,
                    bands and a == 0,
                    options.threads,
                    tick,
                    accrue=accrue,
                )
                for a, b in pairwise(edges)
                if b > a
            ]
            raw = join(parts)
        else:
            switch_rows = self.switch_rows(switches or filled.switches)
            draws = self.draws(filled)
            raw = simulate(
                kernel,
                self.case.built,
                draws,
                switch_rows,
                plan,
                futures,
                options.seed,
                changes,
                bands,
                options.threads,
                tick,
                accrue=accrue,
            )
        seconds = time.perf_counter() - began
        return Ensemble(filled.name, filled.start, until, plan.step_days, self.case.built.graph, raw, seconds)


def no_view(message: str, hint: str = "") -> CaseError:
    """An error about the views that were asked for."""
    return CaseError([Problem("unknown-view", NOWHERE, message, hint)])
