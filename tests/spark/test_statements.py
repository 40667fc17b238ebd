"""Statements for Spark run on Spark, and give the rows that DuckDB gives."""

from __future__ import annotations

from typing import Any

import pytest

from odibi_sql import api
from odibi_sql.run import Settings, execute

PIPELINE = '''
ingest a from values (id int64, s string, v float64) (1, 'x', 1.5), (2, null, null), (1, 'z', 9.0)
transform latest from a | dedupe by id keep last v | sort id
transform counted from a | aggregate n = count(), total = sum(v), most = max(s) group by id | filter n > 1
sql both from a, counted """
  select a.id, counted.n from a join counted using (id) qualify row_number() over (order by v) = 1
"""
'''


@pytest.mark.parametrize("dataset", ["latest", "counted", "both"])
def test_spark_and_duckdb_agree(dataset: str, spark: Any) -> None:
    pipeline = api.from_text(PIPELINE)
    plan = api.compile(pipeline, goals=[dataset], engine="spark")
    *kept, answer = plan.stages
    for stage in kept:
        spark.sql(stage.sql).createOrReplaceTempView(stage.name)
    other = execute(api.compile(pipeline, goals=[dataset]), Settings(root=pipeline.root))
    found = [tuple(row) for row in spark.sql(answer.sql).collect()]
    assert found == [tuple(row.values()) for row in other.answers[dataset].to_pylist()]
