"""What happens in a step, sentence by sentence of the design, seen through the plain evaluator.

Statistical tests use fixed seeds and bounds of five standard errors: false alarms are one in 1.7 million.
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


# -- 1. Time


def test_a_step_is_a_whole_number_of_days():
    """A step is a whole number of days (default 7); clocks are integers in days."""
    run = run_world("values: {x: {unit: day, is: time}}\n", start="2024-02-26", until=3)
    assert list(run.value("x")[:, 0]) == [date(2024, 2, 26).toordinal() + 7 * k for k in range(4)]
    assert run.days[-1] == date(2024, 3, 18)


def test_months_and_years_in_rates():
    """In rates and durations a month is 30.4375 days and a year 365.25."""
    text = "stocks: {a: {start: 0, in: 1 / 1 month}, b: {start: 0, in: 1 / 1 year}}\n"
    run = run_world(text, until=487, step_days=3)  # 1,461 days: four years of 365.25, 48 months of 30.4375
    assert run.stock("a")[-1, 0] == pytest.approx(48) and run.stock("b")[-1, 0] == pytest.approx(4)


def test_decisions_are_due_by_the_calendar():
    """``every: 1 month`` is a calendar month: from 31 January on the last day of shorter months."""
    text = """
stocks: {a: {start: 0}}
decisions: {d: {every: 1 month, temperature: 0, options: {go: {worth: 1, add: {a: 1}}}}}
"""
    run = run_world(text, start="2024-01-31", until=100, step_days=1)
    made = [run.days[k] for k in range(100) if run.stock("a")[k + 1, 0] > run.stock("a")[k, 0]]
    assert made == [date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30)]


def test_a_decision_due_inside_a_step_is_made_in_that_step():
    """A date inside a step belongs to that step."""
    text = """
stocks: {a: {start: 0}}
decisions: {d: {every: 1 month, temperature: 0, options: {go: {worth: 1, add: {a: 1}}}}}
"""
    run = run_world(text, start="2024-01-01", until=10, step_days=7)
    made = [k for k in range(10) if run.stock("a")[k + 1, 0] > run.stock("a")[k, 0]]
    assert made == [
        0,
        4,
        8,
    ]  # 1 January; 1 February in the step of 29 January; 1 March in that of 26 February


def test_a_forced_event_fires_in_the_step_of_its_date():
    text = "events: {e: {rate: 0 / 1 day, once: true}}\n"
    for day, step in (
        (date(2024, 1, 1), 0),
        (date(2024, 1, 7), 0),
        (date(2024, 1, 8), 1),
        (date(2024, 1, 20), 2),
    ):
        assert run_world(text, until=5, forced={"e": [day]}).fired("e") == [step]


# -- 2. Order


def test_flows_are_integrated_by_euler_from_the_state_at_the_start():
    """(a) Values from the state at the step's start; (d) flows integrated (Euler)."""
    text = """
stocks: {a: {start: 1, in: x}, b: {start: 10, out: y}}
values: {x: {unit: 1/day, is: a / 10 day}, y: {unit: 1/day, is: a / 10 day}}
"""
    run = run_world(text, until=3, step_days=1)
    assert list(run.stock("a")[:, 0]) == pytest.approx([1, 1.1, 1.21, 1.331])
    assert list(run.stock("b")[:, 0]) == pytest.approx([10, 9.9, 9.79, 9.669])


def test_two_events_of_one_step_do_not_see_each_other():
    """(c) Every event is tested against that same state."""
    text = """
events:
  a: {when: 'time >= date("2024-01-08")', once: true}
  b: {when: 'time >= date("2024-01-08") and not a', once: true}
  c: {when: a and b, once: true}
"""
    run = run_world(text, until=4)
    assert run.fired("a") == run.fired("b") == [1]
    assert run.fired("c") == [2]


