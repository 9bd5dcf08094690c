"""Demands: what somebody wants of somebody else, or says must be done."""

from __future__ import annotations

import re

from ..documents.records import Sentence
from ..lexicon import lexicon
from .clauses import bounds, trim
from .proposal import Proposal


def demands(sentence: Sentence) -> list[Proposal]:
    """The demands of a sentence, at most one a clause."""
    text, words = sentence.text, lexicon(sentence.language)
    if text.rstrip('" )').endswith("?"):
        return []
    found: list[Proposal] = []
    for key in ("demands", "demand_noun"):
        for match in words.pattern(key).finditer(text):
            start, end = trim(text, *bounds(text, match.start(), words), words)
            if (
                end - start > 15
                and match.start() > start + 1
                and not any(p.start < end and start < p.end for p in found)
            ):
                found.append(
                    Proposal("demand", sentence, start, end, cue=re.sub(r"\s+", " ", match.group().lower()))
                )
    return found
