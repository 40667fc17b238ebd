"""Constants computed when compiled: what stands in limits, defaults, rows of values and options."""

from __future__ import annotations

import datetime
import math
import operator as op
from calendar import monthrange
from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Any

from msgspec.structs import replace

from odibi_sql import functions, ir
from odibi_sql.check.casts import literal_as
from odibi_sql.check.literals import read_text, rounded

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": op.eq,
    "<>": op.ne,
    "<": op.lt,
    "<=": op.le,
    ">": op.gt,
    ">=": op.ge,
}


class _NoValue(Exception):
    """It is no constant, or one that has no value of its type."""


def fold(expr: ir.Expr, clock: datetime.datetime) -> ir.Literal | None:
    """Return the constant that a typed expression is, or None: literals, arithmetic, comparisons and conditions on
    them, casts, `now()` and `today()` (of `clock`). What would fail in the run is no constant."""
    try:
        value = _value(expr, clock)
    except (_NoValue, ArithmeticError, ValueError):
        return None
    return ir.Literal(type=expr.type, nullable=value is None, value=value)


def _value(expr: ir.Expr, clock: datetime.datetime) -> Any:
    match expr:
        case ir.Literal(value=value):
            return value
        case ir.Cast(operand=operand):
            return _cast(_value(operand, clock), operand.type, expr.type)
        case ir.Case(branches=branches, otherwise=otherwise):
            for branch in branches:
                if _value(branch.condition, clock) is True:
                    return _value(branch.value, clock)
            return None if otherwise is None else _value(otherwise, clock)
        case ir.Call(function="and" | "or" as function, args=(left, right)):
            return _logic(function, _value(left, clock), _value(right, clock))
        case ir.Call(function="[]" | "array"):
            raise _NoValue
        case ir.Call(function=function, args=args) if function in ir.OPERATORS:
            return _operator(function, [_value(each, clock) for each in args], expr)
        case ir.Call(function=function) if _reads_clock(function):
            return clock.date() if isinstance(expr.type, ir.Date) else clock
    raise _NoValue


def _reads_clock(name: str) -> bool:
    function = functions.lookup(name)
    return function is not None and function.reads_clock


def _logic(function: str, left: bool | None, right: bool | None) -> bool | None:
    decisive = function == "or"
    if left is decisive or right is decisive:
        return decisive
    return None if left is None or right is None else not decisive


def _operator(function: str, args: list[Any], expr: ir.Call) -> Any:
    match function, args:
        case "is null", [value]:
            return value is None
        case "is true" | "is false", [value]:
            return value is (function == "is true")
        case "is distinct from", [left, right]:
            return left != right
        case "in", [operand, *items]:
            return _in(operand, items)
    if any(each is None for each in args):
        return None
    if function in _COMPARE:
        return _compared(function, args)
    match function, args:
        case "not", [value]:
            return not value
        case "between", [value, low, high]:
            return _compared("<=", [low, value]) and _compared("<=", [value, high])
        case "||", [str() as left, str() as right]:
            return left + right
        case "negate", [value]:
            return _times(value, -1) if isinstance(value, ir.Interval) else _of_type(_negative(value), expr.type)
        case "+" | "-" | "*" | "/" | "//" | "%", [left, right]:
            return _arithmetic(function, left, right, expr)
    raise _NoValue


def _in(operand: Any, items: list[Any]) -> bool | None:
    if operand is None:
        return None
    if operand in [each for each in items if each is not None]:
        return True
    return None if None in items else False


def _compared(function: str, args: list[Any]) -> bool:
    if any(isinstance(each, ir.Interval | float) for each in args):
        raise _NoValue  # months against days, NaN: the engine's business
    return _COMPARE[function](*args)


def _arithmetic(function: str, left: Any, right: Any, expr: ir.Call) -> Any:
    if isinstance(left, ir.Interval):
        return _times(left, right) if function == "*" else _sum(left, right, 1 if function == "+" else -1)
    if isinstance(left, datetime.date):
        return _time_arithmetic(function, left, right, expr.type)
    if isinstance(expr.type, ir.Float):
        left, right = float(left), float(right)
    if function in ("/", "//", "%") and right == 0:
        return None
    return _of_type(_number(function, left, right, expr.type), expr.type)


def _negative(value: Any) -> Any:
    return value.copy_negate() if isinstance(value, Decimal) else -value  # `-value` rounds decimals to 28 digits


