"""Make docs/reference.md: every key from the schemas, every function from its table, each with an example that was run.

``python tools/make_reference.py`` writes the page; ``--check`` says whether it is up to date. A key or function without
description or example is named, with what to add, and nothing is written.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, StrictUndefined

import panmunjom
from panmunjom.evidence.yardsticks import HEDGES
from panmunjom.quantities.distributions import FAMILIES, parse_distribution
from panmunjom.quantities.units import _BUILT_IN
from panmunjom.text.schemas import KINDS, schema
from panmunjom.world.builtins import FUNCTIONS
from reference_values import CONTEXT, Runs

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference.md"
EXAMPLE = ROOT / "docs" / "example"
HERE = Path(__file__).resolve().parent / "reference"
FUTURES = 1024
FILES = {"view": "views/courier.yaml"}  # the example's file of a kind that has several

Json = dict[str, Any]


def read(path: Path) -> Any:
    """A YAML file with every scalar as its text."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def follow(whole: Json, node: Json) -> Json:
    """What a schema node refers to, with the node's own words laid over it."""
    if "$ref" not in node:
        return node
    target = follow(whole, whole["$defs"][node["$ref"].rpartition("/")[2]])
    return {
        **target,
        **{k: v for k, v in node.items() if k != "$ref"},
        "name": node["$ref"].rpartition("/")[2],
    }


def branches(whole: Json, node: Json) -> list[Json]:
    """The schemas that a node allows, references followed."""
    node = follow(whole, node)
    listed = [b for word in ("anyOf", "oneOf") for b in node.get(word, ()) if "required" not in b]
    return [found for b in listed for found in branches(whole, b)] if listed else [node]


def shapes(whole: Json, node: Json, above: tuple[str, ...] = ()) -> Iterator[Json]:
    """The mappings with known keys that stand inside a node, outermost first."""
    name = node.get("$ref", "")
    if name and name in above:
        return
    for branch in branches(whole, node):
        if "properties" in branch:
            yield branch
        inside = [
            *branch.get("properties", {}).values(),
            branch.get("additionalProperties"),
            branch.get("items"),
        ]
        for below in inside:
            if isinstance(below, dict):
                yield from shapes(whole, below, (*above, name))


def used(whole: Json, node: Json, data: Any) -> Iterator[tuple[str, str, Json]]:
    """Shape, key and mapping of every key that occurs in data of a schema; the shape of a whole file is called ''."""
    for branch in branches(whole, node):
        if isinstance(data, dict):
            known = branch.get("properties", {})
            rest = branch.get("additionalProperties")
            if known and not data.keys() <= known.keys():
                continue
            for key, value in data.items():
                if key in known:
                    yield branch.get("name", ""), key, data
                    yield from used(whole, known[key], value)
                elif isinstance(rest, dict):
                    yield from used(whole, rest, value)
        elif isinstance(data, list) and "items" in branch:
            for item in data:
                yield from used(whole, branch["items"], item)


def examples(kind: str) -> list[Path]:
    """The files of docs/example of one kind."""
    found = [p for p in sorted(EXAMPLE.glob(KINDS[kind])) if kind != "view" or p.stem != "pooled"]
    return found + sorted(EXAMPLE.glob("parts/*.yaml")) if kind == "world" else found


def every_key() -> Iterator[tuple[str, str, str, Json]]:
    """Kind, shape, key and schema of every key of every file."""
    for kind in KINDS:
        whole = schema(kind)
        for name, shape in [("", whole), *whole["$defs"].items()]:
            for key, node in shape.get("properties", {}).items():
                yield kind, name, key, node


def missing() -> list[str]:
    """What the page lacks, a sentence each that says what to add; empty if nothing."""
    found = []
    seen: set[tuple[str, str, str]] = set()
    for kind in KINDS:
        for path in examples(kind):
            seen |= {(kind, shape, key) for shape, key, _ in used(schema(kind), schema(kind), read(path))}
    for kind, shape, key, node in every_key():
        where = f"'{key}' of {shape or 'the whole file'} in src/panmunjom/schemas/{kind}.json"
        if not node.get("description"):
            found.append(f"{where} has no description: say in a sentence what it means")
        if not node.get("examples"):
            found.append(f'{where} has no example: add "examples": [...]')
        if (kind, shape, key) not in seen:
            found.append(f"{where} is used nowhere in docs/example: use it there once")
    listed = [name for group in CONTEXT["groups"].values() for name in group]
    for name in FUNCTIONS:
        if name not in listed:
            found.append(
                f"the function '{name}' is not in tools/reference/functions.yaml: add 'about' and 'example'"
            )
    for name in listed:
        if name not in FUNCTIONS and name != "time":
            found.append(f"tools/reference/functions.yaml has '{name}', which is no function of the language")
    spelled = {parse_distribution(text).family for text in read(HERE / "distributions.yaml")}
    for family in FAMILIES:
        if family not in spelled:
            found.append(
                f"no spelling in tools/reference/distributions.yaml gives a {family} distribution: add one"
            )
    return found


