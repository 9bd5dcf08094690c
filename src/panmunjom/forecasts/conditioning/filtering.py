"""Sequential Monte Carlo over the compiled engine: from stop to stop, weighing, copying and moving whole futures.

At each stop the figures are let in as far as half of the futures stay effective; then those are copied in proportion
to their weights and moved (``moving.py``), and the rest is let in, until all of it is. P. Del Moral, A. Doucet and
A. Jasra, JRSS B 68 (2006) 411; resample-move: W. R. Gilks and C. Berzuini, JRSS B 63 (2001) 127.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from copy import copy
from datetime import date

import numpy as np
import numpy.typing as npt

from ...engine.kernel import Blocks
from .cloud import Cloud, Runs, pick_blocks
from .coordinates import Coordinates
from .moving import Mover
from .observing import Entry, Seen, Stop, Watch, distance, log_likelihood, places, truth
from .randoms import systematic
from .records import StopRecord
from .weights import effective, log_sum, normalised, part_of, tempered

Array = npt.NDArray[np.float64]

Shares = dict[Entry, float]

MOST_STAGES = 60  # a stop that needs more is no update but another world
FEWEST = 50  # fewer than one in so many distinct futures after the moves is a collapse


class Filter:
    """A cloud on its way along the stops of a watch."""

    def __init__(
        self,
        coordinates: Coordinates,
        runs: Runs,
        watch: Watch,
        size: int,
        moves: bool = True,
        first: int = 0,
        effort: float = 1.0,
    ) -> None:
        self.coordinates, self.runs, self.watch, self.moves = coordinates, runs, watch, moves
        self.first, self.effort = first, effort
        scores, rows = coordinates.first(np.arange(first, first + size, dtype=np.uint64))
        self.cloud = Cloud(scores.copy(), rows, [0], [np.arange(size, dtype=np.uint64)], np.arange(size))
        self.prior = Cloud(scores, rows, [0], [np.arange(size, dtype=np.uint64)], np.arange(size))
        self.logs = np.full(size, -math.log(size))
        self.log_evidence = 0.0
        self.seen: Seen = {}
        self.truths: list[tuple[Entry, Array]] = []
        self.blocks: Blocks = runs.begin(self.cloud)
        self.prior_blocks, self.prior_seen, self.prior_step = runs.begin(self.prior), Seen(), 0
        self.step, self.last = 0, -1  # where the cloud is; the last stop that it met
        self.records: list[StopRecord] = []
        self.collapsed = ""
        self.mover = Mover(self)

    @property
    def size(self) -> int:
        """How many futures."""
        return self.cloud.size

    def again(self, runs: Runs, watch: Watch) -> Filter:
        """The same filter on a longer calendar, with figures that came later; this one is left as it is."""
        new = copy(self)
        new.runs, new.watch, new.records = runs, watch, list(self.records)
        new.cloud = self.cloud.picked(np.arange(self.size))
        new.blocks, new.seen = runs.whole(new.cloud, self.step, watch.places)
        new.truths = [(entry, truth(entry, new.seen)) for entry, _ in self.truths]
        new.prior_blocks, new.prior_seen = runs.whole(new.prior, self.prior_step, watch.places)
        new.mover = self.mover.for_filter(new)
        return new

    def advance(self, until: int, tick: Callable[[float], None] | None = None) -> None:
        """Pass all stops ahead, then run on to step ``until``; ends early where the filter collapses."""
        met = {entry for entry, _ in self.truths}
        passed = [stop for stop in self.watch.stops if stop.step <= self.last or stop.step < self.step]
        late = [entry for stop in passed for entry in stop.entries if entry not in met]
        if late and not self.collapsed:  # of earlier dates, known only since
            self.meet(Stop(self.step, max(e.date for e in late), late))
            self.part(self.step)
        ahead = [stop for stop in self.watch.stops if stop.step > self.last and stop.step >= self.step]
        for stop in ahead if not self.collapsed else []:
            self.run_to(stop.step)
            self.last = stop.step
            self.meet(stop)
            if self.collapsed:
                return
            self.part(stop.step)
            if tick is not None:
                tick(stop.step / max(1, until))
        self.run_to(until)

    def part(self, step: int) -> None:
        """From this step on each place has its own luck, so that copies part."""
        if step > self.cloud.begins[-1]:
            self.cloud.begins.append(step)
            self.cloud.luck.append(np.arange(self.size, dtype=np.uint64))

    def run_to(self, step: int) -> None:
        """Run the cloud on."""
        self.runs.go(self.cloud, self.blocks, self.step, step, self.watch.places, self.seen)
        self.step = step

    def meet(self, stop: Stop) -> None:
        """Let the figures of a stop in."""
        before = len(self.truths)
        self.truths += [(entry, truth(entry, self.seen)) for entry in stop.entries]
        pending = {
            look for s in self.watch.stops if s.step > self.last for e in s.entries for look in places(e)
        }
        self.seen = {look: values for look, values in self.seen.items() if look in pending}
        if self.moves:
            self.look_at_prior(stop)
        gained = self.likelihood(self.truths[before:], self.cloud.scores)
        record = self.describe(stop, before, gained)
        self.records.append(record)
        done, record.stages = 0.0, 0
        while done < 1.0 or effective(self.logs) < self.size / 2:
            if done < 1.0:
                least = effective(self.logs) / 2
                share = part_of(self.logs, gained, 1.0 - done, least)
                self.logs = tempered(self.logs, gained, share)
                done = 1.0 if done + share > 1.0 - 1e-9 else done + share
                record.stages += 1
                total = log_sum(self.logs)
                self.log_evidence += total
                if total == -math.inf or record.stages > MOST_STAGES:
                    self.collapse(
                        record, "no future could have it" if total == -math.inf else "no move led nearer"
                    )
                    return
                self.logs = self.logs - total
            if done < 1.0 or effective(self.logs) < self.size / 2:
                self.resample(stop, record)
                if self.moves:
                    self.mover.move(stop, done, record)
                gained = self.likelihood(self.truths[before:], self.cloud.scores)
                record.distinct = len(np.unique(self.cloud.born))
                if self.moves and record.distinct < max(2, self.size // FEWEST):
                    self.collapse(record, f"{record.distinct} different futures were left")
                    return
        record.distinct = record.distinct or len(np.unique(self.cloud.born))

    def look_at_prior(self, stop: Stop) -> None:
        """Let the mover see how the figures of a stop depend on coordinates where nothing is known."""
        self.runs.go(
            self.prior, self.prior_blocks, self.prior_step, stop.step, self.watch.places, self.prior_seen
        )
        self.prior_step = stop.step
        errors = self.coordinates.errors(self.prior.scores)
        for entry in stop.entries:
            one, (bias, spread) = self.watch.series[entry.series], errors[entry.series]
            if one.kind != "fact":
                would = truth(entry, self.prior_seen) / one.unit.factor * bias
                with np.errstate(all="ignore"):
                    would = np.log(would) if one.error == "relative" else would
                self.mover.slopes.add(would, float(np.median(spread)))

    def resample(self, stop: Stop, record: StopRecord) -> None:
        """Copy futures in proportion to their weights; everyone weighs the same afterwards."""
        self.mover.learn(normalised(self.logs))
        who = systematic(
            normalised(self.logs), self.runs.seed, "copies", stop.step, record.stages, record.passes
        )
        self.cloud = self.cloud.picked(who)
        pick_blocks(self.blocks, who)
        self.seen = {key: values[who] for key, values in self.seen.items()}
        self.truths = [(entry, values[who]) for entry, values in self.truths]
        self.logs = np.full(self.size, -math.log(self.size))

    def likelihood(
        self, figures: list[tuple[Entry, Array]], scores: Array, shares: Shares | None = None
    ) -> Array:
        """The log likelihood of figures, each to its share (1 where none is given), shape (n,)."""
        errors = self.coordinates.errors(scores)
        return sum(
            (self.of_series(k, mine, *errors[k], shares) for k, mine in by_series(figures).items()),
            np.zeros(scores.shape[1]),
        )

    def of_series(
        self,
        number: int,
        figures: list[tuple[Entry, Array]],
        bias: Array,
        spread: Array,
        shares: Shares | None,
    ) -> Array:
        """The same of one series at given errors, shape (n,)."""
        entries, truths = [entry for entry, _ in figures], np.array([values for _, values in figures])
        found = log_likelihood(self.watch.series[number], entries, truths, bias, spread)
        if not shares:
            return found.sum(axis=0)
        parts = np.array([shares.get(entry, 1.0) for entry in entries])[:, None]
        impossible = found == -math.inf
        return np.where(impossible, -math.inf, parts * np.where(impossible, 0.0, found)).sum(axis=0)

    def describe(self, stop: Stop, before: int, gained: Array) -> StopRecord:
        """How hard the figures of a stop hit, together and each series alone."""
        alone: dict[str, float] = {}
        nearest: dict[str, float] = {}
        errors = self.coordinates.errors(self.cloud.scores)
        for entry, values in self.truths[before:]:
            one = self.watch.series[entry.series]
            found = log_likelihood(one, [entry], values[None, :], *errors[entry.series])[0]
            apart = np.abs(distance(entry, one, values, *errors[entry.series]))
            alone[one.name] = min(alone.get(one.name, math.inf), effective(self.logs + found))
            nearest[one.name] = max(nearest.get(one.name, 0.0), float(apart.min()))
        return StopRecord(stop.date, effective(self.logs + gained), alone, nearest)

    def collapse(self, record: StopRecord, how: str) -> None:
        """Say at which date and by which series everything was lost."""
        name = record.worst()
        apart = record.nearest[name]
        far = (
            "no future had it at all"
            if apart == math.inf
            else f"the nearest future was {apart:.2g} spreads from it"
        )
        left = f"alone left {record.alone[name]:.3g} of {self.size}"
        self.collapsed = f"{record.date}: {how}; hardest was '{name}', which {left}: {far}"

    def chosen(self, day: date) -> npt.NDArray[np.intp]:
        """Who stands for the posterior, all weighing the same."""
        return systematic(normalised(self.logs), self.runs.seed, "posterior", day)


def by_series(figures: list[tuple[Entry, Array]]) -> dict[int, list[tuple[Entry, Array]]]:
    """Figures by the number of their series."""
    found: dict[int, list[tuple[Entry, Array]]] = {}
    for figure in figures:
        found.setdefault(figure[0].series, []).append(figure)
    return found
