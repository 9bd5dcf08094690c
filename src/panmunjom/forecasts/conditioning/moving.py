"""Moves that leave the posterior as it is: Metropolis-Hastings on parameters, on luck and on the series' errors.

A future is a deterministic function of its scores and its luck, so that both can be proposed anew and the future run
again from the start; it is accepted by the ratio of likelihoods, with what the proposal does not cancel itself.

* parameters: preconditioned Crank-Nicolson (S. L. Cotter, G. O. Roberts, A. M. Stuart and D. White, Statistical Science
  28 (2013) 424) around a normal that was fitted to the cloud (F. J. Pinski, G. Simpson, A. M. Stuart and H. Weber, SIAM J.
  Sci. Comput. 37 (2015) A2733): coordinates of which the figures said something move within their fitted covariance,
  all others within the prior. The luck stays.
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
from .weights import effective

if TYPE_CHECKING:
    from .filtering import Filter

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

SCALES = (0.06, 0.15, 0.35, 0.75)  # of a Crank-Nicolson step: 1 would draw from the fit itself
MOST_PASSES = 6
_LUCK_SHARE = 0.3  # of the futures that propose luck instead of parameters in a pass
_STAY = 0.15  # as many may be left where they were copied to
_SWEEPS = 2  # of the errors' own moves in a pass
_SURE = 3.0  # standard errors from which on a coordinate counts as informed
_PAIR = 4.5  # the same for a pair of coordinates, of which there are many
_ENOUGH = 1024  # futures that are enough to see which coordinates go together
_MOST_INFORMED = 128
_GRID = 2.0**-20  # the fit is rounded, so that it is the same on every machine


class Fit:
    """A normal fitted to the informed coordinates: ``where``, ``mean`` and lower ``triangle`` of the covariance."""

    def __init__(self, scores: Array, weights: Array, distinct: int) -> None:
        kept = weights > 0
        scores, weights = scores[:, kept], weights[kept]
        sure = min(effective(np.log(weights)), float(distinct))
        mean = (scores * weights).sum(axis=1)
        apart = scores - mean[:, None]
        variance = (apart * apart * weights).sum(axis=1)
        some = slice(None, None, -(-len(weights) // _ENOUGH))
        share = np.sqrt(weights[some] / weights[some].sum())
        unit = apart[:, some] * share / np.sqrt(np.maximum(variance, 1e-12))[:, None]
        alike = np.abs(unit @ unit.T)
        np.fill_diagonal(alike, 0.0)
        fewer = min(sure, effective(2.0 * np.log(share)))
        news = np.maximum(
            np.maximum(np.abs(mean), np.abs(variance - 1.0) / np.sqrt(2.0)) * np.sqrt(sure) / _SURE,
            alike.max(axis=1, initial=0.0) * np.sqrt(fewer) / _PAIR,
        )
        informed = np.flatnonzero(news > 1.0)
        if len(informed) > _MOST_INFORMED:
            informed = np.sort(informed[np.argsort(-news[informed], kind="stable")[:_MOST_INFORMED]])
        self.where = informed
        size = len(informed)
        few = size / (size + sure)  # shrunk towards independence, the more the fewer futures there are
        mine = apart[informed]
        covariance = ((mine * weights) @ mine.T) * (1.0 - few)
        np.fill_diagonal(covariance, np.maximum(variance[informed], 1e-6))
        self.mean = on_grid(mean[informed])
        self.triangle = lower(on_grid(covariance))
        self.inverse = np.zeros_like(self.triangle)
        for a in range(size):
            self.inverse[a, a] = 1.0
            self.inverse[a] -= self.triangle[a, :a] @ self.inverse[:a]
            self.inverse[a] /= self.triangle[a, a]

    def apart(self, scores: Array) -> Array:
        """Informed coordinates as independent standard normal ones, were the fit exact."""
        return self.inverse @ (scores[self.where] - self.mean[:, None])

    def back(self, independent: Array) -> Array:
        """The way back from ``apart``, up to rounding."""
        return on_grid(self.mean[:, None] + self.triangle @ independent)


def on_grid(values: Array) -> Array:
    """Rounded, so that it does not matter in which order a library has summed."""
    return np.round(values / _GRID) * _GRID


def lower(covariance: Array) -> Array:
    """The Cholesky factor, in an order of operations that is the same everywhere; what is not positive is made so."""
    rest, out = covariance.copy(), np.zeros_like(covariance)
    for a in range(len(rest)):
        pivot = np.sqrt(max(rest[a, a], 1e-3 * covariance[a, a], 1e-9))
        out[a:, a] = rest[a:, a] / pivot
        out[a, a] = pivot
        rest[a:, a:] -= out[a:, a, None] * out[None, a:, a]
    return out


class Mover:
    """Moves the cloud of a filter."""

    def __init__(self, filter_: Filter) -> None:
        self.filter = filter_
        self.fit: Fit | None = None
        self.scale_weights = np.full(len(SCALES), 1.0 / len(SCALES))
        self.has_luck = bool(filter_.runs.kernel.graph.streams)

    def for_filter(self, filter_: Filter) -> Mover:
        """The same for a filter that goes on where this one is."""
        other = Mover(filter_)
        other.fit, other.scale_weights = self.fit, self.scale_weights.copy()
        return other

    def learn(self, weights: Array) -> None:
        """Fit the proposal to the weighed cloud."""
        cloud = self.filter.cloud
        distinct = len(np.unique(cloud.born[weights > 0]))
        self.fit = Fit(cloud.scores, weights, distinct)

    def move(self, stop: Stop, done: float, record: StopRecord) -> None:
        """Move every future a few times; figures of the stop count to the share ``done``."""
        f = self.filter
        shares = {} if done >= 1.0 else dict.fromkeys(stop.entries, done)
        likely = f.likelihood(f.truths, f.cloud.scores, shares)
        counts: dict[str, list[float]] = {}
        passes = MOST_PASSES
        made = 0
        while made < passes:
            key = (f.runs.seed, stop.step, record.passes)
            for kind, (hits, tries) in self._errors(shares, key).items():
                _count(counts, kind, hits, tries)
            likely = f.likelihood(f.truths, f.cloud.scores, shares)
            accepted, on_luck = self._run_again(stop, shares, likely, record.passes, key)
            likely = np.where(accepted[0], accepted[1], likely)
            hit = accepted[0]
            _count(counts, "parameters", float(hit[~on_luck].sum()), float((~on_luck).sum()))
            _count(counts, "luck", float(hit[on_luck].sum()), float(on_luck.sum()))
            made += 1
            record.passes += 1
            if made == 1:
                rate = min(max(float(hit.mean()), 0.01), 0.99)
                wanted = int(np.ceil(np.log(_STAY) / np.log(1.0 - rate)))
                passes = min(MOST_PASSES, max(1, wanted if done >= 1.0 else wanted // 2))
        for kind, (hits, tries) in counts.items():
            if tries:
                record.moved[kind] = hits / tries

    def _run_again(
        self, stop: Stop, shares: dict, likely: Array, turn: int, key: tuple
    ) -> tuple[tuple[Mask, Array], Mask]:
        """One proposal a future, of parameters or of luck, and who took it; with the likelihoods of the proposals."""
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
        return (taken, new), on_luck

    def _propose(self, cloud: Cloud, on_luck: Mask, key: tuple) -> tuple[Array, Array, npt.NDArray[np.intp]]:
        """Scores, the logarithm of the ratio that the likelihoods lack, and the scale that each future used."""
        assert self.fit is not None
        size = cloud.size
        edges = np.cumsum(self.scale_weights)
        scale = np.minimum(
            np.searchsorted(edges, uniforms((size,), "scale", *key), side="right"), len(SCALES) - 1
        )
        step = np.array(SCALES)[scale]
        keep = np.sqrt(1.0 - step * step)
        noise = normals(cloud.scores.shape, "step", *key)
        scores = keep * cloud.scores + step * noise
        where = self.fit.where
        had = self.fit.apart(cloud.scores)
        new = keep * had + step * noise[where]
        scores[where] = self.fit.back(new)
        scores[:, on_luck] = cloud.scores[:, on_luck]

        def left(independent: Array, at: Array) -> Array:
            return 0.5 * ((independent * independent).sum(axis=0) - (at[where] * at[where]).sum(axis=0))

        ratio = np.where(on_luck, 0.0, left(new, scores) - left(had, cloud.scores))
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
