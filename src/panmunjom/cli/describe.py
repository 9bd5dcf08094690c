"""``panmunjom describe``: a world as it can be read, and whether each of its mechanisms does what it is there for."""

from __future__ import annotations

import argparse
import sys
import textwrap
from pathlib import Path
from typing import Any

from ..analysis.mechanisms import Shown, by_rows, show_mechanisms
from ..analysis.running import Options
from ..case.loading import load
from ..case.records import Case, Mechanism
from ..report.describe import describe
from ..report.words import count, difference, number, shortened, unit
from ..text.files import write_whole
from ..text.problems import NOWHERE, CaseError, Problem, printable
from .terminal import Progress, as_json_text, bold, dim, paint, table, width

Json = dict[str, Any]
SUFFIXES = (".html", ".md")
VERDICTS = {"as stated": "32", "nil": "33", "against": "31", "refused": "31"}  # ANSI colours
MOST_ENDINGS = 3
MOST_FULL = 8  # mechanisms that are shown with all that is known of them


def describe_case(given: argparse.Namespace) -> int:
    """Run, print and write; the exit status is 0, 1 for what is wrong with the call, 130 where Ctrl-C left only a part."""
    out = Path(given.out) if given.out else None
    if out is not None and out.suffix not in SUFFIXES:
        message = f"--out: the page is written as {' or '.join(SUFFIXES)}, not as '{out.suffix or out.name}'"
        raise CaseError([Problem("bad-file", NOWHERE, message, "As in --out world.html.")])
    case = load(given.case, mechanisms=True)
    options = Options(futures=given.futures, seed=given.seed)
    if given.extremes:
        from .extremes import print_extremes

        return print_extremes(case, options, given.json)
    chosen = by_rows(case, given.rows) if given.rows else [*case.mechanisms.values()]
    shown, complete = (None, True) if given.quick or not chosen else run(case, options, chosen)
    record = describe(case, options, chosen, shown, complete)
    if out is not None:
        write(out, record)
    if given.json:
        print(as_json_text(record))
    else:
        show(record)
        if out is not None:
            print(printable(f"written to {out}"))
    return 0 if complete else 130


def write(out: Path, record: Json) -> None:
    """The page, or Markdown with its pictures in a folder of the same name."""
    from ..report.describe_page import as_html, as_markdown

    if out.suffix == ".html":
        write_whole(out, as_html(record))
        return
    text, pictures = as_markdown(record, out.stem)
    if pictures:
        out.with_suffix("").mkdir(exist_ok=True)
    for name, picture in pictures.items():
        write_whole(out.with_suffix("") / name, picture)
    write_whole(out, text)


def run(case: Case, options: Options, chosen: list[Mechanism]) -> tuple[list[Shown], bool]:
    """Run the mechanisms; what is finished stays where Ctrl-C comes."""
    progress = Progress()
    shown: list[Shown] = []
    try:
        for one in show_mechanisms(case, options, chosen, progress.stage("running", 1.0)):
            shown.append(one)
    except KeyboardInterrupt:
        progress.close()
        sys.stderr.write(f"\nstopped: {len(shown)} of {count(len(chosen), 'mechanism')} were run\n")
        return shown, False
    finally:
        progress.close()
    return shown, True


def show(record: Json) -> None:
    """The record on the terminal: mechanisms with verdicts, then what the world is made of."""
    print(bold(wrapped(record["title"])))
    if record["about"]:
        print(wrapped(record["about"]))
    print()
    show_mechanism_rows(record)
    if record["mechanisms"] and record["futures"]:
        met = sum(bool(r["met"]) for r in record["mechanisms"])
        told = (
            f"{met} of {count(len(record['mechanisms']), 'mechanism')} as stated. {record['futures']:,} futures each, with "
            f"and without; seed {record['seed']}; ± is two paired standard errors, a movement is more than "
            f"{record['threshold']:g}; one without effect passes in {record['false_alarm']:.2%} of cases."
        )
        print(dim(wrapped(told)) + "\n")
    if not record["mechanisms"]:
        print(dim(wrapped("The case has no mechanisms.yaml, or none of its rows was run.")) + "\n")
    show_world(record)


