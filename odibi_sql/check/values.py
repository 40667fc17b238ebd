"""Rows that are written out, and schemas."""

from __future__ import annotations

from collections.abc import Sequence

from odibi_sql import ir, syntax
from odibi_sql.check.casts import coerced
from odibi_sql.check.columns import check_case
from odibi_sql.check.context import Context
from odibi_sql.check.expressions import constant, type_expression
from odibi_sql.check.place import with_article
from odibi_sql.check.scope import Scope
from odibi_sql.check.types import type_named
from odibi_sql.diagnostics import Span, listed
from odibi_sql.diagnostics.columns_errors import DuplicateColumn
from odibi_sql.diagnostics.sources_errors import NullInNotNull, ValueMismatch, ValuesWidth

ONE_ROW = ir.Rows(
    schema=ir.Schema((ir.Field("row", ir.INT64, nullable=False),)),
    rows=((ir.Literal(type=ir.INT64, nullable=False, value=1),),),
)


def declared_schema(context: Context, fields: Sequence[syntax.FieldSpec]) -> ir.Schema:
    """Return the schema that is written; a name that is there twice counts once."""
    found: dict[str, ir.Field] = {}
    for each in fields:
        name = each.name.text
        if name in found:
            context.report(DuplicateColumn(span=each.name.span, name=name, what="the schema"))
            continue
        found[name] = ir.Field(name, type_named(context, each.type), nullable=not each.is_not_null)
    check_case(context, (), [(each.name.text, each.name.span) for each in fields])
    return ir.schema_of(found.values())


def rows_of_values(context: Context, source: syntax.ValuesFrom) -> ir.Relation:
    """Return the rows of `values`: each value a constant of its column's type."""
    schema = declared_schema(context, source.fields)
    names = [each.name.text for each in source.fields]
    rows = [
        typed_row(context, row, names, schema)
        for row, span in zip(source.rows, source.row_spans, strict=True)
        if has_width(context, row, span, names)
    ]
    return rows_of(schema, rows, source.span)


def has_width(context: Context, row: Sequence[syntax.Expr], span: Span, names: Sequence[str]) -> bool:
    """Whether a row has a value for each column; another one is reported."""
    if len(row) == len(names):
        return True
    count, columns = _counted(len(row), "value"), _counted(len(names), "column")
    context.report(ValuesWidth(span=span, count=count, columns=columns, names=listed(names)))
    return False


def rows_of(schema: ir.Schema, rows: Sequence[tuple[ir.Expr, ...]], span: Span) -> ir.Relation:
    """Return rows of constants, or of lists and structs of constants, a value for each field."""
    plain = [tuple(each for each in row if isinstance(each, ir.Literal)) for row in rows]
    if all(len(row) == len(schema) for row in plain):
        return ir.Rows(schema=schema, rows=tuple(plain), span=span)
    return _rows_of_expressions(schema, rows, span)


def _rows_of_expressions(schema: ir.Schema, rows: Sequence[tuple[ir.Expr, ...]], span: Span) -> ir.Relation:
    """Return rows of which some values are lists or structs, which are calls: a projection of one row for each."""
    inputs = tuple(
        ir.Project(
            schema=schema,
            input=ONE_ROW,
            columns=tuple(ir.Assignment(field.name, value) for field, value in zip(schema, row, strict=True)),
        )
        for row in rows
    )
    if len(inputs) == 1:
        return inputs[0]
    return ir.SetOperation(schema=schema, kind="union", is_distinct=False, inputs=inputs, span=span)


def typed_row(
    context: Context, row: Sequence[syntax.Expr], names: Sequence[str], schema: ir.Schema
) -> tuple[ir.Expr, ...]:
    """Return the values of the columns `names`, each of its column's type; one that is not is reported."""
    values: dict[str, ir.Expr] = {}
    for written, name in zip(row, names, strict=True):
        field = schema[name]
        if field.name in values:
            continue
        value = _value(context, written, field)
        if isinstance(value, ir.Literal) and value.value is None and not field.nullable:
            context.report(NullInNotNull(span=written.span, name=field.name))
        values[field.name] = value or ir.Literal(type=field.type, value=None)
    return tuple(values.values())


def _value(context: Context, written: syntax.Expr, field: ir.Field) -> ir.Expr | None:
    """Return the value, or None where it was reported to be none of its column's type."""
    if not isinstance(field.type, ir.Array | ir.Struct | ir.Map):
        return constant(context, written, field.type)
    value = type_expression(context, Scope(columns=(), what="`values`"), written)
    if value.type == ir.UNKNOWN:
        return None
    fitting = coerced(value, field.type)
    if fitting is None:
        context.report(
            ValueMismatch(
                span=written.span, name=field.name, type=with_article(field.type), actual=with_article(value.type)
            )
        )
    return fitting


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
