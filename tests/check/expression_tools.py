"""Expressions in the tests: written as in a pipeline, typed over one set of columns, shown on one line."""

from __future__ import annotations

import datetime

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.check.expressions import type_expression
from odibi_sql.check.scope import Scope, scope_of
from odibi_sql.diagnostics import Source, render
from odibi_sql.syntax.parse import parse

CLOCK = datetime.datetime(2025, 11, 1, 12, 30)
SCHEMA = ir.Schema(
    (
        ir.Field("i8", ir.INT8, False),
        ir.Field("i32", ir.INT32, False),
        ir.Field("i", ir.INT64, False),
        ir.Field("n", ir.INT64, True),
        ir.Field("f", ir.FLOAT64, False),
        ir.Field("f32", ir.FLOAT32, False),
        ir.Field("d", ir.Decimal(10, 2), False),
        ir.Field("e", ir.Decimal(4, 3), False),
        ir.Field("s", ir.STRING, False),
        ir.Field("t", ir.STRING, True),
        ir.Field("b", ir.BOOL, False),
        ir.Field("c", ir.BOOL, True),
        ir.Field("day", ir.DATE, False),
        ir.Field("at", ir.TIMESTAMP, False),
        ir.Field("tz", ir.TIMESTAMPTZ, False),
        ir.Field("dur", ir.DURATION, False),
        ir.Field("bin", ir.BINARY, False),
        ir.Field("xs", ir.Array(ir.INT64), False),
        ir.Field("m", ir.Map(ir.STRING, ir.FLOAT64), False),
        ir.Field(
            "p", ir.Struct((ir.Member("a", ir.INT64), ir.Member("q", ir.Struct((ir.Member("z", ir.STRING),))))), False
        ),
        ir.Field("j", ir.JSON, False),
    )
)


class NoCatalog:
    """The catalog where nothing is read."""

    def describe(self, request: ir.SourceRequest) -> ir.Described:
        raise AssertionError(request)


def no_query(context: Context, query: syntax.Query, scope: Scope) -> ir.Relation:
    raise AssertionError(query)


def new_context() -> Context:
    return Context(NoCatalog(), CLOCK, no_query)


def written(text: str) -> syntax.Expr:
    """Return the syntax of an expression."""
    tree = parse(Source("e.odibi", f"transform y from x\n  | derive r = {text}\n"))
    step = tree.statements[0]
    assert isinstance(step, syntax.Transform)
    derive = step.operators[0]
    assert isinstance(derive, syntax.Derive)
    return derive.assignments[0].value


def typed(text: str, scope: Scope | None = None, context: Context | None = None, **allow: bool) -> ir.Expr:
    """Return an expression typed, which has to be without findings."""
    context = context or new_context()
    found = type_expression(context, scope or scope_of(SCHEMA, "x"), written(text), **allow)
    assert not context.findings, "\n".join(map(render, context.findings))
    return found


def findings(text: str, scope: Scope | None = None, context: Context | None = None, **allow: bool) -> list[str]:
    """Return what is wrong with an expression: `code: message | place in the text | advice`."""
    context = context or new_context()
    found = type_expression(context, scope or scope_of(SCHEMA, "x"), written(text), **allow)
    assert isinstance(found, ir.Expr)
    for each in context.findings:
        assert render(each)
    return [f"{each.code}: {each.message} | {each.span.text} | {each.advice}" for each in context.findings if each.span]


def codes(text: str, **allow: bool) -> list[str]:
    return [each.split(":")[0] for each in findings(text, **allow)]


def show(expr: ir.Expr) -> str:
    """Return a typed expression on one line; an implicit cast is `~type(…)`."""
    match expr:
        case ir.Column(name=name):
            return name
        case ir.Outer(name=name, depth=depth):
            return f"{'^' * depth}{name}"
        case ir.Literal(value=value):
            return f"{value!r}"
        case ir.Cast(operand=operand, is_implicit=True):
            return f"~{expr.type}({show(operand)})"
        case ir.Cast(operand=operand, is_try=is_try):
            return f"{'try_' if is_try else ''}cast({show(operand)} as {expr.type})"
        case ir.Case(branches=branches, otherwise=otherwise):
            whens = " ".join(f"when {show(each.condition)} then {show(each.value)}" for each in branches)
            return f"case {whens}{'' if otherwise is None else f' else {show(otherwise)}'} end"
        case ir.GetMember(operand=operand, name=name):
            return f"{show(operand)}.{name}"
        case ir.MakeStruct(values=values):
            return f"{{{', '.join(map(show, values))}}}"
        case ir.AggregateCall(function=function, args=args) | ir.Call(function=function, args=args):
            return f"{function}({', '.join(map(show, args))}{_clauses(expr)})"
        case ir.WindowCall(function=function, args=args):
            return f"{function}({', '.join(map(show, args))}) over ({_over(expr)})"
        case ir.Exists():
            return "exists (…)"
        case ir.InQuery(operand=operand):
            return f"{show(operand)} in (…)"
        case ir.ScalarQuery():
            return "(…)"
    raise TypeError(expr)


def _clauses(expr: ir.Expr) -> str:
    if not isinstance(expr, ir.AggregateCall):
        return ""
    distinct = " distinct" if expr.is_distinct else ""
    order = f" order by {show_order(expr.order)}" if expr.order else ""
    return distinct + order + (f" where {show(expr.where)}" if expr.where is not None else "")


def _over(call: ir.WindowCall) -> str:
    parts = []
    if call.partition:
        parts.append(f"by {', '.join(map(show, call.partition))}")
    if call.order:
        parts.append(f"order {show_order(call.order)}")
    if call.frame is not None:
        parts.append(f"{call.frame.unit} {_bound(call.frame.start)}..{_bound(call.frame.end)}")
    return " ".join(parts)


def show_order(order: tuple[ir.SortKey, ...]) -> str:
    words = [
        show(key.value) + (" desc" if key.descending else "") + (" nulls first" if key.nulls_first else "")
        for key in order
    ]
    return ", ".join(words)


def _bound(bound: ir.Bound) -> str:
    if bound.offset == 0:
        return "0"
    sign = "-" if bound.side == "preceding" else "+"
    return f"{sign}{'∞' if bound.offset is None else bound.offset}"
