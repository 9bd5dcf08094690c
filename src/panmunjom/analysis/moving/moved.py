"""What moved between two states of a case: changes found, then and now run, each change put back."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from ...case.entries import changes, read_state
from ...case.known import as_of
from ...case.records import Case
from ...case.snapshot import load_texts
from ...engine.kernel import interrupted
from ...futures.ensemble import REFUSE_BAD, Ensemble, paired
from ...text.problems import NOWHERE, CaseError, Problem, nearest
from ..comparing.swaps import Moved
from ..interventions import differing
from ..running import Runner, Tick
from ..why import targets
from .effects import put_back_each
from .figures import figures_only
from .kept import Kept
from .mixtures import POOLED, fill_view
from .records import Diff, Key, Outcome, figures, no_view, option_changes, options_of, record_of

BACK_FUTURES = 2_048
LOOK_FUTURES = 4_096  # of each view, to see in which one most has moved
MOST_FUTURES = 65_536  # of a view then and now
Stage = Callable[[str, float], Tick]
Pair = tuple[Ensemble, Ensemble]


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
        figures_only(out, view)
    else:
        _explained(out, view, of, futures, stage or (lambda what, weight: lambda done: None))
    out.seconds = time.perf_counter() - began
    return out


def _explained(out: Diff, view: str, of: str, futures: int, stage: Stage) -> None:
    """Find the changes, run then and now, put each change back."""
    assert out.then.texts is not None and out.now.texts is not None
    # entries of now have the places that problems of a mixture have; those of then must be told from them
    states = [read_state(out.then.texts, "then"), read_state(out.now.texts, out.now.case)]
    cases = [_loaded(out, k) for k in (out.then, out.now)]
    out.then.options = options_of(out.then, cases[0])
    out.now.options = options_of(out.now, cases[1]) if out.now.record else out.then.options
    out.changes = [*changes(states[0], states[1]), *option_changes(out.then, out.now)]
    if not out.then.told:
        out.notes.append("the run of then does not say its horizon, as-of date and settings: they are taken as not given")
    out.futures = min(out.then.options.futures, out.now.options.futures, MOST_FUTURES)
    names = _views(out, cases)
    if view:
        view = POOLED if view == f"pooled@{cases[1].start}" else view
        if view not in names:
            raise no_view(view, names)
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
        put_back_each(out, states, futures, stage("putting one change back at a time", 0.7))
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
    spans = [f"{e.start} to {e.until}" for e in pair]
    if spans[0] != spans[1]:
        out.notes.append(f"{out.view} ran from {spans[0]} then and runs from {spans[1]} now: what moved is also the time")
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
        given = figures(record_of(case, ensemble))
        if figures(saved) != given:
            out.same = False
            worst = max(abs((figures(saved).get(k, (None,))[0] or 0.0) - (p or 0.0)) for k, (p, _) in given.items())
            out.notes.append(
                f"{kept.label}: this version does not give the saved figures of {name} again: they differ by up to "
                f"{100 * worst:.2g} points, so what moved is measured between two runs of this version"
            )
