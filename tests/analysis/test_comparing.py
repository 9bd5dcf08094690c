"""Views and cases side by side: common dates, paired errors, marks, and what makes two views differ in closed form."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

import panmunjom
from panmunjom.analysis.comparing import sides, together
from panmunjom.analysis.comparing.sides import Asked, line_up, read_asked
from panmunjom.analysis.comparing.swaps import BASELESS, REST, Mixer, differing
from panmunjom.analysis.interventions import differing as apart
from panmunjom.analysis.running import Options
from panmunjom.case.records import Intervention
from small_case import write_case

P, Q = {"a": 0.2, "b": 0.3}, {"a": 0.8, "b": 0.6}


def chances(first: dict[str, float], second: dict[str, float], name: str = "chances", asks: str = "forced_at_all", **head: object) -> panmunjom.Case:
    """A world whose ending ``hit`` has the probability a·b·c·…: each letter is a chance with a draw of its own.

    Two views set the letters; a last parameter, ``idle``, is set by both and read by nothing.
    """
    war = panmunjom.Model("Chances", name=name, **{"start": "2024-01-01", "horizon": "4 weeks", **head})
    for letter in first:
        war.parameter(letter, assume=0.5)
        war.parameter(f"draw_{letter}", assume="0..1")
    war.parameter("idle", assume="0..1")
    war.switch("halved", default=False)
    war.event("forced", rate="0 / 1 year", once=True)
    war.ending("hit", " and ".join(f"draw_{x} < {x} * if(halved, 0.5, 1)" for x in first) + " or forced")
    war.ending("miss", at_horizon=True)
    war.question(asks, text="Was it forced?", holds="forced")
    war.source("one", title="One", published="2024-01-01", reliability="B")
    war.source("two", title="Two", published="2024-02-01", reliability="B")
    war.view("one", source="one", start="2024-01-01", set={**first, "idle": 0.1})
    war.view("two", source="two", start="2024-02-01", set={**second, "idle": 0.9})
    return war.case()


def compared(case: panmunjom.Case, **options: object) -> together.Comparison:
    return panmunjom.compare(case, **{"views": ["one", "two"], "futures": 2048, **options})


def test_contributions_in_closed_form() -> None:
    """v(∅) = 0.06, v(a) = 0.24, v(b) = 0.12, v(ab) = 0.48: a contributes 0.27, b 0.15, what nobody reads nothing."""
    done = compared(chances(P, Q))
    parts = done.parts
    assert parts is not None and parts.target.name == "hit"
    values = {name: v["hit"] for name, v in parts.values.items()}
    for name, true in (("a", 0.27), ("b", 0.15)):
        assert abs(values[name].difference - true) < 4 * values[name].se + 0.002
    assert (values["idle"].difference, values["idle"].se) == (0, 0)
    assert sum(v.difference for v in values.values()) == pytest.approx(parts.whole["hit"].difference, abs=1e-12)
    assert parts.into["a"]["hit"].difference == pytest.approx(0.18, abs=0.02)
    assert parts.last["a"]["hit"].difference == pytest.approx(0.36, abs=0.02)
    both = done.differences[1]["ending", "hit"]
    assert both.paired and both.mark == "**" and parts.whole["hit"].difference == pytest.approx(both.difference)
    assert values["a"].difference == pytest.approx(-parts.values["a"]["miss"].difference)


def test_two_that_are_alike_share_alike() -> None:
    """Equal chances contribute equally, up to the draws; 2 chances from 0.2 to 0.6 move 0.32 together."""
    parts = compared(chances({"a": 0.2, "b": 0.2}, {"a": 0.6, "b": 0.6})).parts
    assert parts is not None
    a, b = (parts.values[n]["hit"] for n in "ab")
    assert abs(a.difference - b.difference) < 4 * (a.se + b.se) + 0.002
    assert a.difference + b.difference == pytest.approx(0.32, abs=0.01)


def test_switches_and_interventions_are_swapped_too() -> None:
    """An event that only the second view forces is a player; halving by a switch is one."""
    case = chances(P, P)
    case.views["two"].interventions.append(Intervention("forced", date(2024, 2, 8)))
    case.views["two"].switches["halved"] = "true"
    done = compared(case)
    parts = done.parts
    assert parts is not None
    assert {s.name: s.kind for s in parts.swaps} == {"idle": "parameter", "halved": "switch", "interventions": "interventions"}
    assert parts.whole["hit"].difference == pytest.approx(0.94, abs=0.01)
    assert parts.into["halved"]["hit"].difference == pytest.approx(0.06 / 4 - 0.06, abs=0.01)
    assert parts.last["halved"]["hit"].difference == 0  # where it is forced in every future nothing else counts
    assert parts.values["interventions"]["forced_at_all"].difference == 1
    assert sum(v["hit"].difference for v in parts.values.values()) == pytest.approx(parts.whole["hit"].difference)


def test_all_swapped_is_the_second_view_to_the_bit() -> None:
    case = chances(P, Q)
    lineup = line_up([Asked("c", "one"), Asked("c", "two")], {"c": case}, Options(futures=256))
    for side in lineup.sides:
        side.ensemble = side.runner.run(side.filled)
    mixer = Mixer(*lineup.sides, 256)
    swaps = differing(*lineup.sides)
    found = dict(mixer.run([[], swaps]))
    for k, side in enumerate(lineup.sides):
        assert not apart(found[k], side.ensemble.raw).any()


def test_more_than_eight() -> None:
    """Ten things differ, two of them matter: those have shares, the others are the rest, which has about none."""
    first = {x: 0.9 for x in "abcdefghi"}
    parts = compared(chances(first, {**first, "a": 0.5, "b": 0.6, **{x: 0.9001 for x in "cdefghi"}})).parts
    assert parts is not None and len(parts.swaps) == 10
    names = [p.name for p in parts.players]
    assert set(names) >= {"a", "b", REST} and len(names) <= 8
    rest = next(p for p in parts.players if p.name == REST)
    assert {*names, *rest.inside} >= {s.name for s in parts.swaps} and not {*names} & {*rest.inside}
    total = sum(v["hit"].difference for v in parts.values.values())
    assert total == pytest.approx(parts.whole["hit"].difference, abs=1e-12)


def test_what_has_no_evidence_is_in_no_headline() -> None:
    """The parameter that decides most is not named among the players where nothing speaks for any figure of it."""
    case = chances(P, Q)
    case.built.world.parameters["a"].evidence = False
    parts = compared(case).parts
    assert parts is not None
    names = [p.name for p in parts.players]
    assert BASELESS in names and "a" not in names
    assert next(p for p in parts.players if p.name == BASELESS).inside == ("a",)
    assert parts.values[BASELESS]["hit"].difference == pytest.approx(0.27, abs=0.03)


def test_views_are_moved_to_the_latest_start() -> None:
    """All views of a case with the pooled one first, from the latest of their starts over the case's horizon."""
    done = panmunjom.compare(chances(P, Q), futures=64, swap_futures=0)
    assert [s.label for s in done.sides] == ["pooled@2024-02-01", "one", "two"]
    assert {(s.start, s.until) for s in done.sides} == {(date(2024, 2, 1), date(2024, 2, 29))}
    assert any("its own start is 2024-01-01" in note for note in done.notes) and done.lineup.same_dates
    done = compared(chances(P, Q), futures=64, start=date(2024, 3, 1), until=date(2024, 3, 20))
    assert {(s.start, s.until) for s in done.sides} == {(date(2024, 3, 1), date(2024, 3, 20))}


