"""Functions of days and instants."""

from __future__ import annotations

import calendar
import datetime
import decimal
from collections.abc import Callable
from typing import Any

from interpreter.operators import Args, Operator, strict
from interpreter.times import add_interval, truncated
from interpreter.world import LeftOpen, RunFailure
from odibi_sql import ir

EPOCH = datetime.datetime(1970, 1, 1)
MICROSECOND = datetime.timedelta(microseconds=1)
UNITS = {
    "microsecond": ir.Interval(0, 0, 1),
    "millisecond": ir.Interval(0, 0, 1000),
    "second": ir.Interval(0, 0, 1_000_000),
    "minute": ir.Interval(0, 0, 60_000_000),
    "hour": ir.Interval(0, 0, 3_600_000_000),
    "day": ir.Interval(0, 1, 0),
    "week": ir.Interval(0, 7, 0),
    "month": ir.Interval(1, 0, 0),
    "quarter": ir.Interval(3, 0, 0),
    "year": ir.Interval(12, 0, 0),
}


def moment(value: Any) -> datetime.datetime:
    """Return a date as its midnight, a timestamp as it is."""
    return value if isinstance(value, datetime.datetime) else datetime.datetime(value.year, value.month, value.day)


def microseconds(value: Any) -> int:
    """Return the microseconds since 1970."""
    return (moment(value) - EPOCH) // MICROSECOND


def _date_add(args: Args, expr: ir.Call) -> Any:
    unit, amount, time = args
    if any(each is None for each in args):
        return None
    one = UNITS[unit.lower()]
    interval = ir.Interval(one.months * amount, one.days * amount, one.microseconds * amount)
    return add_interval(time, interval, 1, expr.type)


def _date_diff(unit: str, start: Any, end: Any) -> int:
    one = UNITS[unit.lower()]
    if one.months:
        return (end.year * 12 + end.month - 1) // one.months - (start.year * 12 + start.month - 1) // one.months
    if unit.lower() == "week":
        return (truncated("week", moment(end)) - truncated("week", moment(start))).days // 7
    length = one.days * 86_400_000_000 + one.microseconds
    return microseconds(end) // length - microseconds(start) // length


def _make_date(year: int, month: int, day: int) -> datetime.date:
    try:
        return datetime.date(year, month, day)
    except (ValueError, OverflowError) as problem:
        raise _no_time(year, problem) from problem


def _no_time(year: int, problem: Exception) -> Exception:
    return RunFailure(str(problem)) if 1 <= year <= 9999 else LeftOpen(f"the year {year}")


def _make_timestamp(year: int, month: int, day: int, hour: int, minute: int, second: Any) -> datetime.datetime:
    exact = decimal.Decimal(repr(second)) if isinstance(second, float) else decimal.Decimal(second)
    try:
        whole = int(exact)
        part = int((exact - whole) * 1_000_000)
        return datetime.datetime(year, month, day, hour, minute, whole, part)
    except (ValueError, OverflowError, decimal.InvalidOperation) as problem:
        raise _no_time(year, problem) from problem


def _last_day(time: Any) -> datetime.date:
    return datetime.date(time.year, time.month, calendar.monthrange(time.year, time.month)[1])


def _from_epoch(unit: int) -> Callable[[int], datetime.datetime]:
    def function(count: int) -> datetime.datetime:
        if abs(count * unit) >= 2**63:
            raise RunFailure(f"{count} is out of range")
        try:
            return EPOCH + datetime.timedelta(microseconds=count * unit)
        except OverflowError as problem:
            raise LeftOpen(str(problem)) from problem

    return function


PARTS: dict[str, Callable[[Any], Any]] = {
    "year": lambda time: time.year,
    "quarter": lambda time: (time.month + 2) // 3,
    "month": lambda time: time.month,
    "week": lambda time: time.isocalendar().week,
    "day": lambda time: time.day,
    "hour": lambda time: moment(time).hour,
    "minute": lambda time: moment(time).minute,
    "second": lambda time: moment(time).second,
    "millisecond": lambda time: moment(time).microsecond // 1000,
    "microsecond": lambda time: moment(time).microsecond,
    "day_of_week": lambda time: time.isoweekday(),
    "day_of_year": lambda time: time.timetuple().tm_yday,
    "iso_year": lambda time: time.isocalendar().year,
    "epoch": lambda time: microseconds(time) // 1_000_000,
}
_OTHER_NAMES = {"isodow": "day_of_week", "doy": "day_of_year", "isoyear": "iso_year"}

TIME_FUNCTIONS: dict[str, Operator] = {
    **{name: strict(part) for name, part in PARTS.items()},
    "date_trunc": strict(lambda unit, time: truncated(unit.lower(), time)),
    "date_add": _date_add,
    "date_diff": strict(_date_diff),
    "make_date": strict(_make_date),
    "make_timestamp": strict(_make_timestamp),
    "last_day": strict(_last_day),
    "epoch_ms": strict(lambda time: microseconds(time) // 1000),
    "epoch_us": strict(microseconds),
    "from_epoch": strict(_from_epoch(1_000_000)),
    "from_epoch_ms": strict(_from_epoch(1000)),
    "from_epoch_us": strict(_from_epoch(1)),
    "date_part": strict(lambda part, time: PARTS[_OTHER_NAMES.get(part.lower(), part.lower())](time)),
    "month_name": strict(lambda time: calendar.month_name[time.month]),
    "day_name": strict(lambda time: calendar.day_name[time.weekday()]),
}
