"""Makes nodes of the graph, each once; the functions of the language are built here from basic operations."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from ..quantities.distributions import FAMILIES
from ..quantities.units import Dimension
from ..text.problems import Place
from .graph import FLAG, NUMBER, DelayLine, Graph, Host, Node, Slot


@dataclass(frozen=True, slots=True)
class Typed:
    """A node with what it measures; ``dimension`` None fits any unit (a literal 0)."""

    node: int
    kind: str
    dimension: Dimension | None


class Maker:
    """Adds nodes, rows, slots, host columns and streams to a graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._nodes: dict[Node, int] = {}
        self._hosts: dict[tuple, int] = {}
        self._timers: dict[tuple[str, int], int] = {}
        self._since_slots: dict[int, int] = {}
        self._streams: dict[str, int] = {}
        self._true_since: dict[
            int, int
        ] = {}  # condition node -> node of the day from which it counts as true
        self.white_nodes: dict[int, Place] = {}  # white noise and where it is written
        self.once_a_step: dict[Place, str] = {}  # what has no meaning inside a step, where and in words
        self.clock = self.host(Host("clock"))
        self.dt = self.host(Host("dt"))
        self.day = self.host(Host("day"))

    @property
    def size(self) -> int:
        """What the graph so far costs to compile and to hold; see ``checks.MAX_SIZE``."""
        return len(self.graph.nodes) + len(self.graph.slots) + 4 * len(self.graph.streams)

    # -- leaves

    def add(self, operation: str, *arguments: int, data: float | int = 0, kind: str = NUMBER) -> int:
        """The number of that node, made if it is new."""
        node = Node(operation, arguments, data, kind)
        if node not in self._nodes:
            self._nodes[node] = len(self.graph.nodes)
            self.graph.nodes.append(node)
        return self._nodes[node]

    def const(self, value: float) -> int:
        """A number; NaN and both zeros are kept apart by their text."""
        text = repr(float(value))
        key = Node("const", (), float(value) if value == value else 0.0, "nan" if value != value else text)
        if key not in self._nodes:
            self._nodes[key] = len(self.graph.nodes)
            self.graph.nodes.append(Node("const", (), float(value)))
        return self._nodes[key]

    def host(self, host: Host) -> int:
        """A number that is the same for all futures in a step."""
        key = (host.kind, host.data)
        if key not in self._hosts:
            self._hosts[key] = len(self.graph.hosts)
            self.graph.hosts.append(host)
        return self.add("host", data=self._hosts[key])

    def host_column(self, host: Host) -> int:
        """The column of a host number."""
        return int(self.graph.nodes[self.host(host)].data)

    def stream(self, name: str) -> int:
        """The index of a named stream of random numbers."""
        if name not in self._streams:
            self._streams[name] = len(self.graph.streams)
            self.graph.streams.append(name)
        return self._streams[name]

    def uniform(self, name: str) -> int:
        """A uniform draw of each step, in (0, 1)."""
        return self.add("uniform", data=self.stream(name))

    def normal(self, name: str) -> int:
        """A standard normal draw of each step."""
        return self.add("norm_inv", self.uniform(name))

    def new_slot(self, slot: Slot) -> int:
        """The index of a new slot."""
        self.graph.slots.append(slot)
        return len(self.graph.slots) - 1

    def slot(self, index: int) -> int:
        """The node that reads a slot."""
        return self.add("slot", data=index)

    def is_set(self, index: int) -> int:
        """The flag kept in a slot."""
        return self.flag("ne", self.slot(index), self.const(0.0))

    # -- operations

    def flag(self, operation: str, *arguments: int) -> int:
        """A node that is true or false."""
        return self.add(operation, *arguments, kind=FLAG)

    def select(self, condition: int, yes: int, no: int) -> int:
        """yes where the condition holds, else no."""
        return self.add("select", condition, yes, no, kind=self.graph.nodes[yes].kind)

    def number(self, condition: int) -> int:
        """1 or 0."""
        return self.select(condition, self.const(1.0), self.const(0.0))

    def logistic(self, x: int) -> int:
        """1 / (1 + exp(-x))."""
        one = self.const(1.0)
        return self.add("div", one, self.add("add", one, self.add("exp", self.add("neg", x))))

    def softplus(self, x: int) -> int:
        """log(1 + exp(x)), written so that it neither overflows nor loses the sign of x."""
        tail = self.add("exp", self.add("neg", self.add("abs", x)))
        return self.add(
            "add",
            self.add("max", x, self.const(0.0)),
            self.add("log", self.add("add", self.const(1.0), tail)),
        )

    def power(self, base: int, exponent: int) -> int:
        """base ^ exponent; small constant exponents become products and roots."""
        node = self.graph.nodes[exponent]
        if node.operation == "const":
            if node.data == 1.0:
                return base
            if node.data == 2.0:
                return self.add("mul", base, base)
            if node.data == 3.0:
                return self.add("mul", self.add("mul", base, base), base)
            if node.data == 0.5:
                return self.add("sqrt", base)
        return self.add("pow", base, exponent)

    def lookup(self, points: tuple[tuple[float, float], ...], x: int) -> int:
        """Piecewise linear through the points, level beyond the ends; NaN stays NaN."""
        result = self.const(points[0][1])
        for (x0, y0), (x1, y1) in pairwise(points):
            rise = self.add("mul", self.add("sub", x, self.const(x0)), self.const((y1 - y0) / (x1 - x0)))
            here = self.add("add", self.const(y0), rise)
            result = self.select(self.flag("gt", x, self.const(x0)), here, result)
        x_last, y_last = points[-1]
        result = self.select(self.flag("ge", x, self.const(x_last)), self.const(y_last), result)
        return self.select(self.flag("isnan", x), x, result)

    # -- memory

    def since(self, condition: int) -> int:
        """The day from which the condition has been true without a break; NaN while it is false."""
        key = ("since", condition)
        if key not in self._timers:
            start = self._true_since.get(condition, self.const(math.nan))
            slot = self.new_slot(Slot(f"since#{condition}", "timer", start))
            self._since_slots[condition] = slot
            old = self.slot(slot)
            new = self.select(self.flag("isnan", old), self.clock, old)
            node = self.select(condition, new, self.const(math.nan))
            self.graph.refresh.append((slot, node))
            self._timers[key] = node
        return self._timers[key]

    def true_since(self, condition: int, day: int) -> None:
        """Let a condition that is true at the start count from an earlier day;
        timers made before learn of it.
        """
        self._true_since[condition] = day
        if condition in self._since_slots:
            self.graph.slots[self._since_slots[condition]].start = day

    def first(self, condition: int) -> int:
        """The last day of the step in which the condition first became true; NaN before that."""
        key = ("first", condition)
        if key not in self._timers:
            slot = self.new_slot(Slot(f"first#{condition}", "timer", self.const(math.nan)))
            old = self.slot(slot)
            fresh = self.select(condition, self.day, self.const(math.nan))
            node = self.select(self.flag("isnan", old), fresh, old)
            self.graph.refresh.append((slot, node))
            self._timers[key] = node
        return self._timers[key]

    def level(self, name: str, start: int, change: int) -> int:
        """A hidden stock with a net change per day; returns the node that reads it."""
        slot = self.new_slot(Slot(name, "memory", start))
        node = self.slot(slot)
        self.graph.updates.append((slot, self.add("add", node, self.add("mul", self.dt, change))))
        return node

    def smooth(self, name: str, x: int, time: int) -> int:
        """First-order exponential smoothing with that time constant."""
        slot = self.new_slot(Slot(name, "memory", x))
        node = self.slot(slot)
        change = self.add("div", self.add("sub", x, node), time)
        self.graph.updates.append((slot, self.add("add", node, self.add("mul", self.dt, change))))
        return node

    def delay(self, name: str, x: int, time: int, order: int) -> int:
        """Material delay: so many levels in a row, in balance at the start."""
        stage = self.add("div", time, self.const(float(order)))
        flow = x
        for k in range(order):
            slot = self.new_slot(Slot(f"{name}.{k + 1}", "memory", self.add("mul", x, stage)))
            level = self.slot(slot)
            out = self.add("div", level, stage)
            change = self.add("mul", self.dt, self.add("sub", flow, out))
            self.graph.updates.append((slot, self.add("add", level, change)))
            flow = out
        return flow

    def fixed_delay(self, name: str, x: int, days: float) -> int:
        """x as it was so many days ago; before the start it was what it is there."""
        first, slots = self.new_slot(Slot(f"{name}.1", "memory", x)), max(1, round(days))
        for k in range(1, slots):
            self.new_slot(Slot(f"{name}.{k + 1}", "memory", self.slot(first)))
        line = DelayLine(first, slots, self.host_column(Host("ring", (days,))), x)
        self.graph.lines.append(line)
        return self.add("delayed", data=len(self.graph.lines) - 1)

    def white(self, name: str, spread: int, place: Place) -> int:
        """White noise as a flow: its sum over time t has the spread times the square root of t."""
        node = self.add("div", self.add("mul", spread, self.normal(name)), self.add("sqrt", self.dt))
        self.white_nodes[node] = place
        return node

    def correlated(self, name: str, spread: int, time: int) -> int:
        """Ornstein–Uhlenbeck noise with that stationary spread and correlation time, exact over a step."""
        slot = self.new_slot(Slot(name, "memory", self.normal(name + "#start")))
        node = self.slot(slot)
        keep = self.add("exp", self.add("neg", self.add("div", self.dt, time)))
        rest = self.add("sqrt", self.add("sub", self.const(1.0), self.add("mul", keep, keep)))
        new = self.add("add", self.add("mul", keep, node), self.add("mul", rest, self.normal(name)))
        self.graph.updates.append((slot, new))
        return self.add("mul", spread, node)

    def drawn(self, uniform: int, rows: dict[str, int]) -> int:
        """A value drawn now from the distribution whose parts stand in those rows (``named.PARTS``)."""
        row = {part: self.add("parameter", data=index) for part, index in rows.items()}
        u = self.add("add", row["start"], self.add("mul", row["span"], uniform))

        def stretched(t: int) -> int:
            return self.add("add", row["a"], self.add("mul", row["b"], t))

        raw = stretched(self.add("norm_inv", u))
        made = {
            "point": row["a"],
            "lognormal": self.add("exp", raw),
            "logit": self.logistic(raw),
            "uniform": stretched(u),
            "triangular": stretched(self.triangle(u, row["peak"])),
        }
        shape = raw
        for family, value in made.items():
            here = self.flag("eq", row["family"], self.const(float(FAMILIES.index(family))))
            shape = self.select(here, value, shape)
        inside = self.add("min", self.add("max", shape, row["low"]), row["high"])
        return self.add("mul", inside, row["factor"])

    def triangle(self, u: int, peak: int) -> int:
        """The triangular distribution's quantile on 0..1."""
        one = self.const(1.0)
        falling = self.add("mul", self.add("sub", one, u), self.add("sub", one, peak))
        rising = self.add("sqrt", self.add("mul", u, peak))
        return self.select(self.flag("lt", u, peak), rising, self.add("sub", one, self.add("sqrt", falling)))
