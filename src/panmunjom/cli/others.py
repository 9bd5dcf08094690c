"""``panmunjom check``, ``new``, ``cases`` and ``schema``."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from pathlib import Path
from typing import Any

from ..case.loading import load, shipped
from ..case.new import write_new
from ..evidence.quotes import verify
from ..report.words import count
from ..text.problems import NOWHERE, CaseError, Problem, Problems
from ..text.schemas import KINDS, schema_path
from .terminal import bold, dim, show_problems


def check(given: argparse.Namespace) -> int:
    """Load and check; exit status 1 where there are errors."""
    problems = Problems()
    lines: list[str] = []
    try:
        case = load(given.case)
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
    except CaseError as error:
        found = error.problems
    errors = [p for p in found if p.severity == "error"]
    if given.json:
        print(
            json.dumps(
                {
                    "case": given.case,
                    "ok": not errors,
                    "problems": [p.as_dict() for p in found],
                    "notes": lines,
                },
                indent=1,
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
    print(f"wrote {folder}: read its files, then\n\n  panmunjom run {shlex.quote(name)}")
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
        json.dump(found, sys.stdout, indent=1, ensure_ascii=False)
        print()
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
        print(
            json.dumps({"yaml.schemas": {schema_path(k).as_uri(): p for k, p in patterns.items()}}, indent=1)
        )
        return 0
    for kind, pattern in KINDS.items():
        print(f"{bold(f'{pattern:18}')} {schema_path(kind)}")
    print("\nAs the first line of a file, for an editor that has the YAML language server:\n")
    print(f"  # yaml-language-server: $schema={schema_path('world')}")
    return 0


__all__ = ["cases", "check", "new", "schema"]
