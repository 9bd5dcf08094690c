"""The compiled engine and the plain evaluator agree bit for bit: on worlds made at random and on the shipped case."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from panmunjom.engine.evaluator import Evaluator
from panmunjom.engine.kernel import Blocks, Kernel
from panmunjom.engine.sampling import Draw, rows
from panmunjom.engine.schedule import schedule
from panmunjom.text.nodes import read_text
from panmunjom.text.problems import Problems
from panmunjom.world.build import Built, build
from panmunjom.world.reading import WorldReader

START = date(2024, 11, 14)

# What formulas may read. Two sides, so that members, `foe` and bare names occur.
NUMBERS = [
    "a",
    "b",
    "x",
    "y[north]",
    "y[south]",
    "1",
    "0.25",
    "-2.5",
    "noise(0.3, 2 months)",
    "smooth(x, 1 month)",
    "delay(x, 3 weeks)",
    "delay(y[north] - delay(x, 1 day), 1 month)",
    "delay(noise(0.3, 2 months), 12 days)",
    "0 * w",
]
STEADY = [n for n in NUMBERS if "noise" not in n and "delay" not in n] + ["delay3(y[south], 1 month)"]
FLAGS = [
    "storm",
    "calm",
    "true",
    "x > 1",
    "held(storm, 1 month)",
    "first(storm) > date('2025-01-01')",
    "fired(calm)",
    "choice.hold",
]


def numbers(leaves: list[str] = NUMBERS, facts: list[str] = FLAGS) -> st.SearchStrategy[str]:
    """Formulas of a number, also ones that overflow or are not defined."""

    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        two = st.tuples(inner, inner)
        return st.one_of(
            st.tuples(st.sampled_from(["+", "-", "*", "/", "^"]), two).map(
                lambda t: f"({t[1][0]} {t[0]} {t[1][1]})"
            ),
            st.tuples(st.sampled_from(["min", "max"]), two).map(lambda t: f"{t[0]}({t[1][0]}, {t[1][1]})"),
            st.tuples(st.sampled_from(["exp", "log", "sqrt", "abs", "logistic", "softplus"]), inner).map(
                lambda t: f"{t[0]}({t[1]})"
            ),
            st.tuples(flags(inner, facts), two).map(lambda t: f"if({t[0]}, {t[1][0]}, {t[1][1]})"),
            st.tuples(inner, two).map(lambda t: f"clip({t[0]}, {t[1][0]}, {t[1][1]})"),
            st.tuples(inner).map(lambda t: f"sum(({t[0]}) * y over side)"),
        )

    return st.recursive(st.sampled_from(leaves), grow, max_leaves=6)


def flags(inner: st.SearchStrategy[str], facts: list[str] = FLAGS) -> st.SearchStrategy[str]:
    """Conditions over formulas."""
    compare = st.tuples(inner, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), inner).map(
        lambda t: f"({t[0]} {t[1]} {t[2]})"
    )
    simple = st.one_of(st.sampled_from(facts), compare)
    return st.one_of(
        simple,
        simple.map(lambda f: f"(not {f})"),
        st.tuples(simple, st.sampled_from(["and", "or"]), simple).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
    )


@st.composite
def worlds(draw: st.DrawFn) -> str:
    """The text of a valid world."""
    number, flag = numbers(), flags(st.sampled_from(NUMBERS))
    n = lambda: draw(number)  # noqa: E731
    either = "\n  pair: {either: [storm, flood]}" if draw(st.booleans()) else ""
    stop = "stop: true, " if draw(st.booleans()) else ""
    lasting = draw(st.sampled_from(['until: "fired(flood)"', "once: true", 'until: "x > 3"']))
    return f"""
units: {{}}
dimensions: {{side: [north, south]}}
relations:
  foe: {{north: south, south: north}}
switches:
  theory: {{default: {draw(st.sampled_from(["true", "false"]))}}}
parameters:
  a: {{assume: 0.5 to 2}}
  b: {{assume: -1 to 1}}
  size: {{assume: 30% to 60%, drawn: each firing}}
  mood: {{assume: 0.2..0.8}}
stocks:
  x: {{start: "a - b", change: "({n()}) / 1 month", may_be_negative: true}}
  y: {{per: side, start: "1 + mood", in: "abs({draw(st.sampled_from(["a", "b", "foe.y", "y", "w"]))}) / 1 month", out: "leaving + 0.1 / 1 month"}}
values:
  w: "if(theory, {n().replace("0 * w", "0")}, 1)"
  leaving: {{per: side, unit: 1/month, is: "abs(mood * foe.y) / 1 month"}}
events:
  storm: {{when: "{draw(flag)}", rate: "abs({n()}) / 1 month", {lasting}, add: {{"y[north]": size}}, set: {{mood: redraw}}}}
  calm: {{when: "{draw(flag)}", take: {{"y[south]": "abs({n()})", x: 0.5 to 1}}}}
  flood: {{rate: "0.4 / 1 month", set: {{x: "{n()}"}}}}{either}
