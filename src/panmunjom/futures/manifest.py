"""The manifest of a folder of futures: what they are futures of, which parts are finished, and their hashes.

Whoever reads a folder did not necessarily write it, so that nothing in a manifest is believed: names of files follow from
the parts' numbers, every type is looked at, and each part is hashed before it is used.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..text.problems import CaseError, Place, Problem, Source
from .formats import FORMATS, laid_out
from .tally import Tally

NAME = "manifest.json"
FORMAT, VERSION = "panmunjom futures", 1
PART = 65_536  # futures in a file
_LARGEST = 64 * 2**20
_MOST_PARTS = 100_000


@dataclass(slots=True)
class Part:
    """One finished file: its number, rows, bytes, SHA-256 and what was counted in it."""

    number: int
    rows: int
    bytes: int
    sha256: str
    counts: Tally

    def as_dict(self, kind: str) -> dict[str, object]:
        """The part as the manifest says it."""
        head = {"file": part_name(self.number, kind), "number": self.number, "rows": self.rows}
        return {**head, "bytes": self.bytes, "sha256": self.sha256, "counts": self.counts.as_dict()}


@dataclass(slots=True)
class Manifest:
    """``run`` holds all that determines the futures; two runs whose ``run`` is the same have the same futures."""

    run: dict[str, Any]
    futures: int
    columns: list[dict[str, Any]]
    fixed: dict[str, Any]
    tally: Tally  # empty, of the case's endings and questions
    parts: dict[int, Part] = field(default_factory=dict)
    complete: bool = False

    @property
    def kind(self) -> str:
        """The format of the parts."""
        return str(self.run["file_format"])

    def total(self) -> Tally:
        """What was counted in all finished parts."""
        whole = Tally.of(self.tally.endings, self.tally.questions)
        for part in self.parts.values():
            whole.add(part.counts)
        return whole

    def write(self, folder: Path) -> None:
        """Put it in the place of the one before: whole or not at all. Raises ``OSError``."""
        parts = [self.parts[n].as_dict(self.kind) for n in sorted(self.parts)]
        record = {
            "format": FORMAT, "format_version": VERSION, "complete": self.complete, "futures": self.futures,
            "futures_finished": sum(p.rows for p in self.parts.values()), "run": self.run,
            "columns": self.columns, "fixed": self.fixed, "parts": parts,
        }  # fmt: skip
        temporary = folder / f".{NAME}.part"
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(laid_out(record) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, folder / NAME)
        sync(folder)


def part_name(number: int, kind: str) -> str:
    """The name of a part's file."""
    return f"part-{number:05d}.{kind}"


def sync(folder: Path) -> None:
    """Make names that were just given in a folder survive a loss of power. Raises ``OSError``."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read(folder: Path) -> Manifest | None:
    """The manifest of a folder, or None where there is none. Raises ``CaseError`` for one that cannot be used."""
    path = folder / NAME
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError(f"it is larger than {_LARGEST // 2**20} MB")
        return _checked(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except RecursionError:
        trouble = "it is nested too deeply"
    except json.JSONDecodeError as error:
        trouble = f"it is not JSON: {error.msg} in line {error.lineno}"
    except (ValueError, OverflowError) as error:
        trouble = str(error)[:300]
    hint = "Choose another folder with --out, or delete this one."
    place = Place(Source(str(path)))
    raise CaseError([Problem("bad-manifest", place, f"the manifest cannot be used: {trouble}", hint)])


def _checked(found: Any) -> Manifest:
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ValueError("it is not one of a folder of futures")
    if found.get("format_version") != VERSION:
        raise ValueError(f"its format has another version than {VERSION}")
    run, columns, parts, fixed = (found.get(k) for k in ("run", "columns", "parts", "fixed"))
    if not isinstance(run, dict) or run.get("file_format") not in FORMATS or not isinstance(fixed, dict):
        raise ValueError("it does not say what was run")
    if not isinstance(columns, list) or not all(_is_column(c) for c in columns):
        raise ValueError("its columns cannot be read")
    names = [c["name"] for c in columns]
    if len(set(names)) < len(names):
        raise ValueError("two columns have one name")
    questions: Any = run.get("questions")
    endings: list[Any] = [c.get("labels") for c in columns if c["role"] == "ending"]
    if len(endings) != 1 or not _texts(endings[0]) or not _texts(questions):
        raise ValueError("it does not name the endings and questions")
    futures = found.get("futures")
    if type(futures) is not int or not 0 < futures < 2**36:
        raise ValueError("'futures' is not a number of futures")
    empty = Tally.of(endings[0], questions)
    out = Manifest(run, futures, columns, fixed, empty, complete=found.get("complete") is True)
    if not isinstance(parts, list) or len(parts) > _MOST_PARTS:
        raise ValueError("its list of parts cannot be read")
    for part in parts:
        read_part(part, out)
    return out


def read_part(part: Any, out: Manifest) -> None:
    """Add a part that a manifest names. Raises ``ValueError``."""
    if not isinstance(part, dict):
        raise ValueError("a part is not an entry with names")
    number, rows, size = (part.get(k) for k in ("number", "rows", "bytes"))
    for value, most in ((number, _MOST_PARTS), (rows, PART), (size, 2**40)):
        if type(value) is not int or not 0 <= value <= most:
            raise ValueError("a part's number, rows or bytes is not a whole number")
    if number in out.parts or not re.fullmatch(r"[0-9a-f]{64}", str(part.get("sha256"))):
        raise ValueError(f"part {number} stands there twice or has no SHA-256")
    counts = Tally.from_dict(part.get("counts"), out.tally)
    if counts.futures != rows:
        raise ValueError(f"the counts of part {number} are not those of its {rows} rows")
    assert isinstance(number, int) and isinstance(rows, int) and isinstance(size, int)
    out.parts[number] = Part(number, rows, size, str(part["sha256"]), counts)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, str) for v in value)


def _is_column(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(value.get(k), str) for k in ("name", "role", "kind", "unit", "about")
    )


def differences(theirs: Any, ours: Any, path: str = "") -> list[str]:
    """Where two records differ, in words: ``seed is 1 there and 2 here``."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        found = []
        for key in [*ours, *(k for k in theirs if k not in ours)]:
            inner = f"{path}.{key}" if path else str(key)
            found += differences(theirs.get(key), ours.get(key), inner)
        return found
    if theirs == ours and type(theirs) is type(ours):
        return []

    def short(value: Any) -> str:
        try:
            text = "absent" if value is None else json.dumps(value, ensure_ascii=False)
        except RecursionError:
            text = "something nested"
        return text if len(text) <= 60 else text[:57] + "..."

    return [f"{path} is {short(theirs)} there and {short(ours)} here"]
