"""Window functions: one value for each row, from the rows of its partition. All need `over (…)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odibi_sql.functions.define import Nullables, always, window
from odibi_sql.functions.lazy import ibis
from odibi_sql.functions.patterns import INTEGER, T, constant, optional
from odibi_sql.ir.types import FLOAT64, INT64

if TYPE_CHECKING:
    from ibis.expr.types import FloatingValue, IntegerValue, Value


def _at_least_one(count: Any) -> str | None:
    return None if count >= 1 else "a whole number from 1"


def _not_negative(count: Any) -> str | None:
    return None if count >= 0 else "a whole number from 0 (`lead` looks ahead, `lag` looks back)"


def _offset(nullables: Nullables) -> bool:
    """Null where the value, or the default in its place, is null."""
    return nullables[0] or len(nullables) < 3 or nullables[2]


@window(
    result=INT64,
    native=True,
    needs_order=True,
    takes_frame=False,
    examples=("row_number() over (order by x) = (2, 1, 3) for x in ('b', 'a', 'c')",),
)
def row_number() -> IntegerValue:
    """Return the place of the row in its partition, from 1, no two rows alike."""


@window(
    result=INT64,
    takes_frame=False,
    native=True,
    examples=("rank() over (order by x) = (1, 1, 3) for x in (10, 10, 20)",),
)
def rank() -> IntegerValue:
    """Return the place of the row in its partition, from 1; equal rows share one, and the next places are left out."""


@window(
    result=INT64,
    takes_frame=False,
    native=True,
    examples=("dense_rank() over (order by x) = (1, 1, 2) for x in (10, 10, 20)",),
)
def dense_rank() -> IntegerValue:
    """Return the place of the row in its partition, from 1; equal rows share one, and none is left out."""


@window(
    result=FLOAT64,
    takes_frame=False,
    examples=("percent_rank() over (order by x) = (0.0, 0.5, 1.0) for x in (1, 2, 3)",),
)
def percent_rank() -> FloatingValue:
    """Return (rank - 1) / (rows - 1): 0 of the first row, 1 of the last; 0 of an only row."""
    return ibis.percent_rank()


@window(result=FLOAT64, takes_frame=False, examples=("cume_dist() over (order by x) = (0.5, 1.0) for x in (1, 2)",))
def cume_dist() -> FloatingValue:
    """Return which part of the rows is not behind this one, from above 0 to 1."""
    return ibis.cume_dist()


@window(
    buckets=constant(INTEGER, problem=_at_least_one),
    result=INT64,
    native=True,
    needs_order=True,
    takes_frame=False,
    examples=("ntile(2) over (order by x) = (1, 1, 2) for x in (1, 2, 3)",),
)
def ntile(buckets: int) -> IntegerValue:
    """Return in which of `buckets` parts, as equal as can be, the row is, from 1; the first are the larger ones."""


@window(
    value=T,
    offset=constant(INTEGER, default=1, problem=_not_negative),
    default=optional(T),
    result=T,
    nullable=_offset,
    needs_order=True,
    takes_frame=False,
    examples=(
        "lag(x) over (order by x) = (null, 1, 2) for x in (1, 2, 3)",
        "lag(x, 2, 0) over (order by x) = (0, 0, 1) for x in (1, 2, 3)",
    ),
)
def lag(value: Value, offset: int, default: Value | None) -> Value:
    """Return the value of the row `offset` rows (1 where left out) before; `default`, or null, where there is none."""
    return value.lag() if offset == 1 and default is None else value.lag(offset, default)


@window(
    value=T,
    offset=constant(INTEGER, default=1, problem=_not_negative),
    default=optional(T),
    result=T,
    nullable=_offset,
    needs_order=True,
    takes_frame=False,
    examples=(
        "lead(x) over (order by x) = (2, 3, null) for x in (1, 2, 3)",
        "lead(x, 1, 0) over (order by x) = (2, 3, 0) for x in (1, 2, 3)",
    ),
)
def lead(value: Value, offset: int, default: Value | None) -> Value:
    """Return the value of the row `offset` rows (1 where left out) behind; `default`, or null, where there is none."""
    return value.lead() if offset == 1 and default is None else value.lead(offset, default)


@window(
    value=T,
    result=T,
    nullable=always,
    needs_order=True,
    native=True,
    examples=("first_value(x) over (order by x) = (1, 1, 1) for x in (1, 2, 3)",),
)
def first_value(value: Value) -> Value:
    """Return the value of the first row of the frame; null where the frame has none."""


@window(
    value=T,
    result=T,
    nullable=always,
    needs_order=True,
    native=True,
    examples=("last_value(x) over (order by x) = (1, 2, 3) for x in (1, 2, 3)",),
)
def last_value(value: Value) -> Value:
    """Return the value of the last row of the frame (which ends at the current row, unless written)."""


@window(
    value=T,
    position=constant(INTEGER, problem=_at_least_one),
    result=T,
    nullable=always,
    needs_order=True,
    native=True,
    examples=("nth_value(x, 2) over (order by x) = (null, 2, 2) for x in (1, 2, 3)",),
)
def nth_value(value: Value, position: int) -> Value:
    """Return the value of the row at a position of the frame, from 1; null where the frame has no such row."""
