"""Phrases that a case writes for what documents call things, found in a sentence word by word.

A phrase is a few words: ``run/runs out of tank*``. A slash stands between words that do equally well, a star for any
letters at the front or end of a word, ``@russia`` for the names of a member. Up to four other words may stand between two
words of a phrase. No regular expression comes from a case: a case is untrusted, and some never end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

GAP = 4  # other words between two of a phrase
_TOKEN = re.compile(r"[^\W\d_][\w'-]*")
_CUT = re.compile(r"[;:!?]")


@dataclass(frozen=True, slots=True)
class Token:
    """A word (no figure) in lower case, without a possessive ending; ``part`` counts stretches between colons and semicolons."""

    word: str
    start: int
    end: int
    part: int


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[Token, ...]:
    """The words of a text."""
    found, part, before = [], 0, 0
    for match in _TOKEN.finditer(text):
        part += bool(_CUT.search(text, before, match.start()))
        word = re.sub(r"['-]+$|'s$", "", match.group().lower())
        found.append(Token(word, match.start(), match.end(), part))
        before = match.end()
    return tuple(found)


Names = Mapping[str, tuple[str, ...]]  # a member's names, each of one or more words


def find(phrase: str, text: str, names: Names | None = None) -> tuple[int, int] | None:
    """Start and end in ``text`` of the first place where a phrase stands, or None."""
    return next(iter(spans(phrase, text, names)), None)


def spans(phrase: str, text: str, names: Names | None = None) -> list[tuple[int, int]]:
    """All places where a phrase stands; of those that begin with the same word the nearest."""
    row = tokens(text)
    wanted = phrase.split()
    found = []
    for first in range(len(row)):
        end = _ends(row, first, wanted[0], names)
        for word in wanted[1:]:
            if end is None:
                break
            end = next(
                (
                    e
                    for k in range(end, min(end + GAP + 1, len(row)))
                    if row[k].part == row[first].part and (e := _ends(row, k, word, names))
                ),
                None,
            )
        if end is not None:
            found.append((row[first].start, row[end - 1].end))
    return found


def _ends(row: tuple[Token, ...], at: int, wanted: str, names: Names | None) -> int | None:
    """Where one word of a phrase ends that begins at a token; None where another word stands there."""
    for choice in wanted.split("/"):
        if choice.startswith("@"):
            for name in (names or {}).get(choice[1:], ()):
                words = name.split()
                if len(words) <= len(row) - at and all(
                    fits(w, row[at + k].word) for k, w in enumerate(words)
                ):
                    return at + len(words)
        elif fits(choice, row[at].word):
            return at + 1
    return None


def fits(pattern: str, word: str) -> bool:
    """Whether a word is the one that a pattern means."""
    pattern = pattern.lower()
    if pattern.startswith("*"):
        return pattern[1:-1] in word if pattern.endswith("*") else word.endswith(pattern[1:])
    return word.startswith(pattern[:-1]) if pattern.endswith("*") else word == pattern
