"""Bytes become text, and a broken encoding is said, not hidden."""

from __future__ import annotations

import re

from .records import Unreadable

_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?([\w-]{2,30})""", re.IGNORECASE
)
# What UTF-8 looks like after somebody read it as Windows-1252 and saved it again.
_TWICE = re.compile("Ã[¤¶¼Ÿ©¨„–œ]|â€[™œ\x9d“”–]")


def decode(data: bytes) -> tuple[str, str, list[str]]:
    """Text, the encoding's name and what is doubtful about it. Line ends are kept as they are.

    Tried in order: byte order mark, UTF-8, what an HTML file declares, Windows-1252. Raises ``Unreadable`` for bytes
    that are no text.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(name), name, []
            except UnicodeDecodeError:
                raise Unreadable("broken-encoding", f"begins as {name} but does not go on so") from None
    if b"\x00" in data[:4096]:
        raise Unreadable(
            "not-text", "is no text: it holds zero bytes", "Text, HTML, PDF and DOCX can be read."
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _other(data, error)
    notes = []
    if _TWICE.search(text):
        notes.append(
            "the text was decoded wrongly before it was saved ('Ã¼' for 'ü'); quotes keep what the file has"
        )
    if "\N{REPLACEMENT CHARACTER}" in text:
        notes.append(f"{text.count(chr(0xFFFD))} characters were lost before the file was saved")
    return text, "utf-8", notes


def _other(data: bytes, error: UnicodeDecodeError) -> tuple[str, str, list[str]]:
    """Text that is not UTF-8."""
    found = _DECLARED.search(data[:4096])
    for name in [found.group(1).decode("ascii")] if found else []:
        try:
            return data.decode(name), name.lower(), []
        except (UnicodeDecodeError, LookupError):
            break
    broken = sum(1 for c in data.decode("utf-8", "replace") if c == "\N{REPLACEMENT CHARACTER}")
    good = len(re.findall(rb"[\xc3\xe2\xd0\xd1][\x80-\xbf]", data))
    if good > 4 * broken:  # UTF-8 with a few broken bytes: read on, one sign for each
        text = data.decode("utf-8", "replace")
        return (
            text,
            "utf-8",
            [
                f"{broken} bytes from byte {error.start} on are not UTF-8; they are shown as \N{REPLACEMENT CHARACTER}"
            ],
        )
    text = data.decode("cp1252", "replace")
    strange = sum(1 for c in text if c == "\N{REPLACEMENT CHARACTER}" or (c < " " and c not in "\t\n\r\f"))
    if strange > len(text) / 100:
        raise Unreadable("not-text", "is no text in UTF-8, UTF-16 or Windows-1252", "Save it as UTF-8.")
    return text, "windows-1252", ["not UTF-8: read as Windows-1252, a guess"]
