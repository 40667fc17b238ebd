"""Constants: written as plainly as the engine understands them exactly."""

from __future__ import annotations

import datetime
import decimal
import math

from sqlglot import exp

from odibi_sql import ir
from odibi_sql.lower.dialect import Dialect
from odibi_sql.lower.templates import operator
from odibi_sql.lower.typed import HUGE, Typed, as_float, cast_to, number, text

EXACT_DIGITS = 15  # so many digits of a decimal are kept by a double
MOST_DIGITS = 38
LEAST_INT64 = -(2**63)


def lower_literal(literal: ir.Literal, dialect: Dialect) -> Typed:
    """Return the constant; its type is what the engine makes of the text."""
    value = literal.value
    if value is None:
        return Typed(sql=exp.Null(), type=ir.NULL, is_constant=True)
    match literal.type:
        case ir.Bool():
            return Typed(sql=exp.Boolean(this=bool(value)), type=ir.BOOL)
        case ir.Integer() | ir.Float() | ir.Decimal():
            return _number(value, literal.type, dialect)
        case ir.String():
            return Typed(sql=text(str(value)), type=ir.STRING)
        case ir.Binary():
            assert isinstance(value, bytes)
            return Typed(sql=_binary(value, dialect), type=ir.BINARY)
        case ir.Date() | ir.Timestamp() | ir.TimestampTz():
            return Typed(sql=cast_to(text(_time_text(value, literal.type)), literal.type, dialect), type=literal.type)
        case ir.Duration():
            assert isinstance(value, ir.Interval)
            sql = _duration(value, dialect) if "measure" in dialect.operators else _interval(value)
            return Typed(sql=sql, type=ir.DURATION, interval=value)
    return Typed(sql=text(str(value)), type=ir.STRING, is_constant=True)


def _number(value: ir.Value, type_: ir.Type, dialect: Dialect) -> Typed:
    if isinstance(value, float) or (isinstance(type_, ir.Float) and not _is_short(value)):
        return _float(float(value), dialect)  # type: ignore[arg-type]
    if isinstance(value, int):
        return _whole(value)
    assert isinstance(value, decimal.Decimal)
    return _decimal(value, type_, dialect)


def _is_short(value: ir.Value) -> bool:
    """Whether a double keeps every digit, and the text is no longer than the number."""
    as_decimal = decimal.Decimal(value)  # type: ignore[arg-type]
    _, digits, exponent = as_decimal.as_tuple()
    assert isinstance(exponent, int)
    return len(digits) <= EXACT_DIGITS and -EXACT_DIGITS <= exponent <= 0


def _float(value: float, dialect: Dialect) -> Typed:
    if math.isnan(value) or math.isinf(value):
        return Typed(sql=cast_to(text(repr(value)), ir.FLOAT64, dialect), type=ir.FLOAT64)
    if value == int(value) and abs(value) < 10**EXACT_DIGITS and math.copysign(1, value) > 0:
        return _whole(int(value))
    literal: exp.Expression = exp.Literal.number(repr(abs(value)))
    if "e" not in literal.this and len(literal.this) > EXACT_DIGITS:
        literal = as_float(literal)
    sql = exp.Neg(this=literal) if math.copysign(1, value) < 0 else literal
    is_double = "e" in literal.this or value == 0
    if is_double:
        return Typed(sql=as_float(sql), type=ir.FLOAT64)
    return Typed(sql=sql, type=_own(repr(abs(value)), dialect), is_constant=True)


def _own(digits: str, dialect: Dialect) -> ir.Type:
    """Return the decimal that the engine makes of a number with a point."""
    whole, _, fraction = digits.partition(".")
    if not dialect.decimals.leading_zero:
        whole = whole.lstrip("0")
    return ir.Decimal(min(38, len(whole) + len(fraction)), len(fraction))


