"""Moves that leave the posterior as it is: Metropolis-Hastings on parameters, on luck and on the series' errors.

A future is a deterministic function of its scores and its luck, so that both can be proposed anew and the future run
again from the start; it is accepted by the ratio of likelihoods, with what the proposal does not cancel itself.

* parameters: preconditioned Crank-Nicolson (S. L. Cotter, G. O. Roberts, A. M. Stuart and D. White, Statistical Science
  28 (2013) 424) around a normal that was fitted to the cloud (F. J. Pinski, G. Simpson, A. M. Stuart and H. Weber, SIAM J.
  Sci. Comput. 37 (2015) A2733) in the directions that the figures speak of (``subspace.py``), and around the prior in all others.
  The luck stays.
* luck: one stretch between two stops takes luck that nobody has; the parameters stay.
* errors: bias and spread of one series; nothing has to be run for them.

The proposal is fitted before the futures are copied, as is usual in such samplers; its own error vanishes with their number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .cloud import Cloud
from .observing import Seen, Stop, truth
from .randoms import normals, uniforms
from .records import StopRecord
from .subspace import Fit, Slopes

if TYPE_CHECKING:
    from .filtering import Filter

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

SCALES = (0.1, 0.2, 0.4, 0.8)  # of a Crank-Nicolson step: 1 would draw from the fit itself
MOST_PASSES = 12
_WAY = (0.4, 0.8)  # mean sum of squared steps that is enough: before a stop's figures are all in, and after
_LUCK_SHARE = 0.25  # of the futures that propose luck instead of parameters in a pass
_SWEEPS = 1  # of the errors' own moves in a pass


class Mover:
    """Moves the cloud of a filter."""

    def __init__(self, filter_: Filter) -> None:
        self.filter = filter_
        self.fit: Fit | None = None
        self.scale_weights = np.full(len(SCALES), 1.0 / len(SCALES))
        self.has_luck = bool(filter_.runs.kernel.graph.streams)
        where = filter_.coordinates
        spreads = [k for k, extra in enumerate(where.extra, len(where.rows)) if extra[1] == "spread"]
        self.slopes = Slopes(filter_.prior.scores, spreads)

    def for_filter(self, filter_: Filter) -> Mover:
        """The same for a filter that goes on where this one is."""
        other = Mover(filter_)
        other.fit, other.scale_weights = self.fit, self.scale_weights.copy()
        other.slopes.rows = list(self.slopes.rows)
        return other

    def learn(self, weights: Array) -> None:
        """Fit the proposal to the weighed cloud."""
        cloud = self.filter.cloud
        distinct = len(np.unique(cloud.born[weights > 0]))
        self.fit = Fit(self.slopes.directions(), cloud.scores, weights, distinct)

    def move(self, stop: Stop, done: float, record: StopRecord) -> None:
        """Move every future a few times; figures of the stop count to the share ``done``."""
        f = self.filter
        shares = {} if done >= 1.0 else dict.fromkeys(stop.entries, done)
        likely = f.likelihood(f.truths, f.cloud.scores, shares)
        counts: dict[str, list[float]] = {}
        way, made = 0.0, 0
        most, enough = max(1, round(MOST_PASSES * f.effort)), _WAY[done >= 1.0] * f.effort
        while not made or (made < most and way < enough):
            key = (f.runs.seed, stop.step, record.passes)
            for kind, (hits, tries) in self._errors(shares, key).items():
                _count(counts, kind, hits, tries)
            likely = f.likelihood(f.truths, f.cloud.scores, shares)
            hit, new, on_luck, carried = self._run_again(stop, shares, likely, record.passes, key)
            likely = np.where(hit, new, likely)
            _count(counts, "parameters", float(hit[~on_luck].sum()), float((~on_luck).sum()))
            _count(counts, "luck", float(hit[on_luck].sum()), float(on_luck.sum()))
            way += carried
            made += 1
            record.passes += 1
        for kind, (hits, tries) in counts.items():
            if tries:
                record.moved[kind] = hits / tries

    def _run_again(
        self, stop: Stop, shares: dict, likely: Array, turn: int, key: tuple
    ) -> tuple[Mask, Array, Mask, float]:
        """One proposal a future, of parameters or of luck: who took it, the likelihoods of the proposals, whose was of
        luck, and the mean squared step of parameters that was taken."""
        f, cloud = self.filter, self.filter.cloud
        size = cloud.size
        luck_share = _LUCK_SHARE if self.has_luck and stop.step else 0.0
        on_luck = uniforms((size,), "kind", *key) < luck_share
        scores, ratio, scale = self._propose(cloud, on_luck, key)
        rows = f.coordinates.table(scores, cloud.rows)
        rows[:, on_luck] = cloud.rows[:, on_luck]
        fresh = np.uint64(size * (1 + stop.step * 4096 + turn)) + np.arange(size, dtype=np.uint64)
        stretches = sum(begin < max(1, stop.step) for begin in cloud.begins)
        which = np.where(on_luck, (uniforms((size,), "stretch", *key) * stretches).astype(np.int64), -1)
        luck = [np.where(which == k, fresh, had) for k, had in enumerate(cloud.luck)]
        born = np.where(on_luck, cloud.born, fresh.astype(np.int64))
        other = Cloud(scores, rows, cloud.begins, luck, born)
        blocks, seen = f.runs.whole(other, stop.step, f.watch.places)
        truths = [(entry, truth(entry, seen)) for entry, _ in f.truths]
        new = f.likelihood(truths, scores, shares)
        with np.errstate(invalid="ignore"):
            chance = new - likely + ratio
        taken = decided(chance, *key)
        merge(cloud, other, taken)
        f.truths = [(e, np.where(taken, b, a)) for (e, a), (_, b) in zip(f.truths, truths, strict=True)]
        f.seen = merged(f.seen, seen, taken)
        mask = np.zeros(blocks.count * blocks.width, bool)
        mask[:size] = taken
        mask[size:] = taken[-1]
        lanes = mask.reshape(blocks.count, 1, blocks.width)
        np.copyto(f.blocks.state, blocks.state, where=lanes)
        np.copyto(f.blocks.rows, blocks.rows, where=lanes)
        blocks.release(f.runs.kernel.spare)
        self._adapt(scale, taken, on_luck)
        return taken, new, on_luck, float((np.array(SCALES)[scale] ** 2 * (taken & ~on_luck)).mean())

    def _propose(self, cloud: Cloud, on_luck: Mask, key: tuple) -> tuple[Array, Array, npt.NDArray[np.intp]]:
        """Scores, the logarithm of the ratio that the likelihoods lack, and the scale that each future used."""
        assert self.fit is not None
        size = cloud.size
        edges = np.cumsum(self.scale_weights)
        scale = np.minimum(
            np.searchsorted(edges, uniforms((size,), "scale", *key), side="right"), len(SCALES) - 1
        )
        noise = normals(cloud.scores.shape, "step", *key)
        scores, ratio = self.fit.step(cloud.scores, np.array(SCALES)[scale], noise)
        scores[:, on_luck] = cloud.scores[:, on_luck]
        ratio[on_luck] = 0.0
        return scores, ratio, scale

    def _adapt(self, scale: npt.NDArray[np.intp], taken: Mask, on_luck: Mask) -> None:
        """Use scales in proportion to how far they have carried: acceptance times step."""
        gain = np.empty(len(SCALES))
        for k, step in enumerate(SCALES):
            tried = (scale == k) & ~on_luck
            gain[k] = step * (taken[tried].mean() if tried.any() else 0.5)
        total = gain.sum()
        fresh = gain / total if total > 0 else np.full(len(SCALES), 1.0 / len(SCALES))
        weights = 0.5 * self.scale_weights + 0.5 * fresh
        weights = np.maximum(weights, 0.05)
        self.scale_weights = weights / weights.sum()

    def _errors(self, shares: dict, key: tuple) -> dict[str, tuple[float, float]]:
        """Move bias and spread of each series by themselves."""
        f, where = self.filter, self.filter.coordinates
        hits = tries = 0.0
        for number, one in enumerate(where.series):
            mine = where.of_series[number]
            truths = [(entry, values) for entry, values in f.truths if entry.series == number]
            if not mine or not truths:
                continue
            now = f.cloud.scores[mine]
            likely = f.of_series(number, truths, *where.errors_of(number, now), shares)
            width = now.std(axis=1, keepdims=True) + 1e-3
            for sweep in range(_SWEEPS):
                name = ("errors", one.name, sweep, *key)
                size = np.where(uniforms((f.size,), "size", *name) < 0.5, 0.4, 1.5)
                new = now + width * size * normals(now.shape, "step", *name)
                proposed = f.of_series(number, truths, *where.errors_of(number, new), shares)
                with np.errstate(invalid="ignore"):
                    chance = proposed - likely + 0.5 * ((now * now).sum(axis=0) - (new * new).sum(axis=0))
                taken = decided(chance, *name)
                now = np.where(taken, new, now)
                likely = np.where(taken, proposed, likely)
                hits += float(taken.sum())
                tries += float(f.size)
            f.cloud.scores[mine] = now
        return {"errors": (hits, tries)}


def decided(chance: Array, *key: object) -> Mask:
    """Who accepts, given the logarithms of the chances; nobody where it is not a number."""
    return np.log(uniforms(chance.shape, "taken", *key)) < np.where(np.isnan(chance), -np.inf, chance)


def merge(cloud: Cloud, other: Cloud, taken: Mask) -> None:
    """Take the futures of ``other`` where ``taken``."""
    np.copyto(cloud.scores, other.scores, where=taken)
    np.copyto(cloud.rows, other.rows, where=taken)
    np.copyto(cloud.born, other.born, where=taken)
    cloud.luck = [np.where(taken, new, had) for had, new in zip(cloud.luck, other.luck, strict=True)]


def merged(had: Seen, new: Seen, taken: Mask) -> Seen:
    """The same for what was seen."""
    return {key: np.where(taken, new[key], values) for key, values in had.items()}


def _count(counts: dict[str, list[float]], kind: str, hits: float, tries: float) -> None:
    mine = counts.setdefault(kind, [0.0, 0.0])
    mine[0] += hits
    mine[1] += tries
