"""Noise against its laws: Ornstein-Uhlenbeck, Brownian motion, and how long that takes to reach a barrier.

Fixed seeds. Moments and correlations may be five standard errors off, p-values must be above 1e-7: false alarms of this file
are below one in 20,000. The docstrings say which mistake would still be seen.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from compiled import run_compiled
from worlds import START

Array = npt.NDArray[np.float64]
BOUND, LEAST_P = 5.0, 1e-7
MANY = 200_000
SPREAD, TIME = 0.4, 30.0


def correlated(step_days: int, at: list[int]) -> Array:
    """Correlated noise at the steps in ``at``, in units of its spread."""
    # The stock takes up one step of the noise, so that the noise itself can be read: the change of one step.
    text = f"values: {{x: 'noise({SPREAD}, {TIME} days)'}}\nstocks: {{a: {{start: 0, may_be_negative: true, change: x / 1 day}}}}\n"
    pairs = sorted({k for step in at for k in (step, step + 1)})
    walk = run_compiled(text, pairs, MANY, step_days)["a"]
    place = {k: i for i, k in enumerate(pairs)}
    return np.array([(walk[place[k + 1]] - walk[place[k]]) / (step_days * SPREAD) for k in at])


@pytest.mark.parametrize("step_days", [1, 7, 45])
def test_correlated_noise_is_stationary_and_forgets_exponentially(step_days: int) -> None:
    """Standard normal (times its spread) at every time, correlation exp(-lag / time) at every lag: exact for any step.

    200,000 futures: a spread that is 1% wrong is six standard errors, a time that is 5% wrong at least eight at a lag of one time.
    """
    lag = max(1, round(TIME / step_days))
    x = correlated(step_days, [0, 1, 5, 5 + lag, 5 + 3 * lag])
    for values in x:
        assert abs(values.mean()) < BOUND / math.sqrt(MANY)
        assert abs(values.var() - 1) < BOUND * math.sqrt(2 / MANY)
        assert stats.kstest(values, "norm").pvalue > LEAST_P
    for first, second, steps in ((0, 1, 1), (2, 3, lag), (2, 4, 3 * lag), (0, 2, 5)):
        rho = math.exp(-steps * step_days / TIME)
        found = np.corrcoef(x[first], x[second])[0, 1]
        assert abs(found - rho) < BOUND * (1 - rho**2) / math.sqrt(MANY)
        wrong = math.exp(-steps * step_days / (1.05 * TIME))
        if steps == lag:
            assert abs(found - wrong) > BOUND * (1 - wrong**2) / math.sqrt(MANY)


def test_correlated_noise_has_no_longer_memory() -> None:
    """Given the present, past and future are unrelated: the partial correlation is 0 (a Markov process)."""
    a, b, c = correlated(7, [3, 5, 7])
    ab, bc, ac = (np.corrcoef(x, y)[0, 1] for x, y in ((a, b), (b, c), (a, c)))
    partial = (ac - ab * bc) / math.sqrt((1 - ab**2) * (1 - bc**2))
    assert abs(partial) < BOUND / math.sqrt(MANY)


@pytest.mark.parametrize("step_days", [1, 7])
def test_white_noise_makes_brownian_motion(step_days: int) -> None:
    """Variance s^2 t at all times, increments independent and normal; a spread 1% wrong is six standard errors."""
    s = 0.5
    text = f"stocks: {{a: {{start: 0, may_be_negative: true, change: 'noise({s} / 1 day^0.5)'}}}}\n"
    walk = run_compiled(text, [1, 4, 16, 17, 64], MANY, step_days)["a"]
    for steps, values in zip((1, 4, 16, 17, 64), walk, strict=True):
        z = values / (s * math.sqrt(steps * step_days))
        assert abs(z.mean()) < BOUND / math.sqrt(MANY)
        assert abs(z.var() - 1) < BOUND * math.sqrt(2 / MANY)
        assert stats.kstest(z, "norm").pvalue > LEAST_P
    moves = np.diff(walk, axis=0)
    found = np.corrcoef(moves) - np.eye(len(moves))
    assert np.abs(found).max() < BOUND / math.sqrt(MANY)
    squares = np.corrcoef(moves**2) - np.eye(len(moves))  # not only uncorrelated
    assert np.abs(squares).max() < BOUND / math.sqrt(MANY)


SIEGMUND = 0.5826  # -zeta(1/2) / sqrt(2 pi): a walk looked at in steps overshoots a barrier by that many standard deviations


def reached(days: Array, barrier: float, drift: float, spread: float) -> Array:
    """The chance that Brownian motion with drift has been at the barrier by then (inverse Gaussian law)."""
    root = spread * np.sqrt(days)
    return stats.norm.cdf((drift * days - barrier) / root) + math.exp(
        2 * drift * barrier / spread**2
    ) * stats.norm.cdf(-(drift * days + barrier) / root)


@pytest.mark.parametrize("drift", [0.0, 0.02, -0.01])
def test_first_passage_is_inverse_gaussian(drift: float) -> None:
    """The day on which a walk with drift first stands beyond a barrier of twelve daily standard deviations, up to day 1,000.

    Looked at once a day, it is as if the barrier stood 0.5826 standard deviations of a step further away (D. Siegmund,
    "Corrected diffusion approximations in certain random walk problems", Adv. Appl. Probab. 11 (1979)). The whole
    distribution is compared, at 50 days between; without the correction, with it on the wrong side or with a drift
    or spread 5% off the same comparison fails. 200,000 futures: five standard errors are 0.006 at most, and what
    the correction leaves is below 0.001.
    """
    spread, barrier, horizon = 1.0, 12.0, 1_000
    text = (
        "stocks: {a: {start: 0, may_be_negative: true, "
        f"change: '{drift} / 1 day + noise({spread} / 1 day^0.5)'}}}}\n"
    )
    first = run_compiled(text, [horizon], MANY, questions={"hit": f"a >= {barrier}"})["first hit"][0]
    steps = first - START.toordinal() + 1  # the day is the last one of its step
    days = np.arange(20, horizon + 1, 20.0)
    found = (steps[:, None] <= days).mean(axis=0)

    def agrees(drift: float, spread: float, shift: float) -> bool:
        exact = reached(days, barrier + shift * SIEGMUND * spread, drift, spread)
        return bool(np.all(np.abs(found - exact) < BOUND * np.sqrt(exact * (1 - exact) / MANY) + 0.001))

    assert agrees(drift, spread, 1)
    assert not agrees(drift, spread, 0) and not agrees(drift, spread, -1)
    assert not agrees(drift, 1.05 * spread, 1)
    assert not agrees(drift + 0.05 * 0.02, spread, 1)