def anchor(title: str) -> str:
    """The anchor that a heading gets."""
    return re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-")


def code(value: object) -> str:
    """A value as YAML in one line."""
    if not isinstance(value, str):
        text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=1000, allow_unicode=True)
        value = re.sub(r"'(\d{4}-\d\d-\d\d)'", r"\1", text.removesuffix("\n...\n").strip())
    return f"`{value}`"


def key_rows(whole: Json, shape: Json) -> list[Json]:
    """The rows of a table of keys."""
    rows = []
    for name, node in shape["properties"].items():
        rows.append(
            {
                "name": name,
                "takes": follow(whole, node).get("title", "entries").lower(),
                "says": node["description"],
                "example": " or ".join(code(e) for e in node["examples"]),
                "needed": name in shape.get("required", ()),
            }
        )
    return rows


def item(whole: Json, node: Json, path: str) -> Json:
    """What the page shows of a file or a section: its tables of keys and its example."""
    found = list(shapes(whole, node))
    tables = [
        {
            "title": "" if s is node else s.get("title", "") if len(found) > 1 else "",
            "rows": key_rows(whole, s),
        }
        for s in found
    ]
    file = EXAMPLE / path
    if not file.exists():
        raise SystemExit(f"docs/example/{path} does not exist: write it, with every key of '{path}' in it")
    return {
        "about": node["description"],
        "tables": tables,
        "path": path,
        "example": file.read_text("utf-8").strip(),
    }


def page() -> str:
    """The whole page."""
    study = panmunjom.run(EXAMPLE, futures=FUTURES)
    pooled, view = (study.views[name] for name in ("pooled@2024-03-01", "courier"))
    files = []
    for kind, pattern in KINDS.items():
        if kind != "world":
            file = item(schema(kind), schema(kind), FILES.get(kind, pattern))
            files.append({**file, "name": pattern, "anchor": anchor(pattern), "hedges": [], "verdicts": []})
            if kind == "claims":
                files[-1]["hedges"] = hedge_rows()
            if kind == "view":
                files[-1]["verdicts"] = [
                    {
                        "claim": v.claim,
                        "says": study.case.library.claims[v.claim].says,
                        "verdict": v.verdict.replace("_", " "),
                        "share": "" if v.share is None else f"{100 * v.share:.0f}%",
                    }
                    for v in view.verdicts
                ]
    world = schema("world")
    sections = [
        {"name": name, **item(world, node, f"world/{name}.yaml"), "endings": []}
        for name, node in world["properties"].items()
        if name != "about"
    ]
    sections[-1]["endings"] = [
        {"name": name, "share": f"{100 * share.p:.0f}%"} for name, share in pooled.ensemble.endings().items()
    ]
    runs = Runs()
    template = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(
        (HERE / "page.md.j2").read_text("utf-8")
    )
    text = template.render(
        files=files,
        world=world,
        sections=sections,
        futures=f"{FUTURES:,}",
        span=f"{pooled.ensemble.start} to {pooled.ensemble.until}",
        operators=runs.operators(),
        units=unit_rows(),
        distributions=distribution_rows(),
        example_futures=f"{runs.futures:,}",
        function_world=CONTEXT["world"].strip(),
        groups=[{**g, "anchor": anchor(g["name"])} for g in runs.groups()],
    )
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def hedge_rows() -> list[Json]:
    """Hedges by the factors that they stand for."""
    by: dict[tuple[float, float], list[str]] = {}
    for word, factors in HEDGES.items():
        by.setdefault(factors, []).append(f"`{word}`")
    return [
        {"words": ", ".join(words), "factors": f"{low:g} to {high:g}"} for (low, high), words in by.items()
    ]


def unit_rows() -> list[Json]:
    """The units that need no declaration."""
    return [
        {"name": n, "is": f"{size:.6g} {of}".removesuffix(" 1") if of else "a base unit"}
        for n, (size, of) in _BUILT_IN.items()
    ]


def distribution_rows() -> list[Json]:
    """Spellings with their quantiles."""
    rows = []
    for text, means in read(HERE / "distributions.yaml").items():
        found = parse_distribution(text)
        low, high = found.interval
        figures = {"low": f"{low:.3g}", "median": f"{found.median:.3g}", "high": f"{high:.3g}"}
        rows.append({"written": text, "means": means, **figures})
    return rows


def main(arguments: list[str]) -> int:
    """Write the page, or with ``--check`` compare it; 1 where something is missing or not up to date."""
    lacking = missing()
    for line in lacking:
        print(line, file=sys.stderr)
    if lacking:
        return 1
    text = page()
    if "--check" in arguments:
        fresh = PAGE.exists() and PAGE.read_text("utf-8") == text
        print(
            "docs/reference.md is up to date"
            if fresh
            else "docs/reference.md is not up to date: make reference"
        )
        return 0 if fresh else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
