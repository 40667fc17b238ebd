"""Aggregation: values over groups taken apart into the aggregates below and the expressions above."""

from __future__ import annotations

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.diagnostics import Span


def split_aggregates(
    context: Context,
    keys: tuple[ir.Assignment, ...],
    values: tuple[tuple[str, ir.Expr], ...],
    input: ir.Relation,
    spans: tuple[Span, ...],
) -> tuple[ir.Aggregate, tuple[ir.Assignment, ...]]:
    """Return the Aggregate and, for each of `values` (typed with aggregates), its assignment above it.

    `spans` are the places of the values. The aggregate's columns are the keys, then the aggregates: each under the name
    of its value where the value is nothing else, under a new name otherwise. A part that equals a key is that key's
    column; a column that is neither a key nor inside an aggregate is reported (`not-grouped`).
    """
    raise NotImplementedError


def has_aggregate(expr: syntax.Expr) -> bool:
    """Whether an aggregate is called in it, not counting subqueries and those over a window."""
    raise NotImplementedError
