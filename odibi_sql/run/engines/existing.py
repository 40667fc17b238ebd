"""What is at a target already: as a source that is read with the types of the pipeline, once its columns are these."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from odibi_sql import ir
from odibi_sql.ir import FileGroup, FileSource, Target
from odibi_sql.ir.formats import FORMATS, is_file_of
from odibi_sql.plan import Write
from odibi_sql.run.engines.bind import listed_files, named
from odibi_sql.run.engines.engine import EngineProblem
from odibi_sql.run.engines.reread import cast_column, engine_type
from odibi_sql.run.stores.staging import files_at
from odibi_sql.sources.csv_header import read_headers


def schema_of_target(stage: Write) -> ir.Schema:
    """Return the columns that the target of a stage has: those of its rows, and of its history."""
    return ir.schema_of([*stage.schema, *(ir.HISTORY if stage.mode == "scd2" else ())])


def existing(stage: Write, at: Path) -> FileSource | None:
    """Return what is at a target, None where that is no file at all.

    Raises EngineProblem where its files cannot be read, or have other columns than the stage: names or types.
    """
    files = tuple(map(str, files_at(at)))
    if not files:
        return None
    target, schema = stage.target, schema_of_target(stage)
    header = _held(target, schema, files)
    group = FileGroup(pattern=None, files=files, header=header)
    hive = tuple(sorted(target.partition))
    return FileSource(format=target.format, groups=(group,), columns=schema, options=target.options, hive=hive)


def hold_columns(stage: Write, at: Path) -> None:
    """Raise EngineProblem where files at a target cannot be read, or have other columns than what is appended to them.

    Of a folder these are the files of the format. Those of a csv have to be in the same order too.
    """
    target, format_ = stage.target, FORMATS[stage.target.format]
    found = files_at(at)
    files = tuple(str(each) for each in found if not at.is_dir() or is_file_of(format_, each.name))
    own = tuple(each for each in stage.schema.names if each not in target.partition)
    header = _held(target, stage.schema, files) if files and own else ()
    if header not in ((), own):
        raise EngineProblem(
            f"`{target.path}` has its columns in the order {', '.join(header)}; what is appended has {', '.join(own)}",
            "`select` them in that order, or store to another path",
        )


def _held(target: Target, schema: ir.Schema, files: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns of a csv in their order, () of other formats, once they are those of the schema."""
    own = ir.schema_of(each for each in schema if each.name not in target.partition)
    try:
        return _header(target, own, files)
    except ir.SourceProblem as problem:
        raise EngineProblem(f"`{target.path}` cannot be read: {problem.reason}", problem.hint) from problem


def statement_of(source: FileSource, schema: ir.Schema) -> str:
    """Return DuckDB's statement that reads a source, with the columns and types of the schema."""
    from odibi_sql.lower import load_dialect, lower

    scan = ir.Scan(schema=schema, source=source)
    dataset = ir.Dataset(name="there", relation=scan, made_by="ingest", step="there")
    graph = ir.Graph(
        pipeline="", doc=None, parameters=(), datasets=(dataset,), gates=(), stores=(), clock=datetime.datetime.min
    )
    (stage,) = lower(graph, load_dialect("duckdb"), ("there",)).stages
    return f"SELECT {', '.join(map(cast_column, schema))} FROM ({stage.sql})"


def _header(target: Target, own: ir.Schema, files: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns of a csv in their order, () of other formats; hold them all to the columns of the pipeline."""
    match target.format:
        case "csv":
            return _header_of_csv(target, own, files)
        case "parquet":
            _check_parquet(target, own, files)
        case _:
            _check_json(target, own, files)
    return ()


def _header_of_csv(target: Target, own: ir.Schema, files: tuple[str, ...]) -> tuple[str, ...]:
    options = dict(target.options)
    if not options.get("header", True):
        return own.names
    reading = [(each, options[each]) for each in ("quote", "escape", "compression") if each in options]
    headers, _ = read_headers(files, Path(), (*reading, ("delimiter", options.get("delimiter", ","))))
    for header in headers:
        _hold(target, own.names, header.cells)
        if header.cells != headers[0].cells:
            raise EngineProblem(f"the files of `{target.path}` have their columns in different orders")
    return headers[0].cells if headers else own.names


def _check_parquet(target: Target, own: ir.Schema, files: tuple[str, ...]) -> None:
    """Hold names and types, a file for each layout that is there."""
    layouts: dict[tuple[Any, ...], str] = {}
    layout: list[Any] = []
    before = ""
    facts = "name, type, converted_type, logical_type, num_children, precision, scale"
    for file, *row in _asked(target, f"SELECT file_name, {facts} FROM parquet_schema({listed_files(files)})"):
        if file != before and before:
            layouts.setdefault(tuple(layout), before)
            layout = []
        before = file
        layout.append(tuple(map(str, row)))
    layouts.setdefault(tuple(layout), before)
    wanted = ", ".join(f"CAST(NULL AS {engine_type(each.type)}) AS {named(each.name)}" for each in own)
    types = {row[0]: row[1] for row in _asked(target, f"DESCRIBE SELECT {wanted}")}
    for file in layouts.values():
        read = f"read_parquet({listed_files([file])}, hive_partitioning = false)"
        found = {row[0]: row[1] for row in _asked(target, f"DESCRIBE SELECT * FROM {read}")}
        _hold(target, own.names, tuple(found))
        for name, type_ in found.items():
            if type_ != types[name]:
                raise EngineProblem(
                    f"`{target.path}` has `{name}` as {type_.lower()}; what is stored has it as {own[name].type}",
                    "`cast` the column, or store to another path",
                )


def _check_json(target: Target, own: ir.Schema, files: tuple[str, ...]) -> None:
    form = "newline_delimited" if target.format == "ndjson" else "auto"
    objects = f"read_json_objects({listed_files(files)}, format = '{form}')"
    found = tuple(row[0] for row in _asked(target, f"SELECT DISTINCT unnest(json_keys(json)) FROM {objects}"))
    if found:  # else there are no rows
        _hold(target, own.names, found)


def _hold(target: Target, names: tuple[str, ...], found: tuple[str, ...]) -> None:
    if sorted(names) != sorted(found):
        had, has = ", ".join(_as_written(found, names)), ", ".join(names)
        raise EngineProblem(
            f"`{target.path}` has the columns {had}; what is stored has {has}",
            "make the columns those of the target, or store to another path",
        )


def _as_written(found: tuple[str, ...], names: tuple[str, ...]) -> list[str]:
    """Return the columns in the order of the pipeline, those that it has not behind them."""
    return [*(each for each in names if each in found), *sorted(each for each in found if each not in names)]


def _asked(target: Target, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a statement about files. Raises EngineProblem where they cannot be read."""
    import duckdb

    from odibi_sql.sources.messages import explained

    with duckdb.connect(config={"autoinstall_known_extensions": "false", "threads": 1}) as connection:
        try:
            return connection.execute(sql).fetchall()
        except duckdb.Error as error:
            told = explained(str(error), Path())
            raise EngineProblem(f"`{target.path}` cannot be read: {told.reason}", told.hint) from error
