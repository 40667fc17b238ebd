"""A run that goes on with another one: with its parameters, its clock and its goals."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.api import Pipeline
from odibi_sql.cli.common import stop, stop_for
from odibi_sql.diagnostics import listed

if TYPE_CHECKING:
    from odibi_sql.run.state.runs import RunRecord


def resumable(pipeline: Pipeline, name: str, engine: str, *, has_goals: bool) -> RunRecord:
    """Return the run to go on with: the one of this name, or the last one of the pipeline. Ends the command where there
    is none, or it came to its end."""
    from odibi_sql.run.state.database import Database, StateProblem
    from odibi_sql.run.state.runs import Runs

    if has_goals:
        stop("`--resume` goes on with what that run was to do; leave out `--only` and `--upto`")
    try:
        with closing(Database(pipeline.root)) as database:
            runs = Runs(database)
            runs.dead()
            run = runs.get(name) if name != "latest" else runs.last_of(pipeline.source.name) or runs.get(name)
    except StateProblem as problem:
        stop_for(problem)
    if PurePath(run.file).name != PurePath(pipeline.source.name).name:
        stop(f"`{run.run}` is a run of `{run.file}`, not of `{pipeline.source.name}`; `odibi runs` lists the runs")
    if not run.can_be_resumed:
        doing = "is still running" if run.status == "running" else "came to its end"
        stop(f"`{run.run}` {doing}: there is nothing to resume; `odibi runs` lists the runs")
    if run.engine != engine:
        stop(f"`{run.run}` ran on {run.engine}; add `--engine {run.engine}`")
    return run


def with_parameters_of(run: RunRecord, pipeline: Pipeline) -> Pipeline:
    """Return the pipeline with the parameters of a run. Others that are given end the command."""
    differ = [name for name, value in pipeline.parameters.items() if run.parameters.get(name) != value]
    if differ:
        stop(f"`{run.run}` had another {listed(differ)}; a run that is resumed keeps its parameters")
    return replace(pipeline, parameters=run.parameters)


def goals_again(run: RunRecord, graph: ir.Graph) -> list[str]:
    """Return the goals of a run. Ends the command where the pipeline has them no more."""
    known = {*(each.name for each in graph.stores), *(each.name for each in graph.datasets)}
    gone = [name for name in run.goals if name not in known]
    if gone:
        stop(f"`{run.run}` was to make {listed(gone)}, which the pipeline has no more; run it without `--resume`")
    return list(run.goals)


def facts_of(run: RunRecord | None, root: Path, *, retry_failed: bool) -> dict[str, Any]:
    """Return what a job has to know of the run that it goes on with."""
    if run is None:
        return {}
    left_failed = () if retry_failed else _failures(run, root)
    return {"resumed_from": run.run, "origin": run.origin or run.run, "left_failed": left_failed}


def _failures(run: RunRecord, root: Path) -> tuple[tuple[str, str, str], ...]:
    """Return the stages that failed in a run, for good: not those that were ended with it."""
    from odibi_sql.run.state.database import Database
    from odibi_sql.run.state.runs import Runs

    with closing(Database(root)) as database:
        stages = Runs(database).stages(run.run)
    return tuple((each.stage, each.key, _words(run.run, each.message)) for each in stages if each.status == "failed")


def _words(run: str, message: str) -> str:
    start = "it failed in `"
    return message if message.startswith(start) else f"{start}{run}`: {message}"
