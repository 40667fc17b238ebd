"""Aggregates, windows over them, and what lies at the ends of their types, on both engines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from both import agree, run_on

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


PAIRS = """
ingest t from values (g int64 not null, y float64, x float64)
  (1, 1e80, 1e80), (1, 2e80, 3e80), (1, 5e80, 1e80), (1, null, 7.0), (1, 3.0, null), (2, 4.0, 1.0), (2, 4.0, 2.0)
"""
STATISTICS = {
    "corr(y, x)": [-0.2773500981126146, None],
    "regr_r2(y, x)": [1 / 13, 1.0],
    "covar_pop(y, x)": [-4.444444444444444e159, 0.0],
}


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_squares_of_squares_do_not_end_a_correlation(engine: str, spark: Any, tmp_path: Path) -> None:
    values = ", ".join(f"s{place} = {text}" for place, text in enumerate(STATISTICS))
    text = f"{PAIRS}\ntransform a from t | aggregate {values} group by g | sort g"
    found = run_on(tmp_path, engine, spark, text, datasets=["a"]).dataset("a").arrow().to_pydict()
    for place, expected in enumerate(STATISTICS.values()):
        assert found[f"s{place}"] == [pytest.approx(each, rel=1e-12) if each else each for each in expected]


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
@pytest.mark.parametrize("call", ["covar_pop(y, x)", "covar_samp(x, y)", "regr_slope(x, y)", "regr_intercept(x, y)"])
def test_a_statistic_beyond_float64_fails_the_run(call: str, engine: str, spark: Any, tmp_path: Path) -> None:
    rows = "(1.0, 1e308), (2.0, -1e308)"
    text = f"ingest t from values (y float64, x float64) {rows}\ntransform a from t | aggregate s = {call}"
    assert not run_on(tmp_path, engine, spark, text, datasets=["a"]).success


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_the_least_position_is_before_every_text(engine: str, spark: Any, tmp_path: Path) -> None:
    text = "ingest t from values (p int32) (-2147483648), (-2)\ntransform a from t | derive s = substring('abc', p)"
    found = run_on(tmp_path, engine, spark, text, datasets=["a"]).dataset("a").arrow().to_pylist()
    assert sorted(row["s"] for row in found) == ["abc", "bc"]
