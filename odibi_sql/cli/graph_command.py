"""`odibi graph`: the steps of a pipeline as a picture."""

from __future__ import annotations

from pathlib import Path

import click

from odibi_sql import api
from odibi_sql.cli.common import findings_shown, load_pipeline, pipeline_options, stop
from odibi_sql.cli.exit_codes import FAILED

_ENDINGS = {".svg": "svg", ".dot": "dot", ".gv": "dot", ".mmd": "mermaid", ".mermaid": "mermaid"}


@click.command("graph")
@pipeline_options
@click.option(
    "--format",
    "kind",
    type=click.Choice(["svg", "dot", "mermaid"]),
    help="As what; else as the name of the file ends, else as SVG.",
)
@click.option("--columns", is_flag=True, help="Show the columns of every dataset.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="The file to write, instead of printing.")
def command(
    file: str, parameters: tuple[str, ...], strict: bool, kind: str | None, columns: bool, output: Path | None
) -> None:
    """Draw the steps of the pipeline FILE: who reads whom, layer by layer, with their columns and checks.

    The SVG needs nothing else: it is laid out here, and is light or dark as its reader is. Nothing runs.
    """
    from odibi_sql.draw import as_dot, as_mermaid, draw, picture_of

    pipeline = load_pipeline(file, parameters)
    chosen = kind or _by_ending(output)
    with findings_shown():
        picture = picture_of(api.check(pipeline, strict=strict).graph)
    match chosen:
        case "dot":
            text = as_dot(picture, columns=columns)
        case "mermaid":
            text = as_mermaid(picture, columns=columns)
        case _:
            text = draw(picture, columns=columns)
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        stop(f"cannot write `{output}`: {(error.strerror or str(error)).lower()}", FAILED)


def _by_ending(output: Path | None) -> str:
    if output is None:
        return "svg"
    found = _ENDINGS.get(output.suffix.lower())
    if found is None:
        stop(f"the ending of `{output}` names no format; add `--format svg`, `--format dot` or `--format mermaid`")
    return found
