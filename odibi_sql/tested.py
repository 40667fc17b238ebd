"""What running tests gives back: of each whether it passed, and where rows are not those that it expects."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol
from typing import Literal as OneOf

import msgspec

from odibi_sql import ir
from odibi_sql.diagnostics import Span

Row = tuple[Any, ...]
_CLOSE = {32: 1e-6, 64: 1e-9}  # two floats that differ by less of their size are one


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Where the rows of a dataset are not those expected; only the columns that the test names are looked at.

    `misplaced`: the rows are right and their order is not: what is expected first at a wrong place, and what is there.
    """

    dataset: str
    columns: ir.Schema
    missing: tuple[tuple[Row, Span], ...] = ()  # with the place where the test has it
    unexpected: tuple[Row, ...] = ()
    misplaced: tuple[tuple[Row, Span], Row] | None = None
    span: Span


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One test. `problems` are why its run failed: sentences."""

    title: str
    span: Span
    seconds: float
    differences: tuple[Difference, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def status(self) -> OneOf["passed", "failed"]:
        """Whether all is as expected."""
        return "failed" if self.differences or self.problems else "passed"


class Outcomes(msgspec.Struct, frozen=True, kw_only=True):
    """The tests of one pipeline, in the order written."""

    pipeline: str
    tests: tuple[Outcome, ...]

    @property
    def success(self) -> bool:
        """Whether all passed."""
        return all(each.status == "passed" for each in self.tests)

    def __repr__(self) -> str:
        failed = sum(each.status == "failed" for each in self.tests)
        return f"<Tests of {self.pipeline}: {len(self.tests) - failed} passed, {failed} failed>"


class Wanted(Protocol):
    """What a test expects of a dataset: values of `columns`, one row for each of `places`."""

    @property
    def dataset(self) -> str:
        """Its name."""

    @property
    def columns(self) -> ir.Schema:
        """The columns that are looked at."""

    @property
    def order(self) -> tuple[str, ...]:
        """The columns that the dataset is sorted by."""

    @property
    def places(self) -> tuple[Span, ...]:
        """Where the rows are written."""

    @property
    def span(self) -> Span:
        """Where they are expected."""


def difference(wanted: Wanted, expected: Sequence[Row], actual: Any) -> Difference | None:
    """Return how the rows of `actual` (an Arrow table) differ from those expected, None where they do not.

    Rows are compared as often as they are there, and in their order where the dataset is sorted: rows that are equal in
    the columns of the sort come in any. NaN is NaN; floats are equal where they differ in no digit that counts.
    """
    rows = rows_of(actual, wanted.columns.names)
    types = [field.type for field in wanted.columns]
    left, missing = _without(list(enumerate(expected)), list(enumerate(rows)), types)
    if left or missing:
        return Difference(
            dataset=wanted.dataset,
            columns=wanted.columns,
            missing=tuple((row, wanted.places[number]) for number, row in missing),
            unexpected=tuple(row for _, row in left),
            span=wanted.span,
        )
    order = rows_of(actual, wanted.order)
    number = _first_misplaced(expected, rows, order, types) if wanted.order else None
    if number is None:
        return None
    misplaced = (expected[number], wanted.places[number]), rows[number]
    return Difference(dataset=wanted.dataset, columns=wanted.columns, misplaced=misplaced, span=wanted.span)


def rows_of(table: Any, names: Sequence[str]) -> list[Row]:
    """Return the rows of an Arrow table, these columns alone."""
    return list(zip(*(_values(table.column(name)) for name in names), strict=True))


def _values(column: Any) -> list[Any]:
    """Return the values; times beyond the years that Python knows (1 to 9999) are texts."""
    try:
        values: list[Any] = column.to_pylist()
    except (OverflowError, ValueError):
        values = column.cast("string").to_pylist()
    return values


Numbered = list[tuple[int, Row]]


def _without(expected: Numbered, rows: Numbered, types: Sequence[ir.Type]) -> tuple[Numbered, Numbered]:
    """Return the rows that no expected one is, and the expected ones that no row is."""
    left, missing = rows, []
    for each in expected:
        found = next((place for place, (_, row) in enumerate(left) if _are_same(row, each[1], types)), None)
        if found is None:
            missing.append(each)
        else:
            left = left[:found] + left[found + 1 :]
    return left, missing


def _first_misplaced(
    expected: Sequence[Row], rows: Sequence[Row], order: Sequence[Row], types: Sequence[ir.Type]
) -> int | None:
    """Return the first expected row that is not among those that the sort has at its place."""
    start = 0
    while start < len(rows):
        end = start + 1
        while end < len(rows) and all(map(_is_same, order[end], order[start])):
            end += 1
        here = list(enumerate(expected))[start:end]
        _, missing = _without(here, list(enumerate(rows))[start:end], types)
        if missing:
            return missing[0][0]
        start = end
    return None


def _are_same(row: Row, other: Row, types: Sequence[ir.Type]) -> bool:
    return all(_is_same(*each) for each in zip(row, other, types, strict=True))


def _is_same(value: Any, other: Any, type_: ir.Type = ir.FLOAT64) -> bool:
    match value, other:
        case float(), float():
            digits = type_.bits if isinstance(type_, ir.Float) else 64
            both_nan = math.isnan(value) and math.isnan(other)
            return both_nan or math.isclose(value, other, rel_tol=_CLOSE[digits], abs_tol=1e-12)
        case list(), list():
            return len(value) == len(other) and all(map(_is_same, value, other))
        case tuple(), tuple():
            return len(value) == len(other) and all(map(_is_same, value, other))
        case dict(), dict():
            return value.keys() == other.keys() and all(_is_same(value[key], other[key]) for key in value)
    return bool(value == other)
