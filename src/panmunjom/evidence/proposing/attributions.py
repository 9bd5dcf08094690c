"""Attributions: the words of a sentence that say who speaks, before it, after it or in the middle."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from ..lexicon import Lexicon
from .clauses import boundaries

_SHORT_END = 45  # characters after "..., the general told" that are only whom or when
_LONGEST = 9  # words of a speaker's name and office


@dataclass(slots=True)
class Known:
    """The last speaker who was named, and whom offices ("the expert") stood for when they were first said."""

    last: str = ""
    offices: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attribution:
    """Words that say who speaks (start to end), the stretch of the sentence that they speak, and the speaker.

    ``own`` marks a verb whose subject belongs to the claim: "Trump promised to settle the war".
    """

    start: int
    end: int
    scope: tuple[int, int]
    speaker: str
    endorsed: bool
    own: bool = False


def attributions(text: str, words: Lexicon, known: Known) -> list[Attribution]:
    """All attributions of a sentence; ``known`` says whom "he" and "the expert" mean."""
    found: list[Attribution] = []
    for match in words.pattern("sources").finditer(text):
        speaker, end = _after(text, match.end(), words)
        if speaker:
            found.append(
                Attribution(
                    match.start(),
                    end,
                    _clause_of(text, match.start(), words),
                    _resolve(speaker, words, known),
                    False,
                )
            )
    if "behind" in words.data:
        for match in words.pattern("behind").finditer(text):
            start = max(text.rfind(c, 0, match.start()) for c in ',.;:"–(') + 1
            speaker = _clean(text[start : match.start()], words)
            if 0 < len(speaker.split()) <= _LONGEST and not re.match(
                words.pattern("adverbial", "{}"), speaker
            ):
                found.append(
                    Attribution(start, match.end(), (0, len(text)), _resolve(speaker, words, known), False)
                )
    for match in words.pattern("beliefs", r"\b(?:{})", 0).finditer(text):
        speaker = _clean(match["who"], words)
        if speaker and not re.fullmatch(words.pattern("nobody", "{}"), speaker):
            found.append(
                Attribution(
                    match.start(),
                    match.end(),
                    (match.start(), len(text)),
                    _resolve(speaker, words, known),
                    False,
                    True,
                )
            )
    for match in words.pattern("verbs").finditer(text):
        if any(a.start <= match.start() < a.end for a in found):
            continue
        heard = _verb(text, match, words, known)
        if heard is not None:
            found.append(heard)
    return found


def _clause_of(text: str, at: int, words: Lexicon) -> tuple[int, int]:
    """The part of a sentence that an inserted "according to ..." covers: up to the next ", but"."""
    cuts = [m.start() for m in words.pattern("contrasts", "(?:{})").finditer(text)]
    return max((c for c in cuts if c < at), default=0), min((c for c in cuts if c > at), default=len(text))


def _after(text: str, at: int, words: Lexicon) -> tuple[str, int]:
    """The speaker who is named after an offset, and where the name ends."""
    at += len(text[at:]) - len(text[at:].lstrip())
    stop = words.pattern("speaker_end", "(?:{})").search(text, at + 1)
    end = stop.start() if stop else len(text)
    if words.nouns_capital:
        end = at + _noun_phrase(text[at:end], words)
    speaker = " ".join(text[at:end].split()[:_LONGEST])
    end = at + len(text[at:end].rstrip())
    short = re.match(r"\s?\([^()]{2,12}\)", text[end:])
    return _clean(speaker, words), end + (short.end() if short else 0)


def _noun_phrase(text: str, words: Lexicon) -> int:
    """Where the first noun phrase of a text ends, in a language whose nouns begin with a capital."""
    time = words.pattern("time_lead", "(?:(?:{}) )*").match(text)
    end = time.end() if time else 0
    last, named, linked = end, False, False
    for found in re.finditer(r"\S+", text[end:]):
        word = found.group()
        if word[0].isupper() or word[0].isdigit():
            named, linked = True, False
        elif named and words.pattern("links", "(?:{})").fullmatch(word):
            linked = True
        elif named and not (linked and re.search(r"e[nrsm]?$", word)):
            break
        if named and not linked:
            last = end + found.end()
    return last if named else len(text)


def _clean(speaker: str, words: Lexicon) -> str:
    speaker = words.pattern("lead", "^{}").sub("", speaker.strip(" ,;:–\"'()"))
    speaker = words.pattern("time_lead", "^(?:{}),? ").sub("", speaker)
    return speaker.strip(" ,;:–\"'().")


def _resolve(speaker: str, words: Lexicon, known: Known) -> str:
    """The speaker's name, where a pronoun or an office stands for it."""
    if words.pattern("authors", "(?:{})").fullmatch(speaker):
        return "author"
    if not words.pattern("pronouns", "(?:{})").fullmatch(speaker):
        return speaker
    meant = known.last or speaker
    if words.pattern("articles", "(?:{}) .*").match(speaker):
        person = not words.pattern("sides", "(?:{})", 0).fullmatch(meant) and meant[0].isupper()
        return known.offices.setdefault(speaker.lower(), meant if person else speaker)
    return meant


