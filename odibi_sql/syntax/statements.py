"""The statements of a pipeline, as they were written."""

from __future__ import annotations

from typing import Literal as OneOf

import msgspec

from odibi_sql.diagnostics import Source, Span
from odibi_sql.syntax.expressions import Argument, Call, Duration, Expr, Name, Node, Text, TypeName
from odibi_sql.syntax.operators import Operator
from odibi_sql.syntax.queries import Query


class Statement(Node, frozen=True, kw_only=True):
    """A statement. `doc` is the text of its `##` comments, lines joined, or None."""

    doc: str | None = None
    allowed: tuple[str, ...] = ()  # warnings silenced by `# odibi: allow NAME` on or above its first line
    options: tuple[Option, ...] = ()  # of `with (…)`


class Option(Node, frozen=True, kw_only=True):
    """`name: value`, of `with (…)` and of a format in parentheses; a bare word is a Reference."""

    name: Name
    value: Expr


class Pipeline(Statement, frozen=True, kw_only=True):
    """`pipeline name "what it is for"`."""

    name: Name
    purpose: Text | None


class Param(Statement, frozen=True, kw_only=True):
    """`param day date = date '2025-11-01'`."""

    name: Name
    type: TypeName
    default: Expr | None


class Layer(Statement, frozen=True, kw_only=True):
    """`layer bronze`."""

    name: Name


class Connect(Statement, frozen=True, kw_only=True):
    """`connect grid = sqlite(path: "…")`."""

    name: Name
    kind: Name
    arguments: tuple[Argument, ...]


class FieldSpec(Node, frozen=True, kw_only=True):
    """`meter_id int64 not null`."""

    name: Name
    type: TypeName
    is_not_null: bool


class FilesFrom(Node, frozen=True, kw_only=True):
    """`csv [connection] "data/*.csv" (header: false) [version 12]`."""

    format: Name
    connection: Name | None
    location: Text
    options: tuple[Option, ...] = ()
    version: Expr | None = None


class ConnectionFrom(Node, frozen=True, kw_only=True):
    """`erp.public.orders`, `erp sql "…"`."""

    parts: tuple[Name, ...]
    sql: Text | None = None


class ValuesFrom(Node, frozen=True, kw_only=True):
    """`values (currency string, rate float64) ('EUR', 1.0), …`."""

    fields: tuple[FieldSpec, ...]
    rows: tuple[tuple[Expr, ...], ...]
    row_spans: tuple[Span, ...]


class Ingest(Statement, frozen=True, kw_only=True):
    """`ingest name from … [schema (…)] [key a, b] [incremental by c] [watermark d 2 minutes] operators`."""

    name: Name
    source: FilesFrom | ConnectionFrom | ValuesFrom
    schema: tuple[FieldSpec, ...] | None = None
    key: tuple[Name, ...] = ()
    incremental: Name | None = None
    watermark: tuple[Name, Duration] | None = None
    operators: tuple[Operator, ...] = ()


class Transform(Statement, frozen=True, kw_only=True):
    """`transform name from dataset operators`."""

    name: Name
    source: Name
    operators: tuple[Operator, ...] = ()


class Sql(Statement, frozen=True, kw_only=True):
    """`sql name from a, b [dialect spark] \"\"\"…\"\"\"`. `query` is None until the SQL reader has read the text."""

    name: Name
    sources: tuple[Name, ...]
    dialect: Name | None
    text: Text  # its span includes the quotes
    text_start: int  # the offset in the source of the first character of the query itself
    query: Query | None = None


class Python(Statement, frozen=True, kw_only=True):
    """`python name from a, b using "module:function" returns (…)`."""

    name: Name
    sources: tuple[Name, ...]
    function: Text
    returns: tuple[FieldSpec, ...]


class ModeClause(Node, frozen=True, kw_only=True):
    """`mode merge on a, b`."""

    mode: OneOf["overwrite", "append", "merge", "overwrite partitions", "fail if exists", "scd2"]
    keys: tuple[Name, ...] = ()


class Store(Statement, frozen=True, kw_only=True):
    """`store dataset to parquet "path" (options) [mode …] [partition by a, b]`."""

    dataset: Name
    format: Name
    connection: Name | None
    location: Text
    format_options: tuple[Option, ...] = ()
    mode: ModeClause | None = None
    partition: tuple[Name, ...] = ()


class Publish(Statement, frozen=True, kw_only=True):
    """`publish dataset to grid.spikes [mode …]`."""

    dataset: Name
    target: tuple[Name, ...]
    mode: ModeClause | None = None


class FuncParameter(Node, frozen=True, kw_only=True):
    """`rate float64 = 0.2`."""

    name: Name
    type: TypeName
    default: Expr | None


class Func(Statement, frozen=True, kw_only=True):
    """`func vat(amount decimal(12, 2), rate float64 = 0.2) = amount * rate`."""

    name: Name
    parameters: tuple[FuncParameter, ...]
    body: Expr


class Fragment(Statement, frozen=True, kw_only=True):
    """`fragment latest(key, at) operators`."""

    name: Name
    parameters: tuple[Name, ...]
    operators: tuple[Operator, ...]


class Use(Statement, frozen=True, kw_only=True):
    """`use "common.odibi"`."""

    path: Text


class TestRows(Node, frozen=True, kw_only=True):
    """`meters (meter_id, ts) (1, …), (2, …)`."""

    dataset: Name
    columns: tuple[Name, ...]
    rows: tuple[tuple[Expr, ...], ...]


class Test(Statement, frozen=True, kw_only=True):
    """`test "title" given … expect …`."""

    title: Text
    given: tuple[TestRows, ...]
    expected: tuple[TestRows, ...]


class Trigger(Statement, frozen=True, kw_only=True):
    """`trigger cron "…" [timezone "…"]`, `trigger every 5 minutes`, `trigger files "…"`."""

    kind: OneOf["cron", "every", "files"]
    schedule: Expr
    timezone: Text | None = None


class OnEvent(Statement, frozen=True, kw_only=True):
    """`on node_error call "module:function" [priority high]`."""

    event: Name
    function: Call | Text
    priority: Name | None = None


class Tree(msgspec.Struct, frozen=True, kw_only=True):
    """A whole file: its statements in the order written. `brought`: those that come from the files that it uses."""

    source: Source
    statements: tuple[Statement, ...]
    brought: tuple[Statement, ...] = ()
    broken: tuple[Name, ...] = ()  # datasets of statements that could not be read: any column may be theirs
