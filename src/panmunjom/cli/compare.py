"""``panmunjom compare``: views and cases side by side on the terminal, as JSON and as a page."""

from __future__ import annotations

import argparse
import textwrap
from datetime import date
from pathlib import Path
from typing import Any

from ..analysis.comparing.sides import load_all, read_asked
from ..analysis.comparing.together import compare
from ..analysis.running import Options
from ..quantities.calendar import parse_date
from ..report.compare import differ_sentence, marks_sentence, record, render_comparison
from ..report.words import DASH, difference, limits, own, points, shortened
from ..text.files import write_whole
from ..text.problems import NOWHERE, CaseError, Problem, Problems, printable
from .run import placed, read_options
from .tables import draw, packed
from .terminal import Progress, as_json_text, bold, dim, table, width

LABEL = 34  # characters of an outcome's name


def run(given: argparse.Namespace) -> int:
    """Run and print; the exit status is 0, 1 where a column is refused, or 130 where Ctrl-C left only a part."""
    asked = [read_asked(text) for text in given.cases]
    cases = load_all(asked)
    options = _options(given, cases)
    start = _day(given.start)
    page = Path(given.out) if given.out else None
    if page is not None and not page.resolve().parent.is_dir():  # before anything long begins
        raise CaseError([Problem("no-folder", NOWHERE, f"--out: there is no folder '{page.parent}'")])
    progress = Progress()
    try:
        done = compare(
            asked, cases, options, given.view, start, given.of, not given.no_theories, given.swap_futures, progress.stage
        )
    except CaseError as error:
        raise CaseError(placed(error.problems)) from None
    finally:
        progress.close()
    found = record(done)
    if given.json:
        print(as_json_text(found))
    else:
        show(found)
    if page is not None:  # last, so that a full disk takes nothing away
        write_whole(page, render_comparison(done))
        if not given.json:
            print(printable(f"wrote {page}"))
    if not done.complete:
        return 130
    return 0 if all(side.ensemble.usable for side in done.sides) else 1


def _options(given: argparse.Namespace, cases: dict[str, Any]) -> Options:
    """The options, which every case must understand. Raises ``CaseError``."""
    problems = Problems()
    found = Options()
    for case in cases.values():
        try:
            found = read_options(given, case)
        except CaseError as error:
            for p in error.problems:
                problems.add(p.code, p.place, p.message if len(cases) == 1 else f"{case.id}: {p.message}", p.hint)
    problems.stop()
    return found


def _day(text: str | None) -> date | None:
    try:
        return parse_date(text) if text else None
    except ValueError as error:
        raise CaseError([Problem("bad-date", NOWHERE, f"--start: {error}")]) from None


def show(found: dict[str, Any]) -> None:
    """Everything that a comparison prints."""
    columns, room = found["columns"], width()
    names = " and ".join(c["label"] for c in columns) if len(columns) == 2 else f"{len(columns)} columns"
    span = f", {columns[0]['start']} to {columns[0]['until']}" if found["same_dates"] else ""
    print("\n".join(bold(line) for line in textwrap.wrap(printable(f"{names}{span}"), room)) + "\n")
    for kind, head in (("ending", "endings, % of futures"), ("question", "questions, % of futures")):
        rows = [o for o in found["outcomes"] if o["kind"] == kind]
        if rows:
            print("\n\n".join(blocks(found, rows, head, room)) + "\n")
    notes = [marks_sentence(found)]
    if found["theory_futures"]:
        notes.insert(0, "In brackets: lowest to highest as each theory is turned alone. Sampling error is two standard errors.")
    print("\n".join(dim(line) for note in notes for line in textwrap.wrap(printable(note), room)) + "\n")
    show_parts(found, room)
    for note in found["notes"]:
        print(textwrap.fill(printable(f"note: {note}"), room, subsequent_indent="  "))
    print(dim(f"{found['futures']:,} futures a column; seed {found['seed']}; {found['seconds']} s"))


