"""Phrases find what they mean in a sentence, word by word, and nothing else."""

from __future__ import annotations

import time

import pytest

from panmunjom.evidence.phrases import find, fits, spans, tokens

NAMES = {"north": ("north", "northern*"), "korea": ("north korea", "dprk")}


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("run/runs out of tank*", "The north runs out of old tanks", "runs out of old tanks"),
        ("run/runs out of tank*", "It runs. Out of the gate came no car", None),
        ("lose/losing", "They are losing 100 a month", "losing"),
        ("*rohre", "Moskau verliert 320 Geschützrohre", "Geschützrohre"),
        ("*mobil*", "Eine Teilmobilmachung folgt", "Teilmobilmachung"),
        ("@north win*", "The Northern army will soon win", "Northern army will soon win"),
        ("@korea troops", "North Korea's troops came", "North Korea's troops"),
        ("tanks built", "tanks were, as he said in May of that year, built", None),  # too far apart
        ("army of", "army: of all things", None),  # a colon stands between
        ("tank", "tanks", None),
    ],
)
def test_a_phrase_stands_where_its_words_do(phrase: str, text: str, found: str | None) -> None:
    """Alternatives, stars, members, gaps and cuts."""
    span = find(phrase, text, NAMES)
    assert (text[slice(*span)] if span else None) == found


def test_figures_are_no_words() -> None:
    """Numbers neither match nor count as a gap; possessives fall away."""
    assert [t.word for t in tokens("Russia's 1,200 T-72 tanks")] == ["russia", "t-72", "tanks"]
    assert find("makes shells", "makes 1 2 3 4 5 6 7 8 shells") is not None


def test_every_place_is_found_and_stars_stand_only_at_ends() -> None:
    """Two mentions are two spans."""
    assert len(spans("war", "war after war")) == 2
    assert fits("*ville*", "intervillen") and not fits("ville", "villes")


def test_no_text_makes_a_phrase_slow() -> None:
    """What would blow up a regular expression takes milliseconds here."""
    began = time.perf_counter()
    find("*a* *a* *a* *a* *a* *a* zz", "a" * 5_000 + " a" * 5_000)
    assert time.perf_counter() - began < 2
