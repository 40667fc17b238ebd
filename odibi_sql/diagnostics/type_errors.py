"""Types that are not there, and values whose types do not go together."""

from __future__ import annotations

from typing import ClassVar

from odibi_sql.diagnostics.diagnostic import Diagnostic
from odibi_sql.diagnostics.samples import over_orders, sql_over_orders


class UnknownType(Diagnostic, frozen=True, kw_only=True):
    """A name stands where a type is meant, and is none.

    The types are `bool`, `int8` to `int64`, `float32`, `float64`, `decimal(p, s)`, `string`, `binary`, `date`,
    `timestamp`, `timestamptz`, `duration`, `array<T>`, `struct<name T, …>`, `map<K, V>` and `json`; SQL's own names
    for them (`bigint`, `varchar`, `double`, `numeric(p, s)`) are understood.
    """

    code: ClassVar[str] = "unknown-type"
    title: ClassVar[str] = "there is no type `{name}`"
    hint: ClassVar[str] = "{suggestion}"
    wrong: ClassVar[str] = over_orders("cast order_id sting")
    right: ClassVar[str] = over_orders("cast order_id string")

    name: str
    suggestion: str


class BadTypeParameters(Diagnostic, frozen=True, kw_only=True):
    """A type has parameters that it does not take, or lacks those that it needs.

    A decimal has 1 to 38 digits, of which 0 to all stand behind the point: `decimal(10, 2)`. A string has no length.
    """

    code: ClassVar[str] = "bad-type-parameters"
    title: ClassVar[str] = "`{written}` is no type: {reason}"
    hint: ClassVar[str] = "write {example}"
    wrong: ClassVar[str] = over_orders("cast amount decimal(40, 2)")
    right: ClassVar[str] = over_orders("cast amount decimal(38, 2)")

    written: str
    reason: str
    example: str


class WrongOperands(Diagnostic, frozen=True, kw_only=True):
    """An operator does not take values of these types."""

    code: ClassVar[str] = "wrong-operands"
    title: ClassVar[str] = "`{operator}` does not take {types}"
    hint: ClassVar[str] = "{remedy}"
    wrong: ClassVar[str] = over_orders("derive label = status + '!'")
    right: ClassVar[str] = over_orders("derive label = status || '!'")

    operator: str
    types: str
    remedy: str = ""


class CannotCompare(Diagnostic, frozen=True, kw_only=True):
    """Two values are compared whose types do not meet: a string and a number, a bool and a number.

    Nothing is cast unasked where that could fail or change the meaning: write the cast that is meant. A string
    *literal* next to a date or a timestamp is read as one.
    """

    code: ClassVar[str] = "cannot-compare"
    title: ClassVar[str] = "{left} cannot be compared with {other}"
    hint: ClassVar[str] = "{remedy}"
    wrong: ClassVar[str] = over_orders("filter order_id = '1'")
    right: ClassVar[str] = over_orders("filter order_id = 1")

    left: str
    other: str
    remedy: str


class MixedTimestamps(Diagnostic, frozen=True, kw_only=True):
    """A timestamp (a local time without a zone) meets a timestamptz (an instant).

    Which instant a local time is depends on a zone, so nothing is converted unasked. `cast(x as timestamptz)` reads
    the local time as UTC, `cast(x as timestamp)` gives the instant's local time in UTC.
    """

    code: ClassVar[str] = "mixed-timestamps"
    title: ClassVar[str] = "`{operator}` meets a timestamp and a timestamptz"
    hint: ClassVar[str] = (
        "`cast(… as timestamptz)` reads a timestamp as UTC, `cast(… as timestamp)` gives an instant in UTC"
    )
    wrong: ClassVar[str] = over_orders("filter ordered_at > timestamptz '2025-11-01 00:00:00Z'")
    right: ClassVar[str] = over_orders("filter cast(ordered_at as timestamptz) > timestamptz '2025-11-01 00:00:00Z'")

    operator: str


class NoOrder(Diagnostic, frozen=True, kw_only=True):
    """Values of this type cannot be compared or sorted: maps and json have neither an equality nor an order."""

    code: ClassVar[str] = "no-order"
    title: ClassVar[str] = "values of type {type} cannot be {doing}"
    hint: ClassVar[str] = "take out the part that is meant, or cast it to string"
    wrong: ClassVar[str] = over_orders("derive note = cast(status as json)", "sort note")
    right: ClassVar[str] = over_orders("derive note = cast(status as json)", "sort cast(note as string)")

    type: str
    doing: str  # "compared", "sorted"


