"""Numbers and dates in words."""

from __future__ import annotations

import math
from random import Random

import pytest

from panmunjom.report import words


@pytest.mark.parametrize(
    ("p", "se", "n", "text"),
    [
        (0.312, 0.0035, 16384, "31.2 ± 0.7%"),
        (0.312, 0.02, 500, "31 ± 4%"),
        (0.0, 0.0, 16384, "< 0.018%"),
        (1.0, 0.0, 2048, "> 99.85%"),
        (0.0012, 0.0003, 16384, "0.12 ± 0.06%"),
        (0.5, None, 0, "50%"),
        (None, 0.1, 10, "–"),
        (math.nan, 0.1, 10, "–"),
        (True, 0.1, 10, "–"),
    ],
)
def test_share(p, se, n, text):
    assert words.share(p, se, n) == text


@pytest.mark.parametrize(
    ("low", "high", "n", "text"),
    [
        (0.12, 0.55, 2048, "12–55%"),
        (0.004, 0.031, 2048, "0.4–3.1%"),
        (0.004, 0.31, 2048, "0.4–31%"),
        (0.0021, 0.0049, 2048, "0.21–0.49%"),
        (0.31, 0.31, 2048, "31.0%"),
        (0.218, 0.231, 2048, "21.8–23.1%"),
        (0.218, 0.301, 2048, "21–31%"),
        (0.0, 0.1, 2048, "<0.15–10%"),
        (0.0, 0.0, 2048, "<0.15%"),
        (0.0, 0.0005, 2048, "<0.15%"),
        (0.0, 0.1, 0, "0–10%"),
        (None, 0.1, 2048, "–"),
    ],
)
def test_span(low, high, n, text):
    assert words.span(low, high, n) == text


def test_the_own_run_never_stands_outside_its_range():
    """Whatever the error and the range, what is printed of the own run lies between what is printed of its ends."""
    random = Random(5)
    for _ in range(20_000):
        p = random.random() ** random.choice([1, 3, 6])
        se = random.choice([0.0, 10 ** random.uniform(-5, -1.5)])
        low = p * (1 - random.choice([0, 1]) * random.random() ** 2)
        high = p + (1 - p) * random.choice([0, 1]) * random.random() ** 4
        own = words.own(p, se, 16384)
        ends = words.limits(low, high, 2048, p, se)
        first, last = (0.0 if end.startswith("<") else float(end) for end in (ends[0], ends[-1]))
        if not own.startswith((">", "<")) and not ends[-1].startswith("<"):
            assert first <= float(own) <= last, (p, se, low, high, own, ends)


def test_own_is_the_share_without_its_error():
    assert words.own(0.312, 0.0035, 16384) == "31.2"
    assert words.own(0, 0, 16384) == "< 0.018" and words.own(1, 0, 16384) == "> 99.98"


@pytest.mark.parametrize(
    ("days", "text"), [(1826, "5 years"), (365, "1 year"), (200, "7 months"), (10, "10 days"), (1, "1 day")]
)
def test_length(days, text):
    assert words.length(days) == text


def test_counts_units_and_shortened_words():
    assert words.count(1, "source") == "1 source" and words.count(1204, "claim") == "1,204 claims"
    assert words.without_unit("20 barrel/month", "barrel/month") == "20"
    assert words.without_unit("20", "1") == "20"
    assert words.between(45000.0, 45000.0) == "45,000" and words.between(2560, 2860) == "2,560 to 2,860"
    text = "rate at which a bare ceasefire breaks when nobody guards the line between them"
    assert words.shortened(text) == "rate at which a bare ceasefire breaks when…"
    assert words.shortened("short") == "short"


def test_difference_is_in_points_with_its_error():
    assert words.difference(0.183, 0.0035) == "+18.3 ± 0.7 points"
    assert words.difference(-0.07, None) == "−7.0 points"
    assert words.difference(None, 0.1) == "–"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2561.3, "2,561"),
        (0.03124, "0.0312"),
        (0, "0"),
        (-1500, "−1,500"),
        (100000.0, "100,000"),
        (1e-7, "1.00e−07"),
        (2.50, "2.5"),
    ],
)
def test_number(value, text):
    assert words.number(value) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2024-11-14", "14 Nov 2024"),
        ("2024-11", "Nov 2024"),
        ("2024", "2024"),
        ("2026-11-21T22:48:00", "21 Nov 2026"),
        ("autumn 2024", "autumn 2024"),
        ("2024-13", "2024-13"),
        (None, "–"),
        ("", "–"),
    ],
)
def test_day(text, said):
    assert words.day(text) == said


def test_year_of():
    assert words.year_of("2024-01-01") == 2024
    assert abs(words.year_of("2024-07-02") - 2024.5) < 0.002
    assert math.isnan(words.year_of("soon"))


@pytest.mark.parametrize(
    ("days", "text"),
    [(0, "new"), (1, "1 day"), (45, "45 days"), (200, "7 months"), (1000, "2.7 years"), (None, "–")],
)
def test_age(days, text):
    assert words.age(days) == text


def test_need():
    assert words.need(2561.3, 2858.9, "barrel") == "between 2,561 and 2,859 barrel"
    assert words.need(None, 0.5, "1") == "at most 0.5"
    assert words.need(3, None, "km^2/month") == "at least 3 km²/month"
    assert words.need(None, None, "") == "some other value"


def test_spread_leaves_out_what_the_text_says():
    assert words.spread("1,000 to 3,000", 1732, 1000, 3000) == "median 1,732"
    assert words.spread("320 ± 60", 320, 221.3, 418.7) == "median 320, 90% 221 to 419"
    assert words.spread("320", 320, 320, 320) == ""


def test_clean_removes_controls_and_keeps_the_rest():
    assert words.clean({"a\x00": ["x\x1by", 3, None, "\ud800", "line\nbreak\u00a0ok", "Ї ₴"]}) == {
        "a\ufffd": ["x\ufffdy", 3, None, "\ufffd", "line\nbreak\u00a0ok", "Ї ₴"]
    }
