"""What a run says in sentences; a probability never stands without its range."""

from __future__ import annotations

from ..analysis.study import Study, ViewResult
from ..case.records import Case
from ..futures.ensemble import Share
from .words import binomial, count, difference, length, limits, own, points, share

MUCH = 5  # a range this many times as long as the sampling error is "much" larger


def name_of(identifier: str) -> str:
    """An identifier as words."""
    return identifier.replace("_", " ")


def label_of(case: Case, ending: str) -> str:
    """An ending's label in the world, or its identifier as words."""
    declared = case.built.world.endings.get(ending)
    return declared.label if declared is not None and declared.label else name_of(ending)


def turned_futures(done: Study) -> int:
    """How many futures each turned theory had: never more than the view itself."""
    return min(done.options.futures, done.switch_futures)


def ranged(share: Share, low: float, high: float, n: int) -> str:
    """``31% (20 to 45%)``; ``n`` is the number of futures of each turned theory."""
    ends = limits(low, high, n, share.p, share.se)
    return f"{own(share.p, share.se, share.futures)}% ({' to '.join(ends)}%)"


def leading(done: Study, view: ViewResult, most: int = 2) -> list[str]:
    """The likeliest endings with their ranges in words."""
    shares, n = view.ensemble.endings(), turned_futures(done)
    found = []
    for ending in top(view, most):
        share = shares[ending]
        said = (
            ranged(share, *view.ranges.bounds[ending], n)
            if view.ranges.turns
            else f"{own(share.p, share.se, share.futures)}%"
        )
        found.append(f"“{label_of(done.case, ending)}” in {said}")
    return found


def top(view: ViewResult, most: int = 2) -> list[str]:
    """The likeliest endings, likeliest first."""
    shares = view.ensemble.endings()
    return sorted(shares, key=lambda e: -shares[e].p)[:most]


def headline(done: Study) -> str:
    """The first sentences of a run."""
    view = done.views[done.default_view]
    if not view.ensemble.usable:
        return (
            f"Refused: in the view {view.name} {100 * view.ensemble.bad_share:.0f}% of the futures stopped being "
            "finite, so no probability is given for it and the exit status is 1."
        )
    span = length((view.ensemble.until - view.ensemble.start).days)
    sure = max(high for _, high in view.ranges.bounds.values()) > 0.9
    opening = f"From {day(view)} and {span} ahead" + (
        ":" if sure else ", no ending is certain. The likeliest is"
    )
    brackets = " In brackets: the range over the theories." if view.ranges.turns else ""
    return f"{opening} {', then '.join(leading(done, view))} of futures.{brackets}"


def day(view: ViewResult) -> str:
    """The start of a view as a date in words."""
    start = view.ensemble.start
    return f"{start.day} {start:%B %Y}"


def sublines(done: Study) -> list[str]:
    """What stands under the headline."""
    view = done.views[done.default_view]
    document = view.filled.view.source in done.case.library.sources
    told = "the war as this document tells it" if document else "what was claimed by then, pooled"
    lines = [f"This is the view {done.default_view}: {told}.{sampling(view)}"]
    refused = [v.name for v in done.views.values() if not v.ensemble.usable and v is not view]
    if refused:
        lines.append(
            f"Refused: {', '.join(refused)}. Too many futures stopped being finite there: no probability is given and "
            "the exit status is 1."
        )
    counts: dict[str, int] = {}
    judged = fell = 0
    for result in done.views.values():
        for verdict in result.verdicts:
            counts[verdict.verdict] = counts.get(verdict.verdict, 0) + 1
            came = done.case.library.claims[verdict.claim].came_true
            judged += bool(came)
            fell += came == "false"
    tested = sum(n for v, n in counts.items() if v != "cannot_be_tested")
    if tested:
        kinds = [
            ("follows", "following from their premises"),
            ("needs_premise", "in need of a premise that is not stated"),
            ("does_not_follow", "not following"),
            ("contradicts", "contradicting a figure of their own"),
            ("open", "open"),
        ]
        said = [f"{counts[k]} {words}" for k, words in kinds if counts.get(k)]
        opening = (
            f"Of {tested} conclusions of documents that can be run"
            if tested > 1
            else "Of the one conclusion that can be run"
        )
        lines.append(f"{opening}: {', '.join(said)}.")
    if judged:
        lines.append(
            f"Of the {count(judged, 'conclusion')} here that reality has answered, {fell} came out false. "
            "Whether an argument is sound and whether it came true are kept apart."
        )
    return lines


def sampling(view: ViewResult) -> str:
    """How the sampling error (two standard errors) of the likeliest endings compares with their ranges, in a sentence."""
    if not view.ensemble.usable:
        return ""
    shares = view.ensemble.endings()
    pairs = [(2 * shares[e].se, view.ranges.bounds[e][1] - view.ranges.bounds[e][0]) for e in top(view)]
    error = max(e for e, _ in pairs)
    if error != error:
        return ""
    said = f"± {points(error, error)} points" if error else "zero"
    if not view.ranges.turns:
        return f" Its sampling error is up to {said}; no theory was turned."
    if all(width >= MUCH * e for e, width in pairs):
        return f" Sampling error (up to {said}) is much smaller than the range over the theories."
    if all(width > 2 * e for e, width in pairs):
        return f" Sampling error (up to {said}) is smaller than the range over the theories."
    return f" Sampling error (up to {said}) is as large as the range over the theories: run more futures."


def turned(case: Case, view: ViewResult, most: int = 3) -> list[str]:
    """The theories that matter most for any ending, in words."""
    ranked = []
    for turn in view.ranges.turns if view.ensemble.usable else []:
        ending, (change, error) = max(turn.differences.items(), key=lambda kv: abs(kv[1][0]))
        if abs(change) > 3 * error and change:
            text = (
                f"{turn.switch} {turn.was} → {turn.to}: {label_of(case, ending)} {difference(change, error)}"
            )
            ranked.append((abs(change), text))
    return [text for _, text in sorted(ranked, reverse=True)[:most]]


def effects(done: Study) -> list[str]:
    """What each intervention changes, a sentence each: the endings that it moves beyond sampling error."""
    lines = []
    for view in done.views.values():
        for effect in view.effects:
            opening = f"{view.name}: {effect.text}"
            if not effect.changed:
                lines.append(f"{opening} has no effect: nothing recorded differs in any of {effect.futures:,} futures")
                continue
            moved = [
                f"{label_of(done.case, name)} {difference(change, error)}"
                for name, (change, error) in sorted(effect.differences.items(), key=lambda kv: -abs(kv[1][0]))
                if abs(change) > 2 * error and change
            ]
            said = ", ".join(moved) or "no ending moves by more than its sampling error"
            apart = share(effect.changed, binomial(effect.changed, effect.futures), effect.futures)
            lines.append(f"{opening} changes {apart} of futures: {said}")
    return lines


def notes(done: Study) -> list[str]:
    """The warnings; of a view that is refused only those that give no probability of it."""
    refused = [f"{v.name}: " for v in done.views.values() if not v.ensemble.usable]
    found = []
    for text in done.warnings:
        about = next((start for start in refused if text.startswith(start)), None)
        if about and (" has a probability of " in text or " comes to " in text):
            continue
        found.append(text)
    return found
