"""What a stage cost, and what its rows are like: by counters that are there anyway, never by counting rows again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import TypeVar

import msgspec

Number = TypeVar("Number", int, float)


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What the statements of a stage cost, by the engine's own counters. None: the engine does not tell."""

    cpu: float | None = None  # seconds, of all threads together
    memory: int | None = None  # bytes: the most that the engine held while a statement of it ran
    spilled: int | None = None  # bytes that did not fit into memory
    scanned: int | None = None  # rows of files and tables that passed the filters which their scans do by themselves

    def __add__(self, other: Cost) -> Cost:
        """Return the cost of both, one after the other."""
        return Cost(
            cpu=_both(self.cpu, other.cpu),
            memory=max((each for each in (self.memory, other.memory) if each is not None), default=None),
            spilled=max((each for each in (self.spilled, other.spilled) if each is not None), default=None),
            scanned=_both(self.scanned, other.scanned),
        )


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """The first rows of a dataset, as a csv has their values. Those of `masked` columns were never read."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]  # a row has a cell for each column; null in masked ones
    masked: tuple[str, ...] = ()

    def without(self, hidden: Set[str]) -> Sample:
        """Return the sample with more columns masked."""
        if hidden <= set(self.masked):
            return self
        is_seen = [each not in hidden for each in self.columns]
        rows = tuple(
            tuple(cell if seen else None for cell, seen in zip(row, is_seen, strict=True)) for row in self.rows
        )
        masked = tuple(each for each in self.columns if each in hidden or each in self.masked)
        return Sample(columns=self.columns, rows=rows, masked=masked)


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

    open: frozenset[str] = frozenset()  # where something is sensitive: names of columns that never are

    def hidden(self, dataset: str, columns: Iterable[str]) -> frozenset[str]:
        """Return those of the columns of a dataset that may not be seen."""
        if dataset in self.sensitive:
            return self.sensitive[dataset]
        return frozenset(each for each in columns if not self.shows(each))

    def shows(self, column: str) -> bool:
        """Whether a column may be seen of which only the name is known."""
        return not self.sensitive or column in self.open


def _both(one: Number | None, other: Number | None) -> Number | None:
    if one is None or other is None:
        return one if other is None else other
    return one + other
