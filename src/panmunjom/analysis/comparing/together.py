"""The comparison as a whole: columns are run, differences from the first marked, and for two views of one world explained."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from ...case.records import Case
from ...engine import memory
from ...engine.kernel import interrupted
from ...engine.run import CHUNK
from ...futures.ensemble import REFUSE_BAD, WARN_BAD, Share, paired
from ...text.problems import CaseError, Problem, Problems
from ..chain import Target
from ..running import Options, Tick
from ..switches import SWITCH_FUTURES, first, turned_runs, turns
from ..why import find, targets
from .chance import ERRORS, beyond, chance_of, sure
from .sides import Asked, Lineup, Side, line_up
from .swaps import SWAP_FUTURES, Parts, parts

MANY = "Take fewer columns or futures."
Stage = Callable[[str, float], Tick]
Key = tuple[str, str]  # ending or question, and its name


@dataclass(frozen=True, slots=True)
class Difference:
    """A column against the reference in one outcome (column minus reference).

    paired  the error comes from the same futures with the same luck; else both errors are added as independent ones
    mark    empty, ``*`` beyond two errors, ``**`` beyond chance also when all comparisons are counted
    """

    difference: float
    se: float
    paired: bool
    chance: float
    mark: str = ""


@dataclass(slots=True)
class Comparison:
    """The result of ``panmunjom compare``: columns by outcomes.

    outcomes     endings, then questions, of all columns in their order: what only some have is not in the others' targets
    differences  a dictionary for each column but the reference (the first, whose dictionary is empty)
    """

    options: Options
    lineup: Lineup
    outcomes: list[Key]
    differences: list[dict[Key, Difference]]
    parts: Parts | None = None
    no_parts: str = ""  # why nothing says what makes the difference
    theory_futures: int = 0
    complete: bool = True
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<Comparison of {', '.join(s.label for s in self.sides)}: {self.marked} of {self.compared} differences marked>"

    @property
    def sides(self) -> list[Side]:
        """The columns, the reference first."""
        return self.lineup.sides

    def share(self, side: Side, key: Key) -> Share | None:
        """How often an outcome came out in a column; None where its case does not have it or nothing may be said."""
        target = targets_of(side).get(key)
        return target.share(side.ensemble) if target is not None and side.ensemble.usable else None

    @property
    def compared(self) -> int:
        """How many comparisons could have been marked: those in which something happened in either column."""
        return sum(1 for column in self.differences for d in column.values() if d.se > 0 or d.difference)

    @property
    def marked(self) -> int:
        """How many comparisons are marked."""
        return sum(1 for column in self.differences for d in column.values() if d.mark)

    @property
    def by_chance(self) -> float:
        """How many marks chance alone would give if no column differed from the reference."""
        return self.compared * beyond(ERRORS)


def compare(
    asked: Sequence[Asked],
    cases: dict[str, Case],
    options: Options,
    picks: Sequence[str] = (),
    start: date | None = None,
    of: str = "",
    theories: bool = True,
    swap_futures: int = SWAP_FUTURES,
    stage: Stage | None = None,
) -> Comparison:
    """Run columns side by side. ``cases`` by the names that ``asked`` has.

    Args:
        picks: views of a case that is asked for without one.
        start: of all columns; by default the latest of their own.
        of: the ending or question whose difference between two views is explained; by default the one that differs most.
        theories: run each column also with each theory turned alone, for the range.
        swap_futures: futures for each mixture of two views; 0 explains nothing.

    Raises:
        CaseError: with every problem of the call.
        KeyboardInterrupt: where Ctrl-C came before two columns were finished.
    """
    began = time.perf_counter()
    lineup = line_up(asked, cases, options, picks, start)
    sides = lineup.sides
    chosen = _named(sides, of) if of else None
    memory.require(max((s.case.built.graph for s in sides), key=lambda g: len(g.slots)), options.futures, CHUNK, len(sides), MANY)
    two = len(sides) == 2 and swap_futures > 0
    weight = (0.4 if two else 1.0) / len(sides)
    done: list[Side] = []
    complete = True
    for side in sides:
        try:
            run_side(side, theories, stage, weight)
        except BaseException as error:
            if not interrupted(error):
                raise
            complete = False
            if hasattr(side, "ensemble"):  # only its range over the theories is missing
                done.append(side)
            break
        done.append(side)
    if len(done) < 2:
        raise KeyboardInterrupt
    lineup.sides = done
    out = Comparison(options, lineup, _outcomes(done), [], complete=complete)
    out.theory_futures = min(SWITCH_FUTURES, options.futures) if theories else 0
    out.differences = [{}, *(_differences(done[0], side) for side in done[1:])]
    _mark(out)
    if two and complete:
        _explain(out, chosen, swap_futures, stage("swapping one thing at a time", 0.6) if stage else None)
    elif len(sides) == 2:
        out.no_parts = "it was not asked for" if complete else "the run was stopped"
    out.notes = [*lineup.notes, *_warnings(out)]
    out.seconds = time.perf_counter() - began
    return out


def targets_of(side: Side) -> dict[Key, Target]:
    """What a column has, by kind and name."""
    return {(t.kind, t.name): t for t in targets(side.case)}


def run_side(side: Side, theories: bool, stage: Stage | None, weight: float) -> None:
    """Run a column, and each theory of it turned alone."""
    tick = stage(f"running {side.label}", weight * (0.4 if theories else 1.0)) if stage else None
    side.ensemble = side.runner.run(side.filled, tick=tick)
    if theories and side.ensemble.usable:
        theory_ranges(side, stage(f"turning theories in {side.label}", 0.6 * weight) if stage else None)


def theory_ranges(side: Side, tick: Tick | None) -> None:
    """The lowest and highest share of every outcome as each theory is turned alone, with the same luck."""
    futures = min(SWITCH_FUTURES, len(side.ensemble.raw.points))
    base, found = first(side.ensemble, futures).raw, targets_of(side)
    shares = {key: target.share(side.ensemble).p for key, target in found.items()}
    ranges = {key: (p, p) for key, p in shares.items()}
    todo = turns(side.case, side.filled.switches)
    for number, ((switch, to), other) in enumerate(turned_runs(side.runner, side.filled, todo, futures), 1):
        fine = np.isnan(base.bad) & np.isnan(other.bad)
        if float((~np.isnan(other.bad)).mean()) > REFUSE_BAD:
            side.refused.append(f"{switch} to {to}")
            continue
        for key, target in found.items():
            change, _ = paired(target.flags(base)[fine], target.flags(other)[fine], base.points[fine])
            p = min(1.0, max(0.0, shares[key] + change))
            low, high = ranges[key]
            ranges[key] = (min(low, p), max(high, p))
        if tick is not None:
            tick(number / len(todo))
    side.ranges = ranges  # whole, or after Ctrl-C none


def _named(sides: list[Side], of: str) -> Key:
    """The outcome that is named. Raises ``CaseError`` where no column has it."""
    for side in sides:
        found = find(side.case, of, Problems())
        if found is not None:
            return found.kind, found.name
    problems = Problems()
    find(sides[0].case, of, problems)
    raise CaseError([Problem(p.code, p.place, f"--of: {p.message}", p.hint) for p in problems])


def _outcomes(sides: list[Side]) -> list[Key]:
    """Endings, then questions, of all columns; those of later columns behind."""
    keys = dict.fromkeys(key for side in sides for key in targets_of(side))
    return sorted(keys, key=lambda key: key[0] != "ending")


def _differences(reference: Side, side: Side) -> dict[Key, Difference]:
    """A column against the reference, in what both have."""
    one, two = targets_of(reference), targets_of(side)
    if not (reference.ensemble.usable and side.ensemble.usable):
        return {}
    together = reference.shares_luck(side)
    a, b = reference.ensemble, side.ensemble
    both = a.fine & b.fine if together else None
    found = {}
    for key in (k for k in one if k in two):
        if both is not None:
            flags = one[key].flags(a.raw)[both], two[key].flags(b.raw)[both]
            change, error = paired(*flags, a.raw.points[both])
        else:
            p, q = one[key].share(a), two[key].share(b)
            change, error = q.p - p.p, math.hypot(p.se, q.se)
        found[key] = Difference(change, error, together, chance_of(change, error))
    return found


def _mark(out: Comparison) -> None:
    """Mark what is beyond two errors, and what stays so when all comparisons are counted."""
    places = [(k, key) for k, column in enumerate(out.differences) for key in column]
    alive = [(k, key) for k, key in places if out.differences[k][key].se > 0 or out.differences[k][key].difference]
    held = sure([out.differences[k][key].chance for k, key in alive])
    for (k, key), certain in zip(alive, held, strict=True):
        d = out.differences[k][key]
        if abs(d.difference) > ERRORS * d.se:
            mark = "**" if certain else "*"
            out.differences[k][key] = Difference(d.difference, d.se, d.paired, d.chance, mark)


def _explain(out: Comparison, chosen: Key | None, futures: int, tick: Tick | None) -> None:
    """What makes two views of one world differ, where they are that."""
    a, b = out.sides
    if not (a.ensemble.usable and b.ensemble.usable):
        out.no_parts = "too many futures of a column stopped being finite"
        return
    if not a.shares_luck(b):
        out.no_parts = "the two are no views of one world over the same dates"
        return
    found = targets_of(a)
    differences = {k: d for k, d in out.differences[1].items() if k in found}
    key = chosen if chosen in found else None
    if key is None:
        key = max(differences, key=lambda k: (bool(differences[k].mark), abs(differences[k].difference)))
    out.parts = parts(a, b, found[key], [found[k] for k in differences], futures, tick)
    if not out.parts.complete:
        out.complete = False


def _warnings(out: Comparison) -> list[str]:
    """What a reader must know before believing the figures."""
    found = [] if out.complete else [f"the run was stopped: finished are {', '.join(s.label for s in out.sides)}"]
    for side in out.sides:
        bad = side.ensemble.bad_share
        if not side.ensemble.usable:
            found.append(f"{side.label}: {bad:.1%} of the futures stopped being finite; no probability is printed")
        elif bad > WARN_BAD:
            found.append(f"{side.label}: {bad:.2%} of the futures stopped being finite and are left out")
        for refused in side.refused:
            found.append(f"{side.label}: the theory {refused} is left out of the range: over 5% of its futures broke")
        if out.lineup.same_dates and side.moved and side.filled.view.source:  # the pooled view is always of its date
            found.append(f"{side.label} is run from {side.start}; its own start is {side.own_start}")
    if out.parts is not None and out.parts.refused:
        found.append(f"what makes the difference cannot be said: {out.parts.refused}")
    return found
