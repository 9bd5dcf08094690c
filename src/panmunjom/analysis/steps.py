"""Does the length of a step matter? The same futures once more with a shorter one, compared in pairs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from ..case.records import Case
from ..futures.ensemble import Share, paired, share
from .running import Options, Runner, Tick

FINER = (7, 3, 1)  # days; a step is compared with the longest of these that is shorter


@dataclass(frozen=True, slots=True)
class EndingBySteps:
    """One ending's share with either step, and the paired difference (finer minus own) with its error."""

    name: str
    own: Share
    finer: Share
    difference: float
    se: float

    @property
    def moved(self) -> bool:
        """Whether the difference is larger than its sampling error (two standard errors)."""
        return abs(self.difference) > 2 * self.se


@dataclass(frozen=True, slots=True)
class StepComparison:
    """What a shorter step does to the endings of the pooled view. Steps in days."""

    start: date
    until: date
    step: int
    finer: int
    futures: int
    bad: int  # futures that stopped being finite with either step, left out
    endings: list[EndingBySteps]

    @property
    def moved(self) -> list[EndingBySteps]:
        """Endings that moved by more than their error."""
        return [e for e in self.endings if e.moved]


def finer_than(step: int) -> int | None:
    """The next smaller whole step in days; None below a day."""
    return next((days for days in FINER if days < step), None)


def compare_steps(case: Case, options: Options, tick: Tick | None = None) -> StepComparison | None:
    """The pooled view at the case's start with its own step and with the next smaller one; None where there is none.

    The parameters of a future are the same in both, its luck is not: draws belong to steps. The error counts both.
    """
    finer = finer_than(case.step_days)
    if finer is None:
        return None
    runner = Runner(case, options)
    filled = runner.fill_pooled(case.start)
    whole = case.step_days + finer  # a run's work goes with the number of its steps

    def share_of(begin: float, part: float) -> Tick:
        return lambda done: tick(begin + done * part) if tick is not None else None

    own = runner.run(filled, tick=share_of(0.0, finer / whole))
    other = runner.run(filled, tick=share_of(finer / whole, case.step_days / whole), step_days=finer)
    fine = own.fine & other.fine
    points = own.raw.points[fine]
    found = []
    for k, ending in enumerate(own.graph.endings):
        before, after = own.raw.ending[fine] == k, other.raw.ending[fine] == k
        difference, error = paired(before, after, points)
        found.append(
            EndingBySteps(ending.name, share(before, points), share(after, points), difference, error)
        )
    return StepComparison(
        own.start, own.until, case.step_days, finer, len(fine), int(np.count_nonzero(~fine)), found
    )
