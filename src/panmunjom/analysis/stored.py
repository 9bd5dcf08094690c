"""Runs one view into a folder: what determines its futures is written down first, then the futures part by part."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import os
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import llvmlite
import numpy as np

from .. import __version__
from ..case.known import as_of
from ..case.records import Case
from ..engine import memory
from ..engine.kernel import interrupted
from ..engine.run import BAND_FUTURES, CHUNK, QUANTILES
from ..futures import manifest as records
from ..futures import store as folders
from ..futures.export import BANDS
from ..futures.formats import need
from ..futures.manifest import Manifest
from ..futures.table import columns, fixed
from ..futures.tally import Tally
from ..world.graph import scalar_name
from .running import Options, Ready, Runner
from .study import chosen


@dataclass(slots=True)
class Stored:
    """What a call left in a folder; ``complete`` unless Ctrl-C came first."""

    case: Case
    ready: Ready
    folder: Path
    manifest: Manifest
    complete: bool


def get_ready(case: Case, options: Options, view: str) -> Ready:
    """One view of a case, as known by the options' date, ready to run. Raises ``CaseError``."""
    if options.known_by is not None:
        case = as_of(case, options.known_by)
    runner = Runner(case, options)
    (filled,) = chosen(runner, [view])
    return runner.ready(filled)


def store(
    case: Case,
    options: Options,
    view: str = "pooled",
    folder: Path | None = None,
    kind: str = "parquet",
    tell: folders.Tell = lambda problem: None,
    tick: folders.Tick = lambda done, todo: None,
) -> Stored:
    """Run a view into a folder, or continue there.

    Args:
        case, options, view: what to run; ``options.futures`` may be more than the folder holds, never fewer.
        folder: where; by default one under ``runs/`` whose name follows from what is run, so that the same call finds it.
        kind: ``parquet`` or ``csv``.
        tell: hears warnings.
        tick: hears of futures done and to do.

    Raises:
        CaseError: for a mistake of the call or the case, for too little memory, and where the folder holds another run.
        futures.store.Stopped: where a file cannot be written.
        OSError: where the folder cannot be made.
    """
    if kind == "parquet":
        need("pyarrow")
    ready = get_ready(case, options, view)
    graph = ready.built.graph
    table_bytes = 16 * (len(graph.rows) + len(graph.stocks) + 2 * len(graph.answers)) * CHUNK
    memory.require(graph, options.futures, CHUNK, more=table_bytes)
    run = determined_by(case, options, ready, kind)
    tally = Tally.of([e.name for e in graph.endings], case.questions)
    used, built = ready.filled.used, ready.built
    shown = columns(built, used)
    wanted = Manifest(run, options.futures, [c.as_dict() for c in shown], fixed(built, used), tally)
    if folder is None:
        digest = hashlib.sha256(json.dumps(run, sort_keys=True).encode()).hexdigest()[:8]
        folder = Path("runs") / case.id / f"futures-{ready.filled.name.replace('@', '-')}-{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    complete = True
    with folders.alone(folder):
        manifest = folders.open_folder(folder, wanted, tell)
        try:
            write_bands(folder / BANDS, ready, options.futures)
            answers = [a.name for a in graph.answers]
            folders.fill(folder, manifest, shown, answers, ready.run, tell, tick)
        except BaseException as error:
            if not interrupted(error):
                raise
            complete = False
    return Stored(case, ready, folder, manifest, complete)


def determined_by(case: Case, options: Options, ready: Ready, kind: str) -> dict[str, Any]:
    """All that the bytes of the parts depend on, but how many there are."""
    filled = ready.filled
    versions = {"panmunjom": __version__, "numpy": np.__version__, "llvmlite": llvmlite.__version__}
    if kind == "parquet":
        import pyarrow

        versions["pyarrow"] = pyarrow.__version__
    return {
        "case": case.id,
        "case_hash": case.digest,
        "compiled_world": ready.kernel.digest,
        "view": filled.name,
        "start": filled.start.isoformat(),
        "until": ready.until.isoformat(),
        "as_of": options.known_by.isoformat() if options.known_by else None,
        "step_days": ready.plan.step_days,
        "seed": ready.seed,
        "part_rows": records.PART,
        "chunk_rows": CHUNK,
        "file_format": kind,
        "versions": versions,
        "questions": list(case.questions),
        "switches": filled.switches,
        "interventions": [
            {
                "target": do.target,
                "date": do.day.isoformat(),
                "figure": plain(do.distribution),
                "unit": do.unit,
            }
            for do in [*filled.view.interventions, *options.interventions]
        ],
        "parameters": {
            name: {
                **plain(used.distribution),
                "unit": used.unit.text,
                "factor": used.unit.factor,
                "origin": used.origin,
                "claims": list(used.claims),
            }
            for name, used in filled.used.items()
        },
    }


def plain(value: Any) -> Any:
    """A distribution, or what it consists of, as JSON can say it: with every number that it has, infinite ones as text."""
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple):
        return [plain(v) for v in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def write_bands(path: Path, ready: Ready, futures: int) -> None:
    """Quantiles at month ends of what the world shows, from the first futures that stay finite, as CSV. Raises ``OSError``."""
    _, raw = ready.run(np.arange(min(BAND_FUTURES, futures), dtype=np.uint64), bands=True)
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(["date", "name", "unit", *(f"q{round(100 * q):02d}" for q in QUANTILES)])
    for shown, values in zip(ready.built.graph.shown, raw.bands, strict=True):
        for day, quantiles in zip(raw.months, (values / shown.unit.factor).tolist(), strict=True):
            lines.writerow([day, scalar_name(shown.item, shown.members), shown.unit.text, *quantiles])
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_text(text.getvalue(), encoding="utf-8")
    os.replace(temporary, path)
