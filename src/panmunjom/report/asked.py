"""The section on questions: criteria and fine print, how far wording alone moves an answer, what came true of what was said."""

from __future__ import annotations

from typing import Any

from ..analysis.study import Study, ViewResult
from ..case.questions import due_text
from ..case.records import Question, Resolution
from ..forecasts.records import source_scores
from ..forecasts.resolving import within
from ..forecasts.scoring import counts
from ..forecasts.wording import Family, by_wording
from ..futures.ensemble import share
from .asked_records import AnswerRecord, AskedQuestion, AskedRecord, FamilyRecord
from .words import own
from .words import share as in_words


def asked_record(done: Study) -> AskedRecord | None:
    """The section of a run; None where the case asks nothing but what is crossed with the endings."""
    case, view = done.case, done.views[done.default_view]
    if all(q.crossed for q in case.asked.values()):
        return None
    families = by_wording(case, view.ensemble)
    told = {w.question.id for family in families for w in family.wordings} | set(case.questions)
    scores = source_scores(case)
    told |= {j.question.id for s in scores for j in (*s.judged, *s.reported)}
    rest = [q for q in case.asked.values() if q.id not in told]
    return {
        "view": view.name,
        "counts": counts(case),
        "families": [family_record(view, family) for family in families],
        "open": [question_record(view, q) for q in rest if not q.resolutions],
        "answered": [question_record(view, q) for q in rest if q.resolutions],
        "records": [
            {
                "source": s.source,
                "published": s.published.isoformat() if s.published else "",
                "n": s.n,
                "right": s.count("right"),
                "partly": s.count("partly"),
                "wrong": s.count("wrong"),
                "so_far": s.count("so_far_right") + s.count("so_far_wrong"),
                "share": "" if s.share is None else f"{100 * s.share:.0f}% ({100 * (s.low or 0):.0f}–{100 * (s.high or 0):.0f})",
                "brier": "" if (b := s.brier) is None else f"{b[0]:.2f} ({b[1]:.2f}–{b[2]:.2f}), n {b[3]}",
                "few": s.few,
                "statements": [
                    {
                        "question": question_record(view, j.question),
                        "claims": list(j.claims),
                        "came_true": _truth(j.outcome),
                        "so_far": j.outcome.startswith("so_far"),
                        "own": j in s.judged,
                    }
                    for j in (*s.judged, *s.reported)
                ],
            }
            for s in scores
        ],
    }


def _truth(outcome: str) -> bool | str:
    return "partly" if outcome == "partly" else outcome.endswith("right")


def question_record(view: ViewResult, question: Question) -> AskedQuestion:
    """A question as the page shows it."""
    text = ""
    if question.kind == "yes_no" and view.ensemble.usable and within(question, view.ensemble) and not question.resolutions:
        found = share(view.ensemble.answered(question.id), view.ensemble.points)
        text = in_words(found.p, found.se, found.futures)
    return {
        "id": question.id,
        "text": question.text,
        "kind": question.kind.replace("_", " or "),
        "about": question.about,
        "fine_print": question.fine_print,
        "style": question.style,
        "due": due_text(question),
        "asked": str(question.asked or ""),
        "closes": str(question.last or ""),
        "criteria": question.criteria,
        "answer": None if question.resolution is None else answer_record(question.resolution),
        "share": text,
    }


def answer_record(answer: Resolution) -> AnswerRecord:
    """A resolution as the page shows it."""
    return {
        "outcome": answer.outcome,
        "day": answer.day.isoformat(),
        "who": answer.who,
        "evidence": answer.evidence,
        "so_far": answer.so_far,
    }


def family_record(view: ViewResult, family: Family) -> FamilyRecord:
    """A family's wordings with their shares and their distance from the first, and how far the extremes lie apart."""
    rows: list[AskedQuestion] = []
    for found in family.wordings:
        row = question_record(view, found.question)
        row["share"] = f"{own(found.p, found.se, family.futures)}%"
        row["gap"] = "" if found is family.wordings[0] else found.gap
        rows.append(row)
    by_id = {w.question.id: w.question.text for w in family.wordings}
    least, most = by_id[family.least], by_id[family.most]
    return {"name": family.name.replace("_", " "), "spread": family.apart, "least": least, "most": most, "wordings": rows}


def as_json(done: Study) -> list[dict[str, Any]]:
    """The families of the main view, for ``--json``."""
    return [family.as_dict() for family in by_wording(done.case, done.views[done.default_view].ensemble)]
