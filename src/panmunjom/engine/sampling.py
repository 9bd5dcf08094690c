"""Parameter points: scrambled Sobol numbers through the inverse distribution functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..quantities.distributions import FAMILIES, Distribution
from ..world.build import Built
from . import sobol, vecarrays

REPLICATES = 16  # independent scrambles: future k is point k // 16 of scramble k % 16
_DIMENSIONS = (
    1024  # of the Sobol table; more parameters than that share dimensions, each with a scramble of its own
)


@dataclass(frozen=True, slots=True)
class Draw:
    """What a row is drawn from: a distribution in the parameter's unit and the factor to base units."""

    distribution: Distribution
    factor: float = 1.0


def uniforms(points: npt.NDArray[np.uint64], dimension: int, seed: int, name: str) -> npt.NDArray[np.float64]:
    """Scrambled Sobol numbers in (0, 1) for parameter points (any integers), shape (n,).

    Neighbouring points in their order, as an ensemble asks for, are several times quicker than others.
    """
    count = len(points)
    first = int(points[0]) if count else 0
    keys = tuple(sobol.key_for(seed, r, name) for r in range(REPLICATES))
    if count > 1 and int(points[-1]) - first == count - 1 and bool((points[1:] > points[:-1]).all()):
        begin, end = first // REPLICATES, (first + count - 1) // REPLICATES + 1
        skip = first - begin * REPLICATES
        grid = sobol.points_by_key(range(begin, end), dimension % _DIMENSIONS, keys)
        return grid.reshape(-1)[skip : skip + count]
    out = np.empty(count)
    for r, key in enumerate(keys):
        here = points % REPLICATES == r
        if here.any():
            indices = (points[here] // REPLICATES).astype(np.uint32)
            out[here] = sobol.points(indices, dimension % _DIMENSIONS, key)
    return out


def quantile(distribution: Distribution, u: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The distribution's values at uniform numbers, shape as given."""
    a, b = distribution.a, distribution.b
    if distribution.family == "point":
        return np.full(u.shape, a)
    if distribution.family == "uniform":
        return a + b * u
    raw = a + b * vecarrays.norm_inv(u)
    if distribution.family == "lognormal":
        return vecarrays.exp(raw)
    if distribution.family == "logit":
        return 1.0 / (1.0 + vecarrays.exp(-raw))
    return raw


def rows(
    built: Built,
    draws: Mapping[str, Draw],
    switches: Mapping[str, float],
    points: npt.NDArray[np.uint64],
    seed: int,
) -> npt.NDArray[np.float64]:
    """The graph's rows for parameter points, in base units, shape (rows, n).

    ``draws`` by scalar parameter name, ``switches`` by name (1 or 0, or the number of the option). A row
    keeps its Sobol dimension whether or not a view fixes it. Raises ``KeyError`` where a parameter has no
    draw.
    """
    out = np.empty((len(built.graph.rows), len(points)))
    dimension = 0
    for index, row in enumerate(built.graph.rows):
        if row.part == "switch":
            out[index] = switches[row.name]
            continue
        draw = draws[row.name.partition("#")[0]]
        if row.part:
            d = draw.distribution
            out[index] = {"family": FAMILIES.index(d.family), "a": d.a, "b": d.b, "factor": draw.factor}[
                row.part
            ]
            continue
        dimension += 1
        if draw.distribution.certain:
            out[index] = draw.distribution.median * draw.factor
        else:
            u = uniforms(points, dimension - 1, seed, row.name)
            np.multiply(quantile(draw.distribution, u), draw.factor, out=out[index])
    return out
