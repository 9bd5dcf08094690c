"""Gamma and beta quantiles as functions of a standard normal score, without SciPy.

With y = log x (gamma of scale 1) or y = log(x / (1 − x)) (beta), y rises smoothly with the score z, and

    y' = φ(z) / p(y)        y'' = −y' (z + s(y) y')        p the density of y, s = d log p / dy.

A table holds y at scores from −10 to 10 in steps of 1/64, found by Newton's method on the logarithm of the
smaller tail, which is concave, so that the method converges from any side; between them runs the polynomial of
fifth degree through y, y' and y''. It is within 1e-10 of y, that is relative to x, for shapes from 0.1 to 10,000.

Tails: power series and continued fractions by Lentz's method, as in W. H. Press et al., Numerical Recipes, 3rd
edition (2007), sections 6.2 and 6.4.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Tails = Callable[[Array], tuple[Array, Array]]

_REACH, _PER_UNIT = 10, 64
_ROUNDS = 5_000
_TINY = 1e-300


def transformed(kind: str, shape: tuple[float, ...], z: Array) -> Array:
    """y at scores, shape as given: log x for ``gamma`` with shape (k,), logit x for ``beta`` with shape (a, b)."""
    place = (np.clip(z, -_REACH, _REACH) + _REACH) * _PER_UNIT
    cell = np.minimum(place.astype(np.intp), 2 * _REACH * _PER_UNIT - 1)
    t = place - cell
    c = _table(kind, shape)[:, cell]
    return c[0] + t * (c[1] + t * (c[2] + t * (c[3] + t * (c[4] + t * c[5]))))


def below(kind: str, shape: tuple[float, ...], y: float) -> float:
    """The probability of a smaller y."""
    return math.exp(_tails(kind, shape)(np.array([y]))[0][0])


@lru_cache(maxsize=256)
def _table(kind: str, shape: tuple[float, ...]) -> Array:
    """Coefficients of the six powers in each cell, shape (6, cells)."""
    z = np.arange(-_REACH * _PER_UNIT, _REACH * _PER_UNIT + 1) / _PER_UNIT
    y = _solved(kind, shape, z)
    slope = np.exp(-z * z / 2 - math.log(2 * math.pi) / 2 - _log_density(kind, shape, y))
    if kind == "gamma":
        lean = shape[0] - np.exp(y)
    else:
        lean = shape[0] - (shape[0] + shape[1]) / (1 + np.exp(-y))
    bend = -slope * (z + lean * slope)
    rise = np.diff(y)
    d0, d1 = slope[:-1] / _PER_UNIT, slope[1:] / _PER_UNIT
    e0, e1 = bend[:-1] / _PER_UNIT**2, bend[1:] / _PER_UNIT**2
    return np.array([
        y[:-1], d0, e0 / 2,
        10 * rise - 6 * d0 - 4 * d1 - (3 * e0 - e1) / 2,
        -15 * rise + 8 * d0 + 7 * d1 + (3 * e0 - 2 * e1) / 2,
        6 * rise - 3 * (d0 + d1) - (e0 - e1) / 2,
    ])  # fmt: skip


def _solved(kind: str, shape: tuple[float, ...], z: Array) -> Array:
    """y at scores by Newton's method, from the density's peak."""
    tails = _tails(kind, shape)
    wanted = np.log([math.erfc(abs(v) / math.sqrt(2)) / 2 for v in z])
    lower = z < 0
    y = np.full(z.shape, math.log(shape[0]) if kind == "gamma" else math.log(shape[0] / shape[1]))
    for _ in range(60):
        left, right = tails(y)
        here = np.where(lower, left, right)
        steepness = np.exp(_log_density(kind, shape, y) - here)
        step = (wanted - here) / np.where(lower, steepness, -steepness)
        if kind == "gamma":
            step = np.minimum(step, 2.0)  # to the right the tail falls as exp(−exp y): no leaps
        y = y + step
        if np.all(np.abs(step) <= 1e-12 * (1 + np.abs(y))):
            break
    return y


def _log_density(kind: str, shape: tuple[float, ...], y: Array) -> Array:
    """The logarithm of y's density."""
    if kind == "gamma":
        return shape[0] * y - np.exp(y) - math.lgamma(shape[0])
    a, b = shape
    return -a * np.logaddexp(0, -y) - b * np.logaddexp(0, y) - _log_beta(a, b)


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _tails(kind: str, shape: tuple[float, ...]) -> Tails:
    """The function from y to the logarithms of the probabilities of less and of more."""
    if kind == "gamma":
        return lambda y: _gamma_tails(shape[0], y)
    return lambda y: _beta_tails(shape[0], shape[1], y)


def _gamma_tails(k: float, y: Array) -> tuple[Array, Array]:
    x = np.exp(y)
    near = x < k + 1
    lead = k * y - x - math.lgamma(k)
    small = np.where(near, x, 0.0)
    term = total = np.full(y.shape, 1 / k)
    for n in range(1, _ROUNDS):
        term = term * small / (k + n)
        total = total + term
        if np.all(term <= 1e-16 * total):
            break
    large = np.where(near, k + 2, x)
    b = large + 1 - k
    c, d = np.full(y.shape, 1 / _TINY), 1 / b
    fraction = d
    for n in range(1, _ROUNDS):
        b = b + 2
        d = 1 / _safe(b - n * (n - k) * d)
        c = _safe(b - n * (n - k) / c)
        fraction = fraction * c * d
        if np.all(np.abs(c * d - 1) <= 4e-15):
            break
    return _both(near, lead + np.log(np.where(near, total, fraction)))


def _beta_tails(a: float, b: float, y: Array) -> tuple[Array, Array]:
    x = 1 / (1 + np.exp(-np.clip(y, -700, 700)))
    near = x < (a + 1) / (a + b + 2)
    lead = -a * np.logaddexp(0, -y) - b * np.logaddexp(0, y) - _log_beta(a, b)
    p, q = np.where(near, a, b), np.where(near, b, a)
    x = np.where(near, x, 1 / (1 + np.exp(np.clip(y, -700, 700))))
    c = np.ones(y.shape)
    d = 1 / _safe(1 - (p + q) * x / (p + 1))
    fraction = d
    for n in range(1, _ROUNDS):
        up = n * (q - n) * x / ((p + 2 * n - 1) * (p + 2 * n))
        d, c = 1 / _safe(1 + up * d), _safe(1 + up / c)
        fraction = fraction * c * d
        down = -(p + n) * (p + q + n) * x / ((p + 2 * n) * (p + 2 * n + 1))
        d, c = 1 / _safe(1 + down * d), _safe(1 + down / c)
        fraction = fraction * c * d
        if np.all(np.abs(c * d - 1) <= 4e-15):
            break
    return _both(near, lead + np.log(fraction / p))


def _safe(x: Array) -> Array:
    """No zero where Lentz's method divides."""
    return np.where(np.abs(x) < _TINY, _TINY, x)


def _both(near: npt.NDArray[np.bool_], one: Array) -> tuple[Array, Array]:
    """Both logarithms from that of the tail which was computed: the lower one where ``near``."""
    other = np.log1p(-np.exp(np.minimum(one, -1e-17)))
    return np.where(near, one, other), np.where(near, other, one)
