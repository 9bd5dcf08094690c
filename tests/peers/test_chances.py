"""Events and choices against the laws of chance: waiting times, competing risks, `either`, and shares of decisions.

Fixed seeds and p-values above 1e-7: false alarms of this file are below one in 100,000. With 200,000 futures a
waiting rate 2% off, a rate of an `either` or a worth (in temperatures) 5% off is seen: the tests compare with such a law too.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from compiled import run_compiled

Array = npt.NDArray[np.float64]
LEAST_P = 1e-7
MANY = 200_000


def p_value(found: Array, shares: Array) -> float:
    """Of counts against shares that add up to one."""
    assert found.sum() == MANY and shares.sum() == pytest.approx(1)
    return float(stats.chisquare(found, shares / shares.sum() * MANY).pvalue)


def waits(flags: Array) -> Array:
    """How many futures an event took in its first, second .. step, and how many were left; flags (steps + 1, n)."""
    return np.append(np.diff(flags.sum(axis=1)), (flags[-1] == 0).sum())


@pytest.mark.parametrize(("rate", "step_days"), [(0.001, 7), (0.05, 1), (0.05, 7), (0.3, 7)])
def test_waiting_times_are_geometric(rate: float, step_days: int) -> None:
    """The step of the first firing: chance p = 1 - exp(-rate step) in every step in which it has not fired."""
    steps = 40
    text = f"events: {{e: {{rate: {rate} / 1 day, once: true}}}}\n"
    flags = run_compiled(text, list(range(steps + 1)), MANY, step_days)["e"]

    def law(rate: float) -> Array:
        k = np.arange(steps + 1)
        left = np.exp(-rate * step_days * k)
        return np.append(left[:-1] - left[1:], left[-1])

    # thin classes at the end are put together
    keep = int((law(rate)[:-1] * MANY > 20).sum())

    def short(x: Array) -> Array:
        return np.append(x[:keep], x[keep:].sum())

    counts = waits(flags)
    assert p_value(short(counts), short(law(rate))) > LEAST_P
    if rate * step_days * steps > 1:  # a rare event does not fire often enough to tell 2%
        assert p_value(short(counts), short(law(1.02 * rate))) < LEAST_P
    naive = rate * step_days  # a chance of rate * step instead
    if naive > 0.04:
        p = naive * np.clip(1 - naive, 0, 1) ** np.arange(steps) if naive < 1 else np.eye(1, steps)[0]
        wrong = short(np.append(p, max(0.0, 1 - p.sum())))
        assert np.any(wrong == 0) or p_value(short(counts), wrong) < LEAST_P


def test_firings_without_memory() -> None:
    """An event that may come again: whether it fires in a step does not depend on whether it fired in the last one."""
    rate, steps = 0.08, 60
    text = f"events: {{e: {{rate: {rate} / 1 day}}}}\n"
    fired = run_compiled(text, list(range(1, steps + 1)), 20_000)["e"]
    p = -math.expm1(-rate)
    assert abs(fired.mean() - p) < 5 * math.sqrt(p * (1 - p) / fired.size)
    table = np.array([[((fired[:-1] == a) & (fired[1:] == b)).sum() for b in (0, 1)] for a in (0, 1)])
    assert stats.chi2_contingency(table, correction=False).pvalue > LEAST_P
    per_future = np.bincount(fired.sum(axis=0).astype(int), minlength=20)[:20]
    law = stats.binom.pmf(np.arange(20), steps, p)
    good = law * 20_000 > 20
    seen, expected = (
        np.append(per_future[good], per_future[~good].sum()),
        np.append(law[good], 1 - law[good].sum()),
    )
    assert stats.chisquare(seen, expected * seen.sum()).pvalue > LEAST_P


EITHER = """
events:
  a: {rate: 0.01 / 1 day, once: true, when: not b and not c and not d}
  b: {rate: 0.03 / 1 day, once: true, when: not a and not c and not d}
  c: {rate: 0.06 / 1 day, once: true, when: not a and not b and not d}
  d: {rate: 0 / 1 day, once: true, when: not a and not b and not c}
  one_of: {either: [a, b, c, d]}
