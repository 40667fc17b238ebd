"""Queries under `union`, `intersect` and `except`: columns matched by position, or by name where that is written."""

from __future__ import annotations

from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.casts import coerce
from odibi_sql.check.context import Context
from odibi_sql.check.flow import Flow, projection
from odibi_sql.check.keys import Keys, keys_of
from odibi_sql.check.queries_tables import Tables, columns
from odibi_sql.check.scope import Scope, column_of
from odibi_sql.diagnostics.query_errors import ColumnsDoNotMatch
from odibi_sql.diagnostics.type_errors import NoCommonType

Operand = tuple[Flow, syntax.Query]


def check_set_query(
    context: Context, tables: Tables, query: syntax.SetQuery, outer: Scope | None, *, are_named: bool
) -> Flow:
    """Return the rows of the queries on both sides. The names are those of the first one."""
    parts = _parts(query)
    operands = [
        _operand(context, tables, each, outer, query, is_named=are_named or i > 0) for i, each in enumerate(parts)
    ]
    names = _names(context, query, operands)
    if names is None:
        schema = replace(operands[0][0].relation.schema, is_open=True)
        return replace(operands[0][0], relation=ir.Rows(schema=schema, rows=()), keys=())
    types = [_type(context, query, operands, names, position) for position in range(len(names))]
    inputs = tuple(_in_shape(query, each.relation, names, types) for each, _ in operands)
    fields = [
        ir.Field(name, type_, _nullable(query.kind, [each.schema[name].nullable for each in inputs]))
        for name, type_ in zip(names, types, strict=True)
    ]
    is_open = any(each.schema.is_open for each, _ in operands)
    relation = ir.SetOperation(
        schema=ir.Schema(tuple(fields), is_open=is_open),
        kind=query.kind,
        is_distinct=query.is_distinct,
        inputs=inputs,
        span=query.span,
    )
    return Flow(step=tables.step.name, source="", relation=relation, keys=_keys(query, operands[0][0], names))


def _parts(query: syntax.SetQuery) -> list[syntax.Query]:
    """Return the queries of a chain of unions of one kind, which is one operation; otherwise the two sides."""
    parts: list[syntax.Query] = [query.right]
    left = query.left
    while (
        isinstance(left, syntax.SetQuery)
        and (left.kind, left.is_distinct, left.by_name) == ("union", query.is_distinct, query.by_name)
        and query.kind == "union"
        and not (left.ctes or left.order or left.limit is not None or left.offset is not None)
    ):
        parts.append(left.right)
        left = left.left
    return [left, *reversed(parts)]


def _operand(
    context: Context,
    tables: Tables,
    part: syntax.Query,
    outer: Scope | None,
    query: syntax.SetQuery,
    *,
    is_named: bool,
) -> Operand:
    from odibi_sql.check.queries import check_query_flow, without_hidden

    flow = check_query_flow(context, tables, part, outer, are_named=is_named and not query.by_name, is_part=True)
    return replace(flow, relation=without_hidden(flow), hidden=frozenset(), order=()), part


def _names(context: Context, query: syntax.SetQuery, operands: list[Operand]) -> tuple[str, ...] | None:
    """Return the names of the columns, or None where the sides do not match, which is reported."""
    schemas = [each.schema for each, _ in operands]
    if any(each.is_open for each in schemas):
        return None
    if query.by_name:
        return tuple(dict.fromkeys(name for each in schemas for name in each.names))
    for schema, (_, part) in zip(schemas[1:], operands[1:], strict=True):
        if len(schema) != len(schemas[0]):
            expected = f"{len(schemas[0])} as in the first query are"
            what = f"this side of the `{query.kind}`"
            finding = ColumnsDoNotMatch(
                span=part.span,
                what=what,
                actual=columns(len(schema)),
                expected=expected,
                instead="select as many columns",
            )
            context.report(finding)
            return None
    return schemas[0].names


def _field(query: syntax.SetQuery, schema: ir.Schema, name: str, position: int) -> ir.Field | None:
    return schema.get(name) if query.by_name else schema.fields[position]


def _type(
    context: Context, query: syntax.SetQuery, operands: list[Operand], names: tuple[str, ...], position: int
) -> ir.Type:
    found: ir.Type = ir.NULL
    for flow, part in operands:
        field = _field(query, flow.schema, names[position], position)
        if field is None:
            continue
        common = ir.common_type(found, field.type)
        if common is None:
            what = f"the columns `{names[position]}` of the `{query.kind}`"
            context.report(NoCommonType(span=part.span, what=what, types=f"{found} and {field.type}"))
            return ir.UNKNOWN
        found = common
    return found


def _in_shape(
    query: syntax.SetQuery, relation: ir.Relation, names: tuple[str, ...], types: list[ir.Type]
) -> ir.Relation:
    """Return a side with these columns, in this order and in these types."""
    if [(field.name, field.type) for field in relation.schema] == list(zip(names, types, strict=True)):
        return relation
    assignments = []
    for position, (name, type_) in enumerate(zip(names, types, strict=True)):
        field = _field(query, relation.schema, name, position)
        value = ir.Literal(type=type_, value=None) if field is None else coerce(column_of(field), type_)
        assignments.append(ir.Assignment(name, value))
    return projection(relation, assignments)


def _nullable(kind: str, sides: list[bool]) -> bool:
    match kind:
        case "union":
            return any(sides)
        case "intersect":
            return all(sides)
    return sides[0]


def _keys(query: syntax.SetQuery, first: Flow, names: tuple[str, ...]) -> Keys:
    """What is left of the first query has its keys still; of `distinct` rows all columns are one."""
    keys = () if query.kind == "union" else first.keys
    return keys_of((*keys, frozenset(names))) if query.is_distinct else keys
