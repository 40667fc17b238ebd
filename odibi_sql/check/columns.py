"""The operators that make, change, name and leave out columns: derive, set, select, rename, drop, cast, fill."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.casts import coerced
from odibi_sql.check.context import Context
from odibi_sql.check.expressions import type_expression
from odibi_sql.check.flow import Flow, Origin, columns_as_they_are, ends_order, project, report, scope_of_flow
from odibi_sql.check.gates import kept_shallow
from odibi_sql.check.place import with_article
from odibi_sql.check.scope import column_of
from odibi_sql.diagnostics import Span, listed, nearest
from odibi_sql.diagnostics.columns_errors import (
    ColumnNeedsName,
    DeriveReplaces,
    DropsEverything,
    DuplicateColumn,
    FillMismatch,
    FillNeverNull,
    NotAColumn,
    NullWithoutType,
    SetAdds,
)
from odibi_sql.diagnostics.steps_errors import NamesDifferInCase
from odibi_sql.ir.walk import columns_used

Written = tuple[str, syntax.Expr]  # the name of a column and what makes it


def check_derive(context: Context, flow: Flow, operator: syntax.Derive) -> Flow:
    """Return the rows with new columns behind the others."""
    known = set(flow.schema.names)
    written = []
    for name, value, span in _named(context, operator.assignments):
        if name in known:
            context.report(DeriveReplaces(span=span, name=name))
        known.add(name)
        written.append((name, value))
    check_case(context, flow.schema.names, _spans(operator.assignments))
    return _with_columns(
        _originated(flow, operator.assignments), *_assigned(context, flow, written, operator), operator
    )


def check_set(context: Context, flow: Flow, operator: syntax.Set) -> Flow:
    """Return the rows with new values in columns that exist."""
    written = []
    for name, value, span in _named(context, operator.assignments):
        if name not in flow.schema and not flow.schema.is_open:
            near = nearest(name, flow.schema.names)
            context.report(
                SetAdds(span=span, name=name, near="" if near is None else f"did you mean `{near}`? Otherwise ")
            )
        written.append((name, value))
    return _with_columns(flow, *_assigned(context, flow, written, operator), operator)


def check_select(context: Context, flow: Flow, operator: syntax.Select) -> Flow:
    """Return the rows with these columns alone, in this order."""
    written: dict[str, syntax.Expr] = {}
    for name, value, span in _named(context, operator.columns):
        if name in written:
            context.report(DuplicateColumn(span=span, name=name, what="the select"))
        written.setdefault(name, value)
    check_case(context, (), _spans(operator.columns))
    flow, values = _assigned(context, flow, list(written.items()), operator)
    columns = [ir.Assignment(name, _value(flow, values, name)) for name in written]
    return project(_originated(flow, operator.columns), columns, operator.span)


def check_rename(context: Context, flow: Flow, operator: syntax.Rename) -> Flow:
    """Return the rows with other names for some columns, all of them given at once."""
    new_names: dict[str, str] = {}
    for each in operator.renamings:
        if each.old.text in new_names:
            context.report(DuplicateColumn(span=each.old.span, name=each.old.text, what="the rename"))
        elif column_named(context, flow, each.old) is not None:
            new_names[each.old.text] = each.new.text
    others = [name for name in flow.schema.names if name not in new_names]
    seen = set(others)
    for each in operator.renamings:
        if each.new.text in seen:
            context.report(DuplicateColumn(span=each.new.span, name=each.new.text, what="the result of the rename"))
        seen.add(each.new.text)
    check_case(context, others, [(each.new.text, each.new.span) for each in operator.renamings])
    columns = {new_names.get(field.name, field.name): column_of(field) for field in flow.schema}
    origins = {new_names.get(name, name): origin for name, origin in flow.origins.items()}
    assignments = [ir.Assignment(name, value) for name, value in columns.items()]
    return project(replace(flow, origins=origins), assignments, operator.span)


def check_drop(context: Context, flow: Flow, operator: syntax.Drop) -> Flow:
    """Return the rows without these columns."""
    names = columns_named(context, flow, operator.columns, "the drop")
    left = [field for field in flow.schema if field.name not in names]
    if not left and not flow.schema.is_open:
        context.report(DropsEverything(span=operator.span))
        return flow
    return project(flow, columns_as_they_are(left), operator.span)


def check_cast(context: Context, flow: Flow, operator: syntax.CastColumns) -> Flow:
    """Return the rows with some columns in other types. It ends the order."""
    flow = ends_order(context, flow, "cast")
    columns_named(context, flow, [each.column for each in operator.casts], "the cast")
    written: list[Written] = []
    for each in operator.casts:
        if each.column.text in flow.schema:
            operand = syntax.Reference(span=each.column.span, parts=(each.column,))
            written.append(
                (each.column.text, syntax.Cast(span=each.span, operand=operand, type=each.type, is_try=False))
            )
    return _with_columns(flow, *_assigned(context, flow, written, operator), operator)


def check_fill(context: Context, flow: Flow, operator: syntax.Fill) -> Flow:
    """Return the rows with values for the nulls of some columns. It ends the order."""
    flow = ends_order(context, flow, "fill")
    values: dict[str, ir.Expr] = {}
    for each in operator.assignments:
        if each.name is None:
            context.report(ColumnNeedsName(span=each.span, text=each.span.text))
            continue
        column = column_named(context, flow, each.name)
        value = type_expression(context, scope_of_flow(flow), each.value, allowed=operator.allowed)
        if column is not None:
            values[column.name] = _filled(context, flow, operator, each.name, column, value, each.value.span)
    return _with_columns(flow, flow, values, operator)


def _filled(
    context: Context,
    flow: Flow,
    operator: syntax.Fill,
    name: syntax.Name,
    column: ir.Column,
    value: ir.Expr,
    span: Span,
) -> ir.Expr:
    if not column.nullable:
        report(context, flow, FillNeverNull(span=name.span, name=name.text), operator)
    fitting = coerced(value, column.type)
    if fitting is None:
        context.report(
            FillMismatch(span=span, name=name.text, type=with_article(column.type), actual=with_article(value.type))
        )
        return column
    return ir.Call(
        type=column.type, nullable=column.nullable and fitting.nullable, function="coalesce", args=(column, fitting)
    )


def column_named(context: Context, flow: Flow, name: syntax.Name) -> ir.Column | None:
    """Return the column, or report that there is none and return None (of an open schema: None in silence)."""
    field = flow.schema.get(name.text)
    if field is not None:
        return column_of(field)
    if flow.schema.is_open:
        return None
    found = type_expression(context, scope_of_flow(flow), syntax.Reference(span=name.span, parts=(name,)))
    if found.type != ir.UNKNOWN:
        context.report(NotAColumn(span=name.span, name=name.text, columns=listed(flow.schema.names)))
    return None


def columns_named(context: Context, flow: Flow, names: Iterable[syntax.Name], what: str) -> tuple[str, ...]:
    """Return the names of those that are columns, each once; the others, and what is named twice, are reported."""
    found: dict[str, None] = {}
    for name in names:
        if name.text in found:
            context.report(DuplicateColumn(span=name.span, name=name.text, what=what, instead="remove one of the two"))
        elif column_named(context, flow, name) is not None:
            found[name.text] = None
    return tuple(found)


def check_case(context: Context, known: Iterable[str], added: Iterable[tuple[str, Span]]) -> None:
    """Report each added column that differs from another one only in the case of its letters."""
    folded = {name.casefold(): name for name in known}
    for name, span in added:
        other = folded.setdefault(name.casefold(), name)
        if other != name:
            context.report(NamesDifferInCase(span=span, name=name, other=other, things="columns"))


def name_of(assignment: syntax.Assignment) -> str | None:
    """Return the name of the column that an assignment makes: its own, or that of the column that it is."""
    if assignment.name is not None:
        return assignment.name.text
    if isinstance(assignment.value, syntax.Reference):
        return assignment.value.parts[-1].text
    return None


def typed_column(context: Context, name: str, value: ir.Expr, span: Span) -> ir.Expr:
    """Return the value of a column; that it has no type but `null` is reported."""
    if value.type != ir.NULL:
        return value
    context.report(NullWithoutType(span=span, name=name))
    return ir.Column(type=ir.UNKNOWN, name=name)


def _named(context: Context, assignments: Iterable[syntax.Assignment]) -> list[tuple[str, syntax.Expr, Span]]:
    found = []
    for each in assignments:
        name = name_of(each)
        if name is None:
            context.report(ColumnNeedsName(span=each.span, text=each.span.text))
            name = each.span.text
        found.append((name, each.value, each.span if each.name is None else each.name.span))
    return found


def _spans(assignments: Iterable[syntax.Assignment]) -> list[tuple[str, Span]]:
    return [(each.name.text, each.name.span) for each in assignments if each.name is not None]


def _originated(flow: Flow, assignments: Iterable[syntax.Assignment]) -> Flow:
    new = {each.name.text: Origin(flow.source, each.name.span) for each in assignments if each.name is not None}
    return replace(flow, origins={**flow.origins, **new})


def _assigned(
    context: Context, flow: Flow, written: Sequence[Written], operator: syntax.Operator
) -> tuple[Flow, dict[str, ir.Expr]]:
    """Return the values, and the rows that they are over: each value sees those before it.

    What a later value needs is projected first, so that the values that are left do not see each other. The ties of a
    window's order are broken by the columns that were there before the operator.
    """
    pending: dict[str, ir.Expr] = {}
    ties = flow.schema.names
    for name, expr in written:
        columns = {each: _column(each, value) for each, value in pending.items()}
        allowed = (*flow.allowed, *operator.allowed)
        value = type_expression(context, scope_of_flow(flow, columns, ties), expr, windows=True, allowed=allowed)
        value = typed_column(context, name, value, expr.span)
        if pending and not pending.keys().isdisjoint(columns_used(value)):
            flow, pending = kept_shallow(context, _with_columns(flow, flow, pending, operator)), {}
        if not (isinstance(value, ir.Column) and value.name == name and name in flow.schema):
            pending[name] = value
        else:
            pending.pop(name, None)
    return flow, pending


def _with_columns(origin: Flow, flow: Flow, values: dict[str, ir.Expr], operator: syntax.Operator) -> Flow:
    names = dict.fromkeys((*flow.schema.names, *values))
    columns = [ir.Assignment(name, _value(flow, values, name)) for name in names]
    return replace(project(flow, columns, operator.span), origins=origin.origins)


def _value(flow: Flow, values: dict[str, ir.Expr], name: str) -> ir.Expr:
    value = values.get(name)
    if value is not None:
        return value
    field = flow.schema.get(name)
    return ir.Column(type=ir.UNKNOWN, name=name) if field is None else column_of(field)


def _column(name: str, value: ir.Expr) -> ir.Column:
    return ir.Column(type=value.type, nullable=value.nullable, name=name)
