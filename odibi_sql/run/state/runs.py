"""Which runs there were, how each went, and which of them died without a word."""

from __future__ import annotations

import datetime
import secrets
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePath
from typing import Literal as OneOf
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from odibi_sql.run.encoding import encoded
from odibi_sql.run.outcome import RuleOutcome, RunProblem
from odibi_sql.run.state.database import Database, StateProblem
from odibi_sql.run.state.processes import Process, is_gone, this_process

Status = OneOf["running", "done", "failed", "cancelled", "dead"]
Ending = OneOf["done", "failed", "cancelled"]
StageStatus = OneOf["running", "done", "cached", "failed", "skipped", "cancelled"]
_RESUMABLE = ("failed", "cancelled", "dead")
Record = TypeVar("Record", bound=msgspec.Struct)


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One run. `Runs.begin` gives it its name, its start and its process."""

    run: str = ""  # 20261126-131244-3f9a: UTC, sorts by time
    pipeline: str
    file: str = ""  # of the pipeline, as it was given
    engine: str = ""
    engine_version: str = ""
    version: str = ""  # of odibi
    status: Status = "running"
    started: datetime.datetime | None = None  # UTC
    ended: datetime.datetime | None = None  # of a dead one: unknown
    process: Process = Process()
    parameters: dict[str, str] = {}  # as text; none whose value is a secret
    clock: datetime.datetime | None = None  # what now() was: naive, UTC
    goals: tuple[str, ...] = ()  # stores and datasets that were asked for
    options: dict[str, str] = {}  # of the command line, as text
    resumed_from: str | None = None  # a run
    origin: str | None = None  # the first of the runs that were resumed one after the other; None: itself
    problems: tuple[RunProblem, ...] = ()

    @property
    def seconds(self) -> float | None:
        """How long it took; None where that is not known."""
        if self.started is None or self.ended is None:
            return None
        return max(0.0, (self.ended - self.started).total_seconds())

    @property
    def can_be_resumed(self) -> bool:
        """Whether it ended before all was done."""
        return self.status in _RESUMABLE


class StageRecord(msgspec.Struct, frozen=True, kw_only=True):
    """How a stage of a run stands. Counts are None where there are none."""

    stage: str
    kind: OneOf["materialize", "check", "write", "answer"]
    steps: tuple[str, ...] = ()
    status: StageStatus = "running"
    key: str = ""  # what it depends on, as a digest; "": it has none
    parts: dict[str, str] = {}  # what the key is made of: a digest, or a short text, by what it is of
    attempts: int = 0
    started: datetime.datetime | None = None  # UTC
    ended: datetime.datetime | None = None
    seconds: float = 0.0
    rows: int | None = None
    bytes: int | None = None
    files: int | None = None
    target: str | None = None  # of a write: the path as the pipeline has it
    message: str = ""  # why it failed, was skipped, or need not run
    rules: tuple[RuleOutcome, ...] = ()


class Runs:
    """The runs of a project. What it writes is not flushed to the disk each time: it outlives the process at once, a
    crash of the whole machine once something of the stores was."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, record: RunRecord) -> RunRecord:
        """Keep a new run, of this process, and return it with its name."""
        while True:
            now = _now()
            begun = replace(record, run=_name(now), started=now, status="running", process=this_process())
            try:
                self._execute("INSERT INTO runs (run, record) VALUES (?, ?)", begun.run, _text(begun))
            except sqlite3.IntegrityError:
                continue  # another process had the same name for its run
            return begun

    def stage(self, run: str, record: StageRecord) -> None:
        """Keep how a stage stands; what was said of it before in this run is replaced."""
        self._execute(
            "INSERT INTO stages (run, stage, record) VALUES (?, ?, ?)"
            " ON CONFLICT (run, stage) DO UPDATE SET record = excluded.record",
            *(run, _legible(record.stage), _text(record)),
        )

    def end(self, run: str, status: Ending, problems: Iterable[RunProblem] = ()) -> None:
        """Keep how a run ended. Raises StateProblem where there is none of this name."""
        ended = replace(self.get(run), status=status, ended=_now(), problems=tuple(problems))
        self._execute("UPDATE runs SET record = ? WHERE run = ?", _text(ended), run)

    def get(self, name: str) -> RunRecord:
        """Return the run of a name, or of the beginning of one that is unique; `latest`: the one begun last.

        Raises StateProblem where there is none, or there are several.
        """
        found = self.list(limit=1) if name == "latest" else self._begun_with(name)
        if len(found) == 1:
            return found[0]
        if not found:
            raise StateProblem("there was no run yet" if name == "latest" else f"no run `{name}`")
        several = ", ".join(f"`{each.run}`" for each in found[:3])
        raise StateProblem(
            f"`{name}` begins the names of {len(found)} runs: {several}{', …' if len(found) > 3 else ''}"
        )

    def list(self, limit: int | None = None, pipeline: str | None = None) -> tuple[RunRecord, ...]:
        """Return the runs, the one begun last first; of one pipeline, where that is named."""
        found: list[RunRecord] = []
        for (text,) in self._database.read("SELECT record FROM runs ORDER BY rowid DESC"):
            if limit is not None and len(found) >= limit:
                break
            record = _read(RunRecord, text)
            if pipeline is None or record.pipeline == pipeline:
                found.append(record)
        return tuple(found)

    def last_of(self, file: str) -> RunRecord | None:
        """Return the run begun last of a pipeline's file, None where there is none."""
        name = PurePath(file).name
        return next((each for each in self.list() if PurePath(each.file).name == name), None)

    def resumable(self) -> tuple[RunRecord, ...]:
        """Return of each pipeline's file the newest run that can be resumed."""
        found: dict[tuple[str, str], RunRecord] = {}
        for each in self.list():
            if each.can_be_resumed:
                found.setdefault((each.pipeline, each.file), each)
        return tuple(found.values())

    def count(self) -> int:
        """Return how many runs there are."""
        return int(self._database.read("SELECT count(*) FROM runs")[0][0])

    def stages(self, run: str) -> tuple[StageRecord, ...]:
        """Return how the stages of a run stand, in the order in which something was said of them first."""
        rows = self._database.read("SELECT record FROM stages WHERE run = ? ORDER BY rowid", run)
        return tuple(_read(StageRecord, text) for (text,) in rows)

    def dead(self) -> tuple[RunRecord, ...]:
        """Return the runs that say they run and whose process is not there any more; they are `dead` from now on.

        What runs on another machine, or in another container, cannot be seen from here and is left as it is.
        """
        rows = self._database.read("SELECT record FROM runs WHERE json_extract(record, '$.status') = 'running'")
        gone = [each for (text,) in rows if is_gone((each := _read(RunRecord, text)).process)]
        return tuple(dead for each in gone if (dead := self._bury(each)) is not None)

    def prune(self, keep_count: int | None = None, keep_days: float | None = None) -> tuple[str, ...]:
        """Forget the runs of each pipeline beyond its newest `keep_count`, and those that began more than `keep_days`
        days ago; return their names.

        What runs is kept, and of each pipeline the last run that is done and the newest that can be resumed.
        """
        earliest = None if keep_days is None else _now() - datetime.timedelta(days=keep_days)
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT record FROM runs ORDER BY rowid DESC").fetchall()
            names = _forgettable([_read(RunRecord, text) for (text,) in rows], keep_count, earliest)
            for name in names:
                connection.execute("DELETE FROM runs WHERE run = ?", (name,))
                connection.execute("DELETE FROM stages WHERE run = ?", (name,))
        for name in names:
            shutil.rmtree(self._database.file.parent / "runs" / name, ignore_errors=True)
        return tuple(names)

    def _begun_with(self, name: str) -> tuple[RunRecord, ...]:
        rows = self._database.read("SELECT record FROM runs WHERE substr(run, 1, ?) = ?", len(name), name)
        return tuple(_read(RunRecord, text) for (text,) in rows) if name else ()

    def _bury(self, record: RunRecord) -> RunRecord | None:
        """Mark a run as dead, unless another process was faster."""
        with self._database.transaction(flushed=False) as connection:
            rows = connection.execute("SELECT record FROM runs WHERE run = ?", (record.run,)).fetchall()
            if not rows or _read(RunRecord, rows[0][0]).status != "running":
                return None
            dead = replace(record, status="dead")
            connection.execute("UPDATE runs SET record = ? WHERE run = ?", (_text(dead), record.run))
            return dead

    def _execute(self, sql: str, *values: str) -> None:
        with self._database.transaction(flushed=False) as connection:
            connection.execute(sql, values)


