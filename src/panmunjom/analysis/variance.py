"""How much of the chance of an outcome lies in which parameter: shares of the variance, from futures already run.

The variance of an outcome that a future has or has not is p (1 - p). The share of a parameter is the variance of the
outcome's probability given that parameter, over that (the first-order index of I. M. Sobol', Math. Modelling Comput.
Exp. 1 (1993) 407). It is estimated from given data by classes of the parameter (E. Plischke, E. Borgonovo & C. L. Smith,
Eur. J. Oper. Res. 226 (2013) 536). Squares of class means are too large, by sampling noise and because in some pairs of
Sobol dimensions a scramble's points are far from independent. So no mean is squared: deviations of one scramble are
multiplied with those of another, over all pairs of the sixteen. Scrambles are independent, each is unbiased, and so is
the mean of the products; for a parameter without effect it is around zero and may be below.

Errors are jackknifed over the scrambles; intervals are 95%, by Student's t with 15 degrees of freedom.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..engine.sampling import REPLICATES
from ..futures.ensemble import by_scramble
from .classes import CLASSES, Classes, Counts

T95 = 2.131  # 97.5% point of Student's t with 15 degrees of freedom
THIRD = CLASSES // 3

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Weight:
    """The share of an outcome's variance that lies in one parameter, with its standard error.

    low, high   the outcome's probability in the parameter's lower and upper third
    edges       where these end and begin, in the parameter's own unit
    """

    parameter: str
    share: float
    se: float
    low: float
    high: float
    edges: tuple[float, float]

    @property
    def interval(self) -> tuple[float, float]:
        """95%, cut off at the ends of what is possible."""
        return interval(self.share, self.se)


@dataclass(frozen=True, slots=True)
class Weights:
    """The parameters that move an outcome, largest share first, and what is told from chance.

    floor   the second largest share of the placebos: what is not above it is not claimed
    rest    the drawn parameters that are not above it, or have zero in their interval
    """

    moving: list[Weight]
    floor: float
    rest: list[Weight]


@dataclass(frozen=True, slots=True)
class Split:
    """The share of an outcome's variance that lies in all figures together, with its error; the rest is luck.

    differ   of futures with the same figures and other luck, the share in which only one has the outcome
    """

    figures: float
    se: float
    differ: float
    futures: int

    @property
    def interval(self) -> tuple[float, float]:
        """95% interval of the figures' share."""
        return interval(self.figures, self.se)


def interval(share: float, se: float) -> tuple[float, float]:
    """A share's 95% interval within 0 to 1."""
    return max(0.0, share - T95 * se), min(1.0, share + T95 * se)


def weights(classes: Classes, outcome: int) -> Weights:
    """The parameters that move one of the counted outcomes, by its number."""
    chance = sorted(first_order(counts, outcome)[0] for counts in classes.placebos)
    floor = chance[-2]
    moving: list[Weight] = []
    rest: list[Weight] = []
    for name, counts in classes.parameters.items():
        share, se = first_order(counts, outcome)
        low, high = thirds(counts)[:, :, outcome].mean(axis=1)
        weight = Weight(name, share, se, float(low), float(high), classes.edges[name])
        (moving if share > floor and share > T95 * se else rest).append(weight)
    for found in (moving, rest):
        found.sort(key=lambda w: -w.share)
    return Weights(moving, floor, rest)


def first_order(counts: Counts, outcome: int) -> tuple[float, float]:
    """The share of the variance of an outcome that lies in a parameter, and its error; (0, 0) where it never varies."""
    hits, futures = counts[:, :, outcome + 1].astype(float), counts[:, :, 0].astype(float)
    p = hits.sum() / futures.sum()
    if not 0 < p < 1:
        return 0.0, 0.0
    overall = hits.sum(axis=1, keepdims=True) / futures.sum(axis=1, keepdims=True)
    # A class that is empty in a scramble, because its futures broke, says nothing there.
    apart = np.divide(hits, futures, out=np.broadcast_to(overall, hits.shape).copy(), where=futures > 0) - overall
    size = futures.sum(axis=0) / futures.sum() / (p * (1 - p))

    def products(total: Array, squares: Array, scrambles: int) -> Array:
        """Mean over pairs of scrambles of the products of their deviations."""
        return ((total**2 - squares) * size).sum(axis=-1) / (scrambles * (scrambles - 1))

    total, squares = apart.sum(axis=0), (apart**2).sum(axis=0)
    each = products(total - apart, squares - apart**2, REPLICATES - 1)
    return float(products(total, squares, REPLICATES)), jackknifed(each)


def jackknifed(each: Array) -> float:
    """The standard error of a figure from its values with each scramble left out in turn, shape (scrambles,)."""
    return math.sqrt((len(each) - 1) / len(each) * float(((each - each.mean()) ** 2).sum()))


def thirds(counts: Counts) -> Array:
    """Shares of the outcomes in a parameter's lower and upper third, shape (2, scrambles, outcomes)."""
    ends = np.array([counts[:, :THIRD].sum(axis=1), counts[:, -THIRD:].sum(axis=1)], float)
    return ends[:, :, 1:] / np.maximum(ends[:, :, :1], 1)


def split(one: Flags, other: Flags, points: npt.NDArray[np.uint64]) -> Split | None:
    """What is not known and what is luck, from the same parameter points run with two lucks; None if nothing varies.

    Args:
        one, other: whether each future had the outcome with its own luck and with another, shape (n,).
        points: the futures' numbers, shape (n,).
    """
    differ, futures = by_scramble(points[one != other]), by_scramble(points)
    hits = by_scramble(points[one]) + by_scramble(points[other])

    def luck(differ: Array, hits: Array, futures: Array) -> Array:
        """Half the mean square difference over the variance: what the same figures leave open."""
        p = hits / (2 * futures)
        return (differ / futures) / (2 * p * (1 - p))

    sums = np.array([differ, hits, futures], float)
    total = sums.sum(axis=1)
    if not 0 < total[1] < 2 * total[2] or futures.min() == 0:
        return None
    with np.errstate(invalid="ignore", divide="ignore"):
        each = luck(*(total[:, None] - sums))
    if not np.isfinite(each).all():  # all hits in one scramble
        return None
    return Split(1 - float(luck(*total)), jackknifed(each), float(total[0] / total[2]), int(total[2]))
