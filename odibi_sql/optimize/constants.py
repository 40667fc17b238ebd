"""What operators give for constants: exactly what the run would give, or None where that is left to the run.

Nothing is computed here that could fail (an overflow, a bad cast), that rounds, or that is not a number (NaN).
"""

from __future__ import annotations

import calendar
import datetime
import decimal
import math
import re
from collections.abc import Callable
from typing import Any

import msgspec

from odibi_sql import ir

EXACT = decimal.Context(prec=200)
DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Answer(msgspec.Struct, frozen=True):
    """A value that was found; it can be None, which is null."""

    value: ir.Value


def value_of(literal: ir.Literal) -> ir.Value:
    """Return the value in the Python type of its type: a float64 written `0.5` is a float."""
    if isinstance(literal.type, ir.Float) and isinstance(literal.value, decimal.Decimal | int):
        return float(literal.value)
    return literal.value


def computed(function: str, args: tuple[ir.Literal, ...], type_: ir.Type) -> Answer | None:
    """Return what the operator gives for these constants, none of them null."""
    values = tuple(map(value_of, args))
    if any(isinstance(value, float) and not math.isfinite(value) for value in values):
        return None
    if function in COMPARISONS and len(values) == 2:
        return _compared(function, *values)
    if function == "||" and all(isinstance(value, str) for value in values):
        return Answer("".join(str(value) for value in values))
    if function == "not" and isinstance(values[0], bool):
        return Answer(not values[0])
    if (
        function in ("+", "-")
        and isinstance(values[-1], ir.Interval)
        and isinstance(args[0].type, ir.Date | ir.Timestamp)
    ):
        return _later(values[0], values[-1], 1 if function == "+" else -1, type_)
    if function in ARITHMETIC and all(_is_number(value) for value in values):
        return _calculated(function, values, type_)
    return None


def _is_number(value: ir.Value) -> bool:
    return isinstance(value, int | float | decimal.Decimal) and not isinstance(value, bool)


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: one == other,
    "<>": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def _compared(function: str, one: ir.Value, other: ir.Value) -> Answer | None:
    if type(one) is not type(other) or isinstance(one, ir.Interval):
        return None
    return Answer(COMPARISONS[function](one, other))


ARITHMETIC: dict[str, Callable[..., Any]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": lambda one, other: one / other,
    "//": lambda one, other: one // other,
    "%": lambda one, other: abs(one) % abs(other) * (-1 if one < 0 else 1),
    "negate": lambda one: -one,
}


def _calculated(function: str, values: tuple[Any, ...], type_: ir.Type) -> Answer | None:
    if function in ("/", "//", "%") and values[1] == 0:
        return Answer(None)
    match type_:
        case ir.Integer() if all(isinstance(value, int) for value in values):
            return fitted(ARITHMETIC[function](*values), type_)
        case ir.Float(bits=64) if function in ("+", "-", "*", "/", "negate"):
            result = ARITHMETIC[function](*map(float, values))
            return Answer(result) if math.isfinite(result) else None
        case ir.Decimal() if function in ("+", "-", "*", "negate"):
            with decimal.localcontext(EXACT):
                return fitted(ARITHMETIC[function](*map(decimal.Decimal, values)), type_)
    return None


def _later(value: Any, interval: ir.Interval, sign: int, type_: ir.Type) -> Answer | None:
    """Return a day or instant with months, then days, then microseconds added; a month that is too short ends it."""
    is_day = isinstance(type_, ir.Date)
    if is_day and (interval.microseconds or isinstance(value, datetime.datetime)):
        return None
    months = value.year * 12 + value.month - 1 + sign * interval.months
    year, month = months // 12, months % 12 + 1
    if not datetime.MINYEAR <= year <= datetime.MAXYEAR:
        return None
    moved = value.replace(year=year, month=month, day=min(value.day, calendar.monthrange(year, month)[1]))
    if not is_day:
        moved = datetime.datetime.combine(moved, getattr(value, "time", datetime.time)())
    try:
        return Answer(moved + sign * datetime.timedelta(days=interval.days, microseconds=interval.microseconds))
    except OverflowError:
        return None


def fitted(value: int | decimal.Decimal, type_: ir.Type) -> Answer | None:
    """Return a number as one of the type, or None where it does not fit or would lose a digit."""
    match type_:
        case ir.Integer(bits=bits):
            return Answer(value) if -(2 ** (bits - 1)) <= value < 2 ** (bits - 1) and value == int(value) else None
        case ir.Decimal(precision=precision, scale=scale):
            with decimal.localcontext(EXACT):
                exact = decimal.Decimal(value).quantize(decimal.Decimal(1).scaleb(-scale))
                return Answer(exact) if exact == value and abs(exact) < 10 ** (precision - scale) else None
    return None


def converted(literal: ir.Literal, to: ir.Type) -> Answer | None:
    """Return the constant cast to another type, where nothing is lost and nothing can fail."""
    value = literal.value
    if value is None or literal.type == to:
        return Answer(value)
    if isinstance(value, bool):
        return Answer(int(value)) if isinstance(to, ir.Integer) else None
    match literal.type, to:
        case ((ir.Integer() | ir.Decimal() | ir.Float()), ir.Decimal()) if isinstance(value, int | decimal.Decimal):
            return fitted(value, to)
        case (ir.Integer(), ir.Integer()) if isinstance(value, int):
            return fitted(value, to)
        case (ir.Integer(), ir.Float(bits=64)) if isinstance(value, int) and abs(value) <= 2**53:
            return Answer(float(value))
        case (ir.Integer(), ir.String()):
            return Answer(str(value))
        case (ir.Date(), ir.Timestamp()) if isinstance(value, datetime.date):
            return Answer(datetime.datetime(value.year, value.month, value.day))
        case (ir.String(), ir.Date()) if isinstance(value, str) and DAY.fullmatch(value):
            return _day(value)
    return None


def _day(text: str) -> Answer | None:
    try:
        return Answer(datetime.date.fromisoformat(text))
    except ValueError:
        return None
