"""Operators that change the shape of rows give the same rows on Spark and on DuckDB."""

from __future__ import annotations

from typing import Any

import pytest

from odibi_sql import api
from odibi_sql.run import Settings, execute

DATA = """
ingest readings from values (device int64 not null, at timestamp, metric string, value float64, n int64)
  (1, '2025-11-01 10:00:00', 'temp', 20.5, 60), (1, '2025-11-01 10:20:00', 'wet', null, 61),
  (1, '2025-11-01 10:50:01', 'temp', 2.0, 1), (2, '2025-11-01 10:00:00', null, 20.5, 60), (2, null, 'other', 20.5, 60),
  (2, '1969-12-31 23:59:59.5', 'wet', 1.0, 7), (1, '2025-11-01 10:20:00', 'wet', 3.0, null)
ingest rates from values (metric string, since timestamp, rate float64)
  ('temp', '2025-11-01 10:00:00', 1.0), ('temp', '2025-11-01 10:00:00', 2.0), ('temp', '2025-11-01 10:30:00', 3.0),
  ('temp', null, 9.0), (null, '2025-01-01', 9.0), ('wet', '2025-11-01 10:30:00', null), ('wet', '1969-01-01', 5.0)
"""
CONDITIONS = [
    "metric and at >= since",
    "metric and at > since",
    "metric and at <= since",
    "metric and at < since",
    "at >= since",
    "metric and at + 1 hour > since and rate > 1",
]
OPERATORS = [
    "pivot metric in ('temp', w = 'wet', null) value total = sum(value), n = count() group by device",
    "select device, n, value | unpivot n, value into name, x",
    "derive tags = [metric, 'x'] | select device, tags | explode tags as tag",
    "derive x = case when metric = 'temp' then [metric, 'x'] end | explode x | aggregate n = count() group by x",
    "drop value | sample 50 percent seed 3",
    "drop value | sample 3 rows seed 1",
    "select a = tumble(at, 15 minutes), b = tumble(at, 45 minutes), c = tumble(at, 2 weeks), d = tumble(at, 1 month)",
    "select d = tumble(cast(at as date), 3 days), e = cast(tumble(cast(at as timestamptz), 90 seconds) as timestamp)",
    "aggregate n = count() group by h = hop(at, 30 minutes, 1 hour)",
    "aggregate n = count(), last = max(at) group by device, h = session(at, 20 minutes)",
    *(f"join asof rates (rate, since) on {each}" for each in CONDITIONS),
    *(f"join asof inner rates (rate, since) on {each}" for each in CONDITIONS),
]


@pytest.mark.parametrize("operators", OPERATORS)
def test_spark_and_duckdb_agree(operators: str, spark: Any) -> None:
    lines = "".join(f"  | {each}\n" for each in operators.split(" | "))
    pipeline = api.from_text(f"{DATA}\ntransform t from readings\n{lines}")
    *kept, answer = api.compile(pipeline, goals=["t"], engine="spark").stages
    for stage in kept:
        spark.sql(stage.sql).createOrReplaceTempView(stage.name)
    found = [tuple(row) for row in spark.sql(answer.sql).collect()]
    other = execute(api.compile(pipeline, goals=["t"]), Settings(root=pipeline.root)).answers["t"].to_pylist()
    assert found
    assert sorted(map(str, found)) == sorted(str(tuple(row.values())) for row in other)