def test_decisions_and_events_read_the_same_state():
    """(b) Decisions due now, all from that state: an event of the same step does not sway them,
    nor they it.
    """
    text = """
stocks: {a: {start: 1}}
events: {e: {when: 'time >= date("2024-01-08")', once: true, add: {a: 10}}}
values: {seen: a}
decisions:
  one: {every: 1 week, temperature: 0, options: {low: {worth: 5}, high: {worth: a}}}
  two: {every: 1 week, temperature: 0, options: {low: {worth: 'if(one.high, 1, 0)'}, high: {worth: 0.5}}}
"""
    run = run_world(text, until=4)
    assert run.choice("one") == ["low", "low", "high", "high"]  # the 10 of step 1 are seen in step 2
    assert run.choice("two") == ["high", "high", "high", "low"]  # the choice of step 2 is seen in step 3


def test_first_sets_then_adds_and_takes():
    """(e) Effects of (b) and (c) in the world's order, first sets, then adds and takes,
    all on what flowed.
    """
    text = """
stocks: {a: {start: 100, in: 1 / 1 day}}
events:
  one: {when: 'time >= date("2024-01-08")', once: true, add: {a: 5}}
  two: {when: 'time >= date("2024-01-08")', once: true, set: {a: 40}, take: {a: 2}}
"""
    run = run_world(text, until=3)
    assert list(run.stock("a")[:, 0]) == [100, 107, 43, 50]


def test_effects_read_the_state_at_the_steps_start():
    text = """
stocks: {a: {start: 1}, b: {start: 10}}
events: {e: {when: 'time >= date("2024-01-08")', once: true, add: {a: b, b: a}}}
"""
    run = run_world(text, until=2)
    assert (run.stock("a")[2, 0], run.stock("b")[2, 0]) == (11, 11)


def test_a_take_removes_at_most_what_is_there():
    text = """
stocks: {a: {start: 3}, debt: {start: 3, may_be_negative: true}}
events: {e: {when: 'time >= date("2024-01-08")', once: true, take: {a: 5, debt: 5}}}
"""
    run = run_world(text, until=2)
    assert run.stock("a")[2, 0] == 0 and run.stock("debt")[2, 0] == -2 and run.bad == [None]


def test_sizes_are_drawn_when_the_event_fires():
    """The size may be drawn when the event fires; one name is one draw per future otherwise."""
    text = """
parameters: {same: {assume: 10..20}}
stocks: {a: {start: 0}, b: {start: 0}}
events: {e: {rate: 1000 / 1 day, add: {a: 10..20, b: same}}}
"""
    run = run_world(text, until=3, futures=200)
    steps_a, steps_b = np.diff(run.stock("a"), axis=0), np.diff(run.stock("b"), axis=0)
    assert np.all((steps_a >= 10) & (steps_a <= 20)) and len(np.unique(steps_a)) == 600
    assert np.all(np.ptp(steps_b, axis=0) < 1e-12)


def test_a_parameter_drawn_anew_stays_as_it_was_drawn():
    """``set: redraw`` for parameters drawn anew: a new leader is a new person."""
    text = """
parameters: {mood: {unit: kg, assume: 10..20}}
events: {change: {when: 'time >= date("2024-01-15")', once: true, set: {mood: redraw}}}
values: {felt: {unit: kg, is: mood}}
"""
    felt = run_world(text, until=5, futures=300).value("felt")
    assert np.all(felt[:3] == felt[0]) and np.all(felt[3:] == felt[3])
    assert np.all(felt[3] != felt[0]) and felt.min() >= 10 and felt.max() <= 20
    assert abs(np.corrcoef(felt[0], felt[3])[0, 1]) < BOUND / math.sqrt(300)


def test_a_parameter_may_be_set():
    text = """
parameters: {mood: {unit: t, assume: 2}}
events: {change: {when: 'time >= date("2024-01-15")', once: true, set: {mood: 2 * mood}}}
values: {felt: {unit: t, is: mood}}
"""
    assert list(run_world(text, until=4).value("felt")[:, 0]) == [2, 2, 2, 4, 4]


