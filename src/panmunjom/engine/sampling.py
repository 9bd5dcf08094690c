"""Parameter points: scrambled Sobol numbers through the inverse distribution functions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..quantities.distributions import FAMILIES, TABLED, Distribution
from ..quantities.quantiles import transformed
from ..world.build import Built
from ..world.graph import Graph
from ..world.named import PARTS
from . import sobol, vecarrays

REPLICATES = 16  # independent scrambles: future k is point k // 16 of scramble k % 16
_DIMENSIONS = (
    1024  # of the Sobol table; more parameters than that share dimensions, each with a scramble of its own
)

Array = npt.NDArray[np.float64]


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


def quantile(distribution: Distribution, u: Array) -> Array:
    """The distribution's values at uniform numbers, shape as given."""
    d = distribution
    if d.family == "point":
        return np.full(u.shape, d.a)
    if d.within is not None:
        start, span = d.window
        return np.clip(quantile(replace(d, within=None), start + span * u), *d.within)
    if d.family == "uniform":
        return d.a + d.b * u
    if d.family == "triangular":
        peak = d.shape[0]
        return d.a + d.b * np.where(u < peak, np.sqrt(u * peak), 1.0 - np.sqrt((1.0 - u) * (1.0 - peak)))
    return at_scores(d, vecarrays.norm_inv(u))


def at_scores(distribution: Distribution, z: Array) -> Array:
    """The distribution's values at standard normal scores, shape as given."""
    d = distribution
    if d.within is not None or d.family in ("point", "uniform", "triangular"):
        half = [0.5 * math.erfc(x) for x in (z / -math.sqrt(2)).tolist()]
        return quantile(d, np.array(half))
    raw = transformed(d.family, d.shape, z) if d.family in TABLED else d.a + d.b * z
    if d.family == "gamma":
        return d.a + d.b * vecarrays.exp(raw)
    if d.family == "beta":
        return d.a + d.b / (1.0 + vecarrays.exp(-raw))
    if d.family == "lognormal":
        return vecarrays.exp(raw)
    if d.family == "logit":
        return 1.0 / (1.0 + vecarrays.exp(-raw))
    return raw


def parts(distribution: Distribution, factor: float) -> dict[str, float]:
    """The rows from which compiled code draws a parameter anew (``world.named.PARTS``)."""
    d = distribution
    if d.family in TABLED:
        raise ValueError(f"'{d.text}' cannot be drawn within a run")
    start, span = d.window
    low, high = d.within or (-math.inf, math.inf)
    peak = d.shape[0] if d.shape else 0.0
    numbers = (FAMILIES.index(d.family), d.a, d.b, peak, start, span, low, high, factor)
    return dict(zip(PARTS, map(float, numbers), strict=True))


def rows(
    built: Built,
    draws: Mapping[str, Draw],
    switches: Mapping[str, float],
    points: npt.NDArray[np.uint64],
    seed: int,
) -> Array:
    """The graph's rows for parameter points, in base units, shape (rows, n).

    ``draws`` by scalar parameter name, ``switches`` by name (1 or 0, or the number of the option). A row
    keeps its Sobol dimension whether or not a view fixes it. Raises ``KeyError`` where a parameter has no
    draw.
    """
    graph = built.graph
    drawn = [index for index, row in enumerate(graph.rows) if not row.part]
    dimension = {index: number for number, index in enumerate(drawn)}

    def uniform(index: int) -> Array:
        return uniforms(points, dimension[index], seed, graph.rows[index].name)

    together = correlated(graph, uniform)
    out = np.empty((len(graph.rows), len(points)))
    for index, row in enumerate(graph.rows):
        if row.part == "switch":
            out[index] = switches[row.name]
            continue
        draw = draws[row.name.partition("#")[0]]
        if row.part:
            out[index] = parts(draw.distribution, draw.factor)[row.part]
        elif draw.distribution.certain:
            out[index] = draw.distribution.median * draw.factor
        elif index in together:
            np.multiply(at_scores(draw.distribution, together[index]), draw.factor, out=out[index])
        else:
            np.multiply(quantile(draw.distribution, uniform(index)), draw.factor, out=out[index])
    return out


def correlated(graph: Graph, uniform: Callable[[int], Array]) -> dict[int, Array]:
    """Standard normal scores of the rows that are drawn together, each still standard normal by itself.

    Sums are taken row by row in a fixed order, so that a future does not depend on how many others there are.
    """
    found: dict[int, Array] = {}
    for group in graph.correlated:
        independent = [vecarrays.norm_inv(uniform(index)) for index in group.rows]
        for index, weights in zip(group.rows, group.triangle, strict=True):
            score = weights[0] * independent[0]
            for weight, z in zip(weights[1:], independent[1:], strict=True):
                if weight:
                    score = score + weight * z
            found[index] = score
    return found
