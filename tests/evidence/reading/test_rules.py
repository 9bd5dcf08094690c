"""Single rules: numbers, units, deadlines, forecasts, conditions and speakers in sentences made for the purpose."""

from __future__ import annotations

from datetime import date

import pytest

from panmunjom.evidence.documents.reading import read_bytes
from panmunjom.evidence.proposing.assemble import propose
from panmunjom.evidence.proposing.proposal import Proposal

# A few lines in each language, so that it is recognised; they hold no claim.
LEAD = {
    "en": "This is what the newspaper writes about the war and the state of the armies at the front.\n\n",
    "de": "Das ist es, was die Zeitung über den Krieg und den Zustand der Armeen an der Front schreibt.\n\n",
}
DAY = date(2024, 11, 14)


def claims(text: str, language: str = "en", day: date | None = DAY) -> list[Proposal]:
    """What is proposed for a text."""
    return propose(read_bytes("made-up.txt", (LEAD[language] + text).encode(), day))


def quantities(text: str, language: str = "en") -> list[tuple[float | None, float | None, str, str]]:
    """Low, high, unit and rate of each quantity."""
    return [(p.low, p.high, p.unit, p.per) for p in claims(text, language) if p.kind == "quantity"]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("The army lost 1,200 tanks.", [(1200, 1200, "tank", "")]),
        ("They fire between 60,000 and 70,000 shells a day.", [(60000, 70000, "shell", "day")]),
        ("They recruited 60-70,000 men.", [(60000, 70000, "person", "")]),
        ("More than half a million people fled.", [(500000, None, "person", "")]),
        ("Up to ninety drones took off.", [(None, 90, "drone", "")]),
        ("Tens of thousands of soldiers marched.", [(10000, None, "person", "")]),
        ("Two thirds of the shells are imported.", [(pytest.approx(66.7, abs=0.1),) * 2 + ("percent", "")]),
        (
            "It loses 100 tanks and 320 barrels per month.",
            [(100, 100, "tank", "month"), (320, 320, "barrel", "month")],
        ),
        ("The stock fell from 7,300 to 3,500 tanks.", [(7300, 7300, "tank", ""), (3500, 3500, "tank", "")]),
        ("The aid is worth $2.5 billion.", [(2.5e9, 2.5e9, "USD", "")]),
        ("Losses: 614 (18%) of the vehicles.", [(614, 614, "vehicle", ""), (18, 18, "percent", "")]),
        ("Wounded: 24,000", [(24000, 24000, "person", "")]),
        ("The front is 1,200 km long.", [(1200, 1200, "km", "")]),
        ("Nine out of ten drones are jammed.", [(90, 90, "percent", "")]),
        ("They have three times as many guns.", [(3, 3, "ratio", "")]),
        ("Reserves are enough for 12 to 18 months.", [(12, 18, "month", "")]),
    ],
)
def test_english_quantities(text: str, expected: list[tuple[float | None, float | None, str, str]]) -> None:
    """Values, ranges, hedges, units and rates."""
    assert quantities(text) == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Die Armee verlor 29.350 Soldaten.", [(29350, 29350, "person", "")]),
        ("Es waren 146'000 Granaten.", [(146000, 146000, "shell", "")]),
        ("Gut 0,57 Prozent der Truppe fehlten.", [(0.57, None, "percent", "")]),
        ("Etwa zweihundertfünfzigtausend Mann stehen bereit.", [(250000, 250000, "person", "")]),
        ("Zehntausende Menschen flohen.", [(10000, None, "person", "")]),
        ("Sie verbraucht bis zu 4.000 Artilleriegranaten am Tag.", [(None, 4000, "shell", "day")]),
        (
            "Die Zahl wuchs von 1 Million auf 2,5 Millionen Granaten.",
            [(1e6, 1e6, "shell", ""), (2.5e6, 2.5e6, "shell", "")],
        ),
        ("Vermisste: 3,4 Tsd.", [(3400, 3400, "person", "")]),
        ("Das Paket umfasst 7,1 Mrd. Euro.", [(7.1e9, 7.1e9, "EUR", "")]),
        (
            "Rund ein Drittel der Kampfpanzer ist zerstört.",
            [(pytest.approx(33.3, abs=0.1),) * 2 + ("percent", "")],
        ),
        ("Sie stellt 20 bis 30 Panzer im Monat her.", [(20, 30, "tank", "month")]),
    ],
)
def test_german_quantities(text: str, expected: list[tuple[float | None, float | None, str, str]]) -> None:
    """German and Swiss separators, joined number words, units at the end of longer words."""
    assert quantities(text, "de") == expected


