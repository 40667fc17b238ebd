"""Two results of one dataset: the same rows, in the same types and order, or what differs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec

from odibi_sql import ir

MOST_SHOWN = 3  # different rows of each side
CLOSE = 1e-9  # relative: the last bits of a sum of floats depend on the order of the rows

Cells = tuple[Any, ...]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """How two results differ. `only` has, for each engine in turn, the first rows that it alone gives, as dictionaries;
    `counts` how many those are in all."""

    what: str  # a sentence
    only: tuple[tuple[dict[str, Any], ...], tuple[dict[str, Any], ...]] = ((), ())
    counts: tuple[int, int] = (0, 0)


def compare(one: Any, other: Any, order: tuple[ir.SortKey, ...], engines: tuple[str, str]) -> Difference | None:
    """Return how two Arrow tables differ, or None. Rows count as often as they are there; floats may differ by 1e-9."""
    if not one.schema.equals(other.schema):
        return Difference(what=_types(one.schema, other.schema, engines))
    left, right = Counter(cells_of(one)), Counter(cells_of(other))
    alone, others = _without_close(left - right, right - left)
    if alone or others:
        what = f"{engines[0]} alone gives {_rows(alone)}, {engines[1]} alone gives {_rows(others)}"
        names = one.column_names
        return Difference(
            what=what, only=(_first(alone, names), _first(others, names)), counts=(alone.total(), others.total())
        )
    keys = [each.value.name for each in order if isinstance(each.value, ir.Column)]
    if keys and len(keys) == len(order):
        return _compare_order(one.select(keys), other.select(keys), engines)
    return None


def cells_of(table: Any) -> Iterable[Cells]:
    """Give the rows of an Arrow table as tuples that are equal for equal rows."""
    for batch in table.to_batches(max_chunksize=10_000):
        columns = [map(_cell, column.to_pylist()) for column in batch.columns]
        yield from zip(*columns, strict=True) if columns else (() for _ in range(batch.num_rows))


def _cell(value: Any) -> Any:
    match value:
        case float():
            return "NaN" if math.isnan(value) else value
        case list():
            return ("list", *map(_cell, value))
        case dict():
            return ("struct", *((name, _cell(each)) for name, each in value.items()))
        case tuple():
            return tuple(map(_cell, value))
    return value


def _without_close(one: Counter[Cells], other: Counter[Cells]) -> tuple[Counter[Cells], Counter[Cells]]:
    """Return the rows that have no partner on the other side that differs in the last digits of floats alone."""
    waiting: dict[Cells, list[Cells]] = {}
    for row in sorted(other.elements(), key=repr):
        waiting.setdefault(_apart_from_floats(row), []).append(row)
    alone: Counter[Cells] = Counter()
    for row in one.elements():
        partners = waiting.get(_apart_from_floats(row), [])
        partner = next((each for each in partners if _is_close(row, each)), None)
        if partner is None:
            alone[row] += 1
        else:
            partners.remove(partner)
    return alone, Counter(row for rows in waiting.values() for row in rows)


def _apart_from_floats(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_apart_from_floats, value))
    return "a float" if isinstance(value, float) else value


def _is_close(one: Any, other: Any) -> bool:
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(_is_close, one, other))
    if isinstance(one, float):
        return isinstance(other, float) and math.isclose(one, other, rel_tol=CLOSE, abs_tol=1e-12)
    return bool(one == other)


def _compare_order(one: Any, other: Any, engines: tuple[str, str]) -> Difference | None:
    for place, (left, right) in enumerate(zip(cells_of(one), cells_of(other), strict=True), start=1):
        if not _is_close(left, right):
            names = one.column_names
            what = f"the same rows in another order, from row {place} on"
            return Difference(
                what=what, only=((dict(zip(names, left, strict=True)),), (dict(zip(names, right, strict=True)),))
            )
    return None


def _types(one: Any, other: Any, engines: tuple[str, str]) -> str:
    if one.names != other.names:
        return f"{engines[0]} gives the columns {', '.join(one.names)}, {engines[1]} {', '.join(other.names)}"
    differing = [
        f"`{name}` is {one.field(name).type} on {engines[0]} and {other.field(name).type} on {engines[1]}"
        for name in one.names
        if one.field(name).type != other.field(name).type
    ]
    return ", ".join(differing)


def _rows(rows: Counter[Cells]) -> str:
    count = rows.total()
    return f"{count:,} row{'' if count == 1 else 's'}"


def _first(rows: Counter[Cells], names: list[str]) -> tuple[dict[str, Any], ...]:
    first = sorted(rows, key=repr)[:MOST_SHOWN]
    return tuple(dict(zip(names, row, strict=True)) for row in first)
