"""Lets every test folder import the helpers that stand beside it in ``tests``; compiled objects go to a folder of the run."""

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
os.environ.setdefault("PANMUNJOM_CACHE", tempfile.mkdtemp(prefix="panmunjom-test-"))
