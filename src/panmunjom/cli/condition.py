"""``panmunjom condition``: the pooled view given what was observed until a date."""

from __future__ import annotations

import argparse
import math
import sys
from datetime import date
from typing import Any

from ..analysis.running import Options, Runner
from ..case.loading import load
from ..forecasts.conditioning import Conditioned, columns
from ..forecasts.conditioning import condition as conditioned
from ..quantities.calendar import parse_date
from ..report.words import number
from ..text.problems import NOWHERE, CaseError, Problem, printable
from .terminal import Progress, as_json_text, bold, dim, paint, table


def condition(given: argparse.Namespace) -> int:
    """Condition and print; the exit status is 0, or 1 where the filter collapsed."""
    case = load(given.case)
    until = day(given.until, "--until")
    start = day(given.start, "--start") if given.start else case.start
    if until < start:
        raise CaseError([Problem("bad-date", NOWHERE, f"--until: {until} lies before the start, {start}")])
    series = [one.known_by(until) for one in case.observed.values()]
    if not any(start <= o.date <= until for one in series for o in one.observations):
        message = f"no series of '{case.id}' has a figure from {start} to {until} that was known then"
        raise CaseError([Problem("nothing-observed", NOWHERE, message)])
    runner = Runner(case, Options(seed=given.seed, known_by=None))
    progress = Progress()
    try:
        found = conditioned(
            runner, runner.fill_pooled(start), series, until, given.particles, given.seed, progress.stage("conditioning", 1.0)
        )  # fmt: skip
    finally:
        progress.close()
    if given.json:
        print(as_json_text(record(found)))
    else:
        show(found, given.columns)
    return 1 if found.collapsed else 0


def day(text: str, option: str) -> date:
    """A date of the call. Raises ``CaseError``."""
    try:
        return parse_date(text)
    except ValueError as error:
        raise CaseError([Problem("bad-date", NOWHERE, f"{option}: {error}")]) from None


def in_own_units(found: Conditioned) -> dict[str, tuple[float, float, str]]:
    """Low end, high end and unit of the columns, as the world writes the parameters."""
    used = found.filled.used
    return {
        name: (low / used[name].unit.factor, high / used[name].unit.factor, used[name].unit.text)
        for name, (low, high) in columns(found).items()
        if name in used
    }


def record(found: Conditioned) -> dict[str, Any]:
    """For machines; what is infinite is null."""

    def finite(value: float) -> float | None:
        return value if math.isfinite(value) else None

    return {
        "start": str(found.filled.start),
        "until": str(found.until),
        "particles": found.filter.size,
        "collapsed": found.collapsed or None,
        "log_evidence": finite(found.log_evidence),
        "distinct": found.distinct,
        "moves": found.moves,
        "left_out": found.left_out,
        "stops": [
            {
                "date": str(s.date),
                "ess": s.ess,
                "alone": s.alone,
                "nearest": {k: finite(v) for k, v in s.nearest.items()},
                "stages": s.stages,
                "passes": s.passes,
                "moved": s.moved,
                "distinct": s.distinct,
            }
            for s in found.stops
        ],
        "columns": {n: {"low": a, "high": b, "unit": u} for n, (a, b, u) in in_own_units(found).items()},
    }


def show(found: Conditioned, with_columns: bool) -> None:
    """What people read."""
    print(
        bold(
            f"pooled from {found.filled.start}, conditioned on figures to {found.until}, {found.filter.size} futures"
        )
    )
    rows = [
        [str(s.date), f"{s.ess:.3g}", s.worst(), f"{s.alone[s.worst()]:.3g}", str(s.stages), str(s.distinct)]
        for s in found.stops
    ]
    print(table(["known on", "effective", "hardest series", "alone", "stages", "different"], rows))
    if found.collapsed:
        print(paint(printable(f"collapsed: {found.collapsed}"), "31", sys.stdout))
        return
    moved = ", ".join(f"{kind} {share:.0%}" for kind, share in found.moves.items())
    print(dim(f"log evidence {found.log_evidence:.4g}; moves accepted: {moved or 'none made'}"))
    if found.left_out:
        names = ", ".join(f"{name} {count}" for name, count in found.left_out.items())
        print(dim(printable(f"figures from before the start, left out: {names}")))
    if with_columns:
        print()
        for name, (low, high, unit) in in_own_units(found).items():
            print(printable(f"{name}: {number(low)} to {number(high)} {unit}".rstrip()))
