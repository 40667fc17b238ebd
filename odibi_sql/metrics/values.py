"""The numbers of one run, all of them from its record."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal as OneOf

import msgspec

from odibi_sql.ir import Action
from odibi_sql.run.state.runs import RunRecord, StageRecord
from odibi_sql.track import Track, TrackedStage

FORMAT = 1  # of the JSON: fields may be added, none is taken away or means something else

StageStatus = OneOf["done", "cached", "failed", "skipped", "cancelled", "running", "pending"]


class StageMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """A stage of a run. What was not counted is None."""

    stage: str
    kind: OneOf["materialize", "check", "write", "answer"]
    steps: tuple[str, ...] = ()
    status: StageStatus
    attempts: int = 0
    seconds: float = 0.0
    waited: float | None = None  # seconds from when all that it needs was there to when it began
    rows: int | None = None  # made or stored
    rows_per_second: float | None = None
    written_bytes: int | None = None
    written_files: int | None = None
    scanned_rows: int | None = None
    cpu_seconds: float | None = None
    memory_bytes: int | None = None  # the most at one time
    spilled_bytes: int | None = None  # the most at one time

    @property
    def retries(self) -> int:
        """How often it was tried again."""
        return max(0, self.attempts - 1)

    @property
    def has_run(self) -> bool:
        """Whether an engine worked for it."""
        return self.status in ("done", "failed") and self.attempts > 0


class Broken(msgspec.Struct, frozen=True, kw_only=True):
    """How much broke the rules of a step for which one thing is done."""

    step: str
    action: Action
    count: int


class RunMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """A run, with its stages."""

    run: str
    pipeline: str
    engine: str
    status: OneOf["running", "done", "failed", "cancelled", "dead"]
    started: datetime.datetime | None = None  # UTC
    seconds: float | None = None
    total_duration_ms: float | None = None  # the same in milliseconds
    compile_seconds: float | None = None
    memory_bytes: int | None = None  # the most that the process held
    rows: int = 0  # stored
    written_bytes: int = 0
    spilled_bytes: int = 0  # of the stage with the most
    cache_hits: int = 0  # stages whose result was there
    cache_misses: int = 0  # stages that ran
    cache_hit_ratio: float | None = None
    retries: int = 0
    failures: int = 0  # stages
    warnings: int = 0
    stages: tuple[StageMetrics, ...] = ()
    broken: tuple[Broken, ...] = ()


def metrics_of(track: Track) -> RunMetrics:
    """Return the numbers of a recorded run."""
    return _summed(
        RunMetrics(
            run=track.run,
            pipeline=track.pipeline,
            engine=track.engine,
            status=track.status,
            started=track.started,
            seconds=track.seconds,
            compile_seconds=track.compiling,
            memory_bytes=track.memory,
            warnings=len(track.warnings),
            stages=tuple(map(_stage, track.stages)),
            broken=tuple(_broken(track)),
        )
    )


def metrics_without_record(run: RunRecord, stages: Iterable[StageRecord]) -> RunMetrics:
    """Return what the state of the project knows of a run of which no record was kept."""
    return _summed(
        RunMetrics(
            run=run.run,
            pipeline=run.pipeline,
            engine=run.engine,
            status=run.status,
            started=run.started,
            seconds=run.seconds,
            stages=tuple(
                _stage(
                    TrackedStage(
                        name=each.stage,
                        kind=each.kind,
                        steps=each.steps,
                        status=each.status,
                        attempts=each.attempts,
                        seconds=each.seconds,
                        rows=each.rows,
                        bytes=each.bytes,
                        files=each.files,
                    )
                )
                for each in stages
            ),
        )
    )


def summary_of(metrics: RunMetrics) -> dict[str, object]:
    """Return the numbers of the run as a whole, as JSON has them."""
    found: dict[str, object] = msgspec.to_builtins(metrics)
    return {name: value for name, value in found.items() if name not in ("stages", "broken")}


def words_of(metrics: RunMetrics) -> str:
    """Return the numbers of a run on one line."""
    took = "" if metrics.seconds is None else f" in {metrics.seconds:.2f} s"
    facts = [f"{metrics.rows:,} rows and {metrics.written_bytes:,} bytes stored"]
    facts.append(f"{metrics.cache_hits} of {metrics.cache_hits + metrics.cache_misses} stages cached")
    facts += [f"{metrics.failures} failed"] if metrics.failures else []
    facts += [f"{metrics.retries} tried again"] if metrics.retries else []
    slowest = max(metrics.stages, key=lambda each: each.seconds, default=None)
    if slowest is not None and slowest.seconds > 0:
        facts.append(f"the longest was {slowest.stage} with {slowest.seconds:.2f} s")
    return f"{metrics.pipeline}: {metrics.status}{took}; {', '.join(facts)}"


def _stage(stage: TrackedStage) -> StageMetrics:
    made = stage.kind != "check" and stage.status == "done"
    rows = stage.rows if made else None
    waited = None if stage.ready is None or stage.began is None else max(0.0, stage.began - stage.ready)
    return StageMetrics(
        stage=stage.name,
        kind=stage.kind,
        steps=stage.steps,
        status=stage.status,
        attempts=stage.attempts,
        seconds=stage.seconds,
        waited=waited,
        rows=rows,
        rows_per_second=rows / stage.seconds if rows is not None and stage.seconds > 0 else None,
        written_bytes=stage.bytes if made and stage.kind == "write" else None,
        written_files=stage.files if made and stage.kind == "write" else None,
        scanned_rows=stage.cost.scanned,
        cpu_seconds=stage.cost.cpu,
        memory_bytes=stage.cost.memory,
        spilled_bytes=stage.cost.spilled,
    )


def _broken(track: Track) -> Iterator[Broken]:
    """Give what broke rules in this run: where the counts of another run were taken, they are numbers of that one."""
    checks = [each for each in track.stages if each.kind == "check" and each.status in ("done", "failed")]
    counted = {step for each in checks for step in each.steps}
    for step in track.steps:
        counts: Counter[Action] = Counter()
        for rule in step.rules if step.name in counted else ():
            counts[rule.action] += rule.count or 0
        for action, count in counts.items():
            if count:
                yield Broken(step=step.name, action=action, count=count)


def _summed(metrics: RunMetrics) -> RunMetrics:
    """Return it with what follows from its stages."""
    stages = metrics.stages
    stored = [each for each in stages if each.kind == "write"]
    hits = sum(each.status == "cached" for each in stages)
    misses = sum(each.has_run for each in stages)
    return msgspec.structs.replace(
        metrics,
        total_duration_ms=None if metrics.seconds is None else round(metrics.seconds * 1000, 3),
        rows=sum(each.rows or 0 for each in stored),
        written_bytes=sum(each.written_bytes or 0 for each in stored),
        spilled_bytes=max((each.spilled_bytes or 0 for each in stages), default=0),
        cache_hits=hits,
        cache_misses=misses,
        cache_hit_ratio=hits / (hits + misses) if hits + misses else None,
        retries=sum(each.retries for each in stages),
        failures=sum(each.status == "failed" for each in stages),
    )


def document(runs: Iterable[RunMetrics], now: datetime.datetime) -> dict[str, object]:
    """Return what `odibi metrics --json` prints of some runs."""
    return {
        "format": FORMAT,
        "generated": now,
        "runs": [msgspec.to_builtins(each) for each in runs],
    }
