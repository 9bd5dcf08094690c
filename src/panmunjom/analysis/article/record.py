"""How predictions of a class have fared in a case: counts, never a ranking, of what documents said and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ...case.records import Case
from ...evidence.records import Claim

FEW = 10  # resolved predictions below which a share would say nothing
_NEAR_DAYS = 366


@dataclass(frozen=True, slots=True)
class Fared:
    """Predictions of one class: how many there are, and of those resolved how many came true, in part, or not."""

    label: str
    made: int
    true: int
    partly: int
    false: int

    @property
    def resolved(self) -> int:
        """How many reality has answered."""
        return self.true + self.partly + self.false


CLASSES = ("with a date within a year", "with a date further off", "without a date")


def class_of(published: date | None, by: date | None) -> str:
    """The class of a prediction, by how far ahead it dares to speak."""
    if by is None or published is None:
        return CLASSES[2]
    return CLASSES[0] if (by - published).days <= _NEAR_DAYS else CLASSES[1]


def fared(case: Case, without: str = "") -> dict[str, Fared]:
    """The record of each class, over the authors' own predictions in the case; those of one source may be left out."""
    groups: dict[str, list[Claim]] = {label: [] for label in CLASSES}
    for claim in case.library.claims.values():
        if (
            claim.kind in ("prediction", "conditional")
            and claim.endorsed
            and not claim.proposed
            and not claim.echo_of
            and claim.source != without
        ):
            groups[class_of(claim.published, claim.by)].append(claim)
    return {
        label: Fared(
            label,
            len(group),
            *(sum(c.came_true == word for c in group) for word in ("true", "partly", "false")),
        )
        for label, group in groups.items()
    }
