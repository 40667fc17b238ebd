"""The operator join asof: each row with the nearest one of another dataset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal as OneOf

import msgspec
from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.check.flow import Flow, columns_as_they_are, ends_order, fresh, order_of, projection, total_order
from odibi_sql.check.joins import Other, brought_columns, condition_of, other_side, with_columns_of
from odibi_sql.check.keys import is_unique, renamed
from odibi_sql.check.matching import Matching, has_unknown, matching
from odibi_sql.check.rows import reversed_key, without_null
from odibi_sql.diagnostics import Span
from odibi_sql.diagnostics.reshape_errors import BadAsOfJoin
from odibi_sql.ir.walk import columns_used

Operator = OneOf[">=", ">", "<=", "<"]
OPERATORS: dict[str, Operator] = {">=": ">=", ">": ">", "<=": "<=", "<": "<"}
TURNED: dict[str, Operator] = {">=": "<=", ">": "<", "<=": ">=", "<": ">"}


class Inequality(msgspec.Struct, frozen=True):
    """`left operator right`, with a value of each side."""

    left: ir.Expr
    operator: Operator
    right: ir.Expr


def check_as_of(context: Context, flow: Flow, operator: syntax.AsOfJoin) -> Flow:
    """Return each row with the nearest one of another dataset, or with nulls (`inner`: not at all) where none is.

    Of several rows of one time the other side gives the last, as `dedupe … keep last` does.
    """
    flow = ends_order(context, flow, "join")
    other = other_side(context, flow, operator.dataset, operator.alias)
    brought = brought_columns(context, flow, other, operator)
    shared, on = condition_of(context, flow, other, operator.on, operator)
    joined = _unknown(flow, other)
    if on is not None and not has_unknown(on) and not flow.schema.is_open and not other.flow.schema.is_open:
        parts = matching(on, flow.relation.schema, other.relation.schema)
        span = operator.on[0].span.to(operator.on[-1].span)
        inequality = inequality_of(context, parts, flow.relation.schema, other.relation.schema, span, other.alias)
        if inequality is not None:
            sides = (flow.relation, _flow_of(other))
            joined = nearest(*sides, operator.kind, parts, inequality, operator.span)
    rows = replace(flow, relation=joined)
    return with_columns_of(context, flow, rows, other, operator, shared, brought)


def _unknown(flow: Flow, other: Other) -> ir.Relation:
    """Return what stands for a join that is wrong already."""
    schema = ir.Schema((*flow.relation.schema, *other.relation.schema), is_open=True)
    return ir.Join(schema=schema, left=flow.relation, right=other.relation, kind="cross", condition=None)


def _flow_of(other: Other) -> Flow:
    """Return the other side with the names and the order that it has under the join."""
    order = []
    for key in order_of(other.flow):
        assert isinstance(key.value, ir.Column)
        order.append(replace(key, value=other.column(key.value.name)))
    keys = renamed(other.flow.keys, other.inner)
    return replace(other.flow, relation=other.relation, keys=keys, order=tuple(order))


def inequality_of(
    context: Context, parts: Matching, left: ir.Schema, right: ir.Schema, span: Span, name: str
) -> Inequality | None:
    """Return the one inequality of the condition; anything else that is no equality is reported."""
    found = [_compared(each, left, right) for each in parts.others]
    known = [each for each in found if each is not None]
    if parts.left:
        reason = "a condition on the rows above alone goes into a `filter`"
    elif len(known) < len(found):
        reason = "this has another condition"
    elif len(known) != 1:
        reason = f"this has {'no inequality' if not known else 'more than one inequality'}"
    else:
        return known[0]
    context.report(BadAsOfJoin(span=span, reason=reason, dataset=name))
    return None


def _compared(part: ir.Expr, left: ir.Schema, right: ir.Schema) -> Inequality | None:
    match part:
        case ir.Call(function=function, args=(one, two)) if function in OPERATORS:
            if _is_of(one, left) and _is_of(two, right):
                return Inequality(one, OPERATORS[function], two)
            if _is_of(two, left) and _is_of(one, right):
                return Inequality(two, TURNED[function], one)
    return None


def _is_of(expr: ir.Expr, schema: ir.Schema) -> bool:
    return all(name in schema for name in columns_used(expr))


def nearest(
    left: ir.Relation,
    other: Flow,
    kind: OneOf["left", "inner"],
    parts: Matching,
    inequality: Inequality,
    span: Span,
) -> ir.AsOfJoin:
    """Return the as-of join of two sides whose names are disjoint."""
    taken = {*left.schema.names, *other.relation.schema.names}
    left, mine = _with_columns(left, [*(one for one, _ in parts.pairs), inequality.left], taken)
    right, theirs = _with_columns(
        _chosen(other.relation, parts.right), [*(two for _, two in parts.pairs), inequality.right], taken
    )
    right = _each_time_once(other, right, theirs)
    if kind == "left":
        schema = ir.Schema((*left.schema, *(replace(each, nullable=True) for each in right.schema)))
    else:
        schema = without_null(ir.Schema((*left.schema, *right.schema)), frozenset((*mine, *theirs)))
    return ir.AsOfJoin(
        schema=schema,
        left=left,
        right=right,
        kind=kind,
        equal=tuple(zip(mine[:-1], theirs[:-1], strict=True)),
        times=(mine[-1], theirs[-1]),
        operator=inequality.operator,
        span=span,
    )


def _chosen(relation: ir.Relation, conditions: tuple[ir.Expr, ...]) -> ir.Relation:
    if not conditions:
        return relation
    return ir.Filter(schema=relation.schema, input=relation, condition=ir.true_of(*conditions))


def _with_columns(
    relation: ir.Relation, values: Sequence[ir.Expr], taken: set[str]
) -> tuple[ir.Relation, tuple[str, ...]]:
    """Return the names of columns that are these values, and the rows with those that were none yet."""
    added: list[ir.Assignment] = []
    names = []
    for value in values:
        if isinstance(value, ir.Column):
            names.append(value.name)
            continue
        name = fresh("asof", taken)
        taken.add(name)
        added.append(ir.Assignment(name, value))
        names.append(name)
    if added:
        relation = projection(relation, [*columns_as_they_are(relation.schema), *added])
    return relation, tuple(names)


def _each_time_once(other: Flow, right: ir.Relation, names: tuple[str, ...]) -> ir.Relation:
    """Return the other side with the last of the rows that share these columns."""
    if is_unique(other.keys, names):
        return right
    order = [reversed_key(key) for key in other.order]
    kept = tuple(key for key in order if isinstance(key.value, ir.Column) and key.value.name not in names)
    by = tuple(dict.fromkeys(names))
    rows = replace(other, relation=right)
    return ir.Dedupe(schema=right.schema, input=right, keys=by, order=total_order(rows, kept, by, descending=True))
