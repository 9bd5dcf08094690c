"""Writes a graph as a C program: the benchmark's strongest peer, as careful as one would write it by hand.

W futures run side by side in cache-sized blocks (structure of arrays, ``restrict``, libmvec); with W = 1 it is the
other form, one future after another with its state in local variables. What stays the same for a run is computed once,
draws are made every fourth step, and what is rare (effects, choices) stands in branches. It takes state, rows and luck
as ``engine.kernel.Blocks`` lays them out.
"""

from __future__ import annotations

from collections.abc import Iterable

from panmunjom.engine import philox, vecmath
from panmunjom.engine.writer_plan import cone_of, plan
from panmunjom.world.graph import EffectStep, Graph

from .cnodes import PRELUDE, Cone, number


class Program:
    """The C text of one graph in blocks of ``width`` futures."""

    def __init__(self, graph: Graph, width: int) -> None:
        self.graph, self.width = graph, width
        known = plan(graph)
        self.kept = known.kept
        self.moved = sorted(self._moved())
        self.place = {slot: k for k, slot in enumerate(self.moved)}
        self.normals = known.normals
        self.uniforms = known.uniforms
        reads = (
            graph.nodes[i].operation == "slot" for i in cone_of(graph, [e.amount for e in graph.effects], set())
        )
        self.two = any(reads) or any(e.stop for e in graph.endings)

    def _moved(self) -> set[int]:
        """Slots that stand in two copies: written in every step or by effects, or read by any node."""
        graph = self.graph
        found = {int(n.data) for n in graph.nodes if n.operation == "slot"}
        found |= {s.slot for s in graph.stocks} | {slot for slot, _ in graph.updates}
        found |= {e.slot for e in graph.effects} | {d.slot for d in graph.decisions}
        for event in graph.events:
            found |= {s for s in (event.slot, event.fired, event.before) if s >= 0}
        return found

    def text(self) -> str:
        """The whole program."""
        tables = (vecmath.CENTRE_NUMERATOR, vecmath.CENTRE_DENOMINATOR,
                  vecmath.TAIL_NUMERATOR, vecmath.TAIL_DENOMINATOR)  # fmt: skip
        graph, moved = self.graph, len(self.moved)
        slots, rows, columns = len(graph.slots), max(1, len(graph.rows)), len(graph.hosts)
        drawn = len(self.normals) + len(self.uniforms)
        carry = "\n".join(
            f"memcpy(buffer[0][{k}], s[{slot}], sizeof(lanes));" for k, slot in enumerate(self.moved)
        )
        bring = "\n".join(f"memcpy(s[{slot}], cur[{k}], sizeof(lanes));" for k, slot in enumerate(self.moved))
        return "\n".join([
            PRELUDE % tuple(", ".join(map(str, t)) for t in tables),
            f"#define W {self.width}",
            "typedef double lanes[W] __attribute__((aligned(W >= 8 ? 64 : 8 * W)));",
            *self.rare_functions(),
            "void run(double *restrict state, const double *restrict rows, const uint64_t *restrict lucks,",
            "         const double *restrict hosts, long blocks, long steps, uint32_t k0, uint32_t k1) {",
            "#pragma omp parallel for schedule(static)",
            "for (long b = 0; b < blocks; b++) {",
            f"lanes *restrict s = (lanes *)(state + b * {slots} * W);",
            f"const lanes *restrict r = (const lanes *)(rows + b * {rows} * W);",
            "const uint64_t *restrict luck = lucks + b * W;",
            f"lanes buffer[2][{max(1, moved)}], kept[{max(1, len(self.kept))}], drawn[{max(1, drawn)}][4];",
            f"long fired[{max(1, len(graph.events))}][W], bad[W]; lanes choice[{max(1, len(graph.decisions))}];",
            carry,
            self.once(),
            "for (long n = 0; n <= steps; n++) {",
            f"const double *restrict h = hosts + n * {columns};",
            self.copies("n"),
            self.draws(),
            "if (n == steps) {", self.last_look(), "break; }",
            self.choose(),
            self.move(),
            self.effects(),
            self.close(),
            "}",
            self.copies("steps"), bring,
            "}}",
        ])  # fmt: skip

    # -- pieces of a step

    def leaf(self, index: int) -> str | None:
        """Where a leaf stands."""
        node = self.graph.nodes[index]
        data = -1 if node.arguments or node.operation == "const" else int(node.data)
        if index in self.kept:
            return f"kept[{self.kept.index(index)}][l]"
        if index in self.normals:
            return f"drawn[{self.normals.index(index)}][n & 3][l]"
        match node.operation:
            case "parameter":
                return f"r[{data}][l]"
            case "slot":
                return f"cur[{self.place[data]}][l]"
            case "host":
                return f"h[{data}]"
            case "uniform" if data in self.uniforms:
                return f"drawn[{len(self.normals) + self.uniforms.index(data)}][n & 3][l]"
            case "uniform":
                return f"draw(luck[l], {philox.stream_id(self.graph.streams[data])}u, n, k0, k1)"
        return None

    def loop(self, lines: Iterable[str], head: str = "#pragma omp simd") -> str:
        """Those lines for every lane."""
        return "\n".join([head, "for (int l = 0; l < W; l++) {", *lines, "}"])

    def once(self) -> str:
        """What stays the same for a whole run."""
        cone = Cone(self.graph, lambda i: None if i in self.kept else self.leaf(i))
        lines = [f"kept[{k}][l] = {cone.value(i)};" for k, i in enumerate(self.kept)]
        return "{ const double *restrict h = hosts;\n" + self.loop([*cone.lines, *lines]) + "}"

    def draws(self) -> str:
        """Four draws of each stream, every fourth step."""
        nodes, streams = self.graph.nodes, self.graph.streams
        names = [streams[int(nodes[nodes[i].arguments[0]].data)] for i in self.normals]
        names += [streams[s] for s in self.uniforms]
        found = []
        for k, name in enumerate(names):
            into = "norm_inv(unit" if k < len(self.normals) else "(unit"
            found.append(self.loop([
                f"words x = philox(luck[l], {philox.stream_id(name)}u, n >> 2, k0, k1);",
                *(f"drawn[{k}][{w}][l] = {into}(x.w{w}));" for w in range(4)),
            ]))  # fmt: skip
        return "if ((n & 3) == 0) {\n" + "\n".join(found) + "\n}" if found else ""

    def copies(self, step: str) -> str:
        """The state that a step reads and the one that it writes; one and the same where nothing reads it later."""
        if self.two:
            return f"lanes *restrict cur = buffer[{step} & 1], *restrict nxt = buffer[~{step} & 1];"
        return "lanes *cur = buffer[0], *nxt = cur;"

    def look(self, cone: Cone) -> list[str]:
        """Timers, endings and answers of the step that has just ended."""
        graph = self.graph
        lines: list[str] = []
        for slot, node in graph.refresh:
            lines.append(f"{self.here(slot)} = {cone.value(node)};")
        if graph.endings:
            ending = self.here(graph.ending_slot)
            lines.append(f"double was = {ending}, ending = was;")
            for number_, found in enumerate(graph.endings):
                now = f"(n > 0) & (ending == -1.0) & {cone.value(found.condition)}"
                now += " & (n == steps)" if found.at_horizon else ""
                lines.append(f"ending = {now} ? {number_}.0 : ending;")
            date = self.here(graph.ending_date_slot)
            lines += [f"const double dated = {date}, today = h[2];", f"{date} = ending != was ? today : dated;",
                      f"{ending} = ending;"]  # fmt: skip
        lines.append("const double day = h[2];")
        for k, answer in enumerate(graph.answers):
            holds, first = cone.value(answer.condition), self.here(answer.first)
            lines += [f"{self.here(answer.now)} = {holds} & (n > 0) ? 1.0 : 0.0;",
                      f"const double first{k} = {first};",
                      f"{first} = {holds} & (n > 0) & is_nan(first{k}) ? day : first{k};"]  # fmt: skip
        return lines

    def last_look(self) -> str:
        """The look at the horizon, after which no step follows."""
        cone = Cone(self.graph, self.leaf)
        lines = self.look(cone)
        return self.loop([*cone.lines, *lines])

    def here(self, slot: int) -> str:
        """A slot in the state that a step reads."""
        return f"cur[{self.place[slot]}][l]" if slot in self.place else f"s[{slot}][l]"

    def move(self) -> str:
        """Events tested and flows integrated, from the state at the step's start."""
        graph = self.graph
        cone = Cone(graph, self.leaf)
        lines = [*self.look(cone), "long wrong = 0;"]
        for k, event in enumerate(graph.events):
            free = f"(cur[{self.place[event.slot]}][l] == 0.0)" if event.lasting else "1"
            when = cone.value(event.when) if event.when >= 0 else "1"
            if event.rate >= 0:
                rate, u = cone.value(event.rate), cone.value(event.draw)
                lines.append(f"wrong |= {when} & !(({rate} >= 0.0) & ({rate} < 0x1.fffffffffffffp+1023));")
                happens = f"{when} & ({u} < 1.0 - exp(-({rate} * h[1])))"
            else:
                happens = f"{when} & (cur[{self.place[event.before]}][l] == 0.0)"
            lines.append(f"const long may{k} = {when} & {free};")
            lines.append(f"long f{k} = {free} & (({happens}) | (h[{event.host}] != 0.0));")
        for g, group in enumerate(graph.groups):
            total = " + ".join(f"(may{e} ? {cone.value(graph.events[e].rate)} : 0.0)" for e in group.events)
            lines += [f"double total{g} = {total}, reached{g} = 0.0; long taken{g} = 0;",
                      f"const long one{g} = {cone.value(group.draw)} < 1.0 - exp(-(total{g} * h[1]));"]  # fmt: skip
            for e in group.events:
                rate = cone.value(graph.events[e].rate)
                lines += [f"reached{g} += may{e} ? {rate} : 0.0;",
                          f"{{ const long here = one{g} & !taken{g} & ({cone.value(group.pick)} * total{g} < reached{g}); "
                          f"taken{g} |= here; f{e} = here | (f{e} & (h[{graph.events[e].host}] != 0.0)); }}"]  # fmt: skip
        written: set[int] = set()

        def put(slot: int, value: str) -> None:
            written.add(slot)
            lines.append(f"nxt[{self.place[slot]}][l] = {value};")

        for stock in graph.stocks:
            k = stock.slot
            level = f"cur[{self.place[k]}][l]"
            if stock.change >= 0:
                lines.append(f"double m{k} = {level} + h[1] * {cone.value(stock.change)};")
                lines.append(f"const long b{k} = {f'm{k} < 0.0' if stock.limited else 0};")
            else:
                inflow, outflow = cone.value(stock.inflow), cone.value(stock.outflow)
                lines.append(f"const double t{k} = {level} + h[1] * {inflow}, a{k} = h[1] * {outflow};")
                lines.append(f"double m{k} = t{k} - a{k};")
                lines.append(f"const long b{k} = {f'a{k} > t{k}' if stock.limited else 0};")
            lines.append(f"m{k} = b{k} ? 0.0 : m{k};")
            if stock.change < 0:
                lines.append(f"m{k} = ({inflow} < 0.0) | ({outflow} < 0.0) ? NAN : m{k};")
            put(k, f"m{k}")
            if stock.count in self.place:
                put(stock.count, f"cur[{self.place[stock.count]}][l] + (b{k} ? 1.0 : 0.0)")
            elif stock.count >= 0:
                lines.append(f"s[{stock.count}][l] += b{k} ? 1.0 : 0.0;")
        for slot, node in graph.updates:
            put(slot, cone.value(node))
        for k, event in enumerate(graph.events):
            lines.append(f"fired[{k}][l] = f{k};")
            if event.lasting:
                put(event.slot, f"(cur[{self.place[event.slot]}][l] != 0.0) | f{k} ? 1.0 : 0.0")
                put(event.fired, f"f{k} ? 1.0 : 0.0")
            else:
                put(event.slot, f"f{k} ? 1.0 : 0.0")
            if event.before >= 0:
                put(event.before, f"{cone.value(event.when)} ? 1.0 : 0.0")
        for d, decision in enumerate(graph.decisions):
            put(decision.slot, f"choice[{d}][l]")
        for slot in self.moved:
            if slot not in written:
                put(slot, f"cur[{self.place[slot]}][l]")
        return self.loop([*cone.lines, *lines, "bad[l] = wrong;"])  # all reads stand before all writes

    def choose(self) -> str:
        """Choices that are due: Gumbel-max over the options."""
        found = []
        for d, decision in enumerate(self.graph.decisions):
            cone = Cone(self.graph, self.leaf)
            lines = ["double best = -INFINITY, chosen = -1.0;"]
            for k, option in enumerate(decision.options):
                luck = f"-log(-log({cone.value(option.draw)}))"
                when = cone.value(option.when) if option.when >= 0 else "1"
                lines += [
                    f"{{ const double score = {cone.value(option.worth)} + {cone.value(decision.temperature)} * ({luck});",
                    f"if ({when} & (score > best)) {{ best = score; chosen = {k}.0; }} }}",
                ]
            when = cone.value(decision.when) if decision.when >= 0 else "1"
            lines.append(f"choice[{d}][l] = {when} ? chosen : -1.0;")
            found.append(
                f"if (h[{decision.host}] != 0.0)\n" + self.loop([*cone.lines, *lines], "") + "else\n"
            )
            found.append(self.loop([f"choice[{d}][l] = cur[{self.place[decision.slot]}][l];"], ""))
        return "\n".join(found)

    # -- what is rare

    def rare_functions(self) -> list[str]:
        """The amount of each effect as a function of one future."""
        found = []
        for k, effect in enumerate(self.graph.effects):
            cone = Cone(self.graph, self.leaf)
            value = cone.value(effect.amount)
            found.append(
                f"static __attribute__((noinline)) double amount{k}(const lanes *cur, const lanes *r, const lanes *kept, "
                "lanes (*drawn)[4], const uint64_t *luck, const double *h, long n, uint32_t k0, uint32_t k1, int l) {\n"
                + "\n".join(cone.lines) + f"\nreturn {value};\n}}"
            )  # fmt: skip
        return found

    def effects(self) -> str:
        """Sets, then adds and takes, where their cause acts in some lane."""
        numbered = list(enumerate(self.graph.effects))
        ordered = [x for x in numbered if x[1].operation == "set"] + [
            x for x in numbered if x[1].operation != "set"
        ]
        found = []
        for k in sorted({e.event for e in self.graph.effects if e.event >= 0}):
            found.append(f"int any{k} = 0;\nfor (int l = 0; l < W; l++) any{k} |= fired[{k}][l];")
        for k, effect in ordered:
            found.append(self.effect(k, effect))
        return "\n".join(found)

    def effect(self, k: int, effect: EffectStep) -> str:
        """One effect."""
        if effect.event >= 0:
            outer, acts = f"any{effect.event}", f"fired[{effect.event}][l]"
        else:
            host = self.graph.decisions[effect.decision].host
            outer, acts = f"h[{host}] != 0.0", f"choice[{effect.decision}][l] == {effect.option}.0"
        level = f"nxt[{self.place[effect.slot]}][l]"
        sign = {"set": "", "add": f"{level} + ", "take": f"{level} - "}[effect.operation]
        floor = ("0.0" if effect.operation == "take" else "NAN") if effect.nonnegative else "after"
        return (
            f"if ({outer}) for (int l = 0; l < W; l++) if ({acts}) {{\n"
            f"const double after = {sign}amount{k}((const lanes *)cur, r, (const lanes *)kept, drawn, luck, h, n, k0, k1, l);\n"
            f"{level} = after < 0.0 ? {floor} : after;\n}}"
        )

    def close(self) -> str:
        """What ``until`` ends, futures that stand still, and the first step with a number that is not finite."""
        graph = self.graph
        ends = [e for e in graph.events if e.until >= 0]
        lines: list[str] = []
        if ends:

            def after(index: int) -> str | None:
                node = graph.nodes[index]
                return (
                    f"nxt[{self.place[int(node.data)]}][l]" if node.operation == "slot" else self.leaf(index)
                )

            cone = Cone(graph, after)
            tests = [f"const long e{k} = {cone.value(e.until)};" for k, e in enumerate(ends)]
            lines += [
                f"const double *restrict h = hosts + (n + 1) * {len(graph.hosts)};",
                *cone.lines,
                *tests,
            ]
            lines += [
                f"nxt[{self.place[e.slot]}][l] = e{k} ? 0.0 : nxt[{self.place[e.slot]}][l];"
                for k, e in enumerate(ends)
            ]
        stops = [k for k, e in enumerate(graph.endings) if e.stop]
        bad = [self.loop(["double sum = 0.0; long wrong = bad[l];",
                          *[f"sum += nxt[{self.place[s.slot]}][l] * 0x1p-60;" for s in graph.stocks],
                          "wrong |= is_nan(sum - sum);",
                          f"const double old = s[{graph.bad_slot}][l], now = h[0];",
                          f"s[{graph.bad_slot}][l] = wrong & is_nan(old) ? now : old;"])]  # fmt: skip
        if stops:
            ending = self.here(graph.ending_slot)
            over = " | ".join(f"({ending} == {number(float(k))})" for k in stops)
            keep = [f"nxt[{k}][l] = over ? cur[{k}][l] : nxt[{k}][l];" for k in range(len(self.moved))]
            bad.append(self.loop([f"const long over = {over};", *keep]))
        return "\n".join([self.loop(lines)] * bool(lines) + bad)


def source(graph: Graph, width: int) -> str:
    """The program for a graph. ``width`` futures run side by side."""
    return Program(graph, width).text()
