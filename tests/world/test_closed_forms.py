"""Small worlds whose answer is known on paper, run by the plain evaluator.

Statistical tests use fixed seeds and bounds of five standard errors: false alarms are one in 1.7 million.
"""

from __future__ import annotations

import math
from datetime import date
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


LANCHESTER = """
stocks:
  a: {start: 100, out: 0.004 * b / 1 day}
  b: {start: 80, out: 0.005 * a / 1 day}
"""


def test_lanchesters_square_law():
    """beta A^2 - alpha B^2 stays what it was; Euler's drift falls with the step (order one)."""
    drift = []
    for step_days in (4, 2, 1):
        run = run_world(LANCHESTER, until=120 // step_days, step_days=step_days)
        law = 0.005 * run.stock("a")[:, 0] ** 2 - 0.004 * run.stock("b")[:, 0] ** 2
        drift.append(abs(law[-1] - law[0]))
        # with Euler the law shrinks by exactly (1 - alpha beta h^2) a step
        assert law[-1] == pytest.approx(
            law[0] * (1 - 0.004 * 0.005 * step_days**2) ** (120 // step_days), rel=1e-10
        )
    for coarse, fine in pairwise(drift):
        assert coarse / fine == pytest.approx(2, rel=0.05)


def iwo_jima(defenders: int, days: int, per_day: int) -> tuple[float, float]:
    """Engel's model (Journal of the Operations Research Society of America 2(2), 1954) with small steps.

    A step is a whole number of days, so one day of the battle is written as ``per_day`` days of the calendar.
    """
    start = date(2000, 1, 1).toordinal()

    def day(k: float) -> str:
        return date.fromordinal(start + round(k * per_day)).isoformat()

    text = f"""
units: {{man: }}
parameters: {{scale: {{unit: day, assume: {per_day}}}}}
values:
  landed:
    unit: man/day
    is: >-
      (pulse(54000 man, date("{day(0)}"), {per_day} days) + pulse(6000 man, date("{day(2)}"), {per_day} days)
      + pulse(13000 man, date("{day(5)}"), {per_day} days)) / scale
stocks:
  a: {{unit: man, start: 0, in: landed, out: 0.0544 * b / scale}}
  b: {{unit: man, start: {defenders} man, out: 0.0106 * a / scale}}
"""
    run = run_world(text, start=date(2000, 1, 1), until=days * per_day, step_days=1)
    return float(run.stock("a")[-1, 0]), float(run.stock("b")[-1, 0])


@pytest.mark.parametrize(
    ("defenders", "day", "attackers", "left"),
    [
        (21_000, 6, 66_617, 17_769),
        (21_000, 20, 56_628, 8_709),
        (21_000, 28, 53_863, 4_039),
        (21_500, 10, 62_778, 15_537),
        (21_500, 28, 53_042, 4_656),
        (21_500, 36, 51_985, 217),
    ],
)
def test_iwo_jima(defenders, day, attackers, left):
    """The exact solution of Engel's equations at several days, by steps of 1/200 day:
    within 15 men of 73,000.
    """
    a, b = iwo_jima(defenders, day, 200)
    assert a == pytest.approx(attackers, abs=15) and b == pytest.approx(left, abs=15)


PARITY = """
units: {man: , unit: }
dimensions: {side: [a, b]}
relations: {foe: {a: b, b: a}}
parameters:
  drafted: {per: side, unit: man/week, assume: {a: 3000, b: 2000}}
stocks:
  troops: {per: side, unit: man, start: {a: 300000 man, b: 250000 man}, in: drafted, out: killed}
  materiel: {per: side, unit: unit, start: {a: 1000000 unit, b: 800000 unit}, in: 30000 unit/week, out: fire}
values:
  fire:
    per: side
    unit: unit/week
    is: min(materiel, 10000 unit + 0.02 * materiel) / 1 week
  killed:
    per: side
    unit: man/week
    is: min(troops / 1 week, 0.001 * foe.fire * 40 man/unit)
"""


def test_parity_with_other_programs():
    """The same two-sided model in PySD and in another simulator ends with side a at 775958.1332097116."""
    run = run_world(PARITY, until=260)
    assert run.stock("troops[a]")[-1, 0] == pytest.approx(775958.1332097116, rel=1e-11)


# -- chance


def test_waiting_for_an_event_is_exponential():
    """The share still waiting after k steps is exp(-rate * k * step),
    at every k up to where a hundred are left.
    """
    n, rate = 20_000, 0.02
    run = run_world(f"events: {{e: {{rate: {rate} / 1 day, once: true}}}}\n", until=30, futures=n)
    waiting = (~run.flag("e")).sum(axis=1)
    for k in range(1, 31):
        p = math.exp(-rate * 7 * k)
        assert abs(waiting[k] / n - p) < BOUND * math.sqrt(p * (1 - p) / n)
    steps = run.flag("e").argmax(axis=0)[run.flag("e")[-1]]  # 1 is the first step
    q = math.exp(-rate * 7)
    mean = 1 / (1 - q) - 30 * q**30 / (1 - q**30)  # of a geometric law cut at 30
    assert abs(steps.mean() - mean) < BOUND * steps.std() / math.sqrt(len(steps))


def test_births_and_deaths():
    """A linear birth-death process with rates b and d, started from n0.

    Mean n0 exp((b-d)t), variance n0 (b+d)/(b-d) exp((b-d)t) (exp((b-d)t) - 1). A step of a day allows one
    birth and one death at most: 3% of the growth and 5% of the variance are allowed for that.
    """
    n, start, births, deaths, days = 4_000, 20, 0.0012, 0.0008, 400
    text = f"""
stocks: {{a: {{start: {start}}}}}
events:
  birth: {{rate: {births} * a / 1 day, add: {{a: 1}}}}
  death: {{rate: {deaths} * a / 1 day, take: {{a: 1}}}}
"""
    final = run_world(text, until=days, step_days=1, futures=n).stock("a")[-1]
    growth = math.exp((births - deaths) * days)
    mean = start * growth
    variance = start * (births + deaths) / (births - deaths) * growth * (growth - 1)
    assert abs(final.mean() - mean) < BOUND * math.sqrt(variance / n) + 0.03 * (mean - start)
    assert abs(final.var() - variance) < (BOUND * math.sqrt(2 / n) + 0.05) * variance


def test_correlated_noise_is_ornstein_uhlenbeck():
    """Mean 0, the stationary spread at every time, and correlation exp(-lag / time): exact for any step."""
    n, spread, time = 20_000, 0.4, 60.0
    run = run_world(f"values: {{x: 'noise({spread}, {time} days)'}}\n", until=20, futures=n)
    x = run.value("x")
    for k in (0, 1, 7, 20):
        assert abs(x[k].mean()) < BOUND * spread / math.sqrt(n)
        assert abs(x[k].std() - spread) < BOUND * spread / math.sqrt(2 * n)
    for lag in (1, 4, 12):
        rho = math.exp(-7 * lag / time)
        found = np.corrcoef(x[3], x[3 + lag])[0, 1]
        assert abs(found - rho) < BOUND * (1 - rho**2) / math.sqrt(n) + 1e-9


def test_a_random_walk_by_white_noise():
    """Variance grows in proportion to time; increments are independent and normal."""
    from scipy import stats

    n = 20_000
    text = "stocks: {a: {start: 0, may_be_negative: true, change: 'noise(0.5 / 1 day^0.5)'}}\n"
    walk = run_world(text, until=16, futures=n).stock("a")
    for k in (1, 4, 16):
        sd = 0.5 * math.sqrt(7 * k)
        assert abs(walk[k].std() - sd) < BOUND * sd / math.sqrt(2 * n)
    first, second = walk[4], walk[8] - walk[4]
    assert abs(np.corrcoef(first, second)[0, 1]) < BOUND / math.sqrt(n)
    assert stats.kstest(walk[16] / (0.5 * math.sqrt(112)), "norm").pvalue > 1e-6


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
