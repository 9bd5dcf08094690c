"""Our units beside pint: with the same few units declared, the same factors and the same verdicts.

pint gets an empty registry, so that it knows nothing of its own; the text of an expression is the same for both but
for the sign of a power.
"""

from __future__ import annotations

from functools import lru_cache

import pint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panmunjom.quantities.units import MONTH_DAYS, YEAR_DAYS, Units, UnknownUnit

MODEST = settings(derandomize=True, deadline=None, max_examples=300, database=None)
COUNTED = ("man", "gun", "barrel")
MULTIPLES = {"kman": "1000 man", "battery": "6 gun", "brigade": "4.5 kman", "salvo": "40 barrel/hour", "acre": "4047 m^2"}
BUILT_IN = {
    "hour": f"{1 / 24!r} day", "week": "7 day", "month": f"{MONTH_DAYS} day", "year": f"{YEAR_DAYS} day",
    "m": "0.001 km", "t": "1000 kg", "percent": "0.01",
}  # fmt: skip


@lru_cache(maxsize=1)
def registries() -> tuple[Units, pint.UnitRegistry]:
    ours, theirs = Units(), pint.UnitRegistry(None)
    for base in ("day", "km", "kg", *COUNTED):
        theirs.define(f"{base} = [{base}_measured]")
    for name, definition in (BUILT_IN | MULTIPLES).items():
        theirs.define(f"{name} = {definition.replace('^', '**').replace(' ', ' * ', 1)}")
    for name in COUNTED:
        ours.declare(name, "")
    for name, definition in MULTIPLES.items():
        ours.declare(name, definition)
    return ours, theirs


NAMES = st.sampled_from(["day", "km", "kg", *COUNTED, *BUILT_IN, *MULTIPLES])
PARTS = st.tuples(NAMES, st.sampled_from(["", "", "", "^2", "^3", "^-1", "^0.5"])).map("".join)
EXPRESSIONS = st.tuples(
    st.one_of(PARTS, st.just("1")), st.lists(st.tuples(st.sampled_from("*/"), PARTS).map("".join), max_size=4)
).map(lambda t: t[0] + "".join(t[1]))


def theirs_of(text: str) -> pint.Quantity:
    return registries()[1].Quantity(1.0, text.replace("^", "**")).to_root_units()


@MODEST
@given(EXPRESSIONS)
def test_the_same_factor(text):
    if text == "1":
        return
    assert registries()[0].parse(text).factor == pytest.approx(theirs_of(text).magnitude, rel=1e-12)


@MODEST
@given(EXPRESSIONS, EXPRESSIONS)
def test_the_same_verdict(a, b):
    ours = [registries()[0].parse(t) for t in (a, b)]
    alike = theirs_of(a).is_compatible_with(theirs_of(b))
    assert (ours[0].dimension == ours[1].dimension) == alike
    if alike:
        ratio = theirs_of(a).to(theirs_of(b).units).magnitude / theirs_of(b).magnitude
        assert ours[0].factor / ours[1].factor == pytest.approx(ratio, rel=1e-12)


@MODEST
@given(EXPRESSIONS, st.lists(st.sampled_from(range(5)), min_size=1, max_size=5, unique=True))
def test_the_same_verdict_on_what_is_the_same(text, order):
    """Random pairs seldom fit, so: the same factors in another order, and the verdict on one more of them."""
    tokens = ("*" + text).replace("/", " /").replace("*", " *").split()
    shuffled = sorted(range(len(tokens)), key=lambda k: order.index(k) if k in order else 9)
    other = "1" + "".join(tokens[k] for k in shuffled).replace("*1", "")
    ours = registries()[0]
    assert ours.parse(other).dimension == ours.parse(text).dimension
    assert theirs_of(other).is_compatible_with(theirs_of(text))
    assert ours.parse(other).factor == pytest.approx(ours.parse(text).factor, rel=1e-12)
    assert ours.parse(f"{other}*gun").dimension != ours.parse(text).dimension
    assert not theirs_of(f"{other}*gun").is_compatible_with(theirs_of(text))


@pytest.mark.parametrize("word", ["foot", "inch", "second", "minute", "gram", "dozen"])
def test_neither_knows_more(word):
    ours, theirs = registries()
    with pytest.raises(UnknownUnit):
        ours.parse(word)
    with pytest.raises(pint.UndefinedUnitError):
        theirs.Quantity(1.0, word)
