"""Figures, targets and interventions as views and the command line write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panmunjom.case.views import check_target, parse_do, parse_figure
from panmunjom.text.problems import NOWHERE
from worlds import Problems, Scalar, WorldReader, read_text

MODEST = settings(derandomize=True, deadline=None, max_examples=200, database=None)


@pytest.mark.parametrize(
    ("text", "family", "ends", "unit"),
    [
        ("321", "point", (321, 321), ""),
        ("11", "point", (11, 11), ""),
        ("0.51", "point", (0.51, 0.51), ""),
        ("15 to 31", "lognormal", (15, 31), ""),
        ("-1 to 1", "normal", (-1, 1), ""),
        ("10..21", "uniform", (10.55, 20.45), ""),
        ("31%", "point", (0.31, 0.31), ""),
        ("30% to 61%", "logit", (0.3, 0.61), ""),
        ("320 barrel/month", "point", (320, 320), "barrel/month"),
        ("15 to 31 km^2", "lognormal", (15, 31), "km^2"),
        ("15 to 31 1/year", "lognormal", (15, 31), "1/year"),
        ("1 1/year", "point", (1, 1), "1/year"),
        ("10..20 tank", "uniform", (10.5, 19.5), "tank"),
        ("  5   tank  ", "point", (5, 5), "tank"),
    ],
)
def test_a_figure_with_or_without_a_unit(text, family, ends, unit):
    problems = Problems()
    found = parse_figure("x", text, NOWHERE, problems)
    assert found is not None and found.distribution is not None and not list(problems)
    assert (found.distribution.family, found.unit) == (family, unit)
    assert found.distribution.interval == pytest.approx(ends)


@pytest.mark.parametrize(
    "text",
    ["", "tank", "5tank", "5 to", "5 tank 6", "five", "010", "1_000", "12:30", "1e999", "30 to 15 tank"],
)
def test_what_is_no_figure(text):
    problems = Problems()
    assert parse_figure("x", text, NOWHERE, problems) is None
    assert [p.code for p in problems] == ["bad-distribution"]


@MODEST
@given(st.one_of(st.text(max_size=30), st.text(alphabet="0123456789.%to±e -tank/^", max_size=20)))
def test_no_text_crashes(text):
    for read in (lambda p: parse_figure("x", text, NOWHERE, p), lambda p: parse_do(text, NOWHERE, p)):
        problems = Problems()
        assert (read(problems) is None) == bool(list(problems))


def test_interventions():
    problems = Problems()
    event = parse_do("ceasefire at 2025-06-01", NOWHERE, problems)
    assert event is not None and (event.target, event.day, event.distribution) == (
        "ceasefire",
        date(2025, 6, 1),
        None,
    )
    figure = parse_do("aid[north] = 15 to 21 tank at 2025-06-01", NOWHERE, problems)
    assert figure is not None and figure.target == "aid[north]" and figure.unit == "tank"
    assert not list(problems)
    for wrong in (
        "ceasefire",
        "ceasefire on 2025-06-01",
        "at 2025-06-01",
        "x = much at 2025-06-01",
        "x at 2025-02-30",
    ):
        problems = Problems()
        assert parse_do(wrong, NOWHERE, problems) is None and len(list(problems)) == 1


WORLD = """
dimensions: {side: [north, south], arm: [foot, horse]}
parameters: {a: {assume: 1}, b: {per: side, assume: 1}, c: {per: [side, arm], assume: 1}}
stocks: {s: {per: side, start: 0}}
events: {e: {rate: 1 / 1 day, add: {'s[north]': 3 to 9}}}
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a", "a"),
        ("b", "b"),
        ("b[north]", "b[north]"),
        ("b[ north ]", "b[north]"),
        ("c[north,horse]", "c[north, horse]"),
        ("e.add.s[north]", "e.add.s[north]"),
        ("a[north]", None),
        ("b[foot]", None),
        ("b[north, foot]", None),
        ("c[north]", None),
        ("c[horse, north]", None),
        ("s[north]", None),
        ("z", None),
        ("", None),
        ("b[north", None),
    ],
)
def test_targets(text, found):
    problems = Problems()
    reader = WorldReader(problems)
    root = read_text(WORLD, "w.yaml", problems)
    assert root is not None
    reader.read(root)
    assert not list(problems) and isinstance(root.items[0][0], Scalar)
    assert check_target(text, NOWHERE, reader, problems) == found
    assert bool(list(problems)) == (found is None)
