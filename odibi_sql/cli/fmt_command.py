"""`odibi fmt`: pipelines in the one layout."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from odibi_sql.cli.common import findings_shown, stop
from odibi_sql.diagnostics import Source


@click.command("fmt")
@click.argument("files", nargs=-1, required=True, type=click.Path(), metavar="FILE…")
@click.option("--check", "only_check", is_flag=True, help="Change nothing; exit code 1 where a file would change.")
@click.option("--diff", "show_diff", is_flag=True, help="Change nothing; print what would change.")
def command(files: tuple[str, ...], only_check: bool, show_diff: bool) -> None:
    """Lay out the pipelines FILE… in the one style; `-` is standard input, to standard output."""
    changed = [file for file in files if _format(file, only_check or show_diff, show_diff)]
    if only_check and changed:
        raise click.exceptions.Exit(1)


def _format(file: str, keep: bool, show_diff: bool) -> bool:
    from odibi_sql.syntax.format import format_source

    source = _read(file)
    with findings_shown():
        formatted = format_source(source)
    if file == "-" and not keep:
        click.echo(formatted, nl=False)
        return False
    if formatted == source.text:
        return False
    if show_diff:
        click.echo(_difference(file, source.text, formatted), nl=False)
    elif keep:
        click.echo(f"{file}: would be formatted")
    else:
        _replace(Path(file), formatted)
        click.echo(f"{file}: formatted")
    return True


def _read(file: str) -> Source:
    from odibi_sql.syntax.parse import decode_source, read_source

    with findings_shown():
        if file == "-":
            return decode_source("<stdin>", sys.stdin.buffer.read())
        try:
            return read_source(Path(file))
        except OSError as error:
            stop(f"cannot read `{file}`: {(error.strerror or str(error)).lower()}")


def _replace(path: Path, text: str) -> None:
    """Write the file whole: beside it first, then in its place."""
    new = path.with_name(f".{path.name}.odibi-new")
    new.write_text(text, encoding="utf-8")
    new.chmod(path.stat().st_mode)
    new.replace(path)


def _difference(file: str, old: str, new: str) -> str:
    from difflib import unified_diff

    return "".join(unified_diff(old.splitlines(True), new.splitlines(True), file, f"{file} (formatted)"))
