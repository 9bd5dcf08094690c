"""Runs a hindcast origin by origin; what is finished lies in a folder, so that a stopped one goes on where it stood."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from ... import __version__
from ...analysis.running import Options, Runner
from ...case.known import as_of
from ...case.observed import Series
from ...case.records import Case, Filled
from ...engine.kernel import interrupted
from ..baselines.rates import NoWar, war_ends_within
from ..series.baselines import BASELINES
from . import kept
from .origin import Futures, Origin, look_ahead
from .plan import Plan, anchor_of, anchors, origins
from .targets import Target, months_on, targets

Conditioner = Callable[[Runner, Filled, list[Series], date, int, int], Futures]
Tick = Callable[[float, str], None]
_FORM = 2  # of the files of finished origins
EFFORT = 0.25  # of the filter's moves: a whole hindcast takes minutes with it, and a quarter of an hour with 1


@dataclass(slots=True)
class Hindcast:
    """What a hindcast found; origins in the order of their days. ``complete`` is False after Ctrl-C."""

    case: Case
    plan: Plan
    targets: list[Target]
    origins: list[Origin] = field(default_factory=list)
    seconds: float = 0.0
    reused: int = 0
    complete: bool = True
    folder: Path | None = None


def hindcast(
    case: Case,
    observed: Mapping[str, Series],
    plan: Plan,
    folder: Path | None = None,
    tick: Tick | None = None,
    conditioner: Conditioner | None = None,
    threads: int = 0,
) -> Hindcast:
    """Look ahead from every origin of the plan, each with what was known on its day and nothing else.

    Args:
        case: its own observations are not read; those of ``observed`` are.
        observed: series with all figures there are, also those that came after the origins: outcomes are read off them as
            they were first published.
        folder: where finished origins are kept, by a hash of all that they depend on; None keeps none.
        conditioner: how futures are conditioned; the particle filter unless a test says else.

    Raises ``CaseError`` where a view cannot be filled in at an anchor.
    """
    began = time.monotonic()
    whole = Hindcast(case, plan, targets(with_series(case, observed)), folder=folder)
    starts, days = anchors(case), origins(plan)
    key = key_of(case, observed, plan)
    outcomes = {name: series.as_first_published().values() for name, series in observed.items()}
    runner: Runner | None = None
    chain = Chain(conditioner or Filtering())
    for number, day in enumerate(days):
        place = None if folder is None else folder / f"{day}-{key}.npz"
        found = None if place is None else kept.load(place)
        if found is not None:
            whole.reused += 1
        else:
            try:
                if tick is not None:
                    tick(number / len(days), f"from {day}")
                if runner is None:
                    runner = Runner(case, Options(futures=plan.particles, seed=plan.seed, threads=threads))
                found = one(runner, observed, whole.targets, plan, anchor_of(starts, day), day, chain)
            except BaseException as error:
                if not interrupted(error):
                    raise
                if not whole.origins:
                    raise KeyboardInterrupt from error
                whole.complete = False
                break
            if place is not None:
                kept.save(place, found)
        fill_in(found, whole.targets, observed, outcomes, plan, starts[0])
        whole.origins.append(found)
    whole.seconds = time.monotonic() - began
    return whole


def one(
    runner: Runner,
    observed: Mapping[str, Series],
    wanted: list[Target],
    plan: Plan,
    start: date,
    day: date,
    chain: Chain,
) -> Origin:
    """One origin. Everything that is handed on was known on its day: claims, sources, columns and figures."""
    began = time.monotonic()
    then = runner.with_case(as_of(with_series(runner.case, observed), day))
    then.options.known_by = day
    known = [
        s.known_by(day) for s in observed.values()
    ]  # also those without a figure yet: they have a bias already
    found = Origin(day, start, figures=sum(len(s.observations) for s in known))
    futures = chain.to(then, start, known, day, plan)
    if futures.ess:
        when, least = min(futures.ess, key=lambda pair: pair[1])
        found.ess, found.ess_day = float(least), str(when)
    found.collapsed = futures.collapsed
    if found.collapsed:
        futures = chain.bare(then, start, day, plan)
    cut = {s.name: s for s in known}
    here = [Target(t.name, t.how, cut[t.name]) for t in wanted]
    look_ahead(found, futures, here, plan.horizons, not found.collapsed)
    found.seconds = time.monotonic() - began
    return found


def fill_in(
    found: Origin,
    wanted: list[Target],
    observed: Mapping[str, Series],
    outcomes: Mapping[str, dict[date, float]],
    plan: Plan,
    began: date,
) -> None:
    """Baselines of an origin, from what was known on its day, and what came; ``began``: the first day of the war."""
    found.baselines, found.outcomes = {}, {}
    for target in wanted:
        known = observed[target.name].known_by(found.day)
        past = target.past(known)
        for h in plan.horizons:
            outcome = target.outcome(found.day, h, outcomes[target.name])
            if outcome is not None:
                found.outcomes.setdefault(target.name, {})[h] = outcome
            mine = found.baselines.setdefault(target.name, {}).setdefault(h, {})
            if target.how == "stops":
                span = (months_on(found.day, h) - found.day).days
                with contextlib.suppress(NoWar):  # no war of the class grew so old
                    rate = war_ends_within((found.day - began).days, max(0, span - 30))
                    mine["base rate"] = np.array([rate.p])
                mine["never"] = np.array([0.0])
                continue
            if past is None:
                continue
            figures, last = past
            ahead = h + (found.day.year - last.year) * 12 + found.day.month - last.month
            for name, baseline in BASELINES.items():
                said = baseline(figures, ahead, target.positive)
                if said is not None:
                    mine[name] = said - figures[-1] if target.how == "gain" else said


class Chain:
    """Conditioned futures from origin to origin: those that begin at the same anchor go on from where the last one stood."""

    def __init__(self, conditioner: Conditioner) -> None:
        self.conditioner = conditioner
        self.start: date | None = None
        self.last: Futures | None = None
        self.known: set[tuple[str, date, float]] = set()

    def to(self, runner: Runner, start: date, known: list[Series], day: date, plan: Plan) -> Futures:
        """Futures from ``start`` conditioned on what is known, up to a day."""
        go_on = getattr(self.last, "further", None)
        figures = {(s.name, o.date, o.value) for s in known for o in s.observations}
        same = self.start == start and self.known <= figures  # nothing was revised
        if go_on is not None and same and self.last is not None and not self.last.collapsed:
            found: Futures = go_on(known, day)
        else:
            filled = runner.fill_pooled(start)
            found = self.conditioner(runner, filled, known, day, plan.particles, plan.seed)
        self.start, self.last, self.known = start, found, figures
        return found

    def bare(self, runner: Runner, start: date, day: date, plan: Plan) -> Futures:
        """The same futures without any condition."""
        return self.conditioner(runner, runner.fill_pooled(start), [], day, plan.particles, plan.seed)


class Filtering:
    """Conditioning by the particle filter; imported when it is first needed."""

    def __call__(
        self, runner: Runner, filled: Filled, series: list[Series], until: date, particles: int, seed: int
    ) -> Futures:
        from ..conditioning import condition

        found: Futures = condition(runner, filled, series, until, particles, seed, effort=EFFORT)
        return found


def with_series(case: Case, observed: Mapping[str, Series]) -> Case:
    """The case with these series in place of its own."""
    from dataclasses import replace

    return replace(case, observed=dict(observed))


def key_of(case: Case, observed: Mapping[str, Series], plan: Plan) -> str:
    """A hash of all that an origin's forecasts depend on, but for its day: program, case, figures, numbers of the plan."""
    figures = {
        name: [[str(o.date), o.value, str(o.known)] for o in series.observations]
        for name, series in sorted(observed.items())
    }
    asked = {k: v for k, v in asdict(plan).items() if k not in ("first", "last", "every")}
    whole = json.dumps([_FORM, __version__, case.digest, figures, asked], sort_keys=True, default=str)
    return hashlib.sha256(whole.encode()).hexdigest()[:12]
