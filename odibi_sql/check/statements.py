"""The statements that make datasets: ingest, transform, sql."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.check.datasets import OPEN, dataset_named
from odibi_sql.check.flow import Flow, finished, flow_of
from odibi_sql.check.graph import Step, reads_of
from odibi_sql.check.ingests import check_source
from odibi_sql.check.options import check_step_options, hold_cache, hold_sensitive
from odibi_sql.check.row_counts import run_time_condition
from odibi_sql.check.steps import check_operators
from odibi_sql.check.when import gate_of_when


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What a step makes: its dataset last, hidden ones and quarantines before it."""

    datasets: tuple[ir.Dataset, ...]
    gates: tuple[ir.Gate, ...] = ()


def check_step(context: Context, step: Step, layer: str | None) -> Made:
    """Return what a step makes, and put its datasets where later steps find them."""
    options = check_step_options(context, step.options)
    if any(name.text in context.datasets and context.datasets[name.text].options.skip for name in reads_of(step)):
        options = replace(options, skip=True)
    flow = replace(_rows(context, step), layer=layer, allowed=step.allowed)
    flow = finished(check_operators(context, flow, () if isinstance(step, syntax.Sql) else step.operators))
    hold_cache(context, step.options, options, flow.relation.schema)
    hold_sensitive(context, step.options, options, flow.relation.schema)
    flow = _waiting(context, step, flow, layer)
    dataset = ir.Dataset(
        name=step.name.text,
        relation=flow.relation,
        made_by=_made_by(step),
        step=step.name.text,
        order=flow.order,
        keys=flow.keys,
        layer=layer,
        doc=step.doc,
        options=options,
        gates=flow.gate_names,
        is_discovered=_is_discovered(step),
        span=step.span,
    )
    made = (*(replace(each, options=options, layer=layer) for each in flow.datasets), dataset)
    datasets = tuple(each for each in made if each.name not in context.given)
    for each in datasets:
        if each.made_by != "hidden":
            context.datasets[each.name] = each
    return Made(datasets=datasets, gates=flow.gates)


def _waiting(context: Context, step: Step, flow: Flow, layer: str | None) -> Flow:
    """Return the flow behind the gate of a `when` that is decided when it runs; what it splits off waits as well."""
    written = run_time_condition(step.options)
    gate = None if written is None else gate_of_when(context, written, step.name.text, layer)
    if gate is None:
        return flow
    datasets = tuple(replace(each, gates=(gate.name, *each.gates)) for each in flow.datasets)
    others = tuple(replace(each, after=(gate.name, *each.after)) for each in flow.gates)
    return replace(flow, gates=(gate, *others), datasets=datasets)


def _made_by(step: Step) -> Literal["ingest", "transform", "sql"]:
    match step:
        case syntax.Ingest():
            return "ingest"
        case syntax.Sql():
            return "sql"
    return "transform"


def _rows(context: Context, step: Step) -> Flow:
    """Return the rows that a step begins with."""
    name = step.name.text
    start = Flow(step=name, source=name, relation=ir.Rows(schema=OPEN, rows=()))
    match step:
        case syntax.Transform(source=source):
            return flow_of(dataset_named(context, source), name, source.span)
        case syntax.Ingest():
            return check_source(context, step, replace(start, allowed=step.allowed))
        case syntax.Sql():
            from odibi_sql.check.queries import check_sql_step

            return check_sql_step(context, step, replace(start, allowed=step.allowed))
    raise TypeError(step)


def _is_discovered(step: Step) -> bool:
    return isinstance(step, syntax.Ingest) and isinstance(step.source, syntax.FilesFrom) and step.schema is None
