"""`odibi why`: why a step ran or did not, and what a run would do now."""

from __future__ import annotations

import json

import click
import msgspec

from odibi_sql import api
from odibi_sql.cli.common import engine_option, findings_shown, load_pipeline, pipeline_options, stop, stop_for
from odibi_sql.cli.exit_codes import FAILED
from odibi_sql.diagnostics import did_you_mean


@click.command("why")
@pipeline_options
@click.argument("step", required=False)
@engine_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(file: str, parameters: tuple[str, ...], strict: bool, step: str | None, engine: str, as_json: bool) -> None:
    """Tell why the stages of FILE, or those that compute STEP, ran last or did not, and what a run would do now.

    Nothing runs. What a stage depends on is its steps, all that they read, down to the files, and the engine.
    """
    from odibi_sql.ir import SourceProblem
    from odibi_sql.run.state.database import StateProblem
    from odibi_sql.run.why import reasons

    pipeline = load_pipeline(file, parameters)
    with findings_shown():
        graph = api.check(pipeline, strict=strict).graph
        task = api.task_of(pipeline, graph, [store.name for store in graph.stores], engine)
    known = list(dict.fromkeys(each for stage in task.plan.stages for each in (stage.name, *stage.steps)))
    if step is not None and step not in known:
        stop(f"no stored step `{step}`; {did_you_mean(step, known)}")
    try:
        found = reasons(task.plan, task.job(), pipeline.root)
    except (StateProblem, SourceProblem) as problem:
        stop_for(problem, FAILED)
    told = [each for each in found if step is None or step == each.stage or step in each.steps]
    if as_json:
        click.echo(json.dumps([msgspec.to_builtins(each) for each in told], ensure_ascii=False, indent=2))
        return
    stage = ""
    for each in told:
        if each.stage != stage:
            stage = each.stage
            click.echo(click.style(stage, bold=True))
        when = f"{each.run}: {each.verdict}" if each.run else f"now: {each.verdict}"
        for cause in each.because or ("",):
            click.echo(f"  {when}{f', {cause}' if cause else ''}")
