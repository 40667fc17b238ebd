"""The parts of dates and timestamps, as int64; those of a timestamptz are in UTC. Weeks start on Monday."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odibi_sql.functions.define import function
from odibi_sql.functions.patterns import CLOCKED, TEXT, TIMEY, constant
from odibi_sql.ir.types import INT64, STRING

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, StringValue, Value

PARTS = ("year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond", "microsecond")
MORE_PARTS = ("day_of_week", "isodow", "day_of_year", "doy", "iso_year", "isoyear", "epoch")
PART = constant(TEXT, *PARTS, *MORE_PARTS)


@function(
    part=PART,
    time=TIMEY,
    result=INT64,
    native=True,
    aliases=("extract", "datepart"),
    examples=(
        "date_part('year', date '2024-02-29') = 2024",
        "date_part('day_of_week', date '2024-02-29') = 4",
        "date_part('second', timestamp '2024-02-29 10:00:58.9') = 58",
        "date_part('microsecond', timestamp '2024-02-29 10:00:58.9') = 900000",
        "date_part('epoch', timestamp '1970-01-01 00:01:00') = 60",
    ),
)
def date_part(part: str, time: Value) -> IntegerValue:
    """Return a part of a date or timestamp: what the function of that name returns.

    `isodow`, `doy` and `isoyear` are other names of `day_of_week`, `day_of_year` and `iso_year`. There is no `dow`, for
    its Sunday is 0 in one SQL and 1 in another.
    """


@function(time=TIMEY, result=INT64, examples=("year(date '2024-02-29') = 2024",))
def year(time: Value) -> IntegerValue:
    """Return the year."""
    return time.year()


@function(time=TIMEY, result=INT64, examples=("quarter(date '2024-02-29') = 1",))
def quarter(time: Value) -> IntegerValue:
    """Return the quarter of the year, 1 to 4."""
    return time.quarter()


@function(time=TIMEY, result=INT64, examples=("month(date '2024-02-29') = 2",))
def month(time: Value) -> IntegerValue:
    """Return the month, 1 to 12."""
    return time.month()


@function(
    time=TIMEY,
    result=INT64,
    aliases=("week_of_year", "weekofyear", "iso_week"),
    examples=("week(date '2021-01-03') = 53", "week(date '2021-01-04') = 1"),
)
def week(time: Value) -> IntegerValue:
    """Return the week of the ISO year, 1 to 53: the first has the year's first Thursday (`iso_year`)."""
    return time.week_of_year()


@function(time=TIMEY, result=INT64, aliases=("day_of_month", "dayofmonth"), examples=("day(date '2024-02-29') = 29",))
def day(time: Value) -> IntegerValue:
    """Return the day of the month, 1 to 31."""
    return time.day()


@function(time=CLOCKED, result=INT64, examples=("hour(timestamp '2024-02-29 10:37:12') = 10",))
def hour(time: Value) -> IntegerValue:
    """Return the hour, 0 to 23."""
    return time.hour()


@function(time=CLOCKED, result=INT64, examples=("minute(timestamp '2024-02-29 10:37:12') = 37",))
def minute(time: Value) -> IntegerValue:
    """Return the minute, 0 to 59."""
    return time.minute()


@function(time=CLOCKED, result=INT64, examples=("second(timestamp '1969-12-31 23:59:58.9') = 58",))
def second(time: Value) -> IntegerValue:
    """Return the second, 0 to 59, without its fraction."""
    return time.second()


@function(
    time=CLOCKED, result=INT64, native=True, examples=("millisecond(timestamp '1969-12-31 23:59:58.9876') = 987",)
)
def millisecond(time: Value) -> IntegerValue:
    """Return the milliseconds of the second, 0 to 999."""


@function(
    time=CLOCKED, result=INT64, native=True, examples=("microsecond(timestamp '1969-12-31 23:59:58.9') = 900000",)
)
def microsecond(time: Value) -> IntegerValue:
    """Return the microseconds of the second, 0 to 999999."""


@function(
    time=TIMEY,
    result=INT64,
    native=True,
    aliases=("isodow", "iso_day_of_week"),
    examples=("day_of_week(date '2024-02-26') = 1", "day_of_week(date '2024-03-03') = 7"),
)
def day_of_week(time: Value) -> IntegerValue:
    """Return the day of the week, from 1, Monday, to 7, Sunday.

    There is no `dayofweek`, for its Sunday is 0 in one SQL and 1 in another.
    """


@function(
    time=TIMEY,
    result=INT64,
    aliases=("dayofyear", "doy"),
    examples=("day_of_year(date '2024-02-29') = 60", "day_of_year(date '2024-12-31') = 366"),
)
def day_of_year(time: Value) -> IntegerValue:
    """Return the day of the year, 1 to 366."""
    return time.day_of_year()


@function(time=TIMEY, result=INT64, aliases=("isoyear",), examples=("iso_year(date '2021-01-03') = 2020",))
def iso_year(time: Value) -> IntegerValue:
    """Return the year that the ISO week belongs to: of the first and last days of a year it can be another."""
    return time.iso_year()


@function(
    time=TIMEY,
    result=STRING,
    native=True,
    aliases=("monthname",),
    examples=("month_name(date '2024-02-29') = 'February'",),
)
def month_name(time: Value) -> StringValue:
    """Return the English name of the month."""


@function(
    time=TIMEY, result=STRING, native=True, aliases=("dayname",), examples=("day_name(date '2024-02-29') = 'Thursday'",)
)
def day_name(time: Value) -> StringValue:
    """Return the English name of the day of the week."""
