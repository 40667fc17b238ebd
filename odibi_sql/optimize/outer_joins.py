"""Make an inner join of an outer one whose added rows a filter drops again.

    before   join left A, B on X | filter B.c > 5      join full A, B on X | filter A.c > 5
    after    join inner A, B on X | filter B.c > 5     join left A, B on X | filter A.c > 5

Only where the condition cannot be true if all columns of that side are null: one of them must not be null for it. Not
for `match one` joins. The schema stays: columns that could be null are still declared so.
"""

from __future__ import annotations

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.optimize.nulls import not_null_where_true
from odibi_sql.optimize.rule import Keys, NodeRule


def outer_joins(relation: ir.Relation, keys: Keys) -> ir.Relation:
    """Return the rows of a filter over an outer join with the narrowest join that gives them."""
    match relation:
        case ir.Filter(input=ir.Join(kind="left" | "right" | "full") as join, condition=condition):
            if join.match == "one":
                return relation
            never_null = not_null_where_true(condition)
            drops_left = any(name in join.left.schema for name in never_null)
            drops_right = any(name in join.right.schema for name in never_null)
            kind = _narrowed(join.kind, drops_left=drops_left, drops_right=drops_right)
            return relation if kind == join.kind else replace(relation, input=replace(join, kind=kind))
    return relation


def _narrowed(kind: ir.JoinKind, *, drops_left: bool, drops_right: bool) -> ir.JoinKind:
    """Return the kind without the rows whose left (right) columns are all null, where these are dropped."""
    match kind:
        case "left" if drops_right:
            return "inner"
        case "right" if drops_left:
            return "inner"
        case "full" if drops_left and drops_right:
            return "inner"
        case "full" if drops_left:
            return "left"
        case "full" if drops_right:
            return "right"
    return kind


OUTER_JOINS = NodeRule(name="outer-joins", change=outer_joins)
