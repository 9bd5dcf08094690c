"""What a step does, rules 4 to 10: choices, stocks, endings, noise, interventions.

Sentence by sentence, seen through the plain evaluator. Statistical tests use fixed seeds and bounds of five standard
errors: false alarms are one in 1.7 million.
"""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest

from panmunjom.text.problems import CaseError
from worlds import problems_of, run_world

BOUND = 5.0  # standard errors


def close_share(hits: int, n: int, p: float) -> bool:
    """Whether a share of n futures is within five standard errors of a probability."""
    return abs(hits / n - p) <= BOUND * math.sqrt(p * (1 - p) / n)


# -- 4. One namespace; a decision is read with its option


def test_a_choice_is_true_until_the_next_one():
    """A decision is read as ``recruitment.pay``, true until the next choice."""
    text = """
decisions: {d: {every: 3 weeks, temperature: 0, options: {a: {worth: a_now}, b: {worth: 0.5}}}}
values:
  a_now: step(1, date("2024-01-15"))
  is_a: if(d.a, 1, 0)
  is_b: if(d.b, 1, 0)
"""
    run = run_world(text, until=7)  # chosen in steps 0, 3 and 6
    assert run.choice("d") == ["b", "b", "b", "a", "a", "a", "a"]
    assert list(run.value("is_a")[:, 0]) == [0, 0, 0, 0, 1, 1, 1, 1]
    assert list(run.value("is_b")[:, 0]) == [0, 1, 1, 1, 0, 0, 0, 0]


# -- 5. Choices


def test_temperature_nothing_takes_the_best():
    text = """
decisions: {d: {every: 1 week, temperature: 0, options: {a: {worth: 1}, b: {worth: 1.001}, c: {worth: -5}}}}
"""
    assert set(run_world(text, until=20).choice("d")) == {"b"}


def test_choices_follow_the_softmax():
    """Gumbel-max: an option is chosen with a share of exp(worth / temperature)."""
    n, worth, temperature = 20_000, {"a": 1.0, "b": 0.2, "c": -0.5}, 0.7
    options = ", ".join(f"{k}: {{worth: {w}}}" for k, w in worth.items())
    text = f"decisions: {{d: {{every: 1 week, temperature: {temperature}, options: {{{options}}}}}}}\n"
    chosen = run_world(text, until=1, futures=n).slot("d")[1]
    weights = {k: math.exp(w / temperature) for k, w in worth.items()}
    for number, name in enumerate(worth):
        assert close_share(int((chosen == number).sum()), n, weights[name] / sum(weights.values()))


def test_an_option_that_comes_or_goes_leaves_the_luck_of_the_others_alone():
    """One draw an option, keyed by its name."""
    two = "decisions: {d: {every: 1 week, temperature: 1, options: {a: {worth: 0}, b: {worth: 0}}}}\n"
    three = two.replace("{a: {worth: 0}", "{new: {worth: 0, when: false}, a: {worth: 0}")
    before, after = (run_world(t, until=10, futures=50).slot("d")[1:] for t in (two, three))
    assert np.array_equal(before, after - 1)


def test_an_option_that_is_not_allowed_is_not_taken():
    text = """
decisions:
  d:
    every: 1 week
    temperature: 0
    options: {a: {worth: 9, when: 'time >= date("2024-01-15")'}, b: {worth: 1}}
  never: {every: 1 week, when: false, temperature: 0, options: {a: {worth: 1}}}
"""
    run = run_world(text, until=4)
    assert run.choice("d") == ["b", "b", "a", "a"] and run.choice("never") == [""] * 4


def test_what_a_choice_does_happens_only_when_it_is_made():
    text = """
stocks: {n: {start: 0}}
decisions:
  d:
    every: 3 weeks
    temperature: 0
    options: {a: {worth: 1, add: {n: 1}}, b: {worth: 0, add: {n: 100}}}
"""
    assert list(run_world(text, until=7).stock("n")[:, 0]) == [0, 1, 1, 1, 2, 2, 2, 3]


# -- 6. Stocks

LIMITED = """
units: {gun: }
stocks:
  store: {unit: gun, start: 10 gun, in: made, out: lost + given}
  other: {unit: gun, start: 0, in: given}
values:
  made: {unit: gun/week, is: 2 gun/week}
  lost: {unit: gun/week, is: 9 gun/week}
  given: {unit: gun/week, is: 3 gun/week}
  told: {unit: gun/week, is: given}
"""


