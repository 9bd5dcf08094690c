"""Editors and the program agree: what one takes the other takes, what one refuses for its shape the other refuses."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

import make_reference
import panmunjom
from bakery import CLAIMS, WORLD
from editors import as_editor, refusals, validator
from panmunjom.case.loading import Loader
from panmunjom.case.mechanisms import MechanismReader
from panmunjom.case.questions import read_questions
from panmunjom.case.reading_series import SeriesReader
from panmunjom.case.spoken import PhraseReader
from panmunjom.case.views import ViewReader, read_pool_rules
from panmunjom.cli.main import main
from panmunjom.evidence.reading import EvidenceReader
from panmunjom.evidence.records import KINDS as CLAIM_KINDS
from panmunjom.evidence.yardsticks import HEDGES
from panmunjom.text.nodes import Scalar, read_text
from panmunjom.text.problems import NOWHERE, Problem, Problems
from panmunjom.text.schemas import KINDS, schema, schema_path
from panmunjom.world.entries import parse
from panmunjom.world.reading import WorldReader
from small_case import FILES

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = panmunjom.load(ROOT / "docs" / "example")
SHAPE = {"not-a-value", "not-a-mapping", "not-a-list", "not-a-flag", "unknown-key", "missing-key"}
ODD: list[Any] = [[], {}, [["x"]], {"zz": ["x"]}, "maybe", 3, True, None]


def kind_of(path: Path) -> str:
    """Which schema a file of a case has."""
    if path.parent.name in ("world", "parts"):
        return "world"
    if path.parent.name == "views":
        return "pooled" if path.stem == "pooled" else "view"
    return path.stem


def read(kind: str, text: str) -> list[Problem]:
    """The problems that the reader of a kind of file finds, beside docs/example's other files."""
    problems = Problems()
    root = read_text(text, f"{kind}.yaml", problems)
    if root is not None:
        reader, evidence = WorldReader(problems), EvidenceReader(problems, EXAMPLE.built.units)
        if kind != "world":
            reader.world = EXAMPLE.built.world
        if kind == "claims":
            evidence.library.sources = EXAMPLE.library.sources
        units, span = EXAMPLE.built.units, (EXAMPLE.start, EXAMPLE.horizon)
        {
            "case": lambda: Loader(EXAMPLE.folder, problems).header(root),
            "sources": lambda: evidence.sources(root),
            "claims": lambda: evidence.claims(root),
            "world": lambda: reader.read(root),
            "view": lambda: ViewReader(EXAMPLE.library, reader, problems).read("courier", root),
            "pooled": lambda: read_pool_rules(root, EXAMPLE.library, problems),
            "questions": lambda: read_questions(root, reader, problems),
            "series": lambda: SeriesReader(problems, EXAMPLE.library).read(root),
            "phrases": lambda: PhraseReader(reader, EXAMPLE.built.units, problems).read(root),
            "mechanisms": lambda: MechanismReader(EXAMPLE.library, reader, units, span, problems).read(root),
        }[kind]()
    return problems.errors


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_a_schema(kind: str) -> None:
    """It is valid JSON Schema; words that several schemas define mean the same in each."""
    Draft202012Validator.check_schema(schema(kind))
    for name, found in schema(kind)["$defs"].items():
        others = [schema(k)["$defs"].get(name, found) for k in KINDS if "properties" not in found]
        if name not in ("figure",):  # with its unit in a claim, without in a world
            assert all(other == found for other in others), name


FOLDERS = [
    *(ROOT / "src" / "panmunjom" / "cases").iterdir(),
    ROOT / "src/panmunjom/case/template",
    ROOT / "docs/example",
]
SHIPPED = [p for folder in FOLDERS for p in sorted(folder.rglob("*.yaml"))]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: "/".join(p.parts[-3:]))
def test_an_editor_accepts_what_ships(path: Path) -> None:
    """Every file of every case in the repository."""
    assert refusals(kind_of(path), path.read_text(encoding="utf-8")) == []


def test_an_editor_accepts_the_cases_of_the_tests() -> None:
    """And so do the small worlds of the other tests: ``worlds.read_world`` asks an editor about each."""
    for name, text in FILES.items():
        assert refusals(kind_of(Path(name)), text) == [], name
    assert refusals("world", WORLD) == [] and refusals("claims", CLAIMS) == []


def keys_in_examples() -> list[tuple[str, Path, str, str]]:
    """Kind, file, shape and key of every key of docs/example, once each."""
    found: dict[tuple[str, str, str], Path] = {}
    for kind in KINDS:
        for path in make_reference.examples(kind):
            data = as_editor(path.read_text(encoding="utf-8"))
            for shape, key, _ in make_reference.used(schema(kind), schema(kind), data):
                found.setdefault((kind, shape, key), path)
    return [(kind, path, shape, key) for (kind, shape, key), path in found.items()]


KEYS = keys_in_examples()


