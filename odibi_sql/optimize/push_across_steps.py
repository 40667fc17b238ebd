"""Move a filter into the step that is read, where this is the only one to read it.

    before   a: scan            b: read a | filter C
    after    a: scan | filter C    b: read a

Not where the rows of `a` are asked for, stored, counted by a gate, or kept as a table because the pipeline says so;
not a condition with a subquery (it would read other steps from an earlier place) or one about the query around it.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.ir.readers import readers_of
from odibi_sql.ir.walk import every, has_subquery, relations
from odibi_sql.optimize.filters import conjuncts, filtered, moved, without
from odibi_sql.optimize.push_down import pushed_down
from odibi_sql.optimize.rule import Asked, GraphRule, top_down

MOST_CONDITIONS = 24  # that one step comes to have: a long chain of filters must not pile up at its start
MOST_MOVES = (500, 1)  # in one pass, and for each step: what keeps a chain of thousands of filters linear


class Given(msgspec.Struct, kw_only=True):
    """What later steps have given to earlier ones in this pass, and how much more may be given."""

    room: dict[str, int]  # of each dataset that takes conditions: how many
    moves: int  # in all
    conditions: dict[str, list[ir.Expr]] = {}


def push_across_steps(graph: ir.Graph, asked: Asked) -> ir.Graph:
    """Return the graph with filters of steps moved to the steps that they read, from the last step to the first."""
    room = _open_datasets(graph, asked)
    if not room:
        return graph
    given = Given(room=room, moves=MOST_MOVES[0] + MOST_MOVES[1] * len(graph.datasets))
    datasets = [_pushed(dataset, given, asked.has_subqueries) for dataset in reversed(graph.datasets)]
    return replace(graph, datasets=tuple(reversed(datasets))) if given.conditions else graph


def _open_datasets(graph: ir.Graph, asked: Asked) -> dict[str, int]:
    """Return the datasets that one step reads, and nobody else sees, each with how many conditions it may take."""
    readers = readers_of(graph)
    return {
        each.name: MOST_CONDITIONS - _condition_count(each.relation)
        for each in graph.datasets
        if each.name not in asked.datasets
        and not each.options.is_kept
        and readers[each.name].count == len(readers[each.name].datasets) == 1
    }


def _condition_count(relation: ir.Relation) -> int:
    return sum(len(conjuncts(each.condition)) for each in relations(relation) if isinstance(each, ir.Filter))


def _pushed(dataset: ir.Dataset, given: Given, has_subqueries: bool) -> ir.Dataset:
    """Return the dataset with what later steps gave it to filter, and without what it gives to earlier ones."""
    relation = dataset.relation
    if dataset.name in given.conditions:
        relation = filtered(relation, given.conditions[dataset.name])
        relation = pushed_down(relation, has_subqueries=has_subqueries)
    relation = top_down(relation, lambda each: _give(each, given), has_subqueries=has_subqueries)
    return dataset if relation is dataset.relation else replace(dataset, relation=relation)


def _give(relation: ir.Relation, given: Given) -> ir.Relation:
    match relation:
        case ir.Filter(input=ir.Read(dataset=name) as below) if name in given.room and name not in given.conditions:
            conditions = conjuncts(relation.condition)
            most = max(0, min(given.room[name], given.moves))
            going = [each for each in conditions if _may_go(each)][:most]
            if going:
                given.conditions[name] = going
                given.moves -= len(going)
                below = replace(below, schema=filtered(below, going).schema)
                return moved(relation, below, without(conditions, going))
    return relation


def _may_go(condition: ir.Expr) -> bool:
    return not has_subquery(condition) and not any(isinstance(part, ir.Outer) for part in every(condition))


PUSH_ACROSS_STEPS = GraphRule(name="push-across-steps", change=push_across_steps)
