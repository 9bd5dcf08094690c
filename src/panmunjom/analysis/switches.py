"""The range over the theory switches: the view's own run and one run for each switch turned alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..case.records import Case, Filled
from ..futures.ensemble import Ensemble, paired
from .running import Runner, Tick

SWITCH_FUTURES = 2_048


@dataclass(slots=True)
class Turn:
    """One switch turned to one of its other positions, with the paired differences that this makes."""

    switch: str
    was: str
    to: str
    differences: dict[str, tuple[float, float]]  # ending -> difference, paired error


@dataclass(slots=True)
class SwitchRange:
    """Probabilities of the endings over all turns: ending -> (low, high), and each turn."""

    bounds: dict[str, tuple[float, float]] = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)


def turns(case: Case, switches: dict[str, str]) -> list[tuple[str, str]]:
    """Every switch with every position that it does not have."""
    found = []
    for name, switch in case.built.world.switches.items():
        options = switch.options or ("true", "false")
        found += [(name, option) for option in options if option != switches[name]]
    return found


def switch_range(runner: Runner, filled: Filled, ensemble: Ensemble, futures: int = SWITCH_FUTURES, tick: Tick | None = None) -> SwitchRange:
    """Turn each switch alone, with the same luck, over the first futures of the ensemble.

    The differences are paired; the bounds add the smallest and largest of them to the ensemble's own shares.
    """
    futures = min(futures, len(ensemble.raw.points))
    base = runner.run(filled, futures=futures)
    names = [e.name for e in ensemble.graph.endings]
    out = SwitchRange({n: (s.p, s.p) for n, s in ensemble.endings().items()})
    shares = ensemble.endings()
    todo = turns(runner.case, filled.switches)
    for number, (switch, to) in enumerate(todo, 1):
        other = runner.run(filled, futures=futures, switches={**filled.switches, switch: to})
        both = base.fine & other.fine
        points = base.raw.points[both]
        turn = Turn(switch, filled.switches[switch], to, {})
        for k, name in enumerate(names):
            turn.differences[name] = paired(base.raw.ending[both] == k, other.raw.ending[both] == k, points)
            p = min(1.0, max(0.0, shares[name].p + turn.differences[name][0]))
            low, high = out.bounds[name]
            out.bounds[name] = (min(low, p), max(high, p))
        out.turns.append(turn)
        if tick is not None:
            tick(number / len(todo))
    return out
