"""Files as frames of Spark, each column of exactly the type that the view says.

Parquet whose columns are held as Spark's own reader takes them is read by it, in parts and with its filters; all else
by `spark_tasks`, file by file.
"""

from __future__ import annotations

import datetime
from functools import partial
from os.path import commonpath
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.plan import View
from odibi_sql.run.engines.engine import EngineProblem
from odibi_sql.run.engines.exchange import for_spark, no_rows, selected
from odibi_sql.run.engines.spark_tasks import Reading, read_files
from odibi_sql.run.engines.spark_types import functions_of, quoted_name, spark_type, struct_type
from odibi_sql.sources.files import hive_values

_TASKS_FOR_EACH_CORE = 4


def frame_of(session: Any, view: View, root: Path, cores: int) -> Any:
    """Return the frame of a view. Nothing is read yet, but for the footers of a few files."""
    if not view.schema.fields:  # rows are counted alone
        columns = tuple(each for each in view.source.columns if each.name not in view.source.hive)[:1]
        view = replace(view, schema=ir.schema_of(columns or view.source.columns.fields[:1]))
    if _is_for_spark(view, root):
        return _native(session, view, root)
    groups = _alike(view.source, root) if view.source.by_name else view.source.groups
    frames = [_by_tasks(session, view, group, root, cores) for group in groups]
    whole = frames[0]
    for each in frames[1:]:
        whole = whole.unionAll(each)
    return whole


def _alike(source: ir.FileSource, root: Path) -> list[ir.FileGroup]:
    """Return the files of Parquet that have the same columns together; a file is read alone, and has no others."""
    import pyarrow as pa
    from pyarrow import parquet

    files: dict[tuple[str, ...], list[ir.FileGroup]] = {}
    for one in (each for group in source.groups for each in _one_by_one(group)):
        try:
            names = tuple(parquet.read_schema(root / one.paths[0]).names)
        except pa.ArrowException as error:
            raise EngineProblem(f"`{one.files[0]}` is no Parquet any more", "run the pipeline again") from error
        files.setdefault(names, []).append(one)
    return [_in_one(names, each) for names, each in files.items()]


def _one_by_one(group: ir.FileGroup) -> list[ir.FileGroup]:
    """Return a group for each file."""
    copies: list[tuple[ir.Copy, ...]] = [(each,) for each in group.copies] or [()] * len(group.files)
    files = zip(group.files, copies, strict=True)
    return [replace(group, pattern=None, files=(file,), copies=copy) for file, copy in files]


def _in_one(header: tuple[str, ...], groups: list[ir.FileGroup]) -> ir.FileGroup:
    files = tuple(each.files[0] for each in groups)
    copies = tuple(copy for each in groups for copy in each.copies)
    return ir.FileGroup(pattern=None, files=files, header=header, copies=copies)


