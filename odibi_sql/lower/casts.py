"""Casts with the language's meaning: towards zero, strict about text, the value in the message."""

from __future__ import annotations

from sqlglot import exp

from odibi_sql import ir
from odibi_sql.lower.dialect import Dialect
from odibi_sql.lower.typed import Typed, cast_to, exactly, function, text

WHOLE_NUMBER = " *[+-]?[0-9]+ *"


def lower_cast(operand: Typed, from_: ir.Type, to: ir.Type, is_try: bool, dialect: Dialect) -> Typed:
    """Return `operand` (of `from_` by the graph) as a `to`; what does not fit fails, or is NULL where `is_try`."""
    if operand.type == ir.NULL or (operand.type == to and from_ == to):
        return Typed(sql=exactly(operand, to, dialect), type=to)
    match from_, to:
        case (ir.Float() | ir.Decimal(), ir.Integer()):
            sql = cast_to(_cut_off(operand, from_, dialect), to, dialect, is_try)
        case (ir.String(), ir.Integer()):
            sql = _whole_number(operand.sql, to, is_try, dialect)
        case (ir.String(), ir.Binary()):
            sql = function("encode", operand.sql)
        case (ir.Binary(), ir.String()):
            sql = function("decode", operand.sql)
            sql = function("try", sql) if is_try else sql
        case (ir.Integer() | ir.Bool(), ir.Integer() | ir.Float() | ir.Decimal()) if operand.is_constant:
            return Typed(sql=exactly(operand, to, dialect), type=to)
        case _:
            own = exactly(operand, from_, dialect) if _shows_its_type(operand, from_, to) else operand.sql
            sql = cast_to(own, to, dialect, is_try)
    return Typed(sql=sql, type=to)


def _shows_its_type(operand: Typed, from_: ir.Type, to: ir.Type) -> bool:
    """Whether the result depends on which type the operand has: 1.50 as text, a DECIMAL before a DOUBLE is rounded."""
    return operand.type != from_ and isinstance(from_, ir.Float | ir.Decimal) and not isinstance(to, ir.Float)


def _cut_off(operand: Typed, from_: ir.Type, dialect: Dialect) -> exp.Expression:
    return function("trunc", exactly(operand, from_, dialect))


def _whole_number(operand: exp.Expression, to: ir.Type, is_try: bool, dialect: Dialect) -> exp.Expression:
    """Take digits as they are, and any other number for a float that is cut off: the engine would round it."""
    is_whole = function("regexp_full_match", operand.copy(), text(WHOLE_NUMBER))
    as_float = cast_to(operand.copy(), ir.FLOAT64, dialect, is_try)
    cut_off = cast_to(function("trunc", as_float), to, dialect, is_try)
    return exp.Case(ifs=[exp.If(this=is_whole, true=cast_to(operand, to, dialect, is_try))], default=cut_off)
