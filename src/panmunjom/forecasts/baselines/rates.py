"""Base rates: how likely a war of an age ends within a time, and how, by reference class.

    >>> war_ends_within(986, 365).n        # a war 2.7 years old; one year; wars begun since 1946
    4

Wars that grow old are few: every answer names how many wars it rests on, and the interval says what so few can say.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from panmunjom.quantities.units import YEAR_DAYS

from .survival import LEVEL, Survival, exact, kaplan_meier
from .wars import ENDINGS, WITHOUT_WINNER, ReferenceClass, War, classes

DEFAULT = "since_1946"


class Rate(NamedTuple):
    """A probability, its 90% interval, and the number of wars of that age that it rests on."""

    p: float
    low: float
    high: float
    n: int


class NoWar(ValueError):
    """No war of the class lasted so long."""


@dataclass(frozen=True, slots=True)
class Published:
    """A class of which only figures were published: shares still fought at ages in days, then a mean of what remains.

    ``by_agreement`` is the share of ends by ceasefire or agreement in each stretch, None where it was not published.
    """

    name: str
    label: str
    source: str
    left: tuple[tuple[float, float], ...]
    by_agreement: tuple[float | None, ...]
    remaining: float

    def at(self, age: float) -> float:
        """The share still fought at an age; between published ages ends are spread evenly by hazard."""
        before = (0.0, 1.0)
        for days, share in self.left:
            if age <= days:
                part = (age - before[0]) / (days - before[0])
                return before[1] * (share / before[1]) ** part
            before = (days, share)
        return before[1] * math.exp(-(age - before[0]) / self.remaining)

    def ends_within(self, age: float, more: float) -> float:
        """The probability that a war of that age ends within so many days more."""
        return 1 - self.at(age + more) / self.at(age)


# 26% within 30 days, another 25% within a year; those over a year run more than ten years on average, so that more than nine
# remain: beyond a year the probability is an upper bound. How many wars there are is not published, so there is no interval.
CSIS = Published(
    "ucdp_csis",
    "interstate conflicts since 1946 (UCDP, as published by CSIS)",
    'CSIS, "How Does It End?", March 2022, on UCDP data since 1946',
    ((30.0, 0.74), (365.0, 0.49)),
    (0.44, 0.24, None),
    9 * YEAR_DAYS,
)


@cache
def curve(klass: str = DEFAULT) -> Survival:
    """The survival curve of a class. Raises ``KeyError`` for a name that is not one."""
    return kaplan_meier([w.days for w in classes()[klass].wars])


def still_fought(age_days: float, klass: str = DEFAULT) -> list[War]:
    """The wars of a class that were still fought at that age, longest last."""
    return sorted((w for w in classes()[klass].wars if w.days > age_days), key=lambda w: w.days)


def war_ends_within(age_days: float, horizon_days: float, klass: str = DEFAULT, level: float = LEVEL) -> Rate:
    """The probability that a war that is ``age_days`` old ends within ``horizon_days`` more, by Kaplan and Meier.

    Raises ``NoWar`` where no war of the class was still fought at that age, ``KeyError`` for an unknown class.
    """
    n = len(_at_risk(age_days, klass))
    share, low, high = curve(klass).lasting(age_days, horizon_days, level)
    return Rate(1 - share, 1 - high, 1 - low, n)


def war_ends_so_within(
    age_days: float, horizon_days: float, endings: tuple[str, ...], klass: str = DEFAULT, level: float = LEVEL
) -> Rate:
    """As ``war_ends_within``, for an end of one of these kinds (``ENDINGS``). Every war of the classes is over, so this is a
    share of those at risk, with the exact binomial interval. Raises ``ValueError`` for an ending that is not one.
    """
    unknown = set(endings) - set(ENDINGS)
    if unknown:
        raise ValueError(f"'{min(unknown)}' is not an ending; known are {', '.join(ENDINGS)}")
    risk = _at_risk(age_days, klass)
    hits = sum(w.days <= age_days + horizon_days and w.ending in endings for w in risk)
    return Rate(hits / len(risk), *exact(hits, len(risk), level), len(risk))


def ceasefire_within(age_days: float, horizon_days: float, klass: str = DEFAULT, level: float = LEVEL) -> Rate:
    """An end that left no winner: stalemate or compromise. Wars that COW counts as won ended in ceasefires too, among them
    the Gulf War of 1991 and the Azeri–Armenian war in 1994, so this is the rate of a ceasefire without a winner.
    """
    return war_ends_so_within(age_days, horizon_days, WITHOUT_WINNER, klass, level)


def _at_risk(age_days: float, klass: str) -> list[War]:
    found = still_fought(age_days, klass)
    if not found:
        raise NoWar(f"no war of the class '{klass}' lasted {age_days / YEAR_DAYS:.1f} years")
    return found


@dataclass(frozen=True, slots=True)
class ClassRates:
    """What one class says: None where none of its wars got so old. ``note`` says what to mind."""

    klass: ReferenceClass
    ends: Rate | None
    so: dict[str, Rate]
    wars: list[War]
    median_left: float | None  # days until half of those wars had ended
    note: str = ""


def by_class(age_days: float, horizon_days: float, level: float = LEVEL) -> list[ClassRates]:
    """Every class beside the others for a war of that age."""
    found = []
    for name, klass in classes().items():
        risk = still_fought(age_days, name)
        if not risk:
            found.append(ClassRates(klass, None, {}, [], None, "none of its wars got so old"))
            continue
        so = {e: war_ends_so_within(age_days, horizon_days, (e,), name, level) for e in ENDINGS}
        half = risk[(len(risk) - 1) // 2].days - age_days
        note = ""
        if name != "all_wars" and risk == still_fought(age_days, "all_wars"):
            note = "at this age the same wars as in 'all_wars'"
        elif age_days < klass.known_from * YEAR_DAYS:
            note = "its wars are known by how long they came to last: at this age too low"
        ends = war_ends_within(age_days, horizon_days, name, level)
        found.append(ClassRates(klass, ends, so, risk, half, note))
    return found
