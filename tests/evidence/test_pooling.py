"""Claims become one distribution: hedges, weights, and what disagreement does."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from panmunjom.evidence.hearing import hear
from panmunjom.evidence.pooling import (
    claimed,
    common_scale,
    contradictions,
    disagreement,
    pool,
    scaled,
    times,
    voice,
    weight,
)
from panmunjom.evidence.records import Claim, Library, PoolMember, Quantity, SourceRecord
from panmunjom.evidence.yardsticks import CREDIBILITY_WEIGHT, HEDGES, RELIABILITY_SPREAD, RELIABILITY_WEIGHT
from panmunjom.quantities.distributions import between, parse_distribution, point

MODEST = settings(derandomize=True, deadline=None, max_examples=200, database=None)


def claim(text: str, low: float | None, high: float | None, hedge: str = "none", **other) -> Claim:
    return Claim("c", "s", "quantity", "", quantity=Quantity(low, high, "", text), hedge=hedge, **other)


@pytest.mark.parametrize(
    ("hedge", "low", "high"),
    [("none", 100, 100), ("about", 85, 115), ("nearly", 90, 100), ("over", 100, 125), ("up_to", 50, 100)],
)
def test_a_figure_takes_its_hedges_spread(hedge, low, high):
    assert claimed(claim("100", 100, 100, hedge), 1.0).interval == pytest.approx((low, high))


def test_a_range_is_taken_as_it_was_said():
    assert claimed(claim("15 to 30", 15, 30, "about"), 1.0).interval == pytest.approx((15, 30))


def test_bounds_on_one_side():
    assert claimed(claim("> 40", 40, None), 1.0).interval == pytest.approx((40, 50))
    assert claimed(claim("< 40", None, 40), 1.0).interval == pytest.approx((20, 40))
    assert claimed(claim("> -40", -40, None), 1.0).interval == pytest.approx((-50, -40))
    assert claimed(claim("> 0", 0, None), 1.0).median == 0


def test_the_unit_is_converted():
    assert claimed(claim("15 to 30", 15, 30), 0.5).interval == pytest.approx((7.5, 15))


def test_shares_stay_shares():
    said = claimed(claim("30% to 60%", 0.3, 0.6), 1.0)
    assert said.family == "logit" and said.interval == pytest.approx((0.3, 0.6))
    assert claimed(claim("90%", 0.9, 0.9, "about"), 1.0).interval == pytest.approx((0.765, 1.035))


def test_a_claim_without_a_figure():
    with pytest.raises(ValueError, match="no figure"):
        claimed(Claim("c", "s", "assertion", ""), 1.0)


@MODEST
@given(
    st.sampled_from(sorted(HEDGES)),
    st.floats(-1e6, 1e6),
    st.sampled_from(["exact", "above", "below"]),
    st.floats(1e-6, 1e6),
)
def test_no_figure_with_any_hedge_crashes(hedge, figure, kind, factor):
    low, high = {"exact": (figure, figure), "above": (figure, None), "below": (None, figure)}[kind]
    said = claimed(claim("x", low, high, hedge), factor)
    ends = said.interval
    assert ends[0] <= ends[1] and all(map(math.isfinite, ends))
    heard = voice(said, claim("x", low, high, hedge), SourceRecord("s"))
    assert heard.distribution.interval[0] <= ends[1] + abs(ends[1])


def test_every_letter_and_number_has_a_weight():
    assert set(RELIABILITY_WEIGHT) == set(RELIABILITY_SPREAD) == set("ABCDEF")
    assert set(CREDIBILITY_WEIGHT) == {1, 2, 3, 4, 5, 6}
    for table in (RELIABILITY_WEIGHT, CREDIBILITY_WEIGHT):
        values = list(table.values())
        assert values[:5] == sorted(values[:5], reverse=True) and values[4] < values[5] < values[0]
    assert weight(claim("1", 1, 1, credibility=2), SourceRecord("s", reliability="B")) == pytest.approx(0.64)
    for low, high in HEDGES.values():
        assert 0 < low <= high


def test_an_unreliable_source_widens_its_figure():
    spreads = [
        voice(point(100), claim("100", 100, 100), SourceRecord("s", reliability=r)).distribution.b for r in "ABCDE"
    ]
    assert spreads == sorted(spreads) and spreads[0] == RELIABILITY_SPREAD["A"]


POSITIVE = st.tuples(st.floats(0.01, 1e6), st.floats(0.01, 1e6)).map(lambda p: between(min(p), max(p)))
ANY = st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)).map(lambda p: between(min(p), max(p)))
SHARE = st.tuples(st.floats(0.001, 0.999), st.floats(0.001, 0.999)).map(
    lambda p: between(min(p), max(p), share=True)
)
WEIGHT = st.floats(0.01, 100)


def members(distributions):
    return st.lists(st.tuples(distributions, WEIGHT), min_size=1, max_size=6).map(
        lambda pairs: [PoolMember(str(k), d, w) for k, (d, w) in enumerate(pairs)]
    )


MEMBERS = st.one_of(members(POSITIVE), members(ANY), members(SHARE))


@MODEST
@given(MEMBERS, st.floats(0.01, 100))
def test_only_the_proportions_of_weights_count(voices, factor):
    one, two = pool(voices), pool([PoolMember(m.name, m.distribution, m.weight * factor) for m in voices])
    scale = max(1e-9, abs(one.a), abs(one.b))
    assert one.family == two.family
    assert (one.a, one.b) == pytest.approx((two.a, two.b), rel=1e-6, abs=1e-6 * scale)


@MODEST
@given(st.one_of(POSITIVE, ANY, SHARE), WEIGHT)
def test_one_voice_is_itself(distribution, w):
    assert pool([PoolMember("m", distribution, w)]) is distribution
    assert disagreement([PoolMember("m", distribution, w)]) == 0


@MODEST
@given(st.one_of(POSITIVE, SHARE), WEIGHT, WEIGHT)
def test_two_equal_voices_are_one(distribution, w1, w2):
    both = pool([PoolMember("a", distribution, w1), PoolMember("b", distribution, w2)])
    assert both.interval == pytest.approx(distribution.interval, rel=1e-6)
    assert disagreement(
        [PoolMember("a", distribution, w1), PoolMember("b", distribution, w2)]
    ) == pytest.approx(0, abs=1e-9)


@MODEST
@given(MEMBERS)
def test_the_pool_lies_among_its_voices(voices):
    """Its median lies between the ends of their intervals (where scales differ, an interval stands for its middle)."""
    found = pool(voices)
    ends = [e for m in voices for e in m.distribution.interval]
    slack = 1e-6 * max(1e-9, *(abs(e) for e in ends))
    assert min(ends) - slack <= found.median <= max(ends) + slack
    assert 0 <= disagreement(voices) <= 1


@MODEST
@given(MEMBERS, st.one_of(POSITIVE, SHARE))
def test_a_voice_without_weight_is_not_heard(voices, other):
    assert pool([*voices, PoolMember("mute", other, 0.0)]) == pool(voices)


def test_disagreement_widens():
    near = [
        PoolMember("a", parse_distribution("10 to 12"), 1),
        PoolMember("b", parse_distribution("11 to 13"), 1),
    ]
    far = [
        PoolMember("a", parse_distribution("10 to 12"), 1),
        PoolMember("b", parse_distribution("100 to 120"), 1),
    ]
    assert pool(far).b > 5 * pool(near).b and disagreement(far) > 0.9 > disagreement(near)


def test_scales():
    assert common_scale([PoolMember("a", parse_distribution("10 to 12"), 1)]) == "lognormal"
    assert (
        common_scale([PoolMember("a", parse_distribution("-10 to 12"), 1), PoolMember("b", point(3), 1)])
        == "normal"
    )
    assert (
        common_scale([PoolMember("a", parse_distribution("10% to 20%"), 1), PoolMember("b", point(0.5), 1)])
        == "logit"
    )


def test_nothing_to_pool():
    for voices in ([], [PoolMember("a", point(1), 0.0)]):
        with pytest.raises(ValueError, match="nothing to pool"):
            pool(voices)


# -- the logarithmic pool


@pytest.mark.parametrize("texts", [("10 to 30", "25 to 40", "5 to 90"), ("-10 to 30", "0 ± 4"), ("10% to 30%", "20% to 80%")])
def test_the_logarithmic_pool_is_the_normalised_product_of_densities(texts):
    """Its closed form against the product itself, integrated over the figure (not over its logarithm or logit)."""
    weights = [0.5, 1.5, 1.0][: len(texts)]
    voices = [PoolMember(t, parse_distribution(t), w) for t, w in zip(texts, weights, strict=True)]
    found, scale = pool(voices, "logarithmic"), common_scale(voices)
    low, high = found.quantile_of_z(-6), found.quantile_of_z(6)
    x = low + (high - low) * (np.arange(400_000) + 0.5) / 400_000
    y = {"lognormal": np.log, "logit": special.logit, "normal": np.array}[scale](x)
    slope = {"lognormal": 1 / x, "logit": 1 / (x * (1 - x)), "normal": np.ones_like(x)}[scale]
    log_density = np.zeros_like(x)
    for member in voices:
        log_density += member.weight / sum(weights) * (stats.norm.logpdf(y, member.distribution.a, member.distribution.b) + np.log(slope))
    mass = np.cumsum(np.exp(log_density - log_density.max()))
    for z in (-1.645, -0.5, 0.0, 1.0, 1.645):
        at = x[np.searchsorted(mass / mass[-1], stats.norm.cdf(z))]
        assert scaled(at, scale) == pytest.approx(scaled(found.quantile_of_z(z), scale), abs=2e-3 * found.b)


@MODEST
@given(MEMBERS, st.floats(0.01, 100))
def test_the_logarithmic_pool_is_a_pool(voices, factor):
    """Only proportions of weights count; it lies among its voices; it is no wider than the widest."""
    try:
        found = pool(voices, "logarithmic")
    except ValueError as error:
        assert "certain" in str(error)
        return
    again = pool([PoolMember(m.name, m.distribution, m.weight * factor) for m in voices], "logarithmic")
    assert found.median == pytest.approx(again.median, rel=1e-6, abs=1e-6)
    ends = [e for m in voices for e in m.distribution.interval]
    slack = 1e-6 * max(1e-9, *(abs(e) for e in ends))
    assert min(ends) - slack <= found.median <= max(ends) + slack


def test_agreement_sharpens_and_disagreement_does_not_widen_a_logarithmic_pool():
    near = [PoolMember("a", parse_distribution("10 to 12"), 1), PoolMember("b", parse_distribution("11 to 13"), 1)]
    far = [PoolMember("a", parse_distribution("10 to 12"), 1), PoolMember("b", parse_distribution("100 to 120"), 1)]
    assert pool(far, "logarithmic").b == pytest.approx(pool(near, "logarithmic").b, rel=0.1)
    assert pool(near, "logarithmic").b < pool(near).b < pool(far).b


def test_certain_voices_of_a_logarithmic_pool():
    sure, wide = PoolMember("a", point(11), 1), PoolMember("b", parse_distribution("10 to 30"), 1)
    assert pool([sure, wide], "logarithmic").median == pytest.approx(11)
    with pytest.raises(ValueError, match="certain of different figures"):
        pool([sure, PoolMember("b", point(12), 1)], "logarithmic")


# -- bounds, grades, ratios, contradictions


@pytest.mark.parametrize(
    ("low", "high", "hedge", "ends"),
    [
        (10, None, "tens_of", (10, 80)),
        (10, None, "over", (10, 12.5)),
        (10, None, "at_least", (10, 15)),
        (10, None, "about", (10, 12.5)),
        (None, 10, "up_to", (5, 10)),
        (None, 10, "nearly", (9, 10)),
        (None, 10, "over", (5, 10)),
    ],
)
def test_the_far_end_of_a_bound_is_where_its_hedge_puts_it(low, high, hedge, ends):
    assert claimed(claim("x", low, high, hedge), 1.0).interval == pytest.approx(ends)


def test_unknown_is_the_middle_and_not_the_worst():
    """F and 6: the mean of the five weights, the root mean square of the five spreads."""
    for table, unknown in ((RELIABILITY_WEIGHT, "F"), (CREDIBILITY_WEIGHT, 6)):
        grades = [w for grade, w in table.items() if grade != unknown]
        assert table[unknown] == pytest.approx(sum(grades) / 5) and min(grades) < table[unknown] < max(grades)
    squares = [s * s for letter, s in RELIABILITY_SPREAD.items() if letter != "F"]
    assert RELIABILITY_SPREAD["F"] ** 2 == pytest.approx(sum(squares) / 5)


@pytest.mark.parametrize("letter", "ABCDEF")
@pytest.mark.parametrize("number", range(1, 7))
def test_the_two_axes_stay_two(letter, number):
    """Each multiplies alone: a letter's weight does not depend on the number."""
    one = weight(claim("1", 1, 1, credibility=number), SourceRecord("s", reliability=letter))
    assert one == pytest.approx(RELIABILITY_WEIGHT[letter] * CREDIBILITY_WEIGHT[number])