def test_a_date_behind_a_view_is_where_the_comparison_starts(tmp_path: Path) -> None:
    folder = str(write_case(tmp_path / "siege"))
    done = panmunjom.compare(f"{folder}:courier", f"{folder}:pooled@2024-02-20", futures=64)
    assert {s.start for s in done.sides} == {date(2024, 2, 20)} and done.differences[1]["ending", "free"].paired
    done = panmunjom.compare(f"{folder}:pooled@2024-04-01", f"{folder}:pooled@2024-02-20", futures=64)
    assert [s.start for s in done.sides] == [date(2024, 4, 1), date(2024, 2, 20)] and not done.lineup.same_dates
    assert not done.differences[1]["ending", "free"].paired and "held to different dates" in done.notes[0]


def test_cases_over_the_dates_that_they_share() -> None:
    """Spans that overlap are cut to what is common; those that do not keep their dates and say so."""
    one = chances(P, Q, horizon="2 years")
    late = chances(P, Q, name="late", start="2025-01-01", horizon="2 years")
    done = panmunjom.compare(one, late, futures=64)
    assert {(s.start, s.until) for s in done.sides} == {(date(2025, 1, 1), date(2026, 1, 1))}
    assert done.differences[1]["ending", "hit"].paired and done.differences[1]["ending", "hit"].mark == ""
    later = chances(P, Q, name="later", start="2035-01-01", horizon="1 year")
    done = panmunjom.compare(one, later, futures=64)
    assert [s.start.year for s in done.sides] == [2024, 2035] and "do not overlap" in done.notes[0]
    assert not done.differences[1]["ending", "hit"].paired and done.no_parts


def test_what_only_one_has_is_not_compared() -> None:
    """Another world: matched by name, independent errors (the root of the sum of squares), the rest left alone."""
    one, other = chances(P, Q), chances({**P, "c": 0.5}, {**Q, "c": 0.5}, name="other", asks="alone")
    done = panmunjom.compare(one, other, views=["one"], futures=512)
    a, b = (done.share(s, ("ending", "hit")) for s in done.sides)
    found = done.differences[1]["ending", "hit"]
    assert a and b and not found.paired and found.se == pytest.approx(np.hypot(a.se, b.se))
    assert found.difference == pytest.approx(b.p - a.p)
    keys = {("ending", "hit"), ("ending", "miss"), ("question", "forced_at_all"), ("question", "alone")}
    assert set(done.outcomes) == keys and set(done.differences[1]) == {("ending", "hit"), ("ending", "miss")}
    assert done.share(done.sides[1], ("question", "forced_at_all")) is None
    twice = panmunjom.compare(one, one, futures=64)
    assert [s.label for s in twice.sides] == ["chances: pooled@2024-01-01", "chances (2): pooled@2024-01-01"]


