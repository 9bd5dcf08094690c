"""One origin: condition on what was known, run on, and keep what each target looks like at each horizon."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ...case.observed import Series
from ..series.baselines import LEVELS
from .targets import Target, marks, months_on

Array = npt.NDArray[np.float64]


class Answers(Protocol):
    """What a forecast of conditioned futures gives: stocks and shown values at the marks, and futures that broke."""

    bad: npt.NDArray[np.bool_]

    def __getitem__(self, name: str) -> Array: ...


class Futures(Protocol):
    """What is asked of conditioned futures (``forecasts.conditioning.Conditioned``)."""

    @property
    def collapsed(self) -> str: ...

    @property
    def ess(self) -> list[tuple[date, float]]: ...

    def forecast(self, until: date, marks: list[date], names: list[str], luck: int = 0) -> Answers: ...

    def observed(self, series: Series, truth: Array, *key: object) -> Array: ...


@dataclass(slots=True)
class Origin:
    """The forecasts of one origin.

    forecasts   target -> horizon in months -> quantiles at ``LEVELS`` in the series' unit; of ``stops`` one probability
    outcomes    target -> horizon -> what came, where it is known
    baselines   target -> horizon -> baseline -> quantiles at ``LEVELS``, or one probability
    ess         smallest effective sample size of the conditioning, and its date; ``figures``: how many were conditioned on
    collapsed   why the conditioning failed, empty where it did not: the forecasts are then those of the anchor's view as it was
    """

    day: date
    start: date
    collapsed: str = ""
    ess: float = float("nan")
    ess_day: str = ""
    figures: int = 0
    seconds: float = 0.0
    lost: float = 0.0  # share of futures that stopped being finite
    forecasts: dict[str, dict[int, Array]] = field(default_factory=dict)
    outcomes: dict[str, dict[int, float]] = field(default_factory=dict)
    baselines: dict[str, dict[int, dict[str, Array]]] = field(default_factory=dict)


def look_ahead(
    found: Origin, futures: Futures, wanted: list[Target], horizons: tuple[int, ...], conditioned: bool
) -> None:
    """Fill in the forecasts of an origin.

    A level is forecast as its source would publish it; its gain is that less the figure published at the origin, where
    futures were conditioned on it. Where they were not, their levels may be far from it, and the gain is the difference of
    two figures that would be published in the same future.
    """
    days = marks(found.day, horizons)
    at = {day: k for k, day in enumerate(days)}
    names = list(dict.fromkeys(t.series.observes for t in wanted))
    ahead = futures.forecast(days[-1], days, names)
    fine = ~np.asarray(ahead.bad, bool)
    found.lost = float(1.0 - fine.mean())
    for target in wanted:
        truth, series = ahead[target.series.observes], target.series
        mine: dict[int, Array] = {}
        if target.how == "stops":
            gone = (truth == 0)[:, fine]
            for h in horizons:
                run = gone[at[found.day] : at[months_on(found.day, h)] + 1]
                mine[h] = np.array([(run[1:] & run[:-1]).any(axis=0).mean()])
        elif target.how == "gain":
            now = truth[at[found.day]]
            published = series.values().get(found.day)
            if published is None:
                continue
            for h in horizons:
                later = truth[at[months_on(found.day, h)]]
                seen = futures.observed(series, later[None, :], found.day, h)[0]
                base = published if conditioned else futures.observed(series, now[None, :], found.day, 0)[0]
                mine[h] = np.quantile((seen - base)[fine], LEVELS)
        else:
            for h in horizons:
                end = months_on(found.day, h)
                total = np.zeros(truth.shape[1])
                for back in range(3 if target.how == "quarter" else 1):
                    last = months_on(end, -back)
                    month = truth[at[last]] - truth[at[months_on(last, -1)]]
                    total = total + futures.observed(series, month[None, :], found.day, h, back)[0]
                mine[h] = np.quantile(total[fine], LEVELS)
        found.forecasts[target.name] = mine
