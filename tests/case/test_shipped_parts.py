"""The parts that ship: each says what it needs, and each case on them is the same as if its world stood in one piece."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import panmunjom
from panmunjom.analysis.running import Options, Runner
from panmunjom.case.loading import shipped
from panmunjom.case.parts import shipped_parts
from panmunjom.case.records import Case
from panmunjom.cli.main import main
from panmunjom.futures.ensemble import Ensemble
from panmunjom.text.nodes import Mapping, read_text
from panmunjom.text.problems import Problems
from panmunjom.text.syntax import Binary, Call, Expression, Name, Unary
from panmunjom.world.reading import WorldReader

ON_PARTS = [name for name, folder in shipped().items() if "\nparts:" in (folder / "case.yaml").read_text("utf-8")]


def plain(path: Path) -> dict[str, Any]:
    """A YAML file with every scalar as its text."""
    found: dict[str, Any] = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)
    return found


def in_one_piece(folder: Path) -> Case:
    """The case with the members written into its parts and the figures into their declarations, no part named."""
    files = {p.relative_to(folder).as_posix(): plain(p) for p in sorted(folder.rglob("*.yaml"))}
    head = files.pop("case.yaml")
    roles = {role: member for data in files.values() for role, member in data.get("roles", {}).items()}
    declared: dict[str, dict[str, Any]] = {}
    for name in head.pop("parts"):
        text = shipped_parts()[name].read_text("utf-8")
        for role, member in roles.items():
            text = re.sub(rf"(?<=[\[]){role}(?=\])|^(\s+){role}(?=:)", lambda m, member=member: (m[1] or "") + member, text, flags=re.M)
        part = yaml.load(text, Loader=yaml.BaseLoader)
        part.pop("roles", None), part.pop("needs", None)
        declared |= part.pop("parameters")
        files[f"world/0_{name}.yaml"] = part
    for data in files.values():
        declared |= {n: e for n, e in data.get("parameters", {}).items() if "assume" not in e}
    for path, data in files.items():
        if not path.startswith("world/"):
            continue
        own = {n: e for n, e in data.pop("parameters", {}).items() if "assume" in e}
        given = {n: {**declared[n], **e} for n, e in data.pop("assumptions", {}).items()}
        data.pop("roles", None)
        files[path] = {"parameters": {**given, **own}, **data}
    war = panmunjom.Model(head.pop("title"), start=head.pop("start"), **head)
    war.files |= files
    return war.case()


def ensemble(case: Case) -> Ensemble:
    """The pooled view at the case's start."""
    runner = Runner(case, Options(futures=256, threads=1))
    return runner.run(runner.fill_pooled(case.start))


@pytest.mark.parametrize("name", ON_PARTS)
def test_a_case_on_parts_equals_its_world_in_one_piece(name: str) -> None:
    """Endings, days, answers and every final stock, to the last bit; the same draws in the same order."""
    parted, whole = panmunjom.load(name), in_one_piece(shipped()[name])
    assert [r.name for r in parted.built.graph.rows] == [r.name for r in whole.built.graph.rows]
    a, b = ensemble(parted), ensemble(whole)
    for field in ("ending", "ending_day", "first", "final"):
        assert np.array_equal(getattr(a.raw, field), getattr(b.raw, field), equal_nan=field != "ending"), field
    assert a.bad_share == 0 and len(set(a.raw.ending)) > 2


@pytest.mark.parametrize("name", ON_PARTS)
def test_a_case_on_parts_is_clean(name: str) -> None:
    """Nothing to complain about, at its start and at every earlier column's date; all endings are numbers."""
    assert panmunjom.check(name) == []
    case = panmunjom.load(name)
    dates = {c.since for p in case.built.world.parameters.values() for c in p.assume if c.since}
    runner = Runner(case, Options(futures=64, threads=1))
    for start in sorted(d for d in dates | {case.start} if d <= case.start):
        shares = [s.p for s in runner.run(runner.fill_pooled(start)).endings().values()]
        assert sum(shares) == pytest.approx(1)


def names(tree: Expression) -> set[str]:
    """Everything that a formula reads; of foe.name the name."""
    match tree:
        case Name(parts=parts):
            return {parts[-1] if parts[0] == "foe" else parts[0]}
        case Call(function=function, arguments=arguments):
            return set().union(*(names(a) for a in arguments[function == "lookup" :]))
        case Unary(argument=argument):
            return names(argument)
        case Binary(left=left, right=right):
            return names(left) | names(right)
    return set()


@pytest.mark.parametrize("name", shipped_parts())
def test_a_part_says_what_it_needs_and_brings_no_case(name: str) -> None:
    """Nothing it reads is undeclared, nothing needed goes unread, it has no figure, dimension or unit of a case and names no member."""
    problems, seen = Problems(), set[str]()
    text = shipped_parts()[name].read_text("utf-8")
    root = read_text(text, name, problems)
    assert isinstance(root, Mapping)

    class Listening(WorldReader):
        def tree(self, scalar: Any) -> Expression | None:
            found = super().tree(scalar)
            seen.update(names(found) if found is not None else ())
            return found

    reader = Listening(problems)
    reader.read_all([(name, root)])
    world = reader.world
    declared = {*world.places, *(n.name for n in world.needs), "time", "true", "false"}
    assert seen - declared == set()
    assert {n.name for n in world.needs} - seen == set()
    assert not world.dimensions and not world.units and not [p for p in world.parameters.values() if p.assume or p.note]
    assert {p.code for p in problems} <= {"no-figure", "no-role"}
    for case in ON_PARTS:
        for member in panmunjom.load(case).built.world.dimensions["side"]:
            assert not re.search(rf"\b{member}", text.lower()), member


def test_the_page_on_korea_tells_what_comes_out(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its Python runs and prints to the letter what the page shows; forecast and score print every line shown."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "korea.md").read_text("utf-8")
    known: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(compile(block, "korea.md", "exec"), known)
    assert capsys.readouterr().out == "".join(re.findall(r"```text\n(.*?)```", page, re.DOTALL))
    monkeypatch.chdir(tmp_path)
    for part in re.split(r"^\$ panmunjom ", re.findall(r"```console\n(.*?)```", page, re.DOTALL)[1], flags=re.MULTILINE)[1:]:
        line, *shown = part.rstrip("\n").split("\n")
        assert main(shlex.split(line)) == 0
        printed = " ".join(capsys.readouterr().out.split())  # however wide the terminal is taken to be
        assert [s for s in shown if " ".join(s.split()) not in printed] == []
