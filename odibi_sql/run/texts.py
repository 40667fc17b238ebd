"""Values as text: as JSON, and as a csv has them, each as the type of its column says."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from odibi_sql import ir

_NO_NUMBERS = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}  # JSON has none of them: they are texts there


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


def plain_text(value: Any) -> str:
    """Return a value of which no type is known, that is not null, as near to `text_of` as can be."""
    match value:
        case bool():
            return str(value).lower()
        case float():
            return _float(value, 64)
        case bytes():
            return value.hex()
        case Decimal():
            return f"{value:f}"
        case datetime():
            return text_of(value, ir.TIMESTAMPTZ if value.tzinfo else ir.TIMESTAMP)
        case list() | tuple() | dict():
            return json.dumps(value, ensure_ascii=False, default=plain_text)
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


def values_of(column: Any) -> list[Any]:
    """Return the values; times beyond the years that Python knows (1 to 9999) are texts."""
    try:
        values: list[Any] = column.to_pylist()
    except (OverflowError, ValueError):
        import pyarrow

        values = column.cast(pyarrow.string()).to_pylist()
    return values
