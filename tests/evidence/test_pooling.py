"""Claims become one distribution: hedges, weights, and what disagreement does."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panmunjom.evidence.pooling import claimed, common_scale, disagreement, pool, voice, weight
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
    assert voice(claim("x", low, high, hedge), SourceRecord("s"), factor).distribution.interval[0] <= ends[
        1
    ] + abs(ends[1])


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
        voice(claim("100", 100, 100), SourceRecord("s", reliability=r), 1.0).distribution.b for r in "ABCDE"
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
    return [c.id for c in library(*claims).about("x", date.fromisoformat(day))]


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
