"""What can be said of runs that hold no copy of their case: figures beside figures."""

from __future__ import annotations

import math
from typing import Any

from ...case.known import as_of
from ...case.snapshot import load_texts
from ...text.problems import CaseError
from ..comparing.swaps import Moved
from ..running import Runner
from .kept import Kept
from .mixtures import POOLED, fill_view
from .records import Diff, Outcome, figures, no_view, option_changes, options_of, record_of, share_in


def figures_only(out: Diff, view: str) -> None:
    """What can be said of runs that hold no copy of their case: figures beside figures."""
    for kept in (out.then, out.now):
        if kept.texts is None:
            out.notes.append(f"{kept.label}: {kept.lacks}. Which change moved what cannot be said")
    if out.now.record is None:
        assert out.now.texts is not None
        out.now = _run_now(out.then, out.now)
    out.changes = [c for c in option_changes(out.then, out.now)]
    if out.then.digest and out.then.digest == out.now.digest:
        out.notes.append("the files of the case are the same")
    else:
        out.notes.append("the files of the case are not the same")
    common = [v for v in out.then.views if v in out.now.views]
    if view and view not in common:
        raise no_view(view, common)
    if not common:
        out.notes.append("the two have no view in common")
        return
    out.view = view or next((v for v in common if v.startswith(POOLED)), common[0])
    out.same = all(figures(out.then.views[v]) == figures(out.now.views[v]) for v in common)
    one, two = (figures(k.views[out.view]) for k in (out.then, out.now))
    for key in [*two, *(k for k in one if k not in two)]:
        a, b = (share_in(f.get(key), k.options.futures) for f, k in ((one, out.then), (two, out.now)))
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
    options = options_of(then, case)
    runner = Runner(as_of(case, options.known_by) if options.known_by else case, options)
    views: dict[str, Any] = {}
    for name in then.views:
        try:
            filled = fill_view(runner, name)
        except CaseError:
            continue
        ensemble = runner.run(filled)
        views[name] = record_of(runner.case, ensemble)
    record = {"views": views}
    return Kept(now.label, now.case, options, now.version, record, now.texts, digest=case.digest)
