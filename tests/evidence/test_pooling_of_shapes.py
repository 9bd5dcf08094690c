"""Pooling of named and cut figures: their own mean and spread on the pool's scale; alone they stay what they are."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from panmunjom.evidence.pooling import common_scale, disagreement, on_scale, pool
from panmunjom.evidence.records import PoolMember
from panmunjom.quantities.distributions import parse_distribution


def members(*texts: str) -> list[PoolMember]:
    return [PoolMember(t, parse_distribution(t), 1.0) for t in texts]


@pytest.mark.parametrize(
    ("text", "scale", "frozen"),
    [
        ("triangular(1, 2, 10)", "normal", stats.triang(1 / 9, 1, 9)),
        ("triangular(1, 2, 10)", "lognormal", stats.triang(1 / 9, 1, 9)),
        ("pert(10, 20, 50)", "lognormal", stats.beta(2, 4, 10, 40)),
        ("gamma(10, 5)", "lognormal", stats.gamma(4, scale=2.5)),
        ("gamma(10, 5)", "normal", stats.gamma(4, scale=2.5)),
        ("beta(2, 5)", "logit", stats.beta(2, 5)),
        ("320 ± 200 within 0 to 400", "normal", stats.truncnorm(-1.6, 0.4, 320, 200)),
    ],
)
def test_mean_and_spread_are_its_own(text, scale, frozen):
    """Against the mean and spread of a million of SciPy's quantiles; 400 slices lose 2% of the spread at most."""
    x = frozen.ppf((np.arange(1_000_000) + 0.5) / 1e6)
    y = {"normal": np.array, "lognormal": np.log, "logit": special.logit}[scale](x)
    mean, spread = on_scale(parse_distribution(text), scale)
    assert mean == pytest.approx(y.mean(), abs=0.01 * y.std()) and spread == pytest.approx(y.std(), rel=0.02)


def test_a_share_is_pooled_as_a_share():
    assert common_scale(members("beta(2, 5)", "pert(10%, 20%, 40%)")) == "logit"
    assert common_scale(members("beta(2, 5)", "3 to 9")) == "lognormal"
    assert common_scale(members("pert(10, 20, 50)", "15 to 30")) == "lognormal"
    assert common_scale(members("-5 to 9 within 1 to 5", "15 to 30")) == "lognormal"
    low, high = pool(members("beta(2, 5)", "30% to 90%")).interval
    assert 0 < low < high < 1


def test_alone_it_stays_what_it_is():
    (alone,) = members("15 to 30 within 10 to 20")
    assert pool([alone]) == alone.distribution
    two = pool(members("pert(10, 20, 50)", "pert(10, 20, 50)"))
    assert two.family == "lognormal" and two.median == pytest.approx(alone.distribution.median, rel=0.5)
    assert disagreement(members("pert(10, 20, 50)", "pert(10, 20, 50)")) == 0
