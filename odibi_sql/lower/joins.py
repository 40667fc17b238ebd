"""Joins: a side that is a plain table joins in place, any other as a CTE."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace
from sqlglot import exp

from odibi_sql import ir
from odibi_sql.ir.walk import columns_used, has_subquery
from odibi_sql.lower.draft import Draft, Joined, JoinWord, Source, merged, with_free_alias
from odibi_sql.lower.expressions import lower_expression
from odibi_sql.lower.scope import Place, Scope, absorbed, conjuncts
from odibi_sql.lower.wrapping import MOST_JOINS, wrap

WORDS: dict[ir.JoinKind, JoinWord] = {
    "inner": "",
    "left": "LEFT",
    "right": "RIGHT",
    "full": "FULL",
    "semi": "SEMI",
    "anti": "ANTI",
    "cross": "CROSS",
}
KEEP_LEFT = ("inner", "left", "semi", "anti", "cross")  # a condition on the left alone can wait for WHERE
ONE_SIDED = ("semi", "anti")


def lower_join(node: ir.Join, left: Draft, right: Draft, place: Place) -> Draft:
    """Return the left side with one more JOIN."""
    left = left_side(left, node.kind, place)
    right = apart(right_side(right, node.kind, place), left, place)
    assert right.source is not None
    both = replace(
        left,
        env={**left.env, **right.env},
        joins=(*left.joins, Joined(word=WORDS[node.kind], source=right.source)),
        ctes=merged(left.ctes, right.ctes),
        order=(),
    )
    scope = Scope(both, place)
    conditions = () if node.condition is None else tuple(_conditions(node.condition, scope))
    both = absorbed(both, scope)
    queries: tuple[Any, ...] = ()
    if node.kind == "inner" and not place.dialect.can.query_in_join:
        queries = tuple(each for each in conditions if each.find(exp.Query))
        conditions = tuple(each for each in conditions if not each.find(exp.Query))
    held, waiting = (
        ((*conditions, *right.where), ()) if node.kind not in ("inner", "cross") else (conditions, right.where)
    )
    using = (
        _using(conditions, left, right) if len(held) == len(conditions) and node.kind not in ("right", "full") else ()
    )
    joined = replace(both.joins[-1], on=() if using else held, using=using)
    env = {name: both.env[name] for name in node.schema.names}
    return replace(
        both,
        env=env,
        joins=(*left.joins, joined),
        where=(*left.where, *waiting, *queries),
        is_correlated=both.is_correlated or right.is_correlated,
        is_referred_to=both.is_referred_to or right.is_referred_to,
    )


def without_queries(node: ir.Join) -> ir.Join:
    """Return the join with the subqueries of its condition made columns of the side that they are about.

    DuckDB has no subqueries in the condition of a join that is not inner.
    """
    if node.condition is None or node.kind == "inner" or not has_subquery(node.condition):
        return node
    sides = [node.left, node.right]
    kept = []
    for condition in conjuncts(node.condition):
        used = columns_used(condition)
        side = next((at for at, each in enumerate(sides) if used.issubset(each.schema.names)), None)
        if side is None or not has_subquery(condition):
            kept.append(condition)
            continue
        name = f"{(used and min(used)) or 'condition'}.{len(sides[0].schema) + len(sides[1].schema)}"
        sides[side] = _with_column(sides[side], name, condition)
        kept.append(ir.Column(type=ir.BOOL, nullable=condition.nullable, name=name))
    return replace(node, left=sides[0], right=sides[1], condition=ir.true_of(*kept))


def _with_column(relation: ir.Relation, name: str, value: ir.Expr) -> ir.Relation:
    old = tuple(ir.Assignment(each.name, _column(each)) for each in relation.schema)
    schema = ir.Schema((*relation.schema.fields, ir.Field(name, value.type, value.nullable)))
    return ir.Project(schema=schema, input=relation, columns=(*old, ir.Assignment(name, value)))


def _column(field: ir.Field) -> ir.Column:
    return ir.Column(type=field.type, nullable=field.nullable, name=field.name)


def _conditions(condition: ir.Expr, scope: Scope) -> list[exp.Expression]:
    return [lower_expression(part, scope).sql for part in conjuncts(condition)]


def left_side(draft: Draft, kind: ir.JoinKind, place: Place) -> Draft:
    """Return the side as a draft to which a JOIN can be added."""
    is_ready = draft.is_plain and draft.source is not None and len(draft.joins) < MOST_JOINS
    if kind not in KEEP_LEFT:
        is_ready = is_ready and not draft.where and _is_columns(draft)
    if draft.source is not None and draft.source.is_wide:
        is_ready = False
    return draft if is_ready else wrap(draft, place)


def right_side(draft: Draft, kind: ir.JoinKind, place: Place) -> Draft:
    """Return the side as one source, of which columns and conditions alone are asked."""
    source = draft.source
    is_ready = source is not None and draft.is_plain and not draft.joins and not source.is_wide
    if is_ready and draft.where:
        is_ready = kind in KEEP_LEFT and (kind == "inner" or not any(each.find(exp.Query) for each in draft.where))
    if kind not in ("inner", "cross"):
        is_ready = is_ready and _is_columns(draft)
    return draft if is_ready and all(value.weight <= 8 for value in draft.env.values()) else wrap(draft, place)


def _is_columns(draft: Draft) -> bool:
    return all(isinstance(value.sql, exp.Column) for value in draft.env.values())


def apart(right: Draft, left: Draft, place: Place) -> Draft:
    """Return the right side under an alias that nothing else has."""
    assert right.source is not None
    taken = (*(source.alias for source in left.sources), *place.taken)
    return with_free_alias(right, right.source.alias, taken)


def _using(conditions: tuple[Any, ...], left: Draft, right: Draft) -> tuple[str, ...]:
    """Return the columns that both sides have under one name, where they are all that is compared."""
    names = []
    for condition in conditions:
        if not isinstance(condition, exp.EQ):
            return ()
        one, other = condition.this, condition.expression
        if not isinstance(one, exp.Column) or not isinstance(other, exp.Column) or one.name != other.name:
            return ()
        assert right.source is not None
        if right.source.alias not in (one.table, other.table) or one.table == other.table:
            return ()
        if _type_of(one, left, right) != _type_of(other, left, right) or not _is_one(one.name, left):
            return ()
        names.append(one.name)
    return tuple(names)


def _type_of(column: exp.Column, left: Draft, right: Draft) -> ir.Type | None:
    for value in (*left.env.values(), *right.env.values()):
        if isinstance(value.sql, exp.Column) and (value.sql.table, value.sql.name) == (column.table, column.name):
            return value.type
    return None


def _is_one(name: str, left: Draft) -> bool:
    """Whether the left side has one column of this name, those that a USING put together taken for one."""
    assert left.source is not None
    holders = _has(left.source, name)
    for join in left.joins:
        if join.word not in ("SEMI", "ANTI") and name not in join.using:
            holders += _has(join.source, name)
    return holders == 1


def _has(source: Source, name: str) -> int:
    return sum(column.lower() == name.lower() for column in source.columns)