@pytest.mark.parametrize("step_days", [1, 7, 30])
def test_an_event_fires_with_its_probability(step_days):
    """An event fires in a step with probability 1 - exp(-rate * step)."""
    n = 20_000
    run = run_world("events: {e: {rate: 0.02 / 1 day}}\n", until=1, step_days=step_days, futures=n)
    assert close_share(int(run.flag("e")[1].sum()), n, 1 - math.exp(-0.02 * step_days))


def test_excluding_events_add_their_rates_and_one_is_picked():
    """``either: [a, b]``: their rates add, one draw says whether one fires, a second which."""
    n, ra, rb = 20_000, 0.03, 0.06
    text = f"events: {{a: {{rate: {ra} / 1 day}}, b: {{rate: {rb} / 1 day}}, or_so: {{either: [a, b]}}}}\n"
    run = run_world(text, until=1, futures=n)
    a, b = run.flag("a")[1], run.flag("b")[1]
    assert not np.any(a & b)
    assert close_share(int((a | b).sum()), n, 1 - math.exp(-(ra + rb) * 7))
    assert close_share(int(a.sum()), int((a | b).sum()), ra / (ra + rb))


def test_without_either_both_may_fire():
    run = run_world("events: {a: {rate: 9 / 1 day}, b: {rate: 9 / 1 day}}\n", until=1)
    assert run.flag("a")[1, 0] and run.flag("b")[1, 0]


def test_either_passes_over_what_cannot_happen():
    """An event whose ``when`` is false or that has happened once adds no rate."""
    n = 5_000
    text = """
events:
  a: {rate: 9 / 1 day, once: true}
  b: {rate: 0.05 / 1 day, when: 'time >= date("2024-01-08")'}
  or_so: {either: [a, b]}
"""
    run = run_world(text, until=3, futures=n)
    assert run.flag("a")[1].all() and not run.flag("b")[1].any()
    assert close_share(int(run.flag("b")[2].sum()), n, 1 - math.exp(-0.05 * 7))


def test_a_negative_rate_is_an_error_of_that_future():
    text = """
parameters: {r: {assume: -1..1}}
events: {e: {rate: r / 100 day}}
"""
    run = run_world(text, until=2, futures=100)
    rates = np.array([r for r in run.evaluator.rows[0]])
    assert [b is not None for b in run.bad] == list(rates < 0)
    assert set(run.bad) == {None, date(2024, 1, 1)}


# -- 3. An event is two things

RELAPSE = """
stocks: {days_of_war: {unit: day, start: 0, in: 'if(ceasefire, 0, 1)'}, calls: {start: 0}}
events:
  ceasefire: {when: not ceasefire, rate: 0 / 1 day, until: fired(relapse)}
  relapse: {when: ceasefire, rate: 0 / 1 day}
  alarm: {when: fired(relapse), once: true}
values: {at_war: 'if(ceasefire, 0, 1)', just_broken: 'if(fired(relapse), 1, 0)'}
endings:
  broken: fired(relapse)
  war: {at_horizon: true}
"""


def relapse(days: int = 7):
    """A ceasefire forced in step 1 and a relapse forced in step 3."""
    first, second = date(2024, 1, 8), date(2024, 1, 22)
    return run_world(
        RELAPSE,
        until=6,
        forced={"ceasefire": [first], "relapse": [second]},
        questions={"q": "fired(relapse)"},
    )


def test_a_relapse_ends_the_ceasefire_in_the_step_in_which_it_fires():
    """A relapse ends the ceasefire in the step in which it fires, and the next step is at war."""
    run = relapse()
    assert list(run.flag("ceasefire")[:, 0]) == [False, False, True, True, False, False, False]
    assert list(run.value("at_war")[:, 0]) == [1, 1, 0, 0, 1, 1, 1]
    assert run.stock("days_of_war")[-1, 0] == 4 * 7


