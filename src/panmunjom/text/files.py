"""Reading files that somebody else may have made, and writing them whole."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path


class TooLarge(OSError):
    """A file with more bytes than it may have; ``size`` says how many it has."""

    def __init__(self, size: int) -> None:
        super().__init__(f"the file has {size:,} bytes")
        self.size = size


def read_regular(path: Path, most: int, ours: bool = False) -> bytes:
    """All bytes of a regular file.

    Everything is asked of the opened file, so that nothing can be exchanged in between: a pipe or a device is never
    waited for, a file that grows is not followed.

    Args:
        path: links are followed.
        most: bytes that it may have.
        ours: refuse a file that is another user's or that others can write to.

    Raises:
        TooLarge: more bytes than that.
        OSError: it cannot be read, or is no regular file.
    """
    flags = (
        os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    )
    try:
        handle = os.open(path, flags)
    except ValueError:  # a NUL in the name
        raise OSError("no file has such a name") from None
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise OSError("it is not a file")
        if ours and hasattr(os, "getuid"):
            others = found.st_uid != os.getuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
            if others:
                raise OSError("others can write to it")
        if found.st_size > most:
            raise TooLarge(found.st_size)
        with open(handle, "rb", closefd=False) as file:
            data = file.read(most + 1)
    finally:
        os.close(handle)
    if len(data) > most:
        raise TooLarge(len(data))
    return data


def write_whole(path: Path, text: str | bytes) -> None:
    """Write a file, text as UTF-8, whole or not at all; one that is replaced keeps its permissions. Raises ``OSError``."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if isinstance(text, str):
            part.write_text(text, encoding="utf-8", newline="")
        else:
            part.write_bytes(text)
        if path.exists():
            part.chmod(stat.S_IMODE(path.stat().st_mode))
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
