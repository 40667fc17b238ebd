"""Operators, casts and constants: the values and the types that DuckDB gives for what they are lowered to."""

from __future__ import annotations

import datetime
import decimal
import math
import random
from typing import Any

import duckdb
import pytest
from lower_build import CLOCK, answer, call, col, implicit, lit, point, project, rows, sql_of, value

from odibi_sql import ir

LEAST, MOST = -(2**63), 2**63 - 1
NAN, INF = math.nan, math.inf


def two(left: Any, right: Any, type_: ir.Type) -> ir.Rows:
    return rows({"a": type_, "b": type_}, (left, right))


def calculated(operator: str, left: Any, right: Any, type_: ir.Type, result: ir.Type) -> Any:
    """Return `left operator right` of two columns."""
    base = two(left, right, type_)
    return value(call(operator, col(base, "a"), col(base, "b"), type_=result), base)


@pytest.mark.parametrize(
    ("operator", "left", "right", "expected"),
    [
        ("+", 1, 2, 3),
        ("-", LEAST + 1, 1, LEAST),
        ("*", 2**31, 2**31, 2**62),
        ("//", 7, 2, 3),
        ("//", -7, 2, -4),
        ("//", 7, -2, -4),
        ("//", -7, -2, 3),
        ("//", MOST, 2, 2**62 - 1),
        ("//", LEAST, 3, LEAST // 3),
        ("//", 1, 0, None),
        ("//", None, 2, None),
        ("%", 7, 3, 1),
        ("%", -7, 3, -1),
        ("%", 7, -3, 1),
        ("%", 7, 0, None),
    ],
)
def test_whole_numbers(operator: str, left: Any, right: Any, expected: Any) -> None:
    assert calculated(operator, left, right, ir.INT64, ir.INT64) == expected


@pytest.mark.parametrize(
    ("operator", "left", "right"), [("+", MOST, 1), ("-", LEAST, 1), ("*", 2**32, 2**31), ("//", LEAST, -1)]
)
def test_overflow_fails(operator: str, left: int, right: int) -> None:
    with pytest.raises(duckdb.OutOfRangeException):
        calculated(operator, left, right, ir.INT64, ir.INT64)


def test_small_integers_are_added_in_64_bits() -> None:
    base = two(2**31 - 1, 2**31 - 1, ir.INT32)
    sides = (implicit(col(base, name), ir.INT64) for name in "ab")
    assert value(call("+", *sides, type_=ir.INT64), base) == 2**32 - 2


def test_the_least_integer_has_no_negative() -> None:
    base = rows({"a": ir.INT64}, (LEAST,))
    with pytest.raises(duckdb.OutOfRangeException):
        value(call("negate", col(base, "a"), type_=ir.INT64), base)


@pytest.mark.parametrize(
    ("operator", "left", "right", "expected"),
    [("/", 1.0, 4.0, 0.25), ("/", 1.0, 0.0, None), ("/", 0.0, 0.0, None), ("%", 7.5, 2.0, 1.5), ("%", 1.0, 0.0, None)],
)
def test_floats(operator: str, left: float, right: float, expected: float | None) -> None:
    assert calculated(operator, left, right, ir.FLOAT64, ir.FLOAT64) == expected


def test_integers_divided_are_a_float() -> None:
    assert calculated("/", 7, 2, ir.INT64, ir.FLOAT64) == 3.5
    assert calculated("/", 7, 0, ir.INT64, ir.FLOAT64) is None


@pytest.mark.parametrize(
    ("operator", "left", "right", "expected"),
    [
        ("=", NAN, NAN, True),
        (">", NAN, INF, True),
        ("<", 1.0, NAN, True),
        ("=", 0.0, -0.0, True),
        ("is distinct from", None, None, False),
        ("is distinct from", None, 1.0, True),
        ("<>", None, 1.0, None),
    ],
)
def test_comparisons(operator: str, left: Any, right: Any, expected: Any) -> None:
    assert calculated(operator, left, right, ir.FLOAT64, ir.BOOL) is expected


def test_a_float32_is_not_the_float64_of_the_same_digits() -> None:
    base = rows({"a": ir.FLOAT32}, (0.1,))
    assert value(call("=", implicit(col(base, "a"), ir.FLOAT64), point("0.1")), base) is False


@pytest.mark.parametrize("seed", range(20))
def test_decimals_are_divided_exactly(seed: int) -> None:
    chance = random.Random(seed)
    one, other = (decimal.Decimal(chance.randint(-(10**17), 10**17)).scaleb(-4) for _ in range(2))
    if seed % 3 == 0:
        other = decimal.Decimal(chance.choice([3, 7, -7, 9, 64])).scaleb(-4)
    with decimal.localcontext(decimal.Context(prec=80)):
        expected = (one / other).quantize(decimal.Decimal(10) ** -12, decimal.ROUND_HALF_UP)
    assert calculated("/", one, other, ir.Decimal(18, 4), ir.Decimal(38, 12)) == expected


def test_a_decimal_by_zero_is_null() -> None:
    assert calculated("/", decimal.Decimal(1), decimal.Decimal(0), ir.Decimal(5, 2), ir.Decimal(38, 12)) is None
    assert calculated("%", decimal.Decimal(1), decimal.Decimal(0), ir.Decimal(5, 2), ir.Decimal(5, 2)) is None


@pytest.mark.parametrize(
    ("operator", "type_", "result", "expected"),
    [
        ("+", ir.Decimal(18, 2), ir.Decimal(19, 2), "19999999999999999.98"),
        ("*", ir.Decimal(18, 2), ir.Decimal(36, 4), "99999999999999999800000000000000.0001"),
        ("-", ir.Decimal(38, 2), ir.Decimal(38, 2), "0.00"),
    ],
)
def test_wide_decimals(operator: str, type_: ir.Decimal, result: ir.Type, expected: str) -> None:
    most = decimal.Decimal("9999999999999999.99")
    assert calculated(operator, most, most, type_, result) == decimal.Decimal(expected)


def test_decimals_floor() -> None:
    one, other = decimal.Decimal("-7.5"), decimal.Decimal("2.00")
    assert calculated("//", one, other, ir.Decimal(5, 2), ir.Decimal(5, 0)) == -4


CASTS = [
    (2.7, ir.FLOAT64, ir.INT64, 2),
    (-2.7, ir.FLOAT64, ir.INT64, -2),
    (decimal.Decimal("2.99"), ir.Decimal(5, 2), ir.INT32, 2),
    (decimal.Decimal("2.675"), ir.Decimal(5, 3), ir.Decimal(5, 2), decimal.Decimal("2.68")),
    (decimal.Decimal("-2.675"), ir.Decimal(5, 3), ir.Decimal(5, 2), decimal.Decimal("-2.68")),
    (" 12 ", ir.STRING, ir.INT64, 12),
    ("2.7", ir.STRING, ir.INT64, 2),
    ("-2.7", ir.STRING, ir.INT64, -2),
    (str(MOST), ir.STRING, ir.INT64, MOST),
    ("2025-11-01", ir.STRING, ir.DATE, datetime.date(2025, 11, 1)),
    (True, ir.BOOL, ir.STRING, "true"),
    (True, ir.BOOL, ir.INT64, 1),
    (1e20, ir.FLOAT64, ir.STRING, "1e+20"),
    (1.0, ir.FLOAT64, ir.STRING, "1.0"),
    (datetime.date(2025, 1, 2), ir.DATE, ir.TIMESTAMP, datetime.datetime(2025, 1, 2)),
    (datetime.datetime(2025, 1, 2, 3), ir.TIMESTAMP, ir.DATE, datetime.date(2025, 1, 2)),
    ("é", ir.STRING, ir.BINARY, "é".encode()),
    ("é".encode(), ir.BINARY, ir.STRING, "é"),
    (None, ir.STRING, ir.INT64, None),
]


@pytest.mark.parametrize(("before", "from_", "to", "expected"), CASTS)
def test_casts(before: Any, from_: ir.Type, to: ir.Type, expected: Any) -> None:
    base = rows({"a": from_}, (before,))
    for is_try in (False, True):
        assert value(ir.Cast(type=to, operand=col(base, "a"), is_try=is_try), base) == expected


@pytest.mark.parametrize(
    ("before", "from_", "to"),
    [
        ("x", ir.STRING, ir.INT64),
        ("0x1F", ir.STRING, ir.INT64),
        ("1_000", ir.STRING, ir.INT64),
        ("1_000", ir.STRING, ir.Decimal(10, 2)),
        ("1_0", ir.STRING, ir.FLOAT64),
        ("2025/11/01", ir.STRING, ir.DATE),
        ("2025-11-01 10:00:00+02:00", ir.STRING, ir.TIMESTAMP),
        ("2025-11-01 10:00:00.1234567", ir.STRING, ir.TIMESTAMP),
        ("", ir.STRING, ir.INT64),
        ("x", ir.STRING, ir.DATE),
        (NAN, ir.FLOAT64, ir.INT64),
        (2**31, ir.INT64, ir.INT32),
        (decimal.Decimal(1000), ir.Decimal(5, 0), ir.Decimal(3, 0)),
    ],
)
def test_what_cannot_be_cast(before: Any, from_: ir.Type, to: ir.Type) -> None:
    base = rows({"a": from_}, (before,))
    with pytest.raises((duckdb.ConversionException, duckdb.InvalidInputException)):
        value(ir.Cast(type=to, operand=col(base, "a")), base)
    assert value(ir.Cast(type=to, operand=col(base, "a"), is_try=True), base) is None


CONSTANTS = [
    (7, ir.INT64),
    (7, ir.INT8),
    (LEAST, ir.INT64),
    (MOST, ir.INT64),
    (0.1, ir.FLOAT64),
    (-0.1, ir.FLOAT64),
    (1 / 3, ir.FLOAT64),
    (1e300, ir.FLOAT64),
    (5e-324, ir.FLOAT64),
    (INF, ir.FLOAT64),
    (-INF, ir.FLOAT64),
    (decimal.Decimal("0.17"), ir.FLOAT64),
    (decimal.Decimal("1.5"), ir.Decimal(10, 4)),
    (decimal.Decimal("-99999999999999999999999999999999.999999"), ir.Decimal(38, 6)),
    ("it's", ir.STRING),
    ("a\\n'' \n é 🦆", ir.STRING),
    (b"\x00\xff'a", ir.BINARY),
    (True, ir.BOOL),
    (None, ir.DATE),
    (datetime.date(1, 1, 1), ir.DATE),
    (datetime.date(2025, 2, 28), ir.DATE),
    (datetime.datetime(2025, 2, 28, 1, 2, 3, 456789), ir.TIMESTAMP),
]


@pytest.mark.parametrize(("constant", "type_"), CONSTANTS)
def test_constants(constant: Any, type_: ir.Type) -> None:
    expected = float(constant) if type_ == ir.FLOAT64 else constant
    assert value(lit(constant, type_)) == expected
    assert answer(rows({"a": type_}, (constant,), (constant,), (None,))) == [(expected,), (expected,), (None,)]


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        (ir.Interval(0, 7, 0), datetime.timedelta(days=7)),
        (ir.Interval(0, 1, 1), datetime.timedelta(days=1, microseconds=1)),
        (ir.Interval(0, 0, 90_000_000), datetime.timedelta(seconds=90)),
        (ir.Interval(0, 0, 7_200_000_000), datetime.timedelta(hours=2)),
        (ir.Interval(0, 0, 0), datetime.timedelta(0)),
    ],
)
def test_durations(interval: ir.Interval, expected: datetime.timedelta) -> None:
    assert value(lit(interval)) == expected


