"""Which days a hindcast looks ahead from, and where the futures of each begin.

**The anchor.** Futures must begin somewhere before the origin, so that there are months to learn from, and the world's
state must be known there. A world says by the dates of its assumptions' columns for which days it has been set up from what
was public: between them it has no state of its own. So an origin T begins at the latest such column that is at least
``LEARNING`` months before T, and is conditioned from there on what was observed up to T. Three months are the least in which
a monthly series shows a level and a direction. A column nearer to T would say more of the state, but rests on the judgement of
an author who wrote it later; taking the older one and learning from the record leaves more to the record. Before the first
column has three months behind it, the first is taken. What nobody can undo is that the columns, and the world itself, were
written by people who knew how the war went on: a hindcast of a model is kinder to it than forecasts made on the day, and
every page says so.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date

from ...case.importing import month_end
from ...case.records import Case
from ...quantities.calendar import add_months, parse_date
from ...text.problems import NOWHERE, CaseError, Problem, Problems

HORIZONS = (1, 3, 6, 12, 24)  # months
LEARNING = 3  # months between an anchor and the origins that begin at it
SET_UP = 0.1  # share of the dated parameters that have a column of a day for which a world is set up
MOST = 240  # origins


@dataclass(frozen=True, slots=True)
class Plan:
    """What a hindcast is asked to do. ``every`` is in months; ``first`` and ``last`` are month ends."""

    first: date
    last: date
    every: int = 1
    particles: int = 4096
    seed: int = 1
    horizons: tuple[int, ...] = HORIZONS


def read_month(text: str, what: str, problems: Problems) -> date | None:
    """The last day of a month written YYYY-MM (or as a full date); None and a problem where it is neither."""
    try:
        return month_end(parse_date(text + "-01" if re.fullmatch(r"\d{4}-\d{2}", text) else text))
    except ValueError:
        problems.add("bad-date", NOWHERE, f"{what} '{text[:40]}' is not a month; write it as 2022-04")
        return None


def read_every(text: str, problems: Problems) -> int:
    """``month``, ``quarter``, ``year`` or a number of months."""
    known = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
    found = re.fullmatch(r"([1-9]\d?) months?", text.strip())
    if found is None and text not in known:
        problems.add(
            "bad-duration",
            NOWHERE,
            f"--every '{text[:40]}' is not a step",
            f"Write {', '.join(known)} or '2 months'.",
        )
        return 1
    return int(found.group(1)) if found else known[text]


def make_plan(case: Case, first: str, last: str, every: str, particles: int, seed: int) -> Plan:
    """The plan of a call. Raises ``CaseError`` for dates that leave nothing to look ahead from."""
    problems = Problems()
    begin, end, step = (
        read_month(first, "--from", problems),
        read_month(last, "--to", problems),
        read_every(every, problems),
    )
    if begin is not None and end is not None and begin > end:
        problems.add("bad-date", NOWHERE, f"--from {first} lies after --to {last}", "Exchange the two.")
    if begin is not None and end is not None and (end.year - begin.year) * 12 // step > MOST:
        problems.add("too-large", NOWHERE, f"more than {MOST} origins", "Take a longer --every.")
    figures = [o for s in case.observed.values() if s.kind != "fact" for o in s.observations]
    if not figures:
        hint = "Give a folder with --data, or write data/series.yaml and data/observed.csv."
        problems.add(
            "no-data", NOWHERE, f"the case '{case.id}' has no observed series to hold forecasts against", hint
        )
    starts = anchors(case)
    if not starts:
        hint = "A hindcast begins at the date of an assumption's column: give the world dated assumptions."
        problems.add("no-start", NOWHERE, "no assumption of the world has a date", hint)
    if begin is not None and starts and begin <= starts[0]:
        message = f"the first origin, {begin}, is not after {starts[0]}, the first date for which the world is set up"
        problems.add(
            "bad-date", NOWHERE, message, f"Begin with --from {month_end(add_months(starts[0], 1)):%Y-%m}."
        )
    if begin is not None and figures and min(o.known for o in figures) > begin:
        known = min(o.known for o in figures)
        message = f"nothing was observed by {begin}: the first figure was known on {known}"
        problems.add("bad-date", NOWHERE, message, f"Begin with --from {known:%Y-%m}.")
    if end is not None and figures and end > (latest := max(o.date for o in figures)):
        message = f"the last origin, {end}, lies after the last observation, of {latest}"
        problems.add(
            "bad-date", NOWHERE, message, f"End with --to {latest:%Y-%m}, or give later data with --data."
        )
    problems.stop()
    assert begin is not None and end is not None
    return Plan(begin, end, step, particles, seed)


def origins(plan: Plan) -> list[date]:
    """The month ends from which the hindcast looks ahead."""
    found, day = [], plan.first
    while day <= plan.last:
        found.append(day)
        day = month_end(add_months(day.replace(day=1), plan.every))
    return found


def anchors(case: Case) -> list[date]:
    """The days for which the world has been set up: every parameter has an assumption by then, and for a tenth of those that
    are dated a column begins there. A column of one or two parameters is news that came in, and leaves the rest as old as it was.
    """
    parameters = case.built.world.parameters.values()
    dated = [{c.since for c in p.assume if c.since is not None} for p in parameters]
    counts = Counter(day for days in dated for day in days)
    dates = {day for day, n in counts.items() if n >= SET_UP * sum(map(bool, dated))}
    least = [min((c.since for c in p.assume if c.since is not None), default=None) for p in parameters]
    undated = [any(c.since is None for c in p.assume) for p in parameters]
    first = max(
        (d for d, free in zip(least, undated, strict=True) if d is not None and not free), default=None
    )
    return sorted(d for d in dates if first is None or d >= first)


def anchor_of(starts: list[date], origin: date) -> date:
    """Where the futures of an origin begin. Raises ``CaseError`` where no column is before it."""
    before = [s for s in starts if s < origin]
    if not before:
        raise CaseError([Problem("bad-date", NOWHERE, f"the world has no state before {origin}")])
    old = [s for s in before if add_months(s, LEARNING) <= origin]
    return old[-1] if old else before[0]
