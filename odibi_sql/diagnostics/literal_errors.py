"""Literals that say nothing: numbers that are too large, days that the calendar has not."""

from __future__ import annotations

from typing import ClassVar

from odibi_sql.diagnostics.diagnostic import Diagnostic
from odibi_sql.diagnostics.samples import over_orders, sql_over_orders


class NumberTooLarge(Diagnostic, frozen=True, kw_only=True):
    """A number does not fit its type.

    Whole numbers are int64, from -9223372036854775808 to 9223372036854775807. A larger one can be written as a
    decimal: `cast('9223372036854775808' as decimal(38, 0))`; one with an exponent (`1e20`) is a float64.
    """

    code: ClassVar[str] = "number-too-large"
    title: ClassVar[str] = "`{text}` does not fit {type}"
    hint: ClassVar[str] = "the largest {type} is {largest}"
    wrong: ClassVar[str] = over_orders("derive much = 9223372036854775808")
    right: ClassVar[str] = over_orders("derive much = 9223372036854775807")

    text: str
    type: str
    largest: str


class BadDate(Diagnostic, frozen=True, kw_only=True):
    """A text stands where a date or a timestamp is meant, and is none.

    Dates are written `2025-11-01`, timestamps `2025-11-01 10:00:00` with up to six digits behind the seconds; a
    timestamptz may end in `Z` or an offset as `+02:00`. A string literal that is compared with a date or timestamp is
    read as one.
    """

    code: ClassVar[str] = "bad-date"
    title: ClassVar[str] = "`{text}` is no {kind}: {reason}"
    hint: ClassVar[str] = "a {kind} is written {example}"
    wrong: ClassVar[str] = over_orders("filter ordered_at >= date '2025-11-31'")
    right: ClassVar[str] = over_orders("filter ordered_at >= date '2025-11-30'")

    text: str
    kind: str
    reason: str
    example: str


class BadDuration(Diagnostic, frozen=True, kw_only=True):
    """A duration cannot be of this amount or unit.

    Units are microsecond, millisecond, second, minute, hour, day, week, month, quarter and year, singular or plural.
    Hours and what is smaller take fractions (`1.5 hours`); days and months have no fixed length and do not.
    """

    code: ClassVar[str] = "bad-duration"
    title: ClassVar[str] = "`{text}` is no duration: {reason}"
    hint: ClassVar[str] = "{suggestion}"
    wrong: ClassVar[str] = over_orders("derive due = ordered_at + 1.5 months")
    right: ClassVar[str] = over_orders("derive due = ordered_at + 1 month + 15 days")

    text: str
    reason: str
    suggestion: str


class DuplicateMember(Diagnostic, frozen=True, kw_only=True):
    """Two members of one struct have the same name."""

    code: ClassVar[str] = "duplicate-member"
    title: ClassVar[str] = "the struct has two members `{name}`"
    hint: ClassVar[str] = "give one of them another name"
    wrong: ClassVar[str] = over_orders("derive both = {id: order_id, id: amount}")
    right: ClassVar[str] = over_orders("derive both = {id: order_id, amount: amount}")

    name: str


class NestedTooDeep(Diagnostic, frozen=True, kw_only=True):
    """An expression has more levels of calls, operators and parentheses inside each other than the compiler follows.

    Name a part of it with `derive` and use the name. Chains of `and` and of `or` can be of any length.
    """

    code: ClassVar[str] = "nested-too-deep"
    title: ClassVar[str] = "the expression is nested more than {most} levels deep"
    hint: ClassVar[str] = "name a part of it with `derive`"
    wrong: ClassVar[str] = sql_over_orders(f"select {' + '.join(['order_id'] * 120)} as total from orders")
    right: ClassVar[str] = sql_over_orders("select 120 * order_id as total from orders")

    most: int
