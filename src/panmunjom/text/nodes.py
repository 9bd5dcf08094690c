"""YAML as nodes that know their place. No type is guessed: a scalar is its text until someone asks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .files import TooLarge, read_regular
from .problems import CaseError, Place, Problem, Problems, Source, nearest
from .schemas import keys

MAX_BYTES = 5_000_000  # a case file larger than this is a mistake or an attack
MAX_ENTRIES = 200_000  # texts, lists and mappings of a file: two seconds of reading
MAX_DEPTH = 100  # nesting; deeper input kills recursive readers


_ODD = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what YAML forbids


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text with its place; ``plain`` when written without quotes, ``single`` when on one line."""

    text: str
    place: Place
    plain: bool = True
    single: bool = True

    def at(self, offset: int, length: int = 1) -> Place:
        """The place of a character inside this scalar."""
        if not self.single:
            return self.place
        shift = offset if self.plain else offset + 1
        return Place(self.place.source, self.place.line, self.place.column + shift, length)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and their nodes in the order of the file; duplicate keys were refused."""

    items: tuple[tuple[Scalar, Node], ...]
    place: Place
    flow: bool = False

    def get(self, key: str) -> Node | None:
        """The node under a key, or None."""
        for k, v in self.items:
            if k.text == key:
                return v
        return None

    def key(self, key: str) -> Scalar | None:
        """The key as it stands in the file, or None."""
        for k, _ in self.items:
            if k.text == key:
                return k
        return None

    def __iter__(self) -> Iterator[tuple[Scalar, Node]]:
        return iter(self.items)


Node = Scalar | Sequence | Mapping


def read_file(path: Path, name: str, problems: Problems) -> Mapping | None:
    """Read one YAML file whose top level is a mapping; None (and a problem) where that fails."""
    raw = read_raw(path, name, problems)
    return None if raw is None else read_data(raw, name, problems)


def read_raw(path: Path, name: str, problems: Problems) -> bytes | None:
    """The bytes of a case file; None (and a problem) where it cannot be read or is too large."""
    here = Place(Source(name))
    try:
        return read_regular(path, MAX_BYTES)
    except TooLarge as error:
        message = f"the file has {error.size:,} bytes; the limit is {MAX_BYTES:,}"
        problems.add("file-too-large", here, message)
    except OSError as error:
        problems.add("unreadable", here, f"the file cannot be read: {error.strerror or error}")
    return None


def read_data(raw: bytes, name: str, problems: Problems) -> Mapping | None:
    """Read the bytes of a YAML file whose top level is a mapping; None (and a problem) where that fails."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        column = len(raw[raw.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8", "replace")) + 1
        problems.add(
            "not-utf8",
            Place(Source(name, raw.decode("utf-8", "replace")), line, column),
            f"the file is not UTF-8 text (byte 0x{raw[error.start]:02x})",
            "Save it with the encoding UTF-8.",
        )
        return None
    return read_text(text, name, problems)


def read_text(text: str, name: str, problems: Problems) -> Mapping | None:
    """Read YAML text whose top level is a mapping; None (and a problem) where that fails."""
    source = Source(name, text)
    try:
        node = _Builder(source, problems).build()
    except CaseError as error:
        for p in error.problems:
            problems.add(p.code, p.place, p.message, p.hint)
        return None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = Place(source, mark.line + 1, mark.column + 1) if mark else Place(source)
        what = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
        hint = "Check indentation, quotes and colons."
        if "maximum nesting depth" in what:  # libyaml from 0.2.6 on has a limit of its own, which it meets first
            problems.add("too-deep", place, f"nesting is deeper than {MAX_DEPTH} levels")
            return None
        if mark is None and (odd := _ODD.search(text)):
            line = text.count("\n", 0, odd.start()) + 1
            place = Place(source, line, odd.start() - text.rfind("\n", 0, odd.start()))
            what, hint = f"it holds the control character U+{ord(odd.group()):04X}", "Delete it."
        elif mark is not None and "\t" in source.line(place.line)[: place.column]:
            what, hint = "a tab stands in the indentation", "Indent with spaces."
        elif "expected ',' or ']'" in what:
            what, hint = "a list in [ ] is not closed", 'A name with brackets needs quotes in a list: [aid, "patience[china]"].'
        elif "mapping values are not allowed" in what:
            what, hint = "a second ': ' stands in one line", "Put the text after the first colon in quotes."
        elif "character that cannot start any token" in what:
            what, hint = "a value cannot begin with this character", "Put the value in quotes."
        problems.add("yaml-syntax", place, f"this is not valid YAML: {what}", hint)
        return None
    except (ValueError, RecursionError) as error:
        problems.add("yaml-syntax", Place(source), f"this is not valid YAML: {error}")
        return None
    if node is None:
        problems.add(
            "empty-file", Place(source), "the file is empty", "Remove it, or write what it should hold."
        )
        return None
    if not isinstance(node, Mapping):
        problems.add("not-a-mapping", node.place, "the file must hold 'name: value' entries at its top level")
        return None
    return node


