"""``phrases.yaml``: what is wrong in it is said at its place, all at once; what is right is compiled."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from panmunjom.case.loading import check, load
from panmunjom.case.model import Model
from panmunjom.case.overlay import with_view
from panmunjom.text.problems import CaseError
from small_case import write_case

GOOD = """\
about: ["@north"]
members: {north: [north, northern*]}
units: {t: t, percent: 0.01}
soon: {words: [soon], within: 6 months}
quantities:
  rations: {words: [eats], never: [fish]}
conclusions:
  empty:
    says: "{side} has no stores"
    words: [stores empty]
    holds: stores[{side}] <= 0 t
"""


def test_the_file_is_read(tmp_path: Path) -> None:
    """Every key arrives."""
    write_case(tmp_path, phrases=GOOD)
    found = load(tmp_path).phrases
    assert found.about == ("@north",) and found.names == {"north": ("north", "northern*")}
    assert found.units["percent"].factor == 0.01 and found.soon_within == "6 months"
    assert found.quantities["rations"].never == ("fish",)
    assert found.outcomes["empty"].holes == ("side",)


def test_a_case_built_in_python_has_them_too() -> None:
    """One call a section of the file."""
    war = Model("A siege", start="2024-03-01")
    war.dimension("side", ["north", "south"])
    war.parameter("rations", assume="3 to 6")
    war.stock("stores", start=400, out="rations / 1 day")
    war.ending("goes_on", at_horizon=True)
    war.phrases("members", {"north": ["north"]})
    war.phrases("about", ["@north"])
    war.phrases("quantities", {"rations": {"words": ["eats"]}})
    found = war.case().phrases
    assert found.about == ("@north",) and found.quantities["rations"].words == ("eats",)


@pytest.mark.parametrize(
    ("old", "new", "code", "word"),
    [
        ("  rations:", "  ration:", "unknown-name", "ration"),
        ("north: [", "nord: [", "unknown-name", "nord"),
        ('["@north"]', '["@south"]', "unknown-member", "south"),
        ("{t: t,", "{t: tun,", "unknown-unit", "tun"),
        ("6 months", "soon", "bad-duration", "soon"),
        ("words: [eats]", "words: []", "no-words", "words"),
        ("words: [eats]", "words: ['*']", "bad-phrase", "phrase"),
        ("<= 0 t", "<= <= t", "syntax", "<="),
        ("[{side}]", "[{wing}]", "unknown-name", "wing"),
        ("says:", "say:", "unknown-key", "say"),
    ],
)
def test_mistakes_are_records(tmp_path: Path, old: str, new: str, code: str, word: str) -> None:
    """Each has its file, line and what would be right."""
    assert old in GOOD
    write_case(tmp_path, phrases=GOOD.replace(old, new, 1))
    found = [p for p in check(tmp_path) if "phrases.yaml" in p.place.source.name]
    assert any(word in p.message + p.hint for p in found), [p.render() for p in found]
    if code not in ("no-words", "syntax"):
        assert code in {p.code for p in found}


def test_every_conclusion_of_the_shipped_case_compiles() -> None:
    """With each member of its dimensions and a figure in its unit."""
    case, day = load("ukraine"), date(2024, 11, 14)
    dimensions = case.built.world.dimensions
    concluded = []
    for outcome in case.phrases.outcomes.values():
        for member in dimensions[outcome.holes[0]] if outcome.holes else [""]:
            holds = outcome.holds.replace("{side}", member)
            if outcome.figure is not None:
                holds = holds.replace("{figure}", f"1 {outcome.figure.text}")
            given = {"given": outcome.goes_on} if outcome.goes_on else {}
            concluded.append({"claim": "a-1", "holds": holds, "by": date(2025, 8, 31), **given})
    claim = {"source": "a", "kind": "prediction", "says": "x", "published": day, "place": {"publication": "x"}}
    made = with_view(case, "a", {"title": "x", "published": day}, {"a-1": claim}, {"start": day, "concludes": concluded})
    assert len(made.views["a"].conclusions) == len(concluded) >= len(case.phrases.outcomes)


def test_what_is_added_is_checked_as_a_file_is() -> None:
    """A formula that names nothing is an error, and the case itself stays as it was."""
    case, day = load("ukraine"), date(2024, 11, 14)
    claim = {"source": "a", "kind": "prediction", "says": "x", "published": day, "place": {"publication": "x"}}
    view = {"start": day, "concludes": [{"claim": "a-1", "holds": "no_such_thing > 1", "by": date(2025, 1, 1)}]}
    with pytest.raises(CaseError) as error:
        with_view(case, "a", {"title": "x", "published": day}, {"a-1": claim}, view)
    assert "no_such_thing" in str(error.value)
    assert "a" not in case.views and "a-1" not in case.library.claims
