"""What a conditioning reports of itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(slots=True)
class StopRecord:
    """What happened at one date.

    ess        effective sample size if the date's figures had been weighed at once, of n: honest about the blow
    alone      the same of each series' figures by themselves, by its name
    nearest    how far the nearest future was from each series' figures, in spreads (infinite: none could have it)
    stages     in how many steps the figures were let in (1: at once)
    moved      share of moves accepted, of those on parameters, on luck and on errors of the series; NaN: none made
    distinct   futures with different parameters after it
    """

    date: date
    ess: float
    alone: dict[str, float]
    nearest: dict[str, float]
    stages: int = 1
    moved: dict[str, float] = field(default_factory=dict)
    passes: int = 0
    distinct: int = 0

    def worst(self) -> str:
        """The series that left fewest."""
        return min(self.alone, key=lambda name: (self.alone[name], -self.nearest[name]))
