"""Whether each mechanism moves the result that it is about: the pooled view with and without its turn, same parameters
and same luck, and what that does to the endings.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

from ..case.filling import fill, pooled_view
from ..case.records import Case, Filled, Mechanism, Turn
from ..engine.run import CHUNK, Change, run_rows
from ..engine.sampling import rows
from ..engine.schedule import Schedule
from ..futures.ensemble import REFUSE_BAD, paired
from ..quantities.calendar import later
from ..quantities.units import ONE
from ..text.problems import NOWHERE, CaseError, Problem
from .running import Options, Runner, Tick

ROW_FUTURES = 4_096
CLEAR = 3.0  # paired standard errors from which a difference is a movement
# Student's t with 15 degrees of freedom, as the error comes from 16 scrambles: P(t > 3); twice that where a nil is stated.
FALSE_ALARM = 0.0045

Array = npt.NDArray[np.float64]


@dataclass(slots=True)
class Moved:
    """An ending's share without and with the turn, the difference and its paired error."""

    before: float
    after: float
    difference: float
    se: float


@dataclass(slots=True)
class Shown:
    """One mechanism that was run.

    before, after    the result without and with the turn, in the mechanism's unit; NaN where it was not a number
    difference, se   after minus before, over the same futures with the same luck, and its paired error
    verdict          ``as stated``, ``nil`` (a stated movement is not there, or a stated nil is one), ``against`` (it moves
                     the other way, or where nil is stated), ``refused`` (too many futures gave no number)
    met              whether what the mechanism states is so
    held_back        share of the futures in which the turned parameter was kept inside its bounds
    """

    mechanism: Mechanism
    day: date
    futures: int
    before: float = math.nan
    after: float = math.nan
    difference: float = math.nan
    se: float = math.nan
    verdict: str = "refused"
    met: bool = False
    held_back: float = 0.0
    endings: dict[str, Moved] = field(default_factory=dict)


@dataclass(slots=True)
class Told:
    """What a run of a view says: endings (numbers), finite or not, and results by mechanism, shape (n,) each."""

    ending: npt.NDArray[np.int16]
    fine: npt.NDArray[np.bool_]
    points: npt.NDArray[np.uint64]
    results: dict[str, Array]


def show_mechanisms(
    case: Case, options: Options, chosen: list[Mechanism] | None = None, tick: Tick | None = None
) -> Iterator[Shown]:
    """Run mechanisms one after the other, each with its pooled view's futures; those that share a start share the run
    without a turn. The case must have been loaded with its mechanisms. Raises ``CaseError``.
    """
    runner = Runner(case, options)
    todo = list(case.mechanisms.values()) if chosen is None else chosen
    starts = {m.start: [x for x in todo if x.start == m.start] for m in todo}
    base: dict[date, Told] = {}
    for number, mechanism in enumerate(todo):
        if mechanism.start not in base:
            base[mechanism.start] = told(runner, pooled(runner, mechanism.start), starts[mechanism.start], [])[0]
        after, held = told(runner, pooled(runner, mechanism.start, mechanism.turns), [mechanism], mechanism.turns)
        yield compared(case, mechanism, base[mechanism.start], after, held)
        if tick is not None:
            tick((number + 1) / len(todo))


def pooled(runner: Runner, start: date, turns: list[Turn] | tuple[()] = ()) -> Filled:
    """The pooled view at a date with what turns set and do."""
    view = pooled_view(start)
    view.interventions = [t.intervention for t in turns if t.intervention is not None]
    extra = [*runner.options.settings, *(t.setting for t in turns if t.setting is not None)]
    filled = fill(runner.case, view, runner.options.known_by, extra)
    filled.switches |= {t.switch: t.to for t in turns if t.switch}
    return filled


def told(runner: Runner, filled: Filled, mechanisms: list[Mechanism], turns: list[Turn]) -> tuple[Told, float]:
    """Run a view and read the results of these mechanisms; second, in which share of it a parameter met its bounds."""
    case, options = runner.case, runner.options
    until = runner.until(filled.start)
    plan, changes = runner.plan(filled, until)
    parts: list[Told] = []
    held = 0.0
    for begin in range(0, options.futures, CHUNK):
        points = np.arange(begin, min(begin + CHUNK, options.futures), dtype=np.uint64)
        table = rows(case.built, runner.draws(filled), runner.switch_rows(filled.switches), points, options.seed)
        held += changed(case, table, turns) * len(points) / options.futures
        parts.append(chunk(runner, table, points, (plan, changes), mechanisms))
    if len(parts) == 1:
        return parts[0], held
    columns = [np.concatenate([getattr(p, name) for p in parts]) for name in ("ending", "fine", "points")]
    results = {m.id: np.concatenate([p.results[m.id] for p in parts]) for m in mechanisms}
    return Told(columns[0], columns[1], columns[2], results), held


