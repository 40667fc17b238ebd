"""Hooks that come with odibi, for an `EventBus`, the command line, and `on … call` in a pipeline.

    bus = EventBus()
    log_events(bus)
    export_metrics(bus, "pipeline.prom")
    send_alerts(bus, "SLACK_URL")
    api.run("pipeline.odibi", bus=bus)

In a pipeline they take what they need from the environment:

    on run_recorded call "odibi_sql.hooks:metrics"     # ODIBI_METRICS_FILE, else .odibi/metrics.prom
    on run_recorded call "odibi_sql.hooks:summary"     # on standard error
    on pipeline_error call "odibi_sql.hooks:alert"     # ODIBI_ALERT_URL
    on run_recorded call "odibi_sql.hooks:rotate_log"  # ODIBI_LOG_FILE
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from odibi_sql.run.bus import EventBus, Hook
from odibi_sql.run.events import Event, RunRecorded

__all__ = ["export_metrics", "log_events", "rotate_logs", "send_alerts", "summarize"]
__all__ += ["alert", "metrics", "rotate_log", "summary"]

METRICS_FILE = "ODIBI_METRICS_FILE"
ALERT_URL = "ODIBI_ALERT_URL"
LOG_FILE = "ODIBI_LOG_FILE"
_METRICS = Path(".odibi/metrics.prom")


def log_events(bus: EventBus) -> None:
    """Have all events logged, by the logger `odibi_sql.run`. Handlers are a matter of the program."""
    from odibi_sql.logs import log_event

    bus.register("*", log_event, priority="HIGH", name="log")


def export_metrics(bus: EventBus, file: str | Path) -> None:
    """Have the totals of a pipeline written to a file for Prometheus, whole, when a run of it is over.

    A file that is called `….json` has its last runs with their stages.
    """
    bus.register("run_recorded", lambda event: _export(event, Path(file)), priority="LOW", name="metrics")


def send_alerts(
    bus: EventBus, variable: str, root: str | Path = ".", *, minutes: float | None = None, **more: float
) -> None:
    """Have a message sent when a run fails, to the webhook whose address is in a variable of the environment.

    The same failure is sent once in `minutes`. `more` are fields of `Webhook`: `timeout`, `tries`, `backoff`,
    `patience`.
    """
    bus.register("pipeline_error", _alert(variable, Path(root), minutes, **more), priority="HIGH", name="alert")


def summarize(bus: EventBus, stream: TextIO | None = None, *, as_json: bool = False) -> None:
    """Have the numbers of a run told when it is over: a line, or a JSON object; on standard error by default."""
    bus.register("run_recorded", lambda event: _summarize(event, stream, as_json=as_json), name="summary")


def rotate_logs(bus: EventBus, file: str | Path, size: int | None = None, kept: int | None = None) -> None:
    """Have a log file that is too large renamed to `FILE.1`, and so on, when a run is over."""
    from odibi_sql.logs import rotate
    from odibi_sql.logs.files import KEPT, SIZE

    def turn(_: RunRecorded) -> None:
        rotate(Path(file), SIZE if size is None else size, KEPT if kept is None else kept)

    bus.register("run_recorded", turn, priority="LOW", name="rotate_logs")


class _OfProject:
    """A hook of a pipeline that has to know the folder of its project."""

    def __init__(self, make: Callable[[Path], Hook]) -> None:
        self._make = make

    def of_project(self, root: Path) -> Hook:
        """Return the hook of a project."""
        return self._make(root)

    def __call__(self, event: Event) -> object:
        return self._make(Path())(event)


def _of_environment(variable: str, default: Path) -> Path:
    return Path(os.environ.get(variable) or default)


def _export(event: RunRecorded, file: Path) -> None:
    from odibi_sql.metrics import write_json, write_prometheus

    write = write_json if file.suffix == ".json" else write_prometheus
    write(Path(event.root), file, event.pipeline)


def _alert(variable: str, root: Path, minutes: float | None, **more: Any) -> Hook:
    from odibi_sql.alerts import MINUTES, Alert, Webhook
    from odibi_sql.logs.redact import is_secret, redacted

    is_secret(variable)
    webhook = Webhook(variable=variable, **more)
    return Alert(webhook, root, minutes=MINUTES if minutes is None else minutes, cleaned=redacted)


def _summarize(event: RunRecorded, stream: TextIO | None, *, as_json: bool) -> None:
    from odibi_sql.metrics import summary_of, words_of
    from odibi_sql.metrics.totals import numbers_of_run
    from odibi_sql.run.encoding import encoded

    numbers = numbers_of_run(Path(event.root), event.run)
    text = encoded(summary_of(numbers)).decode() if as_json else words_of(numbers)
    print(text, file=stream or sys.stderr, flush=True)


def _turn(event: RunRecorded) -> None:
    from odibi_sql.logs import rotate

    file = os.environ.get(LOG_FILE)
    if file:
        rotate(Path(event.root) / file)


metrics = _OfProject(lambda root: lambda event: _export(event, root / _of_environment(METRICS_FILE, root / _METRICS)))
alert = _OfProject(lambda root: _alert(ALERT_URL, root, None))


def summary(event: RunRecorded) -> None:
    """Tell the numbers of a run on standard error."""
    _summarize(event, None, as_json=False)


def rotate_log(event: RunRecorded) -> None:
    """Rename the file of ODIBI_LOG_FILE if it is too large; nothing where that is not set."""
    _turn(event)
