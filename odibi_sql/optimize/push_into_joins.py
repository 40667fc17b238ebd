"""Move the conditions of a filter, or of a join, to the side of the join that they speak of.

    before   join inner A, B on X | filter C(A) and C(B) and C(A, B)        join left A, B on X and C(B)
    after    join inner (A | filter C(A)), (B | filter C(B)) on X and C(A, B)    join left A, (B | filter C(B)) on X

A filter above goes to the left of inner, left, semi, anti and cross, to the right of inner, right and cross. The side
that gets nulls has none of it (`outer_joins` makes an inner join of it where the filter drops the nulls). A condition
of the join itself goes to the left of inner, right and semi, to the right of inner, left, semi and anti; it is not
moved out of a join that would be left without any.

Not a condition that can fail: it would see rows that find no partner. Nothing is moved into the right of a `match one`
join, and no filter below one: the run checks that rule for the rows as they are written.
"""

from __future__ import annotations

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.ir.walk import columns_used
from odibi_sql.optimize.can_fail import can_fail
from odibi_sql.optimize.cost import is_volatile
from odibi_sql.optimize.filters import conjuncts, filtered, moved, without
from odibi_sql.optimize.rule import Keys, NodeRule

KEEPS_LEFT = ("inner", "cross", "left", "semi", "anti")  # a left row comes out as it is or not at all
KEEPS_RIGHT = ("inner", "cross", "right")
NEEDS_LEFT = ("inner", "right", "semi")  # a left row for which the condition is false might as well not be there
NEEDS_RIGHT = ("inner", "left", "semi", "anti")


def push_into_joins(relation: ir.Relation, keys: Keys) -> ir.Relation:
    """Return the rows of a filter over a join, or of a join, with its conditions where they belong."""
    match relation:
        case ir.Filter(input=ir.Join() as join) if join.match != "one":
            return _push_filter(relation, join)
        case ir.Join(condition=ir.Expr()) if relation.match != "one":
            return _push_condition(relation)
    return relation


def _push_filter(filter_: ir.Filter, join: ir.Join) -> ir.Relation:
    conditions = conjuncts(filter_.condition)
    left = [each for each in conditions if join.kind in KEEPS_LEFT and _speaks_of(each, join.left)]
    right = [each for each in conditions if join.kind in KEEPS_RIGHT and _speaks_of(each, join.right)]
    right = without(right, left)
    both = [each for each in without(conditions, [*left, *right]) if _joins(each, join)]
    if not left and not right and not both:
        return filter_
    inner = join if join.condition is None else replace(join, condition=ir.true_of(join.condition, *both))
    if join.condition is None and both:
        inner = replace(join, kind="inner", condition=ir.true_of(*both))
    below = replace(inner, left=filtered(join.left, left), right=filtered(join.right, right))
    return moved(filter_, below, without(conditions, [*left, *right, *both]))


def _push_condition(join: ir.Join) -> ir.Relation:
    assert join.condition is not None
    conditions = conjuncts(join.condition)
    left = [each for each in conditions if join.kind in NEEDS_LEFT and _speaks_of(each, join.left)]
    right = [each for each in conditions if join.kind in NEEDS_RIGHT and _speaks_of(each, join.right)]
    right = without(right, left)
    staying = without(conditions, [*left, *right])
    if not staying or len(staying) == len(conditions):
        return join
    return replace(
        join, left=filtered(join.left, left), right=filtered(join.right, right), condition=ir.true_of(*staying)
    )


def _speaks_of(condition: ir.Expr, side: ir.Relation) -> bool:
    used = columns_used(condition)
    return bool(used) and all(name in side.schema for name in used) and _may_move(condition)


def _joins(condition: ir.Expr, join: ir.Join) -> bool:
    """Whether it is an equation between the two sides of a join that keeps only pairs."""
    match condition:
        case ir.Call(function="=", args=(one, other)) if join.kind in ("inner", "cross") and _may_move(condition):
            return (_is_of(one, join.left) and _is_of(other, join.right)) or (
                _is_of(one, join.right) and _is_of(other, join.left)
            )
    return False


def _is_of(value: ir.Expr, side: ir.Relation) -> bool:
    used = columns_used(value)
    return bool(used) and all(name in side.schema for name in used)


def _may_move(condition: ir.Expr) -> bool:
    return not can_fail(condition) and not is_volatile(condition)


PUSH_INTO_JOINS = NodeRule(name="push-into-joins", change=push_into_joins)
