"""Nodes of a graph as vector instructions: where their values stand in memory, and how each is computed.

A block is W futures, one a lane. Leaves (parameters, slots, host numbers, draws, values kept for the whole
run) are loaded where they are used and again in every basic block: a load that folds into its user is
cheaper than a register that has to be saved. Every other node is computed once on each way to it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from ..world.graph import FLAG, DelayLine, Graph
from . import philox
from .vecemit import Emitter

_REAL = {"add": "fadd", "sub": "fsub", "mul": "fmul", "div": "fdiv"}
_TESTS = {"lt": "olt", "le": "ole", "gt": "ogt", "ge": "oge", "eq": "oeq", "ne": "une"}
_ROUTINES = ("exp", "log", "norm_inv")
RARELY = ", !prof !0"  # weights of a branch whose first way is rare: its code goes out of line


class BlockWriter(Emitter):
    """Values of nodes as instructions; knows where state, rows, hosts and draws stand."""

    def __init__(self, graph: Graph, width: int) -> None:
        super().__init__(width)
        self.graph = graph
        self.alignment = min(64, 8 * width)  # bytes; arrays begin at multiples of 64
        self.reset()

    def reset(self) -> None:
        """Begin a function."""
        self.lines: list[str] = []
        self.scopes: list[dict[int, str]] = [{}]  # computed nodes by number, the innermost scope last
        self.loaded: dict[int, str] = {}  # leaves loaded in this basic block
        self.host_row = "%hosts_now"
        self.moved: set[int] = (
            set()
        )  # slots that a step writes anew, from one copy of the state into the other
        self.moved_base = "%now"
        self.staged: set[int] = set()  # slots that a later stage of a step reads from the other copy
        self.kept: dict[int, int] = {}  # nodes computed once a run -> where they are kept
        self.uniforms: dict[int, int] = {}  # streams drawn every fourth step -> place in the buffer
        self.normals: dict[int, int] = {}  # nodes: normal draws made there -> place in the buffer
        self.group, self.phase = "%group", "%phase"
        self.cold = False  # rarely run: calls routines instead of containing them

    # -- memory

    def pointer(self, base: str, index: int | str) -> str:
        """The address of one vector of a block."""
        return self.emit(f"getelementptr {self.real}, ptr {base}, i64 {index}")

    def load(self, base: str, index: int | str) -> str:
        """One vector of a block."""
        return self.emit(f"load {self.real}, ptr {self.pointer(base, index)}, align {self.alignment}")

    def store(self, value: str | float, base: str, index: int | str) -> None:
        """Write one vector of a block."""
        where = self.pointer(base, index)
        self.lines.append(f"  store {self.real} {self.of(value)}, ptr {where}, align {self.alignment}")

    def spread(self, scalar: str, kind: str = "double") -> str:
        """A scalar in all lanes."""
        vector = f"<{self.width} x {kind}>"
        first = self.emit(f"insertelement {vector} poison, {kind} {scalar}, i64 0")
        return self.emit(
            f"shufflevector {vector} {first}, {vector} poison, <{self.width} x i32> zeroinitializer"
        )

    def host(self, column: int) -> str:
        """A host number as a scalar."""
        where = self.emit(f"getelementptr double, ptr {self.host_row}, i64 {column}")
        return self.emit(f"load double, ptr {where}, align 8")

    def slot(self, index: int) -> str:
        """A slot's value, from where it stands now."""
        if index in self.staged:
            return self.load("%then", index)
        return self.old(index)

    def old(self, index: int) -> str:
        """A slot's value at the step's start, or in the state that the step has made."""
        return self.load(self.moved_base if index in self.moved else "%state_here", index)

    def line_slot(self, line: DelayLine) -> str:
        """The slot of a delay line that is read in this step and written at its end."""
        turn, last = self.host(line.column), f"{line.slots - 1}.0"
        near = self.emit(f"fcmp olt double {turn}, {last}")  # false for NaN
        turn = self.emit(f"select i1 {near}, double {turn}, double {last}")
        above = self.emit(f"fcmp ogt double {turn}, 0.0")
        turn = self.emit(f"select i1 {above}, double {turn}, double 0.0")
        return self.emit(f"add i64 {self.emit(f'fptosi double {turn} to i64')}, {line.first}")

    def keep(self, index: int, place: int) -> None:
        """Store a node's value for the whole run; a flag as one bit a lane."""
        value = self.node(index)
        if self.graph.nodes[index].kind != FLAG:
            self.store(value, "%kept", place)
            return
        bits = self.emit(f"bitcast {self.flag} {value} to i{self.width}")
        self.lines.append(
            f"  store i{self.width} {bits}, ptr {self.pointer('%kept', place)}, align {self.alignment}"
        )

    def kept_value(self, index: int) -> str:
        place = self.kept[index]
        if self.graph.nodes[index].kind != FLAG:
            return self.load("%kept", place)
        bits = self.emit(f"load i{self.width}, ptr {self.pointer('%kept', place)}, align {self.alignment}")
        return self.emit(f"bitcast i{self.width} {bits} to {self.flag}")

    def drawn(self, place: int) -> str:
        """This step's draw from the buffer that is filled every four steps."""
        base = self.emit(f"getelementptr {self.real}, ptr %draws, i64 {4 * place}")
        return self.load(base, self.phase)

    # -- flow

    def label(self, name: str) -> None:
        """Begin a basic block."""
        self.lines.append(f"{name}:")
        self.loaded = {}

    def jump(self, name: str) -> None:
        """Go to a basic block."""
        self.lines.append(f"  br label %{name}")

    def branch(self, condition: str, yes: str, no: str, weights: str = "") -> None:
        """Go one way or the other."""
        self.lines.append(f"  br i1 {condition}, label %{yes}, label %{no}{weights}")

    def fresh(self, stem: str) -> str:
        """A new name for a basic block."""
        self._count += 1
        return f"{stem}{self._count}"

    def any_lane(self, flag: str) -> str:
        """Whether a flag is set in any lane."""
        return self.emit(f"call i1 @llvm.vector.reduce.or.v{self.width}i1({self.flag} {flag})")

    def begin_rare(self, condition: str, cold: bool = True) -> str:
        """Begin code that runs only if a scalar flag is set; returns the label for ``end_rare``."""
        yes, no = self.fresh("rare"), self.fresh("on")
        self.branch(condition, yes, no, RARELY)
        self.label(yes)
        self.scopes.append({})
        self._was_cold, self.cold = self.cold, cold
        return no

    def end_rare(self, no: str) -> None:
        """End it: what it computed is not known after it."""
        self.scopes.pop()
        self.cold = self._was_cold
        self.jump(no)
        self.label(no)

    # -- nodes

    def is_leaf(self, index: int) -> bool:
        """Whether a node is loaded, not computed."""
        operation = self.graph.nodes[index].operation
        if (
            index in self.kept
            or index in self.normals
            or operation in ("parameter", "slot", "old", "delayed", "host")
        ):
            return True
        return operation == "uniform" and int(self.graph.nodes[index].data) in self.uniforms

    def leaf(self, index: int) -> str:
        """Load a leaf."""
        node = self.graph.nodes[index]
        if index in self.kept:
            return self.kept_value(index)
        if index in self.normals:
            return self.drawn(self.normals[index])
        if node.operation == "parameter":
            return self.load("%rows_here", int(node.data))
        if node.operation == "slot":
            return self.slot(int(node.data))
        if node.operation == "old":
            return self.old(int(node.data))
        if node.operation == "delayed":
            return self.load("%state_here", self.line_slot(self.graph.lines[int(node.data)]))
        if node.operation == "host":
            return self.spread(self.host(int(node.data)))
        return self.drawn(self.uniforms[int(node.data)])

    def find(self, index: int) -> str | None:
        """The name of a node's value, if it is known here; leaves always are."""
        for scope in reversed(self.scopes):
            if index in scope:
                return scope[index]
        if self.is_leaf(index):
            if index not in self.loaded:
                self.loaded[index] = self.leaf(index)
            return self.loaded[index]
        return None

    def known(self, index: int) -> bool:
        """Whether a node needs no computing here."""
        return any(index in scope for scope in self.scopes) or self.is_leaf(index)

    def node(self, index: int) -> str:
        """The value of a node, computed here unless it is known on every way to here."""
        stack = [index]
        while stack:  # arguments first, without deep recursion
            top = stack[-1]
            if self.known(top):
                stack.pop()
                continue
            missing = [a for a in self.graph.nodes[top].arguments if not self.known(a)]
            if missing:
                stack.extend(reversed(missing))
                continue
            stack.pop()
            self.scopes[-1][top] = self.compute(top)
        found = self.find(index)
        assert found is not None
        return found

    def compute(self, index: int) -> str:
        """One operation; its arguments are known."""
        node = self.graph.nodes[index]
        operation, data = node.operation, node.data
        if operation == "const":
            return self.of(float(data))
        if operation in ("true", "false"):
            return f"splat (i1 {operation})"
        if operation == "uniform":
            return self.draw_now(int(data))
        given = [self.node(a) for a in node.arguments]
        if operation in _REAL:
            return self.emit(f"{_REAL[operation]} {self.real} {given[0]}, {given[1]}")
        if operation in _TESTS:
            return self.fcmp(_TESTS[operation], given[0], given[1])
        if operation in ("min", "max"):
            return self.extreme(operation, node.arguments, given)
        return self.other(operation, given, node.kind)

    def extreme(self, operation: str, arguments: tuple[int, ...], given: list[str]) -> str:
        """min and max: the first if it is less (greater) or NaN, else the second."""
        a, b = (self.graph.nodes[x] for x in arguments)
        test = "lt" if operation == "min" else "gt"
        if a.operation == "const" and not math.isnan(float(a.data)):
            return self.select(self.fcmp(f"o{test}", given[0], given[1]), given[0], given[1])
        if b.operation == "const" and not math.isnan(float(b.data)):
            return self.select(self.fcmp(f"u{test}", given[0], given[1]), given[0], given[1])
        first, nan = self.fcmp(f"o{test}", given[0], given[1]), self.fcmp("uno", given[0], given[0])
        return self.select(self.logic("or", first, nan), given[0], given[1])

    def other(self, operation: str, given: list[str], kind: str) -> str:
        """Operations that are neither arithmetic nor a comparison."""
        if operation in _ROUTINES:
            return self.routine(operation, given[0])
        if operation == "pow":
            return self.routine("pow", given[0], given[1])
        if operation == "neg":
            return self.fneg(given[0])
        if operation == "abs":
            return self.unary("fabs", given[0])
        if operation == "sqrt":
            return self.unary("sqrt", given[0])
        if operation in ("and", "or"):
            return self.logic(operation, given[0], given[1])
        if operation == "not":
            return self.no(given[0])
        if operation == "isnan":
            return self.fcmp("uno", given[0], given[0])
        if operation == "select":
            kind_text = self.flag if kind == FLAG else self.real
            return self.emit(f"select {self.flag} {given[0]}, {kind_text} {given[1]}, {kind_text} {given[2]}")
        raise ValueError(f"no instruction for {operation}")

    def routine(self, name: str, *given: str) -> str:
        """A mathematical function: its code here, or a call where that is rare."""
        prefix = "pj.far" if self.cold else "pj"
        arguments = ", ".join(f"{self.real} {x}" for x in given)
        return self.emit(f"call {self.real} @{prefix}.{name}.v{self.width}({arguments})")

    def draw_now(self, stream: int) -> str:
        """This step's uniform of a stream that is not in the buffer."""
        identity = philox.stream_id(self.graph.streams[stream])
        return self.emit(
            f"call {self.real} @pj.draw.v{self.width}({self.word} %luck_here, i64 {identity}, "
            f"i64 {self.group}, i64 {self.phase}, i64 %key0, i64 %key1)"
        )

    def cone(self, roots: Iterable[int]) -> set[int]:
        """The nodes that the roots need here; leaves end it and belong to it."""
        found: set[int] = set()
        stack = [r for r in roots if r >= 0]
        while stack:
            index = stack.pop()
            if index not in found:
                found.add(index)
                if not self.is_leaf(index):
                    stack.extend(self.graph.nodes[index].arguments)
        return found
