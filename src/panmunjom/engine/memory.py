"""How much memory a run will take, said before it is taken."""

from __future__ import annotations

import os
from pathlib import Path

from ..text.problems import NOWHERE, CaseError, Problem
from ..world.graph import Graph

_SPARE = 0.9  # of what is free; the rest is for the interpreter and for what others take meanwhile
_COUNTING = 64  # bytes a future that are needed for a moment while shares are counted
_GROUP = Path("/sys/fs/cgroup")


def available() -> int | None:
    """Bytes that this process may still take, or None where the system does not say: what is free, or what is left
    of the limit of a container (cgroup v2)."""
    found = [n for n in (_free(), _left_in_group()) if n is not None]
    return min(found) if found else None


def _free() -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    try:  # no /proc, as on macOS: all there is
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return None


def _left_in_group() -> int | None:
    try:
        limit = int((_GROUP / "memory.max").read_text(encoding="ascii"))
        return max(0, limit - int((_GROUP / "memory.current").read_text(encoding="ascii")))
    except (OSError, ValueError):  # no such file, or no limit ("max")
        return None


def chunk_bytes(graph: Graph, futures: int) -> int:
    """Memory while so many futures run at once: rows as drawn (also the next ones) and as packed, the state, and what is
    read off it."""
    answers, stocks = len(graph.answers), len(graph.stocks)
    return 8 * futures * (3 * len(graph.rows) + len(graph.slots) + 2 * answers + 2 * stocks + 16)


def kept_bytes(graph: Graph) -> int:
    """What an ensemble keeps of each future: its number, ending and dates, and two answers to each proposition."""
    return 18 + 5 * len(graph.answers)


def require(
    graph: Graph, futures: int, chunk: int, ensembles: int = 0, hint: str = "", more: int = 0
) -> None:
    """Raise ``CaseError`` where a run would not fit into memory.

    Args:
        graph: the world.
        futures: of each ensemble.
        chunk: futures that run at once.
        ensembles: how many are kept at a time.
        hint: what to do instead.
        more: bytes that are needed whatever the number of futures.
    """
    free = available()
    if free is None:
        return
    fixed = chunk_bytes(graph, min(chunk, futures)) + more
    each = ensembles * kept_bytes(graph) + _COUNTING if ensembles else 0
    room = int(_SPARE * free) - fixed
    if each * futures <= room:
        return
    message = (
        f"{(fixed + each * futures) / 1e9:,.1f} GB of memory are needed and {free / 1e9:,.1f} GB are free"
    )
    if each and room >= 16 * each:
        message += f"; about {room // each // 16 * 16:,} futures would fit"
    raise CaseError([Problem("too-much-memory", NOWHERE, message, hint)])
