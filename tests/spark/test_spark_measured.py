"""What Spark tells of a stage: by its own counters, and out of the files that it wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from odibi_sql import api

TEXT = """ingest t from csv "t.csv" schema (id int64 not null, name string)
transform u from t | derive k = id % 2 with (materialize: true)
transform v from u | sort id
transform w from u | aggregate n = count() group by k
store v to parquet "v.parquet"
store w to parquet "w.parquet"
store t to csv "t_out.csv"
"""


def test_counters_first_rows_and_nulls(spark: Any, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,name\n1,a\n2,\n3,c\n")
    result = api.run(api.from_text(TEXT, root=tmp_path), engine="spark", session=spark)
    assert result.success, result.run.problems
    stages = {each.stage: each for each in result.run.stages}
    rows = {("1", "a", "1"), ("2", None, "0"), ("3", "c", "1")}
    for name in ("u", "store v"):
        sample = stages[name].measured.sample
        assert sample is not None
        assert (sample.columns, set(sample.rows)) == (("id", "name", "k"), rows)
    assert stages["store v"].measured.nulls == {"id": 0, "name": 1, "k": 0}
    told = stages["store t"].measured.sample
    assert told is not None
    assert set(told.rows) == {row[:2] for row in rows}
    for each in stages.values():
        assert (each.measured.cost.cpu, each.measured.cost.scanned, each.measured.cost.spilled) == (None, None, 0)
    assert max(each.measured.cost.memory or 0 for each in stages.values()) > 0
