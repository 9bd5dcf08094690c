"""Filling a world in: what a view says, what was known by a day, and nothing later."""

from __future__ import annotations

from datetime import date

import pytest

from panmunjom.case.filling import fill, pooled_view
from panmunjom.case.loading import load
from panmunjom.case.records import Setting
from panmunjom.quantities.distributions import parse_distribution
from panmunjom.text.problems import CaseError
from small_case import FILES, edit_case, write_case

START = date(2024, 3, 1)


def test_a_view_is_filled_from_its_claims_then_the_pool_then_the_assumption(tmp_path):
    case = load(write_case(tmp_path))
    used = fill(case, case.views["courier"]).used
    assert set(used) == {"at_start[north]", "at_start[south]", "rations[north]", "rations[south]", "smuggled"}
    own = used["rations[north]"]
    assert own.origin == "claim" and own.claims == ("courier-1",)
    assert own.distribution.interval == pytest.approx((4 * 0.85, 4 * 1.15))  # 'about', by the table of hedges
    assert used["smuggled"].origin == "analyst"
    assert used["rations[south]"].origin == "assumption" and used["rations[south]"].dated == date(2024, 2, 15)
    assert used["at_start[north]"].origin == "assumption" and used["at_start[north]"].dated is None


def test_the_pool_takes_every_voice_that_was_heard(tmp_path):
    case = load(write_case(tmp_path))
    used = fill(case, pooled_view(START)).used["rations[north]"]
    assert used.origin == "pool" and set(used.claims) == {"courier-1", "gazette-1"}
    assert 0 < used.disagreement < 1
    low, high = used.distribution.interval
    assert 2 < low < 4 < high < 8


def test_a_weight_in_a_pool(tmp_path):
    """Given, or reliability times credibility; then halved for each 200 days between the time spoken of and the pool."""
    case = load(write_case(tmp_path))
    voices = fill(case, pooled_view(START)).used["rations[north]"].pooled.voices
    found = {v.claim.id if v.claim else "assumption": v.member.weight for v in voices}
    assert found == pytest.approx({"courier-1": 0.6 * 0.6, "gazette-1": 2 * 0.5 ** (29 / 200), "assumption": 1})


def test_units_are_converted(tmp_path):
    """30 to 40 tonnes a week are 4.3 to 5.7 a day."""
    case = load(edit_case(tmp_path, "views/courier.yaml", "claim courier-1", "claim gazette-1"))
    used = fill(case, case.views["courier"]).used["rations[north]"]
    assert used.distribution.interval == pytest.approx((30 / 7, 40 / 7))
    assert "0.142857" in used.conversion and "t/week" in used.conversion


def test_switches_are_the_views_or_the_defaults(tmp_path):
    case = load(write_case(tmp_path))
    assert fill(case, case.views["courier"]).switches == {"saving": "false"}
    assert fill(case, pooled_view(START)).switches == {"saving": "true"}


def test_the_command_line_comes_first(tmp_path):
    case = load(write_case(tmp_path))
    ours = [Setting("rations", "", parse_distribution("9"))]
    used = fill(case, case.views["courier"], extra=ours).used
    assert used["rations[north]"].distribution.a == used["rations[south]"].distribution.a == 9


def test_figures_that_come_to_nothing_are_an_error_of_the_case(tmp_path):
    case = load(write_case(tmp_path))
    case.pool_rules.weights = {"gazette": 0.0, "courier": 0.0, "assumption": 0.0}
    with pytest.raises(CaseError, match=r"rations\[north\]"):
        fill(case, pooled_view(START))


def test_an_excluded_source_has_no_voice(tmp_path):
    case = load(edit_case(tmp_path, "views/pooled.yaml", "exclude: []", "exclude: [gazette]"))
    assert fill(case, pooled_view(START)).used["rations[north]"].claims == ("courier-1",)


# -- as of

LATER = """
courier-9:
  source: courier
  kind: quantity
  says: a planted claim that nobody knew in March
  about: rations[north]
  value: 999 t/day
  measures: eaten
  published: 2024-03-02
  place: {publication: made up}
"""


def planted(folder):
    """The small case with a claim, a source and an assumption that became known later, each of 999."""
    world = FILES["world/siege.yaml"].replace(
        "2024-02-15: 2 to 8\n", "2024-02-15: 2 to 8\n      2024-03-02: 999\n"
    )
    sources = FILES["sources.yaml"] + "herald: {title: Later, published: 2024-03-02}\n"
    view = FILES["views/courier.yaml"]
    write_case(folder, world__siege=world, sources=sources, claims=FILES["claims.yaml"] + LATER)
    (folder / "views" / "herald.yaml").write_text(view.replace("source: courier", "source: herald"))
    (folder / "views" / "late.yaml").write_text(
        view.replace("courier-1", "courier-9").replace("2024-03-01", "2024-04-01")
    )
    return load(folder)


def figures(filled) -> list[float]:
    return [end for used in filled.used.values() for end in used.distribution.interval]


@pytest.mark.parametrize("start", [START, date(2024, 4, 1), date(2025, 1, 1)])
def test_nothing_later_is_seen_as_of_a_day(tmp_path, start):
    """A run as of 1 March sees no claim and no assumption of 2 March, whenever it starts."""
    case = planted(tmp_path)
    filled = fill(case, pooled_view(start), known_by=START)
    assert max(figures(filled)) < 999
    assert "courier-9" not in {c for u in filled.used.values() for c in u.claims}
    assert all(u.dated is None or u.dated <= START for u in filled.used.values())


def test_what_was_known_a_day_later_is_seen_a_day_later(tmp_path):
    case = planted(tmp_path)
    filled = fill(case, pooled_view(date(2024, 4, 1)), known_by=date(2024, 3, 2))
    assert "courier-9" in filled.used["rations[north]"].claims and max(figures(filled)) >= 999


def test_the_pool_ends_at_the_start_without_an_as_of_date(tmp_path):
    """``pooled@T`` is all claims published by T."""
    case = planted(tmp_path)
    assert max(figures(fill(case, pooled_view(START)))) < 999
    assert max(figures(fill(case, pooled_view(date(2024, 3, 2))))) >= 999


def test_an_as_of_date_after_the_start_shows_nothing_of_the_time_between(tmp_path):
    assert max(figures(fill(planted(tmp_path), pooled_view(START), known_by=date(2025, 1, 1)))) < 999


def test_a_views_own_later_claim_is_hidden(tmp_path):
    case = planted(tmp_path)
    assert max(figures(fill(case, case.views["late"]))) >= 999
    filled = fill(case, case.views["late"], known_by=START)
    assert max(figures(filled)) < 999 and filled.hidden == ["rations[north]"]


def test_a_view_whose_source_appeared_later_does_not_exist_then(tmp_path):
    case = planted(tmp_path)
    assert fill(case, case.views["herald"]).used
    with pytest.raises(CaseError, match="does not exist as of 2024-03-01"):
        fill(case, case.views["herald"], known_by=START)


def test_before_the_first_assumption_there_is_nothing_to_stand_on(tmp_path):
    case = load(write_case(tmp_path))
    with pytest.raises(CaseError, match="2022-12-31") as caught:
        fill(case, pooled_view(START), known_by=date(2022, 12, 31))
    assert {p.code for p in caught.value.problems} == {"no-assumption"}


def test_an_old_assumption_is_named(tmp_path):
    case = load(write_case(tmp_path))
    assert fill(case, pooled_view(START)).old == []
    assert fill(case, pooled_view(date(2024, 12, 1))).old == ["rations"]
