"""Formats, encodings, page furniture, what is found out about a document, and files that cannot be read."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import date
from pathlib import Path

import pytest

from panmunjom.evidence.documents import opening, reading
from panmunjom.evidence.documents.reading import read, read_bytes
from panmunjom.evidence.documents.records import Document, Unreadable
from panmunjom.evidence.proposing.assemble import propose
from panmunjom.evidence.proposing.lines import line

ENGLISH = (
    "The army is losing about 100 tanks a month, and it can only build 20 of them.\n\n"
    "It will run out of them by the end of 2025, the institute said in a report that was published this week.\n"
)
GERMAN = (
    "Die Armee verliert über 100 Panzer im Monat, und sie kann nur 20 davon bauen.\n\n"
    "Sie wird bis Ende 2025 keine mehr haben, sagte der Sprecher des Instituts in dieser Woche.\n"
)
PAGE = """<!doctype html><html><head><title>When the guns run out</title>
<meta name="author" content="Ann Example"><meta property="article:published_time" content="2024-11-14"></head>
<body><nav><a href="/">Home</a> <a href="/w">10,000 readers</a></nav><article><h1>When the guns run out</h1>
<p>The army is losing about <b>100</b> tanks a month &ndash; and it can only build 20 of them in the same period.</p>
<p>It will run out of them by <i>next August</i>, the institute&nbsp;said in a report that was published this week.</p>
</article><aside><p>Subscribe now! 20,000 readers will love our newsletter about the war.</p></aside></body></html>"""


def spans_fit(document: Document) -> list[str]:
    """The quotations of a document, each checked against its text."""
    lines = [line(document, p) for p in propose(document)]
    assert all(document.text[row["start"] : row["end"]] == row["quote"] for row in lines)
    return [row["quote"] for row in lines]


def pdf(pages: list[list[str]], **canvas: object) -> bytes:
    """A PDF with these lines on its pages, and a head and a foot."""
    writer = pytest.importorskip("reportlab.pdfgen.canvas")
    file = io.BytesIO()
    sheet = writer.Canvas(file, **canvas)
    for number, lines in enumerate(pages, 1):
        if lines:
            sheet.drawString(72, 800, "Institute for Examples, Report 12")
            sheet.drawString(72, 30, f"Page {number}")
        for i, text in enumerate(lines):
            sheet.drawString(72, 760 - 14 * i, text)
        sheet.showPage()
    sheet.save()
    return file.getvalue()


def docx(*paragraphs: str) -> bytes:
    """A Word document of plain paragraphs."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = "".join(f"<w:p><w:r><w:t>{p}</w:t></w:r></w:p>" for p in paragraphs)
    return zipped({"word/document.xml": f"<w:document {space}><w:body>{body}</w:body></w:document>"})


def zipped(files: dict[str, str]) -> bytes:
    """A ZIP archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return file.getvalue()


@pytest.mark.parametrize("encoding, notes", [("utf-8", 0), ("utf-8-sig", 0), ("utf-16", 0), ("cp1252", 1)])
def test_encodings(encoding: str, notes: int) -> None:
    """The same claims whatever the encoding; a guess is called one."""
    document = read_bytes("a.txt", GERMAN.encode(encoding))
    assert document.language and document.language.value == "de"
    assert any("100 Panzer" in quote for quote in spans_fit(document))
    assert len(document.notes) == notes


def test_broken_bytes_are_said_and_the_rest_is_read() -> None:
    """One bad byte costs one character."""
    data = GERMAN.encode() * 3
    document = read_bytes("a.txt", data[:40] + b"\xff" + data[40:])
    assert "not UTF-8" in document.notes[0] and spans_fit(document)


def test_text_decoded_twice_is_said() -> None:
    """Umlauts that became two characters before the file was saved."""
    document = read_bytes("a.txt", GERMAN.encode().decode("cp1252", "replace").encode())
    assert "decoded wrongly" in document.notes[0]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_are_counted(end: str) -> None:
    """Offsets count the file's own characters."""
    text = ENGLISH.replace("\n", end)
    document = read_bytes("a.txt", text.encode())
    assert document.text == text and spans_fit(document)


