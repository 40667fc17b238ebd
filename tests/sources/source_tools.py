"""Asking the catalog about files, and reading them through a whole pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from odibi_sql import api, ir
from odibi_sql.sources import LocalCatalog


def describe(root: Path, format_: str, location: str, *options: tuple[str, Any], schema: str | None = None):
    """Return what a new catalog says; `schema` is "a int64, b string"."""
    declared = None if schema is None else ir.schema_of(_field(each) for each in schema.split(", "))
    request = ir.SourceRequest(format=format_, location=location, options=options, declared=declared)
    return LocalCatalog(root).describe(request)


def _field(text: str) -> ir.Field:
    name, _, type_ = text.partition(" ")
    return ir.Field(name, ir.NAMED[type_])


def columns(described: ir.Described) -> list[str]:
    return [str(field) for field in described.schema]


def rows(root: Path, ingest: str) -> list[tuple[Any, ...]]:
    """Return the rows of `ingest x from …`, sorted. Raises AssertionError with the problems of a run that fails."""
    result = run(root, ingest)
    assert result.success, result.run.problems
    table = result.dataset("x").arrow()
    return sorted(zip(*(column.to_pylist() for column in table.columns), strict=True), key=repr)


def run(root: Path, ingest: str):
    return api.run(api.from_text(f"ingest x from {ingest}", root), datasets=["x"])


def problem(root: Path, ingest: str) -> str:
    """Return the message of the run's first problem."""
    result = run(root, ingest)
    assert not result.success
    return result.run.problems[0].message
