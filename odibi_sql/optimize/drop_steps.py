"""Drop the steps that nothing needs.

    before   a <- b <- store b        a <- c <- gate of c        goals: b
    after    a <- b <- store b

A gate stays where it protects a dataset that stays, and then what it reads stays too, with its own gates.
A step that is switched off stays if it is needed: whoever plans the run tells the reason.
"""

from __future__ import annotations

import msgspec

from odibi_sql import ir
from odibi_sql.ir.walk import datasets_read, expressions, relations
from odibi_sql.optimize.rule import Asked, GraphRule, holds_subquery


def asked_for(graph: ir.Graph, goals: tuple[str, ...] | None) -> Asked:
    """Return what the goals name: stores, and the datasets whose rows someone sees. None is every store."""
    stores = [each for each in graph.stores if goals is None or each.name in goals]
    named = {each.name for each in graph.datasets if goals is not None and each.name in goals}
    owners: tuple[ir.Dataset | ir.Gate, ...] = (*graph.datasets, *graph.gates)
    return Asked(
        stores=frozenset(each.name for each in stores),
        datasets=frozenset(named | {each.dataset for each in stores}),
        has_subqueries=any(_has_subqueries(each.relation) for each in owners),
    )


def _has_subqueries(relation: ir.Relation) -> bool:
    return any(holds_subquery(expr) for each in relations(relation) for expr in expressions(each))


def drop_steps(graph: ir.Graph, asked: Asked) -> ir.Graph:
    """Return the graph with the stores that are asked for and with what they need."""
    datasets, gates = _needed(graph, asked)
    kept = msgspec.structs.replace(
        graph,
        datasets=tuple(each for each in graph.datasets if each.name in datasets),
        gates=tuple(each for each in graph.gates if each.name in gates),
        stores=tuple(each for each in graph.stores if each.name in asked.stores),
    )
    is_whole = (len(kept.datasets), len(kept.gates), len(kept.stores)) == (
        len(graph.datasets),
        len(graph.gates),
        len(graph.stores),
    )
    return graph if is_whole else kept


def _needed(graph: ir.Graph, asked: Asked) -> tuple[set[str], set[str]]:
    """Return the names of the datasets and of the gates that are reached from what is asked for."""
    datasets = {each.name: each for each in graph.datasets}
    gates = {each.name: each for each in graph.gates}
    found: set[str] = set()
    found_gates: set[str] = set()
    waiting = list(asked.datasets)
    for store in graph.stores:
        for gate in store.gates if store.name in asked.stores else ():
            found_gates.add(gate)
            waiting.extend(datasets_read(gates[gate].relation))
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        waiting.extend(datasets_read(datasets[name].relation))
        for gate in datasets[name].gates:
            if gate not in found_gates:
                found_gates.add(gate)
                waiting.extend(datasets_read(gates[gate].relation))
    return found, found_gates


DROP_STEPS = GraphRule(name="drop-steps", change=drop_steps)
