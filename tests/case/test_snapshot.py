"""Copies of a case: the same bytes for the same files, nothing from outside, nothing taken from a bad one."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

import panmunjom
from panmunjom.case.loading import load
from panmunjom.case.snapshot import load_texts, packed, texts_of, unpacked
from small_case import write_case


def test_the_same_files_give_the_same_bytes_and_the_same_case(tmp_path: Path) -> None:
    """Whenever and in whatever order they were written; hash and world come out as from the folder."""
    one = write_case(tmp_path / "siege")
    (one / "data").mkdir()
    (one / "data" / "observed.csv").write_text("series,date,value,known\nfood,2024-03-31,300,2024-04-05\n")
    series = "food:\n  kind: level\n  observes: stores[north]\n  source: courier\n  unit: t\n  spread: 0.1 to 0.3\n"
    (one / "data" / "series.yaml").write_text(series)
    (one / ".hidden.yaml").write_text("x: 1\n")
    (one / "notes.txt").write_text("not of the case\n")
    other = tmp_path / "copy"
    for file in sorted(one.rglob("*"), reverse=True):
        if file.is_file():
            (other / file.relative_to(one)).parent.mkdir(parents=True, exist_ok=True)
            (other / file.relative_to(one)).write_bytes(file.read_bytes())
    raw = packed(texts_of(one))
    assert raw == packed(texts_of(other)) and len(raw) < 4000
    (tmp_path / "case.zip").write_bytes(raw)
    texts = unpacked(tmp_path / "case.zip")
    assert set(texts) == {
        "case.yaml", "claims.yaml", "data/observed.csv", "data/series.yaml", "questions.yaml", "sources.yaml", "views/courier.yaml",
        "views/pooled.yaml", "world/siege.yaml",
    }  # fmt: skip
    case = load_texts(texts, "siege")
    assert case.id == "siege" and case.digest == load(one).digest


def test_links_that_lead_out_are_left_out(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "siege")
    (tmp_path / "secret.yaml").write_text("secret: 1\n")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "far.csv").write_text("a\n")
    (folder / "world" / "secret.yaml").symlink_to(tmp_path / "secret.yaml")
    (folder / "data").symlink_to(tmp_path / "elsewhere")
    assert not [name for name in texts_of(folder) if "secret" in name or "far" in name]


def archive(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, raw in files.items():
            out.writestr(name, raw)
    return path


@pytest.mark.parametrize(
    "name", ["../case.yaml", "/case.yaml", "world/../../x.yaml", "C:x.yaml", "a\\b.yaml", "run.sh", "else/x.yaml", "world/"]
)
def test_a_name_that_no_case_has_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(panmunjom.CaseError, match="which no case has"):
        unpacked(archive(tmp_path / "case.zip", **{name: b"x: 1\n"}))


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """Seven megabytes of nothing in seven kilobytes, also where the header lies about it."""
    path = archive(tmp_path / "case.zip", **{"case.yaml": b" " * 7_000_000})
    with pytest.raises(panmunjom.CaseError, match="more bytes"):
        unpacked(path)
    raw = path.read_bytes().replace(struct.pack("<I", 7_000_000), struct.pack("<I", 10))
    path.write_bytes(raw)
    with pytest.raises(panmunjom.CaseError):
        unpacked(path) and load_texts(unpacked(path), "x")
    many = archive(tmp_path / "many.zip", **{f"world/{k}.yaml": b"" for k in range(900)})
    with pytest.raises(panmunjom.CaseError, match="900 files"):
        unpacked(many)


@pytest.mark.parametrize("raw", [b"", b"PK", b"PK\x03\x04" + b"\0" * 60, b"not a zip file"])
def test_what_is_no_copy_is_a_record(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "case.zip").write_bytes(raw)
    with pytest.raises(panmunjom.CaseError):
        unpacked(tmp_path / "case.zip")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("case.yaml", "start: 2024-01-01\n" * 50)
    broken = bytearray(out.getvalue())
    broken[60:70] = b"##########"  # no longer what its checksum says
    (tmp_path / "case.zip").write_bytes(broken)
    with pytest.raises(panmunjom.CaseError, match="cannot be read"):
        unpacked(tmp_path / "case.zip")


def test_problems_name_the_file_of_the_case(tmp_path: Path) -> None:
    """Not the temporary folder in which it lay."""
    texts = texts_of(write_case(tmp_path / "siege"))
    texts["world/siege.yaml"] = texts["world/siege.yaml"].replace(b"out: eaten", b"out: eatn")
    with pytest.raises(panmunjom.CaseError) as caught:
        load_texts(texts, "then")
    assert caught.value.problems[0].place.source.name == "then/world/siege.yaml"
