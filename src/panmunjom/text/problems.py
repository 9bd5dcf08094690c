"""Error records: what is wrong, where, and what would be right. Text is made from them last."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Source:
    """A text that was read: its name as the user knows it, and its lines for excerpts."""

    name: str
    text: str = field(repr=False, default="")

    def line(self, number: int) -> str:
        """The line with that number (from 1), without its end; empty where there is none."""
        lines = _lines(self.text)
        return lines[number - 1] if 0 < number <= len(lines) else ""


@lru_cache(maxsize=8)
def _lines(text: str) -> list[str]:
    """Lines as YAML counts them: a form feed ends none."""
    return re.split("\r\n|[\n\r\x85\u2028\u2029]", text)


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of one line of a source. Lines and columns count from 1."""

    source: Source
    line: int = 1
    column: int = 1
    length: int = 1

    def __str__(self) -> str:
        return f"{self.source.name}:{self.line}:{self.column}"


NOWHERE = Place(Source("<built in Python>"))


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in what was read.

    code      short stable name, e.g. ``unknown-name``
    place     where it stands
    message   what is wrong, one sentence
    hint      what would be right, one sentence; may be empty
    severity  ``error`` stops; ``warning`` is only shown
    """

    code: str
    place: Place
    message: str
    hint: str = ""
    severity: str = "error"

    def as_dict(self) -> dict[str, object]:
        """The record for machines: code, file, line, column, message, hint, severity."""
        return {
            "code": self.code,
            "file": self.place.source.name,
            "line": self.place.line,
            "column": self.place.column,
            "message": self.message,
            "hint": self.hint,
            "severity": self.severity,
        }

    def render(self) -> str:
        """File, line and column, the line itself with a marker, the message and the hint."""
        where = (
            "" if self.place.source is NOWHERE.source else f"{self.place}: "
        )  # a mistake of the command line
        head = printable(f"{where}{self.severity}: {self.message} [{self.code}]")
        line = self.place.source.line(self.place.line)
        out = [head]
        start = min(self.place.column - 1, len(line))
        window = max(0, start - 80)
        shown = printable(line[window : window + 140])  # the whole line may be megabytes
        if shown.strip():
            mark = "^" * max(1, min(self.place.length, len(line) - start, 60))
            out += [f"    {shown}", f"    {' ' * (start - window)}{mark}"]
        if self.hint:
            out.append(f"    {printable(self.hint)}")
        return "\n".join(out)


class CaseError(Exception):
    """A case, document or command that cannot be used; carries every problem that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(p.render() for p in self.problems))


class Problems:
    """Collects problems while a case is read, so that all of them are shown at once.

    In a ``draft`` what is wrong with units is a warning: someone may write first and put the units later.
    """

    LIMIT = 200  # a file that is not a case at all should not print thousands of lines, nor take minutes to refuse
    UNITS = frozenset({"wrong-unit", "unknown-unit", "bad-unit"})

    def __init__(self, draft: bool = False) -> None:
        self.draft = draft
        self._found: dict[tuple[str, str, str], Problem] = {}
        self._counts = {"error": 0, "warning": 0}

    def add(self, code: str, place: Place, message: str, hint: str = "", severity: str = "error") -> None:
        """Record one problem; the same problem at the same place counts once.

        Raises ``CaseError`` with all of them once there are ``LIMIT`` errors: nobody would read more.
        """
        if self.draft and code in self.UNITS:
            severity = "warning"
        message, hint = short(message), short(hint)
        key = (code, str(place), message)
        if key not in self._found and self._counts[severity] < self.LIMIT:
            self._found[key] = Problem(code, place, message, hint, severity)
            self._counts[severity] += 1
        if severity == "error" and self.full:
            raise CaseError(self)

    @property
    def full(self) -> bool:
        """Whether there are so many errors that reading stops."""
        return self._counts["error"] >= self.LIMIT

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._found.values())

    @property
    def errors(self) -> list[Problem]:
        """Problems that stop."""
        return [p for p in self if p.severity == "error"]

    @property
    def warnings(self) -> list[Problem]:
        """Problems that are only shown."""
        return [p for p in self if p.severity != "error"]

    def stop(self) -> None:
        """Raise ``CaseError`` with everything found so far if there is any error."""
        if self.errors:
            raise CaseError(self)


_LONGEST_WORD = 100  # comparing longer ones takes long and helps nobody
_MOST_WORDS = 2_000  # so do more of them


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known word, or lists a few; empty if nothing is near."""
    known = list(known)
    near = (
        [k for k in known if len(k) <= _LONGEST_WORD]
        if len(word) <= _LONGEST_WORD and len(known) <= _MOST_WORDS
        else []
    )
    close = get_close_matches(word, near, n=1, cutoff=0.6)
    if close:
        return f"Did you mean '{close[0]}'?"
    return f"Known here: {', '.join(sorted(known)[:12])}." if 0 < len(known) <= 12 else ""


def short(text: str, most: int = 1_000) -> str:
    """A sentence cut where a name in it is longer than anybody reads."""
    return text if len(text) <= most else f"{text[: most - 200]} … {text[-200:]}"


def printable(text: str, keep: str = "") -> str:
    """Text without control characters and bidirectional overrides, fit for a terminal."""
    if text.isprintable():
        return text

    def fine(c: str) -> bool:
        return c in keep or (
            c.isprintable() and not "\u202a" <= c <= "\u202e" and not "\u2066" <= c <= "\u2069"
        )

    return "".join(c if fine(c) else (" " if c == "\t" else "\N{REPLACEMENT CHARACTER}") for c in text)
