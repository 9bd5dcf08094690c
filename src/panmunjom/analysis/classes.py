"""Futures counted by what a parameter was and what became of them: all that the given-data measures need.

Each drawn parameter is cut into classes of equal probability. Beside the parameters there are placebos: drawn like all
others, from Sobol dimensions of their own, but read by no world. What they seem to move is chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..case.records import Filled
from ..engine.run import Raw
from ..engine.sampling import REPLICATES, quantile, uniforms
from ..futures.ensemble import Ensemble
from .running import Runner

CLASSES = 15  # a multiple of three, so that a third of the futures is whole classes
PLACEBOS = 64
LARGEST = 16_384  # futures that are looked at
LEAST = 30 * REPLICATES  # with fewer than two in a class of a scramble nothing can be told from chance

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Classes:
    """Counts of finite futures by scramble and class, each of shape (scrambles, classes, 1 + outcomes): all of them, and
    those with each outcome.

    parameters   of each drawn parameter
    placebos     of what no world reads
    edges        of each drawn parameter: the ends of its lower and upper third, in its own unit
    """

    parameters: dict[str, Counts]
    placebos: list[Counts]
    edges: dict[str, tuple[float, float]]


def by_ending(runner: Runner, filled: Filled, ensemble: Ensemble) -> Classes | None:
    """The futures of an ensemble counted by their endings, in the world's order; None where they are too few."""
    return counted(runner, filled, ensemble.raw, ensemble.raw.ending, len(ensemble.graph.endings))


def counted(
    runner: Runner, filled: Filled, raw: Raw, outcome: npt.NDArray[np.integer], outcomes: int
) -> Classes | None:
    """The first futures of a view counted by an outcome, 0 to ``outcomes`` - 1, or -1 for none of them."""
    futures = min(LARGEST, len(raw.points))
    points, fine = raw.points[:futures], np.isnan(raw.bad[:futures])
    if fine.sum() < LEAST:
        return None
    scramble = (points[fine] % REPLICATES).astype(np.intp)
    rest = outcome[:futures][fine].astype(np.intp) + 1  # 0: none of the outcomes
    shape = (REPLICATES, CLASSES, outcomes + 1)

    def count(number: npt.NDArray[np.integer]) -> Counts:
        cell = (scramble * CLASSES + number[fine]) * (outcomes + 1) + rest
        found = np.bincount(cell, minlength=shape[0] * shape[1] * shape[2]).reshape(shape)
        found[:, :, 0] = found.sum(axis=2)
        return found

    table = runner.table(filled, futures)
    parameters, edges = {}, {}
    for index, row in enumerate(runner.case.built.graph.rows):
        if row.part or filled.used[row.name].distribution.certain:
            continue
        used = filled.used[row.name]
        ends = quantile(used.distribution, np.arange(1, CLASSES) / CLASSES)
        parameters[row.name] = count(np.searchsorted(ends * used.unit.factor, table[index]))
        edges[row.name] = float(ends[CLASSES // 3 - 1]), float(ends[2 * CLASSES // 3 - 1])
    return Classes(parameters, [count(number) for number in placebos(runner, points)], edges)


def placebos(runner: Runner, points: npt.NDArray[np.uint64]) -> Iterator[npt.NDArray[np.integer]]:
    """The class of each future in parameters that nothing reads."""
    taken = sum(not row.part for row in runner.case.built.graph.rows)  # a row without a part has a dimension
    for k in range(PLACEBOS):
        yield (uniforms(points, taken + k, runner.options.seed, f"placebo {k}") * CLASSES).astype(np.intp)
