"""What moves an ending: parameters split at their terciles, on the futures already run (a given-data method).

For each drawn parameter, the share of an ending among the futures in its upper third minus that in its lower third. This
is the crudest of the given-data measures (compare Plischke, Borgonovo & Smith 2013, Eur. J. Oper. Res. 226:536) and the
easiest to read: "where desertion is high, defeat is 20 points likelier".
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..case.records import Filled
from ..engine.sampling import REPLICATES
from ..futures.ensemble import Ensemble
from .running import Runner

LARGEST = 16_384  # futures that are looked at
CERTAIN = 3.0  # differences below this many standard errors are not shown


@dataclass(frozen=True, slots=True)
class Driver:
    """How much likelier an ending is where a parameter is high (upper third) than where it is low (lower third)."""

    parameter: str
    ending: str
    low: float  # the terciles, in the parameter's own unit
    high: float
    difference: float
    se: float


def drivers(runner: Runner, filled: Filled, ensemble: Ensemble, most: int = 12) -> list[Driver]:
    """The largest differences over all endings and drawn parameters, largest first."""
    fine = ensemble.fine[:LARGEST]
    points = ensemble.raw.points[:LARGEST][fine]
    if len(points) < 30 * REPLICATES:
        return []
    table = runner.table(filled, min(LARGEST, len(ensemble.raw.points)))[:, fine]
    ending = ensemble.raw.ending[:LARGEST][fine]
    names = [e.name for e in ensemble.graph.endings]
    cell = (points % REPLICATES).astype(np.intp) * (len(names) + 1) + ending + 1  # of scramble and ending
    cells = REPLICATES * (len(names) + 1)

    def shares(where: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        """Shares of the endings among some futures, shape (scrambles, endings)."""
        counts = np.bincount(cell[where], minlength=cells).reshape(REPLICATES, -1)
        return counts[:, 1:] / counts.sum(axis=1, keepdims=True)

    found: list[Driver] = []
    for index, row in enumerate(ensemble.graph.rows):
        if row.part or filled.used[row.name].distribution.certain:
            continue
        low, high = np.quantile(table[index], [1 / 3, 2 / 3])
        each = shares(table[index] > high) - shares(table[index] < low)
        mean, error = each.mean(axis=0), each.std(axis=0, ddof=1) / math.sqrt(REPLICATES)
        factor = filled.used[row.name].unit.factor
        found += [
            Driver(row.name, name, float(low / factor), float(high / factor), float(mean[k]), float(error[k]))
            for k, name in enumerate(names)
            if abs(mean[k]) > CERTAIN * error[k]
        ]
    return sorted(found, key=lambda d: -abs(d.difference))[:most]
