"""One stage, from its statement to its outcome."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from typing import Literal as OneOf

import msgspec
from msgspec.structs import replace

from odibi_sql.plan import Answer, Check, Materialize, Stage, Write
from odibi_sql.run.attempts import passes
from odibi_sql.run.engines.engine import Cancelled, Engine, EngineProblem
from odibi_sql.run.fetching import reading
from odibi_sql.run.gates import broken, outcomes
from odibi_sql.run.kept import as_store, keep
from odibi_sql.run.masking import without_values
from odibi_sql.run.measured import Measured, Tracking
from odibi_sql.run.outcome import RuleOutcome, RunProblem, StageOutcome, Status
from odibi_sql.run.sampling import broken_rows, nulls_of, sample_of_store, sample_of_table
from odibi_sql.run.state.database import Database, StateProblem
from odibi_sql.run.state.results import Kept
from odibi_sql.run.stores.facts import Stored
from odibi_sql.run.stores.ledger import Commit, Ledger
from odibi_sql.run.stores.staging import without_staging
from odibi_sql.run.stores.store import Prepared, final_path, prepare, store

Kind = OneOf["materialize", "check", "write", "answer"]


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """How a stage went; `answer` is the Arrow table of an Answer, `content` what stands for the rows of a store."""

    outcome: StageOutcome
    problem: RunProblem | None = None
    answer: Any = None
    content: str = ""
    prepared: Prepared | None = None  # a store that is whole, and not to be seen yet
    kept: Kept | None = None  # where the rows are kept for later runs


def kind_of(stage: Stage) -> Kind:
    """Return what a stage is for."""
    match stage:
        case Check():
            return "check"
        case Write():
            return "write"
        case Answer():
            return "answer"
    return "materialize"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where stores go: the folder that paths start from, and the state that the run has open, where it has one; and
    what of the rows may be written down."""

    root: Path
    database: Database | None = None
    tracking: Tracking = Tracking()
    dialect: str = "duckdb"  # of the statements


def run_stage(engine: Engine, stage: Stage, place: Place, commit: Commit) -> Done:
    """Run one stage and return how it went; what goes wrong is in the outcome, in words."""

    def do() -> Done:
        with reading(stage, place.root):
            return _run(engine, stage, place, commit)

    return _timed(engine, stage, place, do)


def keep_stage(engine: Engine, stage: Materialize, place: Place, key: str, *, is_folder: bool) -> Done:
    """Keep the rows of a stage for later runs, and let later stages read them."""

    def do() -> Done:
        with reading(stage, place.root):
            kept = keep(engine, stage, place.root, key, is_folder=is_folder)
        at = place.root / kept.artifact
        stored = as_store(stage, at, is_folder=is_folder)
        engine.adopt(stage.name, stored, at)
        sample = sample_of_store(engine, stored, at, place.tracking)
        measured = Measured(sample=sample, nulls=nulls_of(engine, stored, at, place.tracking))
        outcome = replace(outcome_of(stage, "done"), rows=kept.rows, bytes=kept.bytes, measured=measured)
        return Done(outcome=outcome, content=kept.sha256, kept=kept)

    return _timed(engine, stage, place, do)


def adopt_stage(engine: Engine, stage: Stage, place: Place, at: Path, found: StageOutcome) -> Done:
    """Let later stages read rows that are there already, in a store or kept."""

    def adopt() -> Done:
        is_kept = isinstance(stage, Materialize)
        store = as_store(stage, at, is_folder=at.is_dir()) if is_kept else stage  # type: ignore[arg-type]
        assert isinstance(store, Write)
        assert store.table is not None
        engine.adopt(store.table, store, at)
        return Done(outcome=found)

    return _timed(engine, stage, place, adopt)


def _timed(engine: Engine, stage: Stage, place: Place, do: Callable[[], Done]) -> Done:
    started = time.perf_counter()
    try:
        done = do()
    except Cancelled:
        done = Done(outcome=outcome_of(stage, "cancelled", "the run was cancelled"))
    except (EngineProblem, StateProblem, OSError) as error:
        done = failed_with(stage, error, is_sensitive=bool(place.tracking.sensitive))
    measured = replace(done.outcome.measured, cost=engine.cost(stage.name))
    return replace(done, outcome=replace(done.outcome, seconds=time.perf_counter() - started, measured=measured))