def test_nothing_differs_nothing_is_marked() -> None:
    """The same settings under two names: no difference, no mark, nothing to swap."""
    done = compared(chances(P, P), views=["one", "one@2024-02-01"], futures=256)
    assert done.marked == 0 and done.compared == 0 and all(d.difference == 0 for d in done.differences[1].values())
    assert done.parts is not None and done.parts.swaps == []


def test_the_range_over_the_theories_holds_the_share() -> None:
    """Halving two chances of 0.2 and 0.3 takes 6% to 1.5%."""
    done = compared(chances(P, Q), swap_futures=0)
    low, high = done.sides[0].ranges["ending", "hit"]
    assert low == pytest.approx(0.015, abs=0.004) and high == pytest.approx(0.06, abs=0.005)


def problem(*asked: str, **options: object) -> panmunjom.Problem:
    with pytest.raises(panmunjom.CaseError) as caught:
        panmunjom.compare(*asked, futures=16, **options)
    return caught.value.problems[0]


def test_wrong_calls_are_records(tmp_path: Path) -> None:
    folder = str(write_case(tmp_path / "siege"))
    assert problem(f"{folder}:courier").code == "one-side"
    assert "It also has pooled" in problem(f"{folder}:courier").hint
    assert problem(f"{folder}:gazette", folder).code == "unknown-view"
    assert problem(folder, views=["nobody", "courier"]).code == "unknown-view"
    assert problem(f"{folder}:pooled@2024-02-30", folder).code == "bad-date"
    assert problem(folder, start=date(2025, 1, 1), until=date(2024, 1, 1)).code == "bad-date"
    assert problem(folder, of="nothing").message.startswith("--of: ")
    assert problem(folder, start=date(2022, 1, 1)).code == "no-assumption"
    assert {p.code for p in caught_all("nowhere", "neither")} == {"no-such-case"} and len(caught_all("nowhere", "neither")) == 2


def caught_all(*asked: str) -> list[panmunjom.Problem]:
    with pytest.raises(panmunjom.CaseError) as caught:
        panmunjom.compare(*asked, futures=16)
    return caught.value.problems


def test_arguments_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "odd:name").mkdir()
    assert read_asked("ukraine") == Asked("ukraine")
    assert read_asked("ukraine:fox") == Asked("ukraine", "fox")
    assert read_asked("a/b:pooled@2024-01-02") == Asked("a/b", "pooled", date(2024, 1, 2))
    assert read_asked("odd:name") == Asked("odd:name")
    assert read_asked("C:\\wars\\siege") == Asked("C:\\wars\\siege")


def test_as_of_hides_later_views() -> None:
    """As of January the second view does not exist; as one that is named, it is refused."""
    case = chances(P, Q)
    done = panmunjom.compare(case, futures=64, known_by=date(2024, 1, 15))
    assert [s.label for s in done.sides] == ["pooled@2024-01-01", "one"]
    with pytest.raises(panmunjom.CaseError, match="no view 'two'"):
        compared(case, known_by=date(2024, 1, 15))


def test_ctrl_c_keeps_what_is_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped in the third column: two are there. Stopped in the first: nothing is."""
    real, count = together.run_side, [0]

    def stopping(*given: object) -> None:
        count[0] += 1
        if count[0] == 3:
            raise KeyboardInterrupt
        real(*given)

    monkeypatch.setattr(together, "run_side", stopping)
    done = panmunjom.compare(chances(P, Q), futures=64)
    assert [s.label for s in done.sides] == ["pooled@2024-02-01", "one"] and not done.complete
    assert "stopped" in " ".join(done.notes) and done.parts is None
    count[0] = 2
    with pytest.raises(KeyboardInterrupt):
        panmunjom.compare(chances(P, Q), futures=64)
    assert sides.POOLED == "pooled"


def test_ctrl_c_while_theories_are_turned(monkeypatch: pytest.MonkeyPatch) -> None:
    """A column whose futures are run is kept, without a range."""
    real, count = together.theory_ranges, [0]

    def stopping(*given: object) -> None:
        count[0] += 1
        if count[0] == 2:
            raise KeyboardInterrupt
        real(*given)

    monkeypatch.setattr(together, "theory_ranges", stopping)
    done = compared(chances(P, Q), futures=64)
    assert len(done.sides) == 2 and not done.complete and done.sides[0].ranges and not done.sides[1].ranges
    assert done.differences[1]["ending", "hit"].paired


def test_ctrl_c_while_swapping(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped among the subsets: what each swap does alone is kept."""
    real, calls = Mixer.run, [0]

    def stopping(self: Mixer, mixtures: list, tick: object = None):
        calls[0] += 1
        if calls[0] == 2:
            raise KeyboardInterrupt
        return real(self, mixtures, tick)

    monkeypatch.setattr(Mixer, "run", stopping)
    done = compared(chances(P, Q), futures=256)
    assert done.parts is not None and not done.complete and done.parts.values == {}
    assert done.parts.into["a"]["hit"].difference > 0
