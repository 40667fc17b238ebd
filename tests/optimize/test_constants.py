"""Constants and conditions: what is computed when compiling, and what is left to the run."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import ir_build as build
import pytest
from rule_cases import DAY, A

from odibi_sql import ir
from odibi_sql.functions import lookup
from odibi_sql.ir.show import show_expression
from odibi_sql.optimize.can_fail import TOTAL_FUNCTIONS, can_fail
from odibi_sql.optimize.fold_constants import FOLD_CONSTANTS
from odibi_sql.optimize.simplify_conditions import SIMPLIFY_CONDITIONS

X, N, S = build.col(A, "x"), build.col(A, "n"), build.col(A, "s")
TRUE, FALSE, NULL = build.lit(True), build.lit(False), build.lit(None, ir.BOOL)
FLAG = ir.Column(type=ir.BOOL, name="flag")
FAILS = build.call(">", build.cast(S, ir.INT64), build.lit(1))
MONTH, DAYS, HOUR = ir.Interval(months=1), ir.Interval(days=40), ir.Interval(microseconds=3_600_000_000)


def said(expr: ir.Expr, *rules: Any) -> str:
    relation: ir.Relation = build.project(A, value=expr)
    for rule in rules:
        relation = rule.change(relation, {})
    assert isinstance(relation, ir.Project)
    assert relation.columns[0].value.type == expr.type
    return show_expression(relation.columns[0].value)


def number(function: str, *values: Any, type_: ir.Type) -> ir.Call:
    args = tuple(build.lit(value, type_) for value in values)
    return ir.Call(type=ir.FLOAT64 if function == "/" else type_, function=function, args=args)


def moved(day: Any, interval: ir.Interval, to: ir.Type, function: str = "+") -> ir.Call:
    return ir.Call(type=to, function=function, args=(build.lit(day), build.lit(interval, ir.DURATION)))


D2 = ir.Decimal(4, 2)


@pytest.mark.parametrize(
    ("expr", "becomes"),
    [
        (number("+", 1, 2, type_=ir.INT64), "3"),
        (number("+", 2**63 - 1, 1, type_=ir.INT64), "9223372036854775807 + 1"),
        (number("+", 100, 100, type_=ir.INT8), "100 + 100"),
        (number("negate", -(2**63), type_=ir.INT64), "--9223372036854775808"),
        (number("//", -7, 2, type_=ir.INT64), "-4"),
        (number("%", -7, 2, type_=ir.INT64), "-1"),
        (number("%", 7, -2, type_=ir.INT64), "1"),
        (number("/", 7, 2, type_=ir.INT64), "3.5"),
        (number("/", 7, 0, type_=ir.INT64), "null"),
        (number("%", 7, 0, type_=ir.INT64), "null"),
        (number("*", 0.5, 4.0, type_=ir.FLOAT64), "2.0"),
        (number("*", 1e308, 10.0, type_=ir.FLOAT64), "1e+308 * 10.0"),
        (number("+", decimal.Decimal("0.10"), decimal.Decimal("0.20"), type_=D2), "0.30"),
        (number("*", decimal.Decimal("0.01"), decimal.Decimal("0.01"), type_=D2), "0.01 * 0.01"),
        (number("+", decimal.Decimal("99.99"), decimal.Decimal("0.01"), type_=D2), "99.99 + 0.01"),
        (build.call("||", build.lit("a"), build.lit("b")), "'ab'"),
        (build.call("<", build.lit("B"), build.lit("a")), "true"),
        (build.call("<", build.lit(DAY), build.lit(datetime.date(2025, 11, 2))), "true"),
        (build.call("=", build.lit(None, ir.INT64), X), "null"),
        (build.call("+", build.lit(None, ir.INT64), build.call("require", X)), "null + require(x)"),
        (moved(datetime.date(2025, 1, 31), MONTH, ir.DATE), "date '2025-02-28'"),
        (moved(datetime.date(2025, 4, 30), MONTH, ir.DATE), "date '2025-05-30'"),
        (moved(datetime.date(2024, 1, 31), MONTH, ir.DATE), "date '2024-02-29'"),
        (moved(DAY, DAYS, ir.DATE, "-"), "date '2025-09-22'"),
        (moved(DAY, HOUR, ir.TIMESTAMP), "timestamp '2025-11-01 01:00:00'"),
        (moved(datetime.datetime(2025, 1, 31, 12), MONTH, ir.TIMESTAMP), "timestamp '2025-02-28 12:00:00'"),
        (moved(datetime.date(9999, 12, 31), DAYS, ir.DATE), "date '9999-12-31' + 40 days"),
        (ir.Call(type=ir.TIMESTAMP, nullable=False, function="now", args=()), "now()"),
        (build.cast(build.lit("2025-11-01"), ir.DATE), "date '2025-11-01'"),
        (build.cast(build.lit("2025-11-31"), ir.DATE), "cast('2025-11-31' as date)"),
        (build.cast(build.lit("a"), ir.INT64), "cast('a' as int64)"),
        (build.cast(build.lit(300), ir.INT8), "cast(300 as int8)"),
        (build.cast(build.lit(3), ir.INT8), "3"),
        (build.cast(build.lit(3), ir.Decimal(3, 2)), "3.00"),
        (build.cast(build.lit(30), ir.Decimal(3, 2)), "cast(30 as decimal(3, 2))"),
        (build.cast(build.lit(decimal.Decimal("0.125"), ir.FLOAT64), D2), "cast(0.125 as decimal(4, 2))"),
        (build.cast(build.lit(3), ir.FLOAT64), "3.0"),
        (build.cast(build.lit(2**60 + 1), ir.FLOAT64), "cast(1152921504606846977 as float64)"),
        (build.cast(build.lit(None, ir.NULL), ir.DATE), "null"),
        (build.cast(build.lit(DAY), ir.TIMESTAMP), "timestamp '2025-11-01 00:00:00'"),
    ],
    ids=lambda value: None if isinstance(value, str) else show_expression(value),
)
def test_constants_are_computed_as_the_run_would(expr: ir.Expr, becomes: str) -> None:
    assert said(expr, FOLD_CONSTANTS) == becomes


@pytest.mark.parametrize(
    ("expr", "becomes"),
    [
        (build.call("and", FLAG, TRUE), "flag"),
        (build.call("and", FLAG, FALSE), "false"),
        (build.call("and", FLAG, NULL), "flag and null"),
        (build.call("and", FAILS, FALSE), "cast(s as int64) > 1 and false"),
        (build.call("or", FLAG, TRUE), "true"),
        (build.call("or", FLAG, FALSE), "flag"),
        (build.call("not", build.call("not", FLAG)), "flag"),
        (build.call("=", FLAG, TRUE), "flag"),
        (build.call("=", FALSE, FLAG), "not flag"),
        (build.call("<>", FLAG, TRUE), "not flag"),
        (build.call("<>", FLAG, FALSE), "flag"),
        (build.call("is null", N), "false"),
        (build.call("is null", X), "x is null"),
        (build.call("is null", build.call("require", X)), "require(x) is null"),
        (build.call("is null", build.lit(None, ir.INT64)), "true"),
        (build.call("is true", NULL), "false"),
        (build.call("is true", FLAG), "flag is true"),
        (build.call("is true", build.call("is null", X)), "x is null"),
        (build.call("is false", build.call("is null", X)), "x is not null"),
        (build.call("coalesce", N, build.lit(0)), "n"),
        (build.call("coalesce", X, build.lit(0)), "coalesce(x, 0)"),
        (build.case((TRUE, X), (FLAG, N), otherwise=N), "x"),
        (build.case((FALSE, X), (FLAG, N), otherwise=X), "case when flag then n else x end"),
        (build.case((NULL, X), otherwise=N), "n"),
        (build.case((NULL, X)), "null"),
        (build.case((FLAG, X), (TRUE, N)), "case when flag then x else n end"),
    ],
    ids=lambda value: None if isinstance(value, str) else show_expression(value),
)
def test_conditions_are_said_in_fewer_words(expr: ir.Expr, becomes: str) -> None:
    assert said(expr, SIMPLIFY_CONDITIONS) == becomes


def test_both_go_inside_out() -> None:
    deep = build.case((build.call("<", build.lit(2), number("+", 1, 2, type_=ir.INT64)), X), otherwise=N)
    assert said(deep, FOLD_CONSTANTS, SIMPLIFY_CONDITIONS) == "x"


def test_what_can_fail_is_known() -> None:
    decimal_sum = ir.Call(type=D2, function="+", args=(build.lit(decimal.Decimal(1), D2),) * 2)
    two_rows = ir.ScalarQuery(type=ir.INT64, relation=build.project(A, x="x"))
    inside = ir.Exists(type=ir.BOOL, nullable=False, relation=build.filter_(ir.Rows(schema=A.schema, rows=()), FAILS))
    assert can_fail(inside)
    for expr in (FAILS, build.call("+", X, N), decimal_sum, two_rows, build.call("//", X, N), build.call("require", X)):
        assert can_fail(expr), show_expression(expr)
    for expr in (
        build.cast(S, ir.INT64, is_try=True),
        build.cast(X, ir.FLOAT64),
        build.call("/", X, N),
        build.call("%", X, N),
        build.call("and", build.call("is null", X), build.call("<", build.call("length", S), N)),
    ):
        assert not can_fail(expr), show_expression(expr)


def test_functions_that_cannot_fail_are_functions() -> None:
    assert [name for name in TOTAL_FUNCTIONS if lookup(name) is None] == []
