"""Leave out the columns that nothing needs, down to the files.

    before   scan a, b, c, d | project a, x = f(b), y = f(c) | filter x > 0 | project a
    after    scan a, b       | project a, x = f(b)           | filter x > 0 | project a

Through steps too: a step has the columns that all who read it need together. What is asked for or stored keeps all of
its own. Every column stays under distinct, intersect, except and union distinct, for there it decides which rows are
one; the columns of an order and of keys stay. One column stays where only the number of rows matters.

A column whose making can fail the run (a cast, `require`) is left out like any other: a pipeline that does not use a
value is not stopped by it.
"""

from __future__ import annotations

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.ir.walk import columns_used, expressions, replace_changed
from odibi_sql.optimize.cost import is_free
from odibi_sql.optimize.narrow import exactly, kept_one, narrowed, only, order_within
from odibi_sql.optimize.rule import Asked, GraphRule, map_subqueries

Names = frozenset[str]
Needs = dict[str, set[str]]  # of each dataset: the columns that its readers need


def prune_columns(graph: ir.Graph, asked: Asked) -> ir.Graph:
    """Return the graph with the columns that are needed, found from the last step to the first."""
    needs: Needs = {each.name: set() for each in graph.datasets}
    gates = tuple(_pruned_gate(gate, needs) for gate in graph.gates)
    datasets = [_pruned_dataset(each, asked, needs) for each in reversed(graph.datasets)]
    datasets.reverse()
    is_same = all(one is other for one, other in zip(datasets, graph.datasets, strict=True)) and all(
        one is other for one, other in zip(gates, graph.gates, strict=True)
    )
    if is_same:
        return graph
    return replace(graph, datasets=tuple(datasets), gates=gates)


def _pruned_gate(gate: ir.Gate, needs: Needs) -> ir.Gate:
    relation = _pruned(gate.relation, frozenset(gate.relation.schema.names), needs)
    return replace_changed(gate, relation=relation)


def _pruned_dataset(dataset: ir.Dataset, asked: Asked, needs: Needs) -> ir.Dataset:
    schema = dataset.relation.schema
    if dataset.name in asked.datasets:
        return replace_changed(dataset, relation=_pruned(dataset.relation, frozenset(schema.names), needs))
    relation = _pruned(dataset.relation, frozenset(needs[dataset.name]), needs)
    if relation is dataset.relation or len(relation.schema) == len(schema):
        return replace_changed(dataset, relation=relation)
    return replace(
        dataset,
        relation=relation,
        order=order_within(dataset.order, relation.schema),
        keys=tuple(each for each in dataset.keys if all(name in relation.schema for name in each)),
    )


def _pruned(relation: ir.Relation, needed: Names, needs: Needs) -> ir.Relation:
    """Return `relation` with the columns of `needed`, and with those that it cannot do without; at least one."""
    relation = _with_pruned_subqueries(relation, needs)
    match relation:
        case ir.Read(dataset=name):
            kept = kept_one(needed, relation.schema)
            needs[name].update(kept)
            return narrowed(relation, kept)
        case ir.Scan() | ir.Rows():
            return narrowed(relation, kept_one(needed, relation.schema))
        case ir.Project():
            return _pruned_project(relation, needed, needs)
        case ir.Aggregate():
            return _pruned_aggregate(relation, needed, needs)
        case ir.Join():
            return _pruned_join(relation, needed, needs)
        case ir.AsOfJoin():
            return _pruned_as_of(relation, needed, needs)
        case ir.Explode():
            return _pruned_explode(relation, needed, needs)
        case ir.SetOperation():
            return _pruned_set_operation(relation, needed, needs)
        case ir.Filter() | ir.Sort() | ir.Limit() | ir.Dedupe() | ir.Distinct():
            below = _pruned(relation.input, needed | _own_columns(relation), needs)
            return only(replace_changed(relation, input=below), frozenset(below.schema.names))
    raise TypeError(relation)


def _with_pruned_subqueries(relation: ir.Relation, needs: Needs) -> ir.Relation:
    """Return this node with the subqueries in its expressions pruned to the one column that they are asked for."""
    return map_subqueries(relation, lambda each: _pruned_subquery(each, needs))


