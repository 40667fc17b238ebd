"""Parquet files: their schemas compared, and what of them has to be cast."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from odibi_sql import ir
from odibi_sql.diagnostics import did_you_mean, listed
from odibi_sql.ir import Field, Schema, SourceProblem
from odibi_sql.sources import engine
from odibi_sql.sources.engine_types import Mapped, is_kept, language_type

_ALIKE = (
    "SELECT file_name, string_agg(concat_ws(' ', name, type, type_length, converted_type, logical_type, num_children,"
    " scale, precision), '\n' ORDER BY column_id) FROM parquet_schema({paths}) GROUP BY file_name"
)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The columns of files together. `casts`: those that are not of the language's type as they are read."""

    fields: tuple[Field, ...]
    casts: tuple[str, ...]
    by_name: bool
    warnings: tuple[str, ...] = ()


class _Column(msgspec.Struct, frozen=True):
    mapped: Mapped
    file: str  # the first that has it so


def look_at(
    connection: Any, files: tuple[str, ...], root: Path, declared: Schema | None, hive: tuple[str, ...]
) -> Found:
    """Return the columns of all files. Raises SourceProblem: not parquet, a column lacks, types do not meet."""
    schemas = _different_schemas(connection, files, root)
    columns: dict[str, _Column] = {}
    is_same_everywhere = True
    for file, schema in schemas.items():
        is_same_everywhere &= not columns or list(columns) == list(schema)
        for name, mapped in schema.items():
            columns[name] = _met(columns.get(name), _Column(mapped, file), name)
            is_same_everywhere &= columns[name].mapped == mapped
    for name in hive:
        columns.pop(name, None)
    _refuse_capitals(columns)
    fields, casts = _discovered(columns) if declared is None else _declared(columns, schemas, declared, hive)
    by_name = len(schemas) > 1
    if by_name and not is_same_everywhere:
        casts = tuple(field.name for field in fields if field.name in casts or _differs(field.name, schemas))
    warnings = _gaps(schemas, fields) if declared is None else ()
    return Found(fields=fields, casts=casts, by_name=by_name, warnings=warnings)


def _gaps(schemas: dict[str, dict[str, Mapped]], fields: tuple[Field, ...]) -> tuple[str, ...]:
    warnings = []
    for file, schema in schemas.items():
        missing = [field.name for field in fields if field.name not in schema]
        if missing:
            warnings.append(
                f"`{file}` (and what is like it) lacks {listed(missing)}, which other files have: null there"
            )
    return tuple(warnings)


def _different_schemas(connection: Any, files: tuple[str, ...], root: Path) -> dict[str, dict[str, Mapped]]:
    """Return the schemas of the files, one for all that are alike, by the first file that has it."""
    first: dict[str, str] = {}
    by_path = {str(root / each): each for each in files}
    query = _ALIKE.format(paths=engine.path_list(list(by_path)))
    for path, text in sorted(engine.rows(connection, query, _about(files), root)):
        first.setdefault(text, by_path.get(path, path))
    return {file: _schema_of(connection, file, root) for file in sorted(first.values())}


def _about(files: tuple[str, ...]) -> str:
    return f"`{files[0]}`" if len(files) == 1 else f"one of the {len(files)} files with `{files[0]}`"


def _schema_of(connection: Any, file: str, root: Path) -> dict[str, Mapped]:
    path = engine.path_list([str(root / file)])
    relation = engine.ask(
        connection, f"SELECT * FROM read_parquet({path}, hive_partitioning = false)", f"`{file}`", root
    )
    return {name: language_type(type_) for name, type_ in zip(relation.columns, relation.types, strict=True)}


def _met(known: _Column | None, new: _Column, name: str) -> _Column:
    if known is None or known.mapped == new.mapped:
        return new if known is None else known
    common = ir.common_type(known.mapped.type, new.mapped.type)
    if common is None or not (is_kept(known.mapped.type, common) and is_kept(new.mapped.type, common)):
        raise SourceProblem(
            f"`{name}` is {known.mapped.type} in `{known.file}` and {new.mapped.type} in `{new.file}`",
            "ingest the two apart, bring them to one type, and union them",
        )
    is_same = known.mapped.is_same and new.mapped.is_same
    return _Column(Mapped(common, is_same, known.mapped.lacks or new.mapped.lacks), known.file)


def _refuse_capitals(columns: dict[str, _Column]) -> None:
    seen: dict[str, str] = {}
    for name, column in columns.items():
        other = seen.setdefault(name.lower(), name)
        if other != name:
            raise SourceProblem(f"`{column.file}` has `{other}` and `{name}`, which differ in capitals alone")


def _discovered(columns: dict[str, _Column]) -> tuple[tuple[Field, ...], tuple[str, ...]]:
    for name, column in columns.items():
        lacks = column.mapped.lacks
        if lacks:
            instead = "timestamp" if lacks.startswith("timestamp") else "string"
            hint = f"declare the columns: `schema (…, {name} {instead})`"
            raise SourceProblem(f"`{name}` of `{column.file}` is {lacks}, which the language lacks", hint)
    fields = tuple(Field(name, column.mapped.type) for name, column in columns.items())
    return fields, tuple(name for name, column in columns.items() if not column.mapped.is_same)


def _declared(
    columns: dict[str, _Column], schemas: dict[str, dict[str, Mapped]], declared: Schema, hive: tuple[str, ...]
) -> tuple[tuple[Field, ...], tuple[str, ...]]:
    fields = tuple(field for field in declared if field.name not in hive)
    for field in fields:
        for file, schema in schemas.items():
            if field.name not in schema:
                raise SourceProblem(f"`{file}` has no column `{field.name}`", did_you_mean(field.name, schema))
            _hold(field, schema[field.name], file)
    casts = (field.name for field in fields if not _is_read_as(columns[field.name].mapped, field.type))
    return fields, tuple(casts)


def _hold(field: Field, found: Mapped, file: str) -> None:
    """Raise SourceProblem where values of the file's type would be changed by the declared one."""
    if found.lacks:
        is_kept_so = field.type == ir.STRING or (field.type == ir.TIMESTAMP and found.lacks.startswith("timestamp"))
    else:
        is_kept_so = is_kept(found.type, field.type)
    if not is_kept_so:
        raise SourceProblem(
            f"`{field.name}` of `{file}` is {found.lacks or found.type}, and not every {found.lacks or found.type}"
            f" fits {field.type}",
            f"declare `{field.name} {'string' if found.lacks else found.type}` and cast it in the pipeline",
        )


def _is_read_as(found: Mapped, wanted: ir.Type) -> bool:
    return found.is_same and not found.lacks and found.type == wanted


def _differs(name: str, schemas: dict[str, dict[str, Mapped]]) -> bool:
    return len({str(schema[name].type) for schema in schemas.values() if name in schema}) > 1
