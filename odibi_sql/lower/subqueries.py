"""Queries inside expressions: exists, in, and the one value of a query."""

from __future__ import annotations

from msgspec.structs import replace
from sqlglot import exp

from odibi_sql import ir
from odibi_sql.lower.dialect import Dialect
from odibi_sql.lower.draft import Cte
from odibi_sql.lower.scope import Scope
from odibi_sql.lower.typed import Typed, within
from odibi_sql.lower.wrapping import wrap


def lower_exists(relation: ir.Relation, scope: Scope) -> Typed:
    """Return EXISTS (…)."""
    return Typed(sql=exp.Exists(this=_query(relation, scope, is_existence=True)), type=ir.BOOL)


def lower_in_query(operand: exp.Expression, relation: ir.Relation, scope: Scope) -> Typed:
    """Return operand IN (SELECT …)."""
    query = exp.Subquery(this=_query(relation, scope))
    return Typed(sql=exp.In(this=within(operand, 6), query=query), type=ir.BOOL)


def lower_scalar_query(relation: ir.Relation, scope: Scope) -> Typed:
    """Return (SELECT …)."""
    return Typed(sql=exp.Subquery(this=_query(relation, scope)), type=relation.schema.fields[0].type)


def _query(relation: ir.Relation, scope: Scope, is_existence: bool = False) -> exp.Expression:
    """Return the statement of a subquery. CTEs that refer to the query around it stay inside; the others go up."""
    place = scope.inside()
    draft = place.lower_query(relation, place)
    if draft.is_cut:
        draft = wrap(draft, place)
    if is_existence and draft.is_plain:
        draft = replace(draft, env={}, order=())
    if draft.is_correlated or any(cte.is_correlated for cte in draft.ctes):
        scope.is_referred_to = True
        scope.is_correlated = scope.is_correlated or _reaches_beyond(relation)
    kept, brought = _split(draft.ctes)
    scope.bring(brought)
    statement: exp.Expression = place.finish(draft, place)
    return with_ctes(statement, kept, place.dialect)


def _split(ctes: tuple[Cte, ...]) -> tuple[tuple[Cte, ...], tuple[Cte, ...]]:
    """Return the CTEs that stay, from the first correlated one on, and those that go up."""
    for position, cte in enumerate(ctes):
        if cte.is_correlated:
            return ctes[position:], ctes[:position]
    return (), ctes


def _reaches_beyond(relation: ir.Relation) -> bool:
    """Whether the subquery refers to a query that is more than one out."""
    return any(ir.walk.outer_columns(relation, depth) for depth in (2, 3, 4))


def with_ctes(statement: exp.Expression, ctes: tuple[Cte, ...], dialect: Dialect) -> exp.Expression:
    """Return the statement with these CTEs in front."""
    if ctes:
        statement.set("with_", exp.With(expressions=[_listed(cte, dialect) for cte in ctes]))
    return statement


def _listed(cte: Cte, dialect: Dialect) -> exp.CTE:
    columns = [exp.Identifier(this=name) for name in cte.columns]
    alias = exp.TableAlias(this=exp.Identifier(this=cte.name), columns=columns)
    is_barrier = cte.is_barrier and dialect.can.materialized_cte
    return exp.CTE(this=cte.query.copy(), alias=alias, materialized=is_barrier or None)
