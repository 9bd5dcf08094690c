"""How many claims are found, measured against documents whose claims were marked by hand; floors may only be raised.

Three sets. ``SEEN`` and ``LATER`` are documents of our own (``documents/``): the rules were written with the errors on
``SEEN`` at hand and then on ``LATER``, so both are upper bounds; docs/reading.md gives the first figures, before any look.
The gold set is other people's documents and another annotator's claims; it is not part of the repository.
"""

from __future__ import annotations

import importlib.util
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import marked
from panmunjom.evidence.documents.reading import read_bytes
from panmunjom.evidence.proposing.assemble import propose
from panmunjom.evidence.proposing.lines import line

SHARED = Path(__file__).resolve().parents[4] / "shared"
LATER = ("weekly_en", "translated_en", "magazin_de", "nahost_de")
OURS = sorted(marked.FOLDER.glob("*.txt"))


def proposed(name: str, data: bytes, day: date) -> list[dict[str, Any]]:
    """The lines that ``panmunjom read --jsonl`` prints; every quotation is the slice that it claims to be."""
    document = read_bytes(name, data, day)
    lines = [line(document, p) for p in propose(document)]
    text = data.decode("utf-8")
    assert all(text[row["start"] : row["end"]] == row["quote"] for row in lines)
    return lines


def measure(gold: list[dict[str, Any]], found: list[dict[str, Any]]) -> dict[str, Any]:
    """The figures of the shared measure."""
    path = SHARED / "evaluate_claims.py"
    if not path.is_file():
        pytest.skip("the measure of claims is not at hand (../shared/evaluate_claims.py)")
    spec = importlib.util.spec_from_file_location("evaluate_claims", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.evaluate(gold, found)[0]


def check(figures: dict[str, Any], floors: dict[str, float]) -> None:
    """Compare with the floors, all at once."""
    got = {key: figures[key.rpartition(".")[0]][key.rpartition(".")[2]] for key in floors}
    short = {key: (got[key], floor) for key, floor in floors.items() if got[key] is None or got[key] < floor}
    assert not short, f"(reached, floor): {short}"


@pytest.mark.parametrize(
    "chosen, floors",
    [
        (False, {"quantity.f1": 0.97, "quantity/full.f1": 0.94, "forward.f1": 0.88, "forward.precision": 0.92,
                 "deadline.f1": 0.89, "forecast.voice": 0.95, "forecast.speaker": 0.90}),
        (True, {"quantity.f1": 0.97, "quantity/full.f1": 0.94, "forward.f1": 0.92, "forward.precision": 0.92,
                "deadline.f1": 0.78, "forecast.voice": 0.95, "forecast.speaker": 0.90}),
    ],
    ids=["seen", "later"],
)  # fmt: skip
def test_our_own_documents(chosen: bool, floors: dict[str, float]) -> None:
    """Wire report, brief, opinion, interview, ministry, blog, magazine; two languages, four wars."""
    gold, found = [], []
    for path in OURS:
        if (path.stem in LATER) == chosen:
            document = marked.load(path)
            gold += document.claims
            found += proposed(document.name, document.text.encode(), document.day)
    check(measure(gold, found), floors)


def test_the_gold_documents() -> None:
    """Three documents of other people, marked by another annotator."""
    file = SHARED / "gold" / "seeds.jsonl"
    if not file.is_file():
        pytest.skip("the gold claims are not at hand (../shared/gold)")
    gold = [json.loads(row) for row in file.read_text(encoding="utf-8").splitlines()]
    days = {
        row["doc"]: row["doc_date"]
        for row in json.loads((SHARED / "gold" / "documents.json").read_text("utf-8"))
    }
    found = []
    for name in {row["doc"] for row in gold}:
        found += proposed(name, (SHARED / "seeds" / name).read_bytes(), date.fromisoformat(days[name]))
    floors = {"quantity.f1": 0.97, "quantity/full.f1": 0.97, "forward.f1": 0.92, "forward.precision": 0.92,
              "deadline.f1": 0.95, "forecast.voice": 0.94, "forecast.speaker": 0.80}  # fmt: skip
    check(measure(gold, found), floors)


@pytest.mark.parametrize("path", OURS, ids=lambda p: p.stem)
def test_nothing_is_claimed_twice(path: Path) -> None:
    """No two proposals are of one kind and one place."""
    document = marked.load(path)
    rows = [
        (r["kind"], r["start"], r["end"])
        for r in proposed(document.name, document.text.encode(), document.day)
    ]
    assert len(rows) == len(set(rows)) > 0
