"""The history of results: a small table in the repository, a row for each run that asks for one."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from . import machine

PLACE = Path(__file__).parent / "history.md"
HEAD = """# Results of `make bench HISTORY=1`

Futures a second of the attrition model, then how many times that is what the peer does; value updates a second; seconds. Rows of
different machines cannot be compared, nor quite those of one: read the ratios.

| date | commit | processor | cores | attrition/s | C | C one by one | JAX | NumPy | EMA, processes | PySD | chance: NumPy \
| updates/s, 500 values | updates/s, Ukraine | compile attrition | compile 500 | run cold | run cached | --help |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
"""
RATIOS = (
    "C in blocks",
    "C one by one",
    "JAX",
    "NumPy",
    "EMA Workbench, processes",
    "PySD",
    "NumPy, its Generator",
)
TIMES = (
    "attrition, cold",
    "500 values, cold",
    "run ukraine, cold",
    "run ukraine, cached",
    "panmunjom --help",
)


@dataclass(slots=True)
class Row:
    """Figures of one run; what was not measured is absent."""

    rates: dict[str, float] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)
    updates: dict[str, float] = field(default_factory=dict)
    times: dict[str, float] = field(default_factory=dict)

    def text(self) -> str:
        """The row of the table."""

        def cell(found: dict[str, float], name: str, form: str) -> str:
            return format(found[name], form) if name in found else "–"

        cells = [str(date.today()), commit(), machine.processor(), str(machine.cores())]
        cells.append(cell(self.rates, "attrition", ",.0f"))
        cells += [
            cell(self.ratios, name, ",.0f" if self.ratios.get(name, 0) >= 100 else ".2f") for name in RATIOS
        ]
        cells += [cell(self.updates, name, ".2e") for name in ("large500", "ukraine")]
        cells += [cell(self.times, name, ".2f") for name in TIMES]
        return "| " + " | ".join(cells) + " |\n"


def commit() -> str:
    """The short name of the commit, with a + where files differ from it."""
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--exclude=*"],
        cwd=PLACE.parent,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip() or "unknown"


def add(row: Row) -> Path:
    """Append a row; the file is made if it is not there."""
    if not PLACE.exists():
        PLACE.write_text(HEAD, encoding="utf-8")
    with PLACE.open("a", encoding="utf-8") as file:
        file.write(row.text())
    return PLACE