class NotACondition(Diagnostic, frozen=True, kw_only=True):
    """A condition is expected, and the expression is of another type than bool.

    Nothing but true and false is read as true or false: write the comparison that is meant.
    """

    code: ClassVar[str] = "not-a-condition"
    title: ClassVar[str] = "a condition is expected, and this is {actual}"
    hint: ClassVar[str] = "write a comparison, as `… {example}`"
    wrong: ClassVar[str] = over_orders("filter amount")
    right: ClassVar[str] = over_orders("filter amount <> 0 or amount is null")

    actual: str
    example: str


class NoCommonType(Diagnostic, frozen=True, kw_only=True):
    """Values that have to be of one type are not: the branches of a `case`, the elements of a list."""

    code: ClassVar[str] = "no-common-type"
    title: ClassVar[str] = "{what} have no common type: {types}"
    hint: ClassVar[str] = "cast them to one type"
    wrong: ClassVar[str] = over_orders("derive kind = case when amount > 5 then 'big' else 0 end")
    right: ClassVar[str] = over_orders("derive kind = case when amount > 5 then 'big' else 'small' end")

    what: str
    types: str


class WrongType(Diagnostic, frozen=True, kw_only=True):
    """A constant is of another type than the one that is expected at its place."""

    code: ClassVar[str] = "wrong-type"
    title: ClassVar[str] = "{expected} is expected here, and this is {actual}"
    hint: ClassVar[str] = "{remedy}"
    wrong: ClassVar[str] = "param day date = 20251101\n\n" + over_orders("filter ordered_at >= day")
    right: ClassVar[str] = "param day date = date '2025-11-01'\n\n" + over_orders("filter ordered_at >= day")

    expected: str
    actual: str
    remedy: str = ""


class CannotCast(Diagnostic, frozen=True, kw_only=True):
    """No value of this type can become one of that type."""

    code: ClassVar[str] = "cannot-cast"
    title: ClassVar[str] = "{actual} cannot be cast to {type}"
    hint: ClassVar[str] = "{remedy}"
    wrong: ClassVar[str] = over_orders("derive day = cast(cast(ordered_at as date) as int64)")
    right: ClassVar[str] = over_orders("derive day = cast(ordered_at as date) - date '1970-01-01'")

    actual: str
    type: str
    remedy: str = ""


class BadCastValue(Diagnostic, frozen=True, kw_only=True):
    """A constant is cast to a type that it does not fit: the run would fail on the first row."""

    code: ClassVar[str] = "bad-cast-value"
    title: ClassVar[str] = "`{value}` cannot be read as {type}"
    hint: ClassVar[str] = "`try_cast` gives null where a value does not fit"
    wrong: ClassVar[str] = over_orders("derive one = cast('1,5' as float64)")
    right: ClassVar[str] = over_orders("derive one = cast('1.5' as float64)")

    value: str
    type: str


class DecimalTooWide(Diagnostic, frozen=True, kw_only=True):
    """The exact product of two decimals would need more than 38 digits behind the point.

    A product has the digits behind the point of both sides. Cast one of them to a decimal with fewer, or to float64.
    """

    code: ClassVar[str] = "decimal-too-wide"
    title: ClassVar[str] = "{left} * {other} needs {scale} digits behind the point; a decimal has 38 at most"
    hint: ClassVar[str] = "cast one side to a decimal with fewer digits behind the point, or to float64"
    wrong: ClassVar[str] = over_orders("derive small = cast(amount as decimal(30, 20))", "derive tiny = small * small")
    right: ClassVar[str] = over_orders("derive small = cast(amount as decimal(30, 10))", "derive tiny = small * small")

    left: str
    other: str
    scale: int


class SubqueryColumns(Diagnostic, frozen=True, kw_only=True):
    """A query stands where a value or a set of values is meant, and has more than one column."""

    code: ClassVar[str] = "subquery-columns"
    title: ClassVar[str] = "a query in an expression gives one column; this one gives {count}"
    hint: ClassVar[str] = "select the one column that is meant"
    wrong: ClassVar[str] = sql_over_orders("select order_id from orders where amount = (select 1, 2)")
    right: ClassVar[str] = sql_over_orders("select order_id from orders where amount = (select 1)")

    count: int
