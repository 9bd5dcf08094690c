"""Drafts: units that do not fit are warnings, everything else stays an error, and words that a layman knows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import panmunjom
from panmunjom.cli.main import main
from panmunjom.text.nodes import read_text
from panmunjom.text.problems import Problem, Problems
from panmunjom.world.build import build
from panmunjom.world.reading import WorldReader
from small_case import edit_case, write_case
from world.test_errors import BASE, FILES, FORMULAS


def draft(text: str) -> list[Problem]:
    """What a draft of a world is told."""
    problems = Problems(draft=True)
    reader = WorldReader(problems)
    root = read_text(text, "world/test.yaml", problems)
    if root is not None:
        reader.read(root)
        build(reader.world, problems)
    return list(problems)


WRONG = {f: f"{BASE}endings:\n  x: '{f}'\n  y: {{at_horizon: true}}\n" for f, *_ in FORMULAS}
CODES = {f: code for f, code, *_ in FORMULAS} | {name: entry[1] for name, entry in FILES.items()}
WRONG |= {name: entry[0] for name, entry in FILES.items()}
UNITS = [name for name, code in CODES.items() if code in Problems.UNITS]


@pytest.mark.parametrize("name", UNITS)
def test_units_only_warn(name):
    """Every mistake of units that is an error otherwise: the same words at the same place, and nothing follows from it."""
    found = draft(WRONG[name])
    assert [p.severity for p in found if p.code in Problems.UNITS] and not [p for p in found if p.severity == "error"]
    assert found[0].code == CODES[name] and found[0].render().splitlines()[0].count(": warning: ") == 1


@pytest.mark.parametrize("name", [n for n in WRONG if n not in UNITS])
def test_everything_else_stays_an_error(name):
    assert any(p.code == CODES[name] and p.severity == "error" for p in draft(WRONG[name]))


def test_what_stands_behind_a_wrong_unit_is_still_checked():
    """A ring that leads through a sum of men and guns; without a draft it is hidden by that sum."""
    text = "units: {man: , gun: }\nvalues:\n  a: 5 man + 3 gun + b\n  b: a\n"
    assert {(p.code, p.severity) for p in draft(text)} == {("wrong-unit", "warning"), ("circular", "error")}


def test_many_warnings_hide_no_error():
    lines = "".join(f"  v{k}: {{is: 5 kg + {k} km}}\n" for k in range(1, 300))
    found = draft(f"values:\n{lines}  last: nowhere + 1\n")
    assert [p.code for p in found if p.severity == "error"] == ["unknown-name"]
    assert len(found) == Problems.LIMIT + 1


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("men[north] > rise", "'men[north]' (in man) and 'rise' (in man/month) measure different things: they cannot be compared"),
        ("min(men[north], 1 gun) > 0", "'men[north]' (in man) and gun measure different things: they cannot be compared, which min(...) does"),
        ("sum(men over side) + 1 > 0", "man and a plain number without a unit measure different things: they cannot be added"),
        ("exp(rise) > 0", "exp(...) works on a plain number without a unit, but is given 'rise' (in man/month)"),
    ],
)
def test_things_are_named_as_their_writer_knows_them(formula, said):
    (problem,) = draft(f"{BASE}endings:\n  x: '{formula}'\n  y: {{at_horizon: true}}\n")
    assert problem.message == said


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 1 as it stands, 0 as a draft; both name the line, and each what to do next."""
    folder = str(edit_case(tmp_path, "world/siege.yaml", "unit: t/day\n    is:", "unit: t\n    is:"))
    assert main(["check", folder]) == 1
    strict = capsys.readouterr()
    assert "error: " in strict.out + strict.err and "with --draft they are warnings" in strict.out
    assert main(["check", "--draft", folder]) == 0
    lax = capsys.readouterr()
    assert "warning: " in lax.out + lax.err and "before it can be run" in lax.out and "no errors" in lax.out
    assert main(["check", "--draft", "--json", folder]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["ok"] and {p["severity"] for p in record["problems"]} == {"warning"}
    assert main(["run", folder, "--futures", "16", "--out", str(tmp_path / "out")]) == 1


def test_claims_and_views_of_a_draft(tmp_path: Path) -> None:
    """A claim in a unit that nobody declared, a figure of a view in the wrong one."""
    write_case(tmp_path)
    edit_case(tmp_path, "views/courier.yaml", "0.1 to 0.5 t/day", "0.1 to 0.5 t")
    assert {p.severity for p in panmunjom.check(tmp_path)} == {"error"}
    assert {p.severity for p in panmunjom.check(tmp_path, draft=True)} == {"warning"}


def test_a_sound_case_is_told_nothing_of_drafts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_case(tmp_path)
    assert main(["check", "--draft", str(tmp_path)]) == 0
    assert "draft" not in capsys.readouterr().out
