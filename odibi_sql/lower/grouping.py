"""Operators that make fewer rows of many: aggregate, dedupe, distinct, limit; and sort."""

from __future__ import annotations

from msgspec.structs import replace
from sqlglot import exp

from odibi_sql import ir
from odibi_sql.ir.walk import columns_used, has_subquery
from odibi_sql.lower.draft import Draft, Value, renewed, used, value_of
from odibi_sql.lower.expressions import exact
from odibi_sql.lower.scope import Place, Scope, absorbed
from odibi_sql.lower.typed import binary, number
from odibi_sql.lower.windows import is_constant, ordered, told_apart, unordered
from odibi_sql.lower.wrapping import plain, unlimited, wrap


def lower_aggregation(node: ir.Aggregate, draft: Draft, place: Place) -> Draft:
    """Return one row for each group."""
    draft = plain(draft, place)
    scope = Scope(draft, place)
    keys = {key.name: _key(key.value, scope) for key in node.keys}
    aggregates = {each.name: _aggregate(each.value, scope) for each in node.aggregates}
    group = tuple((name, value.sql) for name, value in keys.items() if not is_constant(value.sql))
    having = (_has_rows(),) if keys and not group else ()
    made = replace(absorbed(draft, scope), env={**keys, **aggregates}, group=group, having=having, order=())
    is_plain_enough = not any(value.has_query for value in keys.values())
    return one_group(made) if is_plain_enough else lower_aggregation(node, wrap(draft, place), place)


def _aggregate(call: ir.AggregateCall, scope: Scope) -> Value:
    return replace(value_of(exact(call, scope), call.type), is_aggregate=True)


def one_group(draft: Draft) -> Draft:
    """Return a draft over a single group that stays one row where none of its columns is an aggregate any more."""
    if draft.group != () or draft.having or any(value.is_aggregate for value in draft.env.values()):
        return draft
    return replace(draft, having=(binary(exp.GTE, exp.Count(this=exp.Star()), number(0)),))


def _key(expr: ir.Expr, scope: Scope) -> Value:
    if isinstance(expr, ir.Column):
        return renewed(scope.env[expr.name])  # the aggregates cannot say the column's name
    return value_of(exact(expr, scope), expr.type)


def _has_rows() -> exp.Expression:
    return binary(exp.GT, exp.Count(this=exp.Star()), number(0))


def lower_dedupe(node: ir.Dedupe, draft: Draft, place: Place) -> Draft:
    """Return the first row of each key; any row where no order is asked for."""
    draft = _settled(_for_rows(draft, place), node.keys, node.order, place)
    if not node.order and not draft.has_window and place.dialect.can.distinct_on:
        keys = tuple(used(draft.env[name]) for name in node.keys if not is_constant(draft.env[name].sql))
        if keys:
            return replace(draft, distinct_on=keys, order=())
    if all(is_constant(draft.env[name].sql) for name in node.keys):
        return lower_limit(
            ir.Limit(schema=node.schema, input=node.input, count=1, offset=0, per=(), order=node.order), draft, place
        )
    first = binary(exp.EQ, _row_number(node.keys, node.order, draft, place), number(1))
    return replace(draft, qualify=(first,), order=())


def _for_rows(draft: Draft, place: Place) -> Draft:
    """Return a draft whose rows can be numbered: no limit and no window comes before."""
    return wrap(draft, place) if draft.has_window else unlimited(draft, place)


def _settled(draft: Draft, names: tuple[str, ...], order: tuple[ir.SortKey, ...], place: Place) -> Draft:
    """Return a draft that does not compute a key a second time where that is not to be."""
    used_names = (*names, *(name for key in order for name in columns_used(key.value)))
    return wrap(draft, place) if any(draft.env[name].is_volatile for name in used_names) else draft


def _row_number(per: tuple[str, ...], order: tuple[ir.SortKey, ...], draft: Draft, place: Place) -> exp.Expression:
    scope = Scope(draft, place)
    keys = [ordered(key, scope) for key in order] or unordered("row_number", place.dialect)
    return exp.Window(
        this=exp.Anonymous(this="row_number"),
        partition_by=[
            told_apart(used(draft.env[name]), draft.env[name].type, scope) for name in _times_first(per, draft)
        ],
        order=exp.Order(expressions=keys) if keys else None,
    )


def _times_first(per: tuple[str, ...], draft: Draft) -> list[str]:
    """Return the columns in the order to partition by, which changes no row.

    DuckDB gives the rows of a window sorted by it: rows of one time side by side are cheaper for the groups of later
    stages, and stored smaller.
    """
    return sorted(per, key=lambda name: not isinstance(draft.env[name].type, ir.Date | ir.Timestamp | ir.TimestampTz))


def lower_distinct(draft: Draft, place: Place) -> Draft:
    """Return each different row once."""
    if draft.is_cut or draft.distinct_on or draft.queries:
        draft = wrap(draft, place)
    return replace(draft, is_distinct=True, order=())


def lower_sort(keys: tuple[ir.SortKey, ...], draft: Draft, place: Place) -> Draft:
    """Return the rows in this order."""
    is_by_column = all(isinstance(key.value, ir.Column) for key in keys)
    if draft.is_cut or (not is_by_column and (draft.is_distinct or draft.queries)):
        draft = wrap(draft, place)
    if draft.distinct_on:
        draft = wrap(draft, place)
    if any(has_subquery(key.value) for key in keys):
        draft = plain(draft, place)
    scope = Scope(draft, place)
    order = tuple(ordered(key, scope) for key in keys)
    return replace(absorbed(draft, scope), order=_telling(order))


def _telling(order: tuple[exp.Expression, ...]) -> tuple[exp.Expression, ...]:
    """Return the keys without constants: a number would stand for a column of the result."""
    return tuple(key for key in order if not is_constant(key.this))


def lower_limit(node: ir.Limit, draft: Draft, place: Place) -> Draft:
    """Return the first rows, of all or of each value of `per`."""
    if not node.per:
        limited = lower_sort(node.order, draft, place) if node.order or draft.is_cut else draft
        return replace(limited, limit=node.count, offset=node.offset)
    draft = _settled(_for_rows(draft, place), node.per, node.order, place)
    place_of_row = _row_number(node.per, node.order, draft, place)
    scope = Scope(draft, place)
    order = _telling(tuple(ordered(key, scope) for key in node.order))
    return replace(draft, qualify=_bounds(place_of_row, node), order=order)


def _bounds(place_of_row: exp.Expression, node: ir.Limit) -> tuple[exp.Expression, ...]:
    if node.count is None:
        return (binary(exp.GT, place_of_row, number(node.offset)),)
    last = number(node.offset + node.count)
    if not node.offset:
        return (binary(exp.EQ if node.count == 1 else exp.LTE, place_of_row, last),)
    return (exp.Between(this=place_of_row, low=number(node.offset + 1), high=last),)
