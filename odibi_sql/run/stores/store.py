"""One store: rows made ready beside the target, flushed, and put in place together with their record."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from pathlib import Path

import msgspec
from msgspec.structs import replace

from odibi_sql.objects import is_object
from odibi_sql.plan import Write
from odibi_sql.run.engines.engine import Engine, EngineProblem
from odibi_sql.run.engines.existing import hold_columns
from odibi_sql.run.state.database import Database, StateProblem
from odibi_sql.run.stores.facts import REPLACING, Stored, applied_in, changed_meanwhile, refused, stored_of
from odibi_sql.run.stores.ledger import Address, Commit, Ledger, TargetRecord, applied_as, ledger_of
from odibi_sql.run.stores.making import Made, make
from odibi_sql.run.stores.object_append import append_object
from odibi_sql.run.stores.object_seals import looked_at
from odibi_sql.run.stores.object_target import refusal_of_object, store_object, stored_copy
from odibi_sql.run.stores.pending import hold_rolled
from odibi_sql.run.stores.same import is_same
from odibi_sql.run.stores.signature import seal_of
from odibi_sql.run.stores.staging import clear_stale, staging
from odibi_sql.run.stores.swap import flush, make_folders
from odibi_sql.run.stores.versions import put_and_keep, tidy

_NOTHING = Commit()


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A store that is whole, flushed and not to be seen yet. Its target is held until `let_go` is closed."""

    stage: Write
    final: Path
    ready: Path | None  # None: what is there stays
    record: TargetRecord | None  # None: something else changed what stays
    stored: Stored
    seen: str  # the seal of what was there when it was made
    let_go: ExitStack


def final_path(stage: Write, root: Path) -> Path:
    """Return where a store goes, links followed."""
    return (root / stage.target.path).resolve()


def target_of(stage: Write, root: Path) -> Address:
    """Return what a store goes to, as the ledger knows it."""
    return stage.target.path if is_object(stage.target.path) else final_path(stage, root)


def readable_at(stage: Write, root: Path) -> Path:
    """Return where what a store holds can be read: of an object, its copy. Raises EngineProblem."""
    return stored_copy(stage.target.path, root) if is_object(stage.target.path) else final_path(stage, root)


def is_there(stage: Write, root: Path) -> bool:
    """Whether something is at a target, as far as can be told."""
    target = target_of(stage, root)
    return looked_at(target) is not None if isinstance(target, str) else target.exists()


def refusal(stage: Write, root: Path, database: Database | None = None) -> EngineProblem | None:
    """Return why this store may not be written, judged by what is there now, or None."""
    try:
        with ledger_of(root, database) as ledger:
            return (refusal_of_object if is_object(stage.target.path) else _refusal)(stage, ledger)
    except StateProblem as problem:
        return EngineProblem(problem.reason, problem.hint)


def _refusal(stage: Write, ledger: Ledger) -> EngineProblem | None:
    final, path = final_path(stage, ledger.root), stage.target.path
    if not final.exists():
        return None
    if final.is_dir() != stage.target.is_folder:
        what = ("a folder", "a file") if final.is_dir() else ("a file", "a folder")
        return EngineProblem(f"`{path}` is {what[0]}, and the store is {what[1]}", "move it away, or name another path")
    if stage.mode == "append":
        return _other_columns(stage, ledger, final)
    is_empty_folder = final.is_dir() and not any(final.iterdir())
    is_ours = stage.mode == "default" and (is_empty_folder or ledger.there(final) is not None)
    return refused(stage, is_ours=is_ours, is_known=ledger.entry(final) is not None)


def _other_columns(stage: Write, ledger: Ledger, final: Path) -> EngineProblem | None:
    """Return why rows cannot be appended to what is there, whose files are read only where the ledger does not know."""
    there = ledger.there(final)
    if there is not None and _without_nulls(there.columns) == _without_nulls(map(str, stage.schema)):
        return None
    try:
        hold_columns(stage, final)
    except EngineProblem as problem:
        return problem
    return None


def _without_nulls(columns: Iterable[str]) -> list[str]:
    return [each.removesuffix(" not null") for each in columns]


