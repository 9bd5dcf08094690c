"""``panmunjom replay``: one future alone, every step of it, and why it stopped being finite where it did."""

from __future__ import annotations

import argparse
import csv
import io
import json
import math
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from ..analysis.stored import get_ready
from ..case.loading import load
from ..case.records import Case
from ..futures import trajectory as paths
from ..futures.breaks import Break, breaks
from ..futures.formats import safe
from ..futures.trajectory import Track, happened, shown_names, tracks
from ..report.sentences import label_of
from ..report.words import count, number
from ..text.files import write_whole
from ..text.problems import NOWHERE, CaseError, Problem, nearest, printable
from .run import placed, read_options
from .terminal import bold, dim, paint, table, width

_MOST_ROWS = 25  # of the table on the terminal, which then leaves out months
_MOST_LINES = 60


def replay(given: argparse.Namespace) -> int:
    """Run, print and save; the exit status is 1 where the two engines differ."""
    case = load(given.case)
    given.futures = given.future + 1
    options = read_options(given, case)
    out = Path(given.out) if given.out else None
    if out and out.suffix not in (".csv", ".json"):
        raise CaseError(
            [Problem("bad-format", NOWHERE, f"--out: '{out.name}' ends in neither .csv nor .json")]
        )
    try:
        ready = get_ready(case, options, given.view)
    except CaseError as error:
        raise CaseError(placed(error.problems)) from None
    rows = ready.rows(np.array([given.future], np.uint64))
    shared = (rows, given.future, ready.plan, ready.seed, ready.changes)
    path = paths.compiled_path(ready.kernel, *shared)
    differs = None
    if given.plain:
        plain = paths.plain_path(ready.built.graph, *shared)
        differs = paths.first_difference(path, plain)
        path = plain
    names = read_columns(given.columns, path)
    found = breaks(path)
    if out or given.json:
        record = as_json(case, ready.filled.name, path, tracks(path), found)
        if given.plain:
            record["equals_compiled"] = differs is None
        text = json.dumps(record, ensure_ascii=False, allow_nan=False)
        if out and out.suffix == ".json":
            write_whole(out, text + "\n")
        elif out:
            write_csv(out, path, tracks(path))
    if given.json:
        print(text)
    else:
        show(case, ready.filled.name, path, tracks(path, names), found, out)
        if given.plain and differs is None:
            numbers = path.states.size
            print(f"the plain evaluator and the compiled engine agree to the bit in all {numbers:,} numbers")
    if differs is not None:
        step, name = differs
        sys.stderr.write(
            f"error: the plain evaluator and the compiled engine differ first in '{name}' at step {step}\n"
        )
        return 1
    return 0


def read_columns(text: str | None, path: paths.Path) -> list[str]:
    """The columns to show. Raises ``CaseError`` for a name that there is not."""
    if text is None:
        return shown_names(path.graph)
    known = {name.replace(" ", ""): name for name in paths.known(path)}
    found, depth, begin, pieces = [], 0, 0, []
    for at, letter in enumerate(text + ","):  # a comma inside brackets parts no names
        depth += (letter in "[(") - (letter in "])")
        if letter == "," and depth <= 0:
            pieces.append(text[begin:at].strip())
            begin = at + 1
    problems = []
    for piece in filter(None, pieces):
        name = known.get(piece.replace(" ", ""))
        if name is None:
            message = f"--columns: the world has nothing called '{piece}' that changes"
            problems.append(Problem("unknown-name", NOWHERE, message, nearest(piece, known.values())))
        else:
            found.append(name)
    if problems:
        raise CaseError(problems)
    return found or shown_names(path.graph)


