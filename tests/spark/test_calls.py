"""Aggregates and windows on Spark, with all that can stand around them, give the rows that DuckDB gives."""

from __future__ import annotations

from typing import Any

import pytest

from odibi_sql import api
from odibi_sql.run import Settings, execute

ROWS = """
ingest raw from values (id int64 not null, g string, x int64, w float64, s string, at timestamp)
  (1, 'a', 3, 1.5, 'q', '2024-02-29 10:00:00'), (2, 'a', null, 1e300, 'p', null), (3, 'a', 1, -0.0, null, '1969-12-31'),
  (4, 'a', 3, 0.0, 'é', '2024-02-29 10:00:00'), (5, 'b', null, null, null, null), (6, 'b', null, 1e300, null, null),
  (7, null, 9, 2.5, 'z', '0001-01-01'), (8, null, -2, 1e300, 'z', '9999-12-31 23:59:59.999999')
  key id
transform t from raw | select id, g, x, y = case when w = 1e300 then w * w - w * w else w end, s, at
transform none from t | filter id < 0
"""
AGGREGATES = (
    *("array_agg(x order by y desc, id)", "array_agg(x order by s nulls first, id desc)", "array_agg(distinct x)"),
    *("array_agg(distinct x order by x desc)", "array_agg(y order by id) filter (where x is null)"),
    *("string_agg(s, '-' order by at desc nulls first, id)", "string_agg(distinct s, '')"),
    *("string_agg(s, '+' order by id) filter (where x > 100)", "first(s order by at, id desc)"),
    *("first(x order by y nulls first, id)", "last(x order by s, id)", "last(at order by id) filter (where x = 3)"),
    *("first(y order by id desc) filter (where id > 4)", "count(distinct y)", "count_distinct(x)", "sum(distinct x)"),
    *("avg(distinct x)", "count() filter (where y > 1)", "sum(x) filter (where y > 1)", "count_if(x > 1)"),
    *("percentile_disc(s, 0.5) filter (where id <> 1)", "mode(y)", "arg_max(s, y)", "arg_min(x, at)"),
    *("median(x) filter (where id < 8)", "any_value(s)", "bool_or(x > 2)", "bool_and(x > 2) filter (where id > 2)"),
)
WINDOWS = (
    *(
        "row_number() over (order by id)",
        "rank() over (partition by g order by x)",
        "dense_rank() over (order by y desc)",
    ),
    *("percent_rank() over (partition by g order by s)", "cume_dist() over (order by x nulls first)"),
    *("ntile(3) over (order by id)", "ntile(9223372036854775807) over (order by id)", "lag(x) over (order by id)"),
    *("lag(x, 2, x) over (order by id)", "lead(x, 3000000000, -1) over (order by id)", "lag(s, 0) over (order by id)"),
    *("lead(x, 1, 7) ignore nulls over (partition by g order by id)", "lag(x) ignore nulls over (order by id)"),
    *("first_value(x) over (order by id)", "first_value(x) ignore nulls over (order by id desc)"),
    *("last_value(s) ignore nulls over (order by id rows between 2 preceding and current row)",),
    *("last_value(s) over (order by id rows between unbounded preceding and unbounded following)",),
    *("nth_value(x, 2) over (partition by g order by id)", "nth_value(x, 3000000000) over (order by id)"),
    *("nth_value(x, 2) ignore nulls over (order by id rows between 1 following and 4 following)",),
    *("first_value(x) over (order by id rows between 2 following and 3 following)",),
    *("sum(x) over (partition by g order by id)", "sum(x) over (order by x range between 2 preceding and current row)"),
    *("sum(x) filter (where y > 1) over (partition by g)", "count() filter (where s = 'z') over ()"),
    *(
        "count(distinct x) over (partition by g)",
        "count(distinct y) over ()",
        "count_distinct(s) over (partition by g)",
    ),
    *("sum(distinct x) over ()", "avg(distinct x) over (partition by g)", "avg(x) over (order by id)"),
    *("sum(distinct x) filter (where id > 3) over ()", "array_agg(x) over (partition by g order by id)"),
    *("array_agg(s) filter (where x is null) over (order by id)", "string_agg(s) over (order by id desc)"),
    *("first(x) over (order by id)", "last(x) over (partition by g order by id)", "max(y) over (partition by g)"),
    *("first(x) filter (where id > 1) over (order by id)", "last(x) filter (where id < 7) over (order by id)"),
    *("min(at) over (order by id rows between 1 preceding and 1 following)", "mode(x) over (partition by g)"),
    *("median(x) over (partition by g)", "percentile(x, 0.25) over (order by id)", "any_value(s) over (order by id)"),
    *("arg_max(s, y) over (partition by g)", "arg_min(x, y) filter (where x > 1) over (order by id)"),
    *("stddev_samp(x) over (order by id)", "corr(x, id) over (partition by g)", "percentile_disc(s, 0.5) over ()"),
    *("bool_or(x > 2) over (order by id)", "bit_or(x) over (partition by g)", "kurtosis_pop(x) over ()"),
)


def both(spark: Any, text: str, dataset: str) -> tuple[list[Any], list[Any]]:
    """Return the rows that Spark gives and those that DuckDB gives."""
    pipeline = api.from_text("pipeline p\n" + ROWS + text)
    *before, answer = api.compile(pipeline, goals=[dataset], engine="spark").stages
    for stage in before:
        spark.sql(stage.sql).createOrReplaceTempView(stage.name)
    duckdb = execute(api.compile(pipeline, goals=[dataset]), Settings(root=pipeline.root)).answers[dataset]
    found = spark.sql(answer.sql).toArrow()
    return plain(found.to_pylist()), plain(duckdb.to_pylist())


def plain(value: Any) -> Any:
    """Return a value in which NaN equals itself, a float is cut to twelve digits and a row is a list."""
    match value:
        case float():
            return f"{value + 0.0:.12g}"
        case dict():
            return [plain(each) for each in value.values()]
        case list() | tuple():
            return [plain(each) for each in value]
    return value


@pytest.mark.parametrize("source", ["t", "none"])
@pytest.mark.parametrize("by", ["", " group by g"])
def test_aggregates_are_those_of_duckdb(source: str, by: str, spark: Any) -> None:
    columns = ", ".join(f"c{at} = {call}" for at, call in enumerate(AGGREGATES))
    spark_rows, duckdb_rows = both(spark, f"transform r from {source} | aggregate {columns}{by}", "r")
    names = [*(["g"] if by else []), *AGGREGATES]
    assert by_column(names, spark_rows) == by_column(names, duckdb_rows)


def test_windows_are_those_of_duckdb(spark: Any) -> None:
    calls = list(WINDOWS)
    columns = ", ".join(f"c{at} = {call}" for at, call in enumerate(calls))
    spark_rows, duckdb_rows = both(spark, f"transform r from t | select id, {columns}", "r")
    assert by_column(["id", *calls], spark_rows) == by_column(["id", *calls], duckdb_rows)


def by_column(names: list[str], rows: list[list[Any]]) -> dict[str, list[Any]]:
    """Return the values of each call, in the order of the rows' first column."""
    ordered = sorted(rows, key=lambda row: (row[0] is None, str(row[0]))) if len(rows) > 1 else rows
    return {name: [row[at] for row in ordered] for at, name in enumerate(names)}
