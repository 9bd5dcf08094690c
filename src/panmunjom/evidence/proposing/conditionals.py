"""Conditions and what follows if they hold."""

from __future__ import annotations

import re
from datetime import date

from ..documents.records import Sentence
from ..lexicon import Lexicon, lexicon
from .clauses import trim
from .deadlines import When
from .forecasts import date_of, probability
from .proposal import Proposal

_MOST = 6  # conditions of one sentence; what has more is no sentence


def conditionals(
    sentence: Sentence, times: list[When], today: date | None, ahead: list[Proposal]
) -> list[Proposal]:
    """The conditionals of a sentence, one for each condition's clause; ``ahead`` are its forecasts."""
    text, words = sentence.text, lexicon(sentence.language)
    if text.rstrip('" )').endswith("?"):
        return []
    found: list[Proposal] = []
    for start, end, cue in _conditions(text, words, bool(ahead)):
        whole = _span(text, start, words)
        if whole[1] - whole[0] < 25 or any(p.start < whole[1] and whole[0] < p.end for p in found):
            continue
        proposal = Proposal(
            "conditional", sentence, *whole, cue=cue.lower(), condition=text[start:end].strip(' ,.;:–"')
        )
        date_of(proposal, times, today)
        proposal.probability = probability(text[slice(*whole)], words)
        found.append(proposal)
    return found


def _conditions(text: str, words: Lexicon, ahead: bool) -> list[tuple[int, int, str]]:
    """Where conditions stand, and the word that makes them so."""
    found: list[tuple[int, int, str]] = []
    for kind in ("if", "if_not", "given"):
        for match in words.pattern(f"conditions.{kind}").finditer(text):
            before = text[: match.start()]
            if re.search(rf"\b{words.data['not_condition']}", before, re.IGNORECASE):
                continue
            opens = not before.strip(' "') or words.pattern("opens", "(?:{})").search(before)
            if re.match(words.data["inverted"], match.group(), re.IGNORECASE) and not opens:
                continue
            if re.match(words.data["needs_future"], match.group(), re.IGNORECASE) and not ahead:
                continue
            if words.pattern("past_tense").search(text) and not ahead and kind != "if_not":
                continue
            found.append((match.start(), _end_of_condition(text, match.end(), words), match.group()))
    if "verb_first" in words.data and re.match(words.data["verb_first"], text, re.IGNORECASE):
        found.append((0, _end_of_condition(text, 0, words), text.split(" ", 1)[0]))
    return sorted(found)[:_MOST]


def _end_of_condition(text: str, at: int, words: Lexicon) -> int:
    stop = re.search(rf", (?!(?:{words.data['joined']})\b)|;| – |\. ?$| {words.data['then']} ", text[at:])
    return at + stop.start() if stop else len(text)


def _span(text: str, condition: int, words: Lexicon) -> tuple[int, int]:
    """Condition and consequence together, without the reasons and contrasts that stand around them."""
    cuts = [m.start() for m in words.pattern("strong", "(?:{})").finditer(text)]
    own = text[condition : condition + 14]
    after = [c for c in cuts if c > condition]
    left = max((c for c in cuts if c < condition - 25), default=0)
    comma = re.search(rf", |\b{words.data['then']}\b", text[condition:])
    first = not text[left:condition].strip(' ,;:–"') or len(trimmed(text, left, condition, words)) < 12
    least = condition + (comma.end() + 15 if first and comma else len(own))
    right = min((c for c in after if c > least), default=len(text))
    return trim(text, left, right, words)


def trimmed(text: str, start: int, end: int, words: Lexicon) -> str:
    """A stretch without the connectives at its front."""
    start, end = trim(text, start, end, words)
    return text[start:end]
