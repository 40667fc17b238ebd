"""Dates and timestamps written as text, and read from it, by a format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odibi_sql.functions.define import always, function
from odibi_sql.functions.patterns import TEXT, TIMEY, constant
from odibi_sql.functions.time_formats import printed_problem, printing, read_problem, reading, shape
from odibi_sql.ir.types import DATE, STRING, TIMESTAMP

if TYPE_CHECKING:
    from ibis.expr.types import DateValue, StringValue, TimestampValue, Value

PRINTED_FORMAT = constant(TEXT, problem=printed_problem, made={"pattern": printing})
READ_FORMAT = constant(TEXT, problem=read_problem, made={"pattern": reading, "shape": shape})


@function(
    time=TIMEY,
    format=PRINTED_FORMAT,
    result=STRING,
    native=True,
    aliases=("strftime",),
    examples=(
        "date_format(date '2024-02-09', '%d.%m.%Y') = '09.02.2024'",
        "date_format(timestamp '2024-02-29 13:05:06', '%Y-%m-%dT%H:%M:%SZ') = '2024-02-29T13:05:06Z'",
        "date_format(timestamp '2024-02-29 00:05:06', '%a %b %d, %I:%M %p') = 'Thu Feb 29, 12:05 AM'",
        "date_format(date '2024-02-09', '%y%j, 100%%') = '24040, 100%'",
    ),
)
def date_format(time: Value, format: str) -> StringValue:
    """Return a date or timestamp as text: `%Y %y %m %d %H %I %M %S %f %p %b %B %a %A %j` are its parts.

    All have the digits of strftime (`%f` six, `%j` three), names are English; `%%` is a percent sign, everything else
    stands for itself. A timestamptz is written in UTC.
    """


@function(
    text=TEXT,
    format=READ_FORMAT,
    result=DATE,
    native=True,
    examples=(
        "parse_date('9.2.2024', '%d.%m.%Y') = date '2024-02-09'",
        "parse_date('20240209', '%Y%m%d') = date '2024-02-09'",
        "parse_date('february 2024', '%B %Y') = date '2024-02-01'",
    ),
)
def parse_date(text: StringValue, format: str) -> DateValue:
    """Return the date that a text says in a format; one that does not fit fails the run, as does 30 February.

    The parts are `%Y %m %d %b %B`, and those of `parse_timestamp`, which are cut off. A year has four digits, other
    numbers one or two, two where another number follows without a border; names are English, in any case. Everything
    else stands for itself: nothing may precede, follow or be left out. Without `%d` it is the first day of the month,
    without a month the first of the year. There is no `%y`, for its century is another in every tool.
    """


@function(
    text=TEXT,
    format=READ_FORMAT,
    result=TIMESTAMP,
    native=True,
    aliases=("strptime",),
    examples=(
        "parse_timestamp('9.2.2024 7:05', '%d.%m.%Y %H:%M') = timestamp '2024-02-09 07:05:00'",
        "parse_timestamp('Feb 09 2024 12:30 PM', '%b %d %Y %I:%M %p') = timestamp '2024-02-09 12:30:00'",
        "parse_timestamp('2024-02-09T07:05:06.5Z', '%Y-%m-%dT%H:%M:%S.%fZ') = timestamp '2024-02-09 07:05:06.5'",
    ),
)
def parse_timestamp(text: StringValue, format: str) -> TimestampValue:
    """Return the timestamp that a text says in a format; one that does not fit fails the run.

    The parts are those of `parse_date`, and `%H %M %S`, `%I` with `%p` (AM, PM), and `%f`: one to six digits of a
    fraction. What is left out is zero.
    """


@function(
    text=TEXT,
    format=READ_FORMAT,
    result=DATE,
    nullable=always,
    native=True,
    examples=(
        "try_parse_date('9.2.2024', '%d.%m.%Y') = date '2024-02-09'",
        "try_parse_date('30.2.2024', '%d.%m.%Y') is null",
        "try_parse_date('9.2.2024 ', '%d.%m.%Y') is null",
    ),
)
def try_parse_date(text: StringValue, format: str) -> DateValue:
    """Return the date that a text says in a format, as `parse_date` does; null where it does not fit."""


@function(
    text=TEXT,
    format=READ_FORMAT,
    result=TIMESTAMP,
    nullable=always,
    native=True,
    aliases=("try_strptime",),
    examples=(
        "try_parse_timestamp('2024-02-09 7:05', '%Y-%m-%d %H:%M') = timestamp '2024-02-09 07:05:00'",
        "try_parse_timestamp('2024-02-09 24:00', '%Y-%m-%d %H:%M') is null",
    ),
)
def try_parse_timestamp(text: StringValue, format: str) -> TimestampValue:
    """Return the timestamp that a text says in a format, as `parse_timestamp` does; null where it does not fit."""
