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
    table, types = _rows(file, parameters, strict, dataset, most)
    _write(table, types, kind, output)
    if kind == "table" and limit is None and table.num_rows == most:
        click.echo(f"the first {most} rows; `--limit N` shows more", err=True)


def _format_of(output: Path | None) -> str:
    endings = {".csv": "csv", ".json": "json", ".ndjson": "json", ".parquet": "parquet"}
    return endings.get(output.suffix, "table") if output else "table"


def _rows(
    file: str, parameters: tuple[str, ...], strict: bool, dataset: str, limit: int | None
) -> tuple[Any, list[str]]:
    """Return the rows as an Arrow table, at most `limit`, and the types of its columns in the language's words.

    A wrong pipeline or a failed run ends the command.
    """
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
    if dataset not in result.answers:
        stop(f"`{dataset}` has no rows to show: a step that it needs is skipped by its `when`", FAILED)
    return result.answers[dataset], [str(field.type) for field in graph.dataset(dataset).relation.schema]


def _write(table: Any, types: list[str], kind: str, output: Path | None) -> None:
    content = as_parquet(table) if kind == "parquet" else _as_text(table, types, kind).encode()
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        stop(f"cannot write `{output}`: {(error.strerror or str(error)).lower()}")


def _as_text(table: Any, types: list[str], kind: str) -> str:
    match kind:
        case "csv":
            return as_csv(table)
        case "json":
            return as_json(table)
    return as_table(table, types)


def as_parquet(table: Any) -> bytes:
    """Return the rows as a Parquet file."""
    import io

    import pyarrow.parquet

    buffer = io.BytesIO()
    try:
        pyarrow.parquet.write_table(table, buffer)
    except pyarrow.ArrowNotImplementedError:
        stop("a duration cannot be shown as parquet; `--format csv` and `--format json` write it as text", FAILED)
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


def as_table(table: Any, types: list[str]) -> str:
    """Return columns of aligned text with their types under their names."""
    columns = []
    for name, type_, values in zip(table.column_names, types, _columns(table), strict=True):
        cells = ["null" if value is None else _text(value).replace("\n", "\\n") for value in values]
        width = max(len(cell) for cell in [name, type_, *cells])
        is_number = any(type_.startswith(kind) for kind in ("int", "float", "decimal"))
        columns.append(
            [cell.rjust(width) if is_number else cell.ljust(width) for cell in [name, type_, "-" * width, *cells]]
        )
    return "".join("  ".join(cells).rstrip() + "\n" for cells in zip(*columns, strict=True))


def _columns(table: Any) -> list[list[Any]]:
    return [[_with_durations_as_text(value) for value in column.to_pylist()] for column in table.columns]


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


def _with_durations_as_text(value: Any) -> Any:
    """Return a value with the durations in it as text: `1 day 2 hours`, `0 seconds`."""
    match value:
        case list():
            return [_with_durations_as_text(each) for each in value]
        case dict():
            return {name: _with_durations_as_text(each) for name, each in value.items()}
    if hasattr(value, "nanoseconds"):
        return _duration(value.months, value.days, value.nanoseconds // 1000)
    return value


def _duration(months: int, days: int, microseconds: int) -> str:
    sign, rest = (-1 if microseconds < 0 else 1), abs(microseconds)
    hours, minutes, seconds = rest // 3_600_000_000, rest // 60_000_000 % 60, rest % 60_000_000
    whole = seconds // 1_000_000
    parts = {"month": months, "day": days, "hour": sign * hours, "minute": sign * minutes}
    text = [f"{count} {unit}" if count == 1 else f"{count} {unit}s" for unit, count in parts.items() if count]
    if seconds or not text:
        fraction = f".{seconds % 1_000_000:06}".rstrip("0").rstrip(".")
        number = f"{'-' if sign < 0 else ''}{whole}{fraction}"
        text.append(f"{number} second{'' if number == '1' else 's'}")
    return " ".join(text)
