"""The worlds of the benchmark: their text, their graph, and the tables that every engine is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from panmunjom.engine.kernel import Blocks, Kernel
from panmunjom.engine.sampling import Draw, rows
from panmunjom.engine.schedule import Schedule, schedule
from panmunjom.quantities.units import ONE
from panmunjom.text.nodes import read_text
from panmunjom.text.problems import CaseError, Problems
from panmunjom.world.build import Built, build
from panmunjom.world.graph import Graph
from panmunjom.world.reading import WorldReader

from . import large

MODELS = Path(__file__).parent / "models"
START = date(2024, 1, 1)
SEED = 1
NAMES = ("attrition", "chance", "large150", "large500", "ukraine")
FUTURES = {"attrition": 16_384, "chance": 16_384, "large150": 16_384, "large500": 8_192, "ukraine": 16_384}

Array = npt.NDArray[np.float64]


@dataclass(slots=True)
class Model:
    """A world with the calendar of its run and what its parameters are drawn from."""

    name: str
    built: Built
    plan: Schedule
    draws: dict[str, Draw]
    switches: dict[str, float] = field(default_factory=dict)

    @property
    def graph(self) -> Graph:
        """The checked world."""
        return self.built.graph

    def rows(self, futures: int) -> Array:
        """Parameters in base units, shape (rows, futures)."""
        return rows(self.built, self.draws, self.switches, luck(futures), SEED)

    def start(self, table: Array) -> Array:
        """The first state, shape (slots, futures)."""
        kernel = Kernel(self.graph)
        blocks = Blocks(table, luck(table.shape[1]), len(self.graph.slots), kernel.width)
        kernel.start(blocks, self.plan, SEED)
        return blocks.unpacked()


def luck(futures: int) -> npt.NDArray[np.uint64]:
    """The numbers of the futures."""
    return np.arange(futures, dtype=np.uint64)


def load(name: str) -> Model:
    """The world of that name. Raises ``CaseError`` where it has problems, ``KeyError`` for another name."""
    if name == "ukraine":
        return _ukraine()
    if name not in NAMES:
        raise KeyError(name)
    if name.startswith("large"):
        text, steps, step_days = large.world(int(name[5:])), 520, 7
    else:
        text, steps, step_days = (MODELS / f"{name}.yaml").read_text(encoding="utf-8"), 1826, 1
    problems = Problems()
    reader = WorldReader(problems)
    root = read_text(text, f"{name}.yaml", problems)
    if root is not None:
        reader.read(root)
    built = build(reader.world, problems)
    if built is None:
        raise CaseError(list(problems))
    plan = schedule(built.graph, START, START + timedelta(days=steps * step_days), step_days)
    draws = {}
    for row in built.graph.rows:
        distribution = built.world.parameters[row.parameter].assume[-1].of(row.members)
        assert distribution is not None
        draws[row.name] = Draw(distribution, built.unit_of.get(row.parameter, ONE).factor)
    return Model(name, built, plan, draws)


def _ukraine() -> Model:
    """The shipped case, pooled at its own start."""
    from panmunjom.analysis.running import Options, Runner
    from panmunjom.case.loading import load as load_case

    case = load_case("ukraine")
    runner = Runner(case, Options())
    filled = runner.fill_pooled(case.start)
    plan, _ = runner.plan(filled, runner.until(filled.start))
    return Model("ukraine", case.built, plan, runner.draws(filled), runner.switch_rows(filled.switches))
