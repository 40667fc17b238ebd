"""Queries of `sql` steps: the same typed graph as that of a transform, with the same checks."""

from __future__ import annotations

from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.casts import coerce, unify
from odibi_sql.check.columns import check_case, typed_column
from odibi_sql.check.context import Context
from odibi_sql.check.datasets import OPEN, internal_name
from odibi_sql.check.expressions import type_expression
from odibi_sql.check.flow import Flow, columns_as_they_are, projection
from odibi_sql.check.folding import fold
from odibi_sql.check.keys import within
from odibi_sql.check.queries_from import ONE_ROW
from odibi_sql.check.queries_order import limited, ordered_by_columns
from odibi_sql.check.queries_select import check_select
from odibi_sql.check.queries_sets import check_set_query
from odibi_sql.check.queries_tables import NO_TABLES, Table, Tables, columns, tables_of, uses_of, with_names
from odibi_sql.check.scope import Scope
from odibi_sql.diagnostics import Span
from odibi_sql.diagnostics.query_errors import ColumnsDoNotMatch, NotInTheGraph, SameTableName, UnusedSource
from odibi_sql.ir.walk import outer_columns


def check_sql_step(context: Context, statement: syntax.Sql, start: Flow) -> Flow:
    """Return the rows of a `sql` step as the flow of its step: with their order and keys, and with hidden datasets for
    what the query names once and reads several times."""
    tables = tables_of(context, statement)
    if statement.query is None:
        return start
    told = len(context.findings)
    flow = check_query_flow(context, tables, statement.query, None, are_named=False)
    is_wrong = any(each.severity == "error" for each in context.findings[told:])
    for name in statement.sources:
        if name.text not in tables.step.read and not is_wrong:
            context.report(UnusedSource(span=name.span, name=name.text), statement.allowed)
    check_case(context, (), [(name, statement.text.span) for name in flow.schema.names])
    return replace(
        start,
        relation=flow.relation,
        hidden=flow.hidden,
        keys=flow.keys,
        order=flow.order,
        datasets=(*start.datasets, *tables.step.hidden),
    )


def check_query(context: Context, query: syntax.Query, outer: Scope | None) -> ir.Relation:
    """Return the rows of a subquery, inside the scope around it. Its columns need no names."""
    tables = NO_TABLES if outer is None or outer.tables is None else outer.tables
    return without_hidden(check_query_flow(context, tables, query, outer, are_named=True))


def check_table(
    context: Context, tables: Tables, query: syntax.Query, outer: Scope | None, *, are_named: bool
) -> Table:
    """Return a query as a table: its columns have names, its order does not matter.

    `are_named`: its columns are given names around it, or need none.
    """
    flow = check_query_flow(context, tables, query, outer, are_named=are_named)
    return Table(relation=without_hidden(flow), keys=within(flow.keys, flow.schema.names))


def check_query_flow(
    context: Context,
    tables: Tables,
    query: syntax.Query,
    outer: Scope | None,
    *,
    are_named: bool,
    is_part: bool = False,
) -> Flow:
    """Return a query's rows with what is known of them. An order by what is not selected is in hidden columns.

    `is_part`: of a set operation, so that a column that is `null` can get its type from the other side.
    """
    for cte in query.ctes:
        tables = _with_cte(context, tables, cte, query, outer)
    match query:
        case syntax.SelectQuery():
            flow = check_select(context, tables, query, outer, are_named=are_named, is_part=is_part)
        case syntax.SetQuery():
            flow = check_set_query(context, tables, query, outer, are_named=are_named)
            flow = ordered_by_columns(context, tables, flow, query, outer)
        case syntax.ValuesQuery(rows=rows):
            table = check_values(context, tables, rows, outer, query.span)
            flow = Flow(step=tables.step.name, source="", relation=table.relation)
            flow = ordered_by_columns(context, tables, flow, query, outer)
        case _:
            raise TypeError(query)
    flow = limited(context, flow, query)
    is_told = are_named or is_part or isinstance(query, syntax.SelectQuery)
    return flow if is_told else _typed(context, flow, query)


def without_hidden(flow: Flow) -> ir.Relation:
    """Return the rows with the columns that have names alone."""
    return projection(flow.relation, columns_as_they_are(flow.schema)) if flow.hidden else flow.relation


