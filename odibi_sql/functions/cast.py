"""Casts with a name: `to_int(x)` is `cast(x as int64)`, `try_to_int(x)` is `try_cast(x as int64)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odibi_sql.functions.define import always, function
from odibi_sql.functions.patterns import SCALAR, TEXT_OR_NUMBER, TEXT_OR_TIME
from odibi_sql.ir.types import BOOL, DATE, FLOAT64, INT64, STRING, TIMESTAMP

if TYPE_CHECKING:
    from ibis.expr.types import Value


@function(value=TEXT_OR_NUMBER, result=INT64, cast_to=INT64, examples=("to_int('42') = 42", "to_int(2.7) = 2"))
def to_int(value: Value) -> Value:
    """Return `value` as int64, what is behind the point cut off; what is no whole number fails the run."""
    return value.cast("int64")


@function(
    value=TEXT_OR_NUMBER, result=FLOAT64, cast_to=FLOAT64, examples=("to_float('1.5') = 1.5", "to_float(2) = 2.0")
)
def to_float(value: Value) -> Value:
    """Return `value` as float64; what is no number fails the run."""
    return value.cast("float64")


@function(
    value=SCALAR,
    result=STRING,
    cast_to=STRING,
    aliases=("to_string",),
    examples=("to_text(42) = '42'", "to_text(true) = 'true'"),
)
def to_text(value: Value) -> Value:
    """Return `value` as a string."""
    return value.cast("string")


@function(value=TEXT_OR_NUMBER, result=BOOL, cast_to=BOOL, examples=("to_bool('true') = true", "to_bool(0) = false"))
def to_bool(value: Value) -> Value:
    """Return `value` as true or false; what is neither fails the run."""
    return value.cast("boolean")


@function(value=TEXT_OR_TIME, result=DATE, cast_to=DATE, examples=("to_date('2024-02-29') = date '2024-02-29'",))
def to_date(value: Value) -> Value:
    """Return `value` as a date; what is none fails the run."""
    return value.cast("date")


@function(
    value=TEXT_OR_TIME,
    result=TIMESTAMP,
    cast_to=TIMESTAMP,
    examples=("to_timestamp('2024-02-29 10:00:00') = timestamp '2024-02-29 10:00:00'",),
)
def to_timestamp(value: Value) -> Value:
    """Return `value` as a timestamp; what is none fails the run."""
    return value.cast("timestamp(6)")


@function(
    value=TEXT_OR_NUMBER,
    result=INT64,
    nullable=always,
    cast_to=INT64,
    is_try=True,
    examples=("try_to_int('42') = 42", "try_to_int('x') is null"),
)
def try_to_int(value: Value) -> Value:
    """Return `value` as int64, what is behind the point cut off; null where it is no whole number."""
    return value.try_cast("int64")


@function(
    value=TEXT_OR_NUMBER,
    result=FLOAT64,
    nullable=always,
    cast_to=FLOAT64,
    is_try=True,
    examples=("try_to_float('1.5') = 1.5", "try_to_float('x') is null"),
)
def try_to_float(value: Value) -> Value:
    """Return `value` as float64; null where it is no number."""
    return value.try_cast("float64")


@function(
    value=TEXT_OR_NUMBER,
    result=BOOL,
    nullable=always,
    cast_to=BOOL,
    is_try=True,
    examples=("try_to_bool('true') = true", "try_to_bool('x') is null"),
)
def try_to_bool(value: Value) -> Value:
    """Return `value` as true or false; null where it is neither."""
    return value.try_cast("boolean")


@function(
    value=TEXT_OR_TIME,
    result=DATE,
    nullable=always,
    cast_to=DATE,
    is_try=True,
    examples=("try_to_date('2024-02-29') = date '2024-02-29'", "try_to_date('2023-02-29') is null"),
)
def try_to_date(value: Value) -> Value:
    """Return `value` as a date; null where it is none."""
    return value.try_cast("date")


@function(
    value=TEXT_OR_TIME,
    result=TIMESTAMP,
    nullable=always,
    cast_to=TIMESTAMP,
    is_try=True,
    examples=("try_to_timestamp('x') is null",),
)
def try_to_timestamp(value: Value) -> Value:
    """Return `value` as a timestamp; null where it is none."""
    return value.try_cast("timestamp(6)")
