"""What is wrong with operators that turn columns into rows and rows into columns, and with windows of time."""

from __future__ import annotations

from typing import ClassVar

from odibi_sql.diagnostics.diagnostic import Diagnostic
from odibi_sql.diagnostics.samples import over_orders

_READINGS = (
    "ingest readings from values (device int64, at timestamp, metric string, temp float64, wet int64)\n"
    "  (1, timestamp '2025-11-01 10:00:00', 'temp', 20.5, 60)\n\n"
    "transform result from readings\n"
)


def _over_readings(*operators: str) -> str:
    return _READINGS + "".join(f"  | {each}\n" for each in operators)


class BadWindowOfTime(Diagnostic, frozen=True, kw_only=True):
    """A duration of `tumble`, `hop` or `session` is none that windows of time can have.

    It is known when compiled and longer than nothing; of a date it is whole days. Months have no one length: `tumble`
    takes 1 month, 1 quarter and 1 year, the others none. The windows of `hop(time, every, size)` are a whole number of
    times as long as the time between their starts.
    """

    code: ClassVar[str] = "bad-window-of-time"
    title: ClassVar[str] = "`{name}` cannot take this duration: {reason}"
    hint: ClassVar[str] = "it is called as `{usage}`"
    wrong: ClassVar[str] = over_orders("aggregate n = count() group by at = tumble(ordered_at, 2 months)")
    right: ClassVar[str] = over_orders("aggregate n = count() group by at = tumble(ordered_at, 1 quarter)")

    name: str
    reason: str
    usage: str


class MisplacedWindowOfTime(Diagnostic, frozen=True, kw_only=True):
    """`hop` and `session` put rows into windows of time, so they stand as a key of a `group by`, by themselves.

    With `hop` a row is in several groups. `tumble` is a value like any other and can stand everywhere.
    """

    code: ClassVar[str] = "misplaced-window-of-time"
    title: ClassVar[str] = "`{name}` is a key of a `group by`, and cannot stand here"
    hint: ClassVar[str] = "write `aggregate … group by at = {usage}`"
    wrong: ClassVar[str] = over_orders("derive at = session(ordered_at, 30 minutes)")
    right: ClassVar[str] = over_orders("aggregate n = count() group by at = session(ordered_at, 30 minutes)")

    name: str
    usage: str


class TwoWindowsOfTime(Diagnostic, frozen=True, kw_only=True):
    """A `group by` has two keys of `hop` or `session`; one of them is what its groups can go by.

    Aggregate by one of them, and by the other in a step of its own. `tumble` can stand beside either.
    """

    code: ClassVar[str] = "two-windows-of-time"
    title: ClassVar[str] = "a `group by` takes one key of `hop` or `session`"
    label: ClassVar[str] = "the second"
    hint: ClassVar[str] = "remove one of them; `tumble` can stand beside the other"
    wrong: ClassVar[str] = over_orders(
        "aggregate n = count() group by a = session(ordered_at, 1 hour), b = hop(ordered_at, 1 hour, 2 hours)"
    )
    right: ClassVar[str] = over_orders(
        "aggregate n = count() group by a = session(ordered_at, 1 hour), b = tumble(ordered_at, 1 hour)"
    )


class PivotWithoutAggregate(Diagnostic, frozen=True, kw_only=True):
    """What stands after `value` in a pivot is an aggregate: several rows can have one value of the column."""

    code: ClassVar[str] = "pivot-without-aggregate"
    title: ClassVar[str] = "a pivot needs an aggregate after `value`"
    label: ClassVar[str] = "several rows can be meant"
    hint: ClassVar[str] = "write `sum({text})`, `max({text})`, or another aggregate of it"
    wrong: ClassVar[str] = _over_readings("pivot metric in ('temp', 'wet') value temp group by device")
    right: ClassVar[str] = _over_readings("pivot metric in ('temp', 'wet') value max(temp) group by device")

    text: str


class UnpivotTypesDiffer(Diagnostic, frozen=True, kw_only=True):
    """The columns of an unpivot become one column, so they need types that meet.

    Cast them to one type first.
    """

    code: ClassVar[str] = "unpivot-types-differ"
    title: ClassVar[str] = "the columns of this unpivot have no type in common: {types}"
    label: ClassVar[str] = "does not meet those before it"
    hint: ClassVar[str] = "cast them first: `cast {column} string`"
    wrong: ClassVar[str] = _over_readings("unpivot temp, metric into name, value")
    right: ClassVar[str] = _over_readings("cast temp string", "unpivot temp, metric into name, value")

    types: str
    column: str


class BadSample(Diagnostic, frozen=True, kw_only=True):
    """A sample is asked for in a way that says no part of the rows.

    `sample 10 percent seed 42` takes a percentage from 0 to 100, `sample 100 rows` a number of rows; the seed is a
    whole number, and 0 where none is written. Rows are chosen by a hash of their values, so that each engine and
    each run chooses the same.
    """

    code: ClassVar[str] = "bad-sample"
    title: ClassVar[str] = "this is no sample: {reason}"
    hint: ClassVar[str] = "write `sample 10 percent seed 42`, or `sample 100 rows`"
    wrong: ClassVar[str] = over_orders("sample 110 percent")
    right: ClassVar[str] = over_orders("sample 10 percent")

    reason: str


class ExplodeNeedsArray(Diagnostic, frozen=True, kw_only=True):
    """Only an array can be exploded: each of its elements becomes a row.

    `map_keys` and `map_values` make arrays of a map, `split` one of a text.
    """

    code: ClassVar[str] = "explode-needs-array"
    title: ClassVar[str] = "only an array can be made rows of, and this is {actual}"
    hint: ClassVar[str] = "{remedy}"
    wrong: ClassVar[str] = _over_readings("explode metric as part")
    right: ClassVar[str] = _over_readings("explode split(metric, ',') as part")

    actual: str
    remedy: str


class BadAsOfJoin(Diagnostic, frozen=True, kw_only=True):
    """The condition of an as-of join is equalities and one inequality between the two sides.

    The inequality says which row is the nearest: with `at >= rates.valid_from` the latest that is not after `at`. A
    condition on the other side alone chooses among its rows first.
    """

    code: ClassVar[str] = "bad-asof-join"
    title: ClassVar[str] = "an as-of join takes equalities and one inequality between both sides; {reason}"
    hint: ClassVar[str] = "write `join asof {dataset} on key and at >= {dataset}.valid_from`"
    wrong: ClassVar[str] = over_orders("join asof orders as o (next = ordered_at) on status")
    right: ClassVar[str] = over_orders(
        "join asof orders as o (next = ordered_at) on status and ordered_at < o.ordered_at"
    )

    reason: str
    dataset: str
