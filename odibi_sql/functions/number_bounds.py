"""Numbers that may not fit: null instead of a failure; and the buckets of a range."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odibi_sql.functions.define import always, function
from odibi_sql.functions.patterns import INTEGER, NUMERIC, REAL
from odibi_sql.ir.types import INT64

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, NumericValue


@function(
    x=INTEGER,
    y=INTEGER,
    result=INT64,
    nullable=always,
    native=True,
    examples=("try_add(1, 2) = 3", "try_add(9223372036854775807, 1) is null"),
)
def try_add(x: IntegerValue, y: IntegerValue) -> IntegerValue:
    """Return `x + y` of whole numbers; null where it does not fit, where `+` fails the run."""


@function(
    x=INTEGER,
    y=INTEGER,
    result=INT64,
    nullable=always,
    native=True,
    examples=("try_subtract(1, 2) = -1", "try_subtract(-9223372036854775807, 2) is null"),
)
def try_subtract(x: IntegerValue, y: IntegerValue) -> IntegerValue:
    """Return `x - y` of whole numbers; null where it does not fit, where `-` fails the run."""


@function(
    x=INTEGER,
    y=INTEGER,
    result=INT64,
    nullable=always,
    native=True,
    examples=("try_multiply(6, 7) = 42", "try_multiply(9223372036854775807, 2) is null"),
)
def try_multiply(x: IntegerValue, y: IntegerValue) -> IntegerValue:
    """Return `x * y` of whole numbers; null where it does not fit, where `*` fails the run."""


@function(
    x=NUMERIC,
    result=NUMERIC,
    nullable=always,
    native=True,
    aliases=("nullifzero",),
    examples=("nullif_zero(0) is null", "nullif_zero(2.5) = 2.5"),
)
def nullif_zero(x: NumericValue) -> NumericValue:
    """Return `x`, or null where it is zero."""


@function(
    x=NUMERIC,
    result=NUMERIC,
    nullable=lambda _: False,
    native=True,
    aliases=("zeroifnull",),
    examples=("zero_if_null(cast(null as int64)) = 0", "zero_if_null(2.5) = 2.5"),
)
def zero_if_null(x: NumericValue) -> NumericValue:
    """Return `x`, or zero where it is null."""


@function(
    x=REAL,
    low=REAL,
    high=REAL,
    count=INTEGER,
    result=INT64,
    nullable=always,
    native=True,
    examples=(
        "width_bucket(2.5, 0, 10, 4) = 2",
        "width_bucket(-1, 0, 10, 4) = 0",
        "width_bucket(10, 0, 10, 4) = 5",
        "width_bucket(5, 10, 0, 4) is null",
    ),
)
def width_bucket(x: NumericValue, low: NumericValue, high: NumericValue, count: IntegerValue) -> IntegerValue:
    """Return in which of `count` buckets of one width from `low` to `high` the number is, from 1.

    It is 0 below `low`, and `count + 1` from `high` on; null where `low` is not below `high`, or `count` not above 0.
    """
