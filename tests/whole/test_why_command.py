"""``panmunjom why`` as a user meets it: what it prints, its JSON, its mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from panmunjom.case.new import write_new
from panmunjom.cli.main import main
from panmunjom.evidence.quotes import passage_hash

TEXT = "From our correspondent. The men are said to eat\nsome four tonnes every day. More tomorrow.\n"
PASSAGE = "eat\nsome four tonnes every day"
FUTURES = ["--futures", "8192"]


@pytest.fixture
def siege(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The case of ``panmunjom new`` whose first claim stands in a document, in a folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    write_new(tmp_path / "siege")
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "column.txt").write_text(TEXT, encoding="utf-8")
    start = TEXT.index(PASSAGE)
    place = f"{{document: column.txt, start: {start}, end: {start + len(PASSAGE)}, sha256: {passage_hash(PASSAGE)!r}}}"
    claims = tmp_path / "siege" / "claims.yaml"
    publication = '{publication: "The Courier, 1 March 2024"}'
    claims.write_text(claims.read_text().replace(publication, place, 1))
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    """What the command prints, with runs of spaces as one."""
    assert main(["why", "siege", *arguments]) == status
    out, err = capsys.readouterr()
    return " ".join((out if status == 0 else err).split())


def test_from_the_probability_to_the_sentence(siege: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Probability, luck, figures, claim, place and hash, passage, speaker, assumptions: all on one screen."""
    text = said(capsys, "hunger", "--documents", "papers", *FUTURES)
    order = [
        "Do the stores fall below ten days' rations?: 7",
        "Theories, each turned alone, take it to",
        "lies in the figures, which are not known",
        "in luck: with the same figures and other luck",
        "1 relief_rate",
        "assumed: how often a relief army succeeds",
        "courier-1: the garrison eats about 4 tonnes a day",
        "A. Writer, “The town cannot hold”, 2024-03-01; column.txt",
        f"sha256 {passage_hash(PASSAGE)}",
        "“eat some four tonnes every day”",
        "Noise: of 64 parameters that nothing reads",
        "To look up next no claim behind them, largest effect first relief_rate",
    ]
    at = [text.find(part) for part in order]
    assert -1 not in at and at == sorted(at), list(zip(order, at, strict=True))
    assert main(["why", "siege", "hunger", *FUTURES]) == 0
    assert len(capsys.readouterr().out.splitlines()) <= 45


def test_a_document_that_has_changed_is_not_quoted(siege: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (siege / "papers" / "column.txt").write_text(TEXT.replace("four", "five"), encoding="utf-8")
    text = said(capsys, "hunger", "--documents", "papers", *FUTURES)
    assert "five tonnes" not in text and "the passage is not in it to the letter" in text
    assert "some four tonnes" not in said(capsys, "hunger", *FUTURES)


def test_without_prints_what_changed(siege: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "hunger", "--view", "courier", "--without", "courier-1", *FUTURES)
    assert "rations: 3.4 to 4.6 → 3 to 6 t/day; set by the view, now from the pool, assumption" in text
    assert "town falls" in text and "points" in text and "of futures differ in something that is recorded" in text
    assert "no effect" not in text
    text = said(capsys, "hunger", "--without", "courier-3", *FUTURES)
    assert "It has no effect: no figure of this view rests on it." in text


def test_the_json_is_one_object(siege: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its keys as the help has them; shares of figures and luck add up; claims with place and quote."""
    call = ["why", "siege", "hunger", "--json", "--documents", "papers", "--without", "courier-1", *FUTURES]
    assert main(call) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["question"] == "hunger" and "ending" not in found and 0 < found["se"] < found["p"] < 1
    assert found["figures"]["share"] + found["luck"]["share"] == pytest.approx(1)
    for parameter in found["parameters"]:
        assert 0 < parameter["low"] <= parameter["share"] <= parameter["high"] < 1
        assert parameter["share"] > found["floor"]
        assert parameter["used"]["from"] == parameter["from"]
    (rations,) = [p for p in found["parameters"] if p["parameter"] == "rations"]
    (claim,) = rations["claims"]
    assert claim["place"]["sha256"] == passage_hash(PASSAGE) and claim["quote"] == PASSAGE
    assert found["assumptions"] == [p["parameter"] for p in found["parameters"] if not p["claims"]]
    assert found["theories"]["low"] <= found["p"] <= found["theories"]["high"]
    without = found["without"]
    assert without["claims"] == ["courier-1"] and without["no_effect"] is False
    names = [outcome.get("ending") or outcome["question"] for outcome in without["outcomes"]]
    assert names == ["town_relieved", "town_falls", "siege_goes_on", "hunger"]
    endings = [outcome for outcome in without["outcomes"] if "ending" in outcome]
    assert sum(o["difference"] for o in endings) == pytest.approx(0, abs=1e-12)
    assert main(["why", "siege", "town falls", "--json", "--futures", "512"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ending"] == "town_falls" and found["without"] is None


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["town_fels"], "Did you mean 'town_falls'?"),
        (["hunger", "--view", "currier"], "--view: the case has no view 'currier' [unknown-view] Did you mean 'courier'?"),
        (["hunger", "--without", "courier1"], "--without: there is no claim 'courier1' [unknown-name] Did you mean 'courier-1'?"),
        (["hunger", "--documents", "nowhere"], "--documents: there is no folder 'nowhere'"),
        (["hunger", "--futures", "100"], "--futures: with fewer than 480 futures"),
        (["hunger", "--set", "ration=3"], "Did you mean 'rations'?"),
    ],
)
def test_mistakes_are_told_with_what_would_be_right(
    siege: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    assert told in said(capsys, *arguments, status=1)
