"""Shares and their errors: from independent scrambles, paired where the luck is the same."""

from __future__ import annotations

import math

import numpy as np
import pytest

from panmunjom.engine.sampling import REPLICATES, quantile, uniforms
from panmunjom.futures.ensemble import paired, share
from panmunjom.quantities.distributions import parse_distribution


def test_no_hit_is_printed_as_a_bound() -> None:
    """No hit in 1,000 is under 3/1,000."""
    points = np.arange(1000, dtype=np.uint64)
    found = share(np.zeros(1000, bool), points)
    assert found.p == 0 and str(found) == "< 0.003"


def test_the_error_covers_the_truth() -> None:
    """Independent futures with p = 0.3: 200 trials; |error| < 3 se in at least 95% (t with 15 degrees, false alarm < 1e-6)."""
    random = np.random.default_rng(4)
    points = np.arange(1600, dtype=np.uint64)
    inside = 0
    for _ in range(200):
        found = share(random.random(1600) < 0.3, points)
        inside += abs(found.p - 0.3) < 3 * found.se
    assert inside >= 190


def test_a_paired_difference_has_a_smaller_error() -> None:
    """Where few futures change, the paired error is far below that of two separate runs."""
    random = np.random.default_rng(5)
    points = np.arange(1600, dtype=np.uint64)
    a = random.random(1600) < 0.5
    b = a.copy()
    b[:40] = True
    difference, error = paired(a, b, points)
    assert difference == pytest.approx(b.mean() - a.mean())
    assert error < share(a, points).se


def test_sobol_points_integrate_better_than_chance() -> None:
    """The mean of a lognormal over 4,096 points is right to 1%, and to the paired scrambles' own error."""
    points = np.arange(4096, dtype=np.uint64)
    values = quantile(parse_distribution("10 to 20"), uniforms(points, 3, 1, "test"))
    d = parse_distribution("10 to 20")
    assert values.mean() == pytest.approx(math.exp(d.a + d.b**2 / 2), rel=0.003)


@pytest.mark.parametrize("text", ["15 to 30", "-5 to 10", "320 ± 60", "10..20", "30% to 60%", "7"])
def test_quantiles_of_samples_are_those_of_the_distribution(text: str) -> None:
    """Median and 90% interval of 16,384 points (Kolmogorov distance of a scrambled net is below 1/1,000 here)."""
    d = parse_distribution(text)
    points = np.arange(16_384, dtype=np.uint64)
    values = quantile(d, uniforms(points, 1, 2, text))
    low, high = d.interval
    assert np.quantile(values, [0.05, 0.5, 0.95]) == pytest.approx([low, d.median, high], rel=0.01, abs=0.05)


def test_a_point_does_not_depend_on_the_others() -> None:
    """Uniforms of chosen points equal those of the whole range."""
    whole = uniforms(np.arange(500, dtype=np.uint64), 2, 9, "x")
    some = np.array([3, 17, 499, 16], dtype=np.uint64)
    assert np.array_equal(uniforms(some, 2, 9, "x"), whole[some.astype(int)])
    assert REPLICATES == 16
