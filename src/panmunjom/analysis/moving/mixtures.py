"""The case now with some of its entries as they were, run with the same luck."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ...case.entries import Change, State, places, put_back
from ...case.known import as_of
from ...case.records import Case, Filled
from ...case.snapshot import load_texts
from ...engine.run import Raw
from ...quantities.calendar import parse_date
from ...text.problems import NOWHERE, CaseError, Problem
from ..chain import Target
from ..running import Options, Runner, Tick
from ..why import targets

POOLED = "pooled"
MANY = 40  # changes from which on they are put back file by file
MAX_ROUNDS = 8  # of looking for the entries that must be put back together


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that are put back together: one, or those without which a case would be broken; ``why`` says so."""

    changes: tuple[Change, ...]
    why: str = ""


class Mixtures:
    """Loads and runs mixtures of a case then and now; a mixture is named by the changes that are undone in it."""

    def __init__(self, then: State, now: State, options: tuple[Options, Options], name: str, view: str) -> None:
        self.then, self.now, self.options, self.name, self.view = then, now, options, name, view
        self.every: list[Change] = []  # all changes: undone together they give the case as it was, to the letter

    def option_set(self, undone: Iterable[Change]) -> Options:
        """The options now, with those that are undone as they were."""
        then, now = self.options
        back = {c.key[1][0]: getattr(then, c.key[1][0]) for c in undone if c.kind == "option" and c.key[1][0] in _RUN}
        return replace(now, **back)

    def case(self, undone: Sequence[Change]) -> Case:
        """The case with some entries as they were. Raises ``CaseError`` where that is no case."""
        if undone and {c.key for c in undone} >= {c.key for c in self.every if c.kind not in ("option", "order")}:
            return load_texts(self.then.texts, self.name)
        files = [c for c in undone if c.kind not in ("option", "order")]
        texts, nodes = put_back(self.then, self.now, files)
        return load_texts(texts, self.name, nodes)

    def runner(self, undone: Sequence[Change]) -> tuple[Runner, Filled]:
        """A mixture's world and its view, filled. Raises ``CaseError``."""
        options = self.option_set(undone)
        case = self.case(undone)
        if options.known_by:
            case = as_of(case, options.known_by)
        runner = Runner(case, options)
        return runner, fill_view(runner, self.view)

    def run(self, undone: Sequence[Change], futures: int) -> tuple[Raw, dict[tuple[str, str], Target]]:
        """The futures of a mixture, and its endings and questions by kind and name. Raises ``CaseError``."""
        runner, filled = self.runner(undone)
        ensemble = runner.run(filled, futures=futures)
        return ensemble.raw, {(t.kind, t.name): t for t in targets(runner.case)}


_RUN = ("seed", "until", "known_by", "settings", "switches", "interventions")


def fill_view(runner: Runner, view: str) -> Filled:
    """A view by its name; ``pooled`` is of the case's own start. Raises ``CaseError`` where there is none."""
    case, known = runner.case, runner.options.known_by
    if view == POOLED:
        return runner.fill_pooled(min(case.start, known) if known else case.start)
    name, at, day = view.partition("@")
    if name == POOLED and at:
        return runner.fill_pooled(parse_date(day))
    if view not in case.views:
        raise CaseError([Problem("unknown-view", NOWHERE, f"there is no view '{view}'")])
    return runner.fill(case.views[view])


def grouped(mixtures: Mixtures, changes: Sequence[Change], tick: Tick) -> tuple[list[Group], list[Change]]:
    """Changes in groups each of which can be put back by itself, and those that cannot be put back at all.

    A change whose undoing breaks the case takes those with it in which the errors stand, or whose names they quote; where
    that does not help, the others of its file, then all. More than ``MANY`` changes are put back file by file.
    """
    units = [{k} for k in range(len(changes))]
    if len(changes) > MANY:
        files = dict.fromkeys(c.file for c in changes)
        units = [{k for k, c in enumerate(changes) if c.file == file} for file in files]
    whole: list[tuple[set[int], str]] = []
    lost: set[int] = set()
    for number, unit in enumerate(units, 1):
        chosen, reason = _closed(mixtures, changes, set(unit))
        if chosen:
            whole.append((chosen, reason))
        else:
            lost |= unit
        tick(number / len(units))
    merged: list[tuple[set[int], str]] = []
    for chosen, reason in whole:
        for other in [m for m in merged if m[0] & chosen]:
            chosen, reason = chosen | other[0], other[1] or reason
            merged.remove(other)
        merged.append((chosen, reason))
    taken = {k for chosen, _ in merged for k in chosen}
    groups = [Group(tuple(changes[k] for k in sorted(chosen)), reason) for chosen, reason in merged]
    return sorted(groups, key=lambda g: changes.index(g.changes[0])), [changes[k] for k in sorted(lost - taken)]


def _closed(mixtures: Mixtures, changes: Sequence[Change], chosen: set[int]) -> tuple[set[int], str]:
    """Changes with those that they only go together with, and why; none where nothing helps."""
    reason = ""
    for step in range(MAX_ROUNDS):
        try:
            mixtures.runner([changes[k] for k in sorted(chosen)])
            return chosen, reason
        except CaseError as error:
            more = _companions(changes, chosen, error.problems, step)
            reason = reason or error.problems[0].message
            if not more:
                break
            chosen |= more
    return set(), reason


def _companions(changes: Sequence[Change], chosen: set[int], problems: list[Problem], step: int) -> set[int]:
    """Other changes that a broken case asks for."""
    left = [k for k in range(len(changes)) if k not in chosen]
    where = {(p.place.source.name, p.place.line) for p in problems}
    told = " ".join(p.message for p in problems)
    found = {k for k in left if places(changes[k]) & where or any(f"'{n}" in told for n in _names(changes[k]))}
    if not found or step >= MAX_ROUNDS - 3:
        files = {changes[k].file for k in chosen}
        found = {k for k in left if changes[k].file in files} or set(left)
    return found


def _names(change: Change) -> set[str]:
    """By what names a message may speak of an entry."""
    return {change.key[1][-1], change.name} if change.key[1] else {change.name}

