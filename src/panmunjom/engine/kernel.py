"""Compiles a graph and runs it over blocks of futures, in threads. State goes in and out as one array."""

from __future__ import annotations

import ctypes
import hashlib
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from ..world.graph import Graph
from . import vecarrays
from .schedule import Schedule
from .writer import KernelWriter

WIDTH = 8  # lanes of a block: one AVX-512 register of doubles, or two or four narrower ones side by side
SMALL = 500  # nodes: a step of a smaller world is one chain of waiting, in which a second register finds room

_WORK = 64_000_000  # operations on numbers in one call of compiled code: a few hundredths of a second
_FEWEST = 64  # blocks that are worth a thread for the start alone

Array = npt.NDArray[np.float64]


def aligned(shape: tuple[int, ...], dtype: npt.DTypeLike = np.float64) -> npt.NDArray:
    """An array of zeros whose first byte stands at a multiple of 64."""
    kind = np.dtype(dtype)
    size = int(np.prod(shape)) * kind.itemsize
    raw = np.zeros(size + 64, np.uint8)
    offset = -raw.ctypes.data % 64
    return raw[offset : offset + size].view(kind).reshape(shape)


class Spare:
    """Memory that one chunk of futures has done with and the next can take: fresh pages cost as much as a tenth of a run."""

    def __init__(self) -> None:
        self._kept: dict[tuple[tuple[int, ...], str], npt.NDArray] = {}

    def take(self, shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray:
        """An array of that shape, with anything in it."""
        kept = self._kept.pop((shape, np.dtype(dtype).str), None)
        return aligned(shape, dtype) if kept is None else kept

    def give(self, array: npt.NDArray) -> None:
        """Keep an array that nobody uses any more; at most one of a shape."""
        self._kept[array.shape, array.dtype.str] = array


def lanes(graph: Graph) -> int:
    """The quickest number of lanes for a world."""
    return 2 * WIDTH if len(graph.nodes) < SMALL else WIDTH


def interrupted(error: BaseException) -> bool:
    """Whether an exception is a Ctrl-C: ctypes dresses one that comes while it converts arguments as its own."""
    return isinstance(error, KeyboardInterrupt) or (
        isinstance(error, ctypes.ArgumentError) and "KeyboardInterrupt" in str(error)
    )


class Blocks:
    """State, rows and luck of n futures as the kernel wants them: (blocks, things, lanes), whole blocks."""

    def __init__(
        self, rows: Array, luck: npt.NDArray[np.uint64], slots: int, width: int, spare: Spare | None = None
    ) -> None:
        self.size, self.width = rows.shape[1], width
        self.count = -(-self.size // width)
        spare = spare or Spare()
        self.rows = pack(rows, width, spare)
        self.luck = pack(luck[None, :], width, spare)
        self.state = spare.take((self.count, slots, width), np.float64)

    def release(self, spare: Spare) -> None:
        """Give the memory away; these blocks are not used any more."""
        for array in (self.rows, self.luck, self.state):
            spare.give(array)

    def slot(self, index: int) -> Array:
        """One slot of all futures, shape (n,)."""
        return self.state[:, index, :].reshape(-1)[: self.size]

    def unpacked(self) -> Array:
        """The whole state, shape (slots, n); a copy."""
        slots = self.state.shape[1]
        return np.array(self.state.transpose(1, 0, 2), order="C").reshape(slots, -1)[:, : self.size]

    def set_state(self, state: Array) -> None:
        """Put a state of shape (slots, n) in."""
        self.state[...] = pack(state, self.width)

    def set_row(self, index: int, values: Array | float) -> None:
        """Replace one row for all futures."""
        flat = np.empty(self.count * self.width)
        flat[: self.size] = values
        flat[self.size :] = flat[self.size - 1]
        self.rows[:, index, :] = flat.reshape(self.count, self.width)


def pack(values: npt.NDArray, width: int, spare: Spare | None = None) -> npt.NDArray:
    """(things, n) to (blocks, things, lanes); the last block is filled up with copies of the last future."""
    things, size = values.shape
    blocks = -(-size // width)
    out = (spare or Spare()).take((blocks, max(1, things), width), values.dtype)
    whole = size // width
    if things:
        out[:whole] = values[:, : whole * width].reshape(things, whole, width).transpose(1, 0, 2)
        if whole < blocks:
            rest = values[:, whole * width :]
            out[whole, :, : rest.shape[1]] = rest
            out[whole, :, rest.shape[1] :] = values[:, -1:]
    return out


class Kernel:
    """A compiled graph."""

    def __init__(self, graph: Graph, width: int = 0) -> None:
        """``width``: lanes of a block; 0 for what is quickest, which changes no result."""
        began = time.perf_counter()
        self.graph, self.width = graph, width or lanes(graph)
        text = KernelWriter(graph, self.width).text()
        self.digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        self._engine = vecarrays.compile_ir(text)
        pointers, numbers = [ctypes.c_void_p] * 4, [ctypes.c_int64]
        self._start = ctypes.CFUNCTYPE(None, *pointers, *numbers * 4)(
            self._engine.get_function_address("start")
        )
        self._move = ctypes.CFUNCTYPE(None, *pointers, *numbers * 7)(
            self._engine.get_function_address("move")
        )
        self.spare = Spare()
        self.seconds = time.perf_counter() - began

    def start(self, blocks: Blocks, plan: Schedule, seed: int, threads: int = 0) -> None:
        """Fill in the first state."""
        hosts = np.ascontiguousarray(plan.hosts)
        memory, key = self._memory(blocks, hosts), _key(seed)
        threads = threads or os.cpu_count() or 1
        share = max(_FEWEST, -(-blocks.count // threads))
        _spread(lambda a, b: self._start(*memory, a, b, *key), blocks.count, share, threads)

    def move(self, blocks: Blocks, plan: Schedule, begin: int, end: int, seed: int, threads: int = 0) -> None:
        """Run steps ``begin`` to ``end`` - 1 of all futures.

        The work is cut so that a call of compiled code lasts a small part of a second, so that Ctrl-C works.
        Threads default to the number of processors.
        """
        hosts = np.ascontiguousarray(plan.hosts)
        memory, key = self._memory(blocks, hosts), _key(seed)
        threads = threads or os.cpu_count() or 1
        work_of_a_block = max(1, end - begin) * len(self.graph.nodes) * self.width
        piece = max(1, min(_WORK // work_of_a_block, -(-blocks.count // threads)))
        _spread(
            lambda a, b: self._move(*memory, a, b, begin, end, plan.count, *key), blocks.count, piece, threads
        )

    def _memory(self, blocks: Blocks, hosts: Array) -> list[int]:
        return [blocks.state.ctypes.data, blocks.rows.ctypes.data, blocks.luck.ctypes.data, hosts.ctypes.data]


def _key(seed: int) -> tuple[int, int]:
    """The two 32-bit words of a seed."""
    return seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF


def _spread(work: Callable[[int, int], None], count: int, piece: int, threads: int) -> None:
    """``work(first, last)`` over 0 to ``count`` in pieces, shared between threads."""
    cuts = [(a, min(a + piece, count)) for a in range(0, count, piece)]
    if threads == 1 or len(cuts) == 1:
        for cut in cuts:
            work(*cut)
        return
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(lambda cut: work(*cut), cuts):
            pass
