"""The wars between states from 1823 to 2003, and the classes of them with which a war can be compared.

``wars.csv``: 95 wars of the Correlates of War Inter-State War Data v4.0 (M. R. Sarkees and F. W. Wayman, *Resort to War*,
CQ Press 2010; free to use with citation): the first day of the first participant, the last day of the last, and what
became of the initiator (won, lost, stalemate, compromise, transformed into another kind of war). Side by side with the
original: a participant's two spells are one war, from the first day to the last, truces between them included; where all
fighting paused, ``first_phase_ended`` is the last day before it. No day or month of these 95 wars is unknown in v4.0; a row
that lacked one would be refused.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

ENDINGS = {
    "won": "the side that began it won",
    "lost": "the side that began it lost",
    "stalemate": "stalemate",
    "compromise": "compromise",
    "transformed": "went on as another kind of war",
}
WITHOUT_WINNER = ("stalemate", "compromise")


@dataclass(frozen=True, slots=True)
class War:
    """One war; ``first_phase_ended`` is ``ended`` where the fighting never paused."""

    name: str
    began: date
    ended: date
    first_phase_ended: date
    ending: str

    @property
    def days(self) -> int:
        """Days from the first to the last, both counted: of age a (days since it began) it is still fought while days > a."""
        return (self.ended - self.began).days + 1

    @property
    def calendar_years(self) -> int:
        """How many calendar years it touches."""
        return self.ended.year - self.began.year + 1


@dataclass(frozen=True, slots=True)
class ReferenceClass:
    """Wars with which a war is compared. ``known_from`` is the age, in years, at which a war is sure to belong to the class:
    before that, its members are known by how long they came to last, and their early hazard says nothing.
    """

    name: str
    label: str
    wars: tuple[War, ...]
    known_from: float = 0.0


@cache
def wars() -> tuple[War, ...]:
    """All 95, by the day on which they began. Raises ``ValueError`` for a row that is not whole."""
    text = files(__package__).joinpath("wars.csv").read_text(encoding="utf-8")
    found = []
    for row in csv.DictReader(text.splitlines()):
        began, ended = date.fromisoformat(row["began"]), date.fromisoformat(row["ended"])
        paused = row["first_phase_ended"]
        if row["initiator"] not in ENDINGS or ended < began:
            raise ValueError(f"'{row['war']}' cannot be read")
        found.append(War(row["war"], began, ended, date.fromisoformat(paused) if paused else ended, row["initiator"]))
    return tuple(found)


@cache
def classes() -> dict[str, ReferenceClass]:
    """The classes by name, widest first."""
    every = wars()
    return {
        "all_wars": ReferenceClass("all_wars", "wars between states, 1823 to 2003", every),
        "since_1946": ReferenceClass(
            "since_1946", "wars between states begun since 1946", tuple(w for w in every if w.began.year >= 1946)
        ),
        "three_years": ReferenceClass(
            "three_years", "those that span three calendar years or more", tuple(w for w in every if w.calendar_years >= 3), 2.0
        ),
        "four_years": ReferenceClass(
            "four_years", "those that span four calendar years or more", tuple(w for w in every if w.calendar_years >= 4), 3.0
        ),
    }  # fmt: skip
