"""`odibi checkpoints`: what a run that is resumed starts from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from msgspec.structs import replace

from odibi_sql import api
from odibi_sql.cli.common import (
    engine_option,
    findings_shown,
    load_pipeline,
    parameter_options,
    root_option,
    size_of,
    stop,
    stop_for,
)
from odibi_sql.cli.exit_codes import FAILED
from odibi_sql.cli.state import state_of
from odibi_sql.cli.tables import print_table, time_of

if TYPE_CHECKING:
    from odibi_sql.run.saved import Saved


@click.command("checkpoints")
@click.argument("file", type=click.Path(), required=False)
@parameter_options
@engine_option
@root_option("The folder of the project, where no FILE is named")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    file: str | None, parameters: tuple[str, ...], strict: bool, engine: str, root: Path, as_json: bool
) -> None:
    """List what a run that is resumed starts from, the newest first: rows that are kept, and stores.

    With FILE, what is of its steps, and whether its next run would take it: the one that goes on with the last run of
    it, where that did not come to its end.
    """
    from odibi_sql.run.saved import saved

    if file is None:
        if parameters or strict:
            stop("`--param` and `--strict` are about a pipeline; name its FILE")
        with state_of(root) as database:
            found = saved(root, database)
    else:
        found = _of_pipeline(file, parameters, strict, engine)
    if as_json:
        click.echo(json.dumps([msgspec.to_builtins(each) for each in found], ensure_ascii=False, indent=2))
        return
    if not found:
        click.echo("nothing is saved")
        return
    heads = ("run", "step", "layer", "mode", "rows", "size", "saved (UTC)", "whole", "taken")
    print_table(heads, [_row(each) for each in found], right={4, 5})


def _of_pipeline(file: str, parameters: tuple[str, ...], strict: bool, engine: str) -> list[Saved]:
    from odibi_sql.ir import SourceProblem
    from odibi_sql.run.saved import saved_of
    from odibi_sql.run.state.runs import Runs

    pipeline = load_pipeline(file, parameters)
    with state_of(pipeline.root) as database, findings_shown():
        runs, clock = Runs(database), None
        runs.dead()
        last = runs.last_of(file)
        if last is not None and last.can_be_resumed and last.engine == engine:
            pipeline, clock = replace(pipeline, parameters={**last.parameters, **pipeline.parameters}), last.clock
        graph = api.check(pipeline, strict=strict, clock=clock).graph
        task = api.task_of(pipeline, graph, [store.name for store in graph.stores], engine)
        try:
            return saved_of(task.plan, task.job(), pipeline.root, database)
        except SourceProblem as problem:
            stop_for(problem, FAILED)


def _row(each: Saved) -> tuple[str, ...]:
    taken = "" if each.is_current is None else "yes" if each.is_current else "no"
    return (
        each.run,
        each.stage,
        each.layer or "",
        each.mode,
        f"{each.rows:,}",
        size_of(each.bytes),
        time_of(each.made),
        "yes" if each.is_whole else "no",
        taken,
    )
