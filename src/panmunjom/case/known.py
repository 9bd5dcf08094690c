"""A case as it was known on a day: everything that became known later is gone, so nothing downstream can show it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ..evidence.records import Claim, Library
from .records import Case


def as_of(case: Case, day: date) -> Case:
    """The case without later claims, sources, their views and conclusions, questions, answers and observations.

    A retelling whose origin was not known yet retells the first of its kin that was. Assumptions are dated in the world
    itself, and what a view sets from a later claim stays here to be named by its parameter: ``fill`` takes neither.
    """
    library = case.library
    sources = {k: s for k, s in library.sources.items() if s.published is None or s.published <= day}
    for name, source in sources.items():
        if source.derived_from in library.sources and source.derived_from not in sources:
            sources[name] = replace(source, derived_from="")
    known = {k: c for k, c in library.claims.items() if library.known(c, day)}
    first: dict[str, Claim] = {}  # origin that is not known -> the first that retells it
    claims = {}
    for name, claim in sorted(known.items(), key=lambda pair: pair[1].published or day):
        if claim.echo_of:
            origins = library.origins(claim)
            heard = next((o for o in origins if o.id in known), None) or first.setdefault(origins[-1].id, claim)
            claim = replace(claim, echo_of="" if heard.id == name else heard.id)
        if claim.decided is None or claim.decided > day:
            claim = replace(claim, came_true="", outcome="", decided=None)
        claims[name] = claim
    claims = {name: claims[name] for name in known}
    asked = {
        k: replace(q, resolutions=[r for r in q.resolutions if r.day <= day])
        for k, q in case.asked.items()
        if q.asked is None or q.asked <= day
    }
    return replace(
        case,
        library=Library(sources, claims),
        views={
            k: replace(v, conclusions=[c for c in v.conclusions if c.claim in claims])
            for k, v in case.views.items()
            if v.source in sources
        },
        questions={k: q for k, q in asked.items() if q.crossed},
        asked=asked,
        observed={k: then for k, s in case.observed.items() if (then := s.known_by(day)).observations},
    )

