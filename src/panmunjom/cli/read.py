"""``panmunjom read``: documents become proposed claims, shown as a list, JSON or YAML."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

from ..evidence.documents.reading import read as read_document
from ..evidence.documents.records import Document, Unreadable
from ..evidence.proposing.assemble import KINDS, propose
from ..evidence.proposing.lines import about, line, source_id, value, yaml_of
from ..evidence.proposing.proposal import Proposal
from ..quantities.calendar import parse_date
from ..text.problems import NOWHERE, CaseError, Place, Problem, Source, printable
from .terminal import bold, dim, show_problems, width

_TITLES = {
    "quantity": "Quantities",
    "prediction": "Predictions",
    "conditional": "Conditionals",
    "demand": "Demands",
}


def read(given: argparse.Namespace) -> int:
    """Read each file on its own: one that cannot be read is said and the others are read; exit status 1 then."""
    day = None
    if given.date:
        try:
            day = parse_date(given.date)
        except ValueError as error:
            raise CaseError([Problem("bad-date", NOWHERE, f"--date: {error}")]) from None
    if given.source and len(given.files) > 1:
        raise CaseError(
            [Problem("one-source", NOWHERE, "--source names one document, and several were given")]
        )
    if given.source and not re.fullmatch(r"[A-Za-z0-9_-]{1,60}", given.source):
        raise CaseError(
            [Problem("bad-source", NOWHERE, "--source: an id has letters, digits, '-' and '_' only")]
        )
    problems: list[Problem] = []
    objects = []
    for name in given.files:
        try:
            document = read_document(Path(name), day)
            proposals = propose(document)
            if given.model:
                proposals = with_model(document, proposals, given)
        except Unreadable as error:
            problems.append(Problem(error.code, Place(Source(name)), f"the file {error}", error.hint))
            continue
        except OSError as error:
            problems.append(
                Problem(
                    "unreadable", Place(Source(name)), f"the file cannot be opened: {error.strerror or error}"
                )
            )
            continue
        if given.json:
            objects.append({**about(document), "claims": [line(document, p) for p in proposals]})
        elif given.jsonl:
            for proposal in proposals:
                print(json.dumps(line(document, proposal), ensure_ascii=False))
            problems += _notes(document, name)
        elif given.text:
            sys.stdout.write(document.text)
        else:
            show = write_yaml if given.yaml else write_list
            show(document, proposals, given.source or source_id(document))
        if given.yaml or given.text:
            problems += _notes(document, name)
        sys.stdout.flush()  # what is read stands, whatever the next file does
    if given.json:
        print(
            json.dumps(
                {"documents": objects, "problems": [p.as_dict() for p in problems]},
                indent=1,
                ensure_ascii=False,
            )
        )
    show_problems(problems)
    return 1 if any(p.severity == "error" for p in problems) else 0


def with_model(document: Document, proposals: list[Proposal], given: argparse.Namespace) -> list[Proposal]:
    """The proposals and those of the user's own model; what it got wrong is counted in the notes."""
    from ..evidence.proposing.model import ask

    added, dropped = ask(document, proposals, given.model, given.model_name)
    document.notes += [f"the model proposed {len(added)} more claims", *dropped]
    order = [*proposals, *added]
    return sorted(order, key=lambda p: (p.sentence.view.span(p.start, p.end), KINDS.index(p.kind)))


def _notes(document: Document, name: str) -> list[Problem]:
    """What a reader of claims alone should know, on standard error."""
    return [Problem("note", Place(Source(name)), note, severity="warning") for note in document.notes]


def write_yaml(document: Document, proposals: list[Proposal], source: str) -> None:
    """Entries that can be pasted into a case."""
    entry, claims = yaml_of(document, proposals, source)
    print(f"# sources.yaml\n{entry}")
    print(f"# claims.yaml: put each in your own words; without its line 'proposed' it is accepted\n{claims}")


def write_list(document: Document, proposals: list[Proposal], source: str) -> None:
    """A list for people, grouped by kind."""
    print(bold(printable(document.title.value if document.title else document.name)))
    for label, finding in (
        ("author", document.author), ("outlet", document.outlet),
        ("published", document.published), ("language", document.language),
    ):  # fmt: skip
        told = f"{finding.value} ({finding.how}; {finding.sure})" if finding else "not found"
        print(dim(f"  {label:<10}") + printable(told))
    for sign in document.signs:
        print(dim("  copy?     ") + printable(sign))
    for note in document.notes:
        print(dim("  note      ") + printable(note))
    for kind in KINDS:
        chosen = [p for p in proposals if p.kind == kind]
        if chosen:
            print(f"\n{bold(_TITLES[kind])} ({len(chosen)})")
        for proposal in chosen:
            print(_row(document, proposal))
    known = f", from {printable(source)}"
    print(f"\n{len(proposals)} claims proposed{known}; none is accepted. --yaml writes them for a case.")


def _row(document: Document, proposal: Proposal) -> str:
    """One claim: its place and figure or date, the quotation, who says so."""
    start, _ = proposal.sentence.view.span(proposal.start, proposal.end)
    facts = []
    if proposal.kind == "quantity":
        facts.append(value(proposal))
        if proposal.hedge != "none":
            facts.append(proposal.hedge.replace("_", " "))
        if proposal.as_of:
            facts.append(f"as of {proposal.as_of}")
    if proposal.deadline_text:
        facts.append(f"by {proposal.deadline}" if proposal.deadline else f"'{proposal.deadline_text}'")
    if proposal.probability.get("low"):
        facts.append("probability {low} to {high} ({yardstick})".format(**proposal.probability))
    if proposal.condition and proposal.kind == "conditional":
        facts.append(f"if: {proposal.condition}")
    if proposal.speech.voice == "reported":
        facts.append(f"says {proposal.speech.speaker}" + (", endorsed" if proposal.speech.endorsed else ""))
    if "model" in proposal.tool:
        facts.append(proposal.tool)
    shown = printable(proposal.shown)
    room = width() - 9
    quote = shown if len(shown) <= room else shown[: room - 1] + "…"
    detail = printable("; ".join(facts))
    return f"  {document.line(start):>4}  {quote}" + (f"\n        {dim(detail)}" if detail else "")
