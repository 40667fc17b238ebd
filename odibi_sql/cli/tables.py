"""Tables and moments as commands print them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import click


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]], right: set[int]) -> None:
    """Print aligned columns; those of `right` end under each other."""
    widths = [max(len(row[place]) for row in (heads, *rows)) for place in range(len(heads))]
    for row in (heads, *rows):
        cells = [
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        click.echo("  ".join(cells).rstrip())


def one_line(text: str) -> str:
    """Return a text without the ends of its lines."""
    return " ".join(text.splitlines())


def time_of(moment: datetime.datetime | None) -> str:
    """Return `2026-11-26 13:55:30`."""
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"
