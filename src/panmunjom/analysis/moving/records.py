"""The result of ``panmunjom diff``, and what a run's record says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ...case.entries import Change
from ...case.records import Case
from ...futures.ensemble import Ensemble, Share
from ...text.problems import NOWHERE, CaseError, Problem, nearest
from ..comparing.swaps import Moved
from ..running import Options
from .kept import Kept, option_record, read_options
from .mixtures import Group

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


def record_of(case: Case, ensemble: Ensemble) -> dict[str, Any]:
    """A view's shares as a run's record has them."""
    endings, questions = ensemble.endings(), ensemble.questions(list(case.questions))
    return {
        kind: {name: {"p": s.p, "se": s.se} for name, s in found.items()}
        for kind, found in (("endings", endings), ("questions", questions))
    }


def figures(view: dict[str, Any]) -> dict[Key, tuple[float | None, float | None]]:
    """Shares and errors of a record, by kind and name."""
    found: dict[Key, tuple[float | None, float | None]] = {}
    for kind, name in (("ending", "endings"), ("question", "questions")):
        for outcome, values in dict(view.get(name) or {}).items():
            found[kind, outcome] = (values.get("p"), values.get("se"))
    return found


def share_in(found: tuple[float | None, float | None] | None, futures: int) -> Share | None:
    if found is None or found[0] is None:
        return None
    return Share(found[0], found[1] if found[1] is not None else math.nan, round(found[0] * futures), futures)


def options_of(kept: Kept, case: Case) -> Options:
    """What a run was given; for an old one what it says of that."""
    if kept.record is None or not isinstance(kept.record.get("options"), dict):
        return kept.options
    return read_options(kept.record["options"], set(case.built.world.switches))


def option_changes(then: Kept, now: Kept) -> list[Change]:
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


def no_view(view: str, names: Sequence[str]) -> CaseError:
    message = f"the view '{view}' is not in both"
    hint = nearest(view, names) or f"Both have {', '.join(names)}."
    return CaseError([Problem("unknown-view", NOWHERE, message, hint)])
