"""``panmunjom futures``: one view into a folder of Parquet or CSV, as many futures as the disk holds."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

from ..analysis.stored import Stored, store
from ..case.loading import load
from ..futures.ensemble import Share
from ..futures.export import BANDS
from ..futures.manifest import NAME
from ..futures.store import Stopped
from ..futures.wording import share as in_words
from ..report.sentences import label_of
from ..text.problems import CaseError, Problem, printable
from .run import placed, read_options
from .terminal import Progress, bold, dim, paint, show_problems, table, width


def futures(given: argparse.Namespace) -> int:
    """Run and print; exit status 0, 1 where no probability can be given or the disk is full, 130 after Ctrl-C."""
    case = load(given.case)
    options = read_options(given, case)
    progress = Progress()
    stage = progress.stage("futures", 1.0)
    began = time.monotonic()

    def tick(done: int, todo: int) -> None:
        progress.what = f"{done / max(1e-3, time.monotonic() - began):,.0f} futures a second"
        stage(done / todo)

    def tell(problem: Problem) -> None:
        progress.close()
        show_problems([problem])

    try:
        done = store(
            case, options, given.view, Path(given.out) if given.out else None, given.format, tell, tick
        )
    except CaseError as error:
        raise CaseError(placed(error.problems)) from None
    except Stopped as error:
        progress.close()
        sys.stderr.write(
            f"error: {printable(str(error))}\n{error.finished:,} futures are finished and kept; "
            "the same command continues from there\n"
        )
        return 1
    finally:
        progress.close()
    if given.json:
        json.dump(as_json(done), sys.stdout, ensure_ascii=False, indent=1, allow_nan=False)
        print()
    else:
        show(done)
    if not done.complete:
        return 130
    return 0 if done.manifest.total().usable else 1


def show(done: Stored) -> None:
    """Endings and questions with their shares, what is wrong, where it lies, and how to ask it."""
    manifest, case = done.manifest, done.case
    total, finished = manifest.total(), sum(p.rows for p in manifest.parts.values())
    span = f"{done.ready.filled.name}, {done.ready.filled.start} to {done.ready.until}"
    number = (
        f"{finished:,} futures" if done.complete else f"partial: {finished:,} of {manifest.futures:,} futures"
    )
    print(bold(printable(f"{span}: {number}")) + "\n")
    if finished and total.usable:
        rows = [[label_of(case, n), worded(s)] for n, s in total.shares(total.endings).items()]
        print(table(["ending", "share"], rows, "  ") + "\n")
        if total.questions:
            rows = [[n.replace("_", " "), worded(s)] for n, s in total.shares(total.questions).items()]
            print(table(["question", "yes"], rows, "  ") + "\n")
        print(dim("± two standard errors\n"))
    for warning in total.warnings():
        lines = textwrap.wrap(f"note: {printable(warning)}", width(), subsequent_indent="  ")
        print(paint("\n".join(lines), "33", sys.stdout))
    if not total.warnings() and total.not_finite:
        print(f"{total.not_finite:,} stopped being finite and are left out")
    if not finished:
        print("stopped by Ctrl-C before a part was finished: the same command begins again")
        return
    files = f"{len(manifest.parts)} {'part' if len(manifest.parts) == 1 else 'parts'}"
    size = sum(p.bytes for p in manifest.parts.values())
    print(
        f"{files}, {size / 1e6:,.1f} MB, {BANDS} and {NAME} (columns, units, hashes) in\n  {printable(str(done.folder))}"
    )
    if not done.complete:
        print("stopped by Ctrl-C: the same command continues from there")
    print(f"ask them:  {printable(one_line(done))}")


def worded(share: Share) -> str:
    """A share with its error."""
    return in_words(share.p, share.se, share.futures)


def one_line(done: Stored) -> str:
    """The command that counts the endings with DuckDB, fit for a shell."""
    columns = {c["role"]: c["name"] for c in done.manifest.columns}
    where = str(done.folder / f"part-*.{done.manifest.kind}").replace("'", "''")
    query = f"select {columns['ending']}, count(*) from '{where}' where {columns['not_finite']} is null group by all"
    return (
        f"duckdb -c {shlex.quote(query) if chr(34) in query or '$' in query else chr(34) + query + chr(34)}"
    )


def as_json(done: Stored) -> dict[str, Any]:
    """What ``--json`` prints."""
    manifest, total = done.manifest, done.manifest.total()

    def numbers(share: Share) -> dict[str, float | None]:
        said = total.usable and share.futures > 0
        return {"p": share.p if said else None, "se": share.se if said else None}

    return {
        "case": done.case.id,
        "view": done.ready.filled.name,
        "seed": done.ready.seed,
        "complete": done.complete,
        "futures": sum(p.rows for p in manifest.parts.values()),
        "futures_wanted": manifest.futures,
        "not_finite": total.not_finite,
        "endings": {n: numbers(s) for n, s in total.shares(total.endings).items()},
        "questions": {n: numbers(s) for n, s in total.shares(total.questions).items()},
        "warnings": total.warnings(),
        "folder": str(done.folder),
        "parts": [str(done.folder / f"part-{n:05d}.{manifest.kind}") for n in sorted(manifest.parts)],
    }
