"""What is asked of a graph, what that needs, and what is left out because a condition was false."""

from __future__ import annotations

import msgspec

from odibi_sql import ir
from odibi_sql.ir.readers import reads

FALSE_CONDITION = "its condition is false"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan is for. `needs` has for each dataset those that have to be there before it: those that it reads, and
    those that its gates read. `readers` counts how often each is read, `skipped` has the steps with their reasons."""

    stores: tuple[ir.Store, ...]
    answers: tuple[str, ...]
    needs: dict[str, tuple[str, ...]]
    readers: dict[str, int]
    skipped: tuple[tuple[str, str], ...]


def what_is_asked(graph: ir.Graph, goals: tuple[str, ...] | None) -> Asked:
    """Return what `goals` ask for: names of stores and datasets; None: all stores."""
    reasons = _skipped(graph)
    names = {each.name for each in graph.stores} if goals is None else set(goals)
    stores = tuple(each for each in graph.stores if each.name in names and not _reason(each, reasons))
    answers = tuple(each.name for each in graph.datasets if each.name in names and each.name not in reasons)
    if goals is None:
        answers = ()
    needs, readers = _reachable(graph, (*(each.dataset for each in stores), *answers))
    left_out = {each.name: reason for each in graph.stores if (reason := _reason(each, reasons))}
    steps = {each.step: reasons[each.name] for each in graph.datasets if each.name in reasons}
    return Asked(
        stores=stores, answers=answers, needs=needs, readers=readers, skipped=tuple({**steps, **left_out}.items())
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


def _reason(store: ir.Store, reasons: dict[str, str]) -> str | None:
    if store.options.skip:
        return FALSE_CONDITION
    return _needs(store.dataset, reasons) if store.dataset in reasons else None


def _reads(dataset: ir.Dataset, gates: dict[str, ir.Gate]) -> tuple[str, ...]:
    """Return the datasets that it reads, and that its gates read, each once."""
    of_gates = (name for gate in dataset.gates if gate in gates for name in reads(gates[gate].relation))
    return tuple(dict.fromkeys([*reads(dataset.relation), *of_gates]))


def _reachable(graph: ir.Graph, wanted: tuple[str, ...]) -> tuple[dict[str, tuple[str, ...]], dict[str, int]]:
    gates = {gate.name: gate for gate in graph.gates}
    by_name = {each.name: each for each in graph.datasets}
    needs: dict[str, tuple[str, ...]] = {}
    readers: dict[str, int] = {}
    counted: set[str] = set()
    waiting = list(wanted)
    for name in wanted:
        readers[name] = readers.get(name, 0) + 1
    while waiting:
        name = waiting.pop()
        if name in needs:
            continue
        dataset = by_name[name]
        needs[name] = _reads(dataset, gates)
        waiting.extend(needs[name])
        relations = [
            dataset.relation,
            *(gates[gate].relation for gate in dataset.gates if gate in gates and gate not in counted),
        ]
        counted.update(dataset.gates)
        for read in (each for relation in relations for each in reads(relation)):
            readers[read] = readers.get(read, 0) + 1
    return needs, readers
