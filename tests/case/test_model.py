"""A case built in Python is the case that files would give: same results, same mistakes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

import panmunjom
from editors import as_editor
from panmunjom import CaseError, Model
from panmunjom.analysis.study import Study
from panmunjom.text.schemas import KINDS, schema
from small_case import edit_case

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "src" / "panmunjom" / "case" / "template"


def siege() -> Model:
    """The template's case, written in Python."""
    war = Model("A siege", start=date(2024, 3, 1), horizon="1 year", step="1 day")
    war.switch("saving", about="the garrison eats less as the stores run down", default=True)
    war.parameter(
        "stores_at_start", unit="t", within="0 to 2000", assume="200 to 700", note="A; nobody has counted it"
    )
    for name, unit, within, assume in [
        ("rations", "t/day", "0 to 10", "3 to 6"),
        ("smuggled", "t/day", "0 to 3", "0.1 to 1"),
        ("relief_rate", "1/year", "0 to 5", "0.3 to 1.5"),
        ("surrender_rate", "1/month", "0 to 10", "0.05 to 0.4"),
    ]:
        war.parameter(name, unit=unit, within=within, assume=assume)
    war.stock(
        "stores",
        about="food left in the town",
        unit="t",
        start="stores_at_start",
        in_="smuggled",
        out="eaten",
        show=True,
    )
    war.value("hunger_index", is_="exp(-stores / (20 days * rations))")
    war.value("eaten", unit="t/day", is_="if(ended, 0, rations * if(saving, 1 - 0.6 * hunger_index, 1))")
    war.value("ended", is_="relieved or surrendered")
    war.event("relieved", when="not ended", rate="relief_rate", once=True)
    war.event("surrendered", when="not ended", rate="surrender_rate * hunger_index^2", once=True)
    war.event("first_to_act", either=["relieved", "surrendered"])
    war.ending("town_relieved", "relieved")
    war.ending("town_falls", "surrendered")
    war.ending("siege_goes_on", at_horizon=True)
    war.question(
        "hunger", text="Do the stores fall below ten days' rations?", holds="stores < 10 days * rations"
    )
    return war


def same(a: Study, b: Study) -> None:
    """Every future of every view ends alike, to the last bit."""
    assert list(a.views) == list(b.views)
    for name in a.views:
        one, other = a.views[name].ensemble.raw, b.views[name].ensemble.raw
        for part in ("ending", "ending_day", "first", "now", "final", "bad"):
            assert np.array_equal(getattr(one, part), getattr(other, part), equal_nan=True), (name, part)
        assert all(np.array_equal(x, y) for x, y in zip(one.bands, other.bands, strict=True))
        assert a.views[name].verdicts == b.views[name].verdicts


