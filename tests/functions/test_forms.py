"""The SQL of calls: what an expert would have written, with nothing left to compute or to leave out."""

from __future__ import annotations

from typing import Any

import pytest
from sqlglot import exp, parse_one

from odibi_sql import ir
from odibi_sql.functions import CATALOGUE
from odibi_sql.lower.calls import lower_call
from odibi_sql.lower.shapes import with_distinct, with_order

S, I, F, D, T = ir.STRING, ir.INT64, ir.FLOAT64, ir.DATE, ir.TIMESTAMP  # noqa: E741
N = None


@pytest.mark.parametrize(
    ("name", "types", "args", "constants", "sql"),
    [
        ("upper", (S,), ("s",), (N,), "UPPER(s)"),
        ("substring", (S, I, I), ("s", "2", "3"), (N, 2, 3), "SUBSTRING(s, 2, 3)"),
        ("substring", (S, I), ("s", "-2"), (N, -2), "SUBSTRING(s, -2)"),
        ("substring", (S, I, I), ("s", "2", "-3"), (N, 2, -3), "SUBSTRING(s, 2, 0)"),
        ("substring", (S, I), ("s", "n"), (N, N), "SUBSTRING(s, NULLIF(CAST(n AS INT), 0))"),
        ("strpos", (S, S), ("s", "'x'"), (N, "x"), "STRPOS(s, 'x')"),
        ("lpad", (S, I, S), ("s", "3", "'0'"), (N, 3, "0"), "LPAD(s, 3, '0')"),
        ("power", (F, I), ("a + b", "2"), (N, 2), "POW(a + b, 2)"),
        ("mod", (I, I), ("a + b", "3"), (N, 3), "(a + b) % 3"),
        ("mod", (I, I), ("a", "b - c"), (N, N), "a % NULLIF(CASE WHEN b - c = -1 THEN 1 ELSE b - c END, 0)"),
        ("bitwise_not", (I,), ("a + b",), (N,), "~(a + b)"),
        ("is_even", (I,), ("a + b",), (N,), "(a + b) % 2 = 0"),
        ("ln", (F,), ("x",), (N,), "CASE WHEN x > 0 THEN LN(x) END"),
        ("round", (I, I), ("a + b", "2"), (N, 2), "a + b"),
        ("round", (F, I), ("x", "2"), (N, 2), "ROUND(x, 2)"),
        ("abs", (I,), ("5",), (5,), "ABS(CAST(5 AS BIGINT))"),
        ("greatest", (I, I), ("n", "7"), (N, 7), "GREATEST(n, 7)"),
        ("greatest", (I, I), ("NULL", "7"), (N, 7), "GREATEST(CAST(NULL AS BIGINT), 7)"),
        ("nullif", (I, I), ("7", "n"), (7, N), "NULLIF(CAST(7 AS BIGINT), n)"),
        ("nullif", (I, I), ("n", "7"), (N, 7), "NULLIF(n, 7)"),
        ("array_contains", (ir.Array(I), I), ("a", "7"), (N, 7), "LIST_CONTAINS(a, 7)"),
        ("coalesce", (S, S), ("s", "'x'"), (N, "x"), "COALESCE(s, 'x')"),
        ("if", (ir.BOOL, S, S), ("x > 1", "'a'", "NULL"), (N, "a", N), "CASE WHEN x > 1 THEN 'a' END"),
        ("date_trunc", (S, T), ("'HOUR'", "ts"), ("HOUR", N), "DATE_TRUNC('hour', ts)"),
        ("date_trunc", (S, D), ("'month'", "d"), ("month", N), "CAST(DATE_TRUNC('month', d) AS DATE)"),
        ("date_add", (S, I, T), ("'day'", "3", "ts"), ("day", 3, N), "ts + INTERVAL 3 DAY"),
        ("array_concat", (ir.Array(I),) * 3, ("a", "b", "c"), (N, N, N), "a || b || c"),
        ("element_at", (ir.Array(I), I), ("a", "1"), (N, 1), "LIST_EXTRACT(a, 1)"),
    ],
)
def test_a_call_is_plain(
    name: str, types: tuple[ir.Type, ...], args: tuple[str, ...], constants: tuple[Any, ...], sql: str
) -> None:
    assert lowered(name, types, args, constants) == sql
    assert lowered(name, types, args, constants) == sql, "the kept form was changed by its first use"


def lowered(
    name: str, types: tuple[ir.Type, ...], args: tuple[str, ...], constants: tuple[Any, ...], around: Any = None
) -> str:
    trees = [parse_one(each, dialect="duckdb") for each in args]
    sql: str = lower_call(CATALOGUE[name], types, trees, constants, "duckdb", around).sql("duckdb")
    return sql


def test_what_stands_around_an_aggregate_stands_around_it_alone() -> None:
    def filtered(call: Any) -> Any:
        return exp.Filter(this=with_distinct(call), expression=exp.Where(this=exp.column("ok")))

    assert lowered("sum", (I,), ("n",), (N,), filtered) == "CAST(SUM(DISTINCT n) FILTER(WHERE ok) AS BIGINT)"
    mean = lowered("avg", (I,), ("n",), (N,), lambda call: exp.Window(this=call))
    assert mean == "CAST(SUM(n) OVER () AS DOUBLE) / COUNT(n) OVER ()"


def test_a_constant_is_not_taken_for_the_number_of_arguments() -> None:
    assert lowered("range", (I, I, I), ("2", "n", "3"), (2, N, 3)) == "RANGE(2, n, 3)"


def test_the_order_of_an_aggregate_stands_in_it() -> None:
    def in_order(call: Any) -> Any:
        return with_order(call, [exp.Ordered(this=exp.column("at"))])

    assert lowered("string_agg", (S, S), ("s", "'-'"), (N, "-"), in_order) == "STRING_AGG(s, '-' ORDER BY at)"
    assert lowered("first", (S,), ("s",), (N,), in_order) == "FIRST(s ORDER BY at)"


@pytest.mark.parametrize("name", ["first_value", "last_value", "lag", "lead"])
def test_ignore_nulls_is_not_lost(name: str) -> None:
    sql = lowered(name, (S,), ("s",), (N,), lambda call: exp.Window(this=exp.IgnoreNulls(this=call)))
    assert sql == f"{name.upper()}(s IGNORE NULLS) OVER ()"


def test_an_argument_that_is_needed_twice_is_there_twice() -> None:
    assert lowered("clamp", (F, F, F), ("x + 1", "0", "y"), (N, 0, N)).count("x + 1") == 3
