"""Aggregates and windows over them, of whole pipelines, on both engines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from both import agree

ROWS = """
ingest t from values (id int64 not null, team string, v int64, f float64)
  (1, 'a', 3, 0.0), (2, 'a', 1, -0.0), (3, 'a', 3, 1.5), (4, 'a', null, null), (5, 'b', 2, 2.5), (6, 'b', null, 2.5)
"""


def test_distinct_values_over_a_window_are_there_once(spark: Any, tmp_path: Path) -> None:
    text = f"""{ROWS}
transform listed from t
  | derive
      some = array_agg(distinct v) over (partition by team), floats = array_agg(distinct f) over (partition by team),
      few = array_agg(distinct v) filter (where id > 2) over (partition by team)
  | select id, some = array_sort(some), count = array_length(floats), few = array_sort(few)
transform a from listed | sort id
"""
    agree(tmp_path, spark, text)
