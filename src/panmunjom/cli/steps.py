"""``panmunjom check --step``: what a shorter step does to the endings."""

from __future__ import annotations

from typing import Any

from ..analysis.running import Options
from ..analysis.steps import StepComparison, compare_steps
from ..case.records import Case
from ..futures.wording import points, share
from ..report.sentences import label_of
from ..report.words import count
from .terminal import Progress, table


def check_steps(case: Case, options: Options) -> tuple[list[str], dict[str, Any] | None]:
    """Lines for people, and the same as a record for ``--json`` (None where there is no smaller step)."""
    progress = Progress()
    try:
        found = compare_steps(case, options, progress.stage("both steps", 1.0))
    finally:
        progress.close()
    if found is None:
        return ["step: one day is the shortest step there is"], None
    return lines(case, found), record(found)


def lines(case: Case, found: StepComparison) -> list[str]:
    """A table of the endings and a sentence."""
    own, finer = (count(days, "day") for days in (found.step, found.finer))
    head, rows = ["ending, % of futures", f"step {own}", f"step {finer}", "difference"], []
    for ending in found.endings:
        sign = "+" if ending.difference >= 0 else "−"
        error = 2 * ending.se
        rows.append([
            label_of(case, ending.name),
            *(share(s.p, s.se, s.futures).removesuffix("%") for s in (ending.own, ending.finer)),
            f"{sign}{points(abs(ending.difference), error or None)} ± {points(error, error or None)}",
        ])  # fmt: skip
    span = f"pooled@{found.start} until {found.until}, {found.futures:,} futures, ± two standard errors"
    if found.moved:
        names = ", ".join(label_of(case, e.name) for e in found.moved)
        verdict = f"moved by more than their sampling error with the shorter step: {names}"
    else:
        verdict = "no ending moves by more than its sampling error with the shorter step"
    out = ["", span, *table(head, rows).splitlines(), verdict]
    if found.bad:
        out.append(f"{count(found.bad, 'future')} stopped being finite and are left out")
    return out


def record(found: StepComparison) -> dict[str, Any]:
    """The comparison for machines; shares between 0 and 1, steps in days."""
    return {
        "view": f"pooled@{found.start}",
        "until": str(found.until),
        "step": found.step,
        "finer": found.finer,
        "futures": found.futures,
        "bad": found.bad,
        "endings": {
            e.name: {
                "own": e.own.p,
                "finer": e.finer.p,
                "difference": e.difference,
                "se": e.se,
                "moved": e.moved,
            }
            for e in found.endings
        },
    }
