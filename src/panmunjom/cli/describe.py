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
from ..report.words import count, difference, number, unit
from ..text.files import write_whole
from ..text.problems import NOWHERE, CaseError, Problem, printable
from .terminal import Progress, as_json_text, bold, dim, paint, width

Json = dict[str, Any]
SUFFIXES = (".html", ".md")
VERDICTS = {"as stated": "32", "nil": "33", "against": "31", "refused": "31"}  # ANSI colours
MOST_ENDINGS = 3


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
        from ..report.describe_page import as_html, as_markdown

        write_whole(out, as_html(record) if out.suffix == ".html" else as_markdown(record))
    if given.json:
        print(as_json_text(record))
    else:
        show(record)
        if out is not None:
            print(printable(f"written to {out}"))
    return 0 if complete else 130


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
    for row in record["mechanisms"]:
        show_row(row)
    if record["mechanisms"] and record["futures"]:
        met = sum(bool(r["met"]) for r in record["mechanisms"])
        told = (
            f"{met} of {count(len(record['mechanisms']), 'mechanism')} as stated. {record['futures']:,} futures each, with "
            f"and without; seed {record['seed']}; ± is two paired standard errors, a movement is more than "
            f"{record['clear']:g}; one without effect passes in {record['false_alarm']:.2%} of cases."
        )
        print(dim(wrapped(told)) + "\n")
    if not record["mechanisms"]:
        print(dim(wrapped("The case has no mechanisms.yaml, or none of its rows was run.")) + "\n")
    show_world(record)


def show_row(row: Json) -> None:
    """One mechanism in two to four lines."""
    verdict = row["verdict"]
    word = "" if verdict is None else paint(said_verdict(row), VERDICTS[verdict] if not row["met"] else "32", sys.stdout)
    head = f"{row['row']:>3}  {printable(row['name'])}"
    print(f"{bold(head)}  {word}".rstrip())
    print(wrapped(f"turned: {row['switch']} (from {row['start']}; {', '.join(row['files'])})", "     ", "       "))
    print(wrapped(said_result(row), "     ", "       "))
    if row["endings"]:
        print(dim(wrapped(said_endings(row), "     ", "       ")))
    if row["note"]:
        print(dim(wrapped(row["note"], "     ", "       ")))


def said_verdict(row: Json) -> str:
    """The verdict in words."""
    if row["verdict"] == "as stated":
        return f"moves {row['moves']} as stated"
    if row["verdict"] == "nil":
        return "nil, as stated" if row["met"] else f"NIL, stated to move {row['moves']}"
    if row["verdict"] == "against":
        way = "up" if row["difference"] > 0 else "down"
        return f"AGAINST what is stated: moves {way}, not {row['moves']}"
    return "REFUSED: no number in too many futures"


def said_result(row: Json) -> str:
    """The result without and with the turn."""
    head = f"{row['result']}, after {row['after']}"
    if row["from"] is None:
        return head
    measure = f" {unit(row['unit'])}".rstrip() if row["unit"] != "percent" else "%"
    error = f" ± {number(2 * row['se'])}" if row["se"] else ""
    sign = "+" if row["difference"] > 0 else ""
    kept = f"; kept inside its bounds in {row['held_back']:.1%} of futures" if row["held_back"] else ""
    return f"{head}: {number(row['from'])} → {number(row['to'])}{measure} ({sign}{number(row['difference'])}{error}){kept}"


def said_endings(row: Json) -> str:
    """The endings that it moves by more than their error, largest first."""
    clear = [(n, e) for n, e in row["endings"].items() if abs(e["difference"]) > 3 * e["se"] and e["difference"]]
    clear.sort(key=lambda ne: -abs(ne[1]["difference"]))
    if not clear:
        return "endings: no difference beyond the error"
    some = [f"{n.replace('_', ' ')} {difference(e['difference'], e['se'])}" for n, e in clear[:MOST_ENDINGS]]
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
