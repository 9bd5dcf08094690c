"""Conditioned ensembles against posteriors in closed form.

Fixed seeds. An estimate from n draws may be off by 5 × 6 / sqrt(n) posterior standard deviations: over a dozen seeds its own error was
1 to 5 / sqrt(n), so that false alarms are below one in a million while the sampler is what it is. The docstrings say what would
still be seen.
"""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from conditioning_worlds import ENDS, START, counted, filled, hazard, kalman, series, walk
from panmunjom.forecasts.conditioning import Conditioned, condition
from panmunjom.forecasts.conditioning.coordinates import below

Array = npt.NDArray[np.float64]
DRAWS, SEEDS = 1024, 4
BOUND = 5 * 6 / math.sqrt(DRAWS * SEEDS)
WALKED = [0.5, 3.1, 4.0, 5.2, 5.9, 9.0, 8.5, 9.5, 11.0, 11.5, 13.0, 16.0]


def close(values: Array, mean: float, sd: float) -> None:
    """Mean and spread are those of a posterior, within the bound."""
    assert abs(values.mean() - mean) < BOUND * sd
    assert abs(values.std() / sd - 1) < BOUND


def test_a_random_walk_agrees_with_the_kalman_filter() -> None:
    """State, drift, their correlation and the log evidence of twelve figures with noise.

    The prior mean of the drift is two posterior standard deviations away, its prior spread three times the posterior's;
    the evidence of a filter that forgot one figure is off by more than 1, ten times what is allowed here.
    """
    runner, view = filled(walk())
    seen = series("seen", "level", "x", WALKED, error="absolute", spread="0.5")
    exact = kalman(WALKED, 0.5)
    found = [condition(runner, view, [seen], ENDS[-1], DRAWS, seed) for seed in range(SEEDS)]
    assert not any(c.collapsed for c in found)
    sd = np.sqrt(np.diag(exact.covariance))
    x = np.concatenate([c.forecast(date(2025, 1, 31), ENDS[-1:], ["x"])["x"][0] for c in found])
    drift = np.concatenate([c.parameters["drift"] for c in found])
    close(x, exact.mean[0], sd[0])
    close(drift, exact.mean[1], sd[1])
    rho = exact.covariance[0, 1] / (sd[0] * sd[1])
    assert abs(np.corrcoef(x, drift)[0, 1] - rho) < BOUND
    evidence = np.mean([c.log_evidence for c in found])
    assert abs(evidence - exact.log_evidence) < 0.75
    forgetful = kalman(WALKED[:-1], 0.5)
    assert abs(forgetful.log_evidence - exact.log_evidence) > 0.75


def test_a_random_walk_is_forecast_as_the_kalman_filter_does() -> None:
    """Fifty days on: the mean moves with the drift, the variance grows with the drift's and with fresh luck."""
    runner, view = filled(walk())
    seen = series("seen", "level", "x", WALKED, error="absolute", spread="0.5")
    exact = kalman(WALKED, 0.5)
    move = np.array([1.0, 50.0])
    mean, var = move @ exact.mean, move @ exact.covariance @ move + 0.04 * 50
    day = ENDS[-1] + timedelta(days=50)
    found = [
        condition(runner, view, [seen], ENDS[-1], DRAWS, s).forecast(day, [day], ["x"]) for s in range(SEEDS)
    ]
    close(np.concatenate([f["x"][0] for f in found]), mean, math.sqrt(var))


def test_a_rate_behind_a_biased_count_has_its_normal_posterior() -> None:
    """Monthly totals with a lognormal bias: log(rate) and log(bias) are jointly normal.

    Prior spreads of log 1.5 and log 1.3 that no figure can tell apart: a filter that treated the bias as known, or drew it anew
    for each figure, would leave a third of the rate's spread.
    """
    days = np.diff([0, *[(day - START).days + 1 for day in ENDS[:6]]])
    values = [float(60 * d * f) for d, f in zip(days, (1.1, 0.9, 1.3, 1.0, 0.8, 1.2), strict=True)]
    spread = 0.2
    seen = series("count", "total", "lost", values, bias="lognormal(1.2, 1.3)", spread=str(spread))
    prior = np.diag([math.log(1.5) ** 2, math.log(1.3) ** 2])
    start = np.array([math.log(50), math.log(1.2)])
    look, size = np.array([1.0, 1.0]), len(values)
    y = float(np.mean(np.log(np.array(values) / days)))
    variance = look @ prior @ look + spread**2 / size
    mean = start + prior @ look / variance * (y - look @ start)
    cov = prior - np.outer(prior @ look, look @ prior) / variance
    runner, view = filled(counted())
    found = [condition(runner, view, [seen], ENDS[5], DRAWS, seed) for seed in range(SEEDS)]
    close(np.concatenate([np.log(c.parameters["rate"]) for c in found]), mean[0], math.sqrt(cov[0, 0]))
    bias = np.concatenate([np.log(c.parameters["bias of count"]) for c in found])
    close(bias, mean[1], math.sqrt(cov[1, 1]))


