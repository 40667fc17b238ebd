"""Expressions of sqlglot, as the language's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from typing import Literal as OneOf

from msgspec.structs import replace
from sqlglot import exp

from odibi_sql import syntax
from odibi_sql.diagnostics import Span
from odibi_sql.sql import calls, queries
from odibi_sql.sql.reading import Reading, refuse, refuse_meaning, refuse_others
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
_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
_TRUTHS = (exp.Is, exp.NullSafeEQ, exp.NullSafeNEQ)
_NEGATED = {
    exp.Is: syntax.Is,
    exp.In: syntax.In,
    exp.Between: syntax.Between,
    exp.Like: syntax.Like,
    exp.ILike: syntax.Like,
    exp.Escape: syntax.Like,
}


def expression_of(reading: Reading, node: exp.Expr) -> syntax.Expr:
    """Return the expression. What the language cannot hold is reported, and comes back as something of no meaning."""
    convert = CONVERSIONS.get(type(node))
    if convert is not None:
        return convert(reading, node)
    if type(node) in _BINARY:
        return _binary(reading, node)
    if isinstance(node, exp.Func):
        return calls.call_of(reading, node)
    if isinstance(node, exp.Query):
        return syntax.ScalarQuery(span=reading.span(node), query=queries.query_of(reading, node))
    words = node.key.replace("_", " ")
    return refuse(reading, node, f"`{words}`")


def name_of(reading: Reading, node: Any) -> syntax.Name:
    """Return an identifier."""
    return syntax.Name(span=reading.span(node), text=node.name)


def _binary(reading: Reading, node: exp.Expr) -> syntax.Expr:
    if isinstance(node, _COMPARISONS):
        if isinstance(node.expression, exp.Any | exp.All):
            return _any_or_all(reading, node, node.expression)
        if any(_is_truth(side) for side in (node.this, node.expression)):
            return _unclear(reading, node)
    span = reading.span(node)
    left, right = expression_of(reading, node.this), expression_of(reading, node.expression)
    return syntax.Binary(span=span, operator=_BINARY[type(node)], left=left, right=right)


def _is_truth(node: exp.Expr) -> bool:
    """Whether `is …` is written here without brackets around it."""
    inner = node.this if isinstance(node, exp.Not) else node
    return isinstance(inner, _TRUTHS)


def _unclear(reading: Reading, node: exp.Expr) -> syntax.Expr:
    what = "without brackets, `is` beside a comparison is read differently by different engines"
    return refuse_meaning(reading, node, what, "write brackets around the part that comes first")


def _any_or_all(reading: Reading, node: exp.Expr, quantified: exp.Expr) -> syntax.Expr:
    """`= any (query)` is `in`, `<> all (query)` is `not in`."""
    is_in = isinstance(node, exp.EQ) and isinstance(quantified, exp.Any)
    is_not_in = isinstance(node, exp.NEQ) and isinstance(quantified, exp.All)
    inner = quantified.this
    if not (is_in or is_not_in) or not isinstance(inner, exp.Query):
        word = "any" if isinstance(quantified, exp.Any) else "all"
        instead = "write `in (select …)`, or compare with `(select min(…) …)` or `(select max(…) …)`"
        return refuse(reading, quantified, f"a comparison with `{word}`", instead)
    operand, query = expression_of(reading, node.this), queries.query_of(reading, inner)
    return syntax.InQuery(span=reading.span(node), operand=operand, query=query, is_negated=is_not_in)


def _literal(reading: Reading, node: Any) -> syntax.Expr:
    span = reading.span(node)
    if node.is_string:
        return syntax.Text(span=span, value=node.this)
    return syntax.Number(span=span, text=node.this.replace("_", ""))


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


def _not(reading: Reading, node: Any) -> syntax.Expr:
    inner = expression_of(reading, node.this)
    span = reading.span(node)
    if type(node.this) in _NEGATED or (isinstance(inner, syntax.InQuery) and isinstance(node.this, exp.In)):
        if isinstance(inner, syntax.Is | syntax.In | syntax.Between | syntax.Like | syntax.InQuery):
            return replace(inner, span=span, is_negated=not inner.is_negated)
    return syntax.Unary(span=span, operator="not", operand=inner)


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


def _between(reading: Reading, node: Any) -> syntax.Expr:
    refuse_others(reading, node, ("this", "low", "high"))
    if _is_truth(node.this):
        return _unclear(reading, node)
    operand, low, high = (expression_of(reading, each) for each in (node.this, node.args["low"], node.args["high"]))
    return syntax.Between(span=reading.span(node), operand=operand, low=low, high=high, is_negated=False)


def _in(reading: Reading, node: Any) -> syntax.Expr:
    refuse_others(reading, node, ("this", "expressions", "query"))
    span, query = reading.span(node), node.args.get("query")
    if _is_truth(node.this):
        return _unclear(reading, node)
    if isinstance(node.this, exp.Tuple):
        return refuse(reading, node.this, "several columns in one `in`", "write `exists (select … where …)`")
    operand = expression_of(reading, node.this)
    if query is not None:
        inside = queries.query_of(reading, query)
        return syntax.InQuery(span=span, operand=operand, query=inside, is_negated=False)
    items = tuple(expression_of(reading, each) for each in node.expressions)
    return syntax.In(span=span, operand=operand, items=items, is_negated=False)


def _like(reading: Reading, node: Any, escape: syntax.Expr | None = None, span: Span | None = None) -> syntax.Expr:
    if isinstance(node.expression, exp.Any | exp.All | exp.Tuple):
        return refuse(reading, node, "`like any` and `like all`", "write the patterns one by one, with `or` or `and`")
    if _is_truth(node.this):
        return _unclear(reading, node)
    return syntax.Like(
        span=span or reading.span(node),
        operand=expression_of(reading, node.this),
        pattern=expression_of(reading, node.expression),
        escape=escape,
        is_negated=bool(node.args.get("negate")),
        ignores_case=isinstance(node, exp.ILike),
    )


def _escape(reading: Reading, node: Any) -> syntax.Expr:
    if not isinstance(node.this, exp.Like | exp.ILike):
        return refuse(reading, node, "`escape` here")
    return _like(reading, node.this, expression_of(reading, node.expression), reading.span(node))


def _is(reading: Reading, node: Any) -> syntax.Expr:
    span, operand = reading.span(node), expression_of(reading, node.this)
    if isinstance(node.this, _COMPARISONS):
        return _unclear(reading, node)
    what: OneOf["null", "true", "false"]
    match node.expression:
        case exp.Null():
            what = "null"
        case exp.Boolean(this=value):
            what = "true" if value else "false"
        case _:
            return refuse(reading, node, f"`is {node.expression.sql().lower()}`")
    return syntax.Is(span=span, operand=operand, what=what, is_negated=False)


def _is_distinct(is_negated: bool) -> Callable[[Reading, Any], syntax.Expr]:
    def convert(reading: Reading, node: Any) -> syntax.Expr:
        sides = (node.this, node.expression)
        if any(isinstance(side, (*_COMPARISONS, exp.In, exp.Between, exp.Like, exp.ILike)) for side in sides):
            return _unclear(reading, node)
        left, right = expression_of(reading, node.this), expression_of(reading, node.expression)
        return syntax.IsDistinct(span=reading.span(node), left=left, right=right, is_negated=is_negated)

    return convert


def _exists(reading: Reading, node: Any) -> syntax.Expr:
    if not isinstance(node.this, exp.Query):
        return refuse(reading, node, "`exists` of an array")
    return syntax.ExistsQuery(span=reading.span(node), query=queries.query_of(reading, node.this))


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
    if not is_try and isinstance(node.this, exp.Literal) and node.this.is_string:
        if reading.places.word_before(node.this) in {"DATE", "TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMP_NTZ"}:
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
    exp.Not: _not,
    exp.Div: _divide,
    exp.IntDiv: _whole_divide,
    exp.Between: _between,
    exp.In: _in,
    exp.Like: _like,
    exp.ILike: _like,
    exp.Escape: _escape,
    exp.Is: _is,
    exp.NullSafeEQ: _is_distinct(True),
    exp.NullSafeNEQ: _is_distinct(False),
    exp.Exists: _exists,
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
    exp.AtTimeZone: _refused("`at time zone`", "write `cast(… as timestamptz)`, which takes a timestamp as UTC"),
    exp.Alias: _refused("`as` inside of an expression", "leave it out"),
    exp.Unnest: _refused("`unnest`", "write `explode` in a transform"),
    exp.SimilarTo: _refused("`similar to`", "write `regexp_matches(text, pattern)`"),
    exp.Glob: _refused("`glob`", "write `like` or `regexp_matches(text, pattern)`"),
    exp.PositionalColumn: _refused("a column by number", "write its name"),
    exp.Map: _refused("`map` of two lists in brackets", "write `map(keys, values)` as a call"),
    exp.ToMap: _refused("a map literal", "write `map([keys], [values])`"),
}