@pytest.mark.parametrize(
    "text",
    [
        "Article 4 of the treaty was signed on 24 February 2022 by the two leaders.",
        "The T-72 and the Leopard 2 use 125 mm guns.",
        "They have been friends for three years.",
        "Zelensky, 47, was elected in 2019.",
        "There is a 40 percent chance of rain.",
    ],
)
def test_what_counts_nothing(text: str) -> None:
    """Articles, dates, types, calibres, durations, ages and probabilities are no quantities."""
    assert quantities(text) == []


@pytest.mark.parametrize(
    "phrase, expected",
    [
        ("by next August", "2025-08-31"), ("no later than the end of November", "2024-11-30"), ("early next year", "2025-03-31"),
        ("in 2027", "2027-12-31"), ("in the first half of 2025", "2025-06-30"), ("by spring", "2025-03-31"),
        ("by the end of the year", "2024-12-31"), ("before the year is out", "2024-12-31"), ("by mid-2026", "2026-06-30"),
        ("within six months", "2025-05-31"), ("before 2030", "2029-12-31"), ("on 5 March 2025", "2025-03-05"),
        ("in the third quarter of 2025", "2025-09-30"), ("this winter", "2025-02-28"), ("in the coming months", None),
    ],
)  # fmt: skip
def test_english_deadlines(phrase: str, expected: str | None) -> None:
    """A period's last day, counted from the day of the document."""
    (forecast,) = [p for p in claims(f"The army will run out of tanks {phrase}.") if p.kind == "prediction"]
    assert (forecast.deadline.isoformat() if forecast.deadline else None) == expected
    assert forecast.deadline_text


@pytest.mark.parametrize(
    "phrase, expected",
    [
        ("bis Jahresende", "2024-12-31"), ("spätestens Ende November", "2024-11-30"), ("Anfang nächsten Jahres", "2025-03-31"),
        ("bis Mitte 2026", "2026-06-30"), ("im kommenden Jahr", "2025-12-31"), ("im Herbst 2025", "2025-11-30"),
        ("binnen zwei Jahren", "2026-11-30"), ("bis zum 1. März 2025", "2025-03-01"), ("in den kommenden Monaten", None),
        ("im zweiten Quartal 2025", "2025-06-30"), ("in der zweiten Jahreshälfte 2025", "2025-12-31"),
    ],
)  # fmt: skip
def test_german_deadlines(phrase: str, expected: str | None) -> None:
    """The same in German."""
    (forecast,) = [
        p for p in claims(f"Die Armee wird {phrase} keine Panzer mehr haben.", "de") if p.kind == "prediction"
    ]
    assert (forecast.deadline.isoformat() if forecast.deadline else None) == expected
    assert forecast.deadline_text


def test_a_later_sentence_takes_the_deadline_up() -> None:
    """Until then means the last deadline that was said."""
    found = claims("The depots will be empty by June 2025. Until then, the attacks will go on.")
    assert [p.deadline for p in found if p.kind == "prediction"] == [date(2025, 6, 30)] * 2


def test_without_a_date_only_written_years_are_resolved() -> None:
    """Next year cannot be told when the document's day is unknown."""
    found = claims("It will end next year. It will end in 2027.", day=None)
    assert [p.deadline for p in found if p.kind == "prediction"] == [None, date(2027, 12, 31)]


@pytest.mark.parametrize(
    "text, language, words, low",
    [
        ("A ceasefire is unlikely this year.", "en", "unlikely", 0.20),
        ("A ceasefire is highly unlikely this year.", "en", "highly unlikely", 0.05),
        ("There is a 70 percent chance that the front holds.", "en", "70 percent chance", 0.7),
        ("Die Offensive wird wahrscheinlich scheitern.", "de", "wahrscheinlich", 0.55),
    ],
)
def test_words_of_probability(text: str, language: str, words: str, low: float) -> None:
    """Mapped by ICD 203; a number that is said stays."""
    (forecast,) = [p for p in claims(text, language) if p.kind == "prediction"]
    assert forecast.probability["words"].lower() == words
    assert float(forecast.probability["low"]) == pytest.approx(low)


