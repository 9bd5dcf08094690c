"""What moved between two states of a case, and how much of it each change moved."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...case.entries import Change, State, changes, read_state
from ...case.known import as_of
from ...case.records import Case
from ...case.snapshot import load_texts
from ...engine.kernel import interrupted
from ...engine.run import Raw
from ...futures.ensemble import REFUSE_BAD, Ensemble, Share, paired
from ...text.problems import NOWHERE, CaseError, Problem, nearest
from ..chain import Target
from ..comparing.shapley import shapley
from ..comparing.swaps import Answers, Moved, moved
from ..interventions import differing
from ..running import Options, Runner, Tick
from ..why import targets
from .kept import Kept, option_record, read_options
from .mixtures import MANY, POOLED, Group, Mixtures, fill_view, grouped

BACK_FUTURES = 2_048
LOOK_FUTURES = 4_096  # of each view, to see in which one most has moved
MOST_FUTURES = 65_536  # of a view then and now
MOST = 5  # groups of changes whose contributions are found over all subsets: each of the 2^5 cases is loaded and filled anew
REST = "the rest"
Stage = Callable[[str, float], Tick]
Key = tuple[str, str]


@dataclass(slots=True)
class Outcome:
    """An ending or question then and now. ``paired``: the difference is between the same futures with the same luck."""

    key: Key
    label: str
    then: Share | None
    now: Share | None
    moved: Moved | None = None
    paired: bool = True


@dataclass(slots=True)
class Effect:
    """What a group of changes moved: now, minus now with these entries as they were.

    changed  share of futures in which anything recorded differs; None where the run was refused or not made
    """

    group: Group
    by: dict[str, Moved] = field(default_factory=dict)
    changed: float | None = None
    refused: str = ""


@dataclass(slots=True)
class Part:
    """A contribution to the whole (Shapley value); ``holds`` are numbers of effects."""

    name: str
    holds: tuple[int, ...]
    by: dict[str, Moved]


@dataclass(slots=True)
class Diff:
    """The result of ``panmunjom diff``.

    same     whether the figures are the same to the bit; None where that could not be seen
    elsewhere  view -> the outcome that moved most in it, and by how much
    """

    then: Kept
    now: Kept
    changes: list[Change]
    same: bool | None = None
    view: str = ""
    target: str = ""
    outcomes: list[Outcome] = field(default_factory=list)
    elsewhere: dict[str, tuple[str, Moved]] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    lost: list[Change] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    whole: dict[str, Moved] = field(default_factory=dict)
    unexplained: bool = False  # the entries put back together do not give the case as it was: their order counts
    futures: int = 0
    back_futures: int = 0
    notes: list[str] = field(default_factory=list)
    complete: bool = True
    seconds: float = 0.0

    def __repr__(self) -> str:
        return f"<Diff of {self.then.label} and {self.now.label}: {len(self.changes)} changes>"


def diff(
    then: Kept, now: Kept, view: str = "", of: str = "", futures: int = BACK_FUTURES, stage: Stage | None = None
) -> Diff:
    """What moved from ``then`` to ``now``.

    Args:
        view: in which view it is looked at; by default the pooled one, or where nothing moves in that the one that moves most.
        of: the ending or question by which changes are ranked; by default the one that moved most.
        futures: for each entry that is put back.

    Raises:
        CaseError: for cases that cannot be read, unknown views and outcomes.
    """
    began = time.perf_counter()
    out = Diff(then, now, [])
    if then.case != now.case:
        out.notes.append(f"the two are of different cases, '{then.case}' and '{now.case}'")
    if then.texts is None or now.texts is None:
        _figures_only(out, view)
    else:
        _explained(out, view, of, futures, stage or (lambda what, weight: lambda done: None))
    out.seconds = time.perf_counter() - began
    return out


# without a copy of the case


def _figures_only(out: Diff, view: str) -> None:
    """What can be said of runs that hold no copy of their case: figures beside figures."""
    for kept in (out.then, out.now):
        if kept.texts is None:
            out.notes.append(f"{kept.label}: {kept.lacks}. Which change moved what cannot be said")
    if out.now.record is None:
        assert out.now.texts is not None
        out.now = _run_now(out.then, out.now)
    out.changes = [c for c in _option_changes(out.then, out.now)]
    if out.then.digest and out.then.digest == out.now.digest:
        out.notes.append("the files of the case are the same")
    else:
        out.notes.append("the files of the case are not the same")
    common = [v for v in out.then.views if v in out.now.views]
    if view and view not in common:
        raise _no_view(view, common)
    if not common:
        out.notes.append("the two have no view in common")
        return
    out.view = view or next((v for v in common if v.startswith(POOLED)), common[0])
    out.same = all(_figures(out.then.views[v]) == _figures(out.now.views[v]) for v in common)
    one, two = (_figures(k.views[out.view]) for k in (out.then, out.now))
    for key in [*two, *(k for k in one if k not in two)]:
        a, b = (_share(f.get(key), k.options.futures) for f, k in ((one, out.then), (two, out.now)))
        found = Outcome(key, key[1].replace("_", " "), a, b, paired=False)
        if a and b:
            found.moved = Moved(b.p - a.p, 0.0 if out.same else math.hypot(a.se, b.se))
        out.outcomes.append(found)
    if out.outcomes and any(o.moved for o in out.outcomes):
        out.target = max((o for o in out.outcomes if o.moved), key=lambda o: abs(o.moved.difference)).key[1]  # type: ignore[union-attr]


def _run_now(then: Kept, now: Kept) -> Kept:
    """A case as it is now, run with the options of a run as far as that tells them."""
    assert now.texts is not None
    case = load_texts(now.texts, now.case)
    options = _options_of(then, case)
    runner = Runner(as_of(case, options.known_by) if options.known_by else case, options)
    views: dict[str, Any] = {}
    for name in then.views:
        try:
            filled = fill_view(runner, name)
        except CaseError:
            continue
        ensemble = runner.run(filled)
        views[name] = _record_of(runner.case, ensemble)
    record = {"views": views}
    return Kept(now.label, now.case, options, now.version, record, now.texts, digest=case.digest)


def _record_of(case: Case, ensemble: Ensemble) -> dict[str, Any]:
    """A view's shares as a run's record has them."""
    endings, questions = ensemble.endings(), ensemble.questions(list(case.questions))
    return {
        kind: {name: {"p": s.p, "se": s.se} for name, s in found.items()}
        for kind, found in (("endings", endings), ("questions", questions))
    }


def _figures(view: dict[str, Any]) -> dict[Key, tuple[float | None, float | None]]:
    """Shares and errors of a record, by kind and name."""
    found: dict[Key, tuple[float | None, float | None]] = {}
    for kind, name in (("ending", "endings"), ("question", "questions")):
        for outcome, values in dict(view.get(name) or {}).items():
            found[kind, outcome] = (values.get("p"), values.get("se"))
    return found


def _share(found: tuple[float | None, float | None] | None, futures: int) -> Share | None:
    if found is None or found[0] is None:
        return None
    return Share(found[0], found[1] if found[1] is not None else math.nan, round(found[0] * futures), futures)


# with both cases at hand


def _explained(out: Diff, view: str, of: str, futures: int, stage: Stage) -> None:
    """Find the changes, run then and now, put each change back."""
    assert out.then.texts is not None and out.now.texts is not None
    # entries of now have the places that problems of a mixture have; those of then must be told from them
    states = [read_state(out.then.texts, "then"), read_state(out.now.texts, out.now.case)]
    cases = [_loaded(out, k) for k in (out.then, out.now)]
    out.then.options = _options_of(out.then, cases[0])
    out.now.options = _options_of(out.now, cases[1]) if out.now.record else out.then.options
    out.changes = [*changes(states[0], states[1]), *_option_changes(out.then, out.now)]
    if not out.then.told:
        out.notes.append("the run of then does not say its horizon, as-of date and settings: they are taken as not given")
    out.futures = min(out.then.options.futures, out.now.options.futures, MOST_FUTURES)
    names = _views(out, cases)
    if view:
        view = POOLED if view == f"pooled@{cases[1].start}" else view
        if view not in names:
            raise _no_view(view, names)
    tick = stage("running the case as it was and as it is", 0.3)
    pairs = _look(out, cases, [view] if view else names, tick)
    out.view = view or _most_moved(out, names)
    own = pairs[out.view]
    if len(own[0].raw.points) < out.futures:
        own = _look(out, cases, [out.view], lambda done: None)[out.view]
    _compare(out, cases, own, of)
    _again(out, cases, own)
    if not out.changes:
        return
    try:
        _put_back(out, states, futures, stage("putting one change back at a time", 0.7))
    except BaseException as error:
        if not interrupted(error):
            raise
        out.complete = False


def _loaded(out: Diff, kept: Kept) -> Case:
    """A case from its texts; whether it is the one that was run is said."""
    assert kept.texts is not None
    case = load_texts(kept.texts, kept.case)
    if kept.digest and case.digest != kept.digest:
        out.notes.append(f"{kept.label}: its copy of the case is not the case that was run (another hash)")
    kept.digest = case.digest
    return case


def _options_of(kept: Kept, case: Case) -> Options:
    """What a run was given; for an old one what it says of that."""
    if kept.record is None or not isinstance(kept.record.get("options"), dict):
        return kept.options
    return read_options(kept.record["options"], set(case.built.world.switches))


def _option_changes(then: Kept, now: Kept) -> list[Change]:
    """Options and the program's version as changes."""
    one, two = option_record(then.options), option_record(now.options)
    for record, kept in ((one, then), (two, now)):
        record["switches"] = dict(kept.options.switches)
        record["set"] = {k: v for k, v in record["set"].items() if k not in kept.options.switches}
    names = {"as_of": "known_by", "set": "settings", "do": "interventions"}
    found = []
    for name in one:
        if one[name] != two[name]:
            fields = ((name, _told(one[name]), _told(two[name])),)
            found.append(Change(("options", (names.get(name, name),)), "option", f"option {name}", fields=fields))
    if then.version != now.version:
        fields = (("version", then.version, now.version),)
        found.append(Change(("options", ("version",)), "option", "program version", fields=fields))
    return found


