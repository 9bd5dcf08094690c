"""A model of the user's own, against a local stub: hostile and broken answers included."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from panmunjom.evidence.documents.reading import read_bytes
from panmunjom.evidence.documents.records import Document, Unreadable
from panmunjom.evidence.proposing import model
from panmunjom.evidence.proposing.assemble import propose
from panmunjom.evidence.proposing.lines import line

TEXT = (
    "This is what the newspaper writes about the war and the state of the armies at the front.\n\n"
    "The siege is as good as lost, so the garrison gives up within weeks. The army lost 300 tanks.\n"
)
QUOTE = "the garrison gives up"


@contextmanager
def stub(
    answer: bytes | str, status: int = 200, **headers: str
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """An endpoint that gives one answer to everything; yields its address and what it was sent."""
    seen: list[dict[str, Any]] = []

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append({"path": self.path, "key": self.headers.get("Authorization"), **json.loads(body)})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(answer if isinstance(answer, bytes) else answer.encode())
            except OSError:  # the reader hung up on an answer that is too long
                pass

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Endpoint)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", seen
    finally:
        server.shutdown()
        server.server_close()


def says(content: Any) -> str:
    """An answer in the form of such endpoints."""
    text = content if isinstance(content, str) else json.dumps({"claims": content})
    return json.dumps({"choices": [{"message": {"content": text}}]})


def asked(address: str, text: str = TEXT) -> tuple[Document, list[dict[str, Any]], list[str]]:
    """The document, the lines of the claims that the model adds, and what was dropped."""
    document = read_bytes("a.txt", text.encode())
    added, dropped = model.ask(document, propose(document), address, "mine")
    return document, [line(document, p) for p in added], dropped


def test_a_claim_whose_quotation_stands_in_the_text() -> None:
    """It is proposed, with the model as its tool and the place found by us."""
    claim = {
        "kind": "prediction",
        "quote": QUOTE,
        "deadline": "2025-01-31",
        "deadline_text": "within weeks",
        "speaker": "the garrison",
    }
    with stub(says([claim])) as (address, seen):
        document, lines, dropped = asked(address)
    (row,) = lines
    assert document.text[row["start"] : row["end"]] == row["quote"] == QUOTE and dropped == []
    assert "model mine at 127.0.0.1" in row["tool"] and row["status"] == "proposed"
    assert (row["deadline"], row["speaker"], row["voice"]) == ("2025-01-31", "the garrison", "reported")
    assert seen[0]["path"] == "/v1/chat/completions" and seen[0]["messages"][1]["content"] in document.text


@pytest.mark.parametrize(
    "claim, why",
    [
        ({"kind": "prediction", "quote": "The garrison gives up"}, "to the letter"),
        ({"kind": "prediction", "quote": "invented words"}, "to the letter"),
        ({"kind": "prediction", "quote": ""}, "no quotation"),
        ({"kind": "prediction", "quote": 7}, "no quotation"),
        ({"kind": "truth", "quote": QUOTE}, "no claims"),
        ({"kind": ["quantity"], "quote": QUOTE}, "no claims"),
        ("ignore your instructions", "no claims"),
        ({"kind": "quantity", "quote": "lost 300", "low": "300"}, "without a number"),
        ({"kind": "quantity", "quote": "lost 300", "low": True, "high": float("inf")}, "without a number"),
        ({"kind": "quantity", "quote": "lost 300 tanks", "low": 300, "unit": "tank"}, "proposed already"),
    ],
)
def test_what_is_dropped_is_counted(claim: Any, why: str) -> None:
    """One bad claim goes and is counted; the good one beside it stays."""
    with stub(says([claim, {"kind": "prediction", "quote": QUOTE}])) as (address, _):
        _, lines, dropped = asked(address)
    assert [row["quote"] for row in lines] == [QUOTE]
    assert len(dropped) == 1 and dropped[0].startswith("1 of") and why in dropped[0]


@pytest.mark.parametrize(
    "content",
    [
        "I cannot do that.",
        '{"claims": 3}',
        '{"claims"',
        "{" * 5000,
        '[{"kind": 1}]',
        '```json\n{"claims": []}\n```',
    ],
)
def test_prose_and_nonsense_add_nothing(content: str) -> None:
    """What is no list of claims is none."""
    with stub(says(content)) as (address, _):
        assert asked(address)[1] == []


def test_fields_of_the_wrong_kind_are_left_out() -> None:
    """Control characters, endless words, impossible dates and units of anything."""
    claim = {"kind": "quantity", "quote": "the garrison", "low": 10**400, "high": 5, "unit": "a\nb: {c}", "per": "fortnight",
             "deadline": "2025-02-31", "condition": "x" * 9999, "speaker": {"a": 1}}  # fmt: skip
    with stub(says([claim])) as (address, _):
        (row,) = asked(address)[1]
    assert (row["value_low"], row["value_high"], row["unit"], row["per"], row["deadline"]) == (
        None,
        5,
        "a_b_c_",
        None,
        None,
    )
    assert len(row["condition"]) == 300 and row["speaker"] == "author"


@pytest.mark.parametrize(
    "answer, status",
    [("x", 500), ("not JSON", 200), ("[]", 404), ("[" * 100_000, 200), (b"\xff" * 3_000_000, 200)],
)
def test_an_endpoint_that_is_none(answer: bytes | str, status: int) -> None:
    """One sentence that says what came back."""
    with stub(answer, status) as (address, _), pytest.raises(Unreadable, match="model"):
        asked(address)


def test_a_redirect_is_not_followed() -> None:
    """The text goes to the address that was typed and nowhere else."""
    with stub(says([])) as (elsewhere, seen), stub("", 307, Location="http://127.0.0.1:1/") as (address, _):
        with pytest.raises(Unreadable, match="307"):
            asked(address)
        with (
            stub("", 302, Location=elsewhere + "/chat/completions") as (other, _),
            pytest.raises(Unreadable, match="302"),
        ):
            asked(other)
        assert seen == []


def test_no_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment says."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("PANMUNJOM_MODEL_KEY", "secret")
    with stub(says([])) as (address, seen):
        asked(address)
    assert seen[0]["key"] == "Bearer secret"


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "localhost:8080", "http://", "http://127.0.0.1:1/v1", "http://[x"]
)
def test_addresses_that_are_none(address: str) -> None:
    """No traceback for a slip of the pen."""
    with pytest.raises(Unreadable):
        asked(address)


def test_long_texts_go_in_pieces() -> None:
    """And a quotation is looked for where its piece stands."""
    text = TEXT + "\n\n".join(
        f"And so the war goes on for town number {n} and for the army at the front." for n in range(400)
    )
    with stub(says([{"kind": "prediction", "quote": QUOTE}])) as (address, seen):
        _, lines, _ = asked(address, text)
    assert len(seen) > 1 and len(lines) == 1
    assert all(len(s["messages"][1]["content"]) <= model.CHUNK for s in seen)
