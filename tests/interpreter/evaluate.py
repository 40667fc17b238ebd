"""Expressions over a row. Every operand is computed, of `and` and `or` too, for engines may take them in any order;
`case`, `coalesce` and `if` alone compute what they need."""

from __future__ import annotations

import decimal
from typing import Any

import msgspec

from interpreter.casts import cast, try_cast
from interpreter.functions import FUNCTIONS
from interpreter.numbers import fitted
from interpreter.operators import OPERATORS
from interpreter.values import is_equal
from interpreter.world import Row, RunFailure, World
from odibi_sql import ir


class Scope(msgspec.Struct, frozen=True):
    """Where an expression stands: its row, the rows of the queries around it (nearest first), what windows gave."""

    row: Row
    around: tuple[Row, ...]
    world: World
    windows: dict[int, Any]  # by the identity of the window call


def evaluate(expr: ir.Expr, scope: Scope) -> Any:
    """Return the value of an expression without aggregates. Raises RunFailure."""
    match expr:
        case ir.Column(name=name):
            return scope.row[name]
        case ir.Outer(name=name, depth=depth):
            return scope.around[depth - 1][name]
        case ir.Literal(value=value, type=type_):
            return _constant(value, type_)
        case ir.Case():
            return _case(expr, scope)
        case ir.Cast(operand=operand, type=to, is_try=is_try):
            change = try_cast if is_try else cast
            return change(evaluate(operand, scope), operand.type, to)
        case ir.Call():
            return _call(expr, scope)
        case ir.WindowCall():
            return scope.windows[id(expr)]
        case ir.MakeStruct(values=values, type=ir.Struct(members=members)):
            return {member.name: evaluate(each, scope) for member, each in zip(members, values, strict=True)}
        case ir.GetMember(operand=operand, name=name):
            struct = evaluate(operand, scope)
            return None if struct is None else struct[name]
    return _subquery(expr, scope)


def _constant(value: Any, type_: ir.Type) -> Any:
    """Return the value of a constant as its type has it: a float, or a decimal with all its digits."""
    if value is None:
        return None
    if isinstance(type_, ir.Float):
        return float(value)
    return fitted(decimal.Decimal(value), type_) if isinstance(type_, ir.Decimal) else value


def _case(expr: ir.Case, scope: Scope) -> Any:
    for branch in expr.branches:
        if evaluate(branch.condition, scope) is True:
            return evaluate(branch.value, scope)
    return None if expr.otherwise is None else evaluate(expr.otherwise, scope)


def _call(expr: ir.Call, scope: Scope) -> Any:
    match expr.function:
        case "coalesce" | "ifnull":
            for each in expr.args:
                value = evaluate(each, scope)
                if value is not None:
                    return value
            return None
        case "if":
            return evaluate(expr.args[1 if evaluate(expr.args[0], scope) is True else 2], scope)
        case "now":
            return scope.world.clock
        case "today":
            return scope.world.clock.date()
    args = [evaluate(each, scope) for each in expr.args]
    if expr.function in OPERATORS:
        return OPERATORS[expr.function](args, expr)
    return FUNCTIONS[expr.function](args, expr)


def _subquery(expr: ir.Expr, scope: Scope) -> Any:
    from interpreter.relations import rows_of

    match expr:
        case ir.Exists(relation=relation):
            return bool(rows_of(relation, scope.world, (scope.row, *scope.around)))
        case ir.InQuery(operand=operand, relation=relation):
            rows = rows_of(relation, scope.world, (scope.row, *scope.around))
            found = [next(iter(row.values())) for row in rows]
            return is_among(evaluate(operand, scope), found)
        case ir.ScalarQuery(relation=relation):
            rows = rows_of(relation, scope.world, (scope.row, *scope.around))
            if len(rows) > 1:
                raise RunFailure("a subquery that stands for one value has more rows")
            return next(iter(rows[0].values())) if rows else None
    raise TypeError(expr)


def is_among(value: Any, items: list[Any]) -> bool | None:
    """Return SQL's `in`: null where the value is null, or is not found and an item is null."""
    if not items:
        return False
    if value is None:
        return None
    if any(item is not None and is_equal(value, item) for item in items):
        return True
    return None if None in items else False
