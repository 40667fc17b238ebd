"""`odibi show`: the rows of one dataset."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import click

from odibi_sql import api, ir
from odibi_sql.cli.common import (
    findings_shown,
    hold_spark_options,
    load_pipeline,
    pipeline_options,
    spark_options,
    stop,
    stop_failed,
)
from odibi_sql.cli.exit_codes import FAILED
from odibi_sql.diagnostics import did_you_mean

_ROWS_OF_A_TABLE = 20
_ENDINGS = {".csv": "csv", ".json": "json", ".ndjson": "json", ".jsonl": "json", ".parquet": "parquet", ".txt": "table"}


class Limit(click.ParamType):  # type: ignore[type-arg]
    """A number of rows, or `all`: None."""

    name = "N|all"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "all":
            return "all"
        try:
            count = int(str(value).replace("_", ""))
        except ValueError:
            count = -1
        if count < 0:
            self.fail(f"`{value}` is no number of rows; write one, or `all`", param, ctx)
        return count


@click.command("show")
@pipeline_options
@spark_options
@click.argument("dataset")
@click.option("--limit", type=Limit(), help="At most so many rows: of a table 20 by default, else all.")
@click.option("--format", "format_", type=click.Choice(["table", "csv", "json", "parquet"]), help="Table by default.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="A file instead of standard output.")
def command(
    file: str,
    parameters: tuple[str, ...],
    strict: bool,
    engine: str,
    spark_master: str | None,
    spark_remote: str | None,
    dataset: str,
    limit: int | str | None,
    format_: str | None,
    output: Path | None,
) -> None:
    """Print the rows of DATASET of the pipeline FILE. Nothing is stored.

    Rows come in the order of the dataset's `sort`. Without one, which rows a limit shows is left to chance. On a
    terminal a table is cut to its width; csv, json (an object a line) and parquet have everything.
    """
    hold_spark_options(engine, spark_master, spark_remote)
    kind = format_ or _format_of(output)
    if kind == "parquet" and output is None and sys.stdout.isatty():
        stop("parquet on a terminal is no use; name a file with `-o rows.parquet`")
    most = _ROWS_OF_A_TABLE if kind == "table" and limit is None else None if limit == "all" else limit
    assert not isinstance(most, str)
    # one row more than is shown tells whether there are more
    wanted = None if most is None else most + 1
    table, seen = _rows(file, parameters, strict, dataset, wanted, engine, spark_master, spark_remote)
    shown = table if most is None else table.slice(0, most)
    _write(shown, seen.relation.schema, kind, output)
    if kind == "table" and shown.num_rows < table.num_rows:
        which = "the first" if seen.order else "any"
        click.echo(f"{which} {most} rows, there are more: `--limit N` or `--limit all`", err=True)


def _format_of(output: Path | None) -> str:
    if output is None:
        return "table"
    kind = _ENDINGS.get(output.suffix.lower())
    if kind is None:
        stop(f"the ending of `{output}` names no format; add `--format csv`, `json`, `parquet` or `table`")
    return kind


def _rows(
    file: str,
    parameters: tuple[str, ...],
    strict: bool,
    name: str,
    limit: int | None,
    engine: str,
    spark_master: str | None,
    spark_remote: str | None,
) -> tuple[Any, ir.Dataset]:
    """Return at most `limit` rows of a dataset as an Arrow table. A wrong pipeline or a failed run ends the command."""
    pipeline = load_pipeline(file, parameters)
    with findings_shown():
        graph = api.check(pipeline, strict=strict).graph
        known = [each.name for each in graph.datasets if each.made_by != "hidden"]
        if name not in known:
            stop(f"no dataset `{name}`; {did_you_mean(name, known)}")
        plan = api.compile_graph(api.limited(graph, name, limit), [name], engine)
    from odibi_sql.run import Settings, execute

    settings = Settings(root=pipeline.root, spark_master=spark_master, spark_remote=spark_remote)
    result = execute(plan, settings, None)
    if not result.success:
        stop_failed(result)
    if name not in result.answers:
        stop(f"`{name}` has no rows to show: a step that it needs is skipped by its `when`", FAILED)
    return result.answers[name], graph.dataset(name)


def _write(table: Any, schema: ir.Schema, kind: str, output: Path | None) -> None:
    content = as_parquet(table) if kind == "parquet" else _as_text(table, schema, kind, output).encode()
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        stop(f"cannot write `{output}`: {(error.strerror or str(error)).lower()}", FAILED)


def _as_text(table: Any, schema: ir.Schema, kind: str, output: Path | None) -> str:
    from odibi_sql.cli import rows

    match kind:
        case "csv":
            return rows.as_csv(table, schema)
        case "json":
            return rows.as_json(table, schema)
    width = shutil.get_terminal_size().columns if output is None and sys.stdout.isatty() else None
    text, count = rows.as_table(table, schema, width)
    if count < len(schema):
        click.echo(f"{count} of {len(schema)} columns fit the terminal; `--format csv` has all", err=True)
    return text


def as_parquet(table: Any) -> bytes:
    """Return the rows as a Parquet file."""
    import io

    import pyarrow.parquet

    buffer = io.BytesIO()
    try:
        pyarrow.parquet.write_table(table, buffer)
    except pyarrow.ArrowNotImplementedError:
        stop("parquet has no duration; `--format csv` and `--format json` write it as text", FAILED)
    return buffer.getvalue()
