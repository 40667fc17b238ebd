"""What a stage cost, and what its rows are like: by counters that are there anyway, never by counting rows again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import msgspec

Number = TypeVar("Number", int, float)


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What the statements of a stage cost, by the engine's own counters. None: the engine does not tell."""

    cpu: float | None = None  # seconds, of all threads together
    memory: int | None = None  # bytes: the most that the engine held while a statement of it ran
    spilled: int | None = None  # bytes that did not fit into memory
    scanned: int | None = None  # rows that were read of files and tables
    read: int | None = None  # bytes that were read of files

    def __add__(self, other: Cost) -> Cost:
        """Return the cost of both, one after the other."""
        return Cost(
            cpu=_both(self.cpu, other.cpu),
            memory=max((each for each in (self.memory, other.memory) if each is not None), default=None),
            spilled=max((each for each in (self.spilled, other.spilled) if each is not None), default=None),
            scanned=_both(self.scanned, other.scanned),
            read=_both(self.read, other.read),
        )


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """The first rows of a dataset, as a csv has their values. Those of `masked` columns were never read."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]  # a row has a cell for each column; null in masked ones
    masked: tuple[str, ...] = ()


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a stage beside its counts."""

    ready: float | None = None  # seconds from the begin of the run until all that it needs was there
    began: float | None = None  # … until its first try
    storing: float | None = None  # seconds of the last try to flush, hold to the rules, and put in place
    cost: Cost = Cost()
    nulls: dict[str, int] | None = None  # of each column, by the footers of the files; None: not counted
    sample: Sample | None = None


class Tracking(msgspec.Struct, frozen=True, kw_only=True):
    """What of the rows may be written down: at most `rows` of each dataset, and nothing of what is sensitive."""

    rows: int = 0
    sensitive: Mapping[str, frozenset[str]] = {}  # columns, by dataset


def _both(one: Number | None, other: Number | None) -> Number | None:
    if one is None or other is None:
        return one if other is None else other
    return one + other
