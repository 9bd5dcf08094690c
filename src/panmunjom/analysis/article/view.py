"""What an article says becomes a view of the case at the article's date."""

from __future__ import annotations

from datetime import date
from typing import Any

from ...case.overlay import with_view
from ...case.records import Case
from ...evidence.documents.records import Document
from ...evidence.quotes import passage_hash
from .matching import Match

NAME = "article"


def settings(matches: list[Match]) -> dict[str, Match]:
    """The figures that are used, by the parameter that they set."""
    return {m.target: m for m in matches if m.use and m.figure}


def claim_id(case: Case, match: Match) -> str:
    """The id of a match's claim, which no claim of the case has."""
    name = f"{NAME}-{match.number}"
    while name in case.library.claims:
        name += "x"
    return name


def supposed(case: Case, used: list[Match]) -> dict[str, str]:
    """Positions of switches that the article takes by what it says, where these are not the case's own."""
    found: dict[str, str] = {}
    for match in used:
        spoken = case.phrases.outcomes if match.read_as else case.phrases.quantities
        words = spoken.get(match.target.partition("[")[0])
        found |= words.supposes if words else {}
    switches = case.built.world.switches
    return {name: to for name, to in sorted(found.items()) if to != switches[name].default}


def known_source(case: Case, document: Document) -> str:
    """The source of the case that is this very file, or an empty text."""
    return next((s.id for s in case.library.sources.values() if s.document_sha256 == document.sha256), "")


def view_case(case: Case, document: Document, day: date, matches: list[Match]) -> Case:
    """The case with the article as a view of it. Raises ``CaseError``."""
    used = [m for m in matches if m.use and m.target]
    view: dict[str, Any] = {
        "start": day,
        "set": {target: f"claim {claim_id(case, m)}" for target, m in settings(matches).items()},
        "switches": supposed(case, used),
        "concludes": [_concluded(case, m) for m in used if m.read_as],
    }
    source = {"title": document.title.value if document.title else document.name, "published": day, "document": document.name,
              "document_sha256": document.sha256, "reliability": "F"}  # fmt: skip
    claims = {claim_id(case, m): _claim(case, document, day, m) for m in used}
    return with_view(
        case, NAME, source, claims, {k: v for k, v in view.items() if v}, known_source(case, document)
    )


def _claim(case: Case, document: Document, day: date, match: Match) -> dict[str, Any]:
    """A match as an entry of ``claims.yaml``; the document's own words stand for ours, as it is the user's own copy."""
    proposal = match.proposal
    entry: dict[str, Any] = {
        "source": NAME,
        "kind": proposal.kind,
        "says": match.quote,
        "speaker": proposal.speech.speaker,
        "voice": proposal.speech.voice,
        "published": day,
        "place": {
            "document": document.name,
            "start": match.start,
            "end": match.end,
            "sha256": passage_hash(match.quote),
        },
    }
    if match.figure:
        measures = case.built.world.parameters[match.target.partition("[")[0]].measures
        entry |= {"value": match.figure, "hedge": proposal.hedge} | (
            {"measures": measures} if measures else {}
        )
    return entry


def _concluded(case: Case, match: Match) -> dict[str, Any]:
    """A match as a conclusion of a view."""
    reading = match.read_as
    assert reading is not None
    entry: dict[str, Any] = {"claim": claim_id(case, match), "holds": reading.holds}
    entry |= {"at": reading.at} if reading.at else {"by": reading.by}
    return (
        entry
        | ({"given": reading.given} if reading.given else {})
        | ({"possible": True} if reading.possible else {})
    )
