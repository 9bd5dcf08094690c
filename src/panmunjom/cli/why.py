"""``panmunjom why``: a probability back to the sentences behind it."""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path
from typing import Any

from .. import __version__
from ..analysis.classes import PLACEBOS
from ..analysis.removal import Removal
from ..analysis.why import Why, why
from ..case.loading import load
from ..evidence.quotes import quote
from ..evidence.records import Claim
from ..report.assemble import claim_record, used_record
from ..report.reasons import (
    MOST,
    chain_record,
    direction,
    name_in_words,
    place,
    portion_of,
    probability,
    said_claims,
    said_split,
    who,
)
from ..report.words import between, difference, number, points, share, shortened, span, unit
from ..text.problems import NOWHERE, CaseError, Problem, printable
from .run import placed, read_options
from .terminal import Progress, as_json_text, bold, dim, table, width

MOST_THEORIES = 3
MOST_NAMED = 20


def explain(given: argparse.Namespace) -> int:
    """Run and print; the exit status is 0, or 1 where a name or the case is wrong."""
    case = load(given.case)
    options = read_options(given, case)
    documents = Path(given.documents) if given.documents else None
    if documents is not None and not documents.is_dir():
        message = f"--documents: there is no folder '{given.documents}'"
        raise CaseError([Problem("no-documents", NOWHERE, message)])
    progress = Progress()
    try:
        found = why(case, options, given.outcome, given.view, given.without, progress.stage("running", 1.0))
    except CaseError as error:
        raise CaseError(placed(error.problems)) from None
    finally:
        progress.close()
    if given.json:
        print(as_json_text(as_json(found, documents)))
    else:
        show(found, documents)
    return 0


def as_json(found: Why, documents: Path | None) -> dict[str, Any]:
    """Everything that is printed, and every parameter above the noise with its claims."""
    record = chain_record(found.case, found.filled, found.chain)
    for parameter in [*record["parameters"], *record["claimed"]]:
        parameter["used"] = used_record(found.case, found.filled, found.used(parameter["parameter"]))
        parameter["claims"] = [claim_record(found.case, c, documents) for c in found.claims(parameter["parameter"])]
    low, high = found.bounds
    theories = [
        {"switch": t.switch, "from": t.was, "to": t.to, "difference": t.difference, "se": t.se} for t in found.theories
    ]
    return {
        "case": found.case.id,
        "seed": found.options.seed,
        **record,
        "start": found.ensemble.start.isoformat(),
        "until": found.ensemble.until.isoformat(),
        "theories": {"low": low, "high": high, "futures": found.theory_futures, "turned": theories},
        "together": found.together,
        "fixed": {name: list(found.used(name).claims) for name in found.fixed},
        "without": removal_record(found, found.removal) if found.removal else None,
        "version": __version__,
        "case_hash": found.case.digest,
    }


def removal_record(found: Why, removal: Removal) -> dict[str, Any]:
    """What taking claims out changed."""
    return {
        "claims": removal.claims,
        "no_effect": not removal.changed,
        "changed": removal.changed,
        "futures": removal.futures,
        "parameters": [
            {
                "parameter": a.scalar,
                "before": used_record(found.case, found.filled, a),
                "after": used_record(found.case, found.filled, b),
            }
            for a, b in removal.replaced
        ],
        "outcomes": [
            {d.target.kind: d.target.name, "before": d.before, "after": d.after, "difference": d.difference, "se": d.se}
            for d in removal.differences
        ],
    }


def wrapped(text: str, first: str = "", then: str | None = None) -> str:
    """A text over the lines of the terminal."""
    lines = textwrap.wrap(
        printable(text), width(), initial_indent=first, subsequent_indent=first if then is None else then
    )
    return "\n".join(lines)


def show(found: Why, documents: Path | None) -> None:
    """The chain on one screen."""
    record = chain_record(found.case, found.filled, found.chain)
    own = found.chain.share
    print(bold(wrapped(f"{record['label']}: {probability(record)} of futures")))
    print(dim(wrapped(f"view {found.filled.name}, {found.ensemble.start} to {found.ensemble.until}")) + "\n")
    if found.filled.hidden:
        print(wrapped(f"Not known by then and left out: {', '.join(found.filled.hidden)}.", "", "  "))
    if found.theories:
        ends = span(*found.bounds, found.theory_futures, own.p, own.se)
        turned = [
            f"{t.switch} {t.was} → {t.to} {difference(t.difference, t.se)}"
            for t in found.theories[:MOST_THEORIES]
            if abs(t.difference) > 2 * t.se
        ]
        said = f": {'; '.join(turned)}" if turned else ""
        print(wrapped(f"Theories, each turned alone, take it to {ends}{said}.", "", "  "))
    print(wrapped(said_split(record), "", "  ") + "\n")
    if record["figures"] is not None:
        show_figures(found, record, documents)
        show_assumptions(record)
    if found.removal:
        show_removal(found, found.removal)
    note = f"{own.futures:,} futures, {found.theory_futures:,} for each theory turned; seed {found.options.seed}"
    print(dim(f"{note}; intervals are 95%, ± is two standard errors"))


