"""What futures answer: each question of a case put to one ensemble, as a forecast made on a day.

An open question says something itself: it has not been answered yet. Where the view starts before the day of the forecast,
only futures go on from that day in which none of the open deadline questions was answered in between (``still_open``); all
questions are put to the same ones. Nothing else is known of that time, and the forecast says how many days it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from ..analysis.running import Ready, Runner, Tick
from ..case.records import Case, Filled, Question
from ..engine.kernel import Blocks
from ..engine.run import CHUNK
from ..futures.ensemble import Ensemble, share
from ..text.problems import CaseError, Problem

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# the levels of forecast hubs: enough for a score, few enough for a line of text
LEVELS = (0.01, 0.025, *(round(0.05 * k, 2) for k in range(1, 20)), 0.975, 0.99)


@dataclass(slots=True)
class Answer:
    """What the futures of one view say to one question.

    yes_no   ``p`` and its sampling error ``se``
    choice   ``chances``: option -> share, the last being what it is otherwise
    number   ``values``: quantiles at ``LEVELS`` in the declared unit ``unit``
    date     ``values``: quantiles as day numbers, NaN for not in time; ``p`` that it comes in time

    ``futures`` were counted, ``left_out`` had answered an open question before the day.
    """

    question: str
    kind: str
    futures: int
    left_out: int = 0
    p: float | None = None
    se: float | None = None
    chances: dict[str, float] = field(default_factory=dict)
    values: list[float] = field(default_factory=list)
    unit: str = ""

    def as_dict(self) -> dict[str, Any]:
        """What a ledger's line says of it; days as dates, None for never."""
        found: dict[str, Any] = {"futures": self.futures, "left_out": self.left_out}
        if self.p is not None:
            found |= {"probability": round(self.p, 6), "se": None if self.se is None else round(self.se, 6)}
        if self.chances:
            found["chances"] = {name: round(p, 6) for name, p in self.chances.items()}
        if self.values:
            shown = [_day(v) if self.kind == "date" else float(f"{v:.6g}") for v in self.values]
            found |= {"levels": list(LEVELS), "quantiles": shown}
            if self.kind == "number":
                found["unit"] = self.unit
        return found


def _day(number: float) -> str | None:
    return None if np.isnan(number) else date.fromordinal(int(number)).isoformat()


def answers(
    runner: Runner, filled: Filled, questions: list[Question], day: date, tick: Tick | None = None
) -> tuple[Ensemble, dict[str, Answer]]:
    """One ensemble of the view and what it answers, as forecasts of ``day``; questions due outside its span are left out.

    Raises ``CaseError`` where too many futures broke, or where two options of a choice hold together.
    """
    ensemble = runner.run(filled, tick=tick)
    if not ensemble.usable:
        message = f"{ensemble.name}: {ensemble.bad_share:.1%} of the futures stopped being finite; no probability is given"
        raise CaseError([Problem("not-finite", questions[0].place if questions else filled.view.place, message)])
    inside = [q for q in questions if within(q, ensemble)]
    kept = still_open(ensemble, inside, day)
    numbers = shown_at(runner.ready(filled), ensemble.points[kept], [q for q in inside if q.kind == "number"])
    found: dict[str, Answer] = {}
    problems: list[Problem] = []
    for question in inside:
        if question.kind == "number":
            found[question.id] = _number(runner.case, question, numbers.get(question.id, np.empty(0)), kept)
        elif question.kind == "choice":
            found[question.id] = _choice(ensemble, question, kept, problems)
        else:
            found[question.id] = _happens(ensemble, question, day, kept)
    if problems:
        raise CaseError(problems)
    return ensemble, found


def still_open(ensemble: Ensemble, questions: list[Question], day: date) -> Flags:
    """Futures in which no open deadline question was answered by the end of a day, shape (finite,).

    What holds from the start on (in the first step of more than half of the futures) says nothing, nor does a question that
    counts ``anew`` from its opening.
    """
    kept = np.ones(len(ensemble.points), bool)
    begun = ensemble.start.toordinal() + ensemble.step_days - 1
    for question in questions:
        if question.at or question.anew or not within(question, ensemble) or question.kind == "number":
            continue
        first = _first_of(ensemble, question)
        if (first <= begun).mean() <= 0.5:
            kept &= first > day.toordinal()
    return kept


def within(question: Question, ensemble: Ensemble) -> bool:
    """Whether an ensemble's span holds the day that decides the question; one without a day is decided at the horizon."""
    return question.futures_answer and (question.due is None or ensemble.start < question.due <= ensemble.until)


