"""Persistence and random walk with drift, each a whole distribution made of nothing but the series known on the day.

Both are judged as forecasts are, so both must say how sure they are: persistence by the changes that the series has shown
over as long a time, a random walk by the mean and spread of its changes from one month to the next. Series that are
positive are taken on the log scale, where changes are shares.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

SIZE = 400  # quantiles that stand for a distribution
LEVELS: Array = (np.arange(SIZE) + 0.5) / SIZE
LEAST = 4  # figures without which there is no spread to speak of
_ENOUGH = 4  # changes over the whole time, below which those of one month are scaled up
_SCORES: Array = np.array([NormalDist().inv_cdf(float(u)) for u in LEVELS])


def persistence(past: Array, ahead: int, positive: bool) -> Array | None:
    """Quantiles at ``LEVELS`` of the figure ``ahead`` months on: the last one, off by what the past was off over as long.

    ``past`` (n,) monthly figures, the last known one last. Changes over ``ahead`` months count with both signs, so that the
    middle is the last figure; where there are fewer than four, those of one month are widened by the root of ``ahead``.
    None where the past is too short.
    """
    if len(past) < LEAST:
        return None
    y = np.log(past) if positive else past
    changes = y[ahead:] - y[:-ahead]
    if len(changes) < _ENOUGH:
        changes = (y[1:] - y[:-1]) * np.sqrt(ahead)
    both = np.concatenate([changes, -changes])
    found = y[-1] + np.quantile(both, LEVELS)
    return np.asarray(np.exp(found) if positive else found)


def drift(past: Array, ahead: int, positive: bool) -> Array | None:
    """Quantiles of a random walk with drift: mean μ and standard deviation σ of the monthly changes known by then.

    Normal with mean last + ``ahead`` μ and variance σ² ``ahead`` (1 + ``ahead`` / changes): the second part is that μ itself is
    only estimated (R. J. Hyndman and G. Athanasopoulos, *Forecasting*, 3rd ed. 2021, section 5.5). None where the past is too
    short.
    """
    if len(past) < LEAST:
        return None
    y = np.log(past) if positive else past
    changes = y[1:] - y[:-1]
    spread = float(changes.std(ddof=1)) * np.sqrt(ahead * (1 + ahead / len(changes)))
    found = y[-1] + ahead * float(changes.mean()) + spread * _SCORES
    return np.asarray(np.exp(found) if positive else found)


BASELINES: dict[str, Callable[[Array, int, bool], Array | None]] = {
    "persistence": persistence,
    "drift": drift,
}
