"""The tests of uniform ranks against SciPy's, and against their own promise: the level that they state."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from panmunjom.forecasts.conditioning.uniformity import LEVEL, band, bins_for, chi_square, deviation, judge
from panmunjom.forecasts.conditioning.wars import rank


@pytest.mark.parametrize("counts", [[12, 8, 9, 11], [30, 2, 2, 2, 4], [10] * 20])
def test_chi_square_is_pearsons(counts: list[int]) -> None:
    assert chi_square(np.array(counts)) == pytest.approx(stats.chisquare(counts).pvalue, abs=1e-9)


@pytest.mark.parametrize(("wars", "bins"), [(200, 20), (60, 5)])
def test_the_distribution_functions_test_keeps_its_level(wars: int, bins: int) -> None:
    """Of 2,000 uniform samples, 5% have a p-value under 5%: at most, for counts are whole, and not far from it.

    The bounds are five binomial standard errors: one false alarm in a million.
    """
    generator = np.random.default_rng(1)
    samples = generator.multinomial(wars, [1 / bins] * bins, size=2000)
    low = sum(deviation(s) < LEVEL for s in samples)
    error = 5 * np.sqrt(2000 * 0.05 * 0.95)
    assert 0.5 * 2000 * LEVEL - error < low < 2000 * LEVEL + error
    edges_low, edges_high = band(wars, bins)
    summed = np.cumsum(samples, axis=1)[:, :-1]
    inside = ((summed >= edges_low) & (summed <= edges_high)).all(axis=1).sum()
    assert inside > 2000 * (1 - LEVEL) - error


@pytest.mark.parametrize("a", [0.6, 1.8])
def test_ranks_of_a_wrong_width_are_seen(a: float) -> None:
    """Too narrow a posterior heaps ranks at both ends, too wide a one in the middle."""
    generator = np.random.default_rng(2)
    ranks = {f"good {k}": generator.integers(0, 100, 200).tolist() for k in range(20)}
    ranks["wrong"] = np.minimum(99, generator.beta(a, a, 200) * 100).astype(int).tolist()
    found = judge(ranks, 100)
    assert found[0].name == "wrong" and not found[0].fine
    assert all(u.fine for u in found[1:])


def test_bins_divide_the_ranks() -> None:
    assert [bins_for(w, 100) for w in (20, 60, 200, 1000)] == [2, 5, 20, 20]


def test_ties_are_broken_by_lot() -> None:
    """Where half the draws equal the truth, its rank is anything among them."""
    draws = np.array([0.0] * 50 + [1.0] * 49)
    found = [rank(0.0, draws, k) for k in range(400)]
    assert min(found) <= 2 and max(found) >= 48 and max(found) <= 50
    assert rank(2.0, draws, 1) == 99 and rank(float("nan"), draws, 1) == -1
