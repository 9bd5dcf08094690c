"""Runs a kernel over many futures in chunks of bounded memory and keeps what an ensemble needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
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
    limited       mean number of steps a future in which a stock's outflow was limited, by scalar name
    bands         (months, quantiles) by position in ``Graph.shown``, base units
    """

    points: npt.NDArray[np.uint64]
    ending: npt.NDArray[np.int16]
    ending_day: Array
    first: Array
    now: npt.NDArray[np.bool_]
    bad: Array
    final: Array
    limited: dict[str, float]
    months: list[date] = field(default_factory=list)
    bands: list[Array] = field(default_factory=list)
    complete: bool = True


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
) -> Raw:
    """Run futures 0 to ``futures`` - 1 over the whole plan; the next chunk is sampled while one runs."""
    begins = [0, *range(BAND_FUTURES if bands else CHUNK, futures, CHUNK)]
    edges = [*begins, futures]

    def sample(begin: int, end: int) -> tuple[npt.NDArray[np.uint64], Array]:
        points = np.arange(begin, end, dtype=np.uint64)
        return points, rows(built, draws, switches, points, seed)

    parts: list[Raw] = []
    with ThreadPoolExecutor(1) as ahead:
        waiting = ahead.submit(sample, *edges[:2])
        for begin, end in pairwise(edges):
            points, table = waiting.result()
            if end < futures:
                waiting = ahead.submit(sample, end, min(end + CHUNK, futures))

            def share(done: float, begin: int = begin, size: int = end - begin) -> None:
                if tick is not None:
                    tick((begin + done * size) / futures)

            parts.append(
                run_rows(kernel, table, points, plan, seed, changes, bands and begin == 0, threads, share)
            )
    return join(parts)


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
) -> Raw:
    """Run given rows, shape (rows, n), with given luck, shape (n,)."""
    graph = kernel.graph
    blocks = Blocks(table, luck, len(graph.slots), kernel.width)
    kernel.start(blocks, plan, seed)
    marks = plan.months() if bands else []
    cuts = sorted({k for _, k in marks} | {c.step for c in changes or []} | {plan.count})
    found: list[list[Array]] = []
    at = 0
    for cut in cuts:
        if cut > at:
            kernel.move(blocks, plan, at, cut, seed, threads)
            at = cut
        for change in changes or []:
            if change.step == cut:
                blocks.set_row(change.row, change.value)
        if any(k == cut for _, k in marks):
            found.append([blocks.slot(s.slot).copy() for s in graph.shown])
        if tick is not None:
            tick(cut / plan.count)
    bad = blocks.slot(graph.bad_slot).copy()
    fine = np.isnan(bad)
    raw = Raw(
        points=luck.copy(),
        ending=blocks.slot(graph.ending_slot).astype(np.int16),
        ending_day=blocks.slot(graph.ending_date_slot).copy(),
        first=stacked([blocks.slot(a.first) for a in graph.answers], blocks.size),
        now=stacked([blocks.slot(a.now) for a in graph.answers], blocks.size) != 0,
        bad=bad,
        final=stacked([blocks.slot(s.slot) for s in graph.stocks], blocks.size),
        limited={
            slot.item: float(blocks.slot(i)[fine].mean()) if fine.any() else 0.0
            for i, slot in enumerate(graph.slots)
            if slot.role == "count"
        },
    )
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
    return raw


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
    )


def stacked(columns: list[Array], size: int) -> Array:
    """Columns of n futures as rows, shape (columns, n), also where there is none."""
    return np.array(columns) if columns else np.empty((0, size))


def join(parts: list[Raw]) -> Raw:
    """Several runs of neighbouring futures as one; the bands are those of the first."""
    if len(parts) == 1:
        return parts[0]
    sizes = np.array([len(p.points) for p in parts], float)
    limited = {
        k: float(sum(p.limited[k] * s for p, s in zip(parts, sizes, strict=True)) / sizes.sum())
        for k in parts[0].limited
    }
    return Raw(
        np.concatenate([p.points for p in parts]),
        np.concatenate([p.ending for p in parts]),
        np.concatenate([p.ending_day for p in parts]),
        np.concatenate([p.first for p in parts], axis=1),
        np.concatenate([p.now for p in parts], axis=1),
        np.concatenate([p.bad for p in parts]),
        np.concatenate([p.final for p in parts], axis=1),
        limited,
        parts[0].months,
        parts[0].bands,
    )
