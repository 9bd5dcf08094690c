"""The vector routines over the whole range of doubles, against arbitrary precision: every power of two, and hard places.

``test_vecmath.py`` tests random and special arguments; here every binade has its share, subnormals as well. The largest errors
found in this file and in searches of 40,000 to 150,000 random arguments each, in units in the last place: exp 0.902 (at 548.62),
log 0.892 (at 1.2824), pow 0.788 (of 1.32); the inverse normal is within 6.3e-16 relative (at 6e-321; 5.7e-16 for normal numbers).
"""

from __future__ import annotations

import mpmath
import numpy as np
import numpy.typing as npt
import pytest

from panmunjom.engine import vecarrays

Array = npt.NDArray[np.float64]
TINY = 5e-324
mp = mpmath.mp.clone()
mp.prec = 160
BINADES = np.arange(-1074, 1024)


def ulps(got: Array, exact: list) -> Array:
    """Distances in units of the exact values' last places (of subnormals: of the smallest one)."""

    def one(g: float, e: mpmath.mpf) -> float:
        return float(abs(mp.mpf(float(g)) - e) / mp.ldexp(mp.mpf(1), max(mp.mag(e) - 53, -1074)))

    return np.array([one(g, e) for g, e in zip(got, exact, strict=True)])


def in_binades(exponents: Array, each: int, seed: int) -> Array:
    """Numbers in [2^e, 2^(e + 1)) for every e: the first, the last and some between."""
    rng = np.random.default_rng(seed)
    inside = np.ldexp(1 + rng.random((each, len(exponents))), exponents)
    ends = np.ldexp(1.0, exponents), np.ldexp(2 - 2.0**-52, exponents)
    return np.concatenate([inside.ravel(), *ends])


def test_log_in_every_binade() -> None:
    """Of all positive doubles, to the smallest."""
    x = in_binades(BINADES, 3, 1)
    assert ulps(vecarrays.log(x), [mp.log(mp.mpf(v)) for v in x]).max() < 0.9


def test_log_beside_one() -> None:
    """Where log loses all digits of a careless method: the 500 doubles on each side, and 1 +- 2^-k with neighbours."""
    k = np.arange(1, 501)
    powers = 2.0 ** -np.arange(2, 53)
    x = np.concatenate(
        [
            1 + k * 2.0**-52,
            1 - k * 2.0**-53,
            1 + powers,
            1 - powers,
            np.nextafter(1 + powers, 2),
            np.nextafter(1 - powers, 0),
        ]
    )
    x = x[x != 1]
    assert ulps(vecarrays.log(x), [mp.log(mp.mpf(v)) for v in x]).max() < 0.9


def halfway(f: object, x: Array, most: float) -> Array:
    """Those arguments whose exact value lies within ``most`` ulp of the middle between two doubles."""

    def distance(v: float) -> float:
        exact = abs(f(mp.mpf(float(v))))  # type: ignore[operator]
        units = mp.ldexp(exact, 53 - mp.mag(exact))
        return float(abs(units - mp.floor(units) - 0.5))

    return x[np.array([distance(v) for v in x]) < most]


def test_halfway_cases() -> None:
    """Arguments whose result lies within 1/500 ulp of the middle of two doubles give one of these two, never another."""
    rng = np.random.default_rng(2)
    for routine, exact, x in (
        (vecarrays.exp, mp.exp, rng.uniform(-2, 2, 8_000)),
        (vecarrays.log, mp.log, rng.uniform(0.7, 1.4, 8_000)),
    ):
        hard = halfway(exact, x, 0.002)
        assert len(hard) > 15
        assert ulps(routine(hard), [exact(mp.mpf(float(v))) for v in hard]).max() < 0.503


def test_exp_in_every_binade() -> None:
    """Arguments of both signs from 2^-1074 to where it overflows or is lost, and every result from 2^-1074 to 2^1023."""
    x = in_binades(np.arange(-70, 10), 12, 3)
    tiny = in_binades(np.arange(-1074, -70, 8), 1, 4)
    of_every_result = np.concatenate([(BINADES + f) * np.log(2) for f in (0.001, 0.37, 0.5, 0.999)])
    x = np.concatenate([x, -x, tiny, -tiny, of_every_result])
    x = x[(x > -744.4) & (x < 709.78)]
    assert ulps(vecarrays.exp(x), [mp.exp(mp.mpf(v)) for v in x]).max() < 0.91
    assert np.all(vecarrays.exp(tiny) == 1) and np.all(vecarrays.exp(-tiny) == 1)


