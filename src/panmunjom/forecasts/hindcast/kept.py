"""Finished origins as files: numbers and a small JSON in one .npz, written whole or not at all, read without pickle."""

from __future__ import annotations

import contextlib
import json
import os
import zipfile
from datetime import date
from pathlib import Path

import numpy as np

from .origin import Origin

MOST = 20_000_000  # bytes of one file
_FIELDS = ("collapsed", "ess", "ess_day", "figures", "seconds", "lost")


def save(path: Path, found: Origin) -> None:
    """Write an origin's forecasts. Raises ``OSError``."""
    arrays = {f"{name}|{h}": q for name, by in found.forecasts.items() for h, q in by.items()}
    head = {"day": str(found.day), "start": str(found.start)} | {k: getattr(found, k) for k in _FIELDS}
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            np.savez_compressed(file, head=np.frombuffer(json.dumps(head).encode(), np.uint8), **arrays)  # type: ignore[arg-type]
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def load(path: Path) -> Origin | None:
    """The origin of a file; None where there is none or it cannot be read, so that it is run again."""
    try:
        if not path.is_file() or path.stat().st_size > MOST:
            return None
        with np.load(path, allow_pickle=False) as data:
            head = json.loads(bytes(data["head"]).decode())
            found = Origin(date.fromisoformat(head["day"]), date.fromisoformat(head["start"]))
            for name in _FIELDS:
                setattr(found, name, head[name])
            for key in data.files:
                if key != "head":
                    name, _, h = key.rpartition("|")
                    found.forecasts.setdefault(name, {})[int(h)] = np.asarray(data[key], float)
            return found
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError):
        return None
