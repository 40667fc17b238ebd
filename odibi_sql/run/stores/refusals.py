"""Which stores of a plan may not be written, as it is before anything runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from odibi_sql.plan import Plan, Write
from odibi_sql.run.engines.engine import EngineProblem
from odibi_sql.run.state.database import Database
from odibi_sql.run.stores.guard import endangers, paths_read
from odibi_sql.run.stores.store import refusal


def refusals(plan: Plan, root: Path, database: Database | None) -> Iterator[tuple[Write, EngineProblem]]:
    """Give each store that may not be written, and why. `database`: the state that the run has open."""
    read = paths_read(plan, root)
    for stage in plan.stages:
        if isinstance(stage, Write):
            problem = _refused(stage, root, database, read)
            if problem is not None:
                yield stage, problem


def _refused(stage: Write, root: Path, database: Database | None, read: frozenset[str]) -> EngineProblem | None:
    try:
        return endangers(stage, root, read) or refusal(stage, root, database)
    except OSError as error:
        return EngineProblem(f"`{stage.target.path}` cannot be written: {(error.strerror or str(error)).lower()}")
