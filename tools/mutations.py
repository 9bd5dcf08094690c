"""Broken inputs for ``tools/fuzz.py``: sound cases and worlds, and four ways to spoil them.

Input number n of a seed is always the same, whatever ran before it. An input is a dictionary of files, ``{name: bytes}``:
a whole case (it has a ``case.yaml``) or one world file.
"""

from __future__ import annotations

import ast
import json
import random
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).resolve().parent.parent
PACKAGE = REPOSITORY / "src" / "panmunjom"
_SECTION = re.compile(
    r"^(units|dimensions|relations|switches|tables|parameters|stocks|values|events|endings):", re.M
)  # of a world file

Files = dict[str, bytes]
Tree = str | list | dict

# What a case must survive as a value, a key or a name.
WORDS = (
    "", " ", "~", "null", "true", "NO", "nan", ".nan", "inf", "-.inf", "1e308", "1e309", "-1e100", "1e-320", "-0", "010",
    "1_000", "12:30", "0x10", "1e", "1..2", "5..1", "1 to", "0 to 0", "-1 to 1", "1e-300 to 1e300", "0% to 100%", "30% to 60%",
    "200% to 300%", "5 ± -1", "5 ± 1e300", "0 days", "0.5 days", "1 month", "999 years", "1e9 days", "9999-12-31", "0001-01-01",
    "2024-02-30", "2024-11-14", "2200-12-31", "1800-01-01", "claim x-1", "redraw", "each firing", "a" * 5_000, "x" * 70_000,
    "=cmd()", "+1", "@x", "*x", "&x", "!x", "!!python/object:os.system", "<<", "? ", "- ", ": ", "{{ x }}", "{% x %}", "${x}",
    "<script>alert(1)</script>", "</style>", "\"><img src=x>", "javascript:alert(1)", "../../etc/passwd", "/dev/zero", "%s%n",
    "\x1b[31mred\x1b[0m", "\x9b31m", "\x00", "\x07", "\u202eabc", "\u2066x", "\u2028", "\x85", "\ufeff", "\ud7ff", "\U0001f600",
    "\u0430b\u0441", "x[", "x]", "x[russia", "side", "foe.foe.foe.x", "time", "noise(1)", "if", "not", "fired(x)",
    "date('2024-11-14')",
    "(" * 150 + "1" + ")" * 150, "1" + " + 1" * 300, "-" * 200 + "1", "[" * 120 + "]" * 120, "9" * 400, "1." + "0" * 400,
)  # fmt: skip
BYTES = (
    b"\x00", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\xc3", b"\xed\xa0\x80", b"\r", b"\r\n", b"\t", b"\x0b", b"\x1b[2J", b"\x7f",
    b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xae", b"---\n", b"...\n", b"%YAML 9.9\n", b"&a ", b"*a", b"!!binary ", b"<<: ",
    b"? ", b"{", b"}", b"[", b"]", b"'", b'"', b"|", b">", b"#", b": ", b"- ", b"{" * 200, b"[" * 3_000, b"a: " * 60, b"- " * 300,
    b"\n" * 50,
)  # fmt: skip
_TOKEN = re.compile(r"\n[ ]*|[\w.]+|[^\w\s]|[ ]+")


@cache
def cases() -> dict[str, Files]:
    """The template and the shipped cases, file by file."""
    found = {}
    for root in [PACKAGE / "case" / "template", *sorted((PACKAGE / "cases").iterdir())]:
        if (root / "case.yaml").is_file():
            found[root.name] = {
                str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*.yaml"))
            }
    return found


@cache
def worlds() -> list[str]:
    """Every world that stands as a text in the tests."""
    found = []
    for path in sorted((REPOSITORY / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and len(text) < 20_000 and _SECTION.search(text):
                found.append(text)
    return found


def made(seed: int, number: int) -> tuple[str, Files]:
    """Input ``number`` of a seed and how it was made."""
    luck = random.Random(f"{seed} {number}")
    kind = luck.choices(["formula", "world", "template", "ukraine"], [35, 35, 28, 2])[0]
    if kind == "formula":
        of = luck.choice("nnf")
        return kind, {"world.yaml": world_of(formula(luck, of), of).encode("utf-8", "surrogatepass")}
    if kind == "world":
        files = {"world.yaml": luck.choice(worlds()).encode()}
    else:
        files = dict(cases()[kind])
    name = luck.choice(sorted(files))
    how = luck.choice([spoil_bytes, spoil_tokens, spoil_tree, spoil_tree, spoil_formula])
    for _ in range(luck.choice([1, 1, 1, 2, 5])):
        files[name] = how(files[name], luck)
    return f"{kind} {name} {how.__name__}", files


# -- bytes and tokens


def spoil_bytes(data: bytes, luck: random.Random) -> bytes:
    """One change that knows nothing of YAML."""
    at = luck.randrange(len(data) + 1)
    end = min(len(data), at + luck.choice([1, 1, 4, 50, 1000]))
    match luck.randrange(5):
        case 0:
            return data[:at] + bytes([luck.randrange(256)]) + data[at + 1 :]
        case 1:
            return data[:at] + data[end:]
        case 2:
            return data[:end] + data[at:]
        case 3:
            return data[:at]
        case _:
            return data[:at] + luck.choice(BYTES) + data[at:]


def spoil_tokens(data: bytes, luck: random.Random) -> bytes:
    """Swap, delete, double or replace the words, signs and line starts of a text."""
    parts = re.findall(_TOKEN, data.decode("utf-8", "replace")) or [""]
    a, b = luck.randrange(len(parts)), luck.randrange(len(parts))
    match luck.randrange(4):
        case 0:
            parts[a], parts[b] = parts[b], parts[a]
        case 1:
            del parts[a]
        case 2:
            parts.insert(a, parts[b])
        case _:
            parts[a] = luck.choice(WORDS)
    return "".join(parts).encode("utf-8", "surrogatepass")


# -- trees


def spoil_tree(data: bytes, luck: random.Random) -> bytes:
    """Swap, delete, double or replace nodes of the tree that a YAML text holds."""
    try:
        tree: Tree = yaml.load(data, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return spoil_bytes(data, luck)
    spots = list(places(tree))
    if not spots:
        return spoil_bytes(data, luck)
    holder, key = luck.choice(spots)
    other, other_key = luck.choice(spots)
    match luck.randrange(6):
        case 0:
            holder[key], other[other_key] = other[other_key], holder[key]
        case 1:
            del holder[key]
        case 2:
            holder[key] = json.loads(json.dumps(other[other_key]))  # a copy, so that no tree holds itself
        case 3:
            holder[key] = luck.choice(WORDS)
        case 4:
            if isinstance(holder, dict):
                holder[luck.choice([*WORDS, str(other_key)])] = holder.pop(key)
        case _:
            holder[key] = luck.choice([[], {}, [holder[key]], {str(other_key): holder[key]}])
    try:
        return written(tree).encode("utf-8", "surrogatepass")
    except RecursionError:  # a node was swapped with what it stands in
        return spoil_bytes(data, luck)


def places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every (holder, key) of a tree."""
    keys = tree if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()
    for key in list(keys):
        yield tree, key
        yield from places(tree[key])


def written(tree: Tree, depth: int = 0) -> str:
    """A tree as YAML; plain wherever a text can stand without quotes."""
    indent = "\n" + "  " * depth
    if isinstance(tree, dict) and tree:
        return "".join(f"{indent}{scalar(k)}: {written(v, depth + 1)}" for k, v in tree.items())
    if isinstance(tree, list) and tree:
        return "".join(f"{indent}- {written(v, depth + 1)}" for v in tree)
    return json.dumps(tree) if isinstance(tree, (dict, list)) else scalar(tree)


def scalar(text: str) -> str:
    """A text as a YAML scalar."""
    return (
        text
        if re.fullmatch(r"[\w^/*().,%±<>= +-]*\w", text) and text[0] not in "*%,>= -"
        else json.dumps(text)
    )


def spoil_formula(data: bytes, luck: random.Random) -> bytes:
    """Put a formula made at random, or a part of it, in the place of a value."""
    try:
        tree = yaml.load(data, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return spoil_bytes(data, luck)
    spots = [(h, k) for h, k in places(tree) if isinstance(h[k], str)]
    if not spots:
        return spoil_bytes(data, luck)
    holder, key = luck.choice(spots)
    names = re.findall(r"[a-z_]\w+", data.decode("utf-8", "replace")) or ["x"]
    holder[key] = formula(luck, luck.choice("nnnf"), lambda: luck.choice(names))
    return written(tree).encode("utf-8", "surrogatepass")


# -- formulas

_CALLS = (
    "if({f}, {n}, {n})", "min({n}, {n})", "max({n}, {n})", "abs({n})", "exp({n})", "log({n})", "sqrt({n})", "clip({n}, {n}, {n})",
    "logistic({n})", "softplus({n})", "sum({n} over side)", "sum(foe.y)", "step({n}, {t})", "pulse({n}, {t}, {d})",
    "ramp({n} / 1 day, {t}, {t})", "cycle(date('2024-06-01'), {d})", "delay1({n}, {d})", "delay3({n}, {d})", "smooth({n}, {d})",
    "noise({n}, {d})", "noise({n})", "lookup(curve, {n})", "({n} + {n})", "({n} - {n})", "({n} * {n})", "({n} / {n})",
    "({n} ^ {n})", "-{n}", "({n} * {d} / 1 day)", "{n} / ({t} - time) * 1 day",
)  # fmt: skip
_FLAGS = (
    "storm", "true", "false", "fired(storm)", "({n} < {n})", "({n} == {n})", "({n} != {n})", "not {f}", "({f} and {f})",
    "({f} or {f})", "held({f}, {d})", "(first({f}) > {t})", "(since({f}) < {d})", "any(y > {n} over side)",
    "all(y < {n} over side)",     "if({f}, {f}, {f})", "choice.go", "theory",
)  # fmt: skip
_TIMES = (
    "time",
    "date('2024-11-14')",
    "date('2200-12-31')",
    "date('2025-13-40')",
    "first(storm)",
    "time + {d}",
)
_SPANS = (
    "1 month",
    "0 days",
    "1e9 days",
    "1e100 years",
    "0.001 days",
    "{n} * 1 month",
    "since(storm)",
    "-1 month",
    "0",
)
_NUMBERS = (
    "a",
    "b",
    "x",
    "y[north]",
    "w",
    "0",
    "1",
    "0.5",
    "1e100",
    "1e-300",
    "-2.5",
    "12 %",
    "a.b.c.d",
    "q",
)


def formula(luck: random.Random, of: str, name: Callable[[], str] | None = None) -> str:
    """A formula of a number (``n``) or a flag (``f``) by the grammar, mostly sound; now and then spoiled, very long or deep."""
    kinds = {"n": (_NUMBERS, _CALLS), "f": (_FLAGS[:4], _FLAGS), "t": (_TIMES, _TIMES), "d": (_SPANS, _SPANS)}

    def grow(kind: str, depth: int) -> str:
        leaves, branches = kinds[kind]
        if kind == "n" and name is not None and luck.random() < 0.3:
            return name()
        pattern = luck.choice(leaves if depth <= 0 or luck.random() < 0.3 else branches)
        return re.sub(r"\{([nftd])\}", lambda m: grow(m[1], depth - 1) if depth > -4 else "1", pattern)

    text = grow(of, luck.choice([1, 2, 3, 4]))
    match luck.randrange(12):
        case 0:
            return luck.choice(WORDS)
        case 1:
            return spoil_tokens(text.encode(), luck).decode("utf-8", "replace")
        case 2:
            return luck.choice(["(", "-", "not ", "abs("]) * luck.choice([5, 99, 101, 5_000]) + text
        case 3:
            return luck.choice([" + ", " and ", "^", " - ", ", "]).join(
                [text] * luck.choice([3, 199, 202, 3_000])
            )
    return text


def world_of(text: str, of: str) -> str:
    """A small world with everything that formulas speak of, and a formula of a number or a flag in three places."""
    number, flag = (json.dumps(text), '"x > 2"') if of == "n" else ('"b"', json.dumps(text))
    return f"""
dimensions: {{side: [north, south]}}
relations: {{foe: {{north: south, south: north}}}}
switches: {{theory: {{default: true}}}}
tables: {{curve: {{points: {{-1e100: 5, 0: 1, 1: -3, 1e100: 2}}}}}}
parameters:
  a: {{assume: 0.5 to 2}}
  b: {{assume: -1 to 1}}
stocks:
  x: {{start: a, change: b / 1 month, may_be_negative: true}}
  y: {{per: side, start: 1, in: a / 1 month, out: y / 1 year}}
  z: {{start: 1, change: v / 1 month, may_be_negative: true}}
values:
  w: a * b
  v: {number}
  u: {flag}
events:
  storm: {{rate: 1 / 1 month, until: x > 1}}
  flood: {{when: {flag}, add: {{x: 1}}}}
decisions:
  choice: {{by: north, every: 1 month, temperature: 0.5, options: {{go: {{worth: 1}}, stay: {{when: {flag}, worth: {number}}}}}}}
endings:
  stormy: held(storm, 2 months)
  odd: {flag}
  rest: {{at_horizon: true}}
"""
