"""Panmunjom itself: the kernel over its blocks, as ``panmunjom run`` drives it."""

from __future__ import annotations

import os

from panmunjom.engine.kernel import Blocks, Kernel

from .. import worlds
from ..prepared import Prepared, mean_and_error


def prepare(model: worlds.Model) -> Prepared:
    """The compiled world on a block of futures."""
    graph, futures = model.graph, worlds.FUTURES[model.name]
    kernel = Kernel(graph)
    table = model.rows(futures)
    width = kernel.width
    blocks = Blocks(table, worlds.luck(futures), len(graph.slots), width)
    kernel.start(blocks, model.plan, worlds.SEED)
    first = blocks.state.copy()

    def run() -> None:
        kernel.move(blocks, model.plan, 0, model.plan.count, worlds.SEED)

    def again() -> None:
        blocks.state[...] = first
        run()

    run()
    levels = blocks.unpacked()[[s.slot for s in graph.stocks]]
    note = f"{width} futures a block, {os.cpu_count()} threads"
    return Prepared(again, futures, levels, note, mean_and_error(levels))
