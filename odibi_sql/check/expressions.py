"""Expressions: names found, types known, nulls followed. Queries inside are typed by `context.check_query`."""

from __future__ import annotations

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.check.scope import Scope


def type_expression(
    context: Context,
    scope: Scope,
    expr: syntax.Expr,
    *,
    aggregates: bool = False,
    windows: bool = False,
    allowed: tuple[str, ...] = (),
) -> ir.Expr:
    """Return `expr` typed. What is wrong is reported and comes back with the type `ir.UNKNOWN`; nothing is raised.

    `aggregates` and `windows` say which calls can stand here. Where both can (the select list of a grouped query) the
    orders of windows are made total by `split_aggregates`, which knows the keys. `allowed`: warnings that are silenced.
    """
    raise NotImplementedError


def condition(
    context: Context,
    scope: Scope,
    expr: syntax.Expr,
    *,
    aggregates: bool = False,
    windows: bool = False,
    allowed: tuple[str, ...] = (),
) -> ir.Expr:
    """Return `expr` typed, a bool (or `ir.UNKNOWN`): anything else is reported as `not-a-condition`."""
    raise NotImplementedError


def constant(context: Context, expr: syntax.Expr, to: ir.Type | None = None) -> ir.Literal | None:
    """Return the value of an expression of literals and parameters, as `to` where it is given; None where that was
    reported to be impossible."""
    raise NotImplementedError


def sort_keys(
    context: Context,
    scope: Scope,
    items: tuple[syntax.SortItem, ...],
    *,
    aggregates: bool = False,
    windows: bool = False,
    allowed: tuple[str, ...] = (),
) -> tuple[ir.SortKey, ...]:
    """Return the keys of an order, typed; those of a type without an order are reported and left out."""
    raise NotImplementedError
