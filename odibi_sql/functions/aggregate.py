"""Aggregates. All but `count`, `first`, `last` and `array_agg` pass over nulls; no values at all give null."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odibi_sql.functions.array_numbers import total
from odibi_sql.functions.define import Types, aggregate, never
from odibi_sql.functions.patterns import ANY, BOOL, NUMBER, NUMERIC, ORDER, ORDERABLE, TEXT, T, constant, optional
from odibi_sql.ir.types import FLOAT64, INT64, STRING, Array, Type

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, IntegerValue, NumericValue, StringValue, Value


def _array(types: Types) -> Type:
    return Array(types[0])


@aggregate(
    value=optional(ANY),
    result=INT64,
    nullable=never,
    native=True,
    takes_distinct=True,
    examples=(
        "count() = 3 for x in (1, null, 1)",
        "count(x) = 2 for x in (1, null, 1)",
        "count(distinct x) = 1 for x in (1, null, 1)",
    ),
)
def count(value: Value) -> IntegerValue:
    """Return how many rows there are, or in how many of them `value` is not null; 0 of no rows."""


@aggregate(
    value=ANY, result=INT64, nullable=never, native=True, examples=("count_distinct(x) = 2 for x in (1, 2, 1, null)",)
)
def count_distinct(value: Value) -> IntegerValue:
    """Return how many different values there are, exactly; null is none."""


@aggregate(
    condition=BOOL,
    result=INT64,
    nullable=never,
    native=True,
    aliases=("countif",),
    examples=("count_if(x > 1) = 2 for x in (1, 2, 3, null)",),
)
def count_if(condition: BooleanValue) -> IntegerValue:
    """Return in how many rows the condition is true; 0 of no rows."""


@aggregate(
    x=NUMERIC,
    result=total,
    takes_distinct=True,
    examples=(
        "sum(x) = 6 for x in (1, 2, 3, null)",
        "sum(x) = 1.5 for x in (0.5, 1.0)",
        "sum(x) is null for x in (null)",
    ),
)
def sum_(x: NumericValue) -> NumericValue:
    """Return the sum: int64 of whole numbers, decimal(38, s) of decimals, float64 of floats; null of no values.

    What does not fit fails the run. The last bits of a sum of floats depend on the order of the rows.
    """
    return x.sum()


@aggregate(
    x=NUMBER,
    result=FLOAT64,
    takes_distinct=True,
    aliases=("mean",),
    examples=("avg(x) = 1.5 for x in (1, 2, null)", "avg(x) is null for x in (null)"),
)
def avg(x: NumericValue) -> NumericValue:
    """Return the mean, as float64; null of no values.

    Of whole numbers and decimals it is their exact sum, as float64, divided by how many there are. The last bits of a
    mean of floats depend on the order of the rows.
    """
    return x.mean()


@aggregate(
    x=ORDERABLE, result=ORDERABLE, examples=("min(x) = 1 for x in (2, 1, null)", "min(x) = 'a' for x in ('b', 'a')")
)
def min_(x: Value) -> Value:
    """Return the least value; null of no values."""
    return x.min()


@aggregate(
    x=ORDERABLE, result=ORDERABLE, examples=("max(x) = 2 for x in (2, 1, null)", "max(x) = 'b' for x in ('b', 'a')")
)
def max_(x: Value) -> Value:
    """Return the greatest value, NaN above every number; null of no values."""
    return x.max()


@aggregate(
    value=T,
    result=T,
    native=True,
    aliases=("arbitrary",),
    examples=("any_value(x) = 1 for x in (1, null, 1)",),
)
def any_value(value: Value) -> Value:
    """Return one of the values, whichever comes first to hand, never null where there is another."""


@aggregate(
    value=T,
    result=T,
    native=True,
    needs_order=True,
    takes_order=True,
    examples=(
        "first(x order by x) = 1 for x in (2, 1, 3)",
        "first(x order by x nulls first) is null for x in (2, null)",
    ),
)
def first(value: Value) -> Value:
    """Return the value of the first row, null where it is null there; `order by` says which row is the first."""


@aggregate(
    value=T,
    result=T,
    native=True,
    needs_order=True,
    takes_order=True,
    examples=("last(x order by x) = 3 for x in (2, 1, 3)",),
)
def last(value: Value) -> Value:
    """Return the value of the last row, null where it is null there; `order by` says which row is the last."""


@aggregate(
    value=ORDERABLE,
    by=ORDER,
    result=ORDERABLE,
    native=True,
    aliases=("min_by", "argmin"),
    examples=("arg_min(x, y) = 'b' for (x, y) in (('a', 2), ('b', 1), ('c', null))",),
)
def arg_min(value: Value, by: Value) -> Value:
    """Return the `value` of the row in which `by` is least: of several such rows, the least value.

    Rows in which `by` is null are passed over; a null `value` is given where it is that of the row.
    """


@aggregate(
    value=ORDERABLE,
    by=ORDER,
    result=ORDERABLE,
    native=True,
    aliases=("max_by", "argmax"),
    examples=("arg_max(x, y) = 'a' for (x, y) in (('a', 2), ('b', 1), ('c', null))",),
)
def arg_max(value: Value, by: Value) -> Value:
    """Return the `value` of the row in which `by` is greatest: of several such rows, the greatest value.

    Rows in which `by` is null are passed over; a null `value` is given where it is that of the row (the greatest of
    several).
    """


@aggregate(
    text=TEXT,
    separator=constant(TEXT, default=","),
    result=STRING,
    native=True,
    needs_order=True,
    takes_order=True,
    takes_distinct=True,
    aliases=("listagg", "group_concat"),
    examples=("string_agg(x, '-' order by x) = 'a-b' for x in ('b', 'a', null)",),
)
def string_agg(text: StringValue, separator: str) -> StringValue:
    """Return the strings with `separator` (a comma where left out) between them, in the order of `order by`."""


@aggregate(
    value=T,
    result=_array,
    native=True,
    needs_order=True,
    takes_order=True,
    takes_distinct=True,
    aliases=("list", "collect_list"),
    examples=("array_agg(x order by x) = [1, 2, null] for x in (2, 1, null)",),
)
def array_agg(value: Value) -> Value:
    """Return the values as an array, nulls among them, in the order of `order by`; null of no rows."""


@aggregate(
    value=ORDERABLE,
    result=_array,
    nullable=never,
    native=True,
    examples=("collect_set(x) = [1, 2] for x in (2, 1, null, 2)", "array_length(collect_set(x)) = 0 for x in (null)"),
)
def collect_set(value: Value) -> Value:
    """Return the different values as an array, each once, in ascending order, without nulls; empty of no values."""


@aggregate(x=ORDERABLE, result=ORDERABLE, native=True, examples=("mode(x) = 2 for x in (1, 2, 2, 3, 3)",))
def mode(x: Value) -> Value:
    """Return the value that is there most often: of several, the least."""


def _fraction(value: Any) -> str | None:
    return None if 0 <= value <= 1 else "a fraction from 0 to 1"


@aggregate(x=NUMBER, result=FLOAT64, native=True, examples=("median(x) = 2.5 for x in (1, 2, 3, 4, null)",))
def median(x: NumericValue) -> NumericValue:
    """Return the value in the middle, or the mean of the two in the middle, exactly; NaN is above every number."""


@aggregate(
    x=NUMBER,
    fraction=constant(NUMBER, problem=_fraction),
    result=FLOAT64,
    native=True,
    aliases=("quantile", "percentile_cont", "quantile_cont"),
    examples=("percentile(x, 0.25) = 1.75 for x in (1, 2, 3, 4)", "percentile(x, 1) = 4.0 for x in (1, 2, 3, 4)"),
)
def percentile(x: NumericValue, fraction: float) -> NumericValue:
    """Return the value below which a fraction (0 to 1) of the values lies, exactly: between two where need be."""


@aggregate(
    x=ORDERABLE,
    fraction=constant(NUMBER, problem=_fraction),
    result=ORDERABLE,
    native=True,
    aliases=("quantile_disc",),
    examples=("percentile_disc(x, 0.5) = 2 for x in (1, 2, 3, 4)",),
)
def percentile_disc(x: Value, fraction: float) -> Value:
    """Return the first value, in ascending order, at or below which a fraction (0 to 1) of the values lies."""
