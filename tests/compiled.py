"""Small worlds run by the compiled kernel over many futures: for statistics that the plain evaluator is too slow for.

That the two engines agree bit for bit is tested in ``engine/test_parity.py``; here the kernel is compared with paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from panmunjom.engine.kernel import Blocks, Kernel
from panmunjom.engine.sampling import rows
from panmunjom.engine.schedule import schedule
from worlds import START, build_world, draws_of, switch_rows


def run_compiled(
    text: str,
    at: Sequence[int],
    futures: int,
    step_days: int = 1,
    seed: int = 1,
    questions: dict[str, str] | None = None,
) -> dict[str, npt.NDArray[np.float64]]:
    """Every slot by name, shape (len(at), futures), in base units, after each number of steps in ``at`` (ascending).

    Days are proleptic ordinals, flags 1 and 0. Raises ``CaseError`` where the world has problems.
    """
    built = build_world(text, questions)
    plan = schedule(built.graph, START, START + timedelta(days=step_days * at[-1]), step_days)
    luck = np.arange(futures, dtype=np.uint64)
    table = rows(built, draws_of(built, START), switch_rows(built), luck, seed)
    kernel = Kernel(built.graph)
    blocks = Blocks(table, luck, len(built.graph.slots), kernel.width)
    kernel.start(blocks, plan, seed, threads=1)
    found, begin = [], 0
    for end in at:
        if end > begin:
            kernel.move(blocks, plan, begin, end, seed, threads=1)
        found.append(blocks.unpacked())
        begin = end
    states = np.array(found)
    return {slot.name: states[:, i] for i, slot in enumerate(built.graph.slots)}
