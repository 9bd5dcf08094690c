"""Correlated parameters: the rank correlation that was asked for, margins as they were, everything else untouched.

Statistical tests have fixed seeds; a right engine fails any of them with a probability below 1e-6.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from panmunjom.engine.sampling import Draw, rows
from panmunjom.quantities.distributions import parse_distribution
from worlds import START, build_world, draws_of

WORLD = """
dimensions: {{side: [north, south]}}
parameters:
  aid: {{assume: 15 to 30}}
  calm: {{assume: 10..20}}
  will: {{per: side, assume: "{family}"}}
  free: {{assume: -1 to 1}}
correlations:
  aid_and_will: {{about: why, between: [aid, "will[south]"], rank: {rank}}}
  will_and_calm: {{between: ["will[ south ]", calm], rank: 0.3}}
"""
N = 1 << 15


def table(world, points, fixed: dict[str, str] | None = None) -> dict[str, np.ndarray]:
    draws = draws_of(world, START) | {k: Draw(parse_distribution(v)) for k, v in (fixed or {}).items()}
    found = rows(world, draws, {}, np.asarray(points, dtype=np.uint64), 3)
    return {row.name: found[k] for k, row in enumerate(world.graph.rows)}


def plain(text: str) -> str:
    return text.partition("correlations:")[0]


@pytest.mark.parametrize("family", ["5 to 9", "0 to 9", "30% to 60%", "1..2", "triangular(0, 0, 4)", "gamma(3, 4)", "beta(0.5, 2)", "5 to 9 within 6 to 10"])
@pytest.mark.parametrize("rank", [-0.9, 0.6])
def test_the_rank_correlation_that_was_asked_for(family, rank):
    """Measured Spearman within 0.02: four standard errors of independent draws, which these points beat."""
    text = WORLD.format(family=family, rank=rank)
    found, before = table(build_world(text), range(N)), table(build_world(plain(text)), range(N))
    measured = stats.spearmanr(np.array([found[n] for n in ("aid", "will[south]", "calm", "will[north]", "free")]).T)[0]
    assert measured[0, 1] == pytest.approx(rank, abs=0.02) and measured[1, 2] == pytest.approx(0.3, abs=0.02)
    others = [measured[0, 2], *measured[3, :3], *measured[4, :4]]
    assert np.abs(others).max() < 0.03  # pairs that are not named are independent
    for name in ("will[north]", "free"):
        assert np.array_equal(found[name], before[name])
    for name in ("aid", "calm", "will[south]"):  # margins: the same quantiles as without
        assert stats.ks_2samp(found[name], before[name]).pvalue > 1e-6
        grid = (0.01, 0.1, 0.5, 0.9, 0.99)
        spread = np.ptp(np.quantile(before[name], (0.01, 0.99)))
        assert np.quantile(found[name], grid) == pytest.approx(np.quantile(before[name], grid), abs=0.02 * spread)


def test_a_future_alone_is_the_same_among_many():
    world = build_world(WORLD.format(family="beta(2, 3)", rank=0.6))
    many = table(world, range(1_000))
    for k in (0, 17, 999):
        assert all(table(world, [k])[n][0] == many[n][k] for n in many)
    some = table(world, [999, 5, 17])
    assert all(np.array_equal(some[n], many[n][[999, 5, 17]]) for n in many)


def test_a_view_that_fixes_one_leaves_the_others_alone():
    """The row keeps its dimension and its part in the others."""
    world = build_world(WORLD.format(family="beta(2, 3)", rank=0.6))
    free, fixed = table(world, range(500)), table(world, range(500), {"will[south]": "0.4"})
    assert (fixed["will[south]"] == 0.4).all()
    assert all(np.array_equal(free[n], fixed[n]) for n in free if n != "will[south]")


@pytest.mark.parametrize("rank", [1, -1])
def test_the_ends(rank):
    """Rank 1 is the same draw: one is a rising (falling) function of the other."""
    text = f"parameters: {{a: {{assume: 1 to 2}}, b: {{assume: 5..9}}}}\ncorrelations: {{c: {{between: [a, b], rank: {rank}}}}}\n"
    found = table(build_world(text), range(2_000))
    assert stats.spearmanr(found["a"], found["b"])[0] == pytest.approx(rank, abs=1e-6)


def test_rank_nothing_is_independence():
    text = "parameters: {a: {assume: 1 to 2}, b: {assume: 5 to 9}}\ncorrelations: {c: {between: [a, b], rank: 0}}\n"
    found, before = (table(build_world(t), range(500)) for t in (text, text.partition("corr")[0]))
    assert all(np.array_equal(found[n], before[n]) for n in found)
