"""Python data as nodes, as if it stood in a file; a node's place is its path, such as ``world.stocks.tanks.out``."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from datetime import date
from numbers import Integral, Real

from .nodes import Mapping, Node, Scalar, Sequence
from .problems import Place, Source


def as_node(value: object, path: str) -> Node:
    """Mappings, lists, texts, numbers, flags, dates and None (nothing). Raises ``TypeError`` for anything else."""
    if isinstance(value, AnyMapping):
        texts = {_text(key, path): entry for key, entry in value.items()}
        items = [
            (_scalar(key, f"{path}.{key}"), as_node(entry, f"{path}.{key}")) for key, entry in texts.items()
        ]
        return Mapping(tuple(items), _place(path))
    if isinstance(value, list | tuple):
        return Sequence(tuple(as_node(v, f"{path}.{k}") for k, v in enumerate(value, 1)), _place(path))
    return _scalar(_text(value, path), path)


def _scalar(text: str, path: str) -> Scalar:
    return Scalar(text, _place(path, text), single="\n" not in text)


def _place(path: str, text: str = "") -> Place:
    return Place(Source(f"<Python> {path}", text), length=max(1, len(text)))


def _text(value: object, path: str) -> str:
    """A single value as a file would spell it."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, Real):
        return repr(float(value))
    if type(value) is date:
        return value.isoformat()
    what = type(value).__name__
    raise TypeError(
        f"{path}: a {what} cannot stand in a case; give a text, number, flag, date, list or dictionary"
    )
