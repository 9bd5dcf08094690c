"""Philox4x32-10, a counter-based random number generator: four 32-bit words from a counter and a key.

J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11
(2011). The same words come from the IR text, for compiled models, and from NumPy, for everything else.
There is no state: the draw that belongs to a counter is the same whenever and wherever it is made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from panmunjom.engine.vecemit import Emitter

MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
ROUNDS = 10
LOW = 0xFFFFFFFF
UNIT_BITS = 0x4130000000000000  # 2^20: its last bit is worth 2^-32
UNIT_SHIFT = 2.0**20 - 2.0**-33


def philox(counters: npt.ArrayLike | Sequence[npt.ArrayLike], key: tuple[int, int]) -> npt.NDArray[np.uint32]:
    """Four words for each counter.

    Args:
        counters: 32-bit words, shape (4, n), or four arrays that broadcast to one shape S.
        key: two 32-bit numbers.

    Returns:
        Shape (4, n) or (4, *S), uint32.
    """
    words = np.broadcast_arrays(*(np.asarray(c, dtype=np.uint32) for c in counters))  # type: ignore[union-attr]
    if len(words) != 4:
        raise ValueError(f"a counter has four words, not {len(words)}")
    c0, c1, c2, c3 = (w.astype(np.uint64) for w in words)
    k0, k1 = (int(k) & LOW for k in key)
    shift, low = np.uint64(32), np.uint64(LOW)
    for _ in range(ROUNDS):
        first = c0 * np.uint64(MULTIPLIERS[0])
        second = c2 * np.uint64(MULTIPLIERS[1])
        c0 = (second >> shift) ^ c1 ^ np.uint64(k0)
        c2 = (first >> shift) ^ c3 ^ np.uint64(k1)
        c1, c3 = second & low, first & low
        k0, k1 = (k0 + KEY_STEPS[0]) & LOW, (k1 + KEY_STEPS[1]) & LOW
    return np.stack([c0, c1, c2, c3]).astype(np.uint32)


def uniform(words: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """(word + 1/2) / 2^32, exact, strictly between 0 and 1, same shape."""
    return (np.asarray(words, dtype=np.float64) + 0.5) * 2.0**-32


def stream_id(name: str) -> int:
    """A 32-bit number for a named stream: a four-byte BLAKE2b of the UTF-8 name, read little-endian."""
    return int.from_bytes(hashlib.blake2b(name.encode("utf-8"), digest_size=4).digest(), "little")


def philox_ir(width: int) -> str:
    """IR text of the generator for ``width`` counters at once. It declares no intrinsic.

    Defined, for W = width:

    - ``{V, V, V, V} @pj.philox.vW(V c0, V c1, V c2, V c3, i64 k0, i64 k1)`` with V = ``<W x i64>``.
      Every i64 holds a 32-bit word; higher bits of the arguments are ignored, those of the results are 0.
    - ``<W x double> @pj.uniform.vW(<W x i64> word)``: (word + 1/2) / 2^32 of a 32-bit word, exact.

    Products of 32-bit words fit the processor's 32 x 32 -> 64 bit multiplication (``vpmuludq``).
    """
    b = Emitter(width)
    word = b.word

    def spread(scalar: str) -> str:
        first = b.emit(f"insertelement {word} poison, i64 {scalar}, i64 0")
        return b.emit(f"shufflevector {word} {first}, {word} poison, <{width} x i32> zeroinitializer")

    def key(argument: str, step: int, number: int) -> str:
        bumped = b.emit(f"add i64 {argument}, {number * step & LOW}")
        return spread(b.emit(f"and i64 {bumped}, {LOW}"))

    c0, c1, c2, c3 = (b.and_(f"%c{i}", LOW) for i in range(4))
    for number in range(ROUNDS):
        first = b.mul(c0, MULTIPLIERS[0])
        second = b.mul(c2, MULTIPLIERS[1])
        k0, k1 = key("%k0", KEY_STEPS[0], number), key("%k1", KEY_STEPS[1], number)
        c0 = b.xor(b.xor(b.lshr(second, 32), c1), k0)
        c2 = b.xor(b.xor(b.lshr(first, 32), c3), k1)
        c1, c3 = b.and_(second, LOW), b.and_(first, LOW)
    four = "{" + ", ".join([word] * 4) + "}"
    value = "poison"
    for place, name in enumerate((c0, c1, c2, c3)):
        value = b.emit(f"insertvalue {four} {value}, {word} {name}, {place}")
    arguments = ", ".join(f"{word} %c{i}" for i in range(4)) + ", i64 %k0, i64 %k1"
    body = "\n".join(b.lines)
    generator = (
        f"define internal {four} @pj.philox.v{width}({arguments}) alwaysinline nounwind memory(none) {{\n"
        f"entry:\n{body}\n  ret {four} {value}\n}}\n"
    )
    u = Emitter(width)
    value = u.fsub(u.as_real(u.or_("%word", UNIT_BITS)), UNIT_SHIFT)
    return generator + u.function("uniform", [f"{word} %word"], value)