def store(
    engine: Engine, stage: Write, root: Path, commit: Commit = _NOTHING, database: Database | None = None
) -> Stored:
    """Write the rows of a stage to its target. `database`: the state that the run has open.

    Raises EngineProblem, Cancelled, OSError: the target is as before then.
    """
    try:
        with ledger_of(root, database) as ledger:
            if is_object(stage.target.path):
                how = append_object if stage.target.is_folder else store_object
                return how(engine, stage, ledger, commit)
            prepared = prepare(engine, stage, ledger, commit)
            with prepared.let_go:
                publish(prepared, ledger)
            return prepared.stored
    except StateProblem as problem:
        raise EngineProblem(problem.reason, problem.hint) from problem


def prepare(engine: Engine, stage: Write, ledger: Ledger, commit: Commit) -> Prepared:
    """Make a store ready, up to the step that shows it. The target is held for this run until `let_go` is closed.

    Raises EngineProblem, Cancelled, OSError.
    """
    final = final_path(stage, ledger.root)
    final.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.enter_context(ledger.locked(final))
        hold_rolled(ledger, final)
        problem = _refusal(stage, ledger)
        if problem is not None:
            raise problem
        clear_stale(final)
        ready = stack.enter_context(staging(final))
        return _prepared(engine, stage, ledger, commit, final, ready, stack)


def _prepared(
    engine: Engine, stage: Write, ledger: Ledger, commit: Commit, final: Path, ready: Path, stack: ExitStack
) -> Prepared:
    seen, applied = seal_of(final), _applied(ledger, stage, final)
    if stage.mode == "append" and applied_as(commit, stage.name) in applied:
        record = ledger.there(final)
        stored = Stored(rows=0, bytes=0, files=0, was_applied=True)
        return _held(stack, stage, final, None, record, stored, seen)
    started = time.perf_counter()
    made = make(engine, stage, final, ready)
    making = time.perf_counter() - started
    record, stored = stored_of(stage, commit, made, making, applied, ledger.columns(final))
    if _changes_nothing(stage, made, final, ready):
        known = ledger.current(final)
        content = known.content if known is not None and known.content else commit.content
        stored = replace(stored, is_same=True, content=content)
        return _held(stack, stage, final, None, replace(record, content=content), stored, seen)
    ripe = make_folders(ready, final)
    flush(ready)
    time.sleep(max(0.0, ripe - time.monotonic()))
    return _held(stack, stage, final, ready, record, stored, seen)


def _changes_nothing(stage: Write, made: Made, final: Path, ready: Path) -> bool:
    if made.combined is not None:
        return made.combined.is_same
    return stage.mode in REPLACING and final.exists() and is_same(ready, final)


def _held(
    stack: ExitStack,
    stage: Write,
    final: Path,
    ready: Path | None,
    record: TargetRecord | None,
    stored: Stored,
    seen: str,
) -> Prepared:
    return Prepared(
        stage=stage, final=final, ready=ready, record=record, stored=stored, seen=seen, let_go=stack.pop_all()
    )


def publish(prepared: Prepared, ledger: Ledger) -> None:
    """Put what is ready in its place; a reader sees what was there before, or all of what is new.

    Raises EngineProblem where something else changed the target meanwhile, StateProblem, OSError.
    """
    if prepared.record is None:
        return
    hold_unchanged(prepared)
    if prepared.ready is not None:
        put_and_keep(ledger, prepared.ready, prepared.final, prepared.record)
    with suppress(StateProblem):  # the rows are there and announced: that nothing is pending makes the next run quicker
        ledger.confirm(prepared.final, prepared.record)
        tidy(ledger, prepared.final)


def hold_unchanged(prepared: Prepared) -> None:
    """Raise EngineProblem where something else changed a target since the store was made ready."""
    is_replaced = prepared.stage.mode == "overwrite" and prepared.ready is not None
    if prepared.record is not None and not is_replaced and seal_of(prepared.final) != prepared.seen:
        raise changed_meanwhile(prepared.stage.target.path)


def _applied(ledger: Ledger, stage: Write, final: Path) -> tuple[str, ...]:
    """Return which runs' rows have been appended to what is there."""
    if stage.mode != "append" or not final.exists():
        return ()
    return applied_in(stage, ledger.there(final), ledger.entry(final))
