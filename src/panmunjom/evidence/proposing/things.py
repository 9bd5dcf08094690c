"""What a figure counts: the noun after it, the noun before it, or the one that an earlier figure had."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from ..lexicon import Lexicon
from .proposal import Proposal

_LONGEST = 6  # words between a number and its noun
_WORD = re.compile(r"[^\W\d_][\w'²³-]*|[²³]")


@dataclass(frozen=True, slots=True)
class Thing:
    """A unit (empty where none was found), where its words end, and the words."""

    unit: str
    end: int
    words: str


def thing_after(text: str, start: int, words: Lexicon) -> Thing:
    """The noun phrase after a number."""
    gap = re.match(
        rf"(?: ?\([^()]{{1,12}}%?\))?(?:[ -](?:{words.data['of_which']})?|\")?", text[start:], re.IGNORECASE
    )
    at = start + (gap.end() if gap else 0)
    direct = text[start : start + 1]
    if "(" not in text[start:at] and direct not in (" ", "-", '"') and not re.match(r"[^\W\d_]", direct):
        return Thing("", start, "")
    phrase: list[tuple[str, int, int]] = []
    stop = words.words("noun_stop")
    position = at
    while len(phrase) < _LONGEST:
        match = _WORD.match(text, position)
        if match is None:
            break
        word = match.group()
        joint = (
            phrase
            and words.nouns_capital
            and re.match(rf"(?:{words.data['joined']}) [a-zäöüß]+e[nr] [A-ZÄÖÜ]", text[position:])
        )
        if word.lower() in stop and not (joint and phrase[-1][0][0].islower()):
            break
        if phrase == [] and re.fullmatch(words.data["pieces"], word, re.IGNORECASE):
            break
        phrase.append((word, match.start(), match.end()))
        follow = re.match(r" |-(?=\w)|(?<=\w), (?=[^\W\d_]+(?:e[nr]?|ed|ing)? [^\W\d_])", text[match.end() :])
        if follow is None or (follow.group() == ", " and not _adjectives_go_on(text, match.end() + 2, words)):
            break
        position = match.end() + follow.end()
    longer = _phrase(text, at, words)
    if longer is not None and (not phrase or longer[1] <= phrase[-1][2] + 30):
        unit, end = longer
        return Thing(unit, end, text[at:end])
    return _head(text, at, phrase, words)


def _adjectives_go_on(text: str, at: int, words: Lexicon) -> bool:
    """Whether a comma stands between two adjectives ("old, rusty tanks") and not between two things."""
    found = re.match(r"([a-zäöüß]+) [^\W\d_]+", text[at:])
    return found is not None and found.group(1) not in words.words("noun_stop")


@cache
def _phrases(words: Lexicon) -> list[tuple[str, re.Pattern[str]]]:
    table = words.table("unit_phrases")
    lead = r"(?P<lead>(?:[^\W\d_][\w-]* ){0,3}?)"
    return [
        (unit, re.compile(rf"{lead}(?:{written})(?![^\W_])", re.IGNORECASE))
        for unit, written in table.items()
    ]


def _phrase(text: str, at: int, words: Lexicon) -> tuple[str, int] | None:
    """A unit of several words, nearest first."""
    stop = words.words("noun_stop")
    best: tuple[str, int] | None = None
    for unit, pattern in _phrases(words):
        match = pattern.match(text, at)
        free = match and not any(w.lower() in stop for w in match["lead"].split())
        if match and free and (best is None or match.end() < best[1]):
            best = unit, match.end()
    return best


def _head(text: str, at: int, phrase: list[tuple[str, int, int]], words: Lexicon) -> Thing:
    """The noun that is counted among the words after a number."""
    if not phrase:
        return Thing("", at, "")
    known = [(unit, end) for word, _, end in phrase if (unit := unit_of(word, words))]
    demonym = re.compile(rf"(?:{words.data['demonyms']})$")
    if known:
        unit, end = known[-1]
        times = [k for k in known if k[0] in words.table("time_units")]
        if times and known[0] == times[0]:
            unit, end = known[0]
        return Thing(unit, end, text[at:end])
    last, _, last_end = phrase[-1]
    if demonym.match(last):
        return Thing("person", last_end, text[at:last_end])
    if re.fullmatch(words.data["pieces"], last, re.IGNORECASE):
        return Thing("", last_end, "")
    if words.nouns_capital:
        nouns = [(w, e) for w, _, e in phrase if w[0].isupper()]
        if not nouns:
            return Thing("", at, "")
        word, end = nouns[0]
        return Thing(word.lower(), end, text[at:end])
    word, _, end = phrase[-1]
    plural = [(w, e) for w, _, e in phrase if re.search(r"(?<!s)s$", w) and w[0].islower()]
    if plural:
        word, end = plural[0]
    elif len(phrase) > 1 or word[0].isupper() or not re.search(r"(?:men|people|ware|craft|fold|en)$", word):
        return Thing("", at, "")
    return Thing(_singular(word.lower()), end, text[at:end])


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return re.sub(r"(?<=[sxh])es$|(?<!s)s$", "", word)


@lru_cache(maxsize=20_000)
def unit_of(word: str, words: Lexicon) -> str:
    """The unit that a word names, by itself or, where words are joined, by its end; empty where it names none."""
    lower = word.lower().strip("-'")
    table = words.units
    for unit, names in words.table("time_units").items():
        if lower in names.split():
            return unit
    for code, written in words.table("currencies").items():
        if re.fullmatch(written, lower, re.IGNORECASE):
            return code
    if lower in table:
        return table[lower]
    last = lower.rsplit("-", 1)[-1]
    if last in table:
        return table[last]
    if words.compounds:
        for length in range(len(lower) - 3, 3, -1):
            tail = lower[-length:]
            if tail in table and table[tail] not in ("m", "km", "country"):
                return table[tail]
    return ""


def carried(
    text: str, at: int, here: list[Proposal], before: list[Proposal], previous: str, words: Lexicon
) -> str:
    """The unit of a figure that has no noun after it.

    In order: the label before a colon, the noun of "the number of ... is", the last figure's unit in this sentence, a
    noun said before the figure, the last figure's unit in the sentences before, a noun of the sentence before.
    """
    ahead = text[:at]
    label = re.search(r"([^.:;!?]{2,60}?)\s?[:–=]\s*(?:\w+\s){0,2}$", ahead)
    if label:
        for word in reversed(_WORD.findall(label.group(1))):
            unit = unit_of(word, words)
            if unit and unit not in words.table("time_units"):
                return unit
    if (
        here
        and here[-1].unit not in ("percent", "ratio", "")
        and not re.search(r"[;:]", text[here[-1].end : at])
    ):
        return here[-1].unit
    for word in reversed(_WORD.findall(ahead)):
        unit = unit_of(word, words)
        if unit and unit not in words.table("time_units"):
            return unit
        if not unit and re.fullmatch(words.pattern("losses", "(?:{})"), word):
            return "person"
    if before and before[-1].unit not in ("percent", "ratio"):
        return before[-1].unit
    units = [unit_of(word, words) for word in _WORD.findall(previous)]
    counted = [u for u in units if u and u in words.words("small_counts") and u != "person"]
    return counted[-1] if counted else ""
