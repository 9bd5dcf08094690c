"""Make docs/worlds/: each shipped case's world as a page, with its diagrams and the results of its mechanisms.

``python tools/make_worlds.py`` writes the pages; ``--check`` says whether they are up to date. The mechanisms are run with a
fixed seed, so that the same world gives the same page everywhere.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from panmunjom.analysis.mechanisms import ROW_FUTURES, Shown, show_mechanisms
from panmunjom.analysis.running import Options
from panmunjom.case.loading import load, shipped
from panmunjom.case.records import Case
from panmunjom.report.describe import describe
from panmunjom.report.describe_page import as_markdown

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "worlds"
OPTIONS = Options(futures=ROW_FUTURES, seed=1)
SPLIT = "\n## Stocks, flows and equations\n"  # what stands before it needs runs


def page(case: Case, shown: list[Shown] | None) -> dict[str, str]:
    """The files of a case: path below docs/worlds -> text. ``shown`` None leaves the results out."""
    record: dict[str, Any] = describe(case, OPTIONS, [*case.mechanisms.values()], shown)
    text, pictures = as_markdown(record, case.id, "tools/make_worlds.py ('make worlds')")
    return {f"{case.id}.md": text, **{f"{case.id}/{name}": svg for name, svg in pictures.items()}}


def make(name: str) -> dict[str, str]:
    """The files of a shipped case, with results where it has mechanisms."""
    case = load(name, mechanisms=True)
    return page(case, [*show_mechanisms(case, OPTIONS)] if case.mechanisms else None)


def stale(files: dict[str, str]) -> list[str]:
    """The files that are not what they should be."""
    there = {path: FOLDER / path for path in files}
    return [p for p, file in there.items() if not file.is_file() or file.read_text("utf-8") != files[p]]


def main(arguments: list[str]) -> int:
    """Write the pages, or with ``--check`` compare them; 1 where one is not up to date."""
    found: list[str] = []
    for name in shipped():
        files = make(name)
        found += stale(files)
        if "--check" in arguments:
            continue
        for old in (FOLDER / name).glob("*.svg"):
            old.unlink()
        for path, text in files.items():
            (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
            (FOLDER / path).write_text(text, encoding="utf-8")
    if "--check" in arguments:
        print("\n".join(f"docs/worlds/{p} is not up to date: make worlds" for p in found) or "docs/worlds is up to date")
        return 1 if found else 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
