"""``panmunjom describe --extremes``: endings that are nearly impossible or certain, and what makes them so."""

from __future__ import annotations

from typing import Any

from ..analysis.extremes import Extreme, find_extremes
from ..analysis.running import Options
from ..analysis.switches import LEAST, MOST
from ..case.records import Case
from ..report.words import count
from .terminal import Progress, as_json_text, bold, dim, table


def print_extremes(case: Case, options: Options, as_json: bool) -> int:
    """Run and print; the exit status is 0, as an extreme is a finding."""
    progress = Progress()
    try:
        found, starts = find_extremes(case, options, progress.stage("running", 1.0))
    finally:
        progress.close()
    if as_json:
        record = {
            "case": case.id,
            "least": LEAST,
            "most": MOST,
            "futures": options.futures,
            "seed": options.seed,
            "starts": [s.isoformat() for s in starts],
            "extremes": [extreme_record(e) for e in found],
        }
        print(as_json_text(record))
        return 0
    labels = {e.name: e.label or e.name.replace("_", " ") for e in case.built.world.endings.values()}
    for start in starts:
        here = [e for e in found if e.start == start]
        print(bold(f"pooled@{start}") + ("" if here else "  every ending inside 0.1% to 90%, whatever switch is turned"))
        plain = {e.ending for e in here if not e.switch}
        rows = [  # what is extreme anyway is said once, and not again for every switch that leaves it so
            [f"  {labels[e.ending]}", f"{e.share.p:.2%}", f"{e.switch} = {e.to}" if e.switch else "–", e.because]
            for e in here
            if not (e.switch and e.ending in plain)
        ]
        if rows:
            print(table(["  ending", "share", "turned", "because"], rows) + "\n")
    told = f"{count(len(found), 'extreme')}; {options.futures:,} futures for each turn; seed {options.seed}"
    print(dim(f"{told}; an ending counts as extreme below {LEAST:.1%} and above {MOST:.0%}"))
    return 0


def extreme_record(found: Extreme) -> dict[str, Any]:
    """One extreme as JSON has it."""
    part = found.limited_by
    return {
        "start": found.start.isoformat(),
        "ending": found.ending,
        "share": found.share.p,
        "futures": found.share.futures,
        "hits": found.share.hits,
        "switch": found.switch or None,
        "to": found.to or None,
        "without": found.without,
        "limited_by": {"condition": part.text, "share": part.share} if part else None,
        "released_by": found.released_by,
        "because": found.because,
    }
