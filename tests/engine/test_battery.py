"""Our random streams as a run uses them, through a battery of tests: the words themselves, before anything is made of them.

A world's draw is a word of Philox at (luck, group of four steps, stream) under a seed. Nothing else in a run is random, so
what could go wrong is that numbers which stand side by side in a run have something to do with each other. Five orders are
tested: successive steps of a future, neighbouring futures of a step, neighbouring seeds, neighbouring stream numbers,
and luck that differs above 32 bits. Each order gives 2^19 words for each of nine tests, and a p-value for each.

A test fails below 1e-8 (or above 1 - 1e-8: too good is no chance either); 45 p-values, so false alarms are one in a
million. How much is seen is shown by spoiling the words, and by a generator of fewer rounds: the battery must notice.
D. E. Knuth, "The Art of Computer Programming" 2, 3.3.2, has the tests; G. Marsaglia, "A current view of random number
generators" (1984) birthdays and ranks.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import permutations

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from panmunjom.engine import philox
from panmunjom.engine.evaluator import Evaluator
from panmunjom.engine.sampling import rows
from panmunjom.engine.schedule import schedule
from worlds import START, build_world

Words = npt.NDArray[np.uint32]
SIZE = 2**19
EXTREME = 1e-8


def words(seed: npt.ArrayLike, luck: npt.ArrayLike, step: npt.ArrayLike, stream: npt.ArrayLike) -> Words:
    """The words of whole groups of four steps: ``step`` counts groups. Shape (4, *broadcast)."""
    lucky = np.asarray(luck, np.uint64)
    low, high = (lucky & np.uint64(0xFFFFFFFF)).astype(np.uint32), (lucky >> np.uint64(32)).astype(np.uint32)
    if np.ndim(seed) == 0:
        return philox.philox((low, high, step, stream), (int(seed) & 0xFFFFFFFF, int(seed) >> 32))
    return np.stack([words(int(s), luck, step, stream) for s in np.asarray(seed)], axis=-1)


STORM = philox.stream_id("storm")


def steps_of_a_future() -> Words:
    """128 futures, one after another, 4,096 steps each."""
    found = words(1, np.arange(128)[:, None], np.arange(1024)[None, :], STORM)
    return found.transpose(1, 2, 0).reshape(-1)


def neighbouring_futures() -> Words:
    """8 steps, 65,536 neighbouring futures each."""
    return words(1, np.arange(2**16)[None, :], np.arange(2)[:, None], STORM).transpose(1, 0, 2).reshape(-1)


def neighbouring_seeds() -> Words:
    """512 seeds side by side, for 256 futures and four steps."""
    return words(np.arange(512), np.arange(256), 0, STORM).reshape(-1)


def neighbouring_streams() -> Words:
    """512 stream numbers side by side, for 256 futures and four steps."""
    return words(1, np.arange(256)[:, None], 0, STORM + np.arange(512)[None, :]).reshape(-1)


def far_luck() -> Words:
    """Lucks that are 2^32 apart, eight steps."""
    luck = np.arange(2**16, dtype=np.uint64) << np.uint64(32)
    return words(1, luck[None, :], np.arange(2)[:, None], STORM).transpose(1, 0, 2).reshape(-1)


ORDERS = [steps_of_a_future, neighbouring_futures, neighbouring_seeds, neighbouring_streams, far_luck]


# -- nine tests, each from words to a p-value


def two_sided(z: float) -> float:
    """Of a standard normal number, as a p-value that is small for large z."""
    return 2 * float(stats.norm.sf(abs(z)))


def bits(w: Words) -> float:
    """How often each of the 32 bits is set: chi2 with 32 degrees of freedom."""
    ones = np.array([int(((w >> np.uint32(b)) & np.uint32(1)).sum()) for b in range(32)])
    return float(stats.chi2.sf((((ones - w.size / 2) ** 2) / (w.size / 4)).sum(), 32))


def classes(w: Words) -> float:
    """The leading 12 bits in 4,096 equal classes."""
    return float(stats.chisquare(np.bincount(w >> np.uint32(20), minlength=4096)).pvalue)


def pairs(w: Words) -> float:
    """Neighbours that do not overlap, 64 by 64 classes."""
    top = (w >> np.uint32(26)).astype(np.int64)
    return float(stats.chisquare(np.bincount(top[::2] * 64 + top[1::2], minlength=4096)).pvalue)


def correlations(w: Words) -> float:
    """At lags 1 to 8 and some powers of two up to where the orders repeat: chi2."""
    u = philox.uniform(w) - 0.5
    lags = [1, 2, 3, 4, 5, 6, 7, 8, 16, 64, 256, 512, 1024, 4096]
    z = [float((u[:-k] @ u[k:]) * 12 / math.sqrt(u.size - k)) for k in lags]
    return float(stats.chi2.sf(np.square(z).sum(), len(lags)))


def runs(w: Words) -> float:
    """The number of runs up and down: mean (2n - 1) / 3, variance (16n - 29) / 90."""
    up = w[1:] > w[:-1]
    count, n = 1 + int((up[1:] != up[:-1]).sum()), w.size
    return two_sided((count - (2 * n - 1) / 3) / math.sqrt((16 * n - 29) / 90))


def gaps(w: Words) -> float:
    """How many words pass between two that lie in the lowest eighth: geometric."""
    lengths = np.diff(np.flatnonzero(w < 2**29)) - 1
    law = 1 / 8 * (7 / 8) ** np.arange(40)
    counts = np.bincount(np.minimum(lengths, 40), minlength=41)
    return float(stats.chisquare(counts, lengths.size * np.append(law, 1 - law.sum())).pvalue)


def orders(w: Words) -> float:
    """Which of the 24 orders four words stand in."""
    found = np.argsort(w.reshape(-1, 4), axis=1) @ np.array([64, 16, 4, 1])
    codes = np.array([np.dot(p, [64, 16, 4, 1]) for p in permutations(range(4))])
    return float(stats.chisquare((found[:, None] == codes).sum(axis=0)).pvalue)


def birthdays(w: Words) -> float:
    """4,096 words as birthdays in a year of 2^32 days: how many spacings occur twice is Poisson with mean 4; 128 years."""
    days = np.sort(w.reshape(-1, 4096).astype(np.int64), axis=1)
    spacings = np.sort(np.diff(days, axis=1), axis=1)
    repeated = int((np.diff(spacings, axis=1) == 0).sum())
    mean = 4.0 * len(days)
    return 2 * float(min(stats.poisson.cdf(repeated, mean), stats.poisson.sf(repeated - 1, mean), 0.5))


def ranks(w: Words) -> float:
    """The rank, over the field of two elements, of squares of 32 words of 32 bits."""
    rows_, count = w.reshape(-1, 32).astype(np.uint32).copy(), w.size // 32
    rank = np.zeros(count, int)
    used = np.zeros((count, 32), bool)
    every = np.arange(count)
    for bit in range(32):
        has = ((rows_ >> np.uint32(bit)) & np.uint32(1)).astype(bool)
        free = has & ~used
        pivot, found = free.argmax(axis=1), free.any(axis=1)
        line = np.where(found, rows_[every, pivot], 0).astype(np.uint32)
        has[every, pivot] = False
        rows_ ^= np.where(has & found[:, None], line[:, None], np.uint32(0))
        used[every[found], pivot[found]] = True
        rank += found
    law = [
        math.prod((1 - 2.0 ** (i - 32)) ** 2 / (1 - 2.0 ** (i - r)) for i in range(r))
        * 2.0 ** (-((32 - r) ** 2))
        for r in (32, 31, 30)
    ]
    counts = [(rank == 32).sum(), (rank == 31).sum(), (rank <= 30).sum()]
    return float(stats.chisquare(counts, count * np.array([law[0], law[1], 1 - law[0] - law[1]])).pvalue)


BATTERY: list[Callable[[Words], float]] = [
    bits,
    classes,
    pairs,
    correlations,
    runs,
    gaps,
    orders,
    birthdays,
    ranks,
]


def alarms(w: Words) -> list[str]:
    """Tests whose p-value is out of all probability."""
    assert w.size == SIZE and w.dtype == np.uint32
    found = {test.__name__: test(w) for test in BATTERY}
    return [name for name, p in found.items() if not EXTREME < p <= 1 - EXTREME]


@pytest.mark.slow
@pytest.mark.parametrize("order", ORDERS)
def test_streams_pass(order: Callable[[], Words]) -> None:
    """Whatever stands side by side in a run looks unrelated and even."""
    assert alarms(order()) == []


def one_in(n: int) -> npt.NDArray[np.bool_]:
    """Every n-th word, in no relation to the layout of the orders."""
    return np.arange(SIZE) % n == n // 2


def sorted_quartets(w: Words) -> Words:
    """One group of four in twenty put in order."""
    four = w.reshape(-1, 4).copy()
    four[::20].sort(axis=1)
    return four.reshape(-1)


def dependent_rows(w: Words) -> Words:
    """In one square in eight the last row is the sum of the first two."""
    square = w.reshape(-1, 32).copy()
    square[::8, 31] = square[::8, 0] ^ square[::8, 1]
    return square.reshape(-1)


SPOILED: dict[str, tuple[Callable[[Words], Words], set[str]]] = {
    "the last bit is set in 51% of the words": (lambda w: w | one_in(50), {"bits"}),
    "52.5% of the words lie in the lower half": (lambda w: np.where(one_in(20), w >> np.uint32(1), w), {"bits"}),
    "a tenth of the words has two leading bits cleared": (lambda w: np.where(one_in(10), w & np.uint32(0xCFFFFFFF), w), {"classes"}),
    "a word in 50 begins like the one before it": (lambda w: np.where(one_in(51), np.roll(w, 1) ^ (w >> np.uint32(8)), w), {"pairs"}),
    "neighbours are correlated by 0.02": (lambda w: (0.98 * w + 0.02 * np.roll(w, 1)).astype(np.uint32), {"correlations"}),
    "quartets are sorted": (sorted_quartets, {"orders", "runs"}),
    "a low word in 20 is followed by a low one": (lambda w: np.where(one_in(20) & (np.roll(w, 1) < 2**29), w >> np.uint32(3), w), {"gaps"}),
    "a word in 1,000 is the one before it": (lambda w: np.where(one_in(1000), np.roll(w, 1), w), {"birthdays"}),
    "squares have dependent rows": (dependent_rows, {"ranks"}),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("what", SPOILED)
def test_the_battery_notices(what: str) -> None:
    """Small faults put into good words are found by the tests that look for them."""
    spoil, seen_by = SPOILED[what]
    assert seen_by <= set(alarms(spoil(steps_of_a_future()).astype(np.uint32)))


@pytest.mark.slow
def test_fewer_rounds_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of Philox's ten rounds: with four, neighbours are still related, and the battery says so in every order."""
    monkeypatch.setattr(philox, "ROUNDS", 4)
    for order in ORDERS:
        assert len(alarms(order())) >= 3, order.__name__


def test_these_are_the_words_of_a_run() -> None:
    """The evaluator's draws (which the kernel has to the bit) are the words tested here, at any step, luck and seed."""
    world = build_world("events: {storm: {rate: 0.1 / 1 day}}\n")
    stream = world.graph.streams[0]
    luck = np.array([0, 1, 2, 2**32 - 1, 2**32, 7 * 2**32 + 5, 2**64 - 1], np.uint64)
    table = rows(world, {}, {}, luck, 1)
    plan = schedule(world.graph, START, START.replace(year=2025), 1)
    for seed in (0, 1, 2**33 + 5):
        evaluator = Evaluator(world.graph, table, luck, plan, seed)
        for step in (0, 1, 2, 3, 4, 7, 100, 365):
            expected = words(seed, luck, step // 4, philox.stream_id(stream))[step % 4]
            assert np.array_equal(evaluator.draw(0, step), philox.uniform(expected))
