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
        case ir.Call(function="and"):
            return frozenset[str]().union(*map(not_null_where_true, chain_of(condition)))
        case ir.Call(function="or"):
            return frozenset.intersection(*map(not_null_where_true, chain_of(condition)))
        case ir.Call(function="not" | "is false", args=(inner,)):
            return _not_null_where_false(inner)
        case ir.Call(function="is true", args=(inner,)):
            return not_null_where_true(inner)
        case ir.Call(function="between", args=(operand, low, high)):
            return needed_not_null(operand) | needed_not_null(low) | needed_not_null(high)
        case ir.InQuery(operand=operand):
            return needed_not_null(operand)
    return needed_not_null(condition)


def _not_null_where_false(condition: ir.Expr) -> frozenset[str]:
    match condition:
        case ir.Call(function="is null" | "between", args=(inner, *_)):
            return needed_not_null(inner)
        case ir.Call(function="or"):
            return frozenset[str]().union(*map(_not_null_where_false, chain_of(condition)))
        case ir.Call(function="and"):
            return frozenset.intersection(*map(_not_null_where_false, chain_of(condition)))
        case ir.Call(function="not", args=(inner,)):
            return not_null_where_true(inner)
        case ir.Call(function="is true" | "is false"):
            return frozenset()  # false where the operand is null
        case ir.Call(function="is distinct from", args=(one, other)):
            return _same_as(one, other) | _same_as(other, one)
        case ir.Call(function="in", args=args):
            return frozenset[str]().union(*map(needed_not_null, args))
    return needed_not_null(condition)


def _same_as(one: ir.Expr, other: ir.Expr) -> frozenset[str]:
    return frozenset() if other.nullable else needed_not_null(one)


def chain_of(junction: ir.Call) -> list[ir.Expr]:
    """Return the operands of an `and` (`or`) and of those directly in it, in the order written."""
    found: list[ir.Expr] = []
    waiting: list[ir.Expr] = [junction]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ir.Call) and part.function == junction.function:
            waiting.extend(reversed(part.args))
        else:
            found.append(part)
    return found


def needed_not_null(expr: ir.Expr) -> frozenset[str]:
    """Return columns without which `expr` is null: it is null wherever one of them is."""
    found: set[str] = set()
    waiting = [expr]
    while waiting:
        match waiting.pop():
            case ir.Column(name=name):
                found.add(name)
            case ir.Call(function="in", args=(operand, *_)) | ir.Cast(operand=operand) | ir.GetMember(operand=operand):
                waiting.append(operand)
            case ir.Call(function=function, args=args) if function in STRICT:
                waiting.extend(args)
    return frozenset(found)
