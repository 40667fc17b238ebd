"""Numbers. What has no value among the real numbers is null; a whole number that does not fit fails the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odibi_sql.functions.define import Types, always, function, if_first, never
from odibi_sql.functions.lazy import ibis
from odibi_sql.functions.patterns import FLOAT, INTEGER, NUMBER, NUMERIC, constant, optional
from odibi_sql.ir.types import BOOL, FLOAT64, INT64, Decimal, Float, Type

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, FloatingValue, IntegerValue, NumericValue


def _few_digits(digits: int) -> str | None:
    return None if -15 <= digits <= 15 else "a whole number from -15 to 15"


def _rounded(types: Types) -> Type:
    """The type of the number itself; a decimal gets a digit more before the point, and without `digits` none behind."""
    number = types[0]
    if not isinstance(number, Decimal):
        return number
    scale = number.scale if len(types) > 1 else 0
    return Decimal(min(38, number.precision - number.scale + 1 + scale), scale)


def _sign(types: Types) -> Type:
    return FLOAT64 if isinstance(types[0], Float) else INT64


@function(x=NUMERIC, result=NUMERIC, examples=("abs(-5) = 5", "abs(-2.5) = 2.5", "abs(-0.0) = 0.0"))
def abs_(x: NumericValue) -> NumericValue:
    """Return the absolute value of `x`, of the same type; that of the least whole number of a type fails the run."""
    return x.abs()


@function(x=NUMERIC, result=_sign, aliases=("signum",), native=True, examples=("sign(-5) = -1", "sign(0.0) = 0.0"))
def sign(x: NumericValue) -> NumericValue:
    """Return -1, 0 or 1, as `x` is below, equal to or above zero: int64, or float64 of a float; NaN stays NaN."""


@function(
    x=NUMERIC,
    digits=optional(constant(INTEGER, problem=_few_digits), 0),
    result=_rounded,
    native=True,
    examples=(
        "round(2.5) = 3.0",
        "round(-2.5) = -3.0",
        "round(2.345, 1) = 2.3",
        "round(1250, -2) = 1300",
        "round(cast(9.995 as decimal(4, 3)), 2) = cast(10 as decimal(5, 3))",
    ),
)
def round_(x: NumericValue, digits: int) -> NumericValue:
    """Return `x` rounded to `digits` behind the point (0 where left out, negative ones before it).

    Halves go away from zero. The type stays; a decimal gets room for one more digit before the point. A float is
    rounded as it is in binary: 1.005, which is a little less, to two digits is 1.0.
    """


@function(x=NUMERIC, result=_rounded, native=True, examples=("floor(2.7) = 2.0", "floor(-2.1) = -3.0", "floor(5) = 5"))
def floor(x: NumericValue) -> NumericValue:
    """Return the greatest whole number that is not above `x`, in the type of `x` (a decimal without digits behind)."""


@function(
    x=NUMERIC,
    result=_rounded,
    native=True,
    aliases=("ceiling",),
    examples=("ceil(2.1) = 3.0", "ceil(-2.7) = -2.0", "ceil(5) = 5"),
)
def ceil(x: NumericValue) -> NumericValue:
    """Return the least whole number that is not below `x`, in the type of `x` (a decimal without digits behind)."""


@function(
    x=NUMERIC,
    result=_rounded,
    native=True,
    aliases=("truncate",),
    examples=("trunc(2.7) = 2.0", "trunc(-2.7) = -2.0", "trunc(5) = 5"),
)
def trunc(x: NumericValue) -> NumericValue:
    """Return `x` without what is behind the point, in the type of `x` (a decimal without digits behind)."""


@function(x=NUMBER, result=FLOAT64, nullable=always, examples=("sqrt(9) = 3.0", "sqrt(-1) is null"))
def sqrt(x: NumericValue) -> FloatingValue:
    """Return the square root of `x`; null where `x` is negative."""
    return ibis.cases((x >= 0, x.sqrt()))


@function(x=NUMBER, result=FLOAT64, native=True, examples=("round(cbrt(27), 9) = 3.0", "round(cbrt(-8), 9) = -2.0"))
def cbrt(x: NumericValue) -> FloatingValue:
    """Return the cube root of `x`."""


@function(x=NUMBER, result=FLOAT64, examples=("exp(0) = 1.0",))
def exp(x: NumericValue) -> FloatingValue:
    """Return e to the power of `x`; infinity where that is too large. The last bit may differ between engines."""
    return x.exp()


@function(x=NUMBER, result=FLOAT64, nullable=always, examples=("ln(1) = 0.0", "ln(0) is null", "ln(-1) is null"))
def ln(x: NumericValue) -> FloatingValue:
    """Return the natural logarithm of `x`; null where `x` is zero or negative."""
    return ibis.cases((x > 0, x.ln()))


@function(x=NUMBER, result=FLOAT64, nullable=always, examples=("log10(100) = 2.0", "log10(0) is null"))
def log10(x: NumericValue) -> FloatingValue:
    """Return the logarithm of `x` to the base 10; null where `x` is zero or negative."""
    return ibis.cases((x > 0, x.log10()))


@function(x=NUMBER, result=FLOAT64, nullable=always, examples=("log2(8) = 3.0", "log2(0) is null"))
def log2(x: NumericValue) -> FloatingValue:
    """Return the logarithm of `x` to the base 2; null where `x` is zero or negative."""
    return ibis.cases((x > 0, x.log2()))


@function(
    base=NUMBER,
    x=NUMBER,
    result=FLOAT64,
    nullable=always,
    native=True,
    examples=("log(3, 9) = 2.0", "log(2, 0) is null", "log(1, 5) is null"),
)
def log(base: NumericValue, x: NumericValue) -> FloatingValue:
    """Return the logarithm of `x` to a base; null where one of them is zero or negative, or the base is 1.

    There is no logarithm without a base, for it is that to 10 in one SQL and that to e in another: `ln`, `log10`.
    """


@function(
    x=NUMBER,
    y=NUMBER,
    result=FLOAT64,
    nullable=always,
    native=True,
    aliases=("pow",),
    examples=("power(2, 10) = 1024.0", "power(2, 0.5) * power(2, 0.5) > 1.99", "power(-8, 0.5) is null"),
)
def power(x: NumericValue, y: NumericValue) -> FloatingValue:
    """Return `x` to the power of `y`; null where that is no real number, infinity where it is too large."""


@function(
    x=NUMERIC,
    y=NUMERIC,
    result=NUMERIC,
    nullable=always,
    native=True,
    examples=("mod(7, 3) = 1", "mod(-7, 3) = -1", "mod(7, 0) is null"),
)
def mod(x: NumericValue, y: NumericValue) -> NumericValue:
    """Return the remainder of `x` divided by `y`, with the sign of `x`, as `%` does; null where `y` is zero."""


@function(
    x=NUMERIC,
    low=NUMERIC,
    high=NUMERIC,
    result=NUMERIC,
    nullable=if_first,
    native=True,
    aliases=("clip",),
    examples=("clamp(15, 0, 10) = 10", "clamp(-1, 0, 10) = 0", "clamp(5, 0, null) = 5"),
)
def clamp(x: NumericValue, low: NumericValue, high: NumericValue) -> NumericValue:
    """Return `x`, or `low` where it is below that, or `high` where it is above; a null bound is none."""


@function(result=FLOAT64, nullable=never, examples=("round(pi(), 5) = 3.14159",))
def pi() -> FloatingValue:
    """Return 3.141592653589793."""
    return ibis.pi


@function(
    x=FLOAT, result=BOOL, aliases=("isnan",), examples=("is_nan(cast('nan' as float64)) = true", "is_nan(1.5) = false")
)
def is_nan(x: FloatingValue) -> BooleanValue:
    """Whether `x` is NaN (not a number)."""
    return x.isnan()


@function(
    x=FLOAT,
    result=BOOL,
    aliases=("isinf", "is_infinite"),
    examples=("is_inf(cast('inf' as float64)) = true", "is_inf(1.5) = false"),
)
def is_inf(x: FloatingValue) -> BooleanValue:
    """Whether `x` is infinity or minus infinity."""
    return x.isinf()


@function(
    x=FLOAT,
    result=BOOL,
    native=True,
    aliases=("isfinite",),
    examples=("is_finite(1.5) = true", "is_finite(cast('nan' as float64)) = false"),
)
def is_finite(x: FloatingValue) -> BooleanValue:
    """Whether `x` is neither infinite nor NaN."""


@function(x=INTEGER, result=BOOL, native=True, examples=("is_even(4) = true", "is_even(-3) = false"))
def is_even(x: IntegerValue) -> BooleanValue:
    """Whether a whole number is even."""
