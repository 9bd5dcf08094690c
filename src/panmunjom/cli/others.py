"""``panmunjom check``, ``new``, ``cases`` and ``schema``."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import Any

from ..case.loading import load, shipped
from ..case.new import write_new
from ..evidence.quotes import verify
from ..report.words import count
from ..text.problems import NOWHERE, CaseError, Problem, Problems, printable
from ..text.schemas import KINDS, schema_path
from .terminal import as_json_text, bold, dim, show_problems


def check(given: argparse.Namespace) -> int:
    """Load and check; exit status 1 where there are errors."""
    problems = Problems()
    lines: list[str] = []
    steps: dict[str, Any] | None = None
    try:
        case = load(given.case, given.draft, mechanisms=True)
        found = list(case.warnings)
        world = case.built.world
        lines.append(
            f"{case.id}: {count(len(case.library.sources), 'source')}, {count(len(case.library.claims), 'claim')}, "
            f"{count(len(case.views), 'view')}, {count(len(world.parameters), 'parameter')}, "
            f"{count(len(world.stocks), 'stock')}, {count(len(world.events), 'event')}, "
            f"{count(len(world.endings), 'ending')}"
        )
        placed = sum(1 for c in case.library.claims.values() if c.passage.document)
        if given.documents:
            folder = Path(given.documents)
            if not folder.is_dir():
                raise CaseError(
                    [Problem("no-documents", NOWHERE, f"--documents: there is no folder '{given.documents}'")]
                )
            quotes = verify(case.library, folder, problems)
            lines.append(
                f"passages: {quotes.right} of {placed} found to the letter, {quotes.wrong} wrong, "
                f"{quotes.absent} in documents that are not there"
            )
        elif placed:
            lines.append(
                f"passages: {placed} not verified, the documents are not at hand (--documents FOLDER)"
            )
        found += list(problems)
        if given.step:
            from ..analysis.running import Options
            from .steps import check_steps

            more, steps = check_steps(case, Options(futures=given.futures))
            lines += more
    except CaseError as error:
        found = error.problems
    errors = [p for p in found if p.severity == "error"]
    units = count(sum(p.code in Problems.UNITS for p in found), "problem")
    if given.draft and not units.startswith("0 "):
        lines.append(f"a draft: {units} of units left to solve before it can be run")
    elif errors and not units.startswith("0 "):
        lines.append(f"{units} of units; with --draft they are warnings, for a case that is still being written")
    if given.json:
        print(
            as_json_text(
                {
                    "case": given.case,
                    "ok": not errors,
                    "problems": [p.as_dict() for p in found],
                    "notes": [line for line in lines if line],
                    **({"steps": steps} if given.step else {}),
                }
            )
        )
    else:
        show_problems(found)
        print("\n".join(lines + ([] if errors else ["no errors"])))
    return 1 if errors else 0


def new(given: argparse.Namespace) -> int:
    """Write a small case that runs."""
    folder = write_new(Path(given.folder))
    name = f"./{folder}" if str(folder) in shipped() else str(folder)  # a bare name means the shipped case
    print(
        f"wrote {printable(str(folder))}: read its files, then\n\n  panmunjom run {printable(shlex.quote(name))}"
    )
    return 0


def cases(given: argparse.Namespace) -> int:
    """List what ships."""
    found: list[dict[str, Any]] = []
    for name in shipped():
        try:
            case = load(name)
            found.append(
                {
                    "id": name,
                    "title": case.title,
                    "claims": len(case.library.claims),
                    "views": list(case.views),
                    "about": case.about,
                }
            )
        except CaseError as error:
            found.append(
                {
                    "id": name,
                    "title": "(has errors)",
                    "claims": 0,
                    "views": [],
                    "about": str(len(error.problems)),
                }
            )
    if given.json:
        print(as_json_text(found))
        return 0
    for case_record in found:
        print(f"{bold(str(case_record['id']))}  {case_record['title']}")
        views = ", ".join(case_record["views"])
        print(dim(f"  {count(case_record['claims'], 'claim')}; views {views}"))
    return 0


def schema(given: argparse.Namespace) -> int:
    """Print a schema, or list all of them."""
    if given.kind:
        print(schema_path(given.kind).read_text(encoding="utf-8"), end="")
        return 0
    if given.json:
        patterns = {kind: [f"**/{pattern}"] for kind, pattern in KINDS.items()}
        patterns["view"].append(f"!**/{KINDS['pooled']}")
        patterns["world"].append("**/parts/*.yaml")
        print(as_json_text({"yaml.schemas": {schema_path(k).as_uri(): p for k, p in patterns.items()}}))
        return 0
    for kind, pattern in KINDS.items():
        print(f"{bold(f'{pattern:18}')} {schema_path(kind)}")
    print("\nAs the first line of a file, for an editor that has the YAML language server:\n")
    print(f"  # yaml-language-server: $schema={schema_path('world')}")
    return 0


__all__ = ["cases", "check", "new", "schema"]
