"""What can be wrong with the query of a `sql` step."""

from __future__ import annotations

from typing import ClassVar

from odibi_sql.diagnostics.diagnostic import Diagnostic, Severity

_ORDERS = "ingest orders from values (id int64, amount float64) (1, 2.5), (2, 4.0) key id\n"


def _pipeline(query: str, clause: str = "") -> str:
    return f'pipeline example\n\n{_ORDERS}\nsql result from orders{clause} """\n  {query}\n"""\n'


class SqlSyntax(Diagnostic, frozen=True, kw_only=True):
    """The text of a `sql` step cannot be read as SQL of its dialect (DuckDB's, unless `dialect NAME` says another)."""

    code: ClassVar[str] = "sql-syntax"
    title: ClassVar[str] = "this is not a query in the SQL of {dialect}: {reason}"
    label: ClassVar[str] = "here the reader got stuck"
    wrong: ClassVar[str] = _pipeline("select id from orders where (amount > 3")
    right: ClassVar[str] = _pipeline("select id from orders where (amount > 3)")
    dialect: str
    reason: str


class UnknownDialect(Diagnostic, frozen=True, kw_only=True):
    """`dialect NAME` of a `sql` step names no SQL that can be read."""

    code: ClassVar[str] = "unknown-dialect"
    title: ClassVar[str] = "there is no SQL dialect `{dialect}`"
    hint: ClassVar[str] = "{suggestion}"
    wrong: ClassVar[str] = _pipeline("select id from orders", " dialect duckbd")
    right: ClassVar[str] = _pipeline("select id from orders", " dialect duckdb")
    dialect: str
    suggestion: str


class NotOneQuery(Diagnostic, frozen=True, kw_only=True):
    """A `sql` step is one query: a `select`, a `values`, or several of them under `union`, `intersect` and `except`.

    It makes no tables and changes none: the rows of the query are the dataset that the step names, and `store` keeps
    them.
    """

    code: ClassVar[str] = "not-one-query"
    title: ClassVar[str] = "a sql step is one query, and this is {what}"
    hint: ClassVar[str] = "{instead}"
    wrong: ClassVar[str] = _pipeline("create table kept as select id from orders")
    right: ClassVar[str] = _pipeline("select id from orders")
    what: str
    instead: str = "write one `select`; a `store` line keeps its rows, and a second query is a step of its own"


class NotInTheGraph(Diagnostic, frozen=True, kw_only=True):
    """The query uses something of SQL that a pipeline of this version cannot hold.

    A `sql` step becomes the same typed graph as a transform, so that it gets the same checks and means the same on
    every engine. What that graph has no node for is refused here and not handed through.
    """

    code: ClassVar[str] = "not-in-the-graph"
    title: ClassVar[str] = "{what} has no place in the graph of this version"
    hint: ClassVar[str] = "{instead}"
    wrong: ClassVar[str] = _pipeline("select id, sum(amount) as total from orders group by rollup (id)")
    right: ClassVar[str] = _pipeline("select id, sum(amount) as total from orders group by id")
    what: str
    instead: str = ""


class NoOneMeaning(Diagnostic, frozen=True, kw_only=True):
    """The written dialect means something else by these words than the language does, or nobody can say what is meant.

    What has an exact translation is translated. The rest is refused: a query that silently meant something else would
    be worse than none.
    """

    code: ClassVar[str] = "no-one-meaning"
    title: ClassVar[str] = "{what}"
    hint: ClassVar[str] = "{instead}"
    wrong: ClassVar[str] = _pipeline("select id, id / 2 as half from orders", " dialect postgres")
    right: ClassVar[str] = _pipeline(
        "select id, cast(id as double precision) / 2 as half from orders", " dialect postgres"
    )
    what: str
    instead: str


class TooDeep(Diagnostic, frozen=True, kw_only=True):
    """A query is nested deeper than the compiler goes: hundreds of brackets or operators inside of each other."""

    code: ClassVar[str] = "query-too-deep"
    title: ClassVar[str] = "this query is nested too deeply to be read"
    hint: ClassVar[str] = "split it into several steps; write long chains of `or` as `in (…)`"
    wrong: ClassVar[str] = _pipeline(f"select {'(' * 400}id{')' * 400} as id from orders")
    right: ClassVar[str] = _pipeline("select id from orders")


class UnknownTable(Diagnostic, frozen=True, kw_only=True):
    """A query reads a table that is neither a dataset listed after `from` of its step nor one of its `with` queries."""

    code: ClassVar[str] = "unknown-table"
    title: ClassVar[str] = "this step has no table `{name}`"
    hint: ClassVar[str] = "{suggestion}"
    wrong: ClassVar[str] = _pipeline("select id from order")
    right: ClassVar[str] = _pipeline("select id from orders")
    name: str
    suggestion: str


class SameTableName(Diagnostic, frozen=True, kw_only=True):
    """Two tables of one `from` go by the same name, so that nothing could tell their columns apart."""

    code: ClassVar[str] = "same-table-name"
    title: ClassVar[str] = "two tables of this query are called `{name}`"
    label: ClassVar[str] = "the second one"
    hint: ClassVar[str] = "give one of them another name: `{name} as other`"
    wrong: ClassVar[str] = _pipeline("select id from orders join orders using (id)")
    right: ClassVar[str] = _pipeline("select id from orders join orders as others using (id)")
    name: str


class ColumnNeedsAName(Diagnostic, frozen=True, kw_only=True):
    """Every column of a dataset has a name that is written down: engines make up different ones for expressions."""

    code: ClassVar[str] = "column-needs-a-name"
    title: ClassVar[str] = "this column needs a name"
    hint: ClassVar[str] = "write `{text} as name`"
    wrong: ClassVar[str] = _pipeline("select sum(amount) from orders")
    right: ClassVar[str] = _pipeline("select sum(amount) as total from orders")
    text: str


