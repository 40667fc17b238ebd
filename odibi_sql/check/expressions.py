"""Expressions: names found, types known, nulls followed. Queries inside are typed by `context.check_query`."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from odibi_sql import functions, ir, syntax
from odibi_sql.check import arithmetic, calls, comparisons, funcs, literals, operators, subqueries, tumbling, windows
from odibi_sql.check.casts import cast, unify_operands
from odibi_sql.check.context import Context
from odibi_sql.check.folding import as_type, fold
from odibi_sql.check.names import reference
from odibi_sql.check.nulls import case_can_be_null
from odibi_sql.check.place import DEEPEST, Operand, Place, is_unknown, unknown, with_article
from odibi_sql.check.scope import Scope
from odibi_sql.check.types import type_named
from odibi_sql.diagnostics.call_errors import MisplacedWindow, NestedAggregate, OverMissing
from odibi_sql.diagnostics.literal_errors import NestedTooDeep
from odibi_sql.diagnostics.name_errors import NotAConstant
from odibi_sql.diagnostics.reshape_errors import MisplacedWindowOfTime
from odibi_sql.diagnostics.type_errors import NoOrder, WrongOperands, WrongType
from odibi_sql.diagnostics.versions_errors import NotInThisVersion
from odibi_sql.ir.walk import every

_CONSTANTS_ONLY = Scope(columns=(), constants_only=True)


def type_expression(
    context: Context,
    scope: Scope,
    expr: syntax.Expr,
    *,
    aggregates: bool = False,
    windows: bool = False,
    allowed: tuple[str, ...] = (),
) -> ir.Expr:
    """Return `expr` typed. What is wrong is reported and comes back with the type `ir.UNKNOWN`; nothing is raised.

    `aggregates` and `windows` say which calls can stand here. Where both can (the select list of a grouped query) the
    orders of windows are made total by `split_aggregates`, which knows the keys. `allowed`: warnings that are silenced.
    """
    place = Place(context=context, scope=scope, aggregates=aggregates, windows=windows, allowed=allowed)
    return _typed(place, expr)


def condition(
    context: Context,
    scope: Scope,
    expr: syntax.Expr,
    *,
    aggregates: bool = False,
    windows: bool = False,
    allowed: tuple[str, ...] = (),
) -> ir.Expr:
    """Return `expr` typed, a bool (or `ir.UNKNOWN`): anything else is reported as `not-a-condition`."""
    place = Place(context=context, scope=scope, aggregates=aggregates, windows=windows, allowed=allowed)
    return operators.as_condition(place, _operand(place, expr))


def constant(context: Context, expr: syntax.Expr, to: ir.Type | None = None) -> ir.Literal | None:
    """Return the value of an expression of literals and parameters, as `to` where it is given; None where that was
    reported to be impossible."""
    place = Place(context=context, scope=_CONSTANTS_ONLY)
    value = _typed(place, expr)
    if is_unknown(value):
        return None
    literal = fold(value, context.clock)
    if literal is None:
        context.report(_not_a_constant(expr, value))
        return None
    if to is None or isinstance(to, ir.Unknown):
        return literal
    fitting = as_type(literal, to)
    if fitting is None:
        _report_wrong_type(context, expr, literal, to)
    return fitting


def _not_a_constant(expr: syntax.Expr, value: ir.Expr) -> NotAConstant:
    is_known = not any(
        isinstance(each, ir.Call) and (each.function == "array" or each.function not in ir.OPERATORS)
        for each in every(value)
    )
    if is_known:
        outside = f"its value is outside of what {with_article(value.type)} can be"
        return NotAConstant(span=expr.span, suggestion=outside)
    return NotAConstant(span=expr.span)


def _report_wrong_type(context: Context, expr: syntax.Expr, literal: ir.Literal, to: ir.Type) -> None:
    """Report a constant that is no value of the type that its place asks for."""
    if isinstance(literal.value, str) and isinstance(to, ir.Date | ir.Timestamp | ir.TimestampTz):
        reason = literals.read_time(literal.value, to)
        context.report(literals.bad_date(expr.span, literal.value, to, str(reason)))
        return
    actual = f"`{expr.span.text}`" if len(expr.span.text) <= 40 else with_article(literal.type)
    is_number = ir.is_numeric(literal.type) and ir.is_numeric(to)
    fits = is_number and fold(ir.Cast(type=to, nullable=False, operand=literal), context.clock) is not None
    remedy = f"`cast({expr.span.text} as {to})` makes one of it" if fits else ""
    context.report(WrongType(span=expr.span, expected=with_article(to), actual=actual, remedy=remedy))


def sort_keys(
    context: Context,
    scope: Scope,
    items: tuple[syntax.SortItem, ...],
    *,
    aggregates: bool = False,
    windows: bool = False,
    allowed: tuple[str, ...] = (),
) -> tuple[ir.SortKey, ...]:
    """Return the keys of an order, typed; those of a type without an order are reported and left out."""
    place = Place(context=context, scope=scope, aggregates=aggregates, windows=windows, allowed=allowed)
    return _sort_keys(place, items)


def _sort_keys(place: Place, items: tuple[syntax.SortItem, ...]) -> tuple[ir.SortKey, ...]:
    keys = []
    for item in items:
        value = _orderable(place, item.value, "sorted")
        if not is_unknown(value):
            keys.append(ir.SortKey(value=value, descending=item.descending, nulls_first=item.nulls == "first"))
    return tuple(keys)


def _orderable(place: Place, expr: syntax.Expr, doing: str) -> ir.Expr:
    """Return `expr` typed, of a type whose values can be compared; one of another type is reported."""
    value = _typed(place, expr)
    if ir.is_orderable(value.type):
        return value
    place.report(NoOrder(span=expr.span, type=str(value.type), doing=doing))
    return unknown()


def _operand(place: Place, expr: syntax.Expr) -> Operand:
    return Operand(_typed(place, expr), expr.span)


def _operands(place: Place, exprs: Sequence[syntax.Expr]) -> list[Operand]:
    return [_operand(place, each) for each in exprs]


def _typed(place: Place, expr: syntax.Expr) -> ir.Expr:
    """Return `expr` typed: one case for each kind of syntax node."""
    if place.depth >= DEEPEST:
        place.report(NestedTooDeep(span=expr.span, most=DEEPEST))
        return unknown()
    match expr:
        case syntax.Reference():
            return reference(place, expr)
        case syntax.Call():
            return _call(place.deeper(), expr)
        case syntax.Binary():
            return _binary(place, expr)
        case syntax.Unary():
            return _unary(place.deeper(), expr)
        case syntax.Case():
            return _case(place.deeper(), expr)
        case syntax.Cast(operand=operand, type=type_, is_try=is_try):
            to = type_named(place.context, type_)
            return cast(place, _operand(place.deeper(), operand), to, expr.span, is_try=is_try)
        case syntax.Lambda():
            instead = "functions of arrays (`array_sum`, `array_contains`, …) do without"
            place.report(
                NotInThisVersion(span=expr.span, what="a function written in place (`x -> …`)", instead=instead)
            )
            return unknown()
    return _literal(place, expr) or _condition(place.deeper(), expr) or _nested(place.deeper(), expr)


def _literal(place: Place, expr: syntax.Expr) -> ir.Expr | None:
    """Return a literal, or None where it is something else."""
    match expr:
        case syntax.Number():
            return literals.number(place, expr)
        case syntax.Text(value=value):
            return ir.Literal(type=ir.STRING, nullable=False, value=value)
        case syntax.Boolean(value=value):
            return ir.Literal(type=ir.BOOL, nullable=False, value=value)
        case syntax.Null():
            return ir.Literal(type=ir.NULL, value=None)
        case syntax.TypedLiteral():
            return literals.typed_literal(place, expr)
        case syntax.Duration():
            return literals.duration(place, expr)
    return None


def _condition(place: Place, expr: syntax.Expr) -> ir.Expr | None:
    """Return a predicate, or None where it is something else."""
    match expr:
        case syntax.Between(operand=operand, low=low, high=high, is_negated=is_negated):
            found = comparisons.between(place, _operands(place, (operand, low, high)), expr.span)
        case syntax.In(operand=operand, items=items, is_negated=is_negated):
            values = _operands(place, items)
            found = comparisons.in_items(place, _operand(place, operand), values, expr.span, is_negated=is_negated)
        case syntax.Like(operand=operand, pattern=pattern, escape=escape, is_negated=is_negated):
            written = (operand, pattern) if escape is None else (operand, pattern, escape)
            found = comparisons.like(place, "ilike" if expr.ignores_case else "like", _operands(place, written))
        case syntax.Is(operand=operand, what=what, is_negated=is_negated):
            found = _is(place, _operand(place, operand), what)
        case syntax.IsDistinct(left=left, right=right, is_negated=is_negated):
            found = comparisons.is_distinct(place, _operands(place, (left, right)), expr.span)
        case syntax.InQuery(operand=operand, query=query, is_negated=is_negated):
            found = subqueries.in_query(place, _operand(place, operand), query, expr.span)
        case _:
            return None
    return comparisons.negated(found, is_negated)


def _is(place: Place, operand: Operand, what: str) -> ir.Expr:
    value = operand.value if what == "null" else operators.as_condition(place, operand)
    return ir.Call(type=ir.BOOL, nullable=False, function=f"is {what}", args=(value,))


def _nested(place: Place, expr: syntax.Expr) -> ir.Expr:
    """Return a value made of parts, a part of one, or the value of a query."""
    match expr:
        case syntax.ListOf(items=items):
            return operators.list_of(place, _operands(place, items), expr.span)
        case syntax.StructOf(names=names, values=values):
            return operators.struct_of(place, names, [_typed(place, each) for each in values])
        case syntax.GetMember(operand=operand, name=name):
            return operators.member(place, _typed(place, operand), name.text, name.span)
        case syntax.Subscript(operand=operand, index=index):
            return operators.subscript(place, _operand(place, operand), _operand(place, index), expr.span)
        case syntax.ExistsQuery(query=query):
            return subqueries.exists(place, query)
        case syntax.ScalarQuery(query=query):
            return subqueries.scalar(place, query)
    raise TypeError(expr)


def _binary(place: Place, expr: syntax.Binary) -> ir.Expr:
    """Return a chain of operators, taken from the left without recursion: `a + b + c + …` is as deep as it is long."""
    chain = [expr]
    while isinstance(chain[-1].left, syntax.Binary):
        chain.append(chain[-1].left)
    levels = sum(each.operator not in ("and", "or") for each in chain) + 1
    if place.depth + levels > DEEPEST:
        place.report(NestedTooDeep(span=expr.span, most=DEEPEST))
        return unknown()
    inside = place.deeper(levels)
    current = _operand(inside, chain[-1].left)
    while chain:
        step = chain.pop()
        if step.operator not in ("and", "or"):
            right = _operand(inside, step.right)
            current = Operand(operators.binary(place, step.operator, current, right, step.span), step.span)
            continue
        run = [current, _operand(inside, step.right)]
        while chain and chain[-1].operator == step.operator:
            step = chain.pop()
            run.append(_operand(inside, step.right))
        current = Operand(operators.logic(place, step.operator, run), step.span)
    return current.value


def _unary(place: Place, expr: syntax.Unary) -> ir.Expr:
    if expr.operator == "-" and isinstance(expr.operand, syntax.Number):
        return literals.number(place, expr.operand, sign=-1)
    operand = _operand(place, expr.operand)
    if expr.operator == "not":
        return comparisons.negated(operators.as_condition(place, operand))
    if expr.operator == "-":
        negative = arithmetic.negate(place, operand, expr.span)
        return (isinstance(operand.value, ir.Literal) and fold(negative, place.context.clock)) or negative
    if not isinstance(operand.type, ir.Integer | ir.Float | ir.Decimal | ir.Duration | ir.Null | ir.Unknown):
        place.report(WrongOperands(span=expr.span, operator="+", types=with_article(operand.type)))
        return unknown()
    return operand.value


def _case(place: Place, expr: syntax.Case) -> ir.Expr:
    compared = None if expr.operand is None else _operand(place, expr.operand)
    conditions = []
    for when in expr.branches:
        found = _operand(place, when.condition)
        if compared is None:
            conditions.append(operators.as_condition(place, found))
        else:
            conditions.append(comparisons.comparison(place, "=", compared, found, when.condition.span))
    written = [each.value for each in expr.branches] + ([] if expr.otherwise is None else [expr.otherwise])
    values, type_ = unify_operands(place, _operands(place, written), expr.span, "the branches of the `case`")
    otherwise = values.pop() if expr.otherwise is not None else None
    branches = tuple(ir.Branch(*each) for each in zip(conditions, values, strict=True))
    nullable = case_can_be_null(branches, otherwise)
    return ir.Case(type=type_, nullable=nullable, branches=branches, otherwise=otherwise)


def _call(place: Place, call: syntax.Call) -> ir.Expr:
    function = functions.lookup(call.name.text)
    func = place.context.funcs.get(call.name.text)
    if function is None and func is not None:
        return _call_of_func(place, func, call)
    if function is None and call.name.text.lower() in tumbling.USAGE:
        return _window_of_time(place, call)
    if function is None:
        calls.report_unknown_function(place, call.name)
        _operands(replace(place, aggregates=True), [each.value for each in call.args])
        return unknown()
    if function.kind == "scalar":
        return _scalar(place, function, call)
    if call.over is not None:
        return _over(place, function, call, call.over)
    if function.kind == "window":
        place.report(OverMissing(span=call.span, name=call.name.text, signature=functions.signature(function)))
        return unknown()
    return _aggregate(place, function, call)


def _call_of_func(place: Place, func: funcs.Func, call: syntax.Call) -> ir.Expr:
    given = _arguments(place, call)
    values = None if func.is_broken else funcs.arguments(place, func, call, given)
    if values is None:
        return unknown()
    before = len(place.context.findings)
    value = _typed(funcs.inside(place, func, values), func.body)
    return funcs.in_place(place, func, value, call.span, before)


def _window_of_time(place: Place, call: syntax.Call) -> ir.Expr:
    """Return the start of the window of `tumble`; the others are keys of a `group by`."""
    name = call.name.text.lower()
    if name != "tumble":
        place.report(MisplacedWindowOfTime(span=call.span, name=name, usage=tumbling.USAGE[name]))
        return unknown()
    return tumbling.tumble(place, call, _arguments(place, call))


def _arguments(place: Place, call: syntax.Call) -> list[Operand]:
    return _operands(place, [each.value for each in call.args])


def _scalar(place: Place, function: functions.Function, call: syntax.Call) -> ir.Expr:
    given = _arguments(place, call)
    if calls.refuse_clauses(place, function, call, ()):
        return unknown()
    found = calls.fitted(place, function, call, given)
    return unknown() if found is None else calls.scalar_call(place, function, found, given, call.span)


def _aggregate(place: Place, function: functions.Function, call: syntax.Call) -> ir.Expr:
    """Return an aggregate over the rows of a group; whether there are any is known when it is split off."""
    if place.inside == "aggregate":
        place.report(NestedAggregate(span=call.span, name=call.name.text))
        return unknown()
    if not place.aggregates:
        place.report(calls.misplaced_aggregate(place, call))
        return unknown()
    inner = replace(place, inside="aggregate", aggregates=False, windows=False)
    given = _arguments(inner, call)
    where = None if call.where is None else operators.as_condition(inner, _operand(inner, call.where))
    order = _sort_keys(inner, call.order)
    if calls.refuse_clauses(place, function, call, calls.clauses_taken(function, is_window=False)):
        return unknown()
    found = calls.fitted(place, function, call, given)
    return unknown() if found is None else calls.aggregate_call(place, function, call, found, where, order)


def _over(place: Place, function: functions.Function, call: syntax.Call, over: syntax.Window) -> ir.Expr:
    """Return a call over a window."""
    if not place.windows:
        words = {"window": "inside another one", "aggregate": "inside an aggregate"}.get(place.inside, "here")
        place.report(MisplacedWindow(span=call.span, name=call.name.text, place=words))
        return unknown()
    inner = replace(place, inside="window", windows=False)
    given = _arguments(inner, call)
    where = None if call.where is None else operators.as_condition(inner, _operand(inner, call.where))
    partition = tuple(_orderable(inner, each, "compared") for each in over.partition)
    order = _sort_keys(inner, over.order)
    frame = windows.default_frame(function, order)
    if over.frame is not None:
        ends = (_offset(inner, over.frame.start), _offset(inner, over.frame.end))
        frame = windows.frame_of(place, over.frame, *ends, order)
    if calls.refuse_clauses(place, function, call, calls.clauses_taken(function, is_window=True)):
        return unknown()
    found = calls.fitted(place, function, call, given)
    if found is None:
        return unknown()
    return windows.window_call(place, function, call, found, where, partition, order, frame)


def _offset(place: Place, bound: syntax.FrameBound) -> ir.Value:
    """Return the value of a frame's offset, None where it has none or is no constant."""
    if bound.offset is None:
        return None
    literal = fold(_typed(place, bound.offset), place.context.clock)
    return None if literal is None else literal.value
