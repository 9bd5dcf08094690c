"""Dates and durations. A clock is a whole number of days; calendar months are calendar months."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from .units import MONTH_DAYS, YEAR_DAYS

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(day|week|month|year)s?")
_LONGEST = 1000 * YEAR_DAYS
_DAYS = {"day": 1.0, "week": 7.0, "month": MONTH_DAYS, "year": YEAR_DAYS}


def parse_date(text: str) -> date:
    """A full date, YYYY-MM-DD. Raises ``ValueError`` with a sentence."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError(f"'{text}' is not a full date; write it as 2024-11-14")
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"'{text}' is not a day of the calendar") from None
    if not 1800 <= found.year <= 2200:
        raise ValueError(f"the year of {text} is outside 1800 to 2200")
    return found


def parse_duration(text: str) -> tuple[float, str]:
    """A number and one of day, week, month, year; a thousand years at most. Raises ``ValueError``."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"'{text}' is not a duration; write it as '7 days', '3 months' or '5 years'")
    number, unit = float(match.group(1)), match.group(2)
    if number * _DAYS[unit] > _LONGEST:
        raise ValueError(f"'{text}' is longer than a thousand years")
    return number, unit


def duration_days(text: str) -> float:
    """A duration in days, with a month of 30.4375 days and a year of 365.25."""
    number, unit = parse_duration(text)
    return number * _DAYS[unit]


def add_months(day: date, months: int) -> date:
    """The same day so many calendar months later, or the last day of a shorter month."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def later(day: date, duration: str) -> date:
    """The date so much later: calendar months and years, whole days otherwise."""
    number, unit = parse_duration(duration)
    if unit in ("month", "year") and number == int(number):
        return add_months(day, int(number) * (12 if unit == "year" else 1))
    return day + timedelta(days=round(number * _DAYS[unit]))


def month_ends(first: date, last: date) -> list[date]:
    """The last days of the calendar months that end after ``first`` and not after ``last``."""
    ends: list[date] = []
    day = date(first.year, first.month, 1)
    while True:
        day = add_months(day, 1)
        end = day - timedelta(days=1)
        if end > last:
            return ends
        if end > first:
            ends.append(end)


def loose_date(text: str) -> tuple[date, date]:
    """First and last day of YYYY, YYYY-MM or YYYY-MM-DD. Raises ``ValueError``."""
    if re.fullmatch(r"\d{4}", text):
        return parse_date(text + "-01-01"), parse_date(text + "-12-31")
    if re.fullmatch(r"\d{4}-\d{2}", text):
        first = parse_date(text + "-01")
        return first, add_months(first, 1) - timedelta(days=1)
    return parse_date(text), parse_date(text)
