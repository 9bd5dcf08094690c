"""Which events fire in a step: each is tested against the same old state.

Probability 1 - exp(-rate dt), against a draw of its own. Most of it is seldom needed: a rate only where its
event can happen in some lane, the exponential only where the draw comes near.
"""

from __future__ import annotations

from ..world.graph import EventStep, Graph
from .writer_blocks import RARELY, BlockWriter
from .writer_plan import plan

NEVER = "splat (i1 false)"
ALWAYS = "splat (i1 true)"
MARGIN = 2.0**-40  # far above the rounding errors of 1 - exp(-x), far below the spacing of draws, 2^-32


class EventWriter(BlockWriter):
    """Tests of events."""

    def __init__(self, graph: Graph, width: int) -> None:
        super().__init__(width=width, graph=graph)
        self.plan = plan(graph)

    def happen(self, dt: str) -> tuple[list[str], str]:
        """Which events fire, and lanes with a negative or absent rate."""
        graph = self.graph
        bad = NEVER
        fired: list[str] = []
        may: list[str] = []
        rates: dict[int, str] = {}
        for number, event in enumerate(graph.events):
            free = self.fcmp("oeq", self.load("%now", event.slot), 0.0) if event.lasting else ALWAYS
            when = self.node(event.when) if event.when >= 0 else ALWAYS
            if event.rate >= 0:
                happens, wrong, rates[number] = self.chance(number, when, dt)
                bad = self.logic("or", bad, wrong)
            else:
                happens = self.logic("and", when, self.fcmp("oeq", self.load("%now", event.before), 0.0))
            may.append(self.logic("and", when, free))
            fired.append(self.logic("and", free, self.logic("or", happens, self.forced(event.host))))
        for group in graph.groups:
            self.exclude(group.events, self.node(group.draw), self.node(group.pick), may, fired, rates, dt)
        return fired, bad

    def chance(self, number: int, when: str, dt: str) -> tuple[str, str, str]:
        """(the event happens, its rate is wrong, its rate or 0 in blocks where it cannot happen)."""
        event = self.graph.events[number]
        own = self.plan.gated.get(number)
        if own is None:
            rate = self.node(event.rate)
            return *self.test_rate(event, rate, when, dt), rate
        for index in sorted(
            self.cone([event.rate])
        ):  # what others need too is computed for them on every way
            if index not in own and self.graph.nodes[index].operation != "uniform":
                self.node(index)
        test, yes, no = self.fresh("test"), self.fresh("rate"), self.fresh("tested")
        self.jump(test)
        self.label(test)
        self.branch(self.any_lane(when), yes, no)
        self.label(yes)
        self.scopes.append({})
        rate = self.node(event.rate)
        happens, wrong = self.test_rate(event, rate, when, dt)
        last = self.fresh("last")
        self.jump(last)
        self.label(last)
        self.scopes.pop()
        self.jump(no)
        self.label(no)
        happens = self.emit(f"phi {self.flag} [ {happens}, %{last} ], [ zeroinitializer, %{test} ]")
        wrong = self.emit(f"phi {self.flag} [ {wrong}, %{last} ], [ zeroinitializer, %{test} ]")
        if event.group >= 0:
            rate = self.emit(f"phi {self.real} [ {rate}, %{last} ], [ zeroinitializer, %{test} ]")
        return happens, wrong, rate

    def test_rate(self, event: EventStep, rate: str, when: str, dt: str) -> tuple[str, str]:
        fine = self.logic("and", self.fcmp("oge", rate, 0.0), self.fcmp("olt", rate, float("inf")))
        wrong = self.logic("and", when, self.no(fine))
        return self.below_chance(self.node(event.draw), self.fmul(rate, dt), when), wrong

    def below_chance(self, draw: str, x: str, where: str) -> str:
        """``draw < 1 - exp(-x)`` in given lanes.

        1 - exp(-x) <= x, so where the draw is above x by more than any rounding there is no need for the
        exponential.
        """
        near = self.logic("and", where, self.fcmp("ult", draw, self.fadd(x, MARGIN)))
        test, yes, no = self.fresh("test"), self.fresh("rare"), self.fresh("on")
        self.jump(test)
        self.label(test)
        self.branch(self.any_lane(near), yes, no, RARELY)
        self.label(yes)
        self.cold = True
        below = self.fcmp("olt", draw, self.fsub(1.0, self.routine("exp", self.fneg(x))))
        below = self.logic("and", near, below)
        self.cold = False
        self.jump(no)
        self.label(no)
        return self.emit(f"phi {self.flag} [ {below}, %{yes} ], [ zeroinitializer, %{test} ]")

    def forced(self, column: int) -> str:
        """Whether an event is forced in this step, in all lanes."""
        return self.fcmp("une", self.spread(self.host(column)), 0.0)

    def exclude(
        self,
        events: tuple[int, ...],
        draw: str,
        pick: str,
        may: list[str],
        fired: list[str],
        rates: dict[int, str],
        dt: str,
    ) -> None:
        """Events of one `either`: their rates add, one draw says whether one fires, a second which."""
        shares = [self.select(may[e], rates[e], 0.0) for e in events]
        total = shares[0]
        for share in shares[1:]:
            total = self.fadd(total, share)
        one = self.below_chance(draw, self.fmul(total, dt), ALWAYS)
        mark, reached, taken = self.fmul(pick, total), self.of(0.0), NEVER
        for e, share in zip(events, shares, strict=True):
            reached = self.fadd(reached, share)
            here = self.logic("and", self.logic("and", one, self.no(taken)), self.fcmp("olt", mark, reached))
            taken = self.logic("or", taken, here)
            fired[e] = self.logic(
                "or", here, self.logic("and", fired[e], self.forced(self.graph.events[e].host))
            )
