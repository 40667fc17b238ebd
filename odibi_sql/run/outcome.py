"""What a run is asked to keep to, what it tells while it goes, and what it gives back."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol
from typing import Literal as OneOf

import msgspec

from odibi_sql.ir import Action
from odibi_sql.plan import Stage
from odibi_sql.run.engines.engine import Combined
from odibi_sql.run.measured import Measured, Sample

Status = OneOf["done", "cached", "failed", "skipped", "cancelled"]  # cached: its result was there


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a run keeps to. None: the engine decides."""

    root: Path  # relative paths of sources and targets start here
    threads: int | None = None
    memory_limit: str | None = None  # "4GB"
    spill: Path | None = None  # a folder for what does not fit into memory; None: the system's temporary folder
    side_by_side: int | None = None  # stages at one time
    spark_master: str | None = None  # "spark://host:7077"; None: the session that is there, or one of this process
    spark_remote: str | None = None  # "sc://host:15002", a Spark Connect server
    session: Any = None  # a pyspark.sql.SparkSession to use
    retry: int = 0  # how often a stage is tried again after a fault that can pass, where its steps do not say
    backoff: float | None = None  # seconds before the first of these, doubled for each next one
    cache_limit: int = 10 * 2**30  # bytes of rows that are kept for later runs
    cache_age: float = 90 * 86400.0  # seconds: rows that no run has used for so long are not kept any more
    keep_runs: int = 100  # of each pipeline, that the project remembers
    keep_versions: int = 1  # of each target, beside the one that is there: 0 or 1
    sample: int = 20  # rows of each dataset that are written down in the record of the run
    shared_cache: str | None = None  # "s3://bucket/key": rows that are kept are shared there; None: ODIBI_CACHE says
    fail_fast: bool = True  # after a failure no other stage starts; False: what does not need the failed one goes on


class RunProblem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a stage failed, in words for the reader. `stage` is "" where it is about the run itself."""

    stage: str
    steps: tuple[str, ...]
    message: str
    hint: str = ""
    can_pass: bool = False  # another try may succeed


class RuleOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule found. `count` is the number of rows (or failures) that break it."""

    rule: str
    stage: str
    steps: tuple[str, ...]
    action: Action
    text: str
    count: int
    counts: OneOf["rows", "failures"] = "rows"
    quarantine: str | None = None
    broken: Sample | None = None  # rows that break it

    @property
    def holds(self) -> bool:
        """Whether nothing breaks it."""
        return self.count == 0


class SchemaChange(msgspec.Struct, frozen=True, kw_only=True):
    """The columns that were stored at a target last, and the others that are there now: `id int64 not null`."""

    before: tuple[str, ...]
    after: tuple[str, ...]

    def __str__(self) -> str:
        """Return `- vat int64, + tax float64`; a column with another type is gone and new."""
        gone = [f"- {each}" for each in self.before if each not in self.after]
        new = [f"+ {each}" for each in self.after if each not in self.before]
        return ", ".join([*gone, *new]) or "in another order"


class StageOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """How one stage went. `message` says why it failed or was skipped; counts are None where there are none."""

    stage: str
    kind: OneOf["materialize", "check", "write", "answer"]
    steps: tuple[str, ...]
    status: Status
    seconds: float = 0.0
    rows: int | None = None
    bytes: int | None = None
    files: int | None = None
    target: str | None = None  # of a write: the path as the pipeline has it
    message: str = ""
    rules: tuple[RuleOutcome, ...] = ()
    attempts: int = 0  # how often it was tried
    measured: Measured = Measured()
    changed: SchemaChange | None = None  # of a write
    combined: Combined | None = None  # of a write in mode merge or scd2: what became of the rows of its target


class RunResult(msgspec.Struct, frozen=True, kw_only=True):
    """One run. `answers`: Arrow tables by the name of their dataset. `stages` in the order of the plan."""

    pipeline: str
    status: OneOf["done", "failed", "cancelled"]
    seconds: float
    stages: tuple[StageOutcome, ...]
    problems: tuple[RunProblem, ...] = ()
    answers: dict[str, Any] = {}
    steps_skipped: tuple[tuple[str, str], ...] = ()
    run: str = ""  # its name in the project's record; "": it is in none
    warnings: tuple[str, ...] = ()

    @property
    def success(self) -> bool:
        """Whether every stage is done, or its result was there."""
        return self.status == "done"

    @property
    def rules(self) -> tuple[RuleOutcome, ...]:
        """The outcomes of all rules that were checked."""
        return tuple(rule for stage in self.stages for rule in stage.rules)


class Listener(Protocol):
    """Who is told while a run goes. All calls come from the thread that called `execute`."""

    def stage_started(self, stage: Stage) -> None:
        """`stage` starts now."""

    def stage_finished(self, outcome: StageOutcome) -> None:
        """A stage is done, failed, was cancelled, or is skipped."""

    def stage_retried(self, stage: Stage, problem: RunProblem, seconds: float) -> None:
        """A stage failed, and is tried again in so many seconds."""

    def progress(self, stage: str, fraction: float) -> None:
        """About this part (0 to 1) of a running stage is done."""
