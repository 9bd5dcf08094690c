"""What differs between two states of a case, entry by entry, and the case with entries put back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panmunjom.case.entries import Change, State, changes, put_back, read_state
from panmunjom.case.snapshot import Texts, load_texts, texts_of
from small_case import FILES, write_case

TABLE = "series,date,value,known\nstores,2024-03-31,300,2024-04-05\nstores,2024-04-30,250,2024-05-05\n"


def texts(**changed: tuple[str, str]) -> Texts:
    """The small case with passages replaced: ``claims=(old, new)``, ``world__siege=(old, new)``."""
    found = {name: text for name, text in FILES.items()} | {"data/observed.csv": TABLE}
    for name, (old, new) in changed.items():
        file = "data/observed.csv" if name == "data" else name.replace("__", "/") + ".yaml"
        assert old in found[file], old
        found[file] = found[file].replace(old, new, 1)
    return {name: text.encode() for name, text in found.items()}


def found(then: Texts, now: Texts) -> list[Change]:
    return changes(read_state(then, "then"), read_state(now, "now"))


@pytest.mark.parametrize(
    ("file", "old", "new", "kind", "name", "how", "field"),
    [
        ("claims", "value: 4 t/day", "value: 5 t/day", "claim", "courier-1", "changed", "value"),
        ("claims", "  hedge: about\n", "", "claim", "courier-1", "changed", "hedge"),
        ("sources", "reliability: C", "reliability: B", "source", "courier", "changed", "reliability"),
        ("world__siege", "2024-02-15: 2 to 8", "2024-02-15: 2 to 9", "assumption", "rations", "changed", "assume.2024-02-15"),
        ("world__siege", "  smuggled: {unit", "  brought: {unit", "parameter", "brought", "added", "unit"),
        ("world__siege", "rate: 0.5 / 1 year", "rate: 0.7 / 1 year", "equation", "relieved", "changed", "rate"),
        ("world__siege", "  free: relieved", "  free: not relieved", "equation", "free", "changed", ""),
        ("world__siege", "saving: {default: true}", "saving: {default: false}", "switch", "saving", "changed", "default"),
        ("views__courier", "0.1 to 0.5 t/day", "0.1 to 0.6 t/day", "view", "courier: set.smuggled", "changed", ""),
        ("views__courier", "start: 2024-03-01", "start: 2024-03-02", "view", "courier: start", "changed", ""),
        ("views__pooled", "gazette: 2", "gazette: 3", "pooling", "pooled: weights.gazette", "changed", ""),
        ("questions", "hunger:", "famine:", "question", "famine", "added", "text"),
        ("case", "horizon: 1 year", "horizon: 2 years", "case", "horizon", "changed", ""),
        ("data", "31,300,", "31,310,", "data", "data/observed.csv: stores 2024-03-31", "changed", "value"),
    ],
)  # fmt: skip
def test_each_kind_of_entry(file: str, old: str, new: str, kind: str, name: str, how: str, field: str) -> None:
    first = found(texts(), texts(**{file: (old, new)}))[0]
    assert (first.kind, first.name, first.how) == (kind, name, how)
    assert first.fields[0][0] == field


def test_what_is_no_change() -> None:
    """Comments, quotes, blank lines, a world cut into two files."""
    now = texts(claims=("courier-1:", "# a note\n\ncourier-1:"), sources=("title: A reply", 'title: "A reply"'))
    world = now.pop("world/siege.yaml").decode()
    at = world.index("events:")
    now |= {"world/a.yaml": world[:at].encode(), "world/b.yaml": world[at:].encode()}
    assert found(texts(), now) == []


def test_order_views_and_rows() -> None:
    now = texts(world__siege=("  free: relieved\n  goes_on: {at_horizon: true}", "  goes_on: {at_horizon: true}\n  free: relieved"))
    assert [(c.kind, c.how) for c in found(texts(), now)] == [("order", "changed")]
    now = texts()
    del now["views/courier.yaml"]
    (gone,) = found(texts(), now)
    assert (gone.kind, gone.name, gone.how, gone.fields) == ("view", "courier", "removed", ())
    more = TABLE + "stores,2024-05-31,200,2024-06-05\nstores,2024-06-30,150,2024-07-05\n"
    (rows,) = found(texts(), {**texts(), "data/observed.csv": more.encode()})
    assert (rows.name, rows.how) == ("data/observed.csv: stores 2024-05-31 and 1 more", "added")


def test_parts_that_a_case_names() -> None:
    """What stands in a part that the case uses is an entry of a world; a part that it does not use is none of its business."""
    part = "stocks:\n  loaves: {unit: t, start: 1 t}\n"
    then = {**texts(), "case.yaml": (FILES["case.yaml"] + "parts: [bread]\n").encode(), "parts/bread.yaml": part.encode()}
    then["parts/wine.yaml"] = part.encode()
    now = {**then, "parts/bread.yaml": part.replace("1 t", "2 t").encode(), "parts/wine.yaml": part.replace("1 t", "3 t").encode()}
    (change,) = found(then, now)
    assert (change.kind, change.name, change.file, change.fields) == (
        "equation", "loaves", "parts/bread.yaml", (("start", "1 t", "2 t"),),
    )  # fmt: skip


EDITS = {
    "claims": ("value: 4 t/day", "value: 5 t/day"),
    "sources": ("reliability: C", "reliability: B"),
    "world__siege": ("rate: 0.5 / 1 year", "rate: 0.7 / 1 year"),
    "views__courier": ("  saving: false\n", "  saving: true\n"),
    "questions": ("hunger:", "famine:"),
    "case": ("horizon: 1 year", "horizon: 2 years"),
    "data": ("stores,2024-04-30,250,2024-05-05\n", ""),
}


@settings(max_examples=25, deadline=None)
@given(st.sets(st.sampled_from(sorted(EDITS))), st.randoms(use_true_random=False))
def test_everything_put_back_is_the_case_as_it_was(which: set[str], random) -> None:
    """All changes undone leave no change; some undone leave the others, whichever they are."""
    then, now = read_state(texts(), "then"), read_state(texts(**{k: EDITS[k] for k in which}), "now")
    every = changes(then, now)
    for chosen in (every, [c for c in every if random.random() < 0.5]):
        left = changes(then, state(put_back(then, now, chosen)))
        assert {c.key for c in left} == {c.key for c in every} - {c.key for c in chosen}


def state(given: tuple[Texts, dict]) -> State:
    """A state whose YAML files are nodes."""
    files, nodes = given
    found = read_state(files, "mixed")
    from panmunjom.case import entries

    for file, root in nodes.items():
        for key in [k for k, (f, _, _) in found.entries.items() if f == file]:
            del found.entries[key]
        found.nodes[file] = root
        for key, node, label in entries._flat(file, root):
            found.entries[key] = (file, node, label)
    return found


def test_a_mixture_loads(tmp_path: Path) -> None:
    """An entry put back is in the case that is loaded, the rest is as now."""
    folder = write_case(tmp_path / "siege")
    old = texts_of(folder)
    now = dict(old)
    now["world/siege.yaml"] = old["world/siege.yaml"].replace(b"3 to 6", b"3 to 7").replace(b"0.1 to 1}", b"0.2 to 1}")
    then, new = read_state(old, "then"), read_state(now, "now")
    smuggled = next(c for c in changes(then, new) if c.name == "smuggled")
    case = load_texts(*_swap(put_back(then, new, [smuggled])))
    text = {p: [str(d.text) for col in case.built.world.parameters[p].assume for d in col.cases.values()] for p in ("rations", "smuggled")}
    assert text == {"rations": ["3 to 7", "2 to 8"], "smuggled": ["0.1 to 1"]}


def _swap(given: tuple[Texts, dict]) -> tuple[Texts, str, dict]:
    return given[0], "siege", given[1]
