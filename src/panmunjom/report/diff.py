"""What moved between two runs, as a record and in sentences."""

from __future__ import annotations

from typing import Any

from panmunjom import __version__
from panmunjom.analysis.comparing.chance import ERRORS, beyond
from panmunjom.analysis.comparing.swaps import Moved
from panmunjom.analysis.moving.records import Diff, Effect
from panmunjom.case.entries import Change
from panmunjom.futures.ensemble import Share
from panmunjom.report.words import count, difference, finite, shortened

Json = dict[str, Any]
LONG = 60  # characters of a text before and after
MOST_FIELDS = 4
BEFORE = 12  # characters shown before the first that differs


def record(done: Diff) -> Json:
    """All that is printed, as JSON has it; ``se`` are standard errors."""
    return {
        "then": _side(done.then),
        "now": _side(done.now),
        "changes": [change_record(c) for c in done.changes],
        "same": done.same,
        "view": done.view or None,
        "of": done.target or None,
        "outcomes": [
            {
                "kind": o.key[0],
                "name": o.key[1],
                "label": o.label,
                "then": _share(o.then),
                "now": _share(o.now),
                "moved": _moved(o.moved),
                "paired": o.paired,
            }
            for o in done.outcomes
        ],
        "marks": marks_sentence(done) if done.outcomes else None,
        "views": {name: {"of": of, **(_moved(m) or {})} for name, (of, m) in done.elsewhere.items()},
        "effects": [_effect(e) for e in done.effects],
        "cannot_be_put_back": [c.name for c in done.lost],
        "shares": [
            {
                "name": p.name,
                "holds": [c.name for k in p.holds for c in done.effects[k].group.changes],
                "of_all": {name: _moved(m) for name, m in p.by.items()},
            }
            for p in done.parts
        ],
        "whole": {name: _moved(m) for name, m in done.whole.items()},
        "futures": done.futures,
        "back_futures": done.back_futures,
        "complete": done.complete,
        "notes": done.notes,
        "version": __version__,
        "seconds": round(done.seconds, 1),
    }


def _side(kept: Any) -> Json:
    return {
        "label": kept.label,
        "case": kept.case,
        "case_hash": kept.digest or None,
        "version": kept.version,
        "run": kept.record is not None,
        "has_case": kept.texts is not None,
    }


def change_record(change: Change) -> Json:
    """A change with what differs inside it."""
    return {
        "kind": change.kind,
        "name": change.name,
        "file": change.file,
        "how": change.how,
        "fields": [{"field": f, "then": a, "now": b} for f, a, b in change.fields],
        "rows": max(max(b - a, d - c) for a, b, c, d in change.rows) if change.rows else None,
    }


def _effect(effect: Effect) -> Json:
    return {
        "changes": [c.name for c in effect.group.changes],
        "kinds": [c.kind for c in effect.group.changes],
        "together_because": effect.group.why or None,
        "changed": effect.changed,
        "refused": effect.refused or None,
        "moved": {name: _moved(m) for name, m in effect.by.items()},
    }


def _share(share: Share | None) -> Json | None:
    return None if share is None else {"p": finite(share.p), "se": finite(share.se), "futures": share.futures}


def _moved(moved: Moved | None) -> Json | None:
    if moved is None:
        return None
    return {"difference": finite(moved.difference), "se": finite(moved.se), "clear": moved.clear}


def headline(done: Diff) -> str:
    """What moved most, in a sentence."""
    if not done.changes and done.same:
        return "Nothing has changed, and the results are the same to the bit."
    said = counted(done.changes)
    if done.same:
        return f"{said}; the results in {done.view} are the same to the bit."
    target = next((o for o in done.outcomes if o.key[1] == done.target), None)
    if target is None or target.moved is None:
        return f"{said}."
    told = difference(target.moved.difference, target.moved.se)
    if not target.moved.clear:
        return f"{said}; nothing moves by more than its error in {done.view} (most: {target.label}, {told})."
    return f"{said}; what moved most in {done.view} is {target.label}: {told}."


def marks_sentence(done: Diff) -> str:
    """How many outcomes are marked, and how many chance alone would mark."""
    alive = [o.moved for o in done.outcomes if o.moved and (o.moved.se > 0 or o.moved.difference)]
    by_chance = len(alive) * beyond(ERRORS)
    return (
        f"* beyond two errors: {sum(m.clear for m in alive)} of {len(alive)}; chance alone would mark about {by_chance:.1f}. "
        f"Errors are {'paired: same points, same luck' if all(o.paired for o in done.outcomes) else 'those of independent runs'}."
    )


def counted(changes: list[Change]) -> str:
    """``2 claims, 1 equation changed``."""
    if not changes:
        return "Nothing has changed in the case"
    kinds: dict[str, int] = {}
    for change in changes:
        kinds[change.kind] = kinds.get(change.kind, 0) + 1
    plural = {"series": "series", "case": "entries of case.yaml", "data": "rows of data", "pooling": "rules of pooling"}
    said = [
        f"{n} {plural[kind]}" if kind in plural and n != 1 else count(n, _WORDS.get(kind, kind))
        for kind, n in kinds.items()
    ]
    return f"{', '.join(said)} changed"


_WORDS = {
    "case": "entry of case.yaml", "data": "row of data", "view": "setting of a view", "pooling": "rule of pooling",
    "order": "order of entries",
}  # fmt: skip


def change_lines(change: Change) -> list[str]:
    """A change in a line or a few: what, where, and each field then and now."""
    head = f"{change.kind} {change.name} {change.how}"
    if change.rows and not change.fields:
        a, b, c, d = change.rows[0]
        return [f"{head} ({b - a} rows then, {d - c} now)"]
    if change.how != "changed":
        return [head]
    out = [head]
    for field, was, now in change.fields[:MOST_FIELDS]:
        then, new = apart(was, now)
        out.append(f"  {field}: {then} → {new}" if field else f"  {then} → {new}")
    if len(change.fields) > MOST_FIELDS:
        out.append(f"  and {len(change.fields) - MOST_FIELDS} more")
    return out


def apart(was: str | None, now: str | None) -> tuple[str, str]:
    """Two texts cut to what differs, with a little of what stands before it; ``(nothing)`` for None."""
    one, two = (" ".join(v.split()) if v is not None else None for v in (was, now))
    if one is None or two is None:
        return tuple("(nothing)" if v is None else shortened(v, LONG) for v in (one, two))  # type: ignore[return-value]
    if max(len(one), len(two)) <= LONG:
        return one, two
    same = next((k for k, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    begin = one.rfind(" ", 0, max(0, same - BEFORE)) + 1
    lead = "…" if begin else ""
    return lead + shortened(one[begin:], LONG), lead + shortened(two[begin:], LONG)
