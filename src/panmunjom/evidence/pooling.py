"""Claims about one quantity become one distribution.

Every voice is written with its mean and spread on a common scale: the logarithm where all are positive, the logit for
shares, else the figure itself. Two rules, named in ``pooled.yaml``:

linear       a mixture, the weighted mean of the densities (M. Stone, Annals of Mathematical Statistics 32 (1961) 1339;
             R. T. Clemen & R. L. Winkler, Risk Analysis 19 (1999) 187), written as the normal with the mixture's mean
             and variance on that scale. Disagreement between the voices widens it. The default.
logarithmic  the weighted geometric mean of the densities (C. Genest & J. V. Zidek, Statistical Science 1 (1986) 114),
             weights adding up to one, which makes it the same on every scale and before or after new evidence. For
             normals it is normal: precisions are averaged. Disagreement moves it and never widens it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations

from ..quantities.distributions import Z90, Distribution, between, point
from .records import Claim, PoolMember, SourceRecord
from .yardsticks import CREDIBILITY_WEIGHT, HEDGES, RELIABILITY_SPREAD, RELIABILITY_WEIGHT

RULES = ("linear", "logarithmic")
_LEAST = 1e-12


def claimed(claim: Claim, factor: float) -> Distribution:
    """What a claim says of its quantity: its range, or its figure widened by its hedge, in another unit.

    An interval ("15 to 30") is read as a 90% interval, as everywhere in a case, and its hedge adds nothing. A one-sided
    claim ("> 40") is a 90% interval with the bound as its near end; the far end is where the claim's own hedge puts it if
    that hedge opens to the same side ("tens of"), else where ``over`` or ``at_most`` does. The bound is thus not taken to
    the letter: 5% lie beyond it. How far hearers think "more than" reaches depends on the roundness of the figure
    (C. Cummins, U. Sauerland & S. Solt, Linguistics and Philosophy 35 (2012) 135); the factors are ours.

    ``factor`` is the conversion from the claim's unit.

    Raises ``ValueError`` where the claim has no figure.
    """
    quantity = claim.quantity
    if quantity is None:
        raise ValueError(f"the claim {claim.id} has no figure")
    low, high = quantity.low, quantity.high
    shrink, stretch = HEDGES.get(claim.hedge, (1.0, 1.0))
    if low is None and high is not None:
        shrink, stretch = (shrink, stretch) if shrink < 1 == stretch else HEDGES["at_most"]
        low, high = high * shrink, high * stretch
    elif high is None and low is not None:
        shrink, stretch = (shrink, stretch) if shrink == 1 < stretch else HEDGES["over"]
        low, high = low * shrink, low * stretch
    elif quantity.exact and low is not None:
        low, high = low * shrink, low * stretch
    assert low is not None and high is not None
    low, high = sorted((low * factor, high * factor))
    share = "%" in quantity.text and 0 < low < high < 1
    return between(low, high, quantity.text, share)


def times(said: Distribution, ratio: Distribution) -> Distribution:
    """A figure times an uncertain ratio, both positive: lognormal, exactly so where both are lognormal or certain.

    Raises ``ValueError`` where one of them may be zero or less.
    """
    if said.interval[0] <= 0 or ratio.interval[0] <= 0:
        raise ValueError(f"'{said.text}' cannot be converted: only figures above zero can")
    (mean, spread), (shift, more) = on_scale(said, "lognormal"), on_scale(ratio, "lognormal")
    return Distribution("lognormal", mean + shift, math.hypot(spread, more), said.text)


def weight(claim: Claim, source: SourceRecord) -> float:
    """The weight of a claim: its source's reliability times its own credibility."""
    return RELIABILITY_WEIGHT[source.reliability] * CREDIBILITY_WEIGHT[claim.credibility]


def voice(said: Distribution, claim: Claim, source: SourceRecord, given: float | None = None) -> PoolMember:
    """A claim as a member of a pool: what it says with at least the spread of its source's reliability."""
    spread = RELIABILITY_SPREAD[source.reliability]
    if said.family in ("point", "lognormal") and said.median > 0:
        middle = math.log(said.median)
        said = Distribution(
            "lognormal", middle, max(spread, said.b if said.family == "lognormal" else 0.0), said.text
        )
    elif said.family in ("point", "normal"):
        said = Distribution("normal", said.median, max(spread * abs(said.median), said.b), said.text)
    return PoolMember(claim.id, said, weight(claim, source) if given is None else given)


Moments = list[tuple[float, float, float]]  # of each voice: share of the weights, mean and spread on the scale


