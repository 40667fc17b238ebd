"""Days and instants."""

from __future__ import annotations

import calendar
import datetime
from typing import Any

from interpreter.world import RunFailure
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
        raise RunFailure(str(problem)) from problem


def _add_months(value: Any, months: int) -> Any:
    total = value.year * 12 + value.month - 1 + months
    year, month = total // 12, total % 12 + 1
    return value.replace(year=year, month=month, day=min(value.day, calendar.monthrange(year, month)[1]))


def truncated(unit: str, value: Any) -> Any:
    """Return the start of the year, quarter, month, week (Monday), day, hour, minute or second that the value is in."""
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
        case _:
            start = value.replace(
                microsecond=0,
                second=value.second if unit == "second" else 0,
                minute=0 if unit == "hour" else value.minute,
            )
    return start if isinstance(value, datetime.datetime) else start.date()
