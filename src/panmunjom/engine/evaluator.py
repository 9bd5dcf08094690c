"""The plain evaluator: a world's step written in NumPy, one operation at a time, to be read and believed.

It is the reference for the compiled engine, which must give the same bits. The two share the graph and the vector
routines exp, log, pow and inverse normal, and nothing else. State has shape (slots, futures), rows (rows, futures).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..world.graph import EffectStep, StockStep
from . import vecarrays
from .nodes import START_STEP, Array, Nodes, all_roots, start_order


class Evaluator(Nodes):
    """Runs a graph over many futures, step by step, in plain NumPy."""

    def start(self) -> Array:
        """The state at the start, shape (slots, futures)."""
        state = np.full((len(self.graph.slots), self.size), np.nan)
        with np.errstate(all="ignore"):
            for index in start_order(self.graph):
                node = self.graph.slots[index].start
                state[index] = self.evaluate([node], state, self.plan.hosts[0], START_STEP)[node]
        return state

    def run(
        self, state: Array, begin: int, end: int, watch: Callable[[int, Array], None] | None = None
    ) -> Array:
        """The state after steps ``begin`` to ``end`` - 1; the given one is left as it was."""
        state = state.copy()
        with np.errstate(all="ignore"):
            for step in range(begin, end + 1):
                values = self.look(state, step)
                if watch is not None:
                    watch(step, state)
                if step < end:
                    state = self.move(state, values, step)
        return state

    def look(self, state: Array, step: int) -> dict[int, Array]:
        """Values anew from the state; timers, endings and answers of the step that has just ended are kept in it."""
        graph = self.graph
        values = self.evaluate(all_roots(graph), state, self.plan.hosts[step], step)
        for slot, node in graph.refresh:
            state[slot] = values[node]
        if step == 0:
            return values
        day = self.plan.hosts[step, 2]
        ending = state[graph.ending_slot]
        for number, found in enumerate(graph.endings):
            if found.at_horizon and step < self.plan.count:
                continue
            now = (ending == -1.0) & values[found.condition]
            state[graph.ending_date_slot] = np.where(now, day, state[graph.ending_date_slot])
            ending = np.where(now, float(number), ending)
        state[graph.ending_slot] = ending
        for answer in graph.answers:
            holds = values[answer.condition]
            state[answer.now] = np.where(holds, 1.0, 0.0)
            state[answer.first] = np.where(np.isnan(state[answer.first]) & holds, day, state[answer.first])
        return values

    def move(self, state: Array, values: dict[int, Array], step: int) -> Array:
        """One step: decisions, events, flows and effects from one state, then what `until` ends."""
        graph, dt = self.graph, self.plan.hosts[step, 1]
        new = state.copy()
        bad = np.zeros(self.size, bool)
        chosen = self.decide(state, values, step, new)
        fired = self.happen(state, values, step, bad)
        flows = [self.flow(stock, state, values, dt) for stock in graph.stocks]
        lags = [values[node] for _, node in graph.updates]
        if graph.rk4:
            flows, lags = self.four_stages(state, values, step)
        for stock, (level, below) in zip(graph.stocks, flows, strict=True):
            new[stock.slot] = level
            if stock.count >= 0:
                new[stock.count] = np.where(below, state[stock.count] + 1.0, state[stock.count])
        for (slot, _), lag in zip(graph.updates, lags, strict=True):
            new[slot] = lag
        for line in graph.lines:
            new[line.first + int(self.plan.hosts[step, line.column])] = values[line.node]
        for first in (True, False):
            for effect in graph.effects:
                if (effect.operation == "set") == first:
                    self.apply(effect, values, fired, chosen, new)
        for number, event in enumerate(graph.events):
            happened = fired[number]
            if event.lasting:
                new[event.slot] = np.where((state[event.slot] != 0) | happened, 1.0, 0.0)
                new[event.fired] = np.where(happened, 1.0, 0.0)
            else:
                new[event.slot] = np.where(happened, 1.0, 0.0)
            if event.before >= 0:
                new[event.before] = np.where(values[event.when], 1.0, 0.0)
        self.end_events(new, step)
        return self.finish(state, new, bad, step)

    def flow(
        self, stock: StockStep, state: Array, values: dict[int, Array], dt: float
    ) -> tuple[Array, Array]:
        """A stock's level after flows for a whole step, and where it was limited."""
        level, below = state[stock.slot], np.zeros(self.size, bool)
        if stock.change >= 0:
            moved = level + dt * values[stock.change]
            below = moved < 0 if stock.limited else below
            return np.where(below, 0.0, moved), below
        there = level + dt * values[stock.inflow]
        asked = dt * values[stock.outflow]
        below = asked > there if stock.limited else below
        wrong = (values[stock.inflow] < 0) | (values[stock.outflow] < 0)
        return np.where(wrong, np.nan, np.where(below, 0.0, there - asked)), below

    def four_stages(
        self, state: Array, values: dict[int, Array], step: int
    ) -> tuple[list[tuple[Array, Array]], list[Array]]:
        """Stocks and lags after a step of the classic Runge-Kutta method: a mean of four Euler steps from the same
        state, each with the flows found part of the way along the one before. All else stays as at the step's start.

        Every stage takes at most what is there at the step's start plus what flows in, so that no stage and no
        mean is below zero; a stock is limited where a stage was, and empty where all four were.
        """
        graph, hosts = self.graph, self.plan.hosts[step]
        stocks = [stock.slot for stock in graph.stocks]
        slots = stocks + [slot for slot, _ in graph.updates]
        roots = [n for s in graph.stocks for n in (s.inflow, s.outflow, s.change)] + [
            n for _, n in graph.updates
        ]
        total, rises = np.zeros((len(slots), self.size)), np.zeros((len(slots), self.size))
        some, every = np.zeros((len(stocks), self.size), bool), np.ones((len(stocks), self.size), bool)
        for way, weight in ((0.0, 1.0), (0.5, 2.0), (0.5, 2.0), (1.0, 1.0)):
            at = state.copy()
            if way:
                at[slots] = state[slots] + way * rises
                values = self.evaluate(roots, at, hosts, step, state)
            flows = [self.flow(stock, state, values, hosts[1]) for stock in graph.stocks]
            for k, (level, below) in enumerate(flows):
                rises[k] = level - state[slots[k]]
                some[k] |= below
                every[k] &= below
            for k, (slot, node) in enumerate(graph.updates, len(stocks)):
                rises[k] = values[node] - at[slot]
            total += weight * rises
        after = state[slots] + total / 6.0
        levels = after[: len(stocks)]
        empty = every & ~np.isnan(levels)
        for k, stock in enumerate(graph.stocks):
            if stock.limited:
                levels[k] = np.where(empty[k] | (levels[k] < 0), 0.0, levels[k])
        return list(zip(levels, some, strict=True)), list(after[len(stocks) :])

    def decide(self, state: Array, values: dict[int, Array], step: int, new: Array) -> dict[int, Array]:
        """Choices due now: Gumbel-max over the options' worths. Returns the choice by decision, where one is due."""
        chosen: dict[int, Array] = {}
        for number, decision in enumerate(self.graph.decisions):
            if self.plan.hosts[step, decision.host] == 0:
                continue
            best, choice = np.full(self.size, -np.inf), np.full(self.size, -1.0)
            for k, option in enumerate(decision.options):
                luck = -vecarrays.log(-vecarrays.log(values[option.draw]))
                score = values[option.worth] + values[decision.temperature] * luck
                better: npt.NDArray[Any] = score > best
                if option.when >= 0:
                    better = better & values[option.when]
                best, choice = np.where(better, score, best), np.where(better, float(k), choice)
            if decision.when >= 0:
                choice = np.where(values[decision.when], choice, -1.0)
            new[decision.slot] = choice
            chosen[number] = choice
        return chosen

    def happen(
        self, state: Array, values: dict[int, Array], step: int, bad: npt.NDArray[np.bool_]
    ) -> list[npt.NDArray[np.bool_]]:
        """Which events fire in this step, in the order of the graph."""
        graph, dt = self.graph, self.plan.hosts[step, 1]
        fired: list[npt.NDArray[np.bool_]] = []
        may: list[npt.NDArray[np.bool_]] = []
        for event in graph.events:
            free: npt.NDArray[Any] = state[event.slot] == 0 if event.lasting else np.ones(self.size, bool)
            when: npt.NDArray[Any] = values[event.when] if event.when >= 0 else np.ones(self.size, bool)
            if event.rate >= 0:
                rate = values[event.rate]
                bad |= when & ~((rate >= 0) & (rate < np.inf))
                chance = 1.0 - vecarrays.exp(-(rate * dt))
                happens: npt.NDArray[Any] = when & (values[event.draw] < chance)
            else:
                happens = when & (state[event.before] == 0)
            may.append(when & free)
            forced = self.plan.hosts[step, event.host] != 0
            fired.append(free & (happens | forced))
        for group in graph.groups:
            self.exclude(group.events, values[group.draw], values[group.pick], values, may, fired, step)
        return fired

    def exclude(
        self, events: tuple[int, ...], draw: Array, pick: Array, values: dict[int, Array],
        may: list[npt.NDArray[np.bool_]], fired: list[npt.NDArray[np.bool_]], step: int,
    ) -> None:  # fmt: skip
        """Events of one `either`: their rates add, one draw says whether one fires, a second which."""
        dt = self.plan.hosts[step, 1]
        rates = [np.where(may[e], values[self.graph.events[e].rate], 0.0) for e in events]
        total = rates[0]
        for rate in rates[1:]:
            total = total + rate
        one = draw < 1.0 - vecarrays.exp(-(total * dt))
        mark, reached = pick * total, np.zeros(self.size)
        taken = np.zeros(self.size, bool)
        for e, rate in zip(events, rates, strict=True):
            reached = reached + rate
            here = one & ~taken & (mark < reached)
            taken |= here
            forced = self.plan.hosts[step, self.graph.events[e].host] != 0
            fired[e] = here | (fired[e] & forced)

    def apply(
        self,
        effect: EffectStep,
        values: dict[int, Array],
        fired: list[npt.NDArray[np.bool_]],
        chosen: dict[int, Array],
        new: Array,
    ) -> None:
        """One effect on the new state."""
        if effect.event >= 0:
            on = fired[effect.event]
        elif effect.decision in chosen:
            on = chosen[effect.decision] == float(effect.option)
        else:
            return
        amount, level = values[effect.amount], new[effect.slot]
        if effect.operation == "set":
            after = np.where(amount < 0, np.nan, amount) if effect.nonnegative else amount
        elif effect.operation == "add":
            after = level + amount
            after = np.where(after < 0, np.nan, after) if effect.nonnegative else after
        else:
            after = level - amount
            after = np.where(after < 0, 0.0, after) if effect.nonnegative else after
        new[effect.slot] = np.where(on, after, level)

    def end_events(self, new: Array, step: int) -> None:
        """Events whose `until` holds in the state at the step's end are over."""
        roots = [e.until for e in self.graph.events if e.until >= 0]
        values = self.evaluate(roots, new, self.plan.hosts[step + 1], step)
        for event in self.graph.events:
            if event.until >= 0:
                new[event.slot] = np.where(values[event.until], 0.0, new[event.slot])

    def finish(self, state: Array, new: Array, bad: npt.NDArray[np.bool_], step: int) -> Array:
        """Remember the first step with a number that is not finite; futures that a `stop` ended stay as they were."""
        graph = self.graph
        for stock in graph.stocks:
            level = new[stock.slot]
            bad |= ~(level - level == 0)
        slot = graph.bad_slot
        new[slot] = np.where(np.isnan(state[slot]) & bad, self.plan.hosts[step, 0], state[slot])
        stops = [float(i) for i, e in enumerate(graph.endings) if e.stop]
        if stops:
            over = np.isin(state[graph.ending_slot], stops)
            new = np.where(over, state, new)
        return new
