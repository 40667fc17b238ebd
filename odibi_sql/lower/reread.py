"""Which store of a dataset gives its rows back, so that later stages read the files instead of a copy in memory."""

from __future__ import annotations

from collections.abc import Iterable

from odibi_sql import ir

EXACT_IN_FOLDERS = (ir.Integer, ir.Date, ir.Bool)  # a text in the name of a folder can come back as another, or as null
REPLACING = ("default", "overwrite", "fail if exists")  # afterwards the target holds these rows and no others


def store_to_read(dataset: ir.Dataset, stores: Iterable[ir.Store]) -> ir.Store | None:
    """Return a store of the dataset whose files hold just its rows, each value and type as it is, or None."""
    schema = dataset.relation.schema
    if not all(_is_exact(field.type) for field in schema):
        return None
    for store in stores:
        target = store.target
        is_exact = all(isinstance(schema[name].type, EXACT_IN_FOLDERS) for name in target.partition)
        if store.dataset == dataset.name and target.format == "parquet" and store.mode in REPLACING and is_exact:
            return store
    return None


def _is_exact(type_: ir.Type) -> bool:
    """Whether Parquet gives values of a type back with that type."""
    match type_:
        case ir.Duration() | ir.Json() | ir.Null() | ir.Unknown():
            return False
        case ir.Array(element=element):
            return _is_exact(element)
        case ir.Map(key=key, value=value):
            return _is_exact(key) and _is_exact(value)
        case ir.Struct(members=members):
            return all(_is_exact(member.type) for member in members)
    return True