def test_a_date_and_a_duration() -> None:
    base = rows({"day": ir.DATE}, (datetime.date(2025, 1, 31),))
    month = lit(ir.Interval(months=1))
    assert value(call("+", col(base, "day"), month, type_=ir.DATE), base) == datetime.date(2025, 2, 28)
    assert value(call("+", col(base, "day"), month, type_=ir.TIMESTAMP), base) == datetime.datetime(2025, 2, 28)


def test_the_clock_is_the_runs() -> None:
    assert value(call("now", type_=ir.TIMESTAMP)) == CLOCK
    assert value(call("today", type_=ir.DATE)) == CLOCK.date()


def test_arrays_and_maps() -> None:
    numbers = call("array", lit(10), lit(20), lit(None, ir.INT64), type_=ir.Array(ir.INT64))
    base = project(rows({"i": ir.INT64}, (2,)), numbers=numbers, i="i")
    assert value(col(base, "numbers"), base) == [10, 20, None]
    for index, expected in ((1, 10), (2, 20), (0, None), (4, None)):
        assert value(call("[]", col(base, "numbers"), lit(index), type_=ir.INT64), base) == expected
    assert value(call("[]", col(base, "numbers"), col(base, "i"), type_=ir.INT64), base) == 20
    below = call("negate", col(base, "i"), type_=ir.INT64)
    assert value(call("[]", col(base, "numbers"), below, type_=ir.INT64), base) is None
    assert value(call("array", type_=ir.Array(ir.STRING))) == []


