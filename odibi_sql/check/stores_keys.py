"""The keys of `mode merge on` and `mode scd2 on`."""

from __future__ import annotations

from odibi_sql import ir, syntax
from odibi_sql.check.columns import columns_named
from odibi_sql.check.context import Context
from odibi_sql.check.flow import flow_of
from odibi_sql.diagnostics.stores_errors import HistoryCannotCompare, HistoryColumn, KeyType

_NO_KEYS = ir.Array | ir.Struct | ir.Map | ir.Json | ir.Duration | ir.Float


def check_keys(context: Context, statement: syntax.Store, dataset: ir.Dataset) -> tuple[str, ...]:
    """Return the columns that tell the rows of the target apart, () where the mode has none."""
    mode = statement.mode
    if mode is None or not mode.keys:
        return ()
    flow = flow_of(dataset, statement.dataset.text, statement.dataset.span)
    names = columns_named(context, flow, mode.keys, f"`mode {mode.mode} on`")
    for name in mode.keys:
        field = flow.schema.get(name.text)
        if field is not None and isinstance(field.type, _NO_KEYS):
            context.report(KeyType(span=name.span, name=name.text, type=str(field.type), mode=mode.mode))
    if mode.mode == "scd2":
        _check_history(context, mode, flow.schema)
    return names


def _check_history(context: Context, mode: syntax.ModeClause, schema: ir.Schema) -> None:
    """Report columns that a history cannot have: those of its own, and those of which no change can be told."""
    own = {field.name for field in ir.HISTORY}
    for field in schema:
        if field.name.lower() in own:
            context.report(HistoryColumn(span=mode.span, name=field.name))
        elif not ir.is_comparable(field.type):
            context.report(HistoryCannotCompare(span=mode.span, name=field.name, type=str(field.type)))
