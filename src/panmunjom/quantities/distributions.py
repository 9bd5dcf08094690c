"""Distributions as people write them.

=================  ==================================================================================
``320``            exactly that
``15 to 30``       90% interval: lognormal where both ends are positive, else normal
``30% to 60%``     90% interval of a share: normal on the logit scale
``320 ± 60``       normal with that standard deviation
``10..20``         uniform
=================  ==================================================================================

Each is one function of a standard normal z (or of a uniform u), value = shape(a + b·z), so that compiled
code can draw from any of them when an event draws a parameter anew.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

Z90 = 1.6448536269514722  # 95% point of the standard normal: the ends of a 90% interval

LARGEST = 1e100  # figures beyond this are slips of the pen, and their squares would not be finite
_LOG_LARGEST = 700.0  # exp of more overflows

_NUMBER = r"[-+]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?"
_POINT = re.compile(rf"({_NUMBER})(\s*%)?$")
_TO = re.compile(rf"({_NUMBER})(\s*%)?\s+to\s+({_NUMBER})(\s*%)?$")
_PLUS = re.compile(rf"({_NUMBER})\s*(?:±|\+/-|\+-)\s*({_NUMBER})$")
_UNIFORM = re.compile(rf"({_NUMBER})\s*\.\.\s*({_NUMBER})$")

FAMILIES = ("point", "normal", "lognormal", "logit", "uniform")


@dataclass(frozen=True, slots=True)
class Distribution:
    """One of ``FAMILIES`` with its two numbers, and the text that it was written as.

    value = a + b·z (normal), exp(a + b·z) (lognormal), 1/(1+exp(−a−b·z)) (logit), a + b·u (uniform),
    a (point)
    """

    family: str
    a: float
    b: float
    text: str = ""

    def quantile_of_z(self, z: float) -> float:
        """The value at a standard normal score."""
        if self.family == "point":
            return self.a
        if self.family == "uniform":
            return self.a + self.b * 0.5 * math.erfc(-z / math.sqrt(2))
        raw = self.a + self.b * z
        if self.family == "normal":
            return raw
        if self.family == "lognormal":
            return math.exp(raw) if raw < _LOG_LARGEST else math.inf
        return 1 / (1 + math.exp(-raw)) if raw > -_LOG_LARGEST else 0.0

    @property
    def median(self) -> float:
        """The value that half of the draws lie below."""
        return self.quantile_of_z(0.0)

    @property
    def interval(self) -> tuple[float, float]:
        """The ends of the 90% interval."""
        return self.quantile_of_z(-Z90), self.quantile_of_z(Z90)

    @property
    def certain(self) -> bool:
        """Whether every draw is the same."""
        return self.family == "point" or self.b == 0


def point(value: float, text: str = "") -> Distribution:
    """Exactly that value."""
    _sensible(text or f"{value:g}", value)
    return Distribution("point", value, 0.0, text or f"{value:g}")


def between(low: float, high: float, text: str = "", share: bool = False) -> Distribution:
    """The distribution whose 90% interval that is. Raises ``ValueError`` with a sentence."""
    text = text or f"{low:g} to {high:g}"
    _sensible(text, low, high)
    if low > high:
        raise ValueError(f"'{text}' runs backwards; write '{high:g} to {low:g}'")
    if low == high:
        return point(low, text)
    if share:
        if not (low > 0 and high < 1):
            raise ValueError(f"'{text}' must lie between 0% and 100%, both left out")
        lo, hi = math.log(low / (1 - low)), math.log(high / (1 - high))
        return Distribution("logit", (lo + hi) / 2, (hi - lo) / (2 * Z90), text)
    if low > 0:
        lo, hi = math.log(low), math.log(high)
        return Distribution("lognormal", (lo + hi) / 2, (hi - lo) / (2 * Z90), text)
    return Distribution("normal", (low + high) / 2, (high - low) / (2 * Z90), text)


def parse_distribution(text: str) -> Distribution:
    """The distribution that a text describes.
    Raises ``ValueError`` with a sentence that says what would be right.
    """
    text = text.strip()
    if not text:
        raise ValueError(
            "a figure is missing here; write it as 320, 15 to 30, 320 ± 60, 10..20 or 30% to 60%"
        )
    if match := _POINT.match(text):
        return point(float(match.group(1)) * (0.01 if match.group(2) else 1.0), text)
    if match := _TO.match(text):
        low, high = float(match.group(1)), float(match.group(3))
        if match.group(4):
            return between(low / 100, high / 100, text, share=True)
        if match.group(2):
            raise ValueError(f"'{text}' has a percent sign at one end only")
        return between(low, high, text)
    if match := _PLUS.match(text):
        spread = float(match.group(2))
        _sensible(text, float(match.group(1)), spread)
        if spread < 0:
            raise ValueError(f"the spread of '{text}' is negative")
        return Distribution("normal", float(match.group(1)), spread, text)
    if match := _UNIFORM.match(text):
        low, high = float(match.group(1)), float(match.group(2))
        _sensible(text, low, high)
        if low > high:
            raise ValueError(f"'{text}' runs backwards; write '{high:g}..{low:g}'")
        return Distribution("uniform", low, high - low, text)
    raise ValueError(
        f"'{text}' is not a distribution; write it as 320, 15 to 30, 320 ± 60, 10..20 or 30% to 60%"
        + _why(text)
    )


def _sensible(text: str, *figures: float) -> None:
    """Raise ``ValueError`` for figures that no quantity of a case can have."""
    if not all(abs(f) <= LARGEST for f in figures):
        raise ValueError(f"'{text}' must be finite and not beyond {LARGEST:g}")


def _why(text: str) -> str:
    """What is wrong with a number in the text, where that can be said."""
    if re.fullmatch(r"[^A-Za-z]*(?:\bto\b)?[^A-Za-z]*\s[A-Za-z][\w/*^]*", text):
        return " (without a unit: figures stand in the unit that the parameter declares)"
    for word in re.findall(r"[\w.:]+", text):
        if re.match(r"0\d", word):
            return f" (write {word.lstrip('0') or '0'} without the leading zero)"
        if re.fullmatch(r"\d[\d_]*_[\d_]*", word):
            return f" (write {word.replace('_', '')} without underscores)"
        if ":" in word:
            return f" ({word} is a time of day, not a number)"
        if word.lower() in (".inf", ".nan", "inf", "nan"):
            return " (numbers must be finite)"
    return ""
