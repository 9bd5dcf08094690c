"""A small war with a steady rate of use and four observed series: for tests of hindcasts."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np

from panmunjom.quantities.calendar import add_months
from small_case import write_case

WORLD = """\
parameters:
  rate:
    unit: t/month
    assume:
      2023-01-01: 40 to 160
      2024-01-01: 40 to 160
  pace: {unit: km^2/month, assume: -5 to 15}
  calm: {unit: 1/year, assume: 0.05 to 0.2}
stocks:
  used: {unit: t, start: 0, in: "if(truce, 0, rate)"}
  ground: {unit: km^2, start: 500 km^2, change: "pace * (1 + noise(0.5, 1 month))"}
values:
  going: {is: "if(truce, 0, 1)", show: true}
events:
  truce: {rate: calm, once: true}
endings:
  quiet: truce
  goes_on: {at_horizon: true}
"""
SERIES = """\
tonnes: {unit: t, kind: total, observes: used, source: gazette, claimed: true, bias: 0.7 to 1.4, spread: 0.05 to 0.2}
parcels: {unit: t, kind: total, observes: used, source: gazette, spread: 0.4 to 0.6}
held: {unit: km^2, kind: level, observes: ground, source: gazette, error: absolute, spread: 1 to 4}
on: {label: it goes on, kind: fact, observes: going, source: gazette}
"""
FIRST, LAST = date(2024, 1, 31), date(2025, 6, 30)


def month_ends(first: date = FIRST, last: date = LAST) -> list[date]:
    """The month ends from first to last."""
    found = [first]
    while found[-1] < last:
        found.append(add_months(found[-1].replace(day=1), 2) - timedelta(days=1))
    return found


def figures(seed: int = 1) -> str:
    """A file of figures from one true past: rate 90, pace 4, bias 1.2; parcels are public three months late."""
    luck = np.random.default_rng(seed)
    rows = ["series,date,value,known"]
    ground = 500.0
    for day in month_ends():
        ground += 4 + luck.normal(0, 1)
        late = add_months(day.replace(day=1), 4) - timedelta(days=1)
        rows.append(f"tonnes,{day},{90 * 1.2 * np.exp(luck.normal(0, 0.1)):.2f},{day}")
        rows.append(f"parcels,{day},{90 * np.exp(luck.normal(0, 0.5)):.2f},{late}")
        rows.append(f"held,{day},{ground + luck.normal(0, 2):.2f},{day}")
        rows.append(f"on,{day},1,{day}")
    return "\n".join(rows) + "\n"


def write_steady(folder: Path, rows: str | None = None) -> Path:
    """The case in a folder."""
    files = {"data__observed.csv": figures() if rows is None else rows}
    empty = {"claims": None, "questions": None, "views__courier": None, "views__pooled": None}
    return write_case(folder, **empty, world__siege=WORLD, data__series=SERIES, **files)
