"""A document's proposed claims written out: JSON for machines, YAML that fits ``sources.yaml`` and ``claims.yaml``."""

from __future__ import annotations

import json
import re
from typing import Any

from ...text.problems import printable
from ..documents.records import Document, Finding
from ..quotes import passage_hash
from .proposal import Proposal


def line(document: Document, proposal: Proposal) -> dict[str, Any]:
    """All that is known of a proposed claim; predictions are called ``forecast`` here, as the measure of claims has it."""
    start, end = proposal.sentence.view.span(proposal.start, proposal.end)
    quote = document.text[start:end]
    speech, band = proposal.speech, proposal.probability
    return {
        "doc": document.name,
        "start": start,
        "end": end,
        "line": document.line(start),
        "kind": "forecast" if proposal.kind == "prediction" else proposal.kind,
        "status": "proposed",
        "tool": proposal.tool,
        "lang": proposal.sentence.language,
        "value_low": proposal.low,
        "value_high": proposal.high,
        "unit": proposal.unit or None,
        "per": proposal.per or None,
        "measure": proposal.flow or None,
        "of": proposal.of or None,
        "whose": proposal.whose or None,
        "hedge": proposal.hedge if proposal.kind == "quantity" else None,
        "as_of": proposal.as_of or None,
        "deadline": proposal.deadline.isoformat() if proposal.deadline else None,
        "deadline_text": proposal.deadline_text or None,
        "condition": proposal.condition or None,
        "cue": proposal.cue or None,
        "probability_words": band.get("words"),
        "p_low": float(band["low"]) if "low" in band else None,
        "p_high": float(band["high"]) if "high" in band else None,
        "yardstick": band.get("yardstick"),
        "speaker": speech.speaker,
        "voice": speech.voice,
        "endorsed": speech.endorsed,
        "sha256": passage_hash(quote),
        "quote": quote,
    }


def about(document: Document) -> dict[str, Any]:
    """What was found out about a document, each finding with how it is known and how sure that is."""

    def found(finding: Finding | None) -> dict[str, str] | None:
        return {"value": finding.value, "how": finding.how, "sure": finding.sure} if finding else None

    return {
        "doc": document.name,
        "format": document.format,
        "encoding": document.encoding,
        "sha256": document.sha256,
        "characters": len(document.text),
        "masked": sum(b.end - b.start for b in document.blocks if b.furniture),
        "title": found(document.title),
        "author": found(document.author),
        "outlet": found(document.outlet),
        "published": found(document.published),
        "language": found(document.language),
        "signs": document.signs,
        "notes": document.notes,
    }


def value(proposal: Proposal) -> str:
    """A figure as ``claims.yaml`` writes it: ``100 tank/month``, ``> 40000 person``, ``250 to 300 tank/year``, ``50%``."""
    percent = proposal.unit == "percent"
    low, high = (None if v is None else f"{v:.12g}" + "%" * percent for v in (proposal.low, proposal.high))
    unit = "" if percent or proposal.unit == "ratio" else re.sub(r"\W+", "_", proposal.unit)
    if unit and not re.match(r"[A-Za-z_]", unit):
        unit = "_" + unit
    per = f"{unit}/{proposal.per}" if unit and proposal.per else unit
    figure = (
        f"> {low}"
        if high is None
        else f"< {high}"
        if low is None
        else low
        if low == high
        else f"{low} to {high}"
    )
    return f"{figure} {per}".strip()


def source_id(document: Document) -> str:
    """A short id made of the file's name."""
    stem = document.name.rsplit(".", 1)[0].lower()
    return re.sub(r"[^a-z0-9]+", "-", stem).strip("-")[:40] or "source"


def yaml_of(document: Document, proposals: list[Proposal], source: str) -> tuple[str, str]:
    """The entry for ``sources.yaml`` and the entries for ``claims.yaml``."""
    published = document.published
    language = document.language.value if document.language else ""
    entry = [
        f"{source}:",
        *_pairs(
            title=_told(document.title),
            author=_told(document.author),
            publisher=_told(document.outlet),
        ),
    ]
    if published:
        entry += [
            f"  published: {published.value}",
            *_pairs(dated_by=published.how, date_confidence=published.sure),
        ]
    entry += [
        *_pairs(language=language, document=document.name, document_sha256=document.sha256),
        "  reliability: F",
    ]
    claims = [_claim(document, p, f"{source}-{i}", source) for i, p in enumerate(proposals, 1)]
    return "\n".join(entry) + "\n", "\n".join(claims)


def _claim(document: Document, proposal: Proposal, name: str, source: str) -> str:
    row = line(document, proposal)
    lines = [
        f"{name}:",
        f"  source: {source}",
        f"  kind: {proposal.kind}",
        *_pairs(proposed=proposal.tool, says=proposal.shown),
    ]
    if proposal.kind == "quantity":
        lines += [*_pairs(value=value(proposal)), f"  hedge: {proposal.hedge}"]
    lines += [*_pairs(speaker=proposal.speech.speaker), f"  voice: {proposal.speech.voice}"]
    lines.append(f"  endorsed: {str(proposal.speech.endorsed).lower()}")
    if proposal.as_of:
        lines.append(f'  as_of: "{proposal.as_of}"')
    day = (
        document.published.value
        if document.published
        else "null  # no date was found: give the day of publication"
    )
    lines.append(f"  published: {day}")
    if proposal.deadline:
        lines.append(f"  by: {proposal.deadline}")
    lines += _pairs(by_words=proposal.deadline_text, condition=proposal.condition)
    if proposal.probability:
        inner = ", ".join(f"{key}: {_quoted(text)}" for key, text in proposal.probability.items())
        lines.append(f"  probability: {{{inner}}}")
    place = f'document: {_quoted(document.name)}, start: {row["start"]}, end: {row["end"]}, sha256: "{row["sha256"]}"'
    lines.append(f"  place: {{{place}}}")
    return "\n".join(lines) + "\n"


def _told(finding: Finding | None) -> str:
    return finding.value if finding else ""


def _pairs(**entries: str | None) -> list[str]:
    """Lines of a mapping for what is there."""
    return [f"  {key}: {_quoted(text)}" for key, text in entries.items() if text]


def _quoted(text: str) -> str:
    """A YAML string in double quotes, which JSON's are; control characters are replaced."""
    return json.dumps(printable(text), ensure_ascii=False)
