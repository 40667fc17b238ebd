"""Dates and timestamps: made, moved, cut and subtracted. Weeks start on Monday."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odibi_sql.functions.define import Types, function, never
from odibi_sql.functions.patterns import INTEGER, NUMBER, TEXT, TIME, TIMEY, constant
from odibi_sql.functions.signature import Mismatch
from odibi_sql.ir.types import DATE, INT64, TIMESTAMP, Date

if TYPE_CHECKING:
    from ibis.expr.types import DateValue, IntegerValue, NumericValue, TimestampValue, Value

DAY_UNITS = ("day", "week", "month", "quarter", "year")
CLOCK_UNITS = ("microsecond", "millisecond", "second", "minute", "hour")
UNIT = constant(TEXT, *CLOCK_UNITS, *DAY_UNITS)


def _dates_move_by_days(types: Types, constants: tuple[Any, ...]) -> Mismatch | None:
    if isinstance(types[2], Date) and constants[0].lower() in CLOCK_UNITS:
        return Mismatch(argument=2, expected=f"a timestamp, to move it by a unit of '{constants[0]}'")
    return None


@function(
    unit=UNIT,
    time=TIME,
    result=TIME,
    native=True,
    aliases=("datetrunc",),
    examples=(
        "date_trunc('hour', timestamp '2024-02-29 10:37:12') = timestamp '2024-02-29 10:00:00'",
        "date_trunc('week', date '2024-02-29') = date '2024-02-26'",
        "date_trunc('quarter', date '2024-02-29') = date '2024-01-01'",
        "date_trunc('day', timestamp '1969-12-31 23:59:59') = timestamp '1969-12-31 00:00:00'",
    ),
)
def date_trunc(unit: str, time: Value) -> Value:
    """Return the start of the unit that `time` is in, of the same type: a date stays a date."""


@function(
    unit=UNIT,
    amount=INTEGER,
    time=TIME,
    result=TIME,
    native=True,
    aliases=("dateadd", "timestampadd"),
    argument_check=_dates_move_by_days,
    examples=(
        "date_add('month', 1, date '2024-01-31') = date '2024-02-29'",
        "date_add('day', -1, date '2024-03-01') = date '2024-02-29'",
        "date_add('hour', 36, timestamp '2024-02-28 12:00:00') = timestamp '2024-03-01 00:00:00'",
    ),
)
def date_add(unit: str, amount: IntegerValue, time: Value) -> Value:
    """Return `time` moved on by an amount of a unit (back, where it is negative), of the same type.

    A day that the month does not have becomes its last. A date is moved by days and longer units only.
    """


@function(
    unit=UNIT,
    start=TIME,
    end=TIME,
    result=INT64,
    native=True,
    aliases=("datediff", "timestampdiff"),
    examples=(
        "date_diff('day', date '2024-02-28', date '2024-03-01') = 2",
        "date_diff('month', date '2024-01-31', date '2024-02-01') = 1",
        "date_diff('week', date '2024-03-03', date '2024-03-04') = 1",
        "date_diff('hour', timestamp '1969-12-31 23:59:00', timestamp '1970-01-01 00:01:00') = 1",
        "date_diff('day', date '2024-03-01', date '2024-02-28') = -2",
    ),
)
def date_diff(unit: str, start: Value, end: Value) -> IntegerValue:
    """Return how many starts of a unit lie between `start` and `end`; negative where `end` comes first.

    Of 23:59 and 00:01 the difference in hours is 1, for one hour has begun between them.
    """


@function(
    year=INTEGER,
    month=INTEGER,
    day=INTEGER,
    result=DATE,
    native=True,
    aliases=("date_from_parts",),
    examples=("make_date(2024, 2, 29) = date '2024-02-29'",),
)
def make_date(year: IntegerValue, month: IntegerValue, day: IntegerValue) -> DateValue:
    """Return the date of these parts; what is no date fails the run."""


@function(
    year=INTEGER,
    month=INTEGER,
    day=INTEGER,
    hour=INTEGER,
    minute=INTEGER,
    second=NUMBER,
    result=TIMESTAMP,
    native=True,
    aliases=("timestamp_from_parts",),
    examples=("make_timestamp(2024, 2, 29, 10, 30, 1.5) = timestamp '2024-02-29 10:30:01.5'",),
)
def make_timestamp(
    year: IntegerValue,
    month: IntegerValue,
    day: IntegerValue,
    hour: IntegerValue,
    minute: IntegerValue,
    second: NumericValue,
) -> TimestampValue:
    """Return the timestamp of these parts, the seconds with a fraction; what is none fails the run.

    The seconds are rounded to microseconds; 60 of them are the next minute.
    """


@function(
    time=TIMEY,
    result=DATE,
    native=True,
    examples=("last_day(date '2024-02-10') = date '2024-02-29'", "last_day(date '2023-12-31') = date '2023-12-31'"),
)
def last_day(time: Value) -> DateValue:
    """Return the last day of the month that `time` is in."""


@function(
    time=TIMEY,
    result=INT64,
    native=True,
    aliases=("epoch_s", "unix_timestamp", "epoch_seconds"),
    examples=(
        "epoch(timestamp '1970-01-01 00:01:00') = 60",
        "epoch(timestamp '1969-12-31 23:59:58.5') = -2",
        "epoch(date '1970-01-02') = 86400",
    ),
)
def epoch(time: Value) -> IntegerValue:
    """Return the seconds since 1970-01-01 00:00 UTC, rounded down."""


@function(
    time=TIMEY,
    result=INT64,
    native=True,
    aliases=("unix_millis",),
    examples=("epoch_ms(timestamp '1969-12-31 23:59:58.5') = -1500",),
)
def epoch_ms(time: Value) -> IntegerValue:
    """Return the milliseconds since 1970-01-01 00:00 UTC, rounded down."""


@function(
    time=TIMEY,
    result=INT64,
    native=True,
    aliases=("unix_micros",),
    examples=("epoch_us(timestamp '1970-01-01 00:00:00.000001') = 1",),
)
def epoch_us(time: Value) -> IntegerValue:
    """Return the microseconds since 1970-01-01 00:00 UTC."""


@function(
    seconds=INTEGER,
    result=TIMESTAMP,
    native=True,
    aliases=("from_epoch_seconds",),
    examples=("from_epoch(-2) = timestamp '1969-12-31 23:59:58'",),
)
def from_epoch(seconds: IntegerValue) -> TimestampValue:
    """Return the timestamp, in UTC, so many seconds after 1970-01-01 00:00 UTC."""


@function(
    milliseconds=INTEGER,
    result=TIMESTAMP,
    native=True,
    examples=("from_epoch_ms(-1500) = timestamp '1969-12-31 23:59:58.5'",),
)
def from_epoch_ms(milliseconds: IntegerValue) -> TimestampValue:
    """Return the timestamp, in UTC, so many milliseconds after 1970-01-01 00:00 UTC."""


@function(
    microseconds=INTEGER,
    result=TIMESTAMP,
    native=True,
    examples=("from_epoch_us(1) = timestamp '1970-01-01 00:00:00.000001'",),
)
def from_epoch_us(microseconds: IntegerValue) -> TimestampValue:
    """Return the timestamp, in UTC, so many microseconds after 1970-01-01 00:00 UTC."""


@function(
    result=TIMESTAMP,
    nullable=never,
    reads_clock=True,
    native=True,
    aliases=("current_timestamp", "localtimestamp"),
    examples=("now() > timestamp '2024-01-01 00:00:00'",),
)
def now() -> TimestampValue:
    """Return when the run began, in UTC, as a timestamp without a zone: the same for every step of a run."""


@function(
    result=DATE,
    nullable=never,
    reads_clock=True,
    native=True,
    aliases=("current_date",),
    examples=("today() > date '2024-01-01'", "today() = cast(now() as date)"),
)
def today() -> DateValue:
    """Return the day, in UTC, on which the run began: the same for every step of a run."""
