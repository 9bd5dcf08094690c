"""``panmunjom forecast``: forecasts every open question and seals what it says in the ledger."""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ..analysis.running import Options
from ..case.loading import load, shipped
from ..case.questions import due_text
from ..case.records import Case
from ..forecasts.baselines.rates import Rate
from ..forecasts.ledger import Line, seal
from ..forecasts.resolving import Answer
from ..forecasts.sealing import Forecasts
from ..forecasts.sealing import forecast as make
from ..futures.wording import own, share
from ..quantities.calendar import parse_date
from ..text.problems import NOWHERE, CaseError, Problem, printable
from .tables import family_text
from .terminal import Progress, as_json_text, bold, dim, table, width


def ledger_path(case: Case, given: str | None) -> Path:
    """Where a case's forecasts are sealed: in its folder, or for a shipped one in ``forecasts/`` of the current folder."""
    if given:
        return Path(given)
    if shipped().get(case.id) == case.folder:
        return Path("forecasts") / f"{case.id}.jsonl"
    return case.folder / "forecasts.jsonl"


def forecast(given: argparse.Namespace) -> int:
    """Run, print, seal; the exit status is 0."""
    now = datetime.now(UTC)
    case = load(given.case)
    day = _day(given.as_of, "--as-of") or now.date()
    if day > now.date():
        raise _wrong(f"--as-of: {day} lies in the future; a forecast is made of what is known")
    view, start = given.view, _day(given.start, "--start")
    if match := re.fullmatch(r"pooled@(.+)", view):
        view, start = "pooled", start or _day(match[1], "--view")
    path = ledger_path(case, given.ledger)
    progress = Progress()
    try:
        done = make(case, Options(futures=given.futures, seed=given.seed), day, view, start, progress.stage("running", 1.0))
    finally:
        progress.close()
    added, repeated = ([], []) if given.dry_run else seal(path, done.records(given.seed), now)
    if given.json:
        print(as_json_text(record(done, given.seed, added, repeated, path)))
    else:
        show(done, added, repeated, path, given.dry_run)
    return 0


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return parse_date(text)
    except ValueError as error:
        raise _wrong(f"{option}: {error}") from None


def _wrong(message: str) -> CaseError:
    return CaseError([Problem("bad-date", NOWHERE, message)])


def record(done: Forecasts, seed: int, added: list[Line], repeated: list[Line], path: Path) -> dict[str, Any]:
    """What ``--json`` prints."""
    return {
        "day": done.day.isoformat(), "view": done.filled.name, "start": done.ensemble.start.isoformat(),
        "stale_days": done.stale_days, "futures": len(done.ensemble.points), "kept": done.kept,
        "forecasts": done.records(seed), "families": [f.as_dict() for f in done.families], "skipped": done.skipped,
        "past_wars": {q: rate._asdict() for q, rate in done.past_wars().items()},
        "sealed": len(added), "repeated": [line.place.line for line in repeated], "ledger": str(path),
    }  # fmt: skip


def show(done: Forecasts, added: list[Line], repeated: list[Line], path: Path, dry: bool) -> None:
    """Print the forecasts, how wordings differ, and what was sealed."""
    print(bold(f"Forecasts of {done.day} by {done.filled.name}, {done.kept:,} futures"))
    if done.stale_days:
        left = len(done.ensemble.points) - done.kept
        text = (
            f"The view starts on {done.ensemble.start}, {done.stale_days} days before. Of what happened since it knows one "
            f"thing: the open questions are open, so {left:,} futures in which one was answered by then are left out."
        )
        print(dim("\n".join(textwrap.wrap(text, width()))))
    plain = [(q, a) for q, a in done.answers.items() if a.kind == "yes_no"]
    rows = [[q, due_text(done.questions[q]) or f"by {done.ensemble.until}", share(a.p, a.se, a.futures)] for q, a in plain]
    head, past = ["question", "", "probability of yes"], done.past_wars()
    if past:
        rows = [[*row, _rate(past.get(row[0]))] for row in rows]
        head.append("past wars, 90%")
    if rows:
        print("\n" + table(head, rows))
    if past:
        n = min(rate.n for rate in past.values())
        text = f"past wars: of wars between states since 1946 that grew as old, which are {n}, how many were over within as long"
        print(dim("\n".join(textwrap.wrap(text, width()))))
    for name, answer in done.answers.items():
        if answer.kind != "yes_no":
            print("\n" + printable(f"{name}: {done.questions[name].text}") + f"\n  {said(done, answer)}")
    for family in done.families:
        print("\n" + family_text(family))
    for name, why in done.skipped.items():
        print(dim(printable(f"not forecast: {name}, {why}")))
    if dry:
        print("\nnothing was sealed (--dry-run)")
        return
    if repeated:
        lines = ", ".join(str(line.place.line) for line in repeated[:6]) + (" ..." if len(repeated) > 6 else "")
        print(f"\n{len(repeated)} sealed already today, in line {lines}; the same is not sealed twice")
    if added:
        print(f"\n{len(added)} sealed in {printable(str(path))} from line {added[0].place.line} on; commit it to git")
    if any(line.hindcast for line in added):
        sys.stdout.write(dim("They are dated before today: hindcasts, which are scored apart.") + "\n")


def _rate(rate: Rate | None) -> str:
    return "" if rate is None else f"{100 * rate.p:.0f}% ({100 * rate.low:.0f}–{100 * rate.high:.0f})"


def said(done: Forecasts, answer: Answer) -> str:
    """A choice, number or date in one line."""
    if answer.kind == "choice":
        labels = {o.name: o.label or o.name.replace("_", " ") for o in done.questions[answer.question].options}
        return ", ".join(
            f"{printable(labels.get(n, n.replace('_', ' ')))} {own(p, None, answer.futures)}%" for n, p in answer.chances.items()
        )
    from ..forecasts.resolving import LEVELS

    middle = [answer.values[LEVELS.index(level)] for level in (0.05, 0.5, 0.95)]
    if answer.kind == "number":
        low, half, high = (f"{v:,.4g}" if abs(v) < 1000 else f"{v:,.0f}" for v in middle)
        return f"{half} {answer.unit} (90%: {low} to {high})"
    low, half, high = ("not in time" if v != v else date.fromordinal(int(v)).isoformat() for v in middle)
    return f"median {half} (5%: {low}; 95%: {high}); {share(answer.p, answer.se, answer.futures)} come in time"

