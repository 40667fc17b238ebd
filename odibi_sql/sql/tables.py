"""What stands after `from`: tables, subqueries, `values`, and how they are joined."""

from __future__ import annotations

from typing import Any
from typing import Literal as OneOf

from sqlglot import exp

from odibi_sql import syntax
from odibi_sql.sql import expressions, queries
from odibi_sql.sql.reading import Reading, refuse, refuse_others

Kind = OneOf["inner", "left", "right", "full", "semi", "anti", "cross"]
_KINDS: dict[tuple[str, str], Kind] = {
    ("", ""): "inner",
    ("", "INNER"): "inner",
    ("", "OUTER"): "full",
    ("LEFT", ""): "left",
    ("LEFT", "OUTER"): "left",
    ("RIGHT", ""): "right",
    ("RIGHT", "OUTER"): "right",
    ("FULL", ""): "full",
    ("FULL", "OUTER"): "full",
    ("", "SEMI"): "semi",
    ("LEFT", "SEMI"): "semi",
    ("", "ANTI"): "anti",
    ("LEFT", "ANTI"): "anti",
    ("", "CROSS"): "cross",
}


def from_of(reading: Reading, select: Any) -> tuple[syntax.FromItem | None, tuple[syntax.JoinItem, ...]]:
    """Return the first table of a select and what is joined to it, from left to right."""
    from_ = select.args.get("from_")
    if from_ is None:
        return None, ()
    refuse_others(reading, from_, ("this",))
    inside = from_.this.args.get("joins") or []
    source = _item(reading, from_.this)
    joins: list[syntax.JoinItem] = []
    was_comma = False
    for each in (*inside, *(select.args.get("joins") or ())):
        join = _join(reading, each)
        if was_comma and join.kind in ("right", "full"):
            instead = "write `cross join` in the place of the comma, or put the join first"
            refuse(
                reading,
                each,
                f"a comma before a {join.kind} join, which joins what is behind the comma alone,",
                instead,
            )
        was_comma = was_comma or _is_comma(each)
        joins.append(join)
    return source, tuple(joins)


def _is_comma(join: exp.Expr) -> bool:
    return not any(join.args.get(name) for name in ("on", "using", "side", "kind", "method"))


def _join(reading: Reading, node: Any) -> syntax.JoinItem:
    refuse_others(reading, node, ("this", "on", "using", "side", "kind", "method", "hint", "match_condition"))
    side, kind, method = (str(node.args.get(name) or "").upper() for name in ("side", "kind", "method"))
    is_asof = method == "ASOF"
    if method not in ("", "NATURAL", "ASOF"):
        refuse(reading, node, f"`{method.lower()} join`")
    found = _KINDS.get((side, kind))
    if is_asof and (found not in ("inner", "left") or node.args.get("using")):
        words = "`using` in an as-of join" if node.args.get("using") else f"`asof {side.lower()} join`"
        refuse(reading, node, words, "write `asof join … on a.k = b.k and a.t >= b.t`, or `asof left join`")
    if found is None:
        refuse(reading, node, f"`{f'{side} {kind}'.strip().lower()} join`")
    on, using = node.args.get("on"), node.args.get("using") or ()
    is_natural = method == "NATURAL"
    if found == "inner" and on is None and not using and not is_natural and not is_asof:
        found = "cross"
    if isinstance(node.this, exp.Unnest) and found != "cross":
        refuse(reading, node, f"a {found} join with `unnest`", "write `cross join unnest(…) as t(column)`")
    return syntax.JoinItem(
        span=reading.span(node),
        kind=found or "cross",
        right=_item(reading, node.this, joined=True),
        on=None if on is None else expressions.expression_of(reading, on),
        using=tuple(expressions.name_of(reading, each) for each in using),
        is_natural=is_natural,
        is_asof=is_asof,
    )


def _item(reading: Reading, node: Any, joined: bool = False) -> syntax.FromItem:
    alias, columns = _alias(reading, node.args.get("alias"))
    span = reading.span(node)
    match node:
        case exp.Table() if isinstance(node.this, exp.Identifier):
            known = ("this", "alias", *(() if joined else ("joins",)))
            refuse_others(reading, node, (*known, "db", "catalog"))
            return syntax.TableRef(span=span, name=_table_name(reading, node), alias=alias, columns=columns)
        case exp.Subquery(this=exp.Table()) if _is_alone(node.this):
            return _item(reading, node.this)
        case exp.Subquery():
            refuse_others(reading, node, ("this", "alias", "joins"))
            inner = node.copy() if node.args.get("joins") and joined else node
            query = queries.query_of(reading, inner.this if _is_plain(node) else inner)
            return syntax.DerivedTable(span=span, query=query, alias=alias, columns=columns)
        case exp.Values():
            refuse_others(reading, node, ("expressions", "alias"))
            return syntax.ValuesTable(span=span, rows=rows_of(reading, node), alias=alias, columns=columns)
        case exp.Unnest(expressions=[array]) if len(columns) == 1:
            refuse_others(reading, node, ("expressions", "alias"))
            value = expressions.expression_of(reading, array)
            return syntax.UnnestTable(span=span, value=value, alias=alias, columns=columns)
    words, instead = _TABLES.get(type(node), ("a table that is a call", "read files with `ingest`"))
    refuse(reading, node, words, instead)
    return syntax.ValuesTable(span=span, rows=(), alias=alias)


_TABLES: dict[type[exp.Expr], tuple[str, str]] = {
    exp.Unnest: ("`unnest` without a name for its one column", "write `unnest(…) as t(column)`"),
    exp.Lateral: ("`lateral`", "write `explode` in a transform, or the subquery in a `with`"),
}


def _is_alone(table: exp.Expr) -> bool:
    return not table.args.get("joins")


def _is_plain(node: exp.Expr) -> bool:
    return not any(node.args.get(name) for name in ("order", "limit", "offset", "with_")) and isinstance(
        node.this, exp.Query
    )


def _table_name(reading: Reading, node: Any) -> syntax.Name:
    if node.args.get("db") or node.args.get("catalog"):
        instead = "a query reads the datasets after the step's `from`; `ingest` reads tables"
        refuse(reading, node, f"the table `{node.sql().split(' ')[0]}` of another database", instead)
    if reading.places.is_quoted_text(node.this):
        refuse(reading, node, "a file as a table", "read it with `ingest`")
    return expressions.name_of(reading, node.this)


def _alias(reading: Reading, node: Any) -> tuple[syntax.Name | None, tuple[syntax.Name, ...]]:
    if node is None:
        return None, ()
    name = None if node.this is None else expressions.name_of(reading, node.this)
    return name, tuple(expressions.name_of(reading, each) for each in node.args.get("columns") or ())


def rows_of(reading: Reading, node: Any) -> tuple[tuple[syntax.Expr, ...], ...]:
    """Return the rows of a `values`."""
    rows = []
    for row in node.expressions:
        values = row.expressions if isinstance(row, exp.Tuple) else [row]
        rows.append(tuple(expressions.expression_of(reading, each) for each in values))
    return tuple(rows)
