"""Documents of our own with their claims marked in the text.

The first line is ``# LANGUAGE DATE manner``. A claim is ``{q LOW[..HIGH] UNIT[/PER]|words}`` for a quantity, ``{f DEADLINE
@SPEAKER|words}`` for a forecast and ``{c ...|words}`` for a conditional; ``-`` stands for no deadline; claims may be nested.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "evidence" / "reading" / "documents"


@dataclass(frozen=True)
class Marked:
    """A document without its marks, and the claims that were marked."""

    name: str
    text: str
    day: date
    claims: list[dict[str, Any]]


def load(path: Path) -> Marked:
    """Read one marked document."""
    head, _, body = path.read_text(encoding="utf-8").partition("\n")
    language, day = head.split()[1:3]
    text, claims, stack = "", [], []
    position = 0
    for found in re.finditer(r"\{([qfc]) ([^|{}]*)\||\}", body):
        text += body[position : found.start()]
        position = found.end()
        if found.group() == "}":
            start, kind, about = stack.pop()
            claims.append(
                {"doc": path.name, "start": start, "end": len(text), "lang": language, **_claim(kind, about)}
            )
            claims[-1]["quote"] = text[start:]
        else:
            stack.append((len(text), found[1], found[2].strip()))
    assert not stack, f"{path.name}: a mark is not closed"
    return Marked(path.name, text + body[position:], date.fromisoformat(day), claims)


def _claim(kind: str, about: str) -> dict[str, Any]:
    if kind == "q":
        figure, _, unit = about.partition(" ")
        low, _, high = figure.partition("..")
        unit, _, per = unit.partition("/")
        return {
            "kind": "quantity",
            "value_low": float(low),
            "value_high": float(high or low),
            "unit": unit,
            "per": per or None,
        }
    deadline, _, speaker = about.partition("@")
    deadline = "" if deadline.strip() == "-" else deadline
    return {
        "kind": "forecast" if kind == "f" else "conditional",
        "deadline": deadline.strip() or None,
        "voice": "reported" if speaker else "author",
        "speaker": speaker.strip() or "author",
    }
