"""Conditions: `in`, `between`, `like`, `is …`, `exists`, and what stands around them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from typing import Literal as OneOf

from msgspec.structs import replace
from sqlglot import exp

from odibi_sql import syntax
from odibi_sql.diagnostics import Span
from odibi_sql.sql import expressions, queries
from odibi_sql.sql.reading import Reading, refuse, refuse_meaning, refuse_others, wrong_syntax

COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
_TRUTHS = (exp.Is, exp.NullSafeEQ, exp.NullSafeNEQ)


def is_truth(node: exp.Expr) -> bool:
    """Whether `is …` is written here without brackets around it."""
    inner = node.this if isinstance(node, exp.Not) else node
    return isinstance(inner, _TRUTHS)


def unclear(reading: Reading, node: exp.Expr) -> syntax.Expr:
    what = "without brackets, `is` beside a comparison is read differently by different engines"
    return refuse_meaning(reading, node, what, "write brackets around the part that comes first")


def any_or_all(reading: Reading, node: exp.Expr, quantified: exp.Expr, operand: syntax.Expr) -> syntax.Expr:
    """`= any (query)` is `in`, `<> all (query)` is `not in`."""
    is_in = isinstance(node, exp.EQ) and isinstance(quantified, exp.Any)
    is_not_in = isinstance(node, exp.NEQ) and isinstance(quantified, exp.All)
    inner = quantified.this
    if not (is_in or is_not_in) or not isinstance(inner, exp.Query):
        word = "any" if isinstance(quantified, exp.Any) else "all"
        instead = "write `in (select …)`, or compare with `(select min(…) …)` or `(select max(…) …)`"
        return refuse(reading, quantified, f"a comparison with `{word}`", instead)
    query = queries.query_of(reading, inner)
    return syntax.InQuery(span=reading.span(node), operand=operand, query=query, is_negated=is_not_in)


def negation(reading: Reading, node: Any) -> syntax.Expr:
    inner = expressions.expression_of(reading, node.this)
    span = reading.span(node)
    is_bare = isinstance(node.this, exp.Is | exp.In | exp.Between | exp.Like | exp.ILike | exp.Escape)
    if is_bare and isinstance(inner, syntax.Is | syntax.In | syntax.Between | syntax.Like | syntax.InQuery):
        return replace(inner, span=span, is_negated=not inner.is_negated)
    return syntax.Unary(span=span, operator="not", operand=inner)


def between(reading: Reading, node: Any) -> syntax.Expr:
    refuse_others(reading, node, ("this", "low", "high"))
    if is_truth(node.this):
        return unclear(reading, node)
    operand, low, high = (
        expressions.expression_of(reading, each) for each in (node.this, node.args["low"], node.args["high"])
    )
    return syntax.Between(span=reading.span(node), operand=operand, low=low, high=high, is_negated=False)


def in_items(reading: Reading, node: Any) -> syntax.Expr:
    refuse_others(reading, node, ("this", "expressions", "query"))
    span, query = reading.span(node), node.args.get("query")
    if is_truth(node.this):
        return unclear(reading, node)
    if isinstance(node.this, exp.Tuple):
        return refuse(reading, node.this, "several columns in one `in`", "write `exists (select … where …)`")
    operand = expressions.expression_of(reading, node.this)
    if query is not None:
        inside = queries.query_of(reading, query)
        return syntax.InQuery(span=span, operand=operand, query=inside, is_negated=False)
    items = tuple(expressions.expression_of(reading, each) for each in node.expressions)
    if not items:
        return wrong_syntax(reading, node, "a value is missing between the brackets")
    return syntax.In(span=span, operand=operand, items=items, is_negated=False)


def like(reading: Reading, node: Any, escape: syntax.Expr | None = None, span: Span | None = None) -> syntax.Expr:
    if isinstance(node.expression, exp.Any | exp.All | exp.Tuple):
        return refuse(reading, node, "`like any` and `like all`", "write the patterns one by one, with `or` or `and`")
    if is_truth(node.this):
        return unclear(reading, node)
    return syntax.Like(
        span=span or reading.span(node),
        operand=expressions.expression_of(reading, node.this),
        pattern=expressions.expression_of(reading, node.expression),
        escape=escape,
        is_negated=bool(node.args.get("negate")),
        ignores_case=isinstance(node, exp.ILike),
    )


def escape_of(reading: Reading, node: Any) -> syntax.Expr:
    if not isinstance(node.this, exp.Like | exp.ILike):
        return refuse(reading, node, "`escape` here")
    return like(reading, node.this, expressions.expression_of(reading, node.expression), reading.span(node))


def is_what(reading: Reading, node: Any) -> syntax.Expr:
    span, operand = reading.span(node), expressions.expression_of(reading, node.this)
    if isinstance(node.this, COMPARISONS):
        return unclear(reading, node)
    what: OneOf["null", "true", "false"]
    match node.expression:
        case exp.Null():
            what = "null"
        case exp.Boolean(this=value):
            what = "true" if value else "false"
        case _:
            return refuse(reading, node, f"`is {node.expression.sql().lower()}`")
    return syntax.Is(span=span, operand=operand, what=what, is_negated=False)


def is_distinct(is_negated: bool) -> Callable[[Reading, Any], syntax.Expr]:
    def convert(reading: Reading, node: Any) -> syntax.Expr:
        sides = (node.this, node.expression)
        if any(isinstance(side, (*COMPARISONS, exp.In, exp.Between, exp.Like, exp.ILike)) for side in sides):
            return unclear(reading, node)
        left, right = expressions.expression_of(reading, node.this), expressions.expression_of(reading, node.expression)
        return syntax.IsDistinct(span=reading.span(node), left=left, right=right, is_negated=is_negated)

    return convert


def exists(reading: Reading, node: Any) -> syntax.Expr:
    if not isinstance(node.this, exp.Query | exp.Values):
        return refuse(reading, node, "`exists` of an array")
    return syntax.ExistsQuery(span=reading.span(node), query=queries.query_of(reading, node.this))
