"""QUALIFY for engines that have none: the windows are computed in a statement inside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace
from sqlglot import exp

from odibi_sql import ir
from odibi_sql.lower.draft import Draft, Source, Value, column, value_of
from odibi_sql.lower.naming import unused

INSIDE = "numbered"  # what the statement inside is called


def without_qualify(draft: Draft, finish: Callable[[Draft], Any]) -> Draft:
    """Return the draft over a statement that has its conditions on windows as a column.

    What comes after these conditions (the order, the limit, DISTINCT) stays outside.
    """
    kept = unused("is_kept", draft.env)
    order = {unused(f"order_{place}", draft.env): each for place, each in enumerate(draft.order)}
    inside = {**draft.env, kept: value_of(_all_of(draft.qualify), ir.BOOL)}
    inside |= {name: value_of(each.this.copy(), ir.UNKNOWN) for name, each in order.items()}
    inner = replace(draft, env=inside, qualify=(), order=(), limit=None, offset=0, is_distinct=False, distinct_on=())
    alias = unused(INSIDE, [source.alias for source in draft.sources])
    query = exp.Subquery(this=finish(inner))
    source = Source(alias=alias, sql=query, columns=tuple(inside), is_named=False, is_exact=True)
    return replace(
        Draft(owner=draft.owner, source=source, env={name: _read(name, alias, draft.env[name]) for name in draft.env}),
        where=(column(kept, alias),),
        order=tuple(_ordered(each, column(name, alias)) for name, each in order.items()),
        limit=draft.limit,
        offset=draft.offset,
        is_distinct=draft.is_distinct,
    )


def _all_of(conditions: tuple[Any, ...]) -> exp.Expression:
    copies = [each.copy() for each in conditions]
    return exp.and_(*copies, copy=False) if len(copies) > 1 else copies[0]


def _read(name: str, alias: str, value: Value) -> Value:
    return value_of(column(name, alias), value.type)


def _ordered(key: Any, value: exp.Expression) -> exp.Expression:
    ordered: exp.Expression = key.copy()
    ordered.set("this", value)
    return ordered
