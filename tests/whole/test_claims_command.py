"""``panmunjom claims`` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from panmunjom.cli.main import main
from small_case import edit_case, write_case

Capture = pytest.CaptureFixture[str]
MORE = """\
gazette-2:
  source: gazette
  kind: quantity
  says: the garrison eats a tonne a day
  about: rations[north]
  value: 1 t/day
  measures: eaten
  proposed: a tool 1.0
  published: 2024-02-02
  place: {publication: made up}
herald-1:
  source: herald
  kind: quantity
  says: the garrison eats 20 tonnes a day
  speaker: a deserter
  about: rations[north]
  value: 20 t/day
  measures: eaten
  hedge: about
  published: 2024-02-20
  place: {publication: made up}
echo-1:
  source: echo
  kind: quantity
  says: the garrison eats 20 tonnes a day
  about: rations[north]
  value: 20 t/day
  measures: eaten
  echo_of: herald-1
  published: 2024-02-25
  place: {publication: made up}
"""


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """The small case with a contradiction, an echo and a proposed claim."""
    folder = write_case(tmp_path)
    for name, more in (("sources.yaml", "herald: {author: H. Erald, reliability: D}\necho: {}\n"), ("claims.yaml", MORE)):
        path = folder / name
        path.write_text(path.read_text() + more)
    return folder


def run(capsys: Capture, *arguments: object, status: int = 0) -> str:
    """What the command prints."""
    assert main(["claims", *map(str, arguments)]) == status
    found = capsys.readouterr()
    return found.err if status else found.out


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ([], ["courier-1", "courier-2", "gazette-1", "gazette-2", "herald-1", "echo-1"]),
        (["--source", "gazette"], ["gazette-1", "gazette-2"]),
        (["--kind", "prediction"], ["courier-2"]),
        (["--speaker", "Deserter"], ["herald-1"]),
        (["--text", "20 GARRISON"], ["herald-1", "echo-1"]),
        (["--proposed"], ["gazette-2"]),
        (["--as-of", "2024-02-10"], ["gazette-1", "gazette-2"]),
        (["--source", "echo", "--kind", "demand"], []),
    ],
)
def test_filters(case: Path, capsys: Capture, filters: list[str], ids: list[str]) -> None:
    found = json.loads(run(capsys, case, *filters, "--json"))
    assert [c["id"] for c in found["claims"]] == ids and found["pools"] == []
    text = run(capsys, case, *filters)
    assert [line.split()[0] for line in text.splitlines()[:-1] if not line.startswith(" ")] == ids
    assert f"{len(ids)} claim" in text.splitlines()[-1]


def test_side_by_side(case: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "90")
    text = run(capsys, case, "--about", "rations")
    assert all(len(line) <= 90 for line in text.splitlines())
    for words in (
        "rations[north]", "in t/day, eaten; linear pool of 2024-03-01", "× 0.142857 from t/week", "retold by echo-1, counted once",
        "retells what herald-1 says", "proposed by a tool 1.0 and not accepted", "disagreement ", "contradict each other",
        "herald-1 (a deserter: \"about 20 t/day\")", "against courier-1 (The town cannot hold: \"about 4 t/day\"), 5 times as much; 1 more pair",
    ):  # fmt: skip
        assert words in " ".join(text.split()), words
    rows = {line.split()[0]: line for line in text.splitlines() if "●" in line}
    assert set(rows) == {"gazette-1", "courier-1", "herald-1", "assumption", "gazette-2", "echo-1", "pool"}
    weights = [float(rows[n].split()[4].rstrip("%")) for n in ("gazette-1", "courier-1", "herald-1", "assumption")]
    assert sum(weights) == pytest.approx(100, abs=2)
    assert rows["gazette-2"].index("●") < rows["courier-1"].index("●") < rows["herald-1"].index("●")


def test_the_chart_draws_what_the_json_says(case: Path, capsys: Capture) -> None:
    (found,) = json.loads(run(capsys, case, "--about", "rations[north]", "--json"))["pools"]
    assert {v["claim"] for v in found["voices"]} == {"gazette-1", "courier-1", "herald-1", None}
    assert sum(v["share"] for v in found["voices"]) == pytest.approx(1)
    assert set(found["silent"]) == {"gazette-2", "echo-1"} and 0 < found["disagreement"] < 1
    assert found["contradictions"] and found["pool"]["low"] < found["pool"]["median"] < found["pool"]["high"]


def test_rule_split_and_exclusion(case: Path, capsys: Capture) -> None:
    (case / "views" / "pooled.yaml").write_text("pool: logarithmic\nsplit: [echo-1]\nexclude: [courier]\n")
    (found,) = json.loads(run(capsys, case, "--about", "rations[north]", "--json"))["pools"]
    assert found["rule"] == "logarithmic"
    assert {v["claim"] for v in found["voices"]} == {"gazette-1", "herald-1", "echo-1", None}
    assert found["silent"]["courier-1"] == "excluded in pooled.yaml"


def test_a_parameter_without_a_claim(case: Path, capsys: Capture) -> None:
    text = run(capsys, case, "--about", "smuggled")
    assert "no claim is heard" in text and "100%" in text


def test_accept_reject_and_edit(case: Path, capsys: Capture) -> None:
    assert "gazette-2 accepted" in run(capsys, case, "--accept", "gazette-2")
    assert "gazette-2 rejected" in run(capsys, case, "--reject", "gazette-2", "--why", "another town")
    assert "rejected: another town" in run(capsys, case, "--source", "gazette")
    assert "herald-1 changed" in run(capsys, case, "--edit", "herald-1", "value=21 t/day", "hedge=")
    (found,) = json.loads(run(capsys, case, "--source", "herald", "--json"))["claims"]
    assert (found["value_text"], found["hedge"]) == ("21 t/day", None)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--about", "ration"], "Did you mean 'rations'"),
        (["--about", "saving"], "no parameter 'saving'"),
        (["--about", "rations[east]"], "no parameter"),
        (["--as-of", "soon"], "--as-of"),
        (["--accept", "herald-1"], "nothing to accept"),
        (["--reject", "nobody"], "there is no claim 'nobody'"),
        (["--edit", "herald-1", "hedge"], "not KEY=VALUE"),
        (["--edit", "herald-1", "value=much"], "not a figure"),
    ],
)
def test_a_wrong_call_says_what_would_be_right(case: Path, capsys: Capture, arguments: list[str], words: str) -> None:
    assert words in run(capsys, case, *arguments, status=1)


def test_text_of_a_case_cannot_command_the_terminal(tmp_path: Path, capsys: Capture) -> None:
    folder = edit_case(tmp_path, "claims.yaml", "says: the garrison eats about 4", 'says: "\\e[31mred \\u202e about 4')
    path = folder / "claims.yaml"
    path.write_text(path.read_text().replace("about 4 tonnes a day\n", 'about 4 tonnes a day"\n', 1))
    for arguments in ([], ["--about", "rations"], ["--json"]):
        text = run(capsys, folder, *arguments)
        assert "\x1b" not in text and "\u202e" not in text
