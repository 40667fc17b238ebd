"""Compute nothing where there are no rows, and filter nothing where all of them stay.

    before   … | filter false       … | limit 0       a | union (no rows)      (no rows) | join b       … | filter true
    after    (no rows)              (no rows)         a                        (no rows)                …

An aggregate without keys has its one row even then, and stays. So does the right side of a left join that has no rows:
its columns are still wanted.
"""

from __future__ import annotations

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.ir.walk import inputs
from odibi_sql.optimize.filters import conjuncts
from odibi_sql.optimize.rule import Keys, NodeRule, with_schema


def empty(relation: ir.Relation, keys: Keys) -> ir.Relation:
    """Return the rows of what has none, or changes none, in the shortest way."""
    match relation:
        case ir.Filter(condition=ir.Literal(value=True), input=below):
            return with_schema(below, relation.schema)
        case ir.Filter(condition=condition) if any(_is_never_true(each) for each in conjuncts(condition)):
            return _nothing(relation)
        case ir.Limit(count=0):
            return _nothing(relation)
        case ir.Limit(count=None, offset=0, input=below, order=()):
            return with_schema(below, relation.schema)
        case ir.Limit(count=None, offset=0, input=below, order=order):
            return ir.Sort(schema=relation.schema, span=relation.span, input=below, keys=order)
        case ir.Join():
            return _joined(relation)
        case ir.AsOfJoin():
            no_right = relation.kind == "inner" and _is_nothing(relation.right)
            return _nothing(relation) if no_right or _is_nothing(relation.left) else relation
        case ir.SetOperation():
            return _combined(relation)
        case ir.Aggregate(keys=()):
            return relation
    below_all = inputs(relation)
    return _nothing(relation) if len(below_all) == 1 and _is_nothing(below_all[0]) else relation


def _nothing(relation: ir.Relation) -> ir.Rows:
    return ir.Rows(schema=relation.schema, span=relation.span, rows=())


def _is_nothing(relation: ir.Relation) -> bool:
    return isinstance(relation, ir.Rows) and not relation.rows


def _is_never_true(condition: ir.Expr) -> bool:
    return isinstance(condition, ir.Literal) and condition.value is not True


def _joined(join: ir.Join) -> ir.Relation:
    no_left, no_right = _is_nothing(join.left), _is_nothing(join.right)
    match join.kind:
        case "inner" | "cross" | "semi" if no_left or no_right:
            return _nothing(join)
        case "left" | "anti" if no_left:
            return _nothing(join)
        case "right" if no_right:
            return _nothing(join)
        case "full" if no_left and no_right:
            return _nothing(join)
        case "anti" if no_right:
            return with_schema(join.left, join.schema)
    return join


def _combined(operation: ir.SetOperation) -> ir.Relation:
    first, *others = operation.inputs
    if operation.kind == "intersect":
        return _nothing(operation) if any(map(_is_nothing, operation.inputs)) else operation
    if operation.kind == "except":
        if _is_nothing(first):
            return _nothing(operation)
        kept = (first, *(each for each in others if not _is_nothing(each)))
    else:
        kept = tuple(each for each in operation.inputs if not _is_nothing(each))
    if len(kept) == len(operation.inputs):
        return operation
    if not kept:
        return _nothing(operation)
    if len(kept) > 1:
        return replace(operation, inputs=kept)
    alone = with_schema(kept[0], operation.schema)
    return ir.Distinct(schema=operation.schema, input=alone) if operation.is_distinct else alone


EMPTY = NodeRule(name="empty", change=empty)