def test_what_would_be_observed_has_bias_and_error() -> None:
    """The next month's figure: the posterior of log(rate × bias) and the error of one figure."""
    runner, view = filled(counted())
    seen = series("count", "total", "lost", [1900.0], bias="lognormal(1.2, 1.3)", spread="0.2")
    variance = math.log(1.5) ** 2 + math.log(1.3) ** 2
    start = math.log(50 * 1.2)
    gain = variance / (variance + 0.04)
    mean = start + gain * (math.log(1900 / 31) - start)
    logs = []
    for seed in range(SEEDS):
        found = condition(runner, view, [seen], ENDS[0], DRAWS, seed)
        truth = np.diff(found.forecast(ENDS[1], ENDS[:2], ["lost"])["lost"], axis=0)
        logs.append(np.log(found.observed(seen, truth, "next") / 29)[0])
    close(np.concatenate(logs), mean, math.sqrt(variance * (1 - gain) + 0.04))


def test_a_hazard_that_has_not_struck_has_its_gamma_posterior() -> None:
    """A war that goes on for a year: gamma(a, b) becomes gamma(a, b + 1 year), and the evidence is (b / (b + t))^a."""
    runner, view = filled(hazard())
    until = ENDS[-1]
    goes_on = series("goes_on", "fact", "war", [1.0] * 12)
    a, b = 1.5**2, 1.5
    found = [condition(runner, view, [goes_on], until, DRAWS, seed) for seed in range(SEEDS)]
    years = 53 * 7 / 365.25  # to the end of the step that holds the last day
    posterior = stats.gamma(a, scale=1 / (b + years))
    rates = np.concatenate([c.parameters["end_rate"] for c in found]) * 365.25
    close(rates, posterior.mean(), posterior.std())
    assert abs(np.mean([c.log_evidence for c in found]) - a * math.log(b / (b + years))) < BOUND
    for c in found:
        assert not c.answers["peace"][1].any()


def test_forecast_of_a_hazard_counts_only_time_that_is_left() -> None:
    """Whether it ends in the next 26 weeks, given that it has not: 1 - ((b + t) / (b + t + s))^a."""
    runner, view = filled(hazard())
    goes_on = series("goes_on", "fact", "war", [1.0] * 12)
    a, b, years, more = 1.5**2, 1.5, 53 * 7 / 365.25, 26 * 7 / 365.25
    shares = []
    for seed in range(SEEDS):
        found = condition(runner, view, [goes_on], ENDS[-1], DRAWS, seed)
        shares.append(found.forecast(START + timedelta(days=79 * 7), [], []).answers["peace"][1].mean())
    expected = 1 - ((b + years) / (b + years + more)) ** a
    assert abs(np.mean(shares) - expected) < BOUND * math.sqrt(expected * (1 - expected))


def test_the_normal_distribution_function() -> None:
    """Against SciPy's, over all scores that occur: all digits of a probability, eight of one in the far tail."""
    z = np.linspace(-9, 9, 4001)
    assert np.abs(below(z) - stats.norm.cdf(z)).max() < 1e-15
    assert np.abs(below(z) / stats.norm.cdf(z) - 1).max() < 1e-7


@pytest.mark.parametrize("seed", [3])
def test_a_world_that_cannot_have_it_collapses_and_says_so(seed: int) -> None:
    """A figure that no future can have: the date, the series and that nothing was near."""
    runner, view = filled(hazard())
    back = [series("goes_on", "fact", "war", [1.0, 0.0, 1.0])]
    found: Conditioned = condition(runner, view, back, ENDS[2], DRAWS, seed)
    assert "2024-03-31" in found.collapsed and "'goes_on'" in found.collapsed
    assert "no future" in found.collapsed
    assert found.ess[-1][1] == 0
