"""What a run says in sentences; a probability never stands without its range."""

from __future__ import annotations

from ..analysis.study import Study, ViewResult
from ..case.records import Case
from ..futures.ensemble import Share


def name_of(identifier: str) -> str:
    """An identifier as words."""
    return identifier.replace("_", " ")


def label_of(case: Case, ending: str) -> str:
    """An ending's label in the world, or its identifier as words."""
    declared = case.built.world.endings.get(ending)
    return declared.label if declared is not None and declared.label else name_of(ending)


def percent(p: float) -> str:
    """A probability in percent, with a decimal below ten."""
    return f"{100 * p:.0f}%" if p >= 0.0995 else f"{100 * p:.1f}%"


def ranged(share: Share, low: float, high: float) -> str:
    """``31% (20 to 45%)``; no hit in n is under 3/n."""
    own = percent(share.p) if share.hits else f"under {percent(3 / max(1, share.futures))}"
    return f"{own} ({100 * low:.0f} to {100 * high:.0f}%)"


def leading(done: Study, view: ViewResult, most: int = 2) -> list[str]:
    """The likeliest endings with their ranges in words."""
    shares = view.ensemble.endings()
    order = sorted(shares, key=lambda e: -shares[e].p)[:most]
    return [f"“{label_of(done.case, e)}” in {ranged(shares[e], *view.ranges.bounds[e])}" for e in order]


def headline(done: Study) -> str:
    """The first sentences of a run."""
    view = done.views[done.default_view]
    if not view.ensemble.usable:
        return "Too many futures stopped being finite: no probability can be given."
    years = (view.ensemble.until - view.ensemble.start).days / 365.25
    span = f"{years:.0f} year{'s' * (round(years) != 1)}" if years >= 0.95 else f"{12 * years:.0f} months"
    sure = max(high for _, high in view.ranges.bounds.values()) > 0.9
    opening = f"From {day(view)} and {span} ahead" + (":" if sure else ", no ending is certain.")
    rest = ", then ".join(leading(done, view))
    return (
        f"{opening} The likeliest is {rest} of futures. In brackets: the range over the theories."
        if not sure
        else f"{opening} {rest} of futures. In brackets: the range over the theories."
    )


def day(view: ViewResult) -> str:
    """The start of a view as a date in words."""
    start = view.ensemble.start
    return f"{start.day} {start:%B %Y}"


def sublines(done: Study) -> list[str]:
    """What stands under the headline."""
    lines = [
        f"This is the view {done.default_view}: what was claimed by then, pooled. "
        "Sampling error is much smaller than the range over the theories.",
    ]
    counts: dict[str, int] = {}
    judged = fell = 0
    for view in done.views.values():
        for verdict in view.verdicts:
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
            f"Of the {judged} conclusions here that reality has answered, {fell} came out false. "
            "Whether an argument is sound and whether it came true are kept apart."
        )
    return lines


def turned(case: Case, view: ViewResult, most: int = 3) -> list[str]:
    """The theories that matter most for any ending, in words."""
    ranked = []
    for turn in view.ranges.turns:
        ending, (difference, error) = max(turn.differences.items(), key=lambda kv: abs(kv[1][0]))
        if abs(difference) > 3 * error and difference:
            ranked.append(
                (
                    abs(difference),
                    f"{turn.switch} {turn.was} → {turn.to}: {label_of(case, ending)} "
                    f"{100 * difference:+.0f} points (± {100 * 2 * error:.0f})",
                )
            )
    return [text for _, text in sorted(ranked, reverse=True)[:most]]
