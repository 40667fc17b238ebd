"""Say conditions in fewer words.

    before   x and true    not (not x)    flag = true    case when true then a else b end    coalesce(id, 0)
    after    x             x              flag           a                                   id   (never null)

`x and false` is false, `x or true` is true, where x cannot fail; `is null` of what is never null is false. A case loses
the branches that are never taken and those after one that always is.
"""

from __future__ import annotations

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.ir.walk import map_expressions, rewrite
from odibi_sql.optimize.can_fail import can_fail
from odibi_sql.optimize.cost import is_free
from odibi_sql.optimize.rule import Keys, NodeRule

ALWAYS = ir.Literal(type=ir.BOOL, nullable=False, value=True)
NEVER = ir.Literal(type=ir.BOOL, nullable=False, value=False)


def simplify_conditions(relation: ir.Relation, keys: Keys) -> ir.Relation:
    """Return this node with its conditions in fewer words."""
    return map_expressions(relation, lambda expr: expr if is_free(expr) else rewrite(expr, simplified))


def simplified(expr: ir.Expr) -> ir.Expr:
    """Return `expr`, whose parts are simple already, in fewer words; itself where there are none."""
    match expr:
        case ir.Call(function="and", args=args):
            return _junction(expr, args, neutral=True)
        case ir.Call(function="or", args=args):
            return _junction(expr, args, neutral=False)
        case ir.Call(function="not", args=(ir.Call(function="not", args=(inner,)),)):
            return inner
        case ir.Call(function="=" | "<>", args=(one, other)) if isinstance(one.type, ir.Bool):
            return _compared_to_truth(expr, one, other)
        case ir.Call(function="is null", args=(operand,)):
            return _is_null(expr, operand)
        case ir.Call(function="is true" | "is false", args=(operand,)):
            return _is_truth(expr, operand)
        case ir.Call(function="coalesce", args=(first, *_)) if not first.nullable and first.type == expr.type:
            return first
        case ir.Case():
            return _case(expr)
    return expr


def _junction(expr: ir.Call, args: tuple[ir.Expr, ...], *, neutral: bool) -> ir.Expr:
    """Return an `and` (`or`) without its trues (falses), and false (true) where one operand is that."""
    if any(_is(each, not neutral) for each in args) and not any(map(can_fail, args)):
        return NEVER if neutral else ALWAYS
    kept = [each for each in args if not _is(each, neutral)]
    if len(kept) == len(args):
        return expr
    if not kept:
        return ALWAYS if neutral else NEVER
    return kept[0] if len(kept) == 1 else replace(expr, args=tuple(kept))


def _is(expr: ir.Expr, value: bool) -> bool:
    return isinstance(expr, ir.Literal) and expr.value is value


def _compared_to_truth(expr: ir.Call, one: ir.Expr, other: ir.Expr) -> ir.Expr:
    """Return `x = true` and `x <> false` as x, `x = false` and `x <> true` as `not x`."""
    for operand, constant in ((one, other), (other, one)):
        if isinstance(constant, ir.Literal) and isinstance(constant.value, bool):
            if constant.value is (expr.function == "="):
                return operand
            return replace(expr, function="not", args=(operand,))
    return expr


def _is_null(expr: ir.Call, operand: ir.Expr) -> ir.Expr:
    if isinstance(operand, ir.Literal):
        return ALWAYS if operand.value is None else NEVER
    return NEVER if not operand.nullable and not can_fail(operand) else expr


def _is_truth(expr: ir.Call, operand: ir.Expr) -> ir.Expr:
    if isinstance(operand, ir.Literal):
        return ALWAYS if operand.value is (expr.function == "is true") else NEVER
    if operand.nullable:
        return expr
    return operand if expr.function == "is true" else replace(expr, function="not", args=(operand,), nullable=False)


def _case(expr: ir.Case) -> ir.Expr:
    kept: list[ir.Branch] = []
    otherwise = expr.otherwise
    for branch in expr.branches:
        if _is(branch.condition, True):
            otherwise = branch.value
            break
        if not (isinstance(branch.condition, ir.Literal)):  # false and null are never taken
            kept.append(branch)
    if len(kept) == len(expr.branches):
        return expr
    if kept:
        return replace(expr, branches=tuple(kept), otherwise=otherwise)
    if otherwise is None:
        return ir.Literal(type=expr.type, nullable=True, value=None)
    return otherwise if otherwise.type == expr.type else expr


SIMPLIFY_CONDITIONS = NodeRule(name="simplify-conditions", change=simplify_conditions)
