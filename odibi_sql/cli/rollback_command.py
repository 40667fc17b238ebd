"""`odibi rollback`: the version before of a store."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import click

from odibi_sql import api, ir
from odibi_sql.cli.common import findings_shown, load_pipeline, pipeline_options, stop, stop_for
from odibi_sql.cli.exit_codes import FAILED
from odibi_sql.diagnostics import did_you_mean
from odibi_sql.objects import is_object

if TYPE_CHECKING:
    from pathlib import Path

    from odibi_sql.run.stores.ledger import TargetRecord


@click.command("rollback")
@pipeline_options
@click.argument("step")
def command(file: str, parameters: tuple[str, ...], strict: bool, step: str) -> None:
    """Put back what STEP stored in FILE before the last time: a dataset that is stored, or `store NAME`.

    In one step: a reader sees the one version or the other. Called again, it puts the newer one back.
    """
    pipeline = load_pipeline(file, parameters)
    with findings_shown():
        graph = api.check(pipeline, strict=strict).graph
    store = _store(graph, step)
    if store.target.is_folder and is_object(store.target.path):
        stop(f"`{store.target.path}` is added to, an object in each run: no version before of it is kept", FAILED)
    record = _rolled_back(pipeline.root, store.target.path)
    click.echo(f"`{store.target.path}` is as it was stored {_told(record)}")


def _store(graph: ir.Graph, step: str) -> ir.Store:
    found = [store for store in graph.stores if step in (store.name, store.dataset)]
    exact = [store for store in found if store.name == step]
    if len(found) > 1 and not exact:
        named = ", ".join(f'"{store.name}"' for store in found)
        stop(f"`{step}` is stored {len(found)} times; say which is meant: {named}")
    if not found:
        stop(f"nothing stores `{step}`; {did_you_mean(step, [store.dataset for store in graph.stores])}")
    return (exact or found)[0]


def _rolled_back(root: Path, path: str) -> TargetRecord:
    from odibi_sql.run.engines.engine import EngineProblem
    from odibi_sql.run.state.database import StateProblem
    from odibi_sql.run.stores.ledger import ledger_of
    from odibi_sql.run.stores.object_rollback import rollback_object
    from odibi_sql.run.stores.pending import roll_forward
    from odibi_sql.run.stores.rollback import rollback

    try:
        with ledger_of(root, None) as ledger:
            for warning in roll_forward(ledger):
                click.echo(f"warning: {warning}", err=True)
            if is_object(path):
                return rollback_object(ledger, path)
            return rollback(ledger, path, (root / path).resolve())
    except (EngineProblem, StateProblem) as problem:
        stop_for(problem, FAILED)
    except OSError as error:
        stop(f"`{path}` cannot be rolled back: {(error.strerror or str(error)).lower()}", FAILED)


def _told(record: TargetRecord) -> str:
    at = datetime.datetime.fromtimestamp(record.at, datetime.UTC)
    by = f" by run {record.run}" if record.run else "" if record.stage else ", not by this project"
    return f"{at:%Y-%m-%d %H:%M:%S} UTC{by}"
