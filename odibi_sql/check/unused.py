"""Datasets that no store needs."""

from __future__ import annotations

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.diagnostics.steps_errors import UnusedDataset
from odibi_sql.ir.walk import datasets_read


def report_unused(
    context: Context,
    tree: syntax.Tree,
    datasets: tuple[ir.Dataset, ...],
    gates: tuple[ir.Gate, ...],
    stores: tuple[ir.Store, ...],
) -> None:
    """Report each step that nothing reads and no store writes, where there is a store and nothing is wrong."""
    if not stores or any(each.severity == "error" for each in context.findings):
        return
    read = {store.dataset for store in stores}
    for dataset in datasets:
        read.update(datasets_read(dataset.relation))
    for gate in gates:
        read.update(name for name in datasets_read(gate.relation) if name != gate.step)
    used_steps = {each.step for each in datasets if each.name in read and each.made_by != "hidden"}
    for statement in tree.statements:
        if isinstance(statement, syntax.Ingest | syntax.Transform | syntax.Sql):
            name = statement.name
            if name.text not in used_steps:
                context.report(UnusedDataset(span=name.span, name=name.text), statement.allowed)
