"""Nodes of a graph in plain NumPy: what each operation means, and the values of those that somebody asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from ..world.checks import slots_under
from ..world.graph import Graph
from . import philox, vecarrays
from .schedule import Schedule

Array = npt.NDArray[np.float64]
START_STEP = 2**32 - 4  # the step number whose draws serve the start


def _minimum(a: Array, b: Array) -> Array:
    return np.where((a < b) | np.isnan(a), a, b)


def _maximum(a: Array, b: Array) -> Array:
    return np.where((a > b) | np.isnan(a), a, b)


_OPERATIONS: dict[str, Callable[..., Array]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "neg": np.negative,
    "min": _minimum,
    "max": _maximum,
    "abs": np.abs,
    "sqrt": np.sqrt,
    "exp": vecarrays.exp,
    "log": vecarrays.log,
    "pow": vecarrays.power,
    "norm_inv": vecarrays.norm_inv,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "eq": np.equal,
    "ne": np.not_equal,
    "and": np.logical_and,
    "or": np.logical_or,
    "not": np.logical_not,
    "isnan": np.isnan,
    "select": np.where,
}


class Nodes:
    """Values of a graph's nodes for some futures; rows have shape (rows, futures), luck (futures,)."""

    def __init__(
        self, graph: Graph, rows: Array, luck: npt.NDArray[np.uint64], plan: Schedule, seed: int
    ) -> None:
        self.graph, self.rows, self.luck, self.plan, self.seed = graph, rows, luck, plan, seed
        self.ids = [philox.stream_id(name) for name in graph.streams]
        self.size = rows.shape[1]

    def draw(self, stream: int, step: int) -> Array:
        """The uniform numbers of a stream in a step: word step % 4 of the call numbered step // 4."""
        low, high = (self.luck & 0xFFFFFFFF).astype(np.uint32), (self.luck >> 32).astype(np.uint32)
        same = np.ones(self.size, np.uint32)
        words = philox.philox(
            (low, high, same * np.uint32(step // 4), same * np.uint32(self.ids[stream])),
            (self.seed & 0xFFFFFFFF, (self.seed >> 32) & 0xFFFFFFFF),
        )
        return philox.uniform(words[step % 4])

    def evaluate(
        self, roots: Iterable[int], state: Array, hosts: Array, step: int, old: Array | None = None
    ) -> dict[int, Array]:
        """The nodes that the roots need, on a state and at a step; ``old`` is the state at the step's start."""
        nodes = self.graph.nodes
        needed: set[int] = set()
        stack = [r for r in roots if r >= 0]
        while stack:
            top = stack.pop()
            if top not in needed:
                needed.add(top)
                stack.extend(nodes[top].arguments)
        found: dict[int, Array] = {}
        for index in sorted(needed):  # arguments come before their users
            node = nodes[index]
            match node.operation:
                case "const":
                    value = np.full(self.size, float(node.data))
                case "parameter":
                    value = self.rows[int(node.data)]
                case "slot":
                    value = state[int(node.data)]
                case "old":
                    value = (state if old is None else old)[int(node.data)]
                case "delayed":
                    line = self.graph.lines[int(node.data)]
                    value = state[line.first + int(hosts[line.column])]
                case "host":
                    value = np.full(self.size, hosts[int(node.data)])
                case "uniform":
                    value = self.draw(int(node.data), step)
                case "true" | "false":
                    value = np.full(self.size, node.operation == "true")
                case operation:
                    value = _OPERATIONS[operation](*(found[a] for a in node.arguments))
            found[index] = value
        return found


def all_roots(graph: Graph) -> list[int]:
    """Every node that a step reads from the state at its start."""
    roots = [node for _, node in graph.refresh] + [node for _, node in graph.updates]
    roots += [line.node for line in graph.lines]
    roots += [n for s in graph.stocks for n in (s.inflow, s.outflow, s.change)]
    roots += [n for e in graph.events for n in (e.when, e.rate, e.draw)]
    roots += [n for g in graph.groups for n in (g.draw, g.pick)]
    for decision in graph.decisions:
        roots += [decision.when, decision.temperature]
        roots += [n for o in decision.options for n in (o.when, o.worth, o.draw)]
    roots += [e.amount for e in graph.effects]
    roots += [e.condition for e in graph.endings] + [a.condition for a in graph.answers]
    return roots


def start_order(graph: Graph) -> list[int]:
    """Slots in an order in which each start value needs only earlier ones."""
    order: list[int] = []
    seen: set[int] = set()
    for root in range(len(graph.slots)):
        stack = [(root, False)]
        while stack:
            index, ready = stack.pop()
            if ready:
                order.append(index)
                continue
            if index in seen:
                continue
            seen.add(index)
            stack.append((index, True))
            needed = slots_under(graph, graph.slots[index].start)
            stack.extend((s, False) for s in sorted(needed) if s not in seen)
    return order
