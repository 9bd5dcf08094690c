"""Named and cut figures in a case: set by a view, bounded by the world, drawn anew by events, shown in the report."""

from __future__ import annotations

from pathlib import Path

import pytest

import panmunjom
from panmunjom.case.filling import beyond
from panmunjom.case.loading import check, load
from panmunjom.case.views import parse_figure
from panmunjom.quantities.distributions import parse_distribution
from panmunjom.text.problems import NOWHERE, Problems
from panmunjom.world.declared import Parameter
from small_case import edit_case, write_case


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("pert(1, 2, 4)", ""),
        ("pert(1, 2, 4) t/day", "t/day"),
        ("15 to 30 within 0 to 20", ""),
        ("15 to 30 within 0 to 20 t/day", "t/day"),
        ("beta(2, 5) within 5% to 50%", ""),
    ],
)
def test_a_figure_with_its_unit(text, unit):
    problems = Problems()
    found = parse_figure("x", text, NOWHERE, problems)
    assert found is not None and found.unit == unit and list(problems) == []
    assert found.distribution == parse_distribution(text.removesuffix(unit).strip())


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("0 to 30", False),  # a normal one, which goes below 0
        ("0 to 30 within 0 to 40", True),
        ("0 to 30 within 0 to 60", False),
        ("10..50", True),
        ("10..51", False),
        ("triangular(0, 1, 50)", True),
        ("triangular(-1, 1, 50)", False),
        ("pert(0, 1, 51)", False),
        ("gamma(10, 5)", True),
        ("gamma(40, 20)", False),
    ],
)
def test_physical_bounds(text, fine):
    """Where a figure has ends of its own they count, else those of its 90% interval."""
    said = beyond(Parameter("x", within=(0, 50)), parse_distribution(text))
    assert (said == "") == fine and (fine or text in said)


def test_a_view_sets_it_and_the_report_shows_it(tmp_path: Path) -> None:
    edit_case(tmp_path, "views/courier.yaml", "0.1 to 0.5 t/day", "pert(0.1, 0.2, 0.6) t/day")
    study = panmunjom.run(load(tmp_path), views=["courier"], futures=64)
    used = study.views["courier"].filled.used["smuggled"]
    assert used.distribution.text == "pert(0.1, 0.2, 0.6)"
    assert "pert(0.1, 0.2, 0.6)" in panmunjom.report_html(study)


def test_in_the_place_of_a_formula(tmp_path: Path) -> None:
    """`pert(...)` and `... within ...` where a formula may stand are parameters named by their paths."""
    write_case(tmp_path)
    edit_case(tmp_path, "world/siege.yaml", "{rate: 0.5 / 1 year, once: true}", "\n    rate: relief_rate\n    once: true")
    path = tmp_path / "world" / "siege.yaml"
    text = path.read_text().replace("start: at_start,", 'start: "triangular(200, 300, 700)",')
    path.write_text(text.replace("  smuggled:", "  relief_rate: {unit: 1/year, assume: 0.1 to 2 within 0 to 1}\n  smuggled:"))
    case = load(tmp_path)
    assert case.built.world.parameters["stores.start"].assume[0].of(()).family == "triangular"
    assert case.built.world.parameters["relief_rate"].assume[0].of(()).within == (0, 1)


def test_a_distribution_inside_a_formula_is_told_its_place(tmp_path: Path) -> None:
    edit_case(tmp_path, "world/siege.yaml", "is: rations *", "is: pert(1, 2, 3) * rations *")
    (problem,) = check(tmp_path)
    assert problem.code == "unknown-function" and "make it a parameter" in problem.hint


def test_a_view_cannot_give_what_cannot_be_drawn_anew(tmp_path: Path) -> None:
    write_case(tmp_path)
    edit_case(tmp_path, "world/siege.yaml", "once: true}", "once: true, set: {smuggled: redraw}}")
    assert check(tmp_path) == []
    path = tmp_path / "views" / "courier.yaml"
    path.write_text(path.read_text().replace("0.1 to 0.5 t/day", "gamma(0.3, 0.1) t/day"))
    (problem,) = check(tmp_path)
    assert problem.code == "cannot-redraw" and problem.place.source.name.endswith("courier.yaml")
    path.write_text(path.read_text().replace("gamma(0.3, 0.1)", "triangular(0.1, 0.3, 0.5)"))
    assert check(tmp_path) == []
    assert panmunjom.run(load(tmp_path), views=["courier"], futures=64).views["courier"].ensemble.usable
