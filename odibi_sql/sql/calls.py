"""Calls of functions, over windows and not."""

from __future__ import annotations

from typing import Any
from typing import Literal as OneOf

import msgspec
from msgspec.structs import replace
from sqlglot import exp

from odibi_sql import functions, syntax
from odibi_sql.sql import expressions, translate
from odibi_sql.sql.functions import CLASSES, PARTS_OF_DATES
from odibi_sql.sql.reading import Reading, refuse, refuse_meaning, refuse_others


class _Arguments(msgspec.Struct, frozen=True):
    """The arguments of a call, and what is written among them."""

    values: tuple[exp.Expr, ...]
    is_distinct: bool = False
    order: tuple[exp.Expr, ...] = ()
    ignore_nulls: bool = False


def call_of(reading: Reading, node: Any) -> syntax.Expr:
    """Return a call with its `filter (where …)`, `ignore nulls` and `within group`."""
    match node:
        case exp.Filter():
            return _with(reading, node, where=expressions.expression_of(reading, node.expression.this))
        case exp.IgnoreNulls():
            return _with(reading, node, ignore_nulls=True)
        case exp.RespectNulls():
            return call_of(reading, node.this)
        case exp.WithinGroup():
            return _within_group(reading, node)
        case exp.Anonymous():
            return translate.call_by_name(reading, node)
    special = translate.SPECIAL.get(type(node))
    if special is not None:
        return special(reading, node)
    if type(node) in CLASSES:
        name, *order = CLASSES[type(node)]
        refuse_others(reading, node, (*order, *_flags(node)))
        return call(reading, node, name, written(node, order))
    return _unknown(reading, node)


def _unknown(reading: Reading, node: Any) -> syntax.Expr:
    written = node.sql_name().lower()
    if reading.dialect == "duckdb":
        return refuse(reading, node, f"`{written}`")
    what = f"what `{written}` of {reading.dialect} is in the language is not known"
    return refuse_meaning(
        reading, node, what, "write the step in DuckDB's SQL, without `dialect`, with a known function"
    )


def _flags(node: exp.Expr) -> list[str]:
    """Return the arguments that say which variant of a function sqlglot has read, and hold no expression."""
    return [name for name, value in node.args.items() if value is True or isinstance(value, str)]


def written(node: exp.Expr, order: list[str]) -> list[exp.Expr]:
    """Return the arguments of these names, in this order, as far as they are written."""
    found: list[exp.Expr] = []
    for name in order:
        value = node.args.get(name)
        found += value if isinstance(value, list) else [value] if isinstance(value, exp.Expr) else []
    return [_taken(node, each) for each in found]


def _taken(node: exp.Expr, argument: exp.Expr) -> exp.Expr:
    is_cast = isinstance(argument, exp.TsOrDsToDate) and not argument.args.get("format")
    return argument.this if is_cast and isinstance(node, PARTS_OF_DATES) else argument


def call(reading: Reading, node: exp.Expr, name: str, values: list[exp.Expr], *first: syntax.Expr) -> syntax.Call:
    """Return a call of the language's function `name`, with `first` before the values."""
    given = _unwrapped(reading, values)
    span = reading.span(node)
    args = (*first, *(expressions.expression_of(reading, each) for each in given.values))
    return syntax.Call(
        span=span,
        name=syntax.Name(span=reading.places.name_of_call(node), text=name),
        args=tuple(syntax.Argument(span=each.span, value=each) for each in args),
        is_distinct=given.is_distinct,
        order=order_of(reading, given.order),
        ignore_nulls=given.ignore_nulls,
    )


def _unwrapped(reading: Reading, values: list[exp.Expr]) -> _Arguments:
    """Take apart what stands around arguments: `distinct`, `order by`, `ignore nulls`; `*` is no argument."""
    given = _Arguments(())
    for value in values:
        inner: Any = value
        while isinstance(inner, exp.Order | exp.IgnoreNulls | exp.RespectNulls):
            if isinstance(inner, exp.Order):
                given = replace(given, order=tuple(inner.expressions))
            given = replace(given, ignore_nulls=given.ignore_nulls or isinstance(inner, exp.IgnoreNulls))
            inner = inner.this
        if isinstance(inner, exp.Distinct):
            refuse_others(reading, inner, ("expressions",))
            inside = _unwrapped(reading, inner.expressions)
            given = replace(given, values=(*given.values, *inside.values), is_distinct=True)
            given = replace(given, order=given.order or inside.order)
        elif isinstance(inner, exp.Limit | exp.HavingMax):
            refuse(reading, inner, "`limit` or `having` inside of a call")
        elif not isinstance(inner, exp.Star):
            given = replace(given, values=(*given.values, inner))
    return given


