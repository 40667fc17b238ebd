"""Aggregates of conditions and of bits. Nulls are passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odibi_sql.functions.define import aggregate
from odibi_sql.functions.patterns import BOOL as CONDITION
from odibi_sql.functions.patterns import INTEGRAL
from odibi_sql.ir.types import BOOL

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, IntegerValue


@aggregate(
    condition=CONDITION,
    result=BOOL,
    native=True,
    aliases=("every", "logical_and"),
    examples=("bool_and(x > 0) = true for x in (1, 2, null)", "bool_and(x > 1) = false for x in (1, 2)"),
)
def bool_and(condition: BooleanValue) -> BooleanValue:
    """Whether the condition is true in all rows in which it is not null; null where there is none."""


@aggregate(
    condition=CONDITION,
    result=BOOL,
    native=True,
    aliases=("logical_or",),
    examples=("bool_or(x > 1) = true for x in (1, 2, null)", "bool_or(x > 2) = false for x in (1, 2)"),
)
def bool_or(condition: BooleanValue) -> BooleanValue:
    """Whether the condition is true in some row; null where it is null in all."""


@aggregate(x=INTEGRAL, result=INTEGRAL, examples=("bit_and(x) = 8 for x in (12, 10)",))
def bit_and(x: IntegerValue) -> IntegerValue:
    """Return the bits that are set in all values."""
    return x.bit_and()


@aggregate(x=INTEGRAL, result=INTEGRAL, examples=("bit_or(x) = 14 for x in (12, 10)",))
def bit_or(x: IntegerValue) -> IntegerValue:
    """Return the bits that are set in some value."""
    return x.bit_or()


@aggregate(x=INTEGRAL, result=INTEGRAL, examples=("bit_xor(x) = 6 for x in (12, 10)",))
def bit_xor(x: IntegerValue) -> IntegerValue:
    """Return the bits that are set in an odd number of values."""
    return x.bit_xor()
