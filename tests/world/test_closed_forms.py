"""Small worlds whose answer is known on paper, run by the plain evaluator.

Statistical tests use fixed seeds and bounds of five standard errors: false alarms are one in 1.7 million.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from worlds import run_world

BOUND = 5.0  # standard errors


def errors(text: str, stock: str, expected: float, days: int, steps: tuple[int, ...]) -> list[float]:
    """How far a stock is from the exact solution after some days, for several lengths of the step."""
    found = []
    for step_days in steps:
        run = run_world(text, until=days // step_days, step_days=step_days)
        found.append(abs(float(run.stock(stock)[-1, 0]) - expected))
    return found


# -- deterministic


def test_decay_is_exactly_eulers():
    """N(k) = N(0) (1 - r h)^k, to the last bits."""
    text = "stocks: {a: {start: 1000, out: 0.01 * a / 1 day}}\n"
    for step_days in (1, 7):
        run = run_world(text, until=100, step_days=step_days)
        assert run.stock("a")[:, 0] == pytest.approx(
            1000 * (1 - 0.01 * step_days) ** np.arange(101), rel=1e-12
        )


def test_decay_comes_nearer_to_the_exponential_in_proportion_to_the_step():
    text = "stocks: {a: {start: 1000, out: 0.01 * a / 1 day}}\n"
    found = errors(text, "a", 1000 * math.exp(-1.12), 112, (8, 4, 2, 1))
    for coarse, fine in pairwise(found):
        assert coarse / fine == pytest.approx(2, rel=0.06)


def test_logistic_growth():
    """N(t) = K / (1 + (K/N0 - 1) exp(-r t)); Euler's error falls with the step."""
    text = "stocks: {a: {start: 10, change: 0.05 * a * (1 - a / 1000) / 1 day}}\n"
    exact = 1000 / (1 + 99 * math.exp(-0.05 * 112))
    found = errors(text, "a", exact, 112, (8, 4, 2, 1))
    assert found[-1] < 0.03 * exact
    for coarse, fine in pairwise(found):
        assert coarse / fine == pytest.approx(2, rel=0.15)


# -- with chance


def test_mean_reversion_has_its_stationary_variance():
    """dx = -x/T dt + s dW by Euler: variance s^2 h / (1 - (1 - h/T)^2), which tends to s^2 T / 2."""
    n, time, s, h = 20_000, 30.0, 0.2, 7
    change = f"-a / {time} day + noise({s} / 1 day^0.5)"
    text = f"stocks: {{a: {{start: 0, may_be_negative: true, change: '{change}'}}}}\n"
    final = run_world(text, until=100, step_days=h, futures=n).stock("a")[-1]
    variance = s**2 * h / (1 - (1 - h / time) ** 2)
    assert abs(final.var() - variance) < BOUND * variance * math.sqrt(2 / n)
    assert variance == pytest.approx(s**2 * time / 2, rel=0.15)


def test_draws_follow_their_distributions():
    """Scrambled Sobol points through the inverse: moments and quantiles of what was written."""
    n = 4_096
    text = """
parameters:
  flat: {assume: 10..20}
  normal: {assume: 320 ± 60}
  skewed: {assume: 15 to 30}
  share: {assume: 30% to 60%}
  fixed: {assume: 7}
values: {a: flat, b: normal, c: skewed, d: share, e: fixed}
"""
    run = run_world(text, until=1, futures=n)
    for name, low, high in (
        ("a", 10.5, 19.5),
        ("b", 320 - 98.69, 320 + 98.69),
        ("c", 15, 30),
        ("d", 0.3, 0.6),
    ):
        found = np.quantile(run.value(name)[0], [0.05, 0.95])
        assert found == pytest.approx([low, high], rel=0.01)
    assert np.all(run.value("e") == 7)


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("10..20", 10.5, 19.5),
        ("320 ± 60", 221.3, 418.7),
        ("15 to 30", 15, 30),
        ("30% to 60%", 0.3, 0.6),
        ("4", 4, 4),
    ],
)
def test_draws_at_a_firing_follow_their_distributions(written, low, high):
    """What an event draws anew comes from the same law as what is drawn once."""
    n = 20_000
    text = (
        f"parameters: {{p: {{assume: {written}}}}}\n"
        f"events: {{e: {{rate: 99 / 1 day, set: {{p: redraw}}}}}}\n"
        f"values: {{x: p}}\n"
    )
    found = run_world(text, until=1, futures=n).value("x")[1]
    for share, expected in ((0.05, low), (0.95, high)):
        below = (found < expected).mean()
        assert written == "4" or abs(below - share) < BOUND * math.sqrt(share * (1 - share) / n)
    assert written != "4" or np.all(found == 4)
