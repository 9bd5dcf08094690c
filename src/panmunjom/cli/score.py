"""``panmunjom score``: how good forecasts were, ours and others', and the record of each document."""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path
from typing import Any

from ..case.loading import load
from ..case.records import Case
from ..forecasts import scoring
from ..forecasts.crowds import read_crowd
from ..forecasts.forecast import Forecast, of_documents, of_ledger
from ..forecasts.hub import COLUMNS, as_csv, hub_rows
from ..forecasts.ledger import read_ledger
from ..forecasts.records import SourceScore, source_scores
from ..text.files import write_whole
from ..text.problems import Problems, printable
from .forecast import ledger_path
from .terminal import as_json_text, bold, dim, show_problems, table, width

_COLUMNS = (
    "forecaster", "origin", "question", "family", "date", "horizon_days", "kind", "outcome", "probability", "rule", "score",
    "log_score", *(f"baseline_{name}" for name in scoring.BASELINES),
)  # fmt: skip
_ORIGINS = {"ledger": "sealed in time", "hindcast": "hindcast", "document": "document", "crowd": "crowd"}


def score(given: argparse.Namespace) -> int:
    """Score, print, write files; the exit status is 1 where a forecast was refused."""
    case = load(given.case)
    path = ledger_path(case, given.ledger)
    lines = read_ledger(path)
    problems = Problems()
    made = of_ledger(case, lines, problems) + of_documents(case)
    for name in given.crowd:
        found = Problems()
        made += read_crowd(Path(name), case, found)
        for p in found:
            problems.add(p.code, p.place, p.message, p.hint, p.severity)
    rows = scoring.scored(case, made)
    records = source_scores(case)
    if given.csv:
        write_whole(Path(given.csv), as_csv([r.as_dict() for r in rows], _COLUMNS))
    if given.hubverse:
        write_whole(Path(given.hubverse), as_csv(hub_rows(case, made), COLUMNS))
    if given.json:
        print(as_json_text(record(case, made, rows, records, problems, path, len(lines))))
    else:
        show(case, made, rows, records, path, len(lines))
    if problems.errors:
        show_problems(list(problems))
        return 1
    return 0


def record(
    case: Case,
    made: list[Forecast],
    rows: list[scoring.Scored],
    records: list[SourceScore],
    problems: Problems,
    path: Path,
    lines: int,
) -> dict[str, Any]:
    """What ``--json`` prints."""
    ours = {origin: [r for r in rows if r.forecast.origin == origin] for origin in ("ledger", "hindcast")}
    return {
        "case": case.id, "ledger": str(path), "sealed": lines, "forecasts": len(made), "scored": len(rows),
        "counts": scoring.counts(case), "forecasters": scoring.by_forecaster(rows),
        "skill": scoring.by_family(ours["ledger"]), "hindcast_skill": scoring.by_family(ours["hindcast"]),
        "against_ours": scoring.against_ours(rows), "records": [r.as_dict() for r in records],
        "rows": [r.as_dict() for r in rows], "problems": [p.as_dict() for p in problems],
    }  # fmt: skip


def show(
    case: Case, made: list[Forecast], rows: list[scoring.Scored], records: list[SourceScore], path: Path, lines: int
) -> None:
    """Print counts, forecasters, differences and records."""
    n = scoring.counts(case)
    print(bold(printable(f"{case.title}: {n['questions']} questions, {n['resolved']} answered")))
    print(
        f"{n['scored']} for good by yes or no and the like, {n['partly']} in part, {n['so_far']} only so far, "
        f"{n['void_or_ambiguous']} void or ambiguous, {n['open']} open"
    )
    sealed = sum(f.origin == "ledger" for f in made)
    print(f"{printable(str(path))}: {lines} lines" if lines else f"no forecasts are sealed in {printable(str(path))}")
    waiting = sealed - sum(r.forecast.origin == "ledger" for r in rows)
    if waiting:
        print(f"{waiting} sealed forecasts wait for their answers")
    if rows:
        print("\n" + forecasters_text(scoring.by_forecaster(rows)))
    if any(r.forecast.origin == "hindcast" for r in rows):
        text = "A hindcast was made after the day that it is dated, when people and the world may know how things went."
        print(dim("\n".join(textwrap.wrap(text, width()))))
    for gap in scoring.against_ours(rows):
        if gap["n"]:
            ends = "too few for an interval" if gap["low"] is None else f"{gap['low']:+.3f} to {gap['high']:+.3f}"
            text = f"ours less {gap['forecaster']}, Brier, on {gap['n']} shared questions: {gap['difference']:+.3f} ({ends})"
            print(printable(f"{text}; below 0 is better for us"))
    if records:
        print("\n" + records_text(records))


