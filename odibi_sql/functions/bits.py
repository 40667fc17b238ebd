"""The bits of whole numbers, in two's complement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odibi_sql.functions.define import function
from odibi_sql.functions.patterns import INTEGER, INTEGRAL
from odibi_sql.ir.types import INT64

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue


@function(x=INTEGRAL, y=INTEGRAL, result=INTEGRAL, examples=("bitwise_and(12, 10) = 8",))
def bitwise_and(x: IntegerValue, y: IntegerValue) -> IntegerValue:
    """Return the bits that are set in both."""
    return x & y


@function(x=INTEGRAL, y=INTEGRAL, result=INTEGRAL, examples=("bitwise_or(12, 10) = 14",))
def bitwise_or(x: IntegerValue, y: IntegerValue) -> IntegerValue:
    """Return the bits that are set in one or both."""
    return x | y


@function(x=INTEGRAL, y=INTEGRAL, result=INTEGRAL, aliases=("xor",), examples=("bitwise_xor(12, 10) = 6",))
def bitwise_xor(x: IntegerValue, y: IntegerValue) -> IntegerValue:
    """Return the bits that are set in just one of both."""
    return x ^ y


@function(x=INTEGRAL, result=INTEGRAL, examples=("bitwise_not(5) = -6",))
def bitwise_not(x: IntegerValue) -> IntegerValue:
    """Return all bits turned round."""
    return ~x


@function(x=INTEGRAL, count=INTEGRAL, result=INTEGRAL, aliases=("shiftleft",), examples=("shift_left(3, 4) = 48",))
def shift_left(x: IntegerValue, count: IntegerValue) -> IntegerValue:
    """Return `x` with its bits `count` places up; what does not fit, and a negative `x` or `count`, fails the run."""
    return x << count


@function(x=INTEGRAL, count=INTEGRAL, result=INTEGRAL, aliases=("shiftright",), examples=("shift_right(48, 4) = 3",))
def shift_right(x: IntegerValue, count: IntegerValue) -> IntegerValue:
    """Return `x` with its bits `count` places down, the sign kept; 0 where `count` is no place of the type."""
    return x >> count


@function(x=INTEGER, result=INT64, native=True, examples=("bit_count(7) = 3", "bit_count(-1) = 64"))
def bit_count(x: IntegerValue) -> IntegerValue:
    """Return how many bits of a whole number are set."""
