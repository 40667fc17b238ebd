"""`order by`, `limit` and `offset`."""

from __future__ import annotations

from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.check.expressions import sort_keys
from odibi_sql.check.flow import Flow, order_of, total_order, with_key_columns
from odibi_sql.check.keys import keys_of
from odibi_sql.check.queries_tables import Tables
from odibi_sql.check.rows import count_of
from odibi_sql.check.scope import Scope, column_of, scope_of
from odibi_sql.diagnostics.query_errors import NoSuchPosition


def position_of(context: Context, expr: syntax.Expr, count: int) -> int | None:
    """Return the place (from 0) of the column that a number stands for, or None where it is no number.

    One that is too big, or zero, is reported; it counts as the first.
    """
    if not isinstance(expr, syntax.Number):
        return None
    position = int(expr.text[:9]) if expr.text.isdigit() else 0
    if 1 <= position <= count:
        return position - 1
    context.report(NoSuchPosition(span=expr.span, position=expr.text, count=count))
    return 0


def ordered_by_columns(context: Context, tables: Tables, flow: Flow, query: syntax.Query, outer: Scope | None) -> Flow:
    """Return the rows in the order of a query whose rows have nothing but its columns: a union, a `values`."""
    keys: list[ir.SortKey] = []
    scope = replace(scope_of(flow.schema, outer=outer), tables=tables, what="the columns of the query")
    for item in query.order:
        position = position_of(context, item.value, len(flow.schema))
        if position is None:
            keys += sort_keys(context, scope, (item,), allowed=tables.step.allowed)
        elif flow.schema.fields:
            keys.append(sort_key(item, column_of(flow.schema.fields[position])))
    flow, order = with_key_columns(flow, tuple(keys))
    return replace(flow, order=order)


def sort_key(item: syntax.SortItem, value: ir.Expr) -> ir.SortKey:
    """Return one key of an order."""
    return ir.SortKey(value=value, descending=item.descending, nulls_first=item.nulls == "first")


def limited(context: Context, flow: Flow, query: syntax.Query) -> Flow:
    """Return the first rows in the order in force; ties are broken by the columns of the query."""
    if query.limit is None and query.offset is None:
        return flow
    count = None if query.limit is None else count_of(context, query.limit, "the number of rows")
    offset = 0 if query.offset is None else count_of(context, query.offset, "the offset")
    order = order_of(flow)
    relation = ir.Limit(
        schema=flow.relation.schema,
        input=flow.relation,
        count=count,
        offset=offset or 0,
        per=(),
        order=total_order(flow, order),
        span=(query.limit or query.offset or query).span,
    )
    keys = keys_of((*flow.keys, frozenset())) if count == 1 else flow.keys
    return replace(flow, relation=relation, order=order, keys=keys)
