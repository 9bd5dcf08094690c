"""How much memory a run will take, estimated before it is taken."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from ..text.problems import NOWHERE, CaseError, Problem
from ..world.graph import Graph

_UNKNOWN = 4 * 2**30  # bytes, where the system does not say


def needed(graph: Graph, futures: int, chunk: int, months: int, banded: int) -> int:
    """Bytes that a run takes at its widest: one chunk of futures with its bands, and what is kept of all futures.

    Args:
        graph: of the world.
        futures: of the whole run; ``chunk`` of them are run at once.
        months: marks at which ``banded`` futures are kept for the bands; 0 without bands.
        banded: see ``months``.
    """
    at_once = (3 * len(graph.rows) + len(graph.slots)) * min(futures, chunk)  # drawn, copied, and in blocks
    bands = months * len(graph.shown) * min(futures, banded)
    kept = (34 + 9 * len(graph.answers) + 8 * len(graph.stocks)) * futures
    return 8 * (at_once + bands) + 2 * kept  # parts stand beside the whole while they are joined


def there() -> int:
    """Bytes that this process may take: what is available, or what its control group allows if that is less."""
    found = []
    with contextlib.suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        found.append(1024 * int(next(line for line in lines if line.startswith("MemAvailable:")).split()[1]))
    with contextlib.suppress(OSError, ValueError):  # "max" where there is no limit
        found.append(int(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii")))
    if not found:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2)
    return min(found, default=_UNKNOWN)


def check_memory(graph: Graph, futures: int, chunk: int, months: int, banded: int) -> None:
    """Raise ``CaseError`` where a run would take more memory than there is."""
    need, have = needed(graph, futures, chunk, months, banded), there()
    if need > have:
        message = f"the run would take about {need / 2**30:.1f} GB of memory; {have / 2**30:.1f} GB are there"
        hint = "Run fewer futures, a shorter time, or one view at a time."
        raise CaseError([Problem("too-large", NOWHERE, message, hint)])
