"""`odibi metrics`: the numbers of the runs that a project remembers."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from odibi_sql.cli.common import root_option, size_of, stop, stop_for
from odibi_sql.cli.exit_codes import FAILED
from odibi_sql.cli.state import state_of
from odibi_sql.cli.tables import print_table, time_of

if TYPE_CHECKING:
    from odibi_sql.metrics import RunMetrics

_ADDRESS = re.compile(r"(?:(?P<host>\[[^\]]+\]|[^:\[\]]*):)?(?P<port>\d{1,5})")


@click.command("metrics")
@click.option("--pipeline", metavar="NAME", help="Only the runs of this pipeline.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="So many runs at most.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: each run with its stages.")
@click.option("--prometheus", "as_text", is_flag=True, help="Print the totals of all runs, as Prometheus reads them.")
@click.option(
    "--serve",
    metavar="[HOST:]PORT",
    help="Answer Prometheus at http://HOST:PORT/metrics, until Ctrl-C; on this machine alone where no HOST is named.",
)
@root_option("The folder of the project, where its pipelines are")
def command(pipeline: str | None, limit: int, as_json: bool, as_text: bool, serve: str | None, root: Path) -> None:
    """Print what the runs of the project took and gave, the newest first.

    Totals count each run that is over once, and keep counting it when its record is forgotten.
    """
    if sum((as_json, as_text, serve is not None)) > 1:
        stop("`--json`, `--prometheus` and `--serve` exclude each other")
    if serve is not None:
        _serve(root, serve, pipeline)
    elif as_text:
        _print_text(root, pipeline)
    else:
        _print_runs(root, pipeline, limit, as_json=as_json)


def _print_runs(root: Path, pipeline: str | None, limit: int, *, as_json: bool) -> None:
    from odibi_sql.metrics.report import json_of, runs_of

    with state_of(root) as database:
        found = runs_of(root, database, pipeline, limit)
    if as_json:
        click.echo(json_of(found))
        return
    heads = ("run", "pipeline", "status", "started (UTC)", "seconds", "rows", "stored", "cached", "tries", "failed")
    print_table((*heads, "memory", "spilled"), [_row(each) for each in found], right=set(range(4, 12)))


def _row(run: RunMetrics) -> tuple[str, ...]:
    return (
        run.run,
        run.pipeline,
        run.status,
        time_of(run.started),
        "" if run.seconds is None else f"{run.seconds:.2f}",
        f"{run.rows:,}",
        size_of(run.written_bytes),
        f"{run.cache_hits}/{run.cache_hits + run.cache_misses}",
        str(sum(each.attempts for each in run.stages)),
        str(run.failures),
        "" if run.memory_bytes is None else size_of(run.memory_bytes),
        size_of(run.spilled_bytes),
    )


def _print_text(root: Path, pipeline: str | None) -> None:
    from odibi_sql.metrics import MetricsProblem, text_of, totals_of
    from odibi_sql.run.state.database import StateProblem

    with state_of(root):
        pass
    try:
        click.echo(text_of(totals_of(root), pipeline), nl=False)
    except (MetricsProblem, StateProblem) as problem:
        stop_for(problem, FAILED)


def _serve(root: Path, address: str, pipeline: str | None) -> None:
    if pipeline is not None:
        stop("`--serve` answers with all pipelines; Prometheus can drop what it does not want")
    found = _ADDRESS.fullmatch(address)
    if found is None or int(found["port"]) > 65535:
        stop(f"`{address}` is no address", hint="write it as `9478`, `0.0.0.0:9478` or `[::1]:9478`")
    from odibi_sql.metrics.server import LOOPBACK, serving
    from odibi_sql.metrics.totals import MetricsProblem

    host = (found["host"] or LOOPBACK).strip("[]")
    try:
        with serving(root, host, int(found["port"])) as server, suppress(KeyboardInterrupt):
            shown = f"[{host}]" if ":" in host else host
            click.echo(f"http://{shown}:{server.server_port}/metrics")
            server.serve_forever()
    except MetricsProblem as problem:
        stop_for(problem)
