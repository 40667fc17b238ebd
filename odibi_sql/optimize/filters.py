"""Conditions as lists of what has to hold, and filters made of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from odibi_sql import ir
from odibi_sql.ir.walk import replace_changed
from odibi_sql.optimize.nulls import chain_of, not_null_where_true
from odibi_sql.optimize.rule import with_schema


def conjuncts(condition: ir.Expr) -> list[ir.Expr]:
    """Return the conditions that `and` puts together, in the order written."""
    return chain_of(condition) if isinstance(condition, ir.Call) and condition.function == "and" else [condition]


def filtered(relation: ir.Relation, conditions: Sequence[ir.Expr]) -> ir.Relation:
    """Return the rows of `relation` for which all conditions are true, with what that says about nulls."""
    if not conditions:
        return relation
    condition = ir.true_of(*conditions)
    schema = _without_nulls(relation.schema, not_null_where_true(condition))
    return ir.Filter(schema=schema, input=relation, condition=condition)


def _without_nulls(schema: ir.Schema, names: frozenset[str]) -> ir.Schema:
    fields = tuple(_not_null(field) if field.name in names else field for field in schema)
    return schema if fields == schema.fields else ir.Schema(fields)


def _not_null(field: ir.Field) -> ir.Field:
    return ir.Field(field.name, field.type, False)


def moved(filter_: ir.Filter, below: ir.Relation, staying: Sequence[ir.Expr]) -> ir.Relation:
    """Return what stands where `filter_` stood: `below`, which now holds some of its conditions, and the rest."""
    rest = filtered(below, staying) if staying else below
    return with_schema(rest, filter_.schema)


def without(conditions: Sequence[ir.Expr], others: Sequence[ir.Expr]) -> list[ir.Expr]:
    """Return the conditions that are not among the others, themselves and not their like."""
    return [each for each in conditions if not any(each is other for other in others)]


def tightened(filter_: ir.Filter) -> frozenset[str]:
    """Return the columns that can be null below the filter and cannot above."""
    below = filter_.input.schema
    return frozenset(field.name for field in filter_.schema if not field.nullable and below[field.name].nullable)


def never_null(assignments: Iterable[ir.Assignment], names: frozenset[str]) -> tuple[ir.Assignment, ...]:
    """Return the assignments; the values of `names`, which a condition below now keeps from being null, say so."""
    return tuple(
        ir.Assignment(each.name, replace_changed(each.value, nullable=False)) if each.name in names else each
        for each in assignments
    )
