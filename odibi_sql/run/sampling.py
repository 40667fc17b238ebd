"""The first rows of what a stage made, and the nulls in its columns: out of the files that were written."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

from odibi_sql import ir
from odibi_sql.plan import Check, Materialize, Write
from odibi_sql.run.engines.bind import listed_files, named, quoted
from odibi_sql.run.engines.copying import compression
from odibi_sql.run.engines.engine import Cancelled, Engine, EngineProblem, Looked
from odibi_sql.run.engines.reread import engine_type
from odibi_sql.run.measured import Sample, Tracking
from odibi_sql.run.stores.staging import files_at
from odibi_sql.run.texts import plain_text, text_of

_FAULTS = (EngineProblem, Cancelled, OSError, KeyError, ValueError, OverflowError)  # none of them fails a run
_WHOLE = ("default", "overwrite", "fail if exists")  # modes whose targets are the rows of the run, and no others
LONGEST = 500  # characters of a cell
_MOST_FILES = 20  # of a folder, that are looked into for the first rows
_MOST_FOOTERS = 200  # of a folder, that are read for the nulls: of more files they are not counted


def sample_of_table(engine: Engine, stage: Materialize, tracking: Tracking) -> Sample | None:
    """Return the first rows of a table of the run; None where there are none to be had."""
    seen = _seen(stage.schema, tracking.hidden(stage.name, stage.schema.names))
    if not tracking.rows:
        return None
    try:
        found = (
            engine.peek(stage.name, seen.names, tracking.rows, exact=_is_told_by_arrow(seen)) if seen.names else None
        )
    except _FAULTS:
        return None
    return None if found is None else _sample_of(found, stage.schema, seen)


def sample_of_store(engine: Engine, stage: Write, at: Path, tracking: Tracking) -> Sample | None:
    """Return the first rows of what a stage has stored; None where rows of other runs are among them."""
    if not tracking.rows or stage.mode not in _WHOLE:
        return None
    seen = _seen(stage.schema, tracking.hidden(stage.dataset, stage.schema.names))
    files = list(islice(files_at(at), _MOST_FILES))
    if not files or not seen.names:
        return None
    columns = ", ".join(map(named, seen.names))
    try:
        sql = f"SELECT {columns} FROM {_reader(stage, files)} LIMIT {tracking.rows}"
        found = engine.look(sql, exact=stage.target.format != "csv" and _is_told_by_arrow(seen))
    except _FAULTS:
        return None
    return _sample_of(found, stage.schema, seen)


def nulls_of(engine: Engine, stage: Write, at: Path, tracking: Tracking) -> dict[str, int] | None:
    """Return how many nulls each column of a store has, as the footers of its Parquet say; None where none do."""
    if not tracking.rows or stage.target.format != "parquet" or stage.mode not in _WHOLE:
        return None
    files = list(islice(files_at(at), _MOST_FOOTERS + 1))
    if not files or len(files) > _MOST_FOOTERS:
        return None
    sql = (
        "SELECT path_in_schema, sum(stats_null_count), count(*) = count(stats_null_count)"
        f" FROM parquet_metadata({listed_files(files)}) GROUP BY path_in_schema"
    )
    try:
        rows = engine.look(sql).rows
    except _FAULTS:
        return None
    found = {name: int(nulls) for name, nulls, is_whole in rows if is_whole}
    return {name: found[name] for name in stage.schema.names if name in found}


def broken_rows(engine: Engine, stage: Check, column: str, tracking: Tracking, dialect: str) -> Sample | None:
    """Return the first rows that break the rule that a column of a gate counts; None where they cannot be had."""
    from odibi_sql.lower.offenders import offending

    try:
        sql = offending(stage.sql, column, dialect, tracking.rows) if tracking.rows else None
        found = None if sql is None else engine.glimpse(stage, sql)
    except _FAULTS:
        return None
    if found is None:
        return None
    is_shown = [tracking.shows(each) for each in found.names]
    rows = tuple(
        tuple(_plain_cell(value) if shown else None for value, shown in zip(row, is_shown, strict=True))
        for row in found.rows
    )
    masked = tuple(each for each, shown in zip(found.names, is_shown, strict=True) if not shown)
    return Sample(columns=found.names, rows=rows, masked=masked)


def _is_told_by_arrow(schema: ir.Schema) -> bool:
    """Whether it takes Arrow to have the values whole."""
    return any(ir.has_part(each.type, ir.Duration | ir.Map | ir.TimestampTz) for each in schema)


def _sample_of(found: Looked, schema: ir.Schema, seen: ir.Schema) -> Sample:
    """Return rows as a sample of columns, of which those that are not `seen` are masked."""
    places = [found.names.index(name) if name in seen else None for name in schema.names]
    types = [each.type for each in schema]
    rows = tuple(
        tuple(None if at is None else _cell(row[at], type_) for at, type_ in zip(places, types, strict=True))
        for row in found.rows
    )
    return Sample(columns=schema.names, rows=rows, masked=tuple(each for each in schema.names if each not in seen))


def _seen(schema: ir.Schema, sensitive: frozenset[str]) -> ir.Schema:
    return ir.schema_of(each for each in schema if each.name not in sensitive)


def _plain_cell(value: Any) -> str | None:
    return None if value is None else _cut(plain_text(value))


def _cell(value: Any, type_: ir.Type) -> str | None:
    return None if value is None else _cut(value if isinstance(value, str) else text_of(value, type_))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _reader(stage: Write, files: list[Path]) -> str:
    """Return what stands after FROM. Text stays as it was written."""
    target = stage.target
    hive = f"hive_partitioning = {'true' if target.partition else 'false'}"
    match target.format:
        case "parquet":
            return f"read_parquet({listed_files(files)}, {hive}{_hive_types(stage)})"
        case "csv":
            return f"read_csv({listed_files(files)}, {hive}, {_csv(stage)})"
    form = "newline_delimited" if target.format == "ndjson" else "array"
    types = ", ".join(f"{quoted(each.name)}: {quoted(engine_type(each.type))}" for each in _own(stage))
    return f"read_json({listed_files(files)}, {hive}, format = '{form}', columns = {{{types}}})"


def _own(stage: Write) -> list[ir.Field]:
    """Return the columns that are in the files themselves."""
    return [each for each in stage.schema if each.name not in stage.target.partition]


def _hive_types(stage: Write) -> str:
    types = ", ".join(f"{quoted(each)}: {engine_type(stage.schema[each].type)}" for each in stage.target.partition)
    return f", hive_types = {{{types}}}" if types else ""


def _csv(stage: Write) -> str:
    """Return how a csv is read as text."""
    options = dict(stage.target.options)
    said = {
        "delim": str(options.get("delimiter", ",")),
        "quote": str(options.get("quote", '"')),
        "escape": str(options.get("escape", '"')),
        "nullstr": str(options.get("null", "")),
        "compression": compression(options, stage.target.path),
    }
    texts = ", ".join(f"{name} = {quoted(value)}" for name, value in said.items())
    types = ", ".join(f"{quoted(each.name)}: 'VARCHAR'" for each in _own(stage))
    header = str(bool(options.get("header", True))).lower()
    return f"header = {header}, auto_detect = false, columns = {{{types}}}, allow_quoted_nulls = false, {texts}"
