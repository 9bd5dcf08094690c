"""Persistence and random walk with drift, against closed forms and by their own claims."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panmunjom.forecasts.series import LEVELS, drift, persistence

PAST = st.lists(st.floats(1, 1e6), min_size=4, max_size=40).map(np.array)


def test_drift_is_the_normal_that_it_says() -> None:
    """Mean and spread by hand: changes 1, 3, 2 have mean 2 and standard deviation 1; two months on, 3 changes."""
    said = drift(np.array([10.0, 11.0, 14.0, 16.0]), 2, False)
    assert said is not None
    law = NormalDist(16 + 2 * 2, 1.0 * math.sqrt(2 * (1 + 2 / 3)))
    assert said == pytest.approx([law.inv_cdf(float(u)) for u in LEVELS], abs=1e-9)


def test_drift_of_a_positive_series_is_taken_on_logarithms() -> None:
    said = drift(np.exp([1.0, 2.0, 5.0, 7.0]), 1, True)
    straight = drift(np.array([1.0, 2.0, 5.0, 7.0]), 1, False)
    assert said is not None and straight is not None and np.log(said) == pytest.approx(straight)


@given(PAST, st.integers(1, 24), st.booleans())
def test_persistence_says_the_last_figure(past: np.ndarray, ahead: int, positive: bool) -> None:
    """Its middle is the last figure, its quantiles rise, and on logarithms it stays above zero."""
    said = persistence(past, ahead, positive)
    assert said is not None and np.all(np.diff(said) >= -1e-9 * np.abs(said[1:]))
    y = np.log(said) if positive else said
    last = np.log(past[-1]) if positive else past[-1]
    assert (y[0] + y[-1]) / 2 == pytest.approx(last, rel=1e-6, abs=1e-6)
    assert not positive or said.min() > 0


@pytest.mark.parametrize("baseline", [persistence, drift])
def test_too_short_a_past_says_nothing(baseline: object) -> None:
    assert baseline(np.array([1.0, 2.0, 3.0]), 1, True) is None  # type: ignore[operator]


@pytest.mark.parametrize("ahead", [1, 6])
def test_their_intervals_hold_in_random_walks(ahead: int) -> None:
    """80% of 2,000 random walks with drift end inside drift's 80% interval: three standard errors and what 30 changes cost."""
    luck = np.random.default_rng(7)
    hits = 0
    for _ in range(2_000):
        path = np.cumsum(luck.normal(0.3, 1.0, 31 + ahead))
        said = drift(path[:31], ahead, False)
        assert said is not None
        low, high = np.quantile(said, [0.1, 0.9])
        hits += low <= path[30 + ahead] <= high
    assert 0.8 - 0.015 - 3 * 0.009 < hits / 2_000 < 0.8 + 3 * 0.009