def _told(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k}={v}" for k, v in value.items()) or "none"
    return (", ".join(map(str, value)) or "none") if isinstance(value, list) else "none" if value is None else str(value)


def _views(out: Diff, cases: Sequence[Case]) -> list[str]:
    """Views that both have, the pooled one first; of two runs, those that both ran."""
    ran = [k for k in (out.then, out.now) if k.record]
    own = [
        {POOLED if v == f"pooled@{case.start}" else v for v in kept.views}
        for kept, case in zip((out.then, out.now), cases, strict=True)
        if kept.record
    ]
    names = [POOLED, *(v for v in out.then.views if v != f"pooled@{cases[0].start}")] if ran else [POOLED, *cases[0].views]
    there = [n for n in names if n == POOLED or "@" in n or all(n in c.views for c in cases)]
    return [n for n in there if all(n in views for views in own)]


def _no_view(view: str, names: Sequence[str]) -> CaseError:
    message = f"the view '{view}' is not in both"
    hint = nearest(view, names) or f"Both have {', '.join(names)}."
    return CaseError([Problem("unknown-view", NOWHERE, message, hint)])


Pair = tuple[Ensemble, Ensemble]


def _look(out: Diff, cases: Sequence[Case], todo: list[str], tick: Tick) -> dict[str, Pair]:
    """Run views of both cases; the first of them with all futures, the others to see what moves in them."""
    runners = [
        Runner(as_of(c, k.options.known_by) if k.options.known_by else c, k.options)
        for c, k in zip(cases, (out.then, out.now), strict=True)
    ]
    found: dict[str, Pair] = {}
    for number, name in enumerate(todo):
        futures = out.futures if name in (POOLED, todo[0]) else min(LOOK_FUTURES, out.futures)
        try:
            pair = [r.run(fill_view(r, name), futures=futures) for r in runners]
        except CaseError as error:
            out.notes.append(f"{name} cannot be run in both: {error.problems[0].message}")
            continue
        found[name] = (pair[0], pair[1])
        tick((number + 1) / len(todo))
        moves = {o.key[1]: o.moved for o in _outcomes(cases, found[name]) if o.moved}
        if moves:
            first = max(moves, key=lambda n: (moves[n].clear, abs(moves[n].difference)))
            out.elsewhere[name] = (first, moves[first])
    if not found:
        raise CaseError([Problem("unknown-view", NOWHERE, "no view of the run can be run in both cases")])
    return found


