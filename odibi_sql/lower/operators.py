"""The operators of the language, by name."""

from __future__ import annotations

from sqlglot import exp

from odibi_sql import ir
from odibi_sql.ir.walk import every
from odibi_sql.lower import expressions
from odibi_sql.lower.arithmetic import lower_arithmetic, lower_negation
from odibi_sql.lower.fold import whole
from odibi_sql.lower.order_within import has_key, key_of
from odibi_sql.lower.scope import Scope
from odibi_sql.lower.templates import operator
from odibi_sql.lower.typed import Typed, binary, cast_to, exactly, function, number, text, within

ARITHMETIC = frozenset(["+", "-", "*", "/", "//", "%"])
COMPARISONS: dict[str, type[exp.Expression]] = {
    "=": exp.EQ,
    "<>": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
    "is distinct from": exp.NullSafeNEQ,
}
OPPOSITES: dict[str, type[exp.Expression]] = {
    "=": exp.NEQ,
    "<>": exp.EQ,
    "<": exp.GTE,
    "<=": exp.GT,
    ">": exp.LTE,
    ">=": exp.LT,
    "is distinct from": exp.NullSafeEQ,
}
EQUALITIES = frozenset(["=", "<>", "is distinct from"])
BARE = 6  # how tight an operand of a condition has to bind


def lower_operator(call: ir.Call, scope: Scope) -> Typed:
    """Return the call of an operator."""
    match call.function, call.args:
        case name, (left, right) if name in ARITHMETIC:
            sides = (_unasked(left, scope), _unasked(right, scope))
            return lower_arithmetic(name, *sides, call.type, left.type, scope.dialect)
        case name, (left, right) if name in COMPARISONS:
            return _bool(binary(COMPARISONS[name], *_compared((left, right), scope, name not in EQUALITIES)))
        case "and" | "or", (left, right):
            kind = exp.And if call.function == "and" else exp.Or
            return _bool(binary(kind, _sql(left, scope), _sql(right, scope)))
        case "not", (operand,):
            return _bool(_negated(operand, scope))
        case "negate", (operand,):
            return lower_negation(_unasked(operand, scope), call.type, scope.dialect)
        case "is null" | "is true" | "is false", (operand,):
            return _bool(_is(call.function, operand, scope, negate=False))
        case "in" | "between", _:
            return _bool(_within_set(call, scope))
        case "like" | "ilike", _:
            return _bool(_like(call, scope))
        case "||", (left, right):
            return _joined(left, right, call.type, scope)
        case "[]", (operand, index):
            return _item(operand, index, call.type, scope)
        case "array", args:
            return _array(args, call.type, scope)
    raise TypeError(call)


def _bool(sql: exp.Expression) -> Typed:
    return Typed(sql=sql, type=ir.BOOL)


def _sql(expr: ir.Expr, scope: Scope) -> exp.Expression:
    lowered = expressions.lower_expression(expr, scope)
    return exactly(lowered, ir.BOOL, scope.dialect) if lowered.type == ir.NULL else lowered.sql


def _unasked(expr: ir.Expr, scope: Scope) -> Typed:
    """Return the operand of an implicit cast that the engine does by itself, else the expression."""
    if isinstance(expr, ir.Cast) and expr.is_implicit and _meets(expr.operand.type, expr.type):
        return expressions.lower_expression(expr.operand, scope)
    return expressions.lower_expression(expr, scope)


def _meets(from_: ir.Type, to: ir.Type) -> bool:
    match from_, to:
        case (ir.Integer(), ir.Integer() | ir.Decimal() | ir.Float(bits=64)) | (ir.Date(), ir.Timestamp()):
            return True
        case (ir.Decimal(), ir.Decimal() | ir.Float(bits=64)) | (ir.Float(), ir.Float()):
            return True
    return False


