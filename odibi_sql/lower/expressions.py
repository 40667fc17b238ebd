"""Expressions of the graph to expressions of the engine: each gives exactly its type, or says which one it gives."""

from __future__ import annotations

import datetime

from sqlglot import exp

from odibi_sql import ir
from odibi_sql.functions import lookup
from odibi_sql.lower.calls import lower_call
from odibi_sql.lower.casts import failure, lower_cast
from odibi_sql.lower.literals import lower_literal
from odibi_sql.lower.operators import lower_operator
from odibi_sql.lower.order_within import out_of_pairs, through_pairs
from odibi_sql.lower.scope import Scope
from odibi_sql.lower.subqueries import as_exists, lower_exists, lower_in_query, lower_scalar_query
from odibi_sql.lower.typed import Typed, cast_to, exactly, text
from odibi_sql.lower.windows import lower_aggregate, lower_window


def lower_expression(expr: ir.Expr, scope: Scope) -> Typed:
    """Return the expression as the engine is to compute it, with the engine's own type of it."""
    match expr:
        case ir.Column(name=name):
            return scope.column(name)
        case ir.Literal():
            return lower_literal(expr, scope.dialect)
        case ir.Cast(operand=operand, type=to, is_try=is_try):
            return lower_cast(lower_expression(operand, scope), operand.type, to, is_try, scope.dialect)
        case ir.Call(function=name) if name in ir.OPERATORS:
            return lower_operator(expr, scope)
        case ir.Call():
            return _call(expr, scope)
        case ir.Case():
            return _case(expr, scope)
        case ir.MakeStruct() | ir.GetMember():
            return _struct(expr, scope)
        case ir.AggregateCall():
            return lower_aggregate(expr, scope)
        case ir.WindowCall():
            return lower_window(expr, scope)
        case ir.Outer(name=name, depth=depth):
            return scope.outer(name, depth)
        case ir.Exists(relation=relation):
            return lower_exists(relation, scope)
        case ir.InQuery(operand=operand, relation=relation):
            written = None if scope.dialect.can.null_from_in else as_exists(expr)
            if written is not None:
                return lower_expression(written, scope)
            return lower_in_query(exact(operand, scope), relation, scope)
        case ir.ScalarQuery(relation=relation):
            return lower_scalar_query(relation, scope)
    raise TypeError(expr)


def exact(expr: ir.Expr, scope: Scope) -> exp.Expression:
    """Return the expression with exactly its type, cast where the engine's own differs."""
    return exactly(lower_expression(expr, scope), expr.type, scope.dialect)


def met(exprs: tuple[ir.Expr, ...], type_: ir.Type, scope: Scope) -> list[exp.Expression]:
    """Return values that the engine brings to `type_` by itself: constants stay bare beside a value that has it."""
    lowered = [lower_expression(each, scope) for each in exprs]
    fits = scope.dialect.can.fit_constants
    has_it = any(each.type == type_ for each in lowered)
    if not has_it and lowered:
        lowered[0] = Typed(sql=exactly(lowered[0], type_, scope.dialect), type=type_)
        has_it = True
    return [
        each.sql if has_it and _is_taken_in(each, type_, fits) else exactly(each, type_, scope.dialect)
        for each in lowered
    ]


def _is_taken_in(typed: Typed, type_: ir.Type, fits_constants: bool) -> bool:
    """Whether the engine makes a `type_` of it where a `type_` stands beside it."""
    match typed.type, type_:
        case ir.Null(), _:
            return True
        case (ir.Integer(bits=bits), ir.Integer(bits=wider)):
            return bits <= wider or (typed.is_constant and fits_constants)
        case (ir.Integer() | ir.Decimal() | ir.Float(), ir.Float(bits=64)):
            return True
        case (ir.Decimal() as own, ir.Decimal() as wanted):
            return own.scale <= wanted.scale and own.precision - own.scale <= wanted.precision - wanted.scale
        case (ir.Date(), ir.Timestamp()):
            return True
    return typed.type == type_


