"""What differs between two states of a case, entry by entry: claims, assumptions, equations, views, rows of data.

An entry is what an analyst changes as one thing: a claim, a source, a stock, a setting of a view, neighbouring rows of a
table. Comments, quotes and the file of ``world/`` in which an entry stands do not count as changes.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from ..text.nodes import Mapping, Node, Scalar, Sequence, read_data
from ..text.problems import CaseError, Problems
from .snapshot import Texts

Key = tuple[str, tuple[str, ...]]  # a file (all of ``world/`` is one), and the keys that lead to the entry
WORLD = "world"
MODELS = ("world/", "parts/")  # files that hold sections of a world
_INNER = {
    "views": ("set", "switches", "weights"),
    "phrases.yaml": ("members", "units", "quantities", "conclusions"),
}
_KINDS = {
    "claims.yaml": "claim", "sources.yaml": "source", "questions.yaml": "question", "phrases.yaml": "phrase",
    "case.yaml": "case", "data/series.yaml": "series", "mechanisms.yaml": "mechanism",
}  # fmt: skip
_SECTIONS = {
    "parameters": "parameter", "assumptions": "assumption", "switches": "switch", "units": "unit",
    "correlations": "correlation",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One entry that is not as it was.

    kind      claim, source, question, phrase, mechanism, case, series, data, parameter, assumption, equation, switch,
              unit, correlation, view, pooling, order, option
    was, now  the entry then and now; None where there was or is none. Rows of a table stand as their lines.
    fields    what differs inside it: path, then, now (None: not there)
    order     only other places among entries of the same kind; it cannot be put back alone
    """

    key: Key
    kind: str
    file: str
    was: Node | None = None
    now: Node | None = None
    rows: tuple[tuple[int, int, int, int], ...] = ()  # lines first:last then, first:last now
    fields: tuple[tuple[str, str | None, str | None], ...] = ()

    @property
    def name(self) -> str:
        """The entry as a user calls it."""
        path = self.key[1][0] if self.rows else ".".join(self.key[1])
        if self.file.startswith(MODELS) and len(self.key[1]) == 2:
            return self.key[1][1]
        if self.kind in ("view", "pooling", "data") or not path:
            stem = self.file.removesuffix(".yaml").removeprefix("views/")
            return f"{stem}: {path}" if path else stem
        return path

    @property
    def how(self) -> str:
        """added, removed or changed."""
        if self.rows:
            a, b, c, d = self.rows[0]
            return "added" if a == b else "removed" if c == d else "changed"
        if self.was is None and self.now is None:
            return "changed"
        return "added" if self.was is None else "removed" if self.now is None else "changed"


@dataclass(slots=True)
class State:
    """A case's files, read: nodes of the YAML files, and the entries by key with the file that each stands in."""

    texts: Texts
    nodes: dict[str, Mapping]
    entries: dict[Key, tuple[str, Node, Scalar | None]]


def read_state(texts: Texts, name: str) -> State:
    """The files of a case as entries. Raises ``CaseError`` where a file is no YAML."""
    problems = Problems()
    nodes: dict[str, Mapping] = {}
    entries: dict[Key, tuple[str, Node, Scalar | None]] = {}
    for file in sorted(texts):
        if not file.endswith(".yaml"):
            continue
        root = read_data(texts[file], f"{name}/{file}", problems)
        if root is None:
            continue
        nodes[file] = root
    named = _parts(nodes)
    for file, root in nodes.items():
        if file.startswith("parts/") and file not in named:
            continue  # it ships with the program, and this case does not use it
        for key, value, label in _flat(file, root):
            entries.setdefault(key, (file, value, label))
    if problems.errors:
        raise CaseError(problems)
    return State(texts, nodes, entries)


def _parts(nodes: dict[str, Mapping]) -> set[str]:
    """The files of the parts that a case names."""
    listed = nodes["case.yaml"].get("parts") if "case.yaml" in nodes else None
    items = listed.items if isinstance(listed, Sequence) else (listed,)
    return {f"parts/{item.text}.yaml" for item in items if isinstance(item, Scalar)}


def _flat(file: str, root: Mapping) -> Iterator[tuple[Key, Node, Scalar | None]]:
    """The entries of one file."""
    world, group = file.startswith(MODELS), WORLD if file.startswith("world/") else file
    inner = _INNER.get(file.partition("/")[0], ())
    for key, value in root:
        if isinstance(value, Mapping) and (world or key.text in inner):
            for name, entry in value:
                yield (group, (key.text, name.text)), entry, name
        else:
            yield (file, (key.text,)), value, key


