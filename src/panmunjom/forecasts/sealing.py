"""Makes the forecasts of a day: one run of a view, every open question, as records for the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from .. import __version__
from ..analysis.running import Options, Runner, Tick
from ..case.known import as_of
from ..case.questions import open_on
from ..case.records import Case, Filled, Question
from ..futures.ensemble import Ensemble
from ..text.problems import NOWHERE, CaseError, Problem
from .baselines.rates import Rate
from .ledger import Record
from .resolving import Answer, answers, newest, still_open
from .scoring import war_over
from .wording import Family, by_wording


@dataclass(slots=True)
class Forecasts:
    """What a view says on a day: the answers by question, how wordings differ, which open questions it cannot answer and why."""

    case: Case
    filled: Filled
    ensemble: Ensemble
    day: date
    questions: dict[str, Question]
    answers: dict[str, Answer]
    families: list[Family]
    kept: int
    skipped: dict[str, str] = field(default_factory=dict)

    @property
    def stale_days(self) -> int:
        """Days between the view's start and the day of the forecast, of which the view knows next to nothing."""
        return max(0, (self.day - self.ensemble.start).days)

    def past_wars(self) -> dict[str, Rate]:
        """What past wars say of the questions that ask whether the war is over."""
        found = {name: war_over(self.questions[name], self.day) for name in self.answers}
        return {name: rate for name, rate in found.items() if rate is not None}

    def records(self, seed: int) -> list[Record]:
        """A line for each answer, without time and seal."""
        return [
            {
                "as_of": self.day.isoformat(), "case": self.case.id, "case_version": self.case.digest, "package": __version__,
                "view": self.filled.name, "start": self.ensemble.start.isoformat(), "seed": seed,
                "futures_run": len(self.ensemble.raw.points), "question": name, "criteria": self.questions[name].criteria,
                "kind": answer.kind, **answer.as_dict(),
            }
            for name, answer in self.answers.items()
        ]  # fmt: skip


def forecast(
    case: Case, options: Options, day: date, view: str = "pooled", start: date | None = None, tick: Tick | None = None
) -> Forecasts:
    """Forecasts of a day from a view; the pooled one starts at ``start`` or where the case last says how things stood.

    Only what was known on that day is used. Raises ``CaseError`` where no question is open or the view does not exist by then.
    """
    case, original = as_of(case, day), case
    options.known_by = day
    runner = Runner(case, options)
    if view == "pooled":
        filled = runner.fill_pooled(start or newest(original, day))
    elif view in case.views:
        if start is not None:
            raise CaseError([Problem("bad-option", NOWHERE, f"--start is for the pooled view; '{view}' has its own start")])
        filled = runner.fill(case.views[view])
    else:
        from ..case.filling import unknown_view

        raise unknown_view(original, view, day)
    if filled.start > day:
        message = f"the view starts on {filled.start}, after the day of the forecast, {day}"
        raise CaseError([Problem("bad-date", NOWHERE, message)])
    if runner.until(filled.start) <= day:
        message = f"the run of '{filled.name}' ends on {runner.until(filled.start)}, before the day of the forecast, {day}"
        hint = "Give the case newer figures or a longer horizon, or forecast an earlier day with --as-of."
        raise CaseError([Problem("bad-date", NOWHERE, message, hint)])
    asked = {name: q for name, q in case.asked.items() if open_on(q, day)}
    if not asked:
        message = f"no question of the case is open on {day}"
        raise CaseError([Problem("no-question", NOWHERE, message, "questions.yaml says when each was asked and closes.")])
    answerable = [q for q in asked.values() if q.futures_answer]
    ensemble, found = answers(runner, filled, answerable, day, tick)
    kept = still_open(ensemble, answerable, day)
    done = Forecasts(case, filled, ensemble, day, asked, found, by_wording(case, ensemble, kept), int(kept.sum()))
    for name, question in asked.items():
        if not question.futures_answer:
            done.skipped[name] = "only reality answers it"
        elif name not in found:
            done.skipped[name] = f"due outside the run, {ensemble.start} to {ensemble.until}"
        elif not found[name].futures:
            done.skipped[name] = "every future has answered it by then"
            del found[name]
    return done