def test_the_battery_has_every_key() -> None:
    """So that no key escapes the comparison below."""
    known = {(kind, shape, key) for kind, shape, key, _ in make_reference.every_key()}
    assert known == {(kind, shape, key) for kind, _, shape, key in KEYS}


@pytest.mark.parametrize(
    "kind, path, shape, key", KEYS, ids=lambda v: v.stem if isinstance(v, Path) else v or "file"
)
def test_editor_and_program_refuse_the_same(
    kind: str, path: Path, shape: str, key: str, tmp_path: Path
) -> None:
    """A value of the wrong type under any key, an unknown key beside it, the key left out."""
    data = as_editor(path.read_text(encoding="utf-8"))
    place = next(
        m for s, k, m in make_reference.used(schema(kind), schema(kind), data) if (s, k) == (shape, key)
    )
    good = dict(place)
    changes = [{**good, key: odd} for odd in ODD]
    changes += [{**good, "zzz": 1}, {k: v for k, v in good.items() if k != key}]
    for change in changes:
        place.clear()
        place.update(change)
        text = dump(data)
        shown = f"{shape}.{key}: {change.get(key, 'left out')!r}"
        editor, program = refusals(kind, text), read(kind, text)
        if editor and not program:  # found when the case is put together
            copy = shutil.copytree(EXAMPLE.folder, tmp_path / "case", dirs_exist_ok=True)
            (copy / path.relative_to(EXAMPLE.folder)).write_text(text, encoding="utf-8")
            program = [p for p in panmunjom.check(copy) if p.severity == "error"]
        assert program or not editor, f"the editor alone refuses {shown}: {editor}"
        if SHAPE & {p.code for p in program} and key != "per":  # which says what shape others have
            assert editor, f"the program alone refuses {shown}: {[p.message for p in program]}"


class _Plain(yaml.CSafeDumper):
    """Nothing is written as nothing, and nothing twice as an alias."""

    def ignore_aliases(self, data: object) -> bool:
        return True


_Plain.add_representer(type(None), lambda dumper, _: dumper.represent_scalar("tag:yaml.org,2002:null", ""))


def dump(data: Any) -> str:
    """Data as a file that says the same to an editor."""
    text = yaml.dump(data, Dumper=_Plain, sort_keys=False, width=10_000)
    assert as_editor(text) == data
    return text


def test_examples_are_of_their_type() -> None:
    """Every 'examples' entry fits its own key; formulas among them can be parsed."""
    for kind, shape, key, node in make_reference.every_key():
        for example in node["examples"]:
            found = list(
                validator(kind).evolve(schema={**node, "$defs": schema(kind)["$defs"]}).iter_errors(example)
            )
            assert found == [], f"{kind}.{shape}.{key}: {example}"
            if node.get("$ref", "").endswith(("/formula", "/formulas")) and isinstance(example, str):
                problems = Problems()
                if not example[:4].isdigit() and " to " not in example:
                    parse(Scalar(example, NOWHERE), problems)
                assert not list(problems), f"{kind}.{shape}.{key}: {example}"


def test_words_that_the_program_keeps_elsewhere() -> None:
    """Kinds of claims and hedges are lists of the program; the schema offers the same."""
    properties = schema("claims")["$defs"]["claim"]["properties"]
    assert properties["kind"]["enum"] == list(CLAIM_KINDS) and properties["hedge"]["enum"] == list(HEDGES)


@pytest.mark.parametrize("kind", KINDS)
def test_schemas_stay_readable(kind: str) -> None:
    """Descriptions are sentences, and the files are plain JSON."""
    json.dumps(schema(kind))
    for found, shape, key, node in make_reference.every_key():
        if found == kind:
            assert node["description"][-1] in ".:" and len(node["description"]) < 260, f"{shape}.{key}"


def test_the_command_lists_and_prints(capsys: pytest.CaptureFixture[str]) -> None:
    """The list names files that exist, the settings tell views from the pooled one, a schema is printed as it ships."""
    assert main(["schema"]) == 0
    listed = capsys.readouterr().out
    for kind, pattern in KINDS.items():
        assert (
            re.search(rf"{re.escape(pattern)}\W.*{re.escape(str(schema_path(kind)))}", listed)
            and schema_path(kind).is_file()
        )
    assert f"# yaml-language-server: $schema={schema_path('world')}" in listed
    assert main(["schema", "--json"]) == 0
    settings = json.loads(capsys.readouterr().out)["yaml.schemas"]
    assert settings[schema_path("view").as_uri()] == ["**/views/*.yaml", "!**/views/pooled.yaml"] and len(
        settings
    ) == len(KINDS)
    assert main(["schema", "world"]) == 0
    assert json.loads(capsys.readouterr().out) == schema("world")
    with pytest.raises(SystemExit):
        main(["schema", "worlds"])
    assert "invalid choice: 'worlds'" in capsys.readouterr().err