def _first(ensemble: Ensemble, proposition: str) -> Array:
    """The day number on which a proposition first held in each finite future, infinite for never, shape (finite,)."""
    names = [a.name for a in ensemble.graph.answers]
    first = ensemble.raw.first[names.index(proposition)][ensemble.fine].astype(float)
    return np.where(np.isnan(first), np.inf, first)


def _first_of(ensemble: Ensemble, question: Question) -> Array:
    """The day on which a question was answered with yes, or by any of its options."""
    names = [f"{question.id}: {o.name}" for o in question.options] or [question.id]
    return np.stack([_first(ensemble, name) for name in names]).min(axis=0)


def _happens(ensemble: Ensemble, question: Question, day: date, kept: Flags) -> Answer:
    first, left_out = _first(ensemble, question.id), int((~kept).sum())
    if not question.at and not question.anew:
        kept = kept & (first > day.toordinal())  # where it holds from the start on there is nothing to forecast
    found = share(np.isfinite(first[kept]), ensemble.points[kept])
    p, se = (None, None) if found.futures == 0 else (found.p, found.se)
    answer = Answer(question.id, question.kind, found.futures, left_out, p, se)
    if question.kind == "date" and found.futures:
        drawn = np.quantile(first[kept], LEVELS, method="inverted_cdf")
        answer.values = [float(v) if np.isfinite(v) else float("nan") for v in drawn]
    return answer


def _choice(ensemble: Ensemble, question: Question, kept: Flags, problems: list[Problem]) -> Answer:
    firsts = np.stack([_first(ensemble, f"{question.id}: {o.name}") for o in question.options])
    earliest = firsts.min(axis=0)
    tied = np.isfinite(earliest) & ((firsts == earliest).sum(axis=0) > 1)
    if tied.any():
        one = int(np.flatnonzero(tied)[0])
        together = [o for o, f in zip(question.options, firsts[:, one], strict=True) if f == earliest[one]]
        words = " and ".join(f"'{o.name}'" for o in together)
        message = f"the options {words} of '{question.id}' hold on the same day in {int(tied.sum()):,} futures"
        problems.append(Problem("options-overlap", together[-1].place, message, "Options must exclude each other."))
    picked = np.where(np.isfinite(earliest), firsts.argmin(axis=0), len(question.options))[kept]
    names = [*(o.name for o in question.options), question.otherwise]
    chances = {name: float((picked == k).mean()) for k, name in enumerate(names)} if len(picked) else {}
    return Answer(question.id, question.kind, len(picked), int((~kept).sum()), chances=chances)


def _number(case: Case, question: Question, values: Array, kept: Flags) -> Answer:
    shown = next(s for s in case.built.graph.shown if _name(s.item, s.members) == question.of)
    drawn = np.quantile(values / shown.unit.factor, LEVELS).tolist() if len(values) else []
    return Answer(question.id, question.kind, len(values), int((~kept).sum()), values=drawn, unit=shown.unit.text)


def _name(item: str, members: tuple[str, ...]) -> str:
    return f"{item}[{', '.join(members)}]" if members else item


def shown_at(ready: Ready, futures: npt.NDArray[np.uint64], asked: list[Question]) -> dict[str, Array]:
    """What each number question's stock or value is at the end of the step that holds its day, base units, shape (futures,)."""
    graph, plan = ready.built.graph, ready.plan
    slots = {_name(s.item, s.members): s.slot for s in graph.shown}
    stops = {q.id: min(plan.count, plan.index(q.due) + 1) for q in asked if q.due is not None}
    parts: dict[str, list[Array]] = {q.id: [] for q in asked}
    cuts = sorted({*stops.values(), *(c.step for c in ready.changes)}) if stops else []
    for begin in range(0, len(futures) if cuts else 0, CHUNK):
        points = futures[begin : begin + CHUNK]
        blocks = Blocks(ready.rows(points), points, len(graph.slots), ready.kernel.width)
        ready.kernel.start(blocks, plan, ready.seed, ready.threads)
        at = 0
        for cut in cuts:
            if cut > at:
                ready.kernel.move(blocks, plan, at, cut, ready.seed, ready.threads)
                at = cut
            for change in ready.changes:
                if change.step == cut:
                    blocks.set_row(change.row, change.value)
            for question in asked:
                if stops[question.id] == cut:
                    parts[question.id].append(blocks.slot(slots[question.of]).copy())
    return {name: np.concatenate(found) for name, found in parts.items() if found}


def newest(case: Case, day: date) -> date:
    """The last day up to ``day`` on which the case says how things stood: of its start, its views and its dated assumptions."""
    known = [case.start, *(v.start for v in case.views.values() if v.start)]
    known += [c.since for p in case.built.world.parameters.values() for c in p.assume if c.since]
    return max((d for d in known if d <= day), default=case.start)

