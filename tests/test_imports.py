"""The import order holds, and the check that says so sees what it must see."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
_spec = importlib.util.spec_from_file_location("check_imports", REPOSITORY / "tools" / "check_imports.py")
assert _spec is not None and _spec.loader is not None
check_imports = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(check_imports)


def plant(folder: Path, files: dict[str, str]) -> Path:
    """A package ``panmunjom`` in ``folder`` with these files."""
    root = folder / "panmunjom"
    for name, text in {"__init__.py": "", **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def test_the_project_keeps_its_order():
    assert check_imports.violations(REPOSITORY / "src" / "panmunjom") == []


@pytest.mark.parametrize(
    "line",
    [
        "import panmunjom.engine",
        "import panmunjom.engine.run as r",
        "from panmunjom.engine import run",
        "from panmunjom import engine",
        "from .. import engine",
        "from ..engine.run import start",
        "def f():\n    from panmunjom.engine import run",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from panmunjom.engine import run",
        "import importlib\nimportlib.import_module('panmunjom.engine')",
    ],
)
def test_a_planted_violation_is_found(tmp_path, line, capsys):
    root = plant(tmp_path, {"world/__init__.py": "", "world/graph.py": "import numpy\n" + line})
    assert check_imports.main([str(root)]) == 1
    where = root / "world" / "graph.py"
    last = len(line.splitlines()) + 1
    assert capsys.readouterr().out == f"{where}:{last}: world imports engine, which comes after it\n"


@pytest.mark.parametrize(
    "line",
    [
        "import numpy, os.path",
        "from . import other",
        "from .other import thing",
        "from ..text import errors",
        "from panmunjom.quantities.units import Unit",
        "from panmunjom import text",
        "from panmunjom import __version__",
        "import panmunjomish.engine",
    ],
)
def test_an_allowed_import_is_not_reported(tmp_path, line):
    assert check_imports.violations(plant(tmp_path, {"world/graph.py": line})) == []


def test_the_root_may_import_lazily_only(tmp_path):
    lazy = "def load(path):\n    from panmunjom.case import load\n    return load(path)\n"
    assert check_imports.violations(plant(tmp_path / "lazy", {"__init__.py": lazy})) == []
    eager = "from panmunjom.case import load\n"
    [found] = check_imports.violations(plant(tmp_path / "eager", {"__init__.py": eager}))
    assert "__init__.py:1:" in found and "inside a function" in found


def test_cases_hold_data_only(tmp_path):
    root = plant(tmp_path, {"cases/ukraine/helper.py": "x = 1", "cli/main.py": "import panmunjom.cases"})
    found = check_imports.violations(root)
    assert len(found) == 2 and all("data only" in line for line in found)


def test_every_violation_is_printed_and_unknown_packages_too(tmp_path):
    root = plant(
        tmp_path,
        {
            "text/a.py": "import panmunjom.cli\nimport panmunjom.web",
            "misc/b.py": "",
            "case/c.py": "import panmunjom.misc",
        },
    )
    found = check_imports.violations(root)
    assert [line.split(": ")[1].split(" ")[0] for line in found] == ["case", "misc", "text", "text"]


def test_a_file_that_does_not_parse_is_named(tmp_path):
    [found] = check_imports.violations(plant(tmp_path, {"text/a.py": "x = (\n"}))
    assert "cannot be parsed" in found


def test_nothing_to_check_is_an_error(tmp_path):
    assert check_imports.main([str(tmp_path)]) == 2
