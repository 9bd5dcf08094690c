"""How far the same futures differ by wording alone: the questions of a family, with paired errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ..case.questions import due_text, families
from ..case.records import Case, Question
from ..futures.ensemble import Ensemble, paired, share
from ..futures.wording import points
from .resolving import within


@dataclass(slots=True)
class Wording:
    """One wording: its share of yes with sampling error, and how far it lies from the family's first, with the paired error."""

    question: Question
    p: float
    se: float
    difference: float
    difference_se: float
    disagree: float  # share of futures in which the two answers differ


    @property
    def gap(self) -> str:
        """How far it lies from the family's first, in points with two paired standard errors: ``−1.7 ± 0.5``."""
        twice = 2 * self.difference_se
        sign = "−" if self.difference < 0 else "+"
        return f"{sign}{points(abs(self.difference), twice or None)} ± {points(twice, twice or None)}"


@dataclass(slots=True)
class Family:
    """The wordings of one thing in one view; ``spread`` between the extremes, with the paired error."""

    name: str
    futures: int
    wordings: list[Wording] = field(default_factory=list)
    least: str = ""
    most: str = ""
    spread: float = 0.0
    spread_se: float = 0.0

    @property
    def apart(self) -> str:
        """The spread in points with two paired standard errors."""
        twice = 2 * self.spread_se
        return f"{points(self.spread, twice or None)} ± {points(twice, twice or None)}"

    def as_dict(self) -> dict[str, Any]:
        """For JSON and the report."""
        rows = [
            {
                "question": w.question.id, "text": w.question.text, "style": w.question.style, "due": due_text(w.question),
                "about": w.question.about, "fine_print": w.question.fine_print, "p": w.p, "se": w.se,
                "difference": w.difference, "difference_se": w.difference_se, "disagree": w.disagree,
            }
            for w in self.wordings
        ]  # fmt: skip
        spread = {"spread": self.spread, "se": self.spread_se, "least": self.least, "most": self.most}
        return {"family": self.name, "futures": self.futures, "wordings": rows, **spread}


def by_wording(case: Case, ensemble: Ensemble, kept: npt.NDArray[np.bool_] | None = None) -> list[Family]:
    """Every family of which two wordings or more are due inside the ensemble's span, put to all finite futures or those kept."""
    kept = np.ones(len(ensemble.points), bool) if kept is None else kept
    points = ensemble.points[kept]
    found = []
    for name, questions in families(case).items():
        asked = [q for q in questions if within(q, ensemble) and q.kind == "yes_no"]
        if len(asked) < 2 or not ensemble.usable or not len(points):
            continue
        flags = {q.id: ensemble.answered(q.id)[kept] for q in asked}
        first = flags[asked[0].id]
        family = Family(name, len(points))
        for question in asked:
            mine = flags[question.id]
            own = share(mine, points)
            gap, error = paired(first, mine, points)
            family.wordings.append(Wording(question, own.p, own.se, gap, error, float((mine != first).mean())))
        low, high = (pick(family.wordings, key=lambda w: w.p) for pick in (min, max))
        family.least, family.most = low.question.id, high.question.id
        family.spread, family.spread_se = paired(flags[family.least], flags[family.most], points)
        found.append(family)
    return found