class _Builder:
    """Builds nodes from the event stream, so that depth is counted before anything is composed."""

    def __init__(self, source: Source, problems: Problems) -> None:
        self.source, self.problems = source, problems
        self.entries = 0
        loader = getattr(yaml, "CLoader", yaml.Loader)
        self.events: Iterator[Any] = yaml.parse(source.text, Loader=loader)

    def place(self, event: Any, length: int = 1) -> Place:
        mark = event.start_mark
        return Place(self.source, mark.line + 1, mark.column + 1, length)

    def build(self) -> Node | None:
        root: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    raise self.refuse(
                        "second-document", event, "a file holds one document; '---' starts a second one"
                    )
                root = self.node(next(self.events), 0, False)
        if isinstance(root, Scalar) and not root.text and root.plain:
            return None
        return root

    def refuse(self, code: str, event: Any, message: str, hint: str = "") -> CaseError:
        return CaseError([Problem(code, self.place(event), message, hint)])

    def node(self, event: Any, depth: int, flow: bool) -> Node:
        if depth > MAX_DEPTH:
            raise self.refuse("too-deep", event, f"nesting is deeper than {MAX_DEPTH} levels")
        self.entries += 1
        if self.entries > MAX_ENTRIES:
            raise self.refuse("file-too-large", event, f"the file has more than {MAX_ENTRIES:,} entries")
        if isinstance(event, yaml.AliasEvent):
            hint = "Write the value again; a text that begins with * needs quotes."
            raise self.refuse("yaml-alias", event, "aliases (*name) are not used here", hint)
        if event.anchor is not None:
            hint = "Write the value out wherever it is needed; a text that begins with & needs quotes."
            raise self.refuse("yaml-anchor", event, "anchors (&name) are not used here", hint)
        if event.tag is not None and event.tag != "!":
            hint = "Write the value without a tag; a text that begins with ! needs quotes."
            raise self.refuse("yaml-tag", event, "tags (!name) are not used here", hint)
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, flow)
        if isinstance(event, yaml.SequenceStartEvent):
            place, items = self.place(event), []
            inside = flow or bool(event.flow_style)
            while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
                items.append(self.node(event, depth + 1, inside))
            return Sequence(tuple(items), place)
        return self.mapping(event, depth, flow)

    def scalar(self, event: Any, flow: bool) -> Scalar:
        plain = not event.style  # the C parser says "", the Python one None
        single = event.start_mark.line == event.end_mark.line
        length = max(1, event.end_mark.column - event.start_mark.column) if single else 1
        text = event.value
        if flow and plain and text.count("(") != text.count(")"):
            self.problems.add(
                "expression-in-braces",
                self.place(event, length),
                "an expression with commas cannot stand inside { } or [ ] without quotes",
                "Write the entry on lines of its own, or put the expression in quotes.",
            )
        return Scalar(text, self.place(event, length), plain, single)

    def mapping(self, event: Any, depth: int, flow: bool) -> Mapping:
        place, items = self.place(event), []
        seen: dict[str, int] = {}
        inside = flow or bool(event.flow_style)
        while not isinstance(start := next(self.events), yaml.MappingEndEvent):
            key = self.node(start, depth + 1, inside)
            value = self.node(next(self.events), depth + 1, inside)
            if not isinstance(key, Scalar):
                self.problems.add(
                    "yaml-key",
                    key.place,
                    "a key must be a plain word",
                    "An expression that begins with '{' or '[' needs quotes.",
                )
                continue
            if key.text == "<<":
                self.problems.add(
                    "yaml-merge", key.place, "merge keys (<<) are not used here", "Write the values out."
                )
                continue
            if key.text in seen:
                self.problems.add(
                    "duplicate-key",
                    key.place,
                    f"'{key.text}' stands here twice; it was first given in line {seen[key.text]}",
                    "Keep one of the two.",
                )
                continue
            seen[key.text] = key.place.line
            items.append((key, value))
        return Mapping(tuple(items), place, bool(event.flow_style))


