"""One peer in a process of its own: ``python -m bench.child PEER MODEL``. Runs when a line comes, answers with seconds.

The first line that it prints says what was prepared, as JSON; levels to be compared go to the file named there.
"""

from __future__ import annotations

import importlib
import json
import math
import os
import sys
import tempfile
import time

import numpy as np

from . import worlds
from .prepared import Missing, seconds

SHORTEST = 0.5  # seconds of a timed run: short ones are favoured where other programs take their turns


def main() -> None:
    """Prepare, then run once a line until the input ends."""
    peer, name = sys.argv[1:3]
    module, function = peer.rsplit(".", 1)
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what libraries print is no answer
    try:
        ready = getattr(importlib.import_module(f"bench.peers.{module}"), function)(worlds.load(name))
    except Missing as problem:
        print(json.dumps({"missing": str(problem)}), file=answers)
        return
    handle, path = tempfile.mkstemp(suffix=".npz")
    os.close(handle)
    kept = {k: v for k, v in (("stocks", ready.stocks), ("means", ready.means)) if v is not None}
    np.savez(path, **kept)
    print(json.dumps({"futures": ready.futures, "note": ready.note, "levels": path}), file=answers)
    repeat = max(1, math.ceil(SHORTEST / seconds(ready.run)))
    for _ in sys.stdin:
        began = time.perf_counter()
        for _ in range(repeat):
            ready.run()
        print((time.perf_counter() - began) / repeat, file=answers)


if __name__ == "__main__":
    main()