def chunk(
    runner: Runner, table: Array, points: npt.NDArray[np.uint64], plan: tuple[Schedule, list[Change]],
    mechanisms: list[Mechanism],
) -> Told:  # fmt: skip
    """So many futures at once. A result is read when so many whole steps have ended as ``after`` has; a step ends with the
    day before its clock, so that what held by then has an earlier day.
    """
    graph, options = runner.case.built.graph, runner.options
    calendar, changes = plan
    days = {m.id: later(m.start, m.after) for m in mechanisms}
    steps = {m.id: calendar.index(days[m.id]) for m in mechanisms}
    read = {steps[m.id] for m in mechanisms if m.mean}
    raw = run_rows(runner.kernel, table, points, calendar, options.seed, changes, threads=options.threads, read=read)
    measures = {m.name: k for k, m in enumerate(graph.measures)}
    answers = {a.name: k for k, a in enumerate(graph.answers)}
    results: dict[str, Array] = {}
    for m in mechanisms:
        if m.mean:
            place = measures[m.result]
            results[m.id] = raw.measured[steps[m.id]][place] / graph.measures[place].unit.factor
        else:
            results[m.id] = 100.0 * (raw.first[answers[m.result]] < days[m.id].toordinal())  # never is NaN, and false
    return Told(raw.ending, np.isnan(raw.bad), points, results)


def changed(case: Case, table: Array, turns: list[Turn]) -> float:
    """Multiply and add to rows of the table, in place, and keep them inside their parameters' bounds.

    What events draw anew is multiplied too, by way of the factor with which it is drawn. Returns the share of the
    futures in which a bound was met.
    """
    met = np.zeros(table.shape[1], bool)
    for turn in turns:
        if turn.operation not in ("*", "+"):
            continue
        for index, row in enumerate(case.built.graph.rows):
            if turn.target not in (row.parameter, row.name.partition("#")[0]) or row.part not in ("", "factor"):
                continue
            unit = row.unit or ONE
            if turn.operation == "*":
                table[index] *= turn.by
            elif not row.part:
                table[index] += turn.by * unit.factor
            within = case.built.world.parameters[row.parameter].within
            if within is not None and not row.part:
                inside = np.clip(table[index], within[0] * unit.factor, within[1] * unit.factor)
                met |= inside != table[index]
                table[index] = inside
    return float(met.mean())


def compared(case: Case, mechanism: Mechanism, base: Told, other: Told, held: float) -> Shown:
    """The result and the endings with the turn against those without."""
    out = Shown(mechanism, later(mechanism.start, mechanism.after), len(base.points), held_back=held)
    fine = base.fine & other.fine
    if float((~fine).mean()) > REFUSE_BAD:
        return out
    points = base.points[fine]
    for k, ending in enumerate(case.built.graph.endings):
        a, b = base.ending[fine] == k, other.ending[fine] == k
        out.endings[ending.name] = Moved(float(a.mean()), float(b.mean()), *paired(a, b, points))
    a, b = base.results[mechanism.id][fine], other.results[mechanism.id][fine]
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return out
    out.before, out.after = float(a.mean()), float(b.mean())
    out.difference, out.se = paired(a, b, points)
    judge(out)
    return out


def judge(found: Shown) -> None:
    """Whether the difference is a movement, and the one that is stated."""
    moves = found.mechanism.moves
    if abs(found.difference) <= CLEAR * found.se or found.difference == 0:
        found.verdict, found.met = "nil", moves == "nil"
        return
    found.met = moves == ("up" if found.difference > 0 else "down")
    found.verdict = "as stated" if found.met else "against"


def by_rows(case: Case, wanted: str) -> list[Mechanism]:
    """The mechanisms of rows or ids, as ``5,6`` or ``5-8,held_land``. Raises ``CaseError`` for one that is not there."""
    found: dict[str, Mechanism] = {}
    for word in (w.strip() for w in wanted.split(",")):
        low, dash, high = word.partition("-")
        if low.isdecimal() and (not dash or high.isdecimal()):
            span = range(int(low), int(high or low) + 1) if len(word) < 12 else range(0)
            some = [m for m in case.mechanisms.values() if m.row in span]
        else:
            some = [m for m in case.mechanisms.values() if m.id == word]
        if not some:
            known = ", ".join(f"{m.row} {m.id}" for m in case.mechanisms.values())
            hint = f"Known: {known}." if known else "The case has no mechanisms.yaml."
            raise CaseError([Problem("unknown-row", NOWHERE, f"--rows: there is no row '{word}'", hint)])
        found |= {m.id: m for m in some}
    return sorted(found.values(), key=lambda m: m.row)

