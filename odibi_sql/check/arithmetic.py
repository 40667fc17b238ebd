"""What `+ - * / // %` give: of numbers, of times and durations.

Whole numbers are computed in int64 and give int64, but `/`, which gives float64. With a float everything is float64.
Decimals are exact: a sum has a digit more before the point than its sides, a product the digits of both, capped at
38; a quotient is `decimal(38, 12)`, or of the dividend's scale where that is more. Both sides of `+ - %` are brought
to one type; those of `* / //` on decimals keep their own scales. Dividing by zero gives null, so a quotient is never
null only where the divisor is another constant.
"""

from __future__ import annotations

from odibi_sql import ir
from odibi_sql.check.casts import coerce, is_pointed, type_beside
from odibi_sql.check.nulls import is_nonzero
from odibi_sql.check.place import Operand, Place, is_unknown, unknown, with_article
from odibi_sql.diagnostics import Span
from odibi_sql.diagnostics.type_errors import DecimalTooWide, MixedTimestamps, WrongOperands

_INSTANTS = (ir.Date, ir.Timestamp, ir.TimestampTz)


def arithmetic(place: Place, operator: str, left: Operand, right: Operand, span: Span) -> ir.Expr:
    """Return `left operator right`, typed."""
    if is_unknown(left, right):
        return unknown()
    one, other = _without_nulls(operator, left.value, right.value)
    if ir.is_numeric(one.type) and ir.is_numeric(other.type):
        return _numeric(place, operator, one, other, span)
    result = _temporal(operator, one, other)
    if result is not None:
        return result
    if {type(one.type), type(other.type)} == {ir.Timestamp, ir.TimestampTz} and operator == "-":
        place.report(MixedTimestamps(span=span, operator=operator))
    else:
        types = f"{with_article(left.type)} and {with_article(right.type)}"
        remedy = _remedy(operator, one.type, other.type)
        place.report(WrongOperands(span=span, operator=operator, types=types, remedy=remedy))
    return unknown()


def _without_nulls(operator: str, left: ir.Expr, right: ir.Expr) -> tuple[ir.Expr, ir.Expr]:
    """Return both sides with a bare null given the type that the other side asks for."""
    if isinstance(left.type, ir.Null):
        left = coerce(left, _type_of_null(operator, right.type))
    if isinstance(right.type, ir.Null):
        right = coerce(right, _type_of_null(operator, left.type))
    return left, right


def _type_of_null(operator: str, other: ir.Type) -> ir.Type:
    match other:
        case ir.Null():
            return ir.INT64
        case ir.Duration() if operator == "*":
            return ir.INT64
        case ir.Date() | ir.Timestamp() | ir.TimestampTz():
            return ir.DURATION
    return other


def _numeric(place: Place, operator: str, left: ir.Expr, right: ir.Expr, span: Span) -> ir.Expr:
    left, right = _beside(left, right), _beside(right, left)
    if isinstance(left.type, ir.Float) or isinstance(right.type, ir.Float):
        return _call(operator, ir.FLOAT64, coerce(left, ir.FLOAT64), coerce(right, ir.FLOAT64))
    if isinstance(left.type, ir.Integer) and isinstance(right.type, ir.Integer):
        result = ir.FLOAT64 if operator == "/" else ir.INT64
        return _call(operator, result, coerce(left, ir.INT64), coerce(right, ir.INT64))
    return _decimal(place, operator, left, right, span)


def _beside(value: ir.Expr, other: ir.Expr) -> ir.Expr:
    """Return a number with a point as a decimal where `other` is one, and any other value as it is."""
    return coerce(value, type_beside(value, other.type)) if is_pointed(value) else value


def _decimal(place: Place, operator: str, left: ir.Expr, right: ir.Expr, span: Span) -> ir.Expr:
    one, other = _decimal_type(left, right), _decimal_type(right, left)
    result = decimal_result(operator, one, other)
    if result is None:
        scale = one.scale + other.scale
        place.report(DecimalTooWide(span=span, left=str(one), other=str(other), scale=scale))
        return unknown()
    if operator in ("+", "-", "%"):
        common = ir.common_type(one, other)
        assert common is not None
        return _call(operator, result, coerce(left, common), coerce(right, common))
    return _call(operator, result, coerce(left, one), coerce(right, other))


def _decimal_type(value: ir.Expr, other: ir.Expr) -> ir.Decimal:
    """Return the decimal that a whole number or a decimal enters as: of a constant its own digits."""
    beside = other.type if isinstance(other.type, ir.Decimal) else ir.Decimal(38, 0)
    type_ = ir.decimal_of(type_beside(value, beside))
    assert type_ is not None
    return type_


