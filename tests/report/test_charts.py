"""The charts draw what they are given, to scale, and nothing that is not a number."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panmunjom.report.charts import Bar, Change, Interval, Key, endings_bars, ranges, tornado, whisker
from panmunjom.report.fans import Fan, Panel, fan_chart
from panmunjom.report.svg import element, ticks

KEYS = [Key("a", "A", "e0", "armistice"), Key("b", "B", "e1", "war goes on")]


def rectangles(svg: str, kind: str) -> list[dict[str, str]]:
    return [
        node.attrib
        for node in ElementTree.fromstring(svg).iter("rect")
        if kind in node.attrib["class"].split()
    ]


def test_element_escapes_children_and_attributes():
    assert (
        element("text", "<b>", class_='"x"', font_size=1.26)
        == '<text class="&#34;x&#34;" font-size="1.3">&lt;b&gt;</text>'
    )


def test_stacked_bars_are_to_scale():
    svg = endings_bars([Bar("fox", "2024", "#v", [0.25, 0.75])], KEYS, 1040, "i")
    first, second = rectangles(svg, "seg")
    assert float(second["width"]) == pytest.approx(3 * float(first["width"]), rel=0.01)
    assert float(first["x"]) + float(first["width"]) == pytest.approx(float(second["x"]), abs=0.11)
    assert "armistice" in svg and 'href="#v"' in svg


def test_a_view_that_was_not_run_says_so():
    assert "not run" in endings_bars([Bar("fox", "", "", [None, math.nan])], KEYS, 340, "i")


def test_the_range_over_theories_is_the_wide_bar():
    mark = Interval(KEYS[0], 0.3, 0.01, 0.1, 0.5, "10–50%", "10–50%")
    for svg in (ranges([mark], 1040, "i"), ranges([mark], 340, "i"), whisker(mark)):
        root = ElementTree.fromstring(svg)
        [wide] = rectangles(svg, "wide")
        [thin] = [node.attrib for node in root.iter("line") if node.attrib["class"] == "whisker"]
        assert float(wide["width"]) == pytest.approx(20 * (float(thin["x2"]) - float(thin["x1"])), rel=0.12)


def test_tornado_goes_both_ways_from_zero():
    changes = [
        Change("x", "on → off", KEYS[0], 0.2, 0.01, "+20"),
        Change("y", "1 → 2", KEYS[1], -0.1, 0.01, "−10"),
    ]
    right, left = rectangles(tornado(changes, 1040, "i"), "seg")
    assert float(right["x"]) == pytest.approx(float(left["x"]) + float(left["width"]), abs=0.11)
    assert float(right["width"]) == pytest.approx(2 * float(left["width"]), rel=0.01)


def test_charts_of_nothing():
    for svg in (
        endings_bars([], [], 340, "i"),
        ranges([], 340, "i"),
        tornado([], 1040, "i"),
        fan_chart(Panel("x", "1", []), "i"),
    ):
        ElementTree.fromstring(svg)


DATES = [f"{year}-06-30" for year in range(2024, 2030)]


def test_a_fan_has_two_bands_and_a_median_for_each_side_in_one_panel():
    rows = [[1.0, 2.0, 3.0, 4.0, 5.0]] * 6
    fans = [Fan("russia", DATES, rows, [("2024-12-31", 2.5)]), Fan("ukraine", DATES, rows)]
    svg = fan_chart(Panel("tanks", "km^2", fans), "i")
    classes = [node.attrib.get("class", "") for node in ElementTree.fromstring(svg).iter()]
    for kind, count in (("outer", 2), ("inner", 2), ("median", 2), ("seen", 1)):
        assert sum(kind in name.split() for name in classes) == count
    assert "km²" in svg and "2026" in svg and "90% from 1 to 5" in svg


def test_values_that_are_not_finite_are_left_out():
    rows = [
        [1.0, 2.0, 3.0, 4.0, 5.0],
        [None, 2, 3, 4, 5],
        [math.nan, 2, 3, 4, 5],
        [1, 2, 3, 4, math.inf],
        [0] * 5,
        [1] * 5,
    ]
    svg = fan_chart(Panel("x", "1", [Fan("", DATES, rows)]), "i")
    assert not re.search("nan|inf|None", svg)
    assert "no finite values" in fan_chart(Panel("x", "1", [Fan("", DATES[:1], [[None] * 5])]), "i")


def test_a_short_run_has_dates_at_both_ends():
    rows = [[1, 2, 3, 4, 5]] * 2
    svg = fan_chart(Panel("x", "1", [Fan("", ["2024-02-29", "2024-09-30"], rows)]), "i")
    assert "Feb 2024" in svg and "Sep 2024" in svg


numbers = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False)


@given(
    st.lists(st.tuples(numbers, numbers, numbers, numbers, numbers).map(sorted), min_size=1, max_size=6),
    numbers,
)
def test_any_fan_stays_inside_its_picture(rows, seen):
    svg = fan_chart(Panel("x", "1", [Fan("a", DATES, rows, [("2025-01-01", seen)])]), "i")
    for path in re.findall(r'd="M([^"Z]+)', svg):
        for point in path.split():
            x, y = map(float, point.split(","))
            assert -0.1 <= x <= 352.1 and 0 <= y <= 196.1


@given(numbers, st.floats(min_value=1e-6, max_value=1e12))
def test_ticks_cover_and_are_few(low, width):
    high = low + width
    found = ticks(low, high)
    if high > low and width > 1e-9 * abs(low):
        slack = 1e-6 * (found[-1] - found[0])
        assert found[0] <= low + slack and found[-1] >= high - slack and len(found) <= 7
