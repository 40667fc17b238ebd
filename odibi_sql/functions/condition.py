"""Choosing between values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odibi_sql.functions.define import Nullables, always, function, if_all, never
from odibi_sql.functions.lazy import ibis
from odibi_sql.functions.patterns import ANY, BOOL, ORDERABLE, T, deciding, variadic
from odibi_sql.ir.types import BOOL as TRUTH

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, Value


def _branches(nullables: Nullables) -> bool:
    """Null where the value chosen is null."""
    return nullables[1] or nullables[2]


@function(
    value=variadic(T), result=T, nullable=if_all, examples=("coalesce(null, 2, 3) = 2", "coalesce(null, null) is null")
)
def coalesce(*value: Value) -> Value:
    """Return the first of the values that is not null; all are brought to one type."""
    return ibis.coalesce(*value)


@function(
    value=T, other=T, result=T, nullable=if_all, aliases=("nvl",), examples=("ifnull(null, 2) = 2", "ifnull(1, 2) = 1")
)
def ifnull(value: Value, other: Value) -> Value:
    """Return `value`, or `other` where it is null."""
    return ibis.coalesce(value, other)


@function(
    value=deciding(T),
    other=T,
    result=T,
    nullable=always,
    examples=("nullif(1, 1) is null", "nullif(1, 2) = 1", "nullif(1, null) = 1"),
)
def nullif(value: Value, other: Value) -> Value:
    """Return `value`, or null where both are equal."""
    return value.nullif(other)


@function(
    condition=BOOL,
    value=T,
    otherwise=T,
    result=T,
    nullable=_branches,
    aliases=("iff",),
    examples=("if(1 < 2, 'a', 'b') = 'a'", "if(null, 'a', 'b') = 'b'"),
)
def if_(condition: BooleanValue, value: Value, otherwise: Value) -> Value:
    """Return `value` where the condition is true, and `otherwise` where it is false or null."""
    return ibis.cases((condition, value), else_=otherwise)


@function(
    value=ORDERABLE,
    other=ORDERABLE,
    result=TRUTH,
    nullable=never,
    examples=("equal_null(1, 1) = true", "equal_null(null, 1) = false", "equal_null(null, null) = true"),
)
def equal_null(value: Value, other: Value) -> BooleanValue:
    """Whether two values are equal, null equal to null: `value is not distinct from other`."""
    return value.identical_to(other)


@function(
    tested=ANY,
    value=T,
    otherwise=T,
    result=T,
    nullable=_branches,
    examples=("nvl2(1, 'a', 'b') = 'a'", "nvl2(null, 'a', 'b') = 'b'"),
)
def nvl2(tested: Value, value: Value, otherwise: Value) -> Value:
    """Return `value` where `tested` is not null, and `otherwise` where it is."""
    return ibis.cases((tested.notnull(), value), else_=otherwise)


@function(
    value=variadic(ORDERABLE),
    result=ORDERABLE,
    nullable=if_all,
    examples=("greatest(1, 3, 2) = 3", "greatest(1, null) = 1", "greatest('a', 'b') = 'b'"),
)
def greatest(*value: Value) -> Value:
    """Return the greatest of the values; nulls are passed over, NaN is above every number."""
    return ibis.greatest(*value)


@function(
    value=variadic(ORDERABLE),
    result=ORDERABLE,
    nullable=if_all,
    examples=("least(1, 3, 2) = 1", "least(1, null) = 1"),
)
def least(*value: Value) -> Value:
    """Return the least of the values; nulls are passed over, NaN is above every number."""
    return ibis.least(*value)
