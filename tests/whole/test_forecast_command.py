"""``panmunjom forecast`` and ``score`` as a user runs them."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest

import panmunjom
from panmunjom.case.questions import families
from panmunjom.cli.main import main
from quiet_case import write

SMALL = ["--as-of", "2024-03-01", "--futures", "256"]
YES = "  text: Is it relieved by the end of 2024?\n"


@pytest.fixture
def quiet(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "quiet")
    return tmp_path / "quiet"


def resolve(folder, old, new):
    path = folder / "questions.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_from_the_forecast_to_its_score(quiet, capsys):
    """Seal, say so when it is sealed already, answer the question, score beside a crowd, write both tables."""
    assert main(["forecast", "quiet", *SMALL]) == 0
    text = capsys.readouterr().out
    assert "7 sealed in quiet/forecasts.jsonl from line 1 on" in text and "hindcasts" in text
    assert "One future, every fine print: truce" in text and "by wording alone the same futures differ by" in text
    assert "60 days before" in text and "is left out" not in text
    before = (quiet / "forecasts.jsonl").read_bytes()
    assert main(["forecast", "quiet", *SMALL]) == 0
    assert "the same is not sealed twice" in capsys.readouterr().out
    assert (quiet / "forecasts.jsonl").read_bytes() == before
    assert main(["score", "quiet"]) == 0
    assert "7 questions, 0 answered" in capsys.readouterr().out
    resolve(quiet, YES, YES + "  resolution: {outcome: yes, day: 2024-08-05, who: the clerk}\n")
    Path("market.csv").write_text("question,date,probability\nrelief,2024-03-01,0.9\n")
    assert main(["score", "quiet", "--crowd", "market.csv", "--json", "--csv", "s.csv", "--hubverse", "h.csv"]) == 0
    found = json.loads(capsys.readouterr().out)
    sealed = json.loads(before.splitlines()[0])
    ours, market = found["forecasters"]
    assert (ours["forecaster"], ours["origin"], market["forecaster"]) == ("pooled", "hindcast", "market")
    assert ours["brier"] == pytest.approx((1 - sealed["probability"]) ** 2) and market["brier"] == pytest.approx(0.01)
    assert found["skill"] == {} and set(found["hindcast_skill"]["all"]["3 to 12 months"]["even"]) >= {"skill", "low", "high"}
    assert [r["forecaster"] for r in csv.DictReader(Path("s.csv").read_text().splitlines())] == ["pooled", "market"]
    assert {r["model_id"] for r in csv.DictReader(Path("h.csv").read_text().splitlines())} == {"panmunjom-pooled", "crowd-market"}


def test_a_changed_question_is_refused_at_its_line(quiet, capsys):
    assert main(["forecast", "quiet", *SMALL]) == 0
    resolve(quiet, "Is it relieved by the end of 2024?", "Is it relieved in 2024?")
    capsys.readouterr()
    assert main(["score", "quiet", "--json"]) == 1
    out, err = capsys.readouterr()
    (problem,) = json.loads(out)["problems"]
    assert (problem["code"], problem["line"]) == ("criteria-changed", 1) and problem["file"].endswith("questions.yaml")
    assert "line 1 of the ledger" in err and "ask it anew under another name" in err


def test_a_changed_ledger_is_refused_at_its_line(quiet, capsys):
    assert main(["forecast", "quiet", *SMALL]) == 0
    path = quiet / "forecasts.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(lines[0] + lines[1].replace('"se"', '"es"') + "".join(lines[2:]))
    capsys.readouterr()
    for command in (["score", "quiet"], ["forecast", "quiet", *SMALL]):
        assert main(command) == 1
        assert "forecasts.jsonl:2:1: error: line 2 was changed after it was sealed" in capsys.readouterr().err


def test_the_lock_of_a_case(quiet, capsys):
    assert main(["forecast", "quiet", *SMALL, "--json", "--dry-run"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["sealed"] == 0 and not (quiet / "forecasts.jsonl").exists()
    resolve(quiet, YES, YES + f"  locked: {found['forecasts'][0]['criteria']}\n")
    assert panmunjom.check("quiet") == []
    resolve(quiet, "by: 2024-12-29", "by: 2024-12-30")
    (problem,) = panmunjom.check("quiet")
    assert (problem.code, problem.place.line) == ("criteria-changed", 3)


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--as-of", "2031-01-01"], "lies in the future"),
        (["--as-of", "1 March"], "not a full date"),
        (["--as-of", "2025-06-01"], "no question of the case is open"),
        (["--as-of", "2026-06-01"], "before the day of the forecast"),
        (["--as-of", "2024-03-01", "--start", "2024-04-01"], "after the day of the forecast"),
        (["--as-of", "2024-03-01", "--view", "herald"], "no view 'herald'"),
    ],
)
def test_what_cannot_be_forecast(quiet, capsys, arguments, words):
    assert main(["forecast", "quiet", "--futures", "64", *arguments]) == 1
    assert words in capsys.readouterr().err and not (quiet / "forecasts.jsonl").exists()


def test_a_crowd_that_is_wrong_is_named_and_the_rest_is_scored(quiet, capsys):
    resolve(quiet, YES, YES + "  resolution: {outcome: yes, day: 2024-08-05, who: the clerk}\n")
    Path("m.csv").write_text("question,date,probability\nrelief,2024-03-01,1.3\nrelief,2024-04-01,0.5\n")
    assert main(["score", "quiet", "--crowd", "m.csv"]) == 1
    out, err = capsys.readouterr()
    assert "m.csv:2:1" in err and "1.3" in err and "0.250" in out
    assert main(["score", "quiet", "--crowd", "no.csv"]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_help_has_examples(capsys):
    for verb in ("forecast", "score"):
        with pytest.raises(SystemExit) as stopped:
            main([verb, "--help"])
        assert stopped.value.code == 0 and f"panmunjom {verb} ukraine" in capsys.readouterr().out


class TestUkraine:
    """The shipped case's questions."""

    case = panmunjom.load("ukraine")

    def test_every_claim_that_was_judged_has_a_question(self):
        asked = {c for q in self.case.asked.values() for c in q.claims}
        judged = {c.id for c in self.case.library.claims.values() if c.came_true}
        assert judged <= asked and len(judged) > 30

    def test_what_is_resolved_says_by_whom_and_by_what(self):
        for question in self.case.asked.values():
            for answer in question.resolutions:
                assert answer.who and answer.evidence, question.id

    def test_a_run_crosses_the_same_questions_as_before(self):
        assert list(self.case.questions) == [
            "russia_closed", "ukraine_in_nato", "ukraine_in_eu", "nk_troops_fought", "nuclear_used", "mobilised_again", "war_resumed",
        ]  # fmt: skip

    def test_the_family_of_the_ceasefire(self):
        (family,) = families(self.case).values()
        assert len(family) == 8 and all(q.style and q.fine_print and q.asked == date(2026, 11, 29) for q in family)


