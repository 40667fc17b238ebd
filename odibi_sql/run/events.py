"""What happens in a run, told while it happens: one class for each kind of event, and their file."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from typing import Literal as OneOf

import msgspec

Kind = OneOf["materialize", "check", "write", "answer"]
_UNNUMBERED = datetime.datetime(1, 1, 1, tzinfo=datetime.UTC)


def _snake(name: str) -> str:
    return re.sub(r"(?<=.)(?=[A-Z])", "_", name).lower()


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag=_snake):
    """Something that happened. The emitter says in which run, as which event of it, and when."""

    run: str = ""
    seq: int = 0  # 1, 2, … in a run
    at: datetime.datetime = _UNNUMBERED  # UTC, by the clock of the machine, which may be set back
    elapsed: float = 0.0  # seconds since the run began, by a clock that is never set

    @property
    def name(self) -> str:
        """What the event is called: `node_start`."""
        return str(self.__struct_config__.tag)


class NodeEvent(Event, frozen=True, kw_only=True):
    """Something that happened to a node, which is a stage of the plan. Events of a node come in their order."""

    node: str  # the name of the stage
    kind: Kind
    steps: tuple[str, ...] = ()  # of the pipeline, that it computes


class PipelineStart(Event, frozen=True, kw_only=True):
    """The run begins: the first event of it. Just one of the next three is its last that is not a checkpoint."""

    pipeline: str
    engine: str
    engine_version: str = ""
    nodes: int = 0  # stages of the plan
    parameters: tuple[
        tuple[str, Any], ...
    ] = ()  # name and value, none of a secret; read back, values are those of JSON
    resumed_from: str | None = None  # a run


class PipelineComplete(Event, frozen=True, kw_only=True):
    """Every node is done, cached, or skipped because the pipeline says so."""

    pipeline: str
    seconds: float
    done: int = 0  # nodes
    cached: int = 0
    skipped: int = 0
    rows: int = 0  # stored


class PipelineError(Event, frozen=True, kw_only=True):
    """The run failed."""

    pipeline: str
    seconds: float
    message: str
    hint: str = ""
    failed: tuple[str, ...] = ()  # nodes


class RunCancelled(Event, frozen=True, kw_only=True):
    """The run was stopped from outside. What ran then ended with `node_error`, `cancelled` true."""

    pipeline: str
    seconds: float
    reason: str = ""


class NodeStart(NodeEvent, frozen=True, kw_only=True):
    """A node begins. Just one `node_complete` or `node_error` of it follows, and retries only between."""


class NodeComplete(NodeEvent, frozen=True, kw_only=True):
    """A node is done. Counts are None where there are none."""

    seconds: float
    attempts: int = 1
    rows: int | None = None
    bytes: int | None = None
    files: int | None = None
    target: str | None = None  # of a write: the path as the pipeline has it
    inserted: int | None = None  # of modes merge and scd2: rows that are new in the target, …
    updated: int | None = None  # … that replace others of it, or close them, …
    kept: int | None = None  # … and that were there and stay as they are


class NodeError(NodeEvent, frozen=True, kw_only=True):
    """A node failed for good, or was cancelled while it ran. A failure that is tried again is a `node_retry`."""

    message: str
    hint: str = ""
    seconds: float = 0.0
    attempts: int = 1
    will_retry: OneOf[False] = False
    cancelled: bool = False


class NodeRetry(NodeEvent, frozen=True, kw_only=True):
    """An attempt failed, and another one follows."""

    attempt: int  # that failed, from 1
    wait: float  # seconds until the next
    reason: str


class NodeSkipped(NodeEvent, frozen=True, kw_only=True):
    """A node does not run: it has no other event."""

    reason: str


class NodeCached(NodeEvent, frozen=True, kw_only=True):
    """What a node would give is there already: it does not start."""

    key: str
    reason: str = ""
    rows: int | None = None


class LayerComplete(Event, frozen=True, kw_only=True):
    """Every node of a layer is done or cached."""

    layer: str


class CheckpointSaved(Event, frozen=True, kw_only=True):
    """The state of the run is on the disk: what is done need not be done again after a crash."""

    mode: str  # why: "auto", "interval", "layer", "manual", "final"
    layer: str | None = None
    done: int = 0  # nodes
    pending: int = 0
    failed: int = 0


class QualityFailed(NodeEvent, frozen=True, kw_only=True):
    """A rule found what breaks it. Only `fail` fails the node."""

    rule: str
    action: OneOf["fail", "warn", "drop", "quarantine"]
    count: int
    counts: OneOf["rows", "failures"] = "rows"
    text: str = ""  # the rule as it is written
    quarantine: str | None = None  # the dataset where the rows are


class SchemaChanged(NodeEvent, frozen=True, kw_only=True):
    """A store has other columns than what the project stored at its target before: names, types, nullability or order.

    Each is written as `odibi check` prints it: `id int64 not null`.
    """

    dataset: str
    before: tuple[str, ...]
    after: tuple[str, ...]


class RunRecorded(Event, frozen=True, kw_only=True):
    """The run is over, and its record is on the disk: told to hooks alone, after all the others."""

    pipeline: str
    status: OneOf["done", "failed", "cancelled"]
    root: str  # the folder of the project


OneEvent = (
    PipelineStart
    | PipelineComplete
    | PipelineError
    | RunCancelled
    | NodeStart
    | NodeComplete
    | NodeError
    | NodeRetry
    | NodeSkipped
    | NodeCached
    | LayerComplete
    | CheckpointSaved
    | QualityFailed
    | SchemaChanged
    | RunRecorded
)
_DECODER = msgspec.json.Decoder(OneEvent)


def event_file(root: Path, run: str) -> Path:
    """Return where the events of a run are kept, in the project folder `root`."""
    return root / ".odibi" / "runs" / run / "events.jsonl"


def read_events(file: Path) -> Iterator[OneEvent]:
    """Give the events of a run that are on the disk, in their order; none where there is no file.

    A line that is none is passed over: the last one of a process that was killed may be torn.
    """
    try:
        lines = file.read_bytes().splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            yield _DECODER.decode(line)
        except (msgspec.DecodeError, UnicodeError):
            continue
