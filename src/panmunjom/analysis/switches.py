"""The range over the theory switches: the view's own run and one run for each switch turned alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from ..case.records import Case, Filled
from ..engine.run import CHUNK, Raw, part, run_rows
from ..futures.ensemble import REFUSE_BAD, Ensemble, Share, paired
from .running import Runner, Tick

SWITCH_FUTURES = 2_048
LEAST, MOST = 0.001, 0.9  # an ending outside is reported with the mechanism that makes it so


@dataclass(slots=True)
class Turn:
    """One switch turned to one of its other positions, with the paired differences that this makes."""

    switch: str
    was: str
    to: str
    differences: dict[str, tuple[float, float]]  # ending -> difference, paired error
    extremes: dict[str, float] = field(
        default_factory=dict
    )  # endings that this turn makes nearly impossible or certain


@dataclass(slots=True)
class SwitchRange:
    """Probabilities of the endings over all turns: ending -> (low, high), and each turn.

    ``refused`` names the turns that are left out because too many of their futures stopped being finite.
    """

    bounds: dict[str, tuple[float, float]] = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def turns(case: Case, switches: dict[str, str]) -> list[tuple[str, str]]:
    """Every switch with every position that it does not have."""
    found = []
    for name, switch in case.built.world.switches.items():
        options = switch.options or ("true", "false")
        found += [(name, option) for option in options if option != switches[name]]
    return found


def first(ensemble: Ensemble, futures: int) -> Ensemble:
    """The first futures of an ensemble: a future does not depend on how many others there are."""
    return replace(ensemble, raw=part(ensemble.raw, 0, futures))


def switch_range(
    runner: Runner,
    filled: Filled,
    ensemble: Ensemble,
    futures: int = SWITCH_FUTURES,
    tick: Tick | None = None,
) -> SwitchRange:
    """Turn each switch alone, with the same luck, over the first futures of the ensemble.

    The differences are paired; the bounds add the smallest and largest of them to the ensemble's own shares.
    """
    futures = min(futures, len(ensemble.raw.points))
    base = first(ensemble, futures)
    names = [e.name for e in ensemble.graph.endings]
    out = SwitchRange({n: (s.p, s.p) for n, s in ensemble.endings().items()})
    shares = ensemble.endings()
    todo = turns(runner.case, filled.switches)
    for number, ((switch, to), other) in enumerate(turned_runs(runner, filled, todo, futures), 1):
        if float((~np.isnan(other.bad)).mean()) > REFUSE_BAD:
            out.refused.append(f"{switch} to {to}")
            continue
        both = np.isnan(base.raw.bad) & np.isnan(other.bad)
        points = base.raw.points[both]
        turn = Turn(switch, filled.switches[switch], to, {})
        for k, name in enumerate(names):
            turn.differences[name] = paired(base.raw.ending[both] == k, other.ending[both] == k, points)
        if any(not LEAST <= shares[n].p + d <= MOST for n, (d, _) in turn.differences.items()):
            look_closer(runner, filled, ensemble, turn)
            turn.extremes = extremes(turn, shares)
        for name in names:
            p = min(1.0, max(0.0, shares[name].p + turn.differences[name][0]))
            low, high = out.bounds[name]
            out.bounds[name] = (min(low, p), max(high, p))
        out.turns.append(turn)
        if tick is not None:
            tick(number / len(todo))
    return out


def turned_runs(
    runner: Runner, filled: Filled, todo: list[tuple[str, str]], futures: int
) -> Iterator[tuple[tuple[str, str], Raw]]:
    """One run for each turn, with the same parameters and luck; several turns share a call of the kernel."""
    plan, changes = runner.plan(filled, runner.until(filled.start))
    luck = np.arange(futures, dtype=np.uint64)
    together = max(1, CHUNK // futures)
    for begin in range(0, len(todo), together):
        batch = todo[begin : begin + together]
        tables = [runner.table(filled, futures, {**filled.switches, switch: to}) for switch, to in batch]
        whole = np.concatenate(tables, axis=1)
        options = runner.options
        raw = run_rows(
            runner.kernel,
            whole,
            np.tile(luck, len(batch)),
            plan,
            options.seed,
            changes,
            threads=options.threads,
        )
        for k, turn in enumerate(batch):
            yield turn, part(raw, k * futures, (k + 1) * futures)


def look_closer(runner: Runner, filled: Filled, ensemble: Ensemble, turn: Turn) -> None:
    """Run a turn again with as many futures as the ensemble has, where an ending seems nearly impossible or certain."""
    other = runner.run(filled, switches={**filled.switches, turn.switch: turn.to})
    both = ensemble.fine & other.fine
    points = ensemble.raw.points[both]
    for k, name in enumerate(turn.differences):
        turn.differences[name] = paired(ensemble.raw.ending[both] == k, other.raw.ending[both] == k, points)


def extremes(turn: Turn, shares: dict[str, Share]) -> dict[str, float]:
    """Endings outside the limits after a turn, with their probabilities."""
    after = {n: max(0.0, shares[n].p + d) for n, (d, _) in turn.differences.items()}
    return {n: p for n, p in after.items() if not LEAST <= p <= MOST}
