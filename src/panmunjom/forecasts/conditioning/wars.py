"""Synthetic wars: one drawn from the prior, observed as the case observes, conditioned on, and its truth ranked.

Where the sampler is right, the truth's rank among draws from the posterior is uniform over many wars, whatever is
ranked: S. Talts, M. Betancourt, D. Simpson, A. Vehtari and A. Gelman (2018), arXiv:1804.06788. The likelihood of the very
figures is ranked too, which sees mistakes that no parameter shows: M. Modrák and others, Bayesian Analysis 20 (2025) 461.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from ...analysis.running import Runner
from ...case.observed import Observation, Series
from ...case.records import Filled
from ...engine.sampling import REPLICATES
from ...quantities.calendar import add_months
from .cloud import Cloud, Runs
from .conditioned import Conditioned, condition, observe
from .coordinates import Coordinates
from .observing import Seen, Watch, at_place, needed, place_of, slots_by_name, truth
from .randoms import uniforms

Array = npt.NDArray[np.float64]
Wrong = Callable[[Sequence[Series]], list[Series]]

LIKELIHOOD = "likelihood of the figures"
_TRUTHS = 2**33  # parameter points from here on are truths; filters take theirs from 0 on
DRAWS = 99  # a rank is 0 to 99


@dataclass(slots=True)
class Plan:
    """What is tried: a filled view from its start until a date, with the case's series, and a forecast until ``ahead``."""

    runner: Runner
    filled: Filled
    series: list[Series]
    until: date
    ahead: date
    particles: int
    seed: int


@dataclass(slots=True)
class Tried:
    """One war.

    ranks     by name of what is ranked: how many of ``DRAWS`` draws lie below the truth (ties broken by lot)
    learnt    by parameter: the posterior's standard deviation as a share of the prior's, in scores
    fewest    least effective sample size of a date, of n; ``moved``: acceptance of moves by kind
    """

    war: int
    ranks: dict[str, int] = field(default_factory=dict)
    learnt: dict[str, float] = field(default_factory=dict)
    collapsed: str = ""
    fewest: float = 0.0
    distinct: int = 0
    moved: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0

    def as_record(self) -> dict[str, Any]:
        """For a line of JSON."""
        return asdict(self)


@dataclass(slots=True)
class War:
    """A synthetic war: its scores (coordinates,), what there was to see, and what was observed."""

    scores: Array
    seen: Seen
    series: list[Series]
    errors: list[tuple[Array, Array]]


def until_of(start: date, months: int) -> date:
    """The last day of the calendar month that lies so many months after a start."""
    first = date(start.year, start.month, 1)
    whole = first if start == first else add_months(first, 1)
    return add_months(whole, months) - timedelta(days=1)


def make(plan: Plan, number: int) -> War:
    """War number so much: parameters and luck of its own, figures at the dates at which the case has any."""
    seed = f"truth {plan.seed}"
    built, runner = plan.runner.case.built, plan.runner
    key = int(uniforms((1,), seed)[0] * 2**52)
    chosen = _TRUTHS + int(uniforms((1,), seed, number)[0] * 2**31)
    beside = np.arange(
        chosen - chosen % REPLICATES, chosen - chosen % REPLICATES + REPLICATES, dtype=np.uint64
    )
    point = np.array([chosen], dtype=np.uint64)
    where = Coordinates(
        built, runner.draws(plan.filled), runner.switch_rows(plan.filled.switches), plan.series, plan.seed
    )
    scores, rows = (
        found[:, [chosen % REPLICATES]] for found in where.first(beside)
    )  # with what filters have ready
    calendar, changes = runner.plan(plan.filled, plan.ahead + timedelta(days=2 * runner.case.step_days))
    runs = Runs(runner.kernel, calendar, changes, key, 1)
    watch = Watch(plan.series, built.graph, plan.filled.start, calendar.step_days, plan.until)
    cloud = Cloud(scores, rows, [0], [point], np.zeros(1, np.int64))
    looks = watch.places | {look for _, _, slot, place in ahead(plan) for look in needed(slot, place)}
    blocks, seen = runs.whole(cloud, calendar.count, looks)
    blocks.release(runs.kernel.spare)
    errors = where.errors(scores)
    figures: list[list[Observation]] = [[] for _ in plan.series]
    for stop in watch.stops:
        for entry in stop.entries:
            one = plan.series[entry.series]
            value = truth(entry, seen)
            if one.kind == "fact":
                found = float(value[0] != 0)
            else:
                found = float(observe(one, value, *errors[entry.series], seed, number, entry.date)[0])
            figures[entry.series].append(Observation(entry.date, found, entry.date))
    series = [replace(s, observations=tuple(f)) for s, f in zip(plan.series, figures, strict=True)]
    return War(scores[:, 0], seen, series, errors)


