"""The operator explode: a row for each element of an array."""

from __future__ import annotations

from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.columns import check_case, typed_column
from odibi_sql.check.context import Context
from odibi_sql.check.expressions import type_expression
from odibi_sql.check.flow import Flow, Origin, columns_as_they_are, ends_order, fresh, project, scope_of_flow
from odibi_sql.check.place import with_article
from odibi_sql.check.scope import column_of
from odibi_sql.diagnostics import Span
from odibi_sql.diagnostics.columns_errors import ColumnNeedsName, DuplicateColumn
from odibi_sql.diagnostics.reshape_errors import ExplodeNeedsArray


def check_explode(context: Context, flow: Flow, operator: syntax.Explode) -> Flow:
    """Return a row for each element, behind the other columns; in the place of the array where it takes its name.

    Rows whose array is empty or null are left out.
    """
    flow = ends_order(context, flow, "explode")
    value = type_expression(context, scope_of_flow(flow), operator.value, allowed=(*flow.allowed, *operator.allowed))
    name = _name(context, operator)
    own = value.name if isinstance(value, ir.Column) else None
    if name in flow.schema and name != own:
        span = operator.span if operator.alias is None else operator.alias.span
        context.report(DuplicateColumn(span=span, name=name, what="the result of the explode"))
        return flow
    if operator.alias is not None:
        others = [each for each in flow.schema.names if each != name]
        check_case(context, others, [(name, operator.alias.span)])
    return _exploded(flow, operator, value, name, element_of(context, value, name, operator.value.span))


def _name(context: Context, operator: syntax.Explode) -> str:
    if operator.alias is not None:
        return operator.alias.text
    if isinstance(operator.value, syntax.Reference):
        return operator.value.parts[-1].text
    context.report(ColumnNeedsName(span=operator.value.span, text=operator.value.span.text))
    return operator.value.span.text


def element_of(context: Context, value: ir.Expr, name: str, span: Span) -> ir.Type:
    """Return the type of the elements of an array; of anything else it is unknown, and that is reported."""
    match value.type:
        case ir.Unknown():
            return ir.UNKNOWN
        case ir.Array(element=element):
            return typed_column(context, name, ir.Column(type=element, name=name), span).type
        case ir.Map():
            remedy = "`map_keys(…)` and `map_values(…)` make arrays of a map"
        case ir.String():
            remedy = "`split(…, ',')` makes an array of a text"
        case _:
            remedy = "an array is a column of type `array<…>`, or a list `[a, b]`"
    context.report(ExplodeNeedsArray(span=span, actual=with_article(value.type), remedy=remedy))
    return ir.UNKNOWN


def exploded(relation: ir.Relation, value: ir.Expr, field: ir.Field, span: Span) -> ir.Explode:
    """Return a row for each element, in a column behind the others."""
    schema = replace(relation.schema, fields=(*relation.schema, field))
    return ir.Explode(schema=schema, input=relation, value=value, name=field.name, span=span)


def _exploded(flow: Flow, operator: syntax.Explode, value: ir.Expr, name: str, element: ir.Type) -> Flow:
    inner = fresh(name, flow.relation.schema.names)
    field = ir.Field(inner, element)
    relation = exploded(flow.relation, value, field, operator.span)
    columns = columns_as_they_are(flow.schema)
    if name in flow.schema:
        columns = [ir.Assignment(name, column_of(field)) if each.name == name else each for each in columns]
    else:
        columns.append(ir.Assignment(name, column_of(field)))
    origins = {**flow.origins, name: Origin(flow.source, operator.span)}
    flow = replace(flow, relation=relation, origins=origins, keys=(), checked=flow.checked - {name})
    return project(flow, columns, operator.span)
