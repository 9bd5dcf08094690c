"""Futures that are conditioned, and running them: each is its parameters and its luck, and nothing else.

Luck is kept by the stretch between two stops: a future that is copied keeps the luck that it had, and takes that of
its new place from there on, so that copies part. Whoever has a future's scores and its luck by stretch can run it again
and gets the same bits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...engine.kernel import Blocks, Kernel, pack
from ...engine.run import Change
from ...engine.schedule import Schedule
from .observing import Seen

Array = npt.NDArray[np.float64]
Luck = npt.NDArray[np.uint64]


@dataclass(slots=True)
class Cloud:
    """n futures: scores (coordinates, n), rows (rows, n), and for each stretch the step where it begins and its luck (n,).

    ``born``: a number that two futures share if they have the same scores.
    """

    scores: Array
    rows: Array
    begins: list[int]
    luck: list[Luck]
    born: npt.NDArray[np.int64]

    @property
    def size(self) -> int:
        """How many futures."""
        return self.scores.shape[1]

    def picked(self, who: npt.NDArray[np.intp]) -> Cloud:
        """A future for each place: that of ``who``."""
        return Cloud(
            self.scores[:, who],
            self.rows[:, who],
            list(self.begins),
            [k[who] for k in self.luck],
            self.born[who],
        )


@dataclass(slots=True)
class Runs:
    """Runs clouds along one calendar."""

    kernel: Kernel
    plan: Schedule
    changes: list[Change]
    seed: int
    threads: int = 0

    def begin(self, cloud: Cloud) -> Blocks:
        """The first state of a cloud."""
        blocks = Blocks(
            cloud.rows, cloud.luck[0], len(self.kernel.graph.slots), self.kernel.width, self.kernel.spare
        )
        self.kernel.start(blocks, self.plan, self.seed, self.threads)
        self._change(blocks, 0)
        return blocks

    def go(
        self, cloud: Cloud, blocks: Blocks, begin: int, end: int, looks: set[tuple[int, int]], seen: Seen
    ) -> None:
        """Run from step ``begin`` to ``end``; ``looks`` (slot, step) within them are added to ``seen``."""
        wanted: dict[int, list[int]] = {}
        for slot, step in looks:
            if begin <= step <= end and (slot, step) not in seen:
                wanted.setdefault(step, []).append(slot)
        breaks = {at: k for k, at in enumerate(cloud.begins)}
        cuts = {begin, end, *wanted, *(b for b in breaks if begin < b < end), *(c.step for c in self.changes)}
        at = begin
        for cut in sorted(c for c in cuts if begin <= c <= end):
            if cut > at:
                self.kernel.move(blocks, self.plan, at, cut, self.seed, self.threads)
                at = cut
                self._change(blocks, cut)
            for slot in wanted.get(cut, []):
                seen[slot, cut] = blocks.slot(slot).copy()
            if cut in breaks and cut < end:
                blocks.luck[...] = pack(cloud.luck[breaks[cut]][None, :], blocks.width)

    def whole(self, cloud: Cloud, end: int, looks: set[tuple[int, int]]) -> tuple[Blocks, Seen]:
        """Run a cloud from the start to step ``end``."""
        blocks, seen = self.begin(cloud), Seen()
        self.go(cloud, blocks, 0, end, looks, seen)
        return blocks, seen

    def _change(self, blocks: Blocks, step: int) -> None:
        for change in self.changes:
            if change.step == step:
                blocks.set_row(change.row, change.value)


def pick_blocks(blocks: Blocks, who: npt.NDArray[np.intp]) -> None:
    """Copy states and rows of ``who`` into each place."""
    places = who // blocks.width, who % blocks.width
    for array in (blocks.state, blocks.rows):
        things = array.shape[1]
        found = np.ascontiguousarray(array[places[0], :, places[1]].T)  # (things, n)
        array[...] = pack(found[:things], blocks.width)
