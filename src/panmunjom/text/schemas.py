"""The JSON Schemas of a case's files: the one place where their keys stand, each with its type, meaning and example.

Editors complete and check with them, readers take the keys that they know from them, and the reference page is made
from them.
"""

from __future__ import annotations

from functools import lru_cache

TYPE_CHECKING = False  # as typing has it; the command line reads KINDS and should wait for no import
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

# what each schema is for, as the path of a file inside a case
KINDS: dict[str, str] = {
    "case": "case.yaml",
    "sources": "sources.yaml",
    "claims": "claims.yaml",
    "world": "world/*.yaml",
    "view": "views/*.yaml",
    "pooled": "views/pooled.yaml",
    "questions": "questions.yaml",
    "series": "data/series.yaml",
    "phrases": "phrases.yaml",
    "mechanisms": "mechanisms.yaml",
}

# what kinds of claims there are: here, because the command line lists them and should wait for nothing
CLAIM_KINDS = ("quantity", "prediction", "conditional", "demand", "assertion")


def schema_path(kind: str) -> Path:
    """Where the schema of one of ``KINDS`` lies."""
    from pathlib import Path

    return Path(__file__).parent.parent / "schemas" / f"{kind}.json"


@lru_cache
def schema(kind: str) -> dict[str, Any]:
    """The schema of one of ``KINDS``."""
    import json

    found: dict[str, Any] = json.loads(schema_path(kind).read_text(encoding="utf-8"))
    return found


@lru_cache
def keys(shape: str) -> dict[str, dict[str, Any]]:
    """The keys of a mapping and the schema of each: ``world.stock`` for a stock, ``case`` for the whole of case.yaml."""
    kind, _, name = shape.partition(".")
    whole = schema(kind)
    found: dict[str, dict[str, Any]] = (whole["$defs"][name] if name else whole)["properties"]
    return found
