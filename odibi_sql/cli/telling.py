"""Who is told of a run while it goes, beside the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from odibi_sql.cli.common import stop, stop_for

if TYPE_CHECKING:
    from odibi_sql.run.bus import EventBus
    from odibi_sql.task import Task


@contextmanager
def openlineage_told(target: str | None, task: Task) -> Iterator[EventBus | None]:
    """Give a bus that tells OpenLineage of the run, at a file or a URL; None where nobody is to be told.

    Where that cannot be, the command ends before anything runs.
    """
    if target is None:
        yield None
        return
    from odibi_sql.openlineage import NotInstalled, OpenLineage, sender_to
    from odibi_sql.run.bus import EventBus

    try:
        send = sender_to(target)
    except NotInstalled as problem:
        stop_for(problem)
    except ValueError as problem:
        stop(f"`--openlineage`: {problem}")
    bus = EventBus()
    OpenLineage(task.written, task.root, task.goals, send).register(bus)
    try:
        yield bus
    finally:
        bus.close()
