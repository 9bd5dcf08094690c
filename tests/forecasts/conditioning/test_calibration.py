"""Simulation-based calibration of a small world: the filter passes, and filters that are wrong on purpose do not.

Fixed seeds. A filter that is right passes with a smallest adjusted p-value of at least 0.01 in 99 of 100 choices of the seed
(Bonferroni over all tests); the wrong ones come out under 0.001.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from conditioning_worlds import ENDS, filled, series, walk
from panmunjom.case.observed import Series
from panmunjom.forecasts.conditioning.trials import Trial, summed_up
from panmunjom.forecasts.conditioning.wars import LIKELIHOOD, Plan, Wrong, attempt, until_of
from panmunjom.quantities.distributions import Distribution

WARS = 60


def plan(particles: int = 128) -> Plan:
    """A random walk with a drift, four months of figures with an uncertain spread, two months ahead."""
    runner, view = filled(walk())
    seen = series("seen", "level", "x", [1.0] * 4, error="absolute", spread="0.4 to 1.2")
    return Plan(runner, view, [seen], ENDS[3], ENDS[5], particles, 5)


def tried(wrong: Wrong | None = None) -> Trial:
    """So many wars."""
    one = plan()
    return summed_up({}, {k: attempt(one, k, wrong) for k in range(WARS)})


def scaled(factor: float) -> Wrong:
    """The filter is told that figures are off by another spread."""

    def falsify(given: Sequence[Series]) -> list[Series]:
        return [replace(s, spread=times(s.spread, factor)) for s in given]

    return falsify


def times(spread: Distribution, factor: float) -> Distribution:
    """A lognormal distribution with all its values multiplied."""
    assert spread.family == "lognormal"
    return replace(spread, a=spread.a + math.log(factor))


def test_the_filter_finds_truths_as_often_as_it_should() -> None:
    """Parameters, error, state, forecast and likelihood; no war is lost."""
    trial = tried()
    assert not trial.collapsed
    names = {u.name for u in trial.found}
    assert names == {"x_at_start", "drift", "spread of seen", "x now", "x at the end", LIKELIHOOD}
    assert trial.found[0].adjusted > 0.01, trial.found[0]
    assert trial.verdict == "passed"


@pytest.mark.parametrize("factor", [pytest.param(0.25, marks=pytest.mark.slow), 4.0])
def test_a_filter_that_is_told_a_wrong_spread_is_caught(factor: float) -> None:
    """Too narrow or too wide a posterior of what is observed."""
    trial = tried(scaled(factor))
    assert trial.verdict == "failed"
    assert trial.found[0].adjusted < 1e-3


@pytest.mark.slow
def test_a_filter_that_is_told_figures_that_are_too_high_is_caught() -> None:
    """All figures two higher than they were observed."""

    def higher(given: Sequence[Series]) -> list[Series]:
        return [
            replace(s, observations=tuple(replace(o, value=o.value + 2.0) for o in s.observations))
            for s in given
        ]

    assert tried(higher).verdict == "failed"


def test_lost_wars_are_counted_and_too_many_are_no_pass() -> None:
    """A collapsed filter has no ranks; more than one in twenty, and nothing is said to have passed."""
    one = plan()
    wars = {k: attempt(one, k) for k in range(20)}
    wars[3].collapsed, wars[3].ranks = "2024-01-31: lost", {}
    assert summed_up({}, wars).verdict == "passed"
    wars[4].collapsed, wars[4].ranks = "2024-01-31: lost", {}
    trial = summed_up({}, wars)
    assert trial.verdict == "broken" and len(trial.collapsed) == 2


def test_a_war_is_its_number() -> None:
    """The same ranks whenever it is tried; another number is another war."""
    a, b, c = attempt(plan(), 7), attempt(plan(), 7), attempt(plan(), 8)
    assert a.ranks == b.ranks and a.ranks != c.ranks


def test_until_counts_whole_months() -> None:
    assert until_of(date(2024, 7, 1), 12) == date(2025, 6, 30)
    assert until_of(date(2024, 11, 14), 2) == date(2025, 1, 31)
    assert until_of(date(2024, 2, 1), 1) + timedelta(days=1) == date(2024, 3, 1)
