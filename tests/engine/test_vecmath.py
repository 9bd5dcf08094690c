"""The vector routines against arbitrary precision, and the same bits from every width and processor."""

from __future__ import annotations

import ctypes
import hashlib
import platform
import subprocess
import sys

import mpmath
import numpy as np
import pytest

from panmunjom.engine import philox, vecarrays, vecmath

INF, NAN = np.inf, np.nan
TINY, HUGE = 5e-324, np.finfo(float).max
mp = mpmath.mp.clone()
mp.prec = 160


def ulps(got, exact) -> float:
    """Distance between a double and an exact value in units of the exact value's last place."""
    if exact == 0:
        return abs(float(got)) / TINY
    exponent = max(mp.mag(exact) - 53, -1074)
    return float(abs(mp.mpf(float(got)) - exact) / mp.ldexp(mp.mpf(1), exponent))


def worst(got, exact) -> float:
    return max(ulps(g, e) for g, e in zip(np.ravel(got), exact, strict=True))


def same(a, b) -> bool:
    """Equal bits, any NaN equal to any NaN."""
    a, b = np.asarray(a), np.asarray(b)
    return bool(((a.view(np.int64) == b.view(np.int64)) | (np.isnan(a) & np.isnan(b))).all())


def around(x, count=20):
    """x and the doubles next to it on both sides."""
    x = np.array(x, dtype=float)
    steps = np.arange(-count, count + 1)
    return (x.reshape(-1, 1).view(np.int64) + steps).view(np.float64).ravel()


@pytest.fixture(scope="module")
def rng():
    return np.random.default_rng(20240117)


def test_exp_is_within_an_ulp(rng):
    x = np.concatenate(
        [
            rng.uniform(-745.2, 709.7, 6000),
            rng.uniform(-1, 1, 4000),
            rng.uniform(-745.2, -708, 2000),
            rng.choice([-1, 1], 1000) * 10.0 ** rng.uniform(-320, 2, 1000),
            around(np.arange(-20, 21) * np.log(2) / 2, 5),
        ]
    )
    assert worst(vecarrays.exp(x), [mp.exp(mp.mpf(v)) for v in x]) < 1


def test_exp_at_its_ends():
    x = np.array([0.0, -0.0, INF, -INF, NAN, 710, 709.782712893384, 1e308, -745.2, -746, -1e308, TINY])
    expected = [1, 1, INF, 0, NAN, INF, vecarrays.exp(709.782712893384), INF, 0, 0, 0, 1]
    assert same(vecarrays.exp(x), np.array(expected, dtype=float))
    assert 1.797e308 < vecarrays.exp(709.782712893384) < INF
    assert vecarrays.exp(-745.13) == TINY


def test_log_is_within_an_ulp(rng):
    x = np.concatenate(
        [
            rng.integers(1, 0x7FF0000000000000, 6000).view(np.float64),
            rng.integers(1, 0x0010000000000000, 1000).view(np.float64),
            rng.uniform(0.5, 2, 6000),
            1 + rng.choice([-1, 1], 1000) * 10.0 ** rng.uniform(-16, -1, 1000),
            around([1.0, np.sqrt(0.5), np.sqrt(2), 2.0**-1022, 0.25, 4.0]),
            [TINY, HUGE],
        ]
    )
    assert worst(vecarrays.log(x), [mp.log(mp.mpf(v)) for v in x]) < 1


def test_log_at_its_ends():
    x = np.array([0.0, -0.0, -TINY, -1, -INF, INF, NAN, 1])
    assert same(vecarrays.log(x), np.array([-INF, -INF, NAN, NAN, NAN, INF, NAN, 0]))


def test_power_is_within_two_ulps(rng):
    bases = [
        np.exp(rng.uniform(-6, 6, 4000)),
        rng.integers(1, 0x7FF0000000000000, 2000).view(np.float64),
        rng.integers(1, 0x0010000000000000, 500).view(np.float64),
        rng.uniform(0.5, 2, 3000),
        1 + rng.choice([-1, 1], 2000) * 10.0 ** rng.uniform(-16, -1, 2000),
        around([np.sqrt(0.5), np.sqrt(2), 1.0]),
    ]
    x = np.concatenate(bases)
    x = x[x != 1]
    logs = np.log(x)
    y = np.where(np.arange(x.size) % 2, rng.uniform(-745, 709, x.size) / logs, rng.uniform(-3, 3, x.size))
    inside = (y * logs > -745) & (y * logs < 709.7)
    x, y = x[inside], y[inside]
    assert x.size > 10_000
    assert worst(vecarrays.power(x, y), [mp.power(a, b) for a, b in zip(x, y, strict=True)]) < 1.3