def plain(node: Node | None) -> object:
    """What a node says, to be compared: texts, and lists and mappings in their order."""
    if isinstance(node, Mapping):
        return ("map", tuple((k.text, plain(v)) for k, v in node))
    if isinstance(node, Sequence):
        return ("list", tuple(plain(v) for v in node.items))
    return None if node is None else (node.text, node.plain or bool(node.text))


def changes(then: State, now: State) -> list[Change]:
    """Everything that differs, in the order of the files now; what is gone comes last in its file."""
    found: list[Change] = []
    for key in [*now.entries, *(k for k in then.entries if k not in now.entries)]:
        was, new = then.entries.get(key), now.entries.get(key)
        if was is None or new is None or plain(was[1]) != plain(new[1]):
            file = (new or was or ("",))[0]
            pair = was[1] if was else None, new[1] if new else None
            found.append(Change(key, _kind(key, file, *pair), file, *pair, fields=tuple(_fields(*pair))))
    found += _views(then, now, found)
    found = [c for c in found if not _inside_whole(c, found)]
    found += _orders(then, now)
    found += _tables(then.texts, now.texts)
    return sorted(found, key=lambda c: (c.kind == "order", c.file))


def _kind(key: Key, file: str, was: Node | None, now: Node | None) -> str:
    """What kind of entry it is."""
    if file.startswith(MODELS) and len(key[1]) == 2:
        kind = _SECTIONS.get(key[1][0], "equation")
        only = {path.partition(".")[0] for path, _, _ in _fields(was, now)}
        return "assumption" if kind == "parameter" and was and now and only == {"assume"} else kind
    if file.startswith("views/"):
        return "pooling" if file == "views/pooled.yaml" else "view"
    return _KINDS.get(file, "equation" if file.startswith(MODELS) else "entry")


def _fields(was: Node | None, now: Node | None) -> Iterator[tuple[str, str | None, str | None]]:
    """What differs inside an entry, by the path of keys that leads to it."""
    then, new = dict(_leaves(was)), dict(_leaves(now))
    for path in [*new, *(p for p in then if p not in new)]:
        if then.get(path) != new.get(path):
            yield path, then.get(path), new.get(path)


def _leaves(node: Node | None, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, Mapping):
        for key, value in node:
            yield from _leaves(value, f"{path}.{key.text}" if path else key.text)
    elif isinstance(node, Sequence):
        for number, value in enumerate(node.items, 1):
            yield from _leaves(value, f"{path}.{number}" if path else str(number))
    elif node is not None:
        yield path, node.text


def _views(then: State, now: State, found: list[Change]) -> list[Change]:
    """Views that came or went as a whole."""
    out = []
    for file in sorted({*then.nodes, *now.nodes}):
        if file.startswith("views/") and (file in then.nodes) != (file in now.nodes):
            was, new = then.nodes.get(file), now.nodes.get(file)
            out.append(Change((file, ()), "pooling" if file == "views/pooled.yaml" else "view", file, was, new))
    return out


def _inside_whole(change: Change, found: list[Change]) -> bool:
    """Whether an entry belongs to a file that came or went as a whole."""
    return bool(change.key[1]) and any(c.key == (change.file, ()) for c in found)


def _orders(then: State, now: State) -> list[Change]:
    """Sections whose common entries stand in another order: it numbers random draws and decides among endings."""
    out = []
    groups = dict.fromkeys((g, p[0]) for g, p in now.entries if g == WORLD and len(p) == 2)
    for group, section in groups:
        names = [
            [p[1] for g, p in s.entries if g == group and p[0] == section and len(p) == 2] for s in (then, now)
        ]
        common = set(names[0]) & set(names[1])
        old, new = ([n for n in listed if n in common] for listed in names)
        if old != new:
            out.append(Change((group, (section, "order")), "order", f"{group}/ {section}"))
    return out


def _tables(then: Texts, now: Texts) -> list[Change]:
    """Rows of tables that came, went or changed; neighbouring rows are one entry, a row against a row its own."""
    out = []
    for file in sorted({f for f in (*then, *now) if not f.endswith(".yaml")}):
        old, new = (lines(s.get(file, b"")) for s in (then, now))
        if old == new:
            continue
        for what, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if what == "equal":
                continue
            single = what == "replace" and b - a == d - c
            for k in range(b - a if single else 1):
                span = (a + k, a + k + 1, c + k, c + k + 1) if single else (a, b, c, d)
                out.append(_rows(file, old, new, span))
    return out


def lines(raw: bytes) -> list[str]:
    """Lines of a table with their ends."""
    return raw.decode("utf-8", "surrogateescape").splitlines(keepends=True)


