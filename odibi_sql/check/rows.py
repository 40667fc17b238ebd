"""The operators that choose rows and say in which order they come: filter, sort, limit, dedupe, distinct."""

from __future__ import annotations

from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.columns import columns_named
from odibi_sql.check.context import Context
from odibi_sql.check.expressions import condition, constant, sort_keys
from odibi_sql.check.flow import Flow, ends_order, order_of, report, scope_of_flow, total_order, with_key_columns
from odibi_sql.check.keys import keys_of
from odibi_sql.check.nulls import columns_proven_not_null, null_dropping
from odibi_sql.diagnostics import listed
from odibi_sql.diagnostics.columns_errors import FilterDropsNulls
from odibi_sql.diagnostics.span import Span
from odibi_sql.diagnostics.steps_errors import BadCount


def check_filter(context: Context, flow: Flow, operator: syntax.Filter) -> Flow:
    """Return the rows for which the condition is true."""
    typed = condition(context, scope_of_flow(flow), operator.condition, allowed=(*flow.allowed, *operator.allowed))
    if typed.type == ir.UNKNOWN:
        return flow
    dropped = [name for name in null_dropping(typed) if name not in flow.checked]
    if dropped:
        finding = FilterDropsNulls(span=operator.condition.span, columns=listed(dropped), first=dropped[0])
        report(context, flow, finding, operator)
    return filtered(flow, typed, operator.span)


def filtered(flow: Flow, condition_: ir.Expr, span: Span | None = None) -> Flow:
    """Return the rows for which a typed condition is true; the columns that it proves not null are so from here on."""
    schema = without_null(flow.relation.schema, columns_proven_not_null(condition_))
    return replace(flow, relation=ir.Filter(schema=schema, input=flow.relation, condition=condition_, span=span))


def without_null(schema: ir.Schema, names: frozenset[str]) -> ir.Schema:
    """Return the schema with these columns never null; the same object where they are so already."""
    if not any(field.nullable and field.name in names for field in schema):
        return schema
    fields = tuple(replace(field, nullable=field.nullable and field.name not in names) for field in schema)
    return replace(schema, fields=fields)


def check_sort(context: Context, flow: Flow, operator: syntax.Sort) -> Flow:
    """Return the same rows in an order, which holds until an operator ends it."""
    flow = ends_order(context, flow, "sort")
    allowed = (*flow.allowed, *operator.allowed)
    keys = sort_keys(context, scope_of_flow(flow), operator.keys, windows=True, allowed=allowed)
    flow, order = with_key_columns(flow, keys)
    return replace(flow, order=order, sort=operator.span, sort_allowed=operator.allowed)


def check_limit(context: Context, flow: Flow, operator: syntax.Limit) -> Flow:
    """Return the first rows, of all or of each value of some columns, in the order in force; the order stays."""
    count = count_of(context, operator.count, "the number of rows")
    offset = 0 if operator.offset is None else count_of(context, operator.offset, "the offset")
    per = columns_named(context, flow, operator.per, "the limit")
    flow = replace(flow, order=order_of(flow), sort=None)
    relation = ir.Limit(
        schema=flow.relation.schema,
        input=flow.relation,
        count=count,
        offset=offset or 0,
        per=per,
        order=total_order(flow, flow.order, per),
        span=operator.span,
    )
    keys = flow.keys if count != 1 else keys_of((*flow.keys, frozenset(per)))
    return replace(flow, relation=relation, keys=keys)


def count_of(context: Context, expr: syntax.Expr, what: str) -> int | None:
    """Return a number of rows, or None where it was reported to be none."""
    literal = constant(context, expr, ir.INT64)
    if literal is None or literal.type == ir.UNKNOWN:
        return None
    if isinstance(literal.value, int) and literal.value >= 0:
        return literal.value
    actual = "null" if literal.value is None else str(literal.value)
    context.report(BadCount(span=expr.span, what=what, actual=actual))
    return None


def check_distinct(context: Context, flow: Flow, operator: syntax.Distinct) -> Flow:
    """Return each different row once."""
    flow = ends_order(context, flow, "distinct")
    relation = ir.Distinct(schema=flow.relation.schema, input=flow.relation, span=operator.span)
    return replace(flow, relation=relation, keys=keys_of((*flow.keys, frozenset(flow.schema.names))))


def check_dedupe(context: Context, flow: Flow, operator: syntax.Dedupe) -> Flow:
    """Return one row for each different value of some columns: the first or last in an order, or any.

    Without an order of its own it goes by the sort in force, and by the remaining columns where there is none.
    """
    by = columns_named(context, flow, operator.by, "the dedupe")
    flow, order = _order_of_dedupe(context, flow, operator)
    if operator.keep != "any":
        order = tuple(key for key in order if not (isinstance(key.value, ir.Column) and key.value.name in by))
        order = total_order(flow, order, by, descending=operator.keep == "last")
    relation = ir.Dedupe(schema=flow.relation.schema, input=flow.relation, keys=by, order=order, span=operator.span)
    keys = keys_of((*flow.keys, frozenset(by))) if by else flow.keys
    return ends_order(context, replace(flow, relation=relation, keys=keys, order=()), "dedupe")


def _order_of_dedupe(context: Context, flow: Flow, operator: syntax.Dedupe) -> tuple[Flow, tuple[ir.SortKey, ...]]:
    if operator.keep == "any":
        return flow, ()
    if not operator.order:
        order = order_of(flow)
        flow = replace(flow, sort=None)
        return flow, tuple(map(reversed_key, order)) if operator.keep == "last" else order
    found: list[ir.SortKey] = []
    for item in operator.order:
        keys = sort_keys(context, scope_of_flow(flow), (item,), allowed=(*flow.allowed, *operator.allowed))
        found += [reversed_key(key, item.nulls) if operator.keep == "last" else key for key in keys]
    return with_key_columns(flow, tuple(found))


def reversed_key(key: ir.SortKey, nulls: str | None = None) -> ir.SortKey:
    """Return the key of the opposite order. Nulls stay last, unless it was written where they are."""
    return replace(key, descending=not key.descending, nulls_first=nulls == "last")
