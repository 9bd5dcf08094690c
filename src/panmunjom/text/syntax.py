"""The syntax tree of an expression: what was written, before anyone asks what the names mean."""

from __future__ import annotations

from dataclasses import dataclass

from .problems import NOWHERE, Place


@dataclass(frozen=True, slots=True)
class Number:
    """A number, with the unit written after it or an empty string."""

    value: float
    unit: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted text: only dates use it."""

    value: str
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Name:
    """``tanks``, ``foe.tanks``, ``tanks[russia]``, ``recruitment.pay``."""

    parts: tuple[str, ...]
    index: tuple[str, ...] = ()
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Call:
    """A built-in with its arguments; ``over`` names the dimension of sum, any and all."""

    function: str
    arguments: tuple[Expression, ...]
    over: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Unary:
    """``-x`` or ``not x``."""

    operator: str
    argument: Expression
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Binary:
    """``a + b`` and its like; comparisons, ``and``, ``or``."""

    operator: str
    left: Expression
    right: Expression
    place: Place = NOWHERE


Expression = Number | Text | Name | Call | Unary | Binary
