"""Who reads what: how often each dataset of a graph is read, and by whom."""

from __future__ import annotations

import msgspec

from odibi_sql.ir.graph import Graph
from odibi_sql.ir.relations import Read, Relation
from odibi_sql.ir.walk import inputs, subqueries


class Readers(msgspec.Struct, frozen=True, kw_only=True):
    """Who reads one dataset: a name stands as often as its relation reads it."""

    datasets: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many reads there are in all."""
        return len(self.datasets) + len(self.gates) + len(self.stores)


def readers_of(graph: Graph) -> dict[str, Readers]:
    """Return for every dataset of the graph who reads it, in the order of the graph."""
    datasets: dict[str, list[str]] = {each.name: [] for each in graph.datasets}
    gates: dict[str, list[str]] = {each.name: [] for each in graph.datasets}
    stores: dict[str, list[str]] = {each.name: [] for each in graph.datasets}
    for dataset in graph.datasets:
        for name in reads(dataset.relation):
            datasets[name].append(dataset.name)
    for gate in graph.gates:
        for name in reads(gate.relation):
            gates[name].append(gate.name)
    for store in graph.stores:
        stores[store.dataset].append(store.name)
    return {
        name: Readers(datasets=tuple(datasets[name]), gates=tuple(gates[name]), stores=tuple(stores[name]))
        for name in datasets
    }


def reads(relation: Relation) -> list[str]:
    """Return the name of the dataset of every read in the relation, subqueries among them, as often as it is read."""
    found: list[str] = []
    waiting = [relation]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Read):
            found.append(each.dataset)
        waiting.extend(subqueries(each))
        waiting.extend(reversed(inputs(each)))
    return found