def _verb(text: str, match: re.Match[str], words: Lexicon, known: Known) -> Attribution | None:
    """The attribution that a verb of saying makes, if it has a speaker: after it, inserted, or before it."""
    so_far = text[: match.start()]
    passive = words.pattern("be", r"\b(?:{}) $").search(so_far) and re.search(r"(?:ed|t)$", match.group())
    if passive or words.pattern("determiners", r"\b(?:{}) $").search(so_far):
        return None  # "are projected", "an estimated", "the report"
    start = max((end for _, end in boundaries(text, words) if end < match.start()), default=0)
    before = so_far[start:]
    endorsed = bool(words.pattern("endorsing").fullmatch(match.group()))
    found = _speaker_after(text, match, start, words)
    if found is None and before.strip() and not _is_noun(text, match, words):
        found = _speaker_inserted(text, match, words) or _speaker_before(text, match, start, words)
    if found is None:
        return None
    return replace(found, speaker=_resolve(found.speaker, words, known), endorsed=endorsed)


def _is_noun(text: str, match: re.Match[str], words: Lexicon) -> bool:
    """Whether a word that is verb and noun ("hopes", "reports") is followed as nouns are."""
    follows = words.pattern("after_nouns", r"\s*(?:$|[.;:)]|(?:{})\b)").match(text, match.end())
    return bool(follows and words.pattern("homographs", "(?:{})").fullmatch(match.group()))


def _speaker_after(text: str, match: re.Match[str], start: int, words: Lexicon) -> Attribution | None:
    """A speaker after the verb: '..., said the general', "Am Montag sagte Huber"."""
    quote = re.search(r"""(?:[,?!.]"|",|,|"|–) ?$""", text[: match.start()])
    before = text[start : match.start()].strip()
    inverted = words.nouns_capital and words.pattern("adverbial", "{}").match(before)
    if not (quote or inverted or not before):
        return None
    intends = words.pattern("intent_verbs").match(match.group()) and not inverted
    if intends and quote and '"' not in quote.group():
        return None  # "Huber, a general, expects ..."
    speaker, end = _after(text, match.end(), words)
    if not speaker or words.pattern("nobody", "(?:{})").fullmatch(speaker):
        return None
    if not quote:
        return Attribution(start, end, (end, len(text)), speaker, False)
    fits = words.pattern("may_follow", r"\s*(?:{})", 0).match(text, match.end())
    ended = '"' in quote.group() or words.nouns_capital or re.match(r"\s*(?:$|[.,;:(])", text[end:])
    return Attribution(match.start(), end, (0, len(text)), speaker, False) if fits and ended else None


def _speaker_inserted(text: str, match: re.Match[str], words: Lexicon) -> Attribution | None:
    """A speaker between a statement and the verb: '..., the general said on Monday'."""
    inserted = re.search(r"""(?:[,?!.]"|",|,) ((?:[^\s,"]+ ){1,14})$""", text[: match.start()])
    trailing = words.pattern("after_said", r"\s*(?:$|[.,:;\"]|(?:{})\b)").match(text, match.end())
    if not inserted or not (trailing or len(text) - match.end() < _SHORT_END):
        return None
    speaker = _subject(inserted.group(1), words)
    return Attribution(inserted.start(), match.end(), (0, len(text)), speaker, False) if speaker else None


def _speaker_before(text: str, match: re.Match[str], start: int, words: Lexicon) -> Attribution | None:
    """The subject of the verb: "the general said that ...", "Trump promised to ..."."""
    before = text[start : match.start()]
    begin = start + len(before) - len(before.lstrip(" ,;:–\"'"))
    relative = words.pattern("relative", "{}", 0).search(before)
    aside = words.pattern("aside", "{}", 0).search(text, 0, match.start())
    if aside:  # "An officer, who wants no name, says"
        return Attribution(aside.start(), match.end(), (match.end(), len(text)), aside.group(1), False)
    speaker = relative.group(1) if relative else _subject(before, words)
    if not speaker:
        return None
    that = words.pattern("that_clause", r"(?:, [^,;:\"]{1,70},|(?:[^,.;:\"]|, \d{4}){0,60}?)(?:{}|: )").match(
        text, match.end()
    )
    end = that.end() if that else match.end()
    own = bool(words.pattern("intent_verbs").match(match.group()))
    if relative:  # only what follows is this speaker's: "the man who promised to end it"
        return Attribution(begin, end, (match.end(), len(text)), speaker, False)
    return Attribution(begin, end, (begin if own else end, len(text)), speaker, False, own and not that)


def _subject(before: str, words: Lexicon) -> str:
    """The subject at the end of the words before a verb: a name, an office, "many experts"; empty where there is none."""
    before = _clean(before, words)
    before = words.pattern("adverbs", r"(?: (?:{})\b)+$").sub("", before)
    parts = [p.strip() for p in before.split(",") if p.strip()]
    fitting = [p for p in parts if not words.pattern("adverbial", "{}").match(p)]
    named = [p for p in fitting if re.search(r"[A-ZÄÖÜ]", p)] or fitting
    if not named:
        return ""
    speaker = named[0]
    pieces = speaker.split()
    if len(pieces) > _LONGEST:
        speaker = " ".join(pieces[-_LONGEST:])
    nobody = words.pattern("nobody", "(?:{})")
    if nobody.fullmatch(pieces[-1]) or nobody.fullmatch(speaker) or words.pattern("finite").search(speaker):
        return ""
    return speaker
