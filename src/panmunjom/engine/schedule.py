"""The calendar of a run: its steps, and the numbers that are the same for all futures in a step."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from ..quantities.calendar import later, month_ends, parse_duration
from ..text.problems import NOWHERE, CaseError, Problem
from ..world.graph import Graph

MAX_STEPS = 20_000
MAX_HOSTS = 10_000_000  # numbers of a calendar: 80 MB, and seconds to work out


@dataclass(slots=True)
class Schedule:
    """Steps of whole days from a start to a horizon, and events that are forced on a date.

    A date inside a step belongs to that step. ``hosts`` has shape (count + 1, columns): row k holds the graph's host
    numbers at the start of step k; the last row belongs to the horizon.
    """

    start: date
    until: date
    step_days: int
    hosts: npt.NDArray[np.float64] = field(repr=False)

    @property
    def count(self) -> int:
        """Number of steps."""
        return len(self.hosts) - 1

    def index(self, day: date) -> int:
        """The step that a day belongs to."""
        return (day - self.start).days // self.step_days

    def boundary(self, day: date) -> int:
        """The number of steps that have ended when the day is over (at most ``count``)."""
        return min(self.count, max(0, (day - self.start).days + 1) // self.step_days)

    def months(self) -> list[tuple[date, int]]:
        """Start, month ends and horizon as (date, steps ended by then), without repetitions."""
        marks = {0: self.start}
        for day in month_ends(self.start, self.until):
            marks.setdefault(self.boundary(day), day)
        marks.setdefault(self.count, self.until)
        return [(day, k) for k, day in sorted(marks.items())]


def schedule(
    graph: Graph, start: date, until: date, step_days: int, forced: dict[str, list[date]] | None = None
) -> Schedule:
    """The calendar of a run. Raises ``CaseError`` where the dates leave nothing to run or too many steps."""
    days = (until - start).days
    if days <= 0:
        raise CaseError(
            [Problem("bad-date", NOWHERE, f"the run would end on {until}, not after its start on {start}")]
        )
    count = math.ceil(days / step_days)
    if count > MAX_STEPS:
        message = f"the run would take {count:,} steps; the limit is {MAX_STEPS:,}"
        raise CaseError(
            [Problem("too-many-steps", NOWHERE, message, "Shorten the horizon or lengthen the step.")]
        )
    if (count + 1) * len(graph.hosts) > MAX_HOSTS:
        message = f"the run would take {count:,} steps with {len(graph.hosts):,} events and choices"
        raise CaseError([Problem("too-large", NOWHERE, message, "Shorten the horizon or lengthen the step.")])
    hosts = np.zeros((count + 1, len(graph.hosts)))
    clock = start.toordinal() + step_days * np.arange(count + 1, dtype=np.float64)
    for column, host in enumerate(graph.hosts):
        if host.kind == "clock":
            hosts[:, column] = clock
        elif host.kind == "dt":
            hosts[:, column] = step_days
        elif host.kind == "day":
            hosts[:, column] = clock - 1.0
            hosts[0, column] = clock[0]
        elif host.kind == "cycle":
            peak, period = host.data
            hosts[:, column] = [math.cos(2 * math.pi * (t - peak) / period) for t in clock]
        elif host.kind == "ring":
            hosts[:, column] = np.arange(count + 1) % max(1, round(host.data[0] / step_days))
        elif host.kind == "due":
            for day in due_dates(start, until, graph.decisions[host.data[0]].every):
                hosts[(day - start).days // step_days, column] = 1.0
        elif host.kind == "force":
            for day in (forced or {}).get(graph.events[host.data[0]].name, []):
                if start <= day < start + timedelta(days=count * step_days):
                    hosts[(day - start).days // step_days, column] = 1.0
    return Schedule(start, until, step_days, hosts)


def due_dates(start: date, until: date, every: str) -> list[date]:
    """Start and every so much later, before the horizon; calendar months are counted from the start."""
    number, unit = parse_duration(every)
    found: list[date] = []
    k = 0
    while True:
        day = later(start, f"{number * k:g} {unit}") if k else start
        if day >= until or len(found) > MAX_STEPS:
            return found
        if not found or day > found[-1]:
            found.append(day)
        k += 1
