"""Functions of arrays and maps. Positions start at 1, negative ones count from the end."""

from __future__ import annotations

import functools
from typing import Any

from interpreter.numbers import fitted, mean, total
from interpreter.operators import Args, Operator, strict
from interpreter.values import identity, is_equal, is_less, rank
from interpreter.world import RunFailure
from odibi_sql import ir


def _element_at(container: Any, key: Any) -> Any:
    if isinstance(container, dict):
        return next((value for each, value in container.items() if is_equal(each, key)), None)
    if 1 <= abs(key) <= len(container):
        return container[key - 1 if key > 0 else key]
    return None


def _is_in(value: Any, array: list[Any]) -> bool:
    return any(each is not None and is_equal(each, value) for each in array)


def _position(array: list[Any], value: Any) -> int | None:
    return next(
        (place for place, each in enumerate(array, 1) if each is not None and is_equal(each, value)),
        None,
    )


def _different(array: list[Any]) -> list[Any]:
    return sorted({identity(each): each for each in array if each is not None}.values(), key=rank)


def _sorted(array: list[Any], order: str = "asc") -> list[Any]:
    there = [each for each in array if each is not None]

    def compared(one: Any, other: Any) -> int:
        return is_less(other, one) - is_less(one, other)

    return [
        *sorted(there, key=functools.cmp_to_key(compared), reverse=order.lower() == "desc"),
        *([None] * (len(array) - len(there))),
    ]


def _with(array: list[Any] | None, before: list[Any], behind: list[Any]) -> list[Any] | None:
    return None if array is None else [*before, *array, *behind]


def _slice(array: list[Any], start: int, end: int) -> list[Any] | None:
    if start == 0 or end == 0:
        return None
    first = start if start > 0 else len(array) + start + 1
    last = end if end > 0 else len(array) + end + 1
    return array[max(first, 1) - 1 : max(last, 0)]


def _sum(args: Args, expr: ir.Call) -> Any:
    there = [each for each in args[0] or () if each is not None]
    return fitted(total(there), expr.type) if there else None


def _mean(args: Args, expr: ir.Call) -> Any:
    there = [each for each in args[0] or () if each is not None]
    return mean(there) if there else None


def _extreme(choose: Any) -> Operator:
    def function(args: Args, expr: ir.Call) -> Any:
        there = [each for each in args[0] or () if each is not None]
        return choose(there, key=rank) if there else None

    return function


def _range(is_closed: bool) -> Any:
    def function(start: int, end: int, step: int = 1) -> list[int]:
        if step == 0:
            return []
        beyond = (1 if step > 0 else -1) if is_closed else 0
        return list(range(start, end + beyond, step))

    return function


def _map(keys: list[Any], values: list[Any]) -> dict[Any, Any]:
    if len(keys) != len(values) or None in keys or len(set(map(identity, keys))) < len(keys):
        raise RunFailure("keys of a map")
    return dict(zip(keys, values, strict=True))


ARRAYS: dict[str, Operator] = {
    "array_length": strict(len),
    "element_at": strict(_element_at),
    "array_contains": strict(lambda array, value: _is_in(value, array)),
    "array_position": strict(_position),
    "array_distinct": strict(_different),
    "array_sort": strict(_sorted),
    "array_reverse": strict(lambda array: array[::-1]),
    "array_concat": strict(lambda *arrays: [each for array in arrays for each in array]),
    "array_append": lambda args, expr: _with(args[0], [], [args[1]]),
    "array_prepend": lambda args, expr: _with(args[1], [args[0]], []),
    "array_slice": strict(_slice),
    "flatten": strict(lambda arrays: [each for array in arrays if array is not None for each in array]),
    "array_compact": strict(lambda array: [each for each in array if each is not None]),
    "array_intersect": strict(lambda array, other: _different([each for each in array if _is_in(each, other)])),
    "array_union": strict(lambda array, other: _different([*array, *other])),
    "array_overlaps": strict(lambda array, other: any(each is not None and _is_in(each, other) for each in array)),
    "array_to_string": strict(lambda array, separator: separator.join(each for each in array if each is not None)),
    "array_min": _extreme(min),
    "array_max": _extreme(max),
    "array_sum": _sum,
    "array_avg": _mean,
    "range": strict(_range(is_closed=False)),
    "sequence": strict(_range(is_closed=True)),
    "map": strict(_map),
    "map_keys": strict(lambda value: list(value)),
    "map_values": strict(lambda value: list(value.values())),
    "map_length": strict(len),
    "map_contains": strict(lambda value, key: any(is_equal(each, key) for each in value)),
}
