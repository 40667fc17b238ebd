"""Operators on Spark and on DuckDB give what the reference says, and fail where it does."""

from __future__ import annotations

import datetime
import decimal
import itertools
from typing import Any

import pytest
from interpreter.values import identity
from lower_build import call, col, lit, project, rows
from spark_build import FAILS, by_reference, on_duckdb, on_spark

from odibi_sql import ir

NAN, INF = float("nan"), float("inf")
D = decimal.Decimal
LEAST, MOST = -(2**63), 2**63 - 1
WHOLE = [0, 1, -1, 2, 7, -7, LEAST, MOST, None]
FLOATS = [0.0, -0.0, 1.5, -2.5, 7.0, 1e300, 5e-324, -INF, INF, NAN, None]
DAYS = [
    datetime.date(2025, 1, 31),
    datetime.date(1, 1, 1),
    datetime.date(9999, 12, 31),
    datetime.date(1500, 2, 28),
    None,
]
TIMES = [
    datetime.datetime(2025, 1, 31, 22, 30),
    datetime.datetime(1, 1, 1, 0, 0, 0, 1),
    datetime.datetime(1969, 12, 31, 23, 59, 59, 999999),
    datetime.datetime(9999, 12, 31, 23, 59, 59),
    None,
]
DURATIONS = [ir.Interval(0, 30, 0), ir.Interval(1, 0, 0), ir.Interval(0, -1, 5), ir.Interval(0, 0, -90_000_001), None]
TEXTS = ["", "a", "B", "é", "a\\b", 'it\'s "x"', "${x} -- /* */", "line\nbreak", "100%", "a_b", "😀", None]


def same(one: Any, other: Any) -> bool:
    return one == other if FAILS in (one, other) else [*map(_key, one)] == [*map(_key, other)]


def _key(row: tuple[Any, ...]) -> Any:
    return tuple(identity(each) for each in row)


def hold(
    spark: Any, types: tuple[ir.Type, ...], values: list[tuple[Any, ...]], *makes: Any, on_both: bool = True
) -> None:
    """Hold expressions over columns of these types to the reference: all rows that have values in one statement, the
    first of those that fail in one of its own."""
    columns = {f"c{place}": type_ for place, type_ in enumerate(types)}

    def over(some: list[tuple[Any, ...]]) -> ir.Relation:
        base = rows({"id": ir.INT64, **columns}, *((at, *row) for at, row in enumerate(some)))
        args = [col(base, name) for name in columns]
        return project(base, id="id", **{f"v{place}": make(*args) for place, make in enumerate(makes)})

    expected = {place: by_reference(over([row])) for place, row in enumerate(values)}
    good = [row for place, row in enumerate(values) if expected[place] != FAILS]
    if good:
        relation = over(good)
        wanted = by_reference(relation)
        found = on_spark(spark, relation)
        assert found != FAILS, f"fails for one of {good}"
        wrong = [each for each in zip(good, found, wanted, strict=True) if _key(each[1]) != _key(each[2])]
        assert not wrong, f"(values, Spark, reference): {wrong[:5]}"
        if on_both:
            duck = on_duckdb(relation)
            assert same(duck, wanted), f"DuckDB: {duck} instead of {wanted}"
    for row in [row for place, row in enumerate(values) if expected[place] == FAILS][:1]:
        assert on_spark(spark, over([row])) == FAILS, row


def pairs(values: list[Any]) -> list[tuple[Any, ...]]:
    return list(itertools.product(values, values))


def operator(name: str, type_: ir.Type) -> Any:
    return lambda *args: call(name, *args, type_=type_)


@pytest.mark.parametrize("name", ["+", "-", "*", "//", "%"])
def test_whole_numbers(name: str, spark: Any) -> None:
    hold(spark, (ir.INT64, ir.INT64), pairs(WHOLE), operator(name, ir.INT64), on_both=name != "%")


def test_quotients_of_whole_numbers(spark: Any) -> None:
    hold(spark, (ir.INT64, ir.INT64), pairs(WHOLE), operator("/", ir.FLOAT64))


def test_the_negative_of_a_number(spark: Any) -> None:
    hold(spark, (ir.INT64,), [(each,) for each in WHOLE], operator("negate", ir.INT64))
    hold(spark, (ir.FLOAT64,), [(each,) for each in FLOATS], operator("negate", ir.FLOAT64))


