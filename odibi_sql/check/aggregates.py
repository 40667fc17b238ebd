"""The operator aggregate: one row for each group."""

from __future__ import annotations

from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.columns import check_case, name_of, typed_column
from odibi_sql.check.context import Context
from odibi_sql.check.expressions import type_expression
from odibi_sql.check.flow import Flow, Origin, columns_as_they_are, ends_order, project, scope_of_flow
from odibi_sql.check.grouping import split_aggregates
from odibi_sql.check.keys import ONE_ROW
from odibi_sql.check.place import DEEPEST, is_too_large
from odibi_sql.check.scope import Scope, Visible
from odibi_sql.check.windows_of_time import is_window, window_key, with_window
from odibi_sql.diagnostics import Span
from odibi_sql.diagnostics.columns_errors import ColumnNeedsName, DuplicateColumn
from odibi_sql.diagnostics.literal_errors import NestedTooDeep


def check_aggregate(context: Context, flow: Flow, operator: syntax.Aggregate) -> Flow:
    """Return the keys and the aggregates, a row for each different value of the keys.

    A value sees the keys and the values before it, except where the rows have a column of that name.
    """
    flow = ends_order(context, flow, "aggregate")
    seen: dict[str, ir.Expr] = {}
    flow, keys = typed_keys(context, flow, seen, operator.keys)
    scope = scope_of_flow(flow)
    values = [typed_value(context, flow, scope, seen, each, aggregates=True) for each in operator.assignments]
    spans = tuple(each.value.span for each in operator.assignments)
    check_names(context, (*operator.keys, *operator.assignments), "the aggregate")
    key_columns = {each.name: each for each in keys}
    outcome = {each.name: (each.value, span) for each, span in zip(values, spans, strict=True)}
    outcome = {name: each for name, each in outcome.items() if name not in key_columns}
    aggregate, above = split_aggregates(
        context,
        tuple(key_columns.values()),
        tuple((name, value) for name, (value, _) in outcome.items()),
        flow.relation,
        tuple(span for _, span in outcome.values()),
    )
    return grouped(flow, operator, aggregate, tuple(key_columns), above)


def grouped(
    flow: Flow,
    operator: syntax.Aggregate | syntax.Pivot,
    aggregate: ir.Aggregate,
    keys: tuple[str, ...],
    above: tuple[ir.Assignment, ...],
) -> Flow:
    """Return the rows of an aggregate with the columns above it."""
    columns = [*columns_as_they_are(field for field in aggregate.schema if field.name in keys), *above]
    origins = {each.name: Origin(flow.source, operator.span) for each in columns}
    relation = replace(aggregate, span=operator.span)
    rows = replace(
        flow,
        relation=relation,
        origins=origins,
        hidden=frozenset(),
        keys=(frozenset(keys),) if keys else ONE_ROW,
        checked=frozenset(),
    )
    return project(rows, columns, operator.span)


def typed_keys(
    context: Context, flow: Flow, seen: dict[str, ir.Expr], written: tuple[syntax.Assignment, ...]
) -> tuple[Flow, list[ir.Assignment]]:
    """Return the keys of a `group by`, and the rows that they are of: `hop` and `session` bring a hidden column along.

    `seen` gets what later keys and values can name.
    """
    scope = scope_of_flow(flow)
    window = window_key(context, written)
    keys = [
        typed_value(context, flow, scope, seen, each, aggregates=False) for each in written if not is_window(each.value)
    ]
    if window is None:
        return flow, keys
    assert isinstance(window.value, syntax.Call)
    flow, column = with_window(context, flow, window.value, keys)
    name = name_of(window) or window.span.text
    if window.name is None:
        context.report(ColumnNeedsName(span=window.span, text=window.span.text))
    if name not in flow.schema:
        seen[name] = column
    keys.insert(written.index(window), ir.Assignment(name, column))
    return flow, keys


def typed_value(
    context: Context,
    flow: Flow,
    scope: Scope,
    seen: dict[str, ir.Expr],
    assignment: syntax.Assignment,
    *,
    aggregates: bool,
) -> ir.Assignment:
    """Return a key or a value, which sees what is in `seen`; it is put there too."""
    name = name_of(assignment)
    if name is None:
        context.report(ColumnNeedsName(span=assignment.span, text=assignment.span.text))
        name = assignment.span.text
    before = tuple(Visible(name=each, value=value) for each, value in seen.items())
    here = replace(scope, columns=(*scope.columns, *before))
    value = type_expression(context, here, assignment.value, aggregates=aggregates, allowed=flow.allowed)
    value = typed_column(context, name, value, assignment.value.span)
    if seen and is_too_large(value):
        context.report(NestedTooDeep(span=assignment.value.span, most=DEEPEST))
        value = ir.Literal(type=ir.UNKNOWN, value=None)
    if name not in flow.schema:
        seen[name] = value
    return ir.Assignment(name, value)


def check_names(context: Context, assignments: tuple[syntax.Assignment, ...], what: str) -> None:
    """Report names that are given twice, or differ in case alone."""
    seen: dict[str, Span] = {}
    for each in assignments:
        name = name_of(each)
        if name is None:
            continue
        span = each.span if each.name is None else each.name.span
        if name in seen:
            context.report(DuplicateColumn(span=span, name=name, what=what, more=((seen[name], "the first"),)))
        seen.setdefault(name, span)
    check_case(context, (), seen.items())