def _typed(context: Context, flow: Flow, query: syntax.Query) -> Flow:
    """Return the rows; a column that has no type but `null` is reported."""
    if any(field.type == ir.NULL for field in flow.schema):
        for each in columns_as_they_are(flow.schema):
            typed_column(context, each.name, each.value, query.span)
        return replace(flow, relation=replace(flow.relation, schema=replace(flow.relation.schema, is_open=True)))
    return flow


def _with_cte(context: Context, tables: Tables, cte: syntax.Cte, query: syntax.Query, outer: Scope | None) -> Tables:
    """Return the tables with one more. What is read several times is a hidden dataset, so that it is computed once."""
    name = cte.name.text
    if sum(each.name.text == name for each in query.ctes) > 1 and any(
        each is not cte and each.name.text == name for each in query.ctes[: query.ctes.index(cte)]
    ):
        context.report(SameTableName(span=cte.name.span, name=name))
    table = check_table(context, tables, cte.query, outer, are_named=bool(cte.columns))
    table = with_names(context, table, cte.columns, f"`{name}`", cte.span)
    if outer is not None and outer_columns(table.relation):
        instead = "write the condition where the `with` is read"
        what = "a `with` that uses a column of the query around it"
        context.report(NotInTheGraph(span=cte.span, what=what, instead=instead))
        table = Table(relation=ir.Rows(schema=OPEN, rows=()))
    uses = uses_of(replace(query, ctes=tuple(each for each in query.ctes if each is not cte)), name)
    if uses > 1 and not table.relation.schema.is_open and not isinstance(table.relation, ir.Read):
        table = _shared(context, tables, name, table, cte.span)
    return tables.with_table(name, table)


def _shared(context: Context, tables: Tables, name: str, table: Table, span: Span) -> Table:
    hidden = ir.Dataset(
        name=internal_name(context, f"{tables.step.name}_{name}"),
        relation=table.relation,
        made_by="hidden",
        step=tables.step.name,
        keys=table.keys,
        span=span,
    )
    tables.step.hidden.append(hidden)
    return replace(table, relation=ir.Read(schema=table.relation.schema, dataset=hidden.name))


def check_values(
    context: Context, tables: Tables, rows: tuple[tuple[syntax.Expr, ...], ...], outer: Scope | None, span: Span
) -> Table:
    """Return rows written out, their columns called `col0`, `col1`, … as DuckDB does."""
    width = len(rows[0]) if rows else 0
    for row in rows:
        if len(row) != width:
            place = row[0].span.to(row[-1].span) if row else span
            expected = f"{width} as in the first row are"
            context.report(ColumnsDoNotMatch(span=place, what="this row", actual=columns(len(row)), expected=expected))
            return Table(relation=ir.Rows(schema=OPEN, rows=()))
    scope = Scope(columns=(), outer=outer, tables=tables)
    typed = [[type_expression(context, scope, each, allowed=tables.step.allowed) for each in row] for row in rows]
    fields: list[ir.Field] = []
    in_columns: list[list[ir.Expr]] = []
    for position in range(width):
        values, type_ = unify(context, [row[position] for row in typed], span, f"the values of column {position + 1}")
        in_columns.append(list(values))
        fields.append(ir.Field(f"col{position}", type_, any(each.nullable for each in values)))
    made = [list(each) for each in zip(*in_columns, strict=True)]
    return Table(relation=_rows(context, ir.Schema(tuple(fields)), made))


def _rows(context: Context, schema: ir.Schema, rows: list[list[ir.Expr]]) -> ir.Relation:
    """Return rows of constants as they are; others are computed, each row by itself."""
    constants = [[fold(value, context.clock) for value in row] for row in rows]
    if all(each is not None for row in constants for each in row):
        return ir.Rows(schema=schema, rows=tuple(tuple(each for each in row if each is not None) for row in constants))
    inputs = []
    for row in rows:
        values = [coerce(value, field.type) for value, field in zip(row, schema, strict=True)]
        assignments = [ir.Assignment(name, value) for name, value in zip(schema.names, values, strict=True)]
        inputs.append(projection(ONE_ROW, assignments))
    if len(inputs) == 1:
        return inputs[0]
    return ir.SetOperation(schema=schema, kind="union", is_distinct=False, inputs=tuple(inputs))