def test_outflows_together_take_at_most_what_is_there_plus_what_flows_in():
    """They are scaled down in proportion; 12 a week are asked of 10 + 2, then of 0 + 2."""
    run = run_world(LIMITED, until=3)
    assert list(run.stock("store")[:, 0]) == pytest.approx([10, 0, 0, 0])
    assert list(run.stock("other")[:, 0]) == pytest.approx([0, 3, 3.5, 4])


def test_what_others_read_is_the_limited_flow():
    run = run_world(LIMITED, until=3)
    assert list(run.value("given")[:3, 0]) == pytest.approx([3, 0.5, 0.5])
    assert list(run.value("told")[:3, 0]) == pytest.approx([3, 0.5, 0.5])
    assert list(run.value("lost")[:3, 0]) == pytest.approx([9, 1.5, 1.5])


def test_how_often_a_flow_was_limited_is_counted():
    """``check`` and ``run`` report how often that happened. Never a silent clamp."""
    run = run_world(LIMITED, until=3)
    assert list(run.slot("limited store")[:, 0]) == [0, 0, 1, 2]


def test_nothing_is_lost_between_two_stocks():
    text = """
stocks: {a: {start: 5, out: f}, b: {start: 1, in: f, out: g}, c: {start: 0, in: g}}
values: {f: {unit: 1/day, is: 0.3 / 1 day}, g: {unit: 1/day, is: 0.9 / 1 day}}
"""
    run = run_world(text, until=20)
    total = run.stock("a") + run.stock("b") + run.stock("c")
    assert (
        total == pytest.approx(np.full_like(total, 6.0))
        and run.stock("a").min() >= 0
        and run.stock("b").min() >= 0
    )


def test_a_negative_flow_makes_the_future_not_finite():
    """``in`` and ``out`` are never negative: that is an error of the future."""
    for flows in ("in: x", "out: x"):
        text = (
            f"parameters: {{p: {{assume: -1}}}}\n"
            f"stocks: {{a: {{start: 5, {flows}}}}}\n"
            f"values: {{x: {{unit: 1/day, is: p / 1 day}}}}\n"
        )
        run = run_world(text, until=3)
        assert run.bad == [date(2024, 1, 1)] and np.isnan(run.stock("a")[1, 0])


def test_a_stock_may_be_negative_only_where_it_says_so():
    text = """
stocks:
  a: {start: 5, change: -1 / 1 day}
  b: {start: 5, change: -1 / 1 day, may_be_negative: true}
  c: {start: 5, out: 1 / 1 day, may_be_negative: true}
"""
    run = run_world(text, until=2)
    assert list(run.stock("a")[:, 0]) == [5, 0, 0]
    assert list(run.stock("b")[:, 0]) == list(run.stock("c")[:, 0]) == [5, -2, -9]
    assert run.slot("limited a")[-1, 0] == 2 and run.bad == [None]


def test_setting_or_adding_less_than_nothing_is_an_error_of_the_future():
    for effect in ("set: {a: -1}", "add: {a: -9}"):
        text = (
            f"stocks: {{a: {{start: 5}}}}\n"
            f"events: {{e: {{when: 'time >= date(\"2024-01-08\")', {effect}}}}}\n"
        )
        assert run_world(text, until=3).bad == [date(2024, 1, 8)]


def test_the_step_at_which_a_future_stopped_being_finite_is_kept():
    text = """
parameters: {zero: {assume: 0}}
stocks: {a: {start: 5, may_be_negative: true, change: x}}
values:
  x:
    unit: 1/day
    is: if(time > date("2024-01-20"), zero / zero, 1) / 1 day
"""
    run = run_world(text, until=6)
    assert run.bad == [date(2024, 1, 22)]


# -- 7. Endings


def test_the_first_ending_in_the_order_of_the_file_wins():
    """The first step in which one holds fixes that future's ending and its date;
    the order decides among several.
    """
    text = """
stocks: {a: {start: 0, in: 1 / 1 day}}
endings:
  late: a > 30
  high: a > 10
  higher: a > 5
  other: {at_horizon: true}
"""
    run = run_world(text, until=8)
    assert run.endings == ["higher"] and run.ending_days == [date(2024, 1, 7)]
    turned = text.replace("  high: a > 10\n", "").replace(
        "  higher: a > 5\n", "  higher: a > 5\n  high: a > 3\n"
    )
    assert run_world(turned, until=8).endings == ["higher"]


