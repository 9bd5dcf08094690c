"""Distributions as people write them.

=================  ==================================================================================
``320``            exactly that
``15 to 30``       90% interval: lognormal where both ends are positive, else normal
``30% to 60%``     90% interval of a share: normal on the logit scale
``320 ± 60``       normal with that standard deviation
``10..20``         uniform
=================  ==================================================================================

By name: ``normal(mean, sd)``, ``lognormal(median, factor)`` (two thirds of the draws lie between median / factor
and median × factor: the geometric standard deviation, in the parameter's own unit), ``uniform(low, high)``,
``triangular(low, mode, high)``, ``pert(low, mode, high)`` (D. G. Malcolm et al., Operations Research 7 (1959) 646: a
beta whose mean is (low + 4 mode + high) / 6), ``beta(a, b)`` of a share, ``gamma(mean, sd)``. Behind any of them
``within 0 to 50`` cuts off what lies outside and draws from the rest: the word that bounds a parameter bounds a
figure, and it needs no comma, which inside { } would have to be quoted.

Each is one function of a standard normal z (or of a uniform u), value = shape(a + b·z). All but gamma, beta and PERT
are made of the operations of compiled code, so that an event can draw them anew.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

Z90 = 1.6448536269514722  # 95% point of the standard normal: the ends of a 90% interval

LARGEST = 1e100  # figures beyond this are slips of the pen, and their squares would not be finite
_LOG_LARGEST = 700.0  # exp of more overflows

_NUMBER = r"[-+]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?"
_POINT = re.compile(rf"({_NUMBER})(\s*%)?$")
_TO = re.compile(rf"({_NUMBER})(\s*%)?\s+to\s+({_NUMBER})(\s*%)?$")
_PLUS = re.compile(rf"({_NUMBER})\s*(?:±|\+/-|\+-)\s*({_NUMBER})$")
_UNIFORM = re.compile(rf"({_NUMBER})\s*\.\.\s*({_NUMBER})$")

_WITHIN = re.compile(rf"(.+?)\s+within\s+({_NUMBER})(\s*%)?\s+to\s+({_NUMBER})(\s*%)?$")
_CALL = re.compile(r"([a-z]+)\s*\((.*)\)$")

FAMILIES = ("point", "normal", "lognormal", "logit", "uniform", "triangular", "beta", "gamma")
TABLED = ("beta", "gamma")  # drawn from a table of quantiles, which compiled code does not have
_BOUNDED = ("point", "uniform", "triangular", "beta")
_LEAST_MASS = 1e-6  # a truncation that leaves less contradicts what it truncates


@dataclass(frozen=True, slots=True)
class Distribution:
    """One of ``FAMILIES`` with its numbers, and the text that it was written as.

    value = a + b·z (normal), exp(a + b·z) (lognormal), 1/(1+exp(−a−b·z)) (logit), a + b·u (uniform), a (point);
    a + b·t with t on 0..1 triangular with its peak at shape[0], or beta with the exponents in shape;
    b·t with t gamma of exponent shape[0]. ``within`` cuts off what lies outside.
    """

    family: str
    a: float
    b: float
    text: str = ""
    shape: tuple[float, ...] = ()
    within: tuple[float, float] | None = None

    def quantile_of_z(self, z: float) -> float:
        """The value at a standard normal score."""
        if self.within is None:
            return self._whole(z)
        from statistics import NormalDist  # takes milliseconds, which only what is cut off needs

        (low, high), (start, span) = self.within, self.window
        u = start + span * _probability(z)
        return min(max(self._whole(NormalDist().inv_cdf(u)), low), high) if 0 < u < 1 else (low, high)[u >= 1]

    def _whole(self, z: float) -> float:
        """The value at a score, were nothing cut off."""
        if self.family == "point":
            return self.a
        if self.family == "uniform":
            return self.a + self.b * _probability(z)
        if self.family == "triangular":
            u, peak = _probability(z), self.shape[0]
            rising = u < peak
            return self.a + self.b * (math.sqrt(u * peak) if rising else 1 - math.sqrt((1 - u) * (1 - peak)))
        raw = self.a + self.b * z
        if self.family == "normal":
            return raw
        if self.family == "lognormal":
            return math.exp(raw) if raw < _LOG_LARGEST else math.inf
        if self.family == "logit":
            return _logistic(raw)
        import numpy as np  # only for these two, so that nothing else waits for it

        from .quantiles import transformed

        y = float(transformed(self.family, self.shape, np.array(z)))
        return self.a + self.b * (math.exp(min(y, _LOG_LARGEST)) if self.family == "gamma" else _logistic(y))

    def below(self, value: float) -> float:
        """The probability of less than a value, were nothing cut off."""
        low, high = replace(self, within=None).support
        if not low < value < high:
            return float(value >= high)
        share = (value - self.a) / self.b
        if self.family == "uniform":
            return share
        if self.family == "triangular":
            peak = self.shape[0]
            return share**2 / peak if share < peak else 1 - (1 - share) ** 2 / (1 - peak)
        if self.family in TABLED:
            from .quantiles import below

            return below(self.family, self.shape, math.log(share if self.family == "gamma" else share / (1 - share)))
        scales: dict[str, Callable[[float], float]] = {"lognormal": math.log, "logit": _logit}
        return _probability((scales.get(self.family, float)(value) - self.a) / self.b)

    @property
    def window(self) -> tuple[float, float]:
        """The probability below ``within`` and inside it: draws are values at start + span·u."""
        return (0.0, 1.0) if self.within is None else _window(self)

    @property
    def support(self) -> tuple[float, float]:
        """The ends that no draw goes beyond."""
        if self.within is not None:
            return self.within
        if self.family in _BOUNDED:
            return self.a, self.a + self.b
        return {"normal": (-math.inf, math.inf), "logit": (0.0, 1.0)}.get(self.family, (0.0, math.inf))

    @property
    def reach(self) -> tuple[float, float]:
        """The ends as far as they are stated: of the draws where they have ends of their own, else of the 90% interval."""
        return self.support if self.within is not None or self.family in _BOUNDED else self.interval

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


@lru_cache(maxsize=1024)
def _window(distribution: Distribution) -> tuple[float, float]:
    assert distribution.within is not None
    start, end = (distribution.below(x) for x in distribution.within)
    return start, end - start


def _probability(z: float) -> float:
    """The standard normal's probability of less than z."""
    return 0.5 * math.erfc(-z / math.sqrt(2))


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -_LOG_LARGEST else 0.0


