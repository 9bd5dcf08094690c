"""A case is untrusted: limits with clear errors, paths that stay inside, and text that no terminal or browser obeys."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from datetime import date
from pathlib import Path

import pytest

import panmunjom
from panmunjom.analysis.running import Options
from panmunjom.analysis.study import study
from panmunjom.case.new import write_new
from panmunjom.cli.main import main
from panmunjom.engine import memory
from panmunjom.evidence.quotes import verify
from panmunjom.text.problems import CaseError, Problems
from worlds import problems_of, run_world

POSIX = pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="pipes, links and bytes in names of Linux"
)
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")  # but tab and line feed
# As YAML writes it in double quotes.
EVIL = (
    r"\e[31m\x9b2J\u202e\u2066\0\x7f\r\x85<script>alert(1)</script></style></textarea>\"'><img src=x onerror=y>"
    r"javascript:alert(1) {{ 7*'7' }} {% raw %} &lt; ${x} %s =cmd()"
)


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """The template case."""
    write_new(tmp_path / "siege")
    return tmp_path / "siege"


def codes(case: Path) -> set[str]:
    """The codes of what is wrong with a case."""
    return {p.code for p in panmunjom.check(case)}


# -- limits: each refused in seconds, with a reason

MEMBERS = ", ".join(f"m{i}" for i in range(5_000))
TOO_LARGE = {
    "values after dimensions": ("dimensions:\n  a: [{0}]\n  b: [n, o]\nvalues:\n  v: {{per: [a, b], is: 1}}\n", MEMBERS, "too-large"),
    "choices": ("decisions:\n{0}", "".join(f"  d{i}: {{every: 1 day, temperature: 1, options: {{a: {{worth: 1}}, b: {{worth: 1}}}}}}\n" for i in range(1_700)), "too-large"),
    "sums of sums": ("dimensions:\n  a: [{0}]\nvalues:\n  v: sum(sum(1 over a) over a)\n", MEMBERS, "too-large"),
    "points of a table": ("tables: {{t: {{points: {{{0}}}}}}}\n", ", ".join(f"{i}: 1" for i in range(1_001)), "too-large"),
    "delays": ("values:\n{0}", "".join(f"  v{i}: '" + " + ".join(f"delay3({j + 100 * i}, 1 day)" for j in range(100)) + "'\n" for i in range(50)), "too-large"),
    "events": ("events:\n{0}", "".join(f"  e{i}: {{rate: 1 / 1 day}}\n" for i in range(2_000)), "too-large"),
    "unknown names": ("values:\n{0}", "".join(f"  value_{i}: unknown_{i} + 1\n" for i in range(4_800)), "unknown-name"),
    "unknown units": ("units:\n{0}values: {{v: 1 w}}\n", "".join(f"  u{i}:\n" for i in range(30_000)), "unknown-unit"),
}  # fmt: skip


@pytest.mark.parametrize("what", TOO_LARGE)
def test_a_world_that_explodes_is_refused_at_once(what: str) -> None:
    frame, filling, code = TOO_LARGE[what]
    began = time.monotonic()
    found = problems_of(frame.format(filling) + "endings: {rest: {at_horizon: true}}\n")
    assert {p.code for p in found} == {code} and len(found) <= Problems.LIMIT
    assert time.monotonic() - began < 30  # seconds where nobody else computes


def test_a_chain_of_values_as_long_as_a_world_may_be() -> None:
    """Values that read values that read values, first the last one: built without an end of the stack."""
    chain = "".join(f"  v{i}: v{i + 1} + 1\n" for i in range(4_000))
    run = run_world(
        f"values:\n{chain}  v4000: 1\nstocks: {{x: {{start: v0}}}}\nendings: {{rest: {{at_horizon: true}}}}\n",
        until=1,
    )
    assert run.stock("x")[0, 0] == 4_001


def test_a_dimension_whose_members_are_no_names() -> None:
    """Nothing is left to run over: the members are named, and the formulas that need them fail in silence."""
    found = problems_of(
        "dimensions: {a: [X]}\nvalues: {v: sum(1 over a), w: {per: a, is: 1}}\nendings: {e: any(true over a)}\n"
    )
    assert {p.code for p in found} == {"bad-name"}


def test_files_with_too_many_entries_or_bytes(case: Path) -> None:
    (case / "claims.yaml").write_text("[" + "[],\n" * 210_000 + "]")
    assert "file-too-large" in codes(case)
    (case / "claims.yaml").write_text("a: " + "x" * 5_000_000)
    assert "file-too-large" in codes(case)
    (case / "claims.yaml").unlink()
    for k in range(5):
        (case / "world" / f"z{k}.yaml").write_text("# " + "x" * 4_900_000 + "\nvalues:\n")
    assert "too-large" in codes(case)


def test_memory_is_estimated_before_it_is_taken(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available", lambda: 300_000_000)
    loaded = panmunjom.load(case)
    study(loaded, Options(futures=64))
    with pytest.raises(CaseError, match=r"GB of memory are needed .* futures would fit") as found:
        study(loaded, Options(futures=100_000_000))
    assert [p.code for p in found.value.problems] == ["too-much-memory"]


def test_the_estimate_of_memory_grows_with_everything() -> None:
    graph = panmunjom.load("ukraine").built.graph
    assert memory.chunk_bytes(graph, 1_000) > 8 * 1_000 * len(graph.slots)
    assert memory.chunk_bytes(graph, 2_000) == 2 * memory.chunk_bytes(graph, 1_000)
    assert memory.kept_bytes(graph) > len(graph.answers)
    free = memory.available()
    assert free is None or free > 100_000_000


def test_a_calendar_that_would_take_minutes_is_refused(case: Path) -> None:
    """20,000 steps are allowed, hundreds of choices are, but not both."""
    events = "".join(f"  e{i}: {{rate: 1 / 1 year}}\n" for i in range(600))
    (case / "world" / "more.yaml").write_text(f"events:\n{events}")
    with pytest.raises(CaseError, match=r"steps with 6.. events and choices"):
        study(panmunjom.load(case), Options(futures=64, until=date(2078, 1, 1)), ["pooled"])


# -- paths


@POSIX
def test_links_pipes_and_devices_are_named_not_followed(case: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("courier-1: the secret\n")
    claims = case / "claims.yaml"
    for target, code in (
        (secret, "outside"),
        ("../secret.yaml", "outside"),
        ("/dev/zero", "outside"),
        ("claims.yaml", "unreadable"),
        ("nowhere", "unreadable"),
    ):
        claims.unlink()
        claims.symlink_to(target)
        found = panmunjom.check(case)
        assert code in {p.code for p in found}, target
        assert "the secret" not in "".join(p.render() for p in found)
    claims.unlink()
    os.mkfifo(claims)
    assert "unreadable" in codes(case)
    claims.unlink()
    (case / "world").rename(tmp_path / "world")
    (case / "world").symlink_to(tmp_path / "world")
    assert "outside" in codes(case)


@POSIX
def test_names_of_files_that_are_no_text(
    case: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder's name may be any bytes; a file of the case that cannot be shown is refused."""
    monkeypatch.chdir(case.parent)
    odd = os.fsdecode(b"si\xff\x1b[31mege")
    case.rename(odd)
    assert main(["run", odd, "--futures", "64"]) == 0
    assert main(["check", odd, "--json"]) == 0 and main(["run", odd, "--futures", "64", "--json"]) == 0
    told = capfd.readouterr()
    assert not CONTROL.search(told.out + told.err)
    (Path(odd) / "views" / "courier.yaml").rename(Path(odd) / "views" / os.fsdecode(b"c\xff.yaml"))
    assert codes(Path(odd)) == {"bad-name"}


