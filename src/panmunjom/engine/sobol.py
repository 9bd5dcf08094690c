"""Scrambled Sobol points in up to 1,024 dimensions, every point computed directly from its number.

Direction numbers: S. Joe and F. Y. Kuo, "Constructing Sobol sequences with better two-dimensional
projections", SIAM J. Sci. Comput. 30 (2008) 2635-2654, table new-joe-kuo-6; ``sobol_directions.npz`` holds
its first 1,024 dimensions, ``sobol_directions.LICENSE.txt`` the terms. Point n is the exclusive or of the
direction numbers at the set bits of n (plain binary, no Gray code): every aligned block of 2^k points holds
the same points as in Gray-code order.

Scrambling: nested uniform, A. B. Owen, "Randomly permuted (t,m,s)-nets and (t,s)-sequences" (1995). Whether
a half of an interval is swapped is decided for the first twelve binary digits by one random bit for each of
the 4,095 intervals (SHAKE-128 of the key): Owen's scheme as it stands. Within each of the 4,096 intervals
that follow, the remaining digits go through a hash that lets a digit depend on those before it alone, keyed
by 32 random bits of the interval: S. Laine and T. Karras, "Stratified sampling for stochastic transparency"
(2011), used so by B. Burley, "Practical hash-based Owen scrambling", JCGT 9(4) (2020), with the constants
of N. Vegdahl, "Building a better LK hash" (2021).
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from panmunjom.engine.philox import uniform

DIMENSIONS = 1024
LARGEST = 2**32
Indices = range | npt.ArrayLike
Words = npt.NDArray[np.uint32]

_EXACT = 12  # digits scrambled by a random bit for each interval
_BLOCK = 2**_EXACT
_CHUNK = 2**15  # points scrambled at once, so that the work stays in the cache


def key_for(seed: int, replicate: int, name: str) -> int:
    """The 64-bit scrambling key of a parameter: BLAKE2b of the seed, the replicate and the name."""
    text = f"{int(seed)}/{int(replicate)}/{name}"
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8"), digest_size=8).digest(), "little")


def words(indices: Indices, dimension: int) -> Words:
    """The unscrambled points' 32 binary digits, most significant first.

    Args:
        indices: point numbers below 2^32; a range or any array.
        dimension: 0 (the radical inverse) to 1,023.

    Raises:
        ValueError: if an index or the dimension is out of range.
    """
    return _words(indices, dimension, False)


def scrambled(indices: Indices, dimension: int, key: int) -> Words:
    """The scrambled points' 32 binary digits, of the same shape as the indices.

    Args:
        indices: point numbers below 2^32; a range or any array. Contiguous numbers are quickest.
        dimension: 0 to 1,023.
        key: 0 to 2^64 - 1, as from ``key_for``.

    Raises:
        ValueError: if an index, the dimension or the key is out of range.
    """
    found = _words(indices, dimension, True)
    tables = _interval_tables((key,))
    flat = found.reshape(-1)
    for start in range(0, flat.size, _CHUNK):
        _scramble(flat[start : start + _CHUNK], np.intp(0), tables)
    return found


def points(indices: Indices, dimension: int, key: int) -> npt.NDArray[np.float64]:
    """The scrambled points as (k + 1/2) / 2^32, strictly between 0 and 1. See ``scrambled``."""
    return uniform(scrambled(indices, dimension, key))


def points_by_key(indices: range, dimension: int, keys: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """The same points scrambled with several keys, shape (indices, keys); quicker than one key after another."""
    plain = _words(indices, dimension, True)
    tables = _interval_tables(keys)
    offsets = np.arange(len(keys), dtype=np.intp) * _BLOCK
    out = np.empty((len(plain), len(keys)))
    rows = max(1, _CHUNK // len(keys))
    for start in range(0, len(plain), rows):
        x = np.repeat(plain[start : start + rows, None], len(keys), axis=1)
        _scramble(x, offsets, tables)
        out[start : start + rows] = uniform(x)
    return out


def directions(dimension: int) -> Words:
    """The 32 direction numbers of a dimension; number b belongs to bit b of the index. Shape (32,)."""
    polynomial, initial = _published()
    if not 0 <= dimension < DIMENSIONS:
        raise ValueError(f"Sobol points have dimensions 0 to {DIMENSIONS - 1}, not {dimension}")
    if dimension == 0:
        return np.array([1 << (31 - b) for b in range(32)], dtype=np.uint32)
    p = int(polynomial[dimension])
    degree = p.bit_length() - 1
    v = [int(m) << (31 - b) for b, m in enumerate(initial[dimension][:degree])]
    for b in range(degree, 32):
        value = v[b - degree] ^ (v[b - degree] >> degree)
        for k in range(1, degree):
            if p >> (degree - k) & 1:
                value ^= v[b - k]
        v.append(value)
    return np.array(v, dtype=np.uint32)


@lru_cache(maxsize=1)
def _published() -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint16]]:
    with resources.files(__package__).joinpath("sobol_directions.npz").open("rb") as file:
        table = np.load(file)
        return table["polynomial"], table["initial"]


@lru_cache(maxsize=2 * DIMENSIONS)
def _byte_tables(dimension: int, mirrored: bool) -> Words:
    """For each byte of the index, the exclusive or of its directions; shape (4, 256).

    Mirrored words have their last digit first.
    """
    v = directions(dimension)
    if mirrored:
        v = _mirror(v)
    tables = np.zeros((4, 256), dtype=np.uint32)
    for b in range(32):
        table, size = tables[b // 8], 1 << (b % 8)
        table[size : 2 * size] = table[:size] ^ v[b]
    tables.flags.writeable = False
    return tables


def _words(indices: Indices, dimension: int, mirrored: bool) -> Words:
    tables = _byte_tables(int(dimension), mirrored)
    if isinstance(indices, range):
        if indices and not (min(indices[0], indices[-1]) >= 0 and max(indices[0], indices[-1]) < LARGEST):
            raise ValueError("a point's number must be from 0 to 2^32 - 1")
        if indices.step == 1:
            return _run(indices.start, len(indices), tables)
        indices = np.array(indices, dtype=np.int64)
    n = np.asarray(indices)
    if n.size == 0:
        return np.zeros(n.shape, dtype=np.uint32)
    if n.dtype.kind not in "iu" or n.min() < 0 or n.max() >= LARGEST:
        raise ValueError("a point's number must be an integer from 0 to 2^32 - 1")
    first = int(n.flat[0])
    if n.ndim == 1 and n.size > _BLOCK and int(n[-1]) - first == n.size - 1 and bool((n[1:] > n[:-1]).all()):
        return _run(first, n.size, tables)
    n = n.astype(np.intp)
    found = tables[0][n & 255]
    for place in range(1, 4):
        found = found ^ tables[place][n >> (8 * place) & 255]
    return np.asarray(found, dtype=np.uint32, order="C")


def _run(first: int, count: int, tables: Words) -> Words:
    """Points first, first + 1, ..: the low twelve bits' part is the same in every aligned block of 4,096."""
    if count == 0:
        return np.zeros(0, dtype=np.uint32)
    low = (tables[1][: _BLOCK // 256, None] ^ tables[0]).reshape(-1)
    start = first // _BLOCK
    block = np.arange(start, (first + count - 1) // _BLOCK + 1)
    high = tables[1][(block << 4) & 255] ^ tables[2][block >> 4 & 255] ^ tables[3][block >> 12]
    skip = first - start * _BLOCK
    if skip + count <= _BLOCK:
        return np.asarray(low[skip : skip + count] ^ high[0], dtype=np.uint32)
    return (high[:, None] ^ low).reshape(-1)[skip : skip + count]


@lru_cache(maxsize=256)  # 512 kB each for sixteen keys: the views of a case share all keys of a seed
def _interval_tables(keys: tuple[int, ...]) -> tuple[Words, Words]:
    """For the first twelve digits (mirrored): the scrambled digits, and the key of what follows them.

    Key after key, each of shape (keys * 4096,).
    """
    if not all(0 <= key < 2**64 for key in keys):
        raise ValueError("a scrambling key must be from 0 to 2^64 - 1")
    size = _BLOCK // 8 + 4 * _BLOCK
    stream = b"".join(hashlib.shake_128(b"sobol" + int(key).to_bytes(8, "little")).digest(size) for key in keys)
    random = np.frombuffer(stream, dtype=np.uint8).reshape(len(keys), size)
    flips = np.unpackbits(random[:, : _BLOCK // 8], axis=1).astype(np.uint32)
    prefix = np.tile(np.arange(_BLOCK, dtype=np.uint32), (len(keys), 1))
    for level in range(_EXACT):
        size = 1 << level  # this digit's flip depends on the ``level`` digits before it
        prefix.reshape(len(keys), -1, size)[:] ^= flips[:, None, size : 2 * size] << np.uint32(level)
    after = np.ascontiguousarray(random[:, _BLOCK // 8 :]).view("<u4").astype(np.uint32)
    prefix.flags.writeable = after.flags.writeable = False
    return prefix.reshape(-1), after.reshape(-1)


def _scramble(x: Words, offset: npt.NDArray[np.intp] | np.intp, tables: tuple[Words, Words]) -> None:
    """Scramble mirrored words in place and turn them round; ``offset`` is where a word's key has its tables."""
    prefix, keys = tables
    interval = (x & np.uint32(_BLOCK - 1)).astype(np.intp)
    interval += offset
    key = keys.take(interval)
    x >>= np.uint32(_EXACT)
    x ^= x * np.uint32(0x3D20ADEA)
    x += key
    key >>= np.uint32(16)
    key |= np.uint32(1)
    x *= key
    x ^= x * np.uint32(0x05526C56)
    x ^= x * np.uint32(0x53A22864)
    x <<= np.uint32(_EXACT)
    x |= prefix.take(interval)
    x[...] = _mirror(x)


def _mirror(x: Words) -> Words:
    """The 32 bits in reverse order."""
    x = x.byteswap()
    for places, mask in ((4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        upper = x >> np.uint32(places)
        upper &= np.uint32(mask)
        x &= np.uint32(mask)
        x <<= np.uint32(places)
        x |= upper
    return x
