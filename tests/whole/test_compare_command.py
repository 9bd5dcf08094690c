"""``panmunjom compare`` and ``panmunjom diff`` as a user meets them, and the page that tells of them."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

import panmunjom
from panmunjom.case.new import write_new
from panmunjom.cli.main import main
from panmunjom.report.diff import apart

ROOT = Path(__file__).resolve().parents[2]
FEW = ["--futures", "512", "--swap-futures", "256"]


@pytest.fixture
def siege(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return write_new(tmp_path / "siege")


def test_two_views_on_a_screen(siege: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Shares, ranges, paired differences, how many marks chance would give, and what makes the difference."""
    assert main(["compare", "siege", *FEW, "--of", "hunger"]) == 0
    text = capsys.readouterr().out
    for part in (
        "pooled@2024-03-01 and courier, 2024-03-01 to 2025-03-01",
        "town relieved",
        "of 4 comparisons with pooled@2024-03-01 are marked",
        "Chance alone would mark about",
        "Errors are paired",
        "What makes the difference",
        "saving: true → false",
        "together",
    ):
        assert part in " ".join(text.split()) or part in text, part
    assert max(map(len, text.splitlines())) <= 100


def test_it_fits_eighty_columns(siege: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("b", "c", "d"):
        (siege / "views" / f"{name}.yaml").write_text((siege / "views" / "courier.yaml").read_text())
    assert main(["compare", "siege", *FEW]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80 and sum("endings, % of futures" in line for line in lines) > 1


def test_json_is_one_object_and_the_page_is_alone(siege: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The record adds up; the page has the pictures and needs nothing else."""
    assert main(["compare", "siege:courier", "siege:pooled", *FEW, "--json", "--out", "page.html"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [c["label"] for c in found["columns"]] == ["courier", "pooled@2024-03-01"]
    d = found["difference"]
    assert sum(p["difference"] for p in d["players"]) == pytest.approx(d["whole"]["difference"], abs=1e-12)
    assert d["mixtures"] == 8 and {s["name"] for s in d["swaps"]} == {"saving", "rations", "smuggled"}
    for outcome in found["outcomes"]:
        a, b = outcome["cells"]
        assert b["difference"] == pytest.approx(b["p"] - a["p"]) and b["paired"] and a["difference"] is None
        assert b["low"] <= b["p"] <= b["high"]
    page = Path("page.html").read_text(encoding="utf-8")
    assert page.count("<svg") >= 8 + 3 and "Swapped last" in page and "default-src 'none'" in page
    assert not re.search(r"<script|https?://(?!www\.w3\.org)", page)


def test_a_name_is_escaped(siege: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = siege / "world" / "siege.yaml"
    label = "town_relieved: {when: relieved, label: \"<b>free</b> \\e[31m\"}"
    world.write_text(world.read_text().replace("town_relieved: relieved", label))
    assert main(["compare", "siege", *FEW, "--out", "page.html"]) == 0
    assert "\x1b" not in capsys.readouterr().out
    page = Path("page.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;free" in page and "<b>free" not in page and "\x1b" not in page


def test_two_cases(siege: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Wars of two centuries: each over its own dates, marked so; what one lacks is a dash."""
    write_new(siege.parent / "old")
    for path in (siege.parent / "old").rglob("*.yaml"):
        path.write_text(path.read_text().replace("2024", "1924").replace("hunger:", "famine:"))
    assert main(["compare", "siege", "old", *FEW, "--no-theories", "--out", "page.html"]) == 0
    text = capsys.readouterr().out
    assert "1924-03-01" in text and "do not overlap" in " ".join(text.split()) and "–" in text
    assert "not run over the same dates" in Path("page.html").read_text(encoding="utf-8")
    assert "those of independent runs" in " ".join(text.split()) and "no views of one world" in " ".join(text.split())


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("siege:courier", "one-side"),
        ("siege --view courier --view courier", "one-side"),
        ("siege --view nobody", "unknown-view"),
        ("siege:courier@2024-02-31 siege", "bad-date"),
        ("siege --start tomorrow", "bad-date"),
        ("siege --until 2024-01-01", "bad-date"),
        ("siege --of nothing", "unknown-name"),
        ("siege --set nothing=1", "unknown-name"),
        ("siege nowhere", "no-such-case"),
        ("siege --out no/such/folder.html", "no-folder"),
    ],
)
def test_wrong_calls(siege: Path, capsys: pytest.CaptureFixture[str], call: str, code: str) -> None:
    assert main(["compare", *shlex.split(call), *FEW]) == 1
    out, err = capsys.readouterr()
    assert f"[{code}]" in err and out == "" and "Traceback" not in err


def test_diff_on_a_screen(siege: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing moved; then a claim and an assumption, found, measured and ranked; the same as JSON."""
    assert main(["run", "siege", "--futures", "512"]) == 0
    capsys.readouterr()
    assert main(["diff", "siege"]) == 0
    assert "the results are the same to the bit" in capsys.readouterr().out
    claims, world = siege / "claims.yaml", siege / "world" / "siege.yaml"
    claims.write_text(claims.read_text().replace("value: 4 t/day", "value: 6 t/day"))
    world.write_text(world.read_text().replace("0.3 to 1.5", "3 to 4"))
    assert main(["diff", "siege", "--futures", "256"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    for part in ("1 claim, 1 assumption changed", "value: 4 t/day → 6 t/day", "assume: 0.3 to 1.5 → 3 to 4", "chance alone would mark"):
        assert part in text, part
    assert text.index("relief_rate +") < text.index("courier-1 −") if "courier-1 −" in text else "relief_rate +" in text
    assert main(["diff", "siege", "--futures", "256", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [c["name"] for c in found["changes"]] == ["courier-1", "relief_rate"] and found["same"] is False
    assert found["effects"][0]["changes"] == ["relief_rate"] and found["of"] in found["whole"]
    assert main(["diff", "nowhere"]) == 1 and "[no-such-case]" in capsys.readouterr().err


def test_long_texts_are_cut_to_what_differs() -> None:
    start = "a formula that is far longer than a line of the terminal, with the change at its very end: "
    was, now = apart(start + "pressed", start + "under pressure and more")
    assert was.endswith("pressed") and now.endswith("under pressure and more") and was.startswith("…")
    assert apart("4 t/day", "5 t/day") == ("4 t/day", "5 t/day") and apart(None, "x") == ("(nothing)", "x")


def test_a_run_keeps_the_same_copy_twice(siege: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two runs of one case have copies that are the same to the byte, and options that can be read."""
    for out in ("a", "b"):
        assert main(["run", "siege", "--futures", "64", "--out", out, "--until", "2024-09-01"]) == 0
    assert Path("a/case.zip").read_bytes() == Path("b/case.zip").read_bytes()
    assert json.loads(Path("a/run.json").read_text())["options"]["until"] == "2024-09-01"
    capsys.readouterr()


def test_the_page_on_comparing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command exits with 0, and the Python block runs in the folder that they leave."""
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / "comparing.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\$ (.*)$", text, re.MULTILINE)
    assert len(lines) >= 8
    for line in lines:
        first, *rest = shlex.split(line)
        if first == "panmunjom":
            assert main(rest) == 0, line
        else:  # the edits that a reader makes
            assert first == "sed"
            change = re.fullmatch(r"s/(.*)/(.*)/", rest[1])
            path = tmp_path / rest[2]
            assert change is not None and change[1] in path.read_text()
            path.write_text(path.read_text().replace(change[1], change[2]))
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(compile(block, "comparing.md", "exec"), {"panmunjom": panmunjom})
    capsys.readouterr()
