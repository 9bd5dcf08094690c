"""Units: an empty registry, what a case declares, and the laws of dimensions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panmunjom.quantities.units import MONTH_DAYS, PURE, YEAR_DAYS, Dimension, Units, UnknownUnit

MODEST = settings(derandomize=True, deadline=None, max_examples=200, database=None)


def units(**declared: str) -> Units:
    found = Units()
    for name, definition in declared.items():
        found.declare(name, definition)
    return found


@pytest.mark.parametrize(
    ("text", "factor", "measures"),
    [
        ("", 1, "a plain number"),
        ("1", 1, "a plain number"),
        ("%", 0.01, "a plain number"),
        ("percent", 0.01, "a plain number"),
        ("day", 1, "day"),
        ("week", 7, "day"),
        ("weeks", 7, "day"),
        ("month", MONTH_DAYS, "day"),
        ("year", YEAR_DAYS, "day"),
        ("hour", 1 / 24, "day"),
        ("m", 0.001, "km"),
        ("km^2", 1, "km^2"),
        ("m^2", 1e-6, "km^2"),
        ("t", 1000, "kg"),
        ("1/year", 1 / YEAR_DAYS, "1/day"),
        ("1/km^2", 1, "1/km^2"),
        ("barrel/month", 1 / MONTH_DAYS, "barrel/day"),
        ("barrels/month", 1 / MONTH_DAYS, "barrel/day"),
        ("kman", 1000, "man"),
        ("kman*km/year", 1000 / YEAR_DAYS, "km*man/day"),
        ("kman / month", 1000 / MONTH_DAYS, "man/day"),
        ("man/month^0.5", MONTH_DAYS**-0.5, "man/day^0.5"),
        ("month/month", 1, "a plain number"),
    ],
)
def test_what_a_unit_is(text, factor, measures):
    found = units(barrel="", man="", kman="1000 man").parse(text)
    assert found.factor == pytest.approx(factor, rel=1e-15)
    assert str(found.dimension) == measures


@pytest.mark.parametrize(
    "word", ["barrel", "hand", "foot", "s", "second", "USD", "kilometer", "Day", "MONTH", "inf", "nan"]
)
def test_the_registry_starts_empty(word):
    """In a general-purpose registry a barrel is oil and a hand is ten centimetres."""
    with pytest.raises(UnknownUnit) as caught:
        Units().parse(word)
    assert caught.value.word == word


def test_counted_things_differ():
    known = units(man="", gun="", barrel="")
    dimensions = {known.parse(n).dimension for n in ("man", "gun", "barrel", "day", "km", "kg")}
    assert len(dimensions) == 6


@pytest.mark.parametrize(
    "name", ["time", "length", "mass", "pi", "e", "dimensionless", "per", "square", "count", "lambda", "inf"]
)
def test_a_counted_thing_may_have_any_name(name):
    known = units(**{name: ""})
    assert known.parse(name).dimension == Dimension(((name, 1.0),))
    assert known.parse("week").dimension == Dimension((("day", 1.0),))


@pytest.mark.parametrize(
    ("name", "definition", "words"),
    [
        ("kman", "many man", ["1000 man"]),
        ("kman", "1000", ["1000 man"]),
        ("kman", "man", ["1000 man"]),
        ("kman", "1000 mann", ["'mann'", "not declared"]),
        ("kman", "1_000 man", ["1000 man"]),
        ("kman", "010 man", ["1000 man"]),
        ("kman", "-5 man", ["1000 man"]),
        ("kman", "inf man", ["1000 man"]),
        ("kman", "nan man", ["1000 man"]),
        ("kman", "0 man", ["more than nothing"]),
        ("kman", "1e200 man", ["less than"]),
        ("day", "", ["already"]),
        ("man", "", ["already"]),
        ("k man", "", ["cannot be the name"]),
        ("5th", "", ["cannot be the name"]),
        ("and", "", ["cannot be the name"]),
        ("k\nman", "", ["cannot be the name"]),
    ],
)
def test_what_cannot_be_declared(name, definition, words):
    known = units(man="")
    with pytest.raises(UnknownUnit) as caught:
        known.declare(name, definition)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "km per day",
        "km day",
        "1*km",
        "2 km",
        "km^",
        "km/",
        "/km",
        "km^x",
        "km**2",
        "km^999",
        "(km)",
        "km^1.23456",
        "1/1/1",
        "km-day",
    ],
)
def test_what_is_no_unit(text):
    if text == "1*km":
        assert Units().parse(text).dimension == Units().parse("km").dimension
        return
    with pytest.raises(UnknownUnit):
        Units().parse(text)


def test_powers_that_overflow_are_refused():
    with pytest.raises(UnknownUnit, match="too large or too small"):
        Units().parse("m^-99")


@MODEST
@given(st.text(max_size=30))
def test_no_text_crashes(text):
    known = units(man="")
    for attempt in (
        lambda: known.parse(text),
        lambda: known.declare(text, ""),
        lambda: known.declare("x", text),
    ):
        try:
            attempt()
        except UnknownUnit as error:
            assert str(error)


@MODEST
@given(st.text(alphabet="kmday*/^0123456789.- %1", max_size=15))
def test_no_salad_crashes(text):
    try:
        found = Units().parse(text)
    except UnknownUnit:
        return
    assert found.factor > 0


NAMES = ("day", "km", "kg", "man")
DIMENSIONS = st.dictionaries(st.sampled_from(NAMES), st.sampled_from([-2.0, -1.0, -0.5, 0.5, 1.0, 2.0])).map(
    lambda d: Dimension(tuple(sorted(d.items())))
)


@MODEST
@given(DIMENSIONS, DIMENSIONS, DIMENSIONS)
def test_dimensions_are_a_group(a, b, c):
    assert a.times(b) == b.times(a)
    assert a.times(b).times(c) == a.times(b.times(c))
    assert a.times(PURE) == a == PURE.times(a)
    assert a.times(a, -1) == PURE
    assert a.times(b).times(b, -1) == a


@MODEST
@given(
    DIMENSIONS,
    DIMENSIONS,
    st.sampled_from([-2.0, -1.0, 0.0, 0.5, 1.0, 3.0]),
    st.sampled_from([-1.0, 0.5, 2.0]),
)
def test_powers_of_dimensions(a, b, m, n):
    assert a.power(m).power(n) == a.power(m * n)
    assert a.times(b).power(m) == a.power(m).times(b.power(m))
    assert a.power(m).times(a.power(n)) == a.power(m + n)
    assert a.power(1) == a and a.power(0) == PURE


@MODEST
@given(DIMENSIONS)
def test_a_dimension_reads_back(a):
    known = units(man="")
    if a != PURE:
        assert known.parse(str(a)).dimension == a


PARTS = st.lists(
    st.sampled_from(["day", "week", "month", "km", "m", "t", "man", "kman"]), min_size=1, max_size=4
)


@MODEST
@given(PARTS, PARTS)
def test_units_multiply_as_their_factors(top, bottom):
    known = units(man="", kman="1000 man")
    found = known.parse("/".join(["*".join(top), *bottom]))
    factor, dimension = 1.0, PURE
    for name in top:
        factor *= known.parse(name).factor
        dimension = dimension.times(known.parse(name).dimension)
    for name in bottom:
        factor /= known.parse(name).factor
        dimension = dimension.times(known.parse(name).dimension, -1)
    assert found.factor == pytest.approx(factor, rel=1e-12) and found.dimension == dimension
