"""Queries of sqlglot, as the query nodes of `syntax`."""

from __future__ import annotations

from typing import Any
from typing import Literal as OneOf

from msgspec.structs import replace
from sqlglot import exp

from odibi_sql import syntax
from odibi_sql.sql import calls, expressions, tables
from odibi_sql.sql.reading import Reading, refuse, refuse_others, wrong_syntax

_AROUND = ("with_", "order", "limit", "offset")
_SELECT = ("expressions", "distinct", "from_", "joins", "where", "group", "having", "qualify", "windows", "hint")


def query_of(reading: Reading, node: Any) -> syntax.Query:
    """Return a query: a select, a `values`, or several under a set operation."""
    match node:
        case exp.Select():
            return _select(reading, node)
        case exp.SetOperation():
            return _set_operation(reading, node)
        case exp.Values():
            refuse_others(reading, node, ("expressions", "alias", "order", "limit", "offset"))
            return syntax.ValuesQuery(rows=tables.rows_of(reading, node), **_around(reading, node))
        case exp.Subquery():
            return _in_brackets(reading, node)
        case exp.Table():
            return _select(reading, exp.Select(expressions=[exp.Star()], from_=exp.From(this=node)))
    refuse(reading, node, f"`{node.key}` as a query")
    return syntax.ValuesQuery(span=reading.span(node), rows=())


def _around(reading: Reading, node: Any) -> dict[str, Any]:
    """Return what every query can have around it."""
    order = node.args.get("order")
    if order is not None:
        refuse_others(reading, order, ("this", "expressions"))
    return {
        "span": reading.span(node),
        "ctes": _ctes(reading, node.args.get("with_")),
        "order": () if order is None else _order(reading, node, order.expressions),
        "limit": _limit(reading, node.args.get("limit")),
        "offset": _offset(reading, node),
    }


def _order(reading: Reading, node: Any, items: list[Any]) -> tuple[syntax.SortItem, ...]:
    """Return the order; `order by all` is that by every column."""
    if not any(isinstance(each.this, exp.Var) and each.this.name.upper() == "ALL" for each in items):
        return calls.order_of(reading, items)
    if any(isinstance(each, exp.Star) or each.is_star for each in node.selects):
        refuse(reading, items[0], "`order by all` beside `*`", "name the columns")
    keys = []
    for position in range(1, len(node.selects) + 1):
        number = syntax.Number(span=reading.span(items[0]), text=str(position))
        nulls: OneOf["first"] | None = "first" if items[0].args.get("nulls_first") else None
        is_descending = bool(items[0].args.get("desc"))
        keys.append(syntax.SortItem(span=number.span, value=number, descending=is_descending, nulls=nulls))
    return tuple(keys)


def _limit(reading: Reading, node: Any) -> syntax.Expr | None:
    if node is None:
        return None
    refuse_others(reading, node, ("expression", "count", "direction"))
    count = node.args.get("count") if isinstance(node, exp.Fetch) else node.args.get("expression")
    if isinstance(count, exp.Var | exp.Column) and count.name.upper() == "ALL":
        return None
    return (
        syntax.Number(span=reading.span(node), text="1") if count is None else expressions.expression_of(reading, count)
    )


def _offset(reading: Reading, node: Any) -> syntax.Expr | None:
    inside = node.args["limit"].args.get("offset") if node.args.get("limit") is not None else None
    offset = node.args.get("offset")
    if offset is not None:
        refuse_others(reading, offset, ("expression",))
        inside = offset.expression
    return None if inside is None else expressions.expression_of(reading, inside)


def _ctes(reading: Reading, node: Any) -> tuple[syntax.Cte, ...]:
    if node is None:
        return ()
    refuse_others(reading, node, ("expressions", "recursive"))
    return tuple(_cte(reading, each, bool(node.args.get("recursive"))) for each in node.expressions)


def _cte(reading: Reading, node: Any, can_recurse: bool) -> syntax.Cte:
    refuse_others(reading, node, ("this", "alias", "materialized"))
    alias = node.args["alias"]
    if can_recurse and any(table.name == alias.name for table in node.this.find_all(exp.Table)):
        refuse(reading, alias, "a recursive `with`", "write the levels that are meant as joins")
        return syntax.Cte(
            span=reading.span(node),
            name=expressions.name_of(reading, alias.this),
            columns=(),
            query=syntax.ValuesQuery(span=reading.span(node), rows=()),
        )
    return syntax.Cte(
        span=reading.span(node),
        name=expressions.name_of(reading, alias.this),
        columns=tuple(expressions.name_of(reading, each) for each in alias.args.get("columns") or ()),
        query=query_of(reading, node.this),
    )


