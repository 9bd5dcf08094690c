"""Where the clause around a word begins and ends, and what is cut from its front."""

from __future__ import annotations

import re
from functools import lru_cache

from ..lexicon import Lexicon


def bounds(text: str, at: int, words: Lexicon) -> tuple[int, int]:
    """Start and end of the clause around an offset; a clause without a subject is joined to the one before it."""
    cuts = [start for start, _ in boundaries(text, words)]
    quoted = [m.start() for m in re.finditer('"', text)]
    left = max((c for c in cuts if c < at), default=0)
    right = min((c for c in cuts if c > at), default=len(text))
    if right - at < 45 and words.pattern("that_clause", "(?:{})").match(
        text, right
    ):  # "more likely is that ..."
        right = min((c for c in cuts if c > right), default=len(text))
    while left > 0 and words.pattern("no_subject", "{}").match(_bare(text[left:at], words)):
        left = max((c for c in cuts if c < left), default=0)
    return _outside_quotes(left, at, right, quoted)


@lru_cache(maxsize=64)
def boundaries(text: str, words: Lexicon) -> tuple[tuple[int, int], ...]:
    """Where clauses of a sentence begin, with the end of the words that begin them."""
    return tuple(m.span() for m in words.pattern("boundaries", "(?:{})").finditer(text))


def _bare(text: str, words: Lexicon) -> str:
    return re.sub(r"^[\s,;:–\"]+", "", text)


def _outside_quotes(left: int, at: int, right: int, quoted: list[int]) -> tuple[int, int]:
    """A clause that begins inside a quotation ends with it."""
    before = [q for q in quoted if q < at]
    if len(before) % 2:  # inside
        opened = before[-1]
        closed = next((q for q in quoted if q > at), None)
        if opened > left:
            left = opened + 1
        if closed is not None and closed < right:
            right = closed
    return left, right


def trim(text: str, start: int, end: int, words: Lexicon) -> tuple[int, int]:
    """Without punctuation at the ends and connectives at the front."""
    lead = words.pattern("lead", "{}")
    while True:
        skipped = re.match(r"[\s,;:–.\"'()-]+", text[start:end])
        if skipped:
            start += skipped.end()
        first = words.pattern("subordinate", "{}").match(text, start, end)
        if first and end - first.end() > 25:
            start = first.end()
        found = lead.match(text, start, end)
        if not found or found.end() >= end - 12 or found.end() == start:
            break
        start = found.end()
    tail = re.search(r"[\s,;:–.!?\"'(-]+$", text[start:end])
    if tail:
        end = start + tail.start()
    if text.count(")", start, end) > text.count("(", start, end) and text[end - 1] == ")":
        end -= 1
    return start, end
