"""Draws made inside the kernel against their distributions: across futures, and along the steps of a future.

What is drawn each firing and what an event draws anew, of every family; white noise's normal draws. Kolmogorov and Smirnov's test
with 100,000 numbers and more, p above 1e-7 (false alarms of this file below one in 300,000). A spread that is 5% off, or a
place that is off by 4% of the spread, is found: each comparison is made with such a law as well.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from compiled import run_compiled

Array = npt.NDArray[np.float64]
LEAST_P = 1e-7
MANY = 100_000
Z95 = stats.norm.ppf(0.95)

Law = Callable[[Array], Array]


def normal(low: float, high: float, transform: Callable[[Array], Array] = lambda x: x) -> Law:
    """The distribution function of what is normal once transformed, with that 90% interval."""
    a, b = (float(transform(np.array(x))) for x in (low, high))
    return lambda x: stats.norm.cdf(transform(x), (a + b) / 2, (b - a) / (2 * Z95))


def logit(x: Array) -> Array:
    return np.log(x / (1 - x))


FAMILIES: dict[str, Law] = {
    "0..1": stats.uniform.cdf,
    "10..20": stats.uniform(10, 10).cdf,
    "320 ± 60": stats.norm(320, 60).cdf,
    "-3 to 5": normal(-3, 5),
    "15 to 30": normal(15, 30, np.log),
    "30% to 60%": normal(0.3, 0.6, logit),
}


def agrees(found: Array, law: Law) -> None:
    """They follow the law; stretched by 5% about their median, or moved by 4% of their spread, they do not."""
    assert stats.kstest(found, law).pvalue > LEAST_P
    middle, spread = np.median(found), found.std()
    with np.errstate(invalid="ignore", divide="ignore"):
        moved = np.nan_to_num(law(found + 0.04 * spread), nan=1.0)
        stretched = np.nan_to_num(law(middle + 1.05 * (found - middle)), nan=1.0)
    assert stats.kstest(moved, "uniform").pvalue < LEAST_P
    assert stats.kstest(stretched, "uniform").pvalue < LEAST_P


EACH = """
parameters: {{p: {{assume: {written}, drawn: each firing}}}}
stocks: {{a: {{start: 0, may_be_negative: true}}}}
events: {{e: {{rate: 99 / 1 day, add: {{a: p}}}}}}
"""
REDRAW = """
parameters: {{p: {{assume: {written}}}}}
events: {{e: {{rate: 99 / 1 day, set: {{p: redraw}}}}}}
values: {{x: p}}
stocks: {{a: {{start: 0, may_be_negative: true, change: x / 1 day}}}}
"""


@pytest.mark.parametrize("written", FAMILIES)
def test_what_is_drawn_at_each_firing(written: str) -> None:
    """In the second step of 100,000 futures, and in 1,000 steps of 100 futures; neighbours in time are unrelated."""
    a = run_compiled(EACH.format(written=written), [1, 2], MANY)["a"]
    agrees(a[1] - a[0], FAMILIES[written])
    steps = np.diff(run_compiled(EACH.format(written=written), list(range(1_001)), 100)["a"], axis=0)
    agrees(steps.ravel(), FAMILIES[written])
    ranks = stats.rankdata(steps.ravel()).reshape(steps.shape)
    assert abs(np.corrcoef(ranks[:-1].ravel(), ranks[1:].ravel())[0, 1]) < 5.5 / np.sqrt(steps.size)


@pytest.mark.parametrize("written", FAMILIES)
def test_what_an_event_draws_anew(written: str) -> None:
    """The second redraw; it has nothing to do with the first one or with the start's value."""
    a = run_compiled(REDRAW.format(written=written), [0, 1, 2, 3], MANY)["a"]
    start, first, second = np.diff(a, axis=0)
    agrees(second, FAMILIES[written])
    related = np.corrcoef([stats.rankdata(x) for x in (start, first, second)]) - np.eye(3)
    assert np.abs(related).max() < 5.5 / np.sqrt(MANY)


def test_normal_draws_of_white_noise() -> None:
    """One step of 100,000 futures, and 1,000 steps of 100 futures."""
    text = "stocks: {a: {start: 0, may_be_negative: true, change: 'noise(1 / 1 day^0.5)'}}\n"
    agrees(run_compiled(text, [1], MANY)["a"][0], stats.norm.cdf)
    agrees(np.diff(run_compiled(text, list(range(1_001)), 100)["a"], axis=0).ravel(), stats.norm.cdf)


def test_streams_of_one_world_are_unrelated() -> None:
    """Noise, an event's luck and a size drawn at its firing, in the same step: no correlation between any two."""
    text = """
parameters: {p: {assume: 0..1, drawn: each firing}, q: {assume: 0..1, drawn: each firing}}
stocks:
  a: {start: 0, may_be_negative: true}
  b: {start: 0, may_be_negative: true}
  c: {start: 0, may_be_negative: true, change: 'noise(1 / 1 day^0.5)'}
  d: {start: 0, may_be_negative: true, change: 'noise(1 / 1 day^0.5)'}
events:
  e: {rate: 99 / 1 day, add: {a: p, b: q}}
  f: {rate: 0.7 / 1 day}
  g: {rate: 0.7 / 1 day}
"""
    found = run_compiled(text, [1], MANY)
    drawn = np.array([found[name][0] for name in "abcdfg"])
    assert np.abs(np.corrcoef(drawn) - np.eye(6)).max() < 5.5 / np.sqrt(MANY)
    agrees(found["b"][0], stats.uniform.cdf)
