"""What the examples of the reference page give: runs them all in one world with the plain evaluator."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from panmunjom.engine.evaluator import Evaluator
from panmunjom.engine.sampling import rows
from panmunjom.engine.schedule import schedule
from panmunjom.text.nodes import read_text
from panmunjom.text.problems import Problems
from panmunjom.world.build import Built, build
from panmunjom.world.builtins import FUNCTIONS
from panmunjom.world.graph import FLAG
from panmunjom.world.reading import WorldReader

CONTEXT: dict[str, Any] = yaml.load(
    (Path(__file__).resolve().parent / "reference" / "functions.yaml").read_text("utf-8"),
    Loader=yaml.BaseLoader,
)
START, UNTIL = date(2024, 1, 1), date(2025, 1, 1)
DAYS = [f"2024-{month:02}-01" for month in (1, 3, 5, 7, 9, 11)]
FUTURES = 2048
QUANTILES = {"5%": 0.05, "median": 0.5, "95%": 0.95}

Json = dict[str, Any]
Array = npt.NDArray[np.float64]


def world_text(examples: dict[str, Json]) -> str:
    """The world of the examples as YAML: each a value of that name, or a stock into which it flows."""
    values, stocks = {}, {}
    for name, given in examples.items():
        entry = {"unit": given["unit"]} if given.get("unit") else {}
        if "stock" in given:
            stocks[name] = {**entry, "start": "0", "change": given["stock"], "may_be_negative": True}
        else:
            values[name] = {**entry, "is": given["example"]}
    world = yaml.load(CONTEXT["world"], Loader=yaml.BaseLoader)
    world["stocks"] |= stocks
    world["values"] = values
    world["endings"] = {"the_end": {"at_horizon": True}}
    return yaml.safe_dump(world, sort_keys=False, width=1000)


class Runs:
    """Every example of ``functions.yaml``, run once."""

    futures = FUTURES

    def __init__(self) -> None:
        self.examples: dict[str, Json] = {
            f"operator_{k}": o for k, o in enumerate(CONTEXT["operators"].values())
        }
        for group in CONTEXT["groups"].values():
            for name, given in group.items():
                self.examples[f"with_{name}"] = given
                if "also" in given:
                    self.examples[f"also_{name}"] = given["also"]
        problems = Problems()
        reader = WorldReader(problems)
        root = read_text(world_text(self.examples), "tools/reference/functions.yaml", problems)
        if root is not None:
            reader.read(root)
            built = build(reader.world, problems)
        problems.stop()
        assert built is not None
        self.built: Built = built
        self.states = self.run()

    def run(self) -> list[Array]:
        """The state at the start of every day of the year, each of shape (slots, futures)."""
        graph = self.built.graph
        self.plan = schedule(graph, START, UNTIL, 1)
        points = np.arange(FUTURES, dtype=np.uint64)
        self.evaluator = Evaluator(graph, rows(self.built, {}, {}, points, 1), points, self.plan, 1)
        states: list[Array] = []
        self.evaluator.run(
            self.evaluator.start(), 0, self.plan.count, lambda _, state: states.append(state.copy())
        )
        return states

    def at(self, name: str, day: str) -> Array:
        """What an example gives at the start of a day in every future, in its unit; 1 and 0 for true and false."""
        k = (date.fromisoformat(day) - START).days
        graph = self.built.graph
        if name in graph.named:
            node, factor = graph.named[name], graph.named_units[name].factor
            with np.errstate(all="ignore"):
                found = self.evaluator.evaluate([node], self.states[k], self.plan.hosts[k], k)[node]
        else:
            found, factor = self.states[k][graph.slot_index(name)], self.built.unit_of[name].factor
        return np.broadcast_to(np.asarray(found, float) / factor, FUTURES)

    def words(self, name: str, value: float) -> str:
        """A number as the page shows it."""
        graph = self.built.graph
        if name in graph.named and graph.nodes[graph.named[name]].kind == FLAG:
            return "true" if value else "false"
        return f"{round(value, 9) + 0.0:.3g}".replace("nan", "–")

    def table(self, name: str, given: Json) -> Json:
        """The table of one example: a row, or three where futures differ."""
        days, unit = given.get("days", DAYS), given.get("unit", "")
        found = [self.at(name, day) for day in days]
        if all((f == f[0]).all() or np.isnan(f).all() for f in found):
            lines = [{"name": unit or "gives", "cells": [self.words(name, f[0]) for f in found]}]
        else:
            lines = [
                {
                    "name": f"{row}, {unit}",
                    "cells": [self.words(name, float(np.quantile(f, q))) for f in found],
                }
                for row, q in QUANTILES.items()
            ]
        example = f"change: {given['stock']}" if "stock" in given else given["example"]
        dates = [date.fromisoformat(day) for day in days]
        return {"example": example, "days": [f"{d.day} {d:%b}" for d in dates], "rows": lines}

    def operators(self) -> list[Json]:
        """The table of operators."""
        found = []
        for k, (written, given) in enumerate(CONTEXT["operators"].items()):
            gives = self.words(f"operator_{k}", self.at(f"operator_{k}", DAYS[0])[0])
            found.append({"written": written, **given, "gives": f"{gives} {given.get('unit', '')}".strip()})
        return found

    def groups(self) -> list[Json]:
        """Functions by group, each with what its examples give."""
        groups = []
        for title, group in CONTEXT["groups"].items():
            functions = []
            for name, given in group.items():
                runs = [self.table(f"with_{name}", given)]
                if "also" in given:
                    runs.insert(0, self.table(f"also_{name}", given["also"]))
                usage = given["usage"] if name == "time" else FUNCTIONS[name][2]
                functions.append({"name": name, "usage": usage, "about": given["about"], "runs": runs})
            groups.append({"name": title, "functions": functions})
        return groups
