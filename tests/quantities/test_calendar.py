"""Dates and durations: clocks are whole days, calendar months are calendar months."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panmunjom.quantities.calendar import (
    add_months,
    duration_days,
    later,
    loose_date,
    month_ends,
    parse_date,
    parse_duration,
)

MODEST = settings(derandomize=True, deadline=None, max_examples=200, database=None)
DAYS = st.dates(date(1900, 1, 1), date(2150, 12, 31))


@pytest.mark.parametrize("text", ["2024-11-14", "1800-01-01", "2200-12-31", "2024-02-29"])
def test_full_dates(text):
    assert parse_date(text).isoformat() == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2024", "not a full date"),
        ("2024-11", "not a full date"),
        ("14.11.2024", "2024-11-14"),
        ("20241114", "not a full date"),
        ("2024-02-30", "not a day of the calendar"),
        ("2023-02-29", "not a day of the calendar"),
        ("2024-13-01", "not a day of the calendar"),
        ("1799-12-31", "outside 1800 to 2200"),
        ("9999-01-01", "outside 1800 to 2200"),
        ("0000-01-01", "not a day"),
        ("2024-11-14\n", "not a full date"),
    ],
)
def test_what_is_no_date(text, words):
    with pytest.raises(ValueError, match=words):
        parse_date(text)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("7 days", 7),
        ("1 day", 1),
        ("2 weeks", 14),
        ("3 months", 91.3125),
        ("5 years", 1826.25),
        ("1.5 weeks", 10.5),
    ],
)
def test_durations(text, days):
    assert duration_days(text) == days


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3",
        "months",
        "-3 months",
        "3 fortnights",
        "1e3 days",
        "three months",
        "3 months 2 days",
        "2000 years",
    ],
)
def test_what_is_no_duration(text):
    with pytest.raises(ValueError):
        parse_duration(text)


def test_later_by_calendar_months():
    assert later(date(2024, 1, 31), "1 month") == date(2024, 2, 29)
    assert later(date(2024, 11, 14), "5 years") == date(2029, 11, 14)
    assert later(date(2024, 2, 29), "1 year") == date(2025, 2, 28)
    assert later(date(2024, 1, 1), "0.5 month") == date(2024, 1, 16)
    assert later(date(2024, 1, 1), "2 weeks") == date(2024, 1, 15)


@MODEST
@given(DAYS, st.integers(-500, 500))
def test_months_forward_and_back(day, months):
    there = add_months(day, months)
    assert (there.year * 12 + there.month) - (day.year * 12 + day.month) == months
    assert there.day == day.day or there.day < day.day <= 31
    if day.day <= 28:
        assert add_months(there, -months) == day


@MODEST
@given(DAYS, st.integers(0, 2000))
def test_month_ends(first, length):
    last = first + timedelta(days=length)
    ends = month_ends(first, last)
    assert ends == [
        d
        for k in range(1, length + 1)
        if (d := first + timedelta(days=k)) and (d + timedelta(days=1)).day == 1
    ]


@MODEST
@given(DAYS)
def test_loose_dates(day):
    assert loose_date(day.isoformat()) == (day, day)
    first, last = loose_date(day.isoformat()[:7])
    assert first.day == 1 and first <= day <= last and (last + timedelta(days=1)).day == 1
    assert loose_date(str(day.year)) == (date(day.year, 1, 1), date(day.year, 12, 31))


@MODEST
@given(st.one_of(st.text(max_size=15), st.text(alphabet="0123456789- daysmonthweekyr.", max_size=12)))
def test_no_text_crashes(text):
    for read in (parse_date, parse_duration, duration_days, loose_date):
        try:
            read(text)
        except ValueError as error:
            assert str(error)
