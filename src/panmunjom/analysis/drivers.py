"""What moves an ending: parameters split at their terciles, on the futures already run (a given-data method).

For each drawn parameter, the share of an ending among the futures in its upper third minus that in its lower third. This
is the crudest of the given-data measures (compare Plischke, Borgonovo & Smith 2013, Eur. J. Oper. Res. 226:536) and the
easiest to read: "where desertion is high, defeat is 20 points likelier".
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..engine.sampling import REPLICATES
from .classes import Classes
from .variance import thirds

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


def drivers(
    classes: Classes, endings: list[str], most: int = 12, without_evidence: frozenset[str] = frozenset()
) -> list[Driver]:
    """The largest differences over all endings and drawn parameters, largest first.

    Parameters for which there is no evidence are left out: a headline cannot stand on them.
    """
    found: list[Driver] = []
    for name, counts in classes.parameters.items():
        if name.partition("[")[0] in without_evidence:
            continue
        low, high = thirds(counts)
        mean, error = (high - low).mean(axis=0), (high - low).std(axis=0, ddof=1) / math.sqrt(REPLICATES)
        found += [
            Driver(name, ending, *classes.edges[name], float(mean[k]), float(error[k]))
            for k, ending in enumerate(endings)
            if abs(mean[k]) > CERTAIN * error[k]
        ]
    return sorted(found, key=lambda d: -abs(d.difference))[:most]
