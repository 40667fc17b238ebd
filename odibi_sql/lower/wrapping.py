"""When a SELECT can take no more: it becomes a CTE named after its step, and a new SELECT begins over it."""

from __future__ import annotations

from collections import Counter

from msgspec.structs import replace
from sqlglot import exp

from odibi_sql import ir
from odibi_sql.lower.draft import Cte, Draft, Source, column, over_source, value_of
from odibi_sql.lower.finish import finish
from odibi_sql.lower.scope import Place

MOST_CONDITIONS = 40  # that one WHERE, HAVING or QUALIFY holds
MOST_JOINS = 20
DEEPEST = 10  # of CTEs that the engine may look through


def wrap(draft: Draft, place: Place) -> Draft:
    """Return a draft that reads the rows of `draft` from a CTE; `draft` itself where it is a whole table already."""
    if draft.is_bare:
        return draft
    return _shared(draft, place) or _wrapped(draft, place)


def _shared(draft: Draft, place: Place) -> Draft | None:
    """Return the draft over the CTE of its dataset, where it is columns of that as it is read; else None."""
    shared, key = place.shared, id(draft.source)
    whole, over = shared.wrapped.get(key, (shared.whole.get(key), None))
    if whole is None or draft.joins or draft.where is not whole.where or not draft.is_plain:
        return None
    names = {value.token: name for name, value in whole.env.items()}
    if any(value.token not in names for value in draft.env.values()):
        return None
    if over is None:
        over = _wrapped(whole, place)
        shared.wrapped[key] = (whole, over)
    env = {name: over.env[names[value.token]] for name, value in draft.env.items()}
    return replace(over, env=env, owner=draft.owner)


def _wrapped(draft: Draft, place: Place) -> Draft:
    unordered = draft if draft.is_cut else replace(draft, order=())
    if _is_values(unordered):
        return _named_values(unordered, place)
    names = _inner_names(draft)
    inner = replace(unordered, env={names[name]: value for name, value in draft.env.items()})
    depth = 1 + max((each.depth for each in draft.ctes), default=0)
    cte = Cte(
        name=place.names.of_step(draft.owner),
        query=finish(inner, place),
        is_correlated=draft.is_correlated,
        is_barrier=draft.is_cut or depth >= DEEPEST,
        depth=depth if depth < DEEPEST else 0,
    )
    fields = tuple(ir.Field(names[name], value.type) for name, value in draft.env.items())
    source = table(cte.name, tuple(names.values()))
    over = over_source(source, ir.Schema(fields), draft.owner, (*draft.ctes, cte))
    return replace(over, env={name: over.env[names[name]] for name in draft.env})


def _is_values(draft: Draft) -> bool:
    """Whether it is rows written out, as they stand."""
    source = draft.source
    if source is None or not isinstance(source.sql, exp.Values) or not draft.is_plain or draft.joins or draft.where:
        return False
    return all(isinstance(value.sql, exp.Column) for value in draft.env.values())


def _named_values(draft: Draft, place: Place) -> Draft:
    """Return the rows as a CTE that names the columns itself: rates(currency, rate) AS (VALUES …)."""
    assert draft.source is not None
    values = exp.Values(expressions=[row.copy() for row in draft.source.sql.expressions])
    cte = Cte(name=place.names.of_step(draft.owner), query=values, columns=draft.source.columns)
    source = table(cte.name, cte.columns)
    env = {name: value_of(column(value.sql.name, source.alias), value.type) for name, value in draft.env.items()}
    return Draft(owner=draft.owner, source=source, env=env, ctes=(*draft.ctes, cte))


def _inner_names(draft: Draft) -> dict[str, str]:
    """Return what the CTE calls its columns: `sites.region`, which a join made of `region`, is `region` again. Those of
    a union are called as its first query calls them."""
    if draft.queries:
        return {name: name for name in draft.env}
    short = {name: name.rpartition(".")[2] or name for name in draft.env}
    counts = Counter(each.lower() for each in short.values())
    return {name: each if counts[each.lower()] == 1 else name for name, each in short.items()}


def table(name: str, columns: tuple[str, ...]) -> Source:
    """Return the source that is a CTE or a table of the run."""
    sql = exp.Table(this=exp.Identifier(this=name))
    return Source(alias=name, sql=sql, columns=columns, is_named=True, is_exact=True)


def plain(draft: Draft, place: Place) -> Draft:
    """Return a draft of sources, joins and conditions alone, to which anything can be added."""
    return draft if draft.is_plain else wrap(draft, place)


def unlimited(draft: Draft, place: Place) -> Draft:
    """Return a draft in which windows see all rows, and conditions do not come too late."""
    return wrap(draft, place) if draft.is_late else draft
