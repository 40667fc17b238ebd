"""The state of a project, for commands that look at it: nothing is made where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from odibi_sql.cli.common import stop, stop_for

if TYPE_CHECKING:
    from odibi_sql.run.state.database import Database


@contextmanager
def state_of(root: Path) -> Iterator[Database]:
    """Give the state of a project. Where there is none, or it says no to what is asked, the command ends."""
    from odibi_sql.run.state.database import Database, StateProblem

    if not (root / ".odibi" / "state.db").exists():
        stop(
            f"no run of a pipeline is known in `{root}`: there is no `.odibi/state.db`",
            hint="`--root` names the folder of the pipelines, and `odibi run` makes the first run",
        )
    try:
        with closing(Database(root)) as database:
            if database.warning:
                click.echo(f"warning: {database.warning}", err=True)
            yield database
    except StateProblem as problem:
        stop_for(problem)
