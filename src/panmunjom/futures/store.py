"""Keeps the futures of a run in a folder, part by part, so that no death of the process loses a finished one.

A part is written under a temporary name, forced to the disk, hashed, renamed, and only then named in the manifest, which
is itself replaced whole. Whatever was interrupted, the same call continues: parts whose hash is right stay, all others are
made anew, and since a future depends on its number alone they come out the same to the byte.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..engine.kernel import interrupted
from ..engine.run import CHUNK, Raw
from ..text.problems import NOWHERE, CaseError, Place, Problem, Source
from . import manifest as records
from .formats import writer
from .manifest import PART, Manifest, Part, part_name
from .table import Column
from .tally import Tally

Points = npt.NDArray[np.uint64]
Make = Callable[[Points], tuple[npt.NDArray[np.float64], Raw]]
Tell = Callable[[Problem], None]
Tick = Callable[[int, int], None]


class Stopped(Exception):
    """The run could not go on for want of space or because a file could not be written; what is finished is kept."""

    def __init__(self, folder: Path, error: OSError, finished: int) -> None:
        self.folder, self.error, self.finished = folder, error, finished
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        what = "the disk is full" if full else str(error.strerror or error)
        super().__init__(f"'{folder}': {what}")


def open_folder(folder: Path, wanted: Manifest, tell: Tell) -> Manifest:
    """The manifest to continue with: that of the folder with its sound parts, or ``wanted`` where the folder is fresh.

    ``tell`` hears of every part that is not as it was written. Raises ``CaseError`` where the folder holds something else.
    """
    found = records.read(folder)
    place = Place(Source(str(folder)))
    if found is None:
        if any(folder.glob("part-*.*")):
            message = "the folder holds parts but no manifest that says what they are"
            raise CaseError([Problem("no-manifest", place, message, "Choose another folder with --out.")])
        return wanted
    different = records.differences(
        {"run": found.run, "columns": {c["name"]: c for c in found.columns}},
        {"run": wanted.run, "columns": {c["name"]: c for c in wanted.columns}},
    )
    if found.futures > wanted.futures:
        different.append(f"futures is {found.futures:,} there and {wanted.futures:,} here")
    if different:
        more = f"; and {len(different) - 8} differences more" if len(different) > 8 else ""
        message = f"the folder holds futures of another run: {'; '.join(different[:8])}{more}"
        hint = "Give the same options again to continue it, or choose another folder with --out."
        raise CaseError([Problem("other-run", place, message, hint)])
    for number, part in sorted(found.parts.items()):
        then, now = (min(PART, m.futures - number * PART) for m in (found, wanted))
        trouble = (
            fault(folder, found, number) if part.rows == then else f"does not have {max(0, then):,} rows"
        )
        if trouble:
            message = f"{part_name(number, found.kind)} {trouble}: it is made anew"
            tell(Problem("broken-part", place, message, severity="warning"))
        if trouble or part.rows < now:  # or the last part of a smaller run, now to be filled
            del found.parts[number]
    found.futures, found.complete = wanted.futures, False
    return found


def fault(folder: Path, manifest: Manifest, number: int) -> str:
    """What is wrong with the file of a part that the manifest names; empty if it is as it was written."""
    part, path = manifest.parts[number], folder / part_name(number, manifest.kind)
    try:
        size = path.stat().st_size
        if size != part.bytes:
            return f"has {size:,} bytes instead of {part.bytes:,}"
        with open(path, "rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != part.sha256:
                return "is not as it was written (its SHA-256 differs)"
    except FileNotFoundError:
        return "is gone"
    except OSError as error:
        return f"cannot be read ({error.strerror or error})"
    return ""


def fill(folder: Path, manifest: Manifest, columns: list[Column], answers: list[str], make: Make,
         tell: Tell, tick: Tick) -> None:  # fmt: skip
    """Make the parts that the manifest does not name, in order, and name each when it is finished.

    Args:
        folder: where; nobody else may be writing there (see ``alone``).
        manifest: from ``open_folder``; it is kept up to date.
        columns: of the rows.
        answers: names of the propositions in ``Raw.first``.
        make: runs futures by their numbers, at most ``CHUNK`` at once.
        tell: hears of a disk that will not do.
        tick: hears of futures done and to do in this call.

    Raises:
        KeyboardInterrupt: after Ctrl-C; finished parts are kept.
        Stopped: where a file cannot be written; finished parts are kept.
    """
    for left in folder.glob(".part-*.part"):  # of a process that was killed
        left.unlink(missing_ok=True)
    todo = [n for n in range(-(-manifest.futures // PART)) if n not in manifest.parts]
    number_left = sum(min(PART, manifest.futures - n * PART) for n in todo)
    done = 0
    manifest.complete = not todo
    try:
        manifest.write(folder)
        for position, number in enumerate(todo):
            end = min((number + 1) * PART, manifest.futures)
            tally = Tally.of(manifest.tally.endings, manifest.tally.questions)

            def chunks(
                begin: int = number * PART, end: int = end, tally: Tally = tally, before: int = done
            ) -> Iterator[tuple[npt.NDArray[np.float64], Raw]]:
                for at in range(begin, end, CHUNK):
                    chunk = make(np.arange(at, min(at + CHUNK, end), dtype=np.uint64))
                    tally.count(chunk[1], answers)
                    tick(before + at + len(chunk[1].points) - begin, number_left)
                    yield chunk
                    del chunk  # else it would be there beside the next

            size, digest = write_part(
                folder / part_name(number, manifest.kind), manifest.kind, columns, chunks()
            )
            manifest.parts[number] = Part(number, end - number * PART, size, digest, tally)
            done += end - number * PART
            manifest.complete = position == len(todo) - 1
            manifest.write(folder)
            if position == 0:
                warn_of_space(folder, size * (number_left - done) // done, tell)
    except OSError as error:
        raise Stopped(folder, error, sum(p.rows for p in manifest.parts.values())) from error
    except BaseException as error:
        if interrupted(error):
            raise KeyboardInterrupt from error
        raise


def write_part(
    path: Path, kind: str, columns: list[Column], chunks: Iterator[tuple[npt.NDArray[np.float64], Raw]]
) -> tuple[int, str]:
    """Write one part whole or not at all; its bytes and SHA-256. Raises ``OSError``."""
    temporary = path.with_name(f".{path.name}.part")
    try:
        with open(temporary, "wb") as file:
            with writer(kind, file, columns) as rows:
                for chunk in chunks:
                    rows.add(*chunk)
                    del chunk
            file.flush()
            os.fsync(file.fileno())
        with open(temporary, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = temporary.stat().st_size
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    records.sync(path.parent)
    return size, digest


def warn_of_space(folder: Path, more: int, tell: Tell) -> None:
    """Say it early where the parts to come will not fit on the disk, judged by the first."""
    free = shutil.disk_usage(folder).free
    if more > free:
        message = f"the parts to come need about {more / 1e9:,.1f} GB, and {free / 1e9:,.1f} GB are free"
        tell(Problem("little-space", Place(Source(str(folder))), message, severity="warning"))


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder against other processes; the lock ends with the process, however that ends. Raises ``CaseError``."""
    try:
        import fcntl
    except ImportError:  # not on this system
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"another run is writing to '{folder}'"
            raise CaseError(
                [Problem("in-use", NOWHERE, message, "Wait for it, or choose another --out.")]
            ) from None
        except OSError:
            pass  # a file system without locks
        yield
    finally:
        os.close(handle)
