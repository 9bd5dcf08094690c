"""What a document is once it is read."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property


class Unreadable(ValueError):
    """A file from which no text can be had; ``code`` is the problem's short name, the message one sentence."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.hint = code, hint


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found out about a document, how it is known and how sure that is (high, medium, low)."""

    value: str
    how: str
    sure: str


@dataclass(frozen=True, slots=True)
class View:
    """Text that is easy to read for rules, and where each of its characters stands in the document.

    Quotes and dashes are made alike and runs of white space are one space, so ``text`` may be shorter than the stretch
    of the document; ``places[i]`` is the document's offset of ``text[i]``.
    """

    text: str
    places: tuple[int, ...]

    def cut(self, start: int, end: int) -> View:
        """A stretch of the view, without white space at its ends."""
        while start < end and self.text[start].isspace():
            start += 1
        while start < end and self.text[end - 1].isspace():
            end -= 1
        return View(self.text[start:end], self.places[start:end])

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Start and end in the document of a stretch that is not empty."""
        return self.places[start], self.places[end - 1] + 1


@dataclass(slots=True)
class Sentence:
    """One sentence, with the block (paragraph, heading or list item) in which it stands."""

    view: View
    block: int
    language: str = ""
    heading: bool = False

    @property
    def text(self) -> str:
        """The sentence as the rules read it."""
        return self.view.text


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a document's text that belongs together; ``furniture`` says why it is masked, or is empty.

    ``skip`` are stretches inside that are markup, ``instead`` the characters that stand for an entity at an offset.
    """

    start: int
    end: int
    furniture: str = ""
    skip: tuple[tuple[int, int], ...] = ()
    instead: tuple[tuple[int, str], ...] = ()


@dataclass
class Document:
    """A document's text and everything that was found out about it.

    ``text`` is the decoded file for text and HTML and the extracted text for PDF and DOCX; all offsets count its code
    points. ``sha256`` is the file's. ``blocks`` cover what is read; what is masked stays in ``text``, so no offset moves.
    """

    name: str
    text: str
    format: str
    blocks: list[Block] = field(default_factory=list)
    encoding: str = "utf-8"
    sha256: str = ""
    title: Finding | None = None
    author: Finding | None = None
    outlet: Finding | None = None
    published: Finding | None = None
    language: Finding | None = None
    signs: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)

    @property
    def day(self) -> date | None:
        """The day of publication, where one was found or given."""
        return date.fromisoformat(self.published.value) if self.published else None

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(i + 1 for i, c in enumerate(self.text) if c == "\n")]

    def line(self, offset: int) -> int:
        """The line, counted from 1, on which an offset stands."""
        return bisect_right(self._line_starts, offset)
