"""Small worlds whose posterior can be written down, with the figures that they are given and the exact answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from panmunjom.analysis.running import Options, Runner
from panmunjom.case.model import Model
from panmunjom.case.new import write_new
from panmunjom.case.observed import Observation, Series
from panmunjom.case.records import Filled
from panmunjom.quantities.calendar import month_ends
from panmunjom.quantities.distributions import parse_distribution

Array = npt.NDArray[np.float64]
START = date(2024, 1, 1)
ENDS = month_ends(START, date(2024, 12, 31))


SERIES = """\
stores_counted:
  label: Food that deserters speak of
  unit: t
  kind: level
  observes: stores
  source: courier
  bias: 0.8 to 1.2
  error: relative
  spread: 0.1 to 0.3
"""
FIGURES = """\
series,date,value,known
stores_counted,2024-03-31,320,2024-04-02
stores_counted,2024-04-30,230,2024-05-02
stores_counted,2024-05-31,180,2024-06-02
"""


def write_siege(folder: Path) -> None:
    """The case of ``panmunjom new`` with one observed series."""
    write_new(folder)
    (folder / "data").mkdir()
    (folder / "data" / "series.yaml").write_text(SERIES)
    (folder / "data" / "observed.csv").write_text(FIGURES)


def series(name: str, kind: str, observes: str, values: list[float], **more: object) -> Series:
    """A series with one figure a month, known on its day."""
    for key in ("bias", "spread"):
        if key in more:
            more[key] = parse_distribution(str(more[key]))
    figures = tuple(Observation(day, value, day) for day, value in zip(ENDS, values, strict=False))
    return Series(name, kind=kind, observes=observes, observations=figures, **more)  # type: ignore[arg-type]


def filled(model: Model, threads: int = 1) -> tuple[Runner, Filled]:
    """A model's case, ready to be conditioned in its pooled view."""
    case = model.case()
    runner = Runner(case, Options(threads=threads))
    return runner, runner.fill_pooled(case.start)


def walk() -> Model:
    """A random walk with a drift that nobody knows: a stock that starts at 0 ± 2 and changes by (0.02 ± 0.03) a day and by
    chance, 0.2 for the square root of a day."""
    model = Model("A walk", start=START.isoformat(), horizon="2 years", step="1 day")
    model.parameter("x_at_start", assume="0 ± 2")
    model.parameter("drift", unit="1/day", assume="0.02 ± 0.03")
    model.stock(
        "x", start="x_at_start", change="drift + noise(0.2 / 1 day^0.5)", may_be_negative=True, show=True
    )
    model.ending("goes_on", at_horizon=True)
    return model


@dataclass
class Exact:
    """Mean and covariance of (x at the last figure, drift), and the log evidence of all figures."""

    mean: Array
    covariance: Array
    log_evidence: float


def kalman(values: list[float], spread: float) -> Exact:
    """The Kalman filter of ``walk`` observed at month ends (R. E. Kalman, J. Basic Eng. 82 (1960) 35)."""
    mean, cov = np.array([0.0, 0.02]), np.diag([4.0, 0.03**2])
    evidence, before = 0.0, 0
    look = np.array([1.0, 0.0])
    for day, value in zip(ENDS, values, strict=False):
        days = (day - START).days + 1
        move = np.array([[1.0, days - before], [0.0, 1.0]])
        mean = move @ mean
        cov = move @ cov @ move.T + np.diag([0.04 * (days - before), 0.0])
        before = days
        variance = look @ cov @ look + spread**2
        off = value - mean[0]
        evidence += -0.5 * (off * off / variance + np.log(2 * np.pi * variance))
        gain = cov @ look / variance
        mean = mean + gain * off
        cov = cov - np.outer(gain, look @ cov)
    return Exact(mean, cov, float(evidence))


def counted() -> Model:
    """A constant flow that accumulates: losses of ``rate`` a day, lognormal."""
    model = Model("Counts", start=START.isoformat(), horizon="2 years", step="7 days")
    model.parameter("rate", unit="1/day", assume="lognormal(50, 1.5)")
    model.stock("lost", start="0", in_="rate", show=True)
    model.ending("goes_on", at_horizon=True)
    return model


def hazard() -> Model:
    """A war that ends at a constant rate, of which a gamma says how large it may be."""
    model = Model("A hazard", start=START.isoformat(), horizon="3 years", step="7 days")
    model.parameter("end_rate", unit="1/year", assume="gamma(1.5, 1)")
    model.event("ended", rate="end_rate", once=True)
    model.value("war", is_="if(ended, 0, 1)", show=True)
    model.ending("peace_made", "ended")
    model.ending("goes_on", at_horizon=True)
    model.question("peace", text="Does it end?", holds="ended")
    return model
