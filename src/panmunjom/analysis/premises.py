"""Finds the range of a parameter, moved alone within its bounds, for which a conclusion follows."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..case.records import Conclusion
from ..engine.run import Raw
from ..quantities.distributions import Distribution
from .trials import Trial, Trials

LEVELS, LUCKS = 11, 8  # first look: values over the bounds, futures at each
LOOSE = 0.75  # share at the first look from which a parameter is looked at closer
SECOND, SECOND_LUCKS = 12, 48  # parameters that get a second look, and futures at each level of it
CLOSER = 4  # parameters whose range is then narrowed down, nearest to their pooled figures first
CONFIRM_SLACK = 0.03  # two standard errors of a share of 0.9 over some 340 futures
ROUNDS = 3  # each looks closer where an edge of the range was crossed
FINE_LUCKS = 64
INNER = 6  # new levels in a gap each time
BATCH = 16_384  # futures in one run

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bounds:
    """A parameter's bounds in base units, its unit, and what the pooled view has for it."""

    name: str
    low: float
    high: float
    factor: float
    unit: str
    pooled: Distribution


@dataclass(frozen=True, slots=True)
class Need:
    """The range that one parameter must have, in its own unit; ``row`` and ``middle`` (base units) to try it out."""

    parameter: str
    low: float
    high: float
    unit: str
    row: int
    middle: float
    distance: float  # from the pooled median to the range, in pooled standard deviations
    pooled: tuple[float, float]  # the pooled view's 90% interval, in the parameter's unit


def levels(bounds: Bounds) -> Array:
    """Values over the bounds: by ratio where they are positive and wide, evenly otherwise."""
    if bounds.low > 0 and bounds.high / bounds.low > 20:
        return np.geomspace(bounds.low, bounds.high, LEVELS)
    if bounds.low == 0 and bounds.high > 0:
        return np.concatenate([[0.0], np.geomspace(bounds.high / 1000, bounds.high, LEVELS - 1)])
    return np.linspace(bounds.low, bounds.high, LEVELS)


def search(
    trials: Trials,
    trial: Trial,
    conclusions: list[Conclusion],
    candidates: dict[int, Bounds],
    follows: float,
) -> dict[str, list[Need]]:
    """For each conclusion the parameters that could supply what it lacks, nearest to the pooled figure first."""
    grids = _moving(trials, trial, conclusions, {row: levels(bounds) for row, bounds in candidates.items()})
    early, late = _measure(trials, trial, conclusions, grids, LUCKS)
    out: dict[str, list[Need]] = {}
    for k, conclusion in enumerate(conclusions):
        promising = []
        for row in grids:
            bounds = candidates[row]
            hopeful = _hopeful(early[row][k], late[row][k])
            if hopeful.any():
                best = round(float((late[row][k] - early[row][k]).max()), 1)
                promising.append((-best, min(_distance(bounds, v, v) for v in grids[row][hopeful]), row))
        rows = [row for _, _, row in sorted(promising)[:SECOND]]
        needs = []
        for row in _second_look(trials, trial, conclusion, rows, grids, candidates, follows):
            need = _refine(trials, trial, conclusion, row, candidates[row], grids[row], follows)
            if need is not None and _confirmed(trials, trial, conclusion, need, candidates[row], follows):
                needs.append(need)
        out[conclusion.name] = sorted(needs, key=lambda n: n.distance)
    return out