def ahead(plan: Plan) -> list[tuple[str, int, int, float]]:
    """What is forecast: name, number of the series, slot and place on the calendar; the date conditioned to and the last."""
    slots = slots_by_name(plan.runner.case.built.graph)
    step = plan.runner.case.step_days
    start = plan.filled.start
    return [
        (f"{one.observes} {'at the end' if day == plan.ahead else 'now'}", k, slots[one.observes], place_of(day, start, step))
        for k, one in enumerate(plan.series)
        if one.kind != "fact"
        for day in (plan.until, plan.ahead)
    ]  # fmt: skip


def attempt(plan: Plan, number: int, wrong: Wrong | None = None) -> Tried:
    """Make a war, condition on its figures and rank its truth.

    ``wrong`` falsifies what the filter is told of the series: a check that the check can fail.
    """
    began = time.perf_counter()
    war = make(plan, number)
    told = wrong(war.series) if wrong else war.series
    seed = int(uniforms((1,), "filter", plan.seed, number)[0] * 2**52)
    found = condition(
        plan.runner, plan.filled, told, plan.until, plan.particles, seed,
        rows_seed=plan.seed, first=number * plan.particles,
    )  # fmt: skip
    tried = Tried(number, collapsed=found.collapsed, moved={k: round(v, 3) for k, v in found.moves.items()})
    tried.fewest = round(min((ess for _, ess in found.ess), default=float(plan.particles)), 2)
    if not found.collapsed:
        tried.distinct = found.distinct
        thinned = np.linspace(0, plan.particles - 1, DRAWS).astype(np.intp)
        for name, true, values in compared(plan, war, found):
            tried.ranks[name] = rank(true, values[thinned], seed, name)
        deviation = found.draws().scores.std(axis=1)
        tried.learnt = dict(zip(found.filter.coordinates.names, np.round(deviation, 3).tolist(), strict=True))
    tried.seconds = round(time.perf_counter() - began, 3)
    return tried


def compared(plan: Plan, war: War, found: Conditioned) -> list[tuple[str, float, Array]]:
    """What is ranked: name, truth and draws, of shape (n,)."""
    where, cloud = found.filter.coordinates, found.draws()
    out = [(name, float(war.scores[k]), cloud.scores[k]) for k, name in enumerate(where.names)]
    wanted = ahead(plan)
    later = plan.ahead + timedelta(days=2 * plan.runner.case.step_days)
    coming = found.forecast(
        later, [plan.until, plan.ahead], list(dict.fromkeys(s.observes for s in war.series))
    )
    seen_now = {plan.until: 0, plan.ahead: 1}
    for name, k, slot, place in wanted:
        day = plan.until if name.endswith("now") else plan.ahead
        out.append(
            (name, float(at_place(war.seen, slot, place)[0]), coming[plan.series[k].observes][seen_now[day]])
        )
    if found.filter.truths:
        likely = found.filter.likelihood(found.filter.truths, found.filter.cloud.scores)[found.who]
        told = [(entry, truth(entry, war.seen)) for entry, _ in found.filter.truths]
        # The truth is judged by the errors that the filter believes in, like every draw.
        out.append((LIKELIHOOD, float(found.filter.likelihood(told, war.scores[:, None])[0]), likely))
    return out


def rank(true: float, draws: Array, *key: object) -> int:
    """How many draws lie below the truth; draws that equal it are put below or above by lot."""
    equal = int((draws == true).sum())
    lot = int(uniforms((1,), "rank", *key)[0] * (equal + 1)) if equal else 0
    return int((draws < true).sum()) + lot if math.isfinite(true) else -1
