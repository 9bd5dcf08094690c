"""What the rules propose: a claim before it has a source, an id or a place in a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from ... import __version__
from ..documents.records import Sentence

TOOL = f"panmunjom read {__version__}, rules"


@dataclass(slots=True)
class Speech:
    """Who says something: ``voice`` is author or reported; ``endorsed`` whether the author stands behind it."""

    speaker: str = "author"
    voice: str = "author"
    endorsed: bool = True


@dataclass(slots=True)
class Proposal:
    """One proposed claim; ``start`` and ``end`` are offsets in the sentence's text.

    low, high   bounds as said, None where one-sided; percent for shares, the whole number for money
    unit, per   what is counted and in what time; ``flow`` says whether the figure is a stock or a rate
    of, whose   what is counted in the text's words, and the side that it is said of
    tool        what proposed it, with its version
    as_of       YYYY-MM or YYYY-MM-DD
    """

    kind: str
    sentence: Sentence
    start: int
    end: int
    low: float | None = None
    high: float | None = None
    unit: str = ""
    per: str = ""
    hedge: str = "none"
    of: str = ""
    whose: str = ""
    as_of: str = ""
    deadline: date | None = None
    deadline_text: str = ""
    condition: str = ""
    cue: str = ""
    probability: dict[str, str] = field(default_factory=dict)
    speech: Speech = field(default_factory=Speech)
    tool: str = TOOL

    @property
    def flow(self) -> str:
        """``rate`` for a figure per time, ``stock`` for another, empty where there is no figure."""
        return ("rate" if self.per else "stock") if self.kind == "quantity" else ""

    @property
    def shown(self) -> str:
        """The passage as the rules read it, fit for one line."""
        return self.sentence.text[self.start : self.end]
