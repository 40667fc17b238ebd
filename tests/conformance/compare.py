"""Whether two values are one, and two Arrow types are."""

from __future__ import annotations

import datetime
import json
import math
import struct
from typing import Any

import pyarrow as pa

from odibi_sql import ir


def same(expected: Any, found: Any, type_: ir.Type, ulps: int = 0) -> bool:
    """Whether an engine's value is the reference's, its floats at most `ulps` apart. The sign of zero is free."""
    if expected is None or found is None:
        return expected is found
    match type_:
        case ir.Float(bits=bits):
            return _are_near(expected, found, bits, ulps)
        case ir.Array(element=element):
            return len(expected) == len(found) and all(
                same(one, other, element, ulps) for one, other in zip(expected, found, strict=True)
            )
        case ir.Struct(members=members):
            return all(same(expected[each.name], found[each.name], each.type, ulps) for each in members)
        case ir.Map(key=key, value=value):
            return same(list(expected), [k for k, _ in found], ir.Array(key)) and same(
                list(expected.values()), [each for _, each in found], ir.Array(value), ulps
            )
        case ir.Json():
            return bool(json.loads(expected) == json.loads(found))
        case ir.Duration():
            return _length(expected) == _length(_interval(found))
        case ir.TimestampTz():
            return bool(expected == found.astimezone(datetime.UTC).replace(tzinfo=None))
    return type(expected) is type(found) and bool(expected == found)


def _are_near(expected: float, found: float, bits: int, ulps: int) -> bool:
    if math.isnan(expected) or math.isnan(found):
        return math.isnan(expected) and math.isnan(found)
    if expected == found or not ulps:
        return expected == found
    return abs(_place(expected, bits) - _place(found, bits)) <= ulps


def _place(value: float, bits: int) -> int:
    """Return which float it is, counted from zero."""
    packed = struct.pack("d" if bits == 64 else "f", abs(value))
    (place,) = struct.unpack("q" if bits == 64 else "i", packed)
    return -int(place) if value < 0 else int(place)


def _interval(found: Any) -> ir.Interval:
    if isinstance(found, datetime.timedelta):
        return ir.Interval(0, 0, found // datetime.timedelta(microseconds=1))
    return ir.Interval(found.months, found.days, found.nanoseconds // 1000)


def _length(interval: ir.Interval) -> tuple[int, int]:
    """Return the months, and the rest with a day as 24 hours."""
    return interval.months, interval.days * 86_400_000_000 + interval.microseconds


def arrow_type(type_: ir.Type) -> pa.DataType:
    """Return the Arrow type that values of a type come in."""
    match type_:
        case ir.Integer(bits=bits):
            return {8: pa.int8(), 16: pa.int16(), 32: pa.int32(), 64: pa.int64()}[bits]
        case ir.Float(bits=bits):
            return pa.float32() if bits == 32 else pa.float64()
        case ir.Decimal(precision=precision, scale=scale):
            return pa.decimal128(precision, scale)
        case ir.Array(element=element):
            return pa.list_(arrow_type(element))
        case ir.Map(key=key, value=value):
            return pa.map_(arrow_type(key), arrow_type(value))
        case ir.Struct(members=members):
            return pa.struct([(each.name, arrow_type(each.type)) for each in members])
    return _SIMPLE[str(type_)]


_SIMPLE: dict[str, pa.DataType] = {
    "bool": pa.bool_(),
    "string": pa.string(),
    "json": pa.string(),
    "binary": pa.binary(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "timestamptz": pa.timestamp("us", "UTC"),
    "duration": pa.month_day_nano_interval(),
}


def is_of_type(found: pa.DataType, type_: ir.Type) -> bool:
    """Whether an engine's column has the type; how it calls the elements of an array is its own affair."""
    match type_:
        case ir.Array(element=element):
            return pa.types.is_list(found) and is_of_type(found.value_type, element)
        case ir.Map(key=key, value=value):
            return pa.types.is_map(found) and is_of_type(found.key_type, key) and is_of_type(found.item_type, value)
        case ir.Struct(members=members):
            return pa.types.is_struct(found) and all(
                found.field(at).name == each.name and is_of_type(found.field(at).type, each.type)
                for at, each in enumerate(members)
            )
    if isinstance(type_, ir.Json) and isinstance(found, pa.BaseExtensionType):
        found = found.storage_type
    return bool(found == arrow_type(type_))