def _run(engine: Engine, stage: Stage, place: Place, commit: Commit) -> Done:
    match stage:
        case Materialize():
            outcome = replace(outcome_of(stage, "done"), rows=engine.materialize(stage))
            return Done(
                outcome=replace(outcome, measured=Measured(sample=sample_of_table(engine, stage, place.tracking)))
            )
        case Check():
            rules = _with_rows(engine, stage, place, outcomes(stage, engine.check(stage)))
            words = broken(rules)
            done = failed(stage, words) if words else Done(outcome=outcome_of(stage, "done"))
            return replace(done, outcome=replace(done.outcome, rules=rules))
        case Write():
            return _write(engine, stage, place, commit)
        case Answer():
            table = engine.answer(stage)
            outcome = replace(outcome_of(stage, "done"), rows=table.num_rows, bytes=table.nbytes)
            return Done(outcome=outcome, answer=table)
    raise TypeError(stage)


def _with_rows(engine: Engine, stage: Check, place: Place, found: tuple[RuleOutcome, ...]) -> tuple[RuleOutcome, ...]:
    """Return outcomes with the first rows that break their rules. What is put aside is rows of its own."""
    wanted = [each.holds or each.action in ("quarantine", "skip") or each.counts != "rows" for each in found]
    return tuple(
        each
        if is_known
        else replace(each, broken=broken_rows(engine, stage, rule.column, place.tracking, place.dialect))
        for each, rule, is_known in zip(found, stage.rules, wanted, strict=True)
    )


def _write(engine: Engine, stage: Write, place: Place, commit: Commit) -> Done:
    started = time.perf_counter()
    prepared: Prepared | None = None
    at = final_path(stage, place.root)
    if stage.together and place.database is not None:
        prepared = prepare(engine, stage, Ledger(place.root, place.database), commit)
        stored, at = prepared.stored, prepared.ready or at
    else:
        stored = store(engine, stage, place.root, commit, place.database)
        at = stored.at or at
        if stage.table is not None:
            engine.adopt(stage.table, stage, at)
    storing = time.perf_counter() - started - stored.making
    done = replace(_stored(stage, stored), prepared=prepared)
    sample, nulls = sample_of_store(engine, stage, at, place.tracking), nulls_of(engine, stage, at, place.tracking)
    return replace(done, outcome=replace(done.outcome, measured=Measured(storing=storing, sample=sample, nulls=nulls)))


def _stored(stage: Write, stored: Stored) -> Done:
    outcome = replace(outcome_of(stage, "done"), rows=stored.rows, bytes=stored.bytes, files=stored.files)
    return Done(
        outcome=replace(outcome, message=_left(stored), changed=stored.changed, combined=stored.combined),
        content=stored.content,
    )


def _left(stored: Stored) -> str:
    if stored.was_applied:
        return "its rows were appended before"
    return "it holds the same already" if stored.is_same else ""


def outcome_of(stage: Stage, status: Status, message: str = "") -> StageOutcome:
    """Return the outcome of a stage without counts."""
    target = stage.target.path if isinstance(stage, Write) else None
    kind = kind_of(stage)
    return StageOutcome(stage=stage.name, kind=kind, steps=stage.steps, status=status, message=message, target=target)


def why_skipped(stage: Stage, outcomes: Mapping[str, StageOutcome], stopper: str, *, is_cancelled: bool) -> str:
    """Return why a stage did not run. `stopper`: the stage whose failure ended the run, "" where none did."""
    if is_cancelled:
        return "the run was cancelled"
    for need in stage.needs:
        if outcomes[need].status not in ("done", "cached"):
            ending = "failed" if outcomes[need].status == "failed" else "did not run"
            return f"it needs `{need}`, which {ending}"
    return f"the run stopped when `{stopper}` failed" if stopper else "it was not reached"


def failed(stage: Stage, message: str, hint: str = "", *, can_pass: bool = False) -> Done:
    """Return the outcome of a stage that failed."""
    message = without_staging(message)
    problem = RunProblem(stage=stage.name, steps=stage.steps, message=message, hint=hint, can_pass=can_pass)
    return Done(outcome=outcome_of(stage, "failed", message), problem=problem)


def failed_with(stage: Stage, error: Exception, *, is_sensitive: bool = False) -> Done:
    """Return the outcome of a stage that something made fail. `is_sensitive`: no value may be told."""
    match error:
        case EngineProblem() if is_sensitive:
            return failed(stage, without_values(error.reason, stage), error.hint, can_pass=error.can_pass)
        case EngineProblem():
            return failed(stage, error.reason, error.hint, can_pass=error.can_pass)
        case StateProblem():
            return failed(stage, error.reason, error.hint)
        case OSError():
            return failed(stage, _of_system(error), can_pass=passes(error))
    raise TypeError(error)


def _of_system(error: OSError) -> str:
    reason = (error.strerror or str(error)).lower()
    return f"`{error.filename}`: {reason}" if error.filename else reason
