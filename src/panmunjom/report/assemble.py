"""From a study to the record that the report prints, and to the JSON for machines."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .. import __version__
from ..analysis.moving.kept import option_record
from ..analysis.study import Study, ViewResult
from ..case.pooled import Pooled, contradiction_sentences
from ..case.records import Case, Filled, Used
from ..evidence.quotes import quote
from ..evidence.records import Claim
from ..futures.ensemble import Share
from ..quantities.distributions import Distribution
from ..quantities.units import ONE
from .asked import as_json as wordings
from .asked import asked_record
from .observed import observed_bands
from .reasons import chain_record
from .sentences import effects, headline, label_of, notes, sublines, turned_futures
from .summary import Summary
from .words import between, number, shortened, unit, without_unit


def truth(claim: Claim) -> bool | str | None:
    """``came_true`` as JSON has it."""
    found: dict[str, bool | str] = {"true": True, "false": False, "partly": "partly"}
    return found.get(claim.came_true)


def numbers(share: Share, usable: bool) -> dict[str, float | None]:
    """A probability and its error, or nothing where too many futures were not finite."""
    if not usable:
        return {"p": None, "se": None}
    return {"p": share.p, "se": share.se}


def ending_records(view: ViewResult) -> dict[str, dict[str, float | None]]:
    """Each ending's probability, its error, and the range over the switches."""
    usable, found = view.ensemble.usable, {}
    for ending, share in view.ensemble.endings().items():
        low, high = view.ranges.bounds[ending] if usable else (None, None)
        found[ending] = {**numbers(share, usable), "low": low, "high": high}
    return found


def as_json(done: Study) -> dict[str, Any]:
    """What ``--json`` prints."""
    views: dict[str, Any] = {}
    for name, view in done.views.items():
        usable = view.ensemble.usable
        questions = view.ensemble.questions(list(done.case.questions))
        views[name] = {
            "start": view.ensemble.start.isoformat(),
            "until": view.ensemble.until.isoformat(),
            "endings": ending_records(view),
            "questions": {q: numbers(s, usable) for q, s in questions.items()},
            "verdicts": [
                {
                    "claim": v.claim,
                    "verdict": v.verdict,
                    "share": v.share,
                    "needs": [
                        {"parameter": n.parameter, "low": n.low, "high": n.high, "unit": n.unit}
                        for n in v.needs
                    ],
                    "carried_by": [name for name, _ in v.carried_by],
                    "share_without": {name: share for name, share in v.carried_by},
                    "came_true": truth(done.case.library.claims[v.claim]),
                }
                for v in view.verdicts
            ],
            "interventions": [
                {
                    "do": e.text,
                    "no_effect": not e.changed,
                    "changed": e.changed,
                    "futures": e.futures,
                    "endings": {k: {"difference": d, "se": se} for k, (d, se) in e.differences.items()} if usable else {},
                }
                for e in view.effects
            ],
        }
    return {
        "case": done.case.id,
        "seed": done.options.seed,
        "futures": done.options.futures,
        "options": option_record(done.options),
        "views": views,
        "wordings": wordings(done),
        "switch_futures": turned_futures(done),
        "verdict_futures": done.verdict_futures,
        "complete": done.complete,
        "version": __version__,
        "case_hash": done.case.digest,
        "warnings": notes(done),
        "seconds": {k: round(done.seconds.get(k, 0.0), 3) for k in ("load", "compile", "run", "total")},
    }


