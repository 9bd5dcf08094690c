"""What is counted: figures that count different things are never merged in silence."""

from __future__ import annotations

from datetime import date

import pytest

from panmunjom.case.filling import fill, pooled_view
from panmunjom.case.loading import check, load
from panmunjom.case.records import Case
from panmunjom.text.problems import Problem
from small_case import edit_case, write_case

WORLD = """
units: {man: , tube: }
parameters:
  casualties: {unit: man/month, measures: killed_and_wounded, assume: 20000 to 50000}
  men: {unit: man, measures: men_in_service, assume: 300000 to 600000}
  tubes: {unit: tube/month, measures: tubes_of_tanks_and_guns, assume: 100 to 900}
  front: {unit: km, measures: line_of_contact, assume: 900 to 1500}
endings: {goes_on: {at_horizon: true}}
"""
SOURCES = "a: {published: 2024-01-01, reliability: A}\nb: {published: 2024-01-01, reliability: A}\n"


def case_of(folder, value: str, about: str, measures: str, world: str = WORLD):
    """A case with one claim."""
    claim = (
        f"one: {{source: a, kind: quantity, says: x, about: {about}, value: '{value}', measures: {measures}, "
        "published: 2024-01-01, place: {publication: x}}\n"
    )
    return write_case(
        folder, world__siege=world, sources=SOURCES, claims=claim, views__courier=None, views__pooled=None,
        questions=None,
    )  # fmt: skip


def problems(folder, *what: str) -> list[Problem]:
    return check(case_of(folder, *what))


def test_miles_are_converted_and_the_conversion_is_shown(tmp_path):
    world = WORLD.replace("units: {man: ,", "units: {mile: 1.609344 km, man: ,")
    case = load(case_of(tmp_path, "800 mile", "front", "line_of_contact", world))
    (voice, _) = fill(case, pooled_view(date(2024, 3, 1))).used["front"].pooled.voices
    assert voice.said.median == pytest.approx(1287.4752) and voice.conversion == "× 1.60934 from mile"


@pytest.mark.parametrize(
    ("value", "about", "measures", "code", "words"),
    [
        ("800 man", "front", "line_of_contact", "wrong-unit", ["man", "km"]),
        ("30000 man/month", "casualties", "killed", "wrong-measure", ["killed,", "killed_and_wounded"]),
        ("30000 man/month", "casualties", "", "wrong-measure", ["does not say", "killed_and_wounded"]),
        ("700000 man", "casualties", "killed_and_wounded", "wrong-unit", ["man/month"]),  # a total for a rate
        ("700000 man", "men", "killed_and_wounded", "wrong-measure", ["men_in_service"]),  # a total for a stock
        ("300 tube/month", "tubes", "tubes_of_guns", "wrong-measure", ["tubes_of_tanks_and_guns"]),
    ],
)
def test_what_is_never_merged(tmp_path, value, about, measures, code, words):
    (problem,) = problems(tmp_path, value, about, measures)
    assert problem.code == code and problem.severity == "error" and problem.place.line == 1
    assert all(word in f"{problem.message} {problem.hint}" for word in words)


def test_a_figure_is_checked_whether_or_not_it_is_pooled(tmp_path):
    """The pools of this case are of March 2024; the claim is of 2030."""
    folder = case_of(tmp_path, "30000 man/month", "casualties", "killed")
    path = folder / "claims.yaml"
    path.write_text(path.read_text().replace("published: 2024-01-01", "published: 2030-01-01"))
    assert [p.code for p in check(folder)] == ["wrong-measure"]


def converting(folder, ratio: str) -> Case:
    world = WORLD.replace("measures: killed_and_wounded", f"measures: killed_and_wounded, converts: {{killed: {ratio}}}")
    return load(case_of(folder, "10000 man/month", "casualties", "killed", world))


def test_a_conversion_that_the_case_declares_is_made_and_shown(tmp_path):
    case = converting(tmp_path, "3 to 5")
    used = fill(case, pooled_view(date(2024, 1, 1))).used["casualties"]
    (voice, _) = used.pooled.voices
    assert voice.said.interval == pytest.approx((30_000, 50_000)) and voice.conversion == "× 3 to 5 from killed"
    assert used.claims == ("one",)


def test_the_spread_of_a_ratio_is_added_to_that_of_the_figure(tmp_path):
    case = converting(tmp_path, "4")
    (voice, _) = fill(case, pooled_view(date(2024, 1, 1))).used["casualties"].pooled.voices
    assert voice.said.interval == pytest.approx((40_000, 40_000))


def test_two_sources_and_no_measure_are_a_warning(tmp_path):
    """Nobody is made to name what one source alone says; two sources that are merged are named aloud."""
    folder = edit_case(tmp_path, "world/siege.yaml", "    measures: eaten\n", "")
    path = folder / "claims.yaml"
    path.write_text(path.read_text().replace("  measures: eaten\n", ""))
    (warning,) = check(folder)
    assert (warning.code, warning.severity) == ("unsaid-measure", "warning")
    assert "'rations'" in warning.message and "courier-1, gazette-1" in warning.hint
    (folder / "views" / "pooled.yaml").write_text("exclude: [gazette]\n")
    assert check(folder) == []


def test_a_parameter_must_say_what_its_claims_say(tmp_path):
    folder = edit_case(tmp_path, "world/siege.yaml", "    measures: eaten\n", "")
    assert {p.code for p in check(folder) if p.severity == "error"} == {"wrong-measure"}


@pytest.mark.parametrize("key", ["proposed", "rejected"])
def test_no_view_sets_what_nobody_accepted(tmp_path, key):
    folder = edit_case(tmp_path, "claims.yaml", "  hedge: about\n", f"  {key}: a reason\n")
    (problem,) = check(folder)
    assert problem.code == "bad-claim" and "courier-1" in problem.message and "--accept courier-1" in problem.hint


def test_an_echo_of_itself(tmp_path):
    folder = edit_case(tmp_path, "claims.yaml", "  hedge: about\n", "  echo_of: gazette-1\n")
    path = folder / "claims.yaml"
    path.write_text(path.read_text() + "  echo_of: courier-1\n")
    assert {p.code for p in check(folder)} == {"echo-circle"} and len(check(folder)) == 2
