"""What was observed, as places on the calendar of a run, and how likely it is given the truth.

The end of a day is a place between two steps: (day - start + 1) / days of a step. What a future had there is interpolated
on the straight line between the steps around it, which for a cumulative stock is exact (flows are constant within a
step); a fact is looked up at the end of the step that holds the day.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from ...case.observed import Series
from ...world.graph import Graph, scalar_name

Array = npt.NDArray[np.float64]
Seen = dict[tuple[int, int], Array]  # (slot, step) -> what each future had there

_LEAST_SPREAD = 1e-9  # an exact figure has a density only on paper; nothing is ever that close
_HALF_LOG_TAU = 0.5 * math.log(2 * math.pi)


@dataclass(frozen=True, slots=True)
class Entry:
    """One figure: number of its series, date, value in the series' unit, slot, and its places (in steps).

    ``before`` is the place where its month begins, for a total; else -1.
    """

    series: int
    date: date
    value: float
    slot: int
    place: float
    before: float = -1.0

    @property
    def step(self) -> int:
        """The step whose end is needed before the figure can be compared."""
        return math.ceil(self.place)


@dataclass(slots=True)
class Stop:
    """Figures that are known at the end of the same step."""

    step: int
    date: date
    entries: list[Entry] = field(default_factory=list)


def place_of(day: date, start: date, step_days: int) -> float:
    """Where a day ends, in steps from the start."""
    return ((day - start).days + 1) / step_days


def slots_by_name(graph: Graph) -> dict[str, int]:
    """The slot of every stock and of every value that is shown, by scalar name."""
    found = {scalar_name(s.item, s.members): s.slot for s in graph.shown}
    return found | {graph.slots[s.slot].name: s.slot for s in graph.stocks}


def needed(slot: int, place: float) -> list[tuple[int, int]]:
    """Where a slot must be looked at to know it at a place."""
    return [(slot, k) for k in sorted({math.floor(place), math.ceil(place)})]


def at_place(seen: Seen, slot: int, place: float) -> Array:
    """A slot at a place, on the line between the steps around it."""
    low, share = math.floor(place), place - math.floor(place)
    if not share:
        return seen[slot, low]
    return (1.0 - share) * seen[slot, low] + share * seen[slot, low + 1]


class Watch:
    """The figures of some series that a run from a start can be compared with, in the order of their stops.

    ``left_out``: how many are earlier than the run, by series (a total also where its month began before it).
    """

    def __init__(
        self, series: Sequence[Series], graph: Graph, start: date, step_days: int, until: date
    ) -> None:
        self.series = list(series)
        self.left_out: dict[str, int] = {}
        slots = slots_by_name(graph)
        by_step: dict[int, Stop] = {}
        for number, one in enumerate(self.series):
            for figure in one.known_by(until).observations:
                day, known = figure.date, figure.known
                if day > until:
                    continue
                entry = self._entry(number, one, day, figure.value, slots[one.observes], start, step_days)
                if entry is None:
                    self.left_out[one.name] = self.left_out.get(one.name, 0) + 1
                    continue
                # let in when it was public, so that going on from a date and coming from the start are the same
                step = max(entry.step, math.ceil(place_of(known, start, step_days)))
                stop = by_step.setdefault(step, Stop(step, known))
                stop.date = max(stop.date, known)
                stop.entries.append(entry)
        self.stops = [by_step[step] for step in sorted(by_step)]
        for stop in self.stops:
            stop.entries.sort(key=lambda e: (e.date, e.series))
        self.places = {key for stop in self.stops for entry in stop.entries for key in places(entry)}

    @staticmethod
    def _entry(
        number: int, one: Series, day: date, value: float, slot: int, start: date, step_days: int
    ) -> Entry | None:
        place = place_of(day, start, step_days)
        if place < 0:
            return None
        if one.kind == "fact":
            return Entry(number, day, value, slot, float(math.ceil(place)))
        if one.kind == "level":
            return Entry(number, day, value, slot, place)
        before = place_of(day.replace(day=1) - timedelta(days=1), start, step_days)
        return Entry(number, day, value, slot, place, before) if before >= 0 else None


def places(entry: Entry) -> list[tuple[int, int]]:
    """The looks that an entry needs."""
    found = needed(entry.slot, entry.place)
    return found if entry.before < 0 else found + needed(entry.slot, entry.before)


def truth(entry: Entry, seen: Seen) -> Array:
    """What an entry is compared with, in base units, shape (n,)."""
    now = at_place(seen, entry.slot, entry.place)
    return now if entry.before < 0 else now - at_place(seen, entry.slot, entry.before)


def distance(entry: Entry, one: Series, truths: Array, bias: Array, spread: Array) -> Array:
    """How far a figure is from what each future expects, in its spreads; infinite where it is impossible."""
    if one.kind == "fact":
        return np.where((truths != 0) == (entry.value != 0), 0.0, math.inf)
    expected = truths / one.unit.factor * bias
    width = np.maximum(spread, _LEAST_SPREAD)
    with np.errstate(all="ignore"):
        if one.error == "absolute":
            apart = (entry.value - expected) / width
        elif entry.value > 0:
            apart = np.where(expected > 0, (math.log(entry.value) - np.log(expected)) / width, math.inf)
        else:
            apart = np.where(expected <= 0, 0.0, math.inf)  # a relative error leaves nothing at nothing
    return np.where(np.isnan(apart), math.inf, apart)


def log_likelihood(one: Series, entries: Sequence[Entry], truths: Array, bias: Array, spread: Array) -> Array:
    """The logarithm of the density of figures of one series, shape (figures, n) as ``truths``; minus infinity where a
    future could not have one."""
    if one.kind == "fact":
        said = np.array([entry.value != 0 for entry in entries])[:, None]
        return np.where((truths != 0) == said, 0.0, -math.inf)
    values = np.array([entry.value for entry in entries])[:, None]
    width = np.maximum(spread, _LEAST_SPREAD)
    with np.errstate(all="ignore"):
        if one.error == "absolute":
            apart = (values - truths * (bias / one.unit.factor)) / width
            found = -0.5 * apart * apart - (np.log(width) + _HALF_LOG_TAU)
        else:
            apart = (np.log(np.abs(values)) - (np.log(truths) + np.log(bias / one.unit.factor))) / width
            found = -0.5 * apart * apart - (np.log(width) + _HALF_LOG_TAU) - np.log(np.abs(values))
            # A relative error leaves nothing at nothing, and makes nothing of it.
            found = np.where(values > 0, found, np.where(truths <= 0, 0.0, -math.inf))
    return np.where(np.isnan(found), -math.inf, found)
