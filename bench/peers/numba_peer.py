"""Numba: the equations in plain loops, one future after another, ``parallel`` and ``fastmath``."""

from __future__ import annotations

import math

import numpy as np

from .. import worlds
from ..models import attrition
from ..prepared import Missing, Prepared


def prepare(model: worlds.Model) -> Prepared:
    """All futures in one parallel loop."""
    try:
        from numba import njit, prange
    except ImportError:
        raise Missing("numba is not installed") from None

    @njit(fastmath=True)
    def side(
        men, tanks, barrels, shells, industry, will, reserve, killed, their_tanks, their_shots, shots, p
    ):
        intensity = 1.0 / (1.0 + math.exp(1.0 - (their_tanks + 50.0) / (tanks + 50.0)))
        loss = p[1] * their_shots * intensity * men / (men + 2e5) * 0.2
        recruits = min(p[0] * will * (reserve / (reserve + 1e6)), reserve)
        made = p[5] * p[3]
        return (
            max(men + (recruits - loss), 0.0),
            max(tanks + (made * 0.2 - p[2] * tanks * intensity), 0.0),
            max(barrels + (made * 0.3 - p[2] * 0.8 * barrels * intensity), 0.0),
            max(shells + (p[4] * industry - shots), 0.0),
            max(industry + 0.0003 * industry * (1.0 - industry / 3.0), 0.0),
            max(will - 2e-9 * loss * will * killed * 0.001, 0.0),
            max(reserve - recruits, 0.0),
            killed + loss,
        )

    @njit(fastmath=True)
    def one(first, given, last, steps):
        a = (
            first[0, 0],
            first[0, 1],
            first[0, 2],
            first[0, 3],
            first[0, 4],
            first[0, 5],
            first[0, 6],
            first[0, 7],
        )
        b = (
            first[1, 0],
            first[1, 1],
            first[1, 2],
            first[1, 3],
            first[1, 4],
            first[1, 5],
            first[1, 6],
            first[1, 7],
        )
        pa = (given[0, 0], given[0, 1], given[0, 2], given[0, 3], given[0, 4], given[0, 5])
        pb = (given[1, 0], given[1, 1], given[1, 2], given[1, 3], given[1, 4], given[1, 5])
        for _ in range(steps):
            shots_a, shots_b, tanks_a = min(a[3], a[2] * 3.0), min(b[3], b[2] * 3.0), a[1]
            a = side(*a, b[1], shots_b, shots_a, pa)
            b = side(*b, tanks_a, shots_a, shots_b, pb)
        for k in range(8):
            last[0, k] = a[k]
            last[1, k] = b[k]

    @njit(parallel=True)
    def run(first, given, last, steps):
        for f in prange(first.shape[0]):
            one(first[f], given[f], last[f], steps)

    futures = worlds.FUTURES[model.name] // 4
    state, given = attrition.inputs(model, model.rows(futures))
    first = np.ascontiguousarray(state.transpose(2, 1, 0))
    rows = np.ascontiguousarray(given.transpose(2, 1, 0))
    last = np.empty_like(first)

    def again() -> None:
        run(first, rows, last, model.plan.count)

    again()
    return Prepared(again, futures, attrition.flat(last.transpose(2, 1, 0)), "parallel, fastmath")
