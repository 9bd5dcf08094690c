"""Sealed forecasts: a text file, one JSON object a line, append only, each line sealed with the one before it.

A line's ``seal`` is the SHA-256 of the line without it (canonical JSON), and ``previous`` is the seal of the line before,
so that a line that was changed, taken out or moved is found at its place. What a seal cannot show is that a whole file was
written anew: keep the ledger in git and push it, so that others hold the date.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ..text.files import TooLarge, read_regular, write_whole
from ..text.problems import CaseError, Place, Problem, Problems, Source

MAX_BYTES = 50_000_000
FIRST = "0" * 64  # what the first line has for the seal before it

# every line has these; what it forecasts stands behind them (probability, chances or quantiles)
NEEDED = (
    "made", "as_of", "case", "case_version", "package", "view", "start", "seed", "futures_run", "question", "criteria", "kind",
    "previous", "seal",
)  # fmt: skip
SAME = ("as_of", "case", "case_version", "package", "view", "start", "seed", "futures_run", "question", "criteria")

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One sealed forecast and where it stands."""

    record: Record
    place: Place

    @property
    def made(self) -> date:
        """The UTC day on which it was sealed."""
        return datetime.fromisoformat(self.record["made"]).date()

    @property
    def as_of(self) -> date:
        """The day that it is a forecast of."""
        return date.fromisoformat(self.record["as_of"])

    @property
    def hindcast(self) -> bool:
        """Whether it was made on a later day than it is dated: its author could know how things went."""
        return self.as_of < self.made


def seal_of(record: Record) -> str:
    """The seal that a record should have."""
    body = {k: v for k, v in record.items() if k != "seal"}
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def read_ledger(path: Path) -> list[Line]:
    """All forecasts of a file; none where there is no file. Raises ``CaseError`` with every line that is not as it was sealed."""
    problems = Problems()
    lines = _read(path, problems)[1]
    problems.stop()
    return lines


def seal(path: Path, drafts: list[Record], now: datetime) -> tuple[list[Line], list[Line]]:
    """Append forecasts; gives those that were added and those that this very day had sealed already, by their lines.

    The file is written anew as a whole and exchanged in one step, while the folder is held against other writers: an
    interruption leaves what was there. Raises ``CaseError`` where the file is broken, ``OSError`` where it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path = path.resolve()
    with _held(path.parent):
        problems = Problems()
        text, lines = _read(path, problems)
        problems.stop()
        known = {(line.made, *_same(line.record)): line for line in lines}
        previous = lines[-1].record["seal"] if lines else FIRST
        added: list[Record] = []
        repeated: list[Line] = []
        for draft in drafts:
            before = known.get((now.date(), *_same(draft)))
            if before is not None:
                repeated.append(before)
                continue
            record = {"made": now.isoformat(timespec="seconds").replace("+00:00", "Z"), **draft, "previous": previous}
            record["seal"] = previous = seal_of(record)
            added.append(record)
        if added:
            text += "".join(json.dumps(r) + "\n" for r in added)
            write_whole(path, text)
        source = Source(str(path), text)
        new = [Line(r, Place(source, len(lines) + k)) for k, r in enumerate(added, 1)]
        return new, repeated


def _same(record: Record) -> tuple[Any, ...]:
    return tuple(record[key] for key in SAME)


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder against other writers of this program, where the system can do that."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # a network's file system may refuse
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _read(path: Path, problems: Problems) -> tuple[str, list[Line]]:
    """The text and its lines; every line that is wrong is a problem."""
    if not os.path.lexists(path):
        return "", []
    here = Place(Source(str(path)))
    try:
        raw = read_regular(path, MAX_BYTES)
        text = raw.decode("utf-8")
    except TooLarge as error:
        raise CaseError([Problem("file-too-large", here, f"the ledger has {error.size:,} bytes")]) from None
    except UnicodeDecodeError:
        raise CaseError([Problem("not-utf8", here, "the ledger is not UTF-8 text")]) from None
    except OSError as error:
        raise CaseError([Problem("unreadable", here, f"the ledger cannot be read: {error.strerror or error}")]) from None
    source = Source(str(path), text)
    found: list[Line] = []
    previous = FIRST
    lines = text.removesuffix("\n").split("\n") if text else []  # nothing else ends a line
    for number, written in enumerate(lines, 1):
        place = Place(source, number)
        record = _record(written, place, problems)
        if record is None:
            return text, found  # what follows hangs on a line that cannot be read
        if record["previous"] != previous:
            message = f"line {number} does not follow the line before it: one was taken out, put in or moved"
            problems.add("broken-chain", place, message, _HINT)
        if record["seal"] != seal_of(record):
            problems.add("broken-seal", place, f"line {number} was changed after it was sealed", _HINT)
        previous = record["seal"]
        found.append(Line(record, place))
    if text and not text.endswith("\n"):
        last = Place(source, len(lines))
        problems.add("cut-line", last, "the last line was not written to its end", "Delete it; the lines before it stand.")
    return text, found


_HINT = "Take the file back from git, as it was committed."


def _record(written: str, place: Place, problems: Problems) -> Record | None:
    """One line as a record with all that it needs."""
    try:
        record = json.loads(written)
    except (ValueError, RecursionError):
        problems.add("not-json", place, "this is not a line of a ledger: it is no JSON object", _HINT)
        return None
    if not isinstance(record, dict) or any(key not in record for key in NEEDED):
        lacks = ", ".join(key for key in NEEDED if not isinstance(record, dict) or key not in record)
        problems.add("missing-key", place, f"this line of the ledger lacks {lacks}", _HINT)
        return None
    try:
        date.fromisoformat(str(record["as_of"]))
        datetime.fromisoformat(str(record["made"]))
    except ValueError:
        problems.add("bad-date", place, "this line of the ledger has no proper dates", _HINT)
        return None
    return record