class NoSuchPosition(Diagnostic, frozen=True, kw_only=True):
    """`order by 3` and `group by 3` mean the third column of the select list."""

    code: ClassVar[str] = "no-such-position"
    title: ClassVar[str] = "there is no column {position}: the query selects {count}"
    wrong: ClassVar[str] = _pipeline("select id, amount from orders order by 3")
    right: ClassVar[str] = _pipeline("select id, amount from orders order by 2")
    position: str
    count: int


class ColumnsDoNotMatch(Diagnostic, frozen=True, kw_only=True):
    """Two lists of columns that belong together have different lengths: the two sides of a `union`, the rows of a
    `values`, the names in `t (a, b)`, the one column that a subquery must have."""

    code: ClassVar[str] = "columns-do-not-match"
    title: ClassVar[str] = "{what} has {actual}, and {expected} expected"
    hint: ClassVar[str] = "{instead}"
    wrong: ClassVar[str] = _pipeline("select id from orders union all select id, amount from orders")
    right: ClassVar[str] = _pipeline("select id from orders union all select id from orders")
    what: str
    actual: str
    expected: str
    instead: str = ""


class NotInBothTables(Diagnostic, frozen=True, kw_only=True):
    """`using (c)` joins by a column that each side has exactly once."""

    code: ClassVar[str] = "not-in-both-tables"
    title: ClassVar[str] = "{side} of this join has {count} column `{name}`"
    hint: ClassVar[str] = "{instead}"
    wrong: ClassVar[str] = _pipeline(
        "select orders.id from orders join (select id as other from orders) as o using (id)"
    )
    right: ClassVar[str] = _pipeline(
        "select orders.id from orders join (select id as other from orders) as o on id = other"
    )
    name: str
    side: str
    count: str
    instead: str = ""


class NoCommonColumn(Diagnostic, frozen=True, kw_only=True):
    """A natural join is one by all columns whose names both sides have, and there are none."""

    code: ClassVar[str] = "no-common-column"
    title: ClassVar[str] = "the two sides of this natural join have no column of the same name"
    hint: ClassVar[str] = "write `join … on …`, or `cross join` to pair every row with every row"
    wrong: ClassVar[str] = _pipeline("select orders.id from orders natural join (select id as other from orders) as o")
    right: ClassVar[str] = _pipeline("select id from orders natural join (select distinct id from orders) as o")


class NoJoinCondition(Diagnostic, frozen=True, kw_only=True):
    """A `left`, `right`, `full`, `semi` or `anti` join says which rows belong together, after `on` or `using`."""

    code: ClassVar[str] = "no-join-condition"
    title: ClassVar[str] = "the join with `{table}` does not say which rows belong together"
    hint: ClassVar[str] = "{suggestion}"
    wrong: ClassVar[str] = _pipeline("select orders.id from orders left join orders as others")
    right: ClassVar[str] = _pipeline(
        "select orders.id from orders left join (select distinct id from orders) as others using (id)"
    )
    table: str
    suggestion: str


class QueryMayMultiply(Diagnostic, frozen=True, kw_only=True):
    """A row can find several rows of the table that is joined, and comes out once for each of them.

    The table is not known to be unique in the joined columns. Keys are known from `key` after an ingest, and from
    `aggregate`, `dedupe`, `distinct`, `group by` and `expect unique`.
    """

    code: ClassVar[str] = "query-may-multiply"
    severity: ClassVar[Severity] = "warning"
    title: ClassVar[str] = "this join can multiply rows: `{table}` is not known to be unique in {columns}"
    label: ClassVar[str] = "several rows can match one"
    hint: ClassVar[str] = (
        "make it unique before (`key`, `dedupe`, `group by`), "
        "or write `# odibi: allow query-may-multiply` above the step"
    )
    wrong: ClassVar[str] = _pipeline(
        "select orders.id from orders join orders as others on orders.amount = others.amount"
    )
    right: ClassVar[str] = _pipeline(
        "select orders.id from orders join (select distinct amount from orders) as others using (amount)"
    )
    table: str
    columns: str


class OrderNotSelected(Diagnostic, frozen=True, kw_only=True):
    """After `distinct`, or a `union`, rows can be ordered by what they hold only: a column of the result."""

    code: ClassVar[str] = "order-not-selected"
    title: ClassVar[str] = "{what} can be ordered by its own columns only"
    hint: ClassVar[str] = "{instead}"
    wrong: ClassVar[str] = _pipeline("select distinct id from orders order by amount")
    right: ClassVar[str] = _pipeline("select distinct id, amount from orders order by amount")
    what: str
    instead: str


class UnusedSource(Diagnostic, frozen=True, kw_only=True):
    """A step lists a dataset after `from` that its query never reads."""

    code: ClassVar[str] = "source-not-read"
    severity: ClassVar[Severity] = "warning"
    title: ClassVar[str] = "the query does not read `{name}`"
    hint: ClassVar[str] = "leave it out of the list after `from`"
    wrong: ClassVar[str] = (
        "pipeline example\n\ningest a from values (x int64) (1)\ningest b from values (x int64) (1)\n\n"
        'sql c from a, b """select x from a"""\n'
    )
    right: ClassVar[str] = (
        "pipeline example\n\ningest a from values (x int64) (1)\ningest b from values (x int64) (1)\n\n"
        'sql c from a, b """select x from a union all select x from b"""\n'
    )
    name: str
