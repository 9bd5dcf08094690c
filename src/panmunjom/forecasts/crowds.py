"""Forecasts of a crowd, or of anybody else, from a CSV file that a user supplies.

One row a number; UTF-8, commas, a first line with the columns' names in any order:

=============  =================================================================================================
question       the question's name in questions.yaml
date           the day of the forecast, 2026-11-29
probability    of yes, or with ``option`` of that option, from 0 to 1; or, with a percent sign, from 0% to 100%
option         of a choice: a row for each option, ``otherwise`` among them; together 1
level, value   of a number or a date: a row for each quantile; the value in the unit that is asked for, or a day or ``never``
forecaster     whose it is; the file's name if the column is missing or empty
=============  =================================================================================================

Columns that are not needed may be missing. Rows of one forecaster, question and date belong together.
"""

from __future__ import annotations

import csv
import io
import math
from datetime import date
from pathlib import Path

from ..case.records import Case, Question
from ..quantities.calendar import parse_date
from ..text.files import TooLarge, read_regular
from ..text.problems import CaseError, Place, Problem, Problems, Source, nearest
from .forecast import Forecast, misfit

COLUMNS = ("forecaster", "question", "date", "probability", "option", "level", "value")
MAX_BYTES = 50_000_000
MAX_ROWS = 500_000


def read_crowd(path: Path, case: Case, problems: Problems) -> list[Forecast]:
    """The forecasts of a file that fit the case's questions; every other row is a problem at its line."""
    return _Reader(path, case, problems).read()


class _Reader:
    """Reads one file."""

    def __init__(self, path: Path, case: Case, problems: Problems) -> None:
        self.path, self.case, self.problems = path, case, problems
        self.found: dict[tuple[str, str, date], Forecast] = {}
        self.wrong: set[tuple[str, str, date]] = set()
        self.source = Source(str(path))

    def read(self) -> list[Forecast]:
        """All forecasts, checked row by row and then as wholes."""
        text = self.text()
        self.source = Source(str(self.path), text)
        reader = csv.reader(io.StringIO(text, newline=""))
        try:
            head = [name.strip().lower() for name in next(reader, [])]
        except csv.Error as error:
            raise CaseError([Problem("bad-csv", Place(self.source), f"this is no CSV: {error}")]) from None
        for name in head:
            if name not in COLUMNS:
                self.problems.add("unknown-column", Place(self.source), f"there is no column '{name}'", nearest(name, COLUMNS))
        for name in ("question", "date"):
            if name not in head:
                hint = f"The columns are {', '.join(COLUMNS)}."
                self.problems.add("missing-column", Place(self.source), f"the first line has no column '{name}'", hint)
        if self.problems.errors:
            return []
        try:
            for number, cells in enumerate(reader):
                if number >= MAX_ROWS:
                    message = f"there are more than {MAX_ROWS:,} rows"
                    self.problems.add("file-too-large", Place(self.source, reader.line_num), message)
                    break
                if any(cell.strip() for cell in cells):
                    self.row(dict(zip(head, (c.strip() for c in cells), strict=False)), Place(self.source, reader.line_num))
        except csv.Error as error:
            self.problems.add("bad-csv", Place(self.source, reader.line_num), f"this line is no CSV: {error}")
        return self.whole()

    def text(self) -> str:
        """The file's text. Raises ``CaseError``."""
        here = Place(self.source)
        try:
            return read_regular(self.path, MAX_BYTES).decode("utf-8-sig")
        except TooLarge as error:
            raise CaseError([Problem("file-too-large", here, f"the file has {error.size:,} bytes")]) from None
        except UnicodeDecodeError:
            raise CaseError([Problem("not-utf8", here, "the file is not UTF-8 text")]) from None
        except OSError as error:
            raise CaseError([Problem("unreadable", here, f"the file cannot be read: {error.strerror or error}")]) from None

    def row(self, cells: dict[str, str], place: Place) -> None:
        """One row, added to the forecast that it belongs to."""
        question = self.case.asked.get(cells["question"])
        if question is None:
            hint = nearest(cells["question"], self.case.asked)
            self.problems.add("unknown-question", place, f"there is no question '{cells['question']}'", hint)
            return
        try:
            day = parse_date(cells.get("date", ""))
        except ValueError as error:
            self.problems.add("bad-date", place, str(error))
            return
        who = cells.get("forecaster") or self.path.stem
        key = (who, question.id, day)
        made = self.found.setdefault(key, Forecast(who, "crowd", question, day, place=place))
        trouble = self.put(made, question, cells)
        if trouble:
            self.wrong.add(key)
            self.problems.add("bad-forecast", place, trouble)

    def put(self, made: Forecast, question: Question, cells: dict[str, str]) -> str:
        """Add what a row says; what is wrong with it, or nothing."""
        if question.kind in ("yes_no", "choice"):
            p = _share(cells.get("probability", ""))
            if p is None:
                return f"'{cells.get('probability', '')}' is not a probability from 0 to 1"
            if question.kind == "yes_no":
                if made.p is not None:
                    return f"'{made.who}' gives '{question.id}' two probabilities on {made.day}"
                made.p = p
                return ""
            option = cells.get("option", "")
            names = [*(o.name for o in question.options), question.otherwise]
            if option not in names:
                return f"'{option}' is no option of '{question.id}': {', '.join(names)}"
            if option in made.chances:
                return f"'{made.who}' gives '{option}' two probabilities on {made.day}"
            made.chances[option] = p
            return ""
        level = _share(cells.get("level", ""))
        if level is None or not 0 < level < 1:
            return f"'{cells.get('level', '')}' is not the level of a quantile, between 0 and 1"
        value = _day(cells.get("value", "")) if question.kind == "date" else _number(cells.get("value", ""))
        if value is None:
            return f"'{cells.get('value', '')}' is not a {'day or never' if question.kind == 'date' else 'number'}"
        made.levels.append(level)
        made.values.append(value)
        return ""

    def whole(self) -> list[Forecast]:
        """The forecasts whose rows were all right and make a whole."""
        kept = []
        for key, made in self.found.items():
            if key in self.wrong:
                continue
            order = sorted(range(len(made.levels)), key=made.levels.__getitem__)
            made.levels, made.values = [made.levels[k] for k in order], [made.values[k] for k in order]
            trouble = misfit(made)
            if trouble:
                self.problems.add("bad-forecast", made.place, trouble)
            else:
                kept.append(made)
        return kept


def _share(text: str) -> float | None:
    """A probability, also with a percent sign; None where it is none."""
    number = _number(text.removesuffix("%"))
    if number is None:
        return None
    number = number / 100 if text.endswith("%") else number
    return number if 0 <= number <= 1 else None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _day(text: str) -> float | None:
    if text == "never":
        return math.nan
    try:
        return float(parse_date(text).toordinal())
    except ValueError:
        return None
