"""Which numbers of a sentence count something, with their hedge and, where they are two ends, their range."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..lexicon import Lexicon, alternatives, lexicon
from .deadlines import When
from .numbers import Number, find, with_scale
from .things import thing_after

# What a hedge leaves of the two bounds: both, the lower, the upper.
_BOUNDS = {"over": "low", "at_least": "low", "up_to": "high", "at_most": "high"}


@dataclass(slots=True)
class Figure:
    """A number or a range, with its hedge; ``symbol`` is a currency written before it or a percent sign after it."""

    start: int
    end: int
    low: float | None
    high: float | None
    form: str
    hedge: str = "none"
    symbol: str = ""

    @property
    def value(self) -> float:
        """The figure, or the middle of its range."""
        known = [v for v in (self.low, self.high) if v is not None]
        return sum(known) / len(known)


def figures(text: str, language: str, times: list[When]) -> list[Figure]:
    """The figures of a sentence in order; dates, designations, article numbers and probabilities are left out."""
    words = lexicon(language)
    numbers = [n for n in find(text, language) if _counts(text, n, words, times)]
    found: list[Figure] = []
    i = 0
    while i < len(numbers):
        here, joined = numbers[i], False
        if i + 1 < len(numbers) and _out_of(text, here, numbers[i + 1], words):
            share = 100 * here.value / numbers[i + 1].value
            found.append(Figure(here.start, numbers[i + 1].end, share, share, "fraction", symbol="percent"))
            i += 2
            continue
        if i + 1 < len(numbers):
            joined = _range(text, here, numbers[i + 1], words)
        last = numbers[i + 1] if joined else here
        if joined and here.scale == 1 and last.scale > 1 and here.value < last.value / last.scale * 2:
            here = with_scale(here, last.scale)
        elif (
            joined
            and last.form == here.form == "digits"
            and last.value / 5000 <= here.value < last.value / 1000
        ):
            here = with_scale(here, 1000)  # 60-70,000
        figure = Figure(here.start, last.end, here.value, last.value, here.form)
        i += 2 if joined else 1
        _symbols(text, figure, words)
        _hedge(text, figure, words)
        if not re.match(
            rf"\s?-?{words.pattern('chance', '(?:{})').pattern}", text[figure.end :], re.IGNORECASE
        ):
            found.append(figure)
    return found


def _counts(text: str, number: Number, words: Lexicon, times: list[When]) -> bool:
    """Whether a number may count something."""
    before, after = text[: number.start], text[number.end :]
    digits = number.form == "digits"
    if any(w.start <= number.start and number.end <= w.end and w.exact != "vague" for w in times):
        year = re.fullmatch(r"(?:19|20)\d\d", text[number.start : number.end])
        counted = thing_after(text, number.end, words).unit in words.words("small_counts")  # "2000 Soldaten"
        counted = counted and not any(
            n.start < 2 for n in find(after[:25], words.code)
        )  # "2025 acht Milliarden"
        introduced = any(w.introduced for w in times if w.start <= number.start < w.end)
        if not (year and counted and not introduced and not _month_before(before, words)):
            return False
    if (
        digits
        and re.search(r"(?:[^\W\d_]-|[^\W\d_]|[#№/§+]\s?|:|\d[/.])$", before)
        and not re.search(r"(?:us|hk)$", before, re.I)
    ):
        return False  # T-72, MH17, 24/7, 12:30
    if digits and re.match(r"[:/]\d|-[A-Z]\b|[A-Z]+\d*\b", after):
        return False
    if (
        digits
        and re.search(r"[A-ZÄÖÜ][\w'-]+(?:, | \()$", before)
        and re.match(r"[,)]", after)
        and number.value < 110
    ):
        return False  # an age: "Zelensky, 47, ..."
    if digits and re.match(rf"(?:{words.data['ordinal']})\b", after):
        return False
    if digits and words.ordinal_dot and re.match(r"\.\s?[^\W\d_]", after) and number.value < 100:
        return False
    if re.search(rf"\b{words.data['labels']}\s*$", before, re.IGNORECASE):
        return False
    if digits and re.search(rf"\b(?:{words.data['designations']})[ -]?$", before, re.IGNORECASE):
        return False
    if (
        re.match(rf"[\s-]?(?:{words.data['not_counted']})(?![^\W_])", after, re.IGNORECASE)
        and number.scale == 1
    ):
        return False
    chance = words.pattern("chance", "(?:{})").pattern
    if re.match(
        rf"\s?(?:{words.data['percent']})?(?: (?:to|bis|–) \S+)?[ -]?(?:{words.data['percent']})?[ -](?:\w+ ){{0,1}}{chance}",
        after,
        re.IGNORECASE,
    ):
        return False
    near = re.search(rf"{chance}\w*\b[^.;]{{0,30}}$", before, re.IGNORECASE)
    return not (near and re.match(rf"\s?(?:{words.data['percent']})", after, re.IGNORECASE))


def _month_before(before: str, words: Lexicon) -> bool:
    return bool(re.search(rf"(?:{alternatives(words.table('months'))})\.?,? $", before, re.IGNORECASE))


def _out_of(text: str, one: Number, two: Number, words: Lexicon) -> bool:
    """Whether two numbers are a share: "nine out of ten"."""
    between = text[one.end : two.start]
    joined = re.fullmatch(rf" (?:[a-zäöüß]+ )?{words.table('numbers')['out_of']} ", between, re.IGNORECASE)
    return bool(joined) and 0 < one.value < two.value <= 100


def _range(text: str, one: Number, two: Number, words: Lexicon) -> bool:
    """Whether two numbers are the ends of one range; a change from one to the other is two figures."""
    numbers = words.table("numbers")
    between = text[one.end : two.start]
    unit = rf"\s?(?:{words.data['percent']}|{_money(words)}|[^\W\d_]{{2,14}})?\s?"
    if one.form in ("vague", "fraction") or two.form in ("vague", "fraction"):
        return False
    if re.search(rf"{words.data['percent']}", between, re.IGNORECASE) and not re.match(
        rf"\s?(?:{words.data['percent']})", text[two.end :], re.IGNORECASE
    ):
        return False  # "rose 1.2% to $76"
    if re.fullmatch(rf"\s?[-–]\s?(?:{_money(words)})?", between, re.IGNORECASE):
        return one.value < two.value or two.scale > 1
    if not re.fullmatch(
        rf"{unit}(?:{numbers['range']}|{numbers['between_and']})\s(?:{_money(words)})?",
        between,
        re.IGNORECASE,
    ):
        return False
    before = text[: one.start]
    opened = re.search(
        rf"\b(?:{numbers['between']})\s(?:\w+\s){{0,2}}(?:{_money(words)})?$", before, re.IGNORECASE
    )
    plain = re.fullmatch(rf"{unit}(?:{numbers['range']})\s(?:{_money(words)})?", between, re.IGNORECASE)
    ordered = one.value < two.value or (two.scale > 1 and one.scale == 1)
    if not ordered:
        return False
    is_change = re.search(rf"\b{numbers['change']}\b[^.;]{{0,40}}$", before, re.IGNORECASE) and opened
    return bool((opened or plain) and not is_change)


def _money(words: Lexicon) -> str:
    return "|".join(words.table("currencies").values())


def _symbols(text: str, figure: Figure, words: Lexicon) -> None:
    """A currency sign before the figure, and a percent sign or word after it."""
    before, after = text[: figure.start], text[figure.end :]
    for code, written in words.table("currencies").items():
        found = re.search(rf"(?<![^\W_])(?:{written})\s?$", before, re.IGNORECASE)
        if found and not re.fullmatch(r"[a-z]{4,}\s?", found.group()):
            figure.symbol, figure.start = code, figure.start - len(found.group())
            return
    found_percent = re.match(rf"\s?-?(?:{words.data['percent']})", after, re.IGNORECASE)
    if found_percent:
        figure.symbol, figure.end = "percent", figure.end + found_percent.end()
    if figure.form == "fraction":
        figure.symbol = "percent"
        figure.hedge = "none"


def _hedge(text: str, figure: Figure, words: Lexicon) -> None:
    """The hedge before or after a figure, which moves its start or end and opens a bound."""
    before = text[: figure.start]
    found = None
    for name, written in words.table("hedges").items():
        match = re.search(
            rf"(?<![^\W_])(?:{written})\s+(?:{words.data['hedge_fillers']}){{0,2}}$", before, re.IGNORECASE
        )
        if match and (found is None or match.start() < found[1]):
            found = name, match.start()
    if found is not None:
        figure.hedge, figure.start = found
    else:
        for name, written in words.table("hedges_after").items():
            match = re.match(rf"\s?(?:{written})(?![^\W_])", text[figure.end :], re.IGNORECASE)
            if match:
                figure.hedge, figure.end = name, figure.end + match.end()
                break
    if figure.low == figure.high:
        keep = "low" if figure.form in ("vague", "several") else _BOUNDS.get(figure.hedge)
        if keep == "low":
            figure.high = None
        elif keep == "high":
            figure.low = None
        if figure.form in ("vague", "several") and figure.hedge == "none":
            figure.hedge = "at_least"
