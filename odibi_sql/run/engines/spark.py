"""Spark: statements as frames, shared stages as files in a spill folder, stores written by tasks."""

from __future__ import annotations

import secrets
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.ir import FileGroup, FileSource, Target
from odibi_sql.plan import Answer, Check, Materialize, Stage, View, Write
from odibi_sql.run.arrow import in_one_form, looked
from odibi_sql.run.attempts import passes
from odibi_sql.run.engines.bind import named, quoted
from odibi_sql.run.engines.duckdb import DuckDB
from odibi_sql.run.engines.engine import Cancelled, Combined, Existing, Looked
from odibi_sql.run.engines.exchange import from_spark, has_durations, selected
from odibi_sql.run.engines.existing import existing, schema_of_target
from odibi_sql.run.engines.merging import Tables, Words, hold_count, merged_rows
from odibi_sql.run.engines.spark_costs import cost_of
from odibi_sql.run.engines.spark_messages import problem_of
from odibi_sql.run.engines.spark_reading import as_declared, frame_of
from odibi_sql.run.engines.spark_session import is_remote, open_session
from odibi_sql.run.engines.spark_tasks import Writing
from odibi_sql.run.engines.spark_types import functions_of, observation_of, quoted_name, struct_type
from odibi_sql.run.engines.spark_writing import write_frame
from odibi_sql.run.measured import Cost
from odibi_sql.run.outcome import Settings
from odibi_sql.run.stores.staging import files_at, remove, staging

_WORDS = Words(name=quoted_name, text="STRING", timestamp="TIMESTAMP_NTZ")


