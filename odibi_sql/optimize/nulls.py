"""What a condition says about nulls: which columns cannot be null where it is true."""

from __future__ import annotations

from odibi_sql import ir

STRICT = frozenset(
    ["=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "/", "//", "%", "negate", "||", "like", "ilike", "not", "[]"]
    + ["lower", "upper", "trim", "length", "abs", "round", "floor", "ceil", "year", "month", "day", "date_trunc"]
)  # null wherever any argument is; it is enough to know the common ones


def not_null_where_true(condition: ir.Expr) -> frozenset[str]:
    """Return the columns that are not null in any row for which `condition` is true."""
    match condition:
        case ir.Call(function="and", args=args):
            return frozenset[str]().union(*map(not_null_where_true, args))
        case ir.Call(function="or", args=args):
            return frozenset.intersection(*map(not_null_where_true, args))
        case ir.Call(function="not", args=(inner,)):
            return _not_null_where_false(inner)
        case ir.Call(function="is true", args=(inner,)):
            return not_null_where_true(inner)
        case ir.Call(function="is false", args=(inner,)):
            return _not_null_where_false(inner)
        case ir.Call(function="between", args=(operand, low, high)):
            return needed_not_null(operand) | needed_not_null(low) | needed_not_null(high)
        case ir.InQuery(operand=operand):
            return needed_not_null(operand)
    return needed_not_null(condition)


def _not_null_where_false(condition: ir.Expr) -> frozenset[str]:
    match condition:
        case ir.Call(function="is null", args=(inner,)):
            return needed_not_null(inner)
        case ir.Call(function="or", args=args):
            return frozenset[str]().union(*map(_not_null_where_false, args))
        case ir.Call(function="and", args=args):
            return frozenset.intersection(*map(_not_null_where_false, args))
        case ir.Call(function="not", args=(inner,)):
            return not_null_where_true(inner)
        case ir.Call(function="is true" | "is false"):
            return frozenset()  # false where the operand is null
        case ir.Call(function="between", args=(operand, _, _)):
            return needed_not_null(operand)
        case ir.Call(function="is distinct from", args=(one, other)):
            return _same_as(one, other) | _same_as(other, one)
        case ir.Call(function="in", args=args):
            return frozenset[str]().union(*map(needed_not_null, args))
    return needed_not_null(condition)


def _same_as(one: ir.Expr, other: ir.Expr) -> frozenset[str]:
    return frozenset() if other.nullable else needed_not_null(one)


def needed_not_null(expr: ir.Expr) -> frozenset[str]:
    """Return columns without which `expr` is null: it is null wherever one of them is."""
    match expr:
        case ir.Column(name=name):
            return frozenset((name,))
        case ir.Call(function="in", args=(operand, *_)) | ir.Cast(operand=operand):
            return needed_not_null(operand)
        case ir.Call(function=function, args=args) if function in STRICT:
            return frozenset[str]().union(*map(needed_not_null, args))
        case ir.GetMember(operand=operand):
            return needed_not_null(operand)
    return frozenset()