def blocks(found: dict[str, Any], rows: list[dict[str, Any]], head: str, room: int) -> list[str]:
    """The table of some outcomes, cut into blocks that fit."""
    columns, dated = found["columns"], not found["same_dates"]
    spans = ["from", "until"] if dated else []
    first = [head, *spans, *(shortened(_short(o), LABEL) for o in rows), "sampling error up to"]
    groups = []
    for k, column in enumerate(columns):
        cells = [o["cells"][k] for o in rows]
        errors = [2 * c["se"] for c in cells if c and c["se"]]
        title = column["label"]
        dates = [column["start"], column["until"]] if dated else []
        texts = [_cell(c, found["theory_futures"]) for c in cells]
        most = f"± {points(max(errors), max(errors))}" if errors else "-"
        groups.append([[title, *dates, *texts, most]])
    if len(columns) == 2:
        groups.append([["difference", *([""] * len(spans)), *(_difference(o["cells"][1]) for o in rows), ""]])
    return [draw(first, block) for block in packed(first, groups, room)]


def _short(outcome: dict[str, Any]) -> str:
    """What stands before a row: an ending's label, a question's name (its text may be long)."""
    return str(outcome["label"] if outcome["kind"] == "ending" else outcome["name"].replace("_", " "))


def _cell(cell: dict[str, Any] | None, n: int) -> str:
    """``31 (20–45)*``."""
    if cell is None:
        return DASH
    text = own(cell["p"], cell["se"], cell["futures"])
    if cell["low"] is not None:
        text += f" ({DASH.join(limits(cell['low'], cell['high'], n, cell['p'], cell['se']))})"
    return text + cell["mark"].ljust(2)


def _difference(cell: dict[str, Any] | None) -> str:
    """``+4.1 ± 0.6``."""
    if cell is None or cell["difference"] is None:
        return DASH
    if not cell["difference"] and not cell["difference_se"]:
        return "none  "
    return _points(cell["difference"], cell["difference_se"]) + cell["mark"].ljust(2)


def _points(value: float, se: float | None) -> str:
    return difference(value, se).removesuffix(" points")


def show_parts(found: dict[str, Any], room: int) -> None:
    """What makes two views differ."""
    told = differ_sentence(found)
    if not told:
        return
    print(bold("What makes the difference"))
    print(textwrap.fill(printable(told), room))
    d = found["difference"]
    if d is None or d["whole"] is None or not d["swaps"]:
        print()
        return
    alone = {s["name"]: s for s in d["swaps"]}
    rows = []
    for player in d["players"]:
        swap = alone.get(player["name"])
        cells = [_moved(swap["alone"]), _moved(swap["last"])] if swap else ["", ""]
        rows.append([player["name"], _moved(player), *cells])
    if not d["players"]:  # stopped before the contributions
        ranked = sorted(d["swaps"], key=lambda s: -abs(s["alone"]["difference"]))
        rows = [[s["name"], "", _moved(s["alone"]), _moved(s["last"])] for s in ranked]
    rows.append(["together", _moved(d["whole"]), "", ""])
    head = ["swapped, points", "share of it", "alone", "last"]
    print(table(head, rows, "  "))
    for swap in sorted(d["swaps"], key=lambda s: -abs(s["alone"]["difference"])):
        text = printable(f"{swap['name']}: {_change(swap)}")
        print(dim(textwrap.fill(text, room, initial_indent="  ", subsequent_indent="    ")))
    note = (
        f"share of it: mean over all orders of swapping (Shapley), over {d['mixtures']} mixtures of {d['futures']:,} "
        "futures with the same luck; alone: swapped first; last: swapped when all else is"
    )
    print(dim(textwrap.fill(note, room)) + "\n")


def _moved(moved: dict[str, Any] | None) -> str:
    if moved is None:
        return DASH
    return _points(moved["difference"], moved["se"]) if moved["difference"] or moved["se"] else "none"


def _change(swap: dict[str, Any]) -> str:
    """``20 → 10 to 50``, for each member where there are several."""
    pairs = [(name, swap["first"][name], swap["second"][name]) for name in swap["first"]]
    if len(pairs) == 1:
        name, was, to = pairs[0]
        member = name[len(swap["name"]) :]
        return f"{was} → {to}" + (f" {member}" if member else "")
    return "; ".join(f"{name[len(swap['name']):]} {was} → {to}" for name, was, to in pairs)
