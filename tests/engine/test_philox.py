"""Philox against its published answers, and the IR against NumPy."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import numpy as np
import pytest

from panmunjom.engine import philox as ph
from panmunjom.engine import vecarrays

# Random123, kat_vectors: philox4x32-10
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((2**32 - 1,) * 4, (2**32 - 1,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


def kernel(width: int) -> str:
    """IR: philox and uniform over n counters laid out as four rows of 64-bit words."""
    vector, real = f"<{width} x i64>", f"<{width} x double>"
    four = "{" + ", ".join([vector] * 4) + "}"
    loads = "".join(
        f"  %o{j} = mul i64 %n, {j}\n  %s{j} = add i64 %o{j}, %i\n"
        f"  %p{j} = getelementptr i64, ptr %in, i64 %s{j}\n  %c{j} = load {vector}, ptr %p{j}, align 8\n"
        for j in range(4)
    )
    stores = "".join(
        f"  %w{j} = extractvalue {four} %r, {j}\n  %q{j} = getelementptr i64, ptr %out, i64 %s{j}\n"
        f"  store {vector} %w{j}, ptr %q{j}, align 8\n"
        f"  %u{j} = call {real} @pj.uniform.v{width}({vector} %w{j})\n"
        f"  %g{j} = getelementptr double, ptr %real, i64 %s{j}\n  store {real} %u{j}, ptr %g{j}, align 8\n"
        for j in range(4)
    )
    arguments = ", ".join(f"{vector} %c{j}" for j in range(4))
    return f"""{ph.philox_ir(width)}
define void @run(ptr noalias %in, ptr noalias %out, ptr noalias %real, i64 %k0, i64 %k1, i64 %n) {{
entry:
  br label %body
body:
  %i = phi i64 [ 0, %entry ], [ %next, %body ]
{loads}  %r = call {four} @pj.philox.v{width}({arguments}, i64 %k0, i64 %k1)
{stores}  %next = add i64 %i, {width}
  %more = icmp slt i64 %next, %n
  br i1 %more, label %body, label %exit
exit:
  ret void
}}
"""


def run_ir(width, counters, key):
    engine = vecarrays.compile_ir(kernel(width))
    kind = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3, *[ctypes.c_int64] * 3)
    run = kind(engine.get_function_address("run"))
    words, real = np.empty_like(counters), np.empty(counters.shape)
    run(counters.ctypes.data, words.ctypes.data, real.ctypes.data, *key, counters.shape[1])
    return words, real


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN)
def test_known_answers(counter, key, expected):
    assert tuple(ph.philox(np.array(counter)[:, None], key)[:, 0]) == expected
    counters = np.repeat(np.array(counter, dtype=np.uint64)[:, None], 8, axis=1)
    words, _ = run_ir(8, counters, key)
    assert (words == np.array(expected, dtype=np.uint64)[:, None]).all()


@pytest.mark.parametrize("width", [2, 4, 8, 16])
def test_ir_and_numpy_agree(width):
    rng = np.random.default_rng(5)
    counters = rng.integers(0, 2**32, (4, 64)).astype(np.uint64)
    key = (0x9E3779B9, 0xFFFFFFFE)
    dirty = counters | np.uint64(0xABC << 32)  # what stands above the 32 bits does not count
    words, real = run_ir(width, dirty, key)
    expected = ph.philox(counters.astype(np.uint32), key)
    assert (words == expected).all()
    assert (real == ph.uniform(expected)).all()


def test_uniform_is_exact_and_open():
    words = np.array([0, 1, 2**31, 2**32 - 1], dtype=np.uint32)
    assert ph.uniform(words).tolist() == [2.0**-33, 3 * 2.0**-33, 0.5 + 2.0**-33, 1 - 2.0**-33]
    _, real = run_ir(2, np.zeros((4, 2), dtype=np.uint64), (0, 0))
    assert ((real > 0) & (real < 1)).all()


def test_counters_broadcast():
    n = np.arange(12, dtype=np.uint32).reshape(3, 4)
    got = ph.philox((n, 7, np.uint32(0), 1), (3, 4))
    assert got.shape == (4, 3, 4) and got.dtype == np.uint32
    flat = np.stack([n.ravel(), np.full(12, 7), np.zeros(12), np.ones(12)]).astype(np.uint32)
    assert (got.reshape(4, -1) == ph.philox(flat, (3, 4))).all()
    with pytest.raises(ValueError, match="four words"):
        ph.philox(np.zeros((3, 5), dtype=np.uint32), (0, 0))


def test_words_look_uniform_and_unrelated():
    n = np.arange(100_000, dtype=np.uint32)
    u = ph.uniform(ph.philox((n, 0, 0, 0), (1, 2)))
    assert np.abs(u.mean(axis=1) - 0.5).max() < 5 / np.sqrt(12 * n.size)
    correlation = np.corrcoef(np.vstack([u, ph.uniform(ph.philox((n, 0, 0, 0), (2, 2)))]))
    assert np.abs(correlation - np.eye(8)).max() < 5 / np.sqrt(n.size)


def test_stream_names():
    assert ph.stream_id("russia.tanks") == ph.stream_id("russia.tanks")
    assert 0 <= ph.stream_id("") < 2**32
    assert len({ph.stream_id(f"noise {i}") for i in range(2000)}) == 2000
    assert ph.stream_id("Київ") == 124829227


def test_importing_needs_no_compiler():
    code = "import sys; from panmunjom.engine import philox, sobol; assert 'llvmlite' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
