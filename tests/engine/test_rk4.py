"""The Runge-Kutta step against SciPy's integrators, its order, and what it promises of limits and of time."""

from __future__ import annotations

import math
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from panmunjom.case.loading import check, load
from panmunjom.text.problems import CaseError
from small_case import FILES, edit_case, write_case
from worlds import problems_of, run_world

LANCHESTER = """
stocks:
  a: {start: 100, out: 0.004 * b / 1 day}
  b: {start: 80, out: 0.003 * a / 1 day}
"""
LOGISTIC = "stocks: {a: {start: 10, change: 0.02 * a * (1 - a / 1000) / 1 day}}\n"
CHAIN = """
stocks:
  grass: {start: 1, change: grass * (1 - grass - 2 * hare / (1 + grass)) / 40 day}
  hare: {start: 0.3, change: hare * (2 * grass / (1 + grass) - 0.4 - fox) / 40 day}
  fox: {start: 0.2, in: hare * fox / 40 day, out: 0.3 * fox / 40 day}
"""
LAGGED = """
stocks: {a: {start: 2, change: (4 * seen - late) / 30 day, may_be_negative: true}}
values:
  seen: smooth(a / (1 + a), 50 days)
  late: delay3(a, 60 days)
"""


def chain(t, y):
    grass, hare, fox = y
    eaten = 2 * grass / (1 + grass)
    return [
        grass * (1 - grass - 2 * hare / (1 + grass)) / 40,
        hare * (eaten - 0.4 - fox) / 40,
        fox * (hare - 0.3) / 40,
    ]


def lagged(t, y):
    a, seen, one, two, three = y
    late = three / 20
    return [
        (4 * seen - late) / 30,
        (a / (1 + a) - seen) / 50,
        a - one / 20,
        one / 20 - two / 20,
        two / 20 - late,
    ]


SYSTEMS = [
    (LANCHESTER, ["a", "b"], lambda t, y: [-0.004 * y[1], -0.003 * y[0]], [100, 80]),
    (LOGISTIC, ["a"], lambda t, y: [0.02 * y[0] * (1 - y[0] / 1000)], [10]),
    (CHAIN, ["grass", "hare", "fox"], chain, [1, 0.3, 0.2]),
    (LAGGED, ["a"], lagged, [2, 2 / 3, 40, 40, 40]),
]


def exact(right, start, days):
    """The solution after so many days, to about twelve digits."""
    return solve_ivp(right, (0, days), start, method="DOP853", rtol=1e-13, atol=1e-13).y[:, -1]


