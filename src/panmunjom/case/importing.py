"""Observations from a folder of data that lies beside a case: later months of its series, as others publish them.

A series says by its ``import:`` which file holds it. The folder may also hold an ``observed.csv`` in the case's own form.
Figures of the case itself are never replaced: a later file that differs from them is a late vintage, which is said.
"""

from __future__ import annotations

import calendar
import csv
import io
import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from ..quantities.calendar import later, parse_date
from ..text.files import TooLarge, read_regular
from ..text.nodes import MAX_BYTES
from ..text.problems import CaseError, Place, Problems, Source
from .observed import Import, Observation, Series
from .reading_series import MAX_ROWS, read_figures, wrong_figure
from .records import Case

OWN = "observed.csv"
STALE = 4  # days before a month's end within which a daily level still stands for it
Row = tuple[int, dict[str, str]]


@dataclass(slots=True)
class Imported:
    """The case's series with what the folder adds; ``notes`` say what was read and what was left out."""

    observed: dict[str, Series]
    notes: list[str] = field(default_factory=list)


def load_folder(case: Case, folder: str | Path) -> Imported:
    """The case's series with the later figures of a folder. Raises ``CaseError`` where nothing in it can be used."""
    root, problems = Path(folder), Problems()
    found = Imported(dict(case.observed))
    if not root.is_dir():
        hint = "Give the folder in which the files of 'import:' lie."
        problems.add("no-such-folder", Place(Source(str(folder))), f"there is no folder '{folder}'", hint)
        raise CaseError(problems)
    files = _Files(root, problems)
    own = files.text(OWN)
    tidy = read_figures(own, str(root / OWN), case.observed, problems) if own is not None else {}
    used = bool(tidy)
    for name, series in case.observed.items():
        fresh = list(tidy.get(name, ()))
        if series.layout is not None:
            read, notes = _Reader(series, series.layout, files, problems).read()
            found.notes += notes
            used = used or read is not None
            fresh += read or []
        found.observed[name] = _merged(series, fresh, found.notes)
    if not used and not problems.errors:
        wanted = sorted({s.layout.file for s in case.observed.values() if s.layout is not None})
        message = f"the folder '{folder}' holds none of the case's series"
        problems.add(
            "no-data", Place(Source(str(folder))), message, f"Looked for {', '.join([OWN, *wanted])}."
        )
    problems.stop()
    return found


def _merged(series: Series, fresh: list[Observation], notes: list[str]) -> Series:
    """The series with later figures of dates that it lacks; figures that differ from its own are counted, not taken.

    Nothing before its first figure is taken: whoever left the first months out had a reason.
    """
    mine = series.values()
    first = min(mine, default=date.min)
    added = {one.date: one for one in fresh if one.date not in mine and one.date > first}
    if other := [one.date for one in fresh if one.date in mine and not _same(one.value, mine[one.date])]:
        notes.append(
            f"{series.name}: {len(other)} figures of the folder differ from the case's own, the first of {min(other)}: "
            "a later vintage, not read"
        )
    if added:
        notes.append(f"{series.name}: {len(added)} figures more, to {max(added)}")
    both = sorted([*series.observations, *added.values()], key=lambda o: (o.date, o.known))
    return replace(series, observations=tuple(both))


