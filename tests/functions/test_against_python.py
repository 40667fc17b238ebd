"""Times and texts against Python, at the edges: before 1970, leap days, other planes of Unicode, the ends of int64."""

from __future__ import annotations

import calendar
import datetime
import itertools
from typing import Any

import duckdb
import pytest
from function_harness import connect, form

from odibi_sql import ir
from odibi_sql.functions import CATALOGUE
from odibi_sql.functions.resolve import parameters_of

Timestamp = datetime.datetime
EPOCH = Timestamp(1970, 1, 1)
MOMENTS = [
    *(Timestamp(1969, 12, 31, 23, 59, 59, 999999), EPOCH, Timestamp(1969, 12, 29), Timestamp(1968, 2, 29, 12)),
    *(Timestamp(2024, 2, 29, 10, 37, 12, 345678), Timestamp(2023, 12, 31, 23, 59, 59), Timestamp(2021, 1, 3, 0, 0, 1)),
    *(Timestamp(2000, 1, 31), Timestamp(1900, 3, 1, 6), Timestamp(2025, 11, 1, 0, 30), Timestamp(9999, 12, 31, 23, 59)),
]
TEXTS = ["", "a", "odibi", "né", "a😀b", "ne\u0301e", "  x ", "aXbXc", "ÀÉÎ", "\n"]
SECONDS = {"second": 1, "minute": 60, "hour": 3600}


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return connect()


def asked(
    connection: duckdb.DuckDBPyConnection, name: str, types: tuple[ir.Type, ...], *rows: tuple[Any, ...], **known: Any
) -> list[Any]:
    """Return what a function gives for each row of arguments; `known` has the constants by name."""
    function = CATALOGUE[name]
    constants = tuple(known.get(each.name) for each in parameters_of(function, len(types)) or ())
    names = [f"c{i}" for i in range(len(types))]
    call = form(function, types, constants, names)
    casts = ", ".join(f"CAST({each} AS {_NAMES[type_]}) AS {each}" for each, type_ in zip(names, types, strict=True))
    holes = ", ".join(f"({', '.join(['?'] * (len(types) + 1))})" for _ in rows)
    values = [value for i, row in enumerate(rows) for value in (i, *row)]
    source = f"SELECT i, {casts} FROM (VALUES {holes}) AS given(i, {', '.join(names)})"
    return [row[0] for row in connection.execute(f"SELECT {call} FROM ({source}) ORDER BY i", values).fetchall()]


_NAMES = {ir.STRING: "VARCHAR", ir.INT64: "BIGINT", ir.TIMESTAMP: "TIMESTAMP", ir.DATE: "DATE", ir.FLOAT64: "DOUBLE"}


