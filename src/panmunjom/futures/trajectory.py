"""One future alone, step by step: its state in either engine, and everything that has a name, in units that people use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.evaluator import Evaluator
from ..engine.kernel import Blocks, Kernel
from ..engine.run import Change
from ..engine.schedule import Schedule
from ..world.graph import FLAG, Graph, scalar_name

Array = npt.NDArray[np.float64]


@dataclass(slots=True)
class Path:
    """The states of one future: shape (steps + 1, slots), base units; row k is the state when k steps have ended.

    ``rows`` holds the parameters' rows in force from that moment on, shape (steps + 1, rows).
    """

    graph: Graph
    plan: Schedule
    seed: int
    luck: int
    states: Array
    rows: Array

    def day(self, step: int) -> date:
        """The last day of the steps that have ended by then; the start for 0."""
        return date.fromordinal(int(self.plan.hosts[step, Graph.CLOCK]) - (step > 0))

    @property
    def broke(self) -> int | None:
        """The step in which the future stopped being finite, or None."""
        found = self.states[-1, self.graph.bad_slot]
        return None if np.isnan(found) else self.plan.index(date.fromordinal(int(found)))

    def over(self, step: int) -> bool:
        """Whether an ending that stops its future has come by then: nothing moves any more."""
        ending = self.states[step, self.graph.ending_slot]
        return bool(ending >= 0) and self.graph.endings[int(ending)].stop

    def evaluate(self, nodes: list[int], step: int) -> dict[int, float | bool]:
        """Nodes on the state when so many steps have ended: what the next step starts from."""
        luck = np.array([self.luck], np.uint64)
        plain = Evaluator(self.graph, self.rows[step][:, None], luck, self.plan, self.seed)
        with np.errstate(all="ignore"):
            found = plain.evaluate(nodes, self.states[step][:, None], self.plan.hosts[step], step)
        return {node: found[node][0].item() for node in nodes}


def compiled_path(
    kernel: Kernel, table: Array, luck: int, plan: Schedule, seed: int, changes: list[Change]
) -> Path:
    """The future whose rows are ``table``, shape (rows, 1), in the compiled engine."""
    blocks = Blocks(table, np.array([luck], np.uint64), len(kernel.graph.slots), kernel.width)
    kernel.start(blocks, plan, seed, threads=1)
    rows = changed(table[:, 0], plan, changes)
    states = [blocks.unpacked()[:, 0].copy()]  # of one block it is a view
    for step in range(plan.count):
        for change in changes:
            if change.step == step:
                blocks.set_row(change.row, change.value)
        kernel.move(blocks, plan, step, step + 1, seed, threads=1)
        states.append(blocks.unpacked()[:, 0].copy())
    return Path(kernel.graph, plan, seed, luck, np.array(states), rows)


def plain_path(
    graph: Graph, table: Array, luck: int, plan: Schedule, seed: int, changes: list[Change]
) -> Path:
    """The same future in the plain evaluator."""
    rows = changed(table[:, 0], plan, changes)
    plain = Evaluator(graph, table, np.array([luck], np.uint64), plan, seed)
    states = [plain.start()]
    cuts = sorted({0, plan.count, *(c.step for c in changes)})
    for begin, end in pairwise(cuts):
        plain.rows = rows[begin][:, None]

        def keep(step: int, state: Array, begin: int = begin) -> None:
            if step > begin:
                states.append(state.copy())

        plain.run(states[-1], begin, end, keep)
    return Path(graph, plan, seed, luck, np.array(states)[:, :, 0], rows)


def changed(row: Array, plan: Schedule, changes: list[Change]) -> Array:
    """The rows in force at each step, shape (steps + 1, rows): interventions change some on a date."""
    found = np.repeat(row[None, :], plan.count + 1, axis=0)
    for change in sorted(changes, key=lambda c: c.step):
        found[change.step :, change.row] = change.value
    return found


def first_difference(a: Path, b: Path) -> tuple[int, str] | None:
    """The first step and slot in which two paths differ in a bit (any NaN equals any NaN), or None."""
    same = (a.states.view(np.uint64) == b.states.view(np.uint64)) | (np.isnan(a.states) & np.isnan(b.states))
    if same.all():
        return None
    step, slot = np.argwhere(~same)[0]
    return int(step), a.graph.slots[slot].name


@dataclass(slots=True)
class Track:
    """One named thing over time: numbers in its unit, flags, or names (an option, an ending; empty for none)."""

    name: str
    kind: str  # number, flag or text
    unit: str
    values: list[Any]


def tracks(path: Path, names: list[str] | None = None) -> list[Track]:
    """Everything of ``known`` at every step, or those named. Raises ``KeyError`` for a name that there is not."""
    found = known(path)
    wanted = [found[name] for name in names] if names is not None else list(found.values())
    fill_in(path, [t for t in wanted if not t.values])
    return wanted


def known(path: Path) -> dict[str, Track]:
    """Stocks, values (without their numbers, see ``fill_in``), events (``x``: is it true, ``fired(x)``: it fired in the step),
    decisions, parameters that events draw anew, the ending, and propositions (``holds(x)``)."""
    graph = path.graph
    found: dict[str, Track] = {}

    def number(name: str, slot: int) -> None:
        unit = graph.slots[slot].unit
        values = path.states[:, slot] / (unit.factor if unit else 1.0)
        found[name] = Track(name, "number", unit.text if unit else "", values.tolist())

    def flag(name: str, slot: int) -> None:
        found[name] = Track(name, "flag", "", (path.states[:, slot] == 1.0).tolist())

    def choice(name: str, slot: int, options: list[str]) -> None:
        found[name] = Track(
            name, "text", "", [options[int(k)] if k >= 0 else "" for k in path.states[:, slot]]
        )

    for stock in graph.stocks:
        number(graph.slots[stock.slot].name, stock.slot)
    for name in graph.named:
        unit = graph.named_units.get(name)
        kind = "flag" if graph.nodes[graph.named[name]].kind == FLAG else "number"
        found[name] = Track(name, kind, unit.text if unit else "", [])
    for event in graph.events:
        flag(event.name, event.slot)
        flag(f"fired({event.name})", event.fired)
    for decision in graph.decisions:
        choice(decision.name, decision.slot, [o.name for o in decision.options])
    for index, slot in enumerate(graph.slots):
        if slot.role == "redrawn":
            number(slot.name, index)
    choice("ending", graph.ending_slot, [e.name for e in graph.endings])
    for answer in graph.answers:
        flag(f"holds({answer.name})", answer.now)
    return found


def fill_in(path: Path, values: list[Track]) -> None:
    """Compute the named values of a path at every step."""
    graph = path.graph
    nodes = [graph.named[t.name] for t in values]
    factors = [graph.named_units[t.name].factor if t.name in graph.named_units else 1.0 for t in values]
    for step in range(path.plan.count + 1 if nodes else 0):
        now = path.evaluate(nodes, step)
        for track, node, factor in zip(values, nodes, factors, strict=True):
            track.values.append(now[node] if track.kind == "flag" else now[node] / factor)


def shown_names(graph: Graph) -> list[str]:
    """What the world shows of itself, by scalar name; all stocks where it shows nothing."""
    found = [scalar_name(s.item, s.members) for s in graph.shown]
    return found or [graph.slots[s.slot].name for s in graph.stocks]


def happened(path: Path) -> list[tuple[date, str]]:
    """Events that fired and choices that changed, with the last day of their step."""
    graph, found = path.graph, []
    for step in range(1, path.plan.count + 1):
        before, after = path.states[step - 1], path.states[step]
        if path.over(step - 1):
            break
        found += [(path.day(step), e.name) for e in graph.events if after[e.fired] == 1.0]
        for decision in graph.decisions:
            now = after[decision.slot]
            if now >= 0 and now != before[decision.slot]:
                found.append((path.day(step), f"{decision.name}: {decision.options[int(now)].name}"))
    return found
