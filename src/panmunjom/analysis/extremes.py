"""Endings that are nearly impossible or nearly certain, from every start date, with each switch turned alone, and what
makes them so: the switch, or the part of the ending's condition that hardly ever holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from ..case.records import Case
from ..engine.run import Raw
from ..futures.ensemble import Share, share
from ..text.problems import NOWHERE, Problems
from ..text.syntax import Binary, Call, Expression, Name
from ..text.writing import written
from ..world.build import build
from ..world.declared import Proposition, World
from .running import Options, Runner, Tick
from .switches import LEAST, MOST, turned_runs, turns

_MARK = "part of ending "


@dataclass(slots=True)
class Part:
    """A part of an ending's condition, and the share of futures in which it ever held at the end of a step."""

    text: str
    share: float


@dataclass(slots=True)
class Extreme:
    """An ending outside ``LEAST`` to ``MOST`` in the pooled view at a date, with one switch turned or none.

    without       its share with no switch turned
    limited_by    for one that is nearly impossible: the part of its condition that holds least often
    released_by   for one that is extreme with no switch turned: the turns, each alone, that end that
    """

    start: date
    ending: str
    share: Share
    switch: str = ""
    to: str = ""
    without: float = 0.0
    limited_by: Part | None = None
    released_by: list[str] = field(default_factory=list)

    @property
    def because(self) -> str:
        """The mechanism, in a sentence."""
        if self.switch and LEAST <= self.without <= MOST:
            return f"{self.switch} turned to {self.to}"
        if self.limited_by is not None:
            part = f"'{self.limited_by.text}' ever holds in {self.limited_by.share:.2%} of futures"
            return f"{part}; not with {' or '.join(self.released_by)}" if self.released_by else part
        return f"not with {' or '.join(self.released_by)}" if self.released_by else "no single switch"


def parts(world: World, tree: Expression) -> list[Expression]:
    """What must hold for a condition to hold: its terms joined by ``and``, what is ``held``, what an event waits for."""
    if isinstance(tree, Binary) and tree.operator == "and":
        return [*parts(world, tree.left), *parts(world, tree.right)]
    if isinstance(tree, Call) and tree.function == "held":
        return [tree, *parts(world, tree.arguments[0])]
    if isinstance(tree, Name) and not tree.index and tree.parts[0] in world.events:
        event = world.events[tree.parts[0]]
        when = event.when.of(()) if event.when is not None and not event.per else None
        return [tree, *(parts(world, when) if when is not None else [])]
    return [tree]


def with_parts(case: Case) -> tuple[Case, dict[str, list[str]]]:
    """The case with the parts of its endings as propositions, and their names by ending."""
    world = case.built.world
    more: dict[str, Proposition] = {}
    names: dict[str, list[str]] = {}
    for ending in world.endings.values():
        names[ending.name] = []
        for tree in parts(world, ending.condition) if ending.condition is not None else ():
            text = written(tree)
            if text != "true":
                more[_MARK + text] = Proposition(_MARK + text, place=NOWHERE, holds=tree)
                names[ending.name].append(_MARK + text)
    problems = Problems()
    built = build(replace(world, propositions={**world.propositions, **more}), problems)
    problems.stop()
    assert built is not None
    return replace(case, built=built), names


def find_extremes(case: Case, options: Options, tick: Tick | None = None) -> tuple[list[Extreme], list[date]]:
    """Every extreme, by start date, and the dates that were tried: the case's start and those of its views and mechanisms."""
    case, names = with_parts(case)
    runner = Runner(case, options)
    views = {v.start for v in case.views.values() if v.start}
    starts = sorted({case.start, *views, *(m.start for m in case.mechanisms.values())})
    found: list[Extreme] = []
    for number, start in enumerate(starts):
        filled = runner.fill_pooled(start)
        raws: dict[tuple[str, str], Raw] = {("", ""): runner.run(filled).raw}
        todo = turns(case, filled.switches)
        for done, (turn, raw) in enumerate(turned_runs(runner, filled, todo, options.futures), 1):
            raws[turn] = raw
            if tick is not None:
                tick((number + done / len(todo)) / len(starts))
        found += at_start(case, start, raws, names)
    return found, starts


def at_start(
    case: Case, start: date, raws: dict[tuple[str, str], Raw], names: dict[str, list[str]]
) -> list[Extreme]:
    """The extremes of one start date; ``raws`` by switch and position, with ("", "") for none turned."""
    answers = {a.name: k for k, a in enumerate(case.built.graph.answers)}
    found: list[Extreme] = []
    for k, ending in enumerate(case.built.graph.endings):
        shares = {turn: share(ended(raw, k), raw.points[np.isnan(raw.bad)]) for turn, raw in raws.items()}
        plain = shares["", ""].p
        for turn, there in shares.items():
            if LEAST <= there.p <= MOST:
                continue
            one = Extreme(start, ending.name, there, *turn, plain)
            if there.p < LEAST:
                one.limited_by = rarest(raws[turn], [(n, answers[n]) for n in names[ending.name]])
            if not LEAST <= plain <= MOST:
                one.released_by = [f"{s} = {to}" for (s, to), x in shares.items() if s and LEAST <= x.p <= MOST]
            found.append(one)
    return found


def ended(raw: Raw, number: int) -> np.ndarray:
    """Which finite futures have the ending, shape (finite,)."""
    return np.asarray(raw.ending[np.isnan(raw.bad)] == number)


def rarest(raw: Raw, named: list[tuple[str, int]]) -> Part | None:
    """The part that holds in the fewest futures; of several the one furthest inside, which the others wait for."""
    fine = np.isnan(raw.bad)
    if not named or not fine.any():
        return None
    some = [Part(n.removeprefix(_MARK), float((~np.isnan(raw.first[row][fine])).mean())) for n, row in named]
    return min(reversed(some), key=lambda p: p.share)