@pytest.mark.parametrize("name", ["+", "-", "*", "/", "//", "%"])
def test_floats(name: str, spark: Any) -> None:
    hold(spark, (ir.FLOAT64, ir.FLOAT64), pairs(FLOATS), operator(name, ir.FLOAT64))


COMPARISONS = ["=", "<>", "<", "<=", ">", ">=", "is distinct from"]


@pytest.mark.parametrize(
    ("type_", "values"),
    [
        (ir.INT64, WHOLE),
        (ir.FLOAT64, FLOATS),
        (ir.STRING, TEXTS),
        (ir.DATE, DAYS),
        (ir.TIMESTAMP, TIMES),
        (ir.DURATION, DURATIONS),
        (ir.BOOL, [True, False, None]),
        (ir.Decimal(38, 10), [D("0"), D("-0.0000000001"), D("1234567890123456789012345678.0123456789"), None]),
    ],
    ids=lambda each: str(each) if isinstance(each, ir.Type) else "",
)
def test_comparisons(type_: ir.Type, values: list[Any], spark: Any) -> None:
    hold(spark, (type_, type_), pairs(values), *(operator(name, ir.BOOL) for name in COMPARISONS))


def test_conditions(spark: Any) -> None:
    hold(spark, (ir.BOOL, ir.BOOL), pairs([True, False, None]), *(operator(name, ir.BOOL) for name in ("and", "or")))
    alone = ("not", "is null", "is true", "is false")
    hold(spark, (ir.BOOL,), [(True,), (False,), (None,)], *(operator(name, ir.BOOL) for name in alone))


LIKES = ["%", "a%", "_", "__", "a\\b", "a\\%", "%\\%", "100%", "a_b", "%'%", "${x}%", "line%", "", "\\\\"]


ESCAPES = [("100!%", "!"), ("a!_b", "!"), ("a\\\\b", "\\"), ("a!!%", "!"), ("%'%", "'")]


def test_likes(spark: Any) -> None:
    makes: list[Any] = [
        lambda x, p=pattern, name=name: call(name, x, lit(p)) for pattern in LIKES for name in ("like", "ilike")
    ]
    makes += [lambda x, p=pattern, e=escape: call("like", x, lit(p), lit(e)) for pattern, escape in ESCAPES]
    hold(spark, (ir.STRING,), [(each,) for each in [*TEXTS, "a!b", "100x", "a!"]], *makes)
    both = [operator(name, ir.BOOL) for name in ("like", "ilike")]
    hold(spark, (ir.STRING, ir.STRING), list(itertools.product(TEXTS, [*LIKES, None])), *both)


def test_in(spark: Any) -> None:
    lists: list[list[Any]] = [[0.0], [NAN, 1.5], [7.0, None], [float(each) for each in range(15)]]
    makes = [lambda x, items=items: call("in", x, *(lit(each, ir.FLOAT64) for each in items)) for items in lists]
    hold(spark, (ir.FLOAT64,), [(each,) for each in FLOATS], *makes)


def test_between(spark: Any) -> None:
    values = list(itertools.product([0, 1, 5, None], repeat=3))
    hold(spark, (ir.INT64, ir.INT64, ir.INT64), values, operator("between", ir.BOOL))


def test_joined_texts_and_arrays(spark: Any) -> None:
    hold(spark, (ir.STRING, ir.STRING), pairs(TEXTS), operator("||", ir.STRING))
    hold(spark, (ir.BINARY, ir.BINARY), pairs([b"", b"\x00\xff", b"a'\\", None]), operator("||", ir.BINARY))
    array = ir.Array(ir.INT64)
    some = call("array", lit(1), lit(None, ir.INT64), type_=array)

    def joined(x: ir.Expr) -> ir.Expr:
        one = call("array", x, type_=array)
        return call("||", call("||", one, some, type_=array), call("array", type_=array), type_=array)

    hold(spark, (ir.INT64,), [(1,), (None,)], joined)


def test_items_of_arrays(spark: Any) -> None:
    array = call("array", lit(5), lit(None, ir.INT64), lit(7), type_=ir.Array(ir.INT64))
    indexes = [(each,) for each in [0, 1, 2, 3, 4, -1, LEAST, MOST, 2**31, -(2**31), None]]
    places = [lambda x, index=index: call("[]", array, lit(index), type_=ir.INT64) for index in (0, 1, 3, 4, 2**40)]
    hold(spark, (ir.INT64,), indexes, lambda x: call("[]", array, x, type_=ir.INT64), *places)
