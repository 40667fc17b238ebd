"""Dates and timestamps: moved by days and months, put into bins, counted between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odibi_sql.functions.define import Types, function
from odibi_sql.functions.patterns import INTEGER, LENGTH, TEXT, TIME, TIMEY, constant, optional
from odibi_sql.functions.signature import Mismatch
from odibi_sql.functions.time import UNIT
from odibi_sql.ir.expressions import Interval
from odibi_sql.ir.types import BOOL, DATE, FLOAT64, INT64, Date, Type

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, DateValue, FloatingValue, IntegerValue, IntervalValue, Value

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAY = constant(TEXT, *WEEKDAYS, made={"number": lambda name, _: WEEKDAYS.index(name) + 1})


def _is_width(width: Interval) -> str | None:
    is_fixed = width.months == 0 and min(width.days, width.microseconds) >= 0
    is_some = width.days > 0 or width.microseconds > 0
    return None if is_fixed and is_some else "a duration above zero without months: `15 minutes`, `7 days`"


def _microseconds(width: Interval, _: Any) -> int:
    return width.days * 86_400_000_000 + width.microseconds


def _dates_have_whole_days(types: Types, constants: tuple[Any, ...]) -> Mismatch | None:
    if isinstance(types[1], Date) and constants[0].microseconds:
        return Mismatch(argument=1, expected="a timestamp, to be put into bins shorter than days")
    return None


def _second_type(types: Types) -> Type:
    return types[1]


@function(
    width=constant(LENGTH, problem=_is_width, made={"microseconds": _microseconds}),
    time=TIME,
    origin=optional(TIME),
    result=_second_type,
    native=True,
    aliases=("time_bucket",),
    argument_check=_dates_have_whole_days,
    examples=(
        "date_bin(15 minutes, timestamp '2024-02-29 10:37:12') = timestamp '2024-02-29 10:30:00'",
        "date_bin(7 days, date '2024-02-29') = date '2024-02-26'",
        "date_bin(1 hour, timestamp '2024-02-29 10:37:12', timestamp '2024-01-01 00:20:00') "
        "= timestamp '2024-02-29 10:20:00'",
        "date_bin(2 days, timestamp '1969-12-31 10:00:00') = timestamp '1969-12-31 00:00:00'",
    ),
)
def date_bin(width: IntervalValue, time: Value, origin: Value) -> Value:
    """Return the start of the bin that `time` is in: bins of a `width`, one of which starts at `origin`.

    Without `origin` it is 2000-01-03, a Monday, at midnight (UTC). Months have no fixed width: `date_trunc`.
    """


@function(
    unit=UNIT,
    start=TIME,
    end=TIME,
    result=INT64,
    native=True,
    examples=(
        "elapsed('year', date '2000-02-29', date '2024-02-28') = 23",
        "elapsed('month', date '2024-01-31', date '2024-02-29') = 1",
        "elapsed('hour', timestamp '2024-01-01 10:30:00', timestamp '2024-01-01 12:29:59') = 1",
        "elapsed('day', date '2024-03-01', date '2024-02-28') = -2",
    ),
)
def elapsed(unit: str, start: Value, end: Value) -> IntegerValue:
    """Return how many whole units have passed from `start` to `end`, such as years of age; negative the other way.

    They are as many as can be added to the earlier of the two without passing the later. `date_diff` counts how often
    a unit begins between the two.
    """


@function(
    time=TIME,
    days=INTEGER,
    result=TIME,
    native=True,
    examples=(
        "add_days(date '2024-02-28', 2) = date '2024-03-01'",
        "add_days(timestamp '2024-03-01 10:00:00', -1) = timestamp '2024-02-29 10:00:00'",
    ),
)
def add_days(time: Value, days: IntegerValue) -> Value:
    """Return `time` so many days later (earlier, where they are negative), of the same type."""


@function(
    time=TIME,
    months=INTEGER,
    result=TIME,
    native=True,
    examples=(
        "add_months(date '2024-01-31', 1) = date '2024-02-29'",
        "add_months(date '2024-02-29', -12) = date '2023-02-28'",
    ),
)
def add_months(time: Value, months: IntegerValue) -> Value:
    """Return `time` so many months later, of the same type; a day that the month does not have becomes its last.

    The last day of a month does not become the last of the other: 29 February and one month are 29 March.
    """


@function(
    start=TIME,
    end=TIME,
    result=FLOAT64,
    native=True,
    examples=(
        "seconds_between(timestamp '2024-01-01 10:00:00', timestamp '2024-01-01 10:00:01.5') = 1.5",
        "seconds_between(date '2024-01-02', date '2024-01-01') = -86400.0",
    ),
)
def seconds_between(start: Value, end: Value) -> FloatingValue:
    """Return the seconds from `start` to `end`, with their fraction; negative where `end` comes first."""


@function(
    time=TIMEY,
    result=INT64,
    native=True,
    aliases=("unix_date",),
    examples=("epoch_day(date '1970-01-02') = 1", "epoch_day(timestamp '1969-12-31 23:00:00') = -1"),
)
def epoch_day(time: Value) -> IntegerValue:
    """Return the days since 1970-01-01."""


@function(
    days=INTEGER,
    result=DATE,
    native=True,
    aliases=("date_from_unix_date",),
    examples=("from_epoch_day(-1) = date '1969-12-31'",),
)
def from_epoch_day(days: IntegerValue) -> DateValue:
    """Return the date so many days after 1970-01-01."""


@function(
    time=TIMEY,
    result=INT64,
    native=True,
    examples=("days_in_month(date '2024-02-10') = 29", "days_in_month(date '2023-02-10') = 28"),
)
def days_in_month(time: Value) -> IntegerValue:
    """Return how many days the month has that `time` is in."""


@function(
    time=TIMEY,
    result=BOOL,
    native=True,
    examples=("is_weekend(date '2024-03-02') = true", "is_weekend(date '2024-03-04') = false"),
)
def is_weekend(time: Value) -> BooleanValue:
    """Whether the day is a Saturday or a Sunday."""


@function(
    time=TIMEY,
    weekday=WEEKDAY,
    result=DATE,
    native=True,
    examples=(
        "next_day(date '2024-02-29', 'friday') = date '2024-03-01'",
        "next_day(date '2024-02-29', 'thursday') = date '2024-03-07'",
    ),
)
def next_day(time: Value, weekday: str) -> DateValue:
    """Return the first day after that of `time` that is a Monday, a Tuesday, … ('monday', 'tuesday', …)."""


@function(
    time=TIMEY,
    weekday=WEEKDAY,
    result=DATE,
    native=True,
    examples=(
        "previous_day(date '2024-03-01', 'thursday') = date '2024-02-29'",
        "previous_day(date '2024-02-29', 'thursday') = date '2024-02-22'",
    ),
)
def previous_day(time: Value, weekday: str) -> DateValue:
    """Return the last day before that of `time` that is a Monday, a Tuesday, … ('monday', 'tuesday', …)."""
