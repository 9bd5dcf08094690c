"""What makes two views of one world differ: each parameter and switch swapped from the first to the second, with the same luck.

Rows of a table depend on their own figure alone, so a mixture of both views takes each row from one of their two tables.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ...engine.kernel import interrupted
from ...engine.run import CHUNK, Raw, part, run_rows
from ...engine.sampling import REPLICATES
from ...futures.ensemble import REFUSE_BAD
from ..chain import Target
from ..running import Tick
from .shapley import Array, shapley
from .sides import Side

SWAP_FUTURES = 2_048
MOST = 8  # groups whose contributions are found over all subsets: 2^8 runs
REST = "the rest"
BASELESS = "assumed without evidence"  # of no headline difference, whatever it moves

Figure = str | tuple[float, float]


@dataclass(frozen=True, slots=True)
class Swap:
    """One thing that differs: a parameter with all its members, a switch, or what is done.

    was, to   by scalar name, in the first and in the second view: ends of the 90% interval in ``unit``, or a position
    """

    name: str
    kind: str  # parameter, switch, interventions, rest
    was: dict[str, Figure]
    to: dict[str, Figure]
    unit: str = ""
    inside: tuple[str, ...] = ()  # of the rest: what it holds
    evidence: bool = True  # False: nothing speaks for any figure of the parameter

    @property
    def scalars(self) -> tuple[str, ...]:
        """The scalar parameters or the switch that it swaps."""
        return tuple(self.was)


@dataclass(frozen=True, slots=True)
class Moved:
    """A difference of a probability and its paired error."""

    difference: float
    se: float

    @property
    def clear(self) -> bool:
        """Whether it is beyond two of its errors."""
        return self.difference != 0 and not abs(self.difference) <= 2 * self.se


@dataclass(slots=True)
class Parts:
    """What makes the second view differ from the first.

    swaps    everything that differs
    into     swap -> outcome -> what it changes when it alone is swapped in the first view
    last     swap -> outcome -> what it changes when all others are swapped already
    players  what the contributions are of: the swaps, or the most effective ones and the rest
    values   player -> outcome -> contribution (Shapley value)
    whole    outcome -> the whole difference, over the futures of the swaps
    futures  run for each mixture, and how many of them count
    """

    target: Target
    swaps: list[Swap]
    targets: list[Target]
    futures: int
    counted: int = 0
    whole: dict[str, Moved] = field(default_factory=dict)
    into: dict[str, dict[str, Moved]] = field(default_factory=dict)
    last: dict[str, dict[str, Moved]] = field(default_factory=dict)
    players: list[Swap] = field(default_factory=list)
    values: dict[str, dict[str, Moved]] = field(default_factory=dict)
    refused: str = ""
    complete: bool = True


def differing(first: Side, second: Side) -> list[Swap]:
    """What the second view has otherwise: parameters (those of one family together), switches, what is done."""
    one, two = first.filled, second.filled
    groups: dict[str, list[str]] = {}
    for scalar, used in one.used.items():
        if used.distribution != two.used[scalar].distribution:
            groups.setdefault(used.parameter, []).append(scalar)
    found = []
    for name, scalars in groups.items():
        was, to = ({s: f.used[s].distribution.interval for s in scalars} for f in (one, two))
        evidence = name not in first.runner.case.built.world.without_evidence
        found.append(Swap(name, "parameter", {**was}, {**to}, one.used[scalars[0]].unit.text, evidence=evidence))
    for name, position in one.switches.items():
        if position != two.switches[name]:
            found.append(Swap(name, "switch", {name: position}, {name: two.switches[name]}))
    done = [[f"{d.target} at {d.day}" for d in s.runner.interventions(s.filled)] for s in (first, second)]
    if first.runner.interventions(one) != second.runner.interventions(two):
        name = "interventions"
        found.append(Swap(name, name, {name: "; ".join(done[0]) or "none"}, {name: "; ".join(done[1]) or "none"}))
    return found


class Mixer:
    """Runs mixtures of two views that share world and luck; a mixture is named by the swaps that are made in it."""

    def __init__(self, first: Side, second: Side, futures: int) -> None:
        self.futures = futures
        self.sides = (first, second)
        runner = first.runner
        self.tables = [s.runner.table(s.filled, futures) for s in self.sides]
        plans = [s.runner.plan(s.filled, s.until) for s in self.sides]
        self.plans, self.runner = plans, runner
        names = [row.name.partition("#")[0] for row in runner.case.built.graph.rows]
        self.rows = {name: [i for i, n in enumerate(names) if n == name] for name in dict.fromkeys(names)}

    def table(self, swaps: Sequence[Swap]) -> Array:
        """The rows of a mixture, shape (rows, futures)."""
        out = self.tables[0].copy()
        for scalar in (s for swap in swaps if swap.kind != "interventions" for s in swap.scalars):
            for row in self.rows.get(scalar, ()):
                out[row] = self.tables[1][row]
        return out

    def run(self, mixtures: Sequence[Sequence[Swap]], tick: Tick | None = None) -> Iterator[tuple[int, Raw]]:
        """Each mixture's number and what became of it; several share a call of the kernel."""
        luck = np.arange(self.futures, dtype=np.uint64)
        together = max(1, CHUNK // self.futures)
        options = self.runner.options
        done = 0
        for which in (0, 1):  # those with the interventions of the first view, then those with the second's
            chosen = [k for k, m in enumerate(mixtures) if which == any("interventions" in s.scalars for s in m)]
            plan, changes = self.plans[which]
            for begin in range(0, len(chosen), together):
                batch = chosen[begin : begin + together]
                whole = np.concatenate([self.table(mixtures[k]) for k in batch], axis=1)
                raw = run_rows(
                    self.runner.kernel, whole, np.tile(luck, len(batch)), plan, options.seed, changes, threads=options.threads
                )
                for place, k in enumerate(batch):
                    yield k, part(raw, place * self.futures, (place + 1) * self.futures)
                done += len(batch)
                if tick is not None:
                    tick(done / len(mixtures))


class Answers:
    """Which future had which outcome in each of several runs of the same futures, and which stayed finite in all of them."""

    def __init__(self, count: int, targets: list[Target], futures: int) -> None:
        self.targets = targets
        self.flags = np.zeros((count, len(targets), futures), bool)
        self.fine = np.ones(futures, bool)
        self.worst = 0.0  # largest share of futures of one run that stopped being finite

    def take(self, run: int, raw: Raw, targets: list[Target] | None = None) -> None:
        """Put a run in; ``targets`` where its world numbers endings and questions otherwise."""
        fine = np.isnan(raw.bad)
        self.worst = max(self.worst, float(1 - fine.mean()))
        self.fine &= fine
        for k, target in enumerate(targets or self.targets):
            self.flags[run, k] = target.flags(raw)

    def means(self) -> Array:
        """Shares by scramble over the futures that are finite in all runs, shape (runs, outcomes, scrambles)."""
        scramble = np.arange(len(self.fine)) % REPLICATES
        found = []
        for r in range(REPLICATES):
            here = self.fine & (scramble == r)
            if here.any():
                found.append(self.flags[:, :, here].mean(axis=2))
        return np.stack(found, axis=-1) if found else np.full((*self.flags.shape[:2], 1), np.nan)


def moved(by_scramble: npt.NDArray[np.float64], targets: list[Target]) -> dict[str, Moved]:
    """Means and errors of what is given by outcome and scramble, shape (outcomes, scrambles)."""
    count = by_scramble.shape[-1]
    errors = by_scramble.std(axis=-1, ddof=1) / math.sqrt(count) if count > 1 else np.full(len(targets), math.nan)
    return {
        t.name: Moved(float(mean), float(error))
        for t, mean, error in zip(targets, by_scramble.mean(axis=-1), errors, strict=True)
    }


def parts(
    first: Side, second: Side, target: Target, targets: list[Target], futures: int = SWAP_FUTURES, tick: Tick | None = None
) -> Parts:
    """What makes the second view differ from the first in all ``targets``; the most effective swaps are those for ``target``.

    Each swap is made alone and last of all; then contributions over all subsets of at most ``MOST`` players. After Ctrl-C
    what is finished is kept.
    """
    futures = min(futures, len(first.ensemble.raw.points))
    found = Parts(target, differing(first, second), targets, futures)
    swaps = found.swaps
    if not swaps:
        return found
    tick = tick or (lambda done: None)
    mixer = Mixer(first, second, futures)
    singles = [[], *([s] for s in swaps), *([o for o in swaps if o is not s] for s in swaps), swaps]
    subsets = 1 << min(len(swaps), MOST)
    share = len(singles) / (len(singles) + subsets)
    try:
        alone = Answers(len(singles), targets, futures)
        for k, raw in mixer.run(singles, lambda done: tick(share * done)):
            alone.take(k, raw)
        if alone.worst > REFUSE_BAD:
            found.refused = f"in a mixture of both views {alone.worst:.0%} of the futures stopped being finite"
            return found
        means = alone.means()
        found.counted = int(alone.fine.sum())
        found.whole = moved(means[-1] - means[0], targets)
        for k, swap in enumerate(swaps):
            found.into[swap.name] = moved(means[1 + k] - means[0], targets)
            found.last[swap.name] = moved(means[-1] - means[1 + len(swaps) + k], targets)
        players = most_effective(found)
        answers = Answers(1 << len(players), targets, futures)
        mixtures = [unfolded(swaps, [p for k, p in enumerate(players) if s >> k & 1]) for s in range(1 << len(players))]
        for k, raw in mixer.run(mixtures, lambda done: tick(share + (1 - share) * done)):
            answers.take(k, raw)
        if answers.worst > REFUSE_BAD:
            found.refused = f"in a mixture of both views {answers.worst:.0%} of the futures stopped being finite"
            return found
        means = answers.means()
        found.counted = int(answers.fine.sum())
        found.whole = moved(means[-1] - means[0], targets)
        contributions = shapley(means)
        found.players = players
        found.values = {p.name: moved(contributions[k], targets) for k, p in enumerate(players)}
    except BaseException as error:
        if not interrupted(error):
            raise
        found.complete = False
    return found


def unfolded(swaps: list[Swap], players: list[Swap]) -> list[Swap]:
    """The swaps that some players stand for."""
    names = {n for p in players for n in (p.inside or (p.name,))}
    return [s for s in swaps if s.name in names]


def most_effective(found: Parts) -> list[Swap]:
    """At most ``MOST`` players: all swaps, or those that move the target most, beyond their errors, and all others as one.
    Parameters for which there is no evidence are one player of their own, never named one by one.
    """
    founded = [s for s in found.swaps if s.evidence]
    baseless = tuple(s.name for s in found.swaps if not s.evidence)
    apart = [Swap(BASELESS, "rest", {}, {}, inside=baseless)] if baseless else []
    if len(founded) + len(apart) <= MOST:
        return [*founded, *apart]
    name = found.target.name

    def effects(swap: Swap) -> tuple[Moved, Moved]:
        return found.into[swap.name][name], found.last[swap.name][name]

    ranked = sorted(founded, key=lambda s: -max(abs(e.difference) for e in effects(s)))
    clear = [s for s in ranked if any(e.clear for e in effects(s))][: MOST - 1 - len(apart)]
    rest = [s for s in ranked if s not in clear]
    return [*clear, Swap(REST, "rest", {}, {}, inside=tuple(s.name for s in rest)), *apart]
