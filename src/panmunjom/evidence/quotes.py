"""Checks that each claim's passage stands where the claim says, in the documents of whoever has them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ..text.files import read_regular
from ..text.problems import Problems
from .records import Claim, Library

MOST = 50_000_000  # bytes of a document


@dataclass(frozen=True, slots=True)
class QuoteCheck:
    """How many passages were found to the letter, are wrong, or belong to documents that are not at hand."""

    right: int
    wrong: int
    absent: int


def passage_hash(text: str) -> str:
    """First 16 hex digits of the SHA-256 of the passage as UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def verify(library: Library, folder: Path, problems: Problems) -> QuoteCheck:
    """Compare every claim's passage with the documents in a folder; a mismatch is a problem at the claim."""
    texts: dict[str, str | None] = {}
    right = wrong = absent = 0
    for claim in library.claims.values():
        name = claim.passage.document
        if not name:
            continue
        if name not in texts:
            texts[name] = _read(folder, name)
        text = texts[name]
        if text is None:
            absent += 1
        elif passage_hash(text[claim.passage.start : claim.passage.end]) == claim.passage.sha256:
            right += 1
        else:
            wrong += 1
            where = f"characters {claim.passage.start} to {claim.passage.end} of {name}"
            message = f"the passage of '{claim.id}' is not at {where}"
            problems.add(
                "wrong-quote",
                claim.place,
                message,
                "The document or the offsets have changed: read it again.",
            )
    return QuoteCheck(right, wrong, absent)


def quote(claim: Claim, folder: Path) -> str | None:
    """The sentence behind a claim, where its document is at hand and unchanged; else None."""
    text = _read(folder, claim.passage.document) if claim.passage.document else None
    if text is None:
        return None
    found = text[claim.passage.start : claim.passage.end]
    return found if passage_hash(found) == claim.passage.sha256 else None


def _read(folder: Path, name: str) -> str | None:
    """A document's text as ``panmunjom read`` counts it; names with a path in them are not followed."""
    from .documents.opening import open_text  # formats are read only where there are documents
    from .documents.records import Unreadable

    if Path(name).name != name:
        return None
    try:
        return open_text(name, read_regular(folder / name, MOST)).text
    except (OSError, Unreadable):
        return None
