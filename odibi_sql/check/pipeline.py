"""A whole pipeline: its statements checked in the order in which they need each other, put together as a graph."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.check.fragments import with_fragments
from odibi_sql.check.graph import Step, in_order, quarantines_of, reads_of
from odibi_sql.check.hooks import check_hooks
from odibi_sql.check.layers import Layers, check_layers, layers_of
from odibi_sql.check.locations import check_locations
from odibi_sql.check.params import check_parameters
from odibi_sql.check.refused import refuse_statement
from odibi_sql.check.reuse import check_funcs
from odibi_sql.check.row_counts import datasets_counted, run_time_condition
from odibi_sql.check.statements import Made, check_step
from odibi_sql.check.stores import check_store, named_apart
from odibi_sql.check.tests import check_tests
from odibi_sql.check.unused import report_unused
from odibi_sql.check.when import gate_of_when
from odibi_sql.diagnostics.steps_errors import DuplicateName, NamesDifferInCase, TwoPipelines

Numbered = dict[str, tuple[int, Step]]  # steps with their place in the file, by a name that each has alone


def check_pipeline(context: Context, tree: syntax.Tree, given: Mapping[str, object]) -> ir.Graph:
    """Return the graph. Where an error was found, something in it is unknown and it is not to be used."""
    pipeline = _pipeline(context, tree)
    parameters = check_parameters(context, [each for each in tree.statements if isinstance(each, syntax.Param)], given)
    check_funcs(context, (*tree.brought, *tree.statements))
    tree = with_fragments(context, tree)
    for each in (*tree.brought, *tree.statements):
        refuse_statement(context, each)
    layers = layers_of(context, tree.statements)
    made = [Made(datasets=tuple(context.given.values())), *_check_steps(context, tree, layers)]
    stores, conditions = _check_stores(context, tree, layers)
    datasets = tuple(dataset for each in made for dataset in each.datasets)
    gates = tuple(gate for each in made for gate in each.gates)
    hooks = check_hooks(context, tree.statements)
    check_locations(context, tree.statements)
    check_tests(context, tree)
    report_unused(context, tree, datasets, (*gates, *conditions), stores)
    return ir.Graph(
        pipeline=_name(tree) if pipeline is None else pipeline.name.text,
        doc=_doc(pipeline),
        parameters=parameters,
        datasets=datasets,
        gates=(*_in_text_order(tree, gates), *conditions),
        stores=stores,
        layers=layers.names,
        clock=context.clock,
        hooks=hooks,
    )


def _in_text_order(tree: syntax.Tree, gates: Iterable[ir.Gate]) -> tuple[ir.Gate, ...]:
    """Return the gates in the order of their steps: a rule itself can stand elsewhere, in a fragment."""
    places = {each.name.text: number for number, each in enumerate(tree.statements) if isinstance(each, Step)}
    return tuple(sorted(gates, key=lambda gate: places.get(gate.step, -1)))


def _pipeline(context: Context, tree: syntax.Tree) -> syntax.Pipeline | None:
    found = [each for each in tree.statements if isinstance(each, syntax.Pipeline)]
    for each in found[1:]:
        context.report(TwoPipelines(span=each.span, name=found[0].name.text, more=((found[0].span, "the first"),)))
    return found[0] if found else None


def _name(tree: syntax.Tree) -> str:
    name, _ = posixpath.splitext(posixpath.basename(tree.source.name.replace("\\", "/")))
    return name if name.replace("_", "").replace("-", "").isalnum() else "pipeline"


def _doc(pipeline: syntax.Pipeline | None) -> str | None:
    if pipeline is None:
        return None
    return pipeline.doc if pipeline.purpose is None else pipeline.purpose.value


def _check_steps(context: Context, tree: syntax.Tree, layers: Layers) -> list[Made]:
    steps, makers = _named(context, tree)
    context.datasets.update(context.given)
    context.names.update({name: each.span for name, each in context.given.items()})
    for name in tree.broken:
        context.names.setdefault(name.text, name.span)
    reads = {name: reads_of(step) for name, (_, step) in steps.items()}
    made_in = {dataset: layers.of_statement.get(steps[maker][0]) for dataset, maker in makers.items() if maker in steps}
    made = []
    for key in in_order(context, list(steps), reads, makers):
        number, step = steps[key]
        layer = layers.of_statement.get(number)
        check_layers(context, layers, step.name.text, layer, reads[key], made_in)
        made.append(check_step(context, step, layer))
    return made


def _named(context: Context, tree: syntax.Tree) -> tuple[Numbered, dict[str, str]]:
    """Return the steps, and for each dataset the step that makes it; a name that is given twice is reported."""
    steps: Numbered = {}
    makers: dict[str, str] = {}
    folded: dict[str, str] = {}
    for number, each in enumerate(tree.statements):
        if not isinstance(each, syntax.Ingest | syntax.Transform | syntax.Sql | syntax.Python):
            continue
        key = each.name.text if each.name.text not in steps else f"{each.name.text} {number}"
        if not isinstance(each, syntax.Python):
            steps[key] = (number, each)
        aside = () if isinstance(each, syntax.Python) else quarantines_of(each)
        for name in (each.name, *aside):
            if name.text in context.given:
                continue
            _check_name(context, name, folded)
            makers.setdefault(name.text, key)
            context.names.setdefault(name.text, name.span)
    return steps, makers


def _check_name(context: Context, name: syntax.Name, folded: dict[str, str]) -> None:
    if name.text in context.names:
        first = context.names[name.text]
        more = () if first is None else ((first, "the first"),)
        context.report(DuplicateName(span=name.span, name=name.text, things="datasets", more=more))
        return
    other = folded.setdefault(name.text.casefold(), name.text)
    if other != name.text:
        context.report(NamesDifferInCase(span=name.span, name=name.text, other=other, things="datasets"))


def _check_stores(
    context: Context, tree: syntax.Tree, layers: Layers
) -> tuple[tuple[ir.Store, ...], tuple[ir.Gate, ...]]:
    """Return the stores, and the gates of those whose `when` is decided when the run comes to them."""
    made_in = {each.name: each.layer for each in context.datasets.values()}
    found: list[tuple[ir.Store, ir.Gate | None]] = []
    for number, each in enumerate(tree.statements):
        if isinstance(each, syntax.Store):
            layer = layers.of_statement.get(number)
            reads = (each.dataset, *datasets_counted(each.options))
            check_layers(context, layers, f"store {each.dataset.text}", layer, reads, made_in)
            store = check_store(context, each, layer)
            written = run_time_condition(each.options)
            gate = None if written is None else gate_of_when(context, written, f"{each.dataset.text}_store", layer)
            if store is not None:
                found.append((store, gate))
    stores = named_apart([store for store, _ in found])
    pairs = [(store, gate) for store, (_, gate) in zip(stores, found, strict=True)]
    gates = tuple(replace(gate, step=store.name) for store, gate in pairs if gate is not None)
    return tuple(replace(store, gates=() if gate is None else (gate.name,)) for store, gate in pairs), gates
