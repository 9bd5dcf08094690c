"""What a run into a folder leaves behind: the same bytes whatever interrupted it, and nothing finished is lost."""

from __future__ import annotations

import errno
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import panmunjom
from panmunjom.analysis import stored
from panmunjom.analysis.running import Options, Runner
from panmunjom.analysis.stored import Stored, store
from panmunjom.case.new import write_new
from panmunjom.case.records import Case, Intervention, Setting
from panmunjom.engine import memory
from panmunjom.futures import manifest as manifests
from panmunjom.futures import store as folders
from panmunjom.futures.store import Stopped
from panmunjom.quantities.distributions import parse_distribution
from panmunjom.text.problems import CaseError, Problem

FUTURES = 3000  # three parts of 1,024 and a bit


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of 1,024 futures, run 256 at a time."""
    monkeypatch.setattr(manifests, "PART", 1024)
    monkeypatch.setattr(folders, "PART", 1024)
    monkeypatch.setattr(folders, "CHUNK", 256)


@pytest.fixture(scope="module")
def siege(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The small case that the program writes."""
    return panmunjom.load(write_new(tmp_path_factory.mktemp("case") / "siege"))


def run(case: Case, folder: Path, futures: int = FUTURES, seed: int = 1, kind: str = "parquet") -> Stored:
    """Store futures of the pooled view."""
    return store(case, Options(futures=futures, seed=seed), folder=folder, kind=kind)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {p.name: p.read_bytes() for p in folder.iterdir()}


@pytest.fixture(scope="module")
def whole(siege: Case, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, bytes]]:
    """The files of a run that nothing interrupted."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name, value in (
            (manifests, "PART", 1024),
            (folders, "PART", 1024),
            (folders, "CHUNK", 256),
        ):
            patch.setattr(module, name, value)
        folder = tmp_path_factory.mktemp("whole")
        run(siege, folder)
        yield contents(folder)


def interrupt(monkeypatch: pytest.MonkeyPatch, after: int, error: BaseException) -> None:
    """Let the run of futures fail after so many chunks."""
    right, calls = stored.Ready.run, [0]

    def wrong(self: stored.Ready, *arguments: object, **options: object) -> object:
        calls[0] += 1
        if calls[0] > after + 1:  # one more for the bands
            raise error
        return right(self, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(stored.Ready, "run", wrong)


@pytest.mark.parametrize("after", [0, 1, 4, 6, 11])
def test_a_stopped_run_says_so_and_continues_to_the_same_bytes(
    siege: Case, whole: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Ctrl-C after some chunks of 256; what a part of 1,024 had by then is made again."""
    interrupt(monkeypatch, after, KeyboardInterrupt())
    done = run(siege, tmp_path)
    finished = after // 4 * 1024
    assert not done.complete and not done.manifest.complete
    assert done.manifest.total().futures == finished
    assert json.loads((tmp_path / "manifest.json").read_text())["complete"] is False
    assert not list(tmp_path.glob(".*"))
    monkeypatch.undo()
    for module in (manifests, folders):
        monkeypatch.setattr(module, "PART", 1024)
    monkeypatch.setattr(folders, "CHUNK", 256)
    kept = {n: os.stat(tmp_path / n).st_mtime_ns for n in contents(tmp_path) if n.startswith("part")}
    assert len(kept) == after // 4
    assert run(siege, tmp_path).complete
    assert contents(tmp_path) == whole
    assert all(os.stat(tmp_path / n).st_mtime_ns == t for n, t in kept.items())  # not made twice


@pytest.mark.parametrize("how", ["cut", "flipped", "gone", "longer", "a folder"])
def test_a_broken_part_is_named_and_made_anew(
    siege: Case, whole: dict[str, bytes], tmp_path: Path, how: str
) -> None:
    """The others stay as they are."""
    run(siege, tmp_path)
    path = tmp_path / "part-00001.parquet"
    data = path.read_bytes()
    flipped = data[:5000] + bytes([data[5000] ^ 1]) + data[5001:]
    path.unlink()
    if how == "a folder":
        path.mkdir()
    elif how != "gone":
        path.write_bytes({"cut": data[:-7], "flipped": flipped, "longer": data + b"x"}[how])
    told: list[Problem] = []
    assert len(panmunjom.read_futures(tmp_path).check()) == 1
    if how == "a folder":
        with pytest.raises(Stopped):  # what is no file of ours is not deleted
            store(siege, Options(futures=FUTURES), folder=tmp_path, tell=told.append)
        return
    assert store(siege, Options(futures=FUTURES), folder=tmp_path, tell=told.append).complete
    assert [p.code for p in told] == ["broken-part"] and "part-00001.parquet" in told[0].message
    assert contents(tmp_path) == whole