decisions:
  choice:
    by: north
    every: 1 month
    temperature: 0.1 to 1
    options:
      hold: {{worth: "{n()}", add: {{"y[south]": 0.1}}}}
      go: {{when: "{draw(flag)}", worth: mood, take: {{"y[north]": 0.2}}}}
endings:
  stormy: {{{stop}when: "held(storm, 2 months)"}}
  odd: "{draw(flag)}"
  rest: {{at_horizon: true}}
"""


@st.composite
def steady_worlds(draw: st.DrawFn) -> str:
    """The text of a valid world without chance, decisions and fixed delays."""
    number, flag = numbers(STEADY, FLAGS[:-1]), flags(st.sampled_from(STEADY), FLAGS[:-1])
    n = lambda: draw(number)  # noqa: E731
    stop = "stop: true, " if draw(st.booleans()) else ""
    lasting = draw(st.sampled_from(['until: "fired(calm)"', "once: true", 'until: "x > 3"']))
    return f"""
dimensions: {{side: [north, south]}}
relations:
  foe: {{north: south, south: north}}
switches:
  theory: {{default: true}}
parameters:
  a: {{assume: 0.5 to 2}}
  b: {{assume: -1 to 1}}
  mood: {{assume: 0.2..0.8}}
stocks:
  x: {{start: "a - b", change: "({n()}) / 1 month", may_be_negative: true}}
  y: {{per: side, start: "1 + mood", in: "abs({draw(st.sampled_from(["a", "foe.y", "w"]))}) / 1 month", out: "leaving + 0.1 / 1 month"}}
  z: {{start: 2, change: "({n()}) / 1 month"}}
  gone: {{start: 0, in: "sum(leaving over side)"}}
  dry: {{start: 0.1, in: "{draw(st.sampled_from(["a", "b"]))} / 1 week", out: 9 / 1 week}}
values:
  w: "if(theory, {n().replace("0 * w", "0")}, 1)"
  leaving: {{per: side, unit: 1/month, is: "abs(mood * foe.y * {draw(st.sampled_from(["1", "9", "z"]))}) / 1 month"}}
events:
  storm: {{when: "{draw(flag)}", {lasting}, add: {{"y[north]": "abs({n()})"}}}}
  calm: {{when: "{draw(flag)}", take: {{"y[south]": 0.4, z: "{n()}"}}, set: {{x: "{n()}"}}}}
endings:
  stormy: {{{stop}when: "held(storm, 2 months) or z <= 0"}}
  odd: "{draw(flag)}"
  rest: {{at_horizon: true}}
"""


def built(text: str, method: str = "euler") -> Built:
    """The checked world of a text; problems fail the test."""
    problems = Problems()
    reader = WorldReader(problems)
    root = read_text(text, "made.yaml", problems)
    assert root is not None, [p.render() for p in problems]
    reader.read(root)
    reader.world.method = method
    problems.stop()
    found = build(reader.world, problems)
    assert found is not None, "\n".join(p.render() for p in problems) + text
    return found


def table(world: Built, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows and luck of n futures from the assumptions alone."""
    luck = np.arange(n, dtype=np.uint64) * np.uint64(7_000_000_011)  # also beyond 32 bits
    draws = {}
    for row in world.graph.rows:
        name = row.name.partition("#")[0]
        if row.part != "switch":
            column = world.world.parameters[row.parameter].assume[0].of(row.members)
            assert column is not None
            draws[name] = Draw(column)
    switches = {n: float(s.default == "true") for n, s in world.world.switches.items()}
    return rows(world, draws, switches, np.arange(n, dtype=np.uint64), 5), luck


def differing(world: Built, a: np.ndarray, b: np.ndarray) -> list[str]:
    """Slots whose bits differ (any NaN equals any NaN)."""
    return [s.name for i, s in enumerate(world.graph.slots) if not np.array_equal(a[i], b[i], equal_nan=True)]


@settings(max_examples=25, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds(), st.integers(1, 29), st.sampled_from([4, 8, 16]), st.integers(1, 11))
def test_any_valid_world_runs_alike(text: str, futures: int, width: int, cut: int) -> None:
    """Compiled and plain agree for any world, any number of futures, any lane width, and a run cut at any step."""
    runs_alike(built(text), futures, width, [cut])


