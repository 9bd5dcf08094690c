"""From the probability of an ending or a question to the parameters that move it, and what is luck."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..case.records import Filled
from ..engine.run import Raw, run_rows
from ..futures.ensemble import Ensemble, Share, share
from ..world.graph import Graph
from .classes import Classes
from .running import Runner
from .variance import Split, Weights, split, weights

OTHER_LUCK = np.uint64(1 << 40)  # beyond the numbers that futures can have
SPLIT_FUTURES = 2_048  # run with another luck for the report
CHAINS = 3  # endings in the report

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked about: an ending or a question of the world, with its place among them."""

    name: str
    kind: str  # ending, question
    index: int

    def flags(self, raw: Raw) -> Flags:
        """Which futures have it, shape (n,)."""
        return raw.ending == self.index if self.kind == "ending" else ~np.isnan(raw.first[self.index])

    def share(self, ensemble: Ensemble) -> Share:
        """How often it came out."""
        return share(self.flags(ensemble.raw)[ensemble.fine], ensemble.points)


def ending(graph: Graph, name: str) -> Target:
    """An ending as what is asked about."""
    return Target(name, "ending", [e.name for e in graph.endings].index(name))


def question(graph: Graph, name: str) -> Target:
    """A question as what is asked about."""
    return Target(name, "question", [a.name for a in graph.answers].index(name))


@dataclass(frozen=True, slots=True)
class Chain:
    """A probability, how its variance is split between figures and luck, and the figures that move it."""

    target: Target
    share: Share
    split: Split | None
    weights: Weights


def chain(target: Target, ensemble: Ensemble, other: Raw, classes: Classes, outcome: int) -> Chain:
    """The chain of one target; ``other``: the first futures with another luck, ``outcome``: its number in the classes."""
    own, futures = ensemble.raw, len(other.points)
    fine = np.isnan(own.bad[:futures]) & np.isnan(other.bad)
    one, two = target.flags(own)[:futures][fine], target.flags(other)[fine]
    halves = split(one, two, own.points[:futures][fine])
    return Chain(target, target.share(ensemble), halves, weights(classes, outcome))


def chains(runner: Runner, filled: Filled, ensemble: Ensemble, classes: Classes) -> list[Chain]:
    """The chains of a view's likeliest endings."""
    other = other_luck(runner, filled, min(SPLIT_FUTURES, len(ensemble.raw.points)))
    shares = ensemble.endings()
    likeliest = sorted(shares, key=lambda name: -shares[name].p)[:CHAINS]
    targets = [ending(ensemble.graph, name) for name in likeliest if shares[name].p > 0]
    return [chain(target, ensemble, other, classes, target.index) for target in targets]


def other_luck(runner: Runner, filled: Filled, futures: int) -> Raw:
    """The first futures of a view again: the same figures, another luck."""
    plan, changes = runner.plan(filled, runner.until(filled.start))
    luck = np.arange(futures, dtype=np.uint64) + OTHER_LUCK
    options = runner.options
    table = runner.table(filled, futures)
    return run_rows(runner.kernel, table, luck, plan, options.seed, changes, threads=options.threads)
