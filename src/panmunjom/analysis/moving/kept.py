"""What a run left in its folder: figures, options, and the case as it was; or a case as it is now."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ... import __version__
from ...case.loading import find, shipped
from ...case.records import Intervention
from ...case.snapshot import NAME, Texts, texts_of, unpacked
from ...case.views import parse_do, parse_figure
from ...quantities.calendar import parse_date
from ...text.files import TooLarge, read_regular
from ...text.problems import NOWHERE, CaseError, Place, Problem, Problems, Source, printable
from ..running import Options

RECORD = "run.json"
RUNS = Path("runs")
MOST_BYTES = 50_000_000
Json = dict[str, Any]


@dataclass(slots=True)
class Kept:
    """A run that was saved (``record`` is its run.json), or a case as it is now (without a record).

    texts  the files of its case; None where the run holds no copy, with the reason in ``lacks``
    """

    label: str
    case: str
    options: Options
    version: str
    record: Json | None = None
    texts: Texts | None = None
    lacks: str = ""
    told: bool = True  # whether the run says all of its options
    digest: str = ""
    folder: Path | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def views(self) -> dict[str, Json]:
        """The views of the record."""
        found: dict[str, Json] = (self.record or {}).get("views", {})
        return found


def option_record(options: Options) -> Json:
    """Options as a run keeps them: what 'panmunjom run' was given."""
    return {
        "seed": options.seed,
        "futures": options.futures,
        "until": options.until.isoformat() if options.until else None,
        "as_of": options.known_by.isoformat() if options.known_by else None,
        "set": {
            **{s.target: f"{s.distribution.text} {s.unit}".strip() for s in options.settings if s.distribution},
            **options.switches,
        },
        "do": [done(d) for d in options.interventions],
    }


def done(intervention: Intervention) -> str:
    """An intervention as it is written."""
    figure = ""
    if intervention.distribution is not None:
        figure = f" = {intervention.distribution.text} {intervention.unit}".rstrip()
    return f"{intervention.target}{figure} at {intervention.day}"


def read_options(record: Json, switches: set[str]) -> Options:
    """The options back from their record. ``switches``: names of the world's. Raises ``CaseError``."""
    problems = Problems()

    def day(text: object) -> date | None:
        return parse_date(str(text)) if text else None

    try:
        found = Options(int(record["futures"]), int(record["seed"]), day(record.get("until")), day(record.get("as_of")))
        for target, text in dict(record.get("set") or {}).items():
            if target in switches:
                found.switches[target] = str(text)
            elif (setting := parse_figure(target, str(text), NOWHERE, problems)) is not None:
                found.settings.append(setting)
        for text in list(record.get("do") or []):
            if (do := parse_do(str(text), NOWHERE, problems)) is not None:
                found.interventions.append(do)
        if not 16 <= found.futures <= 10_000_000 or not 0 <= found.seed < 2**64:
            raise ValueError("seed or number of futures out of range")
    except (KeyError, TypeError, ValueError) as error:
        raise CaseError([Problem("bad-run", NOWHERE, f"the run's options cannot be read: {error}")]) from None
    problems.stop()
    return found


def open_kept(name: str) -> Kept:
    """A run by its folder or its run.json, or a case by its name or folder. Raises ``CaseError``."""
    path = Path(name)
    if name not in shipped():
        file = path / RECORD if (path / RECORD).is_file() else path
        if file.name == RECORD and file.is_file():
            return open_run(file, name)
    folder = find(name)
    own = printable(Path(os.path.abspath(folder)).name) or "case"  # as its runs call it
    return Kept(name, own, Options(), __version__, texts=texts_of(folder))


def open_run(file: Path, label: str) -> Kept:
    """A run by its run.json. Raises ``CaseError``."""
    place = Place(Source(str(file)))
    try:
        record = json.loads(read_regular(file, MOST_BYTES).decode("utf-8"))
        kept = Kept(
            label, str(record["case"]), Options(int(record["futures"]), int(record["seed"])), str(record["version"]), record
        )
        if not 16 <= kept.options.futures <= 10_000_000 or not 0 <= kept.options.seed < 2**64:
            raise ValueError("seed or number of futures out of range")
        _check_views(record["views"])
        kept.digest = str(record["case_hash"])
    except TooLarge as error:
        raise CaseError([Problem("bad-run", place, str(error))]) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        lacking = f"it has no {error}" if isinstance(error, KeyError) else error
        message = f"the run cannot be read: {lacking}"
        raise CaseError([Problem("bad-run", place, message, "'panmunjom run' writes it.")]) from None
    kept.folder = file.parent
    kept.told = isinstance(record.get("options"), dict)
    copy = file.parent / NAME
    if not copy.is_file():
        kept.lacks = "it holds no copy of its case: it was saved by an earlier version, or the case was too large"
        return kept
    try:
        kept.texts = unpacked(copy)
    except CaseError as error:
        kept.lacks = f"its copy of the case cannot be used: {error.problems[0].message}"
    return kept


def _check_views(views: Any) -> None:
    """Raise ``ValueError`` or ``AttributeError`` where a record's views do not hold shares with their errors."""
    if not isinstance(views, dict) or not views:
        raise ValueError("it has no views")
    for view in views.values():
        for kind in ("endings", "questions"):
            for found in view.get(kind, {}).values():
                for figure in (found.get("p"), found.get("se")):
                    if figure is not None and not (isinstance(figure, int | float) and 0 <= figure <= 1):
                        raise ValueError("its shares are no probabilities")


def last_run(case: str, runs: Path = RUNS) -> Path:
    """The run.json of the last saved run of a case. Raises ``CaseError`` where there is none."""
    folder = runs / case
    found = [p for p in folder.glob(f"*/{RECORD}") if p.is_file()] if folder.is_dir() else []
    if not found:
        hint = "'panmunjom run' saves one; or name two runs: panmunjom diff RUN RUN."
        raise CaseError([Problem("no-run", NOWHERE, f"no run of '{case}' is saved under {folder}", hint)])
    return max(found, key=lambda p: (p.stat().st_mtime_ns, p.parent.name))


def pair(first: str, second: str | None = None) -> tuple[Kept, Kept]:
    """Then and now as they are named: two; a run and its case as it is now; a case against its last run.

    Raises ``CaseError``.
    """
    one = open_kept(first)
    if second is not None:
        return one, open_kept(second)
    if one.record is not None:
        return one, open_kept(one.case)
    found = last_run(one.case)
    return open_run(found, str(found.parent)), one
