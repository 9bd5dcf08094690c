"""Skill against a baseline and paired differences, with bootstrap intervals that know that forecasts overlap.

Two forecasts of the same thing on neighbouring days err together. So whole blocks are drawn again: runs of neighbours
(``block``; circular, after Politis and Romano 1992) or all forecasts of a group, such as those of one question (``groups``).
A bootstrap of a few blocks says too little: below ``ENOUGH`` of them no interval is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

ENOUGH = 5  # blocks or groups without which no interval is given
FEW = 10  # pairs below which a sentence says that they are few


@dataclass(frozen=True, slots=True)
class Skill:
    """1 − mean score / mean score of the baseline: 1 is perfect, 0 no better than it, negative worse.

    ``low`` and ``high`` are the bootstrap's ends at ``level``, None where there are too few blocks; ``skill`` is None where
    nothing was compared or the baseline made no error at all. ``n`` pairs in ``blocks`` independent blocks.
    """

    skill: float | None
    low: float | None
    high: float | None
    n: int
    blocks: int
    score: float
    baseline: float
    level: float

    @property
    def verdict(self) -> str:
        """``better``, ``worse`` or ``no evidence``: whether the whole interval lies on one side of 0."""
        return _side(self.low, self.high)

    def sentence(self, against: str) -> str:
        """What can be said, in one clause: ``no evidence of skill`` is the usual answer of few forecasts."""
        if self.skill is None:
            return f"nothing to compare with {against}"
        if self.low is None or self.high is None:
            return f"no evidence of skill against {against}: {_count(self.n)}, too few for an interval"
        span = f"{self.skill:+.2f} ({self.low:+.2f} to {self.high:+.2f}, {_count(self.n)})"
        few = ", which are few" if self.n < FEW else ""
        words = {"better": "better than", "worse": "worse than", "no evidence": "no evidence of skill against"}
        return f"{words[self.verdict]} {against}: skill {span}{few}"

    def as_dict(self) -> dict[str, float | int | str | None]:
        """For JSON: skill, low, high, n, blocks, score, baseline, level, verdict."""
        return {
            "skill": self.skill, "low": self.low, "high": self.high, "n": self.n, "blocks": self.blocks,
            "score": self.score, "baseline": self.baseline, "level": self.level, "verdict": self.verdict,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean of our score less theirs over the same questions: negative is better for us. Ends as in ``Skill``."""

    mean: float | None
    low: float | None
    high: float | None
    n: int
    blocks: int
    level: float

    @property
    def verdict(self) -> str:
        """``better``, ``worse`` or ``no evidence``."""
        return {"better": "worse", "worse": "better"}.get(found := _side(self.low, self.high), found)


def skill(
    scores: npt.ArrayLike,
    baseline: npt.ArrayLike,
    *,
    block: int = 1,
    groups: Sequence[object] | None = None,
    level: float = 0.9,
    resamples: int = 4_000,
    seed: int = 1,
) -> Skill:
    """Skill of negatively oriented ``scores`` against those of a baseline for the same forecasts, both shape (n,).

    ``block``    how many neighbours (in the order given: sort by date) depend on each other; see ``overlap``
    ``groups``   instead of it: a label a forecast; all forecasts of a label are drawn together
    The interval is that of the ratio of means over resampled blocks. Raises ``ValueError`` for NaN or shapes that differ.
    """
    ours, theirs = _pair(scores, baseline)
    n = len(ours)
    if n == 0:
        return Skill(None, None, None, 0, 0, float("nan"), float("nan"), level)
    mine, base = float(ours.mean()), float(theirs.mean())
    sums, blocks = _resampled(np.stack([ours, theirs]), block, groups, resamples, seed)
    if base <= 0:
        return Skill(None, None, None, n, blocks, mine, base, level)
    low = high = None
    if blocks >= ENOUGH:
        with np.errstate(divide="ignore", invalid="ignore"):
            drawn = 1 - sums[0] / sums[1]
        drawn = np.where(sums[1] > 0, drawn, -np.inf)  # a resample in which the baseline was perfect: nothing can beat it
        low, high = (float(q) for q in np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf"))
        low = low if np.isfinite(low) else None
        high = high if np.isfinite(high) else None
    return Skill(1 - mine / base, low, high, n, blocks, mine, base, level)


def difference(
    scores: npt.ArrayLike,
    others: npt.ArrayLike,
    *,
    block: int = 1,
    groups: Sequence[object] | None = None,
    level: float = 0.9,
    resamples: int = 4_000,
    seed: int = 1,
) -> Difference:
    """The mean of ``scores`` − ``others`` over the same forecasts, with its interval; arguments as in ``skill``."""
    ours, theirs = _pair(scores, others)
    n = len(ours)
    if n == 0:
        return Difference(None, None, None, 0, 0, level)
    sums, blocks = _resampled(np.stack([ours - theirs, np.ones(n)]), block, groups, resamples, seed)
    low = high = None
    if blocks >= ENOUGH:
        low, high = (float(q) for q in np.quantile(sums[0] / sums[1], [(1 - level) / 2, (1 + level) / 2]))
    return Difference(float((ours - theirs).mean()), low, high, n, blocks, level)


def overlap(days: Sequence[int], spans: Sequence[int]) -> int:
    """The block length of forecasts made on ``days`` (day numbers, sorted) that look ``spans`` days ahead.

    It is the most forecasts whose spans cover one day: as many neighbours share what happens then. 1 where none overlap.
    """
    edges = sorted([(d, 1) for d in days] + [(d + max(1, s), -1) for d, s in zip(days, spans, strict=True)])
    most = running = 0
    for _, step in edges:  # an end sorts before a beginning on the same day: touching is not overlapping
        running += step
        most = max(most, running)
    return max(1, most)


def _pair(one: npt.ArrayLike, other: npt.ArrayLike) -> tuple[Array, Array]:
    a, b = np.atleast_1d(np.asarray(one, float)), np.atleast_1d(np.asarray(other, float))
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(f"scores must come in pairs: shapes {a.shape} and {b.shape}")
    if not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))):
        raise ValueError("a score is not finite: leave the forecast out of both")
    return a, b


def _resampled(
    values: Array, block: int, groups: Sequence[object] | None, resamples: int, seed: int
) -> tuple[Array, int]:
    """Sums over resampled blocks, shape (rows, resamples), and how many independent blocks there are."""
    n = values.shape[1]
    chance = np.random.default_rng(seed)
    if groups is not None:
        if len(groups) != n:
            raise ValueError("'groups' must label every forecast")
        number = {label: i for i, label in enumerate(dict.fromkeys(groups))}
        index = np.array([number[g] for g in groups])
        parts = np.stack([np.bincount(index, weights=row, minlength=len(number)) for row in values])
        blocks = draws = len(number)
    else:
        length = int(np.clip(block, 1, n))
        around = np.concatenate([values, values[:, : length - 1]], axis=1)  # circular: every forecast is in as many blocks
        ends = np.cumsum(np.concatenate([np.zeros((len(values), 1)), around], axis=1), axis=1)
        parts = ends[:, length:] - ends[:, :-length]
        blocks, draws = n // length, -(-n // length)
    picked = chance.integers(0, parts.shape[1], size=(resamples, draws))
    return parts[:, picked].sum(axis=2), blocks


def _side(low: float | None, high: float | None) -> str:
    if low is not None and low > 0:
        return "better"
    if high is not None and high < 0:
        return "worse"
    return "no evidence"


def _count(n: int) -> str:
    return f"{n} forecast{'s' if n != 1 else ''}"
