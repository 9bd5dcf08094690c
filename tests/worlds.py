"""Small worlds written as text, built and run by the plain evaluator:
for tests of the language and of the engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from editors import refusals
from panmunjom.engine.evaluator import Evaluator
from panmunjom.engine.sampling import Draw, rows
from panmunjom.engine.schedule import Schedule, schedule
from panmunjom.quantities.units import ONE
from panmunjom.text.nodes import Scalar, read_text
from panmunjom.text.problems import NOWHERE, CaseError, Place, Problem, Problems, Source
from panmunjom.world.build import Built, build
from panmunjom.world.reading import WorldReader

Array = npt.NDArray[np.float64]
START = date(2024, 1, 1)


def read_world(
    text: str, questions: dict[str, str] | None = None, method: str = "euler"
) -> tuple[Built | None, list[Problem]]:
    """The built world, or None, and every problem that was found."""
    problems = Problems()
    reader = WorldReader(problems)
    root = read_text(text, "world/test.yaml", problems)
    if root is None:
        return None, list(problems)
    reader.read(root)
    reader.world.method = method
    for name, holds in (questions or {}).items():
        place = Place(Source("questions.yaml", holds))
        reader.proposition(name, NOWHERE, Scalar(holds, place))
    built = build(reader.world, problems)
    assert problems.errors or not refusals("world", text), "an editor would refuse what the program takes"
    return (None if problems.errors else built), list(problems)


def build_world(text: str, questions: dict[str, str] | None = None, method: str = "euler") -> Built:
    """The built world. Raises ``CaseError`` with every problem."""
    built, problems = read_world(text, questions, method)
    if built is None:
        raise CaseError(problems)
    return built


def problems_of(text: str, questions: dict[str, str] | None = None, method: str = "euler") -> list[Problem]:
    """Every problem of a world; empty if it is sound."""
    return read_world(text, questions, method)[1]


@dataclass
class Run:
    """What happened: the state at the start and after every step. Arrays have shape (steps + 1, futures)."""

    built: Built
    evaluator: Evaluator
    plan: Schedule
    states: Array = field(repr=False)  # (steps + 1, slots, futures)

    @property
    def days(self) -> list[date]:
        """The start of every step; the last one is the horizon."""
        return [self.plan.start + timedelta(days=k * self.plan.step_days) for k in range(self.plan.count + 1)]

    def slot(self, name: str) -> Array:
        """A slot as it is kept, in base units."""
        return self.states[:, self.built.graph.slot_index(name), :]

    def stock(self, name: str) -> Array:
        """A stock in its declared unit."""
        index = self.built.graph.slot_index(name)
        return self.states[:, index, :] / (self.built.graph.slots[index].unit or ONE).factor

    def flag(self, name: str) -> npt.NDArray[np.bool_]:
        """Whether an event is true."""
        return self.slot(name) != 0

    def fired(self, name: str) -> list[int]:
        """The steps, from 0, in which an event fired in the first future."""
        slots = {s.name for s in self.built.graph.slots}
        pulse = self.slot(f"fired {name}" if f"fired {name}" in slots else name)[:, 0]
        return [k - 1 for k in range(1, len(pulse)) if pulse[k] != 0]

    def value(self, name: str) -> Array:
        """A value in its declared unit, as others read it; a flag as 1 and 0."""
        graph = self.built.graph
        node = graph.named[name]
        out = []
        with np.errstate(all="ignore"):
            for k, state in enumerate(self.states):
                found = self.evaluator.evaluate([node], state, self.plan.hosts[k], k)[node]
                out.append(found / graph.named_units[name].factor)
        return np.array(out)

    def choice(self, name: str) -> list[str]:
        """What a decision holds at the end of each step in the first future;
        empty where nothing was chosen.
        """
        options = next(d.options for d in self.built.graph.decisions if d.name == name)
        return [options[int(c)].name if c >= 0 else "" for c in self.slot(name)[1:, 0]]

    @property
    def endings(self) -> list[str]:
        """The ending of each future; empty where there is none."""
        names = [e.name for e in self.built.graph.endings]
        return [names[int(e)] if e >= 0 else "" for e in self.states[-1, self.built.graph.ending_slot]]

    @property
    def ending_days(self) -> list[date | None]:
        """The day of each future's ending."""
        return [as_day(d) for d in self.states[-1, self.built.graph.ending_date_slot]]

    def answered(self, question: str) -> list[date | None]:
        """The first day on which a question held, in each future."""
        return [as_day(d) for d in self.slot(f"first {question}")[-1]]

    @property
    def bad(self) -> list[date | None]:
        """The start of the step in which each future stopped being finite."""
        return [as_day(d) for d in self.states[-1, self.built.graph.bad_slot]]


def as_day(ordinal: float) -> date | None:
    """A kept day as a date; None for never."""
    return None if np.isnan(ordinal) else date.fromordinal(int(ordinal))


def draws_of(built: Built, start: date) -> dict[str, Draw]:
    """Every parameter's own assumption at a start."""
    found: dict[str, Draw] = {}
    for row in built.graph.rows:
        if row.part == "switch":
            continue
        parameter = built.world.parameters[row.parameter]
        column = [c for c in parameter.assume if c.since is None or c.since <= start][-1]
        distribution = column.of(row.members)
        assert distribution is not None
        found[row.name.partition("#")[0]] = Draw(distribution, built.unit_of.get(row.parameter, ONE).factor)
    return found


def switch_rows(built: Built, chosen: dict[str, str] | None = None) -> dict[str, float]:
    """Switches as the numbers that rows hold: their defaults, or what is chosen."""
    found = {}
    for name, switch in built.world.switches.items():
        text = (chosen or {}).get(name, switch.default)
        found[name] = float(switch.options.index(text)) if switch.options else float(text == "true")
    return found


def run_world(
    text: str,
    start: date | str = START,
    until: date | str | int = 10,
    step_days: int = 7,
    futures: int = 1,
    seed: int = 1,
    forced: dict[str, list[date]] | None = None,
    switches: dict[str, str] | None = None,
    questions: dict[str, str] | None = None,
    method: str = "euler",
) -> Run:
    """Builds and runs a world with the plain evaluator.

    ``until`` is a date or a number of steps; ``forced`` names events and the days on which they must fire.
    Raises ``CaseError`` where the world has problems.
    """
    built = build_world(text, questions, method)
    first = date.fromisoformat(start) if isinstance(start, str) else start
    if isinstance(until, int):
        last = first + timedelta(days=until * step_days)
    else:
        last = date.fromisoformat(until) if isinstance(until, str) else until
    plan = schedule(built.graph, first, last, step_days, forced)
    points = np.arange(futures, dtype=np.uint64)
    table = rows(built, draws_of(built, first), switch_rows(built, switches), points, seed)
    evaluator = Evaluator(built.graph, table, points, plan, seed)
    states: list[Array] = []
    evaluator.run(evaluator.start(), 0, plan.count, lambda _, state: states.append(state.copy()))
    return Run(built, evaluator, plan, np.array(states))
