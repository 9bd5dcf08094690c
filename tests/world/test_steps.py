"""What a step does, rules 1 to 3: time, order, and what an event is.

Sentence by sentence, seen through the plain evaluator. Statistical tests use fixed seeds and bounds of five standard
errors: false alarms are one in 1.7 million.
"""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from worlds import run_world

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
