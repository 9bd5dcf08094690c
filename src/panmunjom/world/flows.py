"""Stocks and their flows: what limits an outflow, and which values are read as limited."""

from __future__ import annotations

import math

from ..quantities.units import PER_TIME, PURE, Dimension
from ..text.syntax import Binary, Expression, Name
from .declared import Members
from .graph import NUMBER, Slot, StockStep, scalar_name
from .maker import Typed
from .named import Named
from .resolve import Context, Unresolved, members_of


class Flows(Named):
    """Adds the stocks' steps to the graph."""

    def find_flows(self) -> None:
        """Which values are the named outflows of which stock."""
        for name, stock in self.world.stocks.items():
            if stock.outflow is None or stock.may_be_negative:
                continue
            for members in members_of(self.world, stock.per):
                tree = stock.outflow.of(members)
                context = dict(zip(stock.per, members, strict=True))
                for term in terms(tree):
                    if not isinstance(term, Name):
                        continue
                    try:
                        key = self.resolver.locate(term, context)
                    except Unresolved:
                        continue
                    if key[0] not in self.world.values:
                        continue
                    if self.leaves.setdefault(key, (name, members)) != (name, members):
                        two = f"{scalar_name(*self.leaves[key])} and {scalar_name(name, members)}"
                        message = f"'{scalar_name(*key)}' flows out of two stocks, {two}"
                        self.problems.add(
                            "two-outflows", term.place, message, "Give each stock a flow of its own."
                        )

    def per_time(self, stock: str) -> Dimension | None:
        """What the flows of a stock measure."""
        dimension = self.dimension(stock)
        return None if dimension is None else dimension.times(PER_TIME)

    def flows(self, name: str, members: Members) -> tuple[int, int]:
        """Nodes of the whole inflow and the whole unlimited outflow of a stock."""
        stock = self.world.stocks[name]
        needed = self.per_time(name)
        context = dict(zip(stock.per, members, strict=True))
        self.resolver.path = scalar_name(name, members)
        inflow = outflow = self.maker.const(0.0)
        if stock.inflow is not None and (tree := stock.inflow.of(members)) is not None:
            inflow = self.resolver.number(tree, context, needed, f"what flows into '{name}'")
        if stock.outflow is not None and (tree := stock.outflow.of(members)) is not None:
            outflow = -1
            for term in terms(tree):
                node = self.outflow_term(term, context, needed, name)
                outflow = node if outflow < 0 else self.maker.add("add", outflow, node)
        return inflow, outflow

    def outflow_term(self, term: Expression, context: Context, needed: Dimension | None, stock: str) -> int:
        what = f"what flows out of '{stock}'"
        if isinstance(term, Name):
            item, members = self.resolver.locate(term, context)
            if (item, members) in self.leaves:
                found = self.read(f"raw {item}", members, term.place)
                self.resolver.need_number(found, term.place)
                if needed is not None and found.dimension not in (None, needed):
                    self.resolver.misfit(term.place, what, needed, found.dimension)
                return found.node
        return self.resolver.number(term, context, needed, what)

    def make_flow(self, name: str, members: Members) -> Typed:
        """The share of a stock's outflow that can be met in this step."""
        m = self.maker
        inflow, outflow = self.flows(name, members)
        level = m.add("old" if self.graph.rk4 else "slot", data=self.slot_of[name, members])
        there = m.add("add", level, m.add("mul", m.dt, inflow))
        asked = m.add("mul", m.dt, outflow)
        scale = m.select(m.flag("gt", asked, there), m.add("div", there, asked), m.const(1.0))
        self.flow[name, members] = (inflow, outflow, scale)
        return Typed(scale, NUMBER, PURE)

    def make_stock_steps(self) -> None:
        for name, stock in self.world.stocks.items():
            for members in members_of(self.world, stock.per):
                try:
                    self.stock_step(name, members)
                except Unresolved:
                    continue

    def stock_step(self, name: str, members: Members) -> None:
        stock = self.world.stocks[name]
        slot = self.slot_of[name, members]
        context = dict(zip(stock.per, members, strict=True))
        scalar = scalar_name(name, members)
        self.resolver.path = scalar
        tree = stock.start.of(members) if stock.start else None
        if tree is not None:
            start = self.resolver.number(tree, context, self.dimension(name), f"the start of '{name}'")
            if (
                not stock.may_be_negative
            ):  # a start below zero is an error of that future, as a negative flow is
                below = self.maker.flag("lt", start, self.maker.const(0.0))
                start = self.maker.select(below, self.maker.const(math.nan), start)
            self.graph.slots[slot].start = start
        self.resolver.path = scalar
        if stock.change is not None and (change := stock.change.of(members)) is not None:
            node = self.resolver.number(change, context, self.per_time(name), f"the change of '{name}'")
            self.graph.stocks.append(
                StockStep(
                    slot,
                    change=node,
                    limited=not stock.may_be_negative,
                    count=self.counter(stock.may_be_negative, scalar),
                )
            )
            return
        if (name, members) not in self.flow:
            self.flow[name, members] = (*self.flows(name, members), -1)
        inflow, outflow, _ = self.flow[name, members]
        self.graph.stocks.append(
            StockStep(
                slot,
                inflow,
                outflow,
                -1,
                not stock.may_be_negative,
                self.counter(stock.may_be_negative, scalar),
            )
        )

    def counter(self, may_be_negative: bool, scalar: str) -> int:
        if may_be_negative:
            return -1
        return self.maker.new_slot(Slot(f"limited {scalar}", "count", self.maker.const(0.0), item=scalar))


def terms(tree: Expression | None) -> list[Expression]:
    """The terms of a sum: a + b + c as [a, b, c]."""
    if isinstance(tree, Binary) and tree.operator == "+":
        return [*terms(tree.left), *terms(tree.right)]
    return [] if tree is None else [tree]