def order_of(reading: Reading, items: Any) -> tuple[syntax.SortItem, ...]:
    """Return the keys of an order, with the place of nulls that the dialect means."""
    found = []
    for each in items:
        refuse_others(reading, each, ("this", "desc", "nulls_first"))
        value = expressions.expression_of(reading, each.this)
        nulls: OneOf["first"] | None = "first" if each.args.get("nulls_first") else None
        is_descending = bool(each.args.get("desc"))
        found.append(syntax.SortItem(span=reading.span(each), value=value, descending=is_descending, nulls=nulls))
    return tuple(found)


def _with(reading: Reading, node: Any, **clauses: Any) -> syntax.Expr:
    inner = expressions.expression_of(reading, node.this)
    if isinstance(inner, syntax.Call):
        return replace(inner, span=reading.span(node), **clauses)
    return refuse(reading, node, "a clause of an aggregate here")


def _within_group(reading: Reading, node: Any) -> syntax.Expr:
    """`percentile_cont(0.5) within group (order by x)` is `percentile(x, 0.5)`; of others it orders the rows."""
    items = node.expression.expressions if isinstance(node.expression, exp.Order) else []
    inner = expressions.expression_of(reading, node.this)
    if not isinstance(inner, syntax.Call) or len(items) != 1:
        return refuse(reading, node, "`within group` here", "write the column as the first argument")
    order = order_of(reading, items)
    span = reading.span(node)
    if inner.name.text in ("string_agg", "listagg", "group_concat", "array_agg"):
        return replace(inner, span=span, order=order)
    if inner.name.text == "mode" and not inner.args:
        return replace(inner, span=span, args=(syntax.Argument(span=order[0].span, value=order[0].value),))
    if not inner.name.text.startswith("percentile") or order[0].descending or len(inner.args) != 1:
        return refuse(reading, node, "`within group` here", "write `percentile(x, fraction)`")
    value = syntax.Argument(span=order[0].span, value=order[0].value)
    return replace(inner, span=span, args=(value, *inner.args))


def window_of(reading: Reading, node: Any) -> syntax.Expr:
    """Return a call over a window; a window by name is put in its place."""
    inner = expressions.expression_of(reading, node.this)
    if not isinstance(inner, syntax.Call):
        return inner if reading.findings else refuse(reading, node, "`over` here")
    return replace(inner, span=reading.span(node), over=_framed(inner, _window(reading, node)))


def _framed(call: syntax.Call, window: syntax.Window) -> syntax.Window:
    """Return the window with the frame that SQL means where none is written: the rows up to this one, with all that are
    equal to it in the order."""
    function = functions.lookup(call.name.text)
    if window.frame is not None or not window.order or function is None or not function.takes_frame:
        return window
    start = syntax.FrameBound(span=window.span, offset=None, side="preceding")
    end = syntax.FrameBound(span=window.span, offset=syntax.Number(span=window.span, text="0"), side="following")
    return replace(window, frame=syntax.WindowFrame(span=window.span, unit="range", start=start, end=end))


def _window(reading: Reading, node: Any) -> syntax.Window:
    refuse_others(reading, node, ("this", "partition_by", "order", "spec", "alias", "over"))
    base = syntax.Window(span=reading.span(node))
    alias = node.args.get("alias")
    if alias is not None:
        named = reading.windows[-1].get(alias.name) if reading.windows else None
        if named is None:
            refuse(reading, alias, f"the window `{alias.name}`, which this query does not define,")
        else:
            base = _window(reading, named)
    order, frame = node.args.get("order"), node.args.get("spec")
    return syntax.Window(
        span=base.span,
        partition=tuple(expressions.expression_of(reading, each) for each in node.args.get("partition_by") or ())
        or base.partition,
        order=base.order if order is None else order_of(reading, order.expressions),
        frame=base.frame if frame is None else _frame(reading, frame),
    )


def _frame(reading: Reading, node: Any) -> syntax.WindowFrame:
    unit = node.args.get("kind", "ROWS").lower()
    if node.args.get("exclude"):
        refuse(reading, node, "`exclude` in a frame")
    if unit == "groups":
        refuse(reading, node, "a frame of `groups`", "write `rows` or `range`")
    start = _bound(reading, node, node.args.get("start"), node.args.get("start_side") or "PRECEDING")
    end = _bound(reading, node, node.args.get("end") or "CURRENT ROW", node.args.get("end_side") or "FOLLOWING")
    return syntax.WindowFrame(span=reading.span(node), unit=unit, start=start, end=end)


def _bound(reading: Reading, node: Any, offset: Any, side: str) -> syntax.FrameBound:
    span, which = reading.span(node), "preceding" if side.upper() == "PRECEDING" else "following"
    if isinstance(offset, exp.Expr):
        value: syntax.Expr | None = expressions.expression_of(reading, offset)
    elif offset == "CURRENT ROW":
        value = syntax.Number(span=span, text="0")
    else:
        value = None
    return syntax.FrameBound(span=span, offset=value, side=which)  # type: ignore[arg-type]  # one of the two