def _pruned_subquery(relation: ir.Relation, needs: Needs) -> ir.Relation:
    if len(relation.schema) > 1:  # of `exists`: no column of it is looked at
        return _pruned(relation, frozenset(), needs)
    return exactly(_pruned(relation, frozenset(relation.schema.names), needs), relation.schema)


def _own_columns(relation: ir.Filter | ir.Sort | ir.Limit | ir.Dedupe | ir.Distinct) -> Names:
    used = frozenset[str]().union(*(columns_used(each) for each in expressions(relation)))
    match relation:
        case ir.Dedupe(keys=names) | ir.Limit(per=names):
            return used | frozenset(names)
        case ir.Distinct():
            return frozenset(relation.schema.names)
    return used


def _pruned_project(relation: ir.Project, needed: Names, needs: Needs) -> ir.Relation:
    names = needed & frozenset(relation.schema.names)
    columns = tuple(each for each in relation.columns if each.name in names)
    if not columns:
        columns = (_least(relation.columns),)
    used = frozenset[str]().union(*(columns_used(each.value) for each in columns))
    below = _pruned(relation.input, used, needs)
    if len(columns) == len(relation.columns):
        return replace_changed(relation, input=below)
    pruned = replace(relation, input=below, columns=columns)
    return only(pruned, frozenset(each.name for each in columns))


def _least(columns: tuple[ir.Assignment, ...]) -> ir.Assignment:
    """Return the column that costs least: a constant, then a plain column, then whichever is first."""
    return min(columns, key=lambda each: (not isinstance(each.value, ir.Literal), not is_free(each.value)))


def _pruned_aggregate(relation: ir.Aggregate, needed: Names, needs: Needs) -> ir.Relation:
    aggregates = tuple(each for each in relation.aggregates if each.name in needed)
    if not aggregates and not relation.keys:
        aggregates = relation.aggregates[:1]
    kept = frozenset([each.name for each in relation.keys] + [each.name for each in aggregates])
    values = [each.value for each in relation.keys] + [each.value for each in aggregates]
    used = frozenset[str]().union(*map(columns_used, values))
    below = _pruned(relation.input, used, needs)
    if len(aggregates) == len(relation.aggregates):
        return replace_changed(relation, input=below)
    return only(replace(relation, input=below, aggregates=aggregates), kept)


def _pruned_join(relation: ir.Join, needed: Names, needs: Needs) -> ir.Relation:
    used = needed if relation.condition is None else needed | columns_used(relation.condition)
    left = _pruned(relation.left, used & frozenset(relation.left.schema.names), needs)
    right = _pruned(relation.right, used & frozenset(relation.right.schema.names), needs)
    joined = replace_changed(relation, left=left, right=right)
    return only(joined, frozenset(left.schema.names) | frozenset(right.schema.names))


def _pruned_as_of(relation: ir.AsOfJoin, needed: Names, needs: Needs) -> ir.Relation:
    compared = (*relation.equal, relation.times)
    left = _pruned(relation.left, _of(needed, relation.left) | {one for one, _ in compared}, needs)
    right = _pruned(relation.right, _of(needed, relation.right) | {other for _, other in compared}, needs)
    joined = replace_changed(relation, left=left, right=right)
    return only(joined, frozenset(left.schema.names) | frozenset(right.schema.names))


def _of(needed: Names, relation: ir.Relation) -> Names:
    return needed & frozenset(relation.schema.names)


def _pruned_explode(relation: ir.Explode, needed: Names, needs: Needs) -> ir.Relation:
    below = _pruned(relation.input, needed - {relation.name} | columns_used(relation.value), needs)
    return only(replace_changed(relation, input=below), frozenset((*below.schema.names, relation.name)))


def _pruned_set_operation(relation: ir.SetOperation, needed: Names, needs: Needs) -> ir.Relation:
    is_union_all = relation.kind == "union" and not relation.is_distinct
    names = kept_one(needed, relation.schema) if is_union_all else frozenset(relation.schema.names)
    narrow = only(relation, names)
    inputs = tuple(exactly(_pruned(each, names, needs), narrow.schema) for each in relation.inputs)
    if all(one is other for one, other in zip(inputs, relation.inputs, strict=True)):
        return narrow
    return replace_changed(narrow, inputs=inputs)


PRUNE_COLUMNS = GraphRule(name="prune-columns", change=prune_columns)