def test_a_ratio_multiplies_and_adds_its_spread():
    found = times(parse_distribution("10 to 20"), parse_distribution("3 to 5"))
    said, ratio = parse_distribution("10 to 20"), parse_distribution("3 to 5")
    assert found.median == pytest.approx(said.median * ratio.median)
    assert found.b == pytest.approx(math.hypot(said.b, ratio.b))
    with pytest.raises(ValueError, match="above zero"):
        times(parse_distribution("-1 to 1"), ratio)


def test_contradictions_are_intervals_without_a_common_point():
    texts = ("10 to 20", "19 to 40", "21 to 60", "100 to 200")
    voices = [PoolMember(t, parse_distribution(t), 1) for t in texts]
    found = [(low.name, high.name) for low, high in contradictions(voices)]
    assert found[0] == (texts[0], texts[3]) and set(found) == {
        (texts[0], texts[2]), (texts[0], texts[3]), (texts[1], texts[3]), (texts[2], texts[3]),
    }  # fmt: skip
    assert contradictions(voices[:2]) == [] and contradictions(voices[:1]) == []


# -- which claims are heard


def library(*claims: Claim) -> Library:
    for number, c in enumerate(claims):
        c.id = str(number)
    return Library({}, {c.id: c for c in claims})


def about(source: str, published: str, as_of: str = "", **other) -> Claim:
    return Claim(
        "", source, "quantity", "", about="x", quantity=Quantity(1, 1, "", "1"), as_of=as_of,
        published=date.fromisoformat(published), **other,
    )  # fmt: skip