def summarise(done: Study, documents: Path | None = None) -> Summary:
    """The report's record; passages are quoted where their documents are at hand."""
    case = done.case
    graph = case.built.graph
    order = [done.default_view, *(n for n in done.views if n != done.default_view)]
    world = case.built.world
    limited = next(iter(done.views.values())).ensemble.raw.limited
    steps = max(
        1,
        (done.views[done.default_view].ensemble.until - done.views[done.default_view].ensemble.start).days
        // case.step_days,
    )
    summary: dict[str, Any] = {
        "case": {
            "id": case.id,
            "title": case.title,
            "about": case.about,
            "cautions": case.cautions,
            "default_view": done.default_view,
        },
        "version": __version__,
        "seed": done.options.seed,
        "futures": done.options.futures,
        "generated": datetime.now(UTC).isoformat(timespec="seconds"),
        "headline": headline(done),
        "sublines": sublines(done),
        "effects": effects(done),
        "views": [view_record(done, v) for v in done.views.values()],
        "endings": [
            {"id": e.name, "label": label_of(case, e.name), "about": world.endings[e.name].about}
            for e in graph.endings
        ],
        "questions": [{"id": q.id, "text": q.text, "about": q.about, "by": str(q.by or "")} for q in case.questions.values()],
        "asked": asked_record(done),
        "bands": [band for name in order[:1] for band in observed_bands(case, done.views[name], bands(done.views[name]))],
        "moves": moves(done, done.views[done.default_view]),
        "why": [
            chain_record(case, done.views[done.default_view].filled, c)
            for c in done.views[done.default_view].chains
        ],
        "parameters": parameters(done),
        "switches": switches(done),
        "claims": [claim_record(case, c, documents) for c in case.library.claims.values()],
        "sources": [
            {
                "id": s.id,
                "title": s.title,
                "author": s.author or None,
                "publisher": s.publisher or None,
                "published": s.published.isoformat() if s.published else None,
                "reliability": s.reliability,
                "stance": s.stance or None,
                "dated_by": s.dated_by or None,
                "derived_from": s.derived_from or None,
            }
            for s in case.library.sources.values()
        ],
        "run": {
            "seconds": {k: done.seconds.get(k, 0.0) for k in ("load", "compile", "run", "total")},
            "futures": done.options.futures,
            "verdict_futures": done.verdict_futures,
            "switch_futures": turned_futures(done),
            "nonfinite": sum(int((~v.ensemble.fine).sum()) for v in done.views.values()),
            "limited": [
                {"stock": k, "share": v / steps}
                for k, v in sorted(limited.items(), key=lambda kv: -kv[1])
                if v > 0
            ],
            "hashes": {"case": case.digest},
        },
        "warnings": notes(done),
    }
    return summary  # type: ignore[return-value]


def view_record(done: Study, view: ViewResult) -> dict[str, Any]:
    """One view as the report shows it."""
    case, usable = done.case, view.ensemble.usable
    source = case.library.sources.get(view.filled.view.source)
    return {
        "name": view.name,
        "label": view.name,
        "source_id": source.id if source else None,
        "start": view.ensemble.start.isoformat(),
        "until": view.ensemble.until.isoformat(),
        "endings": ending_records(view),
        "questions": {
            q: numbers(s, usable) for q, s in view.ensemble.questions(list(case.questions)).items()
        },
        "crossed": view.ensemble.crossed(list(case.questions)) if usable else {},
        "verdicts": [
            {
                "claim": v.claim,
                "says": case.library.claims[v.claim].says,
                "source": case.library.claims[v.claim].source,
                "verdict": v.verdict,
                "share": v.share,
                "needs": [
                    {
                        "parameter": n.parameter,
                        "low": n.low,
                        "high": n.high,
                        "unit": n.unit,
                        "pooled": list(n.pooled),
                    }
                    for n in v.needs
                ],
                "carried_by": [name for name, _ in v.carried_by],
                "note": v.note or None,
                "came_true": truth(case.library.claims[v.claim]),
                "outcome": case.library.claims[v.claim].outcome or None,
                "decided": d.isoformat() if (d := case.library.claims[v.claim].decided) else None,
            }
            for v in view.verdicts
        ],
    }


def bands(view: ViewResult) -> list[dict[str, Any]]:
    """Quantiles over time of what the world marks to be shown, in its units."""
    found = []
    raw = view.ensemble.raw
    if not raw.bands:  # a run that was stopped before its default view
        return []
    for shown, values in zip(view.ensemble.graph.shown, raw.bands, strict=True):
        scaled = values / shown.unit.factor
        columns = [[None if x != x else float(x) for x in scaled[:, k]] for k in range(scaled.shape[1])]
        found.append(
            {
                "id": shown.item,
                "label": shown.label,
                "unit": shown.unit.text,
                "view": view.name,
                "member": ", ".join(shown.members) or None,
                "dates": [d.isoformat() for d in raw.months],
                **dict(zip(("q05", "q25", "q50", "q75", "q95"), columns, strict=True)),
            }
        )
    return found


def moves(done: Study, view: ViewResult) -> list[dict[str, Any]]:
    """What moves the endings: theories turned, and parameters high against low."""
    found: list[dict[str, Any]] = []
    if not view.ensemble.usable:
        return found
    world = done.case.built.world
    for turn in view.ranges.turns:
        for ending, (difference, error) in turn.differences.items():
            if abs(difference) > 3 * error and difference:
                found.append(
                    {
                        "view": view.name,
                        "what": turn.switch,
                        "kind": "switch",
                        "ending": ending,
                        "from": turn.was,
                        "to": turn.to,
                        "difference": difference,
                        "se": error,
                    }
                )
    for driver in view.drivers:
        used = view.filled.used[driver.parameter]
        measure = f" {unit(used.unit.text)}" if unit(used.unit.text) else ""
        found.append(
            {
                "view": view.name,
                "what": driver.parameter,
                "kind": "parameter",
                "ending": driver.ending,
                "from": f"under {number(driver.low)}",
                "to": f"over {number(driver.high)}{measure}",
                "about": shortened(world.parameters[used.parameter].about) or driver.parameter,
                "difference": driver.difference,
                "se": driver.se,
            }
        )
    return sorted(found, key=lambda m: -abs(m["difference"]))