def test_a_document_is_a_name_in_the_folder_and_nothing_else(case: Path, tmp_path: Path) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    (tmp_path / "secret").write_text("secret")
    for name in ("../secret", "..", "/etc/passwd", "a\\0b", "x" * 5_000, "."):
        (case / "claims.yaml").write_text(
            f'c: {{source: courier, kind: assertion, says: x, published: 2024-01-01, place: {{document: "{name}", start: 0, end: 6, sha256: 2bb80d537b1da3e3}}}}'
        )
        (case / "views" / "courier.yaml").write_text("source: courier\nstart: 2024-03-01\n")
        checked = verify(panmunjom.load(case).library, documents, Problems())
        assert (checked.right, checked.absent) == (0, 1), name


# -- text


@pytest.fixture
def evil(case: Path) -> Path:
    """The template with hostile text wherever it has text, and in every field of a claim and a question."""
    texts = "title|about|says|speaker|voice|label|note|author|publisher|stance|hypothesis|untestable"
    for path in case.rglob("*.yaml"):
        about = (
            "^ {4,}" if path.name == "claims.yaml" else "^ *"
        )  # a claim's about is the name of a parameter
        pattern = rf"(?m)({about}(?:{texts}|publication)|^  says|^title|^about): (?:>-(?:\n +.*)+|[^\n]*)"
        path.write_text(
            re.sub(pattern, lambda m: f'{m[1]}: "{EVIL}"', path.read_text(encoding="utf-8")), encoding="utf-8"
        )
    claims = case / "claims.yaml"
    more = "".join(
        f'\n  {key}: "{EVIL}"' for key in ("condition", "by_words", "outcome", "voice", "speaker", "note")
    )
    text = re.sub(r"(?m)^(  says: .*)$", lambda m: m[1] + more, claims.read_text(encoding="utf-8"))
    claims.write_text(
        re.sub(r"publication: [^}]*", lambda _: f'publication: "{EVIL}"', text), encoding="utf-8"
    )
    words = "".join(f'{key}: "{EVIL}", ' for key in ("text", "about", "fine_print", "style"))
    judged = f'{{outcome: "no", day: 2024-12-31, who: "{EVIL}", evidence: "{EVIL}"}}'
    (case / "questions.yaml").write_text(
        f'"{EVIL}": {{{words}holds: relieved}}\n'
        f'"1{EVIL}": {{{words}family: "{EVIL}", holds: relieved}}\n"2{EVIL}": {{{words}family: "{EVIL}", holds: relieved}}\n'
        f'"3{EVIL}": {{{words}claim: courier-1, by: 2024-12-31, resolution: {judged}}}\n',
        encoding="utf-8",
    )
    return case


