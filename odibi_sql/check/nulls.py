"""Which expressions can be null, and what a condition says about that."""

from __future__ import annotations

from odibi_sql import ir


def columns_proven_not_null(condition: ir.Expr) -> frozenset[str]:
    """Return the columns that are not null in any row for which `condition` is true."""
    raise NotImplementedError


def null_dropping(condition: ir.Expr) -> tuple[str, ...]:
    """Return the nullable columns whose nulls a filter by `condition` drops though it reads as if it kept them
    (`status <> 'void'`), in the order of their use."""
    raise NotImplementedError
