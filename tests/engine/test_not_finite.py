"""Figures that are not finite, too large or below zero, everywhere at once: both engines give the same bits, and nothing dies."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import panmunjom
from panmunjom.analysis.running import Options
from panmunjom.analysis.study import study
from panmunjom.case.new import write_new
from panmunjom.case.records import Setting
from panmunjom.engine.evaluator import Evaluator
from panmunjom.engine.kernel import Blocks, Kernel
from panmunjom.engine.schedule import schedule
from panmunjom.quantities.distributions import Distribution
from panmunjom.text.problems import CaseError
from worlds import build_world, switch_rows

# Every function and every part of a step reads parameters, which are then given values that no case can state.
WORLD = """
dimensions: {side: [north, south]}
relations: {foe: {north: south, south: north}}
tables:
  steep: {points: {-1e100: -1e100, 0: 0, 1e-300: 1e100, 1e100: -1e100}}
  curve: {unit: day, points: {-3: 1, 0: 2, 4: -5}}
parameters:
  a: {assume: 1}
  b: {assume: 1}
  c: {assume: 1}
  rate: {unit: 1/day, assume: 1}
  other: {unit: 1/day, assume: 1}
  span: {unit: day, assume: 1}
  day: {unit: day, assume: 1}
  heat: {assume: 1}
  worth: {assume: 1}
  size: {assume: 1 to 2, drawn: each firing}
  mood: {assume: 0.2..0.8}
stocks:
  x: {start: a, change: b / 1 day, may_be_negative: true}
  y: {per: side, start: a, in: b / 1 day, out: leaving + rate * foe.y}
  z: {start: 1, change: "(lookup(steep, a) + lookup(curve, c) / 1 day) / 1 day", may_be_negative: true}
  noisy: {start: 1, change: "noise(a) * (1 / 1 day)^0.5 + noise(b, span) / 1 day", may_be_negative: true}
  late: {start: 1, change: "(delay1(a, span) + delay3(b, span) + smooth(c, span)) / 1 day", may_be_negative: true}
values:
  leaving: {per: side, unit: 1/day, is: a * mood / 1 day}
  p: "a ^ b + exp(c) + log(a) + sqrt(b) + logistic(c) + softplus(a) + abs(b) + clip(a, b, c) + min(a, b, c) + max(a, b, c)"
  q: step(a, day) + pulse(b, day, span) + ramp(c / 1 day, day, day + span) + if(a < b, b, c) + sum(y over side)
  r: if(held(a > 1, span) or first(b > 0) > day or since(c > 0) < span, 1, 0)
events:
  storm: {rate: rate, until: a > b, add: {x: size, z: p}}
  flood: {when: a == b or not (c > a), take: {"y[north]": size, x: q}, set: {mood: redraw}}
  gust: {rate: other, once: true, set: {x: r, mood: a, "y[south]": b}}
  calm: {when: storm, rate: rate * other * 1 day}
  either_one: {either: [storm, gust]}
decisions:
  choice:
    by: north
    every: 1 month
    when: a < 1e30
    temperature: heat
    options:
      hold: {worth: worth, add: {x: a}}
      go: {when: b >= c, worth: worth * a, take: {"y[north]": c}}
      wait: {worth: 0}
endings:
  long: {stop: true, when: "held(storm, span)"}
  odd: a / b > c
  rest: {at_horizon: true}
"""
HOSTILE = np.array(
    [
        math.nan,
        math.inf,
        -math.inf,
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        2.0,
        7.0,
        1e-320,
        1e-300,
        1e100,
        -1e100,
        1.7e308,
        1e9,
        738_000.0,
        19.5,
    ]
)


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_both_engines_agree_on_what_no_case_can_state(share: float) -> None:
    """4,096 futures, a share of whose rows is hostile: families and factors of what is drawn anew, switches and all."""
    built = build_world(WORLD)
    graph, futures = built.graph, 4096
    luck = np.arange(futures, dtype=np.uint64)
    chance = np.random.default_rng(1)
    values = chance.uniform(0.1, 2.0, (len(graph.rows), futures))
    for index, row in enumerate(graph.rows):
        if row.part == "family":
            values[index] = chance.integers(0, 5, futures)
    spoilt = chance.random(values.shape) < share
    values[spoilt] = chance.choice(HOSTILE, int(spoilt.sum()))
    assert not switch_rows(built)
    plan = schedule(graph, date(2024, 1, 1), date(2024, 4, 1), 7)
    plain = Evaluator(graph, values, luck, plan, 3)
    expected = plain.run(plain.start(), 0, plan.count)
    kernel = Kernel(graph)
    blocks = Blocks(values, luck, len(graph.slots), kernel.width)
    kernel.start(blocks, plan, 3)
    kernel.move(blocks, plan, 0, plan.count, 3, threads=1)
    found = blocks.unpacked()
    differing = [
        s.name for i, s in enumerate(graph.slots) if not np.array_equal(expected[i], found[i], equal_nan=True)
    ]
    assert differing == []
    broken = np.mean(~np.isnan(found[graph.bad_slot]))
    assert broken > 0.5 * share  # most of these futures break, and say so


@pytest.mark.parametrize("figure", [math.nan, math.inf, -math.inf, 1e308])
def test_a_figure_made_in_python_is_refused_unless_finite(tmp_path: Path, figure: float) -> None:
    """A notebook can build a distribution that no text describes."""
    write_new(tmp_path / "siege")
    spoilt = [Setting("stores_at_start", distribution=Distribution("point", figure, 0.0))]
    with pytest.raises(CaseError, match="'stores_at_start' cannot be filled in: its figure must be finite"):
        study(panmunjom.load(tmp_path / "siege"), Options(futures=64, settings=spoilt))