@pytest.mark.parametrize(
    "text, language",
    [
        ("The front could collapse.", "en"),
        ("The front may collapse.", "en"),
        ("Die Front kann zusammenbrechen.", "de"),
    ],
)
def test_may_and_could_carry_no_number(text: str, language: str) -> None:
    """They are forecasts without a band."""
    (forecast,) = [p for p in claims(text, language) if p.kind == "prediction"]
    assert forecast.probability == {}


@pytest.mark.parametrize(
    "text, language",
    [
        ("It would be a mistake to stop now.", "en"), ("The political will is there.", "en"), ("He was born in May.", "en"),
        ("Will the front hold?", "en"), ("They could not take the town in 2022.", "en"), ("Russia may have lost 500 tanks.", "en"),
        ("In der Stadt wird um jedes Haus gekämpft.", "de"), ("Das Dorf wird seit Monaten beschossen.", "de"),
    ],
)  # fmt: skip
def test_what_is_no_forecast(text: str, language: str) -> None:
    """Modal words that say nothing about what is to come."""
    assert [p.shown for p in claims(text, language) if p.kind in ("prediction", "conditional")] == []


@pytest.mark.parametrize(
    "text, language",
    [
        ("The army will run out of guns unless China opens its arsenals.", "en"),
        ("Should Russia attack again, the alliance will respond.", "en"),
        ("If the aid stops, the front collapses.", "en"),
        ("Provided that the vote passes, the money will flow.", "en"),
        ("At the current rate of losses, the tanks will be gone in 2026.", "en"),
        ("Sollte Russland erneut angreifen, wird das Bündnis antworten.", "de"),
        ("Bleibt die Hilfe aus, bricht die Front zusammen.", "de"),
        ("Alle werden zustimmen, es sei denn, Ungarn legt ein Veto ein.", "de"),
        ("Solange China dagegen ist, wird Moskau das nicht wagen.", "de"),
    ],
)
def test_conditions(text: str, language: str) -> None:
    """Condition and consequence are one claim that covers the sentence."""
    (found,) = [p for p in claims(text, language) if p.kind == "conditional"]
    assert found.condition
    assert len(found.shown) >= len(text) - 8


@pytest.mark.parametrize(
    "text, language, speaker",
    [
        ('"We will not stop," said General Ann Miller.', "en", "General Ann Miller"),
        ("The front will hold, according to the institute.", "en", "the institute"),
        ("Miller said that the front will hold.", "en", "Miller"),
        ("Miller spoke in Berlin, analysts noted. He warned that the front will break.", "en", "analysts"),
        ("Unnamed officials believe the front will hold.", "en", "Unnamed officials"),
        ("Die Front werde halten, sagte der Sprecher Jan Huber am Montag.", "de", "der Sprecher Jan Huber"),
        ("Laut dem Institut wird die Front halten.", "de", "dem Institut"),
        ("Nach Angaben von Huber wird die Front halten.", "de", "Huber"),
        ("„Die Front wird halten“, meint Huber.", "de", "Huber"),
    ],
)
def test_speakers(text: str, language: str, speaker: str) -> None:
    """Named before, after, in the middle, by a pronoun, and unnamed."""
    (forecast,) = [p for p in claims(text, language) if p.kind == "prediction"]
    assert (forecast.speech.speaker, forecast.speech.voice) == (speaker, "reported")
    assert speaker not in forecast.shown


def test_the_author_speaks_where_nobody_else_does() -> None:
    """And endorses what he says; what a report admits is endorsed, what it claims is not."""
    found = claims(
        "The front will hold. Moscow admits that the front will break. Kyiv claims that the front will hold."
    )
    told = [(p.speech.voice, p.speech.endorsed) for p in found if p.kind == "prediction"]
    assert told == [("author", True), ("reported", True), ("reported", False)]


def test_demands() -> None:
    """What one side wants of the other."""
    found = claims("Russia demands that Ukraine give up its army. Ukraine must withdraw, Moscow insists.")
    assert (
        next(p.shown for p in found if p.kind == "demand") == "Russia demands that Ukraine give up its army"
    )
