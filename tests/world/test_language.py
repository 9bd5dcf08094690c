"""What names, members, functions and dates mean, seen through worlds that run."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from worlds import build_world, problems_of, run_world

SIDES = """\
units: {man: , kman: 1000 man}
dimensions: {side: [north, south], arm: [foot, horse]}
relations:
  foe: {north: south, south: north}
"""


def values(text: str, *names: str, **options) -> list[float]:
    """The values of a world at its start."""
    run = run_world(text, until=1, **options)
    return [float(run.value(n)[0, 0]) for n in names]


# -- members


def test_a_bare_name_means_the_same_member():
    """Within something that is per side, a bare name that is per side means the same member."""
    text = (
        SIDES
        + """
parameters: {x: {per: side, assume: {north: 3, south: 5}}}
values: {y: {per: side, is: 2 * x}}
"""
    )
    assert values(text, "y[north]", "y[south]") == [6, 10]


def test_foe_is_the_other_side():
    text = (
        SIDES
        + """
parameters: {x: {per: side, assume: {north: 3, south: 5}}}
values: {y: {per: side, is: x - foe.x}, z: {per: side, is: 'x[foe] + x[north]'}}
"""
    )
    assert values(text, "y[north]", "y[south]", "z[north]", "z[south]") == [-2, 2, 8, 6]


def test_members_are_written_elsewhere():
    text = (
        SIDES
        + """
parameters: {x: {per: side, assume: {north: 3, south: 5}}}
values: {y: 'x[north] * 10 + x[south]'}
"""
    )
    assert values(text, "y") == [35]


def test_two_dimensions():
    """Members are unique over dimensions; in a context that fixes a dimension it may be left out."""
    text = (
        SIDES
        + """
parameters:
  x:
    per: [side, arm]
    assume:
      north: {foot: 1, horse: 2}
      south: {foot: 3, horse: 4}
values:
  one: 'x[north, horse]'
  turned: 'x[horse, north]'
  mine: {per: side, is: 'x[horse]'}
  same: {per: [side, arm], is: x + foe.x}
  arms: {per: arm, is: 'x[south]'}
  total: {per: side, is: sum(x over arm)}
  whole: sum(sum(x over arm) over side)
"""
    )
    names = [
        "one",
        "turned",
        "mine[north]",
        "mine[south]",
        "same[north, foot]",
        "arms[foot]",
        "total[south]",
        "whole",
    ]
    assert values(text, *names) == [2, 2, 2, 4, 4, 3, 7, 10]


def test_sum_any_all():
    text = (
        SIDES
        + """
parameters: {x: {per: side, assume: {north: 3, south: 5}}}
values:
  total: sum(x over side)
  squares: sum(x^2 over side)
  some: if(any(x > 4 over side), 1, 0)
  none: if(any(x > 6 over side), 1, 0)
  each: if(all(x > 2 over side), 1, 0)
  few: if(all(x > 4 over side), 1, 0)
"""
    )
    assert values(text, "total", "squares", "some", "none", "each", "few") == [8, 34, 1, 0, 1, 0]


def test_a_relation_to_several_members():
    text = """
dimensions: {place: [a, b, c]}
relations: {neighbour: {a: b, b: [a, c], c: b}}
parameters: {x: {per: place, assume: {a: 1, b: 10, c: 100}}}
values:
  around: {per: place, is: sum(neighbour.x)}
  rich: {per: place, is: 'if(any(neighbour.rich_here), 1, 0)'}
  rich_here: {per: place, is: x > 50}
"""
    assert values(text, "around[a]", "around[b]", "around[c]") == [10, 101, 10]
    assert values(text, "rich[a]", "rich[b]", "rich[c]") == [0, 1, 0]


def test_a_decision_by_a_member_speaks_of_it():
    """``by: north`` fixes the member for what a decision reads and changes."""
    text = (
        SIDES
        + """
stocks: {men: {per: side, unit: man, start: {north: 100 man, south: 200 man}}}
decisions:
  call:
    by: north
    every: 1 month
    temperature: 0
    options: {up: {worth: men / 1 man - foe.men / 1 man, add: {men: 7 man}, take: {foe.men: 1 man}}}
"""
    )
    run = run_world(text, until=1)
    assert (run.stock("men[north]")[1, 0], run.stock("men[south]")[1, 0]) == (107, 199)


# -- parameters, switches, units


def test_units_are_converted_on_the_way_in_and_out():
    text = (
        SIDES
        + """
