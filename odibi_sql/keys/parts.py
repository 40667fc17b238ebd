"""What a key is made of, for people: what each step says by itself, each source, each parameter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

import msgspec

from odibi_sql import ir
from odibi_sql.keys.digest import digest
from odibi_sql.keys.leaves import Alone
from odibi_sql.keys.needed import Needed, needed_by
from odibi_sql.keys.reading import Reading
from odibi_sql.keys.relations import Shape, shape_of

Parts = tuple[tuple[str, str], ...]


class World(Protocol):
    """What is outside of the graph."""

    def files(self, source: ir.FileSource) -> str:
        """Return what stands for the content of files."""

    def moment(self, function: str) -> str:
        """Return what a function that reads the clock gives."""


class _Step(msgspec.Struct, frozen=True):
    """What one dataset says by itself where certain of its columns are asked for, and what it reads."""

    digest: str
    needed: Needed


class Steps:
    """The steps of a graph, each by itself."""

    def __init__(self, graph: ir.Graph, world: World) -> None:
        self._reading = Reading(graph)
        self._gates = {each.name: each for each in graph.gates}
        self._parameters = [(f"parameter {each.name}", _shown(each.value)) for each in graph.parameters]
        self._world = world
        self._shapes: dict[str, Shape] = {}
        self._steps: dict[tuple[str, frozenset[str]], _Step] = {}

    def of_gate(self, name: str, contents: Mapping[str, str]) -> tuple[Parts, bool]:
        """Return the parts of a gate, and whether nothing of them differs from run to run."""
        gate = self._gates[name]
        counted = [each.column for each in gate.rules]
        shape = shape_of(gate.relation, Alone(self._reading.datasets))
        said = _digest_of(shape, counted, [(each.action, each.counts) for each in gate.rules])
        parts, is_pinned = self.of(needed_by(gate.relation, counted), contents)
        return (*parts, (f"checks of {gate.step}", said[:12])), is_pinned

    def of_dataset(self, name: str, contents: Mapping[str, str]) -> tuple[Parts, bool]:
        """Return the parts of all columns of a dataset, and whether nothing of them differs from run to run."""
        return self.of(Needed(columns={name: set(self._reading.datasets[name].relation.schema.names)}), contents)

    def of(self, needed: Needed, contents: Mapping[str, str]) -> tuple[Parts, bool]:
        """Return the parts of what is needed, and whether nothing of them differs from run to run."""
        columns = {name: set(used) for name, used in needed.columns.items()}
        steps: list[tuple[str, _Step]] = []
        for name in reversed(self._reading.needed(columns, contents.__contains__)):
            if name in columns:
                step = self._step(name, frozenset(columns[name]))
                steps.append((name, step))
                for other, used in step.needed.columns.items():
                    columns.setdefault(other, set()).update(used)
        steps.reverse()
        read = [(f"rows of {name}", content) for name, content in sorted(contents.items()) if name in columns]
        outside = self._outside([needed, *(step.needed for _, step in steps)])
        return (*self._parameters, *read, *self._sources(steps), *self._said(steps), *outside), not outside

    def _sources(self, steps: list[tuple[str, _Step]]) -> list[tuple[str, str]]:
        found = []
        for name, step in steps:
            for number, source in enumerate(step.needed.sources):
                count = sum(len(group.files) for group in source.groups)
                text = f"{self._world.files(source)[:12]}, {count} file{'' if count == 1 else 's'}"
                found.append((f"source {name} {number + 1}" if number else f"source {name}", text))
        return found

    def _said(self, steps: list[tuple[str, _Step]]) -> list[tuple[str, str]]:
        """Return a part for each step; what is split off a step is told as the step itself."""
        found: dict[str, list[str]] = {}
        for name, step in steps:
            found.setdefault(self._reading.datasets[name].step, []).append(step.digest)
        return [(f"step {name}", digest(digests)[:12]) for name, digests in found.items()]

    def _outside(self, needed: list[Needed]) -> list[tuple[str, str]]:
        clocks = sorted(set[str]().union(*(each.clocks for each in needed)))
        volatile = sorted(set[str]().union(*(each.volatile for each in needed)))
        found = [(f"{name}()", self._world.moment(name)) for name in clocks]
        return found + [(f"{name}()", "differs each time") for name in volatile]

    def _step(self, name: str, columns: frozenset[str]) -> _Step:
        known = self._steps.get((name, columns))
        if known is None:
            dataset = self._reading.datasets[name]
            relation = dataset.relation
            if name not in self._shapes:
                self._shapes[name] = shape_of(relation, Alone(self._reading.datasets))
            names = [each for each in relation.schema.names if each in columns]
            order = [(key.value.name, key.descending) for key in dataset.order if isinstance(key.value, ir.Column)]
            said = _digest_of(self._shapes[name], names, [order, dataset.options.skip])
            known = self._steps[name, columns] = _Step(said, needed_by(relation, columns))
        return known


def _digest_of(shape: Shape, names: Iterable[str], more: object) -> str:
    return digest(shape.rows, shape.order, [(each, shape.columns[each]) for each in names], more)


def _shown(value: ir.Value) -> str:
    return "null" if value is None else str(value)
