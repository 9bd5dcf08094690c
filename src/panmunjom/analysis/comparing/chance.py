"""Which differences are more than chance, and how many marks chance alone would give."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...engine.sampling import REPLICATES

ERRORS = 2.0  # a difference beyond so many of its standard errors is marked
FREEDOM = REPLICATES - 1  # of an error that is estimated from the scrambles
TOGETHER = 0.05  # chance of any wrong second mark among all comparisons


def beyond(errors: float, freedom: int = FREEDOM) -> float:
    """The chance that a difference of nothing comes out beyond so many of its estimated errors on either side.

    Student's t with an odd number of degrees of freedom, in closed form (Abramowitz & Stegun 1964, 26.7.3).
    """
    if freedom % 2 == 0:
        raise ValueError("the closed form is for an odd number of degrees of freedom")
    angle = math.atan(abs(errors) / math.sqrt(freedom))
    term, whole = math.cos(angle), 0.0
    for k in range(3, freedom + 1, 2):
        whole += term
        term *= (k - 1) / k * math.cos(angle) ** 2
    return max(0.0, 1.0 - 2.0 / math.pi * (angle + math.sin(angle) * whole))


def chance_of(difference: float, se: float) -> float:
    """The chance of a difference at least as large where there is none; an error of nothing leaves no room for chance."""
    if se > 0:
        return beyond(difference / se)
    return 1.0 if difference == 0 else 0.0


def sure(chances: Sequence[float], level: float = TOGETHER) -> list[bool]:
    """Which stay beyond chance when all comparisons are counted together (Holm 1979, Scand. J. Statist. 6:65)."""
    found = [False] * len(chances)
    for rank, index in enumerate(sorted(range(len(chances)), key=lambda k: chances[k])):
        if chances[index] > level / (len(chances) - rank):
            break
        found[index] = True
    return found
