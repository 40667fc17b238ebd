"""DuckDB: one database in memory for a run, a cursor for each statement."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.ir import Target
from odibi_sql.plan import Answer, Check, Materialize, Stage, Write
from odibi_sql.resources import dialect_file
from odibi_sql.run.arrow import in_one_form, looked
from odibi_sql.run.attempts import passes
from odibi_sql.run.engines.bind import bind, misfit_of, named, quoted
from odibi_sql.run.engines.copying import extension, file_options, folder_options
from odibi_sql.run.engines.counted import Counted, count_from_here
from odibi_sql.run.engines.engine import Cancelled, Combined, EngineProblem, Existing, Looked
from odibi_sql.run.engines.exchange import no_rows
from odibi_sql.run.engines.existing import existing, schema_of_target, statement_of
from odibi_sql.run.engines.json_values import with_floats_as_json
from odibi_sql.run.engines.locate import not_utf8, place_of
from odibi_sql.run.engines.merging import Tables, Words, hold_count, merged_rows
from odibi_sql.run.engines.reread import reader, stored, union_with
from odibi_sql.run.measured import Cost
from odibi_sql.run.outcome import Settings
from odibi_sql.sources.messages import Explained, explained
from odibi_sql.sources.messages import misfit as misfit_words
from odibi_sql.sources.messages import not_utf8 as not_utf8_words

_WORDS = Words(name=named, text="VARCHAR", timestamp="TIMESTAMP")


class DuckDB:
    """The engine of one run. See `engine.Engine`."""

    def __init__(self, settings: Settings) -> None:
        self.root = settings.root.absolute()
        self._spill = Path(settings.spill or tempfile.gettempdir()) / f"odibi-spill-{secrets.token_hex(6)}"
        self._database = _connect(settings, self._spill)
        self._running: dict[str, Any] = {}
        self._stopped: set[str] = set()
        self._costs: dict[str, Cost] = {}
        self._given: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._is_interrupted = False

    def materialize(self, stage: Materialize) -> int:
        """Keep the rows as a table."""
        with self._cursor(stage) as cursor:
            sql = bind(stage.sql, stage.sources, self.root).sql
            return _count(cursor.execute(f"CREATE TABLE {named(stage.name)} AS {sql}"))

    def drop(self, table: str) -> None:
        """Forget a table."""
        cursor = self._database.cursor()
        cursor.execute(f"DROP TABLE IF EXISTS {named(table)}")
        cursor.close()

    def check(self, stage: Check) -> dict[str, int]:
        """Return the counts of the one row."""
        with self._cursor(stage) as cursor:
            cursor.execute(bind(stage.sql, stage.sources, self.root).sql)
            names = [each[0] for each in cursor.description]
            rows = cursor.fetchall()
        return {name: int(value or 0) for name, value in zip(names, rows[0] if rows else (), strict=bool(rows))}

    def answer(self, stage: Answer) -> Any:
        """Return the rows as a pyarrow.Table."""
        with self._cursor(stage) as cursor:
            table = cursor.execute(bind(stage.sql, stage.sources, self.root).sql).to_arrow_table()
        return in_one_form(table, stage.schema)

    def batches(self, stage: Stage) -> Iterator[Any]:
        """Give the rows batch by batch, as they are read."""
        with self._cursor(stage) as cursor:
            yield from cursor.execute(bind(stage.sql, stage.sources, self.root).sql).to_arrow_reader()

    def give(self, name: str, rows: Any) -> None:
        """Let statements read Arrow rows by a name; a stream can be read once."""
        self._given[name] = rows

    def write(self, stage: Stage, target: Target, to: Path, before: Existing | None, is_ordered: bool) -> int:
        """Write the rows to a file, or into a folder."""
        with self._cursor(stage) as cursor:
            sql = bind(stage.sql, stage.sources, self.root).sql
            if target.format in ("json", "ndjson"):
                sql = with_floats_as_json(sql, stage.schema)
            if before is not None:
                return _write_after(cursor, before, sql, target, to)
            return _write_all(cursor, sql, target, to, is_ordered)

    def combine(self, stage: Write, at: Path | None, to: Path) -> Combined:
        """Write what the target of a stage becomes."""
        schema, token = schema_of_target(stage), secrets.token_hex(4)
        there, new = named(f"odibi there {token}"), named(f"odibi new {token}")
        try:
            self._make_there(there, stage, at)
            with self._cursor(stage) as cursor:
                cursor.execute(f"CREATE TABLE {new} AS {bind(stage.sql, stage.sources, self.root).sql}")
                tables = Tables(stage=stage, words=_WORDS, there=there, new=new, is_there=at is not None)
                merged = merged_rows(tables, partial(_counts, cursor), lambda sql: cursor.execute(sql).fetchall())
                if merged.sql is None:
                    return replace(merged.combined, is_same=True)
                is_json = stage.target.format in ("json", "ndjson")
                sql = with_floats_as_json(merged.sql, schema) if is_json else merged.sql
                hold_count(tables, _write_all(cursor, sql, stage.target, to, is_ordered=False), merged.rows)
                return merged.combined
        finally:
            self._forget(f"{_kind(stage)} IF EXISTS {there}", f"TABLE IF EXISTS {new}")

    def _make_there(self, name: str, stage: Write, at: Path | None) -> None:
        """Make a table of what is at a target; Parquet is read again by each statement."""
        source, schema = existing(stage, at) if at is not None else None, schema_of_target(stage)
        sql = no_rows(schema) if source is None else statement_of(source, schema)
        reading = Stage(name=stage.name, sql=sql, schema=schema, sources=() if source is None else (source,))
        with self._cursor(reading) as cursor:
            cursor.execute(f"CREATE {_kind(stage)} {name} AS {bind(sql, reading.sources, self.root).sql}")

    def _forget(self, *made: str) -> None:
        cursor = self._database.cursor()
        for each in made:
            cursor.execute(f"DROP {each}")
        cursor.close()

    def adopt(self, table: str, stage: Write, at: Path) -> None:
        """Let later stages read stored files as a table."""
        with self._cursor(stage) as cursor:
            cursor.execute(f"CREATE VIEW {named(table)} AS {stored(stage, at)}")

    def cost(self, stage: str) -> Cost:
        """Return what the statements of a stage cost."""
        return self._costs.pop(stage, Cost())

    def glimpse(self, stage: Stage, sql: str) -> Looked:
        """Return the rows of a query over what a stage reads."""
        with self._cursor(stage) as cursor:
            return looked(cursor.execute(bind(sql, stage.sources, self.root).sql).to_arrow_table())

    def look(self, sql: str, *, exact: bool = False) -> Looked:
        """Return the rows of a query about files."""
        with self._cursor(Stage(name=f"look {secrets.token_hex(4)}", sql=sql, schema=ir.Schema(()))) as cursor:
            cursor.execute(sql)
            if exact:
                return looked(cursor.to_arrow_table())
            return Looked(tuple(each[0] for each in cursor.description), cursor.fetchall())

    def peek(self, table: str, columns: tuple[str, ...], count: int, *, exact: bool) -> Looked:
        """Return the first rows of a table."""
        names = ", ".join(map(named, columns))
        return self.look(f"SELECT {names} FROM {named(table)} LIMIT {count}", exact=exact)

    def progress(self, stage: str) -> float | None:
        """Return about which part of a stage is done."""
        cursor = self._running.get(stage)
        percent = cursor.query_progress() if cursor is not None else -1.0
        return percent / 100 if 0 <= percent <= 100 else None

    def interrupt(self, stage: str | None = None) -> None:
        """Stop what runs of a stage, or whatever runs."""
        with self._lock:
            self._is_interrupted = self._is_interrupted or stage is None
            for name, cursor in self._running.items():
                if stage in (None, name):
                    self._stopped.add(name)
                    cursor.interrupt()

    def close(self) -> None:
        """Close the database and remove what it spilled."""
        self._database.close()
        shutil.rmtree(self._spill, ignore_errors=True)

    @contextmanager
    def _cursor(self, stage: Stage) -> Iterator[Any]:
        """Give a cursor for the statements of a stage; an error of the engine is raised as a problem in words."""
        import duckdb

        cursor = self._database.cursor()
        with self._lock:
            if self._is_interrupted:
                raise Cancelled
            self._running[stage.name] = cursor
            self._stopped.discard(stage.name)
        try:
            cursor.execute("SET enable_progress_bar = true")
            cursor.execute("SET enable_progress_bar_print = false")
            count_from_here(cursor)
            for name, rows in self._given.items():
                cursor.register(name, rows)
            counted = Counted(cursor)
            yield counted
            self._costs[stage.name] = self._costs.get(stage.name, Cost()) + counted.cost()
        except (duckdb.Error, RuntimeError, UnicodeDecodeError) as error:  # a message can have half a character
            if stage.name in self._stopped:
                raise Cancelled from error
            problem = self._problem(stage, self._whole_message(stage, error))
            problem.can_pass = isinstance(error, duckdb.IOException | duckdb.HTTPException) and passes(error)
            raise problem from error
        finally:
            with self._lock:
                del self._running[stage.name]
            cursor.close()

    def _whole_message(self, stage: Stage, error: Exception) -> str:
        """Return what the engine says; a result that is streamed can lose the error of its thread, so ask again."""
        import duckdb

        message = str(error)
        if not isinstance(error, duckdb.InterruptException) and "unsuccessful or closed" not in message:
            return message
        sql = bind(stage.sql, stage.sources, self.root).sql
        try:
            self._database.cursor().execute(f"CREATE TEMP TABLE {named(f'again {stage.name}')} AS {sql}")
        except duckdb.Error as told:
            return str(told)
        return message

    def _problem(self, stage: Stage, message: str) -> EngineProblem:
        misfit = misfit_of(message)
        if "INTERNAL Error" in message or "FATAL Error" in message:
            return _inner_problem(message, stage, self.root)
        if misfit is None:
            return _problem(explained(message, self.root))
        readers = bind(stage.sql, stage.sources, self.root).readers
        column, type_, value = misfit
        place = place_of(self._database.cursor(), readers, stage.sources, column, value, self.root)
        return _problem(misfit_words(column, type_, value, place))


def _inner_problem(message: str, stage: Stage, root: Path) -> EngineProblem:
    """Return the problem of an error inside of DuckDB. Version 1.5 has one for a csv that is not UTF-8, where the
    column with the wrong bytes is not the first that is read."""
    place = not_utf8(stage.sources, root)
    if place is not None:
        return _problem(not_utf8_words(place))
    return EngineProblem(f"DuckDB failed inside: {explained(message, root).reason}")


def _problem(words: Explained) -> EngineProblem:
    return EngineProblem(words.reason, words.hint)


def _connect(settings: Settings, spill: Path) -> Any:
    import duckdb

    config: dict[str, Any] = {"autoinstall_known_extensions": "false", "temp_directory": str(spill)}
    if settings.threads is not None:
        config["threads"] = settings.threads
    if settings.memory_limit is not None:
        config["memory_limit"] = settings.memory_limit
    try:
        database = duckdb.connect(config=config)
    except duckdb.Error as error:
        raise _problem(explained(str(error), settings.root)) from error
    for name, value in pinned_settings("duckdb").items():
        database.execute(f"SET GLOBAL {name} = {quoted(value)}")
    # Rows that nothing sorts have no order, and keeping one costs memory; what ORDER BY sorts is stored in that order.
    database.execute("SET GLOBAL preserve_insertion_order = false")
    return database


def pinned_settings(dialect: str) -> dict[str, str]:
    """Return the settings that the meaning of a statement depends on, as the dialect file has them."""
    content = tomllib.loads(dialect_file(f"{dialect}.toml").read_text(encoding="utf-8"))
    return {each["name"]: str(each["value"]) for each in content.get("settings", {}).values() if each["name"]}


def _kind(stage: Write) -> str:
    """Return what the rows of a target are kept as: text is read once."""
    return "VIEW" if stage.target.format == "parquet" else "TABLE"


def _counts(cursor: Any, sql: str) -> dict[str, int]:
    cursor.execute(sql)
    return dict(zip((each[0] for each in cursor.description), cursor.fetchone(), strict=True))


def _write_all(cursor: Any, sql: str, target: Target, to: Path, is_ordered: bool) -> int:
    """Write rows to a file, or into a folder; return how many there are."""
    if not target.partition:
        file = to / f"part-0.{extension(target)}" if target.is_folder else to
        return _count(cursor.execute(_copy(sql, file, file_options(target))))
    if is_ordered or target.format in ("json", "ndjson"):  # of which DuckDB's COPY makes no folders of partitions
        return _write_in_order(cursor, sql, target, to)
    return _count(cursor.execute(_copy(sql, to, folder_options(target))))


def _count(cursor: Any) -> int:
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def _copy(sql: str, to: Path, options: str) -> str:
    return f"COPY ({sql}) TO {quoted(str(to))} ({options})"


def _write_after(cursor: Any, before: Existing, sql: str, target: Target, to: Path) -> int:
    """Write the rows of a file and new ones after them; return how many are new."""
    old = reader(before, target)
    count = _count(cursor.execute(f"SELECT count(*) FROM {old}"))
    return _count(cursor.execute(_copy(union_with(before, target, sql), to, file_options(target)))) - count


def _write_in_order(cursor: Any, sql: str, target: Target, to: Path) -> int:
    """Write hive folders file by file, each in the order of the query (a COPY with PARTITION_BY does not keep it)."""
    table = named(f"odibi write {secrets.token_hex(4)}")
    columns = ", ".join(map(named, target.partition))
    rows = _count(cursor.execute(f"CREATE TEMP TABLE {table} AS {sql}"))
    texts = ", ".join(f"CAST({named(each)} AS VARCHAR)" for each in target.partition)
    for values in cursor.execute(f"SELECT DISTINCT {texts} FROM {table}").fetchall():
        folder = to.joinpath(*(_hive_folder(*each) for each in zip(target.partition, values, strict=True)))
        folder.mkdir(parents=True, exist_ok=True)
        same = " AND ".join(
            f"CAST({named(name)} AS VARCHAR) IS NOT DISTINCT FROM {'NULL' if value is None else quoted(value)}"
            for name, value in zip(target.partition, values, strict=True)
        )
        rows_of_one = f"SELECT * EXCLUDE ({columns}) FROM {table} WHERE {same} ORDER BY rowid"
        cursor.execute(_copy(rows_of_one, folder / f"part-0.{extension(target)}", file_options(target)))
    cursor.execute(f"DROP TABLE {table}")
    return rows


def _hive_folder(name: str, value: str | None) -> str:
    return f"{quote(name, safe='')}={'__HIVE_DEFAULT_PARTITION__' if value is None else quote(value, safe='')}"
