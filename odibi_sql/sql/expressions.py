"""Expressions of sqlglot, as the language's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from msgspec.structs import replace
from sqlglot import exp

from odibi_sql import syntax
from odibi_sql.diagnostics import Span
from odibi_sql.sql import calls, predicates, queries
from odibi_sql.sql.reading import Reading, refuse, refuse_meaning, refuse_others, wrong_syntax
from odibi_sql.sql.types import type_of

_BINARY: dict[type[exp.Expr], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Mod: "%",
    exp.DPipe: "||",
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.And: "and",
    exp.Or: "or",
}


_NUMBER = re.compile(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def expression_of(reading: Reading, node: exp.Expr | None) -> syntax.Expr:
    """Return the expression. What the language cannot hold is reported, and comes back as something of no meaning."""
    if node is None:
        return wrong_syntax(reading, None, "an argument is missing")
    convert = CONVERSIONS.get(type(node))
    if convert is not None:
        return convert(reading, node)
    if type(node) in _BINARY:
        return _binary(reading, node)
    if isinstance(node, exp.Func):
        return calls.call_of(reading, node)
    if isinstance(node, exp.Query | exp.Values):
        return syntax.ScalarQuery(span=reading.span(node), query=queries.query_of(reading, node))
    words = node.key.replace("_", " ")
    return refuse(reading, node, f"`{words}`")


def name_of(reading: Reading, node: Any) -> syntax.Name:
    """Return an identifier."""
    return syntax.Name(span=reading.span(node), text=node.name)


def _binary(reading: Reading, node: exp.Expr) -> syntax.Expr:
    """A chain `a + b + c + …` is as deep as it is long, so it is gone through without recursion."""
    chain = [node]
    while type(chain[-1].this) in _BINARY:
        chain.append(chain[-1].this)
    current = expression_of(reading, chain[-1].this)
    for each in reversed(chain):
        current = _pair(reading, each, current)
    return current


def _pair(reading: Reading, node: exp.Expr, left: syntax.Expr) -> syntax.Expr:
    if isinstance(node, predicates.COMPARISONS):
        if isinstance(node.expression, exp.Any | exp.All):
            return predicates.any_or_all(reading, node, node.expression, left)
        if any(predicates.is_truth(side) for side in (node.this, node.expression)):
            return predicates.unclear(reading, node)
    span, operator = reading.span(node), _BINARY[type(node)]
    right = expression_of(reading, node.expression)
    if isinstance(left, syntax.Number) and isinstance(right, syntax.Number):
        exact = _exact(operator, left, right, span)
        if exact is not None:
            return exact
    return syntax.Binary(span=span, operator=operator, left=left, right=right)


def _exact(operator: str, left: syntax.Number, right: syntax.Number, span: Span) -> syntax.Number | None:
    """Return `0.06 + 0.01` computed: in SQL it is 0.07, exactly, which no sum of float64 is."""
    if operator not in ("+", "-", "*") or not all(_is_pointed(each.text) for each in (left, right)):
        return None
    one, other = Decimal(left.text), Decimal(right.text)
    value = one + other if operator == "+" else one - other if operator == "-" else one * other
    return None if value < 0 else syntax.Number(span=span, text=f"{value:f}")


def _is_pointed(text: str) -> bool:
    return "." in text and text.replace(".", "", 1).isdigit() and len(text) < 20


def _literal(reading: Reading, node: Any) -> syntax.Expr:
    span = reading.span(node)
    if node.is_string:
        return syntax.Text(span=span, value=node.this)
    text = node.this.replace("_", "")
    if _NUMBER.fullmatch(text) is None:
        return wrong_syntax(reading, node, "this is no number")
    return syntax.Number(span=span, text=text)


def _text(reading: Reading, node: Any) -> syntax.Expr:
    return syntax.Text(span=reading.span(node), value=node.name)


def _boolean(reading: Reading, node: Any) -> syntax.Expr:
    return syntax.Boolean(span=reading.span(node), value=bool(node.this))


def _null(reading: Reading, node: Any) -> syntax.Expr:
    return syntax.Null(span=reading.span(node))


def _paren(reading: Reading, node: Any) -> syntax.Expr:
    return expression_of(reading, node.this)


def _column(reading: Reading, node: Any) -> syntax.Expr:
    if isinstance(node.this, exp.Star):
        return refuse(reading, node, "`*` inside of an expression", "name the columns")
    refuse_others(reading, node, ("this", "table", "db", "catalog", "shadow"))
    parts = tuple(name_of(reading, part) for part in node.parts)
    return syntax.Reference(span=reading.span(node), parts=parts)


def _identifier(reading: Reading, node: Any) -> syntax.Expr:
    return syntax.Reference(span=reading.span(node), parts=(name_of(reading, node),))


def _dot(reading: Reading, node: Any) -> syntax.Expr:
    if not isinstance(node.expression, exp.Identifier):
        instead = "write the function around its first argument: `f(x)`"
        return refuse(reading, node, "a function called behind a point", instead)
    operand = expression_of(reading, node.this)
    return syntax.GetMember(span=reading.span(node), operand=operand, name=name_of(reading, node.expression))


def _unary(operator: str) -> Callable[[Reading, Any], syntax.Expr]:
    def convert(reading: Reading, node: Any) -> syntax.Expr:
        return syntax.Unary(span=reading.span(node), operator=operator, operand=expression_of(reading, node.this))

    return convert


def _divide(reading: Reading, node: Any) -> syntax.Expr:
    span = reading.span(node)
    if node.args.get("typed") and not any(_is_fractional(each) for each in (node.this, node.expression)):
        what = f"`/` of whole numbers gives a whole number in {reading.dialect}, and a fraction in the language"
        instead = "write `cast(… as double precision) / …` for the fraction, `div(…)` or `//` for the whole number"
        return refuse_meaning(reading, node, what, instead)
    left, right = expression_of(reading, node.this), expression_of(reading, node.expression)
    return syntax.Binary(span=span, operator="/", left=left, right=right)


def _is_fractional(node: exp.Expr) -> bool:
    """Whether it is plain to see that this is no whole number."""
    if isinstance(node, exp.Paren | exp.Neg):
        return _is_fractional(node.this)
    if isinstance(node, exp.Add | exp.Sub | exp.Mul | exp.Div):
        return _is_fractional(node.this) or _is_fractional(node.expression)
    if isinstance(node, exp.Cast):
        return bool(node.to.is_type("float", "double", "decimal"))
    return isinstance(node, exp.Avg) or (isinstance(node, exp.Literal) and not node.is_string and not node.is_int)


def _whole_divide(reading: Reading, node: Any) -> syntax.Expr:
    """Whole division cuts off towards zero in every dialect, where the language's `//` rounds down: the rest is taken
    off first, so that nothing is left to round."""
    span = reading.span(node)
    left, right = expression_of(reading, node.this), expression_of(reading, node.expression)
    rest = syntax.Binary(span=span, operator="%", left=left, right=right)
    if not _is_positive(node.this) or not _is_positive(node.expression):
        left = syntax.Binary(span=span, operator="-", left=left, right=rest)
    return syntax.Binary(span=span, operator="//", left=left, right=right)


def _is_positive(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string


def _case(reading: Reading, node: Any) -> syntax.Expr:
    operand, default = node.args.get("this"), node.args.get("default")
    return syntax.Case(
        span=reading.span(node),
        operand=None if operand is None else expression_of(reading, operand),
        branches=tuple(_when(reading, each) for each in node.args["ifs"]),
        otherwise=None if default is None else expression_of(reading, default),
    )


def _when(reading: Reading, node: Any) -> syntax.When:
    condition, value = expression_of(reading, node.this), expression_of(reading, node.args["true"])
    return syntax.When(span=reading.span(node), condition=condition, value=value)


def _if(reading: Reading, node: Any) -> syntax.Expr:
    default = node.args.get("false")
    otherwise = None if default is None else expression_of(reading, default)
    return syntax.Case(span=reading.span(node), operand=None, branches=(_when(reading, node),), otherwise=otherwise)


def _cast(reading: Reading, node: Any) -> syntax.Expr:
    refuse_others(reading, node, ("this", "to", "safe", "requires_string"))
    span, kind = reading.span(node), type_of(reading, node.args["to"], node)
    is_try = isinstance(node, exp.TryCast)
    is_text = isinstance(node.this, exp.Literal) and node.this.is_string
    if is_text and reading.places.word_before(node.this) in {"DATE", "TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMP_NTZ"}:
        return syntax.TypedLiteral(span=span, kind=kind.name, text=node.this.this)
    return syntax.Cast(span=span, operand=expression_of(reading, node.this), type=kind, is_try=is_try)


def _interval(reading: Reading, node: Any) -> syntax.Expr:
    amount, unit = node.this, node.args.get("unit")
    if not isinstance(amount, exp.Literal):
        instead = "write a number, as `interval 3 day`, and multiply it: `x * interval 1 day`"
        return refuse(reading, node, "an interval of an expression", instead)
    words = f"{amount.name} {unit.name if unit is not None else ''}".split()
    if len(words) != 2 or not _is_number(words[0]):
        instead = "write one number and one unit, and add them up: `interval 1 day + interval 2 hour`"
        return refuse(reading, node, f"the interval `{' '.join(words)}`", instead)
    return syntax.Duration(span=reading.span(node), amount=words[0], unit=words[1].lower().removesuffix("s"))


def _is_number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdigit()


def _list(reading: Reading, node: Any) -> syntax.Expr:
    if any(isinstance(each, exp.Query) for each in node.expressions):
        return refuse(reading, node, "an array of a query", "write `(select list(x) from …)`")
    items = tuple(expression_of(reading, each) for each in node.expressions)
    return syntax.ListOf(span=reading.span(node), items=items)


def _struct(reading: Reading, node: Any) -> syntax.Expr:
    for each in node.expressions:
        if not isinstance(each, exp.PropertyEQ | exp.Alias):
            return refuse(reading, node, "a struct without names", "write `{'name': value}`")
    names = tuple(syntax.Name(span=reading.span(each), text=_member(each)) for each in node.expressions)
    values = tuple(expression_of(reading, _member_value(each)) for each in node.expressions)
    return syntax.StructOf(span=reading.span(node), names=names, values=values)


def _member(node: Any) -> str:
    return str(node.alias if isinstance(node, exp.Alias) else node.this.name)


def _member_value(node: Any) -> exp.Expr:
    value = node.this if isinstance(node, exp.Alias) else node.expression
    assert isinstance(value, exp.Expr)
    return value


def _bracket(reading: Reading, node: Any) -> syntax.Expr:
    refuse_others(reading, node, ("this", "expressions", "offset", "safe"))
    index = node.expressions[0] if len(node.expressions) == 1 else None
    if index is None or isinstance(index, exp.Slice):
        return refuse(reading, node, "a slice", "write `list_slice(list, first, last)`")
    operand, found = expression_of(reading, node.this), expression_of(reading, index)
    if reading.first_index == 0 and not isinstance(found, syntax.Text):
        if not isinstance(found, syntax.Number):
            what = f"arrays count from 0 in {reading.dialect} and from 1 in the language, and maps by their keys"
            return refuse_meaning(reading, node, what, "write the subscript as a number")
        found = replace(found, text=str(int(found.text) + 1))
    return syntax.Subscript(span=reading.span(node), operand=operand, index=found)


def _lambda(reading: Reading, node: Any) -> syntax.Expr:
    parameters = tuple(name_of(reading, each) for each in node.expressions)
    return syntax.Lambda(span=reading.span(node), parameters=parameters, body=expression_of(reading, node.this))


def _refused(what: str, instead: str = "") -> Callable[[Reading, Any], syntax.Expr]:
    return lambda reading, node: refuse(reading, node, what, instead)


_PARAMETER = _refused("a placeholder", "write the parameter's name: `param day …` is `day` here")
_JSON = _refused("the arrow of JSON", "write `json_extract_string(value, path)` or its like")

CONVERSIONS: dict[type[exp.Expr], Callable[[Reading, Any], syntax.Expr]] = {
    exp.Literal: _literal,
    exp.RawString: _text,
    exp.National: _text,
    exp.Boolean: _boolean,
    exp.Null: _null,
    exp.Paren: _paren,
    exp.Column: _column,
    exp.Identifier: _identifier,
    exp.Dot: _dot,
    exp.Neg: _unary("-"),
    exp.Not: predicates.negation,
    exp.Div: _divide,
    exp.IntDiv: _whole_divide,
    exp.Between: predicates.between,
    exp.In: predicates.in_items,
    exp.Like: predicates.like,
    exp.ILike: predicates.like,
    exp.Escape: predicates.escape_of,
    exp.Is: predicates.is_what,
    exp.NullSafeEQ: predicates.is_distinct(True),
    exp.NullSafeNEQ: predicates.is_distinct(False),
    exp.Exists: predicates.exists,
    exp.Case: _case,
    exp.If: _if,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.Interval: _interval,
    exp.Array: _list,
    exp.List: _list,
    exp.Struct: _struct,
    exp.Bracket: _bracket,
    exp.Lambda: _lambda,
    exp.Window: lambda reading, node: calls.window_of(reading, node),
    exp.Filter: lambda reading, node: calls.call_of(reading, node),
    exp.IgnoreNulls: lambda reading, node: calls.call_of(reading, node),
    exp.RespectNulls: lambda reading, node: calls.call_of(reading, node),
    exp.WithinGroup: lambda reading, node: calls.call_of(reading, node),
    exp.AtTimeZone: lambda reading, node: calls.call_of(reading, node),
    exp.Star: _refused("`*` inside of an expression", "name the columns"),
    exp.Placeholder: _PARAMETER,
    exp.Parameter: _PARAMETER,
    exp.SessionParameter: _PARAMETER,
    exp.JSONExtract: _JSON,
    exp.JSONExtractScalar: _JSON,
    exp.Tuple: _refused("a row of several values", "compare the values one by one"),
    exp.Any: _refused("`any` here", "write `in (select …)`"),
    exp.All: _refused("`all` here", "write `not in (select …)`"),
    exp.Collate: _refused("`collate`", "text is compared by code point"),
    exp.Alias: _refused("`as` inside of an expression", "leave it out"),
    exp.Unnest: _refused("`unnest` among the columns", "write `from …, unnest(…) as t(column)`"),
    exp.SimilarTo: _refused("`similar to`", "write `regexp_matches(text, pattern)`"),
    exp.Glob: _refused("`glob`", "write `like` or `regexp_matches(text, pattern)`"),
    exp.PositionalColumn: _refused("a column by number", "write its name"),
    exp.Map: _refused("`map` of two lists in brackets", "write `map(keys, values)` as a call"),
    exp.ToMap: _refused("a map literal", "write `map([keys], [values])`"),
}
