"""Numbers and dates as a reader wants them: no false precision, no probability without its error or range."""

from __future__ import annotations

import math
from datetime import date

from panmunjom.futures.wording import DASH, binomial, finite, limits, own, points, portion, share, span
from panmunjom.text.problems import printable

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
KEEP = (
    "\n\u00a0\u00ad\u2009\u200a\u202f"  # line breaks, spaces and hyphens of typography; all other controls go
)


def clean(value: object) -> object:
    """A copy of JSON-able ``value`` whose strings (and keys) hold no control characters or lone
    surrogates."""
    if isinstance(value, str):
        return printable(value, KEEP)
    if isinstance(value, dict):
        return {printable(str(key), KEEP): clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    return value


def difference(value: object, se: object) -> str:
    """A change of a probability in percentage points: ``+4.1 ± 0.6 points``."""
    change, error = finite(value), finite(se)
    if change is None:
        return DASH
    step = 2 * error if error else None
    sign = "−" if change < 0 else "+"
    size = f"{sign}{points(abs(change), step)}"
    return f"{size} ± {points(2 * error, step)} points" if error else f"{size} points"


def number(value: object) -> str:
    """A quantity with three significant digits and thousands separated: 2,560; 0.0312."""
    x = finite(value)
    if x is None:
        return DASH
    if x == 0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(x)))
    text = f"{x:,.{max(0, digits)}f}" if abs(x) >= 1e-4 else f"{x:.2e}"
    return (text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text).replace("-", "−")


def day(text: str | None) -> str:
    """An ISO date (full, YYYY-MM or YYYY; a time of day is dropped) as ``14 Nov 2024``; anything else
    unchanged."""
    if not text:
        return DASH
    parts = str(text).partition("T")[0].split("-")
    if not (1 <= len(parts) <= 3 and all(part.isascii() and part.isdigit() for part in parts)):
        return str(text)
    if len(parts) > 1 and not 1 <= int(parts[1]) <= 12:
        return str(text)
    words = [str(int(parts[2]))] if len(parts) == 3 else []
    words += [MONTHS[int(parts[1]) - 1]] if len(parts) > 1 else []
    return " ".join([*words, parts[0]])


def year_of(text: str) -> float:
    """An ISO date as a decimal year; NaN if it is none."""
    try:
        moment = date.fromisoformat(str(text)[:10])
    except ValueError:
        return math.nan
    first = date(moment.year, 1, 1).toordinal()
    length = 366 if moment.year % 4 == 0 and (moment.year % 100 or moment.year % 400 == 0) else 365
    return moment.year + (moment.toordinal() - first) / length


def age(days: object) -> str:
    """An age in words: ``no age``, ``12 days``, ``7 months``, ``2.6 years``."""
    x = finite(days)
    if x is None:
        return DASH
    if x < 1:
        return "new"
    if x < 60:
        return f"{x:.0f} day{'' if round(x) == 1 else 's'}"
    return f"{x / 30.4375:.0f} months" if x < 730 else f"{x / 365.25:.1f} years"


def count(n: int, word: str) -> str:
    """``1 claim``, ``1,204 claims``."""
    return f"{n:,} {word}{'' if n == 1 else 's'}"


def length(days: float) -> str:
    """A span of time: ``5 years``, ``7 months``, ``12 days``."""
    if days >= 0.95 * 365.25:
        return count(round(days / 365.25), "year")
    return count(round(days / 30.4375), "month") if days >= 60 else count(round(days), "day")


def shortened(text: str, most: int = 48) -> str:
    """``text`` cut at a word boundary to ``most`` characters, with an ellipsis where something is left out."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    whole = cut if text[most - 1] == " " else cut.rpartition(" ")[0] or cut
    return whole.rstrip(" ,;:") + "…"


def without_unit(text: str, unit_text: str | None) -> str:
    """A figure as written, without the unit behind it where that is the one printed beside it."""
    return text.removesuffix(unit_text).rstrip() if unit_text not in (None, "", "1") else text


def between(low: object, high: object) -> str:
    """``4,200 to 7,500``; one number where both are the same."""
    first, last = number(low), number(high)
    return first if first == last else f"{first} to {last}"


def unit(text: str | None) -> str:
    """A unit as a reader writes it: ``km²``, ``thousand men``; nothing for a plain number."""
    return (
        "" if text in (None, "", "1") else str(text).replace("^2", "²").replace("^3", "³").replace("_", " ")
    )


def spread(text: str, median: object, low: object, high: object) -> str:
    """Median and 90% interval beside a distribution as written; what ``text`` says already is left out."""
    a, b, middle = finite(low), finite(high), finite(median)
    if a is None or b is None or a == b:
        return ""
    written = text.replace(",", "")
    said = all(number(value).replace(",", "") in written for value in (a, b))
    whole = f"90% {number(a)} to {number(b)}"
    if middle is None:
        return "" if said else whole
    return f"median {number(middle)}" if said else f"median {number(middle)}, {whole}"


def need(low: object, high: object, unit_text: str) -> str:
    """What a parameter must be: ``between 2,560 and 2,860 barrel``, ``at least 3``, ``at most 5 1/month``."""
    a, b = finite(low), finite(high)
    tail = f" {unit(unit_text)}".rstrip()
    if a is None and b is None:
        return "some other value"
    if b is None:
        return f"at least {number(a)}{tail}"
    if a is None:
        return f"at most {number(b)}{tail}"
    return f"exactly {number(a)}{tail}" if a == b else f"between {number(a)} and {number(b)}{tail}"


__all__ = [
    "DASH",
    "MONTHS",
    "age",
    "between",
    "binomial",
    "clean",
    "count",
    "day",
    "difference",
    "finite",
    "length",
    "limits",
    "need",
    "number",
    "own",
    "points",
    "portion",
    "share",
    "shortened",
    "span",
    "spread",
    "unit",
    "without_unit",
    "year_of",
]
