"""``panmunjom rates``: what happened in other wars of that age."""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path
from typing import Any

from ..quantities.calendar import duration_days
from ..report.rates import headline, percent, rates_record, render_rates, span
from ..text.files import write_whole
from ..text.problems import NOWHERE, CaseError, Problem, printable
from .terminal import as_json_text, bold, dim, table, width


def rates(given: argparse.Namespace) -> int:
    """Print the classes side by side, and write the page where one is wanted."""
    record = rates_record(_days("--age", given.age), _days("--within", given.within), given.klass)
    if given.out:
        write_whole(Path(given.out), render_rates(record))
    if given.json:
        print(as_json_text(record))
        return 0
    print("\n".join(bold(line) for line in textwrap.wrap(headline(record), width())) + "\n")
    print(table(["class", "n", "ends", "90% interval", *record["endings"]], _rows(record)))
    chosen = next(c for c in record["classes"] if c["name"] == record["class"])
    names = ", ".join(f"{w['name']} ({w['began'][:4]}, {w['days'] / 365.25:.1f} years, {w['ending']})" for w in chosen["wars"])
    said = [f"{chosen['name']} at that age: {names or 'no war'}"]
    said += [f"{c['name']}: {c['note']}" for c in record["classes"] if c["note"]]
    said += [f"{record['published']['name']}: {record['published']['note']}", "won and lost: the side that began the war"]
    said += record["cautions"]
    print()
    for line in said:
        print("\n".join(textwrap.wrap(line, width(), subsequent_indent="  ")))
    print(dim("\n" + "\n".join(textwrap.wrap(record["source"], width()))))
    if given.out:
        print(printable(f"the page: {given.out}"))
    return 0


def _rows(record: dict[str, Any]) -> list[list[str]]:
    found = []
    for c in record["classes"]:
        head = [c["name"], f"{c['at_risk']} of {c['wars_in_class']}"]
        if c["ends"] is None:
            found.append([*head, "–", "–", *("–" for _ in record["endings"])])
            continue
        found.append([*head, percent(c["ends"]["p"]), span(c["ends"]), *(percent(r["p"]) for r in c["by_ending"].values())])
    published = record["published"]
    found.append([published["name"], "?", f"≤ {percent(published['ends_at_most'])}", "?", *("?" for _ in record["endings"])])
    return found


def _days(option: str, text: str) -> float:
    """A duration in days, months and years by their mean length. Raises ``CaseError``."""
    try:
        return duration_days(text)
    except ValueError as error:
        raise CaseError([Problem("bad-duration", NOWHERE, f"{option}: {error}")]) from None
