"""Statistics of the values of a group, computed as float64. Nulls are passed over; an infinite value or NaN fails the
run. The last digits depend on the order of the rows: more of them, the further the values are from zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odibi_sql.functions.define import aggregate, never
from odibi_sql.functions.patterns import NUMBER, REAL
from odibi_sql.ir.types import FLOAT64, INT64

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, NumericValue


@aggregate(
    x=NUMBER,
    result=FLOAT64,
    aliases=("stddev", "std"),
    examples=("stddev_samp(x) = 1.0 for x in (1, 2, 3)", "stddev_samp(x) is null for x in (1)"),
)
def stddev_samp(x: NumericValue) -> NumericValue:
    """Return the standard deviation of a sample; null of fewer than two values."""
    return x.std(how="sample")


@aggregate(
    x=NUMBER, result=FLOAT64, examples=("stddev_pop(x) = 1.0 for x in (1, 3)", "stddev_pop(x) = 0.0 for x in (1)")
)
def stddev_pop(x: NumericValue) -> NumericValue:
    """Return the standard deviation of all there is; null of no values."""
    return x.std(how="pop")


@aggregate(
    x=NUMBER,
    result=FLOAT64,
    aliases=("variance", "var"),
    examples=("var_samp(x) = 2.0 for x in (1, 3)", "var_samp(x) is null for x in (1)"),
)
def var_samp(x: NumericValue) -> NumericValue:
    """Return the variance of a sample; null of fewer than two values."""
    return x.var(how="sample")


@aggregate(x=NUMBER, result=FLOAT64, examples=("var_pop(x) = 1.0 for x in (1, 3)",))
def var_pop(x: NumericValue) -> NumericValue:
    """Return the variance of all there is; null of no values."""
    return x.var(how="pop")


@aggregate(y=NUMBER, x=NUMBER, result=FLOAT64, examples=("covar_samp(y, x) = 2.0 for (y, x) in ((1, 1), (3, 3))",))
def covar_samp(y: NumericValue, x: NumericValue) -> NumericValue:
    """Return the covariance of a sample of pairs; null of fewer than two."""
    return y.cov(x, how="sample")


@aggregate(y=NUMBER, x=NUMBER, result=FLOAT64, examples=("covar_pop(y, x) = 1.0 for (y, x) in ((1, 1), (3, 3))",))
def covar_pop(y: NumericValue, x: NumericValue) -> NumericValue:
    """Return the covariance of all pairs; null of none."""
    return y.cov(x, how="pop")


@aggregate(
    y=NUMBER,
    x=NUMBER,
    result=FLOAT64,
    native=True,
    examples=(
        "round(corr(y, x), 6) = -1.0 for (y, x) in ((1, 3), (2, 2), (3, 1))",
        "corr(y, x) is null for (y, x) in ((1, 1), (1, 2))",
    ),
)
def corr(y: NumericValue, x: NumericValue) -> NumericValue:
    """Return the correlation of pairs, from -1 to 1; null where one side does not vary."""


@aggregate(
    y=NUMBER,
    x=NUMBER,
    result=FLOAT64,
    native=True,
    examples=("regr_slope(y, x) = 2.0 for (y, x) in ((1, 1), (3, 2), (5, 3))",),
)
def regr_slope(y: NumericValue, x: NumericValue) -> NumericValue:
    """Return the slope of the line that fits the pairs best; null where `x` does not vary."""


@aggregate(
    y=NUMBER,
    x=NUMBER,
    result=FLOAT64,
    native=True,
    examples=("regr_intercept(y, x) = -1.0 for (y, x) in ((1, 1), (3, 2), (5, 3))",),
)
def regr_intercept(y: NumericValue, x: NumericValue) -> NumericValue:
    """Return where the line that fits the pairs best has `y` at `x = 0`; null where `x` does not vary."""


@aggregate(
    y=NUMBER,
    x=NUMBER,
    result=FLOAT64,
    native=True,
    examples=("regr_r2(y, x) = 1.0 for (y, x) in ((1, 1), (3, 2), (5, 3))",),
)
def regr_r2(y: NumericValue, x: NumericValue) -> NumericValue:
    """Return how well a line fits the pairs, from 0 to 1; null where `x` does not vary."""


@aggregate(
    y=NUMBER,
    x=NUMBER,
    result=INT64,
    nullable=never,
    native=True,
    examples=("regr_count(y, x) = 1 for (y, x) in ((1, 1), (2, null))",),
)
def regr_count(y: NumericValue, x: NumericValue) -> IntegerValue:
    """Return how many pairs there are in which neither is null."""


@aggregate(
    x=NUMBER,
    result=FLOAT64,
    native=True,
    aliases=("kurtosis",),
    examples=("round(kurtosis_pop(x), 4) = -1.36 for x in (1, 2, 3, 4)",),
)
def kurtosis_pop(x: NumericValue) -> NumericValue:
    """Return the excess kurtosis of all there is; null where the values do not vary."""


@aggregate(
    x=REAL,
    weight=REAL,
    result=FLOAT64,
    native=True,
    aliases=("avg_weighted",),
    examples=(
        "weighted_avg(x, w) = 2.5 for (x, w) in ((1, 1), (3, 3), (null, 5), (7, null))",
        "weighted_avg(x, w) is null for (x, w) in ((1, 0), (3, 0))",
    ),
)
def weighted_avg(x: NumericValue, weight: NumericValue) -> NumericValue:
    """Return the mean of the values, each counted by its weight; null where the weights come to zero.

    Rows in which the value or the weight is null are passed over.
    """
