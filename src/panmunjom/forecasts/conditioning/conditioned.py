"""``condition``: an ensemble of a view given what was observed until a date; what it then says of the time after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from ...analysis.running import Runner, Tick
from ...case.observed import Series
from ...case.records import Filled
from ...quantities.calendar import later
from ...world.graph import Graph
from .cloud import Cloud, Runs
from .coordinates import Coordinates
from .filtering import Filter
from .observing import Watch, at_place, needed, place_of, slots_by_name
from .randoms import normals
from .records import StopRecord

Array = npt.NDArray[np.float64]
Answers = dict[str, tuple[Array, npt.NDArray[np.bool_]]]

_FRESH = 2**48  # luck from here on is nobody's in a filter


class Forecast(dict[str, Array]):
    """What was asked for by name, each of shape (marks, n) in base units.

    answers   propositions (questions and conclusions) by name: the first day on which each held, as an ordinal (NaN:
              never), and whether it held at the end, each of shape (n,)
    ending    the number of the ending of each future (-1: none), shape (n,)
    bad       futures that stopped being finite, shape (n,)
    """

    def __init__(
        self, values: dict[str, Array], answers: Answers, ending: Array, bad: npt.NDArray[np.bool_]
    ) -> None:
        super().__init__(values)
        self.answers, self.ending, self.bad = answers, ending, bad


@dataclass(slots=True)
class Conditioned:
    """n draws from the posterior of a view given what was observed until ``until``; all weigh the same.

    collapsed     what killed it, in a sentence; empty where it lives. A collapsed one has draws of nothing
    ess           effective sample size by date, had its figures been weighed at once
    moves         share of moves accepted by kind, over all dates
    parameters    draws by scalar parameter, base units, and of 'bias of S' and 'spread of S'; shape (n,) each
    log_evidence  logarithm of the density of what was observed
    answers       as of ``until``, and after a ``forecast`` as of its end
    left_out      figures that are earlier than the start, by series
    """

    runner: Runner
    filled: Filled
    until: date
    filter: Filter
    who: npt.NDArray[np.intp]
    answers: Answers = field(default_factory=dict)

    @property
    def collapsed(self) -> str:
        """What killed it."""
        return self.filter.collapsed

    @property
    def ess(self) -> list[tuple[date, float]]:
        """Effective sample size by date."""
        return [(r.date, r.ess) for r in self.filter.records]

    @property
    def stops(self) -> list[StopRecord]:
        """All that was measured at each date."""
        return self.filter.records

    @property
    def log_evidence(self) -> float:
        """Logarithm of the density of what was observed."""
        return self.filter.log_evidence

    @property
    def left_out(self) -> dict[str, int]:
        """Figures earlier than the start."""
        return self.filter.watch.left_out

    @property
    def moves(self) -> dict[str, float]:
        """Share of moves accepted by kind."""
        found: dict[str, list[float]] = {}
        for record in self.filter.records:
            for kind, share in record.moved.items():
                found.setdefault(kind, []).append(share)
        return {kind: float(np.mean(shares)) for kind, shares in found.items()}

    @property
    def distinct(self) -> int:
        """How many of the draws have different parameters."""
        return len(np.unique(self.filter.cloud.born[self.who]))

    @property
    def parameters(self) -> dict[str, Array]:
        """Draws of every scalar parameter that varies, and of bias and spread of the series."""
        where, cloud = self.filter.coordinates, self.filter.cloud
        names, rows = where.names, cloud.rows[:, self.who]
        found = {names[k]: rows[row] for k, row in enumerate(where.rows)}
        errors = where.errors(cloud.scores[:, self.who])
        for number, what, _ in where.extra:
            found[f"{what} of {where.series[number].name}"] = errors[number][what == "spread"]
        return found

    def draws(self) -> Cloud:
        """The futures behind the draws."""
        return self.filter.cloud.picked(self.who)

    def further(self, series: Sequence[Series], until: date, tick: Tick | None = None) -> Conditioned:
        """Conditioned up to a later date. Leaves this one as it is.

        Where nothing was published late it is the same, bit for bit, as conditioning to the later date at once. Figures of
        earlier dates that became known since are let in first; where a figure was revised, or series are others, it is
        all done anew.
        """
        return _further(self, series, until, tick)

    def forecast(
        self, until: date, marks: Sequence[date], names: Sequence[str], luck: int = 0, size: int = 0
    ) -> Forecast:
        """Run on to ``until`` with fresh luck; stocks and shown values at the ends of the days ``marks``, also past ones.

        ``luck``: another number is other luck. ``size``: the first so many draws only. Raises ``KeyError`` for a name
        that is no stock or shown value.
        """
        who = self.who[:size] if size else self.who
        return _run_on(self, self.filter.cloud.picked(who), until, marks, names, luck)

    def observed(self, series: Series, truth: Array, *key: object) -> Array:
        """What would be observed where ``truth`` is (base units, shape (..., n)), in the series' unit: draws with each
        future's own bias and spread. A fact is observed as it is."""
        if series.kind == "fact":
            return np.where(truth != 0, 1.0, 0.0)
        names = [one.name for one in self.filter.watch.series]
        bias, spread = self._errors(series, names)
        size = truth.shape[-1]
        return observe(
            series, truth, bias[self.who][:size], spread[self.who][:size], self.filter.runs.seed, *key
        )

    def _errors(self, series: Series, names: list[str]) -> tuple[Array, Array]:
        where, cloud = self.filter.coordinates, self.filter.cloud
        if series.name in names:
            return where.errors(cloud.scores)[names.index(series.name)]
        fresh = Coordinates(where.built, where.draws, where.switches, [series], where.seed)
        scores, _ = fresh.first(np.arange(cloud.size, dtype=np.uint64))
        return fresh.errors(scores)[0]


