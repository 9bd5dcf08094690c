"""The columns of a comparison: a case, a view of it, and the dates over which all of them are run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from ...case.filling import unknown_view
from ...case.known import as_of
from ...case.loading import load
from ...case.records import Case, Filled
from ...futures.ensemble import Ensemble
from ...quantities.calendar import later, parse_date
from ...text.problems import NOWHERE, CaseError, Problem, Problems
from ..running import Options, Runner

POOLED = "pooled"
_VIEW = re.compile(r"(?P<name>[^@/\\]+)(?:@(?P<day>.+))?")


@dataclass(frozen=True, slots=True)
class Asked:
    """A column as it was asked for: a case, of it a view (empty where none is named), and a date that it is held to."""

    case: str
    view: str = ""
    day: date | None = None


@dataclass(slots=True)
class Side:
    """One column: a filled view with all that was run from it.

    own_start, own_until   the view's own dates, from which it may have been moved
    ranges                 (kind, name) of an ending or question -> lowest and highest share as each theory is turned alone
    """

    label: str
    case: Case
    runner: Runner
    filled: Filled
    start: date
    until: date
    own_start: date
    own_until: date
    ensemble: Ensemble = field(init=False)
    ranges: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)  # turned theories of which too many futures stopped being finite

    @property
    def moved(self) -> bool:
        """Whether it starts on another day than its own."""
        return self.start != self.own_start

    def shares_luck(self, other: Side) -> bool:
        """Whether future k of both has the same parameter point and luck in the same world over the same dates."""
        one, two = self.runner, other.runner
        return (
            (self.start, self.until, self.case.step_days, one.options.seed)
            == (other.start, other.until, other.case.step_days, two.options.seed)
            and one.kernel.digest == two.kernel.digest
            and [r.name for r in self.case.built.graph.rows] == [r.name for r in other.case.built.graph.rows]
        )  # fmt: skip


@dataclass(slots=True)
class Lineup:
    """The columns, the first of them the reference; ``same_dates`` where all of them have one start and one end."""

    sides: list[Side]
    same_dates: bool
    notes: list[str] = field(default_factory=list)


def read_asked(text: str) -> Asked:
    """``CASE``, ``CASE:VIEW``, ``CASE:VIEW@DATE``. Raises ``CaseError`` for a date that is none."""
    case, colon, view = text.rpartition(":")
    found = _VIEW.fullmatch(view) if colon and case and not Path(text).is_dir() else None
    if found is None:
        return Asked(text)
    return Asked(case, *read_view(view))


def read_view(text: str) -> tuple[str, date | None]:
    """``VIEW`` or ``VIEW@DATE``. Raises ``CaseError`` for a date that is none."""
    name, at, day = text.partition("@")
    try:
        return name, parse_date(day) if at else None
    except ValueError as error:
        problem = Problem("bad-date", NOWHERE, f"the date of '{text}' cannot be read: {error}")
        raise CaseError([problem]) from None


def line_up(
    asked: Sequence[Asked],
    cases: dict[str, Case],
    options: Options,
    picks: Sequence[str] = (),
    start: date | None = None,
) -> Lineup:
    """The columns over common dates, filled and ready to run.

    A case without a view stands for the views ``picks``; without these for all its views, if it is the only case asked for,
    else for its pooled view. A date behind a view (``@DATE``) is one that the comparison must start on. Else the start is
    ``start``, or the latest of the columns' own; where the spans of several cases do not overlap, each keeps its dates.

    Raises:
        CaseError: for unknown views, for one column only, and where nothing lies between start and end.
    """
    known = options.known_by
    cases = {name: as_of(case, known) if known else case for name, case in cases.items()}
    columns = _columns(asked, cases, options, picks)
    if len(columns) < 2:
        raise _too_few(columns, cases, known)
    own = [_own_start(cases[c.case], c, known) for c in columns]
    ends = [options.until or later(day, cases[c.case].horizon) for c, day in zip(columns, own, strict=True)]
    spans, notes = _spans(columns, cases, own, ends, options, start)
    several = len({c.case for c in columns}) > 1
    alike = len({case.id for case in cases.values()}) < len(cases)
    found: list[Side] = []
    kernels: dict[str, Runner] = {}
    problems = Problems()
    for column, span, day, end in zip(columns, spans, own, ends, strict=True):
        case = cases[column.case]
        if span[0] >= span[1]:
            message = f"'{_name(column, several)}' would start on {span[0]} and end on {span[1]}: nothing lies between"
            problems.add("bad-date", NOWHERE, message, "Give a later --until or an earlier --start.")
            continue
        base = kernels.setdefault(column.case, Runner(case, options))
        runner = base.with_case(case)
        runner.options = replace(options, until=span[1])
        try:
            filled = _filled(runner, column, span[0])
            runner.plan(filled, span[1])  # interventions are checked before anything long begins
        except CaseError as error:
            for p in error.problems:
                problems.add(p.code, p.place, p.message, p.hint, p.severity)
            continue
        label = f"{column.case if alike else case.id}: {filled.name}" if several else filled.name
        found.append(Side(label, case, runner, filled, *span, day, end))
    problems.stop()
    return Lineup(found, len({(s.start, s.until) for s in found}) == 1, notes + _outside(found))


def _columns(
    asked: Sequence[Asked], cases: dict[str, Case], options: Options, picks: Sequence[str]
) -> list[Asked]:
    """One entry a column, each with a view; the same twice counts once."""
    found: list[Asked] = []
    problems = Problems()
    alone = len({a.case for a in asked}) == 1 and not any(a.view for a in asked)
    for one in asked:
        case = cases[one.case]
        if one.view:
            views = [(one.view, one.day)]
        elif picks:
            views = [read_view(p) for p in picks]
        elif alone:
            views = [(POOLED, None), *((name, None) for name in case.views if _there(case, name, options.known_by))]
        else:
            views = [(POOLED, None)]
        for name, day in views:
            if name != POOLED and name not in case.views:
                for p in unknown_view(case, name, options.known_by).problems:
                    problems.add(p.code, p.place, p.message, p.hint)
            found.append(Asked(one.case, name, day))
    problems.stop()
    return list(dict.fromkeys(found))


def _there(case: Case, name: str, known: date | None) -> bool:
    """Whether a view has dates, and existed by the as-of date."""
    start = case.views[name].start
    return start is not None and (known is None or start <= known)


def _too_few(columns: list[Asked], cases: dict[str, Case], known: date | None) -> CaseError:
    """The error for a comparison with nothing."""
    only = columns[0]
    others = [name for name in (POOLED, *cases[only.case].views) if name != only.view]
    hint = f"It also has {', '.join(others)}." if others else "Name another case beside it."
    if known and only.view == POOLED:
        hint = f"Views that start after {known}, or whose source appeared later, did not exist then."
    message = f"only one view of one case is asked for, '{only.case}:{only.view}': there is nothing beside it"
    return CaseError([Problem("one-side", NOWHERE, message, hint)])


def _own_start(case: Case, column: Asked, known: date | None) -> date:
    """Where a column starts when it is run alone."""
    view = case.views.get(column.view)
    own = column.day or (view.start if view is not None and view.start else case.start)
    return min(own, known) if known and view is None and not column.day else own


def _spans(
    columns: list[Asked], cases: dict[str, Case], own: list[date], ends: list[date], options: Options, start: date | None
) -> tuple[list[tuple[date, date]], list[str]]:
    """Start and end of every column, and what a reader must know about them."""
    pins = {c.day for c in columns if c.day}
    if start is None and len(pins) > 1:
        note = "the columns are held to different dates, so they differ in what was known and where they begin as well"
        return list(zip(own, ends, strict=True)), [note]
    common = start or (pins.pop() if pins else max(own))
    several = len({c.case for c in columns}) > 1
    if several and start is None and not common < min(ends):
        note = "the spans of these cases do not overlap: each is run over its own dates, and differences mix war and time"
        return list(zip(own, ends, strict=True)), [note]
    ahead = [options.until or later(common, cases[c.case].horizon) for c in columns]
    end = min(ends) if several and start is None else min(ahead)
    return [(common, end)] * len(columns), []


def _filled(runner: Runner, column: Asked, start: date) -> Filled:
    """A column's view filled for that start. Raises ``CaseError``."""
    case, known = runner.case, runner.options.known_by
    if known and start > known:
        message = f"'{column.view}' would start on {start}, after {known}, the last day of which anything is known"
        raise CaseError([Problem("bad-date", NOWHERE, message, "Give an earlier --start or a later --as-of.")])
    if column.view == POOLED:
        return runner.fill_pooled(start)
    return runner.fill(replace(case.views[column.view], start=start))


def _name(column: Asked, several: bool) -> str:
    """A column as somebody would ask for it."""
    day = f"@{column.day}" if column.day else ""
    return f"{column.case}:{column.view}{day}" if several else f"{column.view}{day}"


def _outside(sides: list[Side]) -> list[str]:
    """Interventions that fall outside a column's span, and settings that were not known by the as-of date."""
    found = []
    for side in sides:
        for do in side.runner.interventions(side.filled):
            if not side.start <= do.day < side.until:
                found.append(f"{side.label}: '{do.target} at {do.day}' lies outside its span and has no effect")
        if side.filled.hidden:
            found.append(f"{side.label}: set from claims not known by then, and so left out: {', '.join(side.filled.hidden)}")
    return found


def load_all(asked: Sequence[Asked]) -> dict[str, Case]:
    """Every case once, by the name that it was asked for with. Raises ``CaseError`` with the problems of all of them."""
    found: dict[str, Case] = {}
    problems = Problems()
    for name in dict.fromkeys(a.case for a in asked):
        try:
            found[name] = load(name)
        except CaseError as error:
            for p in error.problems:
                problems.add(p.code, p.place, p.message, p.hint, p.severity)
    problems.stop()
    return found
