"""Which expressions can be null, and what a condition says about that."""

from __future__ import annotations

import decimal
from collections.abc import Callable, Iterable

from odibi_sql import functions, ir
from odibi_sql.ir.walk import every

NOTHING: frozenset[str] = frozenset()
_STRICT = frozenset(
    ["+", "-", "*", "/", "//", "%", "negate", "||", "like", "ilike", "=", "<>", "<", "<=", ">", ">=", "[]"]
)  # null where an argument is null
_NEVER_NULL = frozenset(["is null", "is distinct from", "is true", "is false", "array"])
_NEGATABLE = frozenset(["=", "<", "<=", ">", ">=", "<>", "in", "like", "ilike", "between"])


def can_be_null(expr: ir.Expr, not_null: frozenset[str] = NOTHING) -> bool:
    """Whether `expr` can be null where the columns `not_null` are not. Looks through operators, casts and functions;
    what it does not know keeps the answer that it was typed with."""
    if not expr.nullable:
        return False
    match expr:
        case ir.Column(name=name):
            return name not in not_null
        case ir.Cast(operand=operand, is_try=False):
            return can_be_null(operand, not_null)
        case ir.Case(branches=branches, otherwise=otherwise):
            return case_can_be_null(branches, otherwise, not_null)
        case ir.Call(function=function, args=args):
            return _call_can_be_null(function, args, not_null)
    return True


def _call_can_be_null(function: str, args: tuple[ir.Expr, ...], not_null: frozenset[str]) -> bool:
    nullables = tuple(can_be_null(each, not_null) for each in args)
    if function in ("/", "//", "%"):
        return any(nullables) or not is_nonzero(args[1])
    if function == "[]":
        return True
    if function in ir.OPERATORS:
        return function not in _NEVER_NULL and any(nullables)
    known = functions.lookup(function)
    return known is None or known.nullable(nullables)


def is_nonzero(divisor: ir.Expr) -> bool:
    """Whether a divisor is a constant other than zero. What is less than one can become zero by a cast."""
    is_exact = True
    while isinstance(divisor, ir.Cast):
        is_exact = is_exact and divisor.is_implicit
        divisor = divisor.operand
    value: ir.Value = divisor.value if isinstance(divisor, ir.Literal) else None
    if isinstance(value, bool) or not isinstance(value, int | float | decimal.Decimal):
        return False
    return value != 0 and (is_exact or value >= 1 or value <= -1)


def case_can_be_null(
    branches: Iterable[ir.Branch], otherwise: ir.Expr | None, not_null: frozenset[str] = NOTHING
) -> bool:
    """Whether a case can be null, given what its conditions say of its values: `case when x is null then 0 else x end`
    cannot."""
    for branch in branches:
        if can_be_null(branch.value, not_null | columns_proven_not_null(branch.condition)):
            return True
        not_null |= _proven_by_failing(branch.condition)
    return otherwise is None or can_be_null(otherwise, not_null)


def columns_proven_not_null(condition: ir.Expr) -> frozenset[str]:
    """Return the columns that are not null in any row for which `condition` is true."""
    match condition:
        case ir.Call(function="and", args=args):
            return NOTHING.union(*map(columns_proven_not_null, args))
        case ir.Call(function="or", args=args):
            return frozenset.intersection(*map(columns_proven_not_null, args))
        case ir.Call(function="not" | "is false", args=(operand,)):
            return _proven_by_false(operand)
        case ir.Call(function="is true", args=(operand,)):
            return columns_proven_not_null(operand)
        case ir.Call(function="between", args=args):
            return NOTHING.union(*map(strict_columns, args))
        case ir.Call(function="in", args=(operand, *_)) | ir.InQuery(operand=operand):
            return strict_columns(operand)
    return strict_columns(condition)


