"""Why an ending or a question has its probability: theories, figures, luck, and the claims behind the figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..case.known import as_of
from ..case.records import Case, Filled, Used
from ..engine import memory
from ..engine.run import CHUNK
from ..evidence.records import Claim
from ..futures.ensemble import REFUSE_BAD, Ensemble, paired
from ..text.problems import NOWHERE, CaseError, Problem, Problems, nearest
from .chain import Chain, Target, chain, ending, other_luck, question
from .classes import LARGEST, LEAST, counted
from .removal import Removal, without
from .running import Options, Runner, Tick
from .study import chosen
from .switches import SWITCH_FUTURES, first, turned_runs, turns

MANY = "Take fewer futures."


@dataclass(frozen=True, slots=True)
class Theory:
    """One theory turned to another position with the same luck: the difference of the probability and its paired error."""

    switch: str
    was: str
    to: str
    difference: float
    se: float


@dataclass(frozen=True, slots=True)
class Why:
    """The answer to ``panmunjom why``; ``theories`` with the largest difference first."""

    case: Case
    options: Options
    filled: Filled
    ensemble: Ensemble
    chain: Chain
    theories: list[Theory]
    theory_futures: int
    removal: Removal | None

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and highest probability as each theory is turned alone."""
        moved = [0.0, *(theory.difference for theory in self.theories)]
        p = self.chain.share.p
        return max(0.0, p + min(moved)), min(1.0, p + max(moved))

    def used(self, parameter: str) -> Used:
        """What the view uses for a parameter."""
        return self.filled.used[parameter]

    def claims(self, parameter: str) -> list[Claim]:
        """The claims behind a parameter."""
        return [self.case.library.claims[claim] for claim in self.used(parameter).claims]

    @property
    def together(self) -> list[list[str]]:
        """Parameters that are correlated by the world, of which one moves it: their shares overlap."""
        moving = {weight.parameter for weight in self.chain.weights.moving}
        graph = self.ensemble.graph
        groups = [[graph.rows[index].name for index in group.rows] for group in graph.correlated]
        return [group for group in groups if moving & set(group)]

    @property
    def fixed(self) -> list[str]:
        """Parameters that claims fix at one figure: they do not vary, so no share of the variance is theirs."""
        return [name for name, used in self.filled.used.items() if used.claims and used.distribution.certain]


def why(
    case: Case, options: Options, name: str, view: str = "pooled", left_out: list[str] | None = None, tick: Tick | None = None
) -> Why:
    """Run a view and explain one probability of it.

    Args:
        name: an ending or a question, by its name or its label.
        left_out: claims without which the view is run again.
        tick: hears the share that is done.

    Raises:
        CaseError: for names that there are not, too few futures, or over 5% of them not finite.
    """
    tick = tick or (lambda done: None)
    problems = Problems()
    left_out = list(dict.fromkeys(left_out or []))
    for claim in left_out:
        if claim not in case.library.claims:
            message = f"--without: there is no claim '{claim}'"
            problems.add("unknown-name", NOWHERE, message, nearest(claim, case.library.claims))
    if options.known_by is not None:
        case = as_of(case, options.known_by)
    if options.futures < LEAST:
        message = f"--futures: with fewer than {LEAST} futures what moves them cannot be told from chance"
        problems.add("too-few-futures", NOWHERE, message)
    target = find(case, name, problems)
    problems.stop()
    assert target is not None
    runner = Runner(case, options)
    (filled,) = chosen(runner, [view])
    memory.require(case.built.graph, options.futures, CHUNK, 3, MANY)
    ensemble = runner.run(filled, tick=lambda done: tick(0.3 * done))
    looked_at = min(LARGEST, options.futures)
    classes = counted(runner, filled, ensemble.raw, target.flags(ensemble.raw).astype(np.intp) - 1, 1)
    if not ensemble.usable or classes is None:
        message = f"in {filled.name} more than {REFUSE_BAD:.0%} of the futures stopped being finite: nothing is explained"
        raise CaseError([Problem("not-finite", NOWHERE, message)])
    found = chain(target, ensemble, other_luck(runner, filled, looked_at), classes, 0)
    tick(0.6)
    turned = theories(runner, filled, ensemble, target)
    tick(0.8)
    removal = None
    if left_out:
        removal = without(runner, filled, ensemble, left_out, targets(case))
    tick(1.0)
    turned_futures = min(SWITCH_FUTURES, options.futures)
    return Why(case, options, filled, ensemble, found, turned, turned_futures, removal)


def targets(case: Case) -> list[Target]:
    """Everything that can be asked about: the endings, then the questions."""
    graph = case.built.graph
    return [ending(graph, e.name) for e in graph.endings] + [question(graph, q) for q in case.questions]


def find(case: Case, name: str, problems: Problems) -> Target | None:
    """An ending or a question by its name or its label, however it is capitalised; None, and a problem, for any other."""

    def plain(text: str) -> str:
        return " ".join(text.replace("_", " ").casefold().split())

    declared = case.built.world.endings
    labels: dict[str, Target] = {}
    for target in targets(case):
        label = declared[target.name].label if target.name in declared else ""
        for known in (target.name, label):
            labels.setdefault(plain(known), target)
    found = labels.get(plain(name))
    if found is None or not plain(name):
        names = [target.name for target in targets(case)]
        near = nearest(name.strip().replace(" ", "_"), names)
        message = f"the world has no ending and no question '{name}'"
        problems.add("unknown-name", NOWHERE, message, near or f"It has {', '.join(names)}.")
        return None
    return found


def theories(runner: Runner, filled: Filled, ensemble: Ensemble, target: Target) -> list[Theory]:
    """Each theory turned alone over the first futures, largest difference first."""
    futures = min(SWITCH_FUTURES, len(ensemble.raw.points))
    base = first(ensemble, futures).raw
    found = []
    for (switch, to), other in turned_runs(runner, filled, turns(runner.case, filled.switches), futures):
        fine = np.isnan(base.bad) & np.isnan(other.bad)
        if 1 - fine.mean() > REFUSE_BAD:
            continue
        change, error = paired(target.flags(base)[fine], target.flags(other)[fine], base.points[fine])
        found.append(Theory(switch, filled.switches[switch], to, change, error))
    return sorted(found, key=lambda theory: -abs(theory.difference))
