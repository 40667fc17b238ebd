"""`odibi docs`: a project as a static site."""

from __future__ import annotations

from pathlib import Path

import click

from odibi_sql.cli.common import findings_shown, stop, stop_for
from odibi_sql.cli.exit_codes import FAILED


@click.command("docs")
@click.argument("places", nargs=-1, type=click.Path(path_type=Path, exists=True), metavar="[FILE|FOLDER]…")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), default=Path("site"), help="The folder to write; `site`."
)
@click.option("--title", metavar="TEXT", help="What the project is called; without it, as its folder is.")
@click.option("--param", "-p", "parameters", multiple=True, metavar="NAME=VALUE", help="A value for a parameter.")
def command(places: tuple[Path, ...], output: Path, title: str | None, parameters: tuple[str, ...]) -> None:
    """Write a site of pipelines: those of the files and folders named, or of the folder that the command is called in.

    A page for each, with its picture, its datasets, their columns with types and of which others they are made, rules,
    tests, the text, and how many rows the last run gave. Nothing runs. The pages need no server, script or network.
    """
    from odibi_sql.site import SiteProblem, documented, pages_of, pipelines_in, write_site

    for each in parameters:
        if "=" not in each:
            stop(f"`{each}` is no parameter; write it as `--param NAME=VALUE`")
    root = Path()
    files = [file for place in places or (root,) for file in ([place] if place.is_file() else pipelines_in(place))]
    files = [each for each in dict.fromkeys(files) if not each.resolve().is_relative_to(output.resolve())]
    if not files:
        stop(f"no pipeline is in {' or '.join(f'`{each}`' for each in places or (root.resolve(),))}")
    found = []
    for file in files:
        with findings_shown():
            found.append(documented(file, root, parameters))
    try:
        write_site(output, pages_of(title or root.resolve().name or "pipelines", found))
    except SiteProblem as problem:
        stop_for(problem)
    except OSError as error:
        stop(f"cannot write `{output}`: {(error.strerror or str(error)).lower()}", FAILED)
    click.echo(output / "index.html")
