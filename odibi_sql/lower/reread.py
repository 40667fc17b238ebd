"""Which store of a dataset gives its rows back, so that later stages read the files instead of a copy in memory."""

from __future__ import annotations

from collections.abc import Iterable

from odibi_sql import ir

EXACT_IN_FOLDERS = (ir.Integer, ir.Date, ir.Bool)  # a text in the name of a folder can come back as another, or as null
REPLACING = ("default", "overwrite", "fail if exists")  # afterwards the target holds these rows and no others


def store_to_read(dataset: ir.Dataset, stores: Iterable[ir.Store]) -> ir.Store | None:
    """Return a store of the dataset whose files hold just its rows, each value and type as it is, or None."""
    schema = dataset.relation.schema
    if not all(ir.is_exact_in_parquet(field.type) for field in schema):
        return None
    for store in stores:
        target = store.target
        if store.dataset != dataset.name or store.options.together or store.gates:
            continue  # one of another dataset, not to be seen before the end, or perhaps not to be there at all
        is_exact = all(isinstance(schema[name].type, EXACT_IN_FOLDERS) for name in target.partition)
        if target.format == "parquet" and store.mode in REPLACING and is_exact:
            return store
    return None