def forecasters_text(found: list[dict[str, Any]]) -> str:
    """Mean scores of each forecaster, and a sentence on skill."""
    rules = {"brier": "Brier", "log": "log", "crps": "CRPS", "crps_days": "CRPS, days"}
    shown = [rule for rule in rules if any(f[rule] is not None for f in found)]
    rows = []
    for one in found:
        figures = ["" if one[rule] is None else f"{one[rule]:.3f}" for rule in shown]
        rows.append([one["forecaster"], _ORIGINS[one["origin"]], str(one["forecasts"]), str(one["questions"]), *figures])
    out = [table(["forecaster", "", "forecasts", "questions", *(rules[r] for r in shown)], rows)]
    for one in found:
        for skill in one["skill"].values():
            text = printable(f"{one['forecaster']} ({_ORIGINS[one['origin']]}): {skill['says']}")
            out.append("\n".join(textwrap.wrap(text, width())))
        if "calibration" in one:
            bins = [b for b in one["calibration"] if b["n"]]
            said = [
                [
                    f"{100 * b['low']:.0f} to {100 * b['high']:.0f}%", str(b["n"]), f"{100 * b['said']:.0f}%",
                    f"{100 * b['happened']:.0f}% ({100 * b['happened_low']:.0f}–{100 * b['happened_high']:.0f})",
                ]
                for b in bins
            ]  # fmt: skip
            out.append(table([f"calibration of {one['forecaster']}", "forecasts", "said", "happened, 90%"], said, "  "))
    out.append(dim("0 is best; skill with its 90% interval; in the order of origin and name, which is no ranking"))
    return "\n".join(out)


def records_text(records: list[SourceScore]) -> str:
    """Each source's record, by the day it appeared."""
    rows = []
    for one in records:
        span = "" if one.share is None else f"{100 * one.share:.0f} ({100 * (one.low or 0):.0f}–{100 * (one.high or 0):.0f})"
        score = one.brier
        words = "" if score is None else f"{score[0]:.2f} ({score[1]:.2f}–{score[2]:.2f}), n {score[3]}"
        counts = [str(one.count(o)) for o in ("right", "partly", "wrong")]
        so_far = f"{one.count('so_far_right')} / {one.count('so_far_wrong')}"
        rows.append([one.source, str(one.published or ""), str(one.n), *counts, so_far, span, words])
    head = ["source", "published", "n", "right", "partly", "wrong", "so far true/false", "% right, pooled", "Brier"]
    notes = [
        "n: its own statements that are settled for good; a reported prediction that it does not stand behind is not among them. "
        "% right: drawn towards the other sources (beta-binomial, prior of Gelman et al. 2013), partly as half, 90% interval. "
        "Brier: where its words have a probability by a published yardstick; the range is that of the words."
    ]
    few = [one.source for one in records if one.few]
    if few:
        notes.append(f"Under 10 statements, so nothing can be said of the source: {', '.join(few)}. By date, no ranking.")
    body = [dim(line) for text in notes for line in textwrap.wrap(printable(text), width())]
    return "\n".join([bold("What came true of what was said"), table(head, rows), *body])
