"""Casts on Spark accept what the page says, and give what the reference gives."""

from __future__ import annotations

import datetime
import decimal
import random
import struct
from typing import Any

import pytest
from lower_build import rows
from spark_build import on_spark
from test_spark_values import DAYS, FLOATS, TEXTS, TIMES, WHOLE, hold

from odibi_sql import ir

D = decimal.Decimal
NUMBERS = (
    *("7", " 7 ", "-7.5", "+1e3", "1e3", ".5", "5.", "1e400", "-1e400", "1e-400", "inf", "-Infinity", "NaN", "0x1F"),
    *("1_000", "1,5", "", " ", "x", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "9.3e18"),
    *("2.9", "-2.9", "99999999999999999999999999999999999999", "1.005", "-1.005", "1d", "1f", "0x1p3", "\t7", "7\n"),
    *("07", "--1", "12345678.995", "4611686018427387905.5", "1e", "e5", ".", "+", "٣", "1e38", "128", "-129"),
)
TRUTHS = ("true", "T", "yes", " Y", "1", "false", "f", "NO ", "n", "0", "2", "on", "off", "", "tru", "\ttrue")
MOMENTS = (
    *("2025-11-01", "2025-11-1", " 2025-01-31 ", "2025-11-01 10:00", "2025-11-01T10:00:00.123456", "2025-11-01 1:2:3"),
    *("2025-11-01 10:00:00.1234567", "2025-11-01 10:00:00.1234560", "2025-02-29", "2024-02-29", "2025-11-01 24:00:00"),
    *(
        "2025-11-01 25:00",
        "2025-11-01 10:60",
        "0000-01-01",
        "0001-01-01",
        "9999-12-31 23:59:59.999999",
        "2025",
        "2025-11",
    ),
    *("2025/11/01", "12025-01-01", "2025-11-01 10:00:00Z", "2025-11-01 10:00:00 UTC"),
    *(
        "2025-11-01 10:00:00+02:00",
        "2025-11-01 10:00:00+02",
        "2025-11-01 10:00:00-0530",
        "2025-11-01 10:00:00+15",
        "2025-11-01 10:00:00+00:00",
    ),
    *(
        "2025-11-01 10:00:00.5+14:00",
        "epoch",
        "now",
        "infinity",
        "2025-11-01 (x)",
        "2025-13-01",
        "2025-11-01 10",
        "2025-11-01 10:00Z",
        "",
        "-2025-01-01",
    ),
)
NUMERIC = (ir.INT64, ir.INT8, ir.FLOAT64, ir.FLOAT32, ir.Decimal(10, 2), ir.Decimal(38, 0), ir.BOOL, ir.STRING)
MORE_FLOATS = (2.7, -2.7, 0.1, 1.005, 1e15, 1e16, 9.2e18, -(2.0**63), 2.0**63, 3.5e38, 1e-5, 1e7, 12345678.9)
OF_TIME = (ir.DATE, ir.TIMESTAMP, ir.TIMESTAMPTZ)
CASES: list[tuple[ir.Type, Any, tuple[ir.Type, ...]]] = [
    (ir.STRING, NUMBERS, (ir.INT64, ir.INT8, ir.FLOAT64, ir.FLOAT32, ir.Decimal(10, 2), ir.Decimal(38, 0))),
    (ir.STRING, TRUTHS, (ir.BOOL,)),
    (ir.STRING, MOMENTS, OF_TIME),
    (ir.STRING, TEXTS, (ir.BINARY,)),
    (ir.BINARY, (b"", "é😀".encode(), b"\xff", b"a\x00b", None), (ir.STRING,)),
    (ir.INT64, (*WHOLE, 127, 128, 2**53 + 1), NUMERIC),
    (ir.INT8, (-128, 0, 127, None), NUMERIC),
    (
        ir.FLOAT64,
        (
            *(each for each in FLOATS if each != 5e-324),
            2.7,
            -2.7,
            0.1,
            1.005,
            1e15,
            1e16,
            9.2e18,
            -(2.0**63),
            2.0**63,
            3.5e38,
            1e-5,
            1e7,
            12345678.9,
        ),
        NUMERIC,
    ),
    (
        ir.Decimal(12, 2),
        (D("12.50"), D("0.00"), D("-0.05"), D("-2.70"), D("128.00"), D("9999999999.99"), None),
        NUMERIC,
    ),
    (ir.BOOL, (True, False, None), NUMERIC),
    (ir.DATE, DAYS, (*OF_TIME, ir.STRING)),
    (ir.TIMESTAMP, (*TIMES, datetime.datetime(2025, 1, 2, 3, 4, 5, 250000)), (*OF_TIME, ir.STRING)),
    (ir.TIMESTAMPTZ, TIMES, (*OF_TIME, ir.STRING)),
]


@pytest.mark.parametrize(
    ("from_", "values", "to"), CASES, ids=lambda each: str(each) if isinstance(each, ir.Type) else ""
)
def test_casts(from_: ir.Type, values: Any, to: tuple[ir.Type, ...], spark: Any) -> None:
    tried = [lambda x, to=each: ir.Cast(operand=x, type=to, is_try=True) for each in to if each != from_]
    some = [(each,) for each in values]
    hold(spark, (from_,), some, *tried)
    for each in to[:3]:
        if each != from_:
            hold(spark, (from_,), some, lambda x, to=each: ir.Cast(operand=x, type=to))


def test_parts_are_cast_one_by_one(spark: Any) -> None:
    old, new = ir.Array(ir.STRING), ir.Array(ir.INT64)
    pair = ir.Struct((ir.Member("a", ir.STRING), ir.Member("b", old)))
    turned = ir.Struct((ir.Member("b", new), ir.Member("a", ir.FLOAT64)))

    def array(x: ir.Expr) -> ir.Expr:
        return ir.Call(function="array", args=(x,), type=old)

    def of_struct(x: ir.Expr) -> ir.Expr:
        return ir.Cast(operand=ir.MakeStruct(values=(x, array(x)), type=pair), type=turned, is_try=True)

    values = [("7.9",), ("0x1F",), (None,)]
    hold(spark, (ir.STRING,), values, lambda x: ir.Cast(operand=array(x), type=new, is_try=True), of_struct)


def test_the_text_of_a_float(spark: Any) -> None:
    drawn = random.Random(7)
    bits = [struct.unpack("d", drawn.randbytes(8))[0] for _ in range(400)]
    plain = [drawn.uniform(-1, 1) * 10 ** drawn.randint(-7, 18) for _ in range(400)]
    short = [round(drawn.uniform(0, 1), drawn.randint(1, 6)) * 10.0 ** drawn.randint(-20, 25) for _ in range(400)]
    values = [*bits, *plain, *short, 2e-3, 1e23, 2e23, 9007199254740993.0, 123456789012345680.0]
    hold(spark, (ir.FLOAT64,), [(each,) for each in values], lambda x: ir.Cast(operand=x, type=ir.STRING))
    assert on_spark(spark, rows({"x": ir.FLOAT64}, (1.5,))) == [(1.5,)]