parameters: {pay: {unit: kman/month, assume: 3}}
stocks: {men: {unit: kman, start: 450 kman, in: pay}}
values: {week: {unit: man/week, is: pay}}
"""
    )
    run = run_world(text, until=1)
    assert run.stock("men")[:, 0] == pytest.approx([450, 450 + 3 * 7 / 30.4375], rel=1e-14)
    assert run.slot("men")[0, 0] == 450_000
    assert run.value("week")[0, 0] == pytest.approx(3000 / 30.4375 * 7)


def test_switches():
    text = """
switches:
  hard: {default: true}
  plan: {one_of: [slow, quick, none], default: quick}
values: {x: 'if(hard, 1, 2)', y: 'if(plan.slow, 1, if(plan.quick, 2, 3))'}
"""
    assert values(text, "x", "y") == [1, 2]
    assert values(text, "x", "y", switches={"hard": "false", "plan": "none"}) == [2, 3]


def test_dated_assumptions_are_never_interpolated():
    text = "parameters: {x: {assume: {2022-02-24: 1, 2024-11-14: 5}}}\nvalues: {y: x}\n"
    for day, expected in (("2022-02-24", 1), ("2024-11-13", 1), ("2024-11-14", 5), ("2026-01-01", 5)):
        assert values(text, "y", start=day) == [expected]


def test_a_distribution_written_in_place_is_a_parameter_named_by_its_path():
    text = (
        SIDES
        + """
stocks: {men: {unit: kman, start: 100 to 200}}
values: {a: 10..20, b: {per: side, is: {north: 1..2, south: 5..6}}}
decisions: {d: {every: 1 month, temperature: 0.2 to 1, options: {x: {worth: 1}}}}
"""
    )
    built = build_world(text)
    assert {"men.start", "a.is", "b.is.north", "b.is.south", "d.temperature"} == set(built.world.parameters)
    run = run_world(text, until=1, futures=256)
    assert 90 < np.median(run.stock("men")[0]) < 200  # in the stock's own unit
    assert np.all((run.value("b[north]")[0] >= 1) & (run.value("b[north]")[0] <= 2))
    assert np.all((run.value("b[south]")[0] >= 5) & (run.value("b[south]")[0] <= 6))


def test_one_name_is_one_draw_per_future():
    text = "parameters: {x: {assume: 1 to 2}}\nvalues: {a: x - x, b: x}\n"
    run = run_world(text, until=3, futures=64)
    assert np.all(run.value("a") == 0) and np.all(run.value("b") == run.value("b")[0])
    assert len(set(run.value("b")[0])) == 64


def test_a_literal_zero_fits_any_unit():
    text = (
        SIDES
        + """
stocks: {men: {unit: man, start: 0, in: 0, out: 'if(men > 0, 0, 1 man/day)'}}
values: {x: {unit: km, is: 'max(0, 5 km)'}, y: {unit: km, is: 0}, z: {unit: kg, is: -0}}
"""
    )
    assert problems_of(text) == []


# -- functions


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("if(1 < 2, 10, 20)", 10),
        ("if(2 < 1, 10, 20)", 20),
        ("min(3, 1, 2)", 1),
        ("max(3, 1, 2)", 3),
        ("clip(5, 0, 2)", 2),
        ("clip(-5, 0, 2)", 0),
        ("clip(1, 0, 2)", 1),
        ("abs(-3)", 3),
        ("exp(1)", math.e),
        ("log(10)", math.log(10)),
        ("sqrt(2)", math.sqrt(2)),
        ("2^10", 1024),
        ("2^0.5", math.sqrt(2)),
        ("2^-1", 0.5),
        ("(-2)^2", 4),
        ("-2^2", -4),
        ("0^0", 1),
        ("5 km / 2 km", 2.5),
        ("(9 km^2)^0.5 / 1 km", 3),
        ("sqrt(9 km^2) / 1 km", 3),
        ("logistic(0)", 0.5),
        ("logistic(2)", 1 / (1 + math.exp(-2))),
        ("logistic(800)", 1),
        ("logistic(-800)", 0),
        ("softplus(0)", math.log(2)),
        ("softplus(800)", 800),
        ("softplus(-3)", math.log1p(math.exp(-3))),
        ("lookup(curve, -1)", 5),
        ("lookup(curve, 0)", 5),
        ("lookup(curve, 0.5)", 6),
        ("lookup(curve, 2)", 5),
        ("lookup(curve, 9)", 3),
        ("30%", 0.3),
        ("if(not 1 < 2 or 3 == 3, 1, 0)", 1),
        ("if(1 != 1, 1, 0)", 0),
        ("if(1 != 2, 1, 0)", 1),
        ("if(1 <= 1 and 1 >= 1, 1, 0)", 1),
        ("if(true, 1, 0) + if(false, 1, 0)", 1),
        ("1 month / 1 day", 30.4375),
        ("1 year / 1 month", 12),
        ('(date("2024-01-08") - time) / 1 day', 7),
    ],
)
def test_functions(formula, expected):
    text = f"tables: {{curve: {{points: {{0: 5, 1: 7, 3: 3}}}}}}\nvalues:\n  x: {formula!r}\n"
    assert values(text, "x") == [pytest.approx(expected, rel=1e-14, abs=1e-300)]


def test_nan_is_seen_and_not_hidden():
    """NaN passes through min, max, clip and lookups."""
    text = """