def parameters(done: Study) -> list[dict[str, Any]]:
    """Every scalar parameter with what each view uses for it."""
    world, found = done.case.built.world, []
    for name, parameter in world.parameters.items():
        scalars = [
            scalar
            for scalar, used in next(iter(done.views.values())).filled.used.items()
            if used.parameter == name
        ]
        for scalar in scalars:
            found.append(
                {
                    "name": scalar,
                    "about": parameter.about,
                    "unit": done.case.built.unit_of.get(name, ONE).text,
                    "note": parameter.note or None,
                    "evidence": parameter.evidence,
                    "used": {
                        v.name: used_record(done.case, v.filled, v.filled.used[scalar]) for v in done.views.values()
                    },
                }
            )
    return found


def used_record(case: Case, filled: Filled, used: Used) -> dict[str, Any]:
    """What one view uses for a parameter."""
    low, high = used.distribution.interval
    text = without_unit(used.distribution.text, used.unit.text) or between(low, high)
    return {
        "text": f"{text}, that is {between(low, high)}" if used.conversion else text,
        "median": used.distribution.median,
        "low": low,
        "high": high,
        "from": used.origin,
        "claims": list(used.claims),
        "dated": used.dated.isoformat() if used.dated else None,
        "age_days": (filled.start - used.dated).days if used.dated else None,
        "pool": pool_record(case, used.pooled) if used.pooled and used.claims else None,
    }


def switches(done: Study) -> list[dict[str, Any]]:
    """Every theory and the views that turn it."""
    found = []
    for name, switch in done.case.built.world.switches.items():
        used = {
            v.name: {"value": v.filled.switches[name], "claims": []}
            for v in done.views.values()
            if v.filled.switches[name] != switch.default
        }
        found.append({"name": name, "about": switch.about, "default": switch.default, "used": used})
    return found


def pool_record(case: Case, found: Pooled) -> dict[str, Any]:
    """A pool with its voices, for machines and for the report."""
    whole = sum(v.member.weight for v in found.voices) or 1.0

    def ends(figure: Distribution | None) -> dict[str, float] | None:
        if figure is None:
            return None
        low, high = figure.interval
        return {"low": low, "median": figure.median, "high": high}

    return {
        "parameter": found.scalar,
        "unit": found.unit.text,
        "day": found.day.isoformat(),
        "rule": case.pool_rules.rule,
        "pool": ends(found.distribution),
        "disagreement": found.disagreement,
        "voices": [
            {
                "claim": v.claim.id if v.claim else None,
                "says": ends(v.said),
                "enters": ends(v.member.distribution),
                "share": v.member.weight / whole,
                "age_days": v.age,
                "conversion": v.conversion or None,
            }
            for v in found.voices
        ],
        "silent": found.silent,
        "contradictions": contradiction_sentences(case, found),
    }


def claim_record(case: Case, claim: Claim, documents: Path | None) -> dict[str, Any]:
    """A claim as the report shows it; its passage only where the document is at hand."""
    passage = claim.passage
    place: dict[str, Any] = {"publication": passage.publication} if passage.publication else {}
    if passage.document:
        place = {
            "document": passage.document,
            "start": passage.start,
            "end": passage.end,
            "sha256": passage.sha256,
        }
    record: dict[str, Any] = {
        "id": claim.id,
        "source": claim.source,
        "kind": claim.kind,
        "says": claim.says,
        "speaker": claim.speaker,
        "voice": claim.voice if claim.endorsed else f"{claim.voice}, not endorsed",
        "hedge": None if claim.hedge == "none" else claim.hedge,
        "as_of": claim.as_of or None,
        "published": claim.published.isoformat() if claim.published else None,
        "place": place,
        "value_text": claim.quantity.text if claim.quantity else None,
        "about": claim.about or None,
        "came_true": truth(claim),
        "outcome": claim.outcome or None,
        "credibility": claim.credibility,
        "measures": claim.measures or None,
        "retells": [origin.id for origin in case.library.origins(claim)],
        "proposed": claim.proposed or None,
        "rejected": claim.rejected or None,
    }
    words = quote(claim, documents) if documents else None
    if words is not None:
        record["quote"] = words
    return record


__all__ = ["as_json", "summarise"]
