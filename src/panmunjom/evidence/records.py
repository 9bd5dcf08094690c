"""Sources and claims: who said what, when, where; a claim is never a fact."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from ..quantities.calendar import loose_date
from ..quantities.distributions import Distribution
from ..text.problems import NOWHERE, Place

MAX_AGE = 400  # days; an older figure of a stock or a rate is history, not evidence of today

KINDS = ("quantity", "prediction", "conditional", "demand", "assertion")


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
    """One checkable statement of a source, in our words.

    ``proposed`` names the tool and version that proposed the claim, until someone accepts it by taking the line out; a
    proposed claim is in no pool.
    """

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
    proposed: str = ""
    came_true: str = ""
    outcome: str = ""
    decided: date | None = None
    echo_of: str = ""
    note: str = ""
    place: Place = NOWHERE


@dataclass(slots=True)
class Library:
    """All sources and claims of a case."""

    sources: dict[str, SourceRecord] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    _figures: dict[str, list[Claim]] | None = field(default=None, init=False, repr=False, compare=False)

    def figures(self, parameter: str) -> list[Claim]:
        """All claims with a figure for a parameter; echoes and what is only proposed are left out."""
        if self._figures is None:
            self._figures = {}
            for claim in self.claims.values():
                if claim.kind == "quantity" and claim.quantity and not claim.echo_of and not claim.proposed:
                    self._figures.setdefault(claim.about, []).append(claim)
        return self._figures.get(parameter, [])

    def about(self, parameter: str, by: date) -> list[Claim]:
        """Claims with a figure for a parameter, published by that day and no more than ``MAX_AGE`` old.

        Echoes of one origin count once, and of several figures of one source only the latest.
        """
        latest: dict[str, Claim] = {}
        for claim in self.figures(parameter):
            if not claim.published or claim.published > by:
                continue
            spoken_of = loose_date(claim.as_of)[1] if claim.as_of else claim.published
            if (by - spoken_of).days > MAX_AGE:
                continue
            before = latest.get(claim.source)
            if before is None or before.published is None or claim.published >= before.published:
                latest[claim.source] = claim
        return list(latest.values())


@dataclass(frozen=True, slots=True)
class PoolMember:
    """One voice in a pool: a claim or the world's assumption, with its weight."""

    name: str
    distribution: Distribution
    weight: float