def _by_tasks(session: Any, view: View, group: ir.FileGroup, root: Path, cores: int) -> Any:
    """Return the frame of files that are laid out alike, read by tasks of several files each."""
    tasks = min(len(group.files), cores * _TASKS_FOR_EACH_CORE)
    reading = Reading(
        sql=_sql_of(view, group),
        name=group.files[0],
        source=replace(view.source, groups=()),
        files=tuple(_one_by_one(group)),
        root=str(root),
        threads=max(1, cores // tasks),
    )
    numbers = session.range(0, len(group.files), 1, tasks)
    return numbers.mapInArrow(partial(read_files, reading), struct_type(view.schema))


def _sql_of(view: View, group: ir.FileGroup) -> str:
    """Return DuckDB's statement that reads one file of a group, null for the columns that it lacks."""
    from odibi_sql.lower import load_dialect, lower

    names = {*group.header, *view.source.hive}  # of JSON, and of Parquet that is all alike, none are known
    had = ir.schema_of(each for each in view.schema if not group.header or each.name in names)
    if not had.fields:
        had = ir.schema_of([view.source.columns.get(group.header[0]) or ir.Field(group.header[0], ir.STRING)])
    one = _one_by_one(group)[0]
    scan = ir.Scan(schema=had, source=replace(view.source, groups=(one,)))
    dataset = ir.Dataset(name=view.name, relation=scan, made_by="ingest", step=view.name)
    graph = ir.Graph(
        pipeline="", doc=None, parameters=(), datasets=(dataset,), gates=(), stores=(), clock=datetime.datetime.min
    )
    (stage,) = lower(graph, load_dialect("duckdb"), (view.name,)).stages
    lacking = ir.schema_of(each for each in view.schema if each.name not in had)
    rows = f"({stage.sql})"
    if lacking.fields:
        rows = f"(SELECT * FROM ({no_rows(lacking)}) RIGHT JOIN {rows} ON true)"
    return selected(view.schema, for_spark, rows)


def _is_for_spark(view: View, root: Path) -> bool:
    """Whether Spark's own reader gives these files the meaning that they have."""
    source = view.source
    if source.format != "parquet" or not {*source.casts}.isdisjoint(view.schema.names):
        return False
    files = [path for group in source.groups for path in group.paths]
    if any(Path(file).name.startswith((".", "_")) for file in files):
        return False  # which it takes for hidden
    if source.hive and not _are_plain_folders(source, files):
        return False
    looked_at = files if source.by_name else files[:1]
    return all(_holds_as_spark(root / file, view.schema, source.hive) for file in looked_at)


def _are_plain_folders(source: ir.FileSource, files: list[str]) -> bool:
    types = {source.columns[name].type for name in source.hive}
    if not all(isinstance(each, ir.Integer | ir.String | ir.Date) for each in types):
        return False
    values = [hive_values(file) for file in files]
    texts = [value for each in values for value in each.values() if value is not None]
    is_plain = all(text and text.isascii() for text in texts)  # Spark takes each byte of an escaped é for a character
    return is_plain and all(set(each) == set(source.hive) for each in values)


def _holds_as_spark(file: Path, schema: ir.Schema, hive: tuple[str, ...]) -> bool:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(file) as opened:
            held = opened.schema_arrow
            physical = [opened.schema.column(place) for place in range(len(opened.schema))]
    except (pa.ArrowException, OSError):
        return False
    if any(each.physical_type == "INT96" for each in physical):
        return False
    own = [each for each in schema if each.name not in hive]
    return all(held.get_field_index(each.name) < 0 or _is_same(held.field(each.name).type, each.type) for each in own)


def _is_same(held: Any, type_: ir.Type) -> bool:
    """Whether Spark reads what Parquet holds as such values of Arrow as exactly this type."""
    import pyarrow as pa

    from odibi_sql.run.arrow import arrow_type

    match type_:
        case ir.Array(element=element):
            return bool(pa.types.is_list(held)) and _is_same(held.value_type, element)
        case ir.Map(key=key, value=value):
            return bool(pa.types.is_map(held)) and _is_same(held.key_type, key) and _is_same(held.item_type, value)
        case ir.Struct(members=members):
            if not pa.types.is_struct(held) or [each.name for each in held] != [each.name for each in members]:
                return False
            return all(_is_same(inner.type, each.type) for inner, each in zip(held, members, strict=True))
        case ir.Timestamp() | ir.TimestampTz():
            zone = "UTC" if isinstance(type_, ir.TimestampTz) else None
            return bool(pa.types.is_timestamp(held)) and held.tz == zone and held.unit in ("us", "ms")
        case ir.Duration():
            return False
    return bool(held == arrow_type(type_))


def _native(session: Any, view: View, root: Path) -> Any:
    source = view.source
    files = [str(root / path) for group in source.groups for path in group.paths]
    own = [each for each in view.schema if each.name not in source.hive]
    folders = [source.columns[name] for name in source.hive]
    reader = session.read.schema(struct_type(ir.schema_of([*own, *folders]))).option("__globPaths__", "false")
    if source.hive:
        reader = reader.option("basePath", f"file:{_above_hive(files)}")
    frame = reader.parquet(*(f"file:{file}" for file in files))
    return frame.select(*(quoted_name(name) for name in view.schema.names))


def _above_hive(files: list[str]) -> str:
    """Return the folder that the hive folders are in."""
    shared = Path(commonpath([str(Path(file).parent) for file in files]))
    while "=" in shared.name:
        shared = shared.parent
    return str(shared)


def as_declared(frame: Any, schema: ir.Schema) -> Any:
    """Return the frame with each column as a value of exactly its type."""
    functions, held = functions_of(frame), frame.schema
    if len(held) != len(schema) or held == struct_type(schema):
        return frame
    columns = []
    for place, field in enumerate(schema):
        column = functions.col(quoted_name(held[place].name))
        wanted = spark_type(field.type)
        is_same = held[place].dataType.simpleString() == wanted.simpleString()
        columns.append((column if is_same else column.cast(wanted)).alias(field.name))
    return frame.select(*columns)
