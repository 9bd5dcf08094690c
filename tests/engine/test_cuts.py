"""One future, one set of bits: for any number of threads, size of a chunk or a piece, width of a block, number of futures
asked for, and for a run cut in two (or in all) steps. Here for the worlds that ship; for worlds made at random see ``test_parity.py``.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

import panmunjom as package
from panmunjom.analysis.running import Options, Runner
from panmunjom.case.loading import load
from panmunjom.engine import kernel as kernels
from panmunjom.engine import run as runs
from panmunjom.engine.kernel import Blocks, Kernel

Array = npt.NDArray[np.float64]
FUTURES = 33
TEMPLATE = str(Path(package.__file__).parent / "case" / "template")


class Shipped:
    """A shipped case, filled at a date, with rows of 33 futures and their states after all steps in one go."""

    def __init__(self, name: str, start: date) -> None:
        self.runner = Runner(load(name), Options(futures=FUTURES))
        self.filled = self.runner.fill_pooled(start)
        self.plan, _ = self.runner.plan(self.filled, self.runner.until(start))
        self.table = self.runner.table(self.filled, FUTURES)
        self.luck = np.arange(FUTURES, dtype=np.uint64)
        self.slots = len(self.runner.case.built.graph.slots)
        self.whole = self.final()

    def final(
        self,
        futures: slice = slice(0, FUTURES),
        kernel: Kernel | None = None,
        cuts: tuple[int, ...] = (),
        threads: int = 1,
    ) -> Array:
        """The states at the end, shape (slots, futures); at every cut the state moves to new blocks."""
        kernel = kernel or self.runner.kernel
        table, luck = self.table[:, futures], self.luck[futures]
        blocks = Blocks(table, luck, self.slots, kernel.width)
        kernel.start(blocks, self.plan, 1, threads)
        for begin, end in zip((0, *cuts), (*cuts, self.plan.count), strict=True):
            kernel.move(blocks, self.plan, begin, end, 1, threads)
            state = blocks.unpacked()
            blocks = Blocks(table, luck, self.slots, kernel.width)
            blocks.set_state(state)
        return blocks.unpacked()


@pytest.fixture(scope="module", params=["ukraine", "siege"])
def shipped(request: pytest.FixtureRequest) -> Shipped:
    if request.param == "siege":
        return Shipped(TEMPLATE, date(2024, 3, 1))
    return Shipped("ukraine", date(2022, 4, 1))


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Equal values of one type, zeros by their sign too, any NaN equal to any NaN."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    a, b = a.astype(float), b.astype(float)
    return bool(((a == b) & (np.signbit(a) == np.signbit(b)) | (np.isnan(a) & np.isnan(b))).all())


def test_the_run_does_something(shipped: Shipped) -> None:
    """Futures differ and none is broken: else equality below would mean little."""
    graph = shipped.runner.case.built.graph
    assert np.isnan(shipped.whole[graph.bad_slot]).all()
    assert max(len(np.unique(shipped.whole[s.slot])) for s in graph.stocks) > 10


@pytest.mark.parametrize("threads", [2, 5])
def test_threads(shipped: Shipped, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where every block is a piece of its own."""
    assert same(shipped.final(threads=threads), shipped.whole)
    monkeypatch.setattr(kernels, "_WORK", 1)
    monkeypatch.setattr(kernels, "_FEWEST", 1)
    assert same(shipped.final(threads=threads), shipped.whole)


def test_any_number_of_futures(shipped: Shipped) -> None:
    """1 to 33 from the first, and every single one alone."""
    for count in range(1, FUTURES + 1):
        assert same(shipped.final(slice(0, count)), shipped.whole[:, :count])
        assert same(shipped.final(slice(count - 1, count)), shipped.whole[:, count - 1 : count])


@pytest.mark.parametrize("width", [2, 16])
def test_widths(shipped: Shipped, width: int) -> None:
    """Two and sixteen lanes instead of eight."""
    assert same(shipped.final(kernel=Kernel(shipped.runner.case.built.graph, width)), shipped.whole)


def test_cuts(shipped: Shipped) -> None:
    """In two at the first, second, third, fourth step (draws come in groups of four), in the middle and at the last; in three; in all."""
    last = shipped.plan.count
    for cut in (1, 2, 3, 4, 5, 6, last // 3, last // 2, last // 2 + 1, last - 2, last - 1):
        assert same(shipped.final(cuts=(cut,)), shipped.whole), cut
    assert same(shipped.final(cuts=(7, 50)), shipped.whole)
    assert same(shipped.final(cuts=tuple(range(1, last))), shipped.whole)


@pytest.mark.parametrize("chunk", [1, 7, 16, 100])
def test_chunks(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a run returns does not depend on how many futures are held at once, nor on bands being asked for."""
    runner = Runner(load(TEMPLATE), Options(futures=100))
    filled = runner.fill_pooled(date(2024, 3, 1))
    plan, _ = runner.plan(filled, runner.until(filled.start))

    def simulate(bands: bool) -> runs.Raw:
        switches = runner.switch_rows(filled.switches)
        return runs.simulate(
            runner.kernel, runner.case.built, runner.draws(filled), switches, plan, 100, 1, bands=bands
        )

    whole = simulate(True)
    monkeypatch.setattr(runs, "CHUNK", chunk)
    for bands, first in ((False, chunk), (True, chunk), (True, 3)):
        monkeypatch.setattr(runs, "BAND_FUTURES", first)
        found = simulate(bands)
        kept = ("final",) if found.final.shape[1] else ()  # only of runs that fit into one chunk
        for part in ("ending_day", "first", "bad", *kept):
            assert same(np.ascontiguousarray(getattr(found, part)), getattr(whole, part)), part
        assert np.array_equal(found.ending, whole.ending) and np.array_equal(found.now, whole.now)
        assert np.array_equal(found.points, whole.points)
        assert found.limited == pytest.approx(whole.limited, rel=1e-12)  # means, added up in another order
