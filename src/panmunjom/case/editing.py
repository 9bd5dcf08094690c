"""Changes one entry of a case's ``claims.yaml`` and nothing else in it: comments, order and spelling stay to the letter.

Only the characters of what changes are replaced, at the places where the YAML parser saw them. The new text is parsed and
compared with the old, and the whole case is checked with it, before it takes the file's place.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import yaml

from ..text.files import TooLarge, read_regular, write_whole
from ..text.nodes import MAX_BYTES, Mapping, read_data
from ..text.problems import NOWHERE, CaseError, Place, Problem, Problems, Source, nearest
from ..text.schemas import keys
from .loading import Loader, find, shipped

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # as YAML ends lines
_COMPOSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FILE = "claims.yaml"


class ClaimsFile:
    """The claims of a case as text. Raises ``CaseError`` where the case is not the user's own, or cannot be read."""

    def __init__(self, name: str) -> None:
        if name in shipped():
            hint = "Copy its folder and name the copy: cases that ship with the program are not changed."
            raise CaseError([Problem("shipped-case", NOWHERE, f"'{name}' ships with the program", hint)])
        self.folder = find(name)
        self.path = (self.folder / FILE).resolve()
        if not self.path.is_relative_to(self.folder.resolve()):
            raise _trouble(f"{self.folder / FILE} leads out of the case's folder", "Copy it into the folder.")
        self.before = _problems(self.folder)
        try:
            self.raw = read_regular(self.path, MAX_BYTES)
        except (OSError, TooLarge) as error:
            raise _trouble(f"{self.path} cannot be read: {error}") from None
        found = Problems()
        if read_data(self.raw, str(self.path), found) is None or found.errors:  # so that nothing below meets odd YAML
            raise CaseError(found)
        self.text = self.raw.decode("utf-8")

    # what the user asks for

    def accept(self, claim: str) -> None:
        """A proposed or rejected claim counts from now on."""
        entry = _as_data(self.entry(claim))
        there = [key for key in ("proposed", "rejected") if key in entry]
        if not there:
            raise _trouble(f"'{claim}' is neither proposed nor rejected: there is nothing to accept")
        self.change(claim, {key: "" for key in there})

    def reject(self, claim: str, why: str) -> None:
        """The claim stays in the file with the reason, so that it is not proposed again."""
        self.change(claim, {"rejected": why or "no reason given"})

    def change(self, claim: str, changes: dict[str, str]) -> None:
        """Set entries of a claim; an empty text removes the entry."""
        wanted = _as_data(self.entry(claim))
        text = self.text
        for key, value in changes.items():
            if key not in keys("claims.claim"):
                hint = nearest(key, keys("claims.claim"))
                raise _trouble(f"a claim has no entry '{key}'", hint)
            if isinstance(wanted.get(key), dict | list):
                raise _trouble(f"'{key}' of '{claim}' has entries of its own", "Leave out KEY=VALUE to use an editor.")
            text = _changed(text, claim, key, value)
            wanted.pop(key, None)
            if value:
                wanted[key] = value
        self.write(text, claim, wanted)

    def edit(self, claim: str) -> bool:
        """Open the entry in the user's editor; whether it was changed. Raises ``CaseError`` without an editor."""
        command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "")
        if not command:
            raise _trouble("there is no editor", "Set EDITOR, or write --edit ID KEY=VALUE.")
        start, end = _span(self.text, claim)
        with tempfile.TemporaryDirectory() as folder:
            draft = Path(folder) / FILE
            draft.write_bytes(self.text[start:end].encode() + b"\n")
            try:
                subprocess.run([*command, str(draft)], check=True)
            except (OSError, subprocess.CalledProcessError) as error:
                raise _trouble(f"the editor '{command[0]}' failed: {error}") from None
            new = draft.read_bytes().decode("utf-8", "replace").rstrip()
        if new == self.text[start:end].rstrip():
            return False
        self.write(self.text[:start] + new + self.text[end:], claim)
        return True

    def entry(self, claim: str) -> yaml.MappingNode:
        """The nodes of a claim."""
        return _entry(self.text, claim)[1]

    # writing

    def write(self, text: str, claim: str, wanted: dict[str, Any] | None = None) -> None:
        """Put the new text in the file's place if only that claim differs and the case has no new mistake."""
        raw = text.encode("utf-8")
        found = Problems()
        if read_data(raw, str(self.path), found) is None or found.errors:
            raise CaseError(found)
        old, new = (_as_data(yaml.compose(t, Loader=_COMPOSER)) for t in (self.text, text))
        changed = new.get(claim)
        if {**old, claim: changed} != new or (wanted is not None and changed != wanted):
            raise _trouble(f"more than '{claim}' would change", "Edit the file by hand.")
        known = {(p.code, p.message) for p in self.before}
        problems = [p for p in _problems(self.folder, raw) if (p.code, p.message) not in known]
        if problems:
            raise CaseError(problems)
        if read_regular(self.path, MAX_BYTES) != self.raw:
            raise _trouble(f"{self.path} was changed by somebody else meanwhile", "Do it again.")
        write_whole(self.path, text)


