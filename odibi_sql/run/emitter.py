"""Events numbered, kept in their file, and handed on: and never a start without its end."""

from __future__ import annotations

import datetime
import os
import time
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from msgspec.structs import replace

from odibi_sql.run.bus import EventBus
from odibi_sql.run.encoding import encoded
from odibi_sql.run.events import (
    Event,
    NodeCached,
    NodeComplete,
    NodeError,
    NodeEvent,
    NodeRetry,
    NodeSkipped,
    NodeStart,
    PipelineComplete,
    PipelineError,
    PipelineStart,
    RunCancelled,
)

Some = TypeVar("Some", bound=Event)


class OutOfOrder(Exception):
    """An event that must not come here: a defect of who emits it, not of the pipeline."""


class Emitter:
    """The events of one run, from `pipeline_start` to its end. Called from the thread of the run alone.

    As a context it ends what is open: where the block is left by an exception, nodes that run have their `node_error`
    and the pipeline its end all the same.
    """

    def __init__(self, run: str, bus: EventBus | None = None, file: Path | None = None) -> None:
        """Tell `bus`, and add to `file` (its folder is made); None: not kept."""
        self.run = run
        self.bus = bus
        self.warning = ""  # why the events are not kept from some event on: a disk that is full
        self._order = _Order()
        self._began = time.monotonic()
        self._count = 0
        self._file = -1 if file is None else self._opened(file)

    def __enter__(self) -> Emitter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self.abandon(str(error) or type(error).__name__, cancelled=isinstance(error, KeyboardInterrupt))
        self.close()

    def emit(self, event: Some) -> Some:
        """Number the event, keep it, tell the bus, and return it as it was told. Raises OutOfOrder."""
        self._order.hold(event)
        self._count += 1
        now = datetime.datetime.now(datetime.UTC)
        told = replace(event, run=self.run, seq=self._count, at=now, elapsed=time.monotonic() - self._began)
        self._keep(encoded(told) + b"\n")
        if self.bus is not None:
            self.bus.emit(told)
        return told

    def abandon(self, message: str, *, cancelled: bool = False) -> None:
        """End what is open: each node that runs, and the pipeline. Nothing happens where nothing is."""
        for start in list(self._order.running.values()):
            self.emit(
                NodeError(node=start.node, kind=start.kind, steps=start.steps, message=message, cancelled=cancelled)
            )
        began = self._order.began
        if began is None or self._order.ended:
            return
        seconds = time.monotonic() - self._began
        if cancelled:
            self.emit(RunCancelled(pipeline=began.pipeline, seconds=seconds, reason=message))
        else:
            self.emit(PipelineError(pipeline=began.pipeline, seconds=seconds, message=message))

    def close(self) -> None:
        """Have the file on the disk. The bus is not drained: `EventBus.drain` is a matter of who made it."""
        if self._file < 0:
            return
        try:
            os.fsync(self._file)
        except OSError as error:
            self.warning = self.warning or _unkept(error)
        os.close(self._file)
        self._file = -1

    def _opened(self, file: Path) -> int:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o666)
        except OSError as error:
            self.warning = _unkept(error)
            return -1

    def _keep(self, line: bytes) -> None:
        """Add a line, at once. After one that could not be written no other is: what is there has no gap."""
        if self._file < 0 or self.warning:
            return
        try:
            while line:
                line = line[os.write(self._file, line) :]
        except OSError as error:
            self.warning = _unkept(error)


class _Order:
    """Which events may come."""

    def __init__(self) -> None:
        self.began: PipelineStart | None = None
        self.ended = False
        self.running: dict[str, NodeStart] = {}
        self.over: set[str] = set()  # nodes

    def hold(self, event: Event) -> None:
        """Take note of an event. Raises OutOfOrder where it must not come now."""
        if isinstance(event, PipelineStart):
            _expect(self.began is None, event, "the pipeline began before")
            self.began = event
            return
        _expect(self.began is not None, event, "the pipeline did not begin")
        if isinstance(event, PipelineComplete | PipelineError | RunCancelled):
            _expect(not self.ended, event, "the pipeline ended before")
            _expect(not self.running, event, f"{', '.join(f'`{each}`' for each in self.running)} did not end")
            self.ended = True
        if isinstance(event, NodeEvent):
            _expect(not self.ended, event, "the pipeline ended before")
            self._hold_node(event)

    def _hold_node(self, event: NodeEvent) -> None:
        match event:
            case NodeStart():
                _expect(event.node not in self.running, event, f"`{event.node}` began before")
                self._hold_fresh(event)
                self.running[event.node] = event
            case NodeComplete() | NodeError():
                _expect(event.node in self.running, event, f"`{event.node}` does not run")
                del self.running[event.node]
                self.over.add(event.node)
            case NodeRetry():
                _expect(event.node in self.running, event, f"`{event.node}` does not run")
            case NodeSkipped() | NodeCached():
                _expect(event.node not in self.running, event, f"`{event.node}` runs")
                self._hold_fresh(event)
                self.over.add(event.node)

    def _hold_fresh(self, event: NodeEvent) -> None:
        _expect(event.node not in self.over, event, f"`{event.node}` is over")


def _expect(holds: bool, event: Event, otherwise: str) -> None:
    if not holds:
        raise OutOfOrder(f"{event.name}: {otherwise}")


def _unkept(error: OSError) -> str:
    return f"events are not kept: {(error.strerror or str(error)).lower()}"