def test_furniture_is_masked_and_stays_in_the_text() -> None:
    """Menus, breadcrumbs, captions and repeated lines are not read, and no offset moves."""
    page = f"close\nclose\nHome > War > 5,000 tanks\nSubscribe\n\n{ENGLISH}\nPhoto: 300 soldiers\nRead more\n© 2024 The Paper\n"
    document = read_bytes("a.txt", page.encode())
    assert document.text == page
    quotes = " ".join(spans_fit(document))
    assert "100 tanks" in quotes and "5,000" not in quotes and "300" not in quotes


def test_html() -> None:
    """Markup and furniture are masked; author, title and date come from the head; quotations are the file's."""
    pytest.importorskip("trafilatura")
    document = read_bytes("page.html", PAGE.encode())
    quotes = spans_fit(document)
    assert document.text == PAGE and any("<b>100</b> tanks a month" in q for q in quotes)
    assert not any("readers" in q for q in quotes)
    found = [document.title, document.author, document.published]
    assert [f.value for f in found if f] == ["When the guns run out", "Ann Example", "2024-11-14"]
    shown = next(p.shown for p in propose(document) if p.kind == "quantity")
    assert shown == "about 100 tanks a month"


def test_pdf() -> None:
    """Lines wrap into sentences, running heads are masked."""
    pytest.importorskip("pypdf")
    seasons = ("spring", "summer", "autumn", "winter")
    lines = [
        [
            f"In the {s} the army is losing about 100 tanks a",
            f"month on the {s} front, and it will run",
            "out of them by 2027.",
        ]
        for s in seasons
    ]
    document = read_bytes("a.pdf", pdf(lines), date(2024, 11, 14))
    quotes = spans_fit(document)
    assert document.format == "pdf" and sum("100 tanks" in q for q in quotes) >= 4
    masked = {document.text[b.start : b.end].strip() for b in document.blocks if b.furniture}
    assert "Institute for Examples, Report 12" in masked and "Page 2" in masked


def test_docx() -> None:
    """Paragraphs of a Word document."""
    document = read_bytes("a.docx", docx(*ENGLISH.split("\n\n")))
    assert document.format == "docx" and any("100 tanks" in q for q in spans_fit(document))


@pytest.mark.parametrize(
    "data, code",
    [
        (b" \n\t", "empty"), (b"PK\x03\x04junk", "damaged"), (zipped({"a": "b"}), "unknown-format"), (b"{\\rtf1 x}", "unknown-format"),
        (b"\x89PNG\r\n", "unknown-format"), (bytes(range(256)) * 20, "not-text"), (b"---\n***\n", "no-text"),
        (zipped({"word/document.xml": "<!DOCTYPE l [<!ENTITY a 'aaaa'>]><l>&a;</l>"}), "damaged"),
        (docx(), "no-text"),
    ],
)  # fmt: skip
def test_unreadable_files(data: bytes, code: str) -> None:
    """A clear word each."""
    with pytest.raises(Unreadable) as error:
        read_bytes("a", data)
    assert error.value.code == code


