"""docs/seeds.md: every claim of the five documents stands in it once, and every name that it gives exists in its file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import panmunjom

ROOT = Path(__file__).parents[2]

PAGE = (ROOT / "docs" / "seeds.md").read_text(encoding="utf-8")
WORLD = Path(panmunjom.__file__).parent / "cases" / "ukraine" / "world"
DOCUMENTS = ("partition", "fox", "expertnews", "autarky", "isw")
SECTIONS = ("parameters", "switches", "stocks", "values", "events", "decisions", "endings", "assumptions")


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading."""
    part = re.split(r"^## ", PAGE, flags=re.M)
    body = next(p for p in part if p.startswith(heading))
    lines = [line for line in body.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def claim_rows() -> list[list[str]]:
    """All rows about claims."""
    return [row for name in DOCUMENTS for row in rows(f"{name}:")]


def declared(stem: str) -> set[str]:
    """The names that a file of the world declares, with those of the shared parts that it fills in."""
    data = yaml.safe_load((WORLD / f"{stem}.yaml").read_text(encoding="utf-8"))
    found = {name for section in SECTIONS for name in data.get(section) or {}}
    for path in (WORLD.parents[1] / "parts").glob("*.yaml"):
        part = yaml.safe_load(path.read_text(encoding="utf-8"))
        if part["parameters"].keys() & (data.get("assumptions") or {}).keys():
            found |= {name for section in SECTIONS for name in part.get(section) or {}}
    return found


def everywhere() -> set[str]:
    """All names of the world."""
    world = panmunjom.load("ukraine").built.world
    kinds = (world.parameters, world.switches, world.stocks, world.values, world.events, world.decisions, world.endings)
    return {name for kind in kinds for name in kind}


def test_every_claim_of_the_five_documents_stands_in_the_page_once() -> None:
    told = [claim for row in claim_rows() for claim in row[0].split()]
    assert len(told) == len(set(told))
    library = panmunjom.load("ukraine").library
    assert set(told) == {c.id for c in library.claims.values() if c.source in DOCUMENTS}


def test_the_kind_of_every_claim_is_told() -> None:
    library = panmunjom.load("ukraine").library
    for row in claim_rows():
        kinds = {kind.strip() for kind in row[1].split(",")}
        assert {str(library.claims[c].kind) for c in row[0].split()} == kinds, row[0]


@pytest.mark.parametrize("row", [*claim_rows(), *([r[0], "", "", r[2], r[3]] for r in rows("Actors"))], ids=lambda r: r[0])
def test_every_row_names_parts_of_the_world_or_says_why_not(row: list[str]) -> None:
    names = re.findall(r"`([a-z_0-9]+)`(?:@([a-z]+))?", row[4])
    if row[3] == "–":
        assert row[4].startswith("not modelled, because ")
        assert all(name in everywhere() for name, _ in names)
        return
    files = [file.strip() for file in row[3].split(",")]
    assert names, row
    for file in files:
        assert (WORLD / f"{file}.yaml").is_file(), file
    here = {name for file in files for name in declared(file)}
    for name, elsewhere in names:
        assert name in (declared(elsewhere) if elsewhere else here), f"{name} is not in {row[3]}"


def test_a_name_that_does_not_exist_is_found() -> None:
    """The check can fail: a name that no file declares is not among those declared."""
    assert "a_lever_that_nobody_has" not in everywhere()
    assert "occupied" in declared("front") and "occupied" not in declared("arms")
