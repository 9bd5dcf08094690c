"""Why a future stopped being finite: which variable broke, in which step, and what went into it.

From each stock that lost its value, and each rate that was none, the way leads back through the named values that are
not finite themselves, to the first whose inputs all are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, timedelta

from ..engine.nodes import START_STEP
from ..world.graph import FLAG, Graph, StockStep
from .trajectory import Path

_NUMBERED = ("parameter", "slot", "uniform", "host")  # operations that carry an index


@dataclass(frozen=True, slots=True)
class Input:
    """What went into a variable: its name, value and unit. ``node`` is where it is computed."""

    name: str
    value: float | bool
    unit: str = ""
    node: int = -1

    @property
    def finite(self) -> bool:
        """Whether it is a number like any other."""
        return math.isfinite(self.value)


@dataclass(slots=True)
class Break:
    """One variable that broke in a step, as ``stores``, ``rate of relieved``; each entry of ``back`` is a variable that
    was not finite with all that went into it, from the one that broke to where it began."""

    name: str
    day: date  # the first of the step
    value: float  # what it became: not finite, or below zero where that may not be
    before: float | None = None  # what it was when the step began
    unit: str = ""
    back: list[tuple[str, list[Input]]] = field(default_factory=list)


def breaks(path: Path) -> list[Break]:
    """Everything that was not finite first; empty for a future that stayed so."""
    step = path.broke
    return [] if step is None else Finder(path, step).breaks()


class Finder:
    """Looks at one step of one future."""

    def __init__(self, path: Path, step: int) -> None:
        self.path, self.graph, self.step = path, path.graph, step
        self.names: dict[int, str] = {}
        for name, node in self.graph.named.items():
            self.names.setdefault(node, name)

    def breaks(self) -> list[Break]:
        """The stocks and rates that broke in the step."""
        graph, states = self.graph, self.path.states
        day = self.path.plan.start + timedelta(days=self.step * self.path.plan.step_days)
        found: list[Break] = []
        for stock in graph.stocks:
            if math.isfinite(states[self.step + 1, stock.slot]):
                continue
            slot = graph.slots[stock.slot]
            text, factor = (slot.unit.text, slot.unit.factor) if slot.unit else ("", 1.0)
            level = float(states[self.step, stock.slot])
            if math.isfinite(level):
                after = float(states[self.step + 1, stock.slot])
                back = self.way_back(slot.name, self.flows(stock))
                found.append(Break(slot.name, day, after, level / factor, text, back))
            else:  # so it began
                back = [(f"{slot.name} at the start", self.inputs(slot.start, START_STEP))]
                found.append(Break(slot.name, day, level, None, text, back))
        for event in graph.events:
            if event.rate < 0:
                continue
            rate = self.value(event.rate)
            if (event.when < 0 or self.value(event.when)) and not 0 <= rate < math.inf:
                name = f"rate of {event.name}"
                known = self.named(event.rate, None)
                back = self.way_back(name, [known] if known else self.inputs(event.rate))
                found.append(Break(name, day, rate, None, "1/day", back))
        return found

    def flows(self, stock: StockStep) -> list[Input]:
        """What moves a stock in the step: its flows and the effects that fell on it."""
        slot = self.graph.slots[stock.slot]
        text, factor = (slot.unit.text, slot.unit.factor) if slot.unit else ("", 1.0)
        found = [
            Input(word, self.value(node) / factor, f"{text}/day".removeprefix("/") if text else "1/day", node)
            for word, node in (("in", stock.inflow), ("out", stock.outflow), ("change", stock.change))
            if node >= 0 and self.graph.nodes[node].operation != "const"
        ]
        after = self.path.states[self.step + 1]
        for effect in self.graph.effects:
            if effect.slot != stock.slot:
                continue
            if effect.event >= 0:
                cause, fell = (e := self.graph.events[effect.event]).name, after[e.fired] == 1.0
            else:
                decision = self.graph.decisions[effect.decision]
                cause = f"{decision.name}.{decision.options[effect.option].name}"
                due = self.path.plan.hosts[self.step, decision.host] != 0
                fell = due and after[decision.slot] == effect.option
            if fell:
                amount = self.value(effect.amount) / factor
                found.append(Input(f"{effect.operation} by {cause}", amount, text, effect.amount))
        return found

    def way_back(self, name: str, inputs: list[Input]) -> list[tuple[str, list[Input]]]:
        """Variables that are not finite with their inputs, each an input of the one before."""
        found, seen = [(name, inputs)], {-1}
        while broken := [i for i in inputs if not i.finite and i.node not in seen]:
            first = broken[0]
            seen.add(first.node)
            inputs = self.inputs(first.node)
            if inputs:
                found.append((self.names.get(first.node, first.name), inputs))
        if len(found) == 1:  # all flows are finite: one is below zero where none may be
            found += [(i.name, below) for i in inputs if i.value < 0 and (below := self.inputs(i.node))]
        return found

    def inputs(self, root: int, step: int | None = None) -> list[Input]:
        """The named values, stocks and parameters that a node is computed from, each once."""
        found: dict[int, Input] = {}
        todo = list(self.graph.nodes[root].arguments)[::-1]
        seen: set[int] = set()
        while todo:
            node = todo.pop()
            if node in seen:
                continue
            seen.add(node)
            known = self.named(node, step)
            if known is not None:
                found[node] = known
            else:
                todo += self.graph.nodes[node].arguments[::-1]
        return list(found.values())

    def named(self, node: int, step: int | None) -> Input | None:
        """A node as the input that a reader knows by name; None for an operation in between or a constant."""
        graph, operation = self.graph, self.graph.nodes[node]
        index = int(operation.data) if operation.operation in _NUMBERED else -1
        unit = None
        match operation.operation:
            case "parameter":
                name, unit = graph.rows[index].name, graph.rows[index].unit
            case "slot":
                name, unit = graph.slots[index].name, graph.slots[index].unit
            case "uniform":
                name = f"luck of {graph.streams[index]}"
            case "host":
                name = "time" if index == Graph.CLOCK else graph.hosts[index].kind
            case _ if node in self.names:
                name = self.names[node]
                unit = graph.named_units.get(name)
            case _:
                return None
        value = self.value(node, step)
        if operation.kind == FLAG:
            return Input(name, bool(value), "", node)
        return Input(name, value / (unit.factor if unit else 1.0), unit.text if unit else "", node)

    def value(self, node: int, step: int | None = None) -> float:
        """A node's value when the step began; at the start of the run for ``START_STEP``."""
        at = 0 if step == START_STEP else self.step
        return float(self.path.evaluate([node], at)[node])
