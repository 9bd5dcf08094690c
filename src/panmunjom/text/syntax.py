"""The syntax tree of an expression: what was written, before anyone asks what the names mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

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


def renamed(tree: Expression, members: Mapping[str, str]) -> Expression:
    """The tree with other words in the brackets of its names: ``men[challenger]`` as ``men[russia]``."""
    match tree:
        case Name(index=index) if any(word in members for word in index):
            return replace(tree, index=tuple(members.get(word, word) for word in index))
        case Call(arguments=arguments):
            return replace(tree, arguments=tuple(renamed(a, members) for a in arguments))
        case Unary(argument=argument):
            return replace(tree, argument=renamed(argument, members))
        case Binary(left=left, right=right):
            return replace(tree, left=renamed(left, members), right=renamed(right, members))
    return tree
