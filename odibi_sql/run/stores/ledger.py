"""What the project stored, in the table `targets`: what is at a target, and which plan and run made it.

Data and record are one commit. Before a target is exchanged its record has both, what is coming (`now`) and what was
there (`before`), and is `is_pending`; afterwards it has `now` alone. Whenever a process is killed, the seal of what is
there says which of the two it is.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
from msgspec.structs import replace

from odibi_sql.objects import is_object
from odibi_sql.run.state.database import Database
from odibi_sql.run.stores.object_seals import known_as, look_at, looked_at
from odibi_sql.run.stores.signature import Signature, signature

MOST_APPLIED = 1000  # appends that a record remembers; an older run cannot be resumed any more


Address = Path | str  # where a target is: a path, or the location of an object


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """Who stores: the run, the key of the plan that makes the rows, the id of their content. "": not known."""

    run: str = ""
    key: str = ""
    content: str = ""


class TargetRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a target."""

    key: str = ""
    content: str = ""
    run: str = ""
    stage: str
    at: float  # seconds since 1970
    rows: int  # that its run wrote, as bytes and files are
    bytes: int
    files: int
    columns: tuple[str, ...] = ()  # `id int64 not null`; (): not known
    applied: tuple[str, ...] = ()  # mode append: `RUN STAGE` of all that is in it
    seal: str = ""
    strict: str = ""  # "": not known
    is_timed: bool = True


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The version before, where it is kept: `path` starts from the project."""

    path: str
    record: TargetRecord


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """The record of a target."""

    now: TargetRecord
    before: TargetRecord | None = None
    is_pending: bool = False  # `before` may still be what is there
    kept: Kept | None = None  # the version before `now`
    older: Kept | None = None  # the version before `before`
    staged: str = ""  # where `now` is while it is not in its place, of stores that are published together


class Ledger:
    """The targets of the project in the folder `root`."""

    def __init__(self, root: Path, database: Database) -> None:
        self.root = root
        self.database = database

    def current(self, final: Address) -> TargetRecord | None:
        """Return the record of what is at `final` if that is exactly what the project put there, else None.

        Nothing is read but the names and facts of files.
        """
        if isinstance(final, str):
            return known_as(self.sides(final), looked_at(final), is_strict=True)
        for record in self.sides(final):
            if record.strict and signature(final, record.is_timed) == _signature_of(record):
                return record
        return None

    def there(self, final: Address) -> TargetRecord | None:
        """Return the record of what is at `final` by its names, sizes and times: it may have been moved or copied."""
        if isinstance(final, str):
            return known_as(self.sides(final), look_at(final))
        seen = signature(final)
        return next((each for each in self.sides(final) if seen is not None and each.seal == seen.seal), None)

    def entry(self, final: Address) -> Entry | None:
        """Return what is known of a target; None where nothing is, or it cannot be read."""
        rows = self.database.read("SELECT record FROM targets WHERE path = ?", self._name(final))
        return _decoded(rows[0][0]) if rows else None

    def kept(self, final: Address) -> Kept | None:
        """Return the version before the one that is there; None where none is kept, or something else changed it."""
        entry, there = self.entry(final), self.there(final)
        if entry is None or there is None:
            return None
        return entry.kept if there.seal == entry.now.seal else entry.older

    def columns(self, final: Address) -> tuple[str, ...]:
        """Return the columns of what the project stored there last, () where they are not known."""
        entry = self.entry(final)
        record = self.there(final) or (entry.now if entry is not None else None)
        return record.columns if record is not None else ()

    def announce(self, final: Path, ready: Path, record: TargetRecord, kept: Kept | None = None) -> None:
        """Write down, before it is put there, that `final` becomes what is at `ready`.

        `kept`: what is there now, and where it will be then.
        """
        self.write([(final, self.coming(final, ready, record, kept))])

    def coming(self, final: Path, ready: Path, record: TargetRecord, kept: Kept | None) -> Entry:
        """Return the record of a target that becomes what is at `ready`."""
        seen = signature(ready, record.is_timed)
        assert seen is not None
        strict = seen.strict if ready.is_dir() else ""  # moving a file changes its inode
        now = replace(record, seal=seen.seal, strict=strict)
        return Entry(now=now, before=self.there(final), is_pending=True, kept=kept, older=self.kept(final))

    def write(self, entries: Iterable[tuple[Address, Entry | None]]) -> None:
        """Write down records, all of them or none, and on the disk. None: nothing is known of that target any more."""
        with self.database.transaction() as connection:
            for final, entry in entries:
                self._write(connection, final, entry)

    def targets(self) -> list[tuple[Address, Entry]]:
        """Return all targets that the project has stored to, by their paths."""
        rows = self.database.read("SELECT path, record FROM targets ORDER BY path")
        found = ((path if is_object(path) else self.root.resolve() / path, _decoded(text)) for path, text in rows)
        return [(final, entry) for final, entry in found if entry is not None]

    def contents(self) -> set[str]:
        """Return the ids of all contents that are at a target, or can be put back there."""
        entries = [entry for _, entry in self.targets()]
        kept = [each.record for entry in entries for each in (entry.kept, entry.older) if each is not None]
        there = [each for entry in entries for each in (entry.now, entry.before) if each is not None]
        return {each.content for each in (*kept, *there)}

    def unpublished(self) -> list[tuple[Path, Entry]]:
        """Return the targets that a run which published together left out, with what is to be there."""
        rows = self.database.read("""SELECT path, record FROM targets WHERE record NOT LIKE '%"staged":""%'""")
        found = ((self.root.resolve() / path, _decoded(text)) for path, text in rows)
        return [(final, entry) for final, entry in found if entry is not None and entry.is_pending and entry.staged]

    def confirm(self, final: Path, record: TargetRecord) -> None:
        """Write down that what `record` is of is at `final`. Where that is lost, `announce` has said enough."""
        seen = signature(final, record.is_timed)
        assert seen is not None
        now, kept = replace(record, seal=seen.seal, strict=seen.strict), self.kept(final)
        with self.database.transaction(flushed=False) as connection:
            self._write(connection, final, Entry(now=now, kept=kept))

    @contextmanager
    def locked(self, final: Address) -> Iterator[None]:
        """Hold off other runs that would write to `final`."""
        folder = self.root / ".odibi" / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(os.fsencode(final)).hexdigest()[:16]
        with (folder / f"{name}.lock").open("w") as handle:
            _lock(handle.fileno())
            yield

    def sides(self, final: Address) -> list[TargetRecord]:
        """Return the records of what can be at `final`."""
        entry = self.entry(final)
        if entry is None:
            return []
        return [entry.now, entry.before] if entry.is_pending and entry.before is not None else [entry.now]

    def _name(self, final: Address) -> str:
        if isinstance(final, str):
            return final
        try:
            return final.relative_to(self.root.resolve()).as_posix()
        except ValueError:
            return str(final)

    def _write(self, connection: sqlite3.Connection, final: Address, entry: Entry | None) -> None:
        if entry is None:
            connection.execute("DELETE FROM targets WHERE path = ?", (self._name(final),))
            return
        record = msgspec.json.encode(entry).decode()
        connection.execute("INSERT OR REPLACE INTO targets VALUES (?, ?)", (self._name(final), record))


@contextmanager
def ledger_of(root: Path, database: Database | None) -> Iterator[Ledger]:
    """Give the ledger of a project in the state that a run has open, or else in one that is opened for it.

    Raises StateProblem.
    """
    if database is not None:
        yield Ledger(root, database)
        return
    with closing(Database(root)) as opened:
        yield Ledger(root, opened)


def applied_as(commit: Commit, stage: str) -> str:
    """Return what stands in `applied` for a stage of a run; "" where the run is not known."""
    return f"{commit.run} {stage}" if commit.run else ""


def made_now(stage: str, commit: Commit, rows: int, size: int, files: int, columns: tuple[str, ...]) -> TargetRecord:
    """Return the record of a version that a stage has made."""
    return TargetRecord(
        key=commit.key,
        content=commit.content,
        run=commit.run,
        stage=stage,
        at=time.time(),
        rows=rows,
        bytes=size,
        files=files,
        columns=columns,
    )


def _signature_of(record: TargetRecord) -> Signature:
    return Signature(record.seal, record.strict, record.is_timed)


def _decoded(text: str) -> Entry | None:
    try:
        return msgspec.json.decode(text, type=Entry)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None


def _lock(handle: int) -> None:
    try:
        import fcntl
    except ImportError:  # not on this system: two runs at one time are then not held apart
        return
    fcntl.flock(handle, fcntl.LOCK_EX)
