"""`odibi why`: why a step ran or did not, and what a run would do now."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeVar

import click
import msgspec

from odibi_sql import api
from odibi_sql.cli.common import engine_option, findings_shown, load_pipeline, pipeline_options, stop, stop_for
from odibi_sql.cli.exit_codes import FAILED
from odibi_sql.diagnostics import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from odibi_sql.plan import Plan
    from odibi_sql.run.job import Job
    from odibi_sql.run.why import Cached, Reason

Told = TypeVar("Told", "Reason", "Cached")


@click.command("why")
@pipeline_options
@click.argument("step", required=False)
@engine_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(file: str, parameters: tuple[str, ...], strict: bool, step: str | None, engine: str, as_json: bool) -> None:
    """Tell why the stages of FILE, or those that compute STEP, ran last or did not, and what a run would do now.

    Nothing runs. What a stage depends on is its steps, all that they read, down to the files, and the engine.
    """
    from odibi_sql.run.why import reasons

    told = told_of(reasons, file, parameters, strict, step, engine)
    if as_json:
        click.echo(json.dumps([msgspec.to_builtins(each) for each in told], ensure_ascii=False, indent=2))
        return
    before = ""
    for each in told:
        if each.stage != before:
            before = each.stage
            click.echo(click.style(before, bold=True))
        when = f"{each.run}: {each.verdict}" if each.run else f"now: {each.verdict}"
        for cause in each.because or ("",):
            click.echo(f"  {when}{f', {cause}' if cause else ''}")


def told_of(
    ask: Callable[[Plan, Job, Path], list[Told]],
    file: str,
    parameters: tuple[str, ...],
    strict: bool,
    step: str | None,
    engine: str,
) -> list[Told]:
    """Return what is to be told of the stages of a pipeline, or of those that compute a step. Ends the command where
    that is none, or nothing can be told."""
    from odibi_sql.ir import SourceProblem
    from odibi_sql.run.state.database import StateProblem

    pipeline = load_pipeline(file, parameters)
    with findings_shown():
        graph = api.check(pipeline, strict=strict).graph
        task = api.task_of(pipeline, graph, [store.name for store in graph.stores], engine)
        known = _names_of(task.plan)
    if step is not None and step not in known:
        stop(f"no stored step `{step}`; {did_you_mean(step, known)}")
    try:
        found = ask(task.plan, task.job(), pipeline.root)
    except (StateProblem, SourceProblem) as problem:
        stop_for(problem, FAILED)
    return [each for each in found if step is None or step == each.stage or step in each.steps]


def _names_of(plan: Plan) -> list[str]:
    return list(dict.fromkeys(name for stage in plan.stages for name in (stage.name, *stage.steps)))
