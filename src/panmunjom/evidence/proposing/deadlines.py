"""When: phrases that name a day or period, resolved against the day on which the document appeared.

A period's deadline is its last day: "by next August" is 31 August; "early" is its first quarter and "mid" its first half.
"By spring" is the end of the first month of spring, because then it is spring; "in spring" is the end of May.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from ...quantities.calendar import add_months
from ..lexicon import alternatives, lexicon
from .numbers import small_number

_UNIT_MONTHS = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}


@dataclass(frozen=True, slots=True)
class When:
    """A phrase of time. ``last`` is the last day it can mean, seen as future; None where it is vague.

    ``past`` is the last day read as past (a month without a year); ``exact`` says how much of the date was written:
    day, month, year. ``introduced`` is the word before: by, in, since.
    """

    start: int
    end: int
    text: str
    introduced: str
    last: date | None
    past: date | None
    exact: str
    open_ended: bool = False
    anaphoric: bool = False

    def iso(self, day: date | None) -> str:
        """The date as precisely as the phrase has it: YYYY, YYYY-MM or YYYY-MM-DD."""
        return "" if day is None else day.isoformat()[: {"year": 4, "month": 7}.get(self.exact, 10)]


@cache
def _patterns(code: str) -> list[re.Pattern[str]]:
    words = lexicon(code)
    lists = {
        name: alternatives(words.table(name)) for name in ("months", "seasons", "parts", "which", "quarters")
    }
    lists["year"] = words.data["year"]
    lists["count"] = rf"\d{{1,3}}|{alternatives([*words.table('numbers')['words'], *words.table('few')])}"
    filled = []
    for rule in words.data["periods"]:
        for name, value in lists.items():
            rule = rule.replace("{" + name + "}", value)
        filled.append(
            re.compile(
                rf"(?:\b(?P<intro>{words.data['introduce']}) )?(?<![\w.,$€£-])(?:{rule})(?![\w])",
                re.IGNORECASE,
            )
        )
    return filled


def find(text: str, language: str, today: date | None, known: date | None = None) -> list[When]:
    """All phrases of time in a sentence, in order. ``known`` is the last deadline said, for "until then"."""
    words = lexicon(language)
    found: list[When] = []
    taken: list[tuple[int, int]] = []

    def free(match: re.Match[str]) -> bool:
        return not any(s < match.end() and match.start() < e for s, e in taken)

    for match in words.pattern("vague").finditer(text):
        found.append(When(match.start(), match.end(), match.group(), "", None, None, "vague"))
        taken.append(match.span())
    for match in words.pattern("anaphoric").finditer(text):
        if free(match):
            found.append(
                When(match.start(), match.end(), match.group(), "by", known, None, "day", anaphoric=True)
            )
            taken.append(match.span())
    for pattern in _patterns(language):
        for match in pattern.finditer(text):
            if match.group().endswith(".") and match.end() == len(text):
                match = (
                    pattern.match(text, match.start(), match.end() - 1) or match
                )  # the full stop is the sentence's
            if free(match) and _is_time(match, text, language):
                taken.append(match.span())
                found.append(_resolve(match, language, today))
    return sorted(found, key=lambda w: w.start)


def _is_time(match: re.Match[str], text: str, language: str) -> bool:
    """Whether a match is a date and not a verb ("may"), a number of things or half a name."""
    groups = match.groupdict()
    if "needs_in" in match.re.groupindex and not re.match(
        rf"(?:{lexicon(language).data['inside']})\b", groups["intro"] or "", re.IGNORECASE
    ):
        return False
    month = groups.get("month")
    bare = not (groups.get("year") or groups.get("day") or groups.get("which") or groups.get("part"))
    if month and bare:
        if not month[0].isupper():
            return False
        if month.lower() in ("may", "march") and not groups["intro"]:
            return False
        joined = rf"(?:{lexicon(language).data['joined']}|–|-|,)\s?$"
        if not groups["intro"] and not re.search(joined, text[: match.start()]):
            return language == "de" or match.start() == 0 or len(month) > 3
    if groups.get("season") and bare and not groups["intro"]:
        seasons, joined = alternatives(lexicon(language).table("seasons")), lexicon(language).data["joined"]
        return bool(re.search(rf"(?:{seasons}) (?:{joined}) $", text[: match.start()], re.IGNORECASE))
    if set(k for k, v in groups.items() if v) == {"year"}:
        return not re.match(r"\s?(?:%|[a-zäöü]*(?:mm|km)\b)", text[match.end() :])
    return True


def _group(match: re.Match[str], *names: str) -> str:
    groups = match.groupdict()
    return next((groups[n].lower() for n in names if groups.get(n)), "")


def _resolve(match: re.Match[str], language: str, today: date | None) -> When:
    words = lexicon(language)
    intro = _group(match, "intro", "inside")
    first = next(i for i in range(match.start(), match.end()) if not match.string[i].isspace())
    text = match.string[first : match.end()]
    before = bool(re.fullmatch(words.data["before"], intro)) if intro else False
    until = bool(re.fullmatch(words.data["until"], intro)) if intro else False
    open_ended = bool(intro and re.fullmatch(words.data["start_only"], intro))
    ends = _group(match, "unit2") and not _group(match, "count2")  # "before the year is out"
    part = words.table("parts").get(_group(match, "part"), "end" if _group(match, "part") or ends else "")
    future, past, exact = _period(match, language, today, part, until)
    if words.table("which").get(_group(match, "which")) == -1:
        future = None
    if future and before and part != "end" and exact != "day":
        future = _first_day(match, future, exact) - timedelta(days=1)
    return When(first, match.end(), text, intro, future, past, exact, open_ended)


def _first_day(match: re.Match[str], last: date, exact: str) -> date:
    if _group(match, "season"):
        return add_months(last.replace(day=1), -2)
    if exact == "year" or _group(match, "unit") == "year":
        return date(last.year, 1, 1)
    return last.replace(day=1)


def _period(
    match: re.Match[str], language: str, today: date | None, part: str, until: bool
) -> tuple[date | None, date | None, str]:
    """The last day as future and as past, and how exact the phrase is."""
    words = lexicon(language)
    which_word = _group(match, "which")
    which = words.table("which").get(which_word)
    year_text = _group(match, "year", "year4")
    year = int(year_text) if year_text else None
    if year is None and today and _group(match, "nextyear"):
        year = today.year + 1
    if year is None and today and _group(match, "lastyear"):
        year = today.year - 1
    month = words.table("months").get(_group(match, "month").rstrip(".")) or int(_group(match, "month2") or 0)
    if month:
        day_text = _group(match, "day")
        return _month(month, int(day_text) if day_text else None, year, which, part, today)
    season = words.table("seasons").get(_group(match, "season"))
    if season:
        return _season(season, year, which, part, until, today)
    quarter = words.table("quarters").get(_group(match, "quarter"))
    if quarter:
        base = year or (today.year if today else None)
        last = _month_end(base, 3 * quarter - (2 if part == "early" else 0)) if base else None
        if last and today and not year and last < today:
            last = _month_end(last.year + 1, 3 * quarter)
        return last, last, "month"
    if year is not None:
        month_of = {"early": 3, "half": 6}.get(part, 12)
        last = _month_end(year, month_of)
        return last, last, "year" if month_of == 12 else "month"
    if today is None:
        return None, None, "vague"
    count = _group(match, "count", "count2")
    unit = next(
        (
            u
            for u, ws in words.table("time_units").items()
            if _group(match, "unit", "unit2") in str(ws).split()
        ),
        "",
    )
    if count:
        if unit == "hour":
            return None, None, "vague"  # hours run from what is spoken of, not from the document
        number = words.table("few").get(count) or small_number(count, language)
        return (
            (*_after(today, number, unit), "month" if unit in _UNIT_MONTHS else "day")
            if number
            else (None, None, "vague")
        )
    if fixed := _group(match, "fixed"):
        value = words.table("fixed")[fixed]
        if value.startswith("+"):
            return today + timedelta(days=int(value)), None, "day"
        last = date.fromisoformat(f"{today.year}-{value}")
        return (last if last >= today else last.replace(year=today.year + 1)), None, "day"
    if unit or _group(match, "part"):
        last = _named(unit or "year", which or 0, part, today)
        return last, last, "day" if unit in ("week", "day") else "month"
    return None, None, "vague"


def _month_end(year: int, month: int) -> date:
    return add_months(date(year, month, 1), 1) - timedelta(days=1)


def _month(
    month: int, day: int | None, year: int | None, which: int | None, part: str, today: date | None
) -> tuple[date | None, date | None, str]:
    def make(y: int) -> date | None:
        try:
            last = _month_end(y, month)
            return last.replace(day=day or {"early": 10, "half": 15}.get(part, last.day))
        except ValueError:
            return None

    exact = "day" if day or part in ("early", "half") else "month"
    if year is not None or today is None:
        last = make(year) if year else None
        return last, last, exact
    here = make(today.year)
    if here is None:
        return None, None, exact
    future = here if here >= today and not (which == 1 and month == today.month) else make(today.year + 1)
    past = (
        here
        if here.replace(day=1) <= today and not (which == -1 and month == today.month)
        else make(today.year - 1)
    )
    return future, past, exact


def _season(
    season: int, year: int | None, which: int | None, part: str, until: bool, today: date | None
) -> tuple[date | None, date | None, str]:
    def make(y: int) -> date:
        month = 3 * season + (0 if (until and not part) or part == "early" else 1 if part == "half" else 2)
        return _month_end(y + (month > 12), (month - 1) % 12 + 1)

    if year is not None or today is None:
        last = make(year) if year else None
        return last, last, "month"
    begins = date(today.year, 3 * season, 1)
    here = make(today.year)
    if season == 4 and make(today.year - 1) >= today:
        here = make(today.year - 1)
    future = here if here >= today and not (which == 1 and begins <= today) else make(today.year + 1)
    past = here if begins <= today and which != -1 else make(today.year - 1)
    return future, past, "month"


def _after(today: date, number: float, unit: str) -> tuple[date, date | None]:
    """So many units from the day of the document on; of months and years, the month in which that is."""
    if unit in _UNIT_MONTHS:
        months = round(number * _UNIT_MONTHS[unit])
        if today.year + months // 12 > 2190:
            return date(2200, 12, 31), None
        day = add_months(today, months)
        return _month_end(day.year, day.month), None
    return today + timedelta(days=round(number * {"week": 7, "hour": 1 / 24}.get(unit, 1.0))), None


def _named(unit: str, which: int, part: str, today: date) -> date:
    """The last day of this, next or the last unit of the calendar, or of a part of it."""
    if unit == "day":
        return today + timedelta(days=which)
    if unit == "week":
        return today + timedelta(days=6 - today.weekday() + 7 * which)
    if unit in ("month", "quarter"):
        months = _UNIT_MONTHS[unit]
        first = date(today.year, today.month - (today.month - 1) % months, 1)
        last = add_months(first, months * (which + 1)) - timedelta(days=1)
        return last.replace(day={"early": 10, "half": 15}.get(part, last.day)) if unit == "month" else last
    if unit == "year":
        return _month_end(today.year + which, {"early": 3, "half": 6}.get(part, 12))
    length = 10 if unit == "decade" else 100
    first_year = today.year - today.year % length + length * which
    return date(first_year + {"early": length // 3, "half": length // 2}.get(part, length) - 1, 12, 31)
