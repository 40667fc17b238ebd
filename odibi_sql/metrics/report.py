"""The numbers of the runs that a project remembers, as JSON."""

from __future__ import annotations

import datetime
from contextlib import closing
from pathlib import Path

from odibi_sql.metrics.totals import numbers_of, write_whole
from odibi_sql.metrics.values import RunMetrics, document
from odibi_sql.run.encoding import encoded
from odibi_sql.run.state.database import Database
from odibi_sql.run.state.runs import Runs

LIMIT = 20  # runs


def runs_of(root: Path, database: Database, pipeline: str | None = None, limit: int = LIMIT) -> list[RunMetrics]:
    """Return the runs of a project, or of one pipeline, the newest first. Raises StateProblem."""
    runs = Runs(database)
    runs.dead()
    return [numbers_of(root, database, each) for each in runs.list(limit, pipeline)]


def json_of(runs: list[RunMetrics]) -> bytes:
    """Return the object that `docs/metrics.md` describes."""
    return encoded(document(runs, datetime.datetime.now(datetime.UTC)))


def write_json(root: Path, file: Path, pipeline: str | None = None, limit: int = LIMIT) -> None:
    """Write the last runs to a file, whole. Raises MetricsProblem, StateProblem."""
    with closing(Database(root)) as database:
        found = runs_of(root, database, pipeline, limit)
    write_whole(file, json_of(found) + b"\n")
