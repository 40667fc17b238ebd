"""`odibi run`: a pipeline from its sources to its stores."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from odibi_sql import api, ir
from odibi_sql.cli.common import (
    findings_shown,
    hold_spark_options,
    load_pipeline,
    pipeline_options,
    show_findings,
    spark_options,
    stop,
)
from odibi_sql.cli.exit_codes import CANCELLED, FAILED
from odibi_sql.cli.resuming import facts_of, goals_again, resumable, with_parameters_of
from odibi_sql.cli.sizes import bytes_of, kept_as_asked, location, seconds_of, size
from odibi_sql.cli.telling import Telling, telling_options, told
from odibi_sql.diagnostics import did_you_mean

if TYPE_CHECKING:
    from odibi_sql.api import Pipeline
    from odibi_sql.run import Settings
    from odibi_sql.run.state.runs import RunRecord
    from odibi_sql.task import Task


def _mode(ctx: click.Context, option: click.Parameter, text: str) -> str:
    from odibi_sql.run.checkpoints import hold_mode

    try:
        hold_mode(text)
    except ValueError as wrong:
        raise click.BadParameter(str(wrong), ctx, option) from None
    return text


@click.command("run")
@pipeline_options
@spark_options
@click.option("--only", metavar="NAME", multiple=True, help="Only the stores of this dataset.")
@click.option("--upto", metavar="NAME", multiple=True, help="Only the stores of this dataset and of what it reads.")
@click.option("--dry-run", is_flag=True, help="Say what would run, and run nothing.")
@click.option("--threads", type=click.IntRange(min=1), help="How many threads the engine takes; all by default.")
@click.option("--memory-limit", metavar="SIZE", callback=size, help="How much memory the engine takes, as in `4GB`.")
@click.option("--spill", type=click.Path(path_type=Path), help="The folder for what does not fit into memory.")
@click.option(
    "--cache",
    "shared_cache",
    metavar="LOCATION",
    envvar="ODIBI_CACHE",
    callback=location,
    help="Where machines share rows that are kept, as `s3://bucket/key`.",
)
@click.option(
    "--cache-limit", metavar="SIZE", callback=bytes_of, help="How much of rows is kept for later runs; 10GiB."
)
@click.option("--cache-age", metavar="TIME", callback=seconds_of, help="How long rows are kept that no run uses; 90d.")
@click.option("--keep-runs", type=click.IntRange(min=1), help="How many runs of each pipeline are remembered; 100.")
@click.option(
    "--keep-versions",
    type=click.IntRange(0, 1),
    help="Whether the version that a store replaces is kept for `odibi rollback` (1, as by default) or not (0).",
)
@click.option(
    "--sample", type=click.IntRange(0, 1000), default=20, help="How many rows of a dataset the run's record has; 20."
)
@click.option("--retry", type=click.IntRange(0, 100), default=0, help="Try a step again after a fault that can pass.")
@click.option("--no-cache", is_flag=True, help="Compute everything, whatever is known from other runs.")
@click.option("--from", "from_step", metavar="STEP", multiple=True, help="Compute this step and all after it again.")
@click.option(
    "--checkpoint",
    metavar="MODE",
    default="manual",
    callback=_mode,
    help="What to keep for a run that is resumed, beside stores: `auto`, `layer`, `10 minutes`, `5 steps`.",
)
@click.option(
    "--resume",
    metavar="[RUN]",
    is_flag=False,
    flag_value="latest",
    help="Go on with a run that did not come to its end, with its parameters and its clock; the last one by default.",
)
@click.option(
    "--retry-failed/--no-retry-failed",
    default=None,
    help="With `--resume`: whether what failed is tried again, which it is by default; else it stays failed, and what"
    " does not need it goes on.",
)
@click.option("--keep-going", is_flag=True, help="After a failure, go on with what does not need the failed step.")
@telling_options
def command(
    file: str,
    parameters: tuple[str, ...],
    strict: bool,
    engine: str,
    spark_master: str | None,
    spark_remote: str | None,
    only: tuple[str, ...],
    upto: tuple[str, ...],
    dry_run: bool,
    threads: int | None,
    memory_limit: str | None,
    spill: Path | None,
    shared_cache: str | None,
    cache_limit: int | None,
    cache_age: float | None,
    keep_runs: int | None,
    keep_versions: int | None,
    sample: int,
    retry: int,
    no_cache: bool,
    from_step: tuple[str, ...],
    checkpoint: str,
    resume: str | None,
    retry_failed: bool | None,
    keep_going: bool,
    telling: Telling,
) -> None:
    """Run the pipeline FILE. It is checked first: a pipeline that is wrong runs nothing and exits with 2.

    A run that fails exits with 1, and leaves every store as it was or whole and new.
    """
    hold_spark_options(engine, spark_master, spark_remote)
    if resume is None and retry_failed is not None:
        stop("`--retry-failed` and `--no-retry-failed` are about a run that failed; add `--resume`")
    pipeline = load_pipeline(file, parameters)
    resumed = None if resume is None else resumable(pipeline, resume, engine, has_goals=bool(only or upto))
    with findings_shown(), told(Telling() if dry_run else telling, pipeline):
        task = _task(pipeline, resumed, only, upto, engine, strict=strict)
    if dry_run:
        _would_run(task)
        return
    from odibi_sql.run import Settings

    settings = Settings(
        root=pipeline.root,
        threads=threads,
        memory_limit=memory_limit,
        spill=spill,
        sample=sample,
        retry=retry,
        fail_fast=not keep_going,
        spark_master=spark_master,
        spark_remote=spark_remote,
    )
    kept = {"cache_limit": cache_limit, "cache_age": cache_age, "keep_runs": keep_runs, "keep_versions": keep_versions}
    settings = kept_as_asked(settings, {**kept, "shared_cache": shared_cache})
    again = _again(task.written, from_step)
    resuming = facts_of(resumed, pipeline.root, retry_failed=retry_failed is not False)
    asked = {"uses_cache": not no_cache, "again": again, "checkpoint": checkpoint, **resuming}
    _run(task, settings, asked, telling, pipeline)


def _task(
    pipeline: Pipeline,
    resumed: RunRecord | None,
    only: tuple[str, ...],
    upto: tuple[str, ...],
    engine: str,
    *,
    strict: bool,
) -> Task:
    """Return what is to be run, of a pipeline without errors; its warnings are shown."""
    pipeline = pipeline if resumed is None else with_parameters_of(resumed, pipeline)
    checked = api.check(pipeline, strict=strict, clock=resumed.clock if resumed is not None else None)
    goals = goals_again(resumed, checked.graph) if resumed is not None else _goals(checked.graph, only, upto)
    task = api.task_of(pipeline, checked.graph, goals, engine)
    if checked.warnings:
        show_findings(checked.warnings)
    if not goals:
        file = pipeline.source.name
        stop(f"`{file}` stores nothing; `odibi show {file} DATASET` prints the rows of a dataset")
    return task


def _run(task: Task, settings: Settings, asked: dict[str, Any], telling: Telling, pipeline: Pipeline) -> None:
    """Run it, show how it goes, and end the command where it fails."""
    from odibi_sql.cli.progress import show_result, watching

    is_terminal = sys.stdout.isatty()
    with findings_shown(), told(telling, pipeline, task) as who, watching(is_terminal=is_terminal) as listener:
        result = task.run(settings, listener, bus=who.bus, **asked)
        who.ended(result)
    show_result(result)
    if telling.story is not None and result.run:
        from odibi_sql.cli.story_command import tell

        tell(settings.root, result.run, Path(telling.story) if telling.story else None)
    if result.status == "cancelled":
        raise click.exceptions.Exit(CANCELLED)
    if not result.success:
        raise click.exceptions.Exit(FAILED)


def _goals(graph: ir.Graph, only: tuple[str, ...], upto: tuple[str, ...]) -> list[str]:
    """Return the names of the stores to run. A name that is no dataset ends the command."""
    known = [dataset.name for dataset in graph.datasets if dataset.made_by != "hidden"]
    for name in (*only, *upto):
        if name not in known:
            stop(f"no dataset `{name}`; {did_you_mean(name, known)}")
    if not only and not upto:
        return [store.name for store in graph.stores]
    wanted = {*only, *_with_what_they_read(graph, upto)}
    goals = [store.name for store in graph.stores if store.dataset in wanted]
    if not goals:
        stop(f"nothing of {' or '.join(f'`{name}`' for name in (*only, *upto))} is stored")
    return goals


def _again(graph: ir.Graph, steps: tuple[str, ...]) -> frozenset[str]:
    """Return the steps of `--from`. A name that is none ends the command."""
    known = [*(each.step for each in graph.datasets if each.made_by != "hidden"), *(each.name for each in graph.stores)]
    for name in steps:
        if name not in known:
            stop(f"no step `{name}`; {did_you_mean(name, known)}")
    return frozenset(steps)


def _with_what_they_read(graph: ir.Graph, names: tuple[str, ...]) -> set[str]:
    from odibi_sql.ir.walk import datasets_read

    wanted = set(names)
    for dataset in reversed(graph.datasets):
        if dataset.name in wanted:
            wanted |= set(datasets_read(dataset.relation))
    return wanted


def _would_run(task: Task) -> None:
    from odibi_sql.cli.compile_command import title

    with findings_shown():
        plan = task.plan
    lines = [f"{plan.pipeline}: would run {len(plan.stages)} stages"]
    for number, stage in enumerate(plan.stages, start=1):
        after = f" (after {', '.join(stage.needs)})" if stage.needs else ""
        lines.append(f"{number:3}. {title(stage)}{after}")
    lines += [f"     {step}: skipped, {reason}" for step, reason in plan.steps_skipped]
    click.echo("\n".join(lines))
