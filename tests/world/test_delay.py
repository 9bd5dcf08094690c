"""Fixed delays: what comes out is what went in, whole steps later."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from worlds import START, problems_of, run_world


def day(number: int) -> str:
    """A date so many days after the start, as formulas write it."""
    return f'date("{START + timedelta(days=number)}")'


@pytest.mark.parametrize("step_days", [1, 5, 10])
@pytest.mark.parametrize(
    ("formula", "shifted"),
    [
        (f"5 + ramp(2 / 1 day, {day(20)}, {day(60)})", lambda t: 5 + 2 * np.clip(t - 20, 0, 40)),
        (f"step(3, {day(30)})", lambda t: 3.0 * (t >= 30)),
        (f"(time - {day(-7)}) / 1 day", lambda t: 7 + np.maximum(t, 0)),
    ],
)
def test_a_delayed_course_is_the_course_shifted(formula, shifted, step_days):
    """Exactly, whatever the step; what was before the start is what is there."""
    text = f"values: {{x: '{formula}', y: 'delay(x, 30 days)', z: 'delay(y, 10 days)'}}\n"
    run = run_world(text, until=100 // step_days, step_days=step_days)
    t = step_days * np.arange(100 // step_days + 1)
    assert np.array_equal(run.value("y")[:, 0], shifted(t - 30))
    assert np.array_equal(run.value("z")[:, 0], shifted(t - 40))


@pytest.mark.parametrize(
    ("length", "steps"),
    [("1 day", 1), ("10 days", 1), ("11 days", 2), ("3 weeks", 3), ("1 month", 4), ("0.01 days", 1)],
)
def test_a_delay_lasts_the_nearest_number_of_whole_steps_and_at_least_one(length, steps):
    run = run_world(f"values: {{x: '(time - {day(0)}) / 1 week', y: 'delay(x, {length})'}}\n", until=9)
    assert np.array_equal(run.value("y")[:, 0], np.maximum(np.arange(10.0) - steps, 0))


def test_each_future_starts_in_balance():
    """Also with units, members and the value of a stock."""
    text = """
units: {man: }
dimensions: {side: [north, south]}
parameters: {size: {per: side, unit: man, assume: 10 to 50}}
stocks: {men: {per: side, unit: man, start: 2 * size, in: size / 1 week}}
values: {seen: {per: side, unit: man, is: "delay(men, 2 weeks)"}}
"""
    run = run_world(text, until=6, futures=9)
    men = run.stock("men[south]")
    assert len(set(men[0])) == 9
    assert np.array_equal(run.value("seen[south]"), men[[0, 0, 0, 1, 2, 3, 4]])


def test_noise_comes_out_as_it_went_in():
    run = run_world("values: {x: 'noise(0.3, 1 month)', y: 'delay(x, 4 weeks)'}\n", until=20, futures=7)
    x = run.value("x")
    assert len(np.unique(x)) == x.size
    assert np.array_equal(run.value("y")[4:], x[:-4]) and np.array_equal(run.value("y")[:4], x[[0, 0, 0, 0]])


def test_a_pipeline_holds_what_is_on_its_way():
    """Inflow less delayed inflow is the delay's content: the flow times the length, in balance."""
    text = f"""
stocks: {{way: {{start: "42", in: flow, out: "delay(flow, 3 weeks)"}}}}
values: {{flow: {{unit: 1/day, is: '2 / 1 day + pulse(5 / 1 day, {day(14)}, 7 days)'}}}}
"""
    assert run_world(text, until=8).stock("way")[:, 0].tolist() == [42, 42, 42, 77, 77, 77, 42, 42, 42]


def test_a_delay_in_a_loop():
    """x' = -r x(t - T) with x = 1 before: 1 - r t up to T, then 1 - r t + r^2 (t - T)^2 / 2 up to 2 T."""
    text = "stocks: {x: {start: 1, may_be_negative: true, change: '-0.02 / 1 day * delay(x, 40 days)'}}\n"
    x = run_world(text, until=80, step_days=1).stock("x")[:, 0]
    t = np.arange(81.0)
    late = np.maximum(t - 40, 0)
    exact = 1 - 0.02 * t + 0.02**2 * late**2 / 2
    assert x[:41] == pytest.approx(exact[:41], abs=1e-13)
    assert x == pytest.approx(exact, abs=0.02**2 * 40 / 2 + 1e-12)  # Euler's part: h r^2 (t - T) / 2


def test_an_effect_goes_in_at_the_end_of_its_step():
    text = f"""
stocks: {{a: {{start: 1}}}}
values: {{late: "delay(a, 2 weeks)"}}
events:
  gift: {{when: 'time >= {day(7)}', add: {{a: 5}}}}
  seen: {{when: "late > 3", once: true}}
"""
    run = run_world(text, until=7)
    assert run.fired("gift") == [1]
    assert run.value("late")[:, 0].tolist() == [1, 1, 1, 1, 6, 6, 6, 6]
    assert run.fired("seen") == [4]


BASE = "parameters: {lag: {unit: day, assume: 20}, x: {assume: 1}}\nvalues:\n  y: %r\n"


@pytest.mark.parametrize(
    ("formula", "code", "column", "words"),
    [
        ("delay(x, lag)", "wrong-arguments", 16, ["fixed length", "delay1", "delay3"]),
        ("delay(x, 2 * lag)", "wrong-arguments", 18, ["fixed length"]),
        ("delay(x, 0 days)", "wrong-arguments", 16, ["above 0"]),
        ("delay(x, -3 days)", "wrong-arguments", 16, ["above 0"]),
        ("delay(x, 3)", "wrong-unit", 16, ["a length of time", "3 months"]),
        ("delay(x > 1, 3 days)", "not-a-number", 15, ["if(flag, 1, 0)"]),
        ("delay(x)", "wrong-arguments", 7, ["delay(x, 3 months)"]),
        ("delay(noise(1), 3 days)", "white-noise", 13, ["no value at a moment"]),
        ("delay(x, 30 years)", "too-large", 7, ["10,958 days", "5,000"]),
        ("delay(x, 99999999999999999999 years)", "too-large", 7, ["5,000"]),
        ("delay(x, 9 years) + delay(x, 9 years)", "too-large", 27, ["6,574 days", "5,000"]),
    ],
)
def test_what_is_wrong_with_a_delay(formula, code, column, words):
    found = problems_of(BASE % formula)
    assert [p.code for p in found] == [code]
    assert (found[0].place.line, found[0].place.column) == (3, column)
    text = f"{found[0].message} {found[0].hint}"
    assert [w for w in words if w not in text] == []


def test_the_length_is_in_days_of_the_calendar():
    """Two months are 60.875 days: 61 steps of a day, 9 of a week."""
    for step_days, steps in ((1, 61), (7, 9)):
        text = "values: {x: 'step(1, date(\"2024-01-29\"))', y: 'delay(x, 2 months)'}\n"
        y = run_world(text, until=90, step_days=step_days).value("y")[:, 0]
        assert int(y.argmax()) == (date(2024, 1, 29) - START).days // step_days + steps
