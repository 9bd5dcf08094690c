"""What the terminal shows: colour only where a person looks, a progress line on standard error, tables."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import time
from typing import TextIO

from ..text.problems import CaseError, Problem, printable


def coloured(stream: TextIO) -> bool:
    """Whether to use colour: on a terminal, unless NO_COLOR is set (no-color.org)."""
    return stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def paint(text: str, code: str, stream: TextIO) -> str:
    """The text in a colour or weight (ANSI code), where colour is used."""
    return f"\x1b[{code}m{text}\x1b[0m" if coloured(stream) else text


def bold(text: str) -> str:
    """Bold on standard output."""
    return paint(text, "1", sys.stdout)


def dim(text: str) -> str:
    """Faint on standard output."""
    return paint(text, "2", sys.stdout)


def width() -> int:
    """Columns of the terminal that are used, between 60 and 110."""
    return max(60, min(110, shutil.get_terminal_size((100, 24)).columns))


VERDICT_COLOURS = {  # by the verdict, as ANSI colour numbers
    "follows": "32",
    "needs_premise": "33",
    "does_not_follow": "31",
    "open": "36",
    "contradicts": "31",
}

_HIDDEN = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def as_json_text(record: object) -> str:
    """A record as JSON that is safe to show: what a terminal would obey is escaped, letters of all scripts are not.

    Raises ``ValueError`` for a number that is not finite.
    """
    text = json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False)
    return _HIDDEN.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


class Progress:
    """One line on standard error that says what is done; silent off a terminal and for the first second."""

    def __init__(self, total: float = 1.0, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.total, self.done = total, 0.0
        self.began = time.monotonic()
        self.drawn = 0.0
        self.shown = False
        self.what = ""

    def stage(self, what: str, weight: float) -> Stage:
        """A part of the work with its share of the whole."""
        self.what = what
        return Stage(self, weight)

    def draw(self, at: float) -> None:
        """Show how far the work is, at most ten times a second."""
        now = time.monotonic()
        if not self.stream.isatty() or now - self.began < 1.0 or now - self.drawn < 0.1:
            return
        self.drawn, self.shown = now, True
        part = min(1.0, at / self.total)
        bar = "█" * round(24 * part) + "░" * (24 - round(24 * part))
        left = (now - self.began) * (1 - part) / max(part, 0.01)
        text = f"{bar} {part:4.0%}  {printable(self.what)}  about {left:.0f} s left"
        room = (
            shutil.get_terminal_size((80, 24)).columns - 1
        )  # a longer line would wrap and leave itself behind
        self.stream.write("\r\x1b[K" + text[: max(1, room)])
        self.stream.flush()

    def close(self) -> None:
        """Remove the line."""
        if self.shown:
            self.stream.write("\r\x1b[K")
            self.stream.flush()


class Stage:
    """Called with the share of a part that is done, 0 to 1."""

    def __init__(self, progress: Progress, weight: float) -> None:
        self.progress, self.weight, self.base = progress, weight, progress.done

    def __call__(self, share: float) -> None:
        self.progress.done = self.base + self.weight * share
        self.progress.draw(self.progress.done)


def table(head: list[str], rows: list[list[str]], indent: str = "") -> str:
    """Columns of equal width; the first is left-aligned, the others right-aligned."""
    rows = [[printable(c) for c in row] for row in rows]
    widths = [max(len(r[k]) for r in [head, *rows]) for k in range(len(head))]

    def line(cells: list[str]) -> str:
        return (
            indent
            + "  ".join(
                c.ljust(w) if k == 0 else c.rjust(w)
                for k, (c, w) in enumerate(zip(cells, widths, strict=True))
            ).rstrip()
        )

    return "\n".join([dim(line(head)), *(line(r) for r in rows)])


def show_problems(problems: list[Problem], stream: TextIO | None = None) -> None:
    """Print problems with their lines and markers, and how many there are."""
    out = stream or sys.stderr
    for problem in problems:
        text = problem.render()
        head, _, rest = text.partition("\n")
        colour = "31" if problem.severity == "error" else "33"
        out.write(paint(head, colour, out) + (f"\n{rest}" if rest else "") + "\n\n")
    errors = sum(p.severity == "error" for p in problems)
    if errors:
        out.write(f"{errors} error{'s' * (errors != 1)}\n")


def fail(error: CaseError) -> int:
    """Print a case's problems; the exit status for them is 1."""
    show_problems(error.problems)
    return 1
