"""Events become records: the one place that says how grave each is, and what it says in words."""

from __future__ import annotations

import logging
from typing import Any

import msgspec

from odibi_sql.run import events
from odibi_sql.run.events import Event

LOGGER = "odibi_sql.run"
_COMMON = ("run", "seq", "at", "elapsed")
_OWN = ("node", "steps", "attempt", "attempts", "message")  # told under names of their own, or in the words


def log_event(event: Event) -> None:
    """Log an event. Its time is that of the event; its facts are the attribute `odibi` of the record."""
    logger = logging.getLogger(LOGGER)
    level, words = _told(event)
    if not logger.isEnabledFor(level):
        return
    record = logger.makeRecord(LOGGER, level, "", 0, words, (), None, extra={"odibi": facts_of(event)})
    record.created = event.at.timestamp()
    record.msecs = event.at.microsecond / 1000
    logger.handle(record)


def log_warning(run: str, message: str) -> None:
    """Log a warning of a run that is no event: a hook that failed, a record that could not be kept."""
    extra = {"odibi": {"run": run, "event": "warning"}}
    logging.getLogger(LOGGER).warning("%s", message, extra=extra)


def facts_of(event: Event) -> dict[str, Any]:
    """Return what an event has, by the names of the log: `stage`, `attempt`; nothing that is not there."""
    facts: dict[str, Any] = {"run": event.run, "seq": event.seq, "event": event.name}
    if isinstance(event, events.NodeEvent):
        facts |= {"stage": event.node, "steps": event.steps}
    attempt = getattr(event, "attempt", None) or getattr(event, "attempts", None)
    if attempt is not None:
        facts["attempt"] = attempt
    for field in msgspec.structs.fields(event):
        value = getattr(event, field.name)
        if field.name not in (*_COMMON, *_OWN) and value not in (None, "", ()):
            facts[field.name] = value
    return facts


def _told(event: Event) -> tuple[int, str]:
    """Return the level and the words of an event."""
    match event:
        case events.PipelineStart():
            again = f", resumed from {event.resumed_from}" if event.resumed_from else ""
            return logging.INFO, f"{event.pipeline}: {_many(event.nodes, 'stage')} on {event.engine}{again}"
        case events.PipelineComplete():
            told = f"{event.done} done, {event.cached} cached, {event.skipped} skipped"
            return logging.INFO, f"{event.pipeline}: {told}, {_many(event.rows, 'row')} stored in {event.seconds:.2f} s"
        case events.PipelineError():
            return logging.ERROR, f"{event.pipeline}: failed after {event.seconds:.2f} s: {event.message}"
        case events.RunCancelled():
            return logging.WARNING, f"{event.pipeline}: cancelled after {event.seconds:.2f} s: {event.reason}"
        case events.RunRecorded():
            return logging.DEBUG, f"{event.pipeline}: its record is kept"
        case events.LayerComplete():
            return logging.INFO, f"layer {event.layer}: complete"
        case events.CheckpointSaved():
            return logging.DEBUG, f"saved: {_many(event.done, 'stage')} done, {event.pending} to do"
        case events.NodeEvent():
            return _told_of_node(event)
    return logging.INFO, event.name


def _told_of_node(event: events.NodeEvent) -> tuple[int, str]:
    node = event.node
    match event:
        case events.NodeStart():
            return logging.DEBUG, f"{node}: begins"
        case events.NodeComplete():
            rows = "" if event.rows is None else f", {_many(event.rows, 'row')}"
            tries = f" at try {event.attempts}" if event.attempts > 1 else ""
            return logging.INFO, f"{node}: done{tries}{rows}, {event.seconds:.2f} s"
        case events.NodeError(cancelled=True):
            return logging.WARNING, f"{node}: cancelled"
        case events.NodeError():
            return logging.ERROR, f"{node}: failed after {event.seconds:.2f} s: {event.message}"
        case events.NodeRetry():
            return logging.WARNING, f"{node}: try {event.attempt} failed: {event.reason}; again in {event.wait:.1f} s"
        case events.NodeSkipped():
            return logging.INFO, f"{node}: skipped: {event.reason}"
        case events.NodeCached():
            return logging.INFO, f"{node}: cached{f', {event.reason}' if event.reason else ''}"
        case events.QualityFailed():
            level = logging.ERROR if event.action == "fail" else logging.WARNING
            broken = "does not hold" if event.counts == "failures" else _many(event.count, "row")
            return level, f"{node}: {event.action} {event.rule}: {broken}"
        case events.SchemaChanged():
            return logging.WARNING, f"{node}: other columns than before: {', '.join(event.after)}"
    return logging.INFO, f"{node}: {event.name}"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