def test_structs() -> None:
    type_ = ir.Struct((ir.Member("a", ir.INT64), ir.Member("two words", ir.STRING)))
    made = ir.MakeStruct(type=type_, values=(lit(1), lit("x")))
    assert value(made) == {"a": 1, "two words": "x"}
    assert value(ir.GetMember(type=ir.STRING, operand=made, name="two words")) == "x"


@pytest.mark.parametrize(
    ("text", "pattern", "escape", "expected"),
    [("abc", "a%", None, True), ("abc", "A%", None, False), ("a%", "a!%", "!", True), ("ab", "a!%", "!", False)],
)
def test_like(text: str, pattern: str, escape: str | None, expected: bool) -> None:
    args = [lit(text), lit(pattern), *([lit(escape)] if escape else [])]
    assert value(call("like", *args)) is expected
    assert value(call("not", call("like", *args))) is not expected


def test_conditions() -> None:
    null = lit(None, ir.INT64)
    assert value(call("in", lit(1), lit(2), null)) is None
    assert value(call("not", call("in", lit(1), lit(2), lit(3)))) is True
    assert value(call("not", call("is null", null))) is False
    assert value(call("is true", lit(None, ir.BOOL))) is False
    assert value(call("not", call("is true", lit(None, ir.BOOL)))) is True
    assert value(call("between", lit(2), lit(1), lit(3))) is True
    mixed = call("and", lit(False), call("or", lit(True), lit(True)))
    assert value(mixed) is False


