"""Sobol points against another implementation, and what scrambling must keep and must destroy."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from panmunjom.engine import sobol

KEY = sobol.key_for(1, 0, "a parameter")


def test_unscrambled_points_are_the_published_ones():
    qmc = pytest.importorskip("scipy.stats.qmc")
    n = np.arange(512)
    gray = n ^ (n >> 1)  # the other implementation's point n is our point n ^ (n >> 1)
    theirs = qmc.Sobol(sobol.DIMENSIONS, scramble=False, bits=32).random(n.size)
    for dimension in range(sobol.DIMENSIONS):
        assert (sobol.words(gray, dimension) / 2.0**32 == theirs[:, dimension]).all(), dimension


def test_the_first_dimensions_by_hand():
    assert (sobol.words(range(8), 0) >> 29).tolist() == [0, 4, 2, 6, 1, 5, 3, 7]
    assert (sobol.words(range(8), 1) >> 29).tolist() == [0, 4, 6, 2, 5, 1, 3, 7]
    assert sobol.words(2**32 - 1, 0) == 2**32 - 1


def test_all_32_digits_are_used():
    for dimension in (0, 1, 2, 500, 1023):
        v = sobol.directions(dimension)
        assert [int(x) & -int(x) for x in v] == [1 << (31 - b) for b in range(32)]


@pytest.mark.parametrize("dimension", [0, 1, 40, 1023])
@pytest.mark.parametrize("first", [0, 1, 4095, 4096, 99_999, 2**32 - 70_000])
def test_a_point_is_the_same_however_it_is_asked_for(dimension, first):
    count = 70_000 if first > 2**20 else 20_000
    whole = sobol.scrambled(range(first, first + count), dimension, KEY)
    n = np.arange(first, first + count)
    assert (whole == sobol.scrambled(n, dimension, KEY)).all()
    order = np.random.default_rng(0).permutation(count)[:3000]
    assert (whole[order] == sobol.scrambled(n[order], dimension, KEY)).all()
    assert (whole[order] == sobol.scrambled(n[order].astype(np.uint64), dimension, KEY)).all()
    assert whole[7] == sobol.scrambled(first + 7, dimension, KEY)
    assert (whole[5:9] == sobol.scrambled(range(first + 5, first + 9), dimension, KEY)).all()
    assert (whole[:20:3] == sobol.scrambled(range(first, first + 20, 3), dimension, KEY)).all()
    square = np.asfortranarray(n[:12].reshape(3, 4))
    assert (sobol.scrambled(square, dimension, KEY) == whole[:12].reshape(3, 4)).all()


def test_runs_longer_than_a_chunk():
    whole = sobol.scrambled(range(100_000), 5, KEY)
    assert (whole[40_000:70_000] == sobol.scrambled(range(40_000, 70_000), 5, KEY)).all()


@pytest.mark.parametrize("dimension", [0, 1, 2, 77, 1023])
def test_every_aligned_block_is_stratified(dimension):
    for k in (1, 3, 8, 12, 14, 17):
        for block in (0, 1, 5):
            x = sobol.scrambled(range(block << k, (block + 1) << k), dimension, KEY + dimension)
            assert (np.sort(x >> np.uint32(32 - k)) == np.arange(1 << k)).all()


def test_scrambling_is_nested():
    """Points with the same first digits keep them the same; different ones stay different."""
    n = np.random.default_rng(3).integers(0, 2**32, 3000)
    before, after = sobol.words(n, 9), sobol.scrambled(n, 9, KEY)
    for depth in (1, 2, 5, 8, 11, 12, 13, 16, 20, 31):
        shift = np.uint32(32 - depth)
        pairs = {(int(a), int(b)) for a, b in zip(before >> shift, after >> shift, strict=True)}
        assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


def test_two_dimensions_keep_their_net():
    """The first two dimensions are a (0, m, 2)-net: one point in every box of area 2^-10 of any shape."""
    n = range(3 * 1024, 4 * 1024)
    x, y = sobol.scrambled(n, 0, 17).astype(np.int64), sobol.scrambled(n, 1, 18).astype(np.int64)
    for wide in range(11):
        box = ((x >> (32 - wide)) << (10 - wide)) | (y >> (22 + wide))
        assert (np.sort(box) == np.arange(1024)).all()


def test_flips_are_fair_and_unrelated():
    """Over many keys, the swaps of any two intervals are independent fair coins, at every depth."""
    keys = [sobol.key_for(7, r, "x") for r in range(4000)]
    upper = np.arange(32) << 27  # 31 intervals of the first five digits
    deep = (0x5A3 << 20) + (np.arange(32) << 15)  # and of digits 13 to 17 in one interval
    flips = []
    # dimension 0 mirrors the index: the index whose first digits are these
    mirrored = [int(f"{v:032b}"[::-1], 2) for v in np.concatenate([upper, deep])]
    for key in keys:
        x = sobol.scrambled(mirrored, 0, key).astype(np.int64) ^ np.concatenate([upper, deep])
        row = []
        for start, top in ((0, 31), (32, 19)):
            for depth in range(5):
                row.append(x[start : start + 32 : 32 >> depth] >> (top - depth) & 1)
        flips.append(np.concatenate(row))
    table = np.array(flips, dtype=float)
    assert table.shape == (4000, 62)
    error = 1 / np.sqrt(len(keys))
    assert np.abs(table.mean(axis=0) - 0.5).max() < 4.5 * error / 2
    correlation = np.corrcoef(table.T) - np.eye(62)
    assert np.abs(correlation).max() < 5.5 * error


def test_every_point_is_uniform():
    u = np.array([sobol.points([0, 5, 12345], 3, sobol.key_for(2, r, "y")) for r in range(3000)])
    edges = np.linspace(0, 1, 11)
    for column in u.T:
        counts, _ = np.histogram(column, edges)
        assert ((counts - 300) ** 2 / 300).sum() < 33  # 9 degrees of freedom: 1 in 7,000


def test_integration_beats_random_points_and_is_unbiased():
    n, replicates = 4096, 60
    estimates = []
    for r in range(replicates):
        x = sobol.points(range(n), 0, sobol.key_for(3, r, "x"))
        y = sobol.points(range(n), 1, sobol.key_for(3, r, "y"))
        estimates.append(np.mean(np.exp(x * y) * np.sin(3 * x + y)))
    x = (np.arange(2000) + 0.5) / 2000
    exact = np.mean(np.exp(np.outer(x, x)) * np.sin(np.add.outer(3 * x, x)))
    spread = np.std(estimates, ddof=1)
    plain = 0.6 / np.sqrt(n)  # the function's standard deviation is about 0.6
    assert spread < plain / 200
    assert abs(np.mean(estimates) - exact) < 4 * spread / np.sqrt(replicates) + 1e-7


def test_dimensions_with_different_keys_are_unrelated():
    n = range(4096)
    u = np.array([sobol.points(n, d, sobol.key_for(1, 0, f"p{d}")) for d in range(40)])
    assert np.abs(np.corrcoef(u) - np.eye(40)).max() < 0.1
    assert ((u > 0) & (u < 1)).all()
    assert np.abs(u.mean(axis=1) - 0.5).max() < 5 / np.sqrt(12 * 4096**3)


def test_points_have_their_place_in_the_middle():
    words = sobol.scrambled(range(100), 6, KEY)
    assert (sobol.points(range(100), 6, KEY) == (words.astype(float) + 0.5) / 2.0**32).all()


def test_keys():
    assert sobol.key_for(1, 2, "a") != sobol.key_for(2, 1, "a") != sobol.key_for(1, 2, "b")
    assert sobol.key_for(1, 23, "a") != sobol.key_for(12, 3, "a")
    assert 0 <= sobol.key_for(2**70, 0, "ще") < 2**64
    assert KEY == sobol.key_for(1, 0, "a parameter") == 0xF1B004117F0387B
    assert sobol.scrambled([0, 1, 2, 2**32 - 1], 11, KEY).tolist() == [
        2064542764,
        3858776497,
        253357746,
        3801910553,
    ]


@pytest.mark.parametrize(
    "call",
    [
        lambda: sobol.words([2**32], 0),
        lambda: sobol.words([-1], 0),
        lambda: sobol.words([0.5], 0),
        lambda: sobol.words(range(2**32 - 1, 2**32 + 1), 0),
        lambda: sobol.words(range(-1, 3), 0),
        lambda: sobol.words([0], 1024),
        lambda: sobol.words([0], -1),
        lambda: sobol.scrambled([0], 0, -1),
        lambda: sobol.scrambled([0], 0, 2**64),
    ],
)
def test_what_is_out_of_range_is_refused(call):
    with pytest.raises(ValueError):
        call()


def test_nothing_asked_nothing_given():
    assert sobol.points([], 0, KEY).shape == (0,)
    assert sobol.points(range(0), 0, KEY).shape == (0,)
    assert sobol.points(np.zeros((2, 0), dtype=int), 0, KEY).shape == (2, 0)


def test_the_package_does_not_import_scipy():
    code = "import sys; from panmunjom.engine import sobol; sobol.points([1], 9, 3)"
    code += "; assert 'scipy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
