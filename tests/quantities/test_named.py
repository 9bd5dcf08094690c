"""Distributions by name and cut off: what is written is what SciPy has under that name, tails included."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from panmunjom.quantities.distributions import NAMES, parse_distribution, truncated
from panmunjom.quantities.quantiles import transformed

MODEST = settings(derandomize=True, deadline=None, max_examples=200, database=None)


def pert(low: float, mode: float, high: float) -> object:
    width = high - low
    return stats.beta(1 + 4 * (mode - low) / width, 1 + 4 * (high - mode) / width, low, width)


NAMED = {
    "normal(10, 3)": stats.norm(10, 3),
    "normal(-4, 0.5)": stats.norm(-4, 0.5),
    "lognormal(20, 2)": stats.lognorm(math.log(2), scale=20),
    "uniform(-5, 20)": stats.uniform(-5, 25),
    "triangular(0, 2, 10)": stats.triang(0.2, 0, 10),
    "triangular(5, 5, 10)": stats.triang(0, 5, 5),
    "triangular(5, 10, 10)": stats.triang(1, 5, 5),
    "beta(2, 5)": stats.beta(2, 5),
    "beta(0.5, 0.5)": stats.beta(0.5, 0.5),
    "beta(0.1, 3)": stats.beta(0.1, 3),
    "beta(400, 1000)": stats.beta(400, 1000),
    "pert(10, 20, 50)": pert(10, 20, 50),
    "pert(10%, 10%, 60%)": pert(0.1, 0.1, 0.6),
    "gamma(10, 3)": stats.gamma((10 / 3) ** 2, scale=0.9),
    "gamma(10, 30)": stats.gamma(1 / 9, scale=90),
    "gamma(10, 0.1)": stats.gamma(1e4, scale=1e-3),
}


def reference(frozen, z: np.ndarray) -> np.ndarray:
    """SciPy's quantile at scores, from the nearer tail."""
    return np.where(z < 0, frozen.ppf(stats.norm.cdf(z)), frozen.isf(stats.norm.sf(z)))


@pytest.mark.parametrize("text", NAMED)
def test_quantiles_are_scipys(text):
    """To 1e-9, from one in a billion to all but one in a billion."""
    found, z = parse_distribution(text), np.linspace(-6, 6, 121)
    expected = reference(NAMED[text], z)
    sure = np.abs(expected) > 1e-300
    values = np.array([found.quantile_of_z(v) for v in z])
    scale = np.abs(expected) + (found.b if found.family in ("normal", "uniform", "triangular") else 0.0)
    assert (np.abs(values - expected) <= 1e-9 * scale)[sure].all()
    assert found.interval == pytest.approx((NAMED[text].ppf(0.05), NAMED[text].ppf(0.95)), rel=1e-9)
    assert found.text == text and not found.certain


@pytest.mark.parametrize("text", NAMED)
def test_probabilities_are_scipys(text):
    found, frozen = parse_distribution(text), NAMED[text]
    for u in (1e-6, 0.01, 0.3, 0.5, 0.9, 0.9999):
        assert found.below(float(frozen.ppf(u))) == pytest.approx(u, rel=1e-7)
    low, high = found.support
    assert found.below(low - 1) == 0 and found.below(high + 1) == 1


@MODEST
@given(
    st.one_of(
        st.tuples(st.just("gamma"), st.tuples(st.floats(math.log(0.112), math.log(1e4)).map(math.exp))),
        st.tuples(st.just("beta"), st.tuples(*[st.floats(math.log(0.1), math.log(1e3)).map(math.exp)] * 2)),
    ),
    st.floats(-6.3, 6.3),
)
def test_any_shape(case, z):
    """Where it is checked backwards: SciPy's probability of our quantile, in the nearer tail."""
    kind, shape = case
    y = float(transformed(kind, shape, np.array(z)))
    frozen = stats.gamma(*shape) if kind == "gamma" else stats.beta(*shape)
    x = math.exp(y) if kind == "gamma" else 1 / (1 + math.exp(-y))
    if not 1e-290 < x < 1 - 1e-9 and not (kind == "gamma" and x >= 1):
        return  # SciPy takes x, which cannot tell these apart
    expected = stats.norm.cdf(z) if z < 0 else stats.norm.sf(z)
    got = frozen.cdf(x) if z < 0 else frozen.sf(x)
    tilt = abs(math.log(expected) * shape[0]) + 10  # a relative change of x is one of p so much larger, at most
    assert got == pytest.approx(expected, rel=1e-9 * tilt)