def observe(series: Series, truth: Array, bias: Array, spread: Array, *key: object) -> Array:
    """Draws of what is observed where the truth is, in the series' unit."""
    noise = spread * normals(truth.shape, "observed", series.name, *key)
    expected = truth / series.unit.factor * bias
    return expected + noise if series.error == "absolute" else expected * np.exp(noise)


def condition(
    runner: Runner,
    filled: Filled,
    series: Sequence[Series],
    until: date,
    particles: int = 4096,
    seed: int = 1,
    tick: Tick | None = None,
    moves: bool = True,
    effort: float = 1.0,
    rows_seed: int | None = None,
    first: int = 0,
) -> Conditioned:
    """Condition a filled view on observed series, cut to what was known, up to and with the day ``until``.

    Switches stay as the view has them. ``moves``: whether parameters and luck are moved after copying, and ``effort`` how
    much: near 0 it is one pass whenever futures were copied, which is several times quicker and leaves draws that are
    more alike. ``rows_seed`` and ``first``: the seed and the number of the first of the parameter points, where they are to
    be others than those of an ordinary run with ``seed``. Raises ``CaseError`` for an intervention that names nothing.
    """
    case = runner.case
    coordinates = Coordinates(
        case.built,
        runner.draws(filled),
        runner.switch_rows(filled.switches),
        series,
        seed if rows_seed is None else rows_seed,
    )
    runs = _runs(runner, filled, until, seed)
    watch = Watch(series, case.built.graph, filled.start, runs.plan.step_days, until)
    found = Filter(coordinates, runs, watch, particles, moves, first, effort)
    return _finished(runner, filled, until, found, tick)


def _runs(runner: Runner, filled: Filled, until: date, seed: int) -> Runs:
    """The calendar to a date and two steps beyond, so that no horizon is reached by being observed."""
    days = runner.case.step_days
    plan, changes = runner.plan(filled, later(until, f"{2 * days} days"))
    return Runs(runner.kernel, plan, changes, seed, runner.options.threads)


