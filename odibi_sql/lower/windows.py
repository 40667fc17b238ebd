"""Aggregate and window calls: what the function gives, with DISTINCT, ORDER BY, FILTER and OVER around it."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from odibi_sql import ir
from odibi_sql.functions import lookup
from odibi_sql.lower import expressions
from odibi_sql.lower.calls import Around, lower_call
from odibi_sql.lower.dialect import Dialect
from odibi_sql.lower.order_within import has_key, key_of, out_of_pairs, through_pairs
from odibi_sql.lower.scope import Scope
from odibi_sql.lower.shapes import (
    is_collected,
    outside_null,
    sorted_by_keys,
    with_distinct,
    with_filter,
    with_keys,
    with_order,
)
from odibi_sql.lower.typed import Typed


def lower_aggregate(call: ir.AggregateCall, scope: Scope) -> Typed:
    """Return the call of an aggregate function."""
    order, where, can = _telling(call.order, scope), _where(call, scope), scope.dialect.can

    def around(bare: Any) -> Any:
        keys = [key.copy() for key in order]
        is_sorted = bool(keys) and not can.order_in_aggregates and is_collected(bare)
        arranged = with_keys(bare, keys) if is_sorted else bare
        arranged = with_distinct(arranged) if call.is_distinct else arranged
        if keys and can.order_in_aggregates:
            arranged = with_order(arranged, keys)
        arranged = with_filter(arranged, where)
        return sorted_by_keys(arranged, keys) if is_sorted else arranged

    return Typed(sql=_call(call, scope, around, "ordered" if order else "sql"), type=call.type)


def lower_window(call: ir.WindowCall, scope: Scope) -> Typed:
    """Return the call of a function OVER (…)."""
    where, can = _where(call, scope), scope.dialect.can
    partition = [told_apart(expressions.lower_expression(part, scope).sql, part.type, scope) for part in call.partition]
    order = _telling(call.order, scope) or unordered(call.function, scope.dialect)

    def around(bare: Any) -> Any:
        arranged = with_distinct(bare) if call.is_distinct and can.distinct_in_windows else bare
        if call.ignore_nulls:
            arranged = exp.IgnoreNulls(this=arranged)
        arranged = with_filter(arranged, where) if can.filter_in_windows else outside_null(arranged, where)
        return exp.Window(
            this=arranged,
            partition_by=[part.copy() for part in partition],
            order=exp.Order(expressions=[key.copy() for key in order]) if order else None,
            spec=None if call.frame is None else _frame(call.frame, bool(order)),
        )

    return Typed(sql=_call(call, scope, around, _window_shape(call)), type=call.type)


def _window_shape(call: ir.WindowCall) -> str:
    if call.is_distinct or call.function == "count_distinct":
        return "different"
    return "sql" if call.where is None else "filtered"


def unordered(name: str, dialect: Dialect) -> list[exp.Expression]:
    """Return an order that orders nothing, for a function of rows in an order where the engine asks for one."""
    function = lookup(name)
    is_free = dialect.can.number_unordered or function is None or function.kind != "window"
    return [] if is_free else [exp.Ordered(this=exp.Null(), nulls_first=True)]


def _telling(keys: tuple[ir.SortKey, ...], scope: Scope) -> list[exp.Expression]:
    """Return the keys of an ORDER BY without constants: they order nothing, and an engine refuses them."""
    return [key for key in (ordered(each, scope) for each in keys) if not is_constant(key.this)]


def is_constant(sql: exp.Expression) -> bool:
    """Whether it is a constant, of which a clause could take a number for a position."""
    return not any(isinstance(node, exp.Column | exp.Func) and not isinstance(node, exp.Cast) for node in sql.walk())


def ordered(key: ir.SortKey, scope: Scope) -> exp.Expression:
    """Return one key of an ORDER BY. NULL is last without a word; the printer of another dialect writes it out."""
    lowered = expressions.lower_expression(key.value, scope)
    value = key_of(lowered.sql, key.value.type, scope.dialect)
    return exp.Ordered(this=value, desc=key.descending or None, nulls_first=key.nulls_first)


def told_apart(sql: Any, type_: ir.Type, scope: Scope) -> Any:
    """Return a value as it is told from others, in PARTITION BY."""
    return key_of(sql, type_, scope.dialect) if has_key(type_, scope.dialect, is_order_asked=False) else sql


def _call(call: ir.AggregateCall | ir.WindowCall, scope: Scope, around: Around, shape: str) -> Any:
    function = lookup(call.function)
    assert function is not None, call.function
    exact = tuple(expressions.exact(arg, scope) for arg in call.args)
    types = tuple(arg.type for arg in call.args)
    args, is_paired = through_pairs(call.function, exact, types, scope.dialect)
    constants = expressions.constants_of(call.args)
    sql = lower_call(function, types, args, constants, scope.dialect.name, around, shape)
    return out_of_pairs(call.function, sql, scope.dialect) if is_paired else sql


def _where(call: ir.AggregateCall | ir.WindowCall, scope: Scope) -> Any:
    return None if call.where is None else expressions.lower_expression(call.where, scope).sql


def _frame(frame: ir.Frame, is_ordered: bool) -> exp.Expression | None:
    """Return the frame; None where it is the whole partition in any order."""
    if not is_ordered and frame.start.offset is None and frame.end.offset is None:
        return None
    start, start_side = _bound(frame.start)
    end, end_side = _bound(frame.end)
    return exp.WindowSpec(kind=frame.unit.upper(), start=start, start_side=start_side, end=end, end_side=end_side)


def _bound(bound: ir.Bound) -> tuple[object, str | None]:
    if bound.offset is None:
        return "UNBOUNDED", bound.side.upper()
    if bound.offset == 0:
        return "CURRENT ROW", None
    return exp.Literal.number(bound.offset), bound.side.upper()
