"""The ledger: sealed line by line, never written twice, never lost, and what was changed is found at its line."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from panmunjom.forecasts import ledger
from panmunjom.forecasts.ledger import FIRST, read_ledger, seal, seal_of
from panmunjom.text.problems import CaseError

NOW = datetime(2026, 11, 29, 0, 50, 53, tzinfo=UTC)


def draft(question="relief", p=0.25, **more):
    return {
        "as_of": "2026-11-29", "case": "quiet", "case_version": "ab", "package": "0.1.0", "view": "pooled", "start": "2024-01-01",
        "seed": 1, "futures_run": 64, "question": question, "criteria": "cd", "kind": "yes_no", "probability": p, **more,
    }  # fmt: skip


def test_lines_hang_on_each_other(tmp_path):
    path = tmp_path / "deep" / "forecasts.jsonl"
    assert read_ledger(path) == []
    added, repeated = seal(path, [draft("a"), draft("b", note="Сеул\u2028\x1b\x85")], NOW)
    assert (len(added), repeated, [line.place.line for line in added]) == (2, [], [1, 2])
    seal(path, [draft("c")], NOW + timedelta(days=1))
    assert path.read_text(encoding="utf-8").isascii()  # what a terminal or an editor would obey is escaped
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert records[0]["previous"] == FIRST and [r["previous"] for r in records[1:]] == [r["seal"] for r in records[:2]]
    assert all(seal_of(r) == r["seal"] for r in records) and records[0]["made"] == "2026-11-29T00:50:53Z"
    assert [line.record["question"] for line in read_ledger(path)] == ["a", "b", "c"]


def test_the_same_is_not_sealed_twice_a_day(tmp_path):
    path = tmp_path / "f.jsonl"
    seal(path, [draft("a"), draft("b")], NOW)
    added, repeated = seal(path, [draft("b"), draft("b", seed=2)], NOW + timedelta(hours=3))
    assert [line.place.line for line in repeated] == [2] and [line.record["seed"] for line in added] == [2]
    added, repeated = seal(path, [draft("a")], NOW + timedelta(days=1))
    assert len(added) == 1 and repeated == []


def wrong_lines(path):
    with pytest.raises(CaseError) as caught:
        read_ledger(path)
    return {(p.code, p.place.line) for p in caught.value.problems}


def three(path):
    seal(path, [draft(name) for name in "abc"], NOW)
    return path.read_text(encoding="utf-8").splitlines(keepends=True)


def test_what_was_changed_is_found_at_its_line(tmp_path):
    path = tmp_path / "f.jsonl"
    lines = three(path)
    path.write_text(lines[0] + lines[1].replace("0.25", "0.95") + lines[2])
    assert wrong_lines(path) == {("broken-seal", 2)}
    forged = json.loads(lines[1]) | {"probability": 0.95}
    path.write_text(lines[0] + json.dumps(forged | {"seal": seal_of(forged)}) + "\n" + lines[2])
    assert wrong_lines(path) == {("broken-chain", 3)}  # sealed anew, so the line after it no longer follows
    path.write_text(lines[0] + lines[2])
    assert wrong_lines(path) == {("broken-chain", 2)}
    path.write_text(lines[1] + lines[0] + lines[2])
    assert {line for _, line in wrong_lines(path)} == {1, 2, 3}
    path.write_text("".join(lines)[:-20])
    assert wrong_lines(path) == {("not-json", 3)} or wrong_lines(path) == {("not-json", 3), ("cut-line", 3)}
    path.write_text("".join(lines).rstrip("\n"))
    assert wrong_lines(path) == {("cut-line", 3)}
    path.write_text("[]\n")
    assert wrong_lines(path) == {("missing-key", 1)}


def test_nothing_is_added_to_a_broken_ledger(tmp_path):
    path = tmp_path / "f.jsonl"
    lines = three(path)
    path.write_text(lines[0] + lines[2])
    before = path.read_bytes()
    with pytest.raises(CaseError, match="taken out"):
        seal(path, [draft("d")], NOW)
    assert path.read_bytes() == before


@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_changed_character_is_found(tmp_path, data):
    """One character of any line replaced by another: never read as if nothing had been."""
    path = tmp_path / "f.jsonl"
    path.unlink(missing_ok=True)
    text = "".join(three(path))
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda c: c != text[at]))
    path.write_bytes((text[:at] + other + text[at + 1 :]).encode())
    try:
        same = [line.record for line in read_ledger(path)] == [json.loads(line) for line in text.splitlines()]
    except CaseError:
        return
    assert same  # a blank within a line, say, which changes nothing that is said


def test_an_interrupted_write_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "f.jsonl"
    three(path)
    before = path.read_bytes()

    def interrupted(source, target):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        seal(path, [draft("d")], NOW)
    monkeypatch.undo()
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["f.jsonl"]


def _one(path, name):
    seal(path, [draft(f"{name}-{k}") for k in range(3)], NOW)


def test_two_at_once_lose_nothing(tmp_path):
    """Four writers at the same time: every line is there and the chain holds."""
    path, spawn = tmp_path / "f.jsonl", get_context("fork")
    writers = [spawn.Process(target=_one, args=(path, n)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(30)
    assert len(read_ledger(path)) == 12


def test_what_is_dated_before_it_was_made_is_a_hindcast(tmp_path):
    path = tmp_path / "f.jsonl"
    added, _ = seal(path, [draft("a"), draft("a", as_of="2024-11-14")], NOW)
    assert [line.hindcast for line in added] == [False, True]


def test_a_ledger_that_is_too_large(tmp_path, monkeypatch):
    path = tmp_path / "f.jsonl"
    three(path)
    monkeypatch.setattr(ledger, "MAX_BYTES", 100)
    with pytest.raises(CaseError, match="bytes"):
        read_ledger(path)
