"""The text files of a case as bytes: kept in a run's folder, so that the case can be run again as it was.

A copy is a zip file whose bytes follow from the files alone: names in order, no clock, no permissions. One that somebody
else made is read with the limits that a case has, and nothing of it is ever written outside a temporary folder.
"""

from __future__ import annotations

import io
import os
import re
import tempfile
import zipfile
import zlib
from collections.abc import Mapping as AnyMapping
from pathlib import Path

from ..text.files import TooLarge, read_regular
from ..text.nodes import MAX_BYTES, Mapping
from ..text.problems import NOWHERE, CaseError, Place, Problem, Problems, Source, printable
from .loading import MAX_FILES, MAX_TOTAL, Loader
from .parts import shipped_parts
from .records import Case

NAME = "case.zip"
Texts = dict[str, bytes]

_FOLDERS = ("world", "parts", "views", "data")
_ENDS = (".yaml", ".csv")
_WHEN = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can say
_PART = re.compile(r"[^\x00-\x1f\x7f/\\:]+")  # what a file or folder of a copy may be called


def texts_of(folder: Path) -> Texts:
    """The text files of a case by their paths inside it: YAML, and tables under ``data/``. Links that lead out are left out.
    Parts that ship with the package are among them as if they were the case's own, so that a copy outlives a new version.

    Raises ``CaseError`` where a file cannot be read or there is more than a case may have.
    """
    inside = folder.resolve()
    names = sorted(p.name for p in folder.glob("*.yaml") if not p.name.startswith("."))
    for part in _FOLDERS:
        for where, _, files in os.walk(folder / part):  # links to folders are not followed
            names += [str((Path(where) / f).relative_to(folder).as_posix()) for f in files if f.endswith(_ENDS)]
    if len(names) > 4 * MAX_FILES:
        raise _trouble(folder, f"the case has {len(names)} files; the limit for a copy is {4 * MAX_FILES}")
    found: Texts = {}
    total = 0
    for name in sorted(names):
        path = folder / name
        try:
            if not path.resolve().is_relative_to(inside):
                continue
            found[name] = read_regular(path, MAX_BYTES)
        except (OSError, RuntimeError) as error:
            raise _trouble(path, f"the file cannot be read: {error}") from None
        total += len(found[name])
        if total > MAX_TOTAL:
            raise _trouble(folder, f"the files of the case have more than {MAX_TOTAL:,} bytes together")
    if b"parts:" in found.get("case.yaml", b""):
        for part, path in shipped_parts().items():
            found.setdefault(f"parts/{part}.yaml", read_regular(path, MAX_BYTES))
    return found


def packed(texts: AnyMapping[str, bytes]) -> bytes:
    """The files as the bytes of a zip file; the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(texts):
            entry = zipfile.ZipInfo(name, _WHEN)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
            archive.writestr(entry, texts[name])
    return out.getvalue()


def unpacked(path: Path) -> Texts:
    """The files of a copy. Raises ``CaseError`` for what is no copy of a case, or holds more than a case may."""
    try:
        raw = read_regular(path, MAX_TOTAL)
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            entries = archive.infolist()
            if len(entries) > 4 * MAX_FILES:
                raise _trouble(path, f"it holds {len(entries)} files; the limit is {4 * MAX_FILES}")
            found: Texts = {}
            left = MAX_TOTAL
            for entry in entries:
                if not _safe(entry.filename):
                    raise _trouble(path, f"it holds the name '{printable(entry.filename[:80])}', which no case has")
                with archive.open(entry) as file:
                    data = file.read(min(MAX_BYTES, left) + 1)  # what the header says of its size is not believed
                left -= len(data)
                if len(data) > MAX_BYTES or left < 0:
                    raise _trouble(path, "it holds more bytes than a case may have")
                found[entry.filename] = data
    except TooLarge as error:
        raise _trouble(path, str(error)) from None
    except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise _trouble(path, f"the copy of the case cannot be read: {error}") from None
    return found


def _safe(name: str) -> bool:
    """Whether a name stays inside a folder on every system, and is one of a case's text files."""
    parts = name.split("/")
    fine = all(_PART.fullmatch(p) and p not in (".", "..") and not p.endswith((" ", ".")) for p in parts)
    return fine and name.endswith(_ENDS) and (len(parts) == 1 or parts[0] in _FOLDERS)


def load_texts(texts: AnyMapping[str, bytes], name: str, nodes: AnyMapping[str, Mapping] | None = None) -> Case:
    """Load a case from the bytes of its files, some of them replaced by ``nodes``. Raises ``CaseError``.

    The files lie in a temporary folder for as long as they are read. What a place calls a file begins with ``name``.
    """
    problems = Problems()
    with tempfile.TemporaryDirectory(prefix="panmunjom-") as folder:
        for relative, raw in texts.items():
            path = Path(folder) / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(raw)
        try:
            case = _FromMemory(Path(folder), problems, name, nodes or {}).load()
        except CaseError as error:
            raise CaseError([_renamed(p, folder, name) for p in error.problems]) from None
        if problems.errors:
            raise CaseError([_renamed(p, folder, name) for p in problems])
    assert case is not None
    case.warnings = problems.warnings
    return case


def _renamed(problem: Problem, folder: str, name: str) -> Problem:
    """A problem that names the file of the case and not where it lay."""
    source = problem.place.source
    if not source.name.startswith(folder):
        return problem
    place = problem.place
    shown = Source(name + source.name[len(folder) :].replace(os.sep, "/"), source.text)
    place = Place(shown, place.line, place.column, place.length)
    return Problem(problem.code, place, problem.message, problem.hint, problem.severity)


class _FromMemory(Loader):
    """Loads a folder some of whose YAML files are replaced by nodes, or by nothing."""

    def __init__(self, folder: Path, problems: Problems, name: str, nodes: AnyMapping[str, Mapping]) -> None:
        super().__init__(folder, problems)
        self.id, self.nodes = name, nodes

    def has(self, relative: str) -> bool:
        """Whether there is such a file."""
        return relative in self.nodes or super().has(relative)

    def file(self, relative: str) -> Mapping | None:
        """The nodes that stand for a file, or those of the file itself."""
        found = self.nodes.get(relative)
        return super().file(relative) if found is None else found

    def listing(self, folder: str) -> list[str]:
        """The YAML files of a folder, those that only nodes stand for among them."""
        more = [f for f in self.nodes if f.startswith(folder + "/")]
        return sorted({*super().listing(folder), *more})


def _trouble(path: Path, message: str) -> CaseError:
    return CaseError([Problem("unreadable", Place(Source(str(path))) if path else NOWHERE, message)])
