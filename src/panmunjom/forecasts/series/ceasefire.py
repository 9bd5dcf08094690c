"""How likely a war stops within a time, from other wars alone."""

from __future__ import annotations

import math
from itertools import pairwise

from ...quantities.units import YEAR_DAYS

SOURCE = "Correlates of War, Inter-State War Data v4.0: 38 wars between states begun since 1946"
# Ends a year of war, by the age of the war in days from which the rate holds: of the 30 wars that lasted more than 30 days,
# 20 ended within their first year, in 14.3 years of war between them; the 10 others in 25.6 years after it.
HAZARDS = ((0.0, 20 / 14.3), (365.0, 10 / 25.6))


def fighting_ends_within(age: float, days: float) -> float:
    """The probability that a war of that age (in days) ends within so many days more: constant hazards by age."""
    total, begins = 0.0, [*HAZARDS, (math.inf, 0.0)]
    for (low, rate), (high, _) in pairwise(begins):
        total += rate * max(0.0, min(age + days, high) - max(age, low)) / YEAR_DAYS
    return 1.0 - math.exp(-total)
