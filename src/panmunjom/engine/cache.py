"""Compiled machine code kept in the user's cache folder, so that a world is compiled once.

One file a kernel: a mark, the SHA-256 of what follows, and an object file. The name is a hash of everything
that the object depends on. A file that is absent, cut short, altered or not ours alone to write is compiled
anew. Nothing here raises: without a cache everything works, only later.

``PANMUNJOM_CACHE`` names another folder; ``off`` keeps nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from ..text.files import read_regular

VARIABLE = "PANMUNJOM_CACHE"
MARK = b"panmunjom object 1\n"
SUFFIX = ".kernel"
MOST = 64  # files kept; the longest unused go first
LARGEST = 64 * 2**20  # bytes of one file


def folder() -> Path | None:
    """The cache folder, which need not exist; None where nothing is to be kept."""
    named = os.environ.get(VARIABLE, "")
    if named:
        return None if named.lower() == "off" else Path(named)
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "panmunjom" / "cache"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "panmunjom"
    base = Path(os.environ.get("XDG_CACHE_HOME") or "")
    return (base if base.is_absolute() else home / ".cache") / "panmunjom"


def key(parts: Iterable[str]) -> str:
    """A name for what is made from those texts: the SHA-256 of all of them, each with its length."""
    found = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8")
        found.update(len(data).to_bytes(8, "little") + data)
    return found.hexdigest()


def read(name: str) -> bytes | None:
    """What was written under that name, or None."""
    where = folder()
    if where is None:
        return None
    path = where / (name + SUFFIX)
    try:
        if not _private(where):
            return None
        data = read_regular(path, LARGEST, ours=True)
    except OSError:
        return None
    head = len(MARK) + 32
    body = data[head:]
    if (
        len(data) <= head
        or data[: len(MARK)] != MARK
        or hashlib.sha256(body).digest() != data[len(MARK) : head]
    ):
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # it was used
    return body


def write(name: str, body: bytes) -> None:
    """Keep that under a name; a reader sees all of it or nothing."""
    where = folder()
    if where is None or len(body) > LARGEST - 64:
        return
    temporary: str | None = None
    try:
        where.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _private(where):
            return
        handle, temporary = tempfile.mkstemp(dir=where, suffix=".part")  # mode 0600
        with os.fdopen(handle, "wb") as file:
            file.write(MARK + hashlib.sha256(body).digest() + body)
        os.replace(temporary, where / (name + SUFFIX))
        temporary = None
        _thin(where)
    except OSError:
        pass
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def _private(where: Path) -> bool:
    """Whether the folder is one that nobody else can write to: what stands in it will be run."""
    found = os.stat(where)
    if not stat.S_ISDIR(found.st_mode):
        return False
    if not hasattr(os, "getuid"):
        return True  # Windows: the user's own profile
    return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _thin(where: Path) -> None:
    """Remove the files that were not used for longest."""
    files = sorted(where.glob("*" + SUFFIX), key=lambda p: p.stat().st_mtime, reverse=True)
    for path in files[MOST:]:
        with contextlib.suppress(OSError):
            path.unlink()
