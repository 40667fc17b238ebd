"""The operators of a step, as they were written: one class for each word after `|`."""

from __future__ import annotations

from typing import Literal as OneOf

from odibi_sql.diagnostics import Span
from odibi_sql.syntax.expressions import Call, Expr, Name, Node, SortItem, TypeName


class Operator(Node, frozen=True, kw_only=True):
    """One `|` line. `allowed`: the warnings that a `# odibi: allow NAME` on it silences.

    `applied`: where it comes out of a fragment, the `apply` that it stands for, and that of the fragment around, ….
    """

    allowed: tuple[str, ...] = ()
    applied: tuple[Span, ...] = ()


class Assignment(Node, frozen=True, kw_only=True):
    """`name = value`; `name` is None where an expression stands alone (a column of `select`, a key of `group by`)."""

    name: Name | None
    value: Expr


class Filter(Operator, frozen=True, kw_only=True):
    """`filter condition`."""

    condition: Expr


class Derive(Operator, frozen=True, kw_only=True):
    """`derive name = value, …`: new columns."""

    assignments: tuple[Assignment, ...]


class Set(Operator, frozen=True, kw_only=True):
    """`set name = value, …`: columns that exist."""

    assignments: tuple[Assignment, ...]


class Select(Operator, frozen=True, kw_only=True):
    """`select a, b, day = cast(at as date)`."""

    columns: tuple[Assignment, ...]


class Renaming(Node, frozen=True, kw_only=True):
    """`new = old`."""

    new: Name
    old: Name


class Rename(Operator, frozen=True, kw_only=True):
    """`rename new = old, …`."""

    renamings: tuple[Renaming, ...]


class Drop(Operator, frozen=True, kw_only=True):
    """`drop a, b`."""

    columns: tuple[Name, ...]


class ColumnCast(Node, frozen=True, kw_only=True):
    """`gross decimal(12, 2)`."""

    column: Name
    type: TypeName


class CastColumns(Operator, frozen=True, kw_only=True):
    """`cast a T, b U`."""

    casts: tuple[ColumnCast, ...]


class Fill(Operator, frozen=True, kw_only=True):
    """`fill region = 'unknown', …`: what stands for null."""

    assignments: tuple[Assignment, ...]


class Join(Operator, frozen=True, kw_only=True):
    """`join left sites as s (region, capacity_kw) on … [match one|many]`.

    `columns` are taken from the other side (None: all of them; a column can be given another name by `new = old`).
    """

    kind: OneOf["inner", "left", "right", "full", "semi", "anti", "cross"]
    dataset: Name
    alias: Name | None
    columns: tuple[Assignment, ...] | None
    on: tuple[Expr, ...]  # names that both sides have, or conditions; `and` of them
    match: OneOf["one", "many"] | None = None


class AsOfJoin(Operator, frozen=True, kw_only=True):
    """`join asof rates (rate) on currency and at >= rates.valid_from`; `inner` leaves out rows without a match."""

    dataset: Name
    alias: Name | None
    columns: tuple[Assignment, ...] | None
    on: tuple[Expr, ...]
    kind: OneOf["left", "inner"] = "left"


class Aggregate(Operator, frozen=True, kw_only=True):
    """`aggregate total = sum(x), … group by a, b = f(c)`."""

    assignments: tuple[Assignment, ...]
    keys: tuple[Assignment, ...] = ()


class Dedupe(Operator, frozen=True, kw_only=True):
    """`dedupe by a, b keep first|last order` or `keep any`; `order` is empty without a column."""

    by: tuple[Name, ...]
    keep: OneOf["first", "last", "any"]
    order: tuple[SortItem, ...] = ()


class Distinct(Operator, frozen=True, kw_only=True):
    """`distinct`."""


class Sort(Operator, frozen=True, kw_only=True):
    """`sort total desc, segment`."""

    keys: tuple[SortItem, ...]


class Limit(Operator, frozen=True, kw_only=True):
    """`limit 3 per month`, `limit 10 offset 20`."""

    count: Expr
    offset: Expr | None = None
    per: tuple[Name, ...] = ()


class SetWith(Operator, frozen=True, kw_only=True):
    """`union [distinct] a, b`, `intersect [all] a`, `except [all] a`.

    Bare, a union keeps all rows, and the others keep each once.
    """

    kind: OneOf["union", "intersect", "except"]
    is_distinct: bool
    datasets: tuple[Name, ...]


class Expect(Operator, frozen=True, kw_only=True):
    """`expect [name:] rule [else action]`."""

    name: Name | None
    rule: Rule
    action: OneOf["fail", "warn", "drop", "quarantine"] | None  # None: not written, which is fail
    quarantine: Name | None = None
    text: str | None = None  # of the rule, where it is not what stands at its place


class Rule(Node, frozen=True, kw_only=True):
    """What an expectation holds rows or a dataset to."""


class ConditionRule(Rule, frozen=True, kw_only=True):
    """A condition that each row meets."""

    condition: Expr


class NotNullRule(Rule, frozen=True, kw_only=True):
    """`not null a, b`."""

    columns: tuple[Name, ...]


class UniqueRule(Rule, frozen=True, kw_only=True):
    """`unique a, b`."""

    columns: tuple[Name, ...]


class RowsRule(Rule, frozen=True, kw_only=True):
    """`rows > 0`, `rows between 1 and 10`: the number of rows, `low`/`high` for between."""

    operator: str  # a comparison or "between"
    values: tuple[Expr, ...]


class FreshRule(Rule, frozen=True, kw_only=True):
    """`fresh ordered_at within 1 day`."""

    column: Name
    within: Expr


class ReferencesRule(Rule, frozen=True, kw_only=True):
    """`references customers on customer_id = customers.id`."""

    dataset: Name
    on: tuple[Expr, ...]


class Apply(Operator, frozen=True, kw_only=True):
    """`apply latest(order_id, updated_at)`."""

    fragment: Call


class Pivot(Operator, frozen=True, kw_only=True):
    """`pivot metric in ('temp', wet = 'humidity') value avg(value), n = count() group by device_id, ts`."""

    column: Name
    values: tuple[Assignment, ...]
    aggregates: tuple[Assignment, ...]
    keys: tuple[Assignment, ...]


class Unpivot(Operator, frozen=True, kw_only=True):
    """`unpivot temp, humidity into metric, value`."""

    columns: tuple[Name, ...]
    into_name: Name
    into_value: Name


class Explode(Operator, frozen=True, kw_only=True):
    """`explode tags as tag`."""

    value: Expr
    alias: Name | None


class Sample(Operator, frozen=True, kw_only=True):
    """`sample 10 percent seed 42`, `sample 100 rows`."""

    amount: Expr
    unit: OneOf["percent", "rows"]
    seed: Expr | None
