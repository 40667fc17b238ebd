"""What is asked of a graph, what that needs, and what is left out because a condition was false."""

from __future__ import annotations

from collections import Counter

import msgspec

from odibi_sql import ir
from odibi_sql.ir.readers import reads

FALSE_CONDITION = "its condition is false"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan is for. `datasets`: those that it needs, each after those that it reads; `readers` counts how often
    each is read. `skipped` has the steps that are left out, with their reasons."""

    stores: tuple[ir.Store, ...]
    answers: tuple[str, ...]
    datasets: tuple[str, ...]
    readers: dict[str, int]
    skipped: tuple[tuple[str, str], ...]


def what_is_asked(graph: ir.Graph, goals: tuple[str, ...] | None) -> Asked:
    """Return what `goals` ask for: names of stores and datasets; None: all stores."""
    reasons = _skipped(graph)
    names = {each.name for each in graph.stores} if goals is None else set(goals)
    gates = {gate.name: gate for gate in graph.gates}
    stores = tuple(each for each in graph.stores if each.name in names and not _reason(each, reasons, gates))
    answers = tuple(each.name for each in graph.datasets if each.name in names and each.name not in reasons)
    if goals is None:
        answers = ()
    read = [name for each in stores for name in (each.dataset, *_counted(each, gates))]
    datasets, readers = _reachable(graph, (*read, *answers))
    left_out = {each.name: reason for each in graph.stores if (reason := _reason(each, reasons, gates))}
    steps = {each.step: reasons[each.name] for each in graph.datasets if each.name in reasons}
    return Asked(
        stores=stores, answers=answers, datasets=datasets, readers=readers, skipped=tuple({**steps, **left_out}.items())
    )


def _skipped(graph: ir.Graph) -> dict[str, str]:
    """Return why a dataset is not there, for each that is not."""
    reasons: dict[str, str] = {}
    gates = {gate.name: gate for gate in graph.gates}
    for dataset in graph.datasets:
        missing = next((name for name in _reads(dataset, gates) if name in reasons), None)
        if dataset.options.skip:
            reasons[dataset.name] = FALSE_CONDITION
        elif missing is not None:
            reasons[dataset.name] = _needs(missing, reasons)
    return reasons


def _needs(name: str, reasons: dict[str, str]) -> str:
    return f"it needs `{name}`, which is skipped" if reasons[name] == FALSE_CONDITION else reasons[name]


def _reason(store: ir.Store, reasons: dict[str, str], gates: dict[str, ir.Gate]) -> str | None:
    if store.options.skip:
        return FALSE_CONDITION
    missing = next((name for name in (store.dataset, *_counted(store, gates)) if name in reasons), None)
    return None if missing is None else _needs(missing, reasons)


def _counted(store: ir.Store, gates: dict[str, ir.Gate]) -> tuple[str, ...]:
    """Return the datasets whose rows decide whether it is stored."""
    return tuple(name for gate in store.gates if gate in gates for name in reads(gates[gate].relation))


def _reads(dataset: ir.Dataset, gates: dict[str, ir.Gate]) -> tuple[str, ...]:
    """Return the datasets that it reads, and that its gates read, each once."""
    of_gates = (name for gate in dataset.gates if gate in gates for name in reads(gates[gate].relation))
    return tuple(dict.fromkeys([*reads(dataset.relation), *of_gates]))


def _reachable(graph: ir.Graph, wanted: tuple[str, ...]) -> tuple[tuple[str, ...], dict[str, int]]:
    """Return the datasets that are needed, in the order of the graph, and how often each is read."""
    gates = {gate.name: gate for gate in graph.gates}
    by_name = {each.name: each for each in graph.datasets}
    needed: set[str] = set()
    counted: set[str] = set()
    readers: Counter[str] = Counter(wanted)
    waiting = list(wanted)
    while waiting:
        dataset = by_name[waiting.pop()]
        if dataset.name in needed:
            continue
        needed.add(dataset.name)
        new = [gates[name] for name in dataset.gates if name in gates and name not in counted]
        counted.update(gate.name for gate in new)
        for relation in (dataset.relation, *(gate.relation for gate in new)):
            readers.update(reads(relation))
            waiting.extend(reads(relation))
    return tuple(each.name for each in graph.datasets if each.name in needed), dict(readers)
