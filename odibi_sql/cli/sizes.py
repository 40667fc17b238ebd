"""Sizes, lengths of time and places on the command line: `4GB`, `30d`; what is said by them of what is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from odibi_sql.objects import ObjectProblem, is_object, parse

if TYPE_CHECKING:
    from odibi_sql.run import Settings

_SIZE = re.compile(r"(\d+(?:\.\d+)?) *(?:([KMGT])(i?))?B", re.IGNORECASE)
_TIME = re.compile(r"(\d+) *(?:(h|hours?)|(d|days?)|(w|weeks?))", re.IGNORECASE)
_SECONDS = (3600.0, 86400.0, 604800.0)


def size(ctx: click.Context, option: click.Parameter, text: str | None) -> str | None:
    """Return a size as an engine takes it: `4GB`, `80%`."""
    if text is None or _SIZE.fullmatch(text) or re.fullmatch(r"\d+%", text):
        return text
    raise click.BadParameter(f"`{text}` is no size; write it as `4GB`", ctx, option)


def bytes_of(ctx: click.Context, option: click.Parameter, text: str | None) -> int | None:
    """Return a size as a number of bytes: `4GB`, `512 MiB`."""
    found = _SIZE.fullmatch(text) if text is not None else None
    if found is None:
        if text is None:
            return None
        raise click.BadParameter(f"`{text}` is no size; write it as `4GB`", ctx, option)
    power = " KMGT".index(found[2].upper()) if found[2] else 0
    return int(float(found[1]) * (1024 if found[3] else 1000) ** power)


def seconds_of(ctx: click.Context, option: click.Parameter, text: str | None) -> float | None:
    """Return a length of time in seconds: `30d`, `12 hours`, `2 weeks`."""
    found = _TIME.fullmatch(text) if text is not None else None
    if found is None:
        if text is None:
            return None
        raise click.BadParameter(f"`{text}` is no length of time; write it as `30d`, `12h`, `2 weeks`", ctx, option)
    unit = next(seconds for seconds, word in zip(_SECONDS, found.groups()[1:], strict=True) if word)
    return int(found[1]) * unit


def location(ctx: click.Context, option: click.Parameter, text: str | None) -> str | None:
    """Return a location in an object store, or None where none is said."""
    if not text:
        return None
    if not is_object(text):
        raise click.BadParameter(f"`{text}` is no place in an object store, such as `s3://BUCKET/KEY`", ctx, option)
    try:
        parse(text)
    except ObjectProblem as problem:
        raise click.BadParameter(f"{problem.reason}; {problem.hint}", ctx, option) from problem
    return text


def kept_as_asked(settings: Settings, asked: dict[str, Any]) -> Settings:
    """Return settings with what is said of what is kept; None: nothing is said."""
    return replace(settings, **{name: value for name, value in asked.items() if value is not None})
