"""Libraries that only some formats need, imported when one is read."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import Any

from .records import Unreadable


def need(module: str, what: str) -> Any:
    """The module, silent about what it thinks of a file; raises ``Unreadable`` that names what to install."""
    try:
        found = import_module(module)
    except ImportError:
        hint = "Install it with: pip install 'panmunjom[read]'"
        raise Unreadable("not-installed", f"needs the library {module}, which reads {what}", hint) from None
    logging.getLogger(module).setLevel(logging.CRITICAL)
    return found
