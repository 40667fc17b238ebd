"""One stage, from its statement to its outcome."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any
from typing import Literal as OneOf

import msgspec
from msgspec.structs import replace

from odibi_sql.plan import Answer, Check, Materialize, Stage, Write
from odibi_sql.run.attempts import passes
from odibi_sql.run.engines.engine import Cancelled, Engine, EngineProblem
from odibi_sql.run.gates import broken, outcomes
from odibi_sql.run.outcome import RunProblem, StageOutcome
from odibi_sql.run.stores.staging import without_staging
from odibi_sql.run.stores.store import final_path, store

Kind = OneOf["materialize", "check", "write", "answer"]


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """How a stage went; `answer` is the Arrow table of an Answer."""

    outcome: StageOutcome
    problem: RunProblem | None = None
    answer: Any = None


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


def run_stage(engine: Engine, stage: Stage, root: Path) -> Done:
    """Run one stage and return how it went; what goes wrong is in the outcome, in words."""
    started = time.perf_counter()
    try:
        done = _run(engine, stage, root)
    except Cancelled:
        done = Done(outcome=outcome_of(stage, "cancelled", "the run was cancelled"))
    except EngineProblem as problem:
        done = failed(stage, problem.reason, problem.hint, can_pass=problem.can_pass)
    except OSError as error:
        done = failed(stage, _of_system(error), can_pass=passes(error))
    return replace(done, outcome=replace(done.outcome, seconds=time.perf_counter() - started))


def _run(engine: Engine, stage: Stage, root: Path) -> Done:
    match stage:
        case Materialize():
            return Done(outcome=replace(outcome_of(stage, "done"), rows=engine.materialize(stage)))
        case Check():
            rules = outcomes(stage, engine.check(stage))
            words = broken(rules)
            done = failed(stage, words) if words else Done(outcome=outcome_of(stage, "done"))
            return replace(done, outcome=replace(done.outcome, rules=rules))
        case Write():
            stored = store(engine, stage, root)
            if stage.table is not None:
                engine.adopt(stage.table, stage, final_path(stage, root))
            outcome = replace(outcome_of(stage, "done"), rows=stored.rows, bytes=stored.bytes, files=stored.files)
            return Done(outcome=outcome)
        case Answer():
            table = engine.answer(stage)
            outcome = replace(outcome_of(stage, "done"), rows=table.num_rows, bytes=table.nbytes)
            return Done(outcome=outcome, answer=table)
    raise TypeError(stage)


def outcome_of(
    stage: Stage, status: OneOf["done", "failed", "skipped", "cancelled"], message: str = ""
) -> StageOutcome:
    """Return the outcome of a stage without counts."""
    target = stage.target.path if isinstance(stage, Write) else None
    kind = kind_of(stage)
    return StageOutcome(stage=stage.name, kind=kind, steps=stage.steps, status=status, message=message, target=target)


def failed(stage: Stage, message: str, hint: str = "", *, can_pass: bool = False) -> Done:
    """Return the outcome of a stage that failed."""
    message = without_staging(message)
    problem = RunProblem(stage=stage.name, steps=stage.steps, message=message, hint=hint, can_pass=can_pass)
    return Done(outcome=outcome_of(stage, "failed", message), problem=problem)


def _of_system(error: OSError) -> str:
    reason = (error.strerror or str(error)).lower()
    return f"`{error.filename}`: {reason}" if error.filename else reason
