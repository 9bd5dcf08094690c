"""Writes a graph as vector LLVM IR: two functions over blocks of futures, one future a lane.

``start`` fills in the first state, ``move`` runs steps. Per block of W lanes the memory is

    state   (slots, W) doubles      rows (rows, W) doubles      luck (W) 64-bit words      hosts (steps + 1, columns) doubles

Names of a world reach this text only as numbers. Operations stand in the order of the graph's nodes, with no fast-math
flag, so that results are those of the plain evaluator to the bit.
"""

from __future__ import annotations

from ..world.graph import EffectStep, Graph
from . import philox, vecmath
from .evaluator import START_STEP, start_order
from .vecemit import Emitter

_REAL = {"add": "fadd", "sub": "fsub", "mul": "fmul", "div": "fdiv"}
_TESTS = {"lt": "olt", "le": "ole", "gt": "ogt", "ge": "oge", "eq": "oeq", "ne": "une"}
_ROUTINES = ("exp", "log", "norm_inv")


class BlockWriter(Emitter):
    """Values of nodes as instructions; knows where state, rows, hosts and draws stand."""

    def __init__(self, graph: Graph, width: int) -> None:
        super().__init__(width)
        self.graph = graph
        self.alignment = min(64, 8 * width)  # bytes; arrays begin at multiples of 64
        self.scopes: list[dict[int, str]] = [{}]
        self.host_row = "%hosts_now"
        self.slots_known: dict[int, str] = {}
        self.uniform_at = self.uniform_from_buffer

    # -- memory

    def pointer(self, base: str, index: int) -> str:
        """The address of one vector of a block."""
        return self.emit(f"getelementptr {self.real}, ptr {base}, i64 {index}")

    def load(self, base: str, index: int) -> str:
        """One vector of a block."""
        return self.emit(f"load {self.real}, ptr {self.pointer(base, index)}, align {self.alignment}")

    def store(self, value: str | float, base: str, index: int) -> None:
        """Write one vector of a block."""
        where = self.pointer(base, index)
        self.lines.append(f"  store {self.real} {self.of(value)}, ptr {where}, align {self.alignment}")

    def spread(self, scalar: str) -> str:
        """A scalar in all lanes."""
        first = self.emit(f"insertelement {self.real} poison, double {scalar}, i64 0")
        return self.emit(f"shufflevector {self.real} {first}, {self.real} poison, <{self.width} x i32> zeroinitializer")

    def host(self, column: int) -> str:
        """A host number as a scalar."""
        where = self.emit(f"getelementptr double, ptr {self.host_row}, i64 {column}")
        return self.emit(f"load double, ptr {where}, align 8")

    def uniform_from_buffer(self, stream: int) -> str:
        """This step's uniform of a stream, from the buffer that is filled every four steps."""
        base = self.emit(f"getelementptr {self.real}, ptr %draws, i64 {4 * stream}")
        where = self.emit(f"getelementptr {self.real}, ptr {base}, i64 %phase")
        return self.emit(f"load {self.real}, ptr {where}, align {self.alignment}")

    # -- flow

    def label(self, name: str) -> None:
        """Begin a basic block."""
        self.lines.append(f"{name}:")

    def jump(self, name: str) -> None:
        """Go to a basic block."""
        self.lines.append(f"  br label %{name}")

    def branch(self, condition: str, yes: str, no: str) -> None:
        """Go one way or the other."""
        self.lines.append(f"  br i1 {condition}, label %{yes}, label %{no}")

    def fresh(self, stem: str) -> str:
        """A new name for a basic block."""
        self._count += 1
        return f"{stem}{self._count}"

    def any_lane(self, flag: str) -> str:
        """Whether a flag is set in any lane."""
        return self.emit(f"call i1 @llvm.vector.reduce.or.v{self.width}i1({self.flag} {flag})")

    # -- nodes

    def node(self, index: int) -> str:
        """The value of a node, computed here unless it is known on every way to here."""
        for scope in reversed(self.scopes):
            if index in scope:
                return scope[index]
        stack = [index]
        while stack:  # arguments first, without deep recursion
            top = stack[-1]
            missing = [a for a in self.graph.nodes[top].arguments if not self.known(a)]
            if missing:
                stack.extend(reversed(missing))
                continue
            stack.pop()
            if not self.known(top):
                self.scopes[-1][top] = self.compute(top)
        return self.scopes[-1][index]

    def known(self, index: int) -> bool:
        """Whether a node's value is known here."""
        return any(index in scope for scope in self.scopes)

    def compute(self, index: int) -> str:
        """One operation; its arguments are known."""
        node = self.graph.nodes[index]
        operation, data = node.operation, node.data
        given = [self.node(a) for a in node.arguments]
        if operation == "const":
            return self.of(float(data))
        if operation in ("true", "false"):
            return f"splat (i1 {operation})"
        if operation == "parameter":
            return self.load("%rows_here", int(data))
        if operation == "slot":
            return self.slots_known[int(data)] if int(data) in self.slots_known else self.load("%state_here", int(data))
        if operation == "host":
            return self.spread(self.host(int(data)))
        if operation == "uniform":
            return self.uniform_at(int(data))
        if operation in _REAL:
            return self.emit(f"{_REAL[operation]} {self.real} {given[0]}, {given[1]}")
        if operation in _TESTS:
            return self.fcmp(_TESTS[operation], given[0], given[1])
        return self.other(operation, given, node.kind)

    def other(self, operation: str, given: list[str], kind: str) -> str:
        """Operations that are more than one instruction or a call."""
        if operation in _ROUTINES:
            return self.call(operation, given[0])
        if operation == "pow":
            return self.emit(f"call {self.real} @pj.pow.v{self.width}({self.real} {given[0]}, {self.real} {given[1]})")
        if operation == "neg":
            return self.fneg(given[0])
        if operation == "abs":
            return self.unary("fabs", given[0])
        if operation == "sqrt":
            return self.unary("sqrt", given[0])
        if operation in ("min", "max"):
            first = self.fcmp("olt" if operation == "min" else "ogt", given[0], given[1])
            nan = self.fcmp("uno", given[0], given[0])
            return self.select(self.logic("or", first, nan), given[0], given[1])
        if operation in ("and", "or"):
            return self.logic(operation, given[0], given[1])
        if operation == "not":
            return self.no(given[0])
        if operation == "isnan":
            return self.fcmp("uno", given[0], given[0])
        if operation == "select":
            kind_text = self.flag if kind == "flag" else self.real
            return self.emit(f"select {self.flag} {given[0]}, {kind_text} {given[1]}, {kind_text} {given[2]}")
        raise ValueError(f"no instruction for {operation}")


