"""Digests: of anything made of texts, of types, of constants."""

from __future__ import annotations

import datetime
import decimal
from functools import lru_cache
from hashlib import blake2b, sha256
from typing import Any

import msgspec

from odibi_sql import ir

CONSTANT = "*"  # the path of a term without columns

Term = tuple[str, str]
"""What stands for a column or an expression: the path and a digest.

The path says on which rows the digest is to be understood: "" is a row of the relation, "0" and "1" are those of the
two sides of a join that it is made of, "01" is one within the other. So an expression on one side of a join is the
same above the join and below it.
"""


def digest(*parts: Any) -> str:
    """Return what stands for these texts, numbers and lists of them, and for no others."""
    return blake2b(_encode(parts), digest_size=20).hexdigest()


def final_digest(*parts: Any) -> str:
    """Return the digest of a whole key."""
    return sha256(_encode(parts)).hexdigest()


_encode = msgspec.json.Encoder().encode


@lru_cache(maxsize=4096)
def type_text(type_: ir.Type) -> str:
    """Return a text that no other type has; what `str` writes is not told apart where a member has an odd name."""
    match type_:
        case ir.Array(element=element):
            return digest("array", type_text(element))
        case ir.Map(key=key, value=value):
            return digest("map", type_text(key), type_text(value))
        case ir.Struct(members=members):
            return digest("struct", [(each.name, type_text(each.type)) for each in members])
    return str(type_)


def literal_parts(literal: ir.Literal) -> tuple[str, ...]:
    """Return the type and the exact value of a constant: 1, 1.0 and '1' differ, so do 0.0 and -0.0; NaN is one."""
    type_, value = literal.type, literal.value
    if value is None:
        return type_text(type_), "null"
    if isinstance(type_, ir.Float) and type_.bits == 64 and isinstance(value, int | decimal.Decimal):
        value = float(decimal.Decimal(value))  # of any size: what is too large for a float is infinite
    return type_text(type_), "value", _value(value)


def _value(value: ir.Value) -> str:
    match value:
        case float():
            return value.hex()
        case bytes():
            return value.hex()
        case datetime.date():
            return value.isoformat()
        case ir.Interval(months=months, days=days, microseconds=microseconds):
            return f"{months} {days} {microseconds}"
        case None | bool() | int() | decimal.Decimal() | str():
            return str(value)
    raise TypeError(value)