def _most_moved(out: Diff, names: list[str]) -> str:
    """The pooled view, or where nothing moves beyond its error there, the view in which most has moved."""
    first = next(n for n in names if n in out.elsewhere or n == names[-1])
    if first in out.elsewhere and out.elsewhere[first][1].clear:
        return first
    return max(out.elsewhere, key=lambda n: (out.elsewhere[n][1].clear, abs(out.elsewhere[n][1].difference)), default=first)


def _outcomes(cases: Sequence[Case], pair: Pair) -> list[Outcome]:
    """Endings and questions of a view then and now; differences where both have them, paired by future."""
    then, now = ({(t.kind, t.name): t for t in targets(c)} for c in cases)
    a, b = pair
    if not (a.usable and b.usable):
        return []
    both = a.fine & b.fine
    found = []
    for key in [*now, *(k for k in then if k not in now)]:
        case = cases[1] if key in now else cases[0]
        label = _label(case, key)
        was, new = then.get(key), now.get(key)
        one = was.share(a) if was else None
        two = new.share(b) if new else None
        outcome = Outcome(key, label, one, two)
        if was and new:
            outcome.moved = Moved(*paired(was.flags(a.raw)[both], new.flags(b.raw)[both], a.raw.points[both]))
        found.append(outcome)
    return found


