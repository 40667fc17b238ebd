"""The rows that a test gives and expects, of the types of the datasets that they are of."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.casts import unify
from odibi_sql.check.columns import columns_named
from odibi_sql.check.context import Context
from odibi_sql.check.expressions import type_expression
from odibi_sql.check.flow import flow_of, fresh
from odibi_sql.check.scope import Scope, column_of
from odibi_sql.check.values import has_width, rows_of, typed_row
from odibi_sql.diagnostics import Span

_VALUES = Scope(columns=(), constants_only=True)


def given_rows(context: Context, written: syntax.TestRows, dataset: ir.Dataset) -> ir.Dataset:
    """Return a dataset of the rows that a test gives: columns that it leaves out are null.

    Where nothing is known of the dataset (its source was to be discovered, and is not there) the columns are those
    that are written, of the types that their values share, strings where they are all null.
    """
    names = _columns(context, written, dataset)
    if _is_unknown(dataset):
        schema = ir.schema_of(_inferred(context, written, number, name) for number, name in enumerate(names))
    else:
        schema = ir.schema_of(
            replace(field, nullable=field.nullable or field.name not in names) for field in dataset.relation.schema
        )
    rows = [_in_order(schema, names, row) for row in _typed(context, written, names, schema)]
    relation: ir.Relation = rows_of(schema, rows, written.span)
    order = tuple(replace(key, value=_as_given(key.value, schema)) for key in dataset.order)
    if order:
        relation = ir.Sort(schema=schema, input=relation, keys=order)
    return ir.Dataset(
        name=dataset.name, relation=relation, made_by="ingest", step=dataset.name, order=order, span=written.span
    )


def expected_rows(
    context: Context, written: syntax.TestRows, dataset: ir.Dataset
) -> tuple[ir.Relation, tuple[str, ...], str]:
    """Return the rows that a test expects, the columns that it names, and the column that numbers the rows."""
    names = _columns(context, written, dataset)
    known = dataset.relation.schema
    fields = [replace(known[name], nullable=True) for name in names if name in known]
    if len(fields) < len(names):
        return ir.Rows(schema=ir.Schema((), is_open=True), rows=()), (), ""
    rows = _typed(context, written, names, ir.Schema(tuple(fields)))
    number = fresh("row", names)
    schema = ir.Schema((*fields, ir.Field(number, ir.INT64, nullable=False)))
    numbered = [(*row, ir.Literal(type=ir.INT64, nullable=False, value=place)) for place, row in enumerate(rows)]
    return rows_of(schema, numbered, written.span), tuple(names), number


def spans_of(written: syntax.TestRows) -> tuple[Span, ...]:
    """Return the place of each row."""
    return tuple(row[0].span.to(row[-1].span) for row in written.rows)


def _columns(context: Context, written: syntax.TestRows, dataset: ir.Dataset) -> list[str]:
    """Return the columns that are written, each once; those that are none are reported."""
    found = columns_named(context, flow_of(dataset, dataset.name, written.span), written.columns, "the test")
    return list(dict.fromkeys(each.text for each in written.columns)) if _is_unknown(dataset) else list(found)


def _is_unknown(dataset: ir.Dataset) -> bool:
    schema = dataset.relation.schema
    return schema.is_open or any(isinstance(field.type, ir.Unknown) for field in schema)


def _typed(
    context: Context, written: syntax.TestRows, names: list[str], schema: ir.Schema
) -> Iterable[tuple[ir.Expr, ...]]:
    if len(names) < len(written.columns):
        return []  # the columns are wrong, which is told
    return [
        typed_row(context, row, names, schema)
        for row, span in zip(written.rows, spans_of(written), strict=True)
        if has_width(context, row, span, names)
    ]


def _in_order(schema: ir.Schema, names: list[str], row: tuple[ir.Expr, ...]) -> tuple[ir.Expr, ...]:
    values = dict(zip(names, row, strict=True))
    return tuple(values.get(field.name) or ir.Literal(type=field.type, value=None) for field in schema)


def _inferred(context: Context, written: syntax.TestRows, number: int, name: str) -> ir.Field:
    values = [type_expression(context, _VALUES, row[number]) for row in written.rows if number < len(row)]
    _, type_ = unify(context, values, written.columns[number].span, f"the values of `{name}`")
    return ir.Field(name, ir.STRING if type_ == ir.NULL else type_)


def _as_given(value: ir.Expr, schema: ir.Schema) -> ir.Expr:
    assert isinstance(value, ir.Column)
    return column_of(schema[value.name])
