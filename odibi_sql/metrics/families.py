"""What is told to Prometheus: families of series, and what one run adds to them.

Labels are names that pipelines have, and a few fixed words: no run, no value, no message.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal as OneOf

import msgspec

from odibi_sql.metrics.values import RunMetrics, StageMetrics

_OVER = ("done", "failed", "cancelled", "dead")
# Seconds. A stage may take milliseconds, a run a day.
BUCKETS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 14400.0, 86400.0)


class Family(msgspec.Struct, frozen=True):
    """Series of one name. A counter is called without `_total`, which its samples have."""

    name: str
    kind: OneOf["counter", "gauge", "histogram"]
    labels: tuple[str, ...]
    help: str


class Change(msgspec.Struct, frozen=True):
    """What a run adds to a series; of a gauge, what it is from now on."""

    family: str
    labels: tuple[str, ...]
    value: float


_RUN = ("pipeline", "engine")
_STAGE = ("pipeline", "engine", "stage")
FAMILIES = (
    Family("odibi_runs", "counter", (*_RUN, "status"), "Runs that are over. dead: the process was killed."),
    Family("odibi_run_duration_seconds", "histogram", (*_RUN, "status"), "How long runs took."),
    Family("odibi_stages", "counter", (*_STAGE, "status"), "Stages of runs that are over."),
    Family("odibi_stage_duration_seconds", "histogram", _STAGE, "How long stages took that ran."),
    Family("odibi_stage_retries", "counter", _STAGE, "Further tries of stages."),
    Family("odibi_stage_rows", "counter", _STAGE, "Rows that stages made or stored."),
    Family("odibi_stage_written_bytes", "counter", _STAGE, "Bytes of what stages stored."),
    Family("odibi_stage_written_files", "counter", _STAGE, "Files of what stages stored."),
    Family("odibi_stage_scanned_rows", "counter", _STAGE, "Rows that stages read of files and tables."),
    Family("odibi_stage_cpu_seconds", "counter", _STAGE, "Processor time of stages, of all threads together."),
    Family("odibi_cache_hits", "counter", _RUN, "Stages that did not run because their result was there."),
    Family("odibi_cache_misses", "counter", _RUN, "Stages that ran."),
    Family("odibi_rule_breaks", "counter", (*_RUN, "step", "action"), "Rows (or failures) that broke rules."),
    Family("odibi_warnings", "counter", _RUN, "Warnings of runs."),
    Family("odibi_stage_last_memory_bytes", "gauge", _STAGE, "The most memory of the engine when a stage last ran."),
    Family("odibi_stage_last_spilled_bytes", "gauge", _STAGE, "The most on the disk when a stage last ran."),
    Family("odibi_last_run_timestamp_seconds", "gauge", _RUN, "When the last run that is over began."),
    Family("odibi_last_run_duration_seconds", "gauge", _RUN, "How long the last run took."),
    Family("odibi_last_run_memory_bytes", "gauge", _RUN, "The most memory that the process of the last run held."),
    Family("odibi_last_run_status", "gauge", (*_RUN, "status"), "1 for how the last run ended, 0 for the others."),
    Family("odibi_last_success_timestamp_seconds", "gauge", _RUN, "When the last run that is done began."),
)


def changes_by(run: RunMetrics) -> Iterator[Change]:
    """Give what a run that is over adds."""
    labels = (run.pipeline, run.engine)
    yield Change("odibi_runs", (*labels, run.status), 1)
    if run.seconds is not None:
        yield Change("odibi_run_duration_seconds", (*labels, run.status), run.seconds)
        yield Change("odibi_last_run_duration_seconds", labels, run.seconds)
    yield Change("odibi_cache_hits", labels, run.cache_hits)
    yield Change("odibi_cache_misses", labels, run.cache_misses)
    yield Change("odibi_warnings", labels, run.warnings)
    for status in _OVER:
        yield Change("odibi_last_run_status", (*labels, status), float(status == run.status))
    if run.memory_bytes is not None:
        yield Change("odibi_last_run_memory_bytes", labels, run.memory_bytes)
    if run.started is not None:
        yield Change("odibi_last_run_timestamp_seconds", labels, run.started.timestamp())
        if run.status == "done":
            yield Change("odibi_last_success_timestamp_seconds", labels, run.started.timestamp())
    for stage in run.stages:
        yield from _of_stage(stage, (*labels, stage.stage))
    for broken in run.broken:
        yield Change("odibi_rule_breaks", (*labels, broken.step, broken.action), broken.count)


def _of_stage(stage: StageMetrics, labels: tuple[str, ...]) -> Iterator[Change]:
    status = "cancelled" if stage.status in ("running", "pending") else stage.status  # the run is over: it was killed
    yield Change("odibi_stages", (*labels, status), 1)
    if stage.has_run:
        yield Change("odibi_stage_duration_seconds", labels, stage.seconds)
        yield Change("odibi_stage_retries", labels, stage.retries)
    numbers = {
        "odibi_stage_rows": stage.rows,
        "odibi_stage_written_bytes": stage.written_bytes,
        "odibi_stage_written_files": stage.written_files,
        "odibi_stage_scanned_rows": stage.scanned_rows,
        "odibi_stage_cpu_seconds": stage.cpu_seconds,
        "odibi_stage_last_memory_bytes": stage.memory_bytes,
        "odibi_stage_last_spilled_bytes": stage.spilled_bytes,
    }
    for family, number in numbers.items():
        if number is not None:
            yield Change(family, labels, number)
