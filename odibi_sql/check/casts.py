"""Which type becomes which: unasked where nothing is lost, by `cast` where the language allows it."""

from __future__ import annotations

from collections.abc import Sequence

from odibi_sql import ir
from odibi_sql.check.context import Context
from odibi_sql.diagnostics import Span


def coerce(expr: ir.Expr, to: ir.Type) -> ir.Expr:
    """Return `expr` as a `to`: a literal retyped, anything else under an implicit Cast. The caller knows that it fits."""
    raise NotImplementedError


def can_coerce(from_: ir.Type, to: ir.Type) -> bool:
    """Whether every value of `from_` is one of `to` without a word from who writes the pipeline."""
    raise NotImplementedError


def coerced(expr: ir.Expr, to: ir.Type) -> ir.Expr | None:
    """Return `expr` as a `to`, or None where it does not fit. Knows literals: `7` fits an int8, `'2025-01-01'` a date."""
    raise NotImplementedError


def can_cast(from_: ir.Type, to: ir.Type) -> bool:
    """Whether `cast` takes one to the other, at least for some values."""
    raise NotImplementedError


def unify(context: Context, exprs: Sequence[ir.Expr], span: Span, what: str) -> tuple[list[ir.Expr], ir.Type]:
    """Return the values brought to one type, and that type; where they have none that is reported (`no-common-type`),
    with `what` for the place ("the branches of the case"), and the type is `ir.UNKNOWN`."""
    raise NotImplementedError
