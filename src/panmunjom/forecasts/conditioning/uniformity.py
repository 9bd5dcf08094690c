"""Whether ranks are uniform: chi-square of their histogram, and the greatest deviation of their distribution function.

The second compares the distribution function of the ranks, at every edge of the histogram, with the binomial that it must
have, and takes the least likely of them: T. Säilynoja, P.-C. Bürkner and A. Vehtari, Statistics and Computing 32 (2022) 32.
Its own distribution is simulated, so that the band that is drawn holds all edges at once. Two tests of each of many
quantities: what counts is the smallest p-value times their number (Bonferroni), against ``LEVEL``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ...quantities.quantiles import below
from .randoms import uniforms

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

LEVEL = 0.05
_SIMULATED = 20_000
_PER_BIN = 10  # wars that a bar of the histogram has on average


@dataclass(frozen=True, slots=True)
class Uniformity:
    """The ranks of one quantity.

    counts   the histogram, equal bins of all possible ranks
    chi, ecdf   p-values of the two tests
    adjusted    the smaller of them times the number of tests of all quantities, at most 1
    lean     mean rank as a share, less one half: above zero, the truth lies above the draws
    """

    name: str
    counts: tuple[int, ...]
    chi: float
    ecdf: float
    adjusted: float
    lean: float

    @property
    def fine(self) -> bool:
        """Whether the ranks can be uniform."""
        return self.adjusted >= LEVEL


def bins_for(wars: int, possible: int) -> int:
    """How many bins: a divisor of the possible ranks, with about ten wars each, between 2 and 20."""
    wanted = min(20, max(2, wars // _PER_BIN))
    return max(k for k in range(1, wanted + 1) if possible % k == 0)


def judge(ranks: Mapping[str, Sequence[int]], possible: int) -> list[Uniformity]:
    """All quantities, the worst first. ``ranks``: 0 to ``possible`` - 1 by name; negative ones are not counted."""
    found: list[tuple[str, Counts, float, float, float]] = []
    for name, mine in ranks.items():
        kept = np.array([r for r in mine if r >= 0], dtype=np.int64)
        if len(kept) == 0:
            continue
        bins = bins_for(len(kept), possible)
        counts = np.bincount(kept * bins // possible, minlength=bins)
        lean = float((kept.mean() + 0.5) / possible - 0.5)
        found.append((name, counts, chi_square(counts), deviation(counts), lean))
    tests = 2 * len(found)
    out = [
        Uniformity(name, tuple(map(int, counts)), chi, ecdf, min(1.0, tests * min(chi, ecdf)), lean)
        for name, counts, chi, ecdf, lean in found
    ]
    return sorted(out, key=lambda u: (u.adjusted, min(u.chi, u.ecdf)))


def chi_square(counts: Counts) -> float:
    """Pearson's p-value of equal expectations."""
    expected = counts.sum() / len(counts)
    if len(counts) < 2:
        return 1.0
    statistic = float(((counts - expected) ** 2).sum() / expected)
    return 1.0 - below("gamma", ((len(counts) - 1) / 2,), math.log(statistic / 2)) if statistic > 0 else 1.0


def deviation(counts: Counts) -> float:
    """The p-value of the distribution function's least likely edge, among simulated ones."""
    wars, bins = int(counts.sum()), len(counts)
    if bins < 2:
        return 1.0
    least = _least(np.cumsum(counts)[None, :-1], wars, bins)[0]
    simulated = _simulated(wars, bins)
    return float((1 + (simulated <= least * (1 + 1e-12)).sum()) / (len(simulated) + 1))


def band(wars: int, bins: int) -> tuple[Array, Array]:
    """The smallest and the greatest cumulative counts at the inner edges that all hold at once in 95% of uniform samples."""
    if bins < 2:
        return np.empty(0), np.empty(0)
    limit = float(np.quantile(_simulated(wars, bins), LEVEL))
    below_, above = _tails(wars, bins)
    fine = np.minimum(1.0, 2 * np.minimum(below_, above)) > limit
    numbers = np.arange(wars + 1)
    return (
        np.array([numbers[row].min() for row in fine], float),
        np.array([numbers[row].max() for row in fine], float),
    )


@lru_cache(maxsize=32)
def _tails(wars: int, bins: int) -> tuple[Array, Array]:
    """P(at most k) and P(at least k) of the cumulative count at each inner edge, shape (edges, wars + 1)."""
    numbers = np.arange(wars + 1)
    ways = np.array([math.lgamma(wars + 1) - math.lgamma(k + 1) - math.lgamma(wars - k + 1) for k in numbers])
    share = (np.arange(1, bins) / bins)[:, None]
    mass = np.exp(ways + numbers * np.log(share) + (wars - numbers) * np.log1p(-share))
    return np.cumsum(mass, axis=1), np.cumsum(mass[:, ::-1], axis=1)[:, ::-1]


def _least(cumulative: Counts, wars: int, bins: int) -> Array:
    """The smallest two-sided probability over the edges, shape (samples,)."""
    below_, above = _tails(wars, bins)
    edges = np.arange(bins - 1)
    return np.asarray(
        np.minimum(1.0, 2 * np.minimum(below_[edges, cumulative], above[edges, cumulative])).min(axis=1)
    )


@lru_cache(maxsize=32)
def _simulated(wars: int, bins: int) -> Array:
    """The smallest probabilities of uniform samples."""
    out = np.empty(_SIMULATED)
    size = 1000
    for k in range(0, _SIMULATED, size):
        drawn = (uniforms((size, wars), "uniform ranks", wars, bins, k) * bins).astype(np.int64)
        counts = np.zeros((size, bins), np.int64)
        np.add.at(counts, (np.arange(size)[:, None], drawn), 1)
        out[k : k + size] = _least(np.cumsum(counts, axis=1)[:, :-1], wars, bins)
    return out
