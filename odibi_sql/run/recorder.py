"""The record of a run: its events, and how it and each of its stages stands, written while it goes."""

from __future__ import annotations

import datetime
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from odibi_sql.plan import Plan, Stage, Write
from odibi_sql.run.emitter import Emitter
from odibi_sql.run.events import (
    CheckpointSaved,
    LayerComplete,
    NodeCached,
    NodeComplete,
    NodeError,
    NodeRetry,
    NodeSkipped,
    NodeStart,
    PipelineComplete,
    PipelineError,
    PipelineStart,
    QualityFailed,
    RunCancelled,
    SchemaChanged,
    event_file,
)
from odibi_sql.run.job import Job
from odibi_sql.run.outcome import RunProblem, RunResult, StageOutcome
from odibi_sql.run.stages import kind_of
from odibi_sql.run.state.database import Database
from odibi_sql.run.state.runs import RunRecord, Runs, StageRecord


class Recorder:
    """Writes down one run, from `begin` to `end`. Called from the thread of the run alone."""

    def __init__(self, plan: Plan, job: Job, root: Path, database: Database) -> None:
        self._plan = plan
        self._job = job
        self._root = root
        self._runs = Runs(database)
        self._stack = ExitStack()
        self._started: dict[str, datetime.datetime] = {}
        self._layers = dict(job.layers)
        self._open = Counter(each for stage in plan.stages for each in self._layers_of(stage))
        self.run = ""

    def __enter__(self) -> Recorder:
        self._runs.dead()
        job = self._job
        record = RunRecord(
            pipeline=self._plan.pipeline,
            file=job.file,
            engine=self._plan.dialect,
            engine_version=job.engine_version,
            version=job.version,
            parameters=dict(job.parameters),
            clock=job.clock,
            goals=job.goals,
            resumed_from=job.resumed_from,
            origin=job.origin,
        )
        self.run = self._runs.begin(record).run
        if job.began is not None:
            job.began(self.run)
        self._emitter = self._stack.enter_context(Emitter(self.run, job.bus, event_file(self._root, self.run)))
        self._emitter.emit(
            PipelineStart(
                pipeline=self._plan.pipeline,
                engine=self._plan.dialect,
                engine_version=job.engine_version,
                nodes=len(self._plan.stages),
                parameters=job.parameters,
                resumed_from=job.resumed_from,
            )
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            status = "cancelled" if isinstance(error, KeyboardInterrupt) else "failed"
            words = RunProblem(stage="", steps=(), message=str(error) or type(error).__name__)
            self._runs.end(self.run, status, [words])  # type: ignore[arg-type]
        self._stack.__exit__(kind, error, trace)

    def started(self, stage: Stage, key: str) -> None:
        """A stage begins."""
        self._started[stage.name] = now = _now()
        self._emitter.emit(NodeStart(node=stage.name, kind=kind_of(stage), steps=stage.steps))
        record = StageRecord(stage=stage.name, kind=kind_of(stage), steps=stage.steps, key=key, started=now)
        self._runs.stage(self.run, record)

    def retried(self, stage: Stage, problem: RunProblem, attempt: int, seconds: float) -> None:
        """A stage failed, and is tried again."""
        self._emitter.emit(
            NodeRetry(
                node=stage.name,
                kind=kind_of(stage),
                steps=stage.steps,
                attempt=attempt,
                wait=seconds,
                reason=problem.message,
            )
        )

    def finished(self, stage: Stage, outcome: StageOutcome, hint: str, key: str, parts: dict[str, str]) -> None:
        """A stage is over, or will not run."""
        self._tell_findings(stage, outcome)
        self._tell(stage, outcome, hint, key)
        self._runs.stage(self.run, self._record(stage, outcome, key, parts))
        for layer in self._layers_of(stage) if outcome.status in ("done", "cached") else ():
            self._open[layer] -= 1
            if not self._open[layer]:
                self._emitter.emit(LayerComplete(layer=layer))

    def saved(self, mode: str, layer: str | None, done: int, pending: int, failed: int) -> None:
        """Rows were kept from which a resumed run can start."""
        self._emitter.emit(CheckpointSaved(mode=mode, layer=layer, done=done, pending=pending, failed=failed))

    def ended(self, result: RunResult) -> str:
        """The run is over; return why its events are not kept, where they are not."""
        counts = Counter(each.status for each in result.stages)
        pipeline, seconds = result.pipeline, result.seconds
        if result.status == "done":
            stored = sum(each.rows or 0 for each in result.stages if each.kind == "write" and each.status == "done")
            self._emitter.emit(
                PipelineComplete(
                    pipeline=pipeline,
                    seconds=seconds,
                    done=counts["done"],
                    cached=counts["cached"],
                    skipped=counts["skipped"] + len(result.steps_skipped),
                    rows=stored,
                )
            )
        elif result.status == "cancelled":
            self._emitter.emit(RunCancelled(pipeline=pipeline, seconds=seconds, reason="it was interrupted"))
        else:
            first = result.problems[0] if result.problems else None
            self._emitter.emit(
                PipelineError(
                    pipeline=pipeline,
                    seconds=seconds,
                    message=first.message if first else "it failed",
                    hint=first.hint if first else "",
                    failed=tuple(each.stage for each in result.stages if each.status == "failed"),
                )
            )
        self._emitter.close()
        self._runs.end(self.run, result.status, result.problems)
        return self._emitter.warning

    def _tell_findings(self, stage: Stage, outcome: StageOutcome) -> None:
        """Tell what breaks rules, and that other columns were stored."""
        for rule in outcome.rules:
            if not rule.holds and rule.action != "skip":
                self._emitter.emit(
                    QualityFailed(
                        node=stage.name,
                        kind="check",
                        steps=stage.steps,
                        rule=rule.rule,
                        action=rule.action,
                        count=rule.count,
                        counts=rule.counts,
                        text=rule.text,
                        quarantine=rule.quarantine,
                    )
                )
        if outcome.changed is not None and isinstance(stage, Write):
            self._emitter.emit(
                SchemaChanged(
                    node=stage.name,
                    kind="write",
                    steps=stage.steps,
                    dataset=stage.dataset,
                    before=outcome.changed.before,
                    after=outcome.changed.after,
                )
            )

    def _tell(self, stage: Stage, outcome: StageOutcome, hint: str, key: str) -> None:
        name, kind, steps = stage.name, kind_of(stage), stage.steps
        if outcome.status in ("failed", "cancelled") and name not in self._started:
            self.started(stage, key)  # it was refused before it could begin
        match outcome.status:
            case "done":
                event: NodeComplete | NodeError | NodeCached | NodeSkipped = NodeComplete(
                    node=name,
                    kind=kind,
                    steps=steps,
                    seconds=outcome.seconds,
                    attempts=outcome.attempts,
                    rows=outcome.rows,
                    bytes=outcome.bytes,
                    files=outcome.files,
                    target=outcome.target,
                    inserted=outcome.combined.inserted if outcome.combined is not None else None,
                    updated=outcome.combined.updated if outcome.combined is not None else None,
                    kept=outcome.combined.kept if outcome.combined is not None else None,
                )
            case "cached":
                event = NodeCached(
                    node=name, kind=kind, steps=steps, key=key, reason=outcome.message, rows=outcome.rows
                )
            case "failed" | "cancelled":
                event = NodeError(
                    node=name,
                    kind=kind,
                    steps=steps,
                    message=outcome.message,
                    hint=hint,
                    seconds=outcome.seconds,
                    attempts=outcome.attempts,
                    cancelled=outcome.status == "cancelled",
                )
            case _:
                event = NodeSkipped(node=name, kind=kind, steps=steps, reason=outcome.message)
        self._emitter.emit(event)

    def _record(self, stage: Stage, outcome: StageOutcome, key: str, parts: dict[str, str]) -> StageRecord:
        return StageRecord(
            stage=stage.name,
            kind=kind_of(stage),
            steps=stage.steps,
            status=outcome.status,
            key=key,
            parts=parts,
            attempts=outcome.attempts,
            started=self._started.get(stage.name),
            ended=_now(),
            seconds=outcome.seconds,
            rows=outcome.rows,
            bytes=outcome.bytes,
            files=outcome.files,
            target=outcome.target,
            message=outcome.message,
            rules=outcome.rules,
        )

    def _layers_of(self, stage: Stage) -> set[str]:
        return {self._layers[step] for step in stage.steps if step in self._layers}


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
