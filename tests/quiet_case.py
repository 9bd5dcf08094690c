"""A small case whose questions have answers in closed form: one relief at half a year's rate, truces that come and go."""

from __future__ import annotations

from pathlib import Path

QUESTIONS = """\
relief:
  text: Is it relieved by the end of 2024?
  holds: relieved
  asked: 2024-01-01
  by: 2024-12-29
day_of_relief:
  text: When is it relieved?
  kind: date
  holds: relieved
  asked: 2024-01-01
  by: 2024-12-29
left:
  text: How much is left on 1 October 2024?
  kind: number
  of: stores
  asked: 2024-01-01
  at: 2024-10-01
stands:
  text: How does it stand at the end of 2024?
  kind: choice
  options:
    relieved: {holds: relieved}
    hungry: {holds: not relieved and stores < 80 t}
  otherwise: fed
  asked: 2024-01-01
  at: 2024-12-29
truce_28:
  text: Has a truce held for 28 days?
  family: truce
  holds: held(truce, 28 days)
  asked: 2024-01-01
  by: 2024-12-29
truce_any:
  text: Has there been a truce?
  family: truce
  holds: truce
  asked: 2024-01-01
  by: 2024-12-29
truce_then:
  text: Is a truce in force on 29 December 2024?
  family: truce
  holds: truce
  asked: 2024-01-01
  at: 2024-12-29
"""

FILES = {
    "case.yaml": "title: A quiet siege\nstart: 2024-01-01\nhorizon: 2 years\nstep: 7 days\n",
    "sources.yaml": "courier:\n  title: A column\n  published: 2024-01-01\ngazette:\n  title: Another\n  published: 2024-01-02\n",
    "claims.yaml": """\
courier-1:
  source: courier
  kind: prediction
  says: it is relieved this year, very likely
  published: 2024-01-01
  probability: {words: very likely, low: 0.8, high: 0.95, yardstick: icd203}
  place: {publication: made up}
courier-2:
  source: courier
  kind: prediction
  says: it starves
  published: 2024-01-01
  place: {publication: made up}
gazette-1:
  source: gazette
  kind: prediction
  says: somebody else expects relief
  endorsed: false
  published: 2024-01-02
  place: {publication: made up}
""",
    "world/quiet.yaml": """\
stocks:
  stores: {unit: t, start: 100 t, out: 0.1 t/day, show: true}
events:
  relieved: {rate: 0.5 / 1 year, once: true}
  truce:
    when: not truce
    rate: 2 / 1 year
    until: fired(broken)
  broken:
    when: truce
    rate: 3 / 1 year
endings:
  free: relieved
  goes_on: {at_horizon: true}
""",
}


def write(folder: Path, questions: str = QUESTIONS) -> Path:
    """The case in a folder."""
    for name, text in {**FILES, "questions.yaml": questions}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder
