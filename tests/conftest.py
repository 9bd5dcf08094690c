"""Lets every test folder import the helpers that stand in ``tests``, and the tools; compiled objects go to a folder of the run."""

import os
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "tools")]
os.environ.setdefault("PANMUNJOM_CACHE", tempfile.mkdtemp(prefix="panmunjom-test-"))


def pytest_collection_modifyitems(items: list) -> None:
    """Files whose tests run whole commands come first: they take longest, and several workers then end together."""
    items.sort(key=lambda item: "whole" not in item.path.parts)