def _binary(value: bytes, dialect: Dialect) -> exp.Expression:
    written = operator("binary", dialect, {"hex": text(value.hex().upper())})
    return written or cast_to(text("".join(f"\\x{each:02X}" for each in value)), ir.BINARY, dialect)


def _whole(value: int) -> Typed:
    if value == LEAST_INT64:
        return Typed(sql=number(value), type=ir.INT64)
    bits = 32 if -(2**31) <= value < 2**31 else 64
    return Typed(sql=number(value), type=ir.Integer(bits) if abs(value) < 2**63 else HUGE, is_constant=True)


def _decimal(value: decimal.Decimal, type_: ir.Type, dialect: Dialect) -> Typed:
    if isinstance(type_, ir.Decimal):
        value = value.quantize(decimal.Decimal(1).scaleb(-type_.scale), context=decimal.Context(prec=76))
    elif value == value.to_integral_value():
        return _whole(int(value))
    digits = f"{value.copy_abs():f}"  # `abs` would round it to 28 digits
    literal = exp.Literal.number(digits)
    if "." not in digits:
        return _whole(int(value))
    if dialect.decimals.leading_zero and len(digits) > MOST_DIGITS + 1:  # with the point; it would be a double
        return Typed(sql=cast_to(text(f"{value:f}"), type_, dialect), type=type_)
    return Typed(sql=exp.Neg(this=literal) if value < 0 else literal, type=_own(digits, dialect), is_constant=True)


def _time_text(value: ir.Value, type_: ir.Type) -> str:
    if isinstance(type_, ir.Date):
        assert isinstance(value, datetime.date)
        return (
            value.strftime("%Y-%m-%d").rjust(10, "0") if not isinstance(value, datetime.datetime) else str(value.date())
        )
    assert isinstance(value, datetime.date)
    moment = value if isinstance(value, datetime.datetime) else datetime.datetime.combine(value, datetime.time())
    written = moment.replace(tzinfo=None).isoformat(sep=" ")
    return f"{written}+00" if isinstance(type_, ir.TimestampTz) else written


def _duration(value: ir.Interval, dialect: Dialect) -> exp.Expression:
    """Return a struct of the three parts, each of which could be null: so they are in every other duration."""
    parts = {"months": value.months, "days": value.days, "microseconds": value.microseconds}
    args: list[exp.Expression] = []
    for name, amount in parts.items():
        long = exp.Literal.number(f"{abs(amount)}L")
        wide: exp.Expression = exp.Neg(this=long) if amount < 0 else long
        args += [text(name), wide if name == "microseconds" else number(amount)]
    return cast_to(exp.Anonymous(this="named_struct", expressions=args), ir.DURATION, dialect)


def interval_steps(value: ir.Interval) -> list[exp.Expression]:
    """Return intervals of one unit each: months, days and the rest."""
    given = [(value.months, "MONTH"), (value.days, "DAY"), *_clock_parts(value.microseconds)]
    parts = [each for each in given if each[0]] or [(0, "DAY")]
    return [exp.Interval(this=text(str(amount)), unit=exp.Var(this=unit)) for amount, unit in parts]


def _interval(value: ir.Interval) -> exp.Expression:
    """Return INTERVAL '2' DAY where one unit is enough, else INTERVAL '1 month 2 days 3 seconds'."""
    given = [(value.months, "MONTH"), (value.days, "DAY"), *_clock_parts(value.microseconds)]
    parts = [(amount, unit) for amount, unit in given if amount]
    if len(parts) < 2:
        return interval_steps(value)[0]
    return exp.Interval(this=text(" ".join(f"{amount} {unit.lower()}s" for amount, unit in parts)))


def _clock_parts(microseconds: int) -> list[tuple[int, str]]:
    for unit, size in (("HOUR", 3_600_000_000), ("MINUTE", 60_000_000), ("SECOND", 1_000_000)):
        if microseconds % size == 0:
            return [(microseconds // size, unit)]
    return [(microseconds, "MICROSECOND")]
