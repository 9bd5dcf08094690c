"""Lets every test folder import the helpers that stand beside it in ``tests``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
