"""What is drawn follows its distribution: before a run, and within it when an event draws anew.

Kolmogorov–Smirnov against SciPy with fixed seeds; a right sampler fails one of these tests with a probability below
1e-6 each, some 30 of them below 3e-5 together.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from panmunjom.engine.kernel import Blocks, Kernel
from panmunjom.engine.sampling import at_scores, parts, quantile
from panmunjom.quantities.distributions import FAMILIES, parse_distribution
from panmunjom.world.named import PARTS
from worlds import problems_of, run_world

FALSE_ALARM = 1e-6


def within(frozen, low: float, high: float):
    """SciPy's distribution, cut off."""
    start, end = frozen.cdf(low), frozen.cdf(high)
    return lambda x: (frozen.cdf(np.clip(x, low, high)) - start) / (end - start)


RANGE = stats.lognorm(math.log(2) / 2 / stats.norm.ppf(0.95), scale=math.sqrt(450))
SHAPES = {
    "15 to 30": RANGE.cdf,
    "320 ± 60": stats.norm(320, 60).cdf,
    "10..20": stats.uniform(10, 10).cdf,
    "30% to 60%": lambda x: stats.norm.cdf((np.log(x / (1 - x)) - (LOW + HIGH) / 2) / ((HIGH - LOW) / 2 / 1.6448536269514722)),
    "lognormal(20, 2)": stats.lognorm(math.log(2), scale=20).cdf,
    "triangular(1, 2, 10)": stats.triang(1 / 9, 1, 9).cdf,
    "15 to 30 within 10 to 20": within(RANGE, 10, 20),
    "320 ± 200 within 0 to 400": within(stats.norm(320, 200), 0, 400),
    "10..20 within 12 to 40": within(stats.uniform(10, 10), 12, 40),
    "triangular(1, 2, 10) within 0 to 4": within(stats.triang(1 / 9, 1, 9), 0, 4),
}  # fmt: skip
LOW, HIGH = math.log(0.3 / 0.7), math.log(0.6 / 0.4)
TABLES = {
    "beta(2, 5)": stats.beta(2, 5).cdf,
    "beta(0.5, 0.5)": stats.beta(0.5, 0.5).cdf,
    "pert(10, 20, 50)": stats.beta(2, 4, 10, 40).cdf,
    "gamma(10, 3)": stats.gamma(100 / 9, scale=0.9).cdf,
    "gamma(10, 25)": stats.gamma(0.16, scale=62.5).cdf,
    "beta(2, 5) within 30% to 50%": within(stats.beta(2, 5), 0.3, 0.5),
}


@pytest.mark.parametrize("text", [*SHAPES, *TABLES])
def test_what_is_drawn_before_a_run(text):
    """From uniform numbers and from normal scores, as correlated parameters are."""
    found, cdf = parse_distribution(text), (SHAPES | TABLES)[text]
    u = np.random.default_rng(11).random(20_000)
    assert stats.kstest(quantile(found, u), cdf).pvalue > FALSE_ALARM
    z = np.random.default_rng(12).standard_normal(20_000)
    assert stats.kstest(at_scores(found, z), cdf).pvalue > FALSE_ALARM


@pytest.mark.parametrize("text", [*SHAPES, *TABLES])
def test_arrays_and_single_values_agree(text):
    """The report's medians and intervals are quantiles of what is drawn; one value alone has the same bits as among many."""
    found, z = parse_distribution(text), np.linspace(-5, 5, 41)
    values = at_scores(found, z)
    assert values == pytest.approx([found.quantile_of_z(v) for v in z], rel=1e-9)
    assert [at_scores(found, z[k : k + 1])[0] for k in range(41)] == values.tolist()
    u = (np.arange(41) + 0.5) / 41
    assert [quantile(found, u[k : k + 1])[0] for k in range(41)] == quantile(found, u).tolist()


WORLD = """
parameters:
  size: {{assume: "{0}", drawn: each firing}}
  mood: {{assume: "{0}"}}
stocks:
  total: {{start: 0, may_be_negative: true}}
  kept: {{start: mood, may_be_negative: true}}
events:
  tick: {{rate: 1000 / 1 day, set: {{total: size, mood: redraw, kept: mood}}}}
endings:
  end: {{at_horizon: true}}
"""


@pytest.mark.parametrize("text", SHAPES)
def test_what_is_drawn_within_a_run(text):
    """As the amount of an effect and as a parameter drawn anew; the compiled engine draws the same bits."""
    run = run_world(WORLD.format(text), until=9, futures=2_000)
    cdf = SHAPES[text]
    sizes, moods = run.stock("total")[1:], run.slot("mood")[1:]
    assert stats.kstest(sizes.ravel(), cdf).pvalue > FALSE_ALARM
    assert stats.kstest(moods.ravel(), cdf).pvalue > FALSE_ALARM
    assert len(np.unique(moods)) > 17_000  # each firing anew
    kernel = Kernel(run.built.graph, 8)
    blocks = Blocks(run.evaluator.rows, run.evaluator.luck, len(run.built.graph.slots), 8)
    kernel.start(blocks, run.plan, 1)
    kernel.move(blocks, run.plan, 0, run.plan.count, 1)
    assert np.array_equal(blocks.unpacked(), run.states[-1], equal_nan=True)


@pytest.mark.parametrize("text", TABLES)
def test_what_cannot_be_drawn_within_a_run_is_refused(text):
    found = problems_of(WORLD.format(text))
    assert [p.code for p in found] == ["cannot-redraw", "cannot-redraw"]
    assert "triangular" in found[0].hint and text in found[0].message
    with pytest.raises(ValueError, match="cannot be drawn"):
        parts(parse_distribution(text), 1.0)


def test_the_rows_of_what_is_drawn_anew():
    found = parts(parse_distribution("10..20 within 12 to 40"), 7.0)
    assert tuple(found) == PARTS and found["factor"] == 7 and FAMILIES[int(found["family"])] == "uniform"
    assert (found["start"], found["span"]) == pytest.approx((0.2, 0.8))
    whole = parts(parse_distribution("15 to 30"), 1.0)
    assert (whole["start"], whole["span"], whole["low"], whole["high"]) == (0, 1, -math.inf, math.inf)
