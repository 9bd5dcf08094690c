"""All proposals of a document with what they match."""

from __future__ import annotations

from datetime import date

from ...case.records import Case
from ...evidence.documents.records import Document
from ...evidence.proposing.assemble import propose
from .conclusions import Conclusions, kinds
from .figures import Figures, settle
from .matching import Match, Reader


def matched(case: Case, document: Document, day: date, reported: bool = False) -> tuple[Reader, list[Match]]:
    """The document's proposals in their order, matched to the case. Demands are listed and match nothing.

    With ``reported``, what the document only reports others as saying is used as its own.
    """
    reader = Reader(case, document)
    proposals = propose(document)
    figures = Figures(reader, day, proposals)
    conclusions = Conclusions(reader, day, figures)
    found = []
    for number, proposal in enumerate(proposals, 1):
        start, end = proposal.sentence.view.span(proposal.start, proposal.end)
        match = Match(number, proposal, document.text[start:end], document.line(start), start, end)
        found.append(match)
        if proposal.kind == "quantity":
            figures.match(match)
        elif kinds(match):
            conclusions.match(match)
        else:
            match.reason = "a demand is no premise and no prediction"
        if reported and match.target and not match.use:
            match.use, match.reason = (
                True,
                f"{match.speaker} is reported to say it; used as the document's own",
            )
    settle(found)
    _once(found)
    return reader, found


def _once(matches: list[Match]) -> None:
    """A prediction inside a conditional is not made without its condition; of predictions that are read alike keep the first."""
    conditionals = [m for m in matches if m.proposal.kind == "conditional"]
    for match in matches:
        around = next(
            (
                c
                for c in conditionals
                if match.use
                and match.proposal.kind == "prediction"
                and c.start <= match.start
                and match.end <= c.end
            ),
            None,
        )
        if around is not None:
            match.use, match.reason = False, f"it is said with a condition, in line {around.line}"
    seen: dict[tuple[str, str, str], int] = {}
    for match in matches:
        if match.read_as is None or not match.use:
            continue
        key = (match.read_as.holds, match.read_as.by, match.read_as.at)
        if key in seen:
            match.use, match.reason = False, f"it says again what line {seen[key]} says"
        else:
            seen[key] = match.line
