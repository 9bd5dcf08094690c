"""Processes of counting in continuous time, cut into steps: births and deaths, a queue.

Every step an event happens or not, by chances taken from the state at the step's start. So the count is a Markov chain
whose distribution can be computed to the last digit: that is what the kernel is compared with. How far the chain is from
the process in continuous time, whose moments are known on paper, is stated and tested apart.

Fixed seeds. Moments may be five standard errors off and p-values must be above 1e-7: false alarms of this file are below
one in 100,000. A birth or death rate that is 2% wrong is some ten standard errors off; the last test shows that it fails.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from compiled import run_compiled

Array = npt.NDArray[np.float64]
BOUND, LEAST_P = 5.0, 1e-7


def chain(
    births: Callable[[Array], Array], deaths: Callable[[Array], Array], begin: int, states: int, steps: int
) -> Array:
    """The distribution over 0 .. states - 1 after some steps, each with one birth and one death at most; rates per step."""
    n = np.arange(states, dtype=float)
    born, died = 1 - np.exp(-births(n)), 1 - np.exp(-deaths(n))
    up, down = born * (1 - died), died * (1 - born)
    p = np.zeros(states)
    p[begin] = 1
    for _ in range(steps):
        stay = p * (1 - up - down)
        stay[1:] += (p * up)[:-1]
        stay[:-1] += (p * down)[1:]
        p = stay
    assert p[-1] < 1e-12  # nothing of weight was cut off
    return p


def moments(p: Array) -> tuple[float, float]:
    """Mean and variance of a distribution over 0, 1, 2 .."""
    n = np.arange(len(p))
    mean = float(p @ n)
    return mean, float(p @ (n - mean) ** 2)


def chi2(found: Array, p: Array) -> float:
    """The p-value of counts against a distribution; its thin tails are put together until 20 are expected."""
    size = len(found)
    counts = np.bincount(found.astype(int), minlength=len(p))[: len(p)].astype(float)
    low, high = 0, len(p)
    while p[:low].sum() * size < 20:
        low += 1
    while p[high:].sum() * size < 20:
        high -= 1
    seen = np.concatenate([[counts[:low].sum()], counts[low:high], [counts[high:].sum()]])
    expected = size * np.concatenate([[p[:low].sum()], p[low:high], [p[high:].sum()]])
    return float(stats.chisquare(seen, expected * seen.sum() / expected.sum()).pvalue)


def deviations(found: Array, p: Array) -> tuple[float, float]:
    """How many standard errors mean and variance are off."""
    mean, variance = moments(p)
    n = np.arange(len(p))
    fourth = float(p @ (n - mean) ** 4)
    size = len(found)
    return (
        abs(found.mean() - mean) / math.sqrt(variance / size),
        abs(found.var() - variance) / math.sqrt((fourth - variance**2) / size),
    )


BIRTHS = """
stocks: {{n: {{start: 20}}}}
events:
  birth: {{rate: {b} * n / 1 day, add: {{n: 1}}}}
  death: {{rate: {d} * n / 1 day, take: {{n: 1}}}}
