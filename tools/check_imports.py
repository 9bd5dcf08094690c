"""Check that every package of Panmunjom imports only from packages before it.

The order is the direction in which data flow (see ``ORDER``). The check reads the syntax tree and imports
nothing: ``import``, ``from ... import`` (absolute and relative, at any depth, also under ``TYPE_CHECKING``)
and ``import_module("panmunjom.…")`` with a literal name.

Rules:

* a package imports from itself and from packages earlier in ``ORDER``;
* ``cases`` holds data only: no Python file there, nothing imports it;
* ``panmunjom/__init__.py`` may import any package, but only inside a function or under ``TYPE_CHECKING``, so
  that ``import panmunjom`` stays cheap; ``panmunjom/__main__.py`` may import anything;
* from the root itself a package takes only dunder names (``from panmunjom import __version__``).

Usage: ``python tools/check_imports.py [FOLDER]``. Prints one line a violation, ``file:line: what``, and exits
with 1 if there is any.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = "panmunjom"
ORDER = (
    "text", "quantities", "evidence", "world", "case", "engine",
    "futures", "analysis", "forecasts", "report", "web", "cli",
)  # fmt: skip
DATA_ONLY = "cases"
FREE = ("__main__",)


def imported_names(node: ast.AST, package: tuple[str, ...]) -> list[str]:
    """Dotted absolute names that ``node`` imports; ``package`` is the package that its module lies in."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = list(package[: len(package) - node.level + 1]) if node.level else []
        base += node.module.split(".") if node.module else []
        # `from panmunjom import engine` names a package, `from panmunjom.engine import run` a member of one
        if base == [ROOT]:
            return [f"{ROOT}.{alias.name}" for alias in node.names]
        return [".".join(base)]
    if isinstance(node, ast.Call) and node.args:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
        first = node.args[0]
        name = first.value if isinstance(first, ast.Constant) else None
        if called in ("import_module", "__import__") and isinstance(name, str):
            return [".".join((*package, name[1:])) if name.startswith(".") else name]
    return []


def walk(node: ast.AST, lazy: bool = False) -> Iterator[tuple[ast.AST, bool]]:
    """Every node below ``node``, with whether it runs only later (function) or never (``TYPE_CHECKING``)."""
    for child in ast.iter_child_nodes(node):
        below = lazy or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            below = True
        yield child, below
        yield from walk(child, below)


def judge(own: str, target: str, lazy: bool) -> str | None:
    """What is wrong with ``own`` (a package, or a root module) importing ``panmunjom.<target>``; or None."""
    if own in FREE:
        return None
    if target == DATA_ONLY:
        return f"{own} imports {DATA_ONLY}, which holds data only: read it with importlib.resources"
    if own == "__init__":
        eager = f"{ROOT}/__init__.py imports {target or ROOT} at once: do it inside a function"
        return None if lazy else eager
    if target.startswith("__") and target.endswith("__"):
        return None
    if target not in ORDER:
        name = f"{ROOT}.{target}" if target else ROOT
        return f"{own} imports {name}, which has no place in the order {', '.join(ORDER)}"
    if target != own and ORDER.index(target) > ORDER.index(own):
        return f"{own} imports {target}, which comes after it"
    return None


def check_file(path: Path, root: Path) -> list[tuple[int, str]]:
    """Violations of one file as (line, what). ``root`` is the folder of the package ``panmunjom``."""
    parts = path.relative_to(root).with_suffix("").parts
    own = parts[0]
    if own == DATA_ONLY:
        return [(1, f"{DATA_ONLY} holds data only, no Python")]
    if own not in ORDER and own not in ("__init__", *FREE):
        return [(1, f"{own} has no place in the order {', '.join(ORDER)}")]
    try:
        tree = ast.parse(path.read_bytes(), filename=str(path))
    except SyntaxError as error:
        return [(error.lineno or 1, f"cannot be parsed: {error.msg}")]
    found = []
    for node, lazy in walk(tree):
        for name in imported_names(node, (ROOT, *parts[:-1])):
            head, _, rest = name.partition(".")
            if head == ROOT:
                wrong = judge(own, rest.partition(".")[0], lazy)
                if wrong:
                    found.append((getattr(node, "lineno", 1), wrong))
    return sorted(set(found))


def violations(root: Path) -> list[str]:
    """All violations under ``root`` (the package's folder), as lines ``file:line: what``, sorted by file."""
    files = sorted(root.rglob("*.py"))
    return [f"{path}:{line}: {what}" for path in files for line, what in check_file(path, root)]


def main(arguments: list[str]) -> int:
    """Print every violation; 1 if there is one, 2 if there is nothing to check."""
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent / "src" / ROOT
    if not any(root.rglob("*.py")):
        print(f"no Python file under {root}", file=sys.stderr)
        return 2
    found = violations(root)
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