def test_more_futures_continue_and_fewer_are_refused(
    siege: Case, whole: dict[str, bytes], tmp_path: Path
) -> None:
    """A future does not depend on how many others there are."""
    run(siege, tmp_path, 1500)
    assert run(siege, tmp_path).complete and contents(tmp_path) == whole
    with pytest.raises(CaseError, match="futures is 3,000 there and 1,500 here"):
        run(siege, tmp_path, 1500)


def test_another_run_is_refused_with_what_differs(siege: Case, tmp_path: Path) -> None:
    """Another seed, format, case and version; nothing is written."""
    run(siege, tmp_path / "a", 300)
    before = contents(tmp_path / "a")
    with pytest.raises(CaseError, match=r"run\.seed is 1 there and 2 here"):
        run(siege, tmp_path / "a", 300, seed=2)
    with pytest.raises(CaseError, match=r'run\.file_format is "parquet" there and "csv" here'):
        run(siege, tmp_path / "a", 300, kind="csv")
    other = write_new(tmp_path / "siege")
    world = other / "world" / "siege.yaml"
    world.write_text(world.read_text().replace("assume: 200 to 700", "assume: 200 to 900"))
    with pytest.raises(CaseError, match=r"run.case_hash is .*run.parameters.stores_at_start.a is"):
        run(panmunjom.load(other), tmp_path / "a", 300)
    assert contents(tmp_path / "a") == before
    path = tmp_path / "a" / "manifest.json"
    path.write_text(path.read_text().replace(f'"numpy": "{np.__version__}"', '"numpy": "1.0.0"'))
    with pytest.raises(CaseError, match=r'run.versions.numpy is "1.0.0" there'):
        run(siege, tmp_path / "a", 300)


def test_every_option_that_changes_futures_is_compared(siege: Case, tmp_path: Path) -> None:
    """A figure set, cut off elsewhere, a switch, an event and a horizon."""
    first = {"settings": [setting("rations", "3 to 6")]}
    store(siege, Options(futures=64, **first), folder=tmp_path)  # type: ignore[arg-type]
    others = [
        {}, {"settings": [setting("rations", "3 to 7")]}, {"settings": [setting("rations", "3 to 6", (2, 10))]},
        {**first, "switches": {"saving": "false"}}, {**first, "until": date(2024, 9, 1)},
        {**first, "interventions": [Intervention("relieved", date(2024, 5, 1))]},
        {**first, "known_by": date(2024, 3, 1)},
    ]  # fmt: skip
    for other in others:
        with pytest.raises(CaseError, match="holds futures of another run"):
            store(siege, Options(futures=64, **other), folder=tmp_path)  # type: ignore[arg-type]
    assert store(siege, Options(futures=64, **first), folder=tmp_path).complete  # type: ignore[arg-type]


def setting(target: str, text: str, within: tuple[float, float] | None = None) -> Setting:
    """A figure of the analyst's own."""
    return Setting(target, distribution=replace(parse_distribution(text), within=within))


def hostile(text: str) -> list[str]:
    """Manifests that nobody wrote in good faith, made from one."""
    found = json.loads(text)

    def with_part(**changed: object) -> str:
        return json.dumps({**found, "parts": [{**found["parts"][0], **changed}]})

    counts = found["parts"][0]["counts"]
    return [
        "", "null", "[]", '"x"', "{", "\x00" * 100, "[" * 100_000, '{"a":' * 100_000, "1" * 10_000,
        json.dumps({**found, "format_version": 2}), json.dumps({**found, "futures": 1e30}),
        json.dumps({**found, "futures": True}), json.dumps({**found, "run": []}),
        json.dumps({**found, "run": {**found["run"], "file_format": "../x"}}),
        json.dumps({**found, "columns": [1]}), json.dumps({**found, "columns": found["columns"] * 2}),
        json.dumps({**found, "parts": {"a": 1}}), json.dumps({**found, "parts": found["parts"] * 2}),
        with_part(number=-1), with_part(number=1.5), with_part(number=True), with_part(rows=10**9),
        with_part(sha256="x"), with_part(sha256=None), with_part(counts=None), with_part(counts={}),
        with_part(counts={**counts, "finite": [-1] * 16}), with_part(counts={**counts, "finite": [1] * 3}),
        with_part(counts={**counts, "endings": {"x": [0] * 16}}), with_part(counts={**counts, "not_finite": 5}),
        with_part(counts={**counts, "broken": {"a": "b"}}),
    ]  # fmt: skip


