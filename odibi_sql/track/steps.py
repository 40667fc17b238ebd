"""The statements of a pipeline as they are recorded, before anything ran."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.diagnostics import Span
from odibi_sql.ir.walk import datasets_read, relations
from odibi_sql.run.measured import Tracking
from odibi_sql.track.making import with_lineage
from odibi_sql.track.schemas import changes_between, columns_of
from odibi_sql.track.values import Column, Input, TrackedRule, TrackedStep


def steps_of(graph: ir.Graph, wanted: set[str], root: Path, tracking: Tracking) -> tuple[TrackedStep, ...]:
    """Return the steps that are wanted, in the order of the text."""
    datasets = {each.name: each for each in graph.datasets}
    found = [
        _of_dataset(graph, each, datasets, root, tracking)
        for each in graph.datasets
        if each.made_by not in ("hidden", "quarantine") and each.name in wanted
    ]
    found += [_of_store(each, datasets, tracking) for each in graph.stores if each.name in wanted]
    columns = {each.name: each.columns for each in found}
    changed = (_changed(each, columns) for each in found)
    return tuple(sorted(changed, key=lambda each: each.line))


def steps_of_graph(graph: ir.Graph, root: Path, tracking: Tracking) -> tuple[TrackedStep, ...]:
    """Return all steps of a pipeline that nothing has run of, with what each of their columns is made of."""
    names = {each.step for each in graph.datasets} | {each.name for each in graph.stores}
    return with_lineage(steps_of(graph, names, root, tracking), graph)


def steps_wanted(graph: ir.Graph, goals: tuple[str, ...]) -> set[str]:
    """Return the names of the steps that some goals need, and of the goals themselves."""
    datasets = {each.name: each for each in graph.datasets}
    stores = {each.name: each.dataset for each in graph.stores}
    wanted = {each for each in goals if each in stores}
    waiting = [stores.get(each, each) for each in goals]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in seen and name in datasets:
            seen.add(name)
            waiting += [datasets[name].step, *datasets_read(datasets[name].relation)]
    return wanted | {datasets[each].step for each in seen}


def _of_dataset(
    graph: ir.Graph, dataset: ir.Dataset, datasets: Mapping[str, ir.Dataset], root: Path, tracking: Tracking
) -> TrackedStep:
    assert dataset.made_by in ("ingest", "transform", "sql")
    return TrackedStep(
        name=dataset.name,
        kind=dataset.made_by,
        layer=dataset.layer,
        doc=dataset.doc,
        owner=dataset.options.owner,
        tags=dataset.options.tags,
        line=_line(dataset.span),
        text="" if dataset.span is None else dataset.span.text,
        reads=tuple(_reads(dataset, datasets)),
        input=_input(dataset.relation, root) if dataset.made_by == "ingest" else None,
        columns=columns_of(dataset.relation.schema, tracking.hidden(dataset.name, dataset.relation.schema.names), None),
        rules=tuple(
            TrackedRule(
                name=rule.name,
                action=rule.action,
                text=rule.text,
                counts=rule.counts,
                quarantine=rule.quarantine,
            )
            for gate in graph.gates
            if gate.step == dataset.name
            for rule in gate.rules
        ),
    )


def _of_store(store: ir.Store, datasets: Mapping[str, ir.Dataset], tracking: Tracking) -> TrackedStep:
    dataset = datasets[store.dataset]
    return TrackedStep(
        name=store.name,
        kind="store",
        layer=store.layer,
        doc=store.doc,
        owner=store.options.owner,
        tags=store.options.tags,
        line=_line(store.span),
        text="" if store.span is None else store.span.text,
        reads=(dataset.step,),
        dataset=store.dataset,
        target=store.target.path,
        mode=store.mode,
        columns=columns_of(
            dataset.relation.schema, tracking.hidden(store.dataset, dataset.relation.schema.names), None
        ),
    )


def _changed(step: TrackedStep, columns: Mapping[str, tuple[Column, ...]]) -> TrackedStep:
    """Return the step with what is other than in the first that it reads."""
    if step.kind == "store" or not step.reads or step.reads[0] not in columns:
        return step
    return replace(step, changes=changes_between(columns[step.reads[0]], step.columns))


def _reads(dataset: ir.Dataset, datasets: Mapping[str, ir.Dataset]) -> Iterator[str]:
    """Give the steps that a step reads, through what it hides, each once."""
    seen: set[str] = {dataset.step}
    waiting = list(datasets_read(dataset.relation))
    while waiting:
        each = datasets[waiting.pop(0)]
        if each.step == dataset.step:
            waiting = [*datasets_read(each.relation), *waiting]
        elif each.step not in seen:
            seen.add(each.step)
            yield each.step


def _input(relation: ir.Relation, root: Path) -> Input | None:
    scan = next((each for each in relations(relation) if isinstance(each, ir.Scan)), None)
    if scan is None:
        return None
    files = [file for group in scan.source.groups for file in group.files]
    patterns = [group.pattern for group in scan.source.groups if group.pattern is not None]
    location = ", ".join(patterns) or (files[0] if files else "")
    return Input(format=scan.source.format, location=location, files=len(files), bytes=_size(files, root))


def _size(files: list[str], root: Path) -> int | None:
    try:
        return sum((root / file).stat().st_size for file in files)
    except OSError:
        return None


def _line(span: Span | None) -> int:
    return 0 if span is None else span.source.line_and_column(span.start)[0]
