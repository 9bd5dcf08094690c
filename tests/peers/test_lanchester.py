"""Lanchester's laws: who wins, with how many, and when; and Engel's battle of Iwo Jima.

The world's step is a whole day and its rule is Euler's, so a day of battle is declared as so many days of the calendar
(``battle_day: 200 day``). Every test says how large Euler's error may be, and that it falls with the step as it must.
"""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import numpy.typing as npt
import pytest
from scipy import linalg

from compiled import run_compiled
from worlds import START

Array = npt.NDArray[np.float64]

SQUARE = """
units: {{man: , battle_day: {fine} day}}
stocks:
  a: {{unit: man, start: {a} man, out: 0.02 * b / 1 battle_day}}
  b: {{unit: man, start: {b} man, out: 0.05 * a / 1 battle_day}}
endings:
  a_wins: b <= 0
  b_wins: a <= 0
  both_stand: {{at_horizon: true}}
"""


def battle(text: str, days: int, fine: int) -> tuple[float, float, int, float]:
    """Men of a and b at the end, the ending's number and its day of battle."""
    found = run_compiled(text, [days * fine], 1)
    when = (found["ending date"][0, 0] - START.toordinal() + 1) / fine
    return float(found["a"][0, 0]), float(found["b"][0, 0]), int(found["ending"][0, 0]), when


@pytest.mark.parametrize(("a", "b"), [(1000, 1000), (1000, 1400), (600, 1000), (100, 1000)])
def test_the_square_law(a: int, b: int) -> None:
    """dA/dt = -0.02 B, dB/dt = -0.05 A: with 0.05 A0^2 > 0.02 B0^2 side a wins and sqrt(A0^2 - 0.4 B0^2) of it remain.

    The battle lasts artanh(sqrt(0.4) B0 / A0) / sqrt(0.02 0.05) days (for the other winner likewise). Euler's rule with 20
    steps a day is within 0.15% of the men, with 100 within a fifth of that, and both end in the right step or the next:
    a rate 1% off would be 0.5% in the time.
    """
    alpha, beta = 0.02, 0.05
    a_wins = beta * a * a > alpha * b * b
    ratio = math.sqrt(alpha / beta) * b / a
    left = math.sqrt(a * a - alpha / beta * b * b) if a_wins else math.sqrt(b * b - beta / alpha * a * a)
    time = math.atanh(min(ratio, 1 / ratio)) / math.sqrt(alpha * beta)
    for fine, men in ((20, 0.0015), (100, 0.0003)):
        found_a, found_b, ending, when = battle(SQUARE.format(a=a, b=b, fine=fine), 120, fine)
        assert ending == (0 if a_wins else 1)
        winner, loser = (found_a, found_b) if a_wins else (found_b, found_a)
        assert loser == 0
        assert winner == pytest.approx(left, rel=men)
        assert 0 <= when - time < 1 / fine


LINEAR = """
units: {{man: , battle_day: {fine} day}}
stocks:
  a: {{unit: man, start: {a} man, out: 0.0002 * a * b / 1 battle_day / 1 man}}
  b: {{unit: man, start: {b} man, out: 0.0003 * a * b / 1 battle_day / 1 man}}
endings:
  a_wins: b < 1 man
  b_wins: a < 1 man
  both_stand: {{at_horizon: true}}
"""


@pytest.mark.parametrize(("a", "b"), [(1000, 1000), (500, 1000), (600, 1000)])
def test_the_linear_law(a: int, b: int) -> None:
    """dA/dt = -p A B, dB/dt = -q A B: q A - p B stays what it was, to roundings, by Euler's rule as well.

    With m = q A0 - p B0 the ratio A / B grows as exp(m t): the day on which one man is left follows from that. Euler's rule
    with 10 steps a day is within 0.6% of it, with 50 within 0.13%.
    """
    p, q, days = 0.0002, 0.0003, 300
    m = q * a - p * b
    for fine, part in ((10, 0.006), (50, 0.0013)):
        found_a, found_b, ending, when = battle(LINEAR.format(a=a, b=b, fine=fine), days, fine)
        assert q * found_a - p * found_b == pytest.approx(m, rel=1e-9)
        assert found_a > 0 and found_b > 0
        assert ending == (0 if m > 0 else 1)
        # b = 1 where a = (m + p) / q; a = 1 where b = (q - m) / p
        last = ((m + p) / q, 1.0) if m > 0 else (1.0, (q - m) / p)
        time = (math.log(last[0] / last[1]) - math.log(a / b)) / m
        assert when == pytest.approx(time, rel=part)


