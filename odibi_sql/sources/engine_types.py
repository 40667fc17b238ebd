"""The types that files have (as DuckDB reads them) as types of the language."""

from __future__ import annotations

from typing import Any

import msgspec

from odibi_sql import ir


class Mapped(msgspec.Struct, frozen=True):
    """What a type of the files is in the language. `is_same`: it is that type already, no cast is needed.

    `lacks` is the files' type that the language has nothing for ("" where it has).
    """

    type: ir.Type
    is_same: bool = True
    lacks: str = ""


_SAME: dict[str, ir.Type] = {
    "boolean": ir.BOOL,
    "tinyint": ir.INT8,
    "smallint": ir.INT16,
    "integer": ir.INT32,
    "bigint": ir.INT64,
    "float": ir.FLOAT32,
    "double": ir.FLOAT64,
    "varchar": ir.STRING,
    "blob": ir.BINARY,
    "date": ir.DATE,
    "timestamp": ir.TIMESTAMP,
    "timestamp with time zone": ir.TIMESTAMPTZ,
    "interval": ir.DURATION,
}
_NEAREST: dict[str, ir.Type] = {
    "utinyint": ir.INT16,
    "usmallint": ir.INT32,
    "uinteger": ir.INT64,
    "ubigint": ir.Decimal(20, 0),
    "hugeint": ir.Decimal(38, 0),
    "uhugeint": ir.Decimal(38, 0),
    "timestamp_s": ir.TIMESTAMP,
    "timestamp_ms": ir.TIMESTAMP,
    "uuid": ir.STRING,
    "enum": ir.STRING,
    "bit": ir.STRING,
    "null": ir.STRING,
    '"null"': ir.STRING,
}  # a value that does not fit (a 128-bit number of 39 digits) fails the run
_LACKING = {"time": "time", "time with time zone": "time with a zone", "timestamp_ns": "timestamp in nanoseconds"}


def language_type(found: Any) -> Mapped:
    """Return what a DuckDBPyType is in the language."""
    name: str = found.id
    if str(found) == "JSON":
        return Mapped(ir.JSON)
    if name in _SAME:
        return Mapped(_SAME[name])
    if name in _NEAREST:
        return Mapped(_NEAREST[name], is_same=False)
    match name:
        case "decimal":
            return Mapped(ir.Decimal(*(size for _, size in found.children)))
        case "list":
            return _nested([found.children[0][1]], lambda inside: ir.Array(inside[0]))
        case "array":
            return _nested([found.children[0][1]], lambda inside: ir.Array(inside[0]), is_same=False)
        case "map":
            return _nested([each for _, each in found.children], lambda inside: ir.Map(*inside))
        case "struct":
            names = [each for each, _ in found.children]
            return _nested(
                [each for _, each in found.children],
                lambda inside: ir.Struct(tuple(map(ir.Member, names, inside))),
            )
    return Mapped(ir.STRING, is_same=False, lacks=_LACKING.get(name, str(found).lower()))


def _nested(found: list[Any], make: Any, is_same: bool = True) -> Mapped:
    inside = [language_type(each) for each in found]
    return Mapped(
        make([each.type for each in inside]),
        is_same and all(each.is_same for each in inside),
        next((each.lacks for each in inside if each.lacks), ""),
    )


def is_kept(actual: ir.Type, declared: ir.Type) -> bool:
    """Whether typed values of `actual` can be held to `declared`: each stays what it is, or fails the run."""
    match actual, declared:
        case _ if actual == declared:
            return True
        case (_, ir.String()):
            return not isinstance(actual, ir.Binary)
        case (ir.String(), ir.Json()) | (ir.Integer(), ir.Integer()) | (ir.Date(), ir.Timestamp()):
            return True
        case (ir.Integer() | ir.Decimal(), ir.Decimal()):
            held = ir.decimal_of(actual)
            return held is not None and held.scale <= declared.scale
        case ir.Integer(), ir.Float():
            return True
        case ir.Float(), ir.Float():
            return actual.bits <= declared.bits
        case ir.Array(), ir.Array():
            return is_kept(actual.element, declared.element)
        case ir.Map(), ir.Map():
            return is_kept(actual.key, declared.key) and is_kept(actual.value, declared.value)
        case ir.Struct(), ir.Struct():
            return _is_struct_kept(actual, declared)
    return False


def _is_struct_kept(actual: ir.Struct, declared: ir.Struct) -> bool:
    if [each.name for each in actual.members] != [each.name for each in declared.members]:
        return False
    return all(is_kept(one.type, other.type) for one, other in zip(actual.members, declared.members, strict=True))
