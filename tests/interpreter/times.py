"""Days and instants."""

from __future__ import annotations

import calendar
import datetime
from typing import Any

from interpreter.world import LeftOpen
from odibi_sql import ir


def add_interval(value: Any, interval: ir.Interval, sign: int, to: ir.Type) -> Any:
    """Return a date or timestamp with months, then days, then microseconds added; a day past the last is it."""
    try:
        moved = _add_months(value, sign * interval.months) + datetime.timedelta(days=sign * interval.days)
        if isinstance(to, ir.Date):
            return moved
        if not isinstance(moved, datetime.datetime):
            moved = datetime.datetime(moved.year, moved.month, moved.day)
        return moved + datetime.timedelta(microseconds=sign * interval.microseconds)
    except (OverflowError, ValueError) as problem:
        raise LeftOpen(str(problem)) from problem


def _add_months(value: Any, months: int) -> Any:
    total = value.year * 12 + value.month - 1 + months
    year, month = total // 12, total % 12 + 1
    return value.replace(year=year, month=month, day=min(value.day, calendar.monthrange(year, month)[1]))


LENGTHS = {"hour": 3_600_000_000, "minute": 60_000_000, "second": 1_000_000, "millisecond": 1000, "microsecond": 1}


def truncated(unit: str, value: Any) -> Any:
    """Return the start of the year, quarter, month, week (Monday), … that the value is in."""
    midnight = datetime.datetime(value.year, value.month, value.day)
    match unit:
        case "year":
            start = midnight.replace(month=1, day=1)
        case "quarter":
            start = midnight.replace(month=(value.month - 1) // 3 * 3 + 1, day=1)
        case "month":
            start = midnight.replace(day=1)
        case "week":
            start = midnight - datetime.timedelta(days=value.weekday())
        case "day":
            start = midnight
        case _ if not isinstance(value, datetime.datetime):
            start = midnight
        case _:
            length = {"hour": 3_600_000_000, "minute": 60_000_000, "second": 1_000_000, "millisecond": 1000}.get(
                unit, 1
            )
            passed = (value - midnight) // datetime.timedelta(microseconds=1)
            start = midnight + datetime.timedelta(microseconds=passed // length * length)
    return start if isinstance(value, datetime.datetime) else start.date()