def floor_to(unit: str, moment: Timestamp) -> Timestamp:
    day = Timestamp(moment.year, moment.month, moment.day)
    match unit:
        case "year":
            return day.replace(month=1, day=1)
        case "quarter":
            return day.replace(month=(moment.month - 1) // 3 * 3 + 1, day=1)
        case "month":
            return day.replace(day=1)
        case "week":
            return day - datetime.timedelta(days=moment.weekday())
        case "day":
            return day
    length = datetime.timedelta(seconds=SECONDS[unit])
    return EPOCH + (moment - EPOCH) // length * length


def steps(unit: str, start: Timestamp, end: Timestamp) -> int:
    start, end = floor_to(unit, start), floor_to(unit, end)
    months = (end.year - start.year) * 12 + end.month - start.month
    match unit:
        case "year":
            return end.year - start.year
        case "quarter":
            return months // 3
        case "month":
            return months
    seconds = {"week": 604800, "day": 86400, **SECONDS}[unit]
    return round((end - start).total_seconds()) // seconds


@pytest.mark.parametrize("unit", ["year", "quarter", "month", "week", "day", "hour", "minute", "second"])
def test_units_of_time(connection: duckdb.DuckDBPyConnection, unit: str) -> None:
    pairs = list(itertools.product(MOMENTS, MOMENTS))
    types = (ir.STRING, ir.TIMESTAMP, ir.TIMESTAMP)
    found = asked(connection, "date_diff", types, *((unit, *pair) for pair in pairs), unit=unit)
    assert found == [steps(unit, *pair) for pair in pairs]
    found = asked(connection, "date_trunc", types[:2], *((unit, each) for each in MOMENTS), unit=unit)
    assert found == [floor_to(unit, each) for each in MOMENTS]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("year", lambda each: each.year),
        ("quarter", lambda each: (each.month + 2) // 3),
        ("month", lambda each: each.month),
        ("week", lambda each: each.isocalendar().week),
        ("day", lambda each: each.day),
        ("hour", lambda each: each.hour),
        ("minute", lambda each: each.minute),
        ("second", lambda each: each.second),
        ("millisecond", lambda each: each.microsecond // 1000),
        ("microsecond", lambda each: each.microsecond),
        ("day_of_week", lambda each: each.isoweekday()),
        ("day_of_year", lambda each: each.timetuple().tm_yday),
        ("iso_year", lambda each: each.isocalendar().year),
        ("month_name", lambda each: calendar.month_name[each.month]),
        ("day_name", lambda each: calendar.day_name[each.weekday()]),
        ("last_day", lambda each: each.date().replace(day=calendar.monthrange(each.year, each.month)[1])),
        ("epoch", lambda each: (each - EPOCH) // datetime.timedelta(seconds=1)),
        ("epoch_ms", lambda each: (each - EPOCH) // datetime.timedelta(milliseconds=1)),
        ("epoch_us", lambda each: (each - EPOCH) // datetime.timedelta(microseconds=1)),
    ],
)
def test_parts_of_time(connection: duckdb.DuckDBPyConnection, name: str, expected: Any) -> None:
    assert asked(connection, name, (ir.TIMESTAMP,), *((each,) for each in MOMENTS)) == [
        expected(each) for each in MOMENTS
    ]
    parts = CATALOGUE["date_part"].parameters[0].choices
    if name in parts:
        types = (ir.STRING, ir.TIMESTAMP)
        found = asked(connection, "date_part", types, *((name, each) for each in MOMENTS), part=name)
        assert found == [expected(each) for each in MOMENTS]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("length", len),
        ("reverse", lambda text: text[::-1]),
        ("octet_length", lambda text: len(text.encode())),
        ("unicode", lambda text: ord(text[0]) if text else 0),
        ("hex", lambda text: text.encode().hex().upper()),
        ("trim", lambda text: text.strip(" ")),
        ("is_blank", lambda text: text.strip(" ") == ""),
    ],
)
def test_texts(connection: duckdb.DuckDBPyConnection, name: str, expected: Any) -> None:
    assert asked(connection, name, (ir.STRING,), *((each,) for each in TEXTS)) == [expected(each) for each in TEXTS]


def test_parts_of_texts(connection: duckdb.DuckDBPyConnection) -> None:
    cases = list(itertools.product(TEXTS, [1, 2, 3, 9], [-1, 0, 1, 2, 9]))
    found = asked(connection, "substring", (ir.STRING, ir.INT64, ir.INT64), *cases)
    assert found == [text[start - 1 : start - 1 + max(count, 0)] for text, start, count in cases]
    cases = list(itertools.product(TEXTS, [0, 1, 2, 9, -1, -2]))
    types = (ir.STRING, ir.INT64)
    assert asked(connection, "left", types, *cases) == [text[:count] if count else "" for text, count in cases]
    assert asked(connection, "right", types, *cases) == [text[-count:] if count else "" for text, count in cases]
    assert asked(connection, "repeat", types, *cases) == [text * count for text, count in cases]


def test_position_zero_of_a_column_is_null(connection: duckdb.DuckDBPyConnection) -> None:
    assert asked(connection, "substring", (ir.STRING, ir.INT64), ("abc", 0)) == [None]
    assert asked(connection, "split_part", (ir.STRING, ir.STRING, ir.INT64), ("a,b", ",", 0)) == [None]


def test_the_ends_of_int64(connection: duckdb.DuckDBPyConnection) -> None:
    least, most = -(2**63), 2**63 - 1
    assert asked(connection, "floor", (ir.INT64,), (most,), (least,)) == [most, least]
    assert asked(connection, "round", (ir.INT64, ir.INT64), (most - 7, 0), (-15, 0), digits=-1) == [most - 7, -20]
    assert asked(connection, "greatest", (ir.INT64, ir.INT64), (most, most - 1)) == [most]
    for name, types, row in [
        ("abs", (ir.INT64,), (least,)),
        ("round", (ir.INT64, ir.INT64), (most, 0)),
        ("from_epoch", (ir.INT64,), (most,)),
        ("shift_left", (ir.INT64, ir.INT64), (most, 1)),
    ]:
        with pytest.raises(duckdb.Error):
            asked(connection, name, types, row, digits=-1)


def test_what_has_no_value_is_null(connection: duckdb.DuckDBPyConnection) -> None:
    nan, inf = float("nan"), float("inf")
    for name in ("sqrt", "ln", "log10", "log2"):
        assert asked(connection, name, (ir.FLOAT64,), (-1.0,), (-inf,), (None,)) == [None] * 3
        assert str(asked(connection, name, (ir.FLOAT64,), (nan,))[0]) == "nan"
    for name in ("sin", "cos", "tan", "cot", "asin", "acos"):
        assert asked(connection, name, (ir.FLOAT64,), (inf,), (None,)) == [None, None]
    assert asked(connection, "mod", (ir.FLOAT64, ir.FLOAT64), (5.5, 0.0), (-5.5, 2.0)) == [None, -1.5]
    assert asked(connection, "power", (ir.FLOAT64, ir.FLOAT64), (-8.0, 0.5), (-2.0, 3.0), (0.0, -1.0)) == [
        None,
        -8.0,
        inf,
    ]
    assert asked(connection, "greatest", (ir.FLOAT64, ir.FLOAT64), (nan, inf))[0] != inf
    assert asked(connection, "sign", (ir.FLOAT64,), (-0.0,), (-inf,)) == [0.0, -1.0]
    assert str(asked(connection, "sign", (ir.FLOAT64,), (nan,))[0]) == "nan"
