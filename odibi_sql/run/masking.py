"""Messages without values, for stages that read what is sensitive."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from odibi_sql.plan import Stage, Write

_QUOTED = re.compile(r"`[^`]*`|'[^']*'|\"[^\"]*\"")
_LINE = re.compile(r"(are wanted|does not fit|is no JSON): .*", re.DOTALL)  # what follows is out of a file
_NUMBER = re.compile(r"(?<!line )(?<![\w`])-?\d[\w.,:/+-]*")
MASK = "…"


def without_values(message: str, stage: Stage) -> str:
    """Return a message in which nothing is quoted but names, and no number is left but that of a line."""
    known = frozenset(_names(stage))
    text = _LINE.sub(r"\1", message)
    parts, end = [], 0
    for found in _QUOTED.finditer(text):
        quoted = found[0]
        parts.append(_NUMBER.sub(MASK, text[end : found.start()]))
        parts.append(quoted if quoted[1:-1] in known else f"{quoted[0]}{MASK}{quoted[-1]}")
        end = found.end()
    return "".join([*parts, _NUMBER.sub(MASK, text[end:])])


def _names(stage: Stage) -> Iterator[str]:
    """Give what a message may name: columns, steps, files."""
    yield from (stage.name, *stage.steps, *stage.needs, *stage.schema.names)
    if isinstance(stage, Write):
        yield stage.target.path
    for source in stage.sources:
        yield from source.columns.names
        for group in source.groups:
            yield from group.files
            yield from _of(group.pattern)
    for view in stage.views:
        yield view.name


def _of(pattern: str | None) -> Iterable[str]:
    return () if pattern is None else (pattern,)
