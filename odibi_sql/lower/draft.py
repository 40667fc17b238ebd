"""A SELECT in the making: what it reads from, and what each of its columns is in terms of that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any
from typing import Literal as OneOf

import msgspec
from msgspec.structs import replace
from sqlglot import exp

from odibi_sql import ir
from odibi_sql.lower.naming import unused

JoinWord = OneOf["", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI", "CROSS", "ASOF", "ASOF LEFT"]
FAILING = ("error", "raise_error")  # functions that fail the run
_tokens = count(1)


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """What a column is in the scope of a draft; exactly of `type`. Its tree is never put in place itself, but copied.

    `token` marks the copies: a statement that also names the value can use the name instead.
    """

    sql: Any  # exp.Expression
    type: ir.Type
    token: int
    weight: int = 1  # how many nodes the tree has
    is_simple: bool = True  # a column of a source, or a constant
    has_window: bool = False
    has_query: bool = False
    is_volatile: bool = False  # another answer each time, or a failure, which DuckDB does not know by an alias
    is_aggregate: bool = False  # an aggregate is in it


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Something to read from. `sql` is a table, a file or VALUES, without an alias."""

    alias: str
    sql: Any
    columns: tuple[str, ...]  # all that it has
    is_named: bool  # a table or CTE that is called `alias` by itself
    is_exact: bool  # SELECT * gives exactly `columns`
    is_wide: bool = False  # takes lines to write: not a thing to join in place


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """One JOIN: `on` and `using` are both empty for a cross join."""

    word: JoinWord
    source: Source
    on: tuple[Any, ...] = ()
    using: tuple[str, ...] = ()


