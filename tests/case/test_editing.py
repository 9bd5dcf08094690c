"""Changing one claim: nothing else in the file moves, and no file is replaced by a wrong one."""

from __future__ import annotations

import difflib
import stat
import sys
from pathlib import Path

import pytest

from panmunjom.case.editing import ClaimsFile, _as_data, _changed, _entry, _span
from panmunjom.case.loading import load, shipped
from panmunjom.text.problems import CaseError
from small_case import write_case

ODD = """\
# Who said what. Ünïcode 🙂, and   spaces   stay.

courier-1:            # the first
  says: >-
    the garrison eats
    about 4 tonnes a day

  source: 'courier'
  kind: "quantity"
  about:   rations[north]      # aligned by hand
  value: 4 t/day   # a comment behind
  measures: eaten
  # a comment before
  hedge: about
  published: 2024-03-01
  came_true:
  place: {publication: made up,   start: 0}   # odd spacing

# between two claims

courier-2: {source: courier, kind: prediction, says: "empty, by June", by: 2024-06-30, published: 2024-03-01, place: {publication: x}}
gazette-1:
    proposed: a tool 1.0
    source: gazette
    kind: quantity
    says: it eats 30 to 40 tonnes a week
    about: rations[north]
    value: 30 to 40 t/week
    measures: eaten
    published: 2024-02-01
    place:
        publication: made up
# the end, without a line break"""


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """The small case with claims in every style."""
    folder = write_case(tmp_path / "case")
    (folder / "claims.yaml").write_text(ODD, encoding="utf-8")
    return folder


def changed(folder: Path) -> list[str]:
    """The lines that were taken out and put in."""
    new = (folder / "claims.yaml").read_text(encoding="utf-8")
    return [d for d in difflib.ndiff(ODD.splitlines(), new.splitlines()) if d[0] in "+-"]


@pytest.mark.parametrize(
    ("claim", "changes", "lines"),
    [
        ("courier-1", {"value": "5 to 6 t/day"}, ["-   value: 4 t/day   # a comment behind", "+   value: 5 to 6 t/day   # a comment behind"]),
        ("courier-1", {"hedge": ""}, ["-   hedge: about"]),
        ("courier-1", {"came_true": "partly"}, ["-   came_true:", "+   came_true: partly"]),
        ("courier-1", {"credibility": "3"}, ["+   credibility: 3"]),
        ("courier-1", {"note": "a: b # no comment"}, ['+   note: "a: b # no comment"']),
        ("courier-1", {"speaker": "NO"}, ["+   speaker: NO"]),
        ("courier-1", {"kind": "assertion", "about": "", "value": "", "measures": ""}, None),
        ("courier-2", {"credibility": "2"}, None),
        ("courier-2", {"by": ""}, None),
        ("courier-2", {"says": "empty, [soon]"}, None),
        ("courier-2", {"hedge": "about", "note": "x, y: z}"}, None),
        ("gazette-1", {"note": "last"}, ["+     note: last"]),
    ],
)  # fmt: skip
def test_only_what_changes_changes(case: Path, claim: str, changes: dict[str, str], lines: list[str] | None) -> None:
    if claim == "courier-1" and "about" in changes:  # which the view sets rations from
        (case / "views" / "courier.yaml").unlink()
    file = ClaimsFile(str(case))
    file.change(claim, changes)
    found = changed(case)
    if lines is not None:
        assert found == lines
    assert all(part.split()[0] in "+-" for part in found) and len(found) <= 2 * len(changes) + 1
    entry = load(case).library.claims[claim]
    for key in set(changes) & {"says", "note", "hedge", "speaker", "came_true"}:
        assert getattr(entry, key) == (changes[key] or "none")


def test_the_other_lines_are_the_same_to_the_letter(case: Path) -> None:
    ClaimsFile(str(case)).change("courier-1", {"says": "less"})
    text = (case / "claims.yaml").read_text(encoding="utf-8")
    assert text == ODD.replace(">-\n    the garrison eats\n    about 4 tonnes a day\n", "less\n")


def test_accept_and_reject(case: Path) -> None:
    before = ODD
    file = ClaimsFile(str(case))
    file.reject("gazette-1", "it is about another town")
    rejected = load(case).library.claims["gazette-1"]
    assert rejected.rejected == "it is about another town" and rejected.proposed and not rejected.counts
    ClaimsFile(str(case)).accept("gazette-1")
    text = (case / "claims.yaml").read_text(encoding="utf-8")
    assert text == before.replace("    proposed: a tool 1.0\n", "") and load(case).library.claims["gazette-1"].counts
    with pytest.raises(CaseError, match="nothing to accept"):
        ClaimsFile(str(case)).accept("gazette-1")


