"""Why a stage ran, or did not, and what a run would do now: told by the parts of its key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from typing import Literal as OneOf

import msgspec

from odibi_sql.keys import changes
from odibi_sql.plan import Answer, Materialize, Plan, Stage, Write
from odibi_sql.run.job import Job
from odibi_sql.run.kept import is_whole
from odibi_sql.run.reuse import Reuse
from odibi_sql.run.state.database import Database
from odibi_sql.run.state.results import Kept, Results
from odibi_sql.run.state.runs import RunRecord, Runs, StageRecord
from odibi_sql.run.stores.ledger import Ledger
from odibi_sql.run.stores.store import is_there

_LOOKED_AT = 50  # runs
_THERE = ("done", "cached")
Records = list[tuple[RunRecord, tuple[StageRecord, ...]]]


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why a stage ran, runs, or does not: one sentence for each cause. `run` is "" for what a run would do now."""

    stage: str
    steps: tuple[str, ...]
    run: str
    verdict: OneOf["ran", "cached", "failed", "skipped", "cancelled", "running", "would run", "would be cached"]
    because: tuple[str, ...]


class Cached(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a run now would take kept rows of a stage; `kept` are these, or of a miss the newest that there are."""

    stage: str
    steps: tuple[str, ...]
    verdict: OneOf["hit", "miss", "never kept"]
    because: tuple[str, ...] = ()
    kept: Kept | None = None


def reasons(plan: Plan, job: Job, root: Path) -> list[Reason]:
    """Return for each stage what became of it in the last run that it was part of, and what would become of it now.

    Nothing runs. Raises StateProblem.
    """
    with closing(Database(root)) as database:
        reuse = Reuse(plan, job, database, Ledger(root, database), only_looks=True)
        records = _records(plan, database)
        found = []
        for stage in plan.stages:
            seen = list(_records_of(stage, records, plan.dialect))
            found += [_then(seen)] if seen else []
            found.append(_now(stage, reuse, seen, root))
        return found


def cached(plan: Plan, job: Job, root: Path) -> list[Cached]:
    """Return for each stage whose rows could be kept whether they are, and why a run now would not take what is.

    Nothing runs. Raises StateProblem.
    """
    with closing(Database(root)) as database:
        reuse = Reuse(plan, job, database, Ledger(root, database), only_looks=True)
        kept = Results(database).kept()
        records = _records(plan, database)
        found = []
        for stage in plan.stages:
            reuse.known(stage)  # of stores too: what comes after them is made of what they hold
            if isinstance(stage, Materialize):
                seen = [each for _, each in _records_of(stage, records, plan.dialect)]
                found.append(_cached(stage, reuse, seen, [each for each in kept if each[1].stage == stage.name], root))
        return found


def _cached(
    stage: Materialize, reuse: Reuse, seen: list[StageRecord], kept: list[tuple[str, Kept]], root: Path
) -> Cached:
    facts: Any = {"stage": stage.name, "steps": stage.steps}
    if not reuse.can_be_kept(stage):
        is_said = stage.policy.cache is False
        why = "`cache: false` is said of a step of it" if is_said else "Parquet does not hold a type of its columns"
        return Cached(**facts, verdict="never kept", because=(why,))
    taken = reuse.taken(stage)
    if taken is not None:
        return Cached(**facts, verdict="hit", kept=taken)
    if not kept:
        return Cached(**facts, verdict="miss", because=("no rows of it are kept",))
    key, latest = max(kept, key=lambda each: each[1].made)
    if not is_whole(latest, root):
        return Cached(**facts, verdict="miss", because=("the rows that are kept are gone or damaged",), kept=latest)
    before = next((each for each in seen if each.key == key), None)
    because = _differences(before, dict(reuse.key(stage).parts)) if before is not None else []
    because = because or ["what is kept is of another plan"]  # whose run is forgotten
    return Cached(**facts, verdict="miss", because=tuple(because), kept=latest)


def _records(plan: Plan, database: Database) -> Records:
    runs = Runs(database)
    return [(run, runs.stages(run.run)) for run in runs.list(limit=_LOOKED_AT, pipeline=plan.pipeline)]


def _records_of(stage: Stage, records: Records, engine: str) -> Iterator[tuple[str, StageRecord]]:
    """Give the records of a stage, the newest first."""
    for run, stages in records:
        for each in stages:
            if each.stage == stage.name and each.kind == _kind(stage) and run.engine == engine:
                yield run.run, each


def _kind(stage: Stage) -> str:
    return type(stage).__name__.lower()


def _then(seen: list[tuple[str, StageRecord]]) -> Reason:
    """Return what became of a stage in its last run."""
    run, record = seen[0]
    if record.status == "done":
        before = next((each for _, each in seen[1:] if each.status in _THERE), None)
        because = _differences(before, record.parts) if before is not None else ["it was the first time"]
        return _reason(record, run, "ran", because or ["what it is made of was the same"])
    return _reason(record, run, record.status, [record.message] if record.message else [])


def _now(stage: Stage, reuse: Reuse, seen: list[tuple[str, StageRecord]], root: Path) -> Reason:
    """Return what would become of a stage in a run now."""
    found = reuse.hit(stage)
    if found is not None:
        return Reason(stage=stage.name, steps=stage.steps, run="", verdict="would be cached", because=(found.message,))
    before = next((each for _, each in seen if each.status in _THERE), None)
    key = reuse.key(stage)
    because = _differences(before, dict(key.parts)) if before is not None else ["it was never computed here"]
    because = because or [_otherwise(stage, is_pinned=key.is_pinned, root=root)]
    return Reason(stage=stage.name, steps=stage.steps, run="", verdict="would run", because=tuple(because))


def _differences(before: StageRecord, parts: dict[str, str]) -> list[str]:
    return changes(tuple(before.parts.items()), tuple(parts.items()))


def _otherwise(stage: Stage, *, is_pinned: bool, root: Path) -> str:
    """Return why a stage has to run though it is made of the same."""
    if stage.policy.cache is False:
        return "`cache: false` is said of a step of it"
    if not is_pinned:
        return "it reads the clock"
    if isinstance(stage, Materialize):
        return "a stage that has to run reads it"
    if isinstance(stage, Answer):
        return "its rows are asked for"
    if not isinstance(stage, Write):
        return "what came of it is not known any more"
    if stage.mode in ("append", "fail if exists"):
        return f"`mode {stage.mode}` stores in each run"
    return f"`{stage.target.path}` has changed since" if is_there(stage, root) else f"`{stage.target.path}` is gone"


def _reason(record: StageRecord, run: str, verdict: str, because: list[str]) -> Reason:
    return Reason(stage=record.stage, steps=record.steps, run=run, verdict=verdict, because=tuple(because))  # type: ignore[arg-type]
