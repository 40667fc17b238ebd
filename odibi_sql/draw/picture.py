"""What is drawn: a node for each step, an edge for each reading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal as OneOf

import msgspec

from odibi_sql import ir
from odibi_sql.ir.readers import reads

NodeKind = OneOf["ingest", "transform", "sql", "quarantine", "store"]


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset, or a store. `name` is that of the graph, `label` what is written; `checks` counts its rules."""

    name: str
    label: str
    kind: NodeKind
    detail: str  # what kind of step it is, in a few words
    layer: str | None = None
    columns: tuple[tuple[str, str], ...] = ()  # name and type
    checks: int = 0
    doc: str | None = None


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """`target` reads `source`; a `side` edge leads to the quarantine of a step, or from what a rule looks at."""

    source: str
    target: str
    is_side: bool = False


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A pipeline: its nodes, each behind those that it reads, and its layers in their order."""

    pipeline: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    layers: tuple[str, ...]


def picture_of(graph: ir.Graph) -> Picture:
    """Return what there is to draw of a graph. What a step keeps to itself is no node of its own."""
    rules = _rules(graph)
    nodes = [_dataset(each, rules.get(each.step, 0)) for each in graph.datasets if each.made_by != "hidden"]
    nodes += [_store(graph, each) for each in graph.stores]
    edges = tuple(_edges(graph))
    return Picture(
        pipeline=graph.pipeline,
        nodes=tuple(sources_first(nodes, edges)),
        edges=edges,
        layers=tuple(name for name in graph.layers if any(each.layer == name for each in nodes)),
    )


def id_of(name: str) -> str:
    """Return the id that the node called `name` has in the picture: two names never share one."""
    return "step-" + re.sub(r"[^A-Za-z0-9-]", lambda found: f"_{ord(found[0]):x}_", name)


def _rules(graph: ir.Graph) -> dict[str, int]:
    found: dict[str, int] = {}
    for gate in graph.gates:
        found[gate.step] = found.get(gate.step, 0) + sum(rule.action != "skip" for rule in gate.rules)
    return found


def _dataset(dataset: ir.Dataset, checks: int) -> Node:
    schema = dataset.relation.schema
    is_quarantine = dataset.made_by == "quarantine"
    return Node(
        name=dataset.name,
        label=dataset.name,
        kind=dataset.made_by,  # type: ignore[arg-type]  # hidden ones are not drawn
        detail=dataset.made_by,
        layer=dataset.layer,
        columns=tuple((each.name, str(each.type)) for each in schema),
        checks=0 if is_quarantine else checks,
        doc=dataset.doc,
    )


def _store(graph: ir.Graph, store: ir.Store) -> Node:
    mode = "" if store.mode == "default" else f" {store.mode}"
    return Node(
        name=store.name,
        label=store.target.path,
        kind="store",
        detail=f"store {store.target.format}{mode}",
        layer=store.layer,
        doc=store.doc,
    )


def _edges(graph: ir.Graph) -> Iterator[Edge]:
    """Give the edges, each once: the readings of steps, through what is hidden, then those of rules."""
    datasets = {each.name: each for each in graph.datasets}
    found: set[tuple[str, str]] = set()

    def visible(names: list[str]) -> Iterator[str]:
        for name in names:
            if datasets[name].made_by == "hidden":
                yield from visible(reads(datasets[name].relation))
            else:
                yield name

    def edge(source: str, target: str, *, is_side: bool = False) -> Iterator[Edge]:
        if source != target and (source, target) not in found:
            found.add((source, target))
            yield Edge(source=source, target=target, is_side=is_side)

    for dataset in graph.datasets:
        if dataset.made_by == "quarantine":
            yield from edge(dataset.step, dataset.name, is_side=True)
        elif dataset.made_by != "hidden":
            for name in visible(reads(dataset.relation)):
                yield from edge(name, dataset.name)
    for store in graph.stores:
        yield from edge(store.dataset, store.name)
    steps = datasets.keys() | {each.name for each in graph.stores}
    for gate in graph.gates:
        for name in visible(reads(gate.relation)):
            if (gate.step, name) not in found and gate.step in steps:
                yield from edge(name, gate.step, is_side=True)


def sources_first(nodes: list[Node], edges: tuple[Edge, ...]) -> list[Node]:
    """Return the nodes, each behind those that lead to it, else in their order."""
    waits: dict[str, set[str]] = {each.name: set() for each in nodes}
    leads: dict[str, list[str]] = {each.name: [] for each in nodes}
    for edge in edges:
        waits[edge.target].add(edge.source)
        leads[edge.source].append(edge.target)
    by_name = {each.name: each for each in nodes}
    ready = [each.name for each in reversed(nodes) if not waits[each.name]]
    found: list[Node] = []
    while ready:
        name = ready.pop()
        found.append(by_name[name])
        for target in reversed(leads[name]):
            waits[target].discard(name)
            if not waits[target]:
                ready.append(target)
    return found
