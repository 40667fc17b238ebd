"""Queries inside expressions: `exists (…)`, `x in (…)`, `(…)` as a value."""

from __future__ import annotations

from odibi_sql import ir, syntax
from odibi_sql.check.casts import coerce, common_of
from odibi_sql.check.comparisons import comparison
from odibi_sql.check.place import Operand, Place, is_unknown, unknown
from odibi_sql.check.scope import column_of
from odibi_sql.diagnostics import Span
from odibi_sql.diagnostics.type_errors import SubqueryColumns


def exists(place: Place, query: syntax.Query) -> ir.Expr:
    """Return `exists (query)`, never null."""
    relation = place.context.check_query(place.context, query, place.scope)
    return ir.Exists(type=ir.BOOL, nullable=False, relation=relation)


def scalar(place: Place, query: syntax.Query) -> ir.Expr:
    """Return the one value of a query: null where it can have no row."""
    relation, field = _one_column(place, query)
    if field is None:
        return unknown()
    nullable = field.nullable or not has_one_row(relation)
    return ir.ScalarQuery(type=field.type, nullable=nullable, relation=relation)


def in_query(place: Place, operand: Operand, query: syntax.Query, span: Span) -> ir.Expr:
    """Return `operand in (query)`: both sides brought to one type."""
    relation, field = _one_column(place, query)
    if field is None or is_unknown(operand):
        return unknown()
    column = column_of(field)
    common = common_of([operand.value, column])
    if common is None or not ir.is_orderable(common):
        return comparison(place, "in", operand, Operand(column, query.span), span)  # which reports it
    nullable = operand.value.nullable or field.nullable
    value = coerce(operand.value, common)
    return ir.InQuery(type=ir.BOOL, nullable=nullable, operand=value, relation=_of_type(relation, column, common))


def _one_column(place: Place, query: syntax.Query) -> tuple[ir.Relation, ir.Field | None]:
    """Return the relation of a query and its one column, or None where it has not one, which is reported."""
    relation = place.context.check_query(place.context, query, place.scope)
    if len(relation.schema) == 1 and not relation.schema.is_open:
        return relation, relation.schema.fields[0]
    if not relation.schema.is_open:
        place.report(SubqueryColumns(span=query.span, count=len(relation.schema)))
    return relation, None


def _of_type(relation: ir.Relation, column: ir.Column, type_: ir.Type) -> ir.Relation:
    """Return the rows of a relation with its one column as `type_`."""
    if column.type == type_:
        return relation
    schema = ir.Schema((ir.Field(column.name, type_, column.nullable),))
    return ir.Project(schema=schema, input=relation, columns=(ir.Assignment(column.name, coerce(column, type_)),))


def has_one_row(relation: ir.Relation) -> bool:
    """Whether a relation is known to have exactly one row: an aggregate without keys."""
    while isinstance(relation, ir.Project | ir.Sort):
        relation = relation.input
    return isinstance(relation, ir.Aggregate) and not relation.keys
