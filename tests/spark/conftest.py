"""Tests on Spark use the graphs of the tests of statements and of the optimizer."""

import sys
from pathlib import Path

for room in ("optimize", "lower", "sql"):
    sys.path.append(str(Path(__file__).resolve().parent.parent / room))