def test_exact_powers_are_exact(rng):
    k = np.arange(-1074, 1024)
    assert same(vecarrays.power(2.0, k), np.ldexp(1.0, k))
    assert same(vecarrays.power(10.0, np.arange(23)), np.array([float(10**i) for i in range(23)]))
    x = rng.integers(1, 2**26, 3000).astype(float)
    assert same(vecarrays.power(x, 2), x * x)
    assert same(vecarrays.power(x * x, 0.5), x)
    assert same(vecarrays.power(-x, 1), -x)
    z = np.exp(rng.uniform(-600, 600, 3000))
    assert same(vecarrays.power(z, 1), z)


# IEEE 754-2019, 9.2.1, and C23 F.10.4.4
SPECIAL_POWERS = [
    (NAN, 0, 1), (0, 0, 1), (INF, -0.0, 1), (-3, 0, 1), (1, NAN, 1), (1, INF, 1), (1, -INF, 1),
    (0, 3, 0), (-0.0, 3, -0.0), (-0.0, 2, 0), (0, 0.5, 0), (-0.0, 0.5, 0),
    (0, -3, INF), (-0.0, -3, -INF), (-0.0, -2, INF), (0, -0.5, INF), (0, INF, 0), (0, -INF, INF),
    (0, TINY, 0), (0, -TINY, INF), (INF, TINY, INF), (INF, -TINY, 0),
    (-1, INF, 1), (-1, -INF, 1), (-1, NAN, NAN), (0.5, INF, 0), (0.5, -INF, INF), (-0.5, INF, 0),
    (2, INF, INF), (2, -INF, 0), (-2, -INF, 0), (-2, INF, INF),
    (INF, 2, INF), (INF, -2, 0), (INF, 0.5, INF), (-INF, 3, -INF), (-INF, 2, INF), (-INF, 0.5, INF),
    (-INF, -3, -0.0), (-INF, -2, 0), (-INF, -0.5, 0), (INF, INF, INF), (INF, -INF, 0),
    (-2, 3, -8), (-2, 2, 4), (-2, -3, -0.125), (-2, 0.5, NAN), (-8, 1 / 3, NAN), (-TINY, 0.5, NAN),
    (-1, 2.0**53, 1), (-1, 2.0**53 - 1, -1), (-1, 2.0**52 + 1, -1), (-1, 1e300, 1), (-1, 0.5, NAN),
    (NAN, 1, NAN), (2, NAN, NAN), (NAN, NAN, NAN), (NAN, INF, NAN), (INF, NAN, NAN), (0, NAN, NAN),
    (2, 1024, INF), (2, -1075, 0), (2, -1074, TINY), (2, 1e300, INF), (2, -1e300, 0),
    (1 + 2.0**-52, 1e300, INF), (1 - 2.0**-53, 1e300, 0), (-2, 1e300, INF), (-2, 1025, -INF),
    (-2, -1077, -0.0), (HUGE, 1, HUGE), (TINY, 1, TINY),
]  # fmt: skip


@pytest.mark.parametrize(("x", "y", "expected"), SPECIAL_POWERS)
def test_power_in_special_cases(x, y, expected):
    got = vecarrays.power([float(x)], [float(y)])
    assert same(got, np.array([float(expected)]))


def test_the_inverse_normal_is_within_1e_15(rng):
    u = np.concatenate(
        [
            rng.uniform(0, 1, 4000),
            (rng.integers(0, 2**32, 2000) + 0.5) / 2**32,
            10.0 ** rng.uniform(-307, -1, 2000),
            1 - 10.0 ** rng.uniform(-16, -1, 1000),
            0.5 + rng.choice([-1, 1], 500) * 10.0 ** rng.uniform(-16, -1, 500),
            around([0.075, 0.925, vecmath.FAR_TAIL, 0.5**33, 1 - 0.5**33]),
            [TINY, 1e-320, 2.0**-1022, 1 - 2.0**-53],
        ]
    )
    u = u[u < 1]
    for value, x in zip(u, vecarrays.norm_inv(u), strict=True):
        if value == 0.5:
            assert x == 0
            continue
        exact_x = mp.mpf(float(x))
        tail = mp.ncdf(-abs(exact_x))
        wanted = mp.mpf(float(value)) if value < 0.5 else 1 - mp.mpf(float(value))
        error = (tail - wanted) / mp.npdf(exact_x)  # one Newton step is exact to first order
        assert abs(error / exact_x) < 1e-15, value


def test_the_inverse_normal_at_its_ends():
    u = np.array([0.0, 1, 0.5, -1e-9, 1.5, NAN, INF])
    assert same(vecarrays.norm_inv(u), np.array([-INF, INF, 0, NAN, NAN, NAN, NAN]))
    u = np.array([0.01, 0.3, 1e-12, 2.0**-40])
    assert same(vecarrays.norm_inv(1 - u), -vecarrays.norm_inv(1 - (1 - u)))


def sample(rng):
    """Arguments for all routines: ordinary, special and random bits; their count is no multiple of 16."""
    bits = rng.integers(-(2**63), 2**63 - 1, 4000).view(np.float64)
    special = np.array([0.0, -0.0, INF, -INF, NAN, TINY, -TINY, HUGE, 1, -1, 0.5, 2.0**-1022])
    x = np.concatenate([bits, special, rng.uniform(0, 1, 2000), rng.uniform(-50, 50, 2000), [0.3] * 9])
    return x, np.concatenate([rng.uniform(-9, 9, 4000), np.roll(x[4000:], 5)])


