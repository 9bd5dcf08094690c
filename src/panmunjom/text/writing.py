"""A syntax tree as text again, with no more brackets than it needs: what ``parse`` reads back as the same tree."""

from __future__ import annotations

from .syntax import Binary, Call, Expression, Name, Number, Text, Unary

_LEVEL = {"or": 1, "and": 2, "not": 3, "+": 5, "-": 5, "*": 6, "/": 6, "neg": 7, "^": 8}
_LEVEL |= dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), 4)
_ATOM = 9
SIGNS = {"*": "·", "-": "−", "<=": "≤", ">=": "≥", "!=": "≠", "==": "="}  # as people write them


def written(tree: Expression, signs: dict[str, str] | None = None) -> str:
    """The text of an expression; with ``SIGNS`` as people write it, which the language does not read."""
    return _write(tree, signs or {})


def flat(tree: Expression) -> list[tuple[int, Expression]]:
    """The terms of a sum with their signs: ``a + b - (c - d)`` as +a +b −c +d."""
    if isinstance(tree, Binary) and tree.operator in ("+", "-"):
        sign = 1 if tree.operator == "+" else -1
        return flat(tree.left) + [(sign * s, t) for s, t in flat(tree.right)]
    if isinstance(tree, Unary) and tree.operator == "-":
        return [(-s, t) for s, t in flat(tree.argument)]
    return [(1, tree)]


def level(tree: Expression) -> int:
    """How strongly the outermost operator binds."""
    if isinstance(tree, Binary):
        return _LEVEL[tree.operator]
    return _ATOM if not isinstance(tree, Unary) else _LEVEL["not" if tree.operator == "not" else "neg"]


def _write(tree: Expression, signs: dict[str, str]) -> str:
    match tree:
        case Number():
            return _number(tree)
        case Text():
            mark = '"' if '"' not in tree.value else "'"
            return f"{mark}{tree.value}{mark}"
        case Name():
            return ".".join(tree.parts) + (f"[{', '.join(tree.index)}]" if tree.index else "")
        case Call():
            over = f" over {tree.over}" if tree.over else ""
            return f"{tree.function}({', '.join(_write(a, signs) for a in tree.arguments)}{over})"
        case Unary():
            lower = level(tree.argument) < (_LEVEL["not"] if tree.operator == "not" else _LEVEL["^"])
            inside = _write(tree.argument, signs)
            inside = f"({inside})" if lower else inside
            return f"not {inside}" if tree.operator == "not" else f"{signs.get('-', '-')}{inside}"
        case Binary():
            return _binary(tree, signs)


def _binary(tree: Binary, signs: dict[str, str]) -> str:
    own, operator = _LEVEL[tree.operator], tree.operator
    strict = operator == "^" or own == 4  # a power binds to the right, comparisons do not chain
    left, right = _write(tree.left, signs), _write(tree.right, signs)
    if level(tree.left) < own or (strict and level(tree.left) == own):
        left = f"({left})"
    from_right = operator == "^"
    if level(tree.right) < own or (not from_right and level(tree.right) == own) or (own > 4 and _minus(tree.right)):
        right = f"({right})"
    return f"{left} {signs.get(operator, operator)} {right}"


def _number(tree: Number) -> str:
    value = f"{tree.value:.0f}" if tree.value == int(tree.value) and tree.value < 1e15 else repr(tree.value)
    if tree.unit == "percent":
        return f"{value}%"
    return f"{value} {tree.unit}" if tree.unit else value


def _minus(tree: Expression) -> bool:
    """Whether a minus would stand directly behind another operator."""
    return isinstance(tree, Unary) and tree.operator == "-"