def show(
    case: Case, view: str, path: paths.Path, shown: list[Track], found: list[Break], out: Path | None
) -> None:
    """Some month ends of the chosen columns, what happened, how it ended, and why it broke if it did."""
    until = path.plan.until
    print(
        bold(printable(f"future {path.luck:,} of {view}, {path.plan.start} to {until}, seed {path.seed}"))
        + "\n"
    )
    marks = path.plan.months()
    stride = -(-len(marks) // _MOST_ROWS)
    marks = [*marks[:-1:stride], marks[-1]]
    first = ["", *(str(day) for day, _ in marks)]
    columns = [[t.unit, *(worded(t.values[step]) for _, step in marks)] for t in shown]
    heads = [printable(t.name) for t in shown]
    while columns:  # as many side by side as the terminal has room for
        room, take = width() - 12, 0
        while take < len(columns) and (take == 0 or room >= size(heads[take], columns[take])):
            room -= size(heads[take], columns[take])
            take += 1
        rows = [[a, *cells] for a, *cells in zip(first, *columns[:take], strict=True)]
        print(table(["month end", *heads[:take]], rows, "  ") + "\n")
        heads, columns = heads[take:], columns[take:]
    lines = [f"  {day}  {what}" for day, what in happened(path)]
    if lines:
        more = [f"  and {len(lines) - _MOST_LINES} more"] if len(lines) > _MOST_LINES else []
        print(bold("What happened") + "\n" + printable("\n".join(lines[:_MOST_LINES] + more), "\n") + "\n")
    print(printable(ended(case, path)))
    for one in found:
        print("\n" + paint(printable("\n".join(told(one)), "\n"), "31", sys.stdout))
    where = f"every step and column is in {out}" if out else "--out FILE.csv writes every step and column"
    print("\n" + dim(printable(f"{path.plan.count:,} steps of {count(path.plan.step_days, 'day')}; {where}")))


def size(head: str, cells: list[str]) -> int:
    """Columns of the terminal that a column of the table takes."""
    return 2 + max(len(head), *map(len, cells))


def worded(value: Any) -> str:
    """A cell: three digits, yes or no, or a name."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    return number(value) if math.isfinite(value) else str(value)


def ended(case: Case, path: paths.Path) -> str:
    """The ending with its day."""
    graph, last = path.graph, path.states[-1]
    ending = int(last[graph.ending_slot])
    if path.broke is not None:
        return "It stopped being finite: its ending does not count."
    if ending < 0:
        return "It has no ending."
    day = date.fromordinal(int(last[graph.ending_date_slot]))
    return f"It ends as: {label_of(case, graph.endings[ending].name)}, {day}."


def told(one: Break) -> list[str]:
    """Why a variable broke, line by line."""
    what = (
        f"was {worded(one.value)} {one.unit}".rstrip() if math.isfinite(one.value) else f"became {one.value}"
    )
    was = "" if one.before is None else f" (it was {worded(one.before)} {one.unit}".rstrip() + ")"
    lines = [f"'{one.name}' {what} in the step of {one.day}{was}: from there the future is not finite"]
    for name, inputs in one.back:
        lines.append(f"  {name}, computed from:")
        lines += [f"    {i.name} = {worded(i.value)} {i.unit}".rstrip() for i in inputs]
    return lines


def as_json(
    case: Case, view: str, path: paths.Path, columns: list[Track], found: list[Break]
) -> dict[str, Any]:
    """The whole future: every column at every step; a number that is not finite is null."""
    ending = int(path.states[-1, path.graph.ending_slot])
    return {
        "case": case.id,
        "view": view,
        "future": path.luck,
        "luck": path.luck,
        "seed": path.seed,
        "days_in_a_step": path.plan.step_days,
        "dates": [path.day(k).isoformat() for k in range(path.plan.count + 1)],
        "columns": [{"name": t.name, "kind": t.kind, "unit": t.unit} for t in columns],
        "values": {t.name: [finite(v) for v in t.values] for t in columns},
        "happened": [{"date": day.isoformat(), "what": what} for day, what in happened(path)],
        "ending": path.graph.endings[ending].name if ending >= 0 else None,
        "not_finite": [broken_record(b) for b in found],
    }


def broken_record(one: Break) -> dict[str, Any]:
    """Why a variable broke, for machines; values as text, because JSON has no infinity."""
    back = [
        {
            "variable": name,
            "inputs": [{"name": i.name, "value": str(i.value), "unit": i.unit} for i in inputs],
        }
        for name, inputs in one.back
    ]
    return {"variable": one.name, "date": one.day.isoformat(), "value": str(one.value), "back": back}


def finite(value: Any) -> Any:
    """A value as JSON has it."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write_csv(out: Path, path: paths.Path, columns: list[Track]) -> None:
    """A line a step. Raises ``OSError``."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(["step", "date", *(safe(t.name) for t in columns)])
    for step in range(path.plan.count + 1):
        cells = [t.values[step] for t in columns]
        shown = [
            str(c).lower() if isinstance(c, bool) else safe(c) if isinstance(c, str) else c for c in cells
        ]
        lines.writerow([step, path.day(step), *shown])
    write_whole(out, text.getvalue())