def _number(function: str, left: Any, right: Any, type_: ir.Type) -> Any:
    with localcontext() as context:
        context.prec = 100
        match function:
            case "+" | "-" | "*":
                return {"+": op.add, "-": op.sub, "*": op.mul}[function](left, right)
            case "/":
                return float(left) / float(right) if isinstance(type_, ir.Float) else left / right
            case "//":
                quotient = left / right if not isinstance(left, int) else None
                return left // right if quotient is None else quotient.__floor__()
        if isinstance(left, int):
            return int(math.copysign(1, left)) * (abs(left) % abs(right))
        return math.fmod(left, right) if isinstance(left, float) else left % right


def _of_type(value: Any, type_: ir.Type) -> Any:
    """Return a computed number as a value of its type. Raises where it does not fit."""
    match type_:
        case ir.Integer(bits=bits):
            result: Any = value if -(2 ** (bits - 1)) <= value < 2 ** (bits - 1) else None
        case ir.Float():
            result = value if isinstance(value, Decimal) else float(value)
            result = None if math.isinf(result) else result
        case ir.Decimal():
            result = rounded(Decimal(value), type_)
        case _:
            result = None
    if result is None:
        raise _NoValue
    return result


def _times(interval: ir.Interval, factor: int) -> ir.Interval:
    return ir.Interval(interval.months * factor, interval.days * factor, interval.microseconds * factor)


def _sum(left: ir.Interval, right: ir.Interval, sign: int) -> ir.Interval:
    return ir.Interval(
        left.months + sign * right.months,
        left.days + sign * right.days,
        left.microseconds + sign * right.microseconds,
    )


def _time_arithmetic(function: str, left: Any, right: Any, type_: ir.Type) -> Any:
    """Return a time moved by a duration, or what lies between two times."""
    if isinstance(right, ir.Interval):
        return moved(left, right if function == "+" else _times(right, -1))
    difference = left - right
    if isinstance(type_, ir.Integer):
        return difference.days
    rest = difference - datetime.timedelta(days=difference.days)
    return ir.Interval(0, difference.days, rest // datetime.timedelta(microseconds=1))


def moved(time: datetime.date, by: ir.Interval) -> datetime.date:
    """Return a date or timestamp moved by months (the day cut to the month's last), then days, then microseconds."""
    months = time.year * 12 + time.month - 1 + by.months
    year, month = divmod(months, 12)
    if not 1 <= year <= 9999:
        raise _NoValue
    day = min(time.day, monthrange(year, month + 1)[1])
    shifted = time.replace(year=year, month=month + 1, day=day) + datetime.timedelta(days=by.days)
    return shifted + datetime.timedelta(microseconds=by.microseconds) if by.microseconds else shifted


def _cast(value: Any, from_: ir.Type, to: ir.Type) -> Any:
    if value is None:
        return None
    exact = literal_as(ir.Literal(type=from_, nullable=False, value=value), to)
    if exact is not None:
        return exact.value
    result = _inexact(value, to)
    if result is None:
        raise _NoValue
    return result


def _inexact(value: Any, to: ir.Type) -> Any:
    """Return a value cast in a way that says something else: text read, numbers cut or rounded, a time's day."""
    match value, to:
        case str(), _:
            return read_text(value, to)
        case datetime.datetime(), ir.Date():
            return value.date()
        case datetime.datetime(), ir.Timestamp() | ir.TimestampTz():
            return value
        case bool(), _:
            return _inexact(int(value), to) if isinstance(to, ir.Integer) else None
        case int(), ir.Integer():
            return _of_type(value, to)
        case (float() | Decimal(), ir.Integer()):
            return _of_type(math.trunc(value), to)
        case (int() | Decimal(), ir.Decimal()):
            return rounded(Decimal(value), to)
        case int(), ir.String():
            return str(value)
        case datetime.date(), ir.String() if not isinstance(value, datetime.datetime):
            return value.isoformat()
    return None


def as_type(literal: ir.Literal, to: ir.Type) -> ir.Literal | None:
    """Return a constant as a value of a type that was declared for it: exactly, or a pointed number as its nearest
    float."""
    fitting = literal if literal.type == to else literal_as(literal, to)
    if fitting is not None and isinstance(to, ir.Float) and isinstance(fitting.value, Decimal):
        return replace(fitting, value=float(fitting.value))
    return fitting
