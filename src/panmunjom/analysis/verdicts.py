"""Does it follow? A source's own premises are run, and each of its conclusions gets a verdict with its numbers.

Only luck and the source's own claims vary; every other parameter stands at its pooled median, switches as the view sets
them. Then single premises are moved: what would have to be true for the conclusion to follow, and what carries it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from ..case.records import Conclusion, Filled, View
from ..futures.ensemble import REFUSE_BAD
from .premises import Bounds, Need, search
from .running import Runner, Tick
from .trials import Array, Trial, Trials, deadline

VERDICT_FUTURES = 2_048
CARRIES = 0.05  # a premise is named where taking it away lowers the share by more than this
DAILY_UP_TO = 400  # days to the deadline; later ones are run in the case's own steps

POSSIBLE = "the document calls it possible and gives no number: the share is the answer"
NEVER = "the document calls it possible; here it comes about in no future"


@dataclass(slots=True)
class Limits:
    """When a conclusion counts as following or as not following."""

    follows: float = 0.9
    fails: float = 0.1


@dataclass(slots=True)
class Verdict:
    """What running a source's premises says about one of its conclusions.

    share          of the futures in which the conclusion came true (among those where its condition did)
    without        the same share without any of the source's premises
    needs          parameters, each alone able to supply what is missing, with the range that it must have
    carried_by     premises without which the conclusion fails, with the share that is left
    step_days      the step of the run
    """

    claim: str
    verdict: str
    share: float | None = None
    without: float | None = None
    needs: list[Need] = field(default_factory=list)
    carried_by: list[tuple[str, float]] = field(default_factory=list)
    note: str = ""
    step_days: int = 0


class Judge:
    """Gives the verdicts of one view."""

    def __init__(
        self, runner: Runner, filled: Filled, futures: int = VERDICT_FUTURES, limits: Limits | None = None
    ) -> None:
        self.runner, self.filled, self.futures = runner, filled, futures
        self.limits = limits or Limits()
        self.trials = Trials(runner, filled)
        self.neutral = self.trials.neutral
        self.own = {n for n, u in filled.used.items() if u.origin in ("claim", "analyst")}

    def verdicts(self, tick: Tick | None = None) -> list[Verdict]:
        """A verdict for every conclusion of the view, in its order."""
        out: dict[int, Verdict] = {}
        testable: list[Conclusion] = []
        for conclusion in self.filled.view.conclusions:
            if conclusion.untestable:
                out[id(conclusion)] = Verdict(
                    conclusion.claim, "cannot_be_tested", note=conclusion.untestable
                )
            else:
                testable.append(conclusion)
        groups: dict[tuple[int, bool], list[Conclusion]] = {}
        for conclusion in testable:
            groups.setdefault((self.step_for(conclusion), conclusion.at is not None), []).append(conclusion)
        done = 0
        for (step, _), members in groups.items():
            for cluster in self.clusters(members):
                for conclusion, verdict in zip(cluster, self.judge(cluster, step), strict=True):
                    out[id(conclusion)] = verdict
                done += len(cluster)
                if tick is not None:
                    tick(done / max(1, len(testable)))
        return [out[id(c)] for c in self.filled.view.conclusions]

    @staticmethod
    def clusters(members: list[Conclusion]) -> list[list[Conclusion]]:
        """Conclusions that can share a run: those of one date where the state on that date counts, else all."""
        if members and members[0].at is not None:
            days = sorted({c.at for c in members if c.at})
            return [[c for c in members if c.at == d] for d in days]
        return [members] if members else []

    def step_for(self, conclusion: Conclusion) -> int:
        """A day where the deadline is near; the case's step where it is far."""
        return (
            1
            if (deadline(conclusion) - self.filled.start).days <= DAILY_UP_TO
            else self.runner.case.step_days
        )

    def judge(self, members: list[Conclusion], step: int) -> list[Verdict]:
        """Verdicts of conclusions that share a step and, where it matters, a date."""
        until = max(deadline(c) for c in members)
        end = date.fromordinal(until.toordinal() + 1)  # so that the deadline's own day is run to its end
        trial = self.trials.set_up(end, step, self.filled, self.own, self.futures)
        own = self.trials.run(trial, trial.table, trial.luck)
        bare_filled = Filled(
            "bare",
            "bare",
            View("bare", start=self.filled.start),
            self.filled.start,
            self.filled.known_by,
            self.neutral.used,
            self.neutral.switches,
        )
        bare = self.trials.set_up(end, step, bare_filled, set(), self.futures)
        base = self.trials.run(bare, bare.table, bare.luck)
        found = []
        for conclusion in members:
            verdict = Verdict(
                conclusion.claim,
                "open",
                self.trials.share(conclusion, own),
                self.trials.share(conclusion, base),
                note=conclusion.note,
                step_days=step,
            )
            found.append(verdict)
            if float((~np.isnan(own.bad)).mean()) > REFUSE_BAD:
                verdict.verdict, verdict.share, verdict.without = "cannot_be_tested", None, None
                verdict.note = "too many futures stopped being finite"
            elif verdict.share is None:
                verdict.verdict = "cannot_be_tested"
                verdict.note = verdict.note or "its condition came true in no future"
            elif conclusion.possible:
                verdict.verdict = "open" if verdict.share > 0 else "does_not_follow"
                verdict.note = verdict.note or (POSSIBLE if verdict.share > 0 else NEVER)
        open_ones = [
            (c, v) for c, v in zip(members, found, strict=True) if v.verdict == "open" and not c.possible
        ]
        self.settle(open_ones, trial)
        return found

    def settle(self, pairs: list[tuple[Conclusion, Verdict]], trial: Trial) -> None:
        """Name each verdict; look for missing premises where the conclusion does not follow as it stands."""
        weak = [c for c, v in pairs if (v.share or 0.0) < self.limits.follows]
        supplies = search(self.trials, trial, weak, self.candidates(), self.limits.follows) if weak else {}
        for conclusion, verdict in pairs:
            share = verdict.share or 0.0
            if share >= self.limits.follows:
                more = verdict.without is None or share > verdict.without + 1e-9
                verdict.verdict = "follows" if more else "open"
                if not more:
                    verdict.note = verdict.note or "it holds as often without anything that the document adds"
                else:
                    verdict.carried_by = self.carriers(conclusion, trial, None)
                continue
            verdict.needs = supplies.get(conclusion.name, [])
            culprit = self.contradicted(conclusion, trial) if share < self.limits.fails else None
            if culprit is not None:
                verdict.verdict, verdict.carried_by = "contradicts", [culprit]
            elif verdict.needs:
                verdict.verdict = "needs_premise"
                verdict.carried_by = self.carriers(conclusion, trial, verdict.needs[0])
            elif share < self.limits.fails:
                verdict.verdict = "does_not_follow"

    def candidates(self) -> dict[int, Bounds]:
        """Rows that could supply a missing premise: parameters that the view does not set, within their bounds."""
        world, found = self.runner.case.built.world, {}
        for index, row in enumerate(self.trials.graph.rows):
            if row.part or row.name in self.own:
                continue
            parameter = world.parameters[row.parameter]
            if parameter.each_firing:
                continue
            used = self.filled.used[row.name]
            low, high = parameter.within or used.distribution.interval
            if low < high:
                factor = used.unit.factor
                found[index] = Bounds(
                    row.name,
                    low * factor,
                    high * factor,
                    factor,
                    used.unit.text,
                    self.neutral.used[row.name].distribution,
                )
        return found

    # -- what carries a conclusion

    def premises(self) -> list[tuple[str, str]]:
        """The view's premises: ('switch', name) for each theory that it takes a stand on, ('parameter', name) for each figure."""
        taken = [("switch", name) for name in self.filled.view.switches]
        return taken + [("parameter", name) for name in sorted(self.own)]

    def without(self, kind: str, name: str, table: Array) -> Array:
        """Rows with one premise taken away: a theory turned, a figure put back to the pooled median."""
        changed = table.copy()
        row = self.runner.case.built.row_of[name]
        if kind == "switch":
            changed[row] = self.runner.switch_rows({name: self.turned(name)})[name]
        else:
            used = self.neutral.used[name]
            changed[row] = used.distribution.median * used.unit.factor
        return changed

    def turned(self, name: str) -> str:
        """The other position of a switch: its default where the view leaves that, else its first other one."""
        switch = self.runner.case.built.world.switches[name]
        now = self.filled.switches[name]
        if now != switch.default:
            return switch.default
        return next(o for o in (switch.options or ("true", "false")) if o != now)

    def carriers(
        self, conclusion: Conclusion, trial: Trial, supplied: Need | None
    ) -> list[tuple[str, float]]:
        """Premises without which the conclusion no longer follows, the missing one supplied at the middle of its range."""
        table = trial.table[:, : self.futures // 6].copy()
        luck = trial.luck[: self.futures // 6]
        if supplied is not None:
            table[supplied.row] = supplied.middle
        found = []
        whole = self.trials.share(conclusion, self.trials.run(trial, table, luck)) or 0.0
        for kind, name in self.premises():
            share = self.trials.share(
                conclusion, self.trials.run(trial, self.without(kind, name, table), luck)
            )
            if share is None or (share < self.limits.follows and whole - share > CARRIES):
                found.append((name, 0.0 if share is None else share))
        return sorted(found, key=lambda item: item[1])

    def contradicted(self, conclusion: Conclusion, trial: Trial) -> tuple[str, float] | None:
        """The source's own figure that alone keeps its conclusion from following, if there is one."""
        table, luck = trial.table[:, : self.futures // 6], trial.luck[: self.futures // 6]
        for name in sorted(self.own):
            share = self.trials.share(
                conclusion, self.trials.run(trial, self.without("parameter", name, table), luck)
            )
            if share is not None and share >= self.limits.follows:
                return name, share
        return None
