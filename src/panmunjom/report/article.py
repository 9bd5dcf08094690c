"""The page of a tested article: the record that is also its JSON, and the page itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from panmunjom import __version__
from panmunjom.analysis.article.matching import Match
from panmunjom.analysis.article.record import FEW, Fared
from panmunjom.analysis.article.testing import Figure, Implied, Judged, Tested
from panmunjom.analysis.premises import Need
from panmunjom.analysis.switches import SWITCH_FUTURES
from panmunjom.analysis.verdicts import VERDICT_FUTURES
from panmunjom.evidence.records import Claim
from panmunjom.report import words
from panmunjom.report.links import slug
from panmunjom.report.page import VERDICTS
from panmunjom.report.render import environment
from panmunjom.report.strips import Strip, strip

Json = dict[str, Any]
FAR = 1.0  # spreads of the pool from which a figure is said to part from it
CLEAR, LEAST = 3.0, 0.005  # paired standard errors, and the share, from which a difference is shown as one


def record(done: Tested) -> Json:
    """All that is printed of a tested article, as JSON has it."""
    document, switches = done.document, done.case.built.world.switches
    return {
        "document": document.name,
        "title": document.title.value if document.title and document.title.sure != "low" else document.name,
        "author": document.author.value if document.author else None,
        "outlet": document.outlet.value if document.outlet else None,
        "published": done.day.isoformat() if done.day else None,
        "dated_by": document.published.how if document.published else None,
        "language": document.language.value if document.language else None,
        "signs": document.signs,
        "notes": document.notes,
        "case": done.case.id,
        "case_title": done.case.title,
        "case_hash": done.case.digest,
        "known_as": done.source or None,
        "enough": done.enough,
        "reason": done.reason or None,
        "headline": headline(done),
        "subline": subline(done),
        "figures": [_figure(done, f) for f in done.figures],
        "conclusions": [_judged(done, j) for j in done.judged],
        "implied": [_implied(i) for i in done.implied],
        "theories": [{"name": n, "about": switches[n].about, "position": to} for n, to in done.switches.items()],
        "fared": [_fared(f) for f in done.fared.values()],
        "unused": [_unused(m) for m in done.matches if not m.use],
        "horizon": done.case.horizon,
        "futures": done.futures,
        "verdict_futures": VERDICT_FUTURES,
        "switch_futures": min(done.futures, SWITCH_FUTURES),
        "cautions": done.case.cautions,
        "version": __version__,
        "seconds": round(done.seconds, 1),
        "generated": datetime.now(UTC).isoformat(timespec="seconds"),
    }  # fmt: skip


def headline(done: Tested) -> str:
    """What the test found, in a sentence: of the first conclusion that lacks something, what it lacks."""
    if not done.enough:
        return f"Not enough to test: {done.reason}."
    for judged in done.judged:
        if judged.verdict.needs:
            need = _need(done, judged.verdict.needs[0])
            lacks = f"{need['about']}, {words.need(need['low'], need['high'], need['unit'])}"
            pool = words.between(*need["pooled"])
            return f"“{_short(judged)}” needs what the article does not state: {lacks}, where the pool has {pool}."
    for kind, told in _HEADS.items():
        found = next((j for j in done.judged if j.verdict.verdict == kind), None)
        if found is not None:
            return f"“{_short(found)}”: {told}."
    return "No conclusion could be tested: here is where its figures part from what others say."


def _short(judged: Judged) -> str:
    """The article's own words, cut to the length of a headline."""
    return words.shortened(" ".join(judged.match.quote.split()), 120)


_HEADS = {
    "contradicts": "its own figures stand against that",
    "does_not_follow": "that does not follow from what it says",
    "follows": "that follows from what it says",
    "open": "what it says leaves that open",
    "cannot_be_tested": "that could not be judged",
}
_COUNTED = {
    "follows": ("follows", "follow"),
    "needs_premise": ("needs a premise that it does not state", "need premises that they do not state"),
    "contradicts": ("stands against its own figure", "stand against its own figures"),
    "does_not_follow": ("does not follow", "do not follow"),
    "open": ("stays open", "stay open"),
    "cannot_be_tested": ("could not be judged", "could not be judged"),
}


def subline(done: Tested) -> str:
    """How much of the article was tested, and how its conclusions came out."""
    if not done.enough:
        return ""
    kinds = [j.verdict.verdict for j in done.judged]
    told = [f"{n} {_COUNTED[kind][n > 1]}" for kind in _COUNTED if (n := kinds.count(kind))]
    opening = (
        f"{words.count(len(done.figures), 'figure')} matched, {words.count(len(kinds), 'conclusion')} tested"
    )
    return f"{opening}: {', '.join(told)}." if told else f"{opening}."


def _fared(found: Fared) -> Json:
    """The record of one class of predictions."""
    counts = {"came_true": found.true, "partly": found.partly, "not": found.false}
    return {"class": found.label, "made": found.made, "resolved": found.resolved, **counts}


def _need(done: Tested, need: Need) -> Json:
    """A premise that would supply what is missing; a range that reaches the parameter's bound has one end only."""
    parameter = done.case.built.world.parameters[need.parameter.partition("[")[0]]
    least, most = parameter.within or (need.low, need.high)
    slack = 0.002 * (most - least)
    low = None if parameter.within and need.low <= least + slack else need.low
    high = None if parameter.within and need.high >= most - slack else need.high
    return {
        "parameter": need.parameter,
        "about": parameter.about,
        "low": low,
        "high": high,
        "unit": need.unit,
        "pooled": list(need.pooled),
    }


