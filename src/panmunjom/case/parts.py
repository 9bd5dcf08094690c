"""Which shared files of a world a case names: those of its own folder come before those that ship."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from ..text.nodes import Scalar
from ..text.problems import Problems, nearest


def shipped_parts() -> dict[str, Path]:
    """The parts of worlds that come with the package: name -> file."""
    root = Path(str(files("panmunjom"))) / "cases" / "parts"
    return {p.stem: p for p in sorted(root.glob("*.yaml"))}


def chosen_parts(named: Sequence[Scalar], listed: Sequence[str], problems: Problems) -> list[tuple[str, str]]:
    """The names in alphabetical order, each with the file of the case that holds it, or an empty text where it ships.

    ``named`` are the case's words, ``listed`` the files of its own folder ``parts/``. Names that nobody has are problems.
    """
    for number, scalar in enumerate(named):
        if scalar.text in [p.text for p in named[:number]]:
            problems.add("duplicate-name", scalar.place, f"'parts' names '{scalar.text}' twice", "Keep one of the two.")
    known = {**{name: "" for name in shipped_parts()}, **{Path(file).stem: file for file in listed}}
    found: list[tuple[str, str]] = []
    for name, place in sorted({p.text: p.place for p in reversed(named)}.items()):
        if name in known:
            found.append((name, known[name]))
        else:
            hint = nearest(name, known) or f"Parts: {', '.join(sorted(known))}."
            problems.add("no-such-part", place, f"there is no part '{name}'", hint)
    return found