def test_unreadable_pdf() -> None:
    """Encrypted, without text, cut off."""
    pytest.importorskip("pypdf")
    encrypt = pytest.importorskip("reportlab.lib.pdfencrypt")
    pytest.importorskip("cryptography")
    good = pdf([["The army will lose 100 tanks."]])
    cases = [(pdf([["secret"]], encrypt=encrypt.StandardEncryption("word")), "encrypted"), (pdf([[], []]), "no-text"),
             (good[: len(good) // 2], "damaged")]  # fmt: skip
    for data, code in cases:
        with pytest.raises(Unreadable) as error:
            read_bytes("a.pdf", data)
        assert error.value.code == code


def test_an_archive_bomb_is_not_unpacked() -> None:
    """The size that the archive names is looked at first."""
    with pytest.raises(Unreadable, match="MB"):
        read_bytes("a.docx", zipped({"word/document.xml": " " * (opening.docx.LARGEST + 1)}))


def test_deep_html_is_refused() -> None:
    """More elements inside one another than any page has."""
    pytest.importorskip("trafilatura")
    with pytest.raises(Unreadable, match="inside one another"):
        read_bytes("a.html", b"<html><body>" + b"<div>" * 100_000)


@pytest.mark.parametrize(
    "text",
    ["if , and , will " * 800, "he said that " * 800, "two thousand hundred and " * 800, "1,000 " * 4000, '"' * 20_000 + "x",
     "a" * 100_000, "Russia will " + " " * 200_000 + "lose.", "\n" * 100_000 + "Russia will lose.", "9" * 50_000, "of the " * 4000],
    ids=range(10),
)  # fmt: skip
def test_nonsense_takes_no_time(text: str) -> None:
    """Nothing grows faster than the text by much."""
    began = time.process_time()
    try:
        spans_fit(read_bytes("a.txt", text.encode(), date(2024, 1, 1)))
    except Unreadable:
        pass
    assert time.process_time() - began < 10


def test_a_hundred_pages_take_seconds() -> None:
    """300 kB of different sentences."""
    words = [
        f"In the war number {n} the army lost {n + 2},100 tanks, and it will run out of them by 2027 unless {n} allies help."
        for n in range(2700)
    ]
    began = time.process_time()
    found = propose(read_bytes("a.txt", "\n\n".join(words).encode(), date(2024, 1, 1)))
    assert len(found) > 5000 and time.process_time() - began < 20


def test_a_large_file_is_refused(tmp_path: Path) -> None:
    """Before it is read."""
    file = tmp_path / "large.txt"
    with file.open("wb") as stream:
        stream.truncate(reading.LARGEST_FILE + 1)
    with pytest.raises(Unreadable, match="20 MB"):
        read(file)


def test_other_languages_are_named() -> None:
    """A document that is not read says in which language it is."""
    french = "La guerre est dans une phase difficile pour les deux pays, et elle ne sera pas finie avant la fin de l'année."
    for text, name in (
        (french, "French"),
        ("Війна не закінчиться до кінця року, і це важко для всіх.", "Ukrainian"),
    ):
        document = read_bytes("a.txt", text.encode())
        assert name in document.notes[0] and propose(document) == []


def test_mixed_languages_are_read_each_in_its_own() -> None:
    """A German paragraph in an English document."""
    document = read_bytes("a.txt", (ENGLISH * 2 + "\n" + GERMAN).encode())
    assert {s.language for s in document.sentences} == {"en", "de"}
    assert any("mixed languages: parts in German" in note for note in document.notes)
    assert any("über 100 Panzer" in q for q in spans_fit(document))


def test_what_is_found_out_about_a_document() -> None:
    """Byline, dateline and signs of a copy, each with how it is known."""
    text = f"A war of numbers\n\nBy Jane Doe\nPublished: 14 November 2024\n\n{ENGLISH}\nThis article was originally published elsewhere.\n"
    document = read_bytes("a.txt", text.encode())
    assert document.title and document.title.value == "A war of numbers"
    assert document.author and (document.author.value, document.author.sure) == ("Jane Doe", "high")
    assert document.published and (document.published.value, document.published.sure) == (
        "2024-11-14",
        "high",
    )
    assert "first published elsewhere" in document.signs[0]
    given = read_bytes("a.txt", text.encode(), date(2025, 1, 2))
    assert given.published and given.published.value == "2025-01-02"


def test_sentences_lose_nothing() -> None:
    """German ordinals and abbreviations end no sentence."""
    text = "Am 14. Oktober kam Dr. Huber, z. B. mit 5 Mio. Euro. Er ging am 3. Mai. Die Lage war gut im Jahr 2024. Dann kam der Krieg."
    document = read_bytes("a.txt", text.encode())
    assert [s.text for s in document.sentences] == [
        "Am 14. Oktober kam Dr. Huber, z. B. mit 5 Mio. Euro.", "Er ging am 3. Mai.", "Die Lage war gut im Jahr 2024.", "Dann kam der Krieg.",
    ]  # fmt: skip
