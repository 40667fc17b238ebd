"""Make one filter of two.

    before   filter B      | filter A
    after    filter A and B

Not where B can fail: it would see the rows that A keeps from it, for an engine may take the conditions of one filter
in any order. Not where that makes a very long filter. A condition that A has already is not said twice.
"""

from __future__ import annotations

from odibi_sql import ir
from odibi_sql.optimize.can_fail import can_fail
from odibi_sql.optimize.cost import size
from odibi_sql.optimize.filters import conjuncts
from odibi_sql.optimize.rule import Keys, NodeRule

MOST_CONDITIONS = 30  # of one filter that was made of two
MOST_OPERATORS = 20  # of a condition that is looked for among others


def merge_filters(relation: ir.Relation, keys: Keys) -> ir.Relation:
    """Return the rows of two filters as the rows of one."""
    match relation:
        case ir.Filter(input=ir.Filter() as first, condition=condition) if not can_fail(condition):
            both = conjuncts(first.condition)
            both += [each for each in conjuncts(condition) if not _is_among(each, both)]
            if len(both) > MOST_CONDITIONS:
                return relation
            return ir.Filter(schema=relation.schema, span=relation.span, input=first.input, condition=ir.true_of(*both))
    return relation


def _is_among(condition: ir.Expr, others: list[ir.Expr]) -> bool:
    """Whether it is said already. Of long conditions that is not asked: comparing them goes as deep as they are."""
    return size(condition, MOST_OPERATORS) < MOST_OPERATORS and condition in others


MERGE_FILTERS = NodeRule(name="merge-filters", change=merge_filters)
