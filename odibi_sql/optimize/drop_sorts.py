"""Drop the sorts whose order nothing sees.

    before   sort a | aggregate, join, dedupe, distinct, union, sort, limit with its own order
    after             aggregate, join, …

Filters and projections keep the order of their rows, and so does reading a step: a sort stays where its order
reaches what is asked for or stored. A limit has its order in itself, and gives its rows in that order: a sort by the
same keys above it goes too. A step whose order nobody sees says no more that it has one.
"""

from __future__ import annotations

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.ir.walk import map_inputs, replace_changed
from odibi_sql.optimize.rule import Asked, GraphRule, map_subqueries, with_schema


def drop_sorts(graph: ir.Graph, asked: Asked) -> ir.Graph:
    """Return the graph with the sorts that are seen, found from the last step to the first."""
    seen = set(asked.datasets)
    gates = tuple(replace_changed(gate, relation=_sorted(gate.relation, False, set())) for gate in graph.gates)
    datasets = [_sorted_dataset(each, seen) for each in reversed(graph.datasets)]
    datasets.reverse()
    is_same = all(one is other for one, other in zip(datasets, graph.datasets, strict=True)) and all(
        one is other for one, other in zip(gates, graph.gates, strict=True)
    )
    return graph if is_same else replace(graph, datasets=tuple(datasets), gates=gates)


def _sorted_dataset(dataset: ir.Dataset, seen: set[str]) -> ir.Dataset:
    is_seen = dataset.name in seen
    relation = _sorted(dataset.relation, is_seen, seen)
    return replace_changed(dataset, relation=relation, order=dataset.order if is_seen else ())


def _sorted(relation: ir.Relation, is_seen: bool, seen: set[str]) -> ir.Relation:
    """Return `relation` without sorts that are not seen; `is_seen`: somebody sees the order of its rows."""
    relation = map_subqueries(relation, lambda each: _sorted(each, False, seen))
    match relation:
        case ir.Read(dataset=name):
            if is_seen:
                seen.add(name)
            return relation
        case ir.Sort(input=below) if not is_seen or _comes_sorted(below, relation.keys):
            return with_schema(_sorted(below, is_seen, seen), relation.schema)
        case ir.Filter() | ir.Project():
            return replace_changed(relation, input=_sorted(relation.input, is_seen, seen))
        case ir.Limit(order=()):
            return replace_changed(relation, input=_sorted(relation.input, True, seen))
    return map_inputs(relation, lambda each: _sorted(each, False, seen))


def _comes_sorted(below: ir.Relation, keys: tuple[ir.SortKey, ...]) -> bool:
    match below:
        case ir.Limit(order=order) | ir.Sort(keys=order):
            return order[: len(keys)] == keys
    return False


DROP_SORTS = GraphRule(name="drop-sorts", change=drop_sorts)
