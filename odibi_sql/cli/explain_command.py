"""`odibi explain`: an error kind at length."""

from __future__ import annotations

import inspect

import click

from odibi_sql.cli.common import stop
from odibi_sql.diagnostics import KINDS, Diagnostic, did_you_mean
from odibi_sql.diagnostics.index import load_kinds


@click.command("explain")
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """Explain an error CODE, with a pipeline that has it and the same one mended; without CODE, list all."""
    load_kinds()
    if code is None:
        click.echo(_listing())
        return
    kind = KINDS.get(code.strip("[]").lower())
    if kind is None:
        stop(f"no error code `{code}`; {did_you_mean(code, KINDS)}")
    click.echo(_page(kind))


def _listing() -> str:
    width = max(map(len, KINDS))
    lines = []
    for code, kind in sorted(KINDS.items()):
        summary = (inspect.getdoc(kind) or "").partition("\n")[0]
        lines.append(f"{code.ljust(width)}  {summary}")
    return "\n".join(lines)


def _page(kind: type[Diagnostic]) -> str:
    sections = [f"{kind.code} ({kind.severity})", inspect.getdoc(kind) or ""]
    if kind.wrong:
        sections.append(f"wrong:\n\n{_indented(kind.wrong)}")
    if kind.right:
        sections.append(f"right:\n\n{_indented(kind.right)}")
    return "\n\n".join(sections)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in inspect.cleandoc(text).split("\n"))
