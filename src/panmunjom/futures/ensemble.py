"""An ensemble: many futures of one view, with shares, their errors, and what crosses what."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

from ..engine.run import Raw
from ..engine.sampling import REPLICATES
from ..world.graph import Graph
from .wording import share as in_words

WARN_BAD, REFUSE_BAD = 0.001, 0.05  # shares of futures that stopped being finite


@dataclass(frozen=True, slots=True)
class Share:
    """A probability with its Monte Carlo error; ``hits`` of ``futures``."""

    p: float
    se: float
    hits: int
    futures: int

    def __str__(self) -> str:
        if self.hits == 0:
            return f"< {3 / max(1, self.futures):.1g}"
        return f"{self.p:.3f}"


def share(flags: npt.NDArray[np.bool_], points: npt.NDArray[np.uint64]) -> Share:
    """The share of futures with a flag; the error comes from the independent scrambles."""
    return share_of(by_scramble(points[flags]), by_scramble(points))


def by_scramble(points: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """How many of these futures belong to each scramble, shape (scrambles,)."""
    return np.bincount((points % REPLICATES).astype(np.int64), minlength=REPLICATES)


def share_of(hits: npt.NDArray[np.int64], futures: npt.NDArray[np.int64]) -> Share:
    """The share of hits among futures, both counted by scramble, shape (scrambles,)."""
    n = int(futures.sum())
    if n == 0:
        return Share(math.nan, math.nan, 0, 0)  # no finite future: nothing can be said
    means = hits[futures > 0] / futures[futures > 0]
    error = float(np.std(means, ddof=1) / math.sqrt(len(means))) if len(means) > 1 else math.nan
    return Share(int(hits.sum()) / n, error, int(hits.sum()), n)


def replicate_means(
    values: npt.NDArray[np.float64], points: npt.NDArray[np.uint64]
) -> npt.NDArray[np.float64]:
    """Means by scramble, shape (scrambles that occur,)."""
    replicate = (points % REPLICATES).astype(np.int64)
    counts = np.bincount(replicate, minlength=REPLICATES)
    sums = np.bincount(replicate, weights=values, minlength=REPLICATES)
    return sums[counts > 0] / counts[counts > 0]


def paired(
    a: npt.NDArray[np.bool_ | np.float64], b: npt.NDArray[np.bool_ | np.float64], points: npt.NDArray[np.uint64]
) -> tuple[float, float]:
    """Difference of two shares or means over the same futures with the same luck (b minus a) and its paired error."""
    if len(points) == 0:
        return math.nan, math.nan
    means = replicate_means(b.astype(float) - a.astype(float), points)
    return float(means.mean()), float(np.std(means, ddof=1) / math.sqrt(len(means))) if len(
        means
    ) > 1 else math.nan


@dataclass(slots=True)
class Ensemble:
    """Futures of one view over one span of time. Futures that stopped being finite are counted and left out."""

    name: str
    start: date
    until: date
    step_days: int
    graph: Graph = field(repr=False)
    raw: Raw = field(repr=False)
    seconds: float = 0.0

    @property
    def fine(self) -> npt.NDArray[np.bool_]:
        """Futures whose numbers stayed finite."""
        return np.isnan(self.raw.bad)

    @property
    def bad_share(self) -> float:
        """Share of futures that stopped being finite."""
        return float((~self.fine).mean())

    @property
    def usable(self) -> bool:
        """Whether probabilities may be printed at all."""
        return self.bad_share <= REFUSE_BAD

    def ended(self, ending: str) -> npt.NDArray[np.bool_]:
        """Which finite futures have that ending, shape (finite,)."""
        names = [e.name for e in self.graph.endings]
        return self.raw.ending[self.fine] == names.index(ending)

    def answered(self, name: str, by: date | None = None) -> npt.NDArray[np.bool_]:
        """Which finite futures saw the proposition hold at the end of some step (by a day), shape (finite,)."""
        names = [a.name for a in self.graph.answers]
        first = self.raw.first[names.index(name)][self.fine]
        limit = math.inf if by is None else by.toordinal()
        return np.where(np.isnan(first), math.inf, first) <= min(limit, 1e12)

    @property
    def points(self) -> npt.NDArray[np.uint64]:
        """Numbers of the finite futures."""
        return self.raw.points[self.fine]

    def endings(self) -> dict[str, Share]:
        """The share of each ending."""
        return {e.name: share(self.ended(e.name), self.points) for e in self.graph.endings}

    def questions(self, names: list[str]) -> dict[str, Share]:
        """The share of futures in which each question is answered yes."""
        return {n: share(self.answered(n), self.points) for n in names}

    def crossed(self, questions: list[str]) -> dict[str, dict[str, float]]:
        """Joint shares of questions and endings: question -> ending -> share of all finite futures."""
        out: dict[str, dict[str, float]] = {}
        for name in questions:
            yes = self.answered(name)
            out[name] = {e.name: float((yes & self.ended(e.name)).mean()) for e in self.graph.endings}
        return out

    def __repr__(self) -> str:
        words = "refused: too many futures stopped being finite"
        if self.usable:
            top = sorted(self.endings().items(), key=lambda kv: -kv[1].p)[:3]
            words = ", ".join(f"{name} {in_words(s.p, s.se, s.futures)}" for name, s in top)
        return (
            f"<Ensemble {self.name}: {len(self.raw.points):,} futures {self.start} to {self.until}; {words}>"
        )

    def _repr_html_(self) -> str:
        from html import escape

        caption = f"{escape(self.name)}, {self.start} to {self.until}, {len(self.raw.points):,} futures"
        if not self.usable:
            return f"<table><caption>{caption}: refused, too many stopped being finite</caption></table>"
        body = "".join(
            f"<tr><th>{escape(k.replace('_', ' '))}</th><td>{escape(in_words(s.p, s.se, s.futures))}</td></tr>"
            for k, s in self.endings().items()
        )
        head = "<tr><th>ending</th><th>share ± sampling error (two standard errors)</th></tr>"
        return f"<table><caption>{caption}</caption>{head}{body}</table>"