@pytest.mark.parametrize(
    ("claim", "changes", "words"),
    [
        ("courier-1", {"hedge": "abuot"}, "Did you mean 'about'"),
        ("courier-1", {"value": "4 km/day"}, "in km/day"),
        ("courier-1", {"measures": "stored"}, "measures stored"),
        ("courier-1", {"published": "March"}, "2024-11-14"),
        ("courier-1", {"source": ""}, "needs the entry 'source'"),
        ("courier-1", {"valu": "3"}, "Did you mean 'value'"),
        ("courier-1", {"place": "x"}, "entries of its own"),
        ("courier-9", {"note": "x"}, "there is no claim 'courier-9'"),
    ],
)
def test_a_wrong_change_leaves_the_file_alone(case: Path, claim: str, changes: dict[str, str], words: str) -> None:
    with pytest.raises(CaseError) as caught:
        ClaimsFile(str(case)).change(claim, changes)
    assert words in str(caught.value)
    assert (case / "claims.yaml").read_text(encoding="utf-8") == ODD
    assert [p.name for p in case.iterdir() if p.name.endswith(".part")] == []


def test_a_mistake_that_was_there_before_does_not_stop_a_change(case: Path) -> None:
    """Else a file with two mistakes could not be put right one by one."""
    (case / "questions.yaml").write_text("q: {text: x, holds: nonsense}\n")
    ClaimsFile(str(case)).change("courier-1", {"credibility": "3"})
    assert changed(case) == ["+   credibility: 3"]


def test_what_somebody_else_wrote_meanwhile_is_not_lost(case: Path) -> None:
    file = ClaimsFile(str(case))
    (case / "claims.yaml").write_text(ODD + "\n# more\n", encoding="utf-8")
    with pytest.raises(CaseError, match="somebody else"):
        file.change("courier-1", {"credibility": "3"})


def test_a_shipped_case_is_not_changed() -> None:
    with pytest.raises(CaseError, match="ships with the program"):
        ClaimsFile("ukraine")


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_no_file_outside_the_case_is_changed(case: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(ODD, encoding="utf-8")
    (case / "claims.yaml").unlink()
    (case / "claims.yaml").symlink_to(outside)
    with pytest.raises(CaseError, match="leads out"):
        ClaimsFile(str(case)).change("courier-1", {"credibility": "3"})
    assert outside.read_text(encoding="utf-8") == ODD


@pytest.mark.skipif(sys.platform == "win32", reason="no such permissions there")
def test_permissions_and_line_ends_stay(case: Path) -> None:
    path = case / "claims.yaml"
    path.write_bytes(ODD.replace("\n", "\r\n").encode())
    path.chmod(0o640)
    ClaimsFile(str(case)).change("courier-1", {"credibility": "3", "hedge": "nearly"})
    data = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640 and data.count(b"\n") == data.count(b"\r\n") == ODD.count("\n") + 1
    assert b"  hedge: nearly\r\n" in data and b"  credibility: 3\r\n" in data


def editor(folder: Path, script: str) -> str:
    """An editor that runs a line of Python on the text."""
    path = folder / "editor.py"
    path.write_text(
        "import sys\nfrom pathlib import Path\np = Path(sys.argv[-1])\ntext = p.read_text(encoding='utf-8')\n"
        f"{script}\np.write_text(text, encoding='utf-8')\n"
    )
    return f'"{sys.executable}" "{path}"'


def test_an_editor_sees_one_entry(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", editor(tmp_path, "text = text.replace('made up', 'page 3'); assert 'gazette' not in text"))
    assert ClaimsFile(str(case)).edit("courier-1")
    assert (case / "claims.yaml").read_text(encoding="utf-8") == ODD.replace("made up", "page 3", 1)
    monkeypatch.setenv("EDITOR", editor(tmp_path, ""))
    assert not ClaimsFile(str(case)).edit("courier-1")
    monkeypatch.setenv("EDITOR", editor(tmp_path, "text = text.replace('courier-1:', 'gazette-7:')"))
    with pytest.raises(CaseError, match="more than 'courier-1' would change"):
        ClaimsFile(str(case)).edit("courier-1")
    monkeypatch.setenv("EDITOR", editor(tmp_path, "text = 'courier-1: ['"))
    with pytest.raises(CaseError):
        ClaimsFile(str(case)).edit("courier-1")
    monkeypatch.setenv("EDITOR", "no-such-editor-anywhere")
    with pytest.raises(CaseError, match="no-such-editor-anywhere"):
        ClaimsFile(str(case)).edit("courier-1")
    monkeypatch.delenv("EDITOR")
    with pytest.raises(CaseError, match="there is no editor"):
        ClaimsFile(str(case)).edit("courier-1")


@pytest.mark.parametrize("claim", ["partition-1", "fox-12", "isw-8", "kiel-1", "minfin-2", "uk_mod-1"])
def test_a_long_file_changes_by_one_line(claim: str) -> None:
    text = (shipped()["ukraine"] / "claims.yaml").read_text(encoding="utf-8")
    start, end = _span(text, claim)
    assert text[start:].startswith(f"{claim}:") and text[end] == "\n"
    new = _changed(text, claim, "speaker", "somebody: else")
    assert _as_data(_entry(new, claim)[1])["speaker"] == "somebody: else"
    assert sum(a != b for a, b in zip(text.split("\n"), new.split("\n"), strict=True)) == 1