def show_mechanism_rows(record: Json) -> None:
    """A few mechanisms each in a few lines; many in one line each, and those that are not as stated in full."""
    rows = record["mechanisms"]
    labels = {e["name"]: e["label"] for e in record["endings"]}
    if len(rows) <= MOST_FULL:
        for row in rows:
            show_row(row, labels)
        return
    shown = []
    for row in rows:
        moved = "" if row["from"] is None else f"{number(row['from'])} → {number(row['to'])}{measure(row['unit'])}"
        word = row["moves"] if row["verdict"] is None else said_verdict(row) if not row["met"] else f"{row['moves']} ✓"
        shown.append([f"{row['row']:>3}  {shortened(row['name'], width() - 54)}", shortened(moved, 34), word])
    print(table(["row  mechanism", "its result without → with", "moves"], shown) + "\n")
    failed = [row for row in rows if row["met"] is False]
    if failed:
        print(bold("Not as stated"))
    for row in failed:
        show_row(row, labels)


def measure(text: str) -> str:
    """A unit behind a number."""
    return "%" if text == "percent" else f" {unit(text)}".rstrip()


def show_row(row: Json, labels: dict[str, str]) -> None:
    """One mechanism in two to five lines."""
    print(bold(wrapped(row["name"], f"{row['row']:>3}  ", "     ")))
    if row["verdict"] is not None:
        colour = "32" if row["met"] else VERDICTS[row["verdict"]]
        print(f"     {paint(said_verdict(row), colour, sys.stdout)}")
    print(wrapped(f"turned: {row['switch']} (from {row['start']}; {', '.join(row['files'])})", "     ", "       "))
    print(wrapped(said_result(row), "     ", "       "))
    if row["endings"]:
        print(dim(wrapped(said_endings(row, labels), "     ", "       ")))
    if row["note"]:
        print(dim(wrapped(row["note"], "     ", "       ")))


def said_verdict(row: Json) -> str:
    """The verdict in words."""
    if row["verdict"] == "as stated":
        return f"moves {row['moves']}, as stated"
    if row["verdict"] == "nil":
        return "nil, as stated" if row["met"] else f"NIL, not {row['moves']}"
    if row["verdict"] == "against":
        return f"{'UP' if row['difference'] > 0 else 'DOWN'}, not {row['moves']}"
    return "REFUSED: not a number"


def said_result(row: Json) -> str:
    """The result without and with the turn."""
    head = f"{row['result']}, after {row['after']}"
    if row["from"] is None:
        return head
    error = f" ± {number(2 * row['se'])}" if row["se"] else ""
    sign = "+" if row["difference"] > 0 else ""
    kept = f"; kept inside its bounds in {row['held_back']:.1%} of futures" if row["held_back"] else ""
    moved = f"{number(row['from'])} → {number(row['to'])}{measure(row['unit'])}"
    return f"{head}: {moved} ({sign}{number(row['difference'])}{error}){kept}"


def said_endings(row: Json, labels: dict[str, str]) -> str:
    """The endings that it moves by more than their error, largest first."""
    clear = [(n, e) for n, e in row["endings"].items() if abs(e["difference"]) > 3 * e["se"] and e["difference"]]
    clear.sort(key=lambda ne: -abs(ne[1]["difference"]))
    if not clear:
        return "endings: no difference beyond the error"
    some = [f"{labels[n]} {difference(e['difference'], e['se'])}" for n, e in clear[:MOST_ENDINGS]]
    return f"endings: {'; '.join(some)}" + (f"; {len(clear) - MOST_ENDINGS} more" if len(clear) > MOST_ENDINGS else "")


def show_world(record: Json) -> None:
    """How much there is of everything, file by file."""
    print(bold("The world") + dim("  the rest with --out FILE.html or --json"))
    for file in record["files"]:
        name = file["name"]
        size = [
            count(n, word)
            for key, word in (("stocks", "stock"), ("equations", "equation"), ("parameters", "parameter"))
            if (n := sum(x["file"] == name for x in record[key]))
        ]
        print(wrapped(f"{name}: {', '.join(size) or 'switches and units'}", "  ", "    "))
    assumed = sum(p["assumed"] and not p["claims"] for p in record["parameters"])
    claimed = sum(bool(p["claims"]) for p in record["parameters"])
    print(
        wrapped(
            f"{count(len(record['equations']), 'equation')}, {count(len(record['stocks']), 'stock')}, "
            f"{count(len(record['parameters']), 'parameter')} ({claimed} with claims behind them, {assumed} assumed), "
            f"{count(len(record['switches']), 'switch').replace('switchs', 'switches')}, "
            f"{count(len(record['events']), 'event')}, {count(len(record['decisions']), 'decision')}, "
            f"{count(len(record['endings']), 'ending')}, {count(len(record['sources']), 'source')}"
        )
    )


def wrapped(text: str, first: str = "", then: str | None = None) -> str:
    """A text over the lines of the terminal."""
    lines = textwrap.wrap(printable(text), width(), initial_indent=first, subsequent_indent=first if then is None else then)
    return "\n".join(lines)
