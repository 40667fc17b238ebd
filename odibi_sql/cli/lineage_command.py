"""`odibi lineage`: of which source columns a column is made, and what breaks where it changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from odibi_sql import api
from odibi_sql.cli.common import findings_shown, load_pipeline, pipeline_options, stop
from odibi_sql.diagnostics import did_you_mean

if TYPE_CHECKING:
    from odibi_sql.lineage import Lineage, Ref


@click.command("lineage")
@pipeline_options
@click.argument("of", metavar="[DATASET[.COLUMN]]", required=False)
@click.option("--up", is_flag=True, help="What it is made of; this is what is told where nothing else is asked for.")
@click.option("--down", is_flag=True, help="What changes, or breaks, where it changes.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    file: str, parameters: tuple[str, ...], strict: bool, of: str | None, up: bool, down: bool, as_json: bool
) -> None:
    """Tell of which columns of the sources of FILE a column is made, by which expressions, in which steps.

    A column matters by its value (identity, transformation, aggregation), or decides which value or which rows there
    are (conditional, window, filter, join, group by, sort). Without a name, all datasets are told in short. Nothing
    runs.
    """
    from odibi_sql.cli import lineage_json, lineage_words

    pipeline = load_pipeline(file, parameters)
    with findings_shown():
        lineage = api.lineage(pipeline, strict=strict)
    if of is None:
        if up or down:
            stop("`--up` and `--down` are of one dataset or column: name it behind the file")
        click.echo(_json(lineage_json.whole(lineage)) if as_json else lineage_words.whole(lineage))
        return
    ref = _named(lineage, of)
    if as_json:
        click.echo(_json(lineage_json.one(lineage, ref, up=up or not down, down=down)))
        return
    told = [lineage_words.head(lineage, ref)]
    told += lineage_words.above(lineage, ref) if up or not down else []
    told += lineage_words.below(lineage, ref) if down else []
    click.echo("\n\n".join(told))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _named(lineage: Lineage, name: str) -> Ref:
    """Return what a name stands for: a dataset, a column of one, a column of a source. Else the command ends."""
    from odibi_sql.lineage import Ref

    if name in lineage.datasets:
        return Ref(name)
    splits = [(name[:place], name[place + 1 :]) for place, character in enumerate(name) if character == "."]
    for dataset, column in splits:
        if dataset in lineage.datasets and column in lineage.datasets[dataset].columns:
            return Ref(dataset, column)
        if dataset in lineage.sources and column in lineage.sources[dataset].schema:
            return Ref(dataset, column, is_source=True)
    for dataset, column in splits:
        if dataset in lineage.datasets:
            stop(f"no column `{column}` in `{dataset}`; {did_you_mean(column, lineage.datasets[dataset].columns)}")
    dataset = splits[0][0] if splits else name
    return stop(f"no dataset `{dataset}` in `{lineage.pipeline}`; {did_you_mean(dataset, lineage.datasets)}")
