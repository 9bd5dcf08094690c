"""``mechanisms.yaml``: what is wrong in it is said at its place, all at once; what is right changes no other result."""

from __future__ import annotations

from pathlib import Path

import pytest

from panmunjom.case.loading import check, load
from panmunjom.case.model import Model
from panmunjom.text.problems import CaseError
from small_case import write_case

GOOD = """\
saving:
  row: 2
  name: half rations
  from: [courier]
  parts: [saving, eaten]
  start: 2024-03-01
  turn: {switch: saving, to: false}
  result: {what: stores after a month, mean: "sum(stores over side)", unit: t, after: 1 month}
  moves: down
  note: a note
smuggling:
  row: 1
  name: bread that is smuggled
  parts: [smuggled, stores, relieved]
  turn:
    - {set: smuggled * 2}
    - {set: "rations[north] + 7 t/week"}
    - {do: relieved at 2024-04-01}
  result: {what: the stores are empty, chance: "stores[north] <= 0 t", after: 6 months}
  moves: nil
"""
ROW = "name: x, parts: [stores], turn: {set: smuggled * 2}, moves: up"


def test_the_file_is_read(tmp_path: Path) -> None:
    """Every key arrives; rows come in their order; files are found from the parts; units are converted."""
    case = load(write_case(tmp_path, mechanisms=GOOD), mechanisms=True)
    smuggling, saving = case.mechanisms.values()
    assert (saving.row, saving.sources, saving.files, saving.moves) == (2, ("courier",), ("siege.yaml",), "down")
    assert (saving.mean, saving.unit, saving.after, saving.note) == (True, "t", "1 month", "a note")
    assert [t.text for t in smuggling.turns] == ["smuggled × 2", "rations[north] + 7 t/week", "relieved at 2024-04-01"]
    assert smuggling.turns[1].by == pytest.approx(1.0) and smuggling.turns[1].operation == "+"
    assert not smuggling.mean and smuggling.unit == "percent" and smuggling.start == case.start
    measure = case.built.graph.measures[0]
    assert (measure.name, measure.unit.factor) == ("mechanism saving", 1000.0)


def test_a_normal_load_knows_nothing_of_it(tmp_path: Path) -> None:
    """The same graph, node by node, and the same hash as without the file."""
    without = load(write_case(tmp_path / "a"))
    case = load(write_case(tmp_path / "b", mechanisms=GOOD))
    assert case.mechanisms == {} and case.digest == without.digest
    assert (case.built.graph.nodes, case.built.graph.slots) == (without.built.graph.nodes, without.built.graph.slots)
    assert load(tmp_path / "b", mechanisms=True).digest == without.digest


def test_a_case_built_in_python_has_them_too() -> None:
    """With the keys of the file."""
    war = Model("A siege", start="2024-03-01")
    war.stock("stores", start=400, out="3 / 1 day")
    war.switch("saving", default=True)
    war.ending("goes_on", at_horizon=True)
    result = {"what": "stores", "mean": "stores", "after": "1 month"}
    war.mechanism("m", {"name": "x", "parts": ["stores"], "turn": {"switch": "saving", "to": False}, "result": result, "moves": "nil"})
    assert war.case().mechanisms == {}
    assert war.case(mechanisms=True).mechanisms["m"].files == ("world",)


@pytest.mark.parametrize(
    "text, code, words, where",
    [
        (f"m: {{{ROW}, result: {{what: y, mean: storez, after: 1 month}}}}", "unknown-name", "nothing is called 'storez'", "storez"),
        (f"m: {{{ROW}, result: {{what: y, mean: relieved, after: 1 month}}}}", "not-a-number", "must be a number", "relieved"),
        (f"m: {{{ROW}, result: {{what: y, chance: 'stores[north]', after: 1 month}}}}", "not-a-flag", "must be true or false", "stores[north]"),
        (f"m: {{{ROW}, result: {{what: y, mean: 'stores[north]', unit: day, after: 1 month}}}}", "wrong-unit", "but this comes out as kg", "stores[north]"),
        (f"m: {{{ROW}, result: {{what: y, mean: 'stores[north]', unit: stone, after: 1 month}}}}", "unknown-unit", "stone", "stores[north]"),
        (f"m: {{{ROW}, result: {{what: y, mean: 3 to 5, after: 1 month}}}}", "malformed-expression", "'to' is not expected", "to 5"),
        (f"m: {{{ROW}, result: {{what: y, mean: stores, after: 1 month}}}}", "no-member", "which side of 'stores'", "stores"),
        (f"m: {{{ROW}, result: {{what: y, after: 1 month}}}}", "missing-key", "'mean' (a number) or 'chance'", "{what"),
        (f"m: {{{ROW}, result: {{what: y, mean: '1', after: 2 years}}}}", "bad-duration", "not within the run", "2 years"),
        (f"m: {{{ROW}, result: {{what: y, mean: '1', after: soon}}}}", "bad-duration", "not a duration", "soon"),
        (f"m: {{{ROW}, result: {{what: y, chance: relieved, unit: t, after: 1 day}}}}", "wrong-unit", "told in percent", "t, after"),
    ],
)  # fmt: skip
def test_a_result_that_is_wrong(text: str, code: str, words: str, where: str, tmp_path: Path) -> None:
    """At the character where it stands."""
    found_at(write_case(tmp_path, mechanisms=text + "\n"), text, code, words, where)


