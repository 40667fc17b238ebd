"""Tests of statements use the graphs that the tests of the optimizer make."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "optimize"))
