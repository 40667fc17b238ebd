"""`odibi cache`: the rows that a project keeps for later runs."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from odibi_sql.cli.common import root_option, size_of, stop, stop_for
from odibi_sql.cli.exit_codes import FAILED

if TYPE_CHECKING:
    from odibi_sql.run.state.results import Kept


@click.group("cache")
def command() -> None:
    """Look at, or clear, the rows that steps `with (cache: true)` keep for later runs, in `.odibi/cache`."""


@command.command("ls")
@root_option("The folder of the project")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def ls(root: Path, as_json: bool) -> None:
    """List what is kept, what was not used for longest first."""
    kept = list(_kept(root).items())
    if as_json:
        found = [
            {
                "artifact": each.artifact,
                "rows": each.rows,
                "bytes": each.bytes,
                "made": each.made.isoformat(),
                "last_used": (each.last_used or each.made).isoformat(),
                "key": key,
            }
            for key, each in kept
        ]
        click.echo(json.dumps(found, indent=2))
        return
    for key, each in kept:
        used = (each.last_used or each.made).strftime("%Y-%m-%d %H:%M:%S")
        click.echo(f"{key[:12]}  {each.rows:>12,} rows  {size_of(each.bytes):>9}  used {used} UTC")
    total = sum({each.artifact: each.bytes for _, each in kept}.values())
    click.echo(f"{len(kept)} kept, {size_of(total)}")


@command.command("clear")
@root_option("The folder of the project")
@click.option("--results", "with_results", is_flag=True, help="Forget what is known of stores and checks as well.")
def clear(root: Path, with_results: bool) -> None:
    """Remove all rows that are kept. Stores stay as they are; what needs the rows computes them again."""
    from odibi_sql.run.kept import forget_most
    from odibi_sql.run.state.database import Database, StateProblem
    from odibi_sql.run.state.results import Results

    _hold_project(root)
    try:
        with closing(Database(root)) as database:
            gone = forget_most(root, database, 0)
            results = Results(database)
            keys = [key for key, _ in results.list()] if with_results else []
            for key in keys:
                results.forget(key)
    except StateProblem as problem:
        stop_for(problem, FAILED)
    forgot = f", {len(keys)} results forgotten" if with_results else ""
    click.echo(f"{len(gone)} removed, {size_of(sum(each.bytes for each in gone))}{forgot}")


def _kept(root: Path) -> dict[str, Kept]:
    from odibi_sql.run.state.database import Database, StateProblem
    from odibi_sql.run.state.results import Results

    _hold_project(root)
    try:
        with closing(Database(root)) as database:
            return dict(Results(database).kept())
    except StateProblem as problem:
        stop_for(problem, FAILED)


def _hold_project(root: Path) -> None:
    if not (root / ".odibi" / "state.db").is_file():
        stop(f"no run of a pipeline is known in `{root}`: there is no `.odibi/state.db`")