def _figure(done: Tested, figure: Figure) -> Json:
    parameter = done.case.built.world.parameters[figure.own.parameter]
    low, high = figure.own.distribution.interval
    below, above = figure.pooled.distribution.interval
    return {
        "parameter": figure.target,
        "about": parameter.about,
        "unit": figure.own.unit.text,
        "quote": figure.match.quote,
        "line": figure.match.line,
        "said": figure.match.figure,
        "hedge": figure.match.proposal.hedge,
        "score": figure.match.score,
        "why": figure.match.reason,
        "mended": figure.match.changed,
        "median": figure.own.distribution.median,
        "low": low,
        "high": high,
        "text": _bounds(low, high, figure),
        "pooled": {
            "text": _bounds(below, above, figure),
            "median": figure.pooled.distribution.median,
            "low": below,
            "high": above,
            "from": figure.pooled.origin,
            "claims": list(figure.pooled.claims),
        },
        "distance": figure.distance,
        "distance_words": apart(figure.distance),
        "far": abs(figure.distance) >= FAR,
        "others": [_other(done, figure, c) for c in figure.others],
        "later": [_other(done, figure, c) for c in figure.later],
    }


def _bounds(low: float | None, high: float | None, figure: Figure) -> str:
    """A figure in the parameter's unit, a share in percent."""
    percent = figure.match.proposal.unit == "percent"
    ends = [None if v is None else 100 * v if percent else v for v in (low, high)]
    sign = "%" if percent else ""
    if ends[1] is None:
        return f"over {words.number(ends[0])}{sign}"
    return f"under {words.number(ends[1])}{sign}" if ends[0] is None else words.between(*ends) + sign


def apart(distance: float) -> str:
    """A distance in the pool's spreads, in words."""
    size = abs(distance)
    if size < 0.25:
        return "as the pool"
    side = "above" if distance > 0 else "below"
    how = "a little" if size < FAR else "well" if size < 2 else "far"
    return f"{how} {side} the pool"


def _other(done: Tested, figure: Figure, claim: Claim) -> Json:
    """Somebody else's figure for the same thing, in the parameter's unit."""
    quantity = claim.quantity
    assert quantity is not None
    factor = done.case.built.units.parse(quantity.unit).factor / figure.own.unit.factor
    source = done.case.library.sources[claim.source]
    low, high = (None if v is None else v * factor for v in (quantity.low, quantity.high))
    return {
        "claim": claim.id,
        "source": source.publisher if source.publisher not in ("", "unknown") else f"“{source.title}”",
        "text": _bounds(low, high, figure),
        "says": claim.says,
        "low": low,
        "high": high,
        "as_of": claim.as_of or (claim.published.isoformat() if claim.published else None),
    }


def _judged(done: Tested, judged: Judged) -> Json:
    verdict, match = judged.verdict, judged.match
    reading = match.read_as
    assert reading is not None
    return {
        "quote": match.quote,
        "line": match.line,
        "speaker": match.speaker or None,
        "says": reading.says,
        "holds": reading.holds,
        "by": reading.by or None,
        "at": reading.at or None,
        "notes": reading.notes,
        "mended": match.changed,
        "verdict": verdict.verdict,
        "share": verdict.share,
        "share_without": verdict.without,
        "note": verdict.note or None,
        "needs": [_need(done, n) for n in verdict.needs],
        "carried_by": [{"name": name, "about": _about(done, name), "share_without": share} for name, share in verdict.carried_by],
        "class": judged.fared,
    }  # fmt: skip


def _about(done: Tested, name: str) -> str:
    """What a parameter or a switch is about; a switch with the position that the article takes."""
    world = done.case.built.world
    if name in world.switches:
        return (
            f"that {world.switches[name].about}"
            if done.switches.get(name) == "true"
            else f"leaving out that {world.switches[name].about}"
        )
    return world.parameters[name.partition("[")[0]].about


def _implied(implied: Implied) -> Json:
    clear = abs(implied.difference) > CLEAR * implied.se and abs(implied.difference) >= LEAST
    return {
        "name": implied.name,
        "label": implied.label,
        "kind": implied.kind,
        "share": implied.own.p,
        "se": implied.own.se,
        "range": implied.own_range,
        "pooled_share": implied.pooled.p,
        "pooled_se": implied.pooled.se,
        "pooled_range": implied.pooled_range,
        "difference": implied.difference,
        "difference_se": implied.se,
        "beyond_chance": clear,
        "futures": implied.own.futures,
    }


def _unused(match: Match) -> Json:
    return {
        "number": match.number,
        "kind": match.proposal.kind,
        "line": match.line,
        "quote": match.quote,
        "speaker": match.speaker or None,
        "target": match.target or None,
        "why": match.reason,
    }


def render_article(done: Tested) -> str:
    """The page as one HTML document (write it as UTF-8)."""
    found = words.clean(record(done))
    assert isinstance(found, dict)
    shown = {"VERDICTS": VERDICTS, "FEW": FEW, "drawn": _drawn, "shortened": words.shortened}
    shown |= {"share": words.share, "span": words.span, "difference": words.difference}
    return environment().get_template("article.html.j2").render(t=found, **shown)


def _drawn(figure: Json) -> Markup:
    """A figure, the pool and the others on one line."""
    pooled = figure["pooled"]
    own, pool = ((f["low"], f["median"], f["high"]) for f in (figure, pooled))
    others, later = ([_ends(o) for o in figure[when]] for when in ("others", "later"))
    return strip(f"strip-{slug(figure['parameter'])}", Strip(figure["about"], own, pool, others, later))


def _ends(other: Json) -> tuple[float, float]:
    """Both ends of somebody's figure; a bound is drawn where it stands."""
    low, high = other["low"], other["high"]
    return (high if low is None else low), (low if high is None else high)
