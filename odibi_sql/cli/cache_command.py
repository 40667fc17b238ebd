"""`odibi cache`: the rows that a project keeps for later runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from odibi_sql.cli.common import engine_option, pipeline_options, root_option, size_of
from odibi_sql.cli.state import state_of
from odibi_sql.cli.tables import time_of
from odibi_sql.cli.why_command import told_of

if TYPE_CHECKING:
    from odibi_sql.run.state.results import Kept


@click.group("cache")
def command() -> None:
    """Look at, or clear, the rows that are kept for later runs, in `.odibi/cache`."""


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
        used = time_of(each.last_used or each.made)
        click.echo(f"{key[:12]}  {each.rows:>12,} rows  {size_of(each.bytes):>9}  used {used} UTC")
    total = sum({each.artifact: each.bytes for _, each in kept}.values())
    click.echo(f"{len(kept)} kept, {size_of(total)}")


@command.command("why")
@pipeline_options
@click.argument("step", required=False)
@engine_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def why(file: str, parameters: tuple[str, ...], strict: bool, step: str | None, engine: str, as_json: bool) -> None:
    """Tell for the stages of FILE, or those that compute STEP, whether a run now would take kept rows, and why not.

    Nothing runs. A stage is a dataset that is computed once for several that read it, or that is to be kept.
    """
    from odibi_sql.run.why import cached

    told = told_of(cached, file, parameters, strict, step, engine)
    if as_json:
        click.echo(json.dumps([msgspec.to_builtins(each) for each in told], ensure_ascii=False, indent=2))
        return
    for each in told:
        click.echo(f"{click.style(each.stage, bold=True)}: {each.verdict}{_found(each.kept)}")
        for cause in each.because:
            click.echo(f"  {cause}")
    hits = sum(each.verdict == "hit" for each in told)
    click.echo(f"{hits} of {len(told)} would be taken")


def _found(kept: Kept | None) -> str:
    if kept is None:
        return ""
    by = f" by {kept.run}" if kept.run else ""
    return f"  {kept.rows:,} rows, {size_of(kept.bytes)}, kept{by} at {time_of(kept.made)} UTC"


@command.command("clear")
@root_option("The folder of the project")
@click.option("--results", "with_results", is_flag=True, help="Forget what is known of stores and checks as well.")
def clear(root: Path, with_results: bool) -> None:
    """Remove all rows that are kept. Stores stay as they are; what needs the rows computes them again."""
    from odibi_sql.run.kept import forget_most
    from odibi_sql.run.state.results import Results

    with state_of(root) as database:
        gone = forget_most(root, database, 0)
        results = Results(database)
        keys = [key for key, _ in results.list()] if with_results else []
        for key in keys:
            results.forget(key)
    forgot = f", {len(keys)} results forgotten" if with_results else ""
    click.echo(f"{len(gone)} removed, {size_of(sum(each.bytes for each in gone))}{forgot}")


def _kept(root: Path) -> dict[str, Kept]:
    from odibi_sql.run.state.results import Results

    with state_of(root) as database:
        return dict(Results(database).kept())
