"""``panmunjom hindcast``: how good the model's forecasts would have been, month by month."""

from __future__ import annotations

import argparse
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

from ..case.importing import load_folder
from ..case.loading import load
from ..case.observed import Series
from ..case.records import Case
from ..forecasts.hindcast.judged import HINDSIGHT, Cell, Judged, as_record, judge, word
from ..forecasts.hindcast.plan import make_plan
from ..forecasts.hindcast.run import hindcast as run
from ..forecasts.hindcast.targets import WORDS, Target
from ..report.hindcast import render, stops_note
from ..text.files import write_whole
from ..text.problems import printable
from .terminal import Progress, as_json_text, bold, dim, paint, table, width

BASE = {"stops": "base rate"}  # the baseline that the terminal shows; the page and --json show all
MAIN = "persistence"
_COLOURS = {"better": "32", "worse": "31", "no evidence of skill": "2"}


def hindcast(given: argparse.Namespace) -> int:
    """Run, keep, score and print; exit status 0, or 130 after Ctrl-C."""
    case = load(given.case)
    observed, notes = case.observed, []
    if given.data:
        found = load_folder(case, given.data)
        observed, notes = found.observed, found.notes
    plan = make_plan(
        replace(case, observed=observed),
        given.first,
        given.last or latest(observed),
        given.every,
        given.particles,
        given.seed,
    )
    folder = Path(given.out) if given.out else Path("runs") / case.id / "hindcast"
    folder.mkdir(parents=True, exist_ok=True)
    progress = Progress()
    stage = progress.stage("looking ahead", 1.0)

    def tick(share: float, what: str) -> None:
        progress.what = what
        stage(share)

    try:
        done = run(case, observed, plan, folder, tick)
    finally:
        progress.close()
    judged = judge(done)
    write_whole(folder / "hindcast.html", render(judged, observed))
    record = as_record(judged) | {"notes": notes, "folder": str(folder)}
    write_whole(folder / "hindcast.json", as_json_text(record))
    if given.json:
        print(as_json_text(record))
    else:
        show(judged, case, notes, folder)
    return 0 if done.complete else 130


def latest(observed: dict[str, Series]) -> str:
    """The last month of which something is known, but for facts."""
    days = [o.date for s in observed.values() if s.kind != "fact" for o in s.observations]
    return f"{max(days):%Y-%m}" if days else "2022-04"


def show(judged: Judged, case: Case, notes: list[str], folder: Path) -> None:
    """The tables and what to know before believing them."""
    found = judged.hindcast
    first, last = found.origins[0].day, found.origins[-1].day
    print(bold(printable(f"{case.title}: {len(found.origins)} origins, {first} to {last}")))
    for line in textwrap.wrap(HINDSIGHT, width()):
        print(line)
    print()
    for target in found.targets:
        print(bold(printable(target.series.label)) + dim(f"  {WORDS[target.how]}"))
        rows = [row(target, h, cell) for h, cell in judged.cells[target.name].items() if cell.n]
        if not rows:
            print("  nothing to score: no outcome is known yet\n")
            continue
        print(coloured(table(heads(target), rows, "  ")))
        spread = judged.coverage(target.name)
        if spread is not None:
            share, low, high, n = spread
            print(
                f"  80% intervals held {share:.0%} of {n} outcomes (90% interval {low:.0%} to {high:.0%} were they independent)"
            )
        if target.how == "stops":
            print(
                textwrap.fill(
                    stops_note(judged, target), width(), initial_indent="  ", subsequent_indent="  "
                )
            )
        print()
    fallen = [o for o in found.origins if o.collapsed]
    for origin in fallen[:3]:
        text = (
            f"note: from {origin.day} the conditioning collapsed ({origin.collapsed}); its forecasts are those of "
            f"{origin.start} unconditioned"
        )
        print(paint(textwrap.fill(printable(text), width(), subsequent_indent="  "), "33", sys.stdout))
    if len(fallen) > 3:
        print(paint(f"note: and so from {len(fallen) - 3} more", "33", sys.stdout))
    for note in notes:
        print(
            paint(
                textwrap.fill(printable(f"note: {note}"), width(), subsequent_indent="  "), "33", sys.stdout
            )
        )
    if not found.complete:
        print("stopped by Ctrl-C: the same command goes on from there")
    print(
        dim(
            f"skill is 1 - score / score of the baseline, with a 90% block bootstrap; {found.plan.particles:,} particles, "
            f"seed {found.plan.seed}; {found.seconds:.0f} s, {found.reused} origins from before"
        )
    )
    print(printable(f"saved in {folder}: open {folder / 'hindcast.html'}"))


def heads(target: Target) -> list[str]:
    """Column heads of a target's table."""
    if target.how == "stops":
        return ["months ahead", "n", "Brier", "skill on base rate", "90%", ""]
    unit = target.series.unit.text
    return [
        "months ahead",
        "n",
        f"CRPS, {unit}" if unit else "CRPS",
        f"skill on {MAIN}",
        "90%",
        "",
        "on drift",
    ]


def row(target: Target, h: int, cell: Cell) -> list[str]:
    """One horizon."""
    main = cell.skills.get(BASE.get(target.how, MAIN))
    score = "" if cell.score is None else f"{cell.score:,.3g}" if cell.score < 1000 else f"{cell.score:,.0f}"
    found = [str(h), str(cell.n), score]
    if main is None or main.skill is None:
        found += ["", "", "nothing to compare with"]
    else:
        span = "too few" if main.low is None or main.high is None else f"{main.low:+.2f} to {main.high:+.2f}"
        found += [
            f"{main.skill:+.2f}",
            span,
            "it never happened" if target.how == "stops" and not cell.happened else word(main),
        ]
    if target.how != "stops":
        drift = cell.skills.get("drift")
        found.append("" if drift is None or drift.skill is None else f"{drift.skill:+.2f}")
    return found


def coloured(text: str) -> str:
    """A table with its verdicts coloured, where colour is used."""
    for words, code in _COLOURS.items():
        text = text.replace(words, paint(words, code, sys.stdout))
    return text
