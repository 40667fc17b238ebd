"""What is stored: version after version of one dataset, as SQL, and as Python says that the target is then."""

from __future__ import annotations

import datetime
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet

from odibi_sql import ir
from odibi_sql.plan import Write

START = datetime.datetime(2025, 1, 1)
SCHEMA = ir.schema_of(ir.Field(name, ir.INT64, nullable=False) for name in ("id", "v", "k"))
MODES: tuple[ir.Mode, ...] = ("default", "overwrite", "append", "overwrite partitions", "merge", "scd2")
PLACES = ("o.parquet", "f", "h", "o.csv")  # one file, a folder, folders of partitions
Row = tuple[Any, ...]


class Case:
    """A mode on a place, in the folder of a project."""

    def __init__(self, root: Path, mode: ir.Mode, place: str) -> None:
        self.root, self.mode, self.place = root, mode, place

    def __str__(self) -> str:
        return f"{self.mode} on {self.place}"

    def stage(self, number: int, engine: str = "duckdb") -> Write:
        """Return the stage that stores a version."""
        form = "csv" if self.place.endswith("csv") else "parquet"
        partition = ("k",) if self.place == "h" else ()
        target = ir.Target(format=form, path=self.place, is_folder="." not in self.place, partition=partition)
        is_keyed = self.mode in ("merge", "scd2")
        return Write(
            name="store a",
            sql=_sql(number, engine),
            schema=SCHEMA,
            target=target,
            mode=self.mode,
            dataset="a",
            keys=("id",) if is_keyed else (),
            clock=_clock(number) if self.mode == "scd2" else None,
        )

    def after(self, before: list[Row], number: int, clock: datetime.datetime | None = None) -> list[Row]:
        """Return the rows of the target after a version was stored, at a time."""
        new = rows_of(number)
        match self.mode:
            case "append":
                rows = before + new
            case "overwrite partitions":
                partitions = {row[2] for row in new}
                rows = [row for row in before if row[2] not in partitions] + new
            case "merge":
                rows = list(({row[0]: row for row in before} | {row[0]: row for row in new}).values())
            case "scd2":
                rows = _history(before, new, clock or _clock(number))
            case _:
                rows = new
        return sorted(rows, key=repr)

    def read(self) -> list[Row]:
        """Return the rows that are there."""
        return sorted(duckdb.sql(f"select {self._columns()} from {self._reader()}").fetchall(), key=repr)

    def digest(self, connection: duckdb.DuckDBPyConnection, but: int = -1) -> tuple[Any, ...]:
        """Return what stands for the rows that are there, but for one partition."""
        return self._digest(connection, self._reader(), but)

    def digest_at_once(self, connection: duckdb.DuckDBPyConnection) -> tuple[Any, ...]:
        """Return the same of a file that is opened once."""
        place = self.root / self.place
        if self.place.endswith(".csv"):
            with tempfile.NamedTemporaryFile() as copy:
                copy.write(place.read_bytes())
                copy.flush()
                return self._digest(connection, self._reader(Path(copy.name)))
        connection.register("opened_once", pyarrow.parquet.read_table(pyarrow.BufferReader(place.read_bytes())))
        return self._digest(connection, "opened_once")

    def _digest(self, connection: duckdb.DuckDBPyConnection, reader: str, but: int = -1) -> tuple[Any, ...]:
        sql = f"select count(*), sum(hash({self._columns()})::hugeint) from {reader} where k <> {but}"
        (found,) = connection.execute(sql).fetchall()
        return tuple(found)

    def _columns(self) -> str:
        return "id, v, k" + ", valid_from, valid_to, is_current" * (self.mode == "scd2")

    def _reader(self, copy: Path | None = None) -> str:
        path = copy or self.root / self.place
        if self.place.endswith(".csv"):
            types = ["id", "v", "k"]
            more = {"valid_from": "TIMESTAMP", "valid_to": "TIMESTAMP", "is_current": "BOOLEAN"}
            columns = dict.fromkeys(types, "BIGINT") | (more if self.mode == "scd2" else {})
            return f"read_csv('{path}', header = true, columns = {columns})"
        if "." in self.place:
            return f"read_parquet('{path}')"
        hive = "hive_types = {'k': BIGINT}" if self.place == "h" else "hive_partitioning = false"
        return f"read_parquet('{path}/**/*.parquet', {hive})"


def rows_of(number: int) -> list[Row]:
    """Return the rows of a version; each leaves out another partition."""
    found = []
    for i in range(400):
        id_ = (i * 7 + 50 * number) % 1000
        row = (id_, number if (i + number) % 3 else 0, (id_ // 10 + number) % 4)
        if row[2] != number % 4:
            found.append(row)
    return found


def _sql(number: int, engine: str) -> str:
    id_, rows = f"((i * 7 + {50 * number}) % 1000)", "id" if engine == "spark" else "range"
    columns = (
        f"CAST({id_} AS BIGINT) AS id, CAST(CASE WHEN (i + {number}) % 3 <> 0 THEN {number} ELSE 0 END AS BIGINT) AS v,"
        f" CAST((floor({id_} / 10) + {number}) % 4 AS BIGINT) AS k"
    )
    numbers = f"(SELECT {rows} AS i FROM range(400)) AS numbers"
    return f"SELECT * FROM (SELECT {columns} FROM {numbers}) AS made WHERE k <> {number % 4}"


def _clock(number: int) -> datetime.datetime:
    return START + datetime.timedelta(hours=number)


def _history(before: list[Row], new: list[Row], now: datetime.datetime) -> list[Row]:
    current = {row[0]: row for row in before if row[5]}
    changed = {row[0]: row for row in new if row[0] not in current or current[row[0]][:3] != row}
    closed = [(*row[:4], now, False) if row[5] and row[0] in changed else row for row in before]
    return closed + [(*row, now, None, True) for row in changed.values()]
