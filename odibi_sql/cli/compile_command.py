"""`odibi compile`: the SQL that a pipeline becomes."""

from __future__ import annotations

import click

from odibi_sql import api, ir
from odibi_sql.cli.common import engine_option, findings_shown, load_pipeline, pipeline_options, show_findings, stop
from odibi_sql.diagnostics import did_you_mean
from odibi_sql.plan import Check, Materialize, Plan, Stage, Write


@click.command("compile")
@pipeline_options
@engine_option
@click.option("--step", metavar="NAME", help="The statement of one dataset, from its sources on.")
@click.option("--explain", is_flag=True, help="Print the optimized graph instead of SQL.")
@click.option("--json", "as_json", is_flag=True, help="Print the stages as JSON.")
def command(
    file: str, parameters: tuple[str, ...], strict: bool, engine: str, step: str | None, explain: bool, as_json: bool
) -> None:
    """Print the SQL that the pipeline FILE becomes, stage by stage, as the engine will get it."""
    pipeline = load_pipeline(file, parameters)
    with findings_shown():
        checked = api.check(pipeline, strict=strict)
        graph = checked.graph
        names = [dataset.name for dataset in graph.datasets if dataset.made_by != "hidden"]
        if step is not None and step not in names:
            stop(f"no dataset `{step}` in `{file}`; {did_you_mean(step, names)}")
        goals = [step] if step is not None else api.goals_of(graph)
        if checked.warnings:
            show_findings(checked.warnings)
        if explain:
            click.echo(_explained(api.optimized(graph, goals)))
            return
        plan = api.compile_graph(graph, goals, engine)
    click.echo(_as_json(plan) if as_json else _as_text(plan))


def _explained(graph: ir.Graph) -> str:
    from odibi_sql.ir.show import show

    return "\n\n".join(f"{each.name}\n{show(each.relation)}" for each in graph.datasets)


def _as_text(plan: Plan) -> str:
    return "\n\n".join(f"-- {title(stage)}\n{stage.sql};" for stage in plan.stages)


def title(stage: Stage) -> str:
    """Return what a stage does, in one line."""
    match stage:
        case Materialize():
            return f"{stage.name}: kept for the stages that read it"
        case Check():
            return f"{stage.name}: {', '.join(rule.text for rule in stage.rules)}"
        case Write(target=target):
            return f"{stage.name}: {stage.dataset} to {target.format} {target.path}"
    return stage.name


def _as_json(plan: Plan) -> str:
    import json

    return json.dumps(
        {"pipeline": plan.pipeline, "dialect": plan.dialect, "stages": [*map(_stage, plan.stages)]}, indent=2
    )


def _stage(stage: Stage) -> dict[str, object]:
    return {
        "name": stage.name,
        "kind": type(stage).__name__.lower(),
        "needs": stage.needs,
        "steps": stage.steps,
        "columns": [{"name": each.name, "type": str(each.type), "nullable": each.nullable} for each in stage.schema],
        "sql": stage.sql,
    }
