"""The chain from a probability to the figures behind it, as a record and in words: for the report, terminal and JSON."""

from __future__ import annotations

from typing import Any

from ..analysis.chain import Chain, Target
from ..analysis.variance import Weight
from ..case.records import Case, Filled
from ..evidence.records import Claim
from .sentences import label_of
from .words import count, own, points, portion, share

MOST = 10  # figures in a chain
CLAIMED = 3  # figures with claims that are named where none of the first has any


def name_in_words(case: Case, target: Target) -> str:
    """An ending's label, or a question's text with its deadline."""
    if target.kind == "ending":
        return label_of(case, target.name)
    asked = case.questions[target.name]
    return f"{asked.text} By {asked.by}." if asked.by else asked.text


def chain_record(case: Case, filled: Filled, chain: Chain) -> dict[str, Any]:
    """The chain for machines. Shares are of the variance, ``low`` and ``high`` their 95% intervals; ``figures`` and
    ``luck`` add up to one and are None where nothing varies; ``claimed``: where none of the first figures has a claim
    behind it, the largest that have one; ``without_evidence``: parameters that move it and for which nothing speaks.
    """
    split, figures, luck = chain.split, None, None
    if split is not None:
        low, high = split.interval
        middle = min(1.0, max(0.0, split.figures))
        figures = {"share": middle, "low": low, "high": high}
        luck = {"share": 1 - middle, "low": 1 - high, "high": 1 - low, "differ": split.differ, "futures": split.futures}
    baseless = {name for name, u in filled.used.items() if u.parameter in case.built.world.without_evidence}
    moving = [w for w in chain.weights.moving if w.parameter not in baseless]
    rest = chain.weights.rest
    claimed = [w for w in [*moving, *rest] if filled.used[w.parameter].claims]
    if any(w in claimed for w in moving[:MOST]):
        claimed = []
    return {
        chain.target.kind: chain.target.name,
        "label": name_in_words(case, chain.target),
        "view": filled.name,
        "p": chain.share.p,
        "se": chain.share.se,
        "hits": chain.share.hits,
        "futures": chain.share.futures,
        "figures": figures,
        "luck": luck,
        "floor": max(0.0, chain.weights.floor),
        "parameters": [weight_record(case, filled, weight) for weight in moving],
        "claimed": [weight_record(case, filled, weight) for weight in claimed[:CLAIMED]],
        "without_evidence": [
            weight_record(case, filled, weight) for weight in chain.weights.moving if weight.parameter in baseless
        ],
        "assumptions": [w.parameter for w in moving if not filled.used[w.parameter].claims],
        "lost_in_noise": {
            "assumptions": sum(not filled.used[w.parameter].claims for w in rest),
            "claimed": sum(bool(filled.used[w.parameter].claims) for w in rest),
        },
    }


def weight_record(case: Case, filled: Filled, weight: Weight) -> dict[str, Any]:
    """One parameter of a chain."""
    used = filled.used[weight.parameter]
    low, high = weight.interval
    return {
        "parameter": weight.parameter,
        "about": case.built.world.parameters[used.parameter].about,
        "share": weight.share,
        "low": low,
        "high": high,
        "lower_third": {"below": weight.edges[0], "p": weight.low},
        "upper_third": {"above": weight.edges[1], "p": weight.high},
        "unit": used.unit.text,
        "from": used.origin,
        "claims": list(used.claims),
    }


def portion_of(record: dict[str, Any]) -> str:
    """``5.1 (4.5–5.6)%`` of a parameter, the figures or luck."""
    return portion(record["share"], record["low"], record["high"])


def direction(record: dict[str, Any]) -> str:
    """The probability in a parameter's lower and upper third: ``42 → 19%``."""
    return f"{points(record['lower_third']['p'])} → {points(record['upper_third']['p'])}%"


def probability(record: dict[str, Any]) -> str:
    """``31.6 ± 0.7%``."""
    return share(record["p"], record["se"], record["futures"])


def said_split(record: dict[str, Any]) -> str:
    """What is not known and what is luck, in a sentence."""
    if record["figures"] is None:
        return "It never varies here: there is nothing to explain."
    return (
        f"Of its variance {portion_of(record['figures'])} lies in the figures, which are not known, and "
        f"{portion_of(record['luck'])} in luck: with the same figures and other luck, "
        f"{own(record['luck']['differ'], None, record['luck']['futures'])}% of the futures answer otherwise."
    )


def said_claims(record: dict[str, Any]) -> str:
    """Where the first figures have no claims behind them: what those do that have one; else empty."""
    if record["figures"] is None or any(p["claims"] for p in record["parameters"][:MOST]):
        return ""
    if any(p["claims"] for p in record["parameters"]):
        return "Figures with a claim behind them come further down; the largest:"
    if not record["claimed"]:
        return "No figure that varies in this view has a claim behind it."
    rest = count(record["lost_in_noise"]["claimed"], "such figure")
    return f"None with a claim behind it moves this: what {rest} may do is lost in the noise; the largest:"


def who(case: Case, claim: Claim) -> str:
    """Who said it, where and when it was known: ``Robert Fox in "Column ...", 2024-11-14``."""
    source = case.library.sources.get(claim.source)
    speaker = claim.speaker
    if speaker in ("", "author") and source is not None:
        speaker = source.author if source.author not in ("", "unknown") else "an unnamed author"
    voice = "" if claim.voice in ("", "author") else f" ({claim.voice})"
    endorsed = "" if claim.endorsed else ", not endorsed"
    title = f"“{source.title}”" if source is not None and source.title else claim.source
    return f"{speaker or 'somebody'}{voice}{endorsed}, {title}, {claim.published or 'no date'}"


def place(claim: Claim) -> str:
    """Where a claim stands: document, code points and hash of the passage, or the publication."""
    at = claim.passage
    if at.document:
        return f"{at.document} {at.start}–{at.end}, sha256 {at.sha256}"
    return at.publication or "no place given"
