"""Aggregates of the rows of a group, and window functions of the rows of a partition."""

from __future__ import annotations

import decimal
import math
from typing import Any

from interpreter.added import ADDED_AGGREGATES
from interpreter.evaluate import Scope, evaluate
from interpreter.numbers import fitted
from interpreter.values import Place, identity, rank
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
    values = [evaluate(call.args[0], each) for each in rows]
    if call.function in ("first", "first_value"):
        return values[0] if values else None
    if call.function in ("last", "last_value"):
        return values[-1] if values else None
    values = [each for each in values if each is not None]
    if call.is_distinct or call.function == "count_distinct":
        values = list({identity(each): each for each in values}.values())
    return _of_values(call, values)


def _of_values(call: ir.AggregateCall | ir.WindowCall, values: list[Any]) -> Any:
    match call.function:
        case "count" | "count_distinct":
            return len(values)
        case "count_if":
            return sum(each is True for each in values)
        case "array_agg":
            return values
    if not values:
        return None
    match call.function:
        case "sum":
            return fitted(_total(values), call.type)
        case "avg":
            return float(_total(values)) / len(values)
        case "min" | "any_value":
            return min(values, key=rank)
        case "max":
            return max(values, key=rank)
        case "bool_and":
            return all(values)
        case "bool_or":
            return any(values)
    raise NotImplementedError(call.function)


def _total(values: list[Any]) -> Any:
    """Return the sum; of floats the exact one, rounded once, so that it does not depend on the order."""
    if isinstance(values[0], float):
        return math.fsum(values) if all(map(math.isfinite, values)) else sum(values)
    with decimal.localcontext(decimal.Context(prec=100)):
        return sum(values)


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
        case "lag" | "lead":
            return [_neighbour(call, rows, number) for number in range(len(rows))]
    return [aggregate(call, _frame(call, rows, number)) for number in range(len(rows))]


def _dense(places: list[Place]) -> list[int]:
    found: list[int] = []
    for number, each in enumerate(places):
        found.append(1 if number == 0 else found[-1] + (each != places[number - 1]))
    return found


def _neighbour(call: ir.WindowCall, rows: list[Scope], number: int) -> Any:
    offset = evaluate(call.args[1], rows[number]) if len(call.args) > 1 else 1
    there = number - offset if call.function == "lag" else number + offset
    if 0 <= there < len(rows):
        return evaluate(call.args[0], rows[there])
    return evaluate(call.args[2], rows[number]) if len(call.args) > 2 else None


def _frame(call: ir.WindowCall, rows: list[Scope], number: int) -> list[Scope]:
    if call.frame is None:
        return rows
    return rows[_end(call.frame.start, number, 0) : _end(call.frame.end, number, len(rows) - 1) + 1]


def _end(bound: ir.Bound, number: int, unbounded: int) -> int:
    if bound.offset is None:
        return unbounded
    return max(0, number + (bound.offset if bound.side == "following" else -bound.offset))
