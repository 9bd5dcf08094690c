"""A case built in Python, entry by entry, with the keys and the meaning that its files have.

    >>> war = Model("A siege", start="2024-03-01", horizon="1 year")
    >>> war.parameter("rations", unit="t/day", assume="3 to 6")
    >>> war.stock("stores", unit="t", start="400 t", out="rations")
    >>> war.ending("town_falls", "stores <= 0 t")
    >>> war.ending("siege_goes_on", at_horizon=True)
    >>> case = war.case()

What is given passes through the same readers as the files, so nothing can be said here that a file could not say, the
results are the same to the last bit, and mistakes are the same records. Keys that are words of Python take an underscore:
``in_``, ``is_``.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..text.nodes import Mapping
from ..text.plain import as_node
from ..text.problems import NOWHERE, CaseError, Problem, Problems
from ..text.schemas import KINDS, keys, schema
from .loading import Loader
from .reading_series import COLUMNS, FIGURES
from .records import Case


def _adder(kind: str, section: str = "") -> Callable[..., None]:
    """A method that adds one entry to a section of the world, or to a file of the case."""

    def add(self: Model, name: str, entry: object = None, /, **entries: object) -> None:
        file = self.files.setdefault(KINDS[kind].replace("*", "model"), {})
        found = file.setdefault(section, {}) if section else file
        if name in found:
            message = f"'{name}' was added to the {section or kind} before"
            raise CaseError([Problem("duplicate-key", NOWHERE, message, "Keep one of the two.")])
        found[name] = _plain(entries) if entries else entry

    about = keys("world")[section] if section else schema(kind)
    add.__doc__ = f"Add to the {section or kind}: a name, then its keys by name. {about['description']}"
    return add


class Model:
    """Collects the entries of a case; ``case()`` reads and checks them all together.

    ``files`` holds what was added: the path of the file that could say it, and its content as dictionaries.
    """

    def __init__(self, title: str, *, start: object, name: str = "model", **head: object) -> None:
        self.name = name
        self.figures: list[tuple[object, ...]] = []
        self.files: dict[str, dict[str, Any]] = {"case.yaml": {"title": title, "start": start, **head}}

    unit = _adder("world", "units")
    dimension = _adder("world", "dimensions")
    relation = _adder("world", "relations")
    role = _adder("world", "roles")
    need = _adder("world", "needs")
    assumption = _adder("world", "assumptions")
    switch = _adder("world", "switches")
    parameter = _adder("world", "parameters")
    correlation = _adder("world", "correlations")
    table = _adder("world", "tables")
    stock = _adder("world", "stocks")
    value = _adder("world", "values")
    event = _adder("world", "events")
    decision = _adder("world", "decisions")
    ending = _adder("world", "endings")
    source = _adder("sources")
    claim = _adder("claims")
    question = _adder("questions")
    phrases = _adder("phrases")
    series = _adder("series")
    mechanism = _adder("mechanisms")

    def observed(self, series: str, date: object, value: object, known: object = None) -> None:
        """Add a figure of a series: its date, and the day on which it was public (its date if nothing is said)."""
        self.figures.append((series, date, value, date if known is None else known))

    def part(self, name: str, **sections: object) -> None:
        """Use a part that ships with the package, or one of your own whose sections are given as dictionaries."""
        self.files["case.yaml"].setdefault("parts", []).append(name)
        if sections:
            self.files[f"parts/{name}.yaml"] = sections

    def view(self, name: str, **entries: object) -> None:
        """Add a view; its keys are those of a file of ``views/``."""
        self.files[f"views/{name}.yaml"] = _plain(entries)

    def pool(self, **entries: object) -> None:
        """Say how claims are pooled; the keys are those of ``views/pooled.yaml``."""
        self.view("pooled", **entries)

    def case(self, mechanisms: bool = False) -> Case:
        """The case, checked; with what its mechanisms measure compiled in, if asked. Raises ``CaseError`` with every
        problem found.
        """
        problems = Problems()
        case = _MemoryLoader(self, problems, mechanisms).load()
        problems.stop()
        assert case is not None
        case.warnings = problems.warnings
        return case


class _MemoryLoader(Loader):
    """Reads the files of a model in place of those of a folder."""

    def __init__(self, model: Model, problems: Problems, mechanisms: bool = False) -> None:
        super().__init__(Path(model.name), problems, mechanisms)
        self.files, self.figures = model.files, model.figures
        self.hash = hashlib.sha256(repr(model.files).encode())
        self.hash.update(repr(model.figures).encode())

    def has(self, relative: str) -> bool:
        """Whether anything was added to the file."""
        return relative in self.files or (relative == FIGURES and bool(self.figures))

    def content(self, relative: str) -> bytes | None:
        """The figures, as the file that would hold them."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([COLUMNS, *self.figures])
        return text.getvalue().encode()

    def file(self, relative: str) -> Mapping | None:
        """The file's content as nodes."""
        node = as_node(self.files[relative], relative.removesuffix("/model.yaml").removesuffix(".yaml"))
        assert isinstance(node, Mapping)
        return node

    def listing(self, folder: str) -> list[str]:
        """The files of a folder that were added to."""
        return sorted(f for f in self.files if f.startswith(folder + "/"))


def _plain(entries: dict[str, object]) -> dict[str, object]:
    """Keywords as keys: without the underscore that Python needs after ``in`` and ``is``."""
    return {key.removesuffix("_"): value for key, value in entries.items()}
