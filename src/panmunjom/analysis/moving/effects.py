"""What each change moved: the case now against the case with it as it was, and shares of the whole."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...case.entries import Change, State
from ...engine.run import Raw
from ...futures.ensemble import REFUSE_BAD, paired
from ...text.problems import CaseError
from ..chain import Target
from ..comparing.shapley import shapley
from ..comparing.swaps import Answers, Moved, moved
from ..interventions import differing
from ..running import Tick
from .mixtures import MANY, Group, Mixtures, grouped
from .records import Diff, Effect, Part

MOST = 5  # groups of changes whose contributions are found over all subsets: each of the 2^5 cases is loaded and filled anew
REST = "the rest"


def put_back_each(out: Diff, states: Sequence[State], futures: int, tick: Tick) -> None:
    """The effect of each change, and contributions over all subsets where they are few."""
    then, now = states
    options = (out.then.options, out.now.options)
    mixtures = Mixtures(then, now, options, out.now.case, out.view)
    mixtures.every = [c for c in out.changes if c.kind != "order"]
    usable = [c for c in out.changes if _may_move(c)]
    futures = out.back_futures = min(futures, out.futures)
    base, own = mixtures.run([], futures)
    targets = [own[o.key] for o in out.outcomes if o.moved and o.key in own]
    groups, out.lost = grouped(mixtures, usable, lambda done: tick(0.2 * done))
    if len(usable) > MANY:
        out.notes.append(f"there are {len(usable)} changes that could count: they are put back file by file")
    try:
        for number, group in enumerate(groups):
            out.effects.append(effect_of(mixtures, group, base, targets, futures))
            tick(0.2 + 0.4 * (number + 1) / len(groups))
    finally:  # also where Ctrl-C left only some of them
        out.effects.sort(key=lambda e: -abs(e.by[out.target].difference) if out.target in e.by else 0.0)
    _contributions(out, mixtures, base, targets, futures, lambda done: tick(0.6 + 0.4 * done))


def _may_move(change: Change) -> bool:
    """Whether a change can have a part in a run: phrases and mechanisms are for other commands."""
    return change.kind not in ("phrase", "mechanism", "order") and not (
        change.kind == "option" and change.key[1][0] in ("futures", "version")
    )


def effect_of(mixtures: Mixtures, group: Group, base: Raw, targets: list[Target], futures: int) -> Effect:
    """The case now against the case with a group of entries as they were."""
    raw, found = mixtures.run(group.changes, futures)
    effect = Effect(group)
    fine = np.isnan(base.bad) & np.isnan(raw.bad)
    if 1 - fine.mean() > REFUSE_BAD:
        effect.refused = f"put back, {1 - fine.mean():.0%} of the futures stop being finite"
        return effect
    for target in targets:
        other = found.get((target.kind, target.name))
        if other is not None:
            change, error = paired(other.flags(raw)[fine], target.flags(base)[fine], base.points[fine])
            effect.by[target.name] = Moved(change, error)
    shaped = base.first.shape == raw.first.shape and base.final.shape == raw.final.shape
    effect.changed = float(differing(base, raw).mean()) if shaped else 1.0
    return effect


def _contributions(
    out: Diff, mixtures: Mixtures, base: Raw, targets: list[Target], futures: int, tick: Tick
) -> None:
    """Shapley values of the groups of changes: those that move something, the most effective first, all others as one."""
    numbers = list(range(len(out.effects)))
    if not numbers:
        return
    active = [k for k in numbers if out.effects[k].changed]
    idle = [k for k in numbers if k not in active]
    players: list[tuple[int, ...]] = [(k,) for k in active[: MOST if len(active) <= MOST and not idle else MOST - 1]]
    rest = [*active[len(players) :], *idle]
    if rest:
        players.append(tuple(rest))
    answers = Answers(1 << len(players), targets, futures)
    full = (1 << len(players)) - 1
    for subset in range(1 << len(players)):  # bit k: the change is made; with none made the case is as it was
        undone = [c for k, p in enumerate(players) if not subset >> k & 1 for e in p for c in out.effects[e].group.changes]
        try:
            raw, found = (base, None) if subset == full else mixtures.run(undone, futures)
        except CaseError as error:
            out.notes.append(f"some changes only go together, so no shares of the whole are given: {error.problems[0].message}")
            return
        answers.take(subset, raw, [found[t.kind, t.name] for t in targets] if found else None)
        tick((subset + 1) / (1 << len(players)))
    if answers.worst > REFUSE_BAD:
        out.notes.append("no shares of the whole are given: in a mixture too many futures stopped being finite")
        return
    means = answers.means()
    out.whole = moved(means[-1] - means[0], targets)
    values = shapley(means)
    for k, player in enumerate(players):
        name = out.effects[player[0]].group.changes[0].name if len(player) == 1 else REST
        out.parts.append(Part(name, player, moved(values[k], targets)))
    if any(c.kind == "order" for c in out.changes) or out.lost:
        out.unexplained = True

