"""Proper scores, one a forecast: less is better, and who says what he believes expects the least.

Sources: Brier 1950 (half of his sum over both outcomes); Good 1952 (logarithm); Epstein 1969 (ranked probability); Matheson
and Winkler 1976, Gneiting and Raftery 2007 (CRPS). The formulas are short and are held against ``scoringrules`` in the tests;
importing that takes more than half a second, which no command should wait for.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

LEAST = 1e-4  # what a probability of 0 or 1 counts as in the log score: one sure error shall not outweigh everything else


def brier(p: npt.ArrayLike, happened: npt.ArrayLike) -> Array:
    """(p − y)², shape (n,); ``p`` probabilities of yes, ``happened`` 0 or 1. Raises ``ValueError`` for no probability."""
    chance, outcome = _chances(p), np.asarray(happened, float)
    return np.asarray((chance - outcome) ** 2)


def log_score(p: npt.ArrayLike, happened: npt.ArrayLike, least: float = LEAST) -> Array:
    """−log of the probability given to what happened, in nats, shape (n,).

    Probabilities below ``least`` and above 1 − ``least`` count as these; with 0 the score may be infinite.
    """
    chance = np.clip(_chances(p), least, 1 - least)
    with np.errstate(divide="ignore"):
        return np.asarray(-np.log(np.where(np.asarray(happened, float) > 0.5, chance, 1 - chance)))


def brier_choice(p: npt.ArrayLike, option: npt.ArrayLike) -> Array:
    """Half the sum of squares over the options, so that two give ``brier``; ``p`` (n, options), ``option`` indices (n,)."""
    chances = _simplex(p)
    return np.asarray(((chances - np.eye(chances.shape[1])[np.asarray(option, int)]) ** 2).sum(axis=1) / 2)


def ranked_probability(p: npt.ArrayLike, option: npt.ArrayLike) -> Array:
    """Ranked probability score of ordered options: squares of cumulative differences, summed; shapes as in ``brier_choice``."""
    chances = _simplex(p)
    steps = np.arange(chances.shape[1]) >= np.asarray(option, int)[:, None]
    return np.asarray(((np.cumsum(chances, axis=1) - steps) ** 2).sum(axis=1))


def crps(ensemble: npt.ArrayLike, happened: npt.ArrayLike, fair: bool = False) -> Array:
    """Continuous ranked probability score of ensembles (n, members) at ``happened`` (n,), in the unit of the quantity.

    E|X − y| − ½ E|X − X'| of the ensemble as it stands; ``fair`` corrects for its being a sample (Ferro 2014), which makes
    scores of ensembles of different sizes comparable.
    """
    members = np.sort(np.atleast_2d(np.asarray(ensemble, float)), axis=1)
    outcome = np.atleast_1d(np.asarray(happened, float))
    m = members.shape[1]
    away = np.abs(members - outcome[:, None]).mean(axis=1)
    # the sum over all pairs of |x_i - x_j|, from the sorted members: each counts how many lie below it less how many above
    pairs = ((2 * np.arange(m) - m + 1) * members).sum(axis=1)
    if fair and m < 2:
        raise ValueError("the fair score needs at least two members")
    return np.asarray(away - pairs / (m * (m - 1) if fair else m * m))


def pinball(levels: npt.ArrayLike, values: npt.ArrayLike, happened: npt.ArrayLike) -> Array:
    """Quantile loss of each level, shape (n, levels); ``values`` (n, levels), ``happened`` (n,)."""
    level, value = np.asarray(levels, float), np.atleast_2d(np.asarray(values, float))
    outcome = np.atleast_1d(np.asarray(happened, float))[:, None]
    return np.asarray((np.where(outcome <= value, 1.0, 0.0) - level) * (value - outcome))


def crps_quantiles(levels: npt.ArrayLike, values: npt.ArrayLike, happened: npt.ArrayLike) -> Array:
    """CRPS of forecasts that are quantiles: twice the mean quantile loss over the levels, shape (n,)."""
    return np.asarray(2 * pinball(levels, values, happened).mean(axis=1))


def crps_days(levels: npt.ArrayLike, days: npt.ArrayLike, happened: float | None, opens: float, closes: float) -> float:
    """CRPS of the date of an event that may not come by the closing, in days: ``crps_quantiles`` of min(date, closing).

    ``days`` are quantiles (NaN: not by the closing), ``happened`` the day or None; all are day numbers.
    """
    quantiles = np.asarray(days, float)
    kept = np.clip(np.where(np.isnan(quantiles), closes, quantiles), opens, closes)
    return float(crps_quantiles(levels, kept[None, :], [closes if happened is None else min(happened, closes)])[0])


def _chances(p: npt.ArrayLike) -> Array:
    found = np.asarray(p, float)
    if not np.all((found >= 0) & (found <= 1)):
        raise ValueError("a probability lies between 0 and 1")
    return found


def _simplex(p: npt.ArrayLike) -> Array:
    found = np.atleast_2d(_chances(p))
    if not np.allclose(found.sum(axis=1), 1, atol=1e-6):
        raise ValueError("the probabilities of the options must add up to 1")
    return found
