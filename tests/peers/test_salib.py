"""Shares of the variance against SALib's given-data methods (RBD-FAST, and the first-order index beside delta)."""

from __future__ import annotations

import numpy as np
import pytest

from panmunjom.analysis.classes import CLASSES
from panmunjom.analysis.variance import first_order
from panmunjom.engine.sampling import REPLICATES, uniforms

rbd_fast = pytest.importorskip("SALib.analyze.rbd_fast", reason="SALib is not installed")
delta = pytest.importorskip("SALib.analyze.delta", reason="SALib is not installed")

NAMES = ["strong", "bent", "weak", "idle"]


def ours(u: np.ndarray, flags: np.ndarray, points: np.ndarray) -> float:
    counts = np.zeros((REPLICATES, CLASSES, 2), np.int64)
    cell = (points % REPLICATES).astype(int), (u * CLASSES).astype(int)
    np.add.at(counts[:, :, 0], cell, 1)
    np.add.at(counts[:, :, 1], cell, flags)
    return first_order(counts, 0)[0]


def test_the_same_shares_as_salib() -> None:
    """An outcome by chance whose probability rises with one parameter, is highest in the middle of another and hardly feels
    a third, 8,192 futures. Over 25 seeds the difference to RBD-FAST had a standard deviation below 0.001, to delta's
    first-order index, which is not corrected for what few futures in a class add, 0.006 around 0.005; to the truth 0.006.
    The bounds are four of these and more.
    """
    points = np.arange(8_192, dtype=np.uint64)
    x = np.column_stack([uniforms(points, k, 5, name) for k, name in enumerate(NAMES)])
    chance = 0.1 + 0.5 * x[:, 0] + 0.3 * np.sin(np.pi * x[:, 1]) + 0.08 * x[:, 2] - 0.04
    flags = np.random.default_rng(5).random(len(points)) < chance
    problem = {"num_vars": 4, "names": NAMES, "bounds": [[0, 1]] * 4}
    fast = rbd_fast.analyze(problem, x, flags.astype(float), seed=5)["S1"]
    given = delta.analyze(problem, x, flags.astype(float), seed=5, num_resamples=10)["S1"]
    found = np.array([ours(x[:, k], flags, points) for k in range(4)])
    assert found == pytest.approx(np.array(fast), abs=0.005)
    assert (np.array(given) - found > -0.02).all() and (np.array(given) - found < 0.03).all()
    p = flags.mean()
    truth = np.array([0.25 / 12, 0.09 * (0.5 - 4 / np.pi**2), 0.0064 / 12, 0]) / (p * (1 - p))
    assert found == pytest.approx(truth, abs=0.025)
    assert found[0] > found[1] > 0.01