def decimal_result(operator: str, left: ir.Decimal, right: ir.Decimal) -> ir.Decimal | None:
    """Return the type of arithmetic on decimals, or None where no decimal has that many digits behind the point."""
    whole = max(left.precision - left.scale, right.precision - right.scale)
    scale = max(left.scale, right.scale)
    match operator:
        case "+" | "-":
            return ir.Decimal(min(38, whole + scale + 1), scale)
        case "*":
            product = left.scale + right.scale
            return ir.Decimal(min(38, left.precision + right.precision), product) if product <= 38 else None
        case "/":
            return ir.Decimal(38, max(12, left.scale))
        case "//":
            return ir.Decimal(max(1, min(38, left.precision - left.scale + right.scale)), 0)
    return ir.Decimal(min(38, whole + scale), scale)


def _temporal(operator: str, left: ir.Expr, right: ir.Expr) -> ir.Expr | None:
    """Return arithmetic on times and durations, or None where it has no meaning. A time stands before its duration, a
    duration before its factor."""
    match operator, left.type, right.type:
        case "+", ir.Duration(), ir.Date() | ir.Timestamp() | ir.TimestampTz():
            return _moved(operator, right, left)
        case "+" | "-", ir.Date() | ir.Timestamp() | ir.TimestampTz(), ir.Duration():
            return _moved(operator, left, right)
        case ("+" | "-", ir.Duration(), ir.Duration()) | ("*", ir.Duration(), ir.Integer()):
            return _call(operator, ir.DURATION, left, right if operator != "*" else coerce(right, ir.INT64))
        case "*", ir.Integer(), ir.Duration():
            return _call(operator, ir.DURATION, right, coerce(left, ir.INT64))
        case "-", ir.Date(), ir.Date():
            return _call(operator, ir.INT64, left, right)
        case "-", ir.Date() | ir.Timestamp(), ir.Date() | ir.Timestamp():
            return _call(operator, ir.DURATION, coerce(left, ir.TIMESTAMP), coerce(right, ir.TIMESTAMP))
        case "-", ir.TimestampTz(), ir.TimestampTz():
            return _call(operator, ir.DURATION, left, right)
    return None


def _moved(operator: str, time: ir.Expr, duration: ir.Expr) -> ir.Expr:
    """Return a time moved by a duration: a date stays one where the duration is a constant of whole days."""
    if isinstance(time.type, ir.Date) and not _is_of_days(duration):
        time = coerce(time, ir.TIMESTAMP)
    return _call(operator, time.type, time, duration)


def _is_of_days(duration: ir.Expr) -> bool:
    return isinstance(duration, ir.Literal) and (
        not isinstance(duration.value, ir.Interval) or duration.value.microseconds == 0
    )


def _call(operator: str, type_: ir.Type, left: ir.Expr, right: ir.Expr) -> ir.Expr:
    divides_by_zero = operator in ("/", "//", "%") and not is_nonzero(right)
    nullable = left.nullable or right.nullable or divides_by_zero
    return ir.Call(type=type_, nullable=nullable, function=operator, args=(left, right))


def negate(place: Place, operand: Operand, span: Span) -> ir.Expr:
    """Return `- operand`, typed: of whole numbers int64, of floats float64."""
    value = operand.value
    match value.type:
        case ir.Unknown():
            return unknown()
        case ir.Integer() | ir.Null():
            value = coerce(value, ir.INT64)
        case ir.Float():
            value = coerce(value, ir.FLOAT64)
        case ir.Decimal() | ir.Duration():
            pass
        case other:
            place.report(WrongOperands(span=span, operator="-", types=with_article(other)))
            return unknown()
    return ir.Call(type=value.type, nullable=value.nullable, function="negate", args=(value,))


def _remedy(operator: str, left: ir.Type, right: ir.Type) -> str:
    """Return what is to be written instead."""
    match operator, left, right:
        case "+", ir.String(), _:
            return "`||` joins strings" if isinstance(right, ir.String) else "`cast(… as …)` makes one type of them"
        case "+" | "-", ir.Date() | ir.Timestamp() | ir.TimestampTz(), ir.Integer():
            return f"write what is counted: `{operator} 7 days`, `{operator} n * 1 hour`"
        case "-", ir.String(), ir.Date() | ir.Timestamp() | ir.TimestampTz():
            return "write the literal with its type: `date '…'`, `timestamp '…'`"
        case "-", ir.Date() | ir.Timestamp() | ir.TimestampTz(), ir.String():
            return "write the literal with its type: `date '…'`, `timestamp '…'`"
        case _ if isinstance(left, ir.String) or isinstance(right, ir.String):
            return "`cast(… as float64)` or `try_cast` reads a number from a string"
        case _ if isinstance(left, ir.Bool) or isinstance(right, ir.Bool):
            return "`case when … then 1 else 0 end` makes a number of a bool"
        case _ if isinstance(left, ir.Duration) or isinstance(right, ir.Duration):
            return "durations are added, subtracted, and multiplied by whole numbers"
    return ""
