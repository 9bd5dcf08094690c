"""A case with one more source, its claims and its view, as if they stood in its files: nothing is written.

What is added passes through the same readers as the files do, so it can say nothing that a file could not say.
"""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..text.nodes import Mapping
from ..text.plain import as_node
from ..text.problems import Problems
from .loading import Loader
from .records import Case

Entries = AnyMapping[str, Any]


def with_view(
    case: Case, name: str, source: Entries, claims: Entries, view: Entries, without: str = ""
) -> Case:
    """The case with that view alone, beside the pooled one. ``without`` names a source that is left out of every pool.

    The source has the view's name. Raises ``CaseError`` with every problem found.
    """
    problems = Problems()
    added = {
        "sources.yaml": {name: source},
        "claims.yaml": claims,
        f"views/{name}.yaml": {"source": name, **view},
    }
    found = _Overlay(case.folder, added, problems).load()
    problems.stop()
    assert found is not None
    found.warnings = problems.warnings
    if without:
        found.pool_rules = replace(found.pool_rules, exclude={*found.pool_rules.exclude, without})
    return found


class _Overlay(Loader):
    """Reads a folder's files with entries added to them; of its views only the pooled one."""

    def __init__(self, folder: Path, added: dict[str, Entries], problems: Problems) -> None:
        super().__init__(folder, problems)
        self.added = added

    def has(self, relative: str) -> bool:
        """Whether the folder or what is added has such a file."""
        return relative in self.added or super().has(relative)

    def file(self, relative: str) -> Mapping | None:
        """The file's content followed by what is added to it."""
        more = self.added.get(relative)
        if more is None:
            return super().file(relative)
        extra = as_node(more, relative.removesuffix(".yaml"))
        assert isinstance(extra, Mapping)
        there = super().file(relative) if super().has(relative) else None
        return Mapping((*there.items, *extra.items), there.place) if there is not None else extra

    def check_asked(self, case: Case) -> None:
        """Nothing: the questions were checked with the case's own views, some of which may begin before this one."""

    def listing(self, folder: str) -> list[str]:
        """The files of a folder; the case's own views but the pooled one are left aside."""
        if folder != "views":
            return super().listing(folder)
        return [f for f in super().listing(folder) if f == "views/pooled.yaml"] + [
            f for f in self.added if f.startswith("views/")
        ]
