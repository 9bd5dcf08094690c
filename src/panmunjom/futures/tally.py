"""Shares of endings and questions counted while futures stream past: memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.run import Raw
from ..engine.sampling import REPLICATES
from .ensemble import REFUSE_BAD, WARN_BAD, Share, by_scramble, share_of

Counts = npt.NDArray[np.int64]


def nothing() -> Counts:
    """No future of any scramble."""
    return np.zeros(REPLICATES, np.int64)


@dataclass(slots=True)
class Tally:
    """What was counted, by scramble (shape (16,)), over the futures that stayed finite; the others are counted apart.

    first_broken  the earliest day on which one stopped being finite, as an ordinal; 0 if none did
    example       the lowest number of a future that did; -1 if none did
    """

    finite: Counts = field(default_factory=nothing)
    endings: dict[str, Counts] = field(default_factory=dict)
    questions: dict[str, Counts] = field(default_factory=dict)
    not_finite: int = 0
    first_broken: int = 0
    example: int = -1
    broken: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, endings: Iterable[str], questions: Iterable[str]) -> Tally:
        """An empty tally of these."""
        return cls(endings={e: nothing() for e in endings}, questions={q: nothing() for q in questions})

    def count(self, raw: Raw, answers: list[str]) -> None:
        """Add futures. ``answers`` names the rows of ``raw.first``."""
        fine = np.isnan(raw.bad)
        points, ending, first = raw.points[fine], raw.ending[fine], raw.first[:, fine]
        self.finite += by_scramble(points)
        for number, counts in enumerate(self.endings.values()):
            counts += by_scramble(points[ending == number])
        for name, counts in self.questions.items():
            counts += by_scramble(points[~np.isnan(first[answers.index(name)])])
        if not fine.all():
            example = int(raw.points[~fine].min())
            self.add_broken(int((~fine).sum()), int(np.nanmin(raw.bad)), example, raw.broken)

    def add(self, other: Tally) -> None:
        """Add what another tally of the same things counted."""
        self.finite += other.finite
        for mine, theirs in ((self.endings, other.endings), (self.questions, other.questions)):
            for name, counts in theirs.items():
                mine[name] += counts
        self.add_broken(other.not_finite, other.first_broken, other.example, other.broken)

    def add_broken(self, count: int, first: int, example: int, stocks: dict[str, int]) -> None:
        """Add futures that stopped being finite."""
        if not count:
            return
        self.first_broken = min(first, self.first_broken) if self.not_finite else first
        self.example = min(example, self.example) if self.not_finite else example
        self.not_finite += count
        for name, number in stocks.items():
            if number:
                self.broken[name] = self.broken.get(name, 0) + number

    @property
    def futures(self) -> int:
        """All that were counted."""
        return int(self.finite.sum()) + self.not_finite

    @property
    def bad_share(self) -> float:
        """Share of futures that stopped being finite."""
        return self.not_finite / self.futures if self.futures else 0.0

    @property
    def usable(self) -> bool:
        """Whether probabilities may be printed at all."""
        return self.bad_share <= REFUSE_BAD

    def shares(self, counts: dict[str, Counts]) -> dict[str, Share]:
        """The share of each of ``endings`` or ``questions``."""
        return {name: share_of(hits, self.finite) for name, hits in counts.items()}

    def warnings(self) -> list[str]:
        """What must be said of futures that are not finite, in sentences."""
        if self.bad_share <= WARN_BAD:
            return []
        number = f"{self.not_finite:,} of {self.futures:,} futures stopped being finite"
        found = [f"{number} and are left out" if self.usable else f"{number}: no probability is printed"]
        worst = sorted(self.broken, key=lambda n: -self.broken[n])[:3]
        where = f"not finite in {', '.join(worst)}" if worst else "a rate was negative or not finite"
        first = f"the first broke in the step of {date.fromordinal(self.first_broken)}; {where}"
        return [*found, f"{first}; 'panmunjom replay ... --future {self.example}' shows why in one of them"]

    def as_dict(self) -> dict[str, Any]:
        """The counts as the manifest keeps them."""
        return {
            "finite": self.finite.tolist(),
            "endings": {k: v.tolist() for k, v in self.endings.items()},
            "questions": {k: v.tolist() for k, v in self.questions.items()},
            "not_finite": self.not_finite,
            "first_broken": self.first_broken,
            "example": self.example,
            "broken": self.broken,
        }

    @classmethod
    def from_dict(cls, found: Any, like: Tally) -> Tally:
        """Counts from a manifest, which may hold anything. Raises ``ValueError`` unless they are counts of ``like``'s."""

        def whole(value: Any) -> int:
            if type(value) is not int or not 0 <= value < 2**40:
                raise ValueError("a count is not a whole number")
            return value

        def counts(value: Any) -> Counts:
            if not isinstance(value, list) or len(value) != REPLICATES:
                raise ValueError("counts are not of 16 scrambles")
            return np.array([whole(v) for v in value], np.int64)

        if not isinstance(found, dict) or found.keys() != like.as_dict().keys():
            raise ValueError("counts are missing")
        for name, mine in (("endings", like.endings), ("questions", like.questions)):
            if not isinstance(found[name], dict) or found[name].keys() != mine.keys():
                raise ValueError(f"counts are not of the case's {name}")
        if not isinstance(found["broken"], dict) or whole(found["first_broken"]) > date.max.toordinal():
            raise ValueError("what is said of futures that are not finite cannot be read")
        if found["not_finite"] and not found["first_broken"]:
            raise ValueError("futures stopped being finite on no day")
        return cls(
            counts(found["finite"]),
            {k: counts(v) for k, v in found["endings"].items()},
            {k: counts(v) for k, v in found["questions"].items()},
            whole(found["not_finite"]),
            found["first_broken"],
            whole(found["example"]) if found["not_finite"] else -1,
            {str(k): whole(v) for k, v in found["broken"].items()},
        )
