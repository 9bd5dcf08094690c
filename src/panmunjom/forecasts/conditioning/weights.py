"""Weights of conditioned futures, kept as logarithms."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_HALVINGS = 50


def normalised(logs: Array) -> Array:
    """Weights that sum to 1; all zero where all logarithms are minus infinity."""
    top = logs.max()
    if top == -math.inf:
        return np.zeros_like(logs)
    weights = np.exp(logs - top)
    return weights / weights.sum()


def log_sum(logs: Array) -> float:
    """The logarithm of the sum of the weights."""
    top = float(logs.max())
    return -math.inf if top == -math.inf else top + math.log(float(np.exp(logs - top).sum()))


def effective(logs: Array) -> float:
    """Effective sample size: (sum w)^2 / sum w^2 (A. Kong, J. S. Liu and W. H. Wong, JASA 89 (1994) 278)."""
    weights = normalised(logs)
    total = float((weights * weights).sum())
    return 1.0 / total if total else 0.0


def part_of(logs: Array, more: Array, most: float, least: float) -> float:
    """The largest share of ``more``, up to ``most``, that may be added to ``logs`` before fewer than ``least`` are effective.

    Zero where what is impossible alone leaves fewer than that.
    """
    if effective(tempered(logs, more, most)) >= least:
        return most
    low, high = 0.0, most
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if effective(tempered(logs, more, middle)) >= least:
            low = middle
        else:
            high = middle
    return low


def tempered(logs: Array, more: Array, share: float) -> Array:
    """``logs`` plus a share of ``more``; what is impossible stays impossible at every share, zero included."""
    return np.where(more == -math.inf, -math.inf, logs + share * np.where(more == -math.inf, 0.0, more))
