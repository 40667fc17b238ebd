"""Casts: towards zero to whole numbers, an error for what does not fit."""

from __future__ import annotations

import datetime
import decimal
import math
from typing import Any

from interpreter.numbers import fitted
from interpreter.world import RunFailure
from odibi_sql import ir


def try_cast(value: Any, from_: ir.Type, to: ir.Type) -> Any:
    """Return the value as a `to`, or None where it is not one."""
    try:
        return cast(value, from_, to)
    except RunFailure:
        return None


def cast(value: Any, from_: ir.Type, to: ir.Type) -> Any:
    """Return the value as a `to`. Raises RunFailure."""
    if value is None or from_ == to:
        return value
    try:
        return _cast(value, to)
    except (ValueError, decimal.InvalidOperation, OverflowError) as problem:
        raise RunFailure(f"{value!r} is no {to}") from problem


def _cast(value: Any, to: ir.Type) -> Any:
    match to:
        case ir.Bool():
            return _bool(value)
        case ir.Integer():
            return fitted(_whole(value), to)
        case ir.Float():
            return fitted(float(value), to)
        case ir.Decimal():
            return fitted(decimal.Decimal(value) if not isinstance(value, float) else decimal.Decimal(repr(value)), to)
        case ir.String():
            return text(value)
        case ir.Date():
            return _date(value)
        case ir.Timestamp() | ir.TimestampTz():
            return _timestamp(value)
    return value


def _bool(value: Any) -> bool:
    if isinstance(value, str):
        known = {"true": True, "t": True, "1": True, "yes": True, "y": True}
        known |= {"false": False, "f": False, "0": False, "no": False, "n": False}
        if value.strip().lower() not in known:
            raise ValueError(value)
        return known[value.strip().lower()]
    return bool(value)


def _whole(value: Any) -> int:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(value)
    return int(decimal.Decimal(value.strip())) if isinstance(value, str) else int(value)


def _date(value: Any) -> datetime.date:
    if isinstance(value, str):
        return _timestamp(value).date()
    return value.date() if isinstance(value, datetime.datetime) else value


def _timestamp(value: Any) -> datetime.datetime:
    if isinstance(value, str):
        return datetime.datetime.fromisoformat(value.strip())
    return value if isinstance(value, datetime.datetime) else datetime.datetime(value.year, value.month, value.day)


def text(value: Any) -> str:
    """Return the value as the language writes it."""
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return "NaN" if math.isnan(value) else repr(value)
        case datetime.datetime():
            return value.isoformat(sep=" ")
        case bytes():
            return value.decode()
    return str(value)
