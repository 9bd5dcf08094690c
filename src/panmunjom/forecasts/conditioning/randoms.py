"""Random numbers by name: the same for the same key, whatever was drawn before and in whatever thread."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from ...engine.vecarrays import norm_inv

Array = npt.NDArray[np.float64]


def uniforms(shape: tuple[int, ...], *key: object) -> Array:
    """Uniform numbers strictly between 0 and 1, of a shape, named by a key (anything that prints the same).

    The words come from NumPy's Philox, whose stream is fixed for all versions; no method of a generator is used.
    """
    words = _words(int(np.prod(shape)), key)
    return ((words >> np.uint64(12)).astype(np.float64) + 0.5).reshape(shape) * 2.0**-52


def normals(shape: tuple[int, ...], *key: object) -> Array:
    """Standard normal numbers of a shape."""
    return norm_inv(uniforms(shape, *key).reshape(-1)).reshape(shape)


def _words(count: int, key: tuple[object, ...]) -> npt.NDArray[np.uint64]:
    text = "/".join(map(str, key)).encode()
    number = int.from_bytes(hashlib.blake2b(text, digest_size=16).digest(), "little")
    return np.random.Philox(key=number).random_raw(count)


def systematic(weights: Array, *key: object) -> npt.NDArray[np.intp]:
    """Who is copied into each place, shape (n,): systematic resampling of normalised weights.

    Each is copied floor(n·w) or ceil(n·w) times (J. Carpenter, P. Clifford and P. Fearnhead, IEE Proc. Radar 146
    (1999) 2). Equal weights copy everyone into their own place.
    """
    size = len(weights)
    if bool((weights == weights[0]).all()):
        return np.arange(size)
    edges = np.cumsum(weights)
    edges /= edges[-1]
    at = (np.arange(size) + uniforms((1,), "systematic", *key)[0]) / size
    return np.minimum(np.searchsorted(edges, at, side="right"), size - 1)
