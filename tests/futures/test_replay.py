"""A future replayed alone is the future of the ensemble, in both engines, and says why it stopped being finite."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

import panmunjom
from panmunjom.analysis.running import Options, Ready
from panmunjom.analysis.stored import get_ready
from panmunjom.case.new import write_new
from panmunjom.case.records import Case, Intervention
from panmunjom.futures.breaks import Break, breaks
from panmunjom.futures.table import columns
from panmunjom.futures.trajectory import Path as Future
from panmunjom.futures.trajectory import compiled_path, first_difference, happened, known, plain_path, tracks
from panmunjom.quantities.distributions import parse_distribution


def both(ready: Ready, number: int) -> tuple[Future, Future]:
    """A future in the compiled engine and in the plain evaluator."""
    rows = ready.rows(np.array([number], np.uint64))
    shared = (rows, number, ready.plan, ready.seed, ready.changes)
    return compiled_path(ready.kernel, *shared), plain_path(ready.built.graph, *shared)


def row_of(path: Future, ready: Ready) -> dict[str, object]:
    """What a table says of the future, read off its path."""
    last, graph = path.states[-1], path.graph
    found: dict[str, object] = {
        t.name: t.values[-1] for t in tracks(path, [graph.slots[s.slot].name for s in graph.stocks])
    }
    found |= {f"holds({a.name})": last[a.now] == 1 for a in graph.answers}
    found |= {f"first({a.name})": last[a.first] for a in graph.answers}
    return found | {
        "ending": last[graph.ending_slot],
        "ending_date": last[graph.ending_date_slot],
        "not_finite": last[graph.bad_slot],
    }


def check_rows(ready: Ready, numbers: list[int]) -> None:
    """Replays equal the rows of an ensemble of 64."""
    table, raw = ready.run(np.arange(64, dtype=np.uint64))
    shown = {c.name: c for c in columns(ready.built, ready.filled.used)}
    for number in numbers:
        compiled, plain = both(ready, number)
        assert first_difference(compiled, plain) is None
        for name, value in row_of(plain, ready).items():
            cell = shown[name].cells(table, raw)[number]
            if isinstance(cell, np.datetime64):
                expected = None if np.isnat(cell) else cell.astype(object)
                assert (None if np.isnan(value) else date.fromordinal(int(value))) == expected, name  # type: ignore[call-overload, arg-type]
            else:
                assert value == cell or (value != value and cell != cell), name


def test_replays_equal_the_table_in_both_engines() -> None:
    """The Ukraine case with an event forced and a parameter changed on dates."""
    case = panmunjom.load("ukraine")
    changes = [
        Intervention("ceasefire", date(2025, 1, 6)),
        Intervention("aid_level", date(2025, 3, 3), parse_distribution("1")),
        Intervention("aid_level", date(2024, 11, 14), parse_distribution("0.5")),
    ]
    options = Options(until=date(2025, 4, 1), interventions=changes)
    check_rows(get_ready(case, options, "fox"), [0, 17])


@pytest.fixture
def siege(tmp_path: Path) -> Path:
    """The small case that the program writes."""
    return write_new(tmp_path / "siege")


def changed(folder: Path, **replaced: str) -> Case:
    """The case with parts of its world replaced."""
    world = folder / "world" / "siege.yaml"
    text = world.read_text(encoding="utf-8")
    for old, new in replaced.items():
        old = old.replace("__", " ")
        assert old in text, old
        text = text.replace(old, new)
    world.write_text(text, encoding="utf-8")
    return panmunjom.load(folder)


def test_every_named_thing_has_a_value_at_every_step(siege: Path) -> None:
    """Stocks, values, events and answers; the values are those that the stock moved by."""
    ready = get_ready(panmunjom.load(siege), Options(), "courier")
    path, _ = both(ready, 17)
    found = {t.name: t for t in tracks(path)}
    assert set(found) == set(known(path))
    assert {"stores", "eaten", "ended", "relieved", "fired(relieved)", "ending", "holds(hunger)"} <= set(
        found
    )
    assert {len(t.values) for t in found.values()} == {ready.plan.count + 1}
    row = ready.built.row_of["smuggled"]
    stores, eaten = found["stores"].values, found["eaten"].values
    for step in range(5):
        smuggled = path.rows[step, row] / 1000
        assert stores[step + 1] == pytest.approx(stores[step] + smuggled - eaten[step])
    assert found["stores"].unit == "t" and found["eaten"].unit == "t/day"
    fell = [step for step, fired in enumerate(found["fired(relieved)"].values) if fired]
    assert [(path.day(step), "relieved") for step in fell] == [
        h for h in happened(path) if h[1] == "relieved"
    ]


def test_a_future_that_was_stopped_stays_as_it_was(siege: Path) -> None:
    """After an ending with `stop: true` nothing happens any more."""
    stopping = "  town_relieved:\n    when: relieved\n    stop: true"
    ready = get_ready(changed(siege, **{"____town_relieved:__relieved": stopping}), Options(), "pooled")
    check_rows(ready, list(range(0, 64, 7)))
    _, raw = ready.run(np.arange(64, dtype=np.uint64))
    number = int(np.flatnonzero(raw.ending == 0)[0])
    path, _ = both(ready, number)
    over = path.plan.boundary(date.fromordinal(int(raw.ending_day[number])))
    stores = tracks(path, ["stores"])[0].values
    assert len(set(stores[over:])) == 1 and len(set(stores[:over])) == over
    assert happened(path) == [(path.day(over), "relieved")]


def broke(case: Case, number: int = 0) -> tuple[Future, list[Break]]:
    """A future that stopped being finite and why, the same in both engines."""
    ready = get_ready(case, Options(), "pooled")
    check_rows(ready, [number])
    compiled, plain = both(ready, number)
    found = breaks(plain)
    assert found == breaks(compiled) or str(found) == str(breaks(compiled))  # NaN differs from itself
    return plain, found


def test_a_logarithm_of_a_negative_number_is_traced_to_its_input(siege: Path) -> None:
    """Stock, then the value it is eaten by, then what that is computed from: the day on which it went below zero."""
    case = changed(siege, **{"values:\n": "values:\n  margin:\n    is: (stores - 50 t) / 1 t\n  appetite:\n    is: log(margin) + 20\n",
                             "rations__*__if(saving": "rations * 0.1 * appetite * if(saving"})  # fmt: skip
    ready = get_ready(case, Options(), "pooled")
    _, raw = ready.run(np.arange(64, dtype=np.uint64))
    number = int(np.flatnonzero(~np.isnan(raw.bad))[0])
    path, (one, *_) = broke(case, number)
    assert (
        one.name == "stores"
        and one.day == date.fromordinal(int(raw.bad[number]))
        and not np.isfinite(one.value)
    )
    assert [name for name, _ in one.back] == ["stores", "out", "appetite"]
    (margin,) = one.back[-1][1]
    stores = {t.name: t for t in tracks(path, ["stores"])}["stores"].values[path.broke or 0]
    assert margin.name == "margin" and margin.value == pytest.approx(stores - 50) and margin.value < 0


def test_a_negative_rate_is_named_with_its_inputs(siege: Path) -> None:
    """A rate below zero is no chance."""
    path, (one, *_) = broke(changed(siege, **{"rate:__relief_rate": "rate: 0 / 1 year - relief_rate"}))
    assert one.name == "rate of relieved" and one.day == date(2024, 3, 1) and one.value < 0
    assert [i.name for i in one.back[0][1]] == ["relief_rate"] and path.broke == 0


def test_a_start_below_zero_is_named(siege: Path) -> None:
    """It is not finite from the first step."""
    _, (one, *_) = broke(changed(siege, **{"start:__stores_at_start": "start: 0 t - stores_at_start"}))
    assert one.name == "stores" and one.before is None and one.back[0][0] == "stores at the start"
    assert [i.name for i in one.back[0][1]] == ["stores_at_start"]


def test_a_flow_below_zero_is_named(siege: Path) -> None:
    """All inputs are finite; the flow that may not be negative is the one."""
    _, (one, *_) = broke(changed(siege, **{"in:__smuggled": "in: smuggled - 5 t/day"}))
    names = [name for name, _ in one.back]
    flow = {i.name: i for i in one.back[0][1]}["in"]
    assert names == ["stores", "in"] and flow.value < 0 and flow.unit == "t/day"
    assert [i.name for i in one.back[1][1]] == ["smuggled"]


def test_an_effect_below_zero_is_named(siege: Path) -> None:
    """What an event sets may not be negative either."""
    case = changed(
        siege, **{"rate:__relief_rate": "rate: 100 / 1 day\n    set: {stores: 0 t - stores_at_start}"}
    )
    _, (one, *_) = broke(case)
    assert one.name == "stores" and {i.name: i.value < 0 for i in one.back[0][1]}["set by relieved"]


def test_a_future_that_stayed_finite_has_no_breaks(siege: Path) -> None:
    """Nothing is said where nothing broke."""
    ready = get_ready(panmunjom.load(siege), Options(), "pooled")
    assert breaks(both(ready, 3)[0]) == []
