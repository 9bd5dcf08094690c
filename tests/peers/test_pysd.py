"""The same models written for Vensim, run by PySD, and written as a world, run by us: every number of every step.

PySD (J. L. Houghton, E. Martin-Martínez and others; tried with 3.14) integrates by Euler's rule too, so the two may differ
by roundings only: 1e-9 relative over hundreds of steps. The models settle or grow smoothly; none is chaotic.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from worlds import START, run_world

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of PySD's own dependencies
    pysd = pytest.importorskip("pysd", minversion="3.14", reason="PySD is not installed")

Array = npt.NDArray[np.float64]
CLOSE = 1e-9


def vensim(folder: Path, equations: str, steps: int, names: list[str], step: int = 1) -> dict[str, Array]:
    """Runs equations, one a line, in steps of so many units of time; every name's numbers, shape (steps + 1,)."""
    control = f"INITIAL TIME = 0\nFINAL TIME = {steps * step}\nTIME STEP = {step}\nSAVEPER = TIME STEP"
    lines = [line for line in (equations + control).splitlines() if line.strip()]
    path = folder / "model.mdl"
    path.write_text("{UTF-8}\n" + "".join(f"{line} ~~|\n" for line in lines), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = pysd.read_vensim(str(path)).run(return_columns=names)
    return {name: found[name].to_numpy(float) for name in names}


def agree(ours: Array, theirs: Array) -> None:
    """To 1e-9 of each number at every step, or of the series' largest one where a number is 0."""
    scale = np.maximum(np.abs(theirs), 1e-6 * np.abs(theirs).max())
    assert len(ours) == len(theirs) and np.all(np.isfinite(theirs)) and np.any(theirs != 0)
    assert np.max(np.abs(ours - theirs) / scale) < CLOSE


ATTRITION = """
fire a = MIN(materiel a, 10000 + 0.02 * materiel a)
fire b = MIN(materiel b, 10000 + 0.02 * materiel b)
troops a = INTEG(3000 - MIN(troops a, 0.001 * fire b * 40), 300000)
troops b = INTEG(2000 - MIN(troops b, 0.001 * fire a * 40), 250000)
materiel a = INTEG(30000 - fire a, 1000000)
materiel b = INTEG(30000 - fire b, 800000)
"""

ATTRITION_WORLD = """
units: {man: , shell: }
dimensions: {side: [a, b]}
relations: {foe: {a: b, b: a}}
parameters:
  drafted: {per: side, unit: man/day, assume: {a: 3000, b: 2000}}
stocks:
  troops: {per: side, unit: man, start: {a: 300000 man, b: 250000 man}, in: drafted, out: killed}
  materiel: {per: side, unit: shell, start: {a: 1000000 shell, b: 800000 shell}, in: 30000 shell/day, out: fire}
values:
  fire: {per: side, unit: shell/day, is: "min(materiel, 10000 shell + 0.02 * materiel) / 1 day"}
  killed: {per: side, unit: man/day, is: "min(troops / 1 day, 0.001 * foe.fire * 40 man/shell)"}
"""


def test_attrition_of_two_sides(tmp_path: Path) -> None:
    """The parity model: side a ends with 775958.1332097116 men after 260 steps in PySD, as it does here."""
    theirs = vensim(tmp_path, ATTRITION, 260, ["troops a", "troops b", "materiel a", "materiel b"])
    ours = run_world(ATTRITION_WORLD, until=260, step_days=1)
    for stock in ("troops", "materiel"):
        for side in "ab":
            agree(ours.stock(f"{stock}[{side}]")[:, 0], theirs[f"{stock} {side}"])
    assert theirs["troops a"][-1] == pytest.approx(775958.1332097116, rel=1e-14)


def test_growth_by_a_table(tmp_path: Path) -> None:
    """Growth slowed by a lookup table with bends, and level beyond its ends; and a harvest that sets in late."""
    equations = """
room( (0,1.3),(100,1),(400,0.9),(700,0.35),(1000,0) )
yield( (20,0),(60,1),(80,0.4) )
herd = INTEG(herd * 0.08 * room(herd) - taken, 7)
taken = 0.01 * herd * yield(Time)
"""
    world = """
tables:
  room: {points: {0: 1.3, 100: 1, 400: 0.9, 700: 0.35, 1000: 0}}
  harvest: {points: {20: 0, 60: 1, 80: 0.4}}
stocks:
  herd: {start: 7, in: "0.08 * herd * lookup(room, herd) / 1 day", out: taken}
values:
  taken: {unit: 1/day, is: '0.01 * herd * lookup(harvest, (time - date("2024-01-01")) / 1 day) / 1 day'}
"""
    theirs = vensim(tmp_path, equations, 200, ["herd", "taken"])
    ours = run_world(world, until=200, step_days=1)
    agree(ours.stock("herd")[:, 0], theirs["herd"])
    agree(ours.value("taken")[:, 0], theirs["taken"])


def test_lags_in_a_row(tmp_path: Path) -> None:
    """First- and third-order delays and smoothing, each of the one before, of an inflow that steps, pulses and climbs."""
    equations = """
ordered = 5 + STEP(3, 20) + 80 * PULSE(40, 10) + RAMP(0.1, 60, 90)
made = DELAY3(ordered, 12)
shipped = DELAY1(made, 5.5)
felt = SMOOTH(shipped, 20)
store = INTEG(shipped - 0.05 * store, 100)
"""
    world = """
values:
  ordered:
    is: >-
      5 + step(3, date("2024-01-21")) + pulse(80, date("2024-02-10"), 10 days)
      + ramp(0.1 / 1 day, date("2024-03-01"), date("2024-03-31"))
  made: delay3(ordered, 12 days)
  shipped: delay1(made, 5.5 days)
  felt: smooth(shipped, 20 days)
stocks:
  store: {start: 100, in: shipped / 1 day, out: 0.05 * store / 1 day}
"""
    names = ["ordered", "made", "shipped", "felt", "store"]
    theirs = vensim(tmp_path, equations, 150, names)
    ours = run_world(world, START, until=150, step_days=1)
    for name in names[:-1]:
        agree(ours.value(name)[:, 0], theirs[name])
    agree(ours.stock("store")[:, 0], theirs["store"])


@pytest.mark.parametrize("step", [1, 3, 7])
def test_an_arms_race_with_a_threshold(tmp_path: Path, step: int) -> None:
    """Richardson's arms race (1960) with what each side can pay, feedback through perceived arms, and an s-shaped alarm.

    In steps of one, three and seven days, with rates per day.
    """
    equations = """
alarm = 1 / (1 + EXP(-(b - 60) / 8))
seen = SMOOTH(b, 9)
a = INTEG(IF THEN ELSE(a < 150, 0.04 * seen * alarm, 0) + 0.9 - 0.03 * a, 20)
b = INTEG(MAX(0, 0.05 * a ^ 0.9 - 0.02 * b) + 0.3 * LN(1 + a) - SQRT(b) * 0.1 - 0.01 * b, 35)
"""
    world = """
values:
  alarm: logistic((b - 60) / 8)
  seen: smooth(b, 9 days)
stocks:
  a: {start: 20, may_be_negative: true, change: "(if(a < 150, 0.04 * seen * alarm, 0) + 0.9 - 0.03 * a) / 1 day"}
  b:
    start: 35
    may_be_negative: true
    change: "(max(0, 0.05 * a ^ 0.9 - 0.02 * b) + 0.3 * log(1 + a) - sqrt(b) * 0.1 - 0.01 * b) / 1 day"
"""
    theirs = vensim(tmp_path, equations, 300, ["a", "b", "alarm", "seen"], step)
    ours = run_world(world, until=300, step_days=step)
    for name in ("a", "b"):
        agree(ours.stock(name)[:, 0], theirs[name])
    for name in ("alarm", "seen"):
        agree(ours.value(name)[:, 0], theirs[name])


def test_hunters_and_hunted(tmp_path: Path) -> None:
    """Lotka and Volterra's cycles: three rounds, in which Euler's rule spirals outwards in both programs alike."""
    equations = """
hares = INTEG(0.05 * hares - 0.001 * hares * foxes, 80)
foxes = INTEG(0.0004 * hares * foxes - 0.03 * foxes, 30)
"""
    world = """
stocks:
  hares: {start: 80, in: 0.05 * hares / 1 day, out: 0.001 * hares * foxes / 1 day}
  foxes: {start: 30, in: 0.0004 * hares * foxes / 1 day, out: 0.03 * foxes / 1 day}
"""
    theirs = vensim(tmp_path, equations, 500, ["hares", "foxes"])
    ours = run_world(world, until=500, step_days=1)
    agree(ours.stock("hares")[:, 0], theirs["hares"])
    agree(ours.stock("foxes")[:, 0], theirs["foxes"])


def test_the_comparison_would_notice(tmp_path: Path) -> None:
    """A rate that differs in its eighth digit is seen."""
    theirs = vensim(tmp_path, "n = INTEG(-0.0100000001 * n, 1000)\n", 100, ["n"])
    ours = run_world("stocks: {n: {start: 1000, out: 0.01 * n / 1 day}}\n", until=100, step_days=1)
    with pytest.raises(AssertionError):
        agree(ours.stock("n")[:, 0], theirs["n"])