def outcome(routines, x, y):
    return [routines.exp(x), routines.log(x), routines.power(x, y), routines.norm_inv(x)]


def test_bits_do_not_depend_on_the_width(rng):
    x, y = sample(rng)
    reference = outcome(vecarrays.routines(), x, y)
    for width in (2, 4, 8, 16):
        for a, b in zip(reference, outcome(vecarrays.Routines(width), x, y), strict=True):
            assert same(a, b), width


@pytest.mark.skipif(platform.machine().lower() not in ("x86_64", "amd64"), reason="other processor family")
@pytest.mark.parametrize("cpu", ["x86-64", "x86-64-v3"])
def test_bits_do_not_depend_on_the_processor(rng, cpu):
    if cpu != "x86-64" and not vecarrays.binding().get_host_cpu_features().get("fma"):
        pytest.skip("this processor has no fused multiply-add")
    x, y = sample(rng)
    reference = outcome(vecarrays.routines(), x, y)
    for a, b in zip(reference, outcome(vecarrays.Routines(4, cpu), x, y), strict=True):
        assert same(a, b)


def test_bits_do_not_change():
    """A change here changes every run's numbers: it needs a reason and a word in the change log."""
    u = philox.uniform(philox.philox((np.arange(5000), 0, 0, 0), (1, 2)))
    z = (u[0] - 0.5) * 1400
    results = [vecarrays.exp(z), vecarrays.log(u[1]), vecarrays.power(u[2], z / 8), vecarrays.norm_inv(u[3])]
    digest = [hashlib.blake2b(r.astype("<f8").tobytes(), digest_size=4).hexdigest() for r in results]
    assert digest == ["f2413403", "e58731e2", "38631020", "d27251ce"]


def test_bits_do_not_depend_on_place_or_neighbours(rng):
    x = rng.uniform(1e-13, 1, 37)
    x[[3, 11]] = 1e-14  # takes the rare branch of the inverse normal
    whole = vecarrays.norm_inv(x)
    assert same(whole, np.array([vecarrays.norm_inv(v) for v in x]))
    assert same(whole[5:], vecarrays.norm_inv(x[5:]))


def test_log_for_normal_numbers_has_the_bits_of_log(rng):
    width = 4
    text = vecmath.definitions(width) + vecarrays.loop("f", "log_normal", 1, width)
    engine = vecarrays.compile_ir(text)
    function = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)(
        engine.get_function_address("f")
    )
    x = rng.integers(0x0010000000000000, 0x7FF0000000000000, 4096).view(np.float64)
    out = np.empty_like(x)
    function(x.ctypes.data, out.ctypes.data, x.size)
    assert same(out, vecarrays.log(x))


def test_shapes():
    assert vecarrays.exp(0.0) == 1 and np.ndim(vecarrays.exp(0.0)) == 0
    assert vecarrays.exp(np.zeros((3, 0))).shape == (3, 0)
    assert vecarrays.log(np.ones((2, 3, 5))).shape == (2, 3, 5)
    got = vecarrays.power(np.array([[2], [3]]), np.arange(3))
    assert got.tolist() == [[1, 2, 4], [1, 3, 9]]
    x = np.arange(1.0, 41).reshape(4, 10)
    assert same(vecarrays.log(x.T[::2]), vecarrays.log(np.ascontiguousarray(x.T[::2])))
    with pytest.raises(ValueError):
        vecarrays.power(np.ones(2), np.ones(3))


@pytest.mark.parametrize("width", [0, 1, 3, 12])
def test_a_wrong_width_is_refused(width):
    with pytest.raises(ValueError, match="power of two"):
        vecmath.definitions(width)


def test_nothing_is_fast_and_nothing_is_declared_twice():
    text = vecmath.definitions(8)
    for flag in (" fast ", " contract ", " reassoc ", " nnan ", " arcp ", " afn ", "llvm.exp", "llvm.log"):
        assert flag not in text
    declared = [line for line in text.splitlines() if line.startswith("declare")]
    assert sorted(declared) == sorted(vecmath.declarations(8).values())
    assert len(set(declared)) == len(declared)


def test_threads_share_one_compilation():
    code = """
import threading
from panmunjom.engine import vecarrays
made = []
init = vecarrays.Routines.__init__
vecarrays.Routines.__init__ = lambda self, *a: (made.append(1), init(self, *a))[1]
out = []
threads = [threading.Thread(target=lambda: out.append(float(vecarrays.exp(1.0)))) for _ in range(8)]
[t.start() for t in threads]
[t.join() for t in threads]
assert len(set(out)) == 1 and len(out) == 8 and len(made) == 1, (out, made)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_compiles_nothing():
    code = "import sys; from panmunjom.engine import vecarrays, vecmath; assert 'llvmlite' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