def _case(expr: ir.Case, scope: Scope) -> Typed:
    values = [branch.value for branch in expr.branches]
    otherwise = None if _is_null(expr.otherwise) else expr.otherwise
    lowered = met((*values, *(() if otherwise is None else (otherwise,))), expr.type, scope)
    conditions = [_condition(lower_expression(branch.condition, scope), scope) for branch in expr.branches]
    ifs = [exp.If(this=condition, true=value) for condition, value in zip(conditions, lowered, strict=False)]
    default = lowered[-1] if otherwise is not None else None
    return Typed(sql=exp.Case(ifs=ifs, default=default), type=expr.type)


def _condition(lowered: Typed, scope: Scope) -> exp.Expression:
    return exactly(lowered, ir.BOOL, scope.dialect) if lowered.type == ir.NULL else lowered.sql


def _is_null(expr: ir.Expr | None) -> bool:
    return expr is None or (isinstance(expr, ir.Literal) and expr.value is None)


def _struct(expr: ir.MakeStruct | ir.GetMember, scope: Scope) -> Typed:
    if isinstance(expr, ir.GetMember):
        operand = exact(expr.operand, scope)
        inner = operand if isinstance(operand, exp.Column) else exp.Paren(this=operand)
        return Typed(sql=exp.Dot(this=inner, expression=exp.Identifier(this=expr.name)), type=expr.type)
    assert isinstance(expr.type, ir.Struct)
    parts = [
        exp.PropertyEQ(this=exp.Identifier(this=member.name, quoted=True), expression=exact(value, scope))
        for member, value in zip(expr.type.members, expr.values, strict=True)
    ]
    return Typed(sql=exp.Struct(expressions=parts), type=expr.type)


# Functions whose arguments and result are all of one type, as the engine has it too.
ALIKE = frozenset(["coalesce", "ifnull", "greatest", "least", "nullif"])


def _call(expr: ir.Call, scope: Scope) -> Typed:
    match expr.function:
        case "now" | "today":
            return _clock(expr.type, scope)
        case "require":
            return _required(expr, scope)
    function = lookup(expr.function)
    assert function is not None, expr.function
    types = tuple(arg.type for arg in expr.args)
    args, is_paired = through_pairs(expr.function, _arguments(expr, scope), types, scope.dialect)
    sql = lower_call(function, types, args, constants_of(expr.args), scope.dialect.name)
    return Typed(sql=out_of_pairs(expr.function, sql, scope.dialect) if is_paired else sql, type=expr.type)


def _arguments(call: ir.Call, scope: Scope) -> list[exp.Expression]:
    """Return the arguments; numbers stay bare beside an argument that is none."""
    if call.function in ALIKE:
        return met(call.args, call.type, scope)
    lowered = [lower_expression(arg, scope) for arg in call.args]
    has_value = not all(each.is_constant for each in lowered)
    return [
        each.sql if each.is_constant and has_value and each.type != ir.NULL else exactly(each, arg.type, scope.dialect)
        for each, arg in zip(lowered, call.args, strict=True)
    ]


def constants_of(args: tuple[ir.Expr, ...]) -> tuple[ir.Value, ...]:
    """Return the Python value of each argument that is a constant, None of the others."""
    return tuple(arg.value if isinstance(arg, ir.Literal) else None for arg in args)


def _clock(type_: ir.Type, scope: Scope) -> Typed:
    """`now()` is the run's own, the same wherever it stands."""
    moment: datetime.date = scope.place.clock
    if isinstance(type_, ir.Date):
        moment = scope.place.clock.date()
    return lower_literal(ir.Literal(type=type_, nullable=False, value=moment), scope.dialect)


def _required(expr: ir.Call, scope: Scope) -> Typed:
    """`require(value, message)`: the value, or the run fails with the message where it is null."""
    value, *messages = expr.args
    message = exact(messages[0], scope) if messages else text("a value is null that must not be")
    fails = cast_to(failure(message, scope.dialect), expr.type, scope.dialect)
    return Typed(sql=exp.Coalesce(this=exact(value, scope), expressions=[fails]), type=expr.type)
