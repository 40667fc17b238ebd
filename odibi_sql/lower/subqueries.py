"""Queries inside expressions: exists, in, and the one value of a query."""

from __future__ import annotations

from msgspec.structs import replace
from sqlglot import exp

from odibi_sql import ir
from odibi_sql.ir.walk import has_subquery, rewrite
from odibi_sql.lower import expressions
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


def lower_condition(expr: ir.Expr, scope: Scope) -> exp.Expression:
    """Return a condition that rows have to meet: whether it is false or null is all one."""
    match expr:
        case ir.InQuery(operand=operand, relation=relation):
            sql: exp.Expression = lower_in_query(expressions.exact(operand, scope), relation, scope).sql
            return sql
        case ir.Call(function="not", args=(ir.InQuery() as inner,)):
            return exp.Not(this=within(lower_condition(inner, scope), 4))
    return expressions.lower_expression(expr, scope).sql


def as_exists(expr: ir.InQuery) -> ir.Expr | None:
    """Return `x in (query)` by way of EXISTS, for an engine whose IN is false where it should be null.

    It is true where a row is equal; else null where a row is null, or `x` is and there is any row. None where IN cannot
    be null, or `x` is no plain expression.
    """
    field = expr.relation.schema.fields[0]
    if not (expr.operand.nullable or field.nullable) or has_subquery(expr.operand):
        return None
    item = ir.Column(type=field.type, nullable=field.nullable, name=field.name)
    operand = rewrite(expr.operand, _from_inside)
    found = _exists(expr.relation, _call("=", operand, item))
    unknown = [
        _call("and", _call("is null", expr.operand), ir.Exists(type=ir.BOOL, nullable=False, relation=expr.relation))
    ]
    if field.nullable:
        unknown.append(_exists(expr.relation, _call("is null", item)))
    values = (ir.Literal(type=ir.BOOL, value=each, nullable=each is None) for each in (True, None, False))
    yes, null, no = values
    is_unknown = unknown[0] if len(unknown) == 1 else _call("or", *unknown)
    branches = (ir.Branch(condition=found, value=yes), ir.Branch(condition=is_unknown, value=null))
    return ir.Case(type=ir.BOOL, branches=branches, otherwise=no)


def _from_inside(expr: ir.Expr) -> ir.Expr:
    """Return a column as a subquery sees it."""
    if isinstance(expr, ir.Column):
        return ir.Outer(type=expr.type, nullable=expr.nullable, name=expr.name)
    return replace(expr, depth=expr.depth + 1) if isinstance(expr, ir.Outer) else expr


def _call(name: str, *args: ir.Expr) -> ir.Expr:
    return ir.Call(function=name, args=args, type=ir.BOOL)


def _exists(relation: ir.Relation, condition: ir.Expr) -> ir.Expr:
    inside = ir.Filter(schema=relation.schema, input=relation, condition=condition)
    return ir.Exists(type=ir.BOOL, nullable=False, relation=inside)


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