class Spark:
    """The engine of one run. See `engine.Engine`."""

    def __init__(self, settings: Settings) -> None:
        self.root = settings.root.absolute()
        self._opened = open_session(settings)
        self._session = self._opened.session
        self._running: dict[str, str] = {}  # the tag of each stage that runs
        self._stopped: set[str] = set()
        self._spill = _spill_folder(settings, self._opened.is_local) / f"odibi-spill-{secrets.token_hex(6)}"
        self._views: set[str] = set()
        self._costs: dict[str, Cost] = {}
        self._kept: dict[str, Path] = {}  # the files of each table
        self._files: DuckDB | None = None  # what looks into files
        self._lock = threading.Lock()
        self._is_interrupted = False

    def materialize(self, stage: Materialize) -> int | None:
        """Keep the rows in files, from which each reader reads them."""
        with self._statement(stage):
            return self._keep(stage.name, self._frame(stage))

    def drop(self, table: str) -> None:
        """Forget a table."""
        with self._lock:
            self._views.discard(table)
        self._session.catalog.dropTempView(table)

    def check(self, stage: Check) -> dict[str, int]:
        """Return the counts of the one row."""
        with self._statement(stage):
            rows = self._frame(stage).toArrow().to_pylist()
        return {name: int(value or 0) for name, value in rows[0].items()} if rows else {}

    def answer(self, stage: Answer) -> Any:
        """Return the rows as a pyarrow.Table."""
        with self._statement(stage):
            return _in_one_form(self._frame(stage).toArrow(), stage.schema)

    def write(self, stage: Stage, target: Target, to: Path, before: Existing | None, is_ordered: bool) -> int:
        """Write the rows to a file, or into a folder."""
        with self._statement(stage), staging(to.with_name(Path(target.path).name)) as folder:
            folder.mkdir()
            writing = Writing(stage.schema, target, before, is_ordered, str(folder))
            return write_frame(self._frame(stage), writing, to)

    def combine(self, stage: Write, at: Path | None, to: Path) -> Combined:
        """Write what the target of a stage becomes."""
        schema, token = schema_of_target(stage), secrets.token_hex(4)
        there, new = f"odibi there {token}", f"odibi new {token}"
        with self._statement(stage), staging(to.with_name(Path(stage.target.path).name)) as folder:
            folder.mkdir()
            try:
                self._make_there(there, stage, at)
                self._keep(new, self._frame(stage))
                names = {"there": quoted_name(there), "new": quoted_name(new)}
                tables = Tables(stage=stage, words=_WORDS, **names, is_there=at is not None)
                merged = merged_rows(tables, self._counts, self._texts)
                if merged.sql is None:
                    return replace(merged.combined, is_same=True)
                frame = as_declared(self._session.sql(merged.sql), schema)
                writing = Writing(schema, stage.target, None, False, str(folder))
                hold_count(tables, write_frame(frame, writing, to), merged.rows)
                return merged.combined
            finally:
                self.drop(there)
                self.drop(new)

    def _make_there(self, name: str, stage: Write, at: Path | None) -> None:
        """Make a table of what is at a target; Parquet is read again by each statement."""
        source, schema = existing(stage, at) if at is not None else None, schema_of_target(stage)
        if source is None:
            self._name(name, self._session.createDataFrame([], struct_type(schema)))
            return
        frame = frame_of(self._session, View(name=name, source=source, schema=schema), self.root, self._opened.cores)
        if stage.target.format == "parquet":
            self._name(name, frame)
        else:
            self._keep(name, frame)

    def _counts(self, sql: str) -> dict[str, int]:
        (row,) = self._session.sql(sql).collect()
        return {name: int(value) for name, value in row.asDict().items()}

    def _texts(self, sql: str) -> list[tuple[str, ...]]:
        return [tuple(row) for row in self._session.sql(sql).collect()]

    def adopt(self, table: str, stage: Write, at: Path) -> None:
        """Let later stages read stored files as a table."""
        files = tuple(map(str, files_at(at)))
        with self._statement(stage):
            if not files:
                self._name(table, self._session.createDataFrame([], struct_type(stage.schema)))
                return
            group = FileGroup(pattern=None, files=files)
            hive = tuple(sorted(stage.target.partition))
            source = FileSource(format="parquet", groups=(group,), columns=stage.schema, hive=hive)
            self._make(View(name=table, source=source, schema=stage.schema))

    def cost(self, stage: str) -> Cost:
        """Return what the jobs of a stage cost."""
        return self._costs.pop(stage, Cost())

    def glimpse(self, stage: Stage, sql: str) -> Looked:
        """Return the rows of a query over what a stage reads."""
        with self._statement(stage):
            self._make_views(stage)
            return looked(self._session.sql(sql).toArrow())

    def look(self, sql: str, *, exact: bool = False) -> Looked:
        """Return the rows of a query about files."""
        with self._lock:
            self._files = self._files or DuckDB(Settings(root=self.root, threads=1))
        return self._files.look(sql, exact=exact)

    def peek(self, table: str, columns: tuple[str, ...], count: int, *, exact: bool) -> Looked:
        """Return rows of the files of a table, whose columns have numbers for names."""
        place, names = self._kept[table], self._session.table(quoted_name(table)).columns
        wanted = ", ".join(f"c{names.index(each)} AS {named(each)}" for each in columns)
        return self.look(
            f"SELECT {wanted} FROM read_parquet({quoted(f'{place}/*.parquet')}) LIMIT {count}", exact=exact
        )

    def progress(self, stage: str) -> float | None:
        """Spark does not tell."""
        return None

    def interrupt(self, stage: str | None = None) -> None:
        """Stop what runs of a stage, or whatever runs."""
        self._is_interrupted = self._is_interrupted or stage is None
        for name, tag in list(self._running.items()):
            if stage not in (None, name):
                continue
            self._stopped.add(name)
            if is_remote(self._session):
                self._session.interruptTag(tag)
            else:  # where a session knows its tags in the thread alone that gave them
                self._session.sparkContext.cancelJobsWithTag(tag)

    def close(self) -> None:
        """Drop the views and remove what was spilled; the session stays for the next run."""
        if self._files is not None:
            self._files.close()
        for view in self._views:
            self._session.catalog.dropTempView(view)
        remove(self._spill)
        self._opened.give_back()

    def _frame(self, stage: Stage) -> Any:
        """Return the rows of a stage, not computed yet."""
        self._make_views(stage)
        return as_declared(self._session.sql(stage.sql), stage.schema)

    def _make_views(self, stage: Stage) -> None:
        for view in stage.views:
            with self._lock:
                if view.name not in self._views:
                    self._make(view)

    def _keep(self, name: str, frame: Any) -> int:
        """Keep rows in files, from which each reader of the name reads them; return how many there are."""
        names, place = frame.columns, self._spill / secrets.token_hex(6)
        place.parent.mkdir(parents=True, exist_ok=True)
        numbered = frame.toDF(*(f"c{each}" for each in range(len(names))))
        types, functions, counted = numbered.schema, functions_of(frame), observation_of(frame)
        numbered.observe(counted, functions.count(functions.lit(1)).alias("rows")).write.parquet(f"file:{place}")
        self._kept[name] = place
        self._name(name, self._session.read.schema(types).parquet(f"file:{place}").toDF(*names))
        return int(counted.get["rows"])

    def _make(self, view: View) -> None:
        self._name(view.name, frame_of(self._session, view, self.root, self._opened.cores))

    def _name(self, name: str, frame: Any) -> None:
        frame.createOrReplaceTempView(quoted_name(name))
        self._views.add(name)

    @contextmanager
    def _statement(self, stage: Stage) -> Iterator[None]:
        """Have the jobs of this thread stopped by `interrupt`; what Spark says is raised as a problem in words."""
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        if self._is_interrupted:
            raise Cancelled
        add, remove_again = _tagging(self._session)
        tag = f"odibi-{secrets.token_hex(6)}"
        self._stopped.discard(stage.name)
        self._running[stage.name] = tag
        add(tag)
        try:
            yield
        except (PySparkException, Py4JError) as error:
            if stage.name in self._stopped:
                raise Cancelled from error
            problem = problem_of(str(error), self.root)
            problem.can_pass = passes(error)
            raise problem from error
        finally:
            remove_again(tag)
            del self._running[stage.name]
        self._costs[stage.name] = self._costs.get(stage.name, Cost()) + cost_of(self._session, tag)


def _tagging(session: Any) -> tuple[Callable[[str], None], Callable[[str], None]]:
    """Return how the jobs of this thread get a name to be stopped by, and lose it."""
    if is_remote(session):
        return session.addTag, session.removeTag
    return session.sparkContext.addJobTag, session.sparkContext.removeJobTag


def _spill_folder(settings: Settings, is_local: bool) -> Path:
    """Return where shared stages are kept: workers on other machines see the project, not this machine's folders."""
    if settings.spill is not None:
        return settings.spill.absolute()
    return Path(tempfile.gettempdir()) if is_local else settings.root.absolute() / ".odibi"


def _in_one_form(table: Any, schema: ir.Schema) -> Any:
    """Return what Spark answered as every engine answers."""
    if not any(has_durations(each.type) for each in schema):
        return in_one_form(table, schema)
    engine = DuckDB(Settings(root=Path(), threads=1))
    try:
        engine.give("answer", table)
        return engine.answer(Answer(name="", sql=selected(schema, from_spark, "answer"), schema=schema, dataset=""))
    finally:
        engine.close()
