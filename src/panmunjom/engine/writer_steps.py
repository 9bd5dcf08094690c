"""The instructions of one step: what is looked at, what flows, and what events and choices change.

State stands in two copies: a step reads one (%now) and writes the slots that move into the other (%then).
Slots that move seldom stand in the first copy alone and are changed in place.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ..world.graph import EffectStep, EventStep, Graph, StockStep
from .writer_events import NEVER, EventWriter

TOGETHER = 8  # flags tested by one branch


class StepWriter(EventWriter):
    """Looks and steps of one graph."""

    def __init__(self, graph: Graph, width: int) -> None:
        super().__init__(graph, width)
        self.rare: list[tuple[str, Callable[[str], None]]] = []  # changes that wait for ``do_rare``
        self.held: list[str] = []  # by answer: does it hold at this look?
        self.over: str | None = None  # lanes whose future was ended by a `stop`

    # -- looking

    def look(self) -> None:
        """Timers, then endings and answers of the step that has just ended (none before the first)."""
        graph = self.graph
        self.scopes = [{}]
        for node, found in enumerate(graph.nodes):
            if found.operation == "slot" and int(found.data) in self.plan.early:
                self.scopes[0][node] = self.slot(int(found.data))
        timers = [(slot, self.node(node)) for slot, node in graph.refresh]
        for slot, value in timers:
            self.store(value, "%state_here", slot)
        self.lines.append("  %has_ended = icmp sgt i64 %n, 0")
        ended = self.spread("%has_ended", "i1")
        self.test_endings(ended)
        self.held = []
        for answer in graph.answers:
            holds = self.node(answer.condition)
            self.held.append(holds)
            first = self.load("%state_here", answer.first)
            fresh = self.logic("and", self.logic("and", self.fcmp("uno", first, first), holds), ended)
            self.rarely(fresh, partial(self.answer_first, answer.first))
        self.do_rare()

    def rarely(self, flag: str, change: Callable[[str], None]) -> None:
        """Change something where a flag is set; several such flags are tested together."""
        self.rare.append((flag, change))
        if len(self.rare) == TOGETHER:
            self.do_rare()

    def do_rare(self) -> None:
        """Write the changes that wait."""
        if not self.rare:
            return
        some = NEVER
        for flag, _ in self.rare:
            some = self.logic("or", some, flag)
        on = self.begin_rare(self.any_lane(some))
        for flag, change in self.rare:
            change(flag)
        self.end_rare(on)
        self.rare = []

    def answer_first(self, slot: int, fresh: str) -> None:
        """The day on which a proposition first held."""
        first = self.load("%state_here", slot)
        self.store(self.select(fresh, self.day(), first), "%state_here", slot)

    def count(self, slot: int, below: str) -> None:
        """One more step in which a stock was limited."""
        so_far = self.load("%state_here", slot)
        self.store(self.select(below, self.fadd(so_far, 1.0), so_far), "%state_here", slot)

    def day(self) -> str:
        """The last day of the step that has just ended, in all lanes."""
        return self.spread(self.host(2))

    def test_endings(self, ended: str) -> None:
        """The first ending that holds is a future's ending."""
        graph = self.graph
        if not graph.endings:
            return
        self.lines.append("  %is_horizon = icmp sge i64 %n, %total")
        horizon = self.spread("%is_horizon", "i1")
        before = self.load("%state_here", graph.ending_slot)
        free = self.logic("and", self.fcmp("oeq", before, -1.0), ended)
        ending = before
        for number, found in enumerate(graph.endings):
            now = self.logic("and", free, self.node(found.condition))
            if found.at_horizon:
                now = self.logic("and", now, horizon)
            ending = self.select(now, float(number), ending)
            free = self.logic("and", free, self.no(now))
        fresh = self.fcmp("une", ending, before)
        on = self.begin_rare(self.any_lane(fresh))
        date = self.load("%state_here", graph.ending_date_slot)
        self.store(self.select(fresh, self.day(), date), "%state_here", graph.ending_date_slot)
        self.store(ending, "%state_here", graph.ending_slot)
        self.end_rare(on)

    def answers_now(self) -> None:
        """Which answers hold at the end of the last step."""
        for answer, holds in zip(self.graph.answers, self.held, strict=True):
            self.store(self.select(holds, 1.0, 0.0), "%state_here", answer.now)

    # -- one step

    def step(self) -> None:
        """One step: all is read from the old state before anything that is read is changed in place."""
        graph = self.graph
        self.over = self.frozen([float(i) for i, e in enumerate(graph.endings) if e.stop])
        dt = self.spread(self.host(1))
        self.decide()
        fired, bad = self.happen(dt)
        self.measure_effects(fired)
        self.integrate(dt)
        for number, event in enumerate(graph.events):
            self.remember(event, fired[number])
        for number, decision in enumerate(graph.decisions):
            self.write(self.load("%choices", number), decision.slot)
        self.write_lines()
        self.moved_base, self.loaded = "%then", {}
        self.apply_effects(fired)
        self.end_events()
        self.finish(bad)
        self.moved_base = "%now"

    def frozen(self, stops: list[float]) -> str | None:
        """Lanes whose future was ended by a `stop`; None where the world has no such ending."""
        if not stops:
            return None
        ending = self.load("%state_here", self.graph.ending_slot)
        over = NEVER
        for stop in stops:
            over = self.logic("or", over, self.fcmp("oeq", ending, stop))
        return over

    def running(self, flag: str) -> str:
        """A flag in the lanes whose future goes on."""
        return flag if self.over is None else self.logic("and", flag, self.no(self.over))

    def write(self, value: str, slot: int) -> None:
        """The new value of a slot that moves."""
        if self.over is not None:
            value = self.select(self.over, self.load("%now", slot), value)
        self.store(value, "%then", slot)

    def integrate(self, dt: str) -> None:
        """Stocks and lags after this step, by Euler's method."""
        for stock in self.graph.stocks:
            self.settle(stock, *self.flow(stock, dt))
        self.do_rare()
        for slot, node in self.graph.updates:
            self.write(self.node(node), slot)

    def write_lines(self) -> None:
        """What delay lines take in, in place: all that they held has been read."""
        taken = [(self.node(line.node), line) for line in self.graph.lines]
        for value, line in taken:
            slot = self.line_slot(line)
            if self.over is not None:
                value = self.select(self.over, self.load("%state_here", slot), value)
            self.store(value, "%state_here", slot)

    def flow(self, stock: StockStep, dt: str) -> tuple[str, str]:
        """A stock's level after flows for a whole step, and where it was limited."""
        level = self.load("%now", stock.slot)
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
        return moved, below

    def settle(self, stock: StockStep, moved: str, below: str) -> None:
        """Write a stock's new level, and count where it was limited."""
        self.write(moved, stock.slot)
        if stock.count < 0:
            return
        below = below if stock.limited else NEVER
        if stock.count in self.plan.counted:
            self.rarely(self.running(below), partial(self.count, stock.count))
        else:
            so_far = self.load("%now", stock.count)
            self.write(self.select(below, self.fadd(so_far, 1.0), so_far), stock.count)

    def remember(self, event: EventStep, fired: str) -> None:
        """Whether an event is true from now on, and that it has fired."""
        happened = self.select(fired, 1.0, 0.0)
        if event.lasting:
            was = self.fcmp("une", self.load("%now", event.slot), 0.0)
            self.write(self.select(self.logic("or", was, fired), 1.0, 0.0), event.slot)
            self.write(happened, event.fired)
        else:
            self.write(happened, event.slot)
        if event.before >= 0:
            self.write(self.select(self.node(event.when), 1.0, 0.0), event.before)

    # -- choices

    def decide(self) -> None:
        """Choices, where one is due in this step; the old choice else."""
        for number, decision in enumerate(self.graph.decisions):
            self.store(self.load("%now", decision.slot), "%choices", number)
            self.lines.append(f"  %due{number} = fcmp une double {self.host(decision.host)}, 0.0")
            on = self.begin_rare(f"%due{number}")
            best, choice = self.of(float("-inf")), self.of(-1.0)
            for k, option in enumerate(decision.options):
                inner = self.fneg(self.routine("log", self.node(option.draw)))
                luck = self.fneg(self.routine("log", inner))
                score = self.fadd(self.node(option.worth), self.fmul(self.node(decision.temperature), luck))
                better = self.fcmp("ogt", score, best)
                if option.when >= 0:
                    better = self.logic("and", better, self.node(option.when))
                best, choice = self.select(better, score, best), self.select(better, float(k), choice)
            if decision.when >= 0:
                choice = self.select(self.node(decision.when), choice, -1.0)
            self.store(choice, "%choices", number)
            self.end_rare(on)

    # -- effects

    def cause(self, effect: EffectStep, fired: list[str]) -> str:
        """The lanes in which an effect acts."""
        if effect.event >= 0:
            return fired[effect.event]
        chosen = self.fcmp("oeq", self.load("%choices", effect.decision), float(effect.option))
        return self.logic("and", chosen, self.spread(f"%due{effect.decision}", "i1"))

    def measure_effects(self, fired: list[str]) -> None:
        """Amounts of effects, from the old state, only where their cause acts in some lane."""
        causes: dict[tuple[int, int, int], list[tuple[int, EffectStep]]] = {}
        for number, effect in enumerate(self.graph.effects):
            causes.setdefault((effect.event, effect.decision, effect.option), []).append((number, effect))
        for effects in causes.values():
            on = self.begin_rare(self.any_lane(self.cause(effects[0][1], fired)))
            for number, effect in effects:
                self.store(self.node(effect.amount), "%amounts", number)
            self.end_rare(on)

    def apply_effects(self, fired: list[str]) -> None:
        """First sets, then adds and takes, in the order of the world."""
        effects = list(enumerate(self.graph.effects))
        ordered = [e for e in effects if e[1].operation == "set"] + [
            e for e in effects if e[1].operation != "set"
        ]
        for number, effect in ordered:
            acts = self.running(self.cause(effect, fired))
            on = self.begin_rare(self.any_lane(acts))
            amount, level = self.load("%amounts", number), self.slot(effect.slot)
            if effect.operation == "set":
                after, wrong = amount, float("nan")
            elif effect.operation == "add":
                after, wrong = self.fadd(level, amount), float("nan")
            else:
                after, wrong = self.fsub(level, amount), 0.0
            if effect.nonnegative:
                after = self.select(self.fcmp("olt", after, 0.0), wrong, after)
            base = self.moved_base if effect.slot in self.moved else "%state_here"
            self.store(self.select(acts, after, level), base, effect.slot)
            self.end_rare(on)

    def end_events(self) -> None:
        """Events whose `until` holds in the new state are over."""
        ends = [e for e in self.graph.events if e.until >= 0]
        if not ends:
            return
        self.lines.append(
            f"  %hosts_then = getelementptr double, ptr %hosts_now, i64 {len(self.graph.hosts)}"
        )
        scopes, self.scopes, self.host_row, self.loaded = self.scopes, [{}], "%hosts_then", {}
        ended = [(e, self.running(self.node(e.until))) for e in ends]
        for event, until in ended:
            self.store(self.select(until, 0.0, self.slot(event.slot)), self.moved_base, event.slot)
        self.scopes, self.host_row, self.loaded = scopes, "%hosts_now", {}

    def finish(self, bad: str) -> None:
        """Remember the first step with a number that is not finite: 0 times it is not 0."""
        sums: list[str] = []
        for number, stock in enumerate(self.graph.stocks):
            so_far = sums[number % 4] if number >= 4 else 0.0
            value = self.fma(self.slot(stock.slot), 0.0, so_far)
            sums[number % 4 : number % 4 + 1] = [value]
        for total in sums:
            bad = self.logic("or", bad, self.fcmp("une", total, 0.0))
        bad = self.running(bad)
        old = self.load("%state_here", self.graph.bad_slot)
        fresh = self.logic("and", self.fcmp("uno", old, old), bad)
        on = self.begin_rare(self.any_lane(fresh))
        old = self.load("%state_here", self.graph.bad_slot)
        self.store(self.select(fresh, self.spread(self.host(0)), old), "%state_here", self.graph.bad_slot)
        self.end_rare(on)
