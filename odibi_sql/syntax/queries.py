"""The query of a `sql` step, as it was written: what the SQL reader makes of any dialect."""

from __future__ import annotations

from typing import Literal as OneOf

from odibi_sql.syntax.expressions import Expr, Name, Node, SortItem


class Query(Node, frozen=True, kw_only=True):
    """Rows. `ctes` are in the scope of everything in it; order and limit come last."""

    ctes: tuple[Cte, ...] = ()
    order: tuple[SortItem, ...] = ()
    limit: Expr | None = None
    offset: Expr | None = None


class Cte(Node, frozen=True, kw_only=True):
    """`name [(columns)] as (query)`."""

    name: Name
    columns: tuple[Name, ...]
    query: Query


class SelectItem(Node, frozen=True, kw_only=True):
    """`value [as name]`."""

    value: Expr
    name: Name | None


class StarItem(Node, frozen=True, kw_only=True):
    """`*`, `t.*`, with DuckDB's `exclude (…)` and `replace (…)`."""

    table: Name | None
    without: tuple[Name, ...] = ()
    replaced: tuple[SelectItem, ...] = ()


class TableRef(Node, frozen=True, kw_only=True):
    """A dataset or a CTE by name."""

    name: Name
    alias: Name | None
    columns: tuple[Name, ...] = ()  # `t (a, b)`


class DerivedTable(Node, frozen=True, kw_only=True):
    """`(query) as alias (columns)`."""

    query: Query
    alias: Name | None
    columns: tuple[Name, ...] = ()


class ValuesTable(Node, frozen=True, kw_only=True):
    """`(values (…), (…)) as alias (columns)`."""

    rows: tuple[tuple[Expr, ...], ...]
    alias: Name | None
    columns: tuple[Name, ...] = ()


class UnnestTable(Node, frozen=True, kw_only=True):
    """`unnest(array) as alias (column)`, a row for each element, beside the tables before it."""

    value: Expr
    alias: Name | None
    columns: tuple[Name, ...] = ()  # one


FromItem = TableRef | DerivedTable | ValuesTable | UnnestTable


class JoinItem(Node, frozen=True, kw_only=True):
    """`[asof] [kind] join right on condition | using (columns)`; a comma is a cross join."""

    kind: OneOf["inner", "left", "right", "full", "semi", "anti", "cross"]
    right: FromItem
    on: Expr | None
    using: tuple[Name, ...] = ()
    is_natural: bool = False
    is_asof: bool = False


class SelectQuery(Query, frozen=True, kw_only=True):
    """`select … from … where … group by … having … qualify …`."""

    items: tuple[SelectItem | StarItem, ...]
    source: FromItem | None
    joins: tuple[JoinItem, ...] = ()
    where: Expr | None = None
    group: tuple[Expr, ...] = ()  # numbers are positions
    groups_by_all: bool = False  # `group by all`
    having: Expr | None = None
    qualify: Expr | None = None
    is_distinct: bool = False


class SetQuery(Query, frozen=True, kw_only=True):
    """`left union|intersect|except [all] [by name] right`."""

    kind: OneOf["union", "intersect", "except"]
    is_distinct: bool
    by_name: bool
    left: Query
    right: Query


class ValuesQuery(Query, frozen=True, kw_only=True):
    """`values (…), (…)` on its own."""

    rows: tuple[tuple[Expr, ...], ...]