def heard(day: str, *claims: Claim) -> list[str]:
    return [c.id for c in hear(library(*claims), "x", date.fromisoformat(day)).heard]


def test_only_what_was_published_is_heard():
    assert heard("2024-03-01", about("a", "2024-03-01"), about("b", "2024-03-02")) == ["0"]


def test_of_one_source_the_latest_is_heard():
    assert heard(
        "2024-03-01", about("a", "2024-01-01"), about("a", "2024-02-01"), about("a", "2024-01-15")
    ) == ["1"]
    assert heard(
        "2024-01-20", about("a", "2024-01-01"), about("a", "2024-02-01"), about("a", "2024-01-15")
    ) == ["2"]


def test_echoes_count_once():
    assert heard("2024-03-01", about("a", "2024-01-01"), about("b", "2024-02-01", echo_of="0")) == ["0"]


def test_history_is_no_evidence_of_today():
    assert heard(
        "2024-03-01",
        about("a", "2024-02-01", "2021"),
        about("b", "2022-02-01"),
        about("c", "2024-02-01", "2023-06"),
    ) == ["2"]


def test_other_parameters_and_claims_without_figures_are_not_heard():
    other = about("a", "2024-01-01")
    other.about = "y"
    mute = about("b", "2024-01-01")
    mute.quantity = None
    assert heard("2024-03-01", other, mute) == []
