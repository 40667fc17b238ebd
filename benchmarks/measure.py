"""Whole processes measured from outside: processor time, wall time, peak memory, by the system's own accounting."""

from __future__ import annotations

import argparse
import os
import subprocess
import time
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple


class Cost(NamedTuple):
    """What one process took."""

    cpu: float  # seconds, user and system
    wall: float  # seconds
    memory: float  # bytes, at the peak


def cost_of(command: Sequence[str]) -> Cost:
    """Run a command to its end. Raises CalledProcessError where it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(used.ru_utime + used.ru_stime, time.perf_counter() - start, used.ru_maxrss * 1024.0)


def job_options(doc: str | None) -> argparse.Namespace:
    """Return what a benchmark of the job was asked for: `folder`, `rows`, `times`."""
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--times", type=int, default=3)
    return parser.parse_args()


def middle(costs: Sequence[Cost]) -> Cost:
    """Return the median of each figure."""
    return Cost(*(median(figures) for figures in zip(*costs, strict=True)))
