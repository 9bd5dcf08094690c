"""What the documentation says works: its commands, its Python, its worlds, its links."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import panmunjom
from panmunjom.evidence.hearing import HALF_LIFE, MAX_AGE
from panmunjom.evidence.yardsticks import CREDIBILITY_WEIGHT, RELIABILITY_SPREAD, RELIABILITY_WEIGHT

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a language on a page."""
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def test_the_how_to_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command exits with 0, and the Python block runs in the folder that they leave."""
    page = ROOT / "docs" / "howto.md"
    for block in blocks(page, "console"):
        for line in re.findall(r"^\$ panmunjom (.*)$", block, re.MULTILINE):
            command = [sys.executable, "-m", "panmunjom.cli.main", *shlex.split(line)]
            done = subprocess.run(
                command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
            )
            assert done.returncode == 0, f"{line}\n{done.stderr}"
    monkeypatch.chdir(tmp_path)
    for block in blocks(page, "python"):
        exec(compile(block, str(page), "exec"), {})
    assert "<html" in (tmp_path / "siege.html").read_text(encoding="utf-8")


def test_the_page_on_evidence_runs(tmp_path: Path) -> None:
    """Its commands exit with 0; its worlds and pools can be read; its tables are those of the program."""
    page = ROOT / "docs" / "evidence.md"
    for block in blocks(page, "console"):
        for line in re.findall(r"^\$ panmunjom (.*)$", block, re.MULTILINE):
            command = [sys.executable, "-m", "panmunjom.cli.main", *shlex.split(line)]
            done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
            assert done.returncode == 0 and done.stdout, f"{line}\n{done.stderr}"
    world, pool = blocks(page, "yaml")
    (tmp_path / "case" / "world").mkdir(parents=True)
    (tmp_path / "case" / "views").mkdir()
    (tmp_path / "case" / "case.yaml").write_text("start: 2024-01-01\n", encoding="utf-8")
    (tmp_path / "case" / "world" / "a.yaml").write_text(f"units: {{man: }}\nendings: {{on: {{at_horizon: true}}}}\n{world}")
    (tmp_path / "case" / "views" / "pooled.yaml").write_text(pool, encoding="utf-8")
    assert {p.message for p in panmunjom.check(tmp_path / "case")} == {
        "there is no claim or source 'uk_mod'", "there is no claim or source 'minfin-1'",
    }  # fmt: skip
    text = page.read_text(encoding="utf-8")
    rows = {r[0].strip(): [c.strip() for c in r[1:]] for r in (line.strip("|").split("|") for line in text.splitlines() if "|" in line)}
    weights = [*RELIABILITY_WEIGHT.values()], [*CREDIBILITY_WEIGHT.values()]
    assert [float(c) for c in rows["weight"][:6]] == pytest.approx(weights[0])
    assert [float(c) for c in rows["weight"][7:]] == pytest.approx(weights[1])
    spreads = [float(c) for c in rows["least spread of the logarithm"][:6]]
    assert spreads == pytest.approx([*RELIABILITY_SPREAD.values()], abs=0.005)
    assert f"each {HALF_LIFE} days" in text and f"none beyond {MAX_AGE}" in text


def test_the_page_on_python_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Its blocks run one after the other; the message that it quotes is the one that comes."""
    page = ROOT / "docs" / "python.md"
    names: dict[str, object] = {}
    for block in blocks(page, "python"):
        exec(compile(block, str(page), "exec"), names)
    printed = capsys.readouterr().out.splitlines()
    quoted = re.search(r"The first is `(.*)`", page.read_text(encoding="utf-8"))
    assert quoted is not None and printed[0] == quoted.group(1)
    assert names["case"].built.world.values["tanks_on_the_hills"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("name, document", [("reading", "courier.txt"), ("article", "column.txt")])
def test_the_pages_on_documents_run(name: str, document: str, tmp_path: Path) -> None:
    """The article on each page is read by every command on it, and what is printed there is printed."""
    page = ROOT / "docs" / f"{name}.md"
    (tmp_path / document).write_text(blocks(page, "text")[0], encoding="utf-8")
    for block in blocks(page, "console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, shown = part.partition("\n")
            command = [sys.executable, "-m", "panmunjom.cli.main", *shlex.split(line)[1:]]
            done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
            assert done.returncode == 0, f"{line}\n{done.stderr}"
            printed = " ".join(done.stdout.split())  # where lines break depends on the terminal
            for expected in shown.strip().splitlines():
                assert " ".join(expected.split()) in printed, f"{line}\n{expected}"


def test_the_page_on_models_runs(tmp_path: Path) -> None:
    """Its commands print what stands below them, its Python holds."""
    page = ROOT / "docs" / "models.md"
    for block in blocks(page, "console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, shown = part.partition("\n")
            command = [sys.executable, "-m", "panmunjom.cli.main", *shlex.split(line)[1:]]
            done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
            assert done.returncode == 0, f"{line}\n{done.stderr}"
            printed = " ".join(done.stdout.split())
            for expected in shown.strip().splitlines():
                assert " ".join(expected.split()) in printed, f"{line}\n{expected}"
    for block in blocks(page, "python"):
        exec(compile(block, str(page), "exec"), {})


@pytest.mark.slow
def test_the_tables_of_models_are_what_they_say() -> None:
    """Both tables, run again with fewer futures: within four standard errors and a rounding."""
    text = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
    tables = [t.splitlines() for t in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)]
    for (head, _, *rows), start, end in zip(tables, ("2024-11-14", "2026-05-14"), (date(2029, 11, 14), date(2027, 11, 14)), strict=True):
        names = [c.strip() for c in head.strip("|").split("|")]
        for row in rows:
            cells = dict(zip(names, (c.strip() for c in row.strip("|").split("|")), strict=True))
            done = panmunjom.run(cells["case"], views=[f"pooled@{start}"], futures=2048, until=end)
            found = next(iter(done.views.values())).ensemble.endings()
            for name in found.keys() & cells.keys():
                told = re.match(r"\d+", cells[name])
                assert told and abs(100 * found[name].p - int(told.group())) < 4.5, f"{row}\n{name}: {found[name]}"


def test_the_first_world_of_the_reference_loads(tmp_path: Path) -> None:
    """The example of the language page is a valid world."""
    (tmp_path / "world").mkdir()
    (tmp_path / "case.yaml").write_text("start: 2024-01-01\n", encoding="utf-8")
    text = blocks(ROOT / "docs" / "language.md", "yaml")[0]
    (tmp_path / "world" / "first.yaml").write_text(text, encoding="utf-8")
    assert panmunjom.check(tmp_path) == []


def test_the_reference_names_every_function() -> None:
    """No function of the language is missing from its page."""
    from panmunjom.world.builtins import FUNCTIONS

    page = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    assert [name for name in FUNCTIONS if f"`{name}(" not in page] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Files and anchors that a page links to exist."""
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith(("http:", "https:")):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name) if name else page
        assert file.exists(), f"{page.name} links to {target}"
        if anchor:
            heads = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = [re.sub(r"[^\w\- ]", "", h).strip().lower().replace(" ", "-") for h in heads]
            assert anchor in slugs, f"{page.name} links to {target}"


def test_names_in_the_table_of_seeds_exist() -> None:
    """Every name in back quotes in docs/seeds.md is something of the Ukraine case."""
    case = panmunjom.load("ukraine")
    world = case.built.world
    known = {
        *world.parameters,
        *world.stocks,
        *world.values,
        *world.events,
        *world.switches,
        *world.decisions,
        *world.endings,
    }
    known |= {*case.views, *case.questions, *(o.name for d in world.decisions.values() for o in d.options)}
    known |= {m for members in world.dimensions.values() for m in members}
    page = (ROOT / "docs" / "seeds.md").read_text(encoding="utf-8")
    used = {
        re.split(r"[\[.:]", n)[0].strip()
        for n in re.findall(r"`([^`]+)`", page)
        if not n.endswith((".yaml", ".md"))
    }
    assert sorted(n for n in used if re.fullmatch(r"[a-z_]+", n) and n not in known) == []


@pytest.mark.skipif("CI" in os.environ and sys.platform == "win32", reason="no shared folder there")
def test_no_sentence_of_a_document_is_shipped() -> None:
    """No nine words in a row of the five documents stand in any file of the project."""
    seeds = ROOT.parent / "shared" / "seeds"
    if not seeds.is_dir():
        pytest.skip("the five documents are not at hand")
    words = lambda text: re.findall(r"\w+", text.lower())  # noqa: E731
    runs: set[tuple[str, ...]] = set()
    for path in seeds.glob("*.txt"):
        found = words(path.read_text(encoding="utf-8"))
        runs |= {tuple(found[i : i + 9]) for i in range(len(found) - 8)}
    files = [
        *(ROOT / "src").rglob("*.yaml"),
        *(ROOT / "src").rglob("*.py"),
        *PAGES,
        *(ROOT / "tests").rglob("*.py"),
    ]
    for path in files:
        found = words(path.read_text(encoding="utf-8"))
        assert not [1 for i in range(len(found) - 8) if tuple(found[i : i + 9]) in runs], path
