"""Scores everything that reality has answered: ours, documents, crowds and baselines, side by side on the same questions.

A question's forecasts by one forecaster are averaged first, so that whoever forecasts daily counts once; wordings of one
family are drawn together in the bootstrap, because one event answers them all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np

from ..case.records import Case, Question
from ..quantities.calendar import later
from .baselines.rates import NoWar, Rate, war_ends_within
from .forecast import ORIGINS, Forecast
from .scores import brier, brier_choice, calibration, crps_days, crps_quantiles, difference, log_score, skill

ENOUGH_FOR_CURVE = 10
SPANS = ((92, "up to 3 months"), (366, "3 to 12 months"), (math.inf, "over 12 months"))


@dataclass(slots=True)
class Scored:
    """A forecast with its score and those of the baselines for the same; ``rule`` says which: brier, crps, or crps in days."""

    forecast: Forecast
    rule: str
    score: float
    log: float | None = None
    baselines: dict[str, float] = field(default_factory=dict)

    @property
    def span(self) -> str:
        """How far ahead it looked."""
        ahead = self.forecast.horizon
        return "no deadline" if ahead is None else next(name for days, name in SPANS if ahead <= days)

    @property
    def outcome(self) -> str:
        """What reality answered."""
        answer = self.forecast.question.resolution
        return answer.outcome if answer else ""

    @property
    def family(self) -> str:
        """What it is drawn together with: its question's family, or the question."""
        return self.forecast.question.family or self.forecast.question.id

    def as_dict(self) -> dict[str, Any]:
        """One row for JSON and CSV."""
        made = self.forecast
        return {
            "forecaster": made.who, "origin": made.origin, "question": made.question.id, "family": made.question.family,
            "date": made.day.isoformat(), "horizon_days": made.horizon, "kind": made.question.kind, "outcome": self.outcome,
            "probability": made.p, "rule": self.rule, "score": self.score, "log_score": self.log,
            **{f"baseline_{name}": value for name, value in self.baselines.items()},
        }  # fmt: skip


def even(case: Case, made: Forecast) -> Forecast | None:
    """Every answer alike: one half, one part for each option, or any day up to the deadline."""
    question = made.question
    if question.kind == "yes_no":
        return replace(made, p=0.5)
    if question.kind == "choice":
        return replace(made, chances=dict.fromkeys(made.chances, 1 / len(made.chances)))
    if question.kind == "date" and question.due:
        begun, span = made.day.toordinal(), (question.due - made.day).days
        return replace(made, values=[begun + span * level for level in made.levels])
    return None


def base_rate(case: Case, made: Forecast) -> Forecast | None:
    """The share of yes among the case's questions that were answered before that day, as if one more had been yes and one no."""
    if made.question.kind != "yes_no":
        return None
    known = [q.resolution for q in case.asked.values() if q.kind == "yes_no" and q.id != made.question.id]
    answers = [r.outcome == "yes" for r in known if r and r.counts and r.day < made.day]
    return replace(made, p=(sum(answers) + 1) / (len(answers) + 2))


def past_wars(case: Case, made: Forecast) -> Forecast | None:
    """The share of wars between states that grew as old as this one and were over within as many days."""
    rate = war_over(made.question, made.day)
    return None if rate is None else replace(made, p=rate.p)


def war_over(question: Question, day: date) -> Rate | None:
    """What past wars say of a question that asks whether a war is over; None where it does not, or where none grew so old."""
    if question.past_wars is None or question.due is None or not question.past_wars <= day < question.due:
        return None
    try:
        return war_ends_within((day - question.past_wars).days, (question.due - day).days)
    except NoWar:
        return None


# name -> what the baseline says in place of a forecast; None where it has nothing to say
BASELINES: dict[str, Callable[[Case, Forecast], Forecast | None]] = {
    "even": even,
    "base_rate": base_rate,
    "past_wars": past_wars,
}


def scored(case: Case, forecasts: Iterable[Forecast]) -> list[Scored]:
    """The forecasts whose questions are answered for good, in their order. Void, ambiguous, partly and so far score nothing."""
    found = []
    for made in forecasts:
        answer = made.question.resolution
        if answer is None or not answer.counts or answer.day < made.day:
            continue
        if answer.day == made.day and made.origin != "document":  # who speaks on the day may know already
            continue
        rule, score = _score(made, case)
        one = Scored(made, rule, score)
        if made.p is not None and made.question.kind == "yes_no":
            one.log = float(log_score([made.p], [answer.outcome == "yes"])[0])
        for name, baseline in BASELINES.items():
            other = baseline(case, made)
            if other is not None:
                one.baselines[name] = _score(other, case)[1]
        found.append(one)
    return found


def _score(made: Forecast, case: Case) -> tuple[str, float]:
    """The rule of a forecast's kind and its score. A date without a deadline is one up to the case's horizon."""
    question, answer = made.question, made.question.resolution
    assert answer is not None
    if question.kind == "yes_no":
        assert made.p is not None
        return "brier", float(brier([made.p], [answer.outcome == "yes"])[0])
    if question.kind == "choice":
        names = list(made.chances)
        p = np.array([made.chances[n] for n in names])
        return "brier", float(brier_choice([p / p.sum()], [names.index(answer.outcome)])[0])
    if question.kind == "number":
        assert answer.value is not None
        return "crps", float(crps_quantiles(made.levels, [made.values], [answer.value])[0])
    happened = None if answer.outcome == "never" else float(date.fromisoformat(answer.outcome).toordinal())
    closes = float((question.due or later(made.day, case.horizon)).toordinal())
    return "crps_days", crps_days(made.levels, made.values, happened, float(made.day.toordinal()), closes)