class Cte(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A named query of the WITH list.

    `is_correlated`: it refers to a query around it, and has to stay inside. `depth`: how many CTEs are read one through
    the other up to this one. `is_barrier`: nothing is pushed into it, for it has a limit (DuckDB 1.5 lets the keys of
    a join filter the rows before ORDER BY … LIMIT, in some runs: duckdb/duckdb#22963), or is deep (its pushing of
    filters takes twice the time for each level of groups and windows).
    """

    name: str
    query: Any
    columns: tuple[str, ...] = ()  # of VALUES, which has no names of its own
    is_correlated: bool = False
    is_barrier: bool = False
    depth: int = 1


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A SELECT in the making. `env` has the columns of the result, in order."""

    owner: str  # the dataset whose rows these are, or will be
    source: Source | None  # None: no FROM
    env: dict[str, Value]
    joins: tuple[Joined, ...] = ()
    where: tuple[Any, ...] = ()
    group: tuple[tuple[str, Any], ...] | None = None  # key columns with their expressions; () is one group
    having: tuple[Any, ...] = ()
    qualify: tuple[Any, ...] = ()
    is_exploded: bool = False  # a column makes rows of its elements
    is_distinct: bool = False
    distinct_on: tuple[Any, ...] = ()
    order: tuple[Any, ...] = ()
    limit: int | None = None
    offset: int = 0
    queries: tuple[Any, ...] = ()  # a set operation: its finished inputs; the columns are the first one's
    set_word: str = ""
    ctes: tuple[Cte, ...] = ()
    is_correlated: bool = False  # refers to a query around it
    is_referred_to: bool = False  # a subquery refers to its sources: they keep their aliases

    @property
    def has_window(self) -> bool:
        """Whether a column is a window call."""
        return any(value.has_window for value in self.env.values())

    @property
    def is_cut(self) -> bool:
        """Whether it has a limit."""
        return self.limit is not None or self.offset > 0

    @property
    def is_plain(self) -> bool:
        """Whether it is sources, joins and conditions over their rows alone."""
        return self.group is None and not self.is_late and not self.has_window

    @property
    def is_late(self) -> bool:
        """Whether it has a part that comes after the window functions: nothing but an order can be added below it."""
        return bool(
            self.qualify or self.is_distinct or self.distinct_on or self.is_cut or self.queries or self.is_exploded
        )

    @property
    def waits(self) -> bool:
        """Whether a condition is over window functions: it holds after them, in QUALIFY."""
        return bool(self.qualify) and (self.has_window or any(each.find(exp.Window) for each in self.qualify))

    @property
    def sources(self) -> tuple[Source, ...]:
        """Everything in FROM."""
        first = () if self.source is None else (self.source,)
        return (*first, *(join.source for join in self.joins))

    @property
    def is_bare(self) -> bool:
        """Whether it is columns of one table or CTE as they stand."""
        source = self.source
        if source is None or not source.is_named or not self.is_plain or self.joins or self.where or self.order:
            return False
        return all(isinstance(value.sql, exp.Column) and value.sql.name == name for name, value in self.env.items())


def value_of(sql: exp.Expression, type_: ir.Type) -> Value:
    """Return a value; what is said of the tree is counted here, once."""
    if isinstance(sql, exp.Column):
        return Value(sql=sql, type=type_, token=next(_tokens))
    weight, window, query, failing = 0, False, False, False
    for node in sql.walk():
        weight += not isinstance(node, exp.Identifier | exp.DataType)
        window = window or isinstance(node, exp.Window)
        query = query or isinstance(node, exp.Query)
        failing = failing or (isinstance(node, exp.Anonymous) and node.name.lower() in FAILING)
    is_simple = isinstance(sql, exp.Literal | exp.Null | exp.Boolean)
    return Value(
        sql=sql,
        type=type_,
        token=next(_tokens),
        weight=weight,
        is_simple=is_simple,
        has_window=window,
        has_query=query,
        is_volatile=failing,
    )


def used(value: Value) -> exp.Expression:
    """Return a copy of the value's tree to be put in place."""
    sql: exp.Expression = value.sql.copy()
    if not isinstance(sql, exp.Column):
        sql.meta["token"] = value.token
    return sql


def renewed(value: Value) -> Value:
    """Return the value as another one, which what was made of it so far does not know."""
    return replace(value, token=next(_tokens))


def column(name: str, table: str) -> exp.Column:
    """Return a column of the source called `table`; quotes are settled when the statement is put together."""
    return exp.Column(this=exp.Identifier(this=name), table=exp.Identifier(this=table))


def over_source(source: Source, schema: ir.Schema, owner: str, ctes: tuple[Cte, ...] = ()) -> Draft:
    """Return the draft that reads these columns of a source."""
    env = {field.name: value_of(column(field.name, source.alias), field.type) for field in schema}
    return Draft(owner=owner, source=source, env=env, ctes=ctes)


def merged(one: tuple[Cte, ...], other: tuple[Cte, ...]) -> tuple[Cte, ...]:
    """Return both lists of CTEs, each CTE once."""
    if not one or not other:
        return one or other
    seen = {id(each) for each in one}
    return (*one, *(each for each in other if id(each) not in seen))


def with_free_alias(draft: Draft, old: str, taken: Iterable[str]) -> Draft:
    """Return the draft with its source `old` under an alias that is not taken, if its own is. It is plain."""
    others = [each.lower() for each in taken]
    if old.lower() not in others:
        return draft
    alias = unused(old, (*others, *(source.alias for source in draft.sources), *_names_inside(draft)))

    def renamed(sql: Any) -> Any:
        copy = sql.copy()
        for node in copy.find_all(exp.Column):
            if node.table == old:
                node.set("table", exp.Identifier(this=alias))
        return copy

    def source_of(source: Source) -> Source:
        return replace(source, alias=alias, is_named=False) if source.alias == old else source

    assert draft.source is not None
    return replace(
        draft,
        source=source_of(draft.source),
        joins=tuple(
            replace(each, source=source_of(each.source), on=tuple(map(renamed, each.on))) for each in draft.joins
        ),
        env={name: replace(value, sql=renamed(value.sql)) for name, value in draft.env.items()},
        where=tuple(map(renamed, draft.where)),
        order=tuple(map(renamed, draft.order)),
    )


def _names_inside(draft: Draft) -> Iterator[str]:
    """Give the names that queries within the expressions of a draft have for what they read: a source that was called
    so would be hidden from them."""
    trees = [value.sql for value in draft.env.values()]
    trees += [*draft.where, *draft.order, *(each for joined in draft.joins for each in joined.on)]
    for tree in trees:
        for node in tree.find_all(exp.Table, exp.TableAlias):
            yield node.name
