"""`odibi functions`: the catalogue."""

from __future__ import annotations

import click

from odibi_sql.cli.common import stop
from odibi_sql.diagnostics import did_you_mean


@click.command("functions")
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """Describe the function NAME, with its types and examples; without NAME, list them all."""
    from odibi_sql.functions import lookup, names
    from odibi_sql.functions.reference import describe, listing

    if name is None:
        click.echo(listing())
        return
    function = lookup(name)
    if function is None:
        stop(f"no function `{name}`; {did_you_mean(name, names())}")
    click.echo(describe(function))
