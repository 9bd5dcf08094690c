"""The record of each source: which of its statements came true, how good its probabilities were, and what so few can show.

Statements are judged, not persons, and only those that the source stands behind (a reported prediction that it does not
endorse is counted apart). Several claims with one question count once. What has not come true *so far* is no error yet and
is counted apart.

The share of right statements is pooled: each source's share is drawn from a beta distribution common to all, whose
shape is learnt from all of them with the prior of Gelman et al., Bayesian Data Analysis, 3rd ed. (2013), section 5.3,
p(a, b) ∝ (a + b)^(−5/2), here cut off at a + b = ``MOST`` so that it is proper for any counts. A source with few statements
is drawn towards the others. A statement that came true in part counts as half. It is no ranking: under ``FEW`` statements
nothing can be ranked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from ..case.records import Case, Question
from ..evidence.records import Claim
from .scores import brier

Array = npt.NDArray[np.float64]

FEW = 10
MOST = 1_000.0  # a + b beyond which all sources would be taken for alike
LEVEL = 0.9


@dataclass(slots=True)
class Judged:
    """One statement of a source and what became of it."""

    question: Question
    claims: tuple[str, ...]
    outcome: str  # right, partly, wrong, so_far_right, so_far_wrong
    day: date
    said: tuple[float, float] | None = None  # the probability range of its words for what it claims
    brier: tuple[float, float, float] | None = None  # at the range's middle, and the least and greatest within it


@dataclass(slots=True)
class SourceScore:
    """A source's record. ``share`` is the pooled share right with its 90% interval."""

    source: str
    title: str
    published: date | None
    judged: list[Judged] = field(default_factory=list)
    reported: list[Judged] = field(default_factory=list)  # predictions that it only reports
    share: float | None = None
    low: float | None = None
    high: float | None = None

    def count(self, outcome: str) -> int:
        """How many of its own statements came out so."""
        return sum(j.outcome == outcome for j in self.judged)

    @property
    def n(self) -> int:
        """Statements that are settled for good."""
        return sum(self.count(o) for o in ("right", "partly", "wrong"))

    @property
    def few(self) -> bool:
        """Whether they are too few to say anything of the source."""
        return self.n < FEW

    @property
    def brier(self) -> tuple[float, float, float, int] | None:
        """Mean Brier score of the statements whose words have a probability: middle, least, greatest, and how many."""
        found = [j.brier for j in self.judged if j.brier]
        if not found:
            return None
        middle, low, high = (float(np.mean(column)) for column in zip(*found, strict=True))
        return middle, low, high, len(found)

    def as_dict(self) -> dict[str, Any]:
        """For JSON and the report."""
        score = self.brier
        return {
            "source": self.source, "title": self.title, "published": self.published.isoformat() if self.published else None,
            "n": self.n, "right": self.count("right"), "partly": self.count("partly"), "wrong": self.count("wrong"),
            "so_far_right": self.count("so_far_right"), "so_far_wrong": self.count("so_far_wrong"),
            "share": self.share, "low": self.low, "high": self.high, "few": self.few,
            "brier": None if score is None else dict(zip(("middle", "low", "high", "n"), score, strict=True)),
            "statements": [_judged(j, True) for j in self.judged] + [_judged(j, False) for j in self.reported],
        }  # fmt: skip


def _judged(found: Judged, own: bool) -> dict[str, Any]:
    return {
        "question": found.question.id, "text": found.question.text, "claims": list(found.claims), "outcome": found.outcome,
        "day": found.day.isoformat(), "own": own, "said": found.said, "brier": None if found.brier is None else found.brier[0],
    }  # fmt: skip


def source_scores(case: Case) -> list[SourceScore]:
    """The record of every source of which a statement was judged, by the day it appeared."""
    found: dict[str, SourceScore] = {}
    for question in case.asked.values():
        by_source: dict[str, list[Claim]] = {}
        for name in question.claims:
            if name in case.library.claims:
                by_source.setdefault(case.library.claims[name].source, []).append(case.library.claims[name])
        for source, claims in by_source.items():
            judged = _judge(question, claims)
            record = case.library.sources.get(source)
            if judged is not None:
                title, published = (record.title, record.published) if record else (source, None)
                score = found.setdefault(source, SourceScore(source, title, published))
                (score.judged if any(c.endorsed for c in claims) else score.reported).append(judged)
    scores = sorted(found.values(), key=lambda s: (s.published or date.max, s.source))
    counted = [s for s in scores if s.n]
    right = np.array([s.count("right") + 0.5 * s.count("partly") for s in counted])
    for score, (share, low, high) in zip(counted, pooled_shares(right, np.array([s.n for s in counted])), strict=True):
        score.share, score.low, score.high = share, low, high
    return scores


