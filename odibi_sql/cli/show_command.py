"""`odibi show`: the rows of one dataset."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from odibi_sql import api
from odibi_sql.cli.common import findings_shown, load_pipeline, pipeline_options, stop
from odibi_sql.cli.exit_codes import FAILED
from odibi_sql.diagnostics import did_you_mean


@click.command("show")
@pipeline_options
@click.argument("dataset")
@click.option("--limit", type=click.IntRange(min=0), help="How many rows; of a table 20 by default, else all.")
@click.option("--format", "format_", type=click.Choice(["table", "csv", "json", "parquet"]), help="Table by default.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="A file instead of standard output.")
def command(
    file: str,
    parameters: tuple[str, ...],
    strict: bool,
    dataset: str,
    limit: int | None,
    format_: str | None,
    output: Path | None,
) -> None:
    """Print the rows of DATASET of the pipeline FILE. Nothing is stored."""
    kind = format_ or _format_of(output)
    if kind == "parquet" and output is None and sys.stdout.isatty():
        stop("parquet on a terminal is no use; name a file with `-o rows.parquet`")
    most = 20 if kind == "table" and limit is None else limit
    table = _rows(file, parameters, strict, dataset, most)
    _write(table, kind, output)
    if kind == "table" and limit is None and table.num_rows == most:
        click.echo(f"the first {most} rows; `--limit N` shows more", err=True)


def _format_of(output: Path | None) -> str:
    endings = {".csv": "csv", ".json": "json", ".ndjson": "json", ".parquet": "parquet"}
    return endings.get(output.suffix, "table") if output else "table"


def _rows(file: str, parameters: tuple[str, ...], strict: bool, dataset: str, limit: int | None) -> Any:
    """Return the rows as an Arrow table, at most `limit`. A wrong pipeline or a failed run ends the command."""
    pipeline = load_pipeline(file, parameters)
    with findings_shown():
        graph = api.check(pipeline, strict=strict).graph
        known = [each.name for each in graph.datasets if each.made_by != "hidden"]
        if dataset not in known:
            stop(f"no dataset `{dataset}`; {did_you_mean(dataset, known)}")
        plan = api.compile_graph(api.limited(graph, dataset, limit), [dataset])
    from odibi_sql.run import Settings, execute

    result = execute(plan, Settings(root=pipeline.root), None)
    if not result.success:
        stop("\n".join(problem.message for problem in result.problems), FAILED)
    return result.answers[dataset]


def _write(table: Any, kind: str, output: Path | None) -> None:
    text = {"table": as_table, "csv": as_csv, "json": as_json}
    content = as_parquet(table) if kind == "parquet" else text[kind](table).encode()
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        stop(f"cannot write `{output}`: {(error.strerror or str(error)).lower()}")


def as_parquet(table: Any) -> bytes:
    """Return the rows as a Parquet file."""
    import io

    import pyarrow.parquet

    buffer = io.BytesIO()
    pyarrow.parquet.write_table(table, buffer)
    return buffer.getvalue()


def as_csv(table: Any) -> str:
    """Return the rows as CSV with a header; null is nothing between two commas, the empty text is `""`."""
    lines = [",".join(_quoted(name) for name in table.column_names)]
    lines += [",".join("" if value is None else _quoted(_text(value)) for value in row) for row in _values(table)]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    needs = not text or any(each in text for each in '",\n\r')
    return '"' + text.replace('"', '""') + '"' if needs else text


def as_json(table: Any) -> str:
    """Return one JSON object a line."""
    import json

    names = table.column_names
    lines = [
        json.dumps(dict(zip(names, row, strict=True)), default=_text, ensure_ascii=False) for row in _values(table)
    ]
    return "".join(f"{line}\n" for line in lines)


def as_table(table: Any) -> str:
    """Return columns of aligned text with their types under their names."""
    columns = []
    for name, type_, values in zip(table.column_names, _type_names(table), _columns(table), strict=True):
        cells = ["null" if value is None else _text(value).replace("\n", "\\n") for value in values]
        width = max(len(cell) for cell in [name, type_, *cells])
        is_number = any(type_.startswith(kind) for kind in ("int", "float", "double", "decimal"))
        columns.append(
            [cell.rjust(width) if is_number else cell.ljust(width) for cell in [name, type_, "-" * width, *cells]]
        )
    return "".join("  ".join(cells).rstrip() + "\n" for cells in zip(*columns, strict=True))


def _type_names(table: Any) -> list[str]:
    return [
        str(field.type).replace("timestamp[us]", "timestamp").replace("double", "float64") for field in table.schema
    ]


def _columns(table: Any) -> list[list[Any]]:
    return [column.to_pylist() for column in table.columns]


def _values(table: Any) -> Any:
    return zip(*_columns(table), strict=True) if table.num_columns else iter(())


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | dict):
        import json

        return json.dumps(value, default=_text, ensure_ascii=False)
    return str(value)
