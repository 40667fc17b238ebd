"""Operators: arguments in, a value out; `expr` says the types."""

from __future__ import annotations

import datetime
import decimal
import math
import re
from collections.abc import Callable
from typing import Any

from interpreter.numbers import fitted
from interpreter.times import add_interval
from interpreter.values import identity, is_equal, is_less
from odibi_sql import ir

DAY = datetime.timedelta(days=1)
Args = list[Any]
Operator = Callable[[Args, ir.Call], Any]


def strict(function: Callable[..., Any]) -> Operator:
    """Make an operator that is null where an argument is."""
    return lambda args, expr: None if any(each is None for each in args) else function(*args)


def _and(args: Args, expr: ir.Call) -> bool | None:
    if any(each is False for each in args):
        return False
    return None if any(each is None for each in args) else True


def _or(args: Args, expr: ir.Call) -> bool | None:
    if any(each is True for each in args):
        return True
    return None if any(each is None for each in args) else False


def _not(value: Any) -> bool:
    return not value


def _in(args: Args, expr: ir.Call) -> bool | None:
    value, *items = args
    if value is None:
        return None
    if any(item is not None and is_equal(value, item) for item in items):
        return True
    return None if any(item is None for item in items) else False


def _between(args: Args, expr: ir.Call) -> bool | None:
    value, low, high = args
    above = None if value is None or low is None else not is_less(value, low)
    below = None if value is None or high is None else not is_less(high, value)
    return _and([above, below], expr)


def _arithmetic(name: str) -> Operator:
    def operate(args: Args, expr: ir.Call) -> Any:
        if any(each is None for each in args):
            return None
        one, other = args
        if isinstance(other, ir.Interval) or isinstance(one, ir.Interval):
            return _with_interval(name, one, other, expr)
        if isinstance(one, datetime.date):
            return _difference(one, other)
        return fitted(_calculated(name, one, other, expr), expr.type)

    return operate


def _with_interval(name: str, one: Any, other: Any, expr: ir.Call) -> Any:
    if name == "*":
        interval, count = (one, other) if isinstance(one, ir.Interval) else (other, one)
        return ir.Interval(interval.months * count, interval.days * count, interval.microseconds * count)
    if isinstance(one, ir.Interval) and not isinstance(other, ir.Interval):
        one, other = other, one
    sign = -1 if name == "-" else 1
    if isinstance(one, ir.Interval):
        return ir.Interval(
            one.months + sign * other.months, one.days + sign * other.days, one.microseconds + sign * other.microseconds
        )
    return add_interval(one, other, sign, expr.type)


def _difference(one: Any, other: Any) -> Any:
    """Return the days between two dates; of timestamps whole days and the time that is left, of one sign."""
    gap = one - other
    if not isinstance(one, datetime.datetime):
        return gap.days
    sign = -1 if gap < datetime.timedelta(0) else 1
    return ir.Interval(0, sign * abs(gap).days, sign * (abs(gap) % DAY // datetime.timedelta(microseconds=1)))


def _calculated(name: str, one: Any, other: Any, expr: ir.Call) -> Any:
    with decimal.localcontext(decimal.Context(prec=100)):
        match name:
            case "+":
                return one + other
            case "-":
                return one - other
            case "*":
                return one * other
        if other == 0:
            return None
        if name == "/":
            return one / other if isinstance(expr.type, ir.Decimal) else float(one) / float(other)
        if name == "//":
            return _rounded_down(one, other)
        if isinstance(one, float):
            return math.fmod(one, other) if math.isfinite(one) and other == other else math.nan
        remainder = abs(one) % abs(other)
        return -remainder if one < 0 else remainder


def _rounded_down(one: Any, other: Any) -> Any:
    if isinstance(one, decimal.Decimal):
        return (one / other).__floor__()
    if isinstance(one, float):
        quotient = one / other
        return float(math.floor(quotient)) if math.isfinite(quotient) else quotient
    return one // other


def _negate(args: Args, expr: ir.Call) -> Any:
    if args[0] is None:
        return None
    if isinstance(args[0], ir.Interval):
        return ir.Interval(-args[0].months, -args[0].days, -args[0].microseconds)
    negated = args[0].copy_negate() if isinstance(args[0], decimal.Decimal) else -args[0]  # `-` rounds to 28 digits
    return fitted(negated, expr.type)


def like(text: str, pattern: str, escape: str = "", flags: int = 0) -> bool:
    """Whether the whole text is like the pattern: `%` stands for any text, `_` for one character."""
    made, place = "", 0
    while place < len(pattern):
        letter = pattern[place]
        if letter == escape and place + 1 < len(pattern):
            place += 1
            made += re.escape(pattern[place])
        else:
            made += {"%": ".*", "_": "."}.get(letter, re.escape(letter))
        place += 1
    return re.fullmatch(made, text, re.DOTALL | flags) is not None


def _index(args: Args, expr: ir.Call) -> Any:
    holder, index = args
    if holder is None or index is None:
        return None
    if isinstance(holder, dict):
        return holder.get(index)
    return holder[index - 1] if 1 <= index <= len(holder) else None


def _concat(one: Any, other: Any) -> Any:
    return one + other


OPERATORS: dict[str, Operator] = {
    **{name: _arithmetic(name) for name in ("+", "-", "*", "/", "//", "%")},
    "negate": _negate,
    "||": strict(_concat),
    "like": strict(like),
    "ilike": strict(lambda text, pattern, escape="": like(text, pattern, escape, re.IGNORECASE)),
    "=": strict(is_equal),
    "<>": strict(lambda one, other: not is_equal(one, other)),
    "<": strict(is_less),
    "<=": strict(lambda one, other: not is_less(other, one)),
    ">": strict(lambda one, other: is_less(other, one)),
    ">=": strict(lambda one, other: not is_less(one, other)),
    "and": _and,
    "or": _or,
    "not": strict(_not),
    "is null": lambda args, expr: args[0] is None,
    "is distinct from": lambda args, expr: identity(args[0]) != identity(args[1]),
    "in": _in,
    "between": _between,
    "is true": lambda args, expr: args[0] is True,
    "is false": lambda args, expr: args[0] is False,
    "[]": _index,
    "array": lambda args, expr: list(args),
}
