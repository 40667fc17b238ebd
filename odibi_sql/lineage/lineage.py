"""The lineage of a graph: each dataset in terms of those that its step reads."""

from __future__ import annotations

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.ir import walk
from odibi_sql.lineage.relations import Reading, State, state_of
from odibi_sql.lineage.values import (
    NOTHING,
    Column,
    Lineage,
    Mention,
    Ref,
    SourceColumns,
    Traced,
    TracedRule,
    Use,
    Uses,
    through,
)


def lineage_of(graph: ir.Graph, *, has_rules: bool = True) -> Lineage:
    """Return what each column of each dataset is made of, and what decides which rows there are. Nothing is read.

    What a step keeps to itself (the rows before an expectation) is seen through. Without rules it takes less time.
    """
    tracing = _Tracing(graph)
    for dataset in graph.datasets:
        tracing.add(dataset)
    traced = {each.name: tracing.traced(each) for each in graph.datasets if each.made_by != "hidden"}
    return Lineage(
        pipeline=graph.pipeline,
        datasets=traced,
        sources=tracing.sources,
        rules=tuple(each for gate in graph.gates for each in tracing.rules_of(gate)) if has_rules else (),
        stores=graph.stores,
    )


class _Tracing:
    """What is known so far of the datasets of a graph."""

    def __init__(self, graph: ir.Graph) -> None:
        self.sources: dict[str, SourceColumns] = {}
        self._datasets = {each.name: each for each in graph.datasets}
        self._ingests = {each.step for each in graph.datasets if each.made_by == "ingest"}
        self._states: dict[str, State] = {}
        self._mentions: dict[str, list[Mention]] = {}
        self._read: dict[str, State] = {}

    def add(self, dataset: ir.Dataset) -> None:
        mentions = self._mentions.setdefault(dataset.name, [])
        source = _source_in(dataset.relation) if dataset.step in self._ingests else None

        def leaf(relation: ir.Relation) -> State:
            if isinstance(relation, ir.Read):
                return self._reading_of(relation.dataset)
            if relation is source:
                return self._source(dataset.step, relation)
            return State(columns=dict.fromkeys(relation.schema.names, Column()), rows=NOTHING)

        reading = Reading(leaf=leaf, source=source, step=dataset.step, mentions=mentions)
        self._states[dataset.name] = state_of(dataset.relation, reading)

    def traced(self, dataset: ir.Dataset) -> Traced:
        state = self._states[dataset.name]
        mentions = [each for name in walk.datasets_read(dataset.relation) for each in self._of_hidden(name)]
        mentions += self._mentions[dataset.name]
        return Traced(
            dataset=dataset,
            columns={name: state.columns[name] for name in dataset.relation.schema.names},
            rows=state.rows,
            order=state.order if _is_sorted(dataset.relation) else _order_of(dataset, state),
            mentions=tuple(mentions),
        )

    def rules_of(self, gate: ir.Gate) -> list[TracedRule]:
        """Return the rules of a gate: seen alone, and with all that decides which rows it counts."""
        alone = state_of(gate.relation, Reading(leaf=self._opaque, step=gate.step, mentions=[]))
        whole = state_of(gate.relation, Reading(leaf=self._leaf, step=gate.step, mentions=[]))
        return [
            TracedRule(
                step=gate.step, rule=rule, uses=alone.columns[rule.column].uses, rows=whole.columns[rule.column].uses
            )
            for rule in gate.rules
        ]

    def _leaf(self, relation: ir.Relation) -> State:
        if isinstance(relation, ir.Read):
            return self._reading_of(relation.dataset)
        return State(columns=dict.fromkeys(relation.schema.names, Column()), rows=NOTHING)

    def _opaque(self, relation: ir.Relation) -> State:
        state = self._leaf(relation)
        is_hidden = isinstance(relation, ir.Read) and self._datasets[relation.dataset].made_by == "hidden"
        return replace(state, rows=NOTHING) if is_hidden else state

    def _reading_of(self, name: str) -> State:
        """Return what is read of a dataset: its columns, or what they are made of where it is hidden."""
        dataset = self._datasets[name]
        if dataset.made_by == "hidden":
            state = self._states[name]
            return replace(state, keys=(*state.keys, *dataset.keys))
        if name not in self._read:
            columns = {each: Column(uses=_only(Ref(name, each))) for each in dataset.relation.schema.names}
            state = State(columns=columns, rows=_only(Ref(name)), keys=dataset.keys)
            self._read[name] = replace(state, order=_order_of(dataset, state))
        return self._read[name]

    def _source(self, step: str, relation: ir.Relation) -> State:
        format_, location = _place(relation)
        self.sources[step] = SourceColumns(step=step, schema=relation.schema, format=format_, location=location)
        columns = {each: Column(uses=_only(Ref(step, each, is_source=True))) for each in relation.schema.names}
        return State(columns=columns, rows=_only(Ref(step, is_source=True)))

    def _of_hidden(self, name: str) -> list[Mention]:
        if self._datasets[name].made_by != "hidden":
            return []
        below = walk.datasets_read(self._datasets[name].relation)
        return [*(each for other in below for each in self._of_hidden(other)), *self._mentions[name]]


def _only(ref: Ref) -> Uses:
    return frozenset([Use(ref, "IDENTITY")])


def _source_in(relation: ir.Relation) -> ir.Relation | None:
    """Return the files or the written rows that an ingest's relation begins with; None where it reads a dataset."""
    while not (isinstance(relation, ir.Scan) or _is_written(relation)):
        below = walk.inputs(relation)
        if not below:
            return None
        relation = below[0]
    return relation


def _is_written(relation: ir.Relation) -> bool:
    """Whether these are the rows of `values`; those with lists or structs are projections of one row each."""
    match relation:
        case ir.Rows():
            return True
        case ir.Project(input=ir.Rows(rows=[_]), columns=columns):
            return not any(walk.columns_used(each.value) for each in columns)
        case ir.SetOperation(kind="union", is_distinct=False, inputs=inputs):
            return all(isinstance(each, ir.Project) and _is_written(each) for each in inputs)
    return False


def _is_sorted(relation: ir.Relation) -> bool:
    while isinstance(relation, ir.Project):
        relation = relation.input
    return isinstance(relation, ir.Sort)


def _order_of(dataset: ir.Dataset, state: State) -> Uses:
    keys = [state.columns[key.value.name].uses for key in dataset.order if isinstance(key.value, ir.Column)]
    return through("SORT", NOTHING.union(*keys))


def _place(relation: ir.Relation) -> tuple[str, str | None]:
    """Return the format of what an ingest reads, and where it is: as it is written, or the first of its files."""
    if not isinstance(relation, ir.Scan):
        return "values", None
    groups = relation.source.groups
    patterns = [group.pattern for group in groups if group.pattern is not None]
    files = [file for group in groups for file in group.files]
    others = f" and {len(files) - 1} more" if len(files) > 1 else ""
    found = ", ".join(patterns) or (f"{files[0]}{others}" if files else "")
    return relation.source.format, found or _as_written(relation)


def _as_written(relation: ir.Scan) -> str:
    """Return the location in the words of the pipeline: of files that are not there yet nothing else is known."""
    text = "" if relation.span is None else relation.span.text.partition("\n")[0]
    return text[len(relation.source.format) :].strip().strip("\"'")
