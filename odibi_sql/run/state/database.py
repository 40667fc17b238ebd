"""The file itself: opened by several processes at once, its format versioned.

Every change is one transaction, so that a process that is killed leaves all of it or none. SQLite flushes each commit
to the disk (`synchronous = FULL`): what was promised before a target is put in place is still there after a crash.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

VERSION = 1
_ROOM = 2**16  # bytes that SQLite takes to open a file; it calls a disk without them broken
_WAIT = 30.0  # seconds for another process to end its transaction
_TABLES = """
CREATE TABLE targets (              -- what the project stored, by the path of the target
    path TEXT PRIMARY KEY,          -- relative to the project where it is inside of it
    record TEXT NOT NULL            -- JSON, see `run/stores/ledger.py`
);
CREATE TABLE runs (
    run TEXT PRIMARY KEY,           -- sorts by time
    record TEXT NOT NULL            -- JSON, see `runs.py`
);
CREATE TABLE stages (               -- how each stage of a run stands
    run TEXT NOT NULL,
    stage TEXT NOT NULL,
    record TEXT NOT NULL,           -- JSON, see `runs.py`
    PRIMARY KEY (run, stage)
);
CREATE TABLE results (              -- what came of a stage, by its key
    key TEXT PRIMARY KEY,
    record TEXT NOT NULL            -- JSON, see `results.py`
);
"""


class StateProblem(Exception):
    """The state cannot be used: `reason` in words, `hint` what to do ("": nothing to say)."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


class Database:
    """The state of the project in the folder `root`. May be used from several threads."""

    def __init__(self, root: Path) -> None:
        """Open the file, or begin it. A file that is damaged is put aside: `warning` says so.

        Raises StateProblem where a newer version wrote it, or it cannot be written.
        """
        self.file = root / ".odibi" / "state.db"
        self.warning = ""
        self._lock = threading.RLock()
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self._connection = self._opened()
        except OSError as error:
            raise StateProblem(f"`{self.file}` cannot be written: {(error.strerror or str(error)).lower()}") from error

    @contextmanager
    def transaction(self, *, flushed: bool = True) -> Iterator[sqlite3.Connection]:
        """Hold off all other writers until the block ends; what it did stays if it ends well, else nothing of it.

        Raises StateProblem where the file cannot be written; sqlite3.IntegrityError where a key is there already.
        Not `flushed`, it costs no wait for the disk (0.02 ms, not 3): the process may be killed all the same; only
        where the machine itself goes down, what came after the last flushed transaction may be lost, from the end.
        """
        with self._lock:
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if flushed else 'NORMAL'}")
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException as error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.IntegrityError):
                    raise self._problem(error) from error
                raise

    def read(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query. Raises StateProblem."""
        with self._lock:
            try:
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.DatabaseError as error:
                raise self._problem(error) from error

    def _problem(self, error: sqlite3.DatabaseError) -> StateProblem:
        """Return in words why the file cannot be used: a full disk, a read-only folder, a lock held too long."""
        reason = str(error)
        if reason == "disk I/O error" and shutil.disk_usage(self.file.parent).free < _ROOM:
            reason = "no space left on device"
        elif reason == "unable to open database file" and not os.access(self.file.parent, os.W_OK):
            reason = "its folder is read-only"
        is_damaged = not isinstance(error, sqlite3.OperationalError)  # in the middle: it opens
        hint = "move it away: the stores stay, their history is forgotten" if is_damaged else ""
        return StateProblem(f"`{self.file}` cannot be used: {reason}", hint)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def _opened(self) -> sqlite3.Connection:
        try:
            return self._connected()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise self._problem(error) from error
            aside = self.file.with_name(f"state-damaged-{time.time_ns()}.db")
            self.file.replace(aside)
            for ending in ("-wal", "-shm"):
                self.file.with_name(self.file.name + ending).unlink(missing_ok=True)
            self.warning = f"`{self.file}` was damaged ({error}); it is now `{aside.name}`, and odibi begins anew"
            return self._connected()

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.file, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            self._hold_version(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _hold_version(self, connection: sqlite3.Connection) -> None:
        ((version,),) = connection.execute("PRAGMA user_version").fetchall()
        if version == VERSION:
            return
        if version > VERSION:
            raise StateProblem(
                f"`{self.file}` was written by a newer odibi (format {version}, this one knows {VERSION})",
                "upgrade odibi-sql, or move the file away: what is stored stays, its history is forgotten",
            )
        connection.execute("BEGIN IMMEDIATE")
        ((version,),) = connection.execute("PRAGMA user_version").fetchall()  # another process may have been faster
        if version == 0:
            for statement in _TABLES.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