class Fields:
    """Reads a mapping's keys one by one and complains at the end about those that its schema does not have.

    ``shape`` names the mapping's schema, as in ``world.stock``.
    """

    def __init__(self, node: Mapping, what: str, shape: str, problems: Problems) -> None:
        self.node, self.what, self.shape, self.problems = node, what, shape, problems
        self.asked: set[str] = set()

    def node_of(self, key: str, required: bool = False) -> Node | None:
        """The node under a key; a missing required key is a problem."""
        self.asked.add(key)
        found = self.node.get(key)
        if found is None and required:
            self.problems.add("missing-key", self.node.place, f"{self.what} needs the entry '{key}'")
        return found

    def scalar(self, key: str, required: bool = False) -> Scalar | None:
        """The scalar under a key."""
        node = self.node_of(key, required)
        if node is None:
            return None
        if not isinstance(node, Scalar):
            hint = "Put the expression in quotes if it begins with '{' or '['."
            self.problems.add(
                "not-a-value", node.place, f"'{key}' must be one value, not a list or a mapping", hint
            )
            return None
        return node

    def text(self, key: str, default: str = "", required: bool = False) -> str:
        """The text under a key."""
        node = self.scalar(key, required)
        return default if node is None else node.text

    def flag(self, key: str, default: bool = False) -> bool:
        """true or false under a key."""
        node = self.scalar(key)
        if node is None:
            return default
        if node.text not in ("true", "false"):
            self.problems.add("not-a-flag", node.place, f"'{key}' must be true or false, not '{node.text}'")
            return default
        return node.text == "true"

    def mapping(self, key: str, required: bool = False) -> Mapping | None:
        """The mapping under a key."""
        node = self.node_of(key, required)
        if node is not None and not isinstance(node, Mapping):
            if not (isinstance(node, Scalar) and not node.text and node.plain):
                self.problems.add("not-a-mapping", node.place, f"'{key}' must hold 'name: value' entries")
            elif required:
                self.problems.add("missing-key", node.place, f"{self.what} needs the entry '{key}'")
            return None
        return node

    def words(self, key: str, required: bool = False) -> list[Scalar]:
        """A list of words under a key; one word alone is a list of one."""
        node = self.node_of(key, required)
        if node is None:
            return []
        if isinstance(node, Scalar):
            return [node] if node.text or not node.plain else []
        if isinstance(node, Sequence) and all(isinstance(i, Scalar) for i in node.items):
            return [i for i in node.items if isinstance(i, Scalar)]
        self.problems.add("not-a-list", node.place, f"'{key}' must be a list of words, as in [a, b]")
        return []

    def done(self) -> None:
        """Complain about unknown keys. Schema and reader must know the same ones, or the program itself is wrong."""
        known = keys(self.shape)
        assert self.asked == known.keys(), f"{self.shape}: reader or schema lacks {self.asked ^ known.keys()}"
        for key, _ in self.node:
            if key.text not in known:
                hint = "" if self.problems.full else nearest(key.text, known)
                self.problems.add("unknown-key", key.place, f"{self.what} has no entry '{key.text}'", hint)
