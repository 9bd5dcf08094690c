"""Writes a small case that runs: a siege with one source, three claims and a view,
to be changed line by line.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from ..text.problems import NOWHERE, CaseError, Problem


def write_new(folder: Path) -> Path:
    """Copy the template into a new or empty folder. Raises ``CaseError`` where the folder holds something."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        hint = "Name a folder that does not exist yet."
        raise CaseError(
            [Problem("not-empty", NOWHERE, f"'{folder}' exists and is not an empty folder", hint)]
        )
    template = Path(str(files("panmunjom"))) / "case" / "template"
    for path in sorted(template.rglob("*.yaml")):
        target = folder / path.relative_to(template)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    return folder
