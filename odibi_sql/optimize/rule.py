"""What a rule is, and how it is taken through a relation."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from odibi_sql import ir
from odibi_sql.ir.walk import expressions, map_expressions, map_inputs, parts, replace_changed, rewrite

Keys = dict[str, tuple[frozenset[str], ...]]  # of each dataset: sets of columns of which no two rows share the values
NodeChange = Callable[[ir.Relation, Keys], ir.Relation]
Unary = ir.Filter | ir.Project | ir.Aggregate | ir.Dedupe | ir.Distinct | ir.Sort | ir.Limit


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the graph is wanted for. `datasets`, those that are stored among them, keep their schema and rows."""

    stores: frozenset[str]
    datasets: frozenset[str]
    has_subqueries: bool = True  # False: there is none in the whole graph, and nobody need look for one


class NodeRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule about one node and those right under it. `change` gives the same object where it does not fire."""

    name: str
    change: NodeChange


class GraphRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule about datasets and those who read them. `change` gives the same object where it does not fire."""

    name: str
    change: Callable[[ir.Graph, Asked], ir.Graph]


Rule = NodeRule | GraphRule
MOST_TIMES = 100  # that one rule fires on one node: a rule that undoes itself must not hang the compiler


def top_down(
    relation: ir.Relation, change: Callable[[ir.Relation], ir.Relation], *, has_subqueries: bool = True
) -> ir.Relation:
    """Return `relation` with `change` done to every node, a node before what is under it, subqueries too.

    What a change moves one node down is met again there, so that one pass takes it as far as it goes.
    """
    above: list[Unary] = []
    node = _as_often_as_it_fires(relation, change, has_subqueries)
    while isinstance(node, Unary):
        above.append(node)
        node = _as_often_as_it_fires(node.input, change, has_subqueries)
    node = map_inputs(node, lambda each: top_down(each, change, has_subqueries=has_subqueries))
    for each in reversed(above):
        node = replace_changed(each, input=node)
    return node


def _as_often_as_it_fires(
    relation: ir.Relation, change: Callable[[ir.Relation], ir.Relation], has_subqueries: bool
) -> ir.Relation:
    for _ in range(MOST_TIMES):
        changed = change(relation)
        if changed is relation:
            break
        relation = changed
    return map_subqueries(relation, lambda each: top_down(each, change)) if has_subqueries else relation


def map_subqueries(relation: ir.Relation, change: Callable[[ir.Relation], ir.Relation]) -> ir.Relation:
    """Return this node with `change` done to the relation of each subquery in its own expressions."""
    if not any(map(holds_subquery, expressions(relation))):
        return relation

    def inside(part: ir.Expr) -> ir.Expr:
        if isinstance(part, ir.Exists | ir.InQuery | ir.ScalarQuery):
            return replace_changed(part, relation=change(part.relation))
        return part

    return map_expressions(relation, lambda expr: rewrite(expr, inside) if holds_subquery(expr) else expr)


def holds_subquery(expr: ir.Expr) -> bool:
    """The same as `ir.walk.has_subquery`, without a generator for each level: it is asked of every expression."""
    if isinstance(expr, ir.Column):
        return False
    waiting = [expr]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ir.Exists | ir.InQuery | ir.ScalarQuery):
            return True
        if not isinstance(part, ir.Column | ir.Literal):
            waiting.extend(parts(part))
    return False


def with_schema(relation: ir.Relation, schema: ir.Schema) -> ir.Relation:
    """Return `relation` with this schema, whose names and types are its own: nullability alone may differ."""
    return relation if relation.schema == schema else replace_changed(relation, schema=schema)