LANDINGS = ((0, 54_000), (2, 6_000), (5, 13_000))  # day, men landed on that day


def engel(defenders: int, day: float) -> tuple[float, float]:
    """The exact solution of dA/dt = P - 0.0544 J, dJ/dt = -0.0106 A: matrix exponentials between the changes of P."""
    rates = np.array([[0, -0.0544], [-0.0106, 0]])
    state = np.array([0.0, defenders])
    for k in range(math.ceil(day)):
        length = min(1.0, day - k)
        still = np.linalg.solve(rates, -np.array([dict(LANDINGS).get(k, 0), 0.0]))
        state = still + linalg.expm(rates * length) @ (state - still)
    return float(state[0]), float(state[1])


# Runge and Kutta's rule of the fourth order, 2,400 steps a day
PUBLISHED = [
    (21_000, 6, 66_617, 17_769), (21_000, 10, 63_052, 15_022), (21_000, 20, 56_628, 8_709),
    (21_000, 28, 53_863, 4_039), (21_000, 35, 53_080, 81), (21_500, 6, 66_454, 18_274),
    (21_500, 10, 62_778, 15_537), (21_500, 20, 56_063, 9_268), (21_500, 28, 53_042, 4_656),
    (21_500, 35, 52_012, 768), (21_500, 36, 51_985, 217),
]  # fmt: skip


def landing(defenders: int, fine: int) -> str:
    """Engel's model (Journal of the Operations Research Society of America 2(2), 1954), a day of battle as so many days."""
    pulses = " + ".join(
        f'pulse({men} man, date("{date.fromordinal(START.toordinal() + day * fine)}"), 1 battle_day)'
        for day, men in LANDINGS
    )
    return f"""
units: {{man: , battle_day: {fine} day}}
values:
  landed: {{unit: man/battle_day, is: '({pulses}) / 1 battle_day'}}
stocks:
  a: {{unit: man, start: 0, in: landed, out: 0.0544 * b / 1 battle_day}}
  b: {{unit: man, start: {defenders} man, out: 0.0106 * a / 1 battle_day}}
"""


@pytest.mark.parametrize("defenders", [21_000, 21_500])
def test_iwo_jima_to_day_35(defenders: int) -> None:
    """Every day's men on both sides, from the landing to the last day.

    Euler's error with 200 steps a day is at most 15 men of 73,000 and with 400 half of that; what is extrapolated from the
    two is within 0.1 man of the exact solution, so the rounded figures are those of a fine Runge-Kutta run.
    """
    days = list(range(1, 36))
    exact = np.array([engel(defenders, d) for d in days]).T
    runs = []
    for fine in (200, 400):
        found = run_compiled(landing(defenders, fine), [d * fine for d in days], 1)
        runs.append(np.array([found["a"][:, 0], found["b"][:, 0]]))
    coarse, fine_run = (np.abs(r - exact).max() for r in runs)
    assert coarse < 15 and coarse / fine_run == pytest.approx(2, rel=0.02)
    assert np.abs(2 * runs[1] - runs[0] - exact).max() < 0.1


@pytest.mark.parametrize(("defenders", "day", "attackers", "left"), PUBLISHED)
def test_the_exact_solution_gives_the_figures(defenders: int, day: int, attackers: int, left: int) -> None:
    """The matrix exponentials that the kernel is compared with, against a Runge-Kutta run, to the man."""
    assert engel(defenders, day) == pytest.approx((attackers, left), abs=0.51)
