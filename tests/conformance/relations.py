"""Joins, set operations, subqueries: the cases of a name are one statement over two tables, a key of each type."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from decimal import Decimal
from itertools import cycle, islice
from typing import Any

from conformance.cases import Case
from odibi_sql import ir

D, T = datetime.date, datetime.datetime
NAN, INF = math.nan, math.inf
DECIMAL, WIDE = ir.Decimal(10, 2), ir.Decimal(38, 10)
PAIR = ir.Struct((ir.Member("n", ir.INT64), ir.Member("f", ir.FLOAT64)))
# The first is in the left table alone, the last in the right one alone; those between, and null, are in both.
KEYS: dict[ir.Type, list[Any]] = {
    ir.INT64: [5, 0, 1, -7, 2**53 + 1, 2**63 - 1, -(2**63), 6],
    ir.INT8: [5, 0, 1, -7, 127, -128, 6],
    ir.FLOAT64: [5.0, NAN, 0.0, -0.0, 1.0, -7.0, 2.0**53, INF, -INF, 0.1, 6.0],
    ir.FLOAT32: [5.0, NAN, 0.0, -0.0, 1.0, 0.10000000149011612, INF, 6.0],
    DECIMAL: [Decimal(each) for each in ("5.00", "0.00", "1.00", "-7.00", "0.01", "99999999.99", "6.00")],
    WIDE: [Decimal(each).quantize(Decimal("1e-10")) for each in ("5", "0", "1", "0.01", "-0.0000000001", "6")],
    ir.STRING: ["x", "", "a", "A", "a ", "é", "e\u0301", "Z", "😀", "\uff5e", "y"],
    ir.BINARY: [b"x", b"", b"a", b"\x00", b"\xff", b"y"],
    ir.BOOL: [True, False],
    ir.DATE: [D(1, 1, 1), D(1970, 1, 1), D(2024, 2, 29), D(9999, 12, 31)],
    ir.TIMESTAMP: [T(1, 1, 1), T(1970, 1, 1), T(1970, 1, 1, 0, 0, 0, 1), T(2024, 2, 29), T(9999, 12, 31, 23)],
    ir.TIMESTAMPTZ: [T(1, 1, 2), T(1970, 1, 1), T(2024, 2, 29), T(9999, 12, 30)],
    ir.Array(ir.INT64): [[5], [], [1], [1, None], [None], [None, 1], [6]],
    ir.Array(ir.FLOAT64): [[5.0], [NAN], [0.0], [-0.0], [NAN, None], [6.0]],
    PAIR: [{"n": 5, "f": 1.0}, {"n": None, "f": NAN}, {"n": 0, "f": -0.0}, {"n": 0, "f": 0.0}, {"n": 6, "f": None}],
}
TYPES = tuple(KEYS)
ORDERED = (ir.INT64, ir.FLOAT64, DECIMAL, ir.STRING, ir.DATE, ir.TIMESTAMP, ir.TIMESTAMPTZ)
MIXED = (
    *((ir.INT64, ir.INT8), (ir.INT64, ir.FLOAT64), (ir.FLOAT32, ir.FLOAT64), (ir.INT8, DECIMAL), (ir.INT64, WIDE)),
    *((DECIMAL, WIDE), (ir.FLOAT64, DECIMAL), (WIDE, ir.FLOAT64), (ir.DATE, ir.TIMESTAMP)),
)
ROWS = 14  # of each table


def columns(types: Sequence[ir.Type], side: str) -> dict[str, list[Any]]:
    """Return the values of the key of each type in the left or the right table; null is there twice."""
    return {f"k{TYPES.index(each)}": _side(KEYS[each], side) for each in types}


def _side(values: list[Any], side: str) -> list[Any]:
    there = values[:-1] if side == "left" else values[1:]
    return list(islice(cycle([None, *there, there[0]]), ROWS))


ON = {
    "equal": "on {x}.k = {y}.k",
    "null-safe": "on {x}.k is not distinct from {y}.k",
    "less": "on {x}.k < {y}.k",
    "and more": "on {x}.k = {y}.k and a < b",
    "one side": "on {x}.k = {y}.k and a < 9 and b > 1",
}
KINDS = ("inner", "left", "right", "full", "semi", "anti")
SETS = ("union", "union distinct", "intersect", "intersect all", "except", "except all")
JOINS = (*(f"join {kind}" for kind in KINDS), "join cross", "join asof", "join asof inner")
QUERIES = (
    "select a, k, k in (select k from {y}) as r from {x}",
    "select a, k, k not in (select k from {y}) as r from {x}",
    "select a, k, k not in (select k from {y} where k is not null) as r from {x}",
    "select a, k, k not in (select k from {y} where b > 99) as r from {x}",
    "select a, k from {x} where k in (select k from {y})",
    "select a, k from {x} where k not in (select k from {y})",
    "select a, k from {x} where k not in (select k from {y} where k is not null)",
    "select a, k from {x} where k is not null and k not in (select k from {y} where b < 3 and k is not null)",
    "select a, k from {x} where exists (select k from {y} where {y}.k = {x}.k)",
    "select a, k from {x} where not exists (select k from {y} where {y}.k = {x}.k)",
    "select a, k from {x} where a > 3 or k in (select k from {y})",
    "select a, k, (select max(b) from {y} where {y}.k = {x}.k) as r from {x}",
)
NAMES = (*JOINS, *SETS, "in and exists")


def relation_cases(name: str) -> list[Case]:
    """Return the cases of a name: operators, or a query of SQL, with `{x}` and `{y}` for the tables."""
    if name in SETS:
        return [_case(f"{name} {{y}}", each) for each in (*((each, each) for each in TYPES), *MIXED)]
    if name == "in and exists":
        return [_case(each, (kind, kind)) for kind in (ir.INT64, ir.FLOAT64, ir.STRING) for each in QUERIES]
    if name == "join cross":
        return [_case("join cross {y} (b, k2 = k)", (ir.INT64, ir.INT64))]
    if name.startswith("join asof"):
        return _as_of(name)
    return _joins(name)


def _joins(name: str) -> list[Case]:
    brought = "" if name in ("join semi", "join anti") else " (b, k2 = k)"
    cases = []
    for types in (*((each, each) for each in TYPES), *MIXED):
        cases.append(_case(f"{name} {{y}}{' (b)' if brought else ''} on k", types))
        if types in ((ir.INT64, ir.INT64), (ir.FLOAT64, ir.FLOAT64), (PAIR, PAIR), (ir.INT64, ir.FLOAT64)):
            cases += [_case(f"{name} {{y}}{brought} {on}", types) for on in list(ON.values())[1:]]
            cases.append(_case(f"filter k is not null | {name} {{y}}{brought} {ON['equal']}", types))
            if brought:
                cases.append(_case(f"{name} {{y}}{brought} {ON['equal']} match many", types))
    return [each for each in cases if PAIR not in each.types or "<" not in each.text]


def _as_of(name: str) -> list[Case]:
    cases = [
        _case(f"{name} {{y}} (b, k2 = k) on {{x}}.k {operator} {{y}}.k", (kind, kind))
        for kind in ORDERED
        for operator in (">=", ">", "<=", "<")
    ]
    cases.append(_case(f"{name} {{y}} (b, k2 = k) on {{x}}.k = {{y}}.k and a >= b", (ir.FLOAT64, ir.FLOAT64)))
    cases.append(_case(f"{name} {{y}} (b, k2 = k) on {{x}}.k = {{y}}.k and a < b and b < 9", (ir.STRING, ir.STRING)))
    cases.append(_case(f"{name} {{y}} (b, k2 = k) on {{x}}.k >= {{y}}.k", (ir.DATE, ir.TIMESTAMP)))
    return cases


def _case(text: str, types: tuple[ir.Type, ir.Type]) -> Case:
    return Case(text, types, ((),) * ROWS)