def _label(case: Case, key: Key) -> str:
    declared = case.built.world.endings.get(key[1]) if key[0] == "ending" else None
    return declared.label if declared is not None and declared.label else key[1].replace("_", " ")


def _compare(out: Diff, cases: Sequence[Case], pair: Pair, of: str) -> None:
    """The chosen view then and now."""
    out.futures = len(pair[0].raw.points)
    out.outcomes = _outcomes(cases, pair)
    if not out.outcomes:
        out.notes.append(f"{out.view}: over {REFUSE_BAD:.0%} of the futures stopped being finite: nothing is compared")
        return
    moving = {o.key[1]: o.moved for o in out.outcomes if o.moved}
    if of:
        wanted = of.strip().casefold().replace(" ", "_")
        out.target = next((n for n in moving if n.casefold() == wanted), "") or next(
            (o.key[1] for o in out.outcomes if o.label.casefold() == of.strip().casefold() and o.moved), ""
        )
        if not out.target:
            problem = Problem("unknown-name", NOWHERE, f"--of: both have no ending and no question '{of}'", nearest(of, moving))
            raise CaseError([problem])
    elif moving:
        out.target = max(moving, key=lambda n: (moving[n].clear, abs(moving[n].difference)))
    one, two = pair[0].raw, pair[1].raw
    alike = one.final.shape == two.final.shape and one.first.shape == two.first.shape and all(o.moved for o in out.outcomes)
    out.same = bool(alike and not differing(one, two).any())


def _again(out: Diff, cases: Sequence[Case], pair: Pair) -> None:
    """Whether what a run saved is what this version gives for it."""
    for kept, case, ensemble in zip((out.then, out.now), cases, pair, strict=True):
        name = f"pooled@{case.start}" if out.view == POOLED else out.view
        saved = kept.views.get(name)
        if saved is None or len(ensemble.raw.points) != kept.options.futures:
            continue
        given = _figures(_record_of(case, ensemble))
        if _figures(saved) != given:
            out.same = False
            worst = max(abs((_figures(saved).get(k, (None,))[0] or 0.0) - (p or 0.0)) for k, (p, _) in given.items())
            out.notes.append(
                f"{kept.label}: this version does not give the saved figures of {name} again: they differ by up to "
                f"{100 * worst:.2g} points, so what moved is measured between two runs of this version"
            )


def _put_back(out: Diff, states: Sequence[State], futures: int, tick: Tick) -> None:
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
            out.effects.append(_effect(mixtures, group, base, targets, futures))
            tick(0.2 + 0.4 * (number + 1) / len(groups))
    finally:  # also where Ctrl-C left only some of them
        out.effects.sort(key=lambda e: -abs(e.by[out.target].difference) if out.target in e.by else 0.0)
    _contributions(out, mixtures, base, targets, futures, lambda done: tick(0.6 + 0.4 * done))


def _may_move(change: Change) -> bool:
    """Whether a change can have a part in a run: phrases are for reading articles, a number of futures draws no others."""
    return change.kind not in ("phrase", "order") and not (
        change.kind == "option" and change.key[1][0] in ("futures", "version")
    )


def _effect(mixtures: Mixtures, group: Group, base: Raw, targets: list[Target], futures: int) -> Effect:
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


__all__ = ["Diff", "Effect", "Outcome", "Part", "diff"]
