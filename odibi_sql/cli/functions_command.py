"""`odibi functions`: the catalogue."""

from __future__ import annotations

import click

from odibi_sql.cli.common import stop
from odibi_sql.diagnostics import did_you_mean


@click.command("functions")
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """Describe the function NAME, with its types and examples; without NAME, list them all."""
    from odibi_sql.functions import describe, lookup, names

    if name is None:
        click.echo(_listing())
        return
    function = lookup(name)
    if function is None:
        stop(f"no function `{name}`; {did_you_mean(name, names())}")
    click.echo(describe(function).rstrip())


def _listing() -> str:
    """Return a line for each function, group by group."""
    from odibi_sql.functions import CATALOGUE, signature, summary
    from odibi_sql.functions.reference import TITLES

    width = 36  # of what most signatures need; a longer one pushes its summary to the right
    parts = []
    for group, title in TITLES.items():
        functions = [each for each in CATALOGUE.values() if each.group == group]
        parts.append("\n".join([title, *(f"  {signature(each).ljust(width)}  {summary(each)}" for each in functions)]))
    return "\n\n".join(parts)