def test_exp_where_it_becomes_subnormal() -> None:
    """Results with fewer digits, down to the last one, are rounded once (less than an ulp of a subnormal), and never rise."""
    x = np.linspace(-745.14, -708.2, 4_000)
    found = vecarrays.exp(x)
    assert ulps(found, [mp.exp(mp.mpf(v)) for v in x]).max() < 0.91
    assert np.all(np.diff(found) >= 0)
    ends = np.array([-745.1332191019411, -745.1332191019412, -745.1332191019413])
    assert found[0] == 0 and list(vecarrays.exp(ends)) == [
        float(mp.exp(mp.mpf(v)) > mp.ldexp(1, -1075)) * TINY for v in ends
    ]


def worst_power(x: Array, y: Array) -> float:
    """The largest error where the result is neither lost nor infinite."""
    with np.errstate(all="ignore"):
        size = y * np.log2(np.abs(x))
    inside = (size > -1074) & (size < 1023.99)
    x, y = x[inside], y[inside]
    assert len(x) > 300
    return float(
        ulps(
            np.abs(vecarrays.power(x, y)),
            [mp.power(abs(mp.mpf(a)), mp.mpf(b)) for a, b in zip(x, y, strict=True)],
        ).max()
    )


def test_whole_powers() -> None:
    """Exponents from -1,100 to 1,100 of bases of every size that they allow, of both signs, with the sign of the power."""
    rng = np.random.default_rng(5)
    n = np.repeat(np.concatenate([np.arange(2, 40), np.arange(40, 1_100, 29)]), 24).astype(float)
    n *= np.where(np.arange(n.size) % 2, 1, -1)
    x = np.exp2(rng.uniform(-1073, 1023, n.size) / np.abs(n)) * rng.choice([-1.0, 1.0], n.size)
    assert worst_power(x, n) < 0.9
    assert np.array_equal(np.signbit(vecarrays.power(x, n)), (x < 0) & (n % 2 == 1))


def test_huge_exponents_of_bases_near_one() -> None:
    """(1 + d)^y with d from 2^-52 to 2^-8 and y up to 2^62: a double logarithm alone would lose every digit."""
    rng = np.random.default_rng(6)
    d = np.exp2(rng.uniform(-52, -8, 3_000)) * rng.choice([-1, 1], 3_000)
    x = 1 + d
    x = x[x != 1]
    y = rng.uniform(-744, 709, x.size) / np.log(x)
    assert np.abs(y).max() > 2.0**57
    assert worst_power(x, y) < 0.9
    assert worst_power(x, np.rint(y)) < 0.9  # whole numbers, mostly above 2^32


def test_powers_of_subnormal_bases_and_to_subnormal_results() -> None:
    """Every binade of the base, with exponents that bring it anywhere; then results that keep few digits."""
    rng = np.random.default_rng(7)
    x = in_binades(BINADES[BINADES != 0], 1, 8)
    x = x[np.abs(np.log2(x)) > 1]
    assert worst_power(x, rng.uniform(-1070, 1020, x.size) / np.log2(x)) < 0.9
    x = x[:2_000]
    assert worst_power(x, rng.uniform(-1073, -1020, x.size) / np.log2(x)) < 0.9


def test_the_inverse_normal_in_every_binade() -> None:
    """From 2^-1074 to 1/2, and as near to 1 as there are doubles: within 7e-16 of the exact value (relative), and never falling."""
    low = in_binades(np.arange(-1074, -1), 1, 9)
    near_one = 1 - in_binades(np.arange(-53, -1), 6, 10)
    u = np.unique(np.concatenate([low, near_one[near_one < 1]]))
    found = vecarrays.norm_inv(u)
    assert np.all(np.diff(found) >= 0)
    for value, x in zip(u, found, strict=True):
        if value == 0.5:
            assert x == 0
            continue
        z, p = mp.mpf(float(x)), mp.mpf(float(value))
        tail, wanted = mp.ncdf(-abs(z)), p if value < 0.5 else 1 - p
        # a Newton step in the logarithm, which is nearly straight even where the tail is 1e-320
        step = mp.log(tail / wanted) * tail / mp.npdf(z)
        assert abs(step / z) < 7e-16, value


@pytest.mark.parametrize("name", ["exp", "log"])
def test_never_falling(name: str) -> None:
    """Neighbouring doubles, thousands in a row, around places where the method changes its pieces."""
    for centre in (0.3465735902799726, 0.7071067811865476, 1.0, 1.4142135623730951, 2.0, 37.0, 300.0):
        x = (np.array(centre).view(np.int64) + np.arange(-3_000, 3_001)).view(np.float64)
        assert np.all(np.diff(getattr(vecarrays, name)(x)) >= 0)
