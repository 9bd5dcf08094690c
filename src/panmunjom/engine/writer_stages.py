"""The instructions of a Runge-Kutta step: flows and lags are found four times, everything else once.

A stage's state stands in the copy that the step is about to write (%then); nodes that depend on it are
computed anew from there, by the same code as the first time.
"""

from __future__ import annotations

from .writer_events import ALWAYS, NEVER
from .writer_steps import StepWriter


class StageWriter(StepWriter):
    """Steps of graphs by Euler's method or by the classic one of fourth order."""

    def integrate(self, dt: str) -> None:
        """Stocks and lags after this step; see ``Evaluator.four_stages``."""
        graph = self.graph
        if not graph.rk4:
            super().integrate(dt)
            return
        slots = [stock.slot for stock in graph.stocks] + [slot for slot, _ in graph.updates]
        outer, steady = self.scopes, self.steady(set(slots) | set(self.plan.early))
        totals = [self.of(0.0)] * len(slots)
        some, every = [NEVER] * len(graph.stocks), [ALWAYS] * len(graph.stocks)
        rises: list[str] = []
        for way, weight in ((0.0, 1.0), (0.5, 2.0), (0.5, 2.0), (1.0, 1.0)):
            if way:
                for slot, rise in zip(slots, rises, strict=True):
                    self.store(self.fadd(self.load("%now", slot), self.fmul(way, rise)), "%then", slot)
                self.staged, self.scopes, self.loaded = set(slots), [dict(steady)], {}
            flows = [self.flow(stock, dt) for stock in graph.stocks]
            rises = [
                self.fsub(moved, self.load("%now", s.slot))
                for (moved, _), s in zip(flows, graph.stocks, strict=True)
            ]
            rises += [self.fsub(self.node(node), self.slot(slot)) for slot, node in graph.updates]
            some = [self.logic("or", a, b) for a, (_, b) in zip(some, flows, strict=True)]
            every = [self.logic("and", a, b) for a, (_, b) in zip(every, flows, strict=True)]
            totals = [self.fadd(t, self.fmul(weight, r)) for t, r in zip(totals, rises, strict=True)]
        self.staged, self.scopes, self.loaded = set(), outer, {}
        after = [
            self.fadd(self.load("%now", s), self.fdiv(t, 6.0)) for s, t in zip(slots, totals, strict=True)
        ]
        for k, stock in enumerate(graph.stocks):
            if stock.limited:
                empty = self.logic("and", every[k], self.fcmp("ord", after[k], after[k]))
                empty = self.logic("or", empty, self.fcmp("olt", after[k], 0.0))
                after[k] = self.select(empty, 0.0, after[k])
            self.settle(stock, after[k], some[k])
        self.do_rare()
        for (slot, _), value in zip(graph.updates, after[len(graph.stocks) :], strict=True):
            self.write(value, slot)

    def steady(self, slots: set[int]) -> dict[int, str]:
        """What has been computed and depends on none of these slots."""
        moving: set[int] = set()
        for index, node in enumerate(self.graph.nodes):
            if (node.operation == "slot" and int(node.data) in slots) or not moving.isdisjoint(
                node.arguments
            ):
                moving.add(index)
        return {i: value for i, value in self.scopes[0].items() if i not in moving}