def _judge(question: Question, claims: list[Claim]) -> Judged | None:
    """A statement's outcome; None where nothing was settled or looked at, or where the outcome is void or ambiguous."""
    answer = question.resolution
    if answer is None or question.kind not in ("yes_no", "choice"):
        return None
    right = answer.outcome == question.claimed
    names = tuple(c.id for c in claims)
    if answer.outcome == "partly" and not answer.so_far:
        return Judged(question, names, "partly", answer.day)
    if answer.so_far:
        return Judged(question, names, "so_far_right" if right else "so_far_wrong", answer.day)
    if not answer.counts:
        return None
    judged = Judged(question, names, "right" if right else "wrong", answer.day)
    judged.said = next((said for c in claims if (said := chance(c))), None)
    if judged.said is not None:
        scores = brier([sum(judged.said) / 2, *judged.said], [float(right)] * 3)
        judged.brier = (float(scores[0]), float(scores[1:].min()), float(scores[1:].max()))
    return judged


def chance(claim: Claim) -> tuple[float, float] | None:
    """The probability range that a claim's words stand for; None where no yardstick has them."""
    try:
        return float(claim.probability["low"]), float(claim.probability["high"])
    except (KeyError, ValueError):
        return None


def posterior(right: Array, n: Array, points: int = 100) -> tuple[Array, Array, Array]:
    """The beta distribution that all shares come from: a grid of a and b with their posterior weights, each shape (points²,).

    Spaced evenly in log(a / b) and log(a + b), where the prior's density is a·b·(a + b)^(−5/2).
    """
    odds, sizes = np.meshgrid(np.linspace(-6, 6, points), np.linspace(np.log(0.05), np.log(MOST), points))
    size = np.exp(sizes.ravel())
    a = size / (1 + np.exp(-odds.ravel()))
    b = size - a
    log = np.log(a) + np.log(b) - 2.5 * np.log(size)
    lone = _log_gamma(a) + _log_gamma(b) - _log_gamma(size)
    for hits, count in zip(right, n, strict=True):
        log += _log_gamma(a + hits) + _log_gamma(b + count - hits) - _log_gamma(size + count) - lone
    weight = np.exp(log - log.max())
    return a, b, weight / weight.sum()


def _log_gamma(x: Array) -> Array:
    """Logarithm of the gamma function of positive x by Stirling's series at x + 8: right to ten digits."""
    shifted = x + 8
    series = 1 / (12 * shifted) - 1 / (360 * shifted**3) + 1 / (1260 * shifted**5)
    found = (shifted - 0.5) * np.log(shifted) - shifted + 0.5 * np.log(2 * np.pi) + series
    return np.asarray(found - sum(np.log(x + k) for k in range(8)))


def pooled_shares(right: Array, n: Array) -> list[tuple[float, float, float]]:
    """Each source's share right, drawn towards all: mean and the ends of the 90% interval of its posterior."""
    if not len(n):
        return []
    a, b, weight = posterior(right, n, 60)
    kept = weight > 1e-4 * weight.max()
    a, b, weight = a[kept], b[kept], weight[kept] / weight[kept].sum()
    edges = np.linspace(0, 1, 201)
    middles = (edges[1:] + edges[:-1]) / 2
    found = []
    for hits, count in zip(right, n, strict=True):
        alpha, beta = a + hits, b + count - hits
        mean = float(weight @ (alpha / (alpha + beta)))
        log = np.outer(alpha - 1, np.log(middles)) + np.outer(beta - 1, np.log1p(-middles))
        density = np.exp(log - log.max(axis=1, keepdims=True))
        cells = weight @ (density / density.sum(axis=1, keepdims=True))
        below = np.concatenate([[0.0], np.cumsum(cells)])
        low, high = np.interp([(1 - LEVEL) / 2, (1 + LEVEL) / 2], below, edges)
        found.append((mean, float(low), float(high)))
    return found
