"""Names in expressions that are not there, or that could be more than one thing."""

from __future__ import annotations

from typing import ClassVar

from odibi_sql.diagnostics.diagnostic import Diagnostic, Severity
from odibi_sql.diagnostics.samples import ORDERS, over_orders


class UnknownColumn(Diagnostic, frozen=True, kw_only=True):
    """A name in an expression is neither a column of the rows at that place nor a parameter.

    An operator sees the columns that the line above it gives: those that a `select` or `drop` left out are gone, and
    those of the other side of a join are there under the names that the join gave them. Names are matched exactly,
    capitals included.
    """

    code: ClassVar[str] = "unknown-column"
    title: ClassVar[str] = "there is no column `{name}`{place}"
    hint: ClassVar[str] = "{suggestion}"
    wrong: ClassVar[str] = over_orders("derive double = amonut * 2")
    right: ClassVar[str] = over_orders("derive double = amount * 2")

    name: str
    place: str  # " in `orders`", or ""
    suggestion: str


class AmbiguousColumn(Diagnostic, frozen=True, kw_only=True):
    """A name could be one of several columns, because more than one of the inputs has it.

    Write the dataset (or its alias) before the name.
    """

    code: ClassVar[str] = "ambiguous-column"
    title: ClassVar[str] = "`{name}` could be {choices}"
    label: ClassVar[str] = "which one?"
    hint: ClassVar[str] = "write {choices}"
    wrong: ClassVar[str] = (
        f'{ORDERS}sql result from orders """\n  select amount from orders as a cross join orders as b\n"""\n'
    )
    right: ClassVar[str] = (
        f'{ORDERS}sql result from orders """\n  select a.amount from orders as a cross join orders as b\n"""\n'
    )

    name: str
    choices: str


class UnknownMember(Diagnostic, frozen=True, kw_only=True):
    """A struct has no member of this name."""

    code: ClassVar[str] = "unknown-member"
    title: ClassVar[str] = "`{name}` is no member of `{type}`"
    hint: ClassVar[str] = "{suggestion}"
    wrong: ClassVar[str] = over_orders("derive place = {city: 'Lyon'}", "derive town = place.town")
    right: ClassVar[str] = over_orders("derive place = {city: 'Lyon'}", "derive town = place.city")

    name: str
    type: str
    suggestion: str


class NotAStruct(Diagnostic, frozen=True, kw_only=True):
    """A dot asks for a member of something that has none: only structs have members.

    A value in a json column is taken out by a function, an element of an array or a map by `[…]`.
    """

    code: ClassVar[str] = "not-a-struct"
    title: ClassVar[str] = "`{name}` is asked of {actual}, which has no members"
    hint: ClassVar[str] = "{remedy}"
    wrong: ClassVar[str] = over_orders("derive day = ordered_at.day")
    right: ClassVar[str] = over_orders("derive day = cast(ordered_at as date)")

    name: str
    actual: str
    remedy: str = "only a struct has members"


class ParameterHidden(Diagnostic, frozen=True, kw_only=True):
    """A column has the name of a parameter, so that the expression means the column.

    Give one of them another name.
    """

    code: ClassVar[str] = "parameter-hidden"
    severity: ClassVar[Severity] = "warning"
    title: ClassVar[str] = "`{name}` is the column here, not the parameter of the same name"
    hint: ClassVar[str] = "give the parameter another name"
    wrong: ClassVar[str] = ORDERS.replace("\n\n", "\n\nparam amount int64 = 5\n\n", 1) + (
        "transform result from orders\n  | filter amount > 1\n"
    )
    right: ClassVar[str] = ORDERS.replace("\n\n", "\n\nparam least int64 = 5\n\n", 1) + (
        "transform result from orders\n  | filter amount > least\n"
    )

    name: str


class NotAConstant(Diagnostic, frozen=True, kw_only=True):
    """A value has to be known when the pipeline is compiled, and this one is not.

    Numbers, strings, dates, durations, parameters and arithmetic on them are known; columns are not.
    """

    code: ClassVar[str] = "not-a-constant"
    title: ClassVar[str] = "a constant is expected here"
    label: ClassVar[str] = "this is not known when compiled"
    hint: ClassVar[str] = "{suggestion}"
    wrong: ClassVar[str] = over_orders("limit order_id")
    right: ClassVar[str] = over_orders("limit 10")

    suggestion: str = "literals and parameters can stand here"
