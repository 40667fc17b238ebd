"""What came of a stage, by its key: so that the same need not be computed twice."""

from __future__ import annotations

import datetime
import sqlite3

import msgspec
from msgspec.structs import replace

from odibi_sql.run.encoding import encoded
from odibi_sql.run.outcome import RuleOutcome
from odibi_sql.run.state.database import Database


class Checked(msgspec.Struct, frozen=True, kw_only=True, tag="checked"):
    """What the rules of a gate found."""

    rules: tuple[RuleOutcome, ...]
    made: datetime.datetime  # UTC
    last_used: datetime.datetime | None = None


class Kept(msgspec.Struct, frozen=True, kw_only=True, tag="kept"):
    """The rows of a stage, which are kept as a file or a folder."""

    artifact: str  # path, relative to the project
    rows: int
    schema: str  # a digest
    sha256: str  # of the content
    bytes: int
    made: datetime.datetime  # UTC
    last_used: datetime.datetime | None = None
    run: str = ""  # that kept it, as it is all below; "": not known
    stage: str = ""
    layer: str | None = None
    mode: str = ""  # why: "manual" (a step says so), "auto", "layer", "interval"


class Made(msgspec.Struct, frozen=True, kw_only=True, tag="made"):
    """What a store put at its target: the id of that content, which the ledger has of what is there."""

    content: str
    made: datetime.datetime  # UTC
    last_used: datetime.datetime | None = None


_KEPT = '{"type":"kept"%'  # how the record of kept rows begins
ResultRecord = Checked | Kept | Made
_DECODER: msgspec.json.Decoder[ResultRecord] = msgspec.json.Decoder(ResultRecord)


class Results:
    """The results that a project remembers. They may be lost: then they are computed anew."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: str) -> ResultRecord | None:
        """Return what came of the stage of this key; None where that is not known, or cannot be read any more."""
        rows = self._database.read("SELECT record FROM results WHERE key = ?", key)
        return _read(rows[0][0]) if rows else None

    def put(self, key: str, record: ResultRecord) -> None:
        """Remember what came of a stage, in place of what was known."""
        with self._database.transaction(flushed=False) as connection:
            _write(connection, key, record)

    def used(self, key: str) -> None:
        """Remember that the result was used now. Nothing happens where there is none."""
        with self._database.transaction(flushed=False) as connection:
            rows = connection.execute("SELECT record FROM results WHERE key = ?", (key,)).fetchall()
            record = _read(rows[0][0]) if rows else None
            if record is not None:
                _write(connection, key, replace(record, last_used=datetime.datetime.now(datetime.UTC)))

    def forget(self, key: str) -> bool:
        """Forget a result; return whether there was one."""
        with self._database.transaction(flushed=False) as connection:
            return connection.execute("DELETE FROM results WHERE key = ?", (key,)).rowcount > 0

    def kept(self) -> tuple[tuple[str, Kept], ...]:
        """Return the rows that are kept, with their keys, as `list` has them; the other results are not read."""
        return tuple((key, each) for key, each in self._listed(_KEPT) if isinstance(each, Kept))

    def list(self) -> tuple[tuple[str, ResultRecord], ...]:
        """Return all results with their keys, what was not used for longest first."""
        return self._listed("%")

    def _listed(self, pattern: str) -> tuple[tuple[str, ResultRecord], ...]:
        rows = self._database.read("SELECT key, record FROM results WHERE record LIKE ? ORDER BY rowid", pattern)
        return tuple((key, record) for key, text in rows if (record := _read(text)) is not None)


def _write(connection: sqlite3.Connection, key: str, record: ResultRecord) -> None:
    """Have a record in the last row: the rows are in the order of their use, whatever the clock said."""
    text = encoded(record).decode()
    connection.execute("INSERT OR REPLACE INTO results (key, record) VALUES (?, ?)", (key, text))


def _read(text: str) -> ResultRecord | None:
    try:
        return _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeError):
        return None