def test_the_pulse_is_seen_at_the_steps_end_in_until_endings_and_questions():
    """``fired(x)`` is seen there in the step in which x fires (step 3, from 22 to 28 January)."""
    run = relapse()
    assert run.endings == ["broken"] and run.ending_days == [date(2024, 1, 28)]
    assert run.answered("q") == [date(2024, 1, 28)]


def test_the_pulse_is_seen_everywhere_else_in_the_next_step():
    """``fired(x)``: everywhere else in the next step, and only there."""
    run = relapse()
    assert run.fired("relapse") == [3] and run.fired("alarm") == [4]
    assert list(run.value("just_broken")[:, 0]) == [0, 0, 0, 0, 1, 0, 0]


def test_true_from_the_step_after_it_fires_until_its_until_holds():
    text = """
events:
  e: {when: 'time >= date("2024-01-08")', until: 'time >= date("2024-01-29")'}
"""
    run = run_world(text, until=6)
    assert run.fired("e") == [1]
    assert list(run.flag("e")[:, 0]) == [False, False, True, True, False, False, False]


def test_without_until_and_once_it_is_true_for_one_step():
    run = run_world("events: {e: {when: 'time >= date(\"2024-01-15\")'}}\n", until=5)
    assert list(run.flag("e")[:, 0]) == [False, False, False, True, False, False]


def test_with_once_it_stays_true():
    run = run_world("events: {e: {rate: 9 / 1 day, once: true}}\n", until=4)
    assert list(run.flag("e")[:, 0]) == [False, True, True, True, True] and run.fired("e") == [0]


def test_a_lasting_event_does_not_fire_while_it_is_true():
    text = "stocks: {n: {start: 0}}\nevents: {e: {rate: 9 / 1 day, until: n > 10, add: {n: 1}}}\n"
    assert run_world(text, until=5).stock("n")[-1, 0] == 1


def test_an_event_with_only_when_fires_when_it_turns_true():
    """Once for each time that its condition turns from false to true."""
    text = (
        "stocks: {n: {start: 0}}\n"
        "events: {e: {when: 'cycle(date(\"2024-01-29\"), 8 weeks) > 0.1', add: {n: 1}}}\n"
    )
    run = run_world(text, until=24)
    assert run.fired("e") == [3, 11, 19] and run.stock("n")[-1, 0] == 3


def test_a_when_that_is_already_true_at_the_start_does_not_fire():
    run = run_world("events: {e: {when: 'time < date(\"2024-03-01\")', once: true}}\n", until=5)
    assert run.fired("e") == [] and not run.flag("e").any()


def test_a_when_with_a_rate_may_fire_from_the_start():
    """A rate needs no turning: it works wherever its ``when`` holds."""
    assert run_world("events: {e: {when: 'true', rate: 9 / 1 day, once: true}}\n", until=2).fired("e") == [0]


def test_first_stays_the_first():
    """``first(x)`` is the last day of the step in which x first became true, or never."""
    text = """
events: {e: {when: 'cycle(date("2024-01-29"), 8 weeks) > 0.1'}}
values: {day: {unit: day, is: first(e)}}
""".replace("day: {unit", "when_first: {unit")
    found = run_world(text, until=24).value("when_first")[:, 0]
    assert np.all(np.isnan(found[:4])) and set(found[4:]) == {date(2024, 1, 28).toordinal()}


def test_held_needs_no_break():
    """``held(x, d)``: true now and without a break for at least d."""
    text = """
events:
  peace: {rate: 0 / 1 day, until: fired(war)}
  war: {rate: 0 / 1 day}
values: {lasting: 'if(held(peace, 3 weeks), 1, 0)', ever: 'if(held(not peace, 2 weeks), 1, 0)'}
"""
    forced = {"peace": [date(2024, 1, 1), date(2024, 1, 22)], "war": [date(2024, 1, 15)]}
    run = run_world(text, until=10, forced=forced)
    assert list(run.flag("peace")[:, 0]) == [False, True, True, False] + [True] * 7
    assert list(run.value("lasting")[:, 0]) == [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1]
    assert run.value("ever")[:, 0].sum() == 0


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