def _compared(args: tuple[ir.Expr, ...], scope: Scope, is_order_asked: bool) -> list[exp.Expression]:
    """Return the sides of a comparison without the casts that the engine does by itself.

    A FLOAT beside a DECIMAL or an INTEGER is compared as a FLOAT there: such casts stay. So do constants that would
    meet as something else than what the graph says.
    """
    if has_key(args[0].type, scope.dialect, is_order_asked):
        return [key_of(expressions.exact(each, scope), each.type, scope.dialect) for each in args]
    lowered = [_unasked(each, scope) for each in args]
    types = [each.type for each in lowered]
    is_narrow = ir.FLOAT32 in types and any(
        isinstance(each, ir.Integer | ir.Decimal | ir.Float) and each != ir.FLOAT32 for each in types
    )
    if is_narrow:
        return [expressions.exact(each, scope) for each in args]
    return [_plainly(each) for each in lowered]


def _plainly(typed: Typed) -> exp.Expression:
    """Return a constant without the zeros at its end: 0 for 0.00."""
    sql: exp.Expression = typed.sql
    if typed.is_constant and isinstance(sql, exp.Literal) and "." in sql.this and "e" not in sql.this:
        return exp.Literal.number(sql.this.rstrip("0").rstrip("."))
    return sql


def _negated(operand: ir.Expr, scope: Scope) -> exp.Expression:
    match operand:
        case ir.Call(function="is null" | "is true" | "is false" as name, args=(inner,)):
            return _is(name, inner, scope, negate=True)
        case ir.Call(function=name, args=(left, right)) if name in OPPOSITES:
            return binary(OPPOSITES[name], *_compared((left, right), scope, name not in EQUALITIES))
    return exp.Not(this=within(_sql(operand, scope), 4))


def _is(name: str, operand: ir.Expr, scope: Scope, negate: bool) -> exp.Expression:
    what = exp.Null() if name == "is null" else exp.Boolean(this=name == "is true")
    lowered = expressions.lower_expression(operand, scope).sql
    return exp.Is(this=within(lowered, BARE), expression=what, negate=negate or None)


def _within_set(call: ir.Call, scope: Scope) -> exp.Expression:
    operand, *others = _compared(call.args, scope, call.function == "between")
    if call.function == "in":
        return exp.In(this=within(operand, BARE), expressions=others)
    low, high = (within(each, BARE) for each in others)
    return exp.Between(this=within(operand, BARE), low=low, high=high)


def _like(call: ir.Call, scope: Scope) -> exp.Expression:
    kind = exp.Like if call.function == "like" else exp.ILike
    operand, pattern, *escape = (within(expressions.exact(each, scope), BARE) for each in call.args)
    if "like" in scope.dialect.operators:
        pattern, escape = _escaped(call.args, pattern, scope)
    sql = kind(this=operand, expression=pattern)
    return exp.Escape(this=sql, expression=escape[0]) if escape else sql


def _escaped(
    args: tuple[ir.Expr, ...], pattern: exp.Expression, scope: Scope
) -> tuple[exp.Expression, list[exp.Expression]]:
    """Return a pattern, and what escapes in it, for an engine to which a backslash escapes without a word, and what it
    escapes has to be `%`, `_` or the escape."""
    match args:
        case (_, ir.Literal(value=str(written)), ir.Literal(value=str(escape))):
            return text(_with_backslashes(written, escape)), []
        case (_, ir.Literal(value=str(written))):
            return text(_with_backslashes(written, "")), []
        case (_, _, ir.Literal()):
            return pattern, [expressions.exact(args[2], scope)]
    return operator("like", scope.dialect, {"pattern": pattern}), []


def _with_backslashes(pattern: str, escape: str) -> str:
    """Return the pattern with a backslash before each `%`, `_` and backslash that stands for itself."""
    made, place = "", 0
    while place < len(pattern):
        is_escaped = pattern[place] == escape and place + 1 < len(pattern)
        place += is_escaped
        letter = pattern[place]
        made += f"\\{letter}" if letter == "\\" or (is_escaped and letter in "%_") else letter
        place += 1
    return made


