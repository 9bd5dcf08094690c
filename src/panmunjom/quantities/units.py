"""Units: what a case declares, over a registry that starts empty (a barrel here is no oil, a hand no 10 cm).

Every quantity is kept in base units inside the engine (days, kilometres, kilograms and whatever is counted);
``Unit`` says by how much to multiply on the way in and divide on the way out.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

MONTH_DAYS = 30.4375  # 365.25 / 12
YEAR_DAYS = 365.25  # Julian year

# name -> (how many, of what); nothing where it is a base unit itself
_BUILT_IN: dict[str, tuple[float, str]] = {
    "day": (1.0, ""),
    "hour": (1 / 24, "day"),
    "week": (7.0, "day"),
    "month": (MONTH_DAYS, "day"),
    "year": (YEAR_DAYS, "day"),
    "km": (1.0, ""),
    "m": (0.001, "km"),
    "kg": (1.0, ""),
    "t": (1000.0, "kg"),
    "percent": (0.01, "1"),
}
_POWER = r"(?:\^(-?\d{1,2}(?:\.\d{1,4})?))?"
_SHAPE = re.compile(rf"(?:1|[A-Za-z_]\w*{_POWER})(?:[*/][A-Za-z_]\w*{_POWER})*")
_PART = re.compile(rf"([*/]?)([A-Za-z_]\w*){_POWER}")
_WORDS = frozenset(
    {"and", "or", "not", "over", "to", "if"}
)  # words of expressions: no unit can be told from them
_LARGEST = 1e100

Exponents = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Dimension:
    """What is measured, as exponents of base units: (('barrel', 1), ('day', -1))."""

    exponents: Exponents = ()

    def times(self, other: Dimension, power: float = 1.0) -> Dimension:
        """The dimension of a product with the other raised to a power."""
        merged = dict(self.exponents)
        for name, exponent in other.exponents:
            merged[name] = merged.get(name, 0.0) + power * exponent
        return Dimension(tuple(sorted((n, round(e, 9)) for n, e in merged.items() if abs(e) > 1e-9)))

    def power(self, exponent: float) -> Dimension:
        """The dimension raised to a power."""
        return PURE.times(self, exponent)

    def __str__(self) -> str:
        if not self.exponents:
            return "a plain number"

        def show(name: str, exponent: float) -> str:
            return name if exponent == 1 else f"{name}^{exponent:g}"

        top = [show(n, e) for n, e in self.exponents if e > 0]
        bottom = [show(n, -e) for n, e in self.exponents if e < 0]
        return "/".join(["*".join(top) or "1", *bottom])


PURE = Dimension()
TIME = Dimension((("day", 1.0),))
PER_TIME = Dimension((("day", -1.0),))


@dataclass(frozen=True, slots=True)
class Unit:
    """A written unit: its text, its factor to base units, and what it measures."""

    text: str
    factor: float
    dimension: Dimension


ONE = Unit("", 1.0, PURE)


class UnknownUnit(ValueError):
    """A unit text that cannot be read; ``word`` is the part that is unknown, or empty."""

    def __init__(self, message: str, word: str = "") -> None:
        super().__init__(message)
        self.word = word


class Units:
    """The units of one case."""

    def __init__(self) -> None:
        self._named: dict[str, Unit] = {}
        for name, (factor, of) in _BUILT_IN.items():
            self._add(name, factor, of)

    @property
    def names(self) -> list[str]:
        """Every unit that has a name, built in or declared."""
        return list(self._named)

    def declare(self, name: str, definition: str) -> None:
        """Add a counted thing (empty definition) or a multiple of something known (``1000 man``).

        Raises ``UnknownUnit`` where the definition cannot be read or the name is taken.
        """
        if not re.fullmatch(r"[A-Za-z_]\w*", name) or name in _WORDS:
            raise UnknownUnit(f"'{name}' cannot be the name of a unit")
        if name in self._named:
            raise UnknownUnit(f"the unit '{name}' is already defined")
        if not definition:
            self._add(name, 1.0, "")
            return
        match = re.fullmatch(r"((?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)\s+(\S.*)", definition.strip())
        if match is None:
            raise UnknownUnit(f"'{definition}' must be a number and a unit, as in '1000 man'")
        factor = float(match.group(1))
        if not 1 / _LARGEST <= factor <= _LARGEST:
            raise UnknownUnit(f"'{definition}' must be more than nothing and less than {_LARGEST:g}")
        self._add(name, factor, match.group(2))

    def _add(self, name: str, factor: float, of: str) -> None:
        if of:
            unit = self.parse(of)
            self._named[name] = Unit(name, factor * unit.factor, unit.dimension)
        else:
            self._named[name] = Unit(name, factor, Dimension(((name, 1.0),)))

    def parse(self, text: str) -> Unit:
        """The unit that a text such as ``barrel/month`` names. Raises ``UnknownUnit``."""
        text = text.strip()
        if text in ("", "1"):
            return ONE
        compact = "percent" if text == "%" else re.sub(r"\s*([*/^])\s*", r"\1", text)
        if not _SHAPE.fullmatch(compact):
            raise UnknownUnit(f"'{text}' is not a unit; write it as in barrel/month, km^2 or 1/year")
        factor, dimension = 1.0, PURE
        for sign, word, power in _PART.findall(compact):
            unit = self._named.get(word) or (self._named.get(word[:-1]) if word.endswith("s") else None)
            if unit is None:
                raise UnknownUnit(f"the unit '{word}' is not declared", word)
            exponent = float(power or 1) * (-1 if sign == "/" else 1)
            try:
                factor *= unit.factor**exponent
            except OverflowError:
                factor = math.inf
            dimension = dimension.times(unit.dimension, exponent)
        if not 1 / _LARGEST <= factor <= _LARGEST:
            raise UnknownUnit(f"the unit '{text}' is too large or too small to count in")
        return Unit(text, factor, dimension)