"""
B, D, DAYS, HERD = 0.0012, 0.0008, 400, 40_000


@pytest.fixture(scope="module")
def herd() -> Array:
    return run_compiled(BIRTHS.format(b=B, d=D), [100, DAYS], HERD)["n"]


def test_births_and_deaths_follow_their_chain(herd: Array) -> None:
    """Mean, variance and the whole distribution after 100 and 400 days."""
    for found, days in zip(herd, (100, DAYS), strict=True):
        p = chain(lambda n: B * n, lambda n: D * n, 20, 140, days)
        assert max(deviations(found, p)) < BOUND
        assert chi2(found, p) > LEAST_P


def test_the_chain_is_near_births_and_deaths_in_continuous_time() -> None:
    """Mean n0 exp((b-d)t), variance n0 (b+d)/(b-d) g (g-1) with g = exp((b-d)t); steps of a day are off by less than 0.5% and 5%.

    Half the step, half the error: what remains is the step's, not a mistake.
    """
    g = math.exp((B - D) * DAYS)
    mean, variance = 20 * g, 20 * (B + D) / (B - D) * g * (g - 1)
    off = []
    for parts in (1, 2, 4):
        p = chain(lambda n, h=1 / parts: B * n * h, lambda n, h=1 / parts: D * n * h, 20, 140, DAYS * parts)
        m, v = moments(p)
        off.append((abs(m / mean - 1), abs(v / variance - 1)))
    assert off[0][0] < 0.005 and off[0][1] < 0.05
    for coarse, fine in pairwise(off):
        assert coarse[0] / fine[0] == pytest.approx(2, rel=0.1) and coarse[1] / fine[1] == pytest.approx(
            2, rel=0.1
        )


def test_extinction_is_as_likely_as_the_chain_says() -> None:
    """A dying herd of two, steps of a week: the share that is gone, and nobody comes back."""
    births, deaths = 0.01, 0.03
    text = BIRTHS.format(b=births, d=deaths).replace("start: 20", "start: 2")
    found = run_compiled(text, [5, 10, 20], 60_000, step_days=7)["n"]
    assert np.all(found[1][found[0] == 0] == 0) and np.all(found[2][found[1] == 0] == 0)
    for k, steps in enumerate((5, 10, 20)):
        p = chain(lambda n: births * 7 * n, lambda n: deaths * 7 * n, 2, 60, steps)
        gone = float((found[k] == 0).mean())
        assert abs(gone - p[0]) < BOUND * math.sqrt(p[0] * (1 - p[0]) / 60_000)


QUEUE = """
stocks: {{n: {{start: 0}}}}
events:
  arrival: {{rate: {a} / 1 day, add: {{n: 1}}}}
  service: {{when: n > 0, rate: {s} / 1 day, take: {{n: 1}}}}
"""
A, S, LINES = 0.035, 0.05, 10_000


@pytest.fixture(scope="module")
def lines() -> Array:
    return run_compiled(QUEUE.format(a=A, s=S), [16_000, 18_000], LINES)["n"]


def steady(arrivals: float, services: float) -> Array:
    """The chain's stationary law: geometric from 1 on, with the ratio a (1 - s) / (s (1 - a)) of the chances a step."""
    a, s = -math.expm1(-arrivals), -math.expm1(-services)
    ratio = a * (1 - s) / (s * (1 - a))
    p = np.concatenate([[1.0], a / (s * (1 - a)) * ratio ** np.arange(120)])
    return p / p.sum()


def test_a_queue_in_steady_state_follows_its_chain(lines: Array) -> None:
    """The length of an M/M/1 queue (load 0.7), long after its start: mean, variance, whole distribution."""
    p = steady(A, S)
    for found in lines:
        assert max(deviations(found, p)) < BOUND
        assert chi2(found, p) > LEAST_P


def test_the_queue_is_near_mm1(lines: Array) -> None:
    """In continuous time P(n) = (1 - r) r^n and the mean is r / (1 - r), r = 0.7.

    With 3.5 arrivals and 5 services in a hundred steps each share is within 0.006 and the mean within 1.5%; the error is the step's.
    """
    r = A / S
    p, exact = steady(A, S), (1 - r) * r ** np.arange(121)
    assert np.abs(p - exact).max() < 0.006
    assert moments(p)[0] == pytest.approx(r / (1 - r), rel=0.015)
    assert np.abs(steady(A / 2, S / 2) - exact).max() == pytest.approx(np.abs(p - exact).max() / 2, rel=0.05)
    mean = r / (1 - r)
    assert abs(lines[1].mean() - mean) < BOUND * math.sqrt(r / LINES) / (1 - r) + 0.015 * mean


def test_rates_two_percent_off_are_noticed(herd: Array, lines: Array) -> None:
    """The same comparisons fail for births, deaths, arrivals or services that are 2% (herd) or 5% (queue) from what ran."""
    for b, d in ((1.02, 1), (1, 1.02), (0.98, 1), (1, 0.98)):
        p = chain(lambda n, b=b: B * b * n, lambda n, d=d: D * d * n, 20, 140, DAYS)
        assert max(deviations(herd[1], p)) > BOUND
    for a, s in ((1.05, 1), (1, 1.05), (0.95, 1), (1, 0.95)):
        assert max(deviations(lines[1], steady(A * a, S * s))) > BOUND
