"""The operators pivot and unpivot: values of a column become columns, and columns become values of one."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.aggregates import check_names, grouped, typed_keys, typed_value
from odibi_sql.check.casts import coerce
from odibi_sql.check.columns import check_case, column_named, columns_named
from odibi_sql.check.context import Context
from odibi_sql.check.expressions import constant
from odibi_sql.check.flow import Flow, Origin, columns_as_they_are, ends_order, fresh, projection, scope_of_flow
from odibi_sql.check.grouping import has_aggregate, split_aggregates
from odibi_sql.check.keys import keys_of, within
from odibi_sql.check.scope import column_of
from odibi_sql.diagnostics import Span
from odibi_sql.diagnostics.columns_errors import ColumnNeedsName, DuplicateColumn
from odibi_sql.diagnostics.reshape_errors import PivotWithoutAggregate, UnpivotTypesDiffer
from odibi_sql.ir.walk import replace_changed, rewrite

Pivoted = list[tuple[str, ir.Expr, Span]]  # columns of a pivot: name, value, place


def check_pivot(context: Context, flow: Flow, operator: syntax.Pivot) -> Flow:
    """Return a row for each value of the keys, with the aggregates of the rows of each value that is listed.

    Rows of other values count for no column, but make a group. It is an aggregate with a filter for each value.
    """
    flow = ends_order(context, flow, "pivot")
    seen: dict[str, ir.Expr] = {}
    column = column_named(context, flow, operator.column)
    flow, keys = typed_keys(context, flow, seen, operator.keys)
    values = _values(context, operator, ir.UNKNOWN if column is None else column.type)
    columns = _pivoted(context, flow, operator, column, values)
    key_columns = {each.name: each for each in keys}
    check_names(context, operator.keys, "the pivot")
    columns = _apart(context, columns, key_columns)
    aggregate, above = split_aggregates(
        context,
        tuple(key_columns.values()),
        tuple((name, value) for name, value, _ in columns),
        flow.relation,
        tuple(span for _, _, span in columns),
    )
    return grouped(flow, operator, aggregate, tuple(key_columns), above)


def _values(context: Context, operator: syntax.Pivot, type_: ir.Type) -> list[tuple[str, ir.Literal, Span]]:
    """Return the values that become columns, with the names that they give these."""
    found = []
    for each in operator.values:
        literal = constant(context, each.value, type_)
        name = each.name.text if each.name is not None else "" if literal is None else text_of(literal)
        if literal is not None and not name:
            context.report(ColumnNeedsName(span=each.span, text=each.span.text))
        elif literal is not None:
            found.append((name, literal, each.span))
    return found


def text_of(literal: ir.Literal) -> str:
    """Return a value as the name of a column."""
    match literal.value:
        case None:
            return "null"
        case bool() as value:
            return str(value).lower()
        case decimal.Decimal() as value:
            return f"{value:f}"
        case datetime.datetime() as value:
            return value.isoformat(sep=" ")
    return str(literal.value)


def _pivoted(
    context: Context,
    flow: Flow,
    operator: syntax.Pivot,
    column: ir.Column | None,
    values: Sequence[tuple[str, ir.Literal, Span]],
) -> Pivoted:
    """Return a column for each value and aggregate: called as the value, and as the aggregate where that has a name."""
    aggregates = [_aggregate(context, flow, operator, each) for each in operator.aggregates]
    found: Pivoted = []
    for name, literal, span in values:
        for suffix, aggregate in aggregates:
            value = aggregate if column is None else _of_value(aggregate, column, literal)
            found.append((f"{name}_{suffix}" if suffix else name, value, span))
    return found


def _aggregate(context: Context, flow: Flow, operator: syntax.Pivot, written: syntax.Assignment) -> tuple[str, ir.Expr]:
    unnamed = syntax.Name(span=written.span, text="value")
    named = written if written.name is not None else replace(written, name=unnamed)
    if written.name is None and len(operator.aggregates) > 1:
        context.report(ColumnNeedsName(span=written.span, text=written.span.text))
    if not has_aggregate(written.value):
        context.report(PivotWithoutAggregate(span=written.value.span, text=written.value.span.text))
        return "", ir.Literal(type=ir.UNKNOWN, value=None)
    value = typed_value(context, flow, scope_of_flow(flow), {}, named, aggregates=True).value
    return "" if written.name is None else written.name.text, value


def _of_value(aggregate: ir.Expr, column: ir.Column, literal: ir.Literal) -> ir.Expr:
    """Return the aggregates in an expression of those rows alone in which the column has this value."""
    is_value = _equal(column, literal)

    def change(part: ir.Expr) -> ir.Expr:
        if not isinstance(part, ir.AggregateCall):
            return part
        where = is_value if part.where is None else ir.true_of(is_value, part.where)
        return replace_changed(part, where=where)

    return rewrite(aggregate, change)


def _equal(column: ir.Column, literal: ir.Literal) -> ir.Expr:
    if literal.value is None:
        return ir.Call(type=ir.BOOL, nullable=False, function="is null", args=(column,))
    return ir.Call(type=ir.BOOL, nullable=column.nullable, function="=", args=(column, literal))


def _apart(context: Context, columns: Pivoted, keys: Iterable[str]) -> Pivoted:
    """Return the columns whose names are their own; the others are reported."""
    found: Pivoted = []
    known = set(keys)
    for name, value, span in columns:
        if name in known:
            context.report(DuplicateColumn(span=span, name=name, what="the pivot", instead="name it: `other = …`"))
            continue
        known.add(name)
        found.append((name, value, span))
    check_case(context, keys, [(name, span) for name, _, span in found])
    return found


def check_unpivot(context: Context, flow: Flow, operator: syntax.Unpivot) -> Flow:
    """Return a row for each row and column that is listed: the other columns, the column's name, and its value.

    It is a cross join with the names, which reads the rows once. Nulls stay.
    """
    flow = ends_order(context, flow, "unpivot")
    names = columns_named(context, flow, operator.columns, "the unpivot")
    others = [field for field in flow.schema if field.name not in names]
    _check_into(context, operator, [each.name for each in others])
    if not names or flow.schema.is_open:
        return replace(flow, relation=replace(flow.relation, schema=ir.Schema((), is_open=True)), keys=())
    type_ = _common_type(context, flow, operator, names)
    label = fresh(operator.into_name.text, flow.relation.schema.names)
    labels = ir.Rows(
        schema=ir.Schema((ir.Field(label, ir.STRING, nullable=False),)),
        rows=tuple((ir.Literal(type=ir.STRING, nullable=False, value=name),) for name in names),
    )
    schema = ir.Schema((*flow.relation.schema, *labels.schema))
    joined = ir.Join(schema=schema, left=flow.relation, right=labels, kind="cross", condition=None)
    value = _value_of(flow, names, column_of(labels.schema[label]), type_)
    into = {operator.into_name.text: column_of(labels.schema[label]), operator.into_value.text: value}
    columns = [*columns_as_they_are(others), *(ir.Assignment(name, each) for name, each in into.items())]
    keys = within(flow.keys, [each.name for each in others])
    origins = {name: origin for name, origin in flow.origins.items() if name not in names}
    new = {each.text: Origin(flow.source, each.span) for each in (operator.into_name, operator.into_value)}
    return replace(
        flow,
        relation=projection(joined, columns, operator.span),
        origins={**origins, **new},
        keys=keys_of(key | {operator.into_name.text} for key in keys),
        checked=flow.checked - {*names, *new},
    )


def _check_into(context: Context, operator: syntax.Unpivot, others: list[str]) -> None:
    known = set(others)
    for name in (operator.into_name, operator.into_value):
        if name.text in known:
            context.report(DuplicateColumn(span=name.span, name=name.text, what="the unpivot"))
        known.add(name.text)
    check_case(context, others, [(each.text, each.span) for each in (operator.into_name, operator.into_value)])


def _common_type(context: Context, flow: Flow, operator: syntax.Unpivot, names: Sequence[str]) -> ir.Type:
    common: ir.Type = ir.NULL
    for name in operator.columns:
        if name.text not in names:
            continue
        met = ir.common_type(common, flow.schema[name.text].type)
        if met is None:
            types = dict.fromkeys(str(flow.schema[each].type) for each in names)
            context.report(UnpivotTypesDiffer(span=name.span, types=" and ".join(types), column=name.text))
            return ir.UNKNOWN
        common = met
    return common


def _value_of(flow: Flow, names: Sequence[str], label: ir.Column, type_: ir.Type) -> ir.Expr:
    """Return the value of the column that a row is called after."""
    values = [coerce(column_of(flow.schema[name]), type_) for name in names]
    *first, last = zip(names, values, strict=True)
    if not first:
        return last[1]
    branches = tuple(
        ir.Branch(_equal(label, ir.Literal(type=ir.STRING, nullable=False, value=name)), value) for name, value in first
    )
    nullable = any(each.nullable for each in values)
    return ir.Case(type=type_, nullable=nullable, branches=branches, otherwise=last[1])
