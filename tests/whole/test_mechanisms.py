"""Every mechanism of every shipped case does what it states, and the pages of the worlds are those of the worlds."""

from __future__ import annotations

from functools import cache

import pytest

import make_worlds
from panmunjom.analysis.mechanisms import Shown, show_mechanisms
from panmunjom.case.loading import load, shipped
from panmunjom.case.records import Case

WITH = [name for name, folder in shipped().items() if (folder / "mechanisms.yaml").is_file()]


@cache
def case(name: str) -> Case:
    """A shipped case with its mechanisms; loading it checks every name, unit and turn of the file."""
    return load(name, mechanisms=True)


@cache
def results(name: str) -> list[Shown]:
    """All mechanisms, run as ``panmunjom describe`` runs them."""
    return [*show_mechanisms(case(name), make_worlds.OPTIONS)]


@pytest.mark.slow
@pytest.mark.parametrize("name", WITH)
def test_every_mechanism_moves_its_result_as_stated(name: str) -> None:
    """By more than three paired errors; one that states nil does not. The seed is fixed: of 1,000 mechanisms without any
    effect 4 or 5 would pass (Student's t with 15 degrees of freedom).
    """
    failed = [
        f"row {s.mechanism.row} {s.mechanism.id}: {s.verdict}, stated {s.mechanism.moves}; {s.mechanism.what} "
        f"{s.before:.6g} -> {s.after:.6g} (difference {s.difference:.3g}, paired error {s.se:.2g})"
        for s in results(name)
        if not s.met
    ]
    assert not failed, "\n".join(failed)


@pytest.mark.parametrize("name", WITH)
def test_rows_are_numbered_without_gap(name: str) -> None:
    """From 1; several mechanisms may share a row."""
    rows = {m.row for m in case(name).mechanisms.values()}
    assert rows == {*range(1, len(rows) + 1)}


def test_the_ukraine_case_has_all_rows() -> None:
    """Thirty-six of them, each with a source among the five documents."""
    if "ukraine" not in WITH:
        pytest.skip("the Ukraine case has no mechanisms.yaml yet")
    mechanisms = case("ukraine").mechanisms.values()
    assert max(m.row for m in mechanisms) == 36
    assert all({*m.sources} & {*case("ukraine").views} for m in mechanisms)


@pytest.mark.parametrize("name", shipped())
def test_the_page_of_a_world_is_up_to_date(name: str) -> None:
    """All of it that needs no run, with its pictures."""
    fresh = make_worlds.page(case(name), None)
    for path, text in fresh.items():
        there = (make_worlds.FOLDER / path).read_text(encoding="utf-8") if (make_worlds.FOLDER / path).is_file() else ""
        assert there.partition(make_worlds.SPLIT)[2] == text.partition(make_worlds.SPLIT)[2], "run 'make worlds'"
        assert path.endswith(".md") or there == text, "run 'make worlds'"
    drawn = {f"{name}/{p.name}" for p in (make_worlds.FOLDER / name).glob("*.svg")}
    assert drawn == {p for p in fresh if p.endswith(".svg")}


@pytest.mark.slow
@pytest.mark.parametrize("name", WITH)
def test_the_results_on_the_page_are_up_to_date(name: str) -> None:
    """The same seed gives the same page everywhere."""
    assert make_worlds.stale(make_worlds.page(case(name), results(name))) == [], "run 'make worlds'"
