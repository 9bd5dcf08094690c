"""Trials: runs in which a source's premises stand and little else varies, and what came true in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from ..case.records import Conclusion, Filled
from ..engine.run import Change, Raw, run_rows
from ..engine.sampling import Draw, parts, rows
from ..engine.schedule import Schedule
from ..quantities.distributions import point
from ..world.named import PARTS
from .running import Runner

Flags = npt.NDArray[np.bool_]
Array = npt.NDArray[np.float64]


@dataclass(slots=True)
class Trial:
    """One set-up: a view, the calendar up to the last deadline, the rows of its premises, shape (rows, futures), and luck."""

    filled: Filled
    plan: Schedule
    changes: list[Change]
    table: Array
    luck: npt.NDArray[np.uint64]


class Trials:
    """Sets trials up and reads off them whether a conclusion came true."""

    def __init__(self, runner: Runner, filled: Filled) -> None:
        self.runner, self.filled = runner, filled
        self.graph = runner.case.built.graph
        self.answers = {a.name: i for i, a in enumerate(self.graph.answers)}
        self.neutral = runner.fill_pooled(filled.start)

    def set_up(self, until: date, step: int, filled: Filled, own: set[str], futures: int) -> Trial:
        """A run of a view up to a day in which only luck and the figures named in ``own`` vary."""
        plan, changes = self.runner.plan(filled, until, step)
        luck = np.arange(futures, dtype=np.uint64)
        draws: dict[str, Draw] = {}
        for name, used in filled.used.items():
            median = self.neutral.used[name].distribution.median
            found = used.distribution if name in own else point(median)
            draws[name] = Draw(found, used.unit.factor)
        table = rows(
            self.runner.case.built,
            draws,
            self.runner.switch_rows(filled.switches),
            luck,
            self.runner.options.seed,
        )
        self.keep_drawing(table)
        return Trial(filled, plan, changes, table, luck)

    def keep_drawing(self, table: Array) -> None:
        """What events draw when they fire is luck: it keeps the distribution that the view has for it."""
        for index, row in enumerate(self.graph.rows):
            if row.part in PARTS:
                used = self.filled.used[row.name.partition("#")[0]]
                table[index] = parts(used.distribution, used.unit.factor)[row.part]

    def run(self, trial: Trial, table: Array, luck: npt.NDArray[np.uint64]) -> Raw:
        """Run given rows with given luck over the trial's calendar."""
        return run_rows(self.runner.kernel, table, luck, trial.plan, self.runner.options.seed, trial.changes)

    def true_in(self, conclusion: Conclusion, raw: Raw) -> tuple[Flags, Flags]:
        """In which futures the conclusion came true, and which count at all."""
        fine = np.isnan(raw.bad)
        held = raw.first[self.answers[conclusion.name]]
        last = deadline(conclusion).toordinal()
        if conclusion.at is not None:
            true = raw.now[self.answers[conclusion.name]]
        else:
            true = held <= last
            if conclusion.since is not None:
                true &= held >= conclusion.since.toordinal()
        if conclusion.given:
            fine = fine & (raw.first[self.answers[conclusion.given]] <= last)
        return true & fine, fine

    def share(self, conclusion: Conclusion, raw: Raw) -> float | None:
        """The share of the counting futures in which it came true; None where none counts."""
        true, counts = self.true_in(conclusion, raw)
        return float(true.sum() / counts.sum()) if counts.any() else None


def deadline(conclusion: Conclusion) -> date:
    """The last day that counts for a conclusion."""
    last = conclusion.at or conclusion.by
    assert last is not None
    return last