def _finished(runner: Runner, filled: Filled, until: date, found: Filter, tick: Tick | None) -> Conditioned:
    step = max(0, -(-((until - filled.start).days + 1) // found.runs.plan.step_days))
    found.advance(step, tick)
    done = Conditioned(runner, filled, until, found, found.chosen(until))
    if not found.collapsed:
        graph, blocks = runner.case.built.graph, found.blocks
        done.answers = {
            a.name: (blocks.slot(a.first)[done.who], blocks.slot(a.now)[done.who] != 0) for a in graph.answers
        }
    return done


def _further(known: Conditioned, series: Sequence[Series], until: date, tick: Tick | None) -> Conditioned:
    old = known.filter
    runs = _runs(known.runner, known.filled, until, old.runs.seed)
    watch = Watch(series, known.runner.case.built.graph, known.filled.start, runs.plan.step_days, until)
    entries = {entry for stop in watch.stops for entry in stop.entries}
    alike = [replace(s, observations=()) for s in series] == [
        replace(s, observations=()) for s in old.watch.series
    ]
    if not alike or not all(entry in entries for entry, _ in old.truths):
        found = Filter(
            old.coordinates.with_series(series), runs, watch, old.size, old.moves, old.first, old.effort
        )
        return _finished(known.runner, known.filled, until, found, tick)
    new = old.again(runs, watch)
    return _finished(known.runner, known.filled, until, new, tick)


def _run_on(
    known: Conditioned, cloud: Cloud, until: date, marks: Sequence[date], names: Sequence[str], luck: int
) -> Forecast:
    runner, filled, at = known.runner, known.filled, known.filter.step
    plan, changes = runner.plan(filled, until)
    graph, runs = runner.case.built.graph, known.filter.runs
    runs = Runs(runs.kernel, plan, changes, runs.seed, runs.threads)
    slots = slots_by_name(graph)
    places = [min(max(0.0, place_of(day, filled.start, plan.step_days)), float(plan.count)) for day in marks]
    looks = {look for name in names for place in places for look in needed(slots[name], place)}
    fresh = np.arange(cloud.size, dtype=np.uint64) + np.uint64(_FRESH * (1 + luck))
    if at > cloud.begins[-1]:
        cloud.begins.append(at)
        cloud.luck.append(fresh)
    else:
        cloud.luck[-1] = fresh
    blocks, seen = runs.whole(cloud, plan.count, looks)
    values = {
        name: np.array([at_place(seen, slots[name], place) for place in places]).reshape(len(places), -1)
        for name in names
    }
    answers = {a.name: (blocks.slot(a.first).copy(), blocks.slot(a.now) != 0) for a in graph.answers}
    ending, bad = blocks.slot(graph.ending_slot).copy(), ~np.isnan(blocks.slot(graph.bad_slot))
    blocks.release(runs.kernel.spare)
    known.answers = answers
    return Forecast(values, answers, ending, bad)


def columns(conditioned: Conditioned) -> dict[str, tuple[float, float]]:
    """For each parameter ``X_at_start`` that a stock starts from: the 90% interval of that stock at the date, base units."""
    graph = conditioned.runner.case.built.graph
    found: dict[str, tuple[float, float]] = {}
    if conditioned.collapsed:
        return found
    for stock in graph.stocks:
        row = starts_from(graph, graph.slots[stock.slot].start)
        if row >= 0:
            values = conditioned.filter.blocks.slot(stock.slot)[conditioned.who]
            low, high = np.quantile(values, [0.05, 0.95])
            found[graph.rows[row].name] = (float(low), float(high))
    return found


def starts_from(graph: Graph, node: int) -> int:
    """The row of the parameter that a first value is, also where it is checked to be no less than zero; else -1."""
    found = graph.nodes[node]
    if found.operation == "select":
        test, _, node = found.arguments
        if graph.nodes[test].operation != "lt" or graph.nodes[test].arguments[0] != node:
            return -1
        found = graph.nodes[node]
    return int(found.data) if found.operation == "parameter" and not graph.rows[int(found.data)].part else -1