def test_the_siege_in_python_is_the_siege(tmp_path: Path) -> None:
    """Without its claims, the template and its twin in Python give the same bits."""
    for name in ("case.yaml", "questions.yaml", "world/siege.yaml"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text((TEMPLATE / name).read_text(encoding="utf-8"), encoding="utf-8")
    case = siege().case()
    assert list(case.built.world.parameters) == list(panmunjom.load(tmp_path).built.world.parameters)
    same(panmunjom.run(case, futures=512), panmunjom.run(tmp_path, futures=512))


@pytest.mark.parametrize("folder", [TEMPLATE, ROOT / "docs" / "example"], ids=["template", "example"])
def test_whole_cases_come_through_python_unchanged(folder: Path) -> None:
    """With sources, claims, views and verdicts: what is in the files, handed over as dictionaries."""
    war = Model("", start="")
    war.files = {
        str(p.relative_to(folder)): as_editor(p.read_text(encoding="utf-8")) for p in folder.rglob("*.yaml")
    }
    same(panmunjom.run(war.case(), futures=256), panmunjom.run(folder, futures=256))


MISTAKES = [
    ("world/siege.yaml", "unit: t/day", "unit: tt/day"),
    ("world/siege.yaml", "out: eaten", "out: eaten +"),
    ("world/siege.yaml", "out: eaten", "outt: eaten"),
    ("world/siege.yaml", "assume: 0.1 to 1", "assume: 1 to 0.1"),
    ("world/siege.yaml", "default: true", "default: perhaps"),
    ("world/siege.yaml", "at_start, in: smuggled", "at_start, in: [smuggled]"),
    ("claims.yaml", "value: 4 t/day", "value: 4 t/dya"),
    ("claims.yaml", "kind: prediction", "kind: guess"),
    ("views/courier.yaml", "claim courier-1", "claim courier-9"),
    ("questions.yaml", "10 days * rations[north]", "10 days"),
    ("case.yaml", "step: 7 days", "step: 1 fortnight"),
    ("case.yaml", "start: 2024-03-01", "begin: 2024-03-01"),
]


@pytest.mark.parametrize("name, old, new", MISTAKES, ids=lambda v: v[:30])
def test_mistakes_are_the_same_records(tmp_path: Path, name: str, old: str, new: str) -> None:
    """Code, message and hint; the place names the entry."""
    folder = edit_case(tmp_path, name, old, new)
    war = Model("", start="")
    war.files = {
        str(p.relative_to(folder)): as_editor(p.read_text(encoding="utf-8")) for p in folder.rglob("*.yaml")
    }
    with pytest.raises(CaseError) as caught:
        war.case()
    found = [(p.code, p.message, p.hint) for p in caught.value.problems]
    assert found == [(p.code, p.message, p.hint) for p in panmunjom.check(folder)]
    assert all(
        p.place.source.name.startswith(("<Python> ", "<built in Python>")) for p in caught.value.problems
    )


def test_a_mistake_names_its_entry_and_shows_its_formula() -> None:
    war = siege()
    war.stock("bread", start="0 t", unit="t", out="eaten +")
    with pytest.raises(CaseError) as caught:
        war.case()
    assert str(caught.value).splitlines()[:3] == [
        "<Python> world.stocks.bread.out:1:8: error: a value is expected here, not the end [malformed-expression]",
        "    eaten +",
        "           ^",
    ]


def test_what_python_sees_at_once() -> None:
    """A name twice, and what no file could hold."""
    war = siege()
    with pytest.raises(CaseError, match="'stores' was added to the stocks before"):
        war.stock("stores", start=0)
    war.value("odd", is_=object())
    with pytest.raises(TypeError, match=r"world\.values\.odd\.is: a object cannot stand in a case"):
        war.case()


def test_numbers_flags_dates_and_nothing_are_spelled_as_in_a_file() -> None:
    war = siege()
    war.unit("man")
    war.table("curve", points={0: 1, 0.5: np.float64(0.8), 1: 1e-7})
    war.parameter("dated", assume={date(2023, 1, 1): 3, date(2024, 1, 1): np.int64(4)})
    world = war.case().built.world
    assert world.units["man"] == "" and world.tables["curve"].points == ((0, 1), (0.5, 0.8), (1, 1e-7))
    assert [(c.since, c.of(()).a) for c in world.parameters["dated"].assume] == [
        (date(2023, 1, 1), 3),
        (date(2024, 1, 1), 4),
    ]  # type: ignore[union-attr]


def test_every_section_has_its_method() -> None:
    """A section or file that a schema knows and Model does not: add a line to case/model.py."""
    war = Model("", start="")
    sections = [s for s in schema("world")["properties"] if s != "about"]
    methods = [
        name for name in vars(Model) if not name.startswith("_") and name not in ("case", "view", "pool", "observed")
    ]
    for name in methods:
        getattr(war, name)("x")
    war.view("x")
    war.pool()
    assert sorted(war.files["world/model.yaml"]) == sorted(sections)
    assert sorted(war.files) == sorted(
        p.replace("world/*", "world/model").replace("*", "x") for p in KINDS.values()
    )


def test_observed_series() -> None:
    """A series and its figures, with the same mistakes as in a file."""
    war = Model("A siege", start="2024-01-01")
    war.unit("loaf", "")
    war.stock("eaten", unit="loaf", start="0 loaf", in_="2 loaf/day")
    war.ending("goes_on", at_horizon=True)
    war.source("paper", title="The Paper")
    war.series("bread", kind="total", unit="loaf", observes="eaten", source="paper", spread="0.1 to 0.2")
    war.observed("bread", date(2024, 1, 31), 60, "2024-02-02")
    war.observed("bread", "2024-02-29", 55.5)
    assert war.case().observed["bread"].values() == {date(2024, 1, 31): 60.0, date(2024, 2, 29): 55.5}
    war.observed("bread", "2024-03-30", 1)
    with pytest.raises(CaseError, match="no month's last day"):
        war.case()
