"""Runs a kernel over many futures in chunks of bounded memory and keeps what an ensemble needs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ..world.build import Built
from .kernel import Blocks, Kernel
from .sampling import Draw, rows
from .schedule import Schedule

CHUNK = 16_384  # futures at once: a state of 300 slots takes 40 MB
BAND_FUTURES = 4_096
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

Array = npt.NDArray[np.float64]
Days = npt.NDArray[np.float32]  # ordinals of days are whole numbers below 2^24, which this holds exactly


@dataclass(slots=True)
class Change:
    """A parameter row that takes another value from a step on, in base units."""

    step: int
    row: int
    value: float


@dataclass(slots=True)
class Raw:
    """What a run returns, a row a future: numbers, ending (-1: none), days as proleptic ordinals, NaN for never.

    first, now    (answers, n): the first day on which a proposition held; whether it held at the end
    final         (stocks, n) values at the end, base units; (stocks, 0) where a run has more than ``CHUNK`` futures
    limited       mean number of steps a future in which a stock's outflow was limited, by scalar name
    broken        number of futures at whose end a stock was not finite, by scalar name
    bands         (months, quantiles) by position in ``Graph.shown``, base units
    measured      by number of steps ended: (measures, n) as ``Graph.measures``, base units
    accrued       what a stock grew by in each calendar month inside the run: month's end -> quantiles, by slot, base units
    """

    points: npt.NDArray[np.uint64]
    ending: npt.NDArray[np.int16]
    ending_day: Days
    first: Days
    now: npt.NDArray[np.bool_]
    bad: Days
    final: Array
    limited: dict[str, float]
    broken: dict[str, int]
    months: list[date] = field(default_factory=list)
    bands: list[Array] = field(default_factory=list)
    complete: bool = True
    measured: dict[int, Array] = field(default_factory=dict)
    accrued: dict[int, dict[date, Array]] = field(default_factory=dict)


def simulate(
    kernel: Kernel,
    built: Built,
    draws: Mapping[str, Draw],
    switches: Mapping[str, float],
    plan: Schedule,
    futures: int,
    seed: int,
    changes: list[Change] | None = None,
    bands: bool = False,
    threads: int = 0,
    tick: Callable[[float], None] | None = None,
    accrue: Sequence[int] = (),
) -> Raw:
    """Run futures 0 to ``futures`` - 1 over the whole plan; the next chunk is sampled while one runs."""
    begins = [0, *range(BAND_FUTURES if bands else CHUNK, futures, CHUNK)]
    edges = [*begins, futures]

    def sample(begin: int, end: int) -> tuple[npt.NDArray[np.uint64], Array]:
        points = np.arange(begin, end, dtype=np.uint64)
        return points, rows(built, draws, switches, points, seed)

    whole: Raw | None = None
    with ThreadPoolExecutor(1) as ahead:
        waiting = ahead.submit(sample, *edges[:2])
        for begin, end in pairwise(edges):
            points, table = waiting.result()
            if end < futures:
                waiting = ahead.submit(sample, end, min(end + CHUNK, futures))

            def share(done: float, begin: int = begin, size: int = end - begin) -> None:
                if tick is not None:
                    tick((begin + done * size) / futures)

            raw = run_rows(kernel, table, points, plan, seed, changes, bands and begin == 0, threads, share, accrue=accrue)
            if whole is None:
                whole = room_like(raw, futures, futures <= CHUNK)
            put(whole, raw, begin)
    assert whole is not None
    return whole


def run_rows(
    kernel: Kernel,
    table: Array,
    luck: npt.NDArray[np.uint64],
    plan: Schedule,
    seed: int,
    changes: list[Change] | None = None,
    bands: bool = False,
    threads: int = 0,
    tick: Callable[[float], None] | None = None,
    read: Collection[int] = (),
    accrue: Sequence[int] = (),
) -> Raw:
    """Run given rows, shape (rows, n), with given luck, shape (n,). ``read``: after how many steps to read measures;
    with bands, also what the stocks in the slots of ``accrue`` grow by in each month."""
    graph = kernel.graph
    blocks = Blocks(table, luck, len(graph.slots), kernel.width, kernel.spare)
    kernel.start(blocks, plan, seed)
    marks = plan.months() if bands else []
    cuts = sorted({k for _, k in marks} | {c.step for c in changes or []} | {*read, plan.count})
    found: list[list[Array]] = []
    measured: dict[int, Array] = {}
    stood: list[list[Array]] = []
    at = 0
    for cut in cuts:
        if cut > at:
            kernel.move(blocks, plan, at, cut, seed, threads)
            at = cut
        if cut in read:
            measured[cut] = stacked([blocks.slot(m.slot).copy() for m in graph.measures], blocks.size)
        for change in changes or []:
            if change.step == cut:
                blocks.set_row(change.row, change.value)
        if any(k == cut for _, k in marks):
            found.append([blocks.slot(s.slot).copy() for s in graph.shown])
            stood.append([blocks.slot(slot).copy() for slot in accrue])
        if tick is not None:
            tick(cut / plan.count)
    bad = blocks.slot(graph.bad_slot).astype(np.float32)
    fine = np.isnan(bad)
    final = stacked([blocks.slot(s.slot) for s in graph.stocks], blocks.size)
    not_finite = (~np.isfinite(final)).sum(axis=1)
    raw = Raw(
        points=luck.copy(),
        ending=blocks.slot(graph.ending_slot).astype(np.int16),
        ending_day=blocks.slot(graph.ending_date_slot).astype(np.float32),
        first=stacked([blocks.slot(a.first) for a in graph.answers], blocks.size).astype(np.float32),
        now=stacked([blocks.slot(a.now) for a in graph.answers], blocks.size) != 0,
        bad=bad,
        final=final,
        limited={
            slot.item: float(blocks.slot(i)[fine].mean()) if fine.any() else 0.0
            for i, slot in enumerate(graph.slots)
            if slot.role == "count"
        },
        broken={
            graph.slots[stock.slot].name: int(count)
            for stock, count in zip(graph.stocks, not_finite, strict=True)
        },
    )
    raw.measured = measured
    blocks.release(kernel.spare)
    if marks:
        raw.months = [day for day, _ in marks]
        for position in range(len(graph.shown)):
            raw.bands.append(
                np.array(
                    [
                        np.quantile(month[position][fine], QUANTILES)
                        if fine.any()
                        else np.full(len(QUANTILES), np.nan)
                        for month in found
                    ]
                )
            )
        raw.accrued = _accrued(accrue, stood, marks, plan, fine)
    return raw


def _accrued(
    slots: Sequence[int],
    stood: list[list[Array]],
    marks: list[tuple[date, int]],
    plan: Schedule,
    fine: npt.NDArray[np.bool_],
) -> dict[int, dict[date, Array]]:
    """Quantiles of what stocks grew by in each whole month between marks, by slot and month's end.

    States are known where steps end, so a month's growth is that between the two nearest, by the day.
    """
    found: dict[int, dict[date, Array]] = {slot: {} for slot in slots}
    for (_, before), (day, k), was, now in zip(marks, marks[1:], stood, stood[1:], strict=False):
        first = day.replace(day=1)
        if (day + timedelta(days=1)).day != 1 or first < plan.start:
            continue
        scale = day.day / ((k - before) * plan.step_days)
        for slot, a, b in zip(slots, was, now, strict=True):
            if fine.any():
                found[slot][day] = np.quantile((b - a)[fine] * scale, QUANTILES)
    return found


def part(raw: Raw, begin: int, end: int) -> Raw:
    """The futures from ``begin`` to ``end`` - 1 of a run, without its bands."""
    return replace(
        raw,
        points=raw.points[begin:end],
        ending=raw.ending[begin:end],
        ending_day=raw.ending_day[begin:end],
        first=raw.first[:, begin:end],
        now=raw.now[:, begin:end],
        bad=raw.bad[begin:end],
        final=raw.final[:, begin:end],
        bands=[],
        months=[],
        accrued={},
    )


def stacked(columns: list[Array], size: int) -> Array:
    """Columns of n futures as rows, shape (columns, n), also where there is none."""
    return np.array(columns) if columns else np.empty((0, size))


def room_like(raw: Raw, futures: int, final: bool) -> Raw:
    """An empty run with room for so many futures, with the bands of ``raw``."""
    return Raw(
        np.empty(futures, np.uint64),
        np.empty(futures, np.int16),
        np.empty(futures, np.float32),
        np.empty((len(raw.first), futures), np.float32),
        np.empty((len(raw.now), futures), np.bool_),
        np.empty(futures, np.float32),
        np.empty((len(raw.final), futures if final else 0)),
        dict.fromkeys(raw.limited, 0.0),
        dict.fromkeys(raw.broken, 0),
        raw.months,
        raw.bands,
        accrued=raw.accrued,
    )


def put(whole: Raw, raw: Raw, begin: int) -> None:
    """Write the futures of ``raw`` into a run with room for them, from position ``begin`` on."""
    size = len(raw.points)
    here = slice(begin, begin + size)
    whole.points[here], whole.ending[here] = raw.points, raw.ending
    whole.ending_day[here], whole.bad[here] = raw.ending_day, raw.bad
    whole.first[:, here], whole.now[:, here] = raw.first, raw.now
    if whole.final.shape[1]:
        whole.final[:, here] = raw.final
    for name, mean in raw.limited.items():
        whole.limited[name] += mean * size / len(whole.points)
    for name, count in raw.broken.items():
        whole.broken[name] += count


def join(parts: list[Raw]) -> Raw:
    """Several runs of neighbouring futures as one; the bands are those of the first."""
    if len(parts) == 1:
        return parts[0]
    whole = room_like(parts[0], sum(len(p.points) for p in parts), True)
    begin = 0
    for raw in parts:
        put(whole, raw, begin)
        begin += len(raw.points)
    return whole
