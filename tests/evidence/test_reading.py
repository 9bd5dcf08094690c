"""Reading sources and claims, and checking that passages stand where claims say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panmunjom.evidence.quotes import QuoteCheck, passage_hash, quote, verify
from panmunjom.evidence.reading import EvidenceReader
from panmunjom.evidence.records import Library
from panmunjom.quantities.units import Units
from panmunjom.text.nodes import Scalar, read_text
from panmunjom.text.problems import NOWHERE, Problems

MODEST = settings(derandomize=True, deadline=None, max_examples=200, database=None)


def reader() -> EvidenceReader:
    units = Units()
    for name in ("barrel", "man", "tank"):
        units.declare(name, "")
    units.declare("kman", "1000 man")
    return EvidenceReader(Problems(), units)


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("320 barrel/month", 320, 320, "barrel/month"),
        ("15 to 30 tank", 15, 30, "tank"),
        ("> 40 kman", 40, None, "kman"),
        (">= 40 kman", 40, None, "kman"),
        ("< 0.5 t/day", None, 0.5, "t/day"),
        ("30%", 0.3, 0.3, ""),
        ("30 %", 0.3, 0.3, ""),
        ("30% to 60%", 0.3, 0.6, ""),
        ("30 to 60%", 0.3, 0.6, ""),
        ("> 90%", 0.9, None, ""),
        ("5 %/year", None, None, None),
        ("1.5e3 man", 1500, 1500, "man"),
        ("-5", -5, -5, ""),
        ("11", 11, 11, ""),
        ("21 1/year", 21, 21, "1/year"),
        ("5 km^2/month", 5, 5, "km^2/month"),
        ("10000tank", 10000, 10000, "tank"),
        ("4 percent", 4, 4, "percent"),
    ],
)
def test_figures(text, low, high, unit):
    found = reader()
    quantity = found.quantity(Scalar(text, NOWHERE))
    if unit is None:
        assert quantity is None and list(found.problems)
        return
    assert quantity is not None and not list(found.problems)
    assert (quantity.low, quantity.high, quantity.unit) == (low, high, unit)
    assert quantity.exact == (low == high)


@MODEST
@given(st.one_of(st.text(max_size=25), st.text(alphabet="0123456789.<>=% toeE+-tank/^1_", max_size=20)))
def test_no_text_crashes(text):
    found = reader()
    assert (found.quantity(Scalar(text, NOWHERE)) is None) == bool(list(found.problems))


CLAIMS = """
a:
  source: s
  kind: quantity
  says: our words
  about: x
  value: 5 tank
  hedge: about
  speaker: a minister
  voice: reported
  endorsed: false
  as_of: 2024-11
  published: 2024-11-14
  credibility: 3
  probability: {words: likely, low: 0.55, high: 0.8, yardstick: icd203}
  place: {document: d.txt, start: 3, end: 9, sha256: abc}
  came_true: partly
  outcome: half
  decided: 2025-01-01
b:
  source: s
  kind: assertion
  says: NO
  published: 2024-11-14
  came_true: null
  place: {}
"""


def test_a_claim_keeps_everything():
    found = reader()
    sources, claims = (
        read_text("s: {title: T}\n", "s", found.problems),
        read_text(CLAIMS, "c", found.problems),
    )
    assert sources is not None and claims is not None
    found.sources(sources)
    found.claims(claims)
    assert not list(found.problems)
    a, b = found.library.claims["a"], found.library.claims["b"]
    assert (a.speaker, a.voice, a.endorsed, a.credibility, a.came_true) == (
        "a minister",
        "reported",
        False,
        3,
        "partly",
    )
    assert a.probability == {"words": "likely", "low": "0.55", "high": "0.8", "yardstick": "icd203"}
    assert (a.passage.document, a.passage.start, a.passage.end) == ("d.txt", 3, 9)
    assert (b.says, b.came_true, b.quantity, b.credibility) == ("NO", "", None, 6)
    assert found.library.sources["s"].reliability == "F"


# -- quotes

TEXT = "Über 320 Rohre im Monat, so sagt er. 🙂 Das Ende."


def one_claim(document: str, start: int, end: int, digest: str) -> Library:
    found = reader()
    text = (
        "a:\n"
        "  source: s\n"
        "  kind: assertion\n"
        "  says: x\n"
        "  published: 2024-01-01\n"
        f"  place: {{document: '{document}', start: {start}, end: {end}, sha256: '{digest}'}}\n"
    )
    sources, claims = read_text("s: {title: T}\n", "s", found.problems), read_text(text, "c", found.problems)
    assert sources is not None and claims is not None
    found.sources(sources)
    found.claims(claims)
    assert not list(found.problems)
    return found.library


def test_a_passage_is_found_by_code_points(tmp_path):
    (tmp_path / "d.txt").write_text(TEXT, encoding="utf-8")
    at = TEXT.index("Das Ende")
    passage = TEXT[at : at + 8]
    library = one_claim("d.txt", at, at + 8, passage_hash(passage))
    problems = Problems()
    assert verify(library, tmp_path, problems) == QuoteCheck(1, 0, 0) and not list(problems)
    assert quote(library.claims["a"], tmp_path) == passage


def test_a_passage_that_moved_is_a_problem(tmp_path):
    (tmp_path / "d.txt").write_text("x" + TEXT, encoding="utf-8")
    library = one_claim("d.txt", 0, 8, passage_hash(TEXT[:8]))
    problems = Problems()
    assert verify(library, tmp_path, problems) == QuoteCheck(0, 1, 0)
    (problem,) = problems
    assert problem.code == "wrong-quote" and "0 to 8" in problem.message
    assert quote(library.claims["a"], tmp_path) is None


def test_documents_that_are_not_at_hand_are_counted(tmp_path):
    library = one_claim("d.txt", 0, 8, "0")
    assert (
        verify(library, tmp_path, Problems()) == QuoteCheck(0, 0, 1)
        and quote(library.claims["a"], tmp_path) is None
    )


@pytest.mark.parametrize("name", ["../d.txt", "/etc/passwd", "sub/d.txt"])
def test_no_document_outside_the_folder_is_read(tmp_path, name):
    (tmp_path / "d.txt").write_text(TEXT, encoding="utf-8")
    folder = tmp_path / "documents"
    folder.mkdir()
    assert verify(one_claim(name, 0, 4, "0"), folder, Problems()).absent == 1
