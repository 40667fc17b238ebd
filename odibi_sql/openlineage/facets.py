"""Inputs and outputs of a run as OpenLineage has them: schemas, column lineage, what else is known of them.

The model is that of the official client, which is imported with this file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from openlineage.client import event_v2 as events
from openlineage.client import facet_v2 as facets

from odibi_sql import ir
from odibi_sql.ir.walk import relations
from odibi_sql.lineage import (
    DIRECT,
    Lineage,
    Ref,
    Use,
    Uses,
    expressions_of,
    lineage_of,
    sensitive_columns,
    sources_of,
    strength,
)
from odibi_sql.openlineage.naming import Name, name_of, name_of_source

_MOST = 500  # characters of an expression
_CHANGES = {"default": "OVERWRITE", "overwrite": "OVERWRITE"}


class Datasets:
    """What the stores of a graph read and write."""

    def __init__(self, graph: ir.Graph, root: Path, goals: Iterable[str], producer: str) -> None:
        self._lineage = lineage_of(graph)
        self._sources = sources_of(self._lineage)
        self._producer = producer
        self._root = root
        self._names = dict(_names(graph, root))
        self._sensitive = sensitive_columns(graph)
        wanted = set(goals)
        self.stores = {each.name: each for each in graph.stores if each.name in wanted}

    def inputs(self) -> list[Any]:
        """Return the files that the stores read, each place once; rows written in the pipeline are none."""
        steps = {
            use.ref.dataset
            for store in self.stores.values()
            for column in (None, *self._lineage.datasets[store.dataset].columns)
            for use in self._sources[Ref(store.dataset, column)]
        }
        found: dict[Name, Any] = {}
        for step in self._lineage.sources:
            name = self._names.get(step)
            if step in steps and name is not None and name not in found:
                schema = self._lineage.sources[step].schema
                known = {"schema": self._schema(schema)} | self._tags(step, schema.names)
                found[name] = events.InputDataset(name.namespace, name.name, facets=known)
        return list(found.values())

    def output(self, store: ir.Store, written: Mapping[str, int | None] | None = None) -> Any:
        """Return what a store writes; `written`: rows, bytes and files, where they are known."""
        name = name_of(store.target.path, self._root)
        dataset = self._lineage.datasets[store.dataset].dataset
        schema = dataset.relation.schema
        history = ir.HISTORY if store.mode == "scd2" else ()
        found = {
            "schema": self._schema((*schema, *history)),
            "columnLineage": self._column_lineage(dataset),
            "datasetType": facets.dataset_type_dataset.DatasetTypeDatasetFacet("FILE", producer=self._producer),
        }
        found |= self._tags(dataset.name, schema.names)
        doc = store.doc or dataset.doc
        if doc:
            documented = facets.documentation_dataset.DocumentationDatasetFacet
            found["documentation"] = documented(doc, producer=self._producer)
        owner = store.options.owner or dataset.options.owner
        if owner:
            owners = [facets.ownership_dataset.Owner(owner)]
            found["ownership"] = facets.ownership_dataset.OwnershipDatasetFacet(owners, producer=self._producer)
        if written is None:
            return events.OutputDataset(name.namespace, name.name, facets=found)
        if store.mode in _CHANGES:
            room = facets.lifecycle_state_change_dataset
            change = room.LifecycleStateChange(_CHANGES[store.mode])
            found["lifecycleStateChange"] = room.LifecycleStateChangeDatasetFacet(change, producer=self._producer)
        counted = facets.output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
            rowCount=written.get("rows"),
            size=written.get("bytes"),
            fileCount=written.get("files"),
            producer=self._producer,
        )
        return events.OutputDataset(name.namespace, name.name, facets=found, outputFacets={"outputStatistics": counted})

    def _schema(self, fields: Iterable[ir.Field]) -> Any:
        room = facets.schema_dataset
        listed = [
            room.SchemaDatasetFacetFields(each.name, str(each.type), ordinal_position=place)
            for place, each in enumerate(fields, start=1)
        ]
        return room.SchemaDatasetFacet(listed, producer=self._producer)

    def _tags(self, dataset: str, names: Iterable[str]) -> dict[str, Any]:
        """Return the facet that says which columns are sensitive, where some are."""
        room = facets.tags_dataset
        columns = self._sensitive.get(dataset, frozenset())
        tags = [room.TagsDatasetFacetFields("sensitive", "true", "ODIBI", name) for name in names if name in columns]
        return {"tags": room.TagsDatasetFacet(tags, producer=self._producer)} if tags else {}

    def _column_lineage(self, dataset: ir.Dataset) -> Any:
        room = facets.column_lineage_dataset
        traced = self._lineage.datasets[dataset.name]
        fields = {}
        for column in traced.columns:
            ref = Ref(dataset.name, column)
            inputs = self._inputs_of(self._sources[ref], _expression(self._lineage, ref))
            if inputs:
                fields[column] = room.Fields(inputs)
        order = {Use(use.ref, "SORT") for each in traced.order for use in self._above(each.ref)}
        deciding = self._inputs_of(self._sources[Ref(dataset.name)] | order, None)
        return room.ColumnLineageDatasetFacet(fields, deciding, producer=self._producer)

    def _above(self, ref: Ref) -> Uses:
        return frozenset([Use(ref, "IDENTITY")]) if ref.is_source else self._sources[ref]

    def _inputs_of(self, uses: Iterable[Use], expression: str | None) -> list[Any]:
        """Return the columns of files among these uses, in the order of their names, each with all its kinds."""
        room = facets.column_lineage_dataset
        kinds: dict[tuple[Name, str], set[Any]] = {}
        for use in uses:
            name = self._names.get(use.ref.dataset)
            if name is not None and use.ref.column is not None:
                kinds.setdefault((name, use.ref.column), set()).add(use.kind)
        return [
            room.InputField(
                name.namespace,
                name.name,
                column,
                [
                    room.Transformation(
                        type="DIRECT" if kind in DIRECT else "INDIRECT",
                        subtype=kind,
                        description=expression if kind in DIRECT else None,
                        masking=False,
                    )
                    for kind in sorted(found, key=strength)
                ],
            )
            for (name, column), found in sorted(kinds.items(), key=lambda each: (each[0][0].name, each[0][1]))
        ]


def _names(graph: ir.Graph, root: Path) -> Iterator[tuple[str, Name]]:
    """Give for each ingest of files the name of what it reads."""
    for dataset in graph.datasets:
        for each in relations(dataset.relation):
            if isinstance(each, ir.Scan):
                name = name_of_source(each.source, root)
                if name is not None:
                    yield dataset.step, name


def _expression(lineage: Lineage, ref: Ref) -> str | None:
    """Return the last expression that makes a column, through the steps that take it over as it is."""
    while not ref.is_source and ref.column is not None:
        column = lineage.datasets[ref.dataset].columns[ref.column]
        if column.made:
            text = expressions_of(column.made[:1])[0].text
            return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"
        taken = [use.ref for use in column.uses if use.kind == "IDENTITY"]
        if len(taken) != 1:
            return None
        ref = taken[0]
    return None