def test_hostile_text_reaches_no_terminal(
    evil: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither from a run, nor from a check, nor as JSON, nor from the mistakes in a case."""
    for call in (["run", str(evil), "--futures", "64", "--out", str(tmp_path / "out")], ["check", str(evil)]):
        for more in ([], ["--json"]):
            assert main([*call, *more]) == 0
            told = capsys.readouterr()
            assert not CONTROL.search(told.out + told.err), (call, more)
            assert "alert(1)" in told.out or call[0] == "check"
            if more:
                json.loads(told.out)
    sealed = ["--ledger", str(tmp_path / "sealed.jsonl")]
    for call in (["forecast", str(evil), "--futures", "64", "--as-of", "2024-03-01", *sealed], ["score", str(evil), *sealed]):
        for more in ([], ["--json"]):
            assert main([*call, *more]) == 0
            told = capsys.readouterr()
            assert not CONTROL.search(told.out + told.err) and (call[0] == "score" or "alert(1)" in told.out), (call, more)
    with open(evil / "world" / "siege.yaml", "a", encoding="utf-8") as file:
        file.write(f'\n"{EVIL}": {{"{EVIL}": "{EVIL}"}}\n')
    for more in ([], ["--json"]):
        assert main(["check", str(evil), *more]) == 1
        told = capsys.readouterr()
        assert "alert(1)" in told.out + told.err and not CONTROL.search(told.out + told.err)


def test_hostile_text_reaches_no_browser(evil: Path) -> None:
    """Everything is escaped, nothing is run, and the page may not load anything."""
    done = panmunjom.run(evil, futures=64)
    page = panmunjom.report_html(done)
    assert page.count("alert(1)") > 20 and not CONTROL.search(page)
    tags = re.findall(r"<[^>]*>", page)
    assert not [
        t
        for t in tags
        if re.match(r"</?(script|img|iframe|object|embed|link|base|form|textarea|svg:script)\b", t, re.I)
    ]
    assert not [t for t in tags if re.search(r"\son\w+\s*=", re.sub(r'"[^"]*"', '""', t))]
    assert page.lower().count("</style") == 1 and "7777777" not in page
    assert {h[0] for h in re.findall(r'href="([^"]*)"', page)} == {"#"}
    assert "default-src 'none'" in page and "http-equiv" in page
    table = done._repr_html_() + panmunjom.load(evil)._repr_html_()
    assert "<script" not in table and "<img" not in table
