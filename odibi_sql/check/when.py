"""`when` with `rows(dataset)`: a gate of one row, counted when the run comes to it, that skips its step."""

from __future__ import annotations

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.check.datasets import dataset_named, internal_name
from odibi_sql.check.expressions import condition
from odibi_sql.check.gates import beside, count_unless, counted, paired
from odibi_sql.check.row_counts import calls_of_rows, counted_dataset
from odibi_sql.check.scope import Scope, Visible
from odibi_sql.diagnostics.options_errors import BadOption
from odibi_sql.syntax.nodes import mapped

COUNT = "rule_1"


def gate_of_when(context: Context, written: syntax.Expr, step: str, layer: str | None) -> ir.Gate | None:
    """Return the gate that a step waits for, or None where something in it is wrong (which is reported)."""
    columns: dict[str, ir.Relation] = {}
    for call in calls_of_rows(written):
        name = counted_dataset(call)
        if name is None:
            span, actual = call.span, f"`{call.span.text}`"
            context.report(BadOption(span=span, name="when", expected="`rows(DATASET)`", actual=actual))
            return None
        dataset = dataset_named(context, name)
        column = f"rows of {name.text}"
        if dataset.relation.schema.is_open:  # something is wrong with it, which is told elsewhere
            return None
        if column not in columns:
            read = ir.Read(schema=dataset.relation.schema, dataset=dataset.name)
            columns[column] = counted(read, [(column, None)])
    typed = condition(context, _scope(columns), mapped(written, _as_column, {}))
    if typed.type == ir.UNKNOWN:
        return None
    relation = count_unless(paired(list(columns.values()), beside), typed, COUNT)
    text = " ".join(written.span.text.split())
    rule = ir.GateRule(name="when", column=COUNT, action="skip", text=text, counts="failures", span=written.span)
    name_ = internal_name(context, f"{step}_when")
    return ir.Gate(name=name_, step=step, relation=relation, rules=(rule,), layer=layer, span=written.span)


def _scope(columns: dict[str, ir.Relation]) -> Scope:
    seen = [Visible(name=each, value=ir.Column(type=ir.INT64, nullable=False, name=each)) for each in columns]
    return Scope(columns=tuple(seen), what="`when`")


def _as_column(node: syntax.Node) -> syntax.Node | None:
    if not isinstance(node, syntax.Call) or node.name.text != "rows":
        return None
    name = counted_dataset(node)
    assert name is not None
    return syntax.Reference(span=node.span, parts=(syntax.Name(span=name.span, text=f"rows of {name.text}"),))
