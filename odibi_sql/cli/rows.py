"""Rows as text: JSON, CSV and tables, value by value as the type of its column says."""

from __future__ import annotations

import json
import math
import struct
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from odibi_sql import ir

_NO_NUMBERS = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}  # JSON has none of them: they are texts there
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


def json_of(value: Any, type_: ir.Type) -> str:
    """Return a value as JSON, on one line."""
    if value is None:
        return "null"
    match type_:
        case ir.Bool() | ir.Integer():
            return json.dumps(value)
        case ir.Float() | ir.Decimal():
            text = text_of(value, type_)
            return f'"{_NO_NUMBERS[text]}"' if text in _NO_NUMBERS else text
        case ir.Json():
            return " ".join(str(value).splitlines())
        case ir.Array(element=element):
            return f"[{', '.join(json_of(each, element) for each in value)}]"
        case ir.Map(key=key, value=type_of_values):
            return _object((text_of(name, key), json_of(each, type_of_values)) for name, each in value)
        case ir.Struct(members=members):
            return _object((each.name, json_of(value[each.name], each.type)) for each in members)
    return json.dumps(text_of(value, type_), ensure_ascii=False)


def _object(members: Iterable[tuple[str, str]]) -> str:
    return f"{{{', '.join(f'{json.dumps(name, ensure_ascii=False)}: {value}' for name, value in members)}}}"


def text_of(value: Any, type_: ir.Type) -> str:
    """Return a value that is not null as a csv has it."""
    match type_:
        case ir.Bool():
            return "true" if value else "false"
        case ir.Float(bits=bits):
            return _float(value, bits)
        case ir.Decimal():
            return f"{Decimal(value):f}"
        case ir.Binary():
            return bytes(value).hex()
        case ir.Timestamp() | ir.TimestampTz() if isinstance(value, datetime):
            moment = value.replace(tzinfo=None).isoformat(sep=" ")
            moment = moment.rstrip("0") if value.microsecond else moment
            return f"{moment}+00" if isinstance(type_, ir.TimestampTz) else moment
        case ir.Duration() if hasattr(value, "nanoseconds"):
            return _duration(value.months, value.days, value.nanoseconds // 1000)
        case ir.Array() | ir.Map() | ir.Struct():
            return json_of(value, type_)
    return str(value)


def _float(value: float, bits: int) -> str:
    """Return the shortest text that reads as the same number of so many bits."""
    if bits == 64 or not math.isfinite(value):
        return repr(value)
    texts = (f"{value:.{digits}g}" for digits in range(6, 10))
    return repr(float(next(text for text in texts if struct.pack("f", float(text)) == struct.pack("f", value))))


def _duration(months: int, days: int, microseconds: int) -> str:
    """Return `1 day 2 hours`, `-3 minutes`, `0 seconds`."""
    sign, rest = (-1 if microseconds < 0 else 1), abs(microseconds)
    hours, minutes, seconds = rest // 3_600_000_000, rest // 60_000_000 % 60, rest % 60_000_000
    parts = {"month": months, "day": days, "hour": sign * hours, "minute": sign * minutes}
    text = [f"{count} {unit}{'' if count == 1 else 's'}" for unit, count in parts.items() if count]
    if seconds or not text:
        fraction = f".{seconds % 1_000_000:06}".rstrip("0").rstrip(".")
        number = f"{'-' if sign < 0 else ''}{seconds // 1_000_000}{fraction}"
        text.append(f"{number} second{'' if number == '1' else 's'}")
    return " ".join(text)


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
        cells = _cells(field, _pylist(column), cut=width is not None)
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
    return zip(*map(_pylist, table.columns), strict=True)


def _pylist(column: Any) -> list[Any]:
    """Return the values; times beyond the years that Python knows (1 to 9999) are texts."""
    try:
        values: list[Any] = column.to_pylist()
    except (OverflowError, ValueError):
        import pyarrow

        values = column.cast(pyarrow.string()).to_pylist()
    return values
