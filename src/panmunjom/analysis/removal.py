"""What claims do to a view: it is filled again without them and run with the same points and the same luck."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..case.records import Case, Filled, Used
from ..evidence.hearing import retold
from ..futures.ensemble import REFUSE_BAD, Ensemble, paired
from ..text.problems import NOWHERE, CaseError, Problem
from .chain import Target
from .interventions import differing
from .running import Runner


@dataclass(frozen=True, slots=True)
class Difference:
    """The probability of an ending or question with the claims and without them, and the paired difference."""

    target: Target
    before: float
    after: float
    difference: float
    se: float


@dataclass(frozen=True, slots=True)
class Removal:
    """What taking claims out of a view changes.

    claims        those that were asked for, and after them what retells one of them
    replaced      each parameter that is filled otherwise: how it was and how it is without the claims
    changed       share of the futures in which anything that is recorded differs
    differences   over endings and questions, in the world's order
    """

    claims: list[str]
    replaced: list[tuple[Used, Used]]
    changed: float
    differences: list[Difference]
    futures: int


def without(
    runner: Runner, filled: Filled, ensemble: Ensemble, claims: list[str], targets: list[Target]
) -> Removal:
    """Run a view again without some claims and what retells them. Raises ``CaseError`` where a parameter has nothing left
    to stand on.
    """
    claims = with_retellings(runner.case, claims)
    less = without_claims(runner.case, claims)
    kept = [s for s in filled.view.settings if s.claim not in claims]
    beside = runner.with_case(less)
    again = beside.fill(replace(filled.view, settings=kept))
    again.name, again.label = filled.name, filled.label
    replaced = [(used, now) for used, now in zip(filled.used.values(), again.used.values(), strict=True) if apart(used, now)]
    other = beside.run(again) if replaced else ensemble
    if not other.usable:
        message = f"without {', '.join(claims)} more than {REFUSE_BAD:.0%} of the futures stopped being finite"
        raise CaseError([Problem("not-finite", NOWHERE, f"--without: {message}")])
    fine = ensemble.fine & other.fine
    points = ensemble.raw.points[fine]
    differences = []
    for target in targets:
        before, after = target.flags(ensemble.raw)[fine], target.flags(other.raw)[fine]
        change, error = paired(before, after, points)
        differences.append(Difference(target, float(before.mean()), float(after.mean()), change, error))
    changed = float(np.mean(differing(ensemble.raw, other.raw))) if replaced else 0.0
    return Removal(claims, replaced, changed, differences, len(points))


def apart(one: Used, other: Used) -> bool:
    """Whether a parameter is filled otherwise; not where only somebody who is not heard is gone."""
    return (one.distribution, one.origin, one.claims) != (other.distribution, other.origin, other.claims)


def with_retellings(case: Case, claims: list[str]) -> list[str]:
    """The claims, and behind them those that retell one of them and are no voice of their own."""
    library, split = case.library, case.pool_rules.split
    after = [c.id for c in library.claims.values() if any(o.id in claims for o in retold(library, c, split))]
    return [*claims, *(name for name in after if name not in claims)]


def without_claims(case: Case, claims: list[str]) -> Case:
    """The case with some claims taken out of its library."""
    left = {name: claim for name, claim in case.library.claims.items() if name not in claims}
    return replace(case, library=replace(case.library, claims=left))
