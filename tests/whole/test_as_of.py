"""``--as-of``: a fact of later is planted on every way from a claim to a number, and nothing of it shows."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from panmunjom.case.known import as_of
from panmunjom.case.loading import load
from panmunjom.cli.main import main
from panmunjom.evidence.hearing import hear
from small_case import FILES, write_case

THEN, LATER = "2024-03-10", "2024-09-01"
WORD = "zeppelin"  # in every planted text and name
FIGURE = "987.654"  # in every planted figure


def claim(name: str, *, source: str = "courier", published: str = "2024-03-11", **entries: str) -> str:
    """A claim of 987.654 tonnes a day, or with other entries."""
    found = {
        "source": source, "kind": "quantity", "says": f"the {WORD} brings {FIGURE} tonnes", "about": "rations[north]",
        "value": f"{FIGURE} t/day", "measures": "eaten", "published": published,
        "place": f"{{publication: The {WORD}}}",
    } | entries  # fmt: skip
    return f"{name}:\n" + "".join(f"  {key}: {value}\n" for key, value in found.items() if value)


PREDICTION = {"kind": "prediction", "about": "", "value": "", "measures": ""}
CLAIMS, SOURCES, WORLD, VIEW, POOL = (
    FILES[name] for name in ("claims.yaml", "sources.yaml", "world/siege.yaml", "views/courier.yaml", "views/pooled.yaml")
)
OLD = """\
gazette-2:
  source: gazette
  kind: quantity
  says: the north eats 5 tonnes a day
  about: rations[north]
  value: 5 t/day
  measures: eaten
  published: 2024-02-20
  place: {publication: made up}
"""
HERALD = OLD.replace("gazette-2", "herald-1").replace("source: gazette", "source: herald")
SHOWN = {"world__siege": WORLD.replace("out: eaten}", "out: eaten, show: true}")}
SEEN = {
    "data__series": f"{WORD}_seen: {{label: seen from a {WORD}, unit: t, kind: level, observes: 'stores[north]', source: gazette, spread: 0.1}}\n"
    "seen: {label: seen, unit: t, kind: level, observes: 'stores[north]', source: gazette, spread: 0.1}\n",
    "data__observed.csv": f"series,date,value,known\n{WORD}_seen,2024-02-29,{FIGURE},2024-03-11\n"
    f"seen,2024-03-05,500,2024-03-06\nseen,2024-03-05,{FIGURE},2024-03-11\n",
}
UNSEEN = {
    "data__series": "seen: {label: seen, unit: t, kind: level, observes: 'stores[north]', source: gazette, spread: 0.1}\n",
    "data__observed.csv": "series,date,value,known\nseen,2024-03-05,500,2024-03-06\n",
}

# what is planted: the files that it changes; what the same case is without it, where that is not the small case
PLANTED: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "a claim": ({"claims": CLAIMS + claim(WORD)}, {}),
    "a proposed claim": ({"claims": CLAIMS + claim(WORD, proposed=f"the {WORD} 1.0")}, {}),
    "a rejected claim": ({"claims": CLAIMS + claim(WORD, rejected=f"a {WORD}")}, {}),
    "an outcome": (
        {"claims": CLAIMS.replace("  by: 2024-06-30\n", f"  by: 2024-06-30\n  came_true: false\n  outcome: a {WORD} of {FIGURE}\n  decided: 2024-03-11\n")},
        {},
    ),
    "an outcome that is still open": (
        {"claims": CLAIMS.replace("  by: 2024-06-30\n", f"  by: 2024-06-30\n  outcome: a {WORD} of {FIGURE}\n  decided: 2024-03-11\n")},
        {},
    ),
    "a source, and a claim that says it is older": (
        {
            "sources": SOURCES + f"{WORD}: {{title: The {WORD}, published: 2024-03-11, reliability: A}}\n",
            "claims": CLAIMS + claim(f"{WORD}-1", source=WORD, published="2024-01-01"),
        },
        {},
    ),
    "a source that an older one derives from": (
        {
            "sources": SOURCES.replace("  reliability: A\n", f"  reliability: A\n  derived_from: {WORD}\n")
            + f"{WORD}: {{title: The {WORD}, published: 2024-03-11, reliability: A}}\n",
            "claims": CLAIMS + claim(f"{WORD}-1", source=WORD),
        },
        {},
    ),
    "an assumption": (
        {"world__siege": WORLD.replace("2024-02-15: 2 to 8\n", f"2024-02-15: 2 to 8\n      2024-03-11: {FIGURE}\n")},
        {},
    ),
    "the claim behind a view's setting": (
        {"claims": CLAIMS + claim(WORD), "views__courier": VIEW.replace("claim courier-1", f"claim {WORD}")},
        {"views__courier": VIEW.replace("  rations[north]: claim courier-1\n", "")},
    ),
    "the claim behind a view's conclusion": (
        {
            "claims": CLAIMS + claim(WORD, **PREDICTION),
            "views__courier": VIEW + f"  - claim: {WORD}\n    holds: stores[north] <= 7 t\n    by: 2024-07-30\n    note: the {WORD}\n",
        },
        {},
    ),
    "a view's source": (
        {
            "sources": SOURCES + f"{WORD}: {{title: The {WORD}, published: 2024-03-11}}\n",
            "views__zeppelin": VIEW.replace("source: courier", f"source: {WORD}").replace("0.1 to 0.5", FIGURE),
        },
        {},
    ),
    "a view's start": ({"views__zeppelin": VIEW.replace("2024-03-01", "2024-03-11").replace("0.1 to 0.5", FIGURE)}, {}),
    "the origin of an echo": (
        {"claims": CLAIMS + OLD.replace("says:", f"echo_of: {WORD}\n  says:") + claim(WORD)},
        {"claims": CLAIMS + OLD},
    ),
    "the origin of two echoes": (
        {
            "claims": CLAIMS.replace("  says: it eats", f"  echo_of: {WORD}\n  says: it eats")
            + HERALD.replace("says:", f"echo_of: {WORD}\n  says:") + claim(WORD),
            "sources": SOURCES + "herald: {reliability: A}\n",
        },
        {"claims": CLAIMS + HERALD.replace("says:", "echo_of: gazette-1\n  says:"), "sources": SOURCES + "herald: {reliability: A}\n"},
    ),
    "a weight": (
        {"claims": CLAIMS + claim(WORD), "views__pooled": POOL.replace("gazette: 2\n", f"gazette: 2\n  {WORD}: 98\n")},
        {},
    ),
    "an exclusion": ({"claims": CLAIMS + claim(WORD), "views__pooled": POOL.replace("[]", f"[{WORD}]")}, {}),
    "a split": ({"claims": CLAIMS + claim(WORD), "views__pooled": POOL + f"split: [{WORD}]\n"}, {}),
    "observations and a revision": (SHOWN | SEEN, SHOWN | UNSEEN),
    "a question": (
        {"questions": FILES["questions.yaml"] + f"{WORD}:\n  text: Does the {WORD} come?\n  holds: stores[north] < 3 t\n  asked: 2024-03-11\n"},
        {},
    ),
}  # fmt: skip


def said(folder: Path, capsys: pytest.CaptureFixture[str], day: str) -> tuple[dict[str, Any], str]:
    """The views of a run as of a day with the pools of rations, and everything that it and ``claims`` print or write."""
    out = folder.parent / f"{folder.name}-{day}"
    run = ["run", str(folder), "--as-of", day, "--futures", "64", "--out", str(out)]
    assert main([*run, "--json"]) == 0
    figures = capsys.readouterr().out
    assert main([*run, "--view", f"pooled@{day}", "--json"]) == 0  # which starts on that day
    latest = capsys.readouterr().out
    assert main(run) == 0
    assert main(["claims", str(folder), "--as-of", day]) == 0
    before = capsys.readouterr().out
    assert main(["claims", str(folder), "--as-of", day, "--about", "rations", "--json"]) == 0
    pools = capsys.readouterr().out
    assert main(["claims", str(folder), "--as-of", day, "--about", "rations"]) == 0
    kept = [p for p in sorted(out.iterdir()) if p.name != "case.zip"]  # the case itself as it is today, which is no result
    written = "".join(p.read_text(encoding="utf-8") for p in kept)
    printed = capsys.readouterr()
    text = (figures + latest + before + pools + printed.out + printed.err + written).replace(str(folder), "").replace(str(out), "")
    numbers = json.loads(figures)["views"] | json.loads(latest)["views"] | {"pools": json.loads(pools)["pools"]}
    return numbers, text


@pytest.mark.parametrize("what", PLANTED)
def test_nothing_planted_later_shows(what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As of the day before, no word or figure of it is in any output, and every number is that of the case without it.

    As of a day after, it shows or changes a number: else the plant would prove nothing.
    """
    files, without = PLANTED[what]
    planted, bare = write_case(tmp_path / "planted", **files), write_case(tmp_path / "bare", **without)
    views, text = said(planted, capsys, THEN)
    assert WORD not in text and "987" not in text
    assert views == said(bare, capsys, THEN)[0]
    after, told = said(planted, capsys, LATER)
    assert WORD in told or after != said(bare, capsys, LATER)[0]


