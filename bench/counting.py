"""How much a step does, counted on the graph: values assigned, and operations by kind."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from panmunjom.engine import vecmath
from panmunjom.engine.writer_plan import cone_of, every_step, plan
from panmunjom.world.graph import Graph

_ADDING = {"fadd", "fsub", "select", "fcmp", "and", "or", "xor", "shl", "lshr", "sub", "add"}


@dataclass(slots=True)
class Work:
    """What one future needs in one step: vector instructions by the unit that does them, and 8-byte words moved."""

    multiplying: int
    adding: int
    dividing: int
    loads: int
    stores: int


def _needed(graph: Graph) -> tuple[set[int], set[int]]:
    """(nodes that a step computes, those among its leaves that were computed once a run)."""
    kept = set(plan(graph).kept)
    found = cone_of(graph, every_step(graph) + [e.rate for e in graph.events if e.rate >= 0], kept)
    return found - kept, found & kept


def updates(graph: Graph) -> dict[str, int]:
    """Scalars assigned a step, dimensions written out: stocks, values, events, timers and hidden levels.

    A value counts if a step needs it and it is not the same for the whole run.
    """
    needed, _ = _needed(graph)
    values = {node for node in graph.named.values() if node in needed and graph.nodes[node].arguments}
    return {
        "stocks": len(graph.stocks),
        "values": len(values),
        "events": len(graph.events),
        "timers": sum(graph.slots[slot].role == "timer" for slot, _ in graph.refresh),
        "levels": len(graph.updates),
    }


def work(graph: Graph) -> Work:
    """The arithmetic of a step as the graph asks for it, with the vector routines' own instructions in it."""
    needed, kept = _needed(graph)
    count = Counter(graph.nodes[i].operation for i in needed)
    inner = {name: _instructions(name) for name in ("exp", "log", "pow", "norm_inv")}
    cheap = ("add", "sub", "neg", "abs", "min", "max", "select", "lt", "le", "gt", "ge", "eq", "ne", "isnan")
    found = Work(
        multiplying=count["mul"] + sum(count[name] * part["mul"] for name, part in inner.items()),
        adding=sum(count[o] for o in cheap) + sum(count[name] * part["add"] for name, part in inner.items()),
        dividing=count["sqrt"]
        + sum(count[name] * part["div"] for name, part in inner.items())
        + _divisions(graph, needed),
        loads=count["parameter"] + count["slot"] + len(kept) + count["uniform"],
        stores=len(graph.stocks) + len(graph.updates) + len(graph.refresh) + 2 * len(graph.events),
    )
    found.multiplying += len(graph.stocks)  # flow times the step's length
    found.adding += 2 * len(graph.stocks)  # onto the level, and the floor
    return found


def _divisions(graph: Graph, needed: set[int]) -> int:
    """Divisions, without those by 1 that a unit leaves behind."""
    divisors = [graph.nodes[graph.nodes[i].arguments[1]] for i in needed if graph.nodes[i].operation == "div"]
    return sum(not (d.operation == "const" and d.data == 1.0) for d in divisors)


def _instructions(name: str) -> dict[str, int]:
    """Instructions of a vector routine by the unit that does them."""
    text = vecmath.definitions(8)
    body = text[text.index(f"@pj.{name}.v8(") :].partition("\n}")[0]
    words = [line.split() for line in body.splitlines() if " = " in line]
    operations = [w[2] if w[2] != "call" else "fma" if "llvm.fma" in " ".join(w) else "fadd" for w in words]
    return {
        "mul": sum(o in ("fmul", "fma") for o in operations),
        "add": sum(o in _ADDING for o in operations),
        "div": operations.count("fdiv"),
    }
