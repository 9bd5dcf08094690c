"""Survival curves: how many wars are still fought at an age (Kaplan and Meier 1958), and how sure that is.

Intervals of a curve are Greenwood's variance on the scale of log(−log S), which keeps them between 0 and 1 and close to
their level down to a few wars (Kalbfleisch and Prentice, *The Statistical Analysis of Failure Time Data*, 1980). Where
nothing or everything ended that scale has no width; there the exact binomial interval (Clopper and Pearson 1934) stands.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from panmunjom.quantities.distributions import named

LEVEL = 0.9


@dataclass(frozen=True, slots=True)
class Survival:
    """A Kaplan–Meier curve. ``times`` are the distinct ages at which wars ended, ascending, in days; at each, how many were
    still fought just before, how many ended, and the share that is left after it.
    """

    times: tuple[float, ...]
    at_risk: tuple[int, ...]
    ended: tuple[int, ...]
    share: tuple[float, ...]

    def at(self, age: float) -> float:
        """The share still fought at an age."""
        k = bisect_right(self.times, age)
        return self.share[k - 1] if k else 1.0

    def lasting(self, age: float, more: float, level: float = LEVEL) -> tuple[float, float, float]:
        """The share that is still fought ``more`` days later of those still fought at ``age``, with its interval.

        Raises ``ValueError`` where none was still fought at that age.
        """
        first, last = bisect_right(self.times, age), bisect_right(self.times, age + more)
        if self.at(age) <= 0.0:
            raise ValueError("no war of the class was still fought at that age")
        share, variance = 1.0, 0.0
        for n, d in zip(self.at_risk[first:last], self.ended[first:last], strict=True):
            share *= 1 - d / n
            variance += d / (n * (n - d)) if n > d else math.inf
        if first == last or share == 0.0:
            n = self.at_risk[first] if first < len(self.times) else 0
            return share, *(exact(0, n, level) if share == 0.0 else exact(n, n, level))
        z = NormalDist().inv_cdf((1 + level) / 2)
        spread = z * math.sqrt(variance) / abs(math.log(share))
        return share, share ** math.exp(spread), share ** math.exp(-spread)

    def left(self, age: float) -> int:
        """How many were still fought just before the next end after an age; 0 where nothing ended later."""
        k = bisect_right(self.times, age)
        return self.at_risk[k] if k < len(self.times) else 0


def kaplan_meier(durations: Sequence[float], over: Sequence[bool] | None = None) -> Survival:
    """The curve of durations in days; those not ``over`` were last seen at that age (None: all are over)."""
    done = [True] * len(durations) if over is None else list(over)
    if len(done) != len(durations):
        raise ValueError("a duration needs to be over or not")
    times, at_risk, ended, shares, share = [], [], [], [], 1.0
    for t in sorted({d for d, o in zip(durations, done, strict=True) if o}):
        n = sum(d >= t for d in durations)
        gone = sum(o and d == t for d, o in zip(durations, done, strict=True))
        share *= 1 - gone / n
        times.append(float(t))
        at_risk.append(n)
        ended.append(gone)
        shares.append(share if n > gone else 0.0)
    return Survival(tuple(times), tuple(at_risk), tuple(ended), tuple(shares))


def exact(hits: int, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Clopper and Pearson's interval of a share: ``hits`` of ``n``. Nothing seen (n = 0) leaves 0 to 1."""
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + level) / 2)
    low = named("beta", hits, n - hits + 1).quantile_of_z(-z) if hits else 0.0
    high = named("beta", hits + 1, n - hits).quantile_of_z(z) if hits < n else 1.0
    return low, high
