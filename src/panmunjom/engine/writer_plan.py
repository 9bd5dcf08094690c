"""What of a graph is computed when: once a run, every few steps, every step, or where an event may happen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ..world.graph import Graph

_COST = {"exp": 25, "log": 25, "norm_inv": 60, "pow": 120, "div": 8, "sqrt": 10}  # of an operation, add is 1
_WORTH_A_BRANCH = 8


@dataclass(slots=True)
class Plan:
    """Lists of node numbers and of slots.

    kept      nodes of nothing but parameters, constants and the step's length: computed once a run
    normals   normal draws made every fourth step; ``uniforms``: streams drawn then and left uniform
    gated     by event: the nodes that nothing but its rate needs, where that is worth a branch
    moved     slots that every step writes anew; the others are changed in place
    early     slots that are changed in place before their last reader: read at the start of a step
    counted   slots of limited stocks that nobody reads: changed only where the stock is limited
    """

    kept: list[int] = field(default_factory=list)
    normals: list[int] = field(default_factory=list)
    uniforms: list[int] = field(default_factory=list)
    gated: dict[int, set[int]] = field(default_factory=dict)
    moved: set[int] = field(default_factory=set)
    early: list[int] = field(default_factory=list)
    counted: set[int] = field(default_factory=set)


def every_step(graph: Graph) -> list[int]:
    """Nodes that every step needs, but for the rates of events."""
    roots = [node for _, node in graph.refresh] + [node for _, node in graph.updates]
    roots += [line.node for line in graph.lines]
    roots += [n for s in graph.stocks for n in (s.inflow, s.outflow, s.change)]
    roots += [n for e in graph.events for n in (e.when, e.draw, e.until)]
    roots += [n for g in graph.groups for n in (g.draw, g.pick)]
    roots += [e.condition for e in graph.endings] + [a.condition for a in graph.answers]
    return [n for n in roots if n >= 0]


def sometimes(graph: Graph) -> list[int]:
    """Nodes that are needed where an event has fired or a decision is due."""
    roots = [e.amount for e in graph.effects]
    for decision in graph.decisions:
        roots += [decision.when, decision.temperature]
        roots += [n for o in decision.options for n in (o.when, o.worth, o.draw)]
    return [n for n in roots if n >= 0]


def plan(graph: Graph) -> Plan:
    """The plan of a graph's steps."""
    found = Plan()
    rates = {number: event.rate for number, event in enumerate(graph.events) if event.rate >= 0}
    roots = every_step(graph) + list(rates.values())
    found.kept = _kept(graph, roots + sometimes(graph))
    _plan_draws(graph, found, roots)
    _plan_gates(graph, found, rates)
    _plan_slots(graph, found)
    return found


def cone_of(graph: Graph, roots: Iterable[int], ends: set[int]) -> set[int]:
    """The nodes that the roots need; nodes in ``ends`` belong to it and end it."""
    found: set[int] = set()
    stack = list(roots)
    while stack:
        index = stack.pop()
        if index not in found:
            found.add(index)
            if index not in ends:
                stack.extend(graph.nodes[index].arguments)
    return found


def _kept(graph: Graph, roots: list[int]) -> list[int]:
    """Nodes that stay the same for a whole run and are used by a step or by a node that does not."""
    fixed: list[bool] = []
    for node in graph.nodes:
        if node.arguments:
            fixed.append(all(fixed[a] for a in node.arguments))
        else:
            still = node.operation == "host" and graph.hosts[int(node.data)].kind == "dt"
            fixed.append(still or node.operation in ("const", "true", "false", "parameter"))
    needed = cone_of(graph, roots, set())
    asked = {a for i in needed if not fixed[i] for a in graph.nodes[i].arguments} | set(roots)
    return sorted(i for i in asked if fixed[i] and graph.nodes[i].arguments)


def _plan_draws(graph: Graph, found: Plan, roots: list[int]) -> None:
    """Draws that every step needs: normal ones, and streams that are read as they are."""
    needed = cone_of(graph, roots, set(found.kept))
    normal = [i for i in needed if graph.nodes[i].operation == "norm_inv"]
    normal = [i for i in normal if graph.nodes[graph.nodes[i].arguments[0]].operation == "uniform"]
    found.normals = sorted(normal)
    plain = cone_of(graph, roots, set(found.kept) | set(normal))
    found.uniforms = sorted(
        {int(graph.nodes[i].data) for i in plain if graph.nodes[i].operation == "uniform"}
    )


def _plan_gates(graph: Graph, found: Plan, rates: dict[int, int]) -> None:
    """What only one event's rate needs need not be computed where the event cannot happen."""
    ends = set(found.kept) | set(found.normals)
    open_rates = [rate for number, rate in rates.items() if graph.events[number].when < 0]
    always = cone_of(graph, every_step(graph) + open_rates, ends)
    cones = {n: cone_of(graph, [rate], ends) - always for n, rate in rates.items() if graph.events[n].when >= 0}
    users = Counter(node for cone in cones.values() for node in cone)
    for number, cone in cones.items():
        own = {node for node in cone if users[node] == 1}
        if (
            sum(_COST.get(graph.nodes[i].operation, 1) for i in own if graph.nodes[i].arguments)
            >= _WORTH_A_BRANCH
        ):
            found.gated[number] = own


def _plan_slots(graph: Graph, found: Plan) -> None:
    read = {int(node.data) for node in graph.nodes if node.operation == "slot"}
    counts = {stock.count for stock in graph.stocks if stock.count >= 0}
    found.counted = counts - read
    found.moved = (
        (counts & read) | {stock.slot for stock in graph.stocks} | {slot for slot, _ in graph.updates}
    )
    for event in graph.events:
        found.moved |= (
            {event.slot}
            | ({event.fired} if event.lasting else set())
            | ({event.before} if event.before >= 0 else set())
        )
    found.moved |= {decision.slot for decision in graph.decisions}
    early = {slot for slot, _ in graph.refresh} | {graph.ending_slot, graph.ending_date_slot}
    early |= {slot for answer in graph.answers for slot in (answer.first, answer.now)}
    found.early = sorted(read & early)
