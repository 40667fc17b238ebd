"""What is told of a store, and what keeps it from being written, in whatever kind of place it is."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec.structs import replace

from odibi_sql.plan import Write
from odibi_sql.run.engines.engine import Combined, EngineProblem
from odibi_sql.run.engines.existing import schema_of_target
from odibi_sql.run.outcome import SchemaChange
from odibi_sql.run.stores.ledger import MOST_APPLIED, Commit, Entry, TargetRecord, applied_as, made_now
from odibi_sql.run.stores.making import Made

REPLACING = ("default", "overwrite")  # modes that leave nothing of what was there


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """What was written: new rows, and the bytes and files that hold them.

    `is_same`: it was, byte for byte, what was there: that stays, and with it the id of its `content`.
    `was_applied`: the rows of this run and stage were there already; nothing was added.
    `combined`: how a merge or a history became of what was there and what is new; `bytes` and `files` are of all of it.
    `changed`: its columns are others than those that were stored there last.
    """

    rows: int
    bytes: int
    files: int
    content: str = ""
    is_same: bool = False
    was_applied: bool = False
    combined: Combined | None = None
    changed: SchemaChange | None = None
    making: float = 0.0  # seconds until the rows were written beside the target
    at: Path | None = None  # where they can be read, if that is another place than the target


def stored_of(
    stage: Write, commit: Commit, made: Made, making: float, applied: tuple[str, ...], before: tuple[str, ...]
) -> tuple[TargetRecord, Stored]:
    """Return the record of what was made ready, and what is told of it.

    `applied`: what has been appended to what was there; `before`: the columns that were stored there last.
    """
    columns, here = tuple(map(str, schema_of_target(stage))), applied_as(commit, stage.name)
    record = made_now(stage.name, commit, made.rows, made.bytes, made.files, columns)
    record = replace(record, is_timed=not made.is_linked, applied=(*applied, here)[-MOST_APPLIED:] if here else applied)
    stored = Stored(
        rows=made.rows,
        bytes=made.bytes,
        files=made.files,
        content=commit.content,
        combined=made.combined,
        changed=SchemaChange(before=before, after=columns) if before not in ((), columns) else None,
        making=making,
    )
    return record, stored


def refused(stage: Write, *, is_ours: bool, is_known: bool) -> EngineProblem | None:
    """Return why a store may not be written where something is. `is_ours`: it is what this project put there;
    `is_known`: it put something there."""
    path = stage.target.path
    if stage.mode == "fail if exists":
        return EngineProblem(f"`{path}` exists", "the store says `mode fail if exists`")
    if stage.mode != "default" or is_ours:
        return None
    reason = "has changed since this project wrote it" if is_known else "is there, and not by this project"
    return EngineProblem(f"`{path}` {reason}", "`mode overwrite` replaces it")


def changed_meanwhile(path: str) -> EngineProblem:
    """Return the problem that a target is not what it was when the store began."""
    return EngineProblem(f"`{path}` was changed by something else while this run wrote it", "run it again")


def applied_in(stage: Write, there: TargetRecord | None, entry: Entry | None) -> tuple[str, ...]:
    """Return which runs' rows have been appended to what is there. Raises EngineProblem where that cannot be told."""
    if there is not None or entry is None:
        return there.applied if there is not None else ()
    before = entry.before.applied if entry.before is not None else ()
    if entry.is_pending and entry.now.applied != before:
        raise EngineProblem(
            f"`{stage.target.path}` was changed after a run that appended to it was killed, so it cannot be told"
            " whether the rows of that run are in it",
            "look at its rows; `mode overwrite` for one run makes it known again",
        )
    return entry.now.applied  # something else changed the target: its record still says what it was made of