def _logit(x: float) -> float:
    return math.log(x / (1 - x))


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


_NAMED: dict[str, tuple[str, ...]] = {
    "normal": ("mean", "sd"),
    "lognormal": ("median", "factor"),
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "pert": ("low", "mode", "high"),
    "beta": ("a", "b"),
    "gamma": ("mean", "sd"),
}
NAMES = tuple(_NAMED)


def named(name: str, *figures: float, text: str = "") -> Distribution:
    """A distribution by its name. Raises ``ValueError`` with a sentence."""
    text = text or f"{name}({', '.join(f'{f:g}' for f in figures)})"
    if name not in _NAMED:
        raise ValueError(f"'{name}' is not the name of a distribution; known are {', '.join(NAMES)}")
    usage = f"{name}({', '.join(_NAMED[name])})"
    if len(figures) != len(_NAMED[name]):
        raise ValueError(f"'{text}' needs {len(_NAMED[name])} figures: write {usage}")
    _sensible(text, *figures)

    def require(fine: bool, what: str) -> None:
        if not fine:
            raise ValueError(f"in '{text}', read as {usage}, {what}")

    first, last = figures[0], figures[-1]
    if "low" in _NAMED[name]:
        require(all(a <= b for a, b in pairwise(figures)), "the figures must rise")
        if first == last:
            return point(first, text)
        width = last - first
        if name == "uniform":
            return Distribution(name, first, width, text)
        peak = (figures[1] - first) / width
        if name == "triangular":
            return Distribution(name, first, width, text, (peak,))
        return Distribution("beta", first, width, text, (1 + 4 * peak, 5 - 4 * peak))
    if name == "normal":
        require(last >= 0, "the standard deviation must not be negative")
        return Distribution(name, first, last, text)
    require(first > 0, f"the {_NAMED[name][0]} must be more than 0")
    if name == "lognormal":
        require(last >= 1, "the factor must be 1 or more: two thirds of the draws lie between median / factor and "
                "median × factor")  # fmt: skip
        return Distribution(name, math.log(first), math.log(last), text)
    if name == "beta":
        require(all(0.1 <= f <= 1e3 for f in figures), "both must lie between 0.1 and 1,000")
        return Distribution(name, 0.0, 1.0, text, figures)
    require(0.01 <= last / first <= 3, "the standard deviation must lie between 1% and 300% of the mean")
    return Distribution(name, 0.0, last * last / first, text, ((first / last) ** 2,))


def truncated(whole: Distribution, low: float, high: float, text: str = "") -> Distribution:
    """What of a distribution lies between two bounds. Raises ``ValueError`` with a sentence."""
    text = text or f"{whole.text} within {low:g} to {high:g}"
    _sensible(text, low, high)
    if not low < high:
        raise ValueError(f"the bounds of '{text}' run backwards")
    if whole.certain:
        raise ValueError(f"'{text}' is one figure: there is nothing to cut off")
    if whole.within is not None:
        raise ValueError(f"'{text}' is cut off twice; write one 'within'")
    found = replace(whole, text=text, within=(low, high))
    if found.window[1] < _LEAST_MASS:
        raise ValueError(f"less than a millionth of '{whole.text}' lies within {low:g} to {high:g}: they contradict each other")
    return found


def parse_distribution(text: str) -> Distribution:
    """The distribution that a text describes.
    Raises ``ValueError`` with a sentence that says what would be right.
    """
    text = text.strip()
    if not text:
        raise ValueError(
            "a figure is missing here; write it as 320, 15 to 30, 320 ± 60, 10..20 or 30% to 60%"
        )
    if match := _WITHIN.match(text):
        low, high = _figure(*match.group(2, 3)), _figure(*match.group(4, 5))
        return truncated(parse_distribution(match.group(1)), low, high, text)
    if match := _CALL.match(text):
        return named(match.group(1), *_arguments(match.group(2), text), text=text)
    if match := _POINT.match(text):
        return point(_figure(*match.group(1, 2)), text)
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
        f"'{text}' is not a distribution; write it as 320, 15 to 30, 320 ± 60, 10..20, 30% to 60% or by name, as in "
        "pert(10, 20, 50)" + _why(text)
    )


def _figure(digits: str, percent: str | None) -> float:
    return float(digits) * (0.01 if percent else 1.0)


def _arguments(inner: str, text: str) -> list[float]:
    """The figures between the brackets of a named distribution."""
    found = []
    for part in inner.split(","):
        match = _POINT.match(part.strip())
        if match is None:
            raise ValueError(f"'{part.strip()}' in '{text}' is not a figure; write it as in pert(10, 20, 50){_why(part)}")
        found.append(_figure(*match.group(1, 2)))
    return found


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
