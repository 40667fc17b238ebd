"""Who is told of a run, beside the terminal: OpenLineage, metrics, a log, a webhook; imported where it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from odibi_sql.cli.common import stop, stop_for
from odibi_sql.diagnostics import CompileError

if TYPE_CHECKING:
    import logging

    from odibi_sql.api import Pipeline
    from odibi_sql.openlineage import OpenLineage
    from odibi_sql.run import RunResult
    from odibi_sql.run.bus import EventBus
    from odibi_sql.run.events import PipelineError
    from odibi_sql.task import Task

Command = TypeVar("Command", bound=Callable[..., Any])
LEVELS = ("debug", "info", "warning", "error")


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for."""

    story: str | None = None  # a file; "": beside the record of the run
    openlineage: str | None = None
    metrics: Path | None = None
    log: Path | None = None
    log_level: str = "info"
    verbose: bool = False
    alert_webhook_env: str | None = None
    alert_minutes: float = 60.0


_OPTIONS = (
    click.option(
        "--story",
        metavar="[FILE]",
        is_flag=False,
        flag_value="",
        help="Write the story of the run, one page of HTML; beside its record where no FILE is named.",
    ),
    click.option(
        "--openlineage", metavar="FILE|URL", help="Tell OpenLineage of the run: lines of a file, or a server."
    ),
    click.option(
        "--metrics",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Write the totals of this pipeline's runs to this file, for the textfile collector of Prometheus; its last"
        " runs, where the file is called `….json`.",
    ),
    click.option(
        "--log",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Add what happens to this file, one JSON object a line; at 10 MiB it becomes FILE.1.",
    ),
    click.option(
        "--log-level", type=click.Choice(LEVELS), default="info", help="What of it, for `--log` and `-v`; info."
    ),
    click.option("-v", "--verbose", is_flag=True, help="Tell on standard error what happens."),
    click.option(
        "--alert-webhook-env",
        metavar="NAME",
        help="Where the run fails, tell the webhook whose address is in this variable of the environment.",
    ),
    click.option(
        "--alert-minutes",
        type=click.FloatRange(min=0),
        default=60.0,
        help="In how many minutes the same failure is told once; 60.",
    ),
)


def telling_options(command: Command) -> Callable[..., Any]:
    """Add the options; the command gets all of them as `telling`."""

    @wraps(command)
    def with_telling(**values: Any) -> Any:
        asked = {name: values.pop(name) for name in Telling.__struct_fields__}
        return command(**values, telling=Telling(**asked))

    found: Callable[..., Any] = with_telling
    for option in reversed(_OPTIONS):
        found = option(found)
    return found


class Told:
    """Who is told; `bus` is None where nobody is."""

    def __init__(self, bus: EventBus | None, *, is_logged: bool = False) -> None:
        self.bus = bus
        self._is_logged = is_logged

    def ended(self, result: RunResult) -> None:
        """Log what the run warns of: some of it is known in the end alone."""
        if not self._is_logged:
            return
        from odibi_sql.logs import log_warning

        with suppress(OSError):  # a log that cannot be written is among the warnings
            for each in result.warnings:
                log_warning(result.run, each)


@contextmanager
def told(telling: Telling, pipeline: Pipeline, task: Task | None = None) -> Iterator[Told]:
    """Give who is told of a run; of a pipeline that is wrong, a log and a webhook are told that it is.

    Without a `task` nothing runs in the block. What cannot be done ends the command, before anything runs.
    """
    if telling == Telling(story=telling.story, log_level=telling.log_level, alert_minutes=telling.alert_minutes):
        yield Told(None)
        return
    from odibi_sql.run.bus import EventBus

    bus = EventBus()
    with ExitStack() as stack:
        is_logged = telling.log is not None or telling.verbose
        if is_logged:
            _log(telling, stack)
        _register(bus, telling, pipeline, task)
        stack.callback(bus.close)
        try:
            yield Told(bus, is_logged=is_logged)
        except CompileError as error:
            bus.emit(_wrong(error, pipeline))
            bus.drain()
            for each in bus.failures:
                click.echo(f"warning: the hook `{each.hook}` failed: {each.message}", err=True)
            raise


def _register(bus: EventBus, telling: Telling, pipeline: Pipeline, task: Task | None) -> None:
    from odibi_sql import hooks

    if telling.log is not None or telling.verbose:
        hooks.log_events(bus)
    if telling.alert_webhook_env is not None:
        if task is not None:
            _hold_address(telling.alert_webhook_env)
        hooks.send_alerts(bus, telling.alert_webhook_env, pipeline.root, minutes=telling.alert_minutes)
    if telling.metrics is not None and task is not None:
        _hold_metrics(telling.metrics)
        hooks.export_metrics(bus, telling.metrics)
    if telling.openlineage is not None and task is not None:
        _openlineage(telling.openlineage, task).register(bus)


def _wrong(error: CompileError, pipeline: Pipeline) -> PipelineError:
    """Return the event of a pipeline that is wrong: nothing of it runs."""
    import datetime

    from odibi_sql.run.events import PipelineError

    found = [each for each in error.diagnostics if each.severity == "error"] or list(error.diagnostics)
    more = "" if len(found) == 1 else f"; and {len(found) - 1} more"
    return PipelineError(
        at=datetime.datetime.now(datetime.UTC),
        pipeline=Path(pipeline.source.name).stem,
        seconds=0.0,
        message=f"{found[0].message}{more}",
        hint=f"`odibi check {pipeline.source.name}` says where",
    )


def _openlineage(target: str, task: Task) -> OpenLineage:
    from odibi_sql.openlineage import NotInstalled, OpenLineage, sender_to

    try:
        return OpenLineage(task.written, task.root, task.goals, sender_to(target))
    except NotInstalled as problem:
        stop_for(problem)
    except ValueError as problem:
        stop(f"`--openlineage`: {problem}")


def _hold_metrics(file: Path) -> None:
    if file.suffix == ".json":
        return
    from odibi_sql.metrics import MetricsProblem
    from odibi_sql.metrics.prometheus import hold_installed

    try:
        hold_installed()
    except MetricsProblem as problem:
        stop_for(problem)


def _hold_address(variable: str) -> None:
    """Warn of an address that is none: the run is worth more than what would be told of it."""
    from odibi_sql.alerts import AlertProblem
    from odibi_sql.alerts.webhook import address_in

    try:
        address_in(variable)
    except AlertProblem as problem:
        click.echo(f"warning: no alert can be sent: {problem.reason}", err=True)


def _log(telling: Telling, stack: ExitStack) -> None:
    """Have records written, until the stack ends."""
    import logging

    from odibi_sql.logs import JsonLines, LogFile, Words
    from odibi_sql.logs.terminal import Terminal

    logger = logging.getLogger("odibi_sql")
    stack.callback(logger.setLevel, logger.level)
    logger.setLevel(telling.log_level.upper())
    if telling.verbose:
        _add(logger, Terminal(), Words(), stack)
    if telling.log is not None:
        try:
            _add(logger, LogFile(telling.log), JsonLines(), stack)
        except OSError as error:
            stop(f"cannot write the log `{telling.log}`: {(error.strerror or str(error)).lower()}")


def _add(logger: logging.Logger, handler: logging.Handler, form: logging.Formatter, stack: ExitStack) -> None:
    handler.setFormatter(form)
    logger.addHandler(handler)
    stack.callback(handler.close)
    stack.callback(logger.removeHandler, handler)
