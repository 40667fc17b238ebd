"""Rows made up from a schema: mostly values out of a small range, so that joins meet, with edges among them."""

from __future__ import annotations

import datetime
import decimal
import random
from typing import Any

from odibi_sql import ir
from odibi_sql.run.arrow import arrow_schema

NULLS, EDGES = 0.1, 0.1  # of the values
WORDS = ("alpha", "beta", "Gamma", "delta", "", " ", "é", "ß", "x y", "7", "-1.5", "2025-01-31", "😀", "O'Neil", '"')
DAY = datetime.date(2025, 1, 1)
FLOATS = (0.0, -0.0, 0.5, -1.25, 1e15, float("nan"), float("inf"), float("-inf"))
DAYS = ("1969-12-31", "2000-02-29", "2024-12-30", "1900-01-01", "2038-01-19")


def made_up(schema: ir.Schema, dataset: ir.Dataset, count: int, chooser: random.Random) -> Any:
    """Return a pyarrow.Table of `count` rows of a source.

    It keeps to what the dataset made of it holds the source to: never null where that is never null, no key twice.
    """
    import pyarrow

    unique = {name for key in dataset.keys for name in key}
    required = {field.name for field in dataset.relation.schema if not field.nullable}
    columns = {
        field.name: [_value(field, unique, required, place, count, chooser) for place in range(count)]
        for field in schema
    }
    return pyarrow.table(columns, schema=arrow_schema(schema))


def _value(
    field: ir.Field, unique: set[str], required: set[str], place: int, count: int, chooser: random.Random
) -> Any:
    if field.name in unique:
        return _nth(field.type, place)
    if field.nullable and field.name not in required and chooser.random() < NULLS:
        return None
    return _any(field.type, chooser, max(2, count // 3))


def _nth(type_: ir.Type, place: int) -> Any:
    """Return a value that no other place has, as far as the type has so many."""
    match type_:
        case ir.Integer(bits=bits):
            return place % 2 ** (bits - 1)
        case ir.Float():
            return float(place)
        case ir.Decimal():
            return decimal.Decimal(place)
        case ir.Date():
            return DAY + datetime.timedelta(days=place)
        case ir.Timestamp():
            return datetime.datetime(2025, 1, 1) + datetime.timedelta(minutes=place)
        case ir.TimestampTz():
            return datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(minutes=place)
        case ir.Binary():
            return str(place).encode()
        case ir.String():
            return f"key {place}"
    return _any(type_, random.Random(place), place + 2)


def _any(type_: ir.Type, chooser: random.Random, size: int) -> Any:
    is_edge = chooser.random() < EDGES
    match type_:
        case ir.Bool():
            return chooser.random() < 0.5
        case ir.Integer(bits=bits):
            return (
                chooser.choice((-(2 ** (bits - 2)), 2 ** (bits - 2), -1, 0))
                if is_edge
                else chooser.randrange(size) % 100
            )
        case ir.Float():
            return chooser.choice(FLOATS) if is_edge else chooser.randrange(size * 4) / 4
        case ir.Decimal():
            return _decimal(type_, chooser)
        case ir.String():
            return chooser.choice(WORDS) if is_edge else f"{chooser.choice(WORDS[:4])} {chooser.randrange(size)}"
        case ir.Binary():
            return chooser.randbytes(chooser.randrange(5))
        case ir.Json():
            return chooser.choice(('{"a": 1}', "[1, 2]", '"x"', "null", '{"a": {"b": [true]}}'))
    return _time_or_nested(type_, chooser, size, is_edge)


def _decimal(type_: ir.Decimal, chooser: random.Random) -> decimal.Decimal:
    digits = min(type_.precision, type_.scale + 4)
    with decimal.localcontext(prec=40):
        return decimal.Decimal(chooser.randrange(-(10**digits) + 1, 10**digits)).scaleb(-type_.scale)


def _time_or_nested(type_: ir.Type, chooser: random.Random, size: int, is_edge: bool) -> Any:
    day = (
        datetime.date.fromisoformat(chooser.choice(DAYS))
        if is_edge
        else DAY + datetime.timedelta(chooser.randrange(60))
    )
    clock = datetime.time(chooser.randrange(24), chooser.choice((0, 30, 59)), 59, chooser.choice((0, 1, 999_999)))
    match type_:
        case ir.Date():
            return day
        case ir.Timestamp():
            return datetime.datetime.combine(day, clock)
        case ir.TimestampTz():
            return datetime.datetime.combine(day, clock, datetime.UTC)
        case ir.Array(element=element):
            return [_any(element, chooser, size) for _ in range(chooser.randrange(4))]
        case ir.Map(key=key, value=value):
            return [(_nth(key, place), _any(value, chooser, size)) for place in range(chooser.randrange(3))]
        case ir.Struct(members=members):
            return {each.name: _any(each.type, chooser, size) for each in members}
    return None
