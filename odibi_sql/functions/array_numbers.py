"""Arrays of numbers, and what is computed from the elements of an array."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odibi_sql.functions.array import _element
from odibi_sql.functions.define import Types, always, function
from odibi_sql.functions.patterns import INTEGER, NUMBER_ARRAY, ORDERED_ARRAY, checked, optional
from odibi_sql.ir.types import FLOAT64, INT64, UNKNOWN, Array, Decimal, Integer, Type

if TYPE_CHECKING:
    from ibis.expr.types import ArrayValue, IntegerValue, NumericValue, Value


def total(types: Types) -> Type:
    """The type of a sum: int64 of whole numbers, decimal(38, s) of decimals, float64 of floats."""
    match types[0]:
        case Integer():
            return INT64
        case Decimal(scale=scale):
            return Decimal(38, scale)
    return FLOAT64


def _total_of_elements(types: Types) -> Type:
    return total((types[0].element,)) if isinstance(types[0], Array) else UNKNOWN


def _no_zero_step(step: int) -> str | None:
    return "a step that is not 0" if step == 0 else None


@function(
    array=ORDERED_ARRAY,
    result=_element,
    nullable=always,
    native=True,
    aliases=("list_min",),
    examples=("array_min([3, null, 1]) = 1",),
)
def array_min(array: ArrayValue) -> Value:
    """Return the least element; nulls are passed over, null where there is none."""


@function(
    array=ORDERED_ARRAY,
    result=_element,
    nullable=always,
    native=True,
    aliases=("list_max",),
    examples=("array_max([3, null, 1]) = 3",),
)
def array_max(array: ArrayValue) -> Value:
    """Return the greatest element, NaN above every number; nulls are passed over, null where there is none."""


@function(
    array=NUMBER_ARRAY,
    result=_total_of_elements,
    nullable=always,
    native=True,
    aliases=("list_sum",),
    examples=("array_sum([1, 2, null]) = 3",),
)
def array_sum(array: ArrayValue) -> NumericValue:
    """Return the sum of the elements, of the type that `sum` has; nulls are passed over, null where there is none."""


@function(
    array=NUMBER_ARRAY,
    result=FLOAT64,
    nullable=always,
    native=True,
    aliases=("list_avg", "array_mean"),
    examples=("array_avg([1, 2, null]) = 1.5",),
)
def array_avg(array: ArrayValue) -> NumericValue:
    """Return the mean of the elements; nulls are passed over, null where there is none."""


@function(
    start=INTEGER,
    end=INTEGER,
    step=optional(checked(INTEGER, _no_zero_step), 1),
    result=Array(INT64),
    native=True,
    examples=("range(1, 4) = [1, 2, 3]", "range(5, 1, -2) = [5, 3]", "array_length(range(1, 1)) = 0"),
)
def range_(start: IntegerValue, end: IntegerValue, step: IntegerValue) -> ArrayValue:
    """Return the whole numbers from `start` up to, but without, `end`, a `step` apart; a step of 0 gives none."""


@function(
    start=INTEGER,
    end=INTEGER,
    step=optional(checked(INTEGER, _no_zero_step), 1),
    result=Array(INT64),
    native=True,
    aliases=("generate_series",),
    examples=("sequence(1, 3) = [1, 2, 3]", "sequence(5, 1, -2) = [5, 3, 1]"),
)
def sequence(start: IntegerValue, end: IntegerValue, step: IntegerValue) -> ArrayValue:
    """Return the whole numbers from `start` to `end`, both among them, a `step` apart; a step of 0 gives none."""
