"""Relations: rows with a schema. Frozen; each operator of the language is one node or a few of them."""

from __future__ import annotations

from typing import Literal as OneOf

import msgspec

from odibi_sql.diagnostics import Span
from odibi_sql.ir.expressions import AggregateCall, Expr, Literal, SortKey
from odibi_sql.ir.schema import Schema
from odibi_sql.ir.source import FileSource

JoinKind = OneOf["inner", "left", "right", "full", "semi", "anti", "cross"]
SetKind = OneOf["union", "intersect", "except"]


class Relation(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of `schema`. `span` is the operator in the text that made it (None: the compiler did)."""

    schema: Schema
    span: Span | None = None


class Scan(Relation, frozen=True, kw_only=True):
    """The rows of files. `schema` can be narrower than the source's: those columns alone are read."""

    source: FileSource


class Rows(Relation, frozen=True, kw_only=True):
    """Rows written out: each of the width of `schema`, each value of its column's type."""

    rows: tuple[tuple[Literal, ...], ...]


class Read(Relation, frozen=True, kw_only=True):
    """The rows of another dataset of the graph. `schema` can be narrower than the dataset's."""

    dataset: str


class Filter(Relation, frozen=True, kw_only=True):
    """The rows of `input` for which `condition` is true (not false, not null). Keeps the order."""

    input: Relation
    condition: Expr


class Assignment(msgspec.Struct, frozen=True):
    """A name and the expression that makes its column."""

    name: str
    value: Expr


class Project(Relation, frozen=True, kw_only=True):
    """One row for each of `input`, with these columns and no others. Keeps the order.

    Values see the columns of `input`, not each other. They can hold window calls.
    """

    input: Relation
    columns: tuple[Assignment, ...]


class Join(Relation, frozen=True, kw_only=True):
    """Pairs of rows for which `condition` (None: `cross`) is true; the names of the two sides are disjoint.

    The schema is the left's columns, then the right's (nullable where the kind makes them so); of semi and
    anti the left's alone. `match`: `one` makes it a rule of the run that a left row finds at most one right row;
    `many` says that more are meant.
    """

    left: Relation
    right: Relation
    kind: JoinKind
    condition: Expr | None
    match: OneOf["one", "many"] | None = None


class AsOfJoin(Relation, frozen=True, kw_only=True):
    """Each row of `left` beside the row of `right` that agrees in the columns `equal` and whose time is the nearest.

    Nearest is the latest for which `left time >= right time` (or `>`) holds, the earliest for `<=` and `<`. The columns
    that are compared are of one type; no two rows of `right` share `equal` and time; a null agrees with nothing.
    Without such a row, `left` gives nulls and `inner` no row. Names and schema are those of a Join.
    """

    left: Relation
    right: Relation
    kind: OneOf["left", "inner"]
    equal: tuple[tuple[str, str], ...]  # a column of each side
    times: tuple[str, str]
    operator: OneOf[">=", ">", "<=", "<"]


class Explode(Relation, frozen=True, kw_only=True):
    """A row for each element of the array `value`: the columns of `input`, then the element as `name`.

    An array that is empty or null gives no row.
    """

    input: Relation
    value: Expr
    name: str


class AggregateAssignment(msgspec.Struct, frozen=True):
    """A name and the aggregate that makes its column."""

    name: str
    value: AggregateCall


class Aggregate(Relation, frozen=True, kw_only=True):
    """One row for each different value of `keys` (nulls are one value), or exactly one row where there are no keys.

    The schema is the keys' columns, then the aggregates'. Arithmetic over aggregates is a Project above.
    """

    input: Relation
    keys: tuple[Assignment, ...]
    aggregates: tuple[AggregateAssignment, ...]


class Dedupe(Relation, frozen=True, kw_only=True):
    """For each different value of `keys` the row that is first in `order` (empty: any one of them).

    `order` is total over the rows of a key, or was proven to need no more; its values are columns.
    """

    input: Relation
    keys: tuple[str, ...]
    order: tuple[SortKey, ...]


class Distinct(Relation, frozen=True, kw_only=True):
    """Each different row once."""

    input: Relation


class Sort(Relation, frozen=True, kw_only=True):
    """The same rows in this order: for what is stored or shown. Limits carry their own order."""

    input: Relation
    keys: tuple[SortKey, ...]


class Limit(Relation, frozen=True, kw_only=True):
    """The first `count` rows (None: all) in `order` after `offset`, of each value of `per` (empty: of all rows).

    `order` is total, or was proven to need no more; its values are columns. The rows come out in that order's
    leading keys, as if a Sort followed.
    """

    input: Relation
    count: int | None
    offset: int
    per: tuple[str, ...]
    order: tuple[SortKey, ...]


class SetOperation(Relation, frozen=True, kw_only=True):
    """Union, intersection or difference of inputs whose columns have one order, one set of names and the same types.

    `is_distinct`: each different row once; otherwise every row counts (union all). Nulls equal each other.
    """

    kind: SetKind
    is_distinct: bool
    inputs: tuple[Relation, ...]
