"""Which claims about a parameter are heard on a day, and why the others are not.

Echoes of one origin count once, whoever retells it; of several figures of one source only the latest counts; figures
that speak of another time lose weight with its distance.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from datetime import date

from ..quantities.calendar import loose_date
from .records import Claim, Library

MAX_AGE = 400  # days; a figure from further away is history, not evidence of today
HALF_LIFE = 200  # days after which a figure has half its weight


@dataclass(slots=True)
class Hearing:
    """The claims that are heard, and for the others why they are not: claim's id -> reason."""

    heard: list[Claim] = field(default_factory=list)
    silent: dict[str, str] = field(default_factory=dict)


def age(claim: Claim, day: date) -> int:
    """Days between the time that a claim speaks of and a day; 0 inside that time.

    Where a claim does not say, it speaks of the day on which it was published.
    """
    assert claim.published is not None
    first, last = loose_date(claim.as_of) if claim.as_of else (claim.published, claim.published)
    return max((day - last).days, (first - day).days, 0)


def discount(days: int) -> float:
    """The share of its weight that a figure keeps at an age in days: half after ``HALF_LIFE``, nothing beyond ``MAX_AGE``.

    Ours. Forgetting at a constant rate is the usual choice where a quantity drifts (M. West & J. Harrison, Bayesian
    Forecasting and Dynamic Models, 2nd ed. 1997, on discounting); both lengths are judgements about this kind of war.
    """
    return 0.5 ** (days / HALF_LIFE) if days <= MAX_AGE else 0.0


def hear(library: Library, parameter: str, day: date, split: Set[str] = frozenset()) -> Hearing:
    """The claims about a parameter that have a voice on a day. What nobody knew by then is not even named.

    ``split`` holds ids of claims and sources that an analyst takes for voices of their own although they retell others.
    """
    found = Hearing()
    known = [c for c in library.figures(parameter) if library.known(c, day)]
    chains: dict[str, list[tuple[int, Claim]]] = {}
    for claim in known:
        if claim.proposed and not claim.rejected:
            found.silent[claim.id] = f"proposed by {claim.proposed} and not accepted"
            continue
        origins = retold(library, claim, split)
        chains.setdefault(origins[-1].id if origins else claim.id, []).append((len(origins), claim))
    latest: dict[str, Claim] = {}
    for chain in chains.values():
        first = min(chain, key=lambda pair: (pair[0], pair[1].published))[1]
        for _, claim in chain:
            if claim is not first:
                found.silent[claim.id] = f"retells what {first.id} says: one origin counts once"
        if first.rejected:
            found.silent[first.id] = f"rejected: {first.rejected}"
        elif (days := age(first, day)) > MAX_AGE:
            found.silent[first.id] = f"speaks of a time {days} days away; the limit is {MAX_AGE}"
        else:
            _keep_latest(first, latest, found.silent)
    for claim in latest.values():
        origin = _origin_source(library, claim, latest, split)
        if origin:
            found.silent[claim.id] = f"its source retells {origin}, which is heard itself"
        else:
            found.heard.append(claim)
    return found


def retold(library: Library, claim: Claim, split: Set[str]) -> list[Claim]:
    """What a claim retells, up to the first that an analyst takes for a voice of its own."""
    found: list[Claim] = []
    for one in [claim, *library.origins(claim)]:
        found.append(one)
        if {one.id, one.source} & split:
            break
    return found[1:]


def _keep_latest(claim: Claim, latest: dict[str, Claim], silent: dict[str, str]) -> None:
    """Of several figures of one source the one published last."""
    before = latest.get(claim.source)
    if before is not None and before.published and claim.published and claim.published < before.published:
        silent[claim.id] = f"its source said something newer: {before.id}"
        return
    if before is not None:
        silent[before.id] = f"its source said something newer: {claim.id}"
    latest[claim.source] = claim


def _origin_source(library: Library, claim: Claim, heard: dict[str, Claim], split: Set[str]) -> str:
    """The nearest source that a claim's source copies, translates or retells and that is heard itself; else nothing."""
    if {claim.id, claim.source} & split:
        return ""
    seen, source = {claim.source}, library.sources.get(claim.source)
    while source is not None and source.derived_from in library.sources and source.derived_from not in seen:
        seen.add(source.derived_from)
        if source.derived_from in heard:
            return source.derived_from
        source = library.sources[source.derived_from]
    return ""
