"""Contributions: games with known values, the four axioms, marks against Student's t and Holm by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from panmunjom.analysis.comparing.chance import beyond, chance_of, sure
from panmunjom.analysis.comparing.shapley import shapley


def game(n: int, value) -> np.ndarray:
    """The values of all subsets of n players."""
    return np.array([float(value({k for k in range(n) if s >> k & 1})) for s in range(1 << n)])


def test_games_with_known_values() -> None:
    """The glove game, a unanimity game, a weighted vote (Shapley & Shubik 1954) and one that only adds."""
    one_left_two_right = game(3, lambda s: 0 in s and bool(s & {1, 2}))
    assert shapley(one_left_two_right) == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    assert shapley(game(4, lambda s: {1, 3} <= s)) == pytest.approx([0, 1 / 2, 0, 1 / 2])
    weights = [4, 3, 2, 1]
    assert shapley(game(4, lambda s: sum(weights[k] for k in s) > 5)) == pytest.approx([5 / 12, 3 / 12, 3 / 12, 1 / 12])
    assert shapley(game(3, lambda s: sum((k + 1) ** 2 for k in s))) == pytest.approx([1, 4, 9])
    assert shapley(np.array([7.0])).shape == (0,)


def test_not_all_subsets() -> None:
    with pytest.raises(ValueError, match="3 values"):
        shapley(np.zeros(3))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 6), st.data())
def test_the_axioms(n: int, data: st.DataObject) -> None:
    """Efficiency, a null player, two that are alike, and values that add where games add."""
    number = st.floats(-10, 10, allow_nan=False)
    one, two = (np.array(data.draw(st.lists(number, min_size=1 << n, max_size=1 << n))) for _ in range(2))
    found = shapley(one)
    assert found.sum() == pytest.approx(one[-1] - one[0], abs=1e-9)
    assert shapley(one + 2 * two) == pytest.approx(found + 2 * shapley(two), abs=1e-9)
    idle = np.concatenate([one, one])  # a last player who never does anything
    assert shapley(idle) == pytest.approx([*found, 0.0], abs=1e-9)
    sizes = np.array([s.bit_count() for s in range(1 << n)])
    alike = data.draw(st.lists(number, min_size=n + 1, max_size=n + 1))
    assert shapley(np.array(alike)[sizes]) == pytest.approx(np.full(n, (alike[-1] - alike[0]) / n), abs=1e-9)
    assert shapley(np.stack([one, two], axis=1)).shape == (n, 2)


@pytest.mark.parametrize("errors", [0.0, 0.3, 1.0, 2.0, 2.131, 4.0, 12.0])
@pytest.mark.parametrize("freedom", [1, 3, 15, 31])
def test_chance_is_students(errors: float, freedom: int) -> None:
    assert beyond(errors, freedom) == pytest.approx(2 * student.sf(errors, freedom), abs=1e-12)


def test_what_chance_marks() -> None:
    """Two errors of sixteen scrambles are passed in 6.4% of nothing; 20,000 means of nothing pass as often (± 0.5%)."""
    assert beyond(2.0) == pytest.approx(0.0639, abs=1e-4)
    draws = np.random.default_rng(1).normal(size=(20_000, 16))
    passed = np.abs(draws.mean(axis=1)) > 2 * draws.std(axis=1, ddof=1) / 4
    assert passed.mean() == pytest.approx(beyond(2.0), abs=0.005)
    assert chance_of(0.0, 0.0) == 1 and chance_of(0.1, 0.0) == 0


def test_holm_by_hand() -> None:
    """Holm's steps: each against 5% over those that are left; the first that fails ends it."""
    assert sure([0.01, 0.04, 0.03, 0.005]) == [True, False, False, True]
    assert sure([0.2, 0.01]) == [False, True]
    assert sure([]) == []
