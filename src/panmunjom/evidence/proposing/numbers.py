"""Numbers in digits and words, with their scale: "40,000", "1.7 thousand", "zweihundertfünfzigtausend", "60-70,000"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from ..lexicon import Lexicon, alternatives, lexicon

LARGEST = 1e18


@dataclass(frozen=True, slots=True)
class Number:
    """One number as written.

    ``form``: digits, words, vague ("tens of thousands"), several, ratio ("twice as"), fraction (in percent).
    """

    start: int
    end: int
    value: float
    form: str
    scale: float = 1.0


def find(text: str, language: str) -> list[Number]:
    """All numbers of a sentence in order; whether one counts anything is for the caller to say."""
    found: list[Number] = []
    end = 0
    for match in _pattern(language).finditer(text):
        if match.start() < end:
            continue
        number = _read(match, lexicon(language))
        if number is not None and number.value < LARGEST:
            found.append(number)
            end = number.end
    return found


def small_number(word: str, language: str) -> float:
    """The value of digits or a number word alone, 0 where it is neither."""
    if re.fullmatch(r"\d+", word):
        return float(word)
    return _words(word, lexicon(language)) or 0.0


@cache
def _pattern(language: str) -> re.Pattern[str]:
    words = lexicon(language)
    numbers = words.table("numbers")
    decimal, group = re.escape(words.data["decimal"]), re.escape(words.data["group"])
    digits = (
        rf"\d{{1,3}}(?:{group}\d{{3}})+(?:{decimal}\d+)?(?!\d)|\d{{1,3}}(?:[' ]\d{{3}})+(?!\d|{group}\d)"
        r"|\d+(?:[.,]\d{1,3})?(?![.,]?\d)|\d+"
    )
    scales = alternatives(s for s in numbers["scales"] if s not in numbers["joined_scales"])
    joined = alternatives(numbers["joined_scales"])
    scale = (
        rf"(?:[ -](?:{scales})(?![^\W_])\.?|[ ]?(?:{joined})(?![^\W_]))"
        if joined
        else rf"(?:[ -]?(?:{scales})(?![^\W_])\.?)"
    )
    if words.compounds:
        simple = alternatives(numbers["words"])
        spelled = rf"(?:(?:{simple}|{numbers['compound_start']})[a-zäöüß]+|{simple})(?:[ ](?:{scales}))?"
    else:
        one = rf"(?:{alternatives([*numbers['words'], *[s for s in numbers['scales'] if len(s) > 4]])})"
        spelled = rf"{one}(?:(?:[ -]|(?:(?<=hundred)|(?<=thousand)|(?<=million)) {numbers['and']} ){one})*"
    return re.compile(
        rf"(?<![\w.,])(?:(?P<exact>{alternatives(numbers['exact'])})\b"
        rf"|(?P<vague>{alternatives(numbers['vague'])})\b"
        rf"|(?P<ratio>{'|'.join(numbers['twice'])})\b"
        rf"|(?P<several>{'|'.join(numbers['several'])}) (?P<several_scale>{scales})\b"
        rf"|(?P<fraction>{'|'.join(numbers['fractions'])})(?:{numbers['fraction_of']})"
        rf"|(?P<spelled>{spelled})\b"
        rf"|(?P<digits>{digits})(?P<scale>{scale})?)",
        re.IGNORECASE,
    )


def _lookup(table: dict[str, float], written: str) -> float | None:
    """The value of the first pattern that fits."""
    for pattern, value in table.items():
        if re.fullmatch(pattern, written, re.IGNORECASE):
            return float(value)
    return None


def _read(match: re.Match[str], words: Lexicon) -> Number | None:
    numbers = words.table("numbers")
    start, end = match.span()
    for form in ("exact", "vague"):
        if match[form]:
            value = _lookup(numbers[form], match[form])
            return (
                Number(start, end, value, "words" if form == "exact" else form) if value is not None else None
            )
    if match["ratio"]:
        times = _lookup(numbers["twice"], match["ratio"])
        return Number(start, end, times, "ratio") if times is not None else None
    if match["fraction"]:
        value = _lookup(numbers["fractions"], match["fraction"])
        return Number(start, match.end("fraction"), value, "fraction") if value is not None else None
    if match["several"]:
        several = _lookup(numbers["several"], match["several"])
        return Number(start, end, (several or 2) * _scale(match["several_scale"], words), "several")
    if match["spelled"]:
        value = _words(match["spelled"], words)
        scale = _scale(re.split("[ -]", match["spelled"])[-1], words)
        return (
            Number(start, end, value, "words", scale if scale >= 1000 else 1.0) if value is not None else None
        )
    scale = _scale(match["scale"], words) if match["scale"] else 1.0
    value = _digits(match["digits"], words)
    if value is None:
        return None
    return Number(start, end, value * scale, "digits", scale)


def _scale(written: str, words: Lexicon) -> float:
    scales = words.table("numbers")["scales"]
    key = written.strip(" -").lower()
    return float(scales.get(key, scales.get(key.rstrip("."), 1.0)))


def _digits(written: str, words: Lexicon) -> float | None:
    """Digits with the language's separators; a separator that can only be the other language's is read as that."""
    plain = re.sub(r"[' ]", "", written)
    group, decimal = words.data["group"], words.data["decimal"]
    if re.fullmatch(rf"\d{{1,3}}(?:{re.escape(group)}\d{{3}})+(?:{re.escape(decimal)}\d+)?", plain):
        plain = plain.replace(group, "").replace(decimal, ".")
    else:
        plain = plain.replace(",", ".")
    try:
        return float(plain) if len(plain) < 30 else None
    except ValueError:
        return None


def _words(written: str, words: Lexicon) -> float | None:
    """A spelled number; None where a word is part of something else."""
    numbers = words.table("numbers")
    if words.compounds:
        first, _, scale = written.partition(" ")
        value = _compound(first.lower(), numbers)
        return None if value is None else value * (_scale(scale, words) if scale else 1.0)
    total = current = 0.0
    for word in re.split(r"[ -]", written.lower()):
        if word in numbers["words"]:
            current += numbers["words"][word]
        elif word in numbers["scales"]:
            size = float(numbers["scales"][word])
            if size >= 1000:
                total, current = total + (current or 1.0) * size, 0.0
            else:
                current = (current or 1.0) * size
        elif word != numbers["and"]:
            return None
    return total + current


def _compound(word: str, numbers: dict[str, dict[str, float]]) -> float | None:
    """A joined number word such as "zweihundertfünfzigtausend"."""
    if word in numbers["words"]:
        return float(numbers["words"][word])
    for name, size in numbers["inner_scales"].items():
        before, found, after = word.partition(name)
        if found:
            many = _compound(before, numbers) if before else 1.0
            rest = _compound(after.removeprefix(str(numbers["inner_and"])), numbers) if after else 0.0
            return None if many is None or rest is None else many * size + rest
    ones, joint, tens = word.partition(str(numbers["inner_and"]))
    if joint and ones in numbers["words"] and tens in numbers["words"]:
        return float(numbers["words"][ones] + numbers["words"][tens])
    return None


def with_scale(number: Number, scale: float) -> Number:
    """The number times a scale that stands only at the other end of its range: the 60 of "60-70,000"."""
    return replace(number, value=number.value * scale, scale=scale)
