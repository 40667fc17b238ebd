"""Pipelines run on Spark, and give what they give on DuckDB."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from odibi_sql import api
from odibi_sql.result import Result

CSV = 'id,name,v,d\n1,x,1.5,2025-01-01\n2,,2.5,2025-01-02\n3,"",,\n4,"a ""q"", \nb",1e3,2025-01-03\n'
PIPELINE = """
ingest a from csv "a.csv" schema (id int64, name string, v float64, d string)
transform t from a | derive w = v + 1 | sort id desc
transform x from t | aggregate n = count(), s = sum(v) group by d | sort d
store t to csv "out/t.csv"
store t to json "out/t.json"
store t to ndjson "out/t.ndjson.gz"
store t to parquet "out/t.parquet"
store t to parquet "out/h" partition by d
store x to parquet "out/x"
"""


def run_on(root: Path, engine: str, session: Any, text: str = PIPELINE, **asked: Any) -> Result:
    result = api.run(api.from_text(text, root), engine=engine, session=session, **asked)
    assert result.success, result.run.problems
    return result


def stored(root: Path) -> dict[str, bytes]:
    """Return the stored files that are text, by name, and the names of the others without their tokens."""
    files = (each for each in sorted((root / "out").rglob("*")) if each.is_file())
    return {
        str(each.relative_to(root)): each.read_bytes() if each.suffix in (".csv", ".json") else b"" for each in files
    }


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_text(CSV)
    return tmp_path


def test_a_pipeline_gives_the_same_on_both_engines(root: Path, spark: Any) -> None:
    on_duckdb = run_on(root, "duckdb", None, datasets=["a", "t", "x"])
    files = stored(root)
    on_spark = run_on(root, "spark", spark, datasets=["a", "t", "x"])
    for name in ("a", "t", "x"):
        one, other = on_duckdb.dataset(name).arrow(), on_spark.dataset(name).arrow()
        assert one.schema.equals(other.schema)
        assert other.equals(one)
    assert {name: text for name, text in stored(root).items() if text} == {
        name: text for name, text in files.items() if text
    }
    assert [each.rows for each in on_spark.run.stages] == [each.rows for each in on_duckdb.run.stages]
    assert not [
        each for each in root.rglob("*") if each.name.startswith((".odibi-", "_SUCCESS")) or ".crc" in each.name
    ]
