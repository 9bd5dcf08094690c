"""Sources and claims: who said what, when, where; a claim is never a fact."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from ..quantities.distributions import Distribution
from ..text.problems import NOWHERE, Place
from ..text.schemas import CLAIM_KINDS

KINDS = CLAIM_KINDS


@dataclass(slots=True)
class SourceRecord:
    """A document or data set and what is known of its origin. ``reliability`` is A to F, F for unknown."""

    id: str
    title: str = ""
    author: str = ""
    publisher: str = ""
    published: date | None = None
    dated_by: str = ""
    date_confidence: str = ""
    language: str = ""
    document: str = ""
    document_sha256: str = ""
    kind: str = ""
    derived_from: str = ""
    reliability: str = "F"
    stance: str = ""
    hypothesis: str = ""
    place: Place = NOWHERE


@dataclass(slots=True)
class Passage:
    """Where a claim stands:
    code points of the decoded file and the first 16 hex digits of the passage's SHA-256.
    """

    document: str = ""
    start: int = 0
    end: int = 0
    sha256: str = ""
    publication: str = ""


@dataclass(slots=True)
class Quantity:
    """A claimed figure in its own unit: bounds as said (None where one-sided) and the unit's text."""

    low: float | None
    high: float | None
    unit: str
    text: str

    @property
    def exact(self) -> bool:
        """One figure, no range."""
        return self.low is not None and self.low == self.high


@dataclass(slots=True)
class Claim:
    """One checkable statement of a source, in our words."""

    id: str
    source: str
    kind: str
    says: str
    about: str = ""
    quantity: Quantity | None = None
    hedge: str = "none"
    speaker: str = ""
    voice: str = "author"
    endorsed: bool = True
    as_of: str = ""
    published: date | None = None
    by: date | None = None
    by_words: str = ""
    condition: str = ""
    probability: dict[str, str] = field(default_factory=dict)
    credibility: int = 6
    passage: Passage = field(default_factory=Passage)
    came_true: str = ""
    outcome: str = ""
    decided: date | None = None
    echo_of: str = ""
    note: str = ""
    measures: str = ""  # what exactly its figure counts; must be what the parameter measures
    proposed: str = ""  # the tool that proposed it; in no pool until it is accepted
    rejected: str = ""  # why an analyst turned it down; kept, so that it is not proposed again
    place: Place = NOWHERE

    @property
    def counts(self) -> bool:
        """Whether it may set a parameter: neither waiting to be accepted nor turned down."""
        return not self.proposed and not self.rejected


@dataclass(slots=True)
class Library:
    """All sources and claims of a case."""

    sources: dict[str, SourceRecord] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    _figures: dict[str, list[Claim]] | None = field(default=None, init=False, repr=False, compare=False)

    def figures(self, parameter: str) -> list[Claim]:
        """All claims with a figure for a parameter, in the order of the file."""
        if self._figures is None:
            self._figures = {}
            for claim in self.claims.values():
                if claim.kind == "quantity" and claim.quantity:
                    self._figures.setdefault(claim.about, []).append(claim)
        return self._figures.get(parameter, [])

    def known(self, claim: Claim, day: date) -> bool:
        """Whether anybody could know a claim on a day: it and its source had appeared."""
        source = self.sources.get(claim.source)
        appeared = source.published if source else None
        return claim.published is not None and claim.published <= day and (appeared is None or appeared <= day)

    def origins(self, claim: Claim) -> list[Claim]:
        """What a claim retells, the nearest first and the origin last; empty for one that retells nothing."""
        found: list[Claim] = []
        while (before := self.claims.get(claim.echo_of)) and all(before is not f for f in found):
            found.append(claim := before)
        return found


@dataclass(frozen=True, slots=True)
class PoolMember:
    """One voice in a pool: a claim or the world's assumption, with its weight."""

    name: str
    distribution: Distribution
    weight: float
