"""The keys of a graph: what would have to be computed again, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from odibi_sql import ir
from odibi_sql.ir.walk import datasets_read
from odibi_sql.keys.digest import final_digest, type_text
from odibi_sql.keys.files import options_that_count
from odibi_sql.keys.leaves import Whole
from odibi_sql.keys.parts import Parts, Steps
from odibi_sql.keys.reading import Reading
from odibi_sql.keys.relations import shape_of

Contents = Mapping[str, str]
_NOTHING: Contents = MappingProxyType({})


class Key(msgspec.Struct, frozen=True):
    """What stands for a result: where two digests are the same, so are the results."""

    digest: str  # sha256, in hex
    parts: Parts  # what it is made of, for people: names, and values or short digests
    is_pinned: bool  # False: it reads the clock, or something else that differs from run to run


class Keys:
    """The keys of one graph, as the optimizer leaves it.

    `fingerprint` gives what stands for the content of files; it is asked once for each source. `context` are facts that
    every key depends on: the engine and its version, and the like. `written` is the graph before it was optimized: with
    it the parts speak of what stands in the text of a step, not of what the optimizer moved there. `contents`, in all
    methods, says of datasets what stands for their rows: who reads them depends on that, and no more on how they are
    made.
    """

    def __init__(
        self,
        graph: ir.Graph,
        fingerprint: Callable[[ir.FileSource], str],
        context: Parts = (),
        *,
        written: ir.Graph | None = None,
    ) -> None:
        self._context = tuple(sorted(context))
        self._stores = {each.name: each for each in graph.stores}
        self._gates = {each.name: each for each in graph.gates}
        self._reading = Reading(graph)
        self._leaves = Whole(graph, self._reading.datasets, fingerprint)
        self._after: tuple[Contents, Whole] = (_NOTHING, self._leaves)
        self._steps = Steps(graph if written is None else written, self._leaves)
        self._made: dict[tuple[str, str, frozenset[tuple[str, str]]], Key] = {}

    def store(self, name: str, contents: Contents = _NOTHING) -> Key:
        """Return the key of what a store writes, and where. Raises KeyError."""
        return self._once("store", self._store, name, contents)

    def dataset(self, name: str, contents: Contents = _NOTHING) -> Key:
        """Return the key of the rows of a dataset. Raises KeyError."""
        return self._once("dataset", self._dataset, name, contents)

    def gate(self, name: str, contents: Contents = _NOTHING) -> Key:
        """Return the key of what a gate counts, and of what its rules make of it. Raises KeyError.

        Its counts are told by their places: rules of other names are the same.
        """
        return self._once("gate", self._gate, name, contents)

    def _once(self, kind: str, make: Callable[[str, Contents], Key], name: str, contents: Contents) -> Key:
        """Return a key that is made once: a run is planned twice, first by what would have to run at all."""
        asked = kind, name, frozenset(contents.items())
        if asked not in self._made:
            self._made[asked] = make(name, contents)
        return self._made[asked]

    def _store(self, name: str, contents: Contents) -> Key:
        store, target = self._stores[name], self._stores[name].target
        options = options_that_count(target.format, target.options, "write")
        where = [target.format, target.path, target.is_folder, target.partition, options]
        made = self._of_dataset(["store", where, store.mode, store.keys, store.options.skip], store.dataset, contents)
        parts, is_pinned = self._steps.of_dataset(store.dataset, contents)
        mode = f"{store.mode} on {', '.join(store.keys)}" if store.keys else store.mode
        own = (("target", _target_text(target)), ("mode", mode))
        skipped = (("skipped", "by its `when`"),) if store.options.skip else ()
        return Key(made, (*self._context, *parts, *own, *skipped), is_pinned)

    def _dataset(self, name: str, contents: Contents) -> Key:
        others = {each: content for each, content in contents.items() if each != name}
        made = self._of_dataset(["dataset"], name, others)
        parts, is_pinned = self._steps.of_dataset(name, others)
        return Key(made, (*self._context, *parts), is_pinned)

    def _gate(self, name: str, contents: Contents) -> Key:
        gate = self._gates[name]
        shape = shape_of(gate.relation, self._ready(datasets_read(gate.relation), contents))
        rules = [(each.action, each.counts, shape.columns[each.column]) for each in gate.rules]
        made = final_digest(["gate"], self._context, shape.rows, rules)
        parts, is_pinned = self._steps.of_gate(name, contents)
        return Key(made, (*self._context, *parts), is_pinned)

    def _of_dataset(self, what: list[Any], name: str, contents: Contents) -> str:
        """Return the digest of what is made of all columns of a dataset, in their order, and of its rows in theirs."""
        dataset = self._reading.datasets[name]
        shape = self._ready((name,), contents).dataset(name)
        columns = [(each.name, type_text(each.type), shape.columns[each.name]) for each in dataset.relation.schema]
        order = [(shape.columns[_name(key)], key.descending, key.nulls_first) for key in dataset.order]
        return final_digest(what, self._context, shape.rows, shape.order, order, columns)

    def _ready(self, names: Iterable[str], contents: Contents) -> Whole:
        """Return the leaves, with the shapes of these datasets and of all that they read."""
        leaves = self._leaves_after(contents)
        for name in self._reading.needed(names, lambda each: each in leaves.shapes or each in contents):
            leaves.shapes[name] = shape_of(self._reading.datasets[name].relation, leaves)
        return leaves

    def _leaves_after(self, contents: Contents) -> Whole:
        if not contents:
            return self._leaves
        if self._after[0] != contents:
            self._after = dict(contents), self._leaves.after(contents)
        return self._after[1]


def _name(key: ir.SortKey) -> str:
    assert isinstance(key.value, ir.Column)
    return key.value.name


def _target_text(target: ir.Target) -> str:
    options = ", ".join(f"{name}: {value}" for name, value in sorted(target.options))
    by = f" partition by {', '.join(target.partition)}" if target.partition else ""
    return f'{target.format} "{target.path}"{f" ({options})" if options else ""}{by}'