def test_a_hostile_manifest_is_refused_and_nothing_written(siege: Case, tmp_path: Path) -> None:
    """A clear error each time, from the run and from reading back."""
    run(siege, tmp_path, 300)
    path = tmp_path / "manifest.json"
    right = path.read_text()
    for text in hostile(right):
        path.write_text(text)
        before = contents(tmp_path)
        with pytest.raises(CaseError) as caught:
            run(siege, tmp_path, 300)
        assert [p.code for p in caught.value.problems] == ["bad-manifest"], text[:200]
        with pytest.raises(CaseError):
            panmunjom.read_futures(tmp_path)
        assert contents(tmp_path) == before
    path.write_bytes(b"\xff\xfe{}")
    with pytest.raises(CaseError, match="the manifest cannot be used"):
        run(siege, tmp_path, 300)


def test_a_manifest_cannot_point_elsewhere(siege: Case, tmp_path: Path) -> None:
    """A part's file follows from its number, whatever the manifest says; a part too many is not believed."""
    folder = tmp_path / "a"
    run(siege, folder, 300)
    right = contents(folder)
    path = folder / "manifest.json"
    found = json.loads(path.read_text())
    found["parts"][0]["file"] = "../../etc/passwd"
    found["parts"].append({**found["parts"][0], "number": 7})
    path.write_text(json.dumps(found))
    told: list[Problem] = []
    store(siege, Options(futures=300), folder=folder, tell=told.append)
    assert ["part-00007" in p.message for p in told] == [True]
    assert contents(folder) == right


def test_parts_without_a_manifest_are_not_overwritten(siege: Case, tmp_path: Path) -> None:
    """Nobody knows what they are."""
    (tmp_path / "part-00000.csv").write_text("mine")
    with pytest.raises(CaseError, match="no manifest"):
        run(siege, tmp_path, 300)
    assert contents(tmp_path) == {"part-00000.csv": b"mine"}


def test_a_full_disk_loses_nothing_that_is_finished(
    siege: Case, whole: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second part does not fit: it is gone, the first and the manifest stay, and the same call continues."""
    right = os.fsync
    calls = [0]

    def full(handle: int) -> None:
        calls[0] += 1
        if calls[0] > 6:  # manifest, folder; part, folder, manifest, folder; then the second part
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        right(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Stopped, match="the disk is full") as caught:
        run(siege, tmp_path)
    assert caught.value.finished == 1024
    assert not list(tmp_path.glob(".part*")) and (tmp_path / "part-00000.parquet").exists()
    assert len(panmunjom.read_futures(tmp_path)) == 1024
    monkeypatch.setattr(os, "fsync", right)
    assert run(siege, tmp_path).complete and contents(tmp_path) == whole


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_a_disk_that_is_really_full(siege: Case, tmp_path: Path, kind: str) -> None:
    """A file system of 128 kB, where this machine lets us make one."""
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(small)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        with pytest.raises(Stopped, match="the disk is full"):
            run(siege, small / "run", kind=kind)
        saved = panmunjom.read_futures(small / "run")
        assert not saved.complete and saved.check() == [] and len(saved) % 1024 == 0
        assert not list((small / "run").glob(".part*"))
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_only_one_run_writes_to_a_folder(siege: Case, tmp_path: Path) -> None:
    """The second is told so."""
    with folders.alone(tmp_path), pytest.raises(CaseError, match="another run is writing"):
        run(siege, tmp_path, 300)
    assert run(siege, tmp_path, 300).complete


def test_streamed_shares_are_those_of_an_ensemble(siege: Case, tmp_path: Path) -> None:
    """The same probabilities with the same errors, to the last digit."""
    total = run(siege, tmp_path).manifest.total()
    runner = Runner(siege, Options(futures=FUTURES))
    ensemble = runner.run(runner.fill_pooled(siege.start))
    assert total.shares(total.endings) == ensemble.endings()
    assert total.shares(total.questions) == ensemble.questions(list(siege.questions))


def test_too_little_memory_is_said_before_it_is_taken(
    siege: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error says how many futures would fit; so many do, and a few more do not."""
    monkeypatch.setattr(memory, "available", lambda: 60_000_000)
    with pytest.raises(CaseError, match=r"GB are free; about [0-9,]+ futures would fit") as caught:
        panmunjom.run(siege, views=["pooled"], futures=10_000_000)
    fit = int(str(caught.value).split("about ")[1].split(" futures")[0].replace(",", ""))
    memory.require(siege.built.graph, fit, 16_384, 2)
    with pytest.raises(CaseError):
        memory.require(siege.built.graph, fit + 32, 16_384, 2)
    monkeypatch.setattr(memory, "available", lambda: 1_000_000)
    with pytest.raises(CaseError, match="GB of memory are needed"):
        run(siege, tmp_path / "x")
    assert not (tmp_path / "x").exists()
