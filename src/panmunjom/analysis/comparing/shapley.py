"""Shapley values: how much each of several changes that are made together contributes to the whole difference.

A contribution is the mean, over all orders in which the changes can be made, of what a change adds when its turn comes
(Shapley 1953, "A value for n-person games", Contributions to the Theory of Games II). Contributions add up to the whole
difference; a change that never does anything gets nothing; two that always do the same get the same.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def shapley(values: Array) -> Array:
    """Contributions of n players, exactly, from the values of all 2^n subsets.

    Args:
        values: shape (2^n, ...); bit k of a row's number says that player k is in the subset.

    Returns:
        Shape (n, ...): for each player the sum over subsets without it of s! (n - s - 1)! / n! times what it adds to them.

    Raises:
        ValueError: where the number of rows is no power of two.
    """
    count = len(values)
    n = count.bit_length() - 1
    if count != 1 << n:
        raise ValueError(f"{count} values are not those of all subsets of a number of players")
    subsets = np.arange(count)
    sizes = np.array([subset.bit_count() for subset in range(count)])
    weights = np.array([1.0 / (n * math.comb(n - 1, s)) for s in range(n)])
    shape = (-1,) + (1,) * (values.ndim - 1)
    out = np.empty((n, *values.shape[1:]))
    for player in range(n):
        without = subsets[subsets & (1 << player) == 0]
        added = values[without | (1 << player)] - values[without]
        out[player] = (weights[sizes[without]].reshape(shape) * added).sum(axis=0)
    return out
