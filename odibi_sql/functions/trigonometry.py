"""Angles, in radians. The last bit of a result may differ between engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odibi_sql.functions.define import always, function
from odibi_sql.functions.lazy import ibis
from odibi_sql.functions.patterns import NUMBER
from odibi_sql.ir.types import FLOAT64

if TYPE_CHECKING:
    from ibis.expr.types import FloatingValue, NumericValue


@function(x=NUMBER, result=FLOAT64, nullable=always, native=True, examples=("sin(0) = 0.0",))
def sin(x: NumericValue) -> FloatingValue:
    """Return the sine of an angle; null where it is infinite."""


@function(x=NUMBER, result=FLOAT64, nullable=always, native=True, examples=("cos(0) = 1.0",))
def cos(x: NumericValue) -> FloatingValue:
    """Return the cosine of an angle; null where it is infinite."""


@function(x=NUMBER, result=FLOAT64, nullable=always, native=True, examples=("tan(0) = 0.0",))
def tan(x: NumericValue) -> FloatingValue:
    """Return the tangent of an angle; null where it is infinite."""


@function(
    x=NUMBER, result=FLOAT64, nullable=always, native=True, examples=("round(cot(1), 4) = 0.6421", "cot(0) is null")
)
def cot(x: NumericValue) -> FloatingValue:
    """Return the cotangent of an angle; null where it is zero or infinite."""


@function(x=NUMBER, result=FLOAT64, nullable=always, examples=("round(asin(1), 4) = 1.5708", "asin(2) is null"))
def asin(x: NumericValue) -> FloatingValue:
    """Return the angle, from -π/2 to π/2, whose sine is `x`; null where there is none."""
    return ibis.cases((x.abs() <= 1, x.asin()))


@function(x=NUMBER, result=FLOAT64, nullable=always, examples=("acos(1) = 0.0", "acos(-2) is null"))
def acos(x: NumericValue) -> FloatingValue:
    """Return the angle, from 0 to π, whose cosine is `x`; null where there is none."""
    return ibis.cases((x.abs() <= 1, x.acos()))


@function(x=NUMBER, result=FLOAT64, examples=("round(atan(1), 4) = 0.7854",))
def atan(x: NumericValue) -> FloatingValue:
    """Return the angle, from -π/2 to π/2, whose tangent is `x`."""
    return x.atan()


@function(y=NUMBER, x=NUMBER, result=FLOAT64, examples=("round(atan2(1, -1), 4) = 2.3562", "atan2(0, 1) = 0.0"))
def atan2(y: NumericValue, x: NumericValue) -> FloatingValue:
    """Return the angle, from -π to π, of the point (`x`, `y`): `y` comes first. -0.0 counts as 0.0."""
    return y.atan2(x)


@function(x=NUMBER, result=FLOAT64, native=True, examples=("sinh(0) = 0.0",))
def sinh(x: NumericValue) -> FloatingValue:
    """Return the hyperbolic sine of `x`."""


@function(x=NUMBER, result=FLOAT64, native=True, examples=("cosh(0) = 1.0",))
def cosh(x: NumericValue) -> FloatingValue:
    """Return the hyperbolic cosine of `x`."""


@function(x=NUMBER, result=FLOAT64, native=True, examples=("tanh(0) = 0.0",))
def tanh(x: NumericValue) -> FloatingValue:
    """Return the hyperbolic tangent of `x`."""


@function(x=NUMBER, result=FLOAT64, examples=("degrees(pi()) = 180.0",))
def degrees(x: NumericValue) -> FloatingValue:
    """Return an angle in degrees."""
    return x.degrees()


@function(x=NUMBER, result=FLOAT64, examples=("round(radians(180), 4) = 3.1416",))
def radians(x: NumericValue) -> FloatingValue:
    """Return an angle that is given in degrees."""
    return x.radians()
