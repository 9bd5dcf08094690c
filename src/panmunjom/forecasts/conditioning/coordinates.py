"""Where a future stands among all parameters: independent standard normal scores, and the way from them to rows.

The prior of everything that varies is a standard normal in these coordinates: rows by their inverse distribution
functions and the Gaussian copula of correlated ones (``engine/sampling.py``), then bias and spread of each observed
series. Moves are made here; the first futures keep the very rows that an ordinary run has.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ...case.observed import Series
from ...engine import vecarrays
from ...engine.sampling import Draw, at_scores, quantile, rows, uniforms
from ...quantities.distributions import Distribution
from ...world.build import Built

Array = npt.NDArray[np.float64]
_FLAT = ("uniform", "triangular")


class Coordinates:
    """The coordinates of a filled view with its observed series.

    ``names`` has a name for each; those of rows come first, in the order of rows.
    """

    def __init__(
        self,
        built: Built,
        draws: dict[str, Draw],
        switches: dict[str, float],
        series: Sequence[Series],
        seed: int,
    ) -> None:
        self.built, self.draws, self.switches = built, draws, switches
        self.series, self.seed = list(series), seed
        graph = built.graph
        self.drawn = [i for i, row in enumerate(graph.rows) if not row.part]
        self.of = {i: self._draw(i) for i in self.drawn}
        together = {i for group in graph.correlated for i in group.rows}
        self.rows = [i for i in self.drawn if i in together or not self.of[i].distribution.certain]
        self.position = {row: k for k, row in enumerate(self.rows)}
        self.together, self.alone = self._grouped(together)
        self.extra: list[tuple[int, str, Distribution]] = [
            (number, what, found)
            for number, one in enumerate(self.series)
            if one.kind != "fact"
            for what, found in (("bias", one.bias), ("spread", one.spread))
            if not found.certain
        ]
        self.of_series = [
            [k for k, extra in enumerate(self.extra, len(self.rows)) if extra[0] == number]
            for number in range(len(self.series))
        ]
        self.names = [graph.rows[i].name for i in self.rows]
        self.names += [f"{what} of {self.series[number].name}" for number, what, _ in self.extra]

    def _draw(self, row: int) -> Draw:
        return self.draws[self.built.graph.rows[row].name.partition("#")[0]]

    def _grouped(
        self, correlated: set[int]
    ) -> tuple[dict[str, tuple[list[int], Array, Array, Array]], list[int]]:
        """Rows whose values can be worked out together, by family, with their numbers; and the others."""
        groups: dict[str, list[int]] = {}
        alone = []
        for row in self.rows:
            d = self.of[row].distribution
            if d.certain:
                continue
            if row in correlated or d.within is not None or d.family not in ("normal", "lognormal", "logit"):
                alone.append(row)
            else:
                groups.setdefault(d.family, []).append(row)

        def column(rows_of: list[int], what: str) -> Array:
            return np.array([getattr(self.of[row].distribution, what) for row in rows_of])[:, None]

        return {
            family: (
                found,
                column(found, "a"),
                column(found, "b"),
                np.array([self.of[row].factor for row in found])[:, None],
            )
            for family, found in groups.items()
        }, alone

    @property
    def size(self) -> int:
        """How many coordinates there are."""
        return len(self.names)

    def with_series(self, series: Sequence[Series]) -> Coordinates:
        """The same view with other series."""
        return Coordinates(self.built, self.draws, self.switches, series, self.seed)

    def first(self, points: npt.NDArray[np.uint64]) -> tuple[Array, Array]:
        """Scores (coordinates, n) and rows (rows, n) of the futures with these numbers, as a run has them."""
        graph = self.built.graph
        table = rows(self.built, self.draws, self.switches, points, self.seed)
        scores = np.empty((self.size, len(points)))
        dimension = {row: k for k, row in enumerate(self.drawn)}
        for k, row in enumerate(self.rows):
            u = uniforms(points, dimension[row], self.seed, graph.rows[row].name)
            scores[k] = vecarrays.norm_inv(u)
        for k, name in enumerate(self.names[len(self.rows) :], len(self.rows)):
            u = uniforms(points, len(self.drawn) + k - len(self.rows), self.seed, name)
            scores[k] = vecarrays.norm_inv(u)
        return scores, table

    def table(self, scores: Array, like: Array) -> Array:
        """The rows of futures at these scores; rows that do not vary are those of ``like``."""
        out = like.copy()
        for family, rows_of in self.together.items():
            where, a, b, factor = rows_of
            raw = a + b * scores[[self.position[row] for row in where]]
            if family != "normal":
                raw = vecarrays.exp((raw if family == "lognormal" else -raw).reshape(-1)).reshape(raw.shape)
            out[where] = (1.0 / (1.0 + raw) if family == "logit" else raw) * factor
        mixed = self._correlated(scores)
        for row in self.alone:
            draw = self.of[row]
            out[row] = values_at(draw.distribution, mixed.get(row, scores[self.position[row]])) * draw.factor
        return out

    def _correlated(self, scores: Array) -> dict[int, Array]:
        """Scores of the rows that are drawn together, mixed as ``sampling.correlated`` mixes them."""
        found: dict[int, Array] = {}
        for group in self.built.graph.correlated:
            independent = [scores[self.position[row]] for row in group.rows]
            for row, weights in zip(group.rows, group.triangle, strict=True):
                score = weights[0] * independent[0]
                for weight, z in zip(weights[1:], independent[1:], strict=True):
                    if weight:
                        score = score + weight * z
                found[row] = score
        return found

    def errors(self, scores: Array) -> list[tuple[Array, Array]]:
        """Bias and spread of each series, each of shape (n,)."""
        return [self.errors_of(number, scores[self.of_series[number]]) for number in range(len(self.series))]

    def errors_of(self, number: int, scores: Array) -> tuple[Array, Array]:
        """Bias and spread of a series whose own coordinates (``of_series``) these scores are."""
        one, size = self.series[number], scores.shape[1]
        found = [np.full(size, one.bias.median), np.full(size, one.spread.median)]
        for k, values in zip(self.of_series[number], scores, strict=True):
            _, what, distribution = self.extra[k - len(self.rows)]
            found[what == "spread"] = values_at(distribution, values)
        return found[0], found[1]


def values_at(distribution: Distribution, scores: Array) -> Array:
    """A distribution's values at standard normal scores; like ``sampling.at_scores``, and quick for all shapes."""
    if distribution.within is None and distribution.family not in _FLAT:
        return at_scores(distribution, scores)
    return quantile(distribution, below(scores))


_OVER = (0.0352624965998911, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871,
         221.213596169931, 220.206867912376)  # fmt: skip
_UNDER = (0.0883883476483184, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674,
          637.333633378831, 793.826512519948, 440.413735824752)  # fmt: skip
_FAR = 7.0  # beyond it the continued fraction is the better one


def below(scores: Array) -> Array:
    """The standard normal's probability of less than each score, to 1e-15 (in the far tail to 1e-8 of itself).

    J. F. Hart's rational function and a continued fraction, as in G. West, "Better approximations to cumulative
    normal functions", Wilmott (2005) 70.
    """
    x = np.abs(scores)
    over, under = np.zeros_like(x), np.zeros_like(x)
    for number in _OVER:
        over = over * x + number
    for number in _UNDER:
        under = under * x + number
    fraction = x + 0.65
    for number in (4.0, 3.0, 2.0, 1.0):
        fraction = x + number / fraction
    tail = vecarrays.exp(-0.5 * x * x) * np.where(
        x < _FAR, over / under, 1.0 / (fraction * np.sqrt(2 * np.pi))
    )
    return np.where(scores > 0, 1.0 - tail, tail)
