"""A document's sentences become its proposed claims."""

from __future__ import annotations

import time
from datetime import date

from ..documents.records import Document
from ..lexicon import LANGUAGES, lexicon
from . import deadlines
from .clauses import trim
from .conditionals import conditionals
from .demands import demands
from .forecasts import forecasts
from .proposal import Proposal
from .quantities import quantities
from .speakers import Listener

SECONDS = 60.0  # a thousand pages take 45 s; a text without sentences may take longer
KINDS = ("quantity", "prediction", "conditional", "demand")


def propose(document: Document) -> list[Proposal]:
    """All proposed claims in the order of the text; sentences in a language without a lexicon are passed over."""
    read = [s for s in document.sentences if s.language in LANGUAGES]
    listener = Listener(read)
    today = document.day
    known: date | None = None
    counted: list[Proposal] = []
    found: list[Proposal] = []
    until = time.monotonic() + SECONDS
    for index, sentence in enumerate(read):
        if time.monotonic() > until:
            line = document.line(sentence.view.places[0])
            document.notes.append(
                f"stopped at line {line}: {SECONDS:.0f} s were over; what stands before it was read"
            )
            break
        times = deadlines.find(sentence.text, sentence.language, today, known)
        numbers = quantities(sentence, times, today, counted, read[index - 1].text if index else "")
        counted += numbers
        ahead = forecasts(sentence, times, today)
        if_then = conditionals(sentence, times, today, ahead)
        for condition in if_then:
            _without(condition, ahead)
        ahead = [
            f for f in ahead if f.deadline or not any(c.start <= f.start and f.end <= c.end for c in if_then)
        ]
        wanted = [d for d in demands(sentence) if not any(f.start < d.end and d.start < f.end for f in ahead)]
        for proposal in [*numbers, *ahead, *if_then, *wanted]:
            proposal.speech, start, end = listener.speech(index, proposal.start, proposal.end)
            if proposal.kind != "quantity" and end - start >= 12:
                proposal.start, proposal.end = trim(sentence.text, start, end, lexicon(sentence.language))
            if proposal.kind in ("prediction", "conditional") and proposal.deadline:
                known = proposal.deadline
            found.append(proposal)
    return sorted(found, key=lambda p: (p.sentence.view.span(p.start, p.end), KINDS.index(p.kind)))


def _without(conditional: Proposal, ahead: list[Proposal]) -> None:
    """Cut a condition from the end of the forecasts that it limits; the conditional has both."""
    text, words = conditional.sentence.text, lexicon(conditional.sentence.language)
    at = text.find(conditional.condition, conditional.start)
    for forecast in ahead:
        if forecast.start + 15 < at < forecast.end and forecast.deadline_text in text[forecast.start : at]:
            forecast.start, forecast.end = trim(text, forecast.start, at, words)
