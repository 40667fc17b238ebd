"""Rows as text: JSON, CSV and tables, value by value as the type of its column says."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

from odibi_sql import ir
from odibi_sql.run.texts import json_of, text_of, values_of

_LONGEST_CELL = 60  # characters, where a table has to fit a terminal


def as_json(table: Any, schema: ir.Schema) -> str:
    """Return one JSON object a line, as a store to ndjson has them.

    A decimal keeps all its digits; NaN and the infinities, which JSON lacks, are the texts "NaN", "Infinity" and
    "-Infinity"; a map is an object; bytes are hexadecimal text.
    """
    names = [json.dumps(name, ensure_ascii=False) for name in schema.names]
    types = [field.type for field in schema]
    lines = (
        ", ".join(f"{name}: {json_of(value, type_)}" for name, value, type_ in zip(names, row, types, strict=True))
        for row in _values(table)
    )
    return "".join(f"{{{line}}}\n" for line in lines)


def as_csv(table: Any, schema: ir.Schema) -> str:
    """Return the rows as CSV with a header; null is nothing between two commas, the empty text is `""`."""
    types = [field.type for field in schema]
    lines = [",".join(map(_quoted, schema.names))]
    for row in _values(table):
        cells = zip(row, types, strict=True)
        lines.append(",".join("" if value is None else _quoted(text_of(value, type_)) for value, type_ in cells))
    return "".join(f"{line}\n" for line in lines)


def _quoted(text: str) -> str:
    needs = not text or any(each in text for each in '",\n\r')
    return '"' + text.replace('"', '""') + '"' if needs else text


def as_table(table: Any, schema: ir.Schema, width: int | None = None) -> tuple[str, int]:
    """Return columns of aligned text with their types under their names, and how many of the columns fit.

    `width`: of the terminal; columns that do not fit into it are left out, long cells cut. None: all there is.
    """
    shown: list[list[str]] = []
    used = 0
    for field, column in zip(schema, table.columns, strict=True):
        cells = _cells(field, values_of(column), cut=width is not None)
        used += _width_of(cells[0]) + 2
        if width is not None and shown and used - 2 > width:
            break
        shown.append(cells)
    return "".join("  ".join(cells).rstrip() + "\n" for cells in zip(*shown, strict=True)), len(shown)


def written(value: Any, type_: ir.Type) -> str:
    """Return a value on one line, a text between quotes, so that spaces are seen."""
    if value is None:
        return "null"
    text = _printable(text_of(value, type_))
    text = f"'{text}'" if isinstance(type_, ir.String) else text
    return text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 1]}…"


def aligned(texts: list[str], type_: ir.Type) -> list[str]:
    """Return texts of one column, all of the same width."""
    width = max(map(_width_of, texts))
    place = _right if ir.is_numeric(type_) else _left
    return [place(each, width) for each in texts]


def _cells(field: ir.Field, values: list[Any], *, cut: bool) -> list[str]:
    """Return the lines of one column, all of the same width."""
    texts = ["null" if value is None else _printable(text_of(value, field.type)) for value in values]
    if cut:
        texts = [text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 1]}…" for text in texts]
    head = [_printable(field.name), str(field.type)]
    if cut and len(head[1]) > _LONGEST_CELL:
        head[1] = f"{head[1][: _LONGEST_CELL - 1]}…"
    width = max(map(_width_of, [*head, *texts]))
    aligned: Callable[[str, int], str] = _right if ir.is_numeric(field.type) else _left
    return [aligned(text, width) for text in [*head, "-" * width, *texts]]


def _left(text: str, width: int) -> str:
    return text + " " * (width - _width_of(text))


def _right(text: str, width: int) -> str:
    return " " * (width - _width_of(text)) + text


def _printable(text: str) -> str:
    """Return the text with line ends, escapes and whatever else would move the cursor written out."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def _width_of(text: str) -> int:
    """Return how many columns of a terminal the text takes: ideographs and pictures two, marks upon letters none."""
    if text.isascii():
        return len(text)
    marks = sum(unicodedata.combining(each) != 0 for each in text)
    return len(text) - marks + sum(unicodedata.east_asian_width(each) in "WF" for each in text)


def _values(table: Any) -> Iterable[tuple[Any, ...]]:
    return zip(*map(values_of, table.columns), strict=True)