tables: {curve: {points: {0: 1, 1: 2}}}
parameters: {zero: {assume: 0}}
values: {n: zero / zero, a: 'min(n, 1)', b: 'max(1, n)', c: 'clip(n, 0, 1)', d: 'lookup(curve, n)'}
"""
    assert all(math.isnan(x) for x in values(text, "a", "b", "c", "d"))


# -- time


def over_time(formula: str, unit: str = "", steps: int = 30, start: str = "2024-01-01") -> list[float]:
    text = f"values:\n  x:\n    unit: {unit}\n    is: {formula!r}\n"
    run = run_world(text, start=start, until=steps)
    return [float(v) for v in run.value("x")[:, 0]]


def test_a_date_inside_a_step_belongs_to_that_step():
    """The step of 7 days that starts on 8 January holds the 8th to the 14th."""
    for day, first in (
        ("2024-01-08", 1),
        ("2024-01-14", 1),
        ("2024-01-15", 2),
        ("2024-01-01", 0),
        ("2023-06-01", 0),
    ):
        found = over_time(f'step(5, date("{day}"))', steps=4)
        assert found == [0.0] * first + [5.0] * (5 - first)


def test_a_pulse_lasts():
    found = over_time('pulse(3, date("2024-01-10"), 14 days)', steps=6)
    assert found == [0, 3, 3, 0, 0, 0, 0]


def test_a_ramp_rises_between_its_dates():
    found = over_time('ramp(2 / 1 day, date("2024-01-08"), date("2024-01-22"))', steps=5)
    assert found == [0, 0, 14, 28, 28, 28]


def test_a_cycle_is_one_on_its_date():
    found = over_time('cycle(date("2024-01-15"), 8 weeks)', steps=8)
    assert found == pytest.approx([math.cos(2 * math.pi * (k - 2) / 8) for k in range(9)], abs=1e-12)


def test_time_is_the_date_of_the_step():
    assert over_time('(time - date("2024-01-01")) / 1 week', steps=3) == [0, 1, 2, 3]


# -- memory


def test_smoothing_closes_the_gap_exponentially():
    text = """
values:
  x: 'step(1, date("2024-01-01"))'
  y: smooth(z, 70 days)
  z: 'step(1, date("2024-01-08"))'
"""
    found = run_world(text, until=20).value("y")[:, 0]
    assert found == pytest.approx([0, 0, *(1 - 0.9 ** np.arange(1, 20))], abs=1e-12)


@pytest.mark.parametrize(("function", "order"), [("delay1", 1), ("delay3", 3)])
def test_a_delay_keeps_what_flows(function, order):
    """What goes in comes out, on average after the delay's time; it starts in balance."""
    text = f"""
stocks:
  gone: {{start: 0, in: late}}
  put: {{start: 0, in: flow}}
values:
  flow:
    unit: 1/day
    is: 2 / 1 day + pulse(7 / 1 day, date("2024-02-05"), 7 days)
  late:
    unit: 1/day
    is: {function}(flow, 60 days)
"""
    run = run_world(text, until=700, step_days=1)
    late = run.value("late")[:, 0]
    assert late[:35] == pytest.approx([2.0] * 35)  # in balance
    extra = late - 2.0
    assert extra.sum() == pytest.approx(49.0, rel=1e-3)
    mean = (extra * np.arange(len(extra))).sum() / extra.sum()
    assert mean == pytest.approx(38 + 60, abs=1.5 + order / 2)
    held = run.stock("put")[-1, 0] - run.stock("gone")[-1, 0]
    assert held == pytest.approx(0.0, abs=1.0)  # nothing is lost on the way


# -- events seen by formulas

CEASEFIRE = """
events:
  truce: {when: 'time >= date("2024-01-15")', until: 'time >= date("2024-02-12")'}
values:
  is_on: if(truce, 1, 0)
  just_now: if(fired(truce), 1, 0)
  since_truce: {unit: week, is: since(truce)}
  first_truce: {unit: day, is: first(truce)}
  lasted: if(held(truce, 2 weeks), 1, 0)
  never_before: 'if(first(truce) < date("2024-06-01"), 1, 0)'
  differs: 'if(first(truce) != date("2024-06-01"), 1, 0)'
"""