def _in_brackets(reading: Reading, node: Any) -> syntax.Query:
    """A query in brackets; what is written behind the brackets holds for what is in them."""
    if isinstance(node.this, exp.Table):
        refuse(reading, node, "joins in brackets", "write them in a `with`")
        return syntax.ValuesQuery(span=reading.span(node), rows=())
    refuse_others(reading, node, ("this", "alias", *_AROUND))
    inner = query_of(reading, node.this)
    if not any(node.args.get(name) for name in _AROUND):
        return inner
    around = _around(reading, node)
    if inner.ctes or inner.order or inner.limit is not None or inner.offset is not None:
        table = syntax.DerivedTable(span=inner.span, query=inner, alias=None)
        return syntax.SelectQuery(items=(syntax.StarItem(span=inner.span, table=None),), source=table, **around)
    return replace(inner, **around)


def _set_operation(reading: Reading, node: Any) -> syntax.Query:
    refuse_others(reading, node, ("this", "expression", "distinct", "by_name", *_AROUND))
    kind: OneOf["union", "intersect", "except"] = "union"
    if isinstance(node, exp.Except | exp.Intersect):
        kind = "except" if isinstance(node, exp.Except) else "intersect"
    return syntax.SetQuery(
        kind=kind,
        is_distinct=bool(node.args.get("distinct")),
        by_name=bool(node.args.get("by_name")),
        left=query_of(reading, node.this),
        right=query_of(reading, node.expression),
        **_around(reading, node),
    )


def _select(reading: Reading, node: Any) -> syntax.SelectQuery:
    refuse_others(reading, node, (*_SELECT, *_AROUND))
    if not node.expressions:
        wrong_syntax(reading, node, "no columns are selected")
    reading.windows.append({each.this.name: each for each in node.args.get("windows") or ()})
    source, joins = tables.from_of(reading, node)
    group, groups_by_all = _group(reading, node.args.get("group"))
    query = syntax.SelectQuery(
        items=tuple(item for each in node.expressions for item in _items(reading, each)),
        source=source,
        joins=joins,
        where=_condition(reading, node, "where"),
        group=group,
        groups_by_all=groups_by_all,
        having=_condition(reading, node, "having"),
        qualify=_condition(reading, node, "qualify"),
        is_distinct=_is_distinct(reading, node.args.get("distinct")),
        **_around(reading, node),
    )
    reading.windows.pop()
    return query


def _condition(reading: Reading, node: Any, clause: str) -> syntax.Expr | None:
    written = node.args.get(clause)
    return None if written is None else expressions.expression_of(reading, written.this)


def _is_distinct(reading: Reading, node: Any) -> bool:
    if node is None:
        return False
    if node.args.get("on"):
        instead = "write `dedupe by … keep first …` in a transform, or `qualify row_number() over (…) = 1`"
        refuse(reading, node, "`distinct on`", instead)
    return True


def _group(reading: Reading, node: Any) -> tuple[tuple[syntax.Expr, ...], bool]:
    if node is None:
        return (), False
    refuse_others(reading, node, ("expressions", "all"))
    keys = []
    for each in node.expressions:
        columns = each.expressions if isinstance(each, exp.Tuple) else [each]
        keys += [expressions.expression_of(reading, column) for column in columns]
    return tuple(keys), bool(node.args.get("all"))


def _items(reading: Reading, node: Any) -> tuple[syntax.SelectItem | syntax.StarItem, ...]:
    if isinstance(node, exp.Star):
        return (_star(reading, node, node, None),)
    if isinstance(node, exp.Column) and isinstance(node.this, exp.Star):
        return (_star(reading, node, node.this, node.args.get("table")),)
    if isinstance(node, exp.Aliases):
        refuse(reading, node, "several names for one expression", "select the parts one by one")
        return ()
    span = reading.span(node)
    if not isinstance(node, exp.Alias):
        return (syntax.SelectItem(span=span, value=expressions.expression_of(reading, node), name=None),)
    name = expressions.name_of(reading, node.args["alias"])
    return (syntax.SelectItem(span=span, value=expressions.expression_of(reading, node.this), name=name),)


def _star(reading: Reading, node: Any, star: Any, table: Any) -> syntax.StarItem:
    refuse_others(reading, star, ("except_", "replace"))
    replaced = []
    for each in star.args.get("replace") or ():
        if not isinstance(each, exp.Alias):
            wrong_syntax(reading, each, "`replace` takes `(value as column)`")
            continue
        name = expressions.name_of(reading, each.args["alias"])
        value = expressions.expression_of(reading, each.this)
        replaced.append(syntax.SelectItem(span=reading.span(each), value=value, name=name))
    return syntax.StarItem(
        span=reading.span(node),
        table=None if table is None else expressions.name_of(reading, table),
        without=tuple(expressions.name_of(reading, each) for each in star.args.get("except_") or ()),
        replaced=tuple(replaced),
    )
