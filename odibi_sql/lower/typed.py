"""Expressions of sqlglot with the type that the engine gives them, and the casts that bring one to the other."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlglot import exp

from odibi_sql import ir
from odibi_sql.lower.dialect import Dialect

HUGE = ir.Decimal(38, 0)  # what DuckDB makes of whole numbers that are too long for 64 bits


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """A tree that nothing else owns, and the engine's own type of it (`ir.NULL`: a bare NULL; `ir.UNKNOWN`: who
    knows)."""

    sql: Any  # exp.Expression
    type: ir.Type
    is_constant: bool = False  # a bare literal: the engine fits it to what stands beside it
    interval: ir.Interval | None = None  # the value of a constant duration


def cast_to(sql: exp.Expression, type_: ir.Type, dialect: Dialect, is_try: bool = False) -> exp.Expression:
    """Return CAST(sql AS type)."""
    kind = exp.TryCast if is_try else exp.Cast
    return kind(this=sql, to=type_node(type_, dialect))


def type_node(type_: ir.Type, dialect: Dialect) -> exp.DataType:
    """Return the engine's name of a type."""
    return exp.DataType(this=exp.DataType.Type.USERDEFINED, kind=dialect.type_name(type_))


def exactly(typed: Typed, type_: ir.Type, dialect: Dialect) -> exp.Expression:
    """Return the tree with a cast where the engine's own type is not `type_`."""
    if typed.type == type_:
        sql: exp.Expression = typed.sql
        return sql
    if typed.is_constant and type_ == ir.FLOAT64 and isinstance(typed.type, ir.Integer | ir.Decimal):
        return as_float(typed.sql)
    return cast_to(typed.sql, type_, dialect)


def as_float(literal: exp.Expression) -> exp.Expression:
    """Return a numeric literal as a double: 1.5e0."""
    if isinstance(literal, exp.Neg):
        return exp.Neg(this=as_float(literal.this))
    digits = literal.this
    if "e" in digits:
        return literal
    return exp.Literal.number(f"{digits}e0" if "." in digits else f"{digits}.0e0")


# How tight each operator binds in SQL; what is not here needs no parentheses.
BINDS: dict[type[exp.Expression], int] = {
    exp.Or: 1,
    exp.And: 2,
    exp.Not: 3,
    exp.Is: 4,
    exp.EQ: 5,
    exp.NEQ: 5,
    exp.LT: 5,
    exp.LTE: 5,
    exp.GT: 5,
    exp.GTE: 5,
    exp.NullSafeEQ: 5,
    exp.NullSafeNEQ: 5,
    exp.In: 5,
    exp.Between: 5,
    exp.Like: 5,
    exp.ILike: 5,
    exp.Escape: 5,
    exp.DPipe: 6,
    exp.Add: 7,
    exp.Sub: 7,
    exp.Mul: 8,
    exp.Div: 8,
    exp.IntDiv: 8,
    exp.Mod: 8,
    exp.Neg: 9,
}
HIGHEST = 10
TIGHT = (exp.Func, exp.Dot, exp.Bracket)  # what is no operator to the eye
COMPARISON = 5


def within(sql: exp.Expression, binds: int) -> exp.Expression:
    """Return `sql` as an operand of something that binds at `binds`: in parentheses where it binds less."""
    if isinstance(sql, exp.Paren):
        return sql
    return exp.Paren(this=sql) if binding(sql) < binds else sql


def binding(sql: exp.Expression) -> int:
    """Return how tight the outermost operator of `sql` binds; what is not an operator binds tightest."""
    found = BINDS.get(type(sql))
    if found is not None:
        return found
    return COMPARISON if isinstance(sql, exp.Binary | exp.Predicate) and not isinstance(sql, TIGHT) else HIGHEST


def binary(kind: type[exp.Expression], left: exp.Expression, right: exp.Expression) -> exp.Expression:
    """Return `left kind right`; of equals the left one needs no parentheses, but for comparisons."""
    binds = BINDS[kind]
    is_chain = binds > COMPARISON or kind in (exp.And, exp.Or)
    right_binds = binds if kind in (exp.And, exp.Or, exp.DPipe) else binds + 1
    return kind(this=within(left, binds if is_chain else binds + 1), expression=within(right, right_binds))


def function(name: str, *args: exp.Expression) -> exp.Expression:
    """Return a call of a function of the engine, by its name."""
    return exp.Anonymous(this=name, expressions=list(args))


def number(value: int) -> exp.Expression:
    """Return a whole number."""
    literal = exp.Literal.number(abs(value))
    return exp.Neg(this=literal) if value < 0 else literal


def text(value: str) -> exp.Expression:
    """Return a string literal."""
    return exp.Literal.string(value)