def _joined(left: ir.Expr, right: ir.Expr, type_: ir.Type, scope: Scope) -> Typed:
    one, other = expressions.exact(left, scope), expressions.exact(right, scope)
    alone = isinstance(type_, ir.Array) and operator("array ||", scope.dialect, {"left": one, "right": other})
    if alone:
        return Typed(sql=alone, type=type_)
    if isinstance(type_, ir.Array):  # || of arrays takes a NULL for an empty one
        is_null = exp.Or(this=_null_test(one), expression=_null_test(other))
        joined = function("list_concat", one, other)
        if not left.nullable and not right.nullable:
            return Typed(sql=joined, type=type_)
        return Typed(sql=exp.Case(ifs=[exp.If(this=exp.Not(this=exp.Paren(this=is_null)), true=joined)]), type=type_)
    is_lost = any(each.nullable and _is_null_when_planned(each) for each in (left, right))
    return Typed(sql=binary(exp.DPipe, one, other), type=ir.UNKNOWN if is_lost else type_)


def _is_null_when_planned(expr: ir.Expr) -> bool:
    """Whether DuckDB could find out before it runs that it is NULL: then `||` has no type."""
    inside = list(every(expr))
    has_null = any(isinstance(part, ir.Literal) and part.value is None for part in inside)
    return has_null or not any(isinstance(part, ir.Column | ir.Outer) for part in inside)


def _null_test(sql: exp.Expression) -> exp.Expression:
    return exp.Is(this=within(sql.copy(), BARE), expression=exp.Null())


def _item(operand: ir.Expr, index: ir.Expr, type_: ir.Type, scope: Scope) -> Typed:
    """An index below 1 would count from the end."""
    base = expressions.exact(operand, scope)
    written = _item_of_its_own(base, operand, index, scope)
    if written is not None:
        return Typed(sql=written, type=type_)
    base = base if isinstance(base, exp.Column | exp.Bracket | exp.Array) else exp.Paren(this=base)
    position = expressions.lower_expression(index, scope)
    if isinstance(operand.type, ir.Map):
        key = exactly(position, index.type, scope.dialect) if not position.is_constant else position.sql
        return Typed(sql=exp.Bracket(this=base, expressions=[key], returns_list_for_maps=False), type=type_)
    if not _is_from_one(index):
        positive = exp.GT(this=within(position.sql.copy(), BARE), expression=number(0))
        position = Typed(sql=exp.Case(ifs=[exp.If(this=positive, true=position.sql)]), type=position.type)
    return Typed(sql=exp.Bracket(this=base, expressions=[position.sql], offset=1), type=type_)


def _item_of_its_own(base: exp.Expression, operand: ir.Expr, index: ir.Expr, scope: Scope) -> exp.Expression | None:
    """Return an item of an array or map as the engine has a template for it; None where it has none."""
    if isinstance(operand.type, ir.Map):
        values = {"operand": base, "index": expressions.exact(index, scope)}
        return operator("map item", scope.dialect, values)
    if _is_from_one(index):
        place = whole(expressions.lower_expression(index, scope).sql)
        if place is not None and place < 2**31:
            values = {"operand": base, "place": number(place - 1)}
            return operator("array place", scope.dialect, values)
    values = {"operand": base, "index": expressions.lower_expression(index, scope).sql}
    return operator("array item", scope.dialect, values)


def _is_from_one(index: ir.Expr) -> bool:
    while isinstance(index, ir.Cast) and index.is_implicit:
        index = index.operand
    return isinstance(index, ir.Literal) and isinstance(index.value, int) and index.value >= 0


def _array(args: tuple[ir.Expr, ...], type_: ir.Type, scope: Scope) -> Typed:
    assert isinstance(type_, ir.Array)
    if not args:
        return Typed(sql=cast_to(exp.Array(expressions=[]), type_, scope.dialect), type=type_)
    return Typed(sql=exp.Array(expressions=expressions.met(args, type_.element, scope)), type=type_)
