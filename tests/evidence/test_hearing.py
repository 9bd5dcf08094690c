"""Who is heard in a pool: echoes once, a source once, retellings unless they are split off, and old figures less."""

from __future__ import annotations

from datetime import date

import pytest

from panmunjom.evidence.hearing import HALF_LIFE, MAX_AGE, Hearing, age, discount, hear
from panmunjom.evidence.records import Claim, Library, Quantity, SourceRecord

DAY = date(2024, 3, 1)


def claim(name: str, source: str = "", echo_of: str = "", published: str = "2024-02-01", **other) -> Claim:
    return Claim(
        name, source or name, "quantity", "", about="x", quantity=Quantity(1, 1, "", "1"),
        published=date.fromisoformat(published), echo_of=echo_of, **other,
    )  # fmt: skip


def heard(*claims: Claim, sources: tuple[SourceRecord, ...] = (), split=frozenset(), day: date = DAY) -> Hearing:
    library = Library({s.id: s for s in sources}, {c.id: c for c in claims})
    return hear(library, "x", day, set(split))


def names(found: Hearing) -> list[str]:
    return [c.id for c in found.heard]


CHAIN = (claim("a"), claim("b", echo_of="a"), claim("c", echo_of="b"))


def test_a_chain_of_retellings_counts_once():
    found = heard(*CHAIN)
    assert names(found) == ["a"] and set(found.silent) == {"b", "c"}
    assert "retells what a says" in found.silent["c"]


def test_a_retelling_that_is_split_off_counts_and_carries_its_own():
    assert names(heard(*CHAIN, split={"c"})) == ["a", "c"]
    assert names(heard(*CHAIN, split={"b"})) == ["a", "b"]  # c retells b


def test_an_echo_speaks_until_its_origin_is_known():
    """Nobody could hear on 1 March what appeared on the 2nd; its echoes are one voice all the same."""
    late = (claim("a", published="2024-03-02"), claim("b", echo_of="a"), claim("c", echo_of="a", published="2024-01-05"))
    found = heard(*late)
    assert names(found) == ["c"] and set(found.silent) == {"b"}
    assert names(heard(*late, day=date(2024, 3, 2))) == ["a"]


def test_an_echo_of_another_quantity_speaks_for_itself():
    origin = claim("a")
    origin.about = "y"
    assert names(heard(origin, claim("b", echo_of="a"))) == ["b"]


def test_an_echo_of_what_was_rejected_is_no_evidence_either():
    found = heard(claim("a", rejected="a slip"), claim("b", echo_of="a"))
    assert names(found) == [] and found.silent["a"] == "rejected: a slip"


def test_what_is_only_proposed_is_not_heard_and_hides_nothing():
    found = heard(claim("a", proposed="a tool 1.0"), claim("b", echo_of="a"))
    assert names(found) == ["b"] and "a tool 1.0" in found.silent["a"]
    assert names(heard(claim("a", proposed="t", rejected="no"))) == []


def test_a_source_that_copies_another_counts_once_with_it():
    paper, copy = SourceRecord("paper"), SourceRecord("copy", derived_from="paper")
    again = SourceRecord("again", derived_from="copy")
    claims = (claim("p", "paper"), claim("q", "copy"), claim("r", "again"))
    found = heard(*claims, sources=(paper, copy, again))
    assert names(found) == ["p"] and "retells paper" in found.silent["r"].replace("copy", "paper")
    assert names(heard(*claims, sources=(paper, copy, again), split={"copy"})) == ["p", "q"]
    assert names(heard(claims[1], sources=(paper, copy))) == ["q"]  # the origin is silent


def test_sources_that_derive_from_each_other_do_not_hang():
    one, two = SourceRecord("one", derived_from="two"), SourceRecord("two", derived_from="one")
    assert names(heard(claim("p", "one"), sources=(one, two))) == ["p"]


def test_words_of_an_origin_are_no_source():
    vague = SourceRecord("vague", derived_from="an interview that is not given")
    assert names(heard(claim("p", "vague"), claim("q", "paper"), sources=(vague,))) == ["p", "q"]


def test_nothing_of_a_source_is_known_before_it_appeared():
    late = SourceRecord("late", published=date(2024, 3, 2))
    found = heard(claim("p", "late"), sources=(late,))
    assert names(found) == [] and found.silent == {}


@pytest.mark.parametrize(
    ("as_of", "days"), [("", 29), ("2024", 0), ("2024-01", 30), ("2024-03-01", 0), ("2025", 306), ("2024-03-31", 30)]
)
def test_age_is_the_distance_to_the_time_spoken_of(as_of, days):
    assert age(claim("a", as_of=as_of), DAY) == days


def test_weight_halves_and_ends():
    assert discount(0) == 1 and discount(HALF_LIFE) == 0.5 and discount(MAX_AGE) == 0.25
    assert discount(MAX_AGE + 1) == 0
    found = heard(claim("a", as_of="2020"))
    assert names(found) == [] and f"{age(claim('a', as_of='2020'), DAY)} days away" in found.silent["a"]
