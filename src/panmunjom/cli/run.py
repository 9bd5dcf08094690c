"""``panmunjom run``: runs a study, prints it, saves it."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from ..analysis.running import Options
from ..analysis.study import Study, study
from ..case.loading import load
from ..case.records import Case, Intervention, Setting
from ..case.snapshot import NAME, packed, texts_of
from ..case.views import parse_do, parse_figure
from ..quantities.calendar import parse_date
from ..report.assemble import as_json, summarise
from ..report.render import render
from ..text.files import write_whole
from ..text.problems import NOWHERE, CaseError, Problem, Problems, nearest, printable
from .printing import print_study
from .terminal import Progress, as_json_text


def run(given: argparse.Namespace) -> int:
    """Run and print; the exit status is 0, 1 where a view is refused, or 130 where Ctrl-C left only a part."""
    began = time.perf_counter()
    case = load(given.case)
    loaded = time.perf_counter() - began
    copy = copied(case)  # as it is now: it may be edited while the run goes on
    options = read_options(given, case)
    folder = prepare(
        case, given.out
    )  # before anything long begins: a folder that cannot be written to fails at once
    progress = Progress()
    try:
        done = study(case, options, given.view, progress.stage, {"load": loaded})
    except BaseException as error:
        with contextlib.suppress(OSError):
            folder.rmdir()  # only if nothing is in it
        if isinstance(error, CaseError):
            raise CaseError(placed(error.problems)) from None
        raise
    finally:
        progress.close()
    trouble = save(done, folder, Path(given.documents) if given.documents else None, copy)
    if given.json:
        print(as_json_text(as_json(done)))
    else:
        print_study(done, None if trouble else folder)
    if trouble:
        sys.stderr.write(printable(f"error: the run could not be saved: {trouble}") + "\n")
        return 1
    if not done.complete:
        return 130
    return 0 if all(view.ensemble.usable for view in done.views.values()) else 1


_OPTIONS = {
    "unknown-view": "--view",
    "wrong-unit": "--set",
    "unknown-unit": "--set",
    "outside-bounds": "--set",
}


def placed(problems: Iterable[Problem], option: str = "") -> list[Problem]:
    """Problems of the call with the option in front that they are about; those of the case as they are."""
    found = []
    for problem in problems:
        name = option or _OPTIONS.get(problem.code, "")
        if name and problem.place.source is NOWHERE.source and not problem.message.startswith("--"):
            problem = replace(problem, message=f"{name}: {problem.message}")
        found.append(problem)
    return found


def hand_on(found: Problems, option: str, problems: Problems) -> None:
    """Add problems of one option to the others."""
    for problem in placed(found, option):
        problems.add(problem.code, problem.place, problem.message, problem.hint, problem.severity)


def read_options(given: argparse.Namespace, case: Case) -> Options:
    """The command line's options, checked against the case. Raises ``CaseError`` with all that is wrong."""
    problems = Problems()
    options = Options(futures=given.futures, seed=given.seed)

    def day(text: str | None, what: str) -> date | None:
        if text is None:
            return None
        try:
            return parse_date(text)
        except ValueError as error:
            problems.add("bad-date", NOWHERE, f"{what}: {error}")
            return None

    options.until, options.known_by = day(given.until, "--until"), day(given.as_of, "--as-of")
    for text in given.set:
        name = text.partition("=")[0].strip()
        if name in case.built.world.switches:
            options.switches |= read_switch(name, text.partition("=")[2].strip(), case, problems)
        elif (setting := read_setting(text, case, problems)) is not None:
            options.settings.append(setting)
    options.interventions = [d for text in given.do if (d := read_do(text, case, problems))]
    problems.stop()
    return options


def read_setting(text: str, case: Case, problems: Problems) -> Setting | None:
    """``parameter=figure`` from the command line."""
    target, equals, figure = text.partition("=")
    world = case.built.world
    target = world.spelled(target.strip())
    if not equals:
        problems.add(
            "bad-setting",
            NOWHERE,
            f"--set: '{text}' is not parameter=figure",
            'As in --set "aid_level=1 to 2".',
        )
        return None
    if target not in world.parameters and target not in case.built.row_of:
        known = [*case.built.row_of, *world.switches]
        problems.add(
            "unknown-name", NOWHERE, f"--set: there is no parameter '{target}'", nearest(target, known)
        )
        return None
    found = Problems()
    setting = parse_figure(target, figure.strip(), NOWHERE, found)
    hand_on(found, "--set", problems)
    return setting


def read_switch(name: str, position: str, case: Case, problems: Problems) -> dict[str, str]:
    """``switch=position`` from the command line."""
    allowed = case.built.world.switches[name].options or ("true", "false")
    if position in allowed:
        return {name: position}
    problems.add(
        "bad-setting", NOWHERE, f"--set: the switch '{name}' is one of {', '.join(allowed)}, not '{position}'"
    )
    return {}


def read_do(text: str, case: Case, problems: Problems) -> Intervention | None:
    """``event at DATE`` from the command line."""
    wrong = Problems()
    found = parse_do(text, NOWHERE, wrong)
    hand_on(wrong, "--do", problems)
    if found is None:
        return None
    events = [e.name for e in case.built.graph.events]
    if found.distribution is None and found.target not in events:
        problems.add(
            "unknown-name",
            NOWHERE,
            f"--do: there is no event '{found.target}'",
            nearest(found.target, events),
        )
        return None
    if found.distribution is not None and found.target not in case.built.row_of:
        problems.add(
            "unknown-name",
            NOWHERE,
            f"--do: there is no parameter '{found.target}'",
            nearest(found.target, case.built.row_of),
        )
        return None
    return found


def prepare(case: Case, out: str | None) -> Path:
    """The folder of the run, made and found to be writable. Raises ``OSError``."""
    if out:
        folder = Path(out)
        folder.mkdir(parents=True, exist_ok=True)
    else:
        folder = fresh(Path("runs") / case.id / datetime.now(UTC).strftime("%Y%m%d-%H%M%S"))
    probe = folder / ".writable"
    probe.write_bytes(b"")
    probe.unlink()
    return folder


def fresh(folder: Path) -> Path:
    """Make a folder that nobody else has: with -2, -3 ... behind its name where there is one. Raises ``OSError``."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        tried = folder if number == 1 else folder.with_name(f"{folder.name}-{number}")
        try:
            tried.mkdir()
            return tried
        except FileExistsError:
            number += 1


def copied(case: Case) -> bytes | None:
    """The case's text files, for 'panmunjom diff'; None where there are more of them than a copy may hold."""
    try:
        return packed(texts_of(case.folder))
    except CaseError:
        return None


def save(done: Study, folder: Path, documents: Path | None, copy: bytes | None = None) -> str:
    """Write the figures, the report and the copy of the case; returns what went wrong, or an empty text."""
    try:
        if copy is None:
            (folder / NAME).unlink(missing_ok=True)  # of an earlier run in the same folder
        else:
            write_whole(folder / NAME, copy)
        text = json.dumps(as_json(done), ensure_ascii=False, indent=1)
        write_whole(folder / "run.json", text)
        write_whole(folder / "report.html", render(summarise(done, documents)))
    except OSError as error:
        return f"{folder}: {error.strerror or error}"
    return ""
