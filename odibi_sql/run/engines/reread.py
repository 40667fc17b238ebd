"""The rows that a file has already, read again as they were written, before new ones."""

from __future__ import annotations

from pathlib import Path

from odibi_sql import ir
from odibi_sql.ir import Target
from odibi_sql.plan import Write
from odibi_sql.run.engines.bind import literal_path, named, quoted
from odibi_sql.run.engines.engine import Existing


def stored(stage: Write, at: Path) -> str:
    """Return a query of the rows that a stage has stored as Parquet, with the columns and types of its schema."""
    columns = ", ".join(map(cast_column, stage.schema))
    target = stage.target
    if not target.is_folder:
        return f"SELECT {columns} FROM {reader(Existing(path=at, schema=stage.schema), target)}"
    if next(at.rglob("*.parquet"), None) is None:
        empty = ", ".join(f"NULL AS {named(name)}" for name in stage.schema.names)
        return f"SELECT {columns} FROM (SELECT {empty}) WHERE false"
    files = quoted("/".join([literal_path(str(at)), *("*" for _ in target.partition), "*.parquet"]))
    types = ", ".join(f"{quoted(name)}: {engine_type(stage.schema[name].type)}" for name in target.partition)
    hive = f"hive_partitioning = true, hive_types = {{{types}}}" if types else "hive_partitioning = false"
    return f"SELECT {columns} FROM read_parquet({files}, {hive})"


def union_with(before: Existing, target: Target, sql: str) -> str:
    """Return a query of the rows of `before`, then those of `sql`; both have the columns of its schema."""
    columns = ", ".join(map(cast_column, before.schema))
    return f"SELECT {columns} FROM {reader(before, target)} UNION ALL ({sql})"


def cast_column(field: ir.Field) -> str:
    """Return the column of a field held to its type."""
    return f"CAST({named(field.name)} AS {engine_type(field.type)}) AS {named(field.name)}"


def reader(before: Existing, target: Target) -> str:
    """Return what stands after FROM to read the rows of `before`."""
    path = quoted(literal_path(str(before.path)))
    if target.format == "parquet":
        return f"read_parquet({path}, hive_partitioning = false)"
    types = ", ".join(f"{quoted(each.name)}: {quoted(engine_type(each.type))}" for each in before.schema)
    return f"read_json({path}, format = 'array', hive_partitioning = false, columns = {{{types}}})"


def engine_type(type_: ir.Type) -> str:
    """Return DuckDB's name for a type of the language."""
    match type_:
        case ir.Decimal(precision=precision, scale=scale):
            return f"DECIMAL({precision}, {scale})"
        case ir.Array(element=element):
            return f"{engine_type(element)}[]"
        case ir.Map(key=key, value=value):
            return f"MAP({engine_type(key)}, {engine_type(value)})"
        case ir.Struct(members=members):
            return f"STRUCT({', '.join(f'{named(each.name)} {engine_type(each.type)}' for each in members)})"
    return _NAMES[str(type_)]


_NAMES = {
    "bool": "BOOLEAN",
    "int8": "TINYINT",
    "int16": "SMALLINT",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "float32": "FLOAT",
    "float64": "DOUBLE",
    "string": "VARCHAR",
    "binary": "BLOB",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "timestamptz": "TIMESTAMPTZ",
    "duration": "INTERVAL",
    "json": "JSON",
}