def _forgettable(runs: list[RunRecord], keep_count: int | None, earliest: datetime.datetime | None) -> list[str]:
    """Return the names of those among the runs (newest first) that need not be kept."""
    seen: Counter[tuple[str, str]] = Counter()
    needed: set[tuple[str, str, bool]] = set()  # of each pipeline the last one that is done, and that can be resumed
    names = []
    for each in runs:
        pipeline = each.pipeline, each.file
        seen[pipeline] += 1
        if each.status == "running":
            continue
        is_needed = (*pipeline, each.can_be_resumed) not in needed
        needed.add((*pipeline, each.can_be_resumed))
        is_over = keep_count is not None and seen[pipeline] > keep_count
        is_old = earliest is not None and each.started is not None and each.started < earliest
        if (is_over or is_old) and not is_needed:
            names.append(each.run)
    return names


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _name(now: datetime.datetime) -> str:
    return f"{now:%Y%m%d-%H%M%S}-{now.microsecond * 256 // 1_000_000:02x}{secrets.token_hex(1)}"


def _legible(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _text(record: msgspec.Struct) -> str:
    return encoded(record).decode()


def _read(kind: type[Record], text: str) -> Record:
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise StateProblem(
            f"the state of the project cannot be read: {error}", "move `.odibi/state.db` away: the stores stay"
        ) from error