def pool(members: Sequence[PoolMember], rule: str = "linear") -> Distribution:
    """The pooled distribution by one of ``RULES``.

    Raises ``ValueError`` without a member of positive weight, and where two that are certain exclude each other in a
    logarithmic pool.
    """
    members = [m for m in members if m.weight > 0]
    if not members:
        raise ValueError("there is nothing to pool")
    if len(members) == 1:
        return members[0].distribution
    scale, moments = _moments(members)
    mean, variance = {"linear": _linear, "logarithmic": _logarithmic}[rule](moments)
    if variance <= _LEAST:
        return point(members[0].distribution.median if rule == "linear" else unscaled(mean, scale))
    pooled = Distribution(scale, mean, math.sqrt(variance))
    low, high = pooled.interval
    return Distribution(scale, mean, math.sqrt(variance), f"{low:.4g} to {high:.4g}")


def _moments(members: Sequence[PoolMember]) -> tuple[str, Moments]:
    """The common scale and each member's part."""
    scale = common_scale(members)
    total = sum(m.weight for m in members)
    return scale, [(m.weight / total, *on_scale(m.distribution, scale)) for m in members]


def _linear(moments: Moments) -> tuple[float, float]:
    """Mean and variance of the mixture."""
    mean = sum(w * mu for w, mu, _ in moments)
    return mean, sum(w * (s * s + (mu - mean) ** 2) for w, mu, s in moments)


def _logarithmic(moments: Moments) -> tuple[float, float]:
    """Mean and variance of the normal whose density is proportional to the product of the members' to their weights."""
    certain = [mu for _, mu, s in moments if s * s <= _LEAST]
    if certain:
        if max(certain) - min(certain) > 1e-9 * max(1.0, *map(abs, certain)):
            raise ValueError("two voices are certain of different figures, which a logarithmic pool cannot hold")
        return certain[0], 0.0
    precision = sum(w / (s * s) for w, _, s in moments)
    return sum(w * mu / (s * s) for w, mu, s in moments) / precision, 1 / precision


def common_scale(members: Sequence[PoolMember]) -> str:
    """The scale on which all members can be written."""
    shares = [m for m in members if m.distribution.family in ("logit", "beta") and m.distribution.support[1] <= 1]
    if shares and all(0 < m.distribution.median < 1 for m in members):
        return "logit"
    if all(m.distribution.interval[0] > 0 for m in members):
        return "lognormal"
    return "normal"


def on_scale(distribution: Distribution, scale: str) -> tuple[float, float]:
    """Mean and standard deviation of a distribution on a scale: those that it has, where it is cut off or leans to
    one side; else from its 90% interval.
    """
    if distribution.family == scale and distribution.within is None:
        return distribution.a, distribution.b
    if distribution.shape or distribution.within is not None:
        values = [scaled(distribution.quantile_of_z(z), scale) for z in _scores()]
        mean = math.fsum(values) / len(values)
        return mean, math.sqrt(math.fsum((v - mean) ** 2 for v in values) / len(values))
    low, high = (scaled(end, scale) for end in distribution.interval)
    return (low + high) / 2, (high - low) / (2 * Z90)


def scaled(value: float, scale: str) -> float:
    """A value on a scale; shares of nothing and of all are moved off the ends."""
    if scale == "lognormal":
        return math.log(max(value, _LEAST))
    if scale == "logit":
        value = min(max(value, 1e-6), 1 - 1e-6)
        return math.log(value / (1 - value))
    return value


def unscaled(value: float, scale: str) -> float:
    """The figure at a value on a scale."""
    if scale == "lognormal":
        return math.exp(value)
    return 1 / (1 + math.exp(-value)) if scale == "logit" else value


@lru_cache(maxsize=1)
def _scores() -> list[float]:
    """Scores of 400 slices of equal probability."""
    from statistics import NormalDist

    return [NormalDist().inv_cdf((k + 0.5) / 400) for k in range(400)]


def disagreement(members: Sequence[PoolMember]) -> float:
    """Share of the mixture's variance that comes from differences between the voices, 0 to 1.

    By the law of total variance, variance = mean of the variances + variance of the means, on the common scale; this is
    the second part over the whole, whichever rule pools.
    """
    members = [m for m in members if m.weight > 0]
    if len(members) < 2:
        return 0.0
    _, moments = _moments(members)
    mean, whole = _linear(moments)
    return sum(w * (mu - mean) ** 2 for w, mu, _ in moments) / whole if whole > _LEAST else 0.0


def contradictions(members: Sequence[PoolMember]) -> list[tuple[PoolMember, PoolMember]]:
    """Pairs of voices, the lower first, that differ beyond their hedges: their 90% intervals, which hold the hedge and the
    least spread of the source, have no point in common. The widest apart (on the common scale) come first.
    """
    members = [m for m in members if m.weight > 0]
    if len(members) < 2:
        return []
    scale = common_scale(members)
    found = []
    for pair in combinations(members, 2):
        low, high = sorted(pair, key=lambda m: m.distribution.median)
        gap = scaled(high.distribution.interval[0], scale) - scaled(low.distribution.interval[1], scale)
        if gap > 0:
            found.append((gap, low, high))
    return [(low, high) for _, low, high in sorted(found, key=lambda f: -f[0])]
