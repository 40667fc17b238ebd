"""The rules that move filters, together: what one of them cannot pass, another may."""

from __future__ import annotations

from odibi_sql import ir
from odibi_sql.optimize.merge_filters import merge_filters
from odibi_sql.optimize.outer_joins import outer_joins
from odibi_sql.optimize.push_filters import push_filters
from odibi_sql.optimize.push_into_joins import push_into_joins
from odibi_sql.optimize.rule import top_down

MOVES = (merge_filters, outer_joins, push_into_joins, push_filters)


def pushed_down(relation: ir.Relation, *, has_subqueries: bool = True) -> ir.Relation:
    """Return `relation` with its filters as far down as they go, in one pass."""
    return top_down(relation, _moved, has_subqueries=has_subqueries)


def _moved(relation: ir.Relation) -> ir.Relation:
    for move in MOVES:
        relation = move(relation, {})
    return relation