def distance(text, names, right, start, days, step_days, method):
    run = run_world(text, until=days // step_days, step_days=step_days, method=method)
    solved = exact(right, start, days)[: len(names)]
    return max(abs(run.stock(n)[-1, 0] - s) for n, s in zip(names, solved, strict=True))


@pytest.mark.parametrize(("text", "names", "right", "start"), SYSTEMS)
def test_the_solution_is_that_of_another_integrator(text, names, right, start):
    """Steps of a day against DOP853: eight digits, where Euler has three."""
    solved = exact(right, start, 240)[: len(names)]
    run = run_world(text, until=240, step_days=1, method="rk4")
    assert [run.stock(n)[-1, 0] for n in names] == pytest.approx(solved, rel=2e-8)
    assert distance(text, names, right, start, 240, 1, "euler") > 1e-4 * max(solved)


@pytest.mark.parametrize(("text", "names", "right", "start"), SYSTEMS)
def test_the_order_of_convergence_is_four_and_eulers_is_one(text, names, right, start):
    """Halving the step divides the error by about sixteen, and by about two; also that of lags."""
    for method, order in (("rk4", 4), ("euler", 1)):
        errors = [distance(text, names, right, start, 240, h, method) for h in (4, 2, 1)]
        for coarse, fine in pairwise(errors):
            assert math.log2(coarse / fine) == pytest.approx(order, abs=0.2)


def test_linear_decay_is_the_exponentials_polynomial():
    """A step multiplies by 1 - z + z^2/2 - z^3/6 + z^4/24, the exponential's first terms."""
    run = run_world("stocks: {a: {start: 1000, out: 0.02 * a / 1 day}}\n", until=30, method="rk4")
    z = 0.14
    factor = 1 - z + z**2 / 2 - z**3 / 6 + z**4 / 24
    assert run.stock("a")[:, 0] == pytest.approx(1000 * factor ** np.arange(31), rel=1e-13)


def test_what_does_not_flow_stays_to_the_bit():
    run = run_world(
        "stocks: {a: {start: 0.1}, b: {start: 1 / 3, change: 0 / 1 day}}\n", until=200, method="rk4"
    )
    assert set(run.stock("a")[:, 0]) == {0.1} and set(run.stock("b")[:, 0]) == {1 / 3}


# -- limits

LIMITED = """
stocks:
  stores: {start: 10, in: got, out: eaten + spoilt}
  used: {start: 0, in: eaten}
  lost: {start: 0, in: spoilt}
  gifts: {start: 0, in: got}
values:
  got: {unit: 1/day, is: 'pulse(0.3 / 1 day, date("2024-02-05"), 2 weeks)'}
  eaten: {unit: 1/day, is: 0.3 * (1 + used / 20) / 1 day}
  spoilt: {unit: 1/day, is: 0.01 * stores / 1 day}
endings:
  empty: stores <= 0
  goes_on: {at_horizon: true}
"""


@pytest.mark.parametrize("step_days", [1, 7, 14])
def test_a_limited_stock_empties_and_nothing_is_lost(step_days):
    """It comes to exactly zero, never below, the steps are counted, and others get what really flowed."""
    run = run_world(LIMITED, until=98 // step_days, step_days=step_days, method="rk4")
    stores, count = run.stock("stores")[:, 0], run.slot("limited stores")[:, 0]
    assert stores.min() == 0.0 and stores[-1] == 0.0 and run.endings == ["empty"]
    total = stores + run.stock("used")[:, 0] + run.stock("lost")[:, 0] - run.stock("gifts")[:, 0]
    assert total == pytest.approx(np.full_like(total, 10), abs=1e-12)
    empty = int((stores == 0).argmax())
    assert count[empty - 2] == 0 and np.all(np.diff(count)[empty:][stores[empty + 1 :] == 0] == 1)


def test_a_net_flow_stops_at_zero_and_is_counted():
    text = "stocks: {a: {start: 10, change: -3 / 1 week}, b: {start: 10, change: -3 / 1 week, may_be_negative: true}}\n"
    run = run_world(text, until=6, method="rk4")
    assert run.stock("a")[:, 0] == pytest.approx([10, 7, 4, 1, 0, 0, 0])
    assert run.stock("b")[:, 0] == pytest.approx([10, 7, 4, 1, -2, -5, -8])
    assert run.slot("limited a")[:, 0].tolist() == [0, 0, 0, 0, 1, 2, 3]


def test_a_negative_inflow_is_an_error_of_the_future():
    """Also where the stock would be empty in all stages."""
    text = "stocks: {a: {start: 1, in: -1 / 1 day, out: 9 / 1 day}}\n"
    run = run_world(text, until=3, method="rk4")
    assert np.isnan(run.stock("a")[1:, 0]).all() and run.bad == [date(2024, 1, 1)]


# -- time, events


def test_time_stands_still_within_a_step():
    """A pulse of whole steps is exact; a ramp is taken at each step's start, as Euler takes it."""
    text = """
stocks:
  a: {start: 0, in: 'pulse(3 / 1 day, date("2024-01-15"), 2 weeks)'}
  b: {start: 0, in: 'ramp(1 / 1 day, date("2024-01-08"), date("2024-02-26")) / 1 day'}
"""
    run, euler = (run_world(text, until=9, method=m) for m in ("rk4", "euler"))
    assert run.stock("a")[:, 0] == pytest.approx([0, 0, 0, 21, 42, 42, 42, 42, 42, 42])
    assert run.stock("b")[:, 0] == pytest.approx(euler.stock("b")[:, 0])


def test_events_and_effects_keep_to_whole_steps():
    """b doubles by an event when a has passed 20, which is seen at the start of a step and not within one."""
    text = """
stocks:
  a: {start: 10, in: 0.01 * a / 1 day}
  b: {start: 1, in: "if(rich, 0.01, 0) * b / 1 day"}
events: {rich: {when: a > 20, once: true, add: {b: 1}}}
"""
    run = run_world(text, until=12, method="rk4")
    a, b = run.stock("a")[:, 0], run.stock("b")[:, 0]
    first = int((a > 20).argmax())
    assert run.fired("rich") == [first] == [10]
    assert b[: first + 1].tolist() == [1] * (first + 1) and b[first + 1] == 2
    assert b[first + 2] == pytest.approx(2 * math.exp(0.07), rel=1e-7)


# -- where it is refused

REFUSED = """\
parameters: {mood: {assume: 1 to 2}, size: {assume: 1 to 2, drawn: each firing}}
stocks: {a: {start: 1}}
values:
  x: noise(0.3, 1 month)
  y: delay(a, 1 month)
events:
  e: {rate: 0.1 / 1 month}
  f: {when: a > 3, set: {mood: redraw}}
  g: {when: a > 4, add: {a: size}}
decisions:
  d: {by: me, every: 1 month, temperature: 0, options: {one: {worth: 1}, two: {worth: a}}}
dimensions: {who: [me, you]}
"""


def test_chance_decisions_and_fixed_delays_are_refused_with_their_places():
    assert problems_of(REFUSED) == []
    found = problems_of(REFUSED, method="rk4")
    assert {p.code for p in found} == {"needs-euler"}
    assert {p.place.line: p.message.partition(":")[0] for p in found} == {
        4: "'x' has noise",
        5: "'y' has a fixed delay",
        7: "the event 'e' happens by chance",
        8: "'mood' is drawn anew",
        9: "'size' is drawn at each firing",
        11: "'d' is a decision",
    }
    assert all("case.yaml" in p.hint for p in found)


def test_a_case_says_its_method(tmp_path):
    """The small case has an event by chance; without it, it runs by rk4."""
    edit_case(tmp_path, "case.yaml", "step: 7 days", "step: 7 days\nmethod: rk4")
    with pytest.raises(CaseError) as caught:
        load(tmp_path)
    assert [(p.code, p.place.line) for p in caught.value.problems] == [("needs-euler", 22)]
    siege = FILES["world/siege.yaml"].replace("rate: 0.5 / 1 year", "when: 'stores[north] < 100 t'")
    write_case(tmp_path, case=FILES["case.yaml"] + "method: rk4\n", world__siege=siege)
    assert check(tmp_path) == [] and load(tmp_path).built.graph.rk4
    write_case(tmp_path, case=FILES["case.yaml"] + "method: heun\n", world__siege=siege)
    assert [(p.code, p.place.line) for p in check(tmp_path)] == [("bad-entry", 6)]
