"""The few directions in parameter space that figures speak of, and a normal fitted to a cloud in them.

Of some hundred parameters a dozen months of figures inform a few combinations. They are found from the prior: the futures of
an ordinary run, whose coordinates are independent standard normal, so that the covariance of each coordinate with what a
figure would be is its slope. Slopes, in units of the figure's own error, make a matrix whose leading right singular
vectors are the directions (T. Cui and others, Inverse Problems 30 (2014) 114015, with slopes of a
regression in place of derivatives). Wherever they miss something, moves are accepted more rarely, and nothing else.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .weights import effective

Array = npt.NDArray[np.float64]

MOST_DIRECTIONS = 48
_SURE = 3.5  # standard errors from which on a slope counts
_TELLING = 0.5  # a direction whose slope is less, in errors of the figures, hardly narrows the prior
_CUT = 0.01  # of the futures at either end are drawn in before slopes are taken
_GRID = 2.0**-20


class Slopes:
    """Slopes of figures on coordinates, one row a figure."""

    def __init__(self, scores: Array, always: list[int]) -> None:
        """``scores`` (coordinates, n) of the prior's futures; ``always``: coordinates that are directions of their own."""
        self.scores, self.always = scores, always
        self.rows: list[Array] = []

    def add(self, expected: Array, spread: float) -> None:
        """A figure: what each future would have it be, and its error, in the same terms."""
        fine = np.isfinite(expected)
        if fine.sum() < 16:
            return
        low, high = np.quantile(expected[fine], [_CUT, 1.0 - _CUT])
        values = np.clip(np.where(fine, expected, low), low, high)
        values = values - values.mean()
        size = len(values)
        slopes = self.scores @ values / size
        noise = values.std() / np.sqrt(size)
        slopes[np.abs(slopes) < _SURE * noise] = 0.0
        self.rows.append(slopes / max(spread, 1e-9))

    def directions(self) -> Array:
        """Orthonormal columns, shape (coordinates, directions)."""
        size = len(self.scores)
        own = np.zeros((size, len(self.always)))
        own[self.always, np.arange(len(self.always))] = 1.0
        if not self.rows:
            return own
        table = np.array(self.rows)
        table[:, self.always] = 0.0
        _, lengths, rows = np.linalg.svd(table, full_matrices=False)
        found = rows[:MOST_DIRECTIONS][lengths[:MOST_DIRECTIONS] > _TELLING].T
        if found.shape[1]:
            top = np.abs(found).argmax(axis=0)
            found = found * np.sign(found[top, np.arange(found.shape[1])])
        return np.concatenate([own, found], axis=1)


class Fit:
    """A normal with the cloud's mean and covariance in the directions, and the prior's in all others."""

    def __init__(self, directions: Array, scores: Array, weights: Array, distinct: int) -> None:
        self.directions = directions
        size = directions.shape[1]
        kept = weights > 0
        inside, share = directions.T @ scores[:, kept], weights[kept]
        sure = max(2.0, min(effective(np.log(share)), float(distinct)))
        mean = (inside * share).sum(axis=1)
        apart = inside - mean[:, None]
        covariance = (apart * share) @ apart.T
        few = size / (size + sure)  # shrunk towards independence, the more the fewer futures there are
        variance = np.maximum(np.diag(covariance), 1e-8)
        covariance *= 1.0 - few
        np.fill_diagonal(covariance, variance)
        self.mean = on_grid(mean)
        self.triangle = lower(covariance)
        self.inverse = np.zeros_like(self.triangle)
        for a in range(size):
            self.inverse[a, a] = 1.0
            self.inverse[a] -= self.triangle[a, :a] @ self.inverse[:a]
            self.inverse[a] /= self.triangle[a, a]

    def step(self, scores: Array, size: Array, noise: Array) -> tuple[Array, Array]:
        """A Crank-Nicolson step of each future, ``size`` (n,) and ``noise`` (coordinates, n), and the log of its prior's
        ratio to the fit's, which the proposal leaves out."""
        keep = np.sqrt(1.0 - size * size)
        across = self.directions.T
        had = across @ scores
        here = self.inverse @ (had - self.mean[:, None])
        there = keep * here + size * (across @ noise)
        new = self.mean[:, None] + self.triangle @ there
        free = keep * scores + size * noise
        out = on_grid(free + self.directions @ (new - across @ free))
        ratio = 0.5 * ((there * there).sum(axis=0) - (new * new).sum(axis=0))
        ratio -= 0.5 * ((here * here).sum(axis=0) - (had * had).sum(axis=0))
        return out, ratio


def on_grid(values: Array) -> Array:
    """Rounded, so that it does not matter in which order a library has summed."""
    return np.round(values / _GRID) * _GRID


def lower(covariance: Array) -> Array:
    """The Cholesky factor, in an order of operations that is the same everywhere; what is not positive is made so."""
    rest, out = covariance.copy(), np.zeros_like(covariance)
    for a in range(len(rest)):
        pivot = np.sqrt(max(rest[a, a], 1e-4 * covariance[a, a], 1e-10))
        out[a:, a] = rest[a:, a] / pivot
        out[a, a] = pivot
        rest[a:, a:] -= out[a:, a, None] * out[None, a:, a]
    return out
