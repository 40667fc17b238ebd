"""JSON files: the types of their objects' members, through DuckDB; and a look at the first objects without it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from odibi_sql import ir
from odibi_sql.diagnostics import did_you_mean
from odibi_sql.ir import Field, Options, Schema, SourceProblem
from odibi_sql.sources import engine
from odibi_sql.sources.engine_types import language_type
from odibi_sql.sources.files import open_text, option_of, sizes

_LOOKED_AT = 256 * 1024  # characters of the first file
_STAMP = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?"
_INSTANT = _STAMP + r"(Z|[+-][0-9]{2}(:?[0-9]{2})?)"
_AS_TEXT = {"uuid", "time", "time with time zone"}  # what DuckDB takes a string for, by its form


def discover_members(
    connection: Any, format_name: str, files: tuple[str, ...], root: Path, options: Options
) -> tuple[Field, ...]:
    """Return a column for each member of the objects. Raises SourceProblem where the files do not hold objects."""
    about = f"`{files[0]}`" if len(files) == 1 else f"`{files[0]}` and {len(files) - 1} more"
    query = f"SELECT * FROM {_reader(format_name, files, root, options)}"
    relation = engine.ask(connection, query, about, root)
    if list(relation.columns) == ["json"] and not _have_member(files, root, "json"):
        raise SourceProblem(f"{about} holds no objects, so there are no columns", _shape_hint(format_name))
    found = dict(zip(relation.columns, relation.types, strict=True))
    types = {name: _member_type(type_, name, about) for name, type_ in found.items()}
    types |= dict.fromkeys(_always_null(connection, query, relation, about, root), ir.STRING)
    stamps = [name for name, type_ in found.items() if type_.id in ("timestamp", "varchar") and types[name] != ir.JSON]
    if stamps and not option_of(options, "timestamp_format", ""):
        columns = "{" + ", ".join(f"{engine.quoted(each)}: 'VARCHAR'" for each in stamps) + "}"
        reader = _reader(format_name, files, root, options, columns=columns)
        types |= _instants(connection, reader, stamps, about, root)
    return tuple(Field(name, type_) for name, type_ in types.items())


def _instants(connection: Any, reader: str, names: list[str], about: str, root: Path) -> dict[str, ir.Type]:
    """Return the types of what may be timestamps: with a zone they are instants, both kinds mixed are text."""
    checks = ", ".join(
        f"bool_and(regexp_full_match({engine.named(name)}, '{pattern}'))"
        for name in names
        for pattern in (_INSTANT, _STAMP)
    )
    (row,) = engine.rows(connection, f"SELECT {checks} FROM {reader}", about, root)
    return {
        name: ir.TIMESTAMPTZ if row[place] else ir.TIMESTAMP if row[place + 1] else ir.STRING
        for name, place in zip(names, range(0, len(row), 2), strict=True)
    }


def _shape_hint(format_name: str) -> str:
    return "one object on each line is wanted" if format_name == "ndjson" else "an array of objects is wanted"


def _have_member(files: tuple[str, ...], root: Path, name: str) -> bool:
    return any(name in each for each in first_objects(root / files[0], "auto"))


def _reader(format_name: str, files: tuple[str, ...], root: Path, options: Options, **more: str) -> str:
    said = {
        "format": "'newline_delimited'" if format_name == "ndjson" else "'auto'",
        "dateformat": engine.quoted(str(option_of(options, "date_format", "iso"))),
        "sample_size": "-1" if _total(files, root) <= engine.WHOLE else str(engine.SAMPLE_ROWS),
        "maximum_sample_files": str(max(32, len(files) if _total(files, root) <= engine.WHOLE else 0)),
        "hive_partitioning": "false",
        "union_by_name": "true",
    }
    if option_of(options, "timestamp_format", ""):
        said["timestampformat"] = engine.quoted(str(option_of(options, "timestamp_format", "")))
    codec = str(option_of(options, "compression", "auto"))
    if codec != "auto":
        said["compression"] = engine.quoted("uncompressed" if codec == "none" else codec)
    paths = engine.path_list([str(root / each) for each in files])
    arguments = ", ".join(f"{name} = {value}" for name, value in (said | more).items())
    return f"read_json({paths}, {arguments})"


def _total(files: tuple[str, ...], root: Path) -> int:
    return sum(size for _, size, _ in sizes(files, root))


def _always_null(connection: Any, query: str, relation: Any, about: str, root: Path) -> set[str]:
    """Return the columns that DuckDB calls JSON because no value was seen."""
    unsure = [name for name, type_ in zip(relation.columns, relation.types, strict=True) if str(type_) == "JSON"]
    if not unsure:
        return set()
    counts = ", ".join(f"count({engine.named(name)})" for name in unsure)
    sample = f"SELECT {counts} FROM (SELECT * FROM ({query}) LIMIT {engine.SAMPLE_ROWS})"
    (row,) = engine.rows(connection, sample, about, root)
    return {name for name, count in zip(unsure, row, strict=True) if not count}


def _member_type(found: Any, name: str, about: str) -> ir.Type:
    if found.id in _AS_TEXT:
        return ir.STRING
    mapped = language_type(found)
    if mapped.lacks and mapped.lacks not in _AS_TEXT:
        raise SourceProblem(f"the member `{name}` of {about} is {mapped.lacks}, which the language lacks")
    return mapped.type


def absent_members(file: str, root: Path, options: Options, declared: Schema, hive: tuple[str, ...]) -> tuple[str, ...]:
    """Return a warning for each declared column that none of the first objects of `file` has."""
    objects = first_objects(root / file, str(option_of(options, "compression", "auto")))
    members = list(dict.fromkeys(name for each in objects for name in each))
    if not members:
        return ()
    return tuple(
        f"none of the first {len(objects)} objects of `{file}` has `{name}`; {did_you_mean(name, members)}"
        for name in declared.names
        if name not in members and name not in hive
    )


def first_objects(path: Path, compression: str) -> list[dict[str, Any]]:
    """Return the objects at the beginning of a file, without an engine; none where it does not hold any."""
    try:
        with open_text(path, compression, "utf-8") as text:
            start = text.read(_LOOKED_AT)
    except (OSError, EOFError, UnicodeError):
        return []
    return _decoded(start.lstrip().removeprefix("["))


def _decoded(text: str) -> list[dict[str, Any]]:
    decoder, at = json.JSONDecoder(), 0
    objects: list[dict[str, Any]] = []
    while len(objects) < 1000:
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        if isinstance(value, dict):
            objects.append(value)
    return objects
