"""The part of the summary that is about questions; see ``summary``."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class AnswerRecord(TypedDict):
    """What reality answered, and whether that stands only so far."""

    outcome: str
    day: str
    who: str
    evidence: str
    so_far: bool


class AskedQuestion(TypedDict):
    """A question with all that decides it; ``share`` is the main view's answer in words, empty where futures do not answer it."""

    id: str
    text: str
    kind: str
    about: str
    fine_print: str
    style: str
    due: str
    asked: str
    closes: str
    criteria: str
    answer: AnswerRecord | None
    share: str
    gap: NotRequired[str]  # points from the family's first wording, with the paired error


class FamilyRecord(TypedDict):
    """The wordings of one thing in the main view; ``spread`` says how far the extremes lie apart."""

    name: str
    spread: str
    least: str
    most: str
    wordings: list[AskedQuestion]


class StatementRecord(TypedDict):
    """One statement of a source: came_true as a claim has it; ``own``: the source stands behind it."""

    question: AskedQuestion
    claims: list[str]
    came_true: bool | str | None
    so_far: bool
    own: bool


class RecordOfSource(TypedDict):
    """A source's record, worded: how many of its statements came true, and the pooled share with its interval."""

    source: str
    published: str
    n: int
    right: int
    partly: int
    wrong: int
    so_far: int
    share: str
    brier: str
    few: bool
    statements: list[StatementRecord]


class AskedRecord(TypedDict):
    """The whole section; ``view`` is the main view's name."""

    view: str
    counts: dict[str, int]
    families: list[FamilyRecord]
    open: list[AskedQuestion]
    answered: list[AskedQuestion]
    records: list[RecordOfSource]