RESULT = "result: {what: y, mean: '1', after: 1 month}"


@pytest.mark.parametrize(
    "text, code, words, where",
    [
        ("parts: [storez], turn: {set: smuggled * 2}, moves: up", "unknown-name", "declares nothing called 'storez'", "storez"),
        ("parts: [stores], from: [couriers], turn: {set: smuggled * 2}, moves: up", "unknown-source", "'couriers'", "couriers"),
        ("parts: [stores], turn: {switch: savings, to: true}, moves: up", "unknown-name", "there is no switch 'savings'", "savings"),
        ("parts: [stores], turn: {switch: saving, to: half}, moves: up", "bad-entry", "one of true, false", "half"),
        ("parts: [stores], turn: {switch: saving, to: true}, moves: up", "bad-entry", "nothing would be turned", "true"),
        ("parts: [stores], turn: {switch: saving}, moves: up", "missing-key", "only one of them", "{switch"),
        ("parts: [stores], turn: {set: smugled * 2}, moves: up", "unknown-name", "no parameter 'smugled'", "smugled"),
        ("parts: [stores], turn: {set: smuggled - 2}, moves: up", "bad-turn", "does not say how", "smuggled"),
        ("parts: [stores], turn: {set: smuggled * 2 t}, moves: up", "bad-turn", "plain number", "smuggled"),
        ("parts: [stores], turn: {set: smuggled + 2 day}, moves: up", "wrong-unit", "in t/day, not in day", "smuggled"),
        ("parts: [stores], turn: {set: smuggled * 2 to 3}, moves: up", "bad-turn", "must be one figure", "smuggled"),
        ("parts: [stores], turn: {set: smuggled = 2 km}, moves: up", "wrong-unit", "'smuggled' is in t/day", "smuggled"),
        ("parts: [stores], turn: {do: relief at 2024-04-01}, moves: up", "unknown-name", "no event 'relief'", "relief"),
        ("parts: [stores], turn: {do: relieved at 2030-01-01}, moves: up", "bad-date", "outside the run", "relieved"),
        ("parts: [stores], turn: {do: relieved}, moves: up", "bad-intervention", "not an intervention", "relieved"),
        ("parts: [stores], turn: {set: smuggled * 2}, moves: sideways", "bad-entry", "up, down or nil", "sideways"),
        ("row: one, parts: [stores], turn: {set: smuggled * 2}, moves: up", "not-a-number", "whole number from 1", "one"),
        ("parts: [stores], turn: [], moves: up", "not-a-list", "list of turns is empty", "[]"),
        ("start: 2020-01-01, parts: [stores], turn: {set: smuggled * 2}, moves: up", "no-assumption", "known by 2020-01-01", "m:"),
    ],
)  # fmt: skip
def test_a_row_that_is_wrong(text: str, code: str, words: str, where: str, tmp_path: Path) -> None:
    """At the character where it stands."""
    whole = f"m: {{name: x, {text}, {RESULT}}}"
    found_at(write_case(tmp_path, mechanisms=whole + "\n"), whole, code, words, where)


def found_at(folder: Path, text: str, code: str, words: str, where: str) -> None:
    """The problem with that code and wording stands there; ``check`` and ``load`` both see it."""
    found = [p for p in check(folder) if p.code == code and words in p.message]
    assert found, [f"{p.code}: {p.message}" for p in check(folder)]
    assert found[0].place.source.name.endswith("mechanisms.yaml")
    assert text[found[0].place.column - 1 :].lstrip("'").startswith(where), text[found[0].place.column - 1 :]
    with pytest.raises(CaseError):
        load(folder, mechanisms=True)


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    """A file with four of them gives four."""
    text = "m: {name: x, parts: [storez], from: [y], turn: {set: nothing * 2}, result: {what: y, mean: zz, after: 1 day}, moves: up}\n"
    assert len(check(write_case(tmp_path, mechanisms=text))) == 4
