"""Datasets by name: those that are there, those that a mistake keeps from being known, those that do not exist."""

from __future__ import annotations

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.check.flow import Flow, flow_of
from odibi_sql.diagnostics import did_you_mean
from odibi_sql.diagnostics.steps_errors import UnknownDataset

OPEN = ir.Schema((), is_open=True)


def dataset_named(context: Context, name: syntax.Name) -> ir.Dataset:
    """Return the dataset; one with an open schema where it does not exist (which is reported) or reads itself."""
    found = context.datasets.get(name.text)
    if found is not None:
        return found
    if name.text not in context.names:
        suggestion = did_you_mean(name.text, context.names) or "the pipeline makes no datasets"
        context.report(UnknownDataset(span=name.span, name=name.text, suggestion=suggestion))
    return open_dataset(name.text)


def open_dataset(name: str, made_by: str = "transform") -> ir.Dataset:
    """Return a dataset of which nothing is known, because of a mistake that is told elsewhere."""
    relation = ir.Read(schema=OPEN, dataset=name)
    return ir.Dataset(name=name, relation=relation, made_by=made_by, step=name)  # type: ignore[arg-type]


def read(context: Context, name: syntax.Name) -> Flow:
    """Return the rows of another dataset, as an operator of a step reads them."""
    return flow_of(dataset_named(context, name), name.text, name.span)


def internal_name(context: Context, name: str) -> str:
    """Return a name that nothing else in the pipeline has, and keep it taken."""
    found, number = name, 2
    while found in context.names or found in context.internal:
        found, number = f"{name}_{number}", number + 1
    context.internal.add(found)
    return found
