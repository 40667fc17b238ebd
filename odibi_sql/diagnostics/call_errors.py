"""Calls of functions that are not there, or that are called in a way or at a place that they do not take."""

from __future__ import annotations

from typing import ClassVar

from odibi_sql.diagnostics.diagnostic import Diagnostic
from odibi_sql.diagnostics.samples import over_orders


class UnknownFunction(Diagnostic, frozen=True, kw_only=True):
    """No function has this name. `odibi functions` lists them all."""

    code: ClassVar[str] = "unknown-function"
    title: ClassVar[str] = "there is no function `{name}`"
    hint: ClassVar[str] = "{suggestion}"
    wrong: ClassVar[str] = over_orders("derive shouted = uper(status)")
    right: ClassVar[str] = over_orders("derive shouted = upper(status)")

    name: str
    suggestion: str


class WrongArgumentCount(Diagnostic, frozen=True, kw_only=True):
    """A function is called with more or fewer arguments than it takes."""

    code: ClassVar[str] = "wrong-argument-count"
    title: ClassVar[str] = "`{name}` takes {expected}, not {actual}"
    hint: ClassVar[str] = "it is called as `{signature}`"
    wrong: ClassVar[str] = over_orders("derive shouted = upper(status, 1)")
    right: ClassVar[str] = over_orders("derive shouted = upper(status)")

    name: str
    expected: str
    actual: int
    signature: str


class WrongArgumentType(Diagnostic, frozen=True, kw_only=True):
    """An argument of a function is not what the function takes at that place."""

    code: ClassVar[str] = "wrong-argument-type"
    title: ClassVar[str] = "`{name}` takes {expected} here, and this is {actual}"
    hint: ClassVar[str] = "it is called as `{signature}`"
    wrong: ClassVar[str] = over_orders("derive shouted = upper(order_id)")
    right: ClassVar[str] = over_orders("derive shouted = upper(status)")

    name: str
    expected: str
    actual: str
    signature: str


class ConstantExpected(Diagnostic, frozen=True, kw_only=True):
    """An argument of a function has to be known when the pipeline is compiled: a literal or a parameter."""

    code: ClassVar[str] = "constant-expected"
    title: ClassVar[str] = "`{name}` takes a constant here: {expected}"
    label: ClassVar[str] = "this is not known when compiled"
    hint: ClassVar[str] = "it is called as `{signature}`"
    wrong: ClassVar[str] = over_orders("derive day = date_trunc(status, ordered_at)")
    right: ClassVar[str] = over_orders("derive day = date_trunc('day', ordered_at)")

    name: str
    expected: str
    signature: str


class UnknownArgument(Diagnostic, frozen=True, kw_only=True):
    """An argument is given by a name that the function has not, or that has a value already."""

    code: ClassVar[str] = "unknown-argument"
    title: ClassVar[str] = "`{name}` {reason} `{argument}`"
    hint: ClassVar[str] = "{suggestion}"
    wrong: ClassVar[str] = over_orders("derive rounded = round(amount, places: 1)")
    right: ClassVar[str] = over_orders("derive rounded = round(amount, 1)")

    name: str
    argument: str
    reason: str  # "has no argument", "was given twice the argument"
    suggestion: str


class ClauseNotAllowed(Diagnostic, frozen=True, kw_only=True):
    """`distinct`, `filter (where …)`, `order by`, `ignore nulls`, `over` or a frame is given to a function that does
    not take it."""

    code: ClassVar[str] = "clause-not-allowed"
    title: ClassVar[str] = "`{name}` takes no `{clause}`"
    hint: ClassVar[str] = "{remedy}"
    wrong: ClassVar[str] = over_orders("derive shouted = upper(distinct status)")
    right: ClassVar[str] = over_orders("derive shouted = upper(status)")

    name: str
    clause: str
    remedy: str


class MisplacedAggregate(Diagnostic, frozen=True, kw_only=True):
    """An aggregate (`sum`, `count`, …) stands where each row is looked at by itself.

    Aggregates stand in `aggregate … group by`; what is to be asked of the groups comes in a `filter` below it. With
    `over (…)` an aggregate gives every row the value of its partition, in `derive`, `set` and `select`.
    """

    code: ClassVar[str] = "misplaced-aggregate"
    title: ClassVar[str] = "the aggregate `{name}` cannot stand here"
    label: ClassVar[str] = "there are no groups at this place"
    hint: ClassVar[str] = "{remedy}"
    wrong: ClassVar[str] = over_orders("filter sum(amount) > 10")
    right: ClassVar[str] = over_orders("aggregate total = sum(amount) group by status", "filter total > 10")

    name: str
    remedy: str


class NestedAggregate(Diagnostic, frozen=True, kw_only=True):
    """An aggregate stands inside another one: there are no groups of groups.

    Aggregate twice, one operator below the other.
    """

    code: ClassVar[str] = "nested-aggregate"
    title: ClassVar[str] = "`{name}` stands inside another aggregate"
    hint: ClassVar[str] = "aggregate twice, one `aggregate` below the other"
    wrong: ClassVar[str] = over_orders("aggregate most = max(sum(amount)) group by status")
    right: ClassVar[str] = over_orders("aggregate total = sum(amount) group by status", "aggregate most = max(total)")

    name: str


class MisplacedWindow(Diagnostic, frozen=True, kw_only=True):
    """A call with `over (…)` stands where it cannot: windows are computed in `derive`, `set` and `select`.

    To keep rows by the value of a window, derive it first and filter below. Inside another window or an aggregate it
    has to be a column already, too.
    """

    code: ClassVar[str] = "misplaced-window"
    title: ClassVar[str] = "the window function `{name}` cannot stand {place}"
    hint: ClassVar[str] = "derive it above: `derive x = {name}(…) over (…)`, then use `x`"
    wrong: ClassVar[str] = over_orders("filter rank() over (order by amount) < 3")
    right: ClassVar[str] = over_orders("derive place = rank() over (order by amount)", "filter place < 3")

    name: str
    place: str = "here"


class OverMissing(Diagnostic, frozen=True, kw_only=True):
    """A window function is called without `over (…)`, which says over which rows and in which order it looks."""

    code: ClassVar[str] = "over-missing"
    title: ClassVar[str] = "`{name}` is a window function and needs `over (…)`"
    hint: ClassVar[str] = "write `{signature}`, with `partition by` and `order by` as they are meant"
    wrong: ClassVar[str] = over_orders("derive place = row_number()")
    right: ClassVar[str] = over_orders("derive place = row_number() over (order by amount desc)")

    name: str
    signature: str


class BadFrame(Diagnostic, frozen=True, kw_only=True):
    """The frame of a window (`rows between … and …`) has no meaning or none that every engine shares.

    Its ends are `unbounded preceding`, `N preceding`, `current row`, `N following` and `unbounded following`, the
    first not after the second, with whole numbers N that are known when compiled. `range` with numbers takes an order
    by one number.
    """

    code: ClassVar[str] = "bad-frame"
    title: ClassVar[str] = "the frame of the window has no meaning: {reason}"
    hint: ClassVar[str] = "{remedy}"
    wrong: ClassVar[str] = over_orders(
        "derive x = sum(amount) over (order by order_id rows between 1 following and 1 preceding)"
    )
    right: ClassVar[str] = over_orders(
        "derive x = sum(amount) over (order by order_id rows between 1 preceding and 1 following)"
    )

    reason: str
    remedy: str = "write `rows between N preceding and M following`"
