"""Claims about one quantity become one distribution.

The pool is linear (a mixture of what the voices say, weights as in Clemen & Winkler 1999, Risk Analysis
19:187) and is then written as the lognormal (or normal, or logit-normal) with the mixture's mean and
variance on that scale, so that disagreement between the voices widens it.
"""

from __future__ import annotations

import math
from functools import lru_cache

from ..quantities.distributions import Z90, Distribution, between, point
from .records import Claim, PoolMember, SourceRecord
from .yardsticks import CREDIBILITY_WEIGHT, HEDGES, RELIABILITY_SPREAD, RELIABILITY_WEIGHT

_LEAST = 1e-12


def claimed(claim: Claim, factor: float) -> Distribution:
    """What a claim says of its quantity: its range, or its figure widened by its hedge, in another unit.

    ``factor`` is the conversion from the claim's unit.

    Raises ``ValueError`` where the claim has no figure.
    """
    quantity = claim.quantity
    if quantity is None:
        raise ValueError(f"the claim {claim.id} has no figure")
    low, high = quantity.low, quantity.high
    if low is None and high is not None:
        low, high = high * HEDGES["at_most"][0], high * HEDGES["at_most"][1]
    elif high is None and low is not None:
        low, high = low * HEDGES["over"][0], low * HEDGES["over"][1]
    elif quantity.exact and low is not None:
        shrink, stretch = HEDGES.get(claim.hedge, (1.0, 1.0))
        low, high = sorted((low * shrink, low * stretch))
    assert low is not None and high is not None
    low, high = sorted((low * factor, high * factor))
    share = "%" in quantity.text and 0 < low < high < 1
    return between(low, high, quantity.text, share)


def weight(claim: Claim, source: SourceRecord) -> float:
    """The weight of a claim: its source's reliability times its own credibility."""
    return RELIABILITY_WEIGHT[source.reliability] * CREDIBILITY_WEIGHT[claim.credibility]


def voice(claim: Claim, source: SourceRecord, factor: float, given: float | None = None) -> PoolMember:
    """A claim as a member of a pool: its figure with at least the spread of its source's reliability."""
    said = claimed(claim, factor)
    spread = RELIABILITY_SPREAD[source.reliability]
    if said.family in ("point", "lognormal") and said.median > 0:
        middle = math.log(said.median)
        said = Distribution(
            "lognormal", middle, max(spread, said.b if said.family == "lognormal" else 0.0), said.text
        )
    elif said.family in ("point", "normal"):
        said = Distribution("normal", said.median, max(spread * abs(said.median), said.b), said.text)
    return PoolMember(claim.id, said, weight(claim, source) if given is None else given)


def pool(members: list[PoolMember]) -> Distribution:
    """The pooled distribution. Raises ``ValueError`` without a member of positive weight."""
    members = [m for m in members if m.weight > 0]
    if not members:
        raise ValueError("there is nothing to pool")
    if len(members) == 1:
        return members[0].distribution
    scale = common_scale(members)
    total = sum(m.weight for m in members)
    moments = [(m.weight / total, *on_scale(m.distribution, scale)) for m in members]
    mean = sum(w * mu for w, mu, _ in moments)
    variance = sum(w * (s * s + (mu - mean) ** 2) for w, mu, s in moments)
    if variance <= _LEAST:
        return point(members[0].distribution.median)
    pooled = Distribution(scale, mean, math.sqrt(variance))
    low, high = pooled.interval
    return Distribution(scale, mean, math.sqrt(variance), f"{low:.4g} to {high:.4g}")


def common_scale(members: list[PoolMember]) -> str:
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


@lru_cache(maxsize=1)
def _scores() -> list[float]:
    """Scores of 400 slices of equal probability."""
    from statistics import NormalDist

    return [NormalDist().inv_cdf((k + 0.5) / 400) for k in range(400)]


def disagreement(members: list[PoolMember]) -> float:
    """Share of the pool's variance that comes from differences between the voices, 0 to 1."""
    members = [m for m in members if m.weight > 0]
    if len(members) < 2:
        return 0.0
    scale = common_scale(members)
    total = sum(m.weight for m in members)
    moments = [(m.weight / total, *on_scale(m.distribution, scale)) for m in members]
    mean = sum(w * mu for w, mu, _ in moments)
    between_ = sum(w * (mu - mean) ** 2 for w, mu, _ in moments)
    within = sum(w * s * s for w, _, s in moments)
    return between_ / (between_ + within) if between_ + within > _LEAST else 0.0
