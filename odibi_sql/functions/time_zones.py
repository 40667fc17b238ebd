"""Local times of places, by the names of the time zone database: 'Europe/Paris'.

A local time that a clock put forward skips is read as if the clock had not been put forward yet; one that comes twice
is the earlier of the two. Before 1970 engines may know different rules for a place.
"""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING

from odibi_sql.functions.define import Types, function
from odibi_sql.functions.patterns import CLOCKED, INSTANT, TEXT, TIMESTAMP, constant
from odibi_sql.ir import types as t

if TYPE_CHECKING:
    from ibis.expr.types import StringValue, TimestampValue

WORDS = "a time zone by its name: 'UTC', 'Europe/Paris', 'America/New_York'"


def zone_problem(name: str) -> str | None:
    """What is expected instead of a name that is no time zone. `EST` and its like mean other things to other people."""
    if name == "UTC":
        return None
    area, _, place = name.partition("/")
    if not place or area in ("posix", "right", "SystemV", "Etc") or not _is_known(name):
        return WORDS
    return None


def _is_known(name: str) -> bool:
    """Whether the system's database of time zones has this name; all count as known where there is no database."""
    try:
        return zoneinfo.ZoneInfo(name).key == name
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return not zoneinfo.available_timezones()


ZONE = constant(TEXT, problem=zone_problem)


def _other(types: Types) -> t.Type:
    return t.TIMESTAMP if isinstance(types[0], t.TimestampTz) else t.TIMESTAMPTZ


@function(
    instant=INSTANT,
    zone=ZONE,
    result=t.TIMESTAMP,
    native=True,
    examples=(
        "to_timezone(timestamptz '2025-07-01 10:00:00Z', 'Europe/Paris') = timestamp '2025-07-01 12:00:00'",
        "to_timezone(timestamptz '2025-01-01 03:00:00Z', 'America/New_York') = timestamp '2024-12-31 22:00:00'",
    ),
)
def to_timezone(instant: TimestampValue, zone: StringValue) -> TimestampValue:
    """Return what the clocks of a place show at an instant, as a timestamp without a zone."""


@function(
    local=TIMESTAMP,
    zone=ZONE,
    result=t.TIMESTAMPTZ,
    native=True,
    examples=(
        "from_timezone(timestamp '2025-07-01 12:00:00', 'Europe/Paris') = timestamptz '2025-07-01 10:00:00Z'",
        "from_timezone(timestamp '2025-03-30 02:30:00', 'Europe/Paris') = timestamptz '2025-03-30 01:30:00Z'",
        "from_timezone(timestamp '2025-10-26 02:30:00', 'Europe/Paris') = timestamptz '2025-10-26 00:30:00Z'",
    ),
)
def from_timezone(local: TimestampValue, zone: StringValue) -> TimestampValue:
    """Return the instant at which the clocks of a place show a time.

    A time that the clocks skip when they are put forward is counted from before: 2:30 is 3:30. Of a time that comes
    twice, when they are put back, it is the first.
    """


@function(
    time=CLOCKED,
    zone=ZONE,
    result=_other,
    native=True,
    examples=(
        "at_time_zone(timestamptz '2025-07-01 10:00:00Z', 'Asia/Tokyo') = timestamp '2025-07-01 19:00:00'",
        "at_time_zone(timestamp '2025-07-01 19:00:00', 'Asia/Tokyo') = timestamptz '2025-07-01 10:00:00Z'",
    ),
)
def at_time_zone(time: TimestampValue, zone: StringValue) -> TimestampValue:
    """Return SQL's `at time zone`: `to_timezone` of a timestamptz, `from_timezone` of a timestamp.

    Of a time that comes twice PostgreSQL and DuckDB by themselves take the second.
    """