"""


@pytest.mark.parametrize("step_days", [1, 30])
def test_either_splits_in_proportion_to_rates(step_days: int) -> None:
    """Which and when: P(step k, event i) = (rate i / sum) p (1 - p)^(k - 1) with p = 1 - exp(-sum step), at any step.

    Which one fires is independent of when, and never two: also where the chance of a step is 95%.
    """
    steps = 12
    run = run_compiled(EITHER, list(range(steps + 1)), MANY, step_days)
    assert np.max(run["a"] + run["b"] + run["c"] + run["d"]) == 1 and run["d"].max() == 0
    left = np.exp(-0.1 * step_days * np.arange(steps + 1))

    def law(rates: tuple[float, ...]) -> Array:
        return np.concatenate([r / sum(rates) * (left[:-1] - left[1:]) for r in rates] + [left[-1:]])

    counts = np.concatenate(
        [np.diff(run[e].sum(axis=1)) for e in "abc"] + [[MANY - sum(run[e][-1].sum() for e in "abc")]]
    )
    classes = law((0.01, 0.03, 0.06)) * MANY > 20

    def kept(x: Array) -> Array:
        return np.append(x[classes], x[~classes].sum()) if (~classes).any() else x

    def split(x: Array) -> Array:
        return np.append(x[:-1].reshape(3, steps).sum(axis=1), x[-1])

    assert p_value(kept(counts), kept(law((0.01, 0.03, 0.06)))) > LEAST_P
    assert p_value(split(counts), split(law((0.01, 0.03, 0.06)))) > LEAST_P
    assert p_value(split(counts), split(law((0.01, 0.0315, 0.06)))) < LEAST_P


def test_competing_risks_each_with_its_own_luck() -> None:
    """Without `either`, events of one step do not see each other: both fire with the product of their chances.

    The first to fire: a alone pa (1 - pb), b alone pb (1 - pa), both pa pb, each over 1 - (1 - pa)(1 - pb).
    """
    text = """
events:
  a: {rate: 0.02 / 1 day, once: true, when: not b}
  b: {rate: 0.05 / 1 day, once: true, when: not a}
"""
    run = run_compiled(text, [200], MANY, step_days=7)
    pa, pb = -math.expm1(-0.14), -math.expm1(-0.35)
    a, b = run["a"][0] != 0, run["b"][0] != 0
    counts = np.array([(a & ~b).sum(), (b & ~a).sum(), (a & b).sum()], float)
    shares = np.array([pa * (1 - pb), pb * (1 - pa), pa * pb]) / (1 - (1 - pa) * (1 - pb))
    assert p_value(counts, shares) > LEAST_P
    assert p_value(counts, np.array([0.02, 0.05, 0]) / 0.07 * 0.95 + np.array([0, 0, 0.05])) < LEAST_P


CHOICE = """
dimensions: {{side: [north, south]}}
decisions:
  plan:
    by: north
    every: 7 days
    temperature: {temperature}
    options:
      stay: {{worth: 0}}
      push: {{worth: 0.7}}
      talk: {{worth: 1.1}}
      fold: {{worth: -0.9}}
      pray: {{worth: 5, when: "{pray}"}}
"""
WORTHS = np.array([0, 0.7, 1.1, -0.9])


def shares_of(worths: Array, temperature: float) -> Array:
    """The logit law: shares in proportion to exp(worth / temperature)."""
    weights = np.exp((worths - worths.max()) / temperature)
    return np.asarray(weights / weights.sum())


@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_choices_have_the_shares_of_the_logit_law(temperature: float) -> None:
    """Gumbel-max is the softmax exactly; an option that is not open takes part in nothing."""
    chosen = run_compiled(CHOICE.format(temperature=temperature, pray="false"), [1], MANY, 7)["plan"][0]
    counts = np.bincount(chosen.astype(int), minlength=5).astype(float)
    assert counts[4] == 0
    assert p_value(counts[:4], shares_of(WORTHS, temperature)) > LEAST_P
    bent = WORTHS + np.array([0, 0.05 * temperature, 0, 0])
    assert p_value(counts[:4], shares_of(bent, temperature)) < LEAST_P


def test_an_option_that_opens_takes_from_all_and_moves_nobody_else() -> None:
    """Futures that do not take the new option keep their choice; the shares are those of five options."""
    four = run_compiled(CHOICE.format(temperature=2, pray="false"), [1], MANY, 7)["plan"][0]
    five = run_compiled(CHOICE.format(temperature=2, pray="true"), [1], MANY, 7)["plan"][0]
    assert np.array_equal(five[five != 4], four[five != 4]) and (five == 4).any()
    counts = np.bincount(five.astype(int), minlength=5).astype(float)
    assert p_value(counts, shares_of(np.append(WORTHS, 5), 2)) > LEAST_P


def test_choices_of_different_weeks_are_independent() -> None:
    """A contingency table of neighbouring weeks, of weeks of different groups of four draws, and of two futures."""
    chosen = run_compiled(CHOICE.format(temperature=1, pray="false"), [1, 2, 3, 6], MANY, 7)["plan"]
    pairs = [
        (chosen[0], chosen[1]),
        (chosen[1], chosen[2]),
        (chosen[2], chosen[3]),
        (chosen[0, :-1], chosen[0, 1:]),
    ]
    for x, y in pairs:
        table = np.histogram2d(x, y, bins=[range(5), range(5)])[0]
        assert stats.chi2_contingency(table).pvalue > LEAST_P
