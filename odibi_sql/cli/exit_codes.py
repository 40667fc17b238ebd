"""What the process ends with."""

from __future__ import annotations

DONE, FAILED, WRONG, CANCELLED = 0, 1, 2, 130  # 1: the run failed; 2: the pipeline or the command is wrong
