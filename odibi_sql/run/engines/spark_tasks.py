"""What the tasks of Spark do with files. Spark's Python workers import this.

Text is read, and every file is written, by DuckDB's readers and writers inside of the task: what a csv says, and what a
store looks like, is one thing on both engines, and there is one place that says it. A task reads whole files, for a
text with quoted line ends cannot be divided; of Spark's rows nothing passes the driver.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.ir import FileSource, Target
from odibi_sql.plan import Stage
from odibi_sql.run.engines.duckdb import DuckDB
from odibi_sql.run.engines.engine import EngineProblem, Existing
from odibi_sql.run.engines.exchange import from_spark, no_rows, selected
from odibi_sql.run.outcome import Settings

MARK = "\x1fodibi\x1f"  # before what a task has to say to the reader
_ROWS = "odibi rows"


class Reading(msgspec.Struct, frozen=True):
    """Files that are read by one statement of DuckDB each; `name` is the one that `sql` names."""

    sql: str
    name: str
    source: FileSource  # without its groups
    files: tuple[ir.FileGroup, ...]  # of one file each
    root: str
    threads: int


class Writing(msgspec.Struct, frozen=True):
    """Rows that are written to files under `folder`, a folder for each task that wrote."""

    schema: ir.Schema
    target: Target
    before: Existing | None
    is_ordered: bool
    folder: str


def read_files(reading: Reading, batches: Iterable[Any]) -> Iterator[Any]:
    """Give the rows of the files whose numbers are in `batches`, as Arrow."""
    engine = DuckDB(Settings(root=Path(reading.root), threads=reading.threads))
    try:
        for batch in batches:
            for place in batch.column(0).to_pylist():
                yield from engine.batches(_stage_of(reading, place))
    except (EngineProblem, OSError) as problem:
        raise _told(problem) from None
    finally:
        engine.close()


def _stage_of(reading: Reading, place: int) -> Stage:
    group = replace(reading.files[place], pattern=reading.name)
    source = replace(reading.source, groups=(group,))
    return Stage(name="read", sql=reading.sql, schema=ir.schema_of([]), sources=(source,))


def write_rows(writing: Writing, batches: Iterable[Any]) -> Iterator[Any]:
    """Write the rows that Spark gives this task; give one row: the folder that has the files, the number of rows."""
    import pyarrow as pa
    from pyspark import TaskContext

    task = TaskContext.get()
    assert task is not None
    arriving = iter(batches)
    first = next((each for each in arriving if each.num_rows), None)
    if first is None:
        return
    folder = Path(writing.folder) / f"{task.partitionId():06}-{task.taskAttemptId()}"
    rows = pa.RecordBatchReader.from_batches(first.schema, _all(first, arriving))
    try:
        count = write_in(writing, folder, rows)
    except (EngineProblem, OSError) as problem:
        raise _told(problem) from None
    yield pa.RecordBatch.from_pydict({"folder": [folder.name], "rows": [count]})


def _all(first: Any, others: Iterable[Any]) -> Iterator[Any]:
    yield first
    yield from others


def write_in(writing: Writing, folder: Path, rows: Any | None) -> int:
    """Write rows (None: there are none) into a new folder: `part-0`, or hive folders; return how many there are."""
    folder.mkdir(parents=True)
    engine = DuckDB(Settings(root=folder, threads=1))
    try:
        sql = no_rows(writing.schema)
        if rows is not None:
            engine.give(_ROWS, rows)
            sql = selected(writing.schema, from_spark, f'"{_ROWS}"')
        stage = Stage(name="write", sql=sql, schema=writing.schema)
        to = folder if writing.target.is_folder else folder / "part-0"
        return engine.write(stage, writing.target, to, writing.before, writing.is_ordered)
    finally:
        engine.close()


def _told(problem: EngineProblem | OSError) -> RuntimeError:
    """Return an error that brings the words of a problem to the driver."""
    if isinstance(problem, OSError):
        words = [f"`{problem.filename}`: {(problem.strerror or str(problem)).lower()}", ""]
    else:
        words = [problem.reason, problem.hint]
    return RuntimeError(f"{MARK}{json.dumps(words)}")
