"""What the record of a run holds. Every number was counted in that run; what was not counted is None."""

from __future__ import annotations

import datetime
from typing import Literal as OneOf

import msgspec

from odibi_sql.run.measured import Cost, Sample

FORMAT = 1  # of the file: a reader of a later odibi can read what an older one wrote

Status = OneOf["done", "cached", "failed", "skipped", "cancelled", "running", "pending"]
RunStatus = OneOf["running", "done", "failed", "cancelled", "dead"]
StepKind = OneOf["ingest", "transform", "sql", "store"]
StageKind = OneOf["materialize", "check", "write", "answer"]


class MadeOf(msgspec.Struct, frozen=True, array_like=True):
    """A column of another step that a column is made of, or decided by; `kind` in the words of `odibi lineage`."""

    step: str
    column: str
    kind: str


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a dataset, with the type that it has on every engine."""

    name: str
    type: str
    nullable: bool = True
    nulls: int | None = None  # None: not counted
    is_sensitive: bool = False  # its values are written down nowhere
    made_of: tuple[MadeOf, ...] = ()
    made: str = ""  # the expression of its step that makes it; "": it is taken over, or read


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What is other about a column: `before` and `after` are types with `not null`, "" where there is none."""

    column: str
    kind: OneOf["added", "removed", "type", "nullability"]
    before: str = ""
    after: str = ""
    is_wider: bool = False  # kind `type`: every value of before is one of after


class TrackedRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule, and what it found; `count` is None where it was not counted."""

    name: str
    action: OneOf["fail", "warn", "drop", "quarantine", "skip"]
    text: str
    count: int | None = None
    counts: OneOf["rows", "failures"] = "rows"
    quarantine: str | None = None
    broken: Sample | None = None  # rows that break it

    @property
    def holds(self) -> bool | None:
        """Whether nothing breaks it; None where that is not known."""
        return None if self.count is None else self.count == 0


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """Files that an ingest reads."""

    format: str
    location: str  # as the pipeline has it, or the first file
    files: int
    bytes: int | None = None  # None: they cannot be looked at


class TrackedStep(msgspec.Struct, frozen=True, kw_only=True):
    """A statement of the pipeline.

    `stage` is the one whose rows are those of the step. A step without one was computed on the way to others, `within`
    them: it has no time and no count of its own.
    """

    name: str
    kind: StepKind
    layer: str | None = None
    doc: str | None = None
    owner: str | None = None
    tags: tuple[str, ...] = ()
    line: int = 0  # in the pipeline's text, from 1; 0: not known
    text: str = ""
    reads: tuple[str, ...] = ()  # steps
    input: Input | None = None
    dataset: str | None = None  # of a store: what it stores
    target: str | None = None
    mode: str | None = None
    columns: tuple[Column, ...] = ()
    changes: tuple[Change, ...] = ()  # against the first that it reads
    drift: tuple[Change, ...] = ()  # against the last run
    status: Status = "pending"
    because: str = ""
    stage: str | None = None
    within: tuple[str, ...] = ()  # stages
    rows: int | None = None
    rows_last: int | None = None  # in the run that it is compared with
    rules: tuple[TrackedRule, ...] = ()
    sample: Sample | None = None
    sample_from: str | None = None  # the run that took the sample and counted the nulls, where it is another one


class TrackedStage(msgspec.Struct, frozen=True, kw_only=True):
    """A statement that an engine ran, or need not run. Seconds are counted from the begin of the run."""

    name: str
    kind: StageKind
    steps: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    status: Status = "pending"
    because: str = ""  # why it failed, was skipped, or need not run
    why: tuple[str, ...] = ()  # why it ran: what is other than in the run before
    hint: str = ""  # of a failure: what to do
    key: str = ""
    parts: dict[str, str] = {}  # what the key is made of
    sql: str = ""
    attempts: int = 0
    ready: float | None = None  # all that it needs was there
    began: float | None = None
    seconds: float = 0.0
    storing: float | None = None  # of its seconds, those of flushing, holding to the rules and putting in place
    seconds_last: float | None = None
    cost: Cost = Cost()
    rows: int | None = None
    bytes: int | None = None
    files: int | None = None
    target: str | None = None


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """The record of one run."""

    format: int = FORMAT
    run: str
    pipeline: str
    doc: str | None = None
    file: str = ""
    text: str = ""
    engine: str = ""
    engine_version: str = ""
    version: str = ""  # of odibi
    status: RunStatus = "running"
    started: datetime.datetime | None = None  # UTC
    seconds: float | None = None
    compiling: float | None = None  # seconds, before the run began
    parameters: dict[str, str] = {}
    clock: datetime.datetime | None = None  # what now() is: naive, UTC
    goals: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    resumed_from: str | None = None
    compared_with: str | None = None  # a run
    seconds_last: float | None = None
    memory: int | None = None  # bytes: the most that this process held
    events: int | None = None  # that were told and kept
    problems: tuple[tuple[str, str], ...] = ()  # of the run as a whole: message and hint
    warnings: tuple[str, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()  # steps that the pipeline leaves out, and why
    steps: tuple[TrackedStep, ...] = ()
    stages: tuple[TrackedStage, ...] = ()

    def step(self, name: str) -> TrackedStep | None:
        """Return the step of a name."""
        return next((each for each in self.steps if each.name == name), None)

    def stage(self, name: str) -> TrackedStage | None:
        """Return the stage of a name."""
        return next((each for each in self.stages if each.name == name), None)
