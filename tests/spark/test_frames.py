"""A frame of `range` that reaches beyond the numbers there are fails the run on both engines; narrow keys do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from both import run_on

INGEST = "ingest s from values (k string, n int64) ('{least}', 1), ('0', 2), ('{most}', 3), (null, 4)\n"
STEP = """transform t from s | cast k {type}
transform a from t | select n, r = sum(n) over (order by k range between 1 preceding and 1 following)
"""
ENDS = {
    "int64": ("-9223372036854775808", "9223372036854775807"),
    "int8": ("-128", "127"),
    "decimal(37, 2)": ("-" + "9" * 35 + ".99", "9" * 35 + ".99"),
}


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
@pytest.mark.parametrize("type_", ENDS)
def test_a_range_at_the_ends_of_a_type(type_: str, engine: str, tmp_path: Path, spark: Any) -> None:
    least, most = ENDS[type_]
    text = INGEST.format(least=least, most=most) + STEP.format(type=type_)
    result = run_on(tmp_path, engine, spark, text, datasets=["a"])
    assert result.success == (type_ in ("int8", "decimal(37, 2)"))
    if result.success:
        rows = result.dataset("a").arrow().to_pylist()
        assert sorted((row["n"], row["r"]) for row in rows) == [(1, 1), (2, 2), (3, 3), (4, 4)]
