"""What a proposal has in common with a case: whose it is, what it says, and why it was not used.

Nothing is forced. A proposal that fits nothing, or two things as well as each other, is left out and the reason is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ...case.records import Case
from ...evidence.documents.records import Document
from ...evidence.lexicon import LANGUAGES, lexicon
from ...evidence.phrases import Token, find, spans, tokens
from ...evidence.proposing.proposal import Proposal

THRESHOLD = 0.6  # a match below this is not used
_ELSEWHERE = 0.8  # what is found only in the sentence before counts so much
_SUBJECT = 4  # characters before the name that a sentence begins with, as in "The Russian army"
LEAST_SENTENCES, LEAST_SHARE = 3, 0.15  # of a document that must name what the case is about
REPORTED = "is reported to say it; the document does not say that it agrees"


@dataclass(slots=True)
class Match:
    """One proposal of the article and what became of it.

    target   a parameter with its member, or the name of a conclusion; empty where nothing fits
    score    1 where everything stands in the figure's own sentence, less where a part stands in the one before
    reason   why it fits, or why it does not
    use      whether it is used; an analyst may change that
    """

    number: int
    proposal: Proposal
    quote: str
    line: int
    start: int
    end: int
    target: str = ""
    score: float = 0.0
    reason: str = ""
    use: bool = False
    read_as: Reading | None = None
    figure: str = ""  # as the case writes it, with its unit
    changed: bool = False  # by the analyst

    @property
    def speaker(self) -> str:
        """Who says it, where that is not the author."""
        return self.proposal.speech.speaker if self.proposal.speech.voice == "reported" else ""


@dataclass(slots=True)
class Reading:
    """A prediction read as a proposition over the world, with the words for it and the date; notes say what was read into it."""

    says: str
    holds: str
    by: str = ""  # ISO date
    at: str = ""
    given: str = ""  # what must hold on the last day for a future to count
    possible: bool = False
    notes: list[str] = field(default_factory=list)


class Reader:
    """What the matching rules need of a document: its sentences, their neighbours, who is named where."""

    def __init__(self, case: Case, document: Document) -> None:
        self.case, self.document, self.phrases = case, document, case.phrases
        self.names = case.phrases.names
        self.sentences = document.sentences
        self.order = {id(s): k for k, s in enumerate(document.sentences)}
        world = case.built.world
        self.dimension_of = {m: d for d, members in world.dimensions.items() for m in members}

    def before(self, proposal: Proposal) -> str:
        """The sentence before a proposal's, in the same paragraph; else an empty text."""
        at = self.order[id(proposal.sentence)]
        if at and self.sentences[at - 1].block == proposal.sentence.block:
            return self.sentences[at - 1].text
        return ""

    def topic(self) -> str:
        """Why the document is not about this case's subject; empty where it is."""
        if not self.phrases.about:
            return "the case has no phrases.yaml that says how documents speak of it"
        texts = [s.text for s in self.sentences if s.language in LANGUAGES]
        for phrase in self.phrases.about:
            if not any(find(phrase, t, self.names) for t in texts):
                return f"it does not name {self.label(phrase)}: it is not about this case"
        speaking = sum(any(find(p, t, self.names) for p in self.phrases.about) for t in texts)
        if speaking < max(LEAST_SENTENCES, LEAST_SHARE * len(texts)):
            named = " or ".join(map(self.label, self.phrases.about))
            return (
                f"only {speaking} of its {len(texts)} sentences speak of {named}: it is not about this case"
            )
        return ""

    def label(self, phrase: str) -> str:
        """The first word of a phrase as people read it."""
        return phrase.split("/")[0].strip("@*").replace("_", " ").title()

    def members(self, dimension: str, text: str) -> list[tuple[int, str]]:
        """Which members of a dimension a text names, with the places, in order."""
        found = [
            (start, m)
            for m in self.case.built.world.dimensions[dimension]
            if m in self.names
            for start, _ in spans(f"@{m}", text, self.names)
        ]
        return sorted(found)

    def whose(self, dimension: str, proposal: Proposal, start: int, end: int) -> tuple[str, float, str]:
        """The member that a stretch of a sentence is said of, how sure that is, and why it is not known.

        In order: the one in the counted words themselves; the only one of the clause, of the sentence, of the sentence before
        where a pronoun stands for it, or the subject of that where this begins with a pronoun.
        """
        text = proposal.sentence.text
        for left, right in ((start, end), clause(text, start, end), (0, len(text))):
            named = self.members(dimension, text[left:right])
            if len({m for _, m in named}) == 1:
                return named[0][1], 1.0, ""
            if named:
                where = "clause" if right - left < len(text) else "sentence"
                both = " and ".join(sorted({m for _, m in named}))
                return "", 0.0, f"its {where} names {both}, so it is not plain whose it is"
        named = self.members(dimension, self.before(proposal))
        anaphora = lexicon(proposal.sentence.language).data["anaphora"]
        begins = " ".join(t.word for t in tokens(text)[:1])
        only = len({m for _, m in named}) == 1 and self.found(anaphora, text)
        subject = bool(named) and named[0][0] <= _SUBJECT and self.found(anaphora, begins)
        if only or subject:
            return named[0][1], _ELSEWHERE, ""
        return "", 0.0, "it does not say whose it is"

    def found(self, phrases: Iterable[str], *texts: str) -> float:
        """1 where one of the phrases stands in the first text, less in a later one, 0 in none."""
        for weight, text in zip((1.0, _ELSEWHERE), texts, strict=False):
            if any(find(p, text, self.names) for p in phrases):
                return weight
        return 0.0


def clause(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch around a place between commas, dashes and the conjunctions after them."""
    left = max((text.rfind(mark, 0, start) for mark in (", ", "; ", ": ", " - ", " – ")), default=-1)
    right = min(
        (p for mark in (", ", "; ", ": ", " - ", " – ") if (p := text.find(mark, end)) >= 0),
        default=len(text),
    )
    return max(left, 0), right


def polarity(text: str, language: str, at: tuple[int, int]) -> tuple[bool, bool, str]:
    """Whether a clause turns what stands ``at`` a place round, whether it calls it possible only, and what cannot be told."""
    words = lexicon(language).data
    taken: list[tuple[int, int]] = []
    possible = False
    for phrase in words["possibly"]:
        for span in spans(phrase, text):
            possible, taken = True, [*taken, span]
    for phrase in words["not_negators"]:
        taken += spans(phrase, text)
    row = [t for t in tokens(text) if not any(s <= t.start < e for s, e in taken)]
    turning = [t for t in row if any(find(w, t.word) for w in words["negators"])]
    if any(t.start < at[1] and any(find(w, t.word) for w in words["attempts"]) for t in row):
        return False, possible, "it speaks of a wish, an attempt or a fear, not of what comes"
    near = [t for t in turning if _reaches(row, t, at)]
    if len(turning) > len(near) or len(near) > 1:
        return False, possible, "it has a 'not' whose reach is not plain"
    return bool(near), possible, ""


def _reaches(row: Sequence[Token], turning: Token, at: tuple[int, int]) -> bool:
    """Whether a word of negation stands within the phrase, up to five words before it or three after it."""
    if at[0] <= turning.start < at[1]:
        return True
    between = sum(min(turning.end, at[1]) <= t.start < max(turning.start, at[0]) for t in row)
    return between <= 5 if turning.start < at[0] else between <= 3