CUT = {
    "15 to 30 within 0 to 25": ("15 to 30", 0, 25),
    "320 ± 200 within 0 to 1000": ("320 ± 200", 0, 1000),
    "10..20 within 12 to 40": ("10..20", 12, 40),
    "30% to 60% within 20% to 50%": ("30% to 60%", 0.2, 0.5),
    "lognormal(20, 2) within 30 to 90": ("lognormal(20, 2)", 30, 90),
    "triangular(0, 2, 10) within 1 to 4": ("triangular(0, 2, 10)", 1, 4),
    "beta(2, 5) within 5% to 50%": ("beta(2, 5)", 0.05, 0.5),
    "gamma(10, 3) within 12 to 14": ("gamma(10, 3)", 12, 14),
    "normal(0, 1) within 4 to 50": ("normal(0, 1)", 4, 50),
}


@pytest.mark.parametrize("text", CUT)
def test_cut_off(text):
    """The share below a value is that of the whole, less what is cut off below, over what is left."""
    whole, low, high = CUT[text]
    found, base = parse_distribution(text), parse_distribution(whole)
    assert found == truncated(base, low, high, text) and found.support == found.reach == (low, high)
    start, span = base.below(low), base.below(high) - base.below(low)
    for z in (-4.5, -2.0, -0.3, 0.0, 1.0, 3.0, 4.5):
        value = found.quantile_of_z(z)
        assert low <= value <= high
        assert base.below(value) == pytest.approx(start + span * stats.norm.cdf(z), rel=1e-9)
    assert low <= found.quantile_of_z(-12) < found.median < found.quantile_of_z(12) <= high


def test_a_cut_normal_is_scipys():
    found, frozen = parse_distribution("normal(3, 2) within 0 to 4"), stats.truncnorm(-1.5, 0.5, 3, 2)
    for u in (0.001, 0.05, 0.5, 0.95, 0.999):
        assert found.quantile_of_z(stats.norm.ppf(u)) == pytest.approx(frozen.ppf(u), rel=1e-9)


def test_one_figure():
    for text in ("triangular(5, 5, 5)", "pert(5, 5, 5)", "uniform(5, 5)"):
        assert parse_distribution(text).family == "point" and parse_distribution(text).median == 5
    assert parse_distribution("lognormal(5, 1)").certain and parse_distribution("normal(5, 0)").certain


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("normal(3)", ["2 figures", "normal(mean, sd)"]),
        ("normal(3, 1, 2)", ["2 figures"]),
        ("normal(3, -1)", ["negative"]),
        ("normal(3, x)", ["'x'", "not a figure"]),
        ("normal()", ["not a figure"]),
        ("weibull(3, 1)", ["'weibull'", "pert"]),
        ("lognormal(-3, 2)", ["median", "more than 0"]),
        ("lognormal(3, 0.5)", ["factor", "1 or more"]),
        ("uniform(3, 1)", ["must rise"]),
        ("triangular(3, 1, 5)", ["must rise", "triangular(low, mode, high)"]),
        ("pert(1, 9, 5)", ["must rise"]),
        ("beta(0, 3)", ["more than 0"]),
        ("beta(0.01, 3)", ["0.1"]),
        ("gamma(10, 0)", ["1%"]),
        ("gamma(1, 10)", ["300%"]),
        ("normal(010, 3)", ["without the leading zero"]),
        ("normal(1, 1e999)", ["finite"]),
        ("5 within 0 to 10", ["one figure"]),
        ("15 to 30 within 50 to 0", ["backwards"]),
        ("15 to 30 within 1000 to 2000", ["contradict"]),
        ("15 to 30 within 0", ["is not a distribution"]),
        ("15 to 30 within 0 to 50 within 0 to 20", ["twice"]),
    ],
)
def test_what_cannot_be(text, words):
    with pytest.raises(ValueError) as caught:
        parse_distribution(text)
    for word in words:
        assert word in str(caught.value)


@MODEST
@given(st.sampled_from(NAMES), st.text(alphabet="0123456789.,- e%", max_size=15), st.sampled_from(["", " within 0 to 5"]))
def test_no_salad_crashes(name, inner, cut):
    try:
        found = parse_distribution(f"{name}({inner}){cut}")
    except ValueError as error:
        assert str(error)
        return
    low, high = found.interval
    assert low <= found.median <= high and math.isfinite(low) and math.isfinite(high)
