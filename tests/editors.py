"""What an editor makes of a case's file: YAML 1.2 as its plugin reads it, checked against the shipped JSON Schema."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from panmunjom.text.schemas import schema

# plain scalars of YAML 1.2's core schema; everything else is text (no 'no', no dates, no 12:30)
_CORE: list[tuple[str, Any]] = [
    (r"|~|null|Null|NULL", lambda _: None),
    (r"true|True|TRUE", lambda _: True),
    (r"false|False|FALSE", lambda _: False),
    (r"[-+]?[0-9]+", int),
    (r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", float),
]


def as_editor(text: str) -> Any:
    """The data that an editor checks; keys are always text."""
    return _value(yaml.compose(text, Loader=yaml.CBaseLoader))


def _value(node: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {key.value: _value(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_value(item) for item in node.value]
    if node is None or not node.style:
        text = "" if node is None else node.value
        for pattern, made in _CORE:
            if re.fullmatch(pattern, text):
                return made(text)
    return node.value


@lru_cache
def validator(kind: str) -> Draft202012Validator:
    """The validator of a kind of file."""
    return Draft202012Validator(schema(kind))


def refusals(kind: str, text: str) -> list[str]:
    """What an editor would underline in a file of that kind; empty if nothing."""
    return [f"{e.json_path}: {e.message}" for e in validator(kind).iter_errors(as_editor(text))]