def test_an_ending_at_the_horizon_is_tested_only_there_and_in_order():
    text = """
stocks: {a: {start: 0, in: 1 / 1 day}}
endings:
  never: a > 1000
  undecided: {at_horizon: a > 20}
  war_goes_on: {at_horizon: true}
"""
    long, short = run_world(text, until=4), run_world(text, until=2)
    assert long.endings == ["undecided"] and long.ending_days == [date(2024, 1, 28)]
    assert np.all(long.states[:-1, long.built.graph.ending_slot, 0] == -1)
    assert short.endings == ["war_goes_on"]


def test_the_world_runs_on_after_its_ending():
    text = "stocks: {a: {start: 0, in: 1 / 1 day}}\nendings: {early: a > 5, rest: {at_horizon: true}}\n"
    run = run_world(text, until=4, questions={"later": "a > 20"})
    assert (
        run.endings == ["early"]
        and run.stock("a")[-1, 0] == 28
        and run.answered("later") == [date(2024, 1, 21)]
    )


def test_an_ending_with_stop_ends_its_future_there():
    text = (
        "stocks: {a: {start: 0, in: 1 / 1 day}}\n"
        "endings: {early: {when: a > 10, stop: true}, rest: {at_horizon: true}}\n"
    )
    run = run_world(text, until=4, questions={"later": "a > 20"})
    assert run.endings == ["early"] and run.ending_days == [date(2024, 1, 14)]
    assert list(run.stock("a")[:, 0]) == [0, 7, 14, 14, 14] and run.answered("later") == [None]


def test_endings_are_not_tested_before_the_first_step_has_ended():
    text = "endings: {at_once: true, rest: {at_horizon: true}}\n"
    run = run_world(text, until=3)
    assert run.endings == ["at_once"] and run.ending_days == [date(2024, 1, 7)]


# -- 9. Noise


@pytest.mark.parametrize("step_days", [1, 7])
def test_white_noise_has_a_spread_per_square_root_of_time(step_days):
    """Its sum over 28 days has the spread times the square root of 28 days, whatever the step."""
    n = 4_000
    text = (
        "units: {man: }\n"
        "stocks: {a: {unit: man, start: 0, may_be_negative: true, change: noise(2 man/day^0.5)}}\n"
    )
    final = run_world(text, until=28 // step_days, step_days=step_days, futures=n).stock("a")[-1]
    sd = 2 * math.sqrt(28)
    assert abs(final.mean()) < BOUND * sd / math.sqrt(n)
    assert abs(final.std() - sd) < BOUND * sd / math.sqrt(2 * n)


def test_correlated_noise_starts_from_its_stationary_law():
    n = 20_000
    run = run_world("values: {x: 'noise(0.3, 2 months)'}\n", until=5, futures=n)
    for step in (0, 5):
        spread = run.value("x")[step].std()
        assert abs(spread - 0.3) < BOUND * 0.3 / math.sqrt(2 * n)


# -- 10. Interventions: the same luck as the base run


def test_forcing_one_event_leaves_the_luck_of_others_alone():
    text = "events: {a: {rate: 0.1 / 1 day}, b: {rate: 0.1 / 1 day}}\n"
    base = run_world(text, until=30, futures=20)
    forced = run_world(text, until=30, futures=20, forced={"a": [date(2024, 1, 15)]})
    assert np.array_equal(base.flag("b"), forced.flag("b"))
    assert forced.flag("a")[3].all()
    assert np.array_equal(np.delete(base.flag("a"), 3, axis=0), np.delete(forced.flag("a"), 3, axis=0))


def test_a_future_is_the_same_alone_and_among_many():
    text = (
        "events: {a: {rate: 0.1 / 1 day}}\n"
        "stocks: {s: {start: 1 to 2, in: 'max(0, noise(1 / 1 day, 1 month))'}}\n"
    )
    few, many = run_world(text, until=20, futures=3), run_world(text, until=20, futures=50)
    assert np.array_equal(few.states, many.states[:, :, :3], equal_nan=True)


def test_another_seed_is_another_luck():
    text = "events: {a: {rate: 0.1 / 1 day}}\n"
    one, two = run_world(text, until=30, futures=50, seed=1), run_world(text, until=30, futures=50, seed=2)
    assert not np.array_equal(one.states, two.states)


def test_a_run_that_ends_before_it_starts():
    with pytest.raises(CaseError):
        run_world("values: {x: 1}\n", start="2024-01-01", until="2024-01-01")


def test_a_run_of_too_many_steps():
    with pytest.raises(CaseError, match="20,000"):
        run_world("values: {x: 1}\n", until=date(2024, 1, 1) + timedelta(days=20_001), step_days=1)


def test_excluding_events_need_rates():
    assert problems_of("events: {a: {when: 'true'}, b: {rate: 1 / 1 day}, c: {either: [a, b]}}\n")
