"""Aggregates of the rows of a group, and window functions of the rows of a partition."""

from __future__ import annotations

from typing import Any

from interpreter.added import ADDED_AGGREGATES
from interpreter.evaluate import Scope, evaluate
from interpreter.statistics import OF_PAIRS, OF_VALUES
from interpreter.values import Place, identity, is_equal, is_less, rank
from odibi_sql import ir


def aggregate(call: ir.AggregateCall | ir.WindowCall, rows: list[Scope], order: tuple[ir.SortKey, ...] = ()) -> Any:
    """Return the aggregate of these rows, in `order` for those that depend on one. Raises RunFailure."""
    if call.where is not None:
        rows = [each for each in rows if evaluate(call.where, each) is True]
    if order:
        rows = sorted(rows, key=lambda each: place(order, each))
    if not call.args:
        return len(rows)
    if call.function in ADDED_AGGREGATES:
        return ADDED_AGGREGATES[call.function]([[evaluate(each, row) for each in call.args] for row in rows])
    found = [[evaluate(arg, each) for arg in call.args] for each in rows]
    if isinstance(call, ir.WindowCall) and call.ignore_nulls:
        found = [each for each in found if each[0] is not None]
    match call.function:
        case "first" | "first_value":
            return found[0][0] if found else None
        case "last" | "last_value":
            return found[-1][0] if found else None
        case "nth_value":
            at = int(found[0][1]) if found else 0
            return found[at - 1][0] if 0 < at <= len(found) else None
        case "array_agg":
            return _distinct([each[0] for each in found], call) if found else None
        case "arg_min" | "arg_max":
            return _of_extreme(call.function, found)
    if call.function in OF_PAIRS:
        return OF_PAIRS[call.function]([each for each in found if None not in each])
    values = _distinct([each[0] for each in found if each[0] is not None], call)
    return _of_values(call, values, found[0][1:] if found else [])


def _distinct(values: list[Any], call: ir.AggregateCall | ir.WindowCall) -> list[Any]:
    if not call.is_distinct and call.function != "count_distinct":
        return values
    seen: dict[Any, Any] = {}
    for each in values:
        seen.setdefault(identity(each), each)
    return list(seen.values())


def _of_extreme(function: str, found: list[list[Any]]) -> Any:
    """Of several rows with the extreme the extreme value; null is above every value."""
    there = [each for each in found if each[1] is not None]
    if not there:
        return None
    choose = min if function == "arg_min" else max
    return choose(there, key=lambda each: (rank(each[1]), (each[0] is None, 0 if each[0] is None else rank(each[0]))))[
        0
    ]


def _of_values(call: ir.AggregateCall | ir.WindowCall, values: list[Any], more: list[Any]) -> Any:
    match call.function:
        case "count" | "count_distinct":
            return len(values)
        case "count_if":
            return sum(each is True for each in values)
    if not values:
        return None
    match call.function:
        case "min" | "any_value":
            return min(values, key=rank)
        case "max":
            return max(values, key=rank)
        case "bool_and":
            return all(values)
        case "bool_or":
            return any(values)
        case "string_agg":
            return (more[0] if more else ",").join(values)
    return OF_VALUES[call.function](values, more, call.type)


def place(order: tuple[ir.SortKey, ...], scope: Scope) -> Place:
    """Return where the row of a scope stands in an order."""
    return Place(order, [evaluate(key.value, scope) for key in order])


def window_values(call: ir.WindowCall, rows: list[Scope]) -> list[Any]:
    """Return the value of a window call for each row, in the order of the rows. Raises RunFailure."""
    partitions: dict[Any, list[int]] = {}
    for number, each in enumerate(rows):
        key = tuple(identity(evaluate(part, each)) for part in call.partition)
        partitions.setdefault(key, []).append(number)
    values: list[Any] = [None] * len(rows)
    for numbers in partitions.values():
        ordered = sorted(numbers, key=lambda number: place(call.order, rows[number]))
        found = _of_partition(call, [rows[number] for number in ordered])
        for number, value in zip(ordered, found, strict=True):
            values[number] = value
    return values


