"""``panmunjom sbc``: simulation-based calibration of a case's conditioning on data."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path

from ..analysis.running import Options, Runner, no_view
from ..case.loading import load
from ..case.records import Case, Filled
from ..forecasts.conditioning.trials import Kept, Settings, Trial, one_after_another, run_wars, summed_up
from ..forecasts.conditioning.uniformity import LEVEL
from ..forecasts.conditioning.wars import DRAWS, Plan, Tried, attempt, until_of
from ..quantities.calendar import add_months, parse_date
from ..report.sbc import record, render_sbc
from ..text.files import write_whole
from ..text.problems import NOWHERE, CaseError, Problem, nearest, printable
from .terminal import Progress, as_json_text, bold, dim, paint, table

_AHEAD = 6  # months that are forecast
_SHOWN = 12


def sbc(given: argparse.Namespace) -> int:
    """Try the wars and print; the exit status is 0 where all ranks can be uniform, else 1."""
    case = load(given.case)
    runner = Runner(case, Options(seed=given.seed, threads=1))
    plan = make_plan(runner, given)
    settings = settings_of(case, plan, given)
    kept = Kept(folder_of(case, settings, given.out), settings)
    processes = min(given.processes or os.cpu_count() or 1, given.wars)
    run = one_after_another(plan)
    if processes > 1 and len(kept.done) < given.wars:
        run = lambda numbers: several(given, processes, numbers)  # noqa: E731
    progress = Progress()
    stopped = False
    try:
        run_wars(kept, given.wars, run, progress.stage(f"{given.wars} synthetic wars", 1.0))
    except KeyboardInterrupt:
        stopped = True
    finally:
        progress.close()
    trial = summed_up(settings, {k: w for k, w in kept.done.items() if k < given.wars})
    page = kept.folder / "sbc.html"
    if trial.wars:
        write_whole(page, render_sbc(trial, case.title))
        write_whole(kept.folder / "sbc.json", json.dumps(record(trial), indent=1))
    if given.json:
        print(as_json_text(record(trial)))
    else:
        show(trial, given.wars, page)
    if stopped:
        sys.stderr.write(f"stopped; the same call goes on with {len(trial.wars)} wars done\n")
        return 130
    return 0 if trial.verdict == "passed" else 1


def make_plan(runner: Runner, given: argparse.Namespace) -> Plan:
    """View, start, series and dates. Raises ``CaseError`` for what is wrong with the call."""
    case = runner.case
    series = [one for one in case.observed.values() if one.observations]
    if not series:
        message = f"'{case.id}' has no observed series, so there is nothing to condition on"
        raise CaseError(
            [
                Problem(
                    "nothing-observed",
                    NOWHERE,
                    message,
                    "They stand in data/series.yaml and data/observed.csv.",
                )
            ]
        )
    filled = fill(runner, given, max(one.observations[-1].date for one in series))
    until = until_of(filled.start, given.months)
    if not any(filled.start <= o.date <= until for one in series for o in one.observations):
        message = f"--start: no series of '{case.id}' has a figure from {filled.start} to {until}"
        raise CaseError([Problem("nothing-observed", NOWHERE, message)])
    ahead = add_months(until + timedelta(days=1), _AHEAD) - timedelta(days=1)
    return Plan(runner, filled, series, until, ahead, given.particles, given.seed)


def fill(runner: Runner, given: argparse.Namespace, last: date) -> Filled:
    """The view that wars are drawn from."""
    case = runner.case
    if given.view != "pooled":
        if given.view not in case.views:
            raise no_view(
                f"--view: there is no view '{given.view}'", nearest(given.view, ["pooled", *case.views])
            )
        if given.start:
            raise no_view("--start: the view of a document has its own start")
        return runner.fill(case.views[given.view])
    if given.start:
        try:
            return runner.fill_pooled(parse_date(given.start))
        except ValueError as error:
            raise CaseError([Problem("bad-date", NOWHERE, f"--start: {error}")]) from None
    return runner.fill_pooled(add_months(date(last.year, last.month, 1), 1 - given.months))


def settings_of(case: Case, plan: Plan, given: argparse.Namespace) -> Settings:
    """What a war depends on, besides its number."""
    return {
        "case": case.id,
        "digest": case.digest,
        "view": given.view,
        "start": str(plan.filled.start),
        "until": str(plan.until),
        "ahead": str(plan.ahead),
        "series": [one.name for one in plan.series],
        "particles": plan.particles,
        "seed": plan.seed,
        "draws": DRAWS,
    }


def folder_of(case: Case, settings: Settings, out: str | None) -> Path:
    """Where wars are kept: a folder that the same call finds again."""
    if out:
        return Path(out)
    name = hashlib.blake2b(json.dumps(settings).encode(), digest_size=4).hexdigest()
    return Path("runs") / case.id / f"sbc-{name}"


_plan: Plan | None = None


def _prepare(given: argparse.Namespace) -> None:
    """Each process loads the case once; Ctrl-C is for the parent."""
    global _plan
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _plan = make_plan(Runner(load(given.case), Options(seed=given.seed, threads=1)), given)


def _attempt(number: int) -> Tried:
    assert _plan is not None
    return attempt(_plan, number)


def several(given: argparse.Namespace, processes: int, numbers: list[int]) -> Iterator[Tried]:
    """Wars in several processes, in the order in which they finish."""
    threads = {name: os.environ.get(name) for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")}
    os.environ.update(
        dict.fromkeys(threads, "1")
    )  # processes do not share a processor with each other's threads
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _prepare, (given,))
    try:
        for found in as_completed([pool.submit(_attempt, number) for number in numbers]):
            yield found.result()
    except BrokenProcessPool:
        message = "a process ended before its war did; perhaps there was not enough memory"
        hint = "The wars that are done are kept; the same call with --processes 1 goes on with them."
        raise CaseError([Problem("process-ended", NOWHERE, message, hint)]) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        for name, value in threads.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


VERDICTS = {
    "passed": ("32", "uniform: no quantity's ranks are further from uniform than chance allows"),
    "failed": ("31", "NOT uniform"),
    "broken": ("31", "too many filters collapsed for the other ranks to say anything"),
}


def show(trial: Trial, wanted: int, page: Path) -> None:
    """What people read."""
    s, wars = trial.settings, len(trial.wars)
    print(
        bold(
            f"{s['case']}: {wars} of {wanted} synthetic wars, {s['view']} from {s['start']}, figures to {s['until']}"
        )
    )
    if not wars:
        return
    colour, words = VERDICTS[trial.verdict]
    if trial.uneven:
        words += f": {len(trial.uneven)} of {len(trial.found)} quantities"
    print(paint(words, colour, sys.stdout))
    if trial.collapsed:
        lost = len(trial.collapsed)
        print(
            paint(
                f"{lost} of {wars} filters collapsed; their truths have no rank, and the ranks below lean to wars that are easy",
                "33",
                sys.stdout,
            )
        )
        for war in trial.collapsed[:3]:
            print(printable(f"  war {war.war}: {war.collapsed}"))
    rows = [
        [
            u.name,
            f"{u.chi:.2g}",
            f"{u.ecdf:.2g}",
            f"{u.adjusted:.2g}",
            f"{u.lean:+.3f}",
            "" if u.fine else "not uniform",
        ]
        for u in trial.found[:_SHOWN]
    ]
    print(
        "\n"
        + table(["least uniform", "chi-square", "ECDF", f"of {2 * len(trial.found)} tests", "lean", ""], rows)
    )
    print(
        dim(
            f"{trial.below:.1%} of all p-values are under {LEVEL:g}; lean above 0: truths lie above the draws"
        )
    )
    learnt = list(trial.learnt().items())[:5]
    print(
        "what the figures teach most (posterior spread, share of the prior's): "
        + ", ".join(f"{printable(n)} {v:.2f}" for n, v in learnt)
    )
    moved = ", ".join(f"{kind} {share:.0%}" for kind, share in trial.moved().items())
    seconds = sum(w.seconds for w in trial.wars) / wars
    fewest = sorted(w.fewest for w in trial.wars)[wars // 2]
    hardest = f"hardest month left {fewest:.3g} effective (median)"
    how = f"{s['particles']} futures a filter, seed {s['seed']}; moves accepted: {moved}; {hardest}"
    print(dim(f"{how}; {seconds:.1f} s a war"))
    print(printable(f"kept in {page.parent}: open {page}"))