def show_figures(found: Why, record: dict[str, Any], documents: Path | None) -> None:
    """The parameters that move it most, each with what is behind it."""
    shown = record["parameters"][:MOST]
    claimed = record["claimed"][:1]
    cells = [[p["parameter"], portion_of(p), direction(p)] for p in [*shown, *claimed]]
    sizes = [max((len(row[k]) for row in cells), default=0) for k in range(3)]

    def show_figure(mark: str, parameter: dict[str, Any]) -> None:
        row = [parameter["parameter"].ljust(sizes[0]), portion_of(parameter).rjust(sizes[1])]
        print(printable(f"{mark}{'  '.join(row)}  {direction(parameter).rjust(sizes[2])}"))
        print(dim(wrapped(said_figure(found, parameter), "     ")))
        for claim in found.claims(parameter["parameter"]):
            show_claim(found, claim, documents)

    print(bold("Figures that move it most") + dim("  share of the variance, probability in the lower → upper third"))
    for number_, parameter in enumerate(shown, 1):
        show_figure(f"{number_:2} ", parameter)
    if not shown:
        print(wrapped("None: the effect of every single figure is lost in the noise.", "   "))
    if said_claims(record):
        print(wrapped(said_claims(record), "   "))
    for parameter in claimed:
        show_figure(" – ", parameter)
    if record["without_evidence"]:
        named = ", ".join(f"{p['parameter']} {portion_of(p)}" for p in record["without_evidence"][:MOST])
        print(wrapped(f"Assumed without any evidence, and so kept out of this list: {named}.", "   "))
    if found.fixed:
        named = ", ".join(f"{name} ({', '.join(found.used(name).claims)})" for name in found.fixed)
        told = f"Fixed by a claim in this view, so without a share (--without shows what they do): {named}."
        print(wrapped(told, "   "))
    for group in found.together:
        print(wrapped(f"Drawn together, so that their shares overlap: {', '.join(group)}.", "   "))
    floor = f"Noise: of {PLACEBOS} parameters that nothing reads, one comes out above {points(record['floor'])}%."
    print(dim(wrapped(floor, "   ")) + "\n")


def said_figure(found: Why, parameter: dict[str, Any]) -> str:
    """What a parameter is about, its figure and where that comes from."""
    used = used_record(found.case, found.filled, found.used(parameter["parameter"]))
    written = between(used["low"], used["high"]) if used["from"] == "pool" else used["text"]
    origin = {
        "claim": "as claimed",
        "pool": "pooled from these claims and the world's own assumption",
        "analyst": "set by the analyst",
        "assumption": f"assumed{' ' + used['dated'] if used['dated'] else ''}",
    }[used["from"]]
    figure = f"{written} {unit(parameter['unit'])}".rstrip()
    head = f"{figure}, {origin}"
    return f"{head}: {shortened(parameter['about'], max(30, width() - len(head) - 7))}" if parameter["about"] else head


def show_claim(found: Why, claim: Claim, documents: Path | None) -> None:
    """A claim: what it says, who said it, where it stands, and the passage where the document is at hand."""
    print(wrapped(f"{claim.id}: {claim.says}", "     ", "       "))
    print(dim(wrapped(f"{who(found.case, claim)}; {place(claim)}", "       ")))
    if documents is None or not claim.passage.document:
        return
    words = quote(claim, documents)
    if words is None:
        print(dim(wrapped("the document is not there, or the passage is not in it to the letter", "       ")))
    else:
        print(wrapped(f"“{' '.join(words.split())}”", "       "))


def show_assumptions(record: dict[str, Any]) -> None:
    """What to look up next."""
    shares = {p["parameter"]: p for p in record["parameters"]}
    named = [f"{name} {number(100 * shares[name]['share'])}%" for name in record["assumptions"]]
    left = record["lost_in_noise"]["assumptions"]
    print(bold("To look up next") + dim("  no claim behind them, largest effect first"))
    rest = [f"{len(named) - MOST_NAMED} smaller ones"] if len(named) > MOST_NAMED else []
    more = f"; {left} further assumptions are lost in the noise" if left else ""
    print(wrapped((", ".join(named[:MOST_NAMED] + rest) or "none above the noise") + more, "   ") + "\n")


def show_removal(found: Why, removal: Removal) -> None:
    """What changes without the claims."""
    names = ", ".join(removal.claims)
    print(bold(f"Without {printable(names)}") + dim("  same futures, same luck"))
    if not removal.replaced:
        known = "" if found.options.known_by is None else " as known by then"
        print(wrapped(f"It has no effect: no figure of this view{known} rests on it.", "   ") + "\n")
        return
    for before, after in removal.replaced:
        a, b = (used_record(found.case, found.filled, used) for used in (before, after))
        measure = f" {unit(before.unit.text)}".rstrip()
        sources = {"pool": f"pooled from {', '.join(after.claims)} and the assumption", "claim": "as claimed"}
        now = sources.get(after.origin, after.origin)
        was = "set by the view, now from the pool" if before.origin == "claim" else "pooled"
        figures = f"{between(a['low'], a['high'])} → {between(b['low'], b['high'])}{measure}"
        print(wrapped(f"{before.scalar}: {figures}; {was}, {now}", "   ", "     "))
    if not removal.changed:
        print(wrapped(f"It has no effect: nothing recorded differs in any of {removal.futures:,} futures.", "   ") + "\n")
        return
    rows = [
        [
            shortened(name_in_words(found.case, d.target), 48),
            f"{points(d.before)} → {points(d.after)}%",
            difference(d.difference, d.se) if d.difference or d.se else "no change",
        ]
        for d in removal.differences
    ]
    print(table(["", "with → without", "difference"], rows, "   "))
    apart = share(removal.changed, None, removal.futures)
    print(dim(wrapped(f"{apart} of futures differ in something that is recorded", "   ")) + "\n")


__all__ = ["explain"]
