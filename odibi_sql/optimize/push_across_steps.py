"""Move a filter into the step that is read, where this is the only one to read it.

    before   a: scan            b: read a | filter C
    after    a: scan | filter C    b: read a

Not where the rows of `a` are asked for, stored, counted by a gate, or kept as a table because the pipeline says so;
not a condition with a subquery (it would read other steps from an earlier place) or one about the query around it.
"""

from __future__ import annotations

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.ir.readers import readers_of
from odibi_sql.ir.walk import every, has_subquery
from odibi_sql.optimize.filters import conjuncts, filtered, moved, without
from odibi_sql.optimize.push_down import pushed_down
from odibi_sql.optimize.rule import Asked, GraphRule, top_down

MOST_GIVEN = 32  # conditions that one step hands on: a long chain of filters must not pile up at its start
Given = dict[str, list[ir.Expr]]  # what is to be filtered, by dataset


def push_across_steps(graph: ir.Graph, asked: Asked) -> ir.Graph:
    """Return the graph with filters of steps moved to the steps that they read, from the last step to the first."""
    open_ = _open_datasets(graph, asked)
    if not open_:
        return graph
    given: Given = {}
    datasets = [_pushed(dataset, open_, given) for dataset in reversed(graph.datasets)]
    return replace(graph, datasets=tuple(reversed(datasets))) if given else graph


def _open_datasets(graph: ir.Graph, asked: Asked) -> frozenset[str]:
    """Return the datasets that one step reads, and nobody else sees."""
    readers = readers_of(graph)
    return frozenset(
        each.name
        for each in graph.datasets
        if each.name not in asked.datasets
        and not each.options.materialize
        and readers[each.name].count == len(readers[each.name].datasets) == 1
    )


def _pushed(dataset: ir.Dataset, open_: frozenset[str], given: Given) -> ir.Dataset:
    """Return the dataset with what later steps gave it to filter, and without what it gives to earlier ones."""
    relation = dataset.relation
    if dataset.name in given:
        relation = pushed_down(filtered(relation, given[dataset.name]))
    relation = top_down(relation, lambda each: _give(each, open_, given))
    return dataset if relation is dataset.relation else replace(dataset, relation=relation)


def _give(relation: ir.Relation, open_: frozenset[str], given: Given) -> ir.Relation:
    match relation:
        case ir.Filter(input=ir.Read(dataset=name) as below) if name in open_ and name not in given:
            conditions = conjuncts(relation.condition)
            going = [each for each in conditions if _may_go(each)][:MOST_GIVEN]
            if going:
                given[name] = going
                below = replace(below, schema=filtered(below, going).schema)
                return moved(relation, below, without(conditions, going))
    return relation


def _may_go(condition: ir.Expr) -> bool:
    return not has_subquery(condition) and not any(isinstance(part, ir.Outer) for part in every(condition))


PUSH_ACROSS_STEPS = GraphRule(name="push-across-steps", change=push_across_steps)
