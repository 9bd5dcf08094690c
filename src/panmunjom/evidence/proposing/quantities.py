"""Figures become quantities: what is counted, per what time, of whom and as of when."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

from ..documents.records import Sentence
from ..lexicon import Lexicon, alternatives, lexicon
from .deadlines import When
from .figures import Figure, figures
from .proposal import Proposal
from .things import Thing, carried, thing_after

_TIMES = ("hour", "day", "week", "month", "quarter", "year", "decade")


def quantities(
    sentence: Sentence, times: list[When], today: date | None, before: list[Proposal], previous: str
) -> list[Proposal]:
    """The quantities of a sentence. ``before`` are those of the sentences before it, whose unit may carry over,
    and ``previous`` is the text of the last one."""
    words = lexicon(sentence.language)
    text = sentence.text
    found: list[Proposal] = []
    for figure in figures(text, sentence.language, times):
        thing = _thing(text, figure, words)
        if thing is None:
            continue
        if not thing.unit:
            thing = Thing(
                carried(text, figure.start, found, _near(sentence, before), previous, words), thing.end, ""
            )
        if not thing.unit and not _bare_is_fine(text, figure, words):
            continue
        if not _worth_saying(text, figure, thing, bool(found), words):
            continue
        end = max(figure.end, thing.end)
        end -= len(text[figure.start : end]) - len(text[figure.start : end].rstrip())
        quantity = Proposal(
            "quantity",
            sentence,
            figure.start,
            end,
            figure.low,
            figure.high,
            thing.unit,
            hedge=figure.hedge,
            of=thing.words,
        )
        found.append(quantity)
    for one, two in pairwise(found):  # "from 1 million to 2.5 million shells"
        if (
            not one.of
            and two.of
            and re.fullmatch(
                rf"\W*(?:{words.table('numbers')['range']}|{words.data['change_to']})\W*",
                text[one.end : two.start],
                re.IGNORECASE,
            )
        ):
            one.unit = two.unit
    _rates(text, found, today, words)
    for quantity in found:
        quantity.as_of = _as_of(quantity, times, today, words)
        quantity.whose = _whose(text, quantity, words)
    return found


def _thing(text: str, figure: Figure, words: Lexicon) -> Thing | None:
    """What a figure counts; None where it counts nothing that is a claim."""
    if figure.symbol == "percent":
        after = thing_after(text, figure.end, words)
        return Thing("percent", figure.end if not after.unit else after.end, after.words)
    if figure.symbol:
        return Thing(figure.symbol, figure.end, "")
    if figure.form == "ratio":
        return Thing("ratio", figure.end, "")
    ratio = re.match(
        rf"[\s-]?(?:{words.table('numbers')['times']})\b|\s(?:{words.table('numbers')['to_one']})\b",
        text[figure.end :],
        re.IGNORECASE,
    )
    if ratio:
        return Thing("ratio", figure.end + ratio.end(), "")
    thing = thing_after(text, figure.end, words)
    if thing.unit in _TIMES:
        return thing if _duration(text, figure, thing, words) else None
    return thing


def _duration(text: str, figure: Figure, thing: Thing, words: Lexicon) -> bool:
    """Whether a length of time is a quantity ("enough for 12 months") and not an adverb ("in two years")."""
    before, after = text[: figure.start], text[thing.end :]
    if re.match(rf"\s?{words.data['time_adverb_after']}\b", after, re.IGNORECASE):
        return False
    if re.match(r"-\S", after):
        return False
    around = text[max(0, figure.start - 80) : thing.end + 40]
    if re.search(rf"\b{words.data['duration_nouns']}\b", around, re.IGNORECASE):
        return not words.pattern("over_and_gone", r"\b(?:{}) $").search(before)
    return False


def _bare_is_fine(text: str, figure: Figure, words: Lexicon) -> bool:
    """Whether a figure without any unit is still likely to count something: a large or grouped number."""
    written = text[figure.start : figure.end]
    return figure.form == "digits" and figure.value >= 1000 and not re.fullmatch(r"(?:19|20)\d\d", written)


def _worth_saying(text: str, figure: Figure, thing: Thing, follows: bool, words: Lexicon) -> bool:
    """Small number words count only things of the war; "the two sides" counts nothing."""
    if figure.form == "words" and figure.value <= 12 and figure.symbol == "":
        if thing.unit == "ratio" or thing.unit in _TIMES:
            return True
        if thing.unit not in words.words("small_counts") or not (
            thing.words or follows or figure.hedge != "none"
        ):
            return False
        one = figure.value == 1 and figure.low == figure.high
        return not one and not words.pattern("definite", r"\b(?:{}) $").search(text[: figure.start])
    if figure.form == "fraction":
        return True
    if figure.form == "digits" and figure.value <= 12 and figure.symbol == "" and figure.low == figure.high:
        return (
            bool(thing.unit) and not re.search(r"[A-ZÄÖÜ]\w* $", text[: figure.start][1:])
        ) or thing.unit in words.words("small_counts")
    return True


def _near(sentence: Sentence, before: list[Proposal]) -> list[Proposal]:
    """Quantities of the same or the last block."""
    return [q for q in before[-3:] if sentence.block - q.sentence.block <= 1]


def _rates(text: str, found: list[Proposal], today: date | None, words: Lexicon) -> None:
    """Give each quantity its rate: written beside it, shared in an enumeration, or a total of a period that is over."""
    rates = {
        name: words.pattern(f"rates.{name}", r"(?<![^\W_])(?:{})(?![^\W_])") for name in words.table("rates")
    }
    for i, quantity in enumerate(found):
        if quantity.unit in ("ratio",) or quantity.unit in _TIMES:
            continue
        to = found[i + 1].start if i + 1 < len(found) else len(text)
        clause = words.pattern("rate_ends", "(?:{})").split(text[quantity.end : to])[0]
        behind = text[quantity.end : quantity.end + min(len(clause), 70)]
        ahead = text[max(found[i - 1].end if i else 0, quantity.start - 45) : quantity.start]
        ahead = re.split(r"[;:,]", ahead)[-1]
        inside = text[quantity.start : quantity.end]
        for name, pattern in rates.items():
            match = pattern.search(behind)
            if match and not words.pattern("no_rate_after", r"\b(?:{})\s*$").search(behind[: match.start()]):
                quantity.per = name
                if not re.search(r"[,;]", behind[: match.start()]):
                    quantity.end += match.end()
                break
            if pattern.search(ahead) or pattern.search(inside):
                quantity.per = name
                break
    for i in range(len(found) - 2, -1, -1):  # "100 tanks and 320 barrels a month"
        between = text[found[i].end : found[i + 1].start]
        open_rate = not found[i].per and found[i].unit not in ("percent", "ratio", *_TIMES)
        if open_rate and words.pattern("enumerated", r"\W*(?:{})?\W*").fullmatch(between):
            found[i].per = found[i + 1].per
    for one, two in pairwise(found):  # "10,000 shells a day, the others 2,000"
        if not two.of and not two.per and two.unit == one.unit != "percent":
            two.per = one.per
    same = words.pattern("same_rate")
    for i, quantity in enumerate(found):
        behind = text[quantity.end : quantity.end + 50]
        match = same.search(behind)
        if not quantity.per and i and match:
            quantity.per = found[i - 1].per
            quantity.end += match.end()
        elif not quantity.per and quantity.unit not in ("percent", "ratio", "km", "mile", *_TIMES):
            quantity.per = _total(text, quantity, today, words)


def _total(text: str, quantity: Proposal, today: date | None, words: Lexicon) -> str:
    """The period of which a figure is the total, where a flow is counted: losses "in October" are a month's."""
    months = alternatives(words.table("months"))
    other = words.pattern("no_total_after", rf"(?:(?:{{}})|{months})\s$")
    if quantity.unit in words.table("currencies") and not words.pattern("spending").search(text):
        return ""
    around = text[max(0, quantity.start - 110) : quantity.end + 70]
    if not words.pattern("flows").search(around):
        return ""
    for name, written in words.table("totals").items():
        filled = written.replace("{month}", f"(?:{months})")
        for match in re.finditer(rf"(?<![^\W_])(?:{filled})(?![^\W_])", around, re.IGNORECASE):
            if words.pattern(
                "change_to",
                rf" (?:{{}}|{words.data['numbers']['range']}|{words.data['numbers']['and']}|–) (?:{months})",
            ).match(around, match.end()):
                continue  # a total of two months is no month's
            year = re.search(r"(?:19|20)\d\d", match.group())
            if year and today and int(year.group()) > today.year:
                continue  # still to come
            if not other.search(around[: match.start()]):
                return name
    return ""


def _as_of(quantity: Proposal, times: list[When], today: date | None, words: Lexicon) -> str:
    """The date that a figure speaks of: one in its sentence that is past, else the month of the document."""
    if today is None:
        return ""
    since = re.compile(rf"(?:{words.data['start_only']})\b[^,;.]{{0,30}}$", re.IGNORECASE)
    past = [
        w
        for w in times
        if w.past
        and w.past.replace(day=1) <= today
        and w.exact != "vague"
        and not w.open_ended
        and (w.introduced or w.exact != "year")
        and not since.search(quantity.sentence.text[: w.start])
    ]
    if past:
        nearest = min(past, key=lambda w: min(abs(w.start - quantity.end), abs(quantity.start - w.end)))
        return nearest.iso(nearest.past)
    if [w for w in times if w.last and w.last > today and not w.open_ended]:
        return ""
    return today.isoformat()[:7]


def _whose(text: str, quantity: Proposal, words: Lexicon) -> str:
    """The side named in the figure's own words or last before it."""
    sides = words.pattern("sides", flags=0)
    inside = sides.search(text, quantity.start, quantity.end)
    if inside:
        return inside.group()
    ahead = list(sides.finditer(text, 0, quantity.start))
    return ahead[-1].group() if ahead else ""