def test_operators_keep_their_order() -> None:
    base = two(7, 2, ir.INT64)
    a, b = col(base, "a"), col(base, "b")
    minus = call("-", a, call("-", a, b, type_=ir.INT64), type_=ir.INT64)
    assert value(minus, base) == 2
    times = call("*", call("+", a, b, type_=ir.INT64), b, type_=ir.INT64)
    assert value(times, base) == 18
    assert value(call("=", call("=", a, b), lit(False)), base) is True
    assert value(call("-", a, call("negate", b, type_=ir.INT64), type_=ir.INT64), base) == 9


def test_require() -> None:
    base = rows({"a": ir.INT64}, (1,), (None,))
    required = project(base, a=call("require", col(base, "a"), lit("a is null"), type_=ir.INT64))
    with pytest.raises(duckdb.InvalidInputException, match="a is null"):
        answer(required)


def test_constants_are_plain() -> None:
    base = rows({"a": ir.FLOAT64, "n": ir.INT64, "d": ir.Decimal(10, 2)}, (1.0, 1, decimal.Decimal(1)))
    a, n, d = (col(base, name) for name in "and")
    sql = sql_of(
        project(
            base,
            x=call("*", a, point("1.5"), type_=ir.FLOAT64),
            y=call("*", implicit(n, ir.FLOAT64), point("1.5"), type_=ir.FLOAT64),
            z=call("+", n, lit(1), type_=ir.INT64),
            w=call(">", d, lit(decimal.Decimal(0), ir.Decimal(10, 2))),
            v=lit(1),
        )
    )
    for expected in ("a * 1.5 AS x", "n * 1.5e0 AS y", "n + 1 AS z", "d > 0 AS w", "CAST(1 AS BIGINT) AS v"):
        assert expected in sql
