"""Whatever the pipeline: optimized or not, on DuckDB and on Spark, it gives the rows that the language means."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

from generated.engines import Difference, DuckDB, Engine, Spark, compare
from generated.pipelines import Written, pipelines

DUCKDB = DuckDB()
SHORT = settings(deadline=None, suppress_health_check=list(HealthCheck), report_multiple_bugs=False)


def hold(written: Written, *engines: Engine) -> None:
    """Compare a pipeline; one whose run fails, or that is refused, says nothing."""
    assume(compare(written.text, written.last, engines, optimized=(True, False)) == "same")


@settings(SHORT, max_examples=200)
@given(pipelines())
def test_duckdb_agrees_with_the_reference(written: Written) -> None:
    hold(written, DUCKDB)


@pytest.mark.usefixtures("spark")
@settings(SHORT, max_examples=15)
@given(pipelines())
def test_spark_agrees_with_the_reference(spark: Any, written: Written) -> None:
    hold(written, Spark(spark))


def test_a_difference_is_found() -> None:
    """An engine that answers one row more is told apart."""

    class OneMore(DuckDB):
        def table(self, sql: str) -> Any:
            return super().table(f"({sql}) UNION ALL ({sql})")

    text = "ingest t from values (a int64) (1)\ntransform s from t | derive b = a + 1"
    assert compare(text, ("s",), (DUCKDB,), optimized=(True,)) == "same"
    with pytest.raises(Difference, match="only the engine"):
        compare(text, ("s",), (OneMore(),), optimized=(True,))