def _of_partition(call: ir.WindowCall, rows: list[Scope]) -> list[Any]:
    places = [place(call.order, each) for each in rows]
    match call.function:
        case "row_number":
            return list(range(1, len(rows) + 1))
        case "rank":
            return [1 + next(i for i, other in enumerate(places) if other == each) for each in places]
        case "dense_rank":
            return _dense(places)
        case "percent_rank":
            return [
                next(i for i, other in enumerate(places) if other == each) / max(len(rows) - 1, 1) for each in places
            ]
        case "cume_dist":
            return [sum(not each < other for other in places) / len(rows) for each in places]
        case "ntile":
            return _buckets(len(rows), int(evaluate(call.args[0], rows[0])))
        case "lag" | "lead":
            return [_neighbour(call, rows, number) for number in range(len(rows))]
    return [aggregate(call, _frame(call, rows, number)) for number in range(len(rows))]


def _buckets(count: int, buckets: int) -> list[int]:
    """Return which of the buckets each row is in: the first `count % buckets` have one row more."""
    size, more = divmod(count, buckets)
    sizes = [size + (each < more) for each in range(buckets)]
    return [number for number, each in enumerate(sizes, 1) for _ in range(each)]


def _dense(places: list[Place]) -> list[int]:
    found: list[int] = []
    for number, each in enumerate(places):
        found.append(1 if number == 0 else found[-1] + (each != places[number - 1]))
    return found


def _neighbour(call: ir.WindowCall, rows: list[Scope], number: int) -> Any:
    offset = evaluate(call.args[1], rows[number]) if len(call.args) > 1 else 1
    default = evaluate(call.args[2], rows[number]) if len(call.args) > 2 else None
    values = [evaluate(call.args[0], each) for each in rows]
    step = -1 if call.function == "lag" else 1
    there = range(number + step, -1 if step < 0 else len(rows), step)
    if call.ignore_nulls:
        if offset == 0:
            return values[number]
        found = [values[each] for each in there if values[each] is not None]
        return found[offset - 1] if offset <= len(found) else default
    at = number + step * offset
    return values[at] if 0 <= at < len(rows) else default


def _frame(call: ir.WindowCall, rows: list[Scope], number: int) -> list[Scope]:
    if call.frame is None:
        return rows
    if call.frame.unit == "range":
        return _range(call, rows, number)
    return rows[_end(call.frame.start, number, 0) : max(_end(call.frame.end, number, len(rows) - 1) + 1, 0)]


def _end(bound: ir.Bound, number: int, unbounded: int) -> int:
    if bound.offset is None:
        return unbounded
    return max(number + (bound.offset if bound.side == "following" else -bound.offset), 0 if unbounded == 0 else -1)


def _range(call: ir.WindowCall, rows: list[Scope], number: int) -> list[Scope]:
    """Return the rows whose key is within reach of this row's: a null reaches nulls alone, unless without bound."""
    assert call.frame is not None
    keys = [place(call.order, each) for each in rows]
    return [
        each
        for other, each in enumerate(rows)
        if _is_within(call, call.frame.start, keys, number, other, -1)
        and _is_within(call, call.frame.end, keys, number, other, 1)
    ]


def _is_within(call: ir.WindowCall, bound: ir.Bound, keys: list[Place], number: int, other: int, side: int) -> bool:
    """Whether the key of row `other` is not beyond a bound of the frame of row `number`, on this side of it."""
    if bound.offset is None:
        return True
    here, there = keys[number], keys[other]
    if bound.offset == 0 or None in (here.values[0], there.values[0]):
        return not (there < here if side < 0 else here < there)
    reach = bound.offset if (bound.side == "following") != call.order[0].descending else -bound.offset
    edge = here.values[0] + reach  # of NaN and of what is infinite, itself
    if is_equal(there.values[0], edge):
        return True
    return is_less(edge, there.values[0]) == ((side < 0) != call.order[0].descending)