@settings(max_examples=25, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(steady_worlds(), st.integers(1, 29), st.sampled_from([4, 8, 16]), st.integers(1, 11))
def test_any_valid_world_runs_alike_by_runge_and_kutta(text: str, futures: int, width: int, cut: int) -> None:
    """The same with four stages a step."""
    runs_alike(built(text, "rk4"), futures, width, [cut])


DELAYS = """
units: {man: }
dimensions: {side: [north, south]}
parameters: {call: {per: side, unit: man/day, assume: 0.3 to 3}}
stocks:
  men: {per: side, unit: man, start: 100 man, in: "delay(call * (1 + noise(0.3, 2 months)), 6 weeks)", out: lost}
values:
  lost: {per: side, unit: man/month, is: "delay(men, 10 days) * 0.4 / 1 month"}
  echo: {per: side, unit: man/month, is: "delay(delay(lost, 2 weeks), 1 day)", show: true}
events:
  rout: {rate: "echo[north] / 60 man", until: "delay(men[south], 3 weeks) > 60 man", take: {"men[south]": "delay(echo[north], 2 weeks) * 1 month"}}
endings:
  gone: {when: "delay(men[north], 1 month) < 75 man", stop: true}
  rest: {at_horizon: true}
"""


@pytest.mark.parametrize("width", [2, 4, 8, 16])
@pytest.mark.parametrize("step_days", [1, 7, 30])
def test_delay_lines_run_alike_cut_at_every_step(width: int, step_days: int) -> None:
    """Also one within another, read by `until` and by effects, and shorter than a step; one graph for every step."""
    runs_alike(built(DELAYS), 13, width, range(15), 15, step_days)


def test_timers_run_alike_within_a_step() -> None:
    """x falls below 1 by an effect and is above it again in the step's later stages: that does not undo the break."""
    text = """
parameters: {a: {assume: 0.5..0.8}}
stocks:
  x: {start: 1.1, in: a / 1 week, out: 0.02 * x / 1 week}
  z: {start: 0, in: "if(held(x > 1, 3 weeks), 1, 0) / 1 week"}
events: {dip: {when: "time >= date('2024-12-19')", take: {x: "x - 1 + a"}}}
"""
    world = built(text, "rk4")
    runs_alike(world, 13, 8, range(12))
    values, luck = table(world, 13)
    plain = Evaluator(
        world.graph, values, luck, schedule(world.graph, START, START + timedelta(weeks=12), 7), 5
    )
    assert np.all(plain.run(plain.start(), 0, 12)[world.graph.slot_index("z")] == 3.0 + 2.0)


def runs_alike(
    world: Built, futures: int, width: int, cuts: Iterable[int], steps: int = 12, step_days: int = 7
) -> None:
    """Both engines, run through and cut at these steps, where the whole state goes out and in as one array."""
    values, luck = table(world, futures)
    until = START + timedelta(days=steps * step_days)
    plan = schedule(world.graph, START, until, step_days, {"flood": [date(2024, 12, 24)]})
    plain = Evaluator(world.graph, values, luck, plan, 5)
    expected_start = plain.start()
    expected = plain.run(expected_start, 0, plan.count)
    kernel = Kernel(world.graph, width)
    for cut in cuts:
        blocks = Blocks(values, luck, len(world.graph.slots), width)
        kernel.start(blocks, plan, 5)
        assert differing(world, blocks.unpacked(), expected_start) == []
        kernel.move(blocks, plan, 0, cut, 5, threads=1)
        rest = Blocks(values, luck, len(world.graph.slots), width)
        rest.set_state(blocks.unpacked())
        kernel.move(rest, plan, cut, plan.count, 5, threads=2)
        assert differing(world, rest.unpacked(), expected) == []
        assert differing(world, plain.run(plain.run(expected_start, 0, cut), cut, plan.count), expected) == []


@pytest.fixture(scope="module")
def ukraine() -> tuple:
    from panmunjom.analysis.running import Options, Runner
    from panmunjom.case.loading import load

    return Runner(load("ukraine"), Options(futures=64)), load("ukraine")


@pytest.mark.parametrize("start", [date(2022, 4, 1), date(2024, 11, 14)])
def test_the_shipped_world_runs_alike(ukraine: tuple, start: date) -> None:
    """The Ukraine world over five years: every slot of every future, in two chunks and in one."""
    runner, case = ukraine
    filled = runner.fill_pooled(start)
    plan, _ = runner.plan(filled, runner.until(start))
    points = np.arange(24, dtype=np.uint64)
    values = rows(case.built, runner.draws(filled), runner.switch_rows(filled.switches), points, 1)
    plain = Evaluator(case.built.graph, values, points, plan, 1)
    expected = plain.run(plain.start(), 0, plan.count)
    blocks = Blocks(values, points, len(case.built.graph.slots), runner.kernel.width)
    runner.kernel.start(blocks, plan, 1)
    runner.kernel.move(blocks, plan, 0, plan.count, 1)
    assert differing(case.built, blocks.unpacked(), expected) == []
    part = Blocks(values[:, 5:12], points[5:12], len(case.built.graph.slots), runner.kernel.width)
    runner.kernel.start(part, plan, 1)
    runner.kernel.move(part, plan, 0, plan.count, 1)
    assert differing(case.built, part.unpacked(), expected[:, 5:12]) == []


def test_a_future_is_the_same_however_many_there_are(ukraine: tuple) -> None:
    """Future 17 alone, among 64 and among 200 has the same parameters and the same end."""
    runner, _ = ukraine
    filled = runner.fill_pooled(date(2024, 11, 14))
    small, large = runner.run(filled, futures=64), runner.run(filled, futures=200)
    assert np.array_equal(small.raw.final, large.raw.final[:, :64], equal_nan=True)
    assert np.array_equal(small.raw.ending, large.raw.ending[:64])
