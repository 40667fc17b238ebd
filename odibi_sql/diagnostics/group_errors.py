"""Groups and nulls: columns that have no one value in a group, comparisons that are never true."""

from __future__ import annotations

from typing import ClassVar

from odibi_sql.diagnostics.diagnostic import Diagnostic, Severity
from odibi_sql.diagnostics.samples import over_orders


class NotGrouped(Diagnostic, frozen=True, kw_only=True):
    """A column stands beside aggregates, and the rows of a group can differ in it.

    Make it a key of the `group by`, or say which of the group's values is meant: `min`, `max`, `first`, `any_value`.
    """

    code: ClassVar[str] = "not-grouped"
    title: ClassVar[str] = "`{name}` is neither a key of the `group by` nor inside an aggregate"
    label: ClassVar[str] = "a group can have many values of it"
    hint: ClassVar[str] = "add it to the `group by`, or write `any_value({name})`"
    wrong: ClassVar[str] = over_orders("aggregate rest = sum(amount) - amount group by status")
    right: ClassVar[str] = over_orders("aggregate rest = sum(amount) - max(amount) group by status")

    name: str


class ComparesWithNull(Diagnostic, frozen=True, kw_only=True):
    """A comparison with `null` is never true and never false: it is null.

    `is null` asks whether a value is missing. `x not in (…, null)` is never true either.
    """

    code: ClassVar[str] = "compares-with-null"
    severity: ClassVar[Severity] = "warning"
    title: ClassVar[str] = "`{operator}` with null is never true"
    hint: ClassVar[str] = "`is null` and `is not null` ask whether a value is missing"
    wrong: ClassVar[str] = over_orders("filter status = null")
    right: ClassVar[str] = over_orders("filter status is null")

    operator: str
