"""What an intervention changes: the same view with the same luck, once with it and once without."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from ..case.records import Filled, Intervention
from ..engine.run import Raw
from ..futures.ensemble import Ensemble, paired
from .running import Runner
from .switches import first

EFFECT_FUTURES = 2_048


@dataclass(slots=True)
class Effect:
    """One intervention against leaving it undone, whatever else is done; ``others``: how many other interventions stand.

    changed       share of the futures in which anything that is recorded differs: ending, dates, answers, final stocks
    differences   ending -> difference of its share (with minus without) and the paired error
    """

    done: Intervention
    changed: float
    differences: dict[str, tuple[float, float]]
    futures: int
    others: int

    @property
    def text(self) -> str:
        """The intervention as it was asked for."""
        figure = f" = {self.done.distribution.text} {self.done.unit}".rstrip() if self.done.distribution else ""
        return f"{self.done.target}{figure} at {self.done.day}"


def effects(runner: Runner, filled: Filled, ensemble: Ensemble) -> list[Effect]:
    """The effect of each intervention that falls within the view's span, over the first futures of the ensemble."""
    everything = runner.interventions(filled)
    inside = [do for do in everything if ensemble.start <= do.day < ensemble.until]
    futures = min(EFFECT_FUTURES, len(ensemble.raw.points))
    found = []
    for do in inside:
        done, left = first(ensemble, futures).raw, runner.run(filled, futures=futures, undone=do).raw
        fine = np.isnan(done.bad) & np.isnan(left.bad)
        differences = {
            e.name: paired(left.ending[fine] == k, done.ending[fine] == k, done.points[fine])
            for k, e in enumerate(ensemble.graph.endings)
        }
        found.append(Effect(do, float(differing(done, left).mean()), differences, futures, len(inside) - 1))
    return found


def differing(a: Raw, b: Raw) -> np.ndarray:
    """In which futures anything recorded differs, shape (n,); final stocks only where both runs keep them."""
    apart = np.zeros(len(a.points), bool)
    for column in fields(Raw):
        one, other = getattr(a, column.name), getattr(b, column.name)
        if column.name == "points" or not isinstance(one, np.ndarray):
            continue
        if one.shape[-1] == other.shape[-1] == len(apart):
            apart |= np.atleast_2d((one != other) & ~((one != one) & (other != other))).any(axis=0)
    return apart
