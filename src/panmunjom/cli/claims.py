"""``panmunjom claims``: lists and filters claims, sets those about one quantity side by side, changes one."""

from __future__ import annotations

import argparse
import textwrap
from datetime import date
from typing import Any

from ..case.known import as_of
from ..case.loading import load
from ..case.pooled import Missing, Pooled, pooled
from ..case.records import Case
from ..evidence.records import Claim
from ..quantities.calendar import parse_date
from ..report.assemble import claim_record, pool_record
from ..report.words import count, day
from ..text.problems import NOWHERE, CaseError, Problem, nearest, printable
from ..world.resolve import members_of
from .sidebyside import side_by_side
from .terminal import as_json_text, bold, dim, width


def claims(given: argparse.Namespace) -> int:
    """Do what the options say; the exit status is 0."""
    if given.accept or given.reject or given.edit:
        return change(given)
    case = load(given.case)
    known_by = _day(given.as_of)
    if known_by is not None:
        case = as_of(case, known_by)
    target = _target(case, given.about)
    found = [c for c in case.library.claims.values() if _wanted(c, given, target)]
    pools = pools_of(case, target, known_by or case.start) if target else []
    if given.json:
        records = [claim_record(case, c, None) for c in found]
        print(as_json_text({"case": case.id, "claims": records, "pools": [pool_record(case, p) for p in pools]}))
    elif pools:
        print("\n\n".join(side_by_side(case, one, width()) for one in pools))
    else:
        for claim in found:
            print(shown(case, claim))
        print(dim(f"{count(len(found), 'claim')} of {len(case.library.claims)}"))
    return 0


def change(given: argparse.Namespace) -> int:
    """Accept, reject or edit one claim of the user's own case."""
    from ..case.editing import ClaimsFile

    file = ClaimsFile(given.case)
    claim, what = given.accept or given.reject or given.edit[0], "changed"
    if given.accept:
        file.accept(claim)
        what = "accepted"
    elif given.reject:
        file.reject(claim, given.why)
        what = "rejected"
    elif len(given.edit) == 1:
        what = "changed" if file.edit(claim) else "left as it was"
    else:
        file.change(claim, _entries(given.edit[1:]))
    print(printable(f"{claim} {what} in {file.path}"))
    return 0


def _entries(pairs: list[str]) -> dict[str, str]:
    """``KEY=VALUE`` texts as a dictionary."""
    found = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            message, hint = f"--edit: '{pair}' is not KEY=VALUE", 'As in --edit courier-1 "value=4 t/day".'
            raise CaseError([Problem("bad-setting", NOWHERE, message, hint)])
        found[key.strip()] = value.strip()
    return found


def _day(text: str | None) -> date | None:
    try:
        return parse_date(text) if text else None
    except ValueError as error:
        raise CaseError([Problem("bad-date", NOWHERE, f"--as-of: {error}")]) from None


def _target(case: Case, about: str | None) -> str:
    """The parameter, or one member of it, that --about names."""
    if not about:
        return ""
    name = about.replace(" ", "").replace(",", ", ")
    known = {*case.built.world.parameters, *case.built.row_of}
    if name not in known or name in case.built.world.switches:
        spoken_of = {c.about.partition("[")[0] for c in case.library.claims.values() if c.about}
        hint = nearest(name, known) or nearest(name, spoken_of)
        raise CaseError([Problem("unknown-name", NOWHERE, f"--about: there is no parameter '{about}'", hint)])
    return name


def _wanted(claim: Claim, given: argparse.Namespace, target: str) -> bool:
    """Whether the filters let a claim through."""
    words = f"{claim.id} {claim.says} {claim.condition} {claim.by_words} {claim.outcome}".lower()
    return (
        (not target or claim.about == target or claim.about.partition("[")[0] == target)
        and (not given.source or claim.source == given.source)
        and (not given.kind or claim.kind == given.kind)
        and (not given.speaker or given.speaker.lower() in claim.speaker.lower())
        and (not given.text or all(word in words for word in given.text.lower().split()))
        and (not given.proposed or bool(claim.proposed and not claim.rejected))
    )


def pools_of(case: Case, target: str, day: date) -> list[Pooled]:
    """The pool of every member of a parameter about which anything was claimed by then; of all if there is none.

    Raises ``CaseError`` where figures cannot be pooled.
    """
    world = case.built.world
    parameter = world.parameters[target if target in world.parameters else target.partition("[")[0]]
    found = []
    for members in members_of(world, parameter.per):
        try:
            one = pooled(case, parameter, members, day)
        except Missing as missing:
            raise CaseError([Problem(missing.code, missing.place, missing.message, missing.hint)]) from None
        except ValueError as error:
            message = f"'{target}' cannot be pooled: {error}"
            raise CaseError([Problem("bad-quantity", parameter.place, message)]) from None
        if target in (parameter.name, one.scalar):
            found.append(one)
    return [p for p in found if p.claims or p.silent] or found


def shown(case: Case, claim: Claim) -> str:
    """A claim in a few lines."""
    head = f"{claim.id}  {claim.kind}, {day(claim.published.isoformat() if claim.published else None)}"
    facts: list[str] = []
    if claim.quantity:
        hedge = "" if claim.hedge == "none" else f" ({claim.hedge.replace('_', ' ')})"
        facts.append(f"{claim.quantity.text}{hedge}" + (f" of {claim.about}" if claim.about else ""))
    if claim.speaker not in ("", "author"):
        facts.append(claim.speaker)
    source = case.library.sources.get(claim.source)
    facts.append(f"{claim.source} {source.reliability if source else ''}{claim.credibility}")
    origins = case.library.origins(claim)
    if origins:
        facts.append(f"retells {' ← '.join(o.id for o in origins)}")
    if claim.rejected:
        facts.append(f"rejected: {claim.rejected}")
    elif claim.proposed:
        facts.append(f"proposed by {claim.proposed}")
    lines: list[Any] = textwrap.wrap(printable(claim.says), width() - 4)
    facts_lines = textwrap.wrap(printable(", ".join(facts)), width() - 4)
    return "\n".join([bold(printable(head)), *(f"    {line}" for line in lines), *(dim(f"    {f}") for f in facts_lines)])
