"""What a hindcast forecasts of each observed series, and how it is read off the figures and off the futures.

month     the total of the month that ends at the horizon
quarter   the sum of the three months that end there, for totals that come in packages (a spread of two fifths and more)
gain      the net change of a level from the origin to the horizon
stops     of a fact that holds: whether it fails at two month ends in a row by the horizon, that is for at least 30 days

Every target but the last is a figure as its source would publish it: the observation's bias and chance are in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ...case.observed import Series
from ...case.records import Case
from ...quantities.calendar import add_months

Array = npt.NDArray[np.float64]

LUMPY = 0.4
WORDS = {
    "month": "in the month that ends then",
    "quarter": "in the three months that end then",
    "gain": "from the origin to then",
    "stops": "that it ceases by then, for at least 30 days",
}


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that is forecast at every horizon."""

    name: str
    how: str
    series: Series

    @property
    def positive(self) -> bool:
        """Whether figures are above zero, so that changes are shares."""
        return self.how in ("month", "quarter") and self.series.error == "relative"

    def past(self, known: Series) -> tuple[Array, date] | None:
        """What a baseline may read: monthly figures without a gap up to the last known, and the date of that one.

        ``known`` is the series cut to what was known. Of a gain these are the levels. None where there are none.
        """
        values = known.values()
        run: list[float] = []
        days = sorted(values)
        if not days:
            return None
        day = days[-1]
        while day in values:
            run.append(values[day])
            day = month_before(day)
        figures: Array = np.array(run[::-1])
        if self.how == "quarter":
            if len(figures) < 3:
                return None
            figures = figures[2:] + figures[1:-1] + figures[:-2]
        return figures, days[-1]

    def outcome(self, origin: date, months: int, figures: dict[date, float]) -> float | None:
        """What came, in the series' unit (of ``stops`` 0 or 1); None where it is not known or was never published.

        ``figures`` are the series as first published.
        """
        end = months_on(origin, months)
        if self.how == "gain":
            return figures[end] - figures[origin] if end in figures and origin in figures else None
        if self.how == "stops":
            days = [months_on(origin, k) for k in range(months + 1)]
            if any(d not in figures for d in days) or not figures[origin]:
                return None
            return float(any(not figures[a] and not figures[b] for a, b in pairwise(days)))
        wanted = [months_on(end, -k) for k in range(3 if self.how == "quarter" else 1)]
        return sum(figures[d] for d in wanted) if all(d in figures for d in wanted) else None


def targets(case: Case) -> list[Target]:
    """What is forecast of the case's series, in their order."""
    found = []
    for series in case.observed.values():
        how = {"level": "gain", "fact": "stops"}.get(series.kind)
        if how is None:
            how = "quarter" if series.error == "relative" and series.spread.median >= LUMPY else "month"
        found.append(Target(series.name, how, series))
    return found


def marks(origin: date, horizons: tuple[int, ...]) -> list[date]:
    """The month ends at which futures must be looked at: three before the origin to the last horizon."""
    return [months_on(origin, k) for k in range(-3, max(horizons) + 1)]


def months_on(day: date, months: int) -> date:
    """The month end so many months later, of a month end."""
    return add_months(day.replace(day=1), months + 1) - timedelta(days=1)


def month_before(day: date) -> date:
    """The month end before."""
    return day.replace(day=1) - timedelta(days=1)
