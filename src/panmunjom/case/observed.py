"""Observed series of a case: ``data/series.yaml`` says what each counts and how far it may be off, ``data/observed.csv``
holds the figures, each with the day on which it became known.

A figure that was revised stands there once for each day on which it was published; whoever asks what was known on a day
gets the latest of those. What was observed is never a fact of the world: it is the truth times a bias that nobody knows,
off by chance.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from ..quantities.distributions import Distribution, point
from ..quantities.units import ONE, Unit
from ..text.problems import NOWHERE, Place

Day = date  # inside a record that has a field of that name


@dataclass(frozen=True, slots=True)
class Observation:
    """One figure, in its series' unit: for the month that ends on ``date`` or of that day, public since ``known``."""

    date: Day
    value: float
    known: Day
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Import:
    """How a folder of data holds the series; ``known`` is a duration after the month's end, or empty."""

    file: str
    date: str
    value: str
    days: str = ""
    daily: str = ""
    daily_value: str = ""
    known: str = ""
    scale: float = 1.0


@dataclass(slots=True)
class Series:
    """An observed series. Figures are in ``unit``; ``unit.factor`` leads to the engine's base units.

    observed = truth × ``bias`` × exp(``spread`` × e) where ``error`` is relative, truth × bias + spread × e where it is
    absolute, e standard normal and new for each figure; bias and spread are drawn once a future.
    """

    name: str
    kind: str = "level"
    observes: str = ""
    source: str = ""
    label: str = ""
    unit: Unit = ONE
    claimed: bool = False
    bias: Distribution = field(default_factory=lambda: point(1.0, "1"))
    bias_note: str = ""
    error: str = "relative"
    spread: Distribution = field(default_factory=lambda: point(0.0, "0"))
    spread_note: str = ""
    note: str = ""
    layout: Import | None = None
    observations: tuple[Observation, ...] = ()
    place: Place = NOWHERE

    def known_by(self, day: date) -> Series:
        """The series as it stood on a day: later figures are gone, of a revised one the latest of then is left."""
        latest: dict[date, Observation] = {}
        for one in self.observations:
            if one.known <= day and (one.date not in latest or one.known > latest[one.date].known):
                latest[one.date] = one
        return replace(self, observations=tuple(latest[when] for when in sorted(latest)))

    def as_first_published(self) -> Series:
        """Each figure as it first became public: what a forecast of it is held against."""
        first: dict[date, Observation] = {}
        for one in self.observations:
            if one.date not in first or one.known < first[one.date].known:
                first[one.date] = one
        return replace(self, observations=tuple(first[when] for when in sorted(first)))

    def values(self) -> dict[date, float]:
        """Figures by date, in the series' unit; of a revised one the last."""
        return {one.date: one.value for one in sorted(self.observations, key=lambda o: (o.date, o.known))}