class _Tried(Loader):
    """Loads a case with another text of its claims."""

    def __init__(self, folder: Path, problems: Problems, claims: bytes) -> None:
        super().__init__(folder, problems)
        self.claims = claims

    def file(self, relative: str) -> Mapping | None:
        """The nodes of a file, those of the claims from memory."""
        if relative == FILE:
            return read_data(self.claims, str(self.folder / FILE), self.problems)
        return super().file(relative)


def _problems(folder: Path, raw: bytes | None = None) -> list[Problem]:
    """The errors of a case, with its claims as they are or as they would be."""
    problems = Problems()
    try:
        (Loader(folder, problems) if raw is None else _Tried(folder, problems, raw)).load()
    except CaseError:
        pass
    return problems.errors


def _trouble(message: str, hint: str = "") -> CaseError:
    return CaseError([Problem("cannot-edit", NOWHERE, message, hint)])


# places in the text


def _entry(text: str, claim: str) -> tuple[yaml.ScalarNode, yaml.MappingNode]:
    """The key and the entries of a claim."""
    root = yaml.compose(text, Loader=_COMPOSER)
    assert isinstance(root, yaml.MappingNode)
    for key, node in root.value:
        if key.value == claim and isinstance(node, yaml.MappingNode):
            return key, node
    known = [key.value for key, _ in root.value]
    place = Place(Source(FILE))
    raise CaseError([Problem("unknown-claim", place, f"there is no claim '{claim}'", nearest(claim, known))])


def _span(text: str, claim: str) -> tuple[int, int]:
    """Where a claim begins and where the last line of it ends."""
    key, node = _entry(text, claim)
    return key.start_mark.index, _line_end(text, _end(text, node))


def _end(text: str, node: yaml.Node) -> int:
    """Where what a node says ends: a block ends for the parser only where the next thing begins."""
    if not isinstance(node, yaml.CollectionNode) or node.flow_style:
        start, end = node.start_mark.index, node.end_mark.index
        return start + len(text[start:end].rstrip())
    last = node.value[-1]
    return _end(text, last[1] if isinstance(last, tuple) else last)


def _line_end(text: str, at: int) -> int:
    found = _BREAK.search(text, at)
    return found.start() if found else len(text)


def _changed(text: str, claim: str, key: str, value: str) -> str:
    """The text with one entry of a claim set, or removed where the value is empty."""
    _, node = _entry(text, claim)
    names = [k.value for k, _ in node.value]
    if key not in names:
        if not value:
            return text
        last = _end(text, node.value[-1][1])
        if node.flow_style:
            return f"{text[:last]}, {key}: {_written(value, True)}{text[last:]}"
        at, indent = _line_end(text, last), " " * node.value[0][0].start_mark.column
        line = "\r\n" if "\r\n" in text else "\n"
        return f"{text[:at]}{line}{indent}{key}: {_written(value)}{text[at:]}"
    place = names.index(key)
    name, old = node.value[place]
    start, end = old.start_mark.index, _end(text, old)
    if value:
        space = "" if text[start - 1] == " " else " "
        return text[:start] + space + _written(value, bool(node.flow_style)) + text[end:]
    if not node.flow_style:
        first = name.start_mark.index - name.start_mark.column
        found = _BREAK.search(text, end)
        return text[:first] + text[found.end() if found else len(text) :]
    if place:
        return text[: _end(text, node.value[place - 1][1])] + text[end:]
    return text[: name.start_mark.index] + text[node.value[1][0].start_mark.index :]


def _written(value: str, flow: bool = False) -> str:
    """A text as a YAML scalar: plain where that reads back as the same, else in quotes."""
    tried = f"{{x: {value}}}" if flow else f"x: {value}"
    try:
        root = yaml.compose(tried, Loader=_COMPOSER)
        assert isinstance(root, yaml.MappingNode)
        ((_, read),) = root.value
        if isinstance(read, yaml.ScalarNode) and read.value == value and "\n" not in value:
            return value
    except (yaml.YAMLError, ValueError):  # no YAML, or more entries than one
        pass
    return yaml.dump(value, default_style='"', allow_unicode=True, width=float("inf")).rstrip("\n")


def _as_data(node: yaml.Node | None) -> Any:
    """Nodes as dictionaries, lists and texts."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: _as_data(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_as_data(value) for value in node.value]
    return node.value if node is not None else {}