def by_question(rows: Iterable[Scored]) -> dict[str, list[Scored]]:
    """Rows by their question."""
    found: dict[str, list[Scored]] = {}
    for row in rows:
        found.setdefault(row.forecast.question.id, []).append(row)
    return found


def skills(rows: list[Scored], seed: int = 1) -> dict[str, dict[str, Any]]:
    """Skill of these rows against each baseline, over questions of yes and no and choices: baseline -> skill, low, high, ..."""
    found = {}
    for name in BASELINES:
        pairs = by_question(r for r in rows if r.rule == "brier" and name in r.baselines)
        if pairs:
            ours = [float(np.mean([r.score for r in one])) for one in pairs.values()]
            theirs = [float(np.mean([r.baselines[name] for r in one])) for one in pairs.values()]
            found[name] = skill(ours, theirs, groups=[one[0].family for one in pairs.values()], seed=seed)
    return {name: s.as_dict() | {"says": s.sentence(name.replace("_", " "))} for name, s in found.items()}


def by_family(rows: list[Scored]) -> dict[str, dict[str, dict[str, Any]]]:
    """Skill by family (``all`` first) and by how far ahead the forecast looked: family -> span -> baseline -> skill."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    families = dict.fromkeys(r.forecast.question.family for r in rows)
    for family in ["all", *(f for f in families if f)]:
        mine = rows if family == "all" else [r for r in rows if r.forecast.question.family == family]
        spans = {name: [r for r in mine if r.span == name] for name in [*(n for _, n in SPANS), "no deadline"]}
        found[family] = {name: skills(part) for name, part in {"all": mine, **spans}.items() if part}
    return {family: spans for family, spans in found.items() if any(spans.values())}


def by_forecaster(rows: list[Scored]) -> list[dict[str, Any]]:
    """Each forecaster's mean scores and skill, ours first and then by origin and name: an order, not a ranking."""
    groups: dict[tuple[str, str], list[Scored]] = {}
    for row in rows:
        groups.setdefault((row.forecast.origin, row.forecast.who), []).append(row)
    found = []
    for (origin, who), mine in sorted(groups.items(), key=lambda kv: (ORIGINS.index(kv[0][0]), kv[0][1])):
        means = {rule: _mean(r.score for r in mine if r.rule == rule) for rule in ("brier", "crps", "crps_days")}
        record: dict[str, Any] = {
            "forecaster": who, "origin": origin, "forecasts": len(mine), "questions": len(by_question(mine)),
            **means, "log": _mean(r.log for r in mine if r.log is not None), "skill": skills(mine),
        }  # fmt: skip
        asked = [(r.forecast.p, r.outcome) for r in mine if r.forecast.p is not None]
        if len(asked) >= ENOUGH_FOR_CURVE:
            bins = calibration([p for p, _ in asked], [outcome == "yes" for _, outcome in asked])
            record["calibration"] = [b.as_dict() for b in bins]
        found.append(record)
    return found


def against_ours(rows: list[Scored]) -> list[dict[str, Any]]:
    """Our score less each other's on the questions that both forecast: negative is better for us. Hindcasts stay apart."""
    ours = by_question(r for r in rows if r.forecast.origin == "ledger" and r.rule == "brier")
    found = []
    for who in sorted({(r.forecast.origin, r.forecast.who) for r in rows if r.forecast.origin in ("crowd", "document")}):
        theirs = by_question(r for r in rows if (r.forecast.origin, r.forecast.who) == who and r.rule == "brier")
        shared = [q for q in ours if q in theirs]
        gap = difference(
            [float(np.mean([r.score for r in ours[q]])) for q in shared],
            [float(np.mean([r.score for r in theirs[q]])) for q in shared],
            groups=[ours[q][0].family for q in shared],
        )
        ends = {"difference": gap.mean, "low": gap.low, "high": gap.high}
        found.append({"forecaster": who[1], "origin": who[0], "n": gap.n, **ends})
    return found


def _mean(values: Iterable[float | None]) -> float | None:
    found = [v for v in values if v is not None]
    return float(np.mean(found)) if found else None


def counts(case: Case) -> dict[str, int]:
    """How many questions there are, answered for good, in part, only so far, and without an answer that scores."""
    every: list[Question] = list(case.asked.values())
    answers = [q.resolution for q in every if q.resolution is not None]
    return {
        "questions": len(every), "resolved": len(answers), "scored": sum(a.counts for a in answers),
        "partly": sum(a.outcome == "partly" and not a.so_far for a in answers), "so_far": sum(a.so_far for a in answers),
        "void_or_ambiguous": sum(a.outcome in ("void", "ambiguous") for a in answers), "open": len(every) - len(answers),
    }  # fmt: skip