class KernelWriter(BlockWriter):
    """The functions ``start`` and ``move`` of one graph."""

    def text(self) -> str:
        """The whole module."""
        intrinsics = [vecmath.definitions(self.width), philox.philox_ir(self.width)]
        ids = ", ".join(f"i64 {philox.stream_id(name)}" for name in self.graph.streams) or "i64 0"
        count = max(1, len(self.graph.streams))
        table = f"@streams = private constant [{count} x i64] [{ids}], align 8\n"
        return "\n".join([*intrinsics, table, self.start_function(), self.move_function()])

    # -- the start

    def start_function(self) -> str:
        """``start(state, rows, luck, hosts, first, last, key0, key1)``: the first state of blocks first to last - 1."""
        self.reset()
        self.uniform_at = self.uniform_at_start
        self.host_row = "%hosts"
        self.open_blocks()
        for index in start_order(self.graph):
            value = self.node(self.graph.slots[index].start)
            self.slots_known[index] = value
            self.store(value, "%state_here", index)
        self.jump("block_next")
        return self.function_text("start", "i64 %first, i64 %last, i64 %key0, i64 %key1")

    def uniform_at_start(self, stream: int) -> str:
        return self.draw_words(stream, str(START_STEP // 4))[0]

    def draw_words(self, stream: int | str, group: str) -> list[str]:
        """The four uniforms of a stream in a group of four steps."""
        low = self.and_("%luck_here", 0xFFFFFFFF)
        high = self.lshr("%luck_here", 32)
        c2 = self.word_spread(group)
        identity = str(philox.stream_id(self.graph.streams[stream])) if isinstance(stream, int) else stream
        c3 = self.word_spread(identity)
        four = "{" + ", ".join([self.word] * 4) + "}"
        words = self.emit(
            f"call {four} @pj.philox.v{self.width}({self.word} {low}, {self.word} {high}, {self.word} {c2}, {self.word} {c3}, "
            f"i64 %key0, i64 %key1)"
        )
        found = []
        for k in range(4):
            word = self.emit(f"extractvalue {four} {words}, {k}")
            found.append(self.emit(f"call {self.real} @pj.uniform.v{self.width}({self.word} {word})"))
        return found

    def word_spread(self, scalar: str) -> str:
        first = self.emit(f"insertelement {self.word} poison, i64 {scalar}, i64 0")
        return self.emit(f"shufflevector {self.word} {first}, {self.word} poison, <{self.width} x i32> zeroinitializer")

    # -- steps

    def move_function(self) -> str:
        """``move(state, rows, luck, hosts, first, last, begin, end, total, key0, key1)``: steps begin to end - 1."""
        self.reset()
        self.uniform_at = self.uniform_from_buffer
        self.host_row = "%hosts_now"
        count = max(1, len(self.graph.streams))
        self.lines.append(f"  %draws = alloca [{4 * count} x {self.real}], align {self.alignment}")
        self.lines.append(f"  %fresh_state = alloca [{len(self.graph.slots)} x {self.real}], align {self.alignment}")
        self.lines.append(f"  %amounts = alloca [{max(1, len(self.graph.effects))} x {self.real}], align {self.alignment}")
        self.lines.append(f"  %choices = alloca [{max(1, len(self.graph.decisions))} x {self.real}], align {self.alignment}")
        self.open_blocks()
        self.lines += ["  br label %step", "step:", "  %n = phi i64 [ %begin, %block ], [ %n_next, %step_end ]"]
        self.emit_draws()
        self.lines += [
            f"  %host_offset = mul i64 %n, {len(self.graph.hosts)}",
            "  %hosts_now = getelementptr double, ptr %hosts, i64 %host_offset",
        ]
        self.look()
        self.lines += ["  %over = icmp sge i64 %n, %end"]
        self.branch("%over", "block_next", "go")
        self.label("go")
        self.step()
        self.lines += ["  br label %step_end", "step_end:", "  %n_next = add i64 %n, 1", "  br label %step"]
        arguments = "i64 %first, i64 %last, i64 %begin, i64 %end, i64 %total, i64 %key0, i64 %key1"
        return self.function_text("move", arguments)

    def reset(self) -> None:
        self.lines, self.scopes, self.slots_known = [], [{}], {}

    def open_blocks(self) -> None:
        """The loop over blocks, up to the addresses of the block's memory."""
        slots, rows = len(self.graph.slots), max(1, len(self.graph.rows))
        self.lines += [
            "  br label %block",
            "block:",
            "  %b = phi i64 [ %first, %entry ], [ %b_next, %block_next ]",
            f"  %state_offset = mul i64 %b, {slots}",
            f"  %rows_offset = mul i64 %b, {rows}",
            f"  %state_here = getelementptr {self.real}, ptr %state, i64 %state_offset",
            f"  %rows_here = getelementptr {self.real}, ptr %rows, i64 %rows_offset",
            f"  %luck_at = getelementptr {self.word}, ptr %luck, i64 %b",
            f"  %luck_here = load {self.word}, ptr %luck_at, align {self.alignment}",
        ]

    def function_text(self, name: str, arguments: str) -> str:
        body = "\n".join(self.lines)
        pointers = "ptr noalias %state, ptr noalias readonly %rows, ptr noalias readonly %luck, ptr noalias readonly %hosts"
        return (
            f"define void @{name}({pointers}, {arguments}) nounwind {{\nentry:\n{body}\n"
            "block_next:\n  %b_next = add i64 %b, 1\n  %more = icmp slt i64 %b_next, %last\n"
            "  br i1 %more, label %block, label %exit\nexit:\n  ret void\n}\n"
        )

    def emit_draws(self) -> None:
        """Fill the buffer of uniforms at the first step of a call and at every fourth."""
        self.lines += [
            "  %phase = and i64 %n, 3",
            "  %turn = icmp eq i64 %phase, 0",
            "  %begins = icmp eq i64 %n, %begin",
            "  %draw_now = or i1 %turn, %begins",
        ]
        if not self.graph.streams:
            return
        self.branch("%draw_now", "draw", "drawn")
        self.lines += ["draw:", "  %group = lshr i64 %n, 2", "  br label %draw_one", "draw_one:"]
        self.lines.append("  %s = phi i64 [ 0, %draw ], [ %s_next, %draw_one ]")
        self.lines.append(f"  %id_at = getelementptr [{len(self.graph.streams)} x i64], ptr @streams, i64 0, i64 %s")
        self.lines.append("  %id = load i64, ptr %id_at, align 8")
        uniforms = self.draw_words("%id", "%group")
        self.lines.append("  %s4 = shl i64 %s, 2")
        self.lines.append(f"  %draws_at = getelementptr {self.real}, ptr %draws, i64 %s4")
        for k, value in enumerate(uniforms):
            self.store(value, "%draws_at", k)
        self.lines += [
            "  %s_next = add i64 %s, 1",
            f"  %more_streams = icmp slt i64 %s_next, {len(self.graph.streams)}",
            "  br i1 %more_streams, label %draw_one, label %drawn",
            "drawn:",
        ]

    def look(self) -> None:
        """Timers, then endings and answers of the step that has just ended (none before the first)."""
        graph = self.graph
        for slot, node in graph.refresh:
            value = self.node(node)
            self.store(value, "%state_here", slot)
        self.lines.append("  %has_ended = icmp sgt i64 %n, 0")
        self.branch("%has_ended", "ended", "looked")
        self.label("ended")
        self.scopes.append({})
        self.test_endings()
        for answer in graph.answers:
            holds = self.node(answer.condition)
            first = self.load("%state_here", answer.first)
            self.store(self.select(holds, 1.0, 0.0), "%state_here", answer.now)
            fresh = self.logic("and", self.fcmp("uno", first, first), holds)
            self.store(self.select(fresh, self.day(), first), "%state_here", answer.first)
        self.scopes.pop()
        self.jump("looked")
        self.label("looked")

    def day(self) -> str:
        """The last day of the step that has just ended, in all lanes."""
        return self.spread(self.host(2))

    def test_endings(self) -> None:
        graph = self.graph
        ending = self.load("%state_here", graph.ending_slot)
        date = self.load("%state_here", graph.ending_date_slot)
        if graph.endings:
            last = self.emit("icmp sge i64 %n, %total")
            first = self.emit(f"insertelement {self.flag} poison, i1 {last}, i64 0")
            horizon = self.emit(f"shufflevector {self.flag} {first}, {self.flag} poison, <{self.width} x i32> zeroinitializer")
        for number, found in enumerate(graph.endings):
            now = self.logic("and", self.fcmp("oeq", ending, -1.0), self.node(found.condition))
            if found.at_horizon:
                now = self.logic("and", now, horizon)
            date = self.select(now, self.day(), date)
            ending = self.select(now, float(number), ending)
        self.store(ending, "%state_here", graph.ending_slot)
        self.store(date, "%state_here", graph.ending_date_slot)

    def step(self) -> None:
        """One step: everything is read from the old state before anything of the new one is written."""
        graph = self.graph
        dt = self.spread(self.host(1))
        stops = [float(i) for i, e in enumerate(graph.endings) if e.stop]
        over = self.frozen(stops)
        self.decide()
        fired, bad = self.happen(dt)
        self.measure_effects(fired)
        written: list[int] = []
        for stock in graph.stocks:
            level = self.load("%state_here", stock.slot)
            if stock.change >= 0:
                moved = self.fadd(level, self.fmul(dt, self.node(stock.change)))
                below = self.fcmp("olt", moved, 0.0)
                if stock.limited:
                    moved = self.select(below, 0.0, moved)
            else:
                inflow, outflow = self.node(stock.inflow), self.node(stock.outflow)
                there = self.fadd(level, self.fmul(dt, inflow))
                asked = self.fmul(dt, outflow)
                below = self.fcmp("ogt", asked, there)
                moved = self.fsub(there, asked)
                if stock.limited:
                    moved = self.select(below, 0.0, moved)
                wrong = self.logic("or", self.fcmp("olt", inflow, 0.0), self.fcmp("olt", outflow, 0.0))
                moved = self.select(wrong, float("nan"), moved)
            self.store(moved, "%fresh_state", stock.slot)
            written.append(stock.slot)
            if stock.count >= 0:
                so_far = self.load("%state_here", stock.count)
                self.store(self.select(below, self.fadd(so_far, 1.0), so_far), "%fresh_state", stock.count)
                written.append(stock.count)
        for slot, node in graph.updates:
            self.store(self.node(node), "%fresh_state", slot)
            written.append(slot)
        for number, event in enumerate(graph.events):
            happened = self.select(fired[number], 1.0, 0.0)
            if event.lasting:
                was = self.fcmp("une", self.load("%state_here", event.slot), 0.0)
                now = self.select(self.logic("or", was, fired[number]), 1.0, 0.0)
                self.store(now, "%fresh_state", event.slot)
                self.store(happened, "%fresh_state", event.fired)
                written += [event.slot, event.fired]
            else:
                self.store(happened, "%fresh_state", event.slot)
                written.append(event.slot)
            if event.before >= 0:
                self.store(self.select(self.node(event.when), 1.0, 0.0), "%fresh_state", event.before)
                written.append(event.before)
        for number, decision in enumerate(graph.decisions):
            self.store(self.load("%choices", number), "%fresh_state", decision.slot)
            written.append(decision.slot)
        if over is not None:
            self.keep(over, written)
        for slot in written:
            self.store(self.load("%fresh_state", slot), "%state_here", slot)
        self.apply_effects(fired, over)
        self.end_events(over)
        self.finish(bad, over)

    def frozen(self, stops: list[float]) -> str | None:
        """Lanes whose future was ended by a `stop`; None where the world has no such ending."""
        if not stops:
            return None
        ending = self.load("%state_here", self.graph.ending_slot)
        flags = [self.fcmp("oeq", ending, s) for s in stops]
        over = flags[0]
        for flag in flags[1:]:
            over = self.logic("or", over, flag)
        return over

    def keep(self, over: str, written: list[int]) -> None:
        for slot in written:
            old, new = self.load("%state_here", slot), self.load("%fresh_state", slot)
            self.store(self.select(over, old, new), "%fresh_state", slot)

    def decide(self) -> None:
        """Choices, where one is due in this step; -1 and the old choice are kept apart by `%due`."""
        for number, decision in enumerate(self.graph.decisions):
            old = self.load("%state_here", decision.slot)
            self.store(old, "%choices", number)
            due = self.emit(f"fcmp une double {self.host(decision.host)}, 0.0")
            self.lines.append(f"  %due{number} = or i1 {due}, false")
            yes, no = self.fresh("choose"), self.fresh("chosen")
            self.branch(f"%due{number}", yes, no)
            self.label(yes)
            self.scopes.append({})
            best, choice = self.of(float("-inf")), self.of(-1.0)
            for k, option in enumerate(decision.options):
                inner = self.fneg(self.call("log", self.node(option.draw)))
                luck = self.fneg(self.call("log", inner))
                score = self.fadd(self.node(option.worth), self.fmul(self.node(decision.temperature), luck))
                better = self.fcmp("ogt", score, best)
                if option.when >= 0:
                    better = self.logic("and", better, self.node(option.when))
                best, choice = self.select(better, score, best), self.select(better, float(k), choice)
            if decision.when >= 0:
                choice = self.select(self.node(decision.when), choice, -1.0)
            self.store(choice, "%choices", number)
            self.scopes.pop()
            self.jump(no)
            self.label(no)

    def happen(self, dt: str) -> tuple[list[str], str]:
        """Which events fire, and lanes with a negative or absent rate."""
        graph = self.graph
        bad = "splat (i1 false)"
        fired: list[str] = []
        may: list[str] = []
        for event in graph.events:
            free = "splat (i1 true)"
            if event.lasting:
                free = self.fcmp("oeq", self.load("%state_here", event.slot), 0.0)
            when = self.node(event.when) if event.when >= 0 else "splat (i1 true)"
            if event.rate >= 0:
                rate = self.node(event.rate)
                bad = self.logic("or", bad, self.logic("and", when, self.no(self.fcmp("oge", rate, 0.0))))
                chance = self.fsub(1.0, self.call("exp", self.fneg(self.fmul(rate, dt))))
                happens = self.logic("and", when, self.fcmp("olt", self.node(event.draw), chance))
            else:
                happens = self.logic("and", when, self.fcmp("oeq", self.load("%state_here", event.before), 0.0))
            may.append(self.logic("and", when, free))
            fired.append(self.logic("and", free, self.logic("or", happens, self.forced(event.host))))
        for group in graph.groups:
            self.exclude(group.events, self.node(group.draw), self.node(group.pick), may, fired, dt)
        return fired, bad

    def forced(self, column: int) -> str:
        """Whether an event is forced in this step, in all lanes."""
        return self.fcmp("une", self.spread(self.host(column)), 0.0)

    def exclude(self, events: tuple[int, ...], draw: str, pick: str, may: list[str], fired: list[str], dt: str) -> None:
        rates = [self.select(may[e], self.node(self.graph.events[e].rate), 0.0) for e in events]
        total = rates[0]
        for rate in rates[1:]:
            total = self.fadd(total, rate)
        one = self.fcmp("olt", draw, self.fsub(1.0, self.call("exp", self.fneg(self.fmul(total, dt)))))
        mark, reached, taken = self.fmul(pick, total), self.of(0.0), "splat (i1 false)"
        for e, rate in zip(events, rates, strict=True):
            reached = self.fadd(reached, rate)
            here = self.logic("and", self.logic("and", one, self.no(taken)), self.fcmp("olt", mark, reached))
            taken = self.logic("or", taken, here)
            fired[e] = self.logic("or", here, self.logic("and", fired[e], self.forced(self.graph.events[e].host)))

    # -- effects

    def effects_by_cause(self) -> list[tuple[tuple[int, int, int], list[tuple[int, EffectStep]]]]:
        causes: dict[tuple[int, int, int], list[tuple[int, EffectStep]]] = {}
        for number, effect in enumerate(self.graph.effects):
            causes.setdefault((effect.event, effect.decision, effect.option), []).append((number, effect))
        return list(causes.items())

    def cause(self, effect: EffectStep, fired: list[str]) -> str:
        """The lanes in which an effect acts."""
        if effect.event >= 0:
            return fired[effect.event]
        chosen = self.fcmp("oeq", self.load("%choices", effect.decision), float(effect.option))
        first = self.emit(f"insertelement {self.flag} poison, i1 %due{effect.decision}, i64 0")
        due = self.emit(f"shufflevector {self.flag} {first}, {self.flag} poison, <{self.width} x i32> zeroinitializer")
        return self.logic("and", chosen, due)

    def measure_effects(self, fired: list[str]) -> None:
        """Amounts of effects, from the old state, only where their cause acts in some lane."""
        for _, effects in self.effects_by_cause():
            on = self.cause(effects[0][1], fired)
            yes, no = self.fresh("measure"), self.fresh("measured")
            self.branch(self.any_lane(on), yes, no)
            self.label(yes)
            self.scopes.append({})
            for number, effect in effects:
                self.store(self.node(effect.amount), "%amounts", number)
            self.scopes.pop()
            self.jump(no)
            self.label(no)

    def apply_effects(self, fired: list[str], over: str | None) -> None:
        """First sets, then adds and takes, in the order of the world."""
        effects = list(enumerate(self.graph.effects))
        ordered = [e for e in effects if e[1].operation == "set"] + [e for e in effects if e[1].operation != "set"]
        for number, effect in ordered:
            on = self.cause(effect, fired)
            if over is not None:
                on = self.logic("and", on, self.no(over))
            yes, no = self.fresh("apply"), self.fresh("applied")
            self.branch(self.any_lane(on), yes, no)
            self.label(yes)
            amount, level = self.load("%amounts", number), self.load("%state_here", effect.slot)
            if effect.operation == "set":
                after, wrong = amount, float("nan")
            elif effect.operation == "add":
                after, wrong = self.fadd(level, amount), float("nan")
            else:
                after, wrong = self.fsub(level, amount), 0.0
            if effect.nonnegative:
                after = self.select(self.fcmp("olt", after, 0.0), wrong, after)
            self.store(self.select(on, after, level), "%state_here", effect.slot)
            self.jump(no)
            self.label(no)

    def end_events(self, over: str | None) -> None:
        """Events whose `until` holds in the new state are over."""
        ends = [e for e in self.graph.events if e.until >= 0]
        if not ends:
            return
        self.lines.append(f"  %hosts_then = getelementptr double, ptr %hosts_now, i64 {len(self.graph.hosts)}")
        kept, self.scopes, self.host_row = self.scopes, [{}], "%hosts_then"
        ended = [(e, self.node(e.until)) for e in ends]
        for event, until in ended:
            if over is not None:
                until = self.logic("and", until, self.no(over))
            self.store(self.select(until, 0.0, self.load("%state_here", event.slot)), "%state_here", event.slot)
        self.scopes, self.host_row = kept, "%hosts_now"

    def finish(self, bad: str, over: str | None) -> None:
        """Remember the first step with a number that is not finite."""
        total: str | None = None
        for stock in self.graph.stocks:
            level = self.load("%state_here", stock.slot)
            rest = self.fsub(level, level)
            total = rest if total is None else self.fadd(total, rest)
        if total is not None:
            bad = self.logic("or", bad, self.fcmp("une", total, 0.0))
        if over is not None:
            bad = self.logic("and", bad, self.no(over))
        old = self.load("%state_here", self.graph.bad_slot)
        fresh = self.logic("and", self.fcmp("uno", old, old), bad)
        self.store(self.select(fresh, self.spread(self.host(0)), old), "%state_here", self.graph.bad_slot)
