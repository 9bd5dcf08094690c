"""A small case in text, written to a folder: for tests of loading, filling and running."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "case.yaml": """\
title: A siege
about: A small case.
start: 2024-03-01
horizon: 1 year
step: 7 days
""",
    "sources.yaml": """\
courier:
  title: The town cannot hold
  published: 2024-03-01
  reliability: C
gazette:
  title: A reply
  published: 2024-02-01
  reliability: A
""",
    "claims.yaml": """\
courier-1:
  source: courier
  kind: quantity
  says: the garrison eats about 4 tonnes a day
  about: rations[north]
  value: 4 t/day
  measures: eaten
  hedge: about
  published: 2024-03-01
  place: {publication: made up}
courier-2:
  source: courier
  kind: prediction
  says: the stores are empty by the end of June
  by: 2024-06-30
  published: 2024-03-01
  place: {publication: made up}
gazette-1:
  source: gazette
  kind: quantity
  says: it eats 30 to 40 tonnes a week
  about: rations[north]
  value: 30 to 40 t/week
  measures: eaten
  published: 2024-02-01
  place: {publication: made up}
""",
    "questions.yaml": """\
hunger:
  text: Do the stores fall below ten days' rations?
  holds: stores[north] < 10 days * rations[north]
""",
    "views/courier.yaml": """\
source: courier
start: 2024-03-01
set:
  rations[north]: claim courier-1
  smuggled: 0.1 to 0.5 t/day
switches:
  saving: false
concludes:
  - claim: courier-2
    holds: stores[north] <= 0 t
    by: 2024-06-30
""",
    "views/pooled.yaml": """\
weights:
  gazette: 2
exclude: []
""",
    "world/siege.yaml": """\
dimensions: {side: [north, south]}
switches:
  saving: {default: true}
parameters:
  at_start: {per: side, unit: t, assume: 200 to 700}
  rations:
    per: side
    unit: t/day
    measures: eaten
    assume:
      2023-01-01: 3 to 6
      2024-02-15: 2 to 8
  smuggled: {unit: t/day, assume: 0.1 to 1}
stocks:
  stores: {per: side, unit: t, start: at_start, in: smuggled, out: eaten}
values:
  eaten:
    per: side
    unit: t/day
    is: rations * if(saving, 0.8, 1)
events:
  relieved: {rate: 0.5 / 1 year, once: true}
endings:
  free: relieved
  goes_on: {at_horizon: true}
""",
}


def write_case(folder: Path, **changed: str | None) -> Path:
    """The small case with whole files replaced or, by None, left out;
    ``world__siege`` is world/siege.yaml, ``data__observed.csv`` another kind of file.
    """
    texts: dict[str, str | None] = dict(FILES)
    for name, text in changed.items():
        texts[name.replace("__", "/") + ("" if "." in name else ".yaml")] = text
    for name, text in texts.items():
        if text is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return folder


def edit_case(folder: Path, name: str, old: str, new: str) -> Path:
    """The small case with one passage of one file replaced."""
    write_case(folder)
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, f"{old!r} is not in {name}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder
