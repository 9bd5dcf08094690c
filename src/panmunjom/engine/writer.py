"""Writes a graph as vector LLVM IR: two functions over blocks of futures, one future a lane.

``start`` fills in the first state, ``move`` runs steps. Per block of W lanes the memory is

    state  (slots, W) doubles           rows   (rows, W) doubles
    luck   (W) 64-bit words             hosts  (steps + 1, columns) doubles, the same for all blocks

Names of a world reach this text only as numbers. Every operation is the one that the graph asks for, with no
fast-math flag, so that results are those of the plain evaluator to the bit.
"""

from __future__ import annotations

from ..world.graph import DelayLine
from . import philox, vecmath, writer_draws
from .nodes import START_STEP, start_order
from .writer_stages import StageWriter


class KernelWriter(StageWriter):
    """The functions ``start`` and ``move`` of one graph."""

    def text(self) -> str:
        """The whole module."""
        width, alignment, nodes = self.width, self.alignment, self.graph.nodes
        drawn = [int(nodes[nodes[i].arguments[0]].data) for i in self.plan.normals] + self.plan.uniforms
        streams = [self.graph.streams[s] for s in drawn]
        moved = ", ".join(f"i64 {slot}" for slot in sorted(self.plan.moved)) or "i64 0"
        return "\n".join([
            '!0 = !{!"branch_weights", i32 1, i32 1000}',
            f"@moved = private constant [{max(1, len(self.plan.moved))} x i64] [{moved}], align 8",
            vecmath.definitions(width), philox.philox_ir(width), writer_draws.far_routines(width),
            writer_draws.single(width, alignment),
            writer_draws.filling(width, alignment, streams, len(self.plan.normals)),
            self.start_function(), self.keep_function(), self.move_function(),
        ])  # fmt: skip

    def start_function(self) -> str:
        """``start(state, rows, luck, hosts, first, last, key0, key1)``: the first state of these blocks."""
        self.reset()
        self.host_row, self.cold = "%hosts", True
        self.group, self.phase = str(START_STEP // 4), str(START_STEP % 4)
        self.open_blocks()
        filled = {k for line in self.graph.lines for k in range(line.first + 1, line.first + line.slots)}
        for index in start_order(self.graph):
            if index not in filled:
                self.store(self.node(self.graph.slots[index].start), "%state_here", index)
        for line in self.graph.lines:
            self.fill_line(line)
        self.jump("block_next")
        return self.over_blocks("start", "i64 %first, i64 %last, i64 %key0, i64 %key1")

    def fill_line(self, line: DelayLine) -> None:
        """Every slot of a delay line as the first, by a loop: there may be thousands."""
        before, here, after = self.fresh("before"), self.fresh("fill"), self.fresh("filled")
        self.jump(before)
        self.label(before)
        value = self.load("%state_here", line.first)
        self.jump(here)
        self.label(here)
        at = f"%at_{here}"
        self.lines.append(f"  {at} = phi i64 [ {line.first}, %{before} ], [ {at}_next, %{here} ]")
        self.store(value, "%state_here", at)
        self.lines.append(f"  {at}_next = add i64 {at}, 1")
        more = self.emit(f"icmp slt i64 {at}_next, {line.first + line.slots}")
        self.branch(more, here, after)
        self.label(after)

    def keep_function(self) -> str:
        """``pj.keep(kept, rows_here, hosts)``: what stays the same for a whole run of a block."""
        self.reset()
        self.host_row, self.cold = "%hosts", True
        for place, index in enumerate(self.plan.kept):
            self.keep(index, place)
        body = "\n".join(self.lines)
        arguments = "ptr noalias %kept, ptr noalias readonly %rows_here, ptr noalias readonly %hosts"
        head = f"define internal void @pj.keep({arguments}) noinline nounwind"
        return f"{head} {{\nentry:\n{body}\n  ret void\n}}\n"

    def move_function(self) -> str:
        """``move(state, rows, luck, hosts, first, last, begin, end, total, key0, key1)``: these steps."""
        self.reset()
        graph, planned = self.graph, self.plan
        self.moved = planned.moved
        self.kept = {index: place for place, index in enumerate(planned.kept)}
        self.normals = {index: place for place, index in enumerate(planned.normals)}
        self.uniforms = {
            stream: place + len(planned.normals) for place, stream in enumerate(planned.uniforms)
        }
        drawn = len(self.normals) + len(self.uniforms)
        self.reserve("draws", 4 * drawn)
        self.reserve("kept", len(self.kept))
        self.reserve("other", len(graph.slots))
        self.reserve("amounts", len(graph.effects))
        self.reserve("choices", len(graph.decisions))
        self.open_blocks()
        self.lines += [
            "  call void @pj.keep(ptr %kept, ptr %rows_here, ptr %hosts)",
            "  br label %step",
            "step:",
            "  %n = phi i64 [ %begin, %block ], [ %n_next, %step_end ]",
            "  %now = phi ptr [ %state_here, %block ], [ %then, %step_end ]",
            "  %then = phi ptr [ %other, %block ], [ %now, %step_end ]",
            f"  %host_offset = mul i64 %n, {len(graph.hosts)}",
            "  %hosts_now = getelementptr double, ptr %hosts, i64 %host_offset",
            "  %group = lshr i64 %n, 2",
            "  %phase = and i64 %n, 3",
        ]
        if drawn:
            self.fill_draws()
        self.look()
        self.lines.append("  %over = icmp sge i64 %n, %end")
        self.branch("%over", "done", "go", ", !prof !0")
        self.label("go")
        self.step()
        self.lines += ["  br label %step_end", "step_end:", "  %n_next = add i64 %n, 1", "  br label %step"]
        self.close_run()
        arguments = "i64 %first, i64 %last, i64 %begin, i64 %end, i64 %total, i64 %key0, i64 %key1"
        return self.over_blocks("move", arguments)

    def fill_draws(self) -> None:
        """Fill the buffer of draws at the first step of a call and at every fourth."""
        self.lines += [
            "  %turn = icmp eq i64 %phase, 0",
            "  %begins = icmp eq i64 %n, %begin",
            "  %draw_now = or i1 %turn, %begins",
        ]
        self.branch("%draw_now", "draw", "drawn")
        self.label("draw")
        self.lines.append(
            f"  call void @pj.fill.v{self.width}"
            f"(ptr %draws, {self.word} %luck_here, i64 %group, i64 %key0, i64 %key1)"
        )
        self.jump("drawn")
        self.label("drawn")

    def close_run(self) -> None:
        """After the last step: answers, and the moved slots back into the first copy of the state."""
        self.label("done")
        on = self.begin_rare("%has_ended")
        self.answers_now()
        self.end_rare(on)
        self.lines.append("  %elsewhere = icmp ne ptr %now, %state_here")
        self.branch("%elsewhere", "bring", "block_next")
        if not self.plan.moved:
            self.lines += ["bring:", "  br label %block_next"]
            return
        self.lines += [
            "bring:",
            f"  %m = phi i64 [ 0, %{on} ], [ %m_next, %bring ]",
            f"  %slot_at = getelementptr [{len(self.plan.moved)} x i64], ptr @moved, i64 0, i64 %m",
            "  %moved_slot = load i64, ptr %slot_at, align 8",
        ]
        self.store(self.load("%now", "%moved_slot"), "%state_here", "%moved_slot")
        self.lines += [
            "  %m_next = add i64 %m, 1",
            f"  %more_moved = icmp slt i64 %m_next, {len(self.plan.moved)}",
        ]
        self.branch("%more_moved", "bring", "block_next")

    def reserve(self, name: str, count: int) -> None:
        """So many vectors on the stack."""
        self.lines.append(f"  %{name} = alloca [{max(1, count)} x {self.real}], align {self.alignment}")

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

    def over_blocks(self, name: str, arguments: str) -> str:
        """The whole function, with the end of the loop that ``open_blocks`` began."""
        body = "\n".join(self.lines)
        read = ", ".join(f"ptr noalias readonly %{name}" for name in ("rows", "luck", "hosts"))
        pointers = f"ptr noalias %state, {read}"
        return (
            f"define void @{name}({pointers}, {arguments}) nounwind {{\nentry:\n{body}\n"
            "block_next:\n  %b_next = add i64 %b, 1\n  %more = icmp slt i64 %b_next, %last\n"
            "  br i1 %more, label %block, label %exit\nexit:\n  ret void\n}\n"
        )