def _proven_by_false(condition: ir.Expr) -> frozenset[str]:
    """Return the columns that are not null where `condition` is false (not null)."""
    match condition:
        case ir.Call(function="and", args=args):
            return frozenset.intersection(*map(_proven_by_false, args))
        case ir.Call(function="or", args=args):
            return NOTHING.union(*map(_proven_by_false, args))
        case ir.Call(function="not", args=(operand,)):
            return columns_proven_not_null(operand)
        case ir.Call(function="is null", args=(operand,)):
            return strict_columns(operand)
        case ir.Call(function="is distinct from", args=(left, right)):
            return _proven_by_sameness(left, right) | _proven_by_sameness(right, left)
        case ir.Call(function="in", args=args):
            return NOTHING.union(*map(strict_columns, args))
        case ir.InQuery(operand=operand):
            return NOTHING  # an empty query gives false for a null operand too
    return strict_columns(condition)


def _proven_by_sameness(one: ir.Expr, other: ir.Expr) -> frozenset[str]:
    return NOTHING if other.nullable else strict_columns(one)


def _proven_by_failing(condition: ir.Expr) -> frozenset[str]:
    """Return the columns that are not null where `condition` is not true: false or null."""
    match condition:
        case ir.Call(function="or", args=args):
            return NOTHING.union(*map(_proven_by_failing, args))
        case ir.Call(function="and", args=args):
            return frozenset.intersection(*map(_proven_by_failing, args))
        case _ if not condition.nullable:
            return _proven_by_false(condition)
    return NOTHING


def strict_columns(expr: ir.Expr) -> frozenset[str]:
    """Return the columns of which each makes `expr` null where it is null itself."""
    match expr:
        case ir.Column(name=name):
            return frozenset((name,))
        case ir.Cast(operand=operand) | ir.GetMember(operand=operand):
            return strict_columns(operand)
        case ir.Call(function="not", args=(operand,)):
            return strict_columns(operand)
        case ir.Call(function="between", args=(operand, *_)):
            return strict_columns(operand)  # beyond one bound it is false, whatever the other one is
        case ir.Call(function=function, args=args) if function in _STRICT:
            return NOTHING.union(*map(strict_columns, args))
    return NOTHING


def null_dropping(condition: ir.Expr) -> tuple[str, ...]:
    """Return the nullable columns whose nulls a filter by `condition` drops though it reads as if it kept them
    (`status <> 'void'`, `not in`, `not like`, `not (…)`), in the order of their use.

    None of a column that the condition asks about with `is null`, or that another part of it drops the nulls of in
    plain sight (`amount > 5 and amount <> 7`).
    """
    asked = _columns_where(condition, lambda part: part.function in ("is null", "is distinct from"))
    plain = NOTHING.union(*(columns_proven_not_null(each) for each in conjuncts(condition) if not _is_negative(each)))
    found = _hidden_drops(condition)
    dropped = columns_proven_not_null(condition)
    return tuple(dict.fromkeys(each for each in found if each in dropped and each not in asked | plain))


def conjuncts(condition: ir.Expr) -> list[ir.Expr]:
    """Return the conditions that `and` joins, in order."""
    if isinstance(condition, ir.Call) and condition.function == "and":
        return [each for part in condition.args for each in conjuncts(part)]
    return [condition]


def _is_negative(condition: ir.Expr) -> bool:
    return bool(_hidden_drops(condition))


def _hidden_drops(condition: ir.Expr) -> list[str]:
    """Return the nullable columns under the negative comparisons of a condition."""
    match condition:
        case ir.Call(function="and" | "or", args=args):
            return [name for each in args for name in _hidden_drops(each)]
        case ir.Call(function="<>"):
            return _nullable_columns(condition)
        case ir.Call(function="not", args=(ir.Call(function=function) as inside,)) if function in _NEGATABLE:
            return _nullable_columns(inside)
        case ir.Call(function="not", args=(ir.Call(function="and" | "or", args=args),)):
            return [name for each in args for name in _nullable_columns(each)]
    return []


def _nullable_columns(expr: ir.Expr) -> list[str]:
    """Return the nullable columns that make a comparison null, in the order of their use."""
    strict = _proven_by_false(expr)
    return [part.name for part in every(expr) if isinstance(part, ir.Column) and part.nullable and part.name in strict]


def _columns_where(condition: ir.Expr, wanted: Callable[[ir.Call], bool]) -> frozenset[str]:
    """Return the columns inside the calls that are wanted."""
    calls = [part for part in every(condition) if isinstance(part, ir.Call) and wanted(part)]
    return frozenset(part.name for call in calls for part in every(call) if isinstance(part, ir.Column))
