"""Aggregation: values over groups taken apart into the aggregates below and the expressions above."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from odibi_sql import functions, ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.check.nulls import can_be_null
from odibi_sql.check.place import unknown
from odibi_sql.check.windows import VALUE_OF_ROWS, totalized, window_can_be_null
from odibi_sql.diagnostics import Span
from odibi_sql.diagnostics.group_errors import NotGrouped
from odibi_sql.ir.walk import map_outer, map_parts, outer_columns, replace_changed


class _Groups:
    """The groups of one aggregation while its values are taken apart: the keys, and the aggregates found so far."""

    def __init__(self, context: Context, keys: tuple[ir.Assignment, ...], names: set[str]) -> None:
        self.context = context
        self.keys = {key.value: _column(key.name, key.value) for key in keys if not isinstance(key.value, ir.Literal)}
        self.columns = {key.value.name: key.name for key in keys if isinstance(key.value, ir.Column)}
        self.has_keys = bool(keys)
        self.taken = names | {key.name for key in keys}
        self.aggregates: dict[ir.AggregateCall, str] = {}
        self.reported: set[tuple[str, int]] = set()


def split_aggregates(
    context: Context,
    keys: tuple[ir.Assignment, ...],
    values: tuple[tuple[str, ir.Expr], ...],
    input: ir.Relation,
    spans: tuple[Span, ...],
) -> tuple[ir.Aggregate, tuple[ir.Assignment, ...]]:
    """Return the Aggregate and, for each of `values` (typed with aggregates), its assignment above it.

    `spans` are the places of the values. The aggregate's columns are the keys, then the aggregates: each under the name
    of its value where the value is nothing else, under a new name otherwise. A part that equals a key is that key's
    column; a column that is neither a key nor inside an aggregate is reported (`not-grouped`).
    """
    groups = _Groups(context, keys, {name for name, _ in values})
    key_names = {key.name for key in keys}
    for name, value in values:
        if isinstance(value, ir.AggregateCall) and value not in groups.aggregates and name not in key_names:
            groups.aggregates[value] = name
            key_names.add(name)
    above = tuple(
        ir.Assignment(name, _above(groups, value, span)) for (name, value), span in zip(values, spans, strict=True)
    )
    below = tuple(
        ir.AggregateAssignment(name, _refined(call, has_keys=bool(keys))) for call, name in groups.aggregates.items()
    )
    columns: list[tuple[str, ir.Expr]] = [(key.name, key.value) for key in keys]
    columns += [(each.name, each.value) for each in below]
    fields = tuple(ir.Field(name, value.type, value.nullable) for name, value in columns)
    schema = ir.Schema(fields, is_open=input.schema.is_open)
    return ir.Aggregate(schema=schema, input=input, keys=keys, aggregates=below), above


def _column(name: str, value: ir.Expr) -> ir.Column:
    return ir.Column(type=value.type, nullable=value.nullable, name=name)


def _refined(call: ir.AggregateCall, *, has_keys: bool) -> ir.AggregateCall:
    """Return an aggregate that is known not to be null where its groups have rows and its arguments no nulls."""
    sees_rows = has_keys and call.where is None and call.function in VALUE_OF_ROWS
    if not sees_rows or any(each.nullable for each in call.args):
        return call
    return replace_changed(call, nullable=False)


def _above(groups: _Groups, value: ir.Expr, span: Span) -> ir.Expr:
    """Return an expression over the columns of the groups: keys and aggregates."""
    key = groups.keys.get(value)
    if key is not None:
        return key
    match value:
        case ir.AggregateCall():
            name = groups.aggregates.get(value)
            if name is None:
                name = groups.aggregates[value] = _new_name(groups, value)
            return _column(name, _refined(value, has_keys=groups.has_keys))
        case ir.Column(name=name):
            return _not_grouped(groups, value, name, span)
        case ir.Exists() | ir.InQuery() | ir.ScalarQuery():
            value = _with_query_above(groups, value, span)
    result = map_parts(value, lambda part: _above(groups, part, span))
    if isinstance(result, ir.WindowCall):
        return _over_groups(groups, result)
    return replace_changed(result, nullable=can_be_null(result))


def _over_groups(groups: _Groups, call: ir.WindowCall) -> ir.WindowCall:
    """Return a window over groups, its ties broken by the keys, which no two groups share."""
    columns = list(groups.keys.values())  # without constants, of which there is one
    call = replace_changed(call, nullable=window_can_be_null(call))
    return totalized(call, columns, [frozenset(each.name for each in columns)])


def _not_grouped(groups: _Groups, column: ir.Expr, name: str, span: Span) -> ir.Expr:
    known = groups.context.places.get(id(column))
    place = span if known is None or known[0] is not column else known[1]
    if (name, span.start) not in groups.reported:
        groups.reported.add((name, span.start))
        groups.context.report(NotGrouped(span=place, name=name))
    return unknown()


def _with_query_above(groups: _Groups, value: ir.Expr, span: Span) -> ir.Expr:
    """Return a subquery whose columns of the query around are those of the groups."""
    assert isinstance(value, ir.Exists | ir.InQuery | ir.ScalarQuery)
    for name in sorted(outer_columns(value.relation) - groups.columns.keys()):
        return _not_grouped(groups, value, name, span)
    relation = map_outer(value.relation, lambda outer: replace(outer, name=groups.columns[outer.name]))
    return replace_changed(value, relation=relation)


def _new_name(groups: _Groups, call: ir.AggregateCall) -> str:
    """Return a name for an aggregate inside a bigger expression: `sum_kwh`, `count`, made unique."""
    column = next((each.name for each in call.args if isinstance(each, ir.Column)), "")
    base = re.sub(r"\W+", "_", f"{call.function}_{column}" if column else call.function)
    name, count = base, 1
    while name in groups.taken:
        count += 1
        name = f"{base}_{count}"
    groups.taken.add(name)
    return name


def has_aggregate(expr: syntax.Expr) -> bool:
    """Whether an aggregate is called in it, not counting subqueries and those over a window.

    An aggregate inside a window call (`sum(sum(x)) over (…)`) counts.
    """
    return any(_is_aggregate(each) for each in _expressions(expr))


def _is_aggregate(expr: syntax.Expr) -> bool:
    if not isinstance(expr, syntax.Call) or expr.over is not None:
        return False
    function = functions.lookup(expr.name.text)
    return function is not None and function.kind == "aggregate"


def _expressions(node: syntax.Node) -> Iterator[syntax.Expr]:
    """Give every expression in a node, subqueries not entered; without recursion, for chains can be long."""
    pending: list[object] = [node]
    while pending:
        each = pending.pop()
        if isinstance(each, syntax.Expr):
            yield each
        if isinstance(each, tuple):
            pending += each
        elif isinstance(each, syntax.Node) and not isinstance(each, syntax.Query):
            pending += (getattr(each, name) for name in each.__struct_fields__)
