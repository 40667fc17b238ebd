"""On Spark as on DuckDB: what has not changed is not computed again, and what takes too long is ended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from odibi_sql import api
from odibi_sql.result import Result

PIPELINE = """
ingest a from csv "a.csv" schema (x int64, c string)
transform b from a
  | filter x > 1
  with (cache: true)
transform n from b | aggregate n = count() group by c | sort c
store n to csv "n.csv"
transform s from b | aggregate s = sum(x) group by c | sort c
store s to parquet "s" partition by c
"""


def run(root: Path, spark: Any, text: str = PIPELINE) -> Result:
    result = api.run(api.from_text(text, root), engine="spark", session=spark)
    assert result.success, result.run.problems
    return result


def ran(result: Result) -> set[str]:
    return {each.stage for each in result.run.stages if each.status == "done"}


def test_what_has_not_changed_is_not_computed_again(tmp_path: Path, spark: Any) -> None:
    (tmp_path / "a.csv").write_text("x,c\n1,u\n2,u\n3,v\n")
    assert ran(run(tmp_path, spark)) == {"b", "store n", "store s"}
    assert ran(run(tmp_path, spark)) == set()
    again = run(tmp_path, spark, PIPELINE.replace("sum(x)", "max(x)"))
    assert ran(again) == {"store s"}
    assert [each.message for each in again.run.stages if each.stage == "b"] == ["its rows were kept"]
    assert (tmp_path / "n.csv").read_text() == "c,n\nu,1\nv,1\n"
    (tmp_path / "a.csv").write_text("x,c\n1,u\n2,u\n3,v\n4,v\n")
    assert ran(run(tmp_path, spark)) == {"b", "store n", "store s"}
    assert (tmp_path / "n.csv").read_text() == "c,n\nu,1\nv,2\n"
    duckdb = api.run(api.from_text(PIPELINE, tmp_path))
    assert {each.status for each in duckdb.run.stages} == {"done"}  # another engine, another key


def test_a_try_that_takes_too_long_is_ended(tmp_path: Path, spark: Any) -> None:
    text = """
        ingest a from values (i int64) (1), (2), (3), (4), (5), (6), (7), (8), (9), (10)
        transform many from a
          | join cross a as b (j = i)
          | join cross a as c (k = i)
          | join cross a as d (l = i)
          | join cross a as e (m = i)
          with (materialize: true)
        transform slow from many
          | join cross many as other (p = i, q = j)
          | aggregate n = max(i * p + j * q)
          with (timeout: 2 seconds)
        store slow to csv "slow.csv"
    """
    result = api.run(api.from_text(text, tmp_path), engine="spark", session=spark)
    assert [each.message for each in result.run.problems] == ["it took longer than its `timeout` of 2 seconds"]
    assert not (tmp_path / "slow.csv").exists()
