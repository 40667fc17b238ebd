"""Where a value that did not fit stands: file and line, looked for after the failure."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from odibi_sql.ir import FileGroup, FileSource
from odibi_sql.run.engines.bind import all_text, named, quoted
from odibi_sql.sources.files import open_text, option_of

_MOST_BYTES = 2**30  # of a larger file the line is not looked for


def place_of(
    cursor: Any, readers: Iterable[str], sources: Iterable[FileSource], column: str, value: str, root: Path
) -> str:
    """Return "`file` line 7", or what of it can be found ("" where nothing can)."""
    import duckdb

    for reader in readers:
        query = f"SELECT filename FROM {reader[:-1]}, filename = true) WHERE {named(column)} = {quoted(value)} LIMIT 1"
        try:
            row = cursor.execute(all_text(query)).fetchone()
        except duckdb.Error:
            continue
        if row is not None:
            return _place(Path(row[0]), sources, column, value, root)
    return ""


def not_utf8(sources: Iterable[FileSource], root: Path) -> str | None:
    """Return "`file` line 7": the first text of the sources that is not UTF-8, or None."""
    for source in sources:
        if source.format == "parquet" or option_of(source.options, "encoding", "utf-8") != "utf-8":
            continue
        for group in source.groups:
            for file, path in zip(group.files, group.paths, strict=True):
                line = _not_utf8_line(root / path, str(option_of(source.options, "compression", "auto")))
                if line is not None:
                    return f"`{file}` line {line}"
    return None


def _not_utf8_line(path: Path, compression: str) -> int | None:
    try:
        with open_text(path, compression, "latin-1") as text:
            for number, line in enumerate(text, 1):
                try:
                    line.encode("latin-1").decode()
                except UnicodeError:
                    return number
    except (OSError, EOFError):
        return None
    return None


def _place(path: Path, sources: Iterable[FileSource], column: str, value: str, root: Path) -> str:
    for source in sources:
        for group in source.groups:
            for file, place in zip(group.files, group.paths, strict=True):
                if root / place == path:
                    line = _line(path, source, group, column, value)
                    return f"`{file}`" if line is None else f"`{file}` line {line}"
    return f"`{path}`"


def _line(path: Path, source: FileSource, group: FileGroup, column: str, value: str) -> int | None:
    if path.stat().st_size > _MOST_BYTES:
        return None
    encoding = str(option_of(source.options, "encoding", "utf-8"))
    try:
        with open_text(path, str(option_of(source.options, "compression", "auto")), encoding) as text:
            find = _csv_line if source.format == "csv" else _json_line
            return find(text, source, group, column, value)
    except (OSError, UnicodeError, csv.Error):
        return None


def _csv_line(text: Any, source: FileSource, group: FileGroup, column: str, value: str) -> int | None:
    skip = int(option_of(source.options, "skip", 0))
    quote, escape = str(option_of(source.options, "quote", '"')), str(option_of(source.options, "escape", '"'))
    lines: list[str] = []
    record = (lines.append(line) or line for line in islice(text, skip, None))  # type: ignore[func-returns-value]
    reader = csv.reader(
        record,
        delimiter=str(option_of(source.options, "delimiter", ",")),
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        escapechar=None if escape in ("", quote) else escape,
        doublequote=escape in ("", quote),
    )
    place, before = group.header.index(column), skip
    for cells in reader:
        if place < len(cells) and cells[place] == value and (value or quote * 2 in "".join(lines)):
            return before + 1
        lines.clear()
        before = skip + reader.line_num
    return None


def _json_line(text: Any, source: FileSource, group: FileGroup, column: str, value: str) -> int | None:
    for number, line in enumerate(text, 1):
        try:
            found = json.loads(line.strip().strip(","), parse_float=str, parse_int=str)
        except ValueError:
            continue
        if isinstance(found, dict) and str(found.get(column)) == value:
            return number
    return None