def _moving(
    trials: Trials, trial: Trial, conclusions: list[Conclusion], grids: dict[int, Array]
) -> dict[int, Array]:
    """The parameters that move a conclusion at all: at the ends of their bounds or in the middle it comes true in other
    futures, or at another time, than where they stand. Most of a large world's do not.
    """
    if not grids:
        return grids
    some = next(iter(grids))
    stands = {some: np.array([trial.table[some, 0]])}
    now = _measure(trials, trial, conclusions, stands, LUCKS)
    ends = {row: grid[[0, len(grid) // 2, -1]] for row, grid in grids.items()}
    early, late = _measure(trials, trial, conclusions, ends, LUCKS)

    def moves(row: int) -> bool:
        return any(
            np.any(found[row][k] != base[some][k])
            for found, base in zip((early, late), now, strict=True)
            for k in range(len(conclusions))
        )

    return {row: grid for row, grid in grids.items() if moves(row)}


def _second_look(
    trials: Trials,
    trial: Trial,
    conclusion: Conclusion,
    rows: list[int],
    grids: dict[int, Array],
    candidates: dict[int, Bounds],
    follows: float,
) -> list[int]:
    """Of the promising parameters those that hold up with more luck, nearest to their pooled figures first."""
    if not rows:
        return []
    early, late = _measure(trials, trial, [conclusion], {row: grids[row] for row in rows}, SECOND_LUCKS)
    held = []
    for row in rows:
        hopeful = _hopeful(early[row][0], late[row][0], follows)
        if hopeful.any():
            held.append((min(_distance(candidates[row], v, v) for v in grids[row][hopeful]), row))
    return [row for _, row in sorted(held)[:CLOSER]]


def _confirmed(
    trials: Trials, trial: Trial, conclusion: Conclusion, need: Need, bounds: Bounds, follows: float
) -> bool:
    """Whether the conclusion follows clearly at the middle of a range and still near both ends, with much luck.

    A range that holds the pooled figure is no missing premise: the conclusion was tried there and did not follow.
    """
    if need.distance == 0.0:
        return False
    low, high = need.low * bounds.factor, need.high * bounds.factor
    inner = np.array([low + 0.02 * (high - low), need.middle, high - 0.02 * (high - low)])
    early, late = _measure(trials, trial, [conclusion], {need.row: inner}, len(trial.luck) // 6)
    share = late[need.row][0] - early[need.row][0]
    return bool(share.min() >= follows - CONFIRM_SLACK and share[1] >= (1 + follows) / 2)


def _measure(
    trials: Trials, trial: Trial, conclusions: list[Conclusion], grids: dict[int, Array], lucks: int
) -> tuple[dict[int, list[Array]], dict[int, list[Array]]]:
    """At each level of each parameter: the share of futures too early for the conclusion, and the share not too late."""
    early: dict[int, list[Array]] = {row: [] for row in grids}
    late: dict[int, list[Array]] = {row: [] for row in grids}
    todo = list(grids.items())
    size = max(len(g) for g in grids.values()) * lucks if grids else 1
    per_run = max(1, BATCH // size)
    for begin in range(0, len(todo), per_run):
        batch = todo[begin : begin + per_run]
        tables = []
        for row, grid in batch:
            table = np.tile(trial.table[:, :lucks], (1, len(grid)))
            table[row] = np.repeat(grid, lucks)
            tables.append(table)
        whole = np.concatenate(tables, axis=1)
        raw = trials.run(trial, whole, np.tile(trial.luck[:lucks], whole.shape[1] // lucks))
        at = 0
        for row, grid in batch:
            span = slice(at, at + len(grid) * lucks)
            at = span.stop
            for conclusion in conclusions:
                before, in_time = _timing(trials, conclusion, raw, span, len(grid))
                early[row].append(before)
                late[row].append(in_time)
    return early, late


def _timing(trials: Trials, conclusion: Conclusion, raw: Raw, span: slice, count: int) -> tuple[Array, Array]:
    """By level: shares of the counting futures in which it came true before its window, and before its deadline."""
    held = raw.first[trials.answers[conclusion.name]][span]
    last = conclusion.at or conclusion.by
    assert last is not None
    counts = np.isnan(raw.bad[span])
    if conclusion.given:
        counts &= raw.first[trials.answers[conclusion.given]][span] <= last.toordinal()
    before = np.zeros(len(held), bool)
    if conclusion.at is not None:
        in_time = raw.now[trials.answers[conclusion.name]][span]
    else:
        in_time = held <= last.toordinal()
        if conclusion.since is not None:
            before = held < conclusion.since.toordinal()

    def by_level(flags: npt.NDArray[np.bool_]) -> Array:
        return (flags & counts).reshape(count, -1).sum(axis=1) / np.maximum(
            1, counts.reshape(count, -1).sum(axis=1)
        )

    return by_level(before), by_level(in_time)


def _hopeful(early: Array, late: Array, share: float = LOOSE) -> npt.NDArray[np.bool_]:
    """Levels at which, or next to which, the conclusion may follow: also where a window was stepped over."""
    hopeful = (late - early) >= share
    over = (late[1:] >= LOOSE) & (early[:-1] <= 1 - LOOSE) | (late[:-1] >= LOOSE) & (early[1:] <= 1 - LOOSE)
    stepped = over & ((early[1:] > 1 - LOOSE) | (early[:-1] > 1 - LOOSE))
    hopeful[1:] |= stepped
    hopeful[:-1] |= stepped
    return hopeful


def _distance(bounds: Bounds, low: float, high: float) -> float:
    """How far the pooled median lies from a range, in pooled standard deviations."""
    median = bounds.pooled.median * bounds.factor
    if low <= median <= high:
        return 0.0
    spread = max(1e-12, (bounds.pooled.interval[1] - bounds.pooled.interval[0]) * bounds.factor / 3.29)
    return float(min(abs(median - low), abs(median - high)) / spread)


def _good(early: Array, late: Array, follows: float) -> npt.NDArray[np.bool_]:
    """Levels at which the conclusion follows."""
    return (late - early) >= follows


def _edges(early: Array, late: Array, follows: float) -> list[int]:
    """Gaps between neighbouring levels in which the range begins, ends or lies."""
    inside, on_time, soon = _good(early, late, follows), late >= follows, early > 1 - follows
    change = (inside[1:] != inside[:-1]) | ((on_time[1:] != on_time[:-1]) & (soon[1:] != soon[:-1]))
    found = [int(i) for i in np.flatnonzero(change)]
    if not found and inside.any():
        return [-1]  # it follows over the whole of the bounds
    return found


def _refine(
    trials: Trials,
    trial: Trial,
    conclusion: Conclusion,
    row: int,
    bounds: Bounds,
    grid: Array,
    follows: float,
) -> Need | None:
    """Look closer at the edges until they are known to a small part of the range."""
    first_early, first_late = _measure(trials, trial, [conclusion], {row: grid}, FINE_LUCKS)
    early, late = first_early[row][0], first_late[row][0]
    known = {float(v): (float(e), float(s)) for v, e, s in zip(grid, early, late, strict=True)}
    for _ in range(ROUNDS):
        values = np.array(sorted(known))
        e = np.array([known[v][0] for v in values])
        s = np.array([known[v][1] for v in values])
        gaps = [g for g in _edges(e, s, follows) if g >= 0]
        if not gaps:
            break
        closer = np.unique(
            np.concatenate([np.linspace(values[g], values[g + 1], INNER + 2)[1:-1] for g in gaps[:3]])
        )
        new_early, new_late = _measure(trials, trial, [conclusion], {row: closer}, FINE_LUCKS)
        known |= {
            float(v): (float(a), float(b))
            for v, a, b in zip(closer, new_early[row][0], new_late[row][0], strict=True)
        }
    values = np.array(sorted(known))
    inside = _good(np.array([known[v][0] for v in values]), np.array([known[v][1] for v in values]), follows)
    if not inside.any():
        return None
    low, high = longest(inside)
    ends = float(values[low]), float(values[high])
    middle = (
        math.sqrt(ends[0] * ends[1]) if ends[0] > 0 and ends[1] / ends[0] > 20 else (ends[0] + ends[1]) / 2
    )
    return Need(
        bounds.name,
        ends[0] / bounds.factor,
        ends[1] / bounds.factor,
        bounds.unit,
        row,
        middle,
        _distance(bounds, *ends),
        bounds.pooled.interval,
    )


def longest(flags: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """First and last index of the longest run of true flags."""
    best, begin = (0, -1), None
    for i, flag in enumerate([*flags.tolist(), False]):
        if flag and begin is None:
            begin = i
        elif not flag and begin is not None:
            if i - begin > best[1] - best[0] + 1:
                best = (begin, i - 1)
            begin = None
    return best