def test_what_is_known_of_an_event_over_time():
    """The truce fires in the step of 15 January (step 2): it is true from step 3,
    until a step ends on 12 February.
    """
    run = run_world(CEASEFIRE, until=8)
    assert run.fired("truce") == [2]
    assert list(run.value("is_on")[:, 0]) == [0, 0, 0, 1, 1, 1, 0, 0, 0]
    assert list(run.value("just_now")[:, 0]) == [0, 0, 0, 1, 0, 0, 0, 0, 0]


def test_first_is_the_last_day_of_the_step_in_which_it_became_true():
    found = run_world(CEASEFIRE, until=8).value("first_truce")[:, 0]
    assert np.all(np.isnan(found[:3]))
    assert np.all(found[3:] == date(2024, 1, 21).toordinal())


def test_comparing_with_never_is_false():
    run = run_world(CEASEFIRE, until=8)
    assert list(run.value("never_before")[:, 0]) == [0, 0, 0, 1, 1, 1, 1, 1, 1]
    assert list(run.value("differs")[:, 0]) == [0, 0, 0, 1, 1, 1, 1, 1, 1]


def test_held_and_since_count_from_when_it_became_true():
    run = run_world(CEASEFIRE, until=8)
    since = run.value("since_truce")[:, 0]
    assert list(since[3:6]) == [0, 1, 2] and np.all(np.isnan(since[[0, 1, 2, 6, 7, 8]]))
    assert list(run.value("lasted")[:, 0]) == [0, 0, 0, 0, 0, 1, 0, 0, 0]


def test_an_event_may_be_true_at_the_start():
    text = """
events:
  war: {rate: 0 / 1 day, start: true, once: true}
values:
  weeks: {unit: week, is: since(war)}
"""
    run = run_world(text, until=3)
    assert list(run.flag("war")[:, 0]) == [True] * 4
    assert list(run.value("weeks")[:, 0]) == [0, 1, 2, 3]


@pytest.mark.parametrize("order", ["value first", "event first"])
def test_an_event_that_began_before_the_start_counts_from_then(order):
    """``start: DATE``: so that ``held`` counts from there, whoever asks for it first."""
    event = "events:\n  war: {rate: 0 / 1 day, start: 2023-01-02, once: true}\n"
    value = "values:\n  days: {unit: day, is: since(war)}\n  long: 'if(held(war, 365 days), 1, 0)'\n"
    text = value + event if order == "value first" else event + value
    run = run_world(text, until=2)
    assert list(run.value("days")[:, 0]) == [364, 371, 378]
    assert list(run.value("long")[:, 0]) == [0, 1, 1]


def test_an_event_may_start_by_a_dated_assumption():
    text = """
parameters: {at_war: {assume: {2020-01-01: 0, 2022-02-24: 1}}}
events: {war: {rate: 0 / 1 day, start: at_war > 0.5, once: true}}
"""
    assert not run_world(text, start="2021-01-01", until=1).flag("war")[0, 0]
    assert run_world(text, start="2023-01-01", until=1).flag("war")[0, 0]


def test_an_event_that_starts_on_a_later_date_is_not_true_yet():
    text = "events: {war: {rate: 0 / 1 day, start: 2022-02-24, once: true}}\n"
    assert not run_world(text, start="2021-01-01", until=1).flag("war")[0, 0]
    assert run_world(text, start="2022-02-24", until=1).flag("war")[0, 0]


# -- deep and large, but sound


def test_a_long_chain_of_values():
    """Two thousand values, each read from the one before, are no trouble."""
    lines = ["values:", "  v0: 1"] + [f"  v{k}: v{k - 1} + 1" for k in range(1, 2000)]
    assert values("\n".join(reversed(lines[1:])).join(["values:\n", "\n"]), "v1999") == [2000]


def test_a_deep_tree_is_no_trouble():
    formula = "1"
    for _ in range(24):
        formula = f"({formula})" + " + 1" * 199
    assert values(f"values:\n  x: {formula}\n", "x") == [1 + 24 * 199]


def test_a_bomb_of_sums_is_refused():
    members = ", ".join(f"m{k}" for k in range(2000))
    text = f"dimensions: {{s: [{members}]}}\nvalues:\n  x: sum(sum(1 over s) over s)\n"
    found = problems_of(text)
    assert [p.code for p in found] == ["too-large"]