def _same(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-3 * max(abs(a), abs(b), 1e-9)


class _Files:
    """Files of the folder, each read once; none outside it."""

    def __init__(self, root: Path, problems: Problems) -> None:
        self.root, self.problems = root, problems
        self.read: dict[str, str | None] = {}

    def text(self, relative: str) -> str | None:
        """The text of a file, or None where there is none or it cannot be read (a problem)."""
        if relative not in self.read:
            self.read[relative] = self._text(relative)
        return self.read[relative]

    def _text(self, relative: str) -> str | None:
        path, place = self.root / relative, Place(Source(str(self.root / relative)))
        try:
            if not path.exists():
                return None
            if not path.resolve().is_relative_to(self.root.resolve()):
                self.problems.add("outside", place, "the file lies outside the data folder")
                return None
            return read_regular(path, MAX_BYTES).decode("utf-8-sig")
        except TooLarge as error:
            self.problems.add(
                "file-too-large", place, f"the file has {error.size:,} bytes; the limit is {MAX_BYTES:,}"
            )
        except UnicodeDecodeError:
            self.problems.add("not-utf8", place, "the file is not UTF-8 text")
        except (OSError, RuntimeError) as error:
            self.problems.add("unreadable", place, f"the file cannot be read: {error}")
        return None

    def rows(self, relative: str, columns: list[str]) -> list[Row] | None:
        """Numbered rows by column; None where there is no such file or it lacks a column (a problem)."""
        text = self.text(relative)
        if text is None:
            return None
        source = Source(str(self.root / relative), text)
        reader = csv.DictReader(io.StringIO(text, newline=""))
        found: list[Row] = []
        try:
            lacking = [c for c in columns if c not in (reader.fieldnames or ())]
            if lacking:
                message = f"the file has no column {', '.join(repr(c) for c in lacking)}"
                has = ", ".join(reader.fieldnames or ())[:200]
                self.problems.add(
                    "no-column", Place(source), message, f"It has {has}." if has else "It is empty."
                )
                return None
            for row in reader:
                found.append((reader.line_num, {c: (row[c] or "").strip() for c in columns}))
                if len(found) > MAX_ROWS:
                    self.problems.add("too-large", Place(source), f"the file has more than {MAX_ROWS:,} rows")
                    return None
        except csv.Error as error:
            message = f"this is not a CSV table: {error}"
            self.problems.add("bad-csv", Place(source, max(1, reader.line_num)), message)
            return None
        return found


class _Reader:
    """One series of the folder."""

    def __init__(self, series: Series, layout: Import, files: _Files, problems: Problems) -> None:
        self.series, self.layout, self.files, self.problems = series, layout, files, problems
        self.notes: list[str] = []

    def read(self) -> tuple[list[Observation] | None, list[str]]:
        """Its observations, by month; None where the folder has no file of it."""
        layout = self.layout
        daily = self._daily() if layout.daily else None
        monthly = self.files.rows(
            layout.file, [layout.date, layout.value, *([layout.days] if layout.days else [])]
        )
        if monthly is not None:
            return self._monthly(monthly, max(daily) if daily else None), self.notes
        if daily is not None:
            return self._by_month(daily), self.notes
        return None, self.notes

    def _place(self, file: str, line: int) -> Place:
        source = Source(str(self.files.root / file), self.files.text(file) or "")
        return Place(source, line, 1, max(1, len(source.line(line))))

    def _value(self, text: str, place: Place) -> float | None:
        """A cell in the series' unit; None where it is empty or wrong (a problem)."""
        if not text:
            return None
        wrong = wrong_figure(self.series, text)
        if wrong is not None:
            if wrong[0] != "not-positive":  # a month without any: said, and left out
                self.problems.add(wrong[0], place, wrong[1], wrong[2])
            return None
        return float(text) * self.layout.scale

    def _daily(self) -> dict[date, float] | None:
        """The daily file: figures by day."""
        column = self.layout.daily_value or self.layout.value
        rows = self.files.rows(self.layout.daily, ["date", column])
        if rows is None:
            return None
        found: dict[date, float] = {}
        for line, row in rows:
            place = self._place(self.layout.daily, line)
            try:
                day = parse_date(row["date"])
            except ValueError as error:
                self.problems.add("bad-date", place, str(error))
                continue
            value = self._value(row[column], place)
            if value is not None:
                found[day] = value
        return found

    def _monthly(self, rows: list[Row], last_day: date | None) -> list[Observation]:
        """The monthly file, without months that are not full."""
        found = []
        for line, row in rows:
            place = self._place(self.layout.file, line)
            try:
                text = row[self.layout.date]
                day = (
                    month_end(parse_date(text + "-01"))
                    if re.fullmatch(r"\d{4}-\d{2}", text)
                    else parse_date(text)
                )
            except ValueError as error:
                self.problems.add("bad-date", place, str(error))
                continue
            value = self._value(row[self.layout.value], place)
            if value is None:
                continue
            full = day == month_end(day)
            if self.layout.days:
                counted = row[self.layout.days]
                full = full and counted.isascii() and counted.isdigit() and int(counted) >= day.day
            if last_day is not None and (day - last_day).days > (STALE if self.series.kind == "level" else 0):
                full = False
            if full:
                found.append(self._observation(day, value))
            else:
                self._left_out(day)
        return found

    def _left_out(self, day: date) -> None:
        if day > min(self.series.values(), default=date.min):
            self.notes.append(f"{self.series.name}: the month of {day} is not full and is left out")

    def _by_month(self, daily: dict[date, float]) -> list[Observation]:
        """Months of the daily file: last levels, or differences of the count between month ends."""
        ends: dict[date, float] = {}
        slack = STALE if self.series.kind != "total" else 0
        for end in sorted({month_end(day) for day in daily}):
            near = [
                end - timedelta(days=back) for back in range(slack + 1) if end - timedelta(days=back) in daily
            ]
            if near:
                ends[end] = daily[near[0]]
            else:
                self._left_out(end)
        if self.series.kind != "total":
            return [self._observation(day, value) for day, value in ends.items()]
        found = []
        for end, count in ends.items():
            before = ends.get(end.replace(day=1) - timedelta(days=1))
            if before is not None and (count > before or self.series.error == "absolute"):
                found.append(self._observation(end, count - before))
        return found

    def _observation(self, day: date, value: float) -> Observation:
        known = month_end(later(day, self.layout.known)) if self.layout.known else day
        return Observation(day, value, max(known, day))


def month_end(day: date) -> date:
    """The last day of that day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