def _rows(file: str, old: list[str], new: list[str], span: tuple[int, int, int, int]) -> Change:
    """Some neighbouring rows, named by their first cells."""
    a, b, c, d = span
    heads = next(csv.reader(new[:1] or old[:1]), [])
    rows = [[next(csv.reader([line]), []) for line in some] for some in (old[max(a, 1) : b], new[max(c, 1) : d])]
    cells = [some[0] if some else [] for some in rows]
    first = " ".join((cells[1] or cells[0])[:2]) or "the heading"
    more = max(map(len, rows)) - 1
    name = f"{first} and {more} more" if more > 0 else first
    fields: list[tuple[str, str | None, str | None]] = []
    if b - a == d - c == 1:
        for k, head in enumerate(heads):
            pair = tuple(row[k] if k < len(row) else None for row in cells)
            if pair[0] != pair[1]:
                fields.append((head, pair[0], pair[1]))
    return Change((file, (name, f"{a}-{c}")), "data", file, rows=(span,), fields=tuple(fields))


def put_back(then: State, now: State, chosen: list[Change]) -> tuple[Texts, dict[str, Mapping]]:
    """The files now with some entries as they were: bytes, and nodes for the YAML files that differ by them."""
    texts, nodes = dict(now.texts), dict(now.nodes)
    touched: set[str] = set()
    for change in chosen:
        if change.rows:
            continue
        path = change.key[1]
        if not path:  # a whole view
            touched.add(change.file)
            if change.was is None:
                nodes.pop(change.file, None)
                texts.pop(change.file, None)
            else:
                assert isinstance(change.was, Mapping)
                nodes[change.file] = change.was
            continue
        file = now.entries[change.key][0] if change.now is not None else change.file
        touched.add(file)
        root = nodes.get(file)
        label = then.entries[change.key][2] if change.was is not None else None
        before = _before(then, change.key)
        nodes[file] = _with(root, path, label, change.was, before, change)
    for file in sorted({c.file for c in chosen if c.rows}):
        old, new = lines(then.texts.get(file, b"")), lines(now.texts.get(file, b""))
        for a, b, c, d in sorted((c.rows[0] for c in chosen if c.rows and c.file == file), reverse=True):
            new[c:d] = old[a:b]
        texts[file] = "".join(new).encode("utf-8", "surrogateescape")
        if file not in then.texts and not "".join(new).strip():
            del texts[file]
    return texts, {file: nodes[file] for file in touched if file in nodes}


def _before(then: State, key: Key) -> list[str]:
    """Names of the entries that stood before one, the nearest first."""
    siblings = [p[-1] for g, p in then.entries if g == key[0] and p[:-1] == key[1][:-1]]
    return siblings[: siblings.index(key[1][-1])][::-1] if key[1][-1] in siblings else []


def _with(
    root: Mapping | None, path: tuple[str, ...], label: Scalar | None, node: Node | None, before: list[str], change: Change
) -> Mapping:
    """A mapping with the entry at a path replaced, taken out or put in behind the nearest of those that stood before it."""
    known = change.was or change.now
    assert known is not None
    place = root.place if root is not None else known.place
    items = list(root.items) if root is not None else []
    at = next((k for k, (name, _) in enumerate(items) if name.text == path[0]), None)
    if len(path) > 1:
        inner = items[at][1] if at is not None else None
        made = _with(inner if isinstance(inner, Mapping) else None, path[1:], label, node, before, change)
        if at is None:
            items.append((Scalar(path[0], place), made))
        else:
            items[at] = (items[at][0], made)
        if not made.items:
            items = [i for i in items if i[1] is not made]
        return Mapping(tuple(items), place)
    if node is None:
        items = [i for i in items if i[0].text != path[0]]
    elif at is not None:
        items[at] = (items[at][0], node)
    else:
        names = [name.text for name, _ in items]
        where = next((names.index(b) + 1 for b in before if b in names), 0)
        items.insert(where, (label or Scalar(path[0], place), node))
    return Mapping(tuple(items), place)


def places(change: Change) -> set[tuple[str, int]]:
    """The lines, by file name, that an entry takes in either state."""
    found: set[tuple[str, int]] = set()
    todo: list[Node] = [n for n in (change.was, change.now) if n is not None]
    while todo:
        node = todo.pop()
        found.add((node.place.source.name, node.place.line))
        if isinstance(node, Mapping):
            for key, value in node:
                found.add((key.place.source.name, key.place.line))
                todo.append(value)
        elif isinstance(node, Sequence):
            todo += node.items
    return found
