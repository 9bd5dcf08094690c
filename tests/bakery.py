"""A store of bread that empties at a known rate: a case whose verdicts are known by arithmetic."""

from __future__ import annotations

from pathlib import Path

from panmunjom.analysis.running import Options, Runner
from panmunjom.analysis.verdicts import Judge, Verdict
from panmunjom.case.loading import load

WORLD = """
units: {loaf: }
switches:
  saving: {about: half rations, default: true}
  mice: {about: mice eat a loaf a day, default: false}
  rumours: {about: nothing depends on them, default: true}
parameters:
  store: {unit: loaf, within: 0 to 1000, assume: 500 to 700}
  eaten: {unit: loaf/day, within: 0 to 50, assume: 5 to 20}
  luck: {unit: 1/day, within: 0 to 1, assume: 0.0069315}
stocks:
  bread:
    unit: loaf
    start: store
    out: meals
values:
  meals:
    unit: loaf/day
    is: eaten * if(saving, 0.5, 1) + if(mice, 1 loaf/day, 0 loaf/day)
events:
  relief: {rate: luck, once: true}
endings:
  hungry: bread <= 0 loaf
  fed: {at_horizon: true}
"""
CLAIMS = """
says-eaten: {source: paper, kind: quantity, says: ten loaves a day, about: eaten, value: 10 loaf/day, published: 2024-01-01, place: {publication: x}}
says-store: {source: paper, kind: quantity, says: nine hundred loaves, about: store, value: 900 loaf, published: 2024-01-01, place: {publication: x}}
ends: {source: paper, kind: prediction, says: the bread is gone in February, published: 2024-01-01, place: {publication: x}, came_true: false}
"""


def verdicts(tmp_path: Path, sets: str, switches: str, concludes: str) -> list[Verdict]:
    """The verdicts of a view of the bakery."""
    for folder in ("world", "views"):
        (tmp_path / folder).mkdir(exist_ok=True)
    (tmp_path / "case.yaml").write_text("title: bread\nstart: 2024-01-01\nhorizon: 1 year\nstep: 1 day\n")
    (tmp_path / "world" / "bakery.yaml").write_text(WORLD)
    (tmp_path / "sources.yaml").write_text(
        "paper: {title: The Paper, published: 2024-01-01, reliability: B}\n"
    )
    (tmp_path / "claims.yaml").write_text(CLAIMS)
    view = f"source: paper\nstart: 2024-01-01\nset: {{{sets}}}\nswitches: {{{switches}}}\nconcludes:\n{concludes}\n"
    (tmp_path / "views" / "paper.yaml").write_text(view)
    case = load(tmp_path)
    runner = Runner(case, Options(futures=512))
    return Judge(runner, runner.fill(case.views["paper"]), futures=1024).verdicts()


FEBRUARY = "  - {claim: ends, holds: bread <= 0 loaf, between: [2024-02-01, 2024-02-29]}"
