"""What every part of the reader has at hand, and how it refuses what it cannot keep."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlglot import exp

from odibi_sql import syntax
from odibi_sql.diagnostics import Diagnostic, Span
from odibi_sql.diagnostics.query_errors import NoOneMeaning, NotInTheGraph, SqlSyntax
from odibi_sql.sql.places import Places


class Reading:
    """The reading of one query. It collects: nothing raises for what a user wrote."""

    def __init__(self, places: Places, dialect: str, first_index: int, funcs: frozenset[str] = frozenset()) -> None:
        self.places = places
        self.dialect = dialect
        self.first_index = first_index
        self.funcs = funcs  # of the pipeline: a call by one of these names is left as it is
        self.windows: list[dict[str, exp.Window]] = []  # the named windows of the queries around, the innermost last
        self.findings: list[Diagnostic] = []

    def span(self, node: exp.Expr) -> Span:
        """Return the place of a node."""
        return self.places.span(node)


def refuse(reading: Reading, node: exp.Expr, what: str, instead: str = "") -> syntax.Null:
    """Report what the graph has no node for. What comes back stands for it; the query is not used any more."""
    span = reading.span(node)
    reading.findings.append(NotInTheGraph(span=span, what=what, instead=instead))
    return syntax.Null(span=span)


def refuse_meaning(reading: Reading, node: exp.Expr, what: str, instead: str) -> syntax.Null:
    """Report what has no one meaning. What comes back stands for it; the query is not used any more."""
    span = reading.span(node)
    reading.findings.append(NoOneMeaning(span=span, what=what, instead=instead))
    return syntax.Null(span=span)


def wrong_syntax(reading: Reading, node: exp.Expr | None, reason: str) -> syntax.Null:
    """Report what sqlglot lets pass and no engine does. What comes back stands for it."""
    span = reading.places.whole() if node is None else reading.span(node)
    reading.findings.append(SqlSyntax(span=span, dialect=reading.dialect, reason=reason))
    return syntax.Null(span=span)


_CLAUSES = {
    "laterals": ("`lateral`", "write the subquery in a `with`, with the columns that it is joined by"),
    "pivots": ("`pivot`", "write `sum(case when … then … end)` for each column"),
    "sample": ("`tablesample`", ""),
    "connect": ("`connect by`", ""),
    "match": ("`match_recognize`", ""),
    "into": ("`select into`", "the step's name is the name of the rows; `store` keeps them"),
    "kind": ("`select as`", "select the columns by name"),
    "cluster": ("`cluster by`", "leave it out: how rows are spread over machines is the engine's business"),
    "distribute": ("`distribute by`", "leave it out: how rows are spread over machines is the engine's business"),
    "sort": ("`sort by`", "write `order by`"),
    "locks": ("`for update`", "leave it out: a pipeline changes no source"),
    "for_": ("`for`", ""),
    "settings": ("`settings`", "leave it out"),
    "format": ("`format`", ""),
    "options": ("`option`", "leave it out"),
    "prewhere": ("`prewhere`", "write `where`"),
    "exclude": ("`exclude` after the list", "write `* exclude (…)`"),
    "operation_modifiers": ("a modifier of `select`", "leave it out"),
    "rollup": ("`rollup`", "write a `union all` of the groupings"),
    "cube": ("`cube`", "write a `union all` of the groupings"),
    "grouping_sets": ("`grouping sets`", "write a `union all` of the groupings"),
    "totals": ("`with totals`", "write a `union all` of the groupings"),
    "ordinality": ("`with ordinality`", ""),
    "version": ("reading a table as of a time", ""),
    "when": ("reading a table as of a time", ""),
    "system_time": ("reading a table as of a time", ""),
    "exclude_": ("`exclude` in a frame", ""),
    "with_fill": ("`with fill`", ""),
    "limit_options": ("a limit in percent or with ties", "write `limit` with a number of rows"),
    "match_condition": ("`asof join`", "write it in a transform: `join asof`"),
    "distinct_on": ("`distinct on`", "write `dedupe` in a transform, or `qualify row_number() over (…) = 1`"),
    "search": ("`search` of a recursive query", ""),
    "ilike": ("a pattern of columns", "list the columns"),
    "rename": ("`rename` in `*`", "list the columns, with `as`"),
    "escape": ("`escape` here", ""),
    "symmetric": ("`between symmetric`", "write the lower value first"),
    "is_global": ("`global in`", "write `in`"),
    "unnest": ("`in unnest(…)`", "write `list_contains(list, value)`"),
    "field": ("`in` a list or a table", "write `in (1, 2)`, `list_contains(list, value)` or `in (select …)`"),
    "hint": ("a hint", "leave it out: how a query is run is the engine's business"),
    "hints": ("a hint", "leave it out: how a query is run is the engine's business"),
}


def refuse_others(reading: Reading, node: exp.Expr, known: Iterable[str]) -> None:
    """Report each part of `node` that is written and not among `known`: it would be left out silently."""
    allowed = set(known)
    for name, value in node.args.items():
        if name in allowed or not value:
            continue
        what, instead = _CLAUSES.get(name, (f"`{name.strip('_').replace('_', ' ')}`", ""))
        refuse(reading, _place(value, node), what, instead)


def _place(value: Any, node: exp.Expr) -> exp.Expr:
    part = value[0] if isinstance(value, list) else value
    return part if isinstance(part, exp.Expr) else node
