"""``panmunjom diff``: what moved since a run, and what moved it."""

from __future__ import annotations

import argparse
import textwrap
from typing import Any

from ..analysis.moving.kept import pair
from ..analysis.moving.moved import diff
from ..analysis.moving.records import Diff
from ..report.diff import change_lines, headline, marks_sentence, record
from ..report.words import DASH, binomial, difference, own, share, shortened
from ..text.problems import CaseError, printable
from .run import placed
from .terminal import Progress, as_json_text, bold, dim, table, width

MOST_CHANGES = 12
MOST_EFFECTS = 12


def run(given: argparse.Namespace) -> int:
    """Compare and print; the exit status is 0, or 130 where Ctrl-C left only a part."""
    then, now = pair(given.then, given.now)
    progress = Progress()
    try:
        done = diff(then, now, given.view, given.of, given.futures, progress.stage)
    except CaseError as error:
        raise CaseError(placed(error.problems)) from None
    finally:
        progress.close()
    if given.json:
        print(as_json_text(record(done)))
    else:
        show(done)
    return 0 if done.complete else 130


def show(done: Diff) -> None:
    """Everything that a diff prints."""
    room = width()
    print("\n".join(bold(line) for line in textwrap.wrap(printable(headline(done)), room)))
    print(dim(textwrap.fill(printable(f"then: {done.then.label}; now: {done.now.label}"), room)) + "\n")
    lines = [line for change in done.changes[:MOST_CHANGES] for line in change_lines(change)]
    for line in lines:
        indent = line[: len(line) - len(line.lstrip())]
        print(textwrap.fill(printable(line.strip()), room, initial_indent=indent, subsequent_indent="    "))
    if len(done.changes) > MOST_CHANGES:
        print(f"and {len(done.changes) - MOST_CHANGES} more: --json has them all")
    if done.changes:
        print()
    if done.outcomes and not (done.same and not done.changes):
        print(_outcomes(done))
        print(dim(textwrap.fill(marks_sentence(done), room)) + "\n")
    if done.effects:
        show_effects(done, room)
    others = [(v, of, m) for v, (of, m) in done.elsewhere.items() if v != done.view and m.clear]
    if others:
        labels = {o.key[1]: o.label for o in done.outcomes}
        said = "; ".join(f"{view}: {labels.get(of, of)} {difference(m.difference, m.se)}" for view, of, m in others)
        print(textwrap.fill(printable(f"In other views what moves most is {said}. --view shows them."), room) + "\n")
    for note in done.notes:
        print(textwrap.fill(printable(f"note: {note}"), room, subsequent_indent="  "))
    if not done.complete:
        print("note: stopped: only some of the changes were put back")
    back = f", {done.back_futures:,} for each change put back" if done.back_futures else ""
    print(dim(f"{done.futures:,} futures{back}; ± is two standard errors; {done.seconds:.1f} s"))


def _outcomes(done: Diff) -> str:
    """Then and now."""
    rows = []
    for o in done.outcomes:
        cells = [own(s.p, s.se, s.futures) if s is not None else DASH for s in (o.then, o.now)]
        rows.append([shortened(o.label, 34), *cells, _told(o.moved)])
    moved = "moved" if all(o.paired for o in done.outcomes) else "moved (errors as of independent runs)"
    return table([f"{done.view}, % of futures", "then", "now", moved], rows)


def _told(moved: Any) -> str:
    if moved is None:
        return DASH
    if not moved.difference and not moved.se:
        return "none  "
    return difference(moved.difference, moved.se).removesuffix(" points") + ("* " if moved.clear else "  ")


def show_effects(done: Diff, room: int) -> None:
    """What each change moved, the largest first."""
    label = next((o.label for o in done.outcomes if o.key[1] == done.target), done.target)
    print(bold(printable(f"What each change moved: {label}")) + dim("  (now, against now with it as it was)"))
    parts = {k: part for part in done.parts for k in part.holds if len(part.holds) == 1}
    rows = []
    for k, effect in enumerate(done.effects[:MOST_EFFECTS]):
        names = ", ".join(c.name for c in effect.group.changes)
        value = effect.by.get(done.target)
        found = "refused" if effect.refused else _told(value) if effect.changed else "none: nothing differs  "
        cells = [_told(parts[k].by[done.target]) if k in parts and done.target in parts[k].by else ""]
        apart = share(effect.changed, binomial(effect.changed, done.back_futures), done.back_futures) if effect.changed else ""
        rows.append([shortened(names, 46), found, *(cells if done.parts else []), apart])
    rest = next((p for p in done.parts if len(p.holds) > 1), None)
    if rest is not None and done.target in rest.by:
        rows.append(["(those without a share, together)", "", _told(rest.by[done.target]), ""])
    if done.parts and done.target in done.whole:
        rows.append(["together", "", _told(done.whole[done.target]), ""])
    heads = ["change", "alone, points", *(["share of the whole"] if done.parts else []), "futures that differ"]
    print(table(heads, rows, "  "))
    if len(done.effects) > MOST_EFFECTS:
        print(f"  and {len(done.effects) - MOST_EFFECTS} more: --json has them all")
    for effect in done.effects[:MOST_EFFECTS]:
        if len(effect.group.changes) > 1:
            names = ", ".join(c.name for c in effect.group.changes)
            text = f"put back together, as one breaks the case without the other: {names} ({effect.group.why})"
            print(dim(textwrap.fill(printable(text), room, initial_indent="  ", subsequent_indent="    ")))
    if done.lost:
        names = ", ".join(c.name for c in done.lost)
        print(textwrap.fill(printable(f"Cannot be put back by any means tried: {names}."), room, initial_indent="  "))
    if done.unexplained:
        text = "The order of entries has changed as well; it numbers the draws of chance and cannot be put back alone."
        print(dim(textwrap.fill(text, room, initial_indent="  ", subsequent_indent="    ")))
    print()
