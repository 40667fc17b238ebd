"""Values: which are one value, and which comes first.

Null is None, a timestamp a naive datetime (of a timestamptz in UTC), an array a list, a struct and a map a dict.
NaN equals itself and is above every number; text is compared by code point.
"""

from __future__ import annotations

import math
from typing import Any

from odibi_sql import ir


def identity(value: Any) -> Any:
    """Return something hashable that is equal for equal values; nulls are one value here."""
    match value:
        case float() if math.isnan(value):
            return ("nan",)
        case float() if value == 0:
            return 0.0
        case list():
            return ("list", *map(identity, value))
        case dict():
            return ("dict", *((key, identity(each)) for key, each in value.items()))
        case bool():
            return ("bool", value)
        case ir.Interval():
            return ("interval", rank(value))
    return value


def rank(value: Any) -> Any:
    """Return something that is ordered as the values of one type are; not for null."""
    match value:
        case float():
            return (1, 0.0) if math.isnan(value) else (0, value)
        case list():
            return [(1, 0) if each is None else (0, rank(each)) for each in value]
        case dict():
            return [(1, 0) if each is None else (0, rank(each)) for each in value.values()]
        case ir.Interval():
            return (value.months * 30 + value.days) * 86_400_000_000 + value.microseconds
    return value


def is_equal(one: Any, other: Any) -> bool:
    """Whether two values that are not null are one."""
    return bool(rank(one) == rank(other))


def is_less(one: Any, other: Any) -> bool:
    """Whether the first of two values that are not null comes before the other."""
    return bool(rank(one) < rank(other))


class Place:
    """Where a row stands in an order: `values` by `keys`. Null comes last whichever way the order goes."""

    def __init__(self, keys: tuple[ir.SortKey, ...], values: list[Any]) -> None:
        self.keys = keys
        self.values = values

    def __lt__(self, other: Place) -> bool:
        for key, one, two in zip(self.keys, self.values, other.values, strict=True):
            if identity(one) == identity(two):
                continue
            if one is None or two is None:
                return (one is None) == key.nulls_first
            return is_less(two, one) if key.descending else is_less(one, two)
        return False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Place) and not self < other and not other < self

    __hash__ = None  # type: ignore[assignment]
