"""Distributions as people write them: the ends are what was written, quantiles rise, nothing crashes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panmunjom.quantities.distributions import LARGEST, Z90, Distribution, between, parse_distribution, point

MODEST = settings(derandomize=True, deadline=None, max_examples=200, database=None)
FIGURES = st.floats(min_value=-1e12, max_value=1e12, allow_subnormal=False)
POSITIVE = st.floats(min_value=1e-9, max_value=1e12)
SHARES = st.floats(min_value=1e-6, max_value=1 - 1e-6)


@pytest.mark.parametrize(
    ("text", "family", "low", "median", "high"),
    [
        ("320", "point", 320, 320, 320),
        ("-4.5", "point", -4.5, -4.5, -4.5),
        ("1e6", "point", 1e6, 1e6, 1e6),
        ("30%", "point", 0.3, 0.3, 0.3),
        ("15 to 30", "lognormal", 15, math.sqrt(15 * 30), 30),
        ("-10 to 30", "normal", -10, 10, 30),
        ("0 to 30", "normal", 0, 15, 30),
        ("-30 to -10", "normal", -30, -20, -10),
        ("5 to 5", "point", 5, 5, 5),
        ("320 ± 60", "normal", 320 - 60 * Z90, 320, 320 + 60 * Z90),
        ("320 +/- 60", "normal", 320 - 60 * Z90, 320, 320 + 60 * Z90),
        ("320±0", "normal", 320, 320, 320),
        ("10..20", "uniform", 10.5, 15, 19.5),
        ("10 .. 20", "uniform", 10.5, 15, 19.5),
        ("30% to 60%", "logit", 0.3, None, 0.6),
        ("30 to 60%", "logit", 0.3, None, 0.6),
        ("  15   to 30  ", "lognormal", 15, math.sqrt(450), 30),
    ],
)
def test_what_is_written_is_what_is_meant(text, family, low, median, high):
    found = parse_distribution(text)
    assert found.family == family
    assert found.interval == pytest.approx((low, high), rel=1e-12)
    if median is not None:
        assert found.median == pytest.approx(median, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["missing"]),
        ("much", ["is not a distribution", "15 to 30"]),
        ("30 to 15", ["backwards", "15 to 30"]),
        ("20..10", ["backwards", "10..20"]),
        ("320 ± -60", ["negative"]),
        ("30% to 60", ["one end only"]),
        ("0% to 50%", ["between 0% and 100%"]),
        ("50% to 100%", ["between 0% and 100%"]),
        ("50% to 120%", ["between 0% and 100%"]),
        ("010", ["Write 10", "leading zero"]),
        ("010 to 20", ["10", "leading zero"]),
        ("1_000", ["1000", "underscores"]),
        ("12:30", ["time of day"]),
        (".inf", ["finite"]),
        ("inf", ["finite"]),
        ("nan", ["finite"]),
        ("1e999", ["finite"]),
        ("1 to 1e400", ["finite"]),
        ("-1e400 to 1", ["finite"]),
        ("0..1e999", ["finite"]),
        ("1e999 ± 1", ["finite"]),
        ("1 ± 1e999", ["finite"]),
        ("1e101", ["1e+100"]),
        ("1,000", ["is not a distribution"]),
        ("15-30", ["is not a distribution"]),
        ("15 to 30 barrel/month", ["without a unit"]),
        ("320 barrel", ["without a unit"]),
        ("1 to 2 to 3", ["is not a distribution"]),
        ("0x10", ["is not a distribution"]),
    ],
)
def test_what_cannot_be(text, words):
    with pytest.raises(ValueError) as caught:
        parse_distribution(text)
    for word in words:
        assert word.lower() in str(caught.value).lower()


@MODEST
@given(st.text(max_size=40))
def test_no_text_crashes(text):
    try:
        assert isinstance(parse_distribution(text), Distribution)
    except ValueError as error:
        assert str(error)


@MODEST
@given(st.text(alphabet="0123456789.eE+-±% to", max_size=25))
def test_no_salad_of_figures_crashes(text):
    try:
        found = parse_distribution(text)
    except ValueError:
        return
    low, high = found.interval
    assert low <= found.median <= high and math.isfinite(low) and math.isfinite(high)


DISTRIBUTIONS = st.one_of(
    FIGURES.map(point),
    st.tuples(FIGURES, FIGURES).map(lambda p: between(min(p), max(p))),
    st.tuples(POSITIVE, POSITIVE).map(lambda p: between(min(p), max(p))),
    st.tuples(SHARES, SHARES).map(lambda p: between(min(p), max(p), share=True)),
    st.tuples(FIGURES, POSITIVE).map(lambda p: Distribution("normal", *p)),
    st.tuples(FIGURES, POSITIVE).map(lambda p: Distribution("uniform", *p)),
)


@MODEST
@given(DISTRIBUTIONS, st.floats(-8, 8), st.floats(-8, 8))
def test_quantiles_rise(distribution, a, b):
    low, high = sorted((a, b))
    assert distribution.quantile_of_z(low) <= distribution.quantile_of_z(high)


@MODEST
@given(FIGURES, FIGURES)
def test_interval_ends_are_those_written(a, b):
    low, high = sorted((a, b))
    found = between(low, high)
    scale = max(abs(low), abs(high), 1e-300)
    if found.family == "lognormal":
        assert found.interval == pytest.approx((low, high), rel=1e-9)
    else:
        assert found.interval == pytest.approx((low, high), abs=1e-12 * scale)
    assert low - 1e-12 * scale <= found.median <= high + 1e-12 * scale


@MODEST
@given(SHARES, SHARES, st.floats(-8, 8))
def test_a_share_stays_a_share(a, b, z):
    low, high = sorted((a, b))
    found = between(low, high, share=True)
    assert 0 < found.quantile_of_z(z) < 1 or found.quantile_of_z(z) in (0.0, 1.0)
    assert found.interval == pytest.approx((low, high), rel=1e-6)


@MODEST
@given(
    st.floats(min_value=0.01, max_value=0.99), st.floats(min_value=0.01, max_value=0.99), st.floats(-6.3, 6.3)
)
def test_a_share_of_common_size_is_never_nothing_or_everything(a, b, z):
    low, high = sorted((a, b))
    assert 0 < between(low, high, share=True).quantile_of_z(z) < 1


@MODEST
@given(st.floats(min_value=0, max_value=LARGEST), st.floats(min_value=0, max_value=LARGEST), st.floats(-8, 8))
def test_no_allowed_figure_overflows(a, b, z):
    low, high = sorted((a, b))
    for found in (between(low, high), between(-high, low), Distribution("logit", a, b)):
        assert not math.isnan(found.quantile_of_z(z))


def test_percentiles_of_the_normal_agree_with_scipy():
    from scipy import stats

    found = parse_distribution("320 ± 60")
    for z in (-3.0, -1.0, 0.5, 2.5):
        assert stats.norm(320, 60).cdf(found.quantile_of_z(z)) == pytest.approx(stats.norm.cdf(z))
    assert pytest.approx(stats.norm.ppf(0.95), rel=1e-15) == Z90
    flat = parse_distribution("10..20")
    assert flat.quantile_of_z(1.0) == pytest.approx(10 + 10 * stats.norm.cdf(1.0))
