"""Columns of a dataset as they are recorded, and how two lists of them differ."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set

from odibi_sql import ir
from odibi_sql.track.values import Change, Column

_DECIMAL = re.compile(r"decimal\((\d+), *(\d+)\)")
_BITS = re.compile(r"(int|float)(\d+)")
_DIGITS_OF_INT = {8: 3, 16: 5, 32: 10, 64: 19}


def columns_of(schema: ir.Schema, sensitive: Set[str], nulls: Mapping[str, int] | None) -> tuple[Column, ...]:
    """Return the columns of a schema; nulls are those that were counted."""
    return tuple(
        Column(
            name=each.name,
            type=str(each.type),
            nullable=each.nullable,
            nulls=None if nulls is None else nulls.get(each.name),
            is_sensitive=each.name in sensitive,
        )
        for each in schema
    )


def changes_between(before: Iterable[Column], after: Iterable[Column]) -> tuple[Change, ...]:
    """Return what is other in `after`, in its order, then what is gone."""
    return tuple(_changes({each.name: each for each in before}, {each.name: each for each in after}))


def _changes(before: Mapping[str, Column], after: Mapping[str, Column]) -> Iterator[Change]:
    for name, new in after.items():
        old = before.get(name)
        if old is None:
            yield Change(column=name, kind="added", after=_words(new))
        elif old.type != new.type:
            is_wider = _holds(new.type, old.type)
            yield Change(column=name, kind="type", before=_words(old), after=_words(new), is_wider=is_wider)
        elif old.nullable != new.nullable:
            yield Change(column=name, kind="nullability", before=_words(old), after=_words(new))
    for name, old in before.items():
        if name not in after:
            yield Change(column=name, kind="removed", before=_words(old))


def _words(column: Column) -> str:
    return column.type if column.nullable else f"{column.type} not null"


def _holds(wide: str, narrow: str) -> bool:
    """Whether a type of numbers has every value of another one."""
    if (one := _BITS.fullmatch(wide)) and (other := _BITS.fullmatch(narrow)):
        return one[1] == other[1] and int(one[2]) >= int(other[2])
    decimal = _DECIMAL.fullmatch(wide)
    if decimal is None:
        return False
    precision, scale = int(decimal[1]), int(decimal[2])
    if other := _DECIMAL.fullmatch(narrow):
        return scale >= int(other[2]) and precision - scale >= int(other[1]) - int(other[2])
    whole = _BITS.fullmatch(narrow)
    return whole is not None and whole[1] == "int" and precision - scale >= _DIGITS_OF_INT[int(whole[2])]