@pytest.mark.parametrize("what", ["the origin of an echo", "the origin of two echoes"])
def test_who_is_heard_does_not_depend_on_what_was_cut_away(what: str, tmp_path: Path) -> None:
    """In the whole case on that day, and in the case as it was known then."""
    case, day = load(write_case(tmp_path, **PLANTED[what][0])), date.fromisoformat(THEN)
    whole, then = (hear(c.library, "rations[north]", day) for c in (case, as_of(case, day)))
    assert [c.id for c in whole.heard] == [c.id for c in then.heard] and whole.silent == then.silent
    assert len(then.heard) == 2


def test_the_later_view_is_not_even_named_by_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files, _ = PLANTED["a view's source"]
    folder = write_case(tmp_path / "planted", **files)
    assert main(["run", str(folder), "--as-of", THEN, "--view", "zepelin", "--out", str(tmp_path / "o")]) == 1
    assert WORD not in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["futures", "replay"])
def test_the_other_verbs_see_no_more(verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same files and rows with and without a later claim, column and source."""
    files = {**PLANTED["a claim"][0], **PLANTED["an assumption"][0]}
    out = []
    for name, changed in (("planted", files), ("bare", {})):
        folder = write_case(tmp_path / name / "case", **changed)
        more = ["--future", "3"] if verb == "replay" else ["--futures", "64", "--format", "csv", "--out", str(tmp_path / name / "out")]
        assert main([verb, str(folder), "--as-of", THEN, *more, "--json"]) == 0
        printed = capsys.readouterr().out
        assert WORD not in printed and "987" not in printed
        parts = sorted((tmp_path / name / "out").rglob("*.csv")) if verb == "futures" else []
        out.append([p.read_text() for p in parts] or [printed])
    assert out[0] == out[1]
