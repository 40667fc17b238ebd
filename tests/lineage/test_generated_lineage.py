"""Whatever the pipeline: a source column that lineage does not name changes nothing."""

from __future__ import annotations

import random

import pytest
from generated.engines import DuckDB
from generated.pipelines import Written, pipelines
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineage.hold import Unsound, hold_sources

ENGINE = DuckDB()
SHORT = settings(deadline=None, suppress_health_check=list(HealthCheck), report_multiple_bugs=False)


@settings(SHORT, max_examples=40)
@given(pipelines(most=4), st.integers(0, 2**32))
def test_what_is_not_named_changes_nothing(written: Written, seed: int) -> None:
    hold_sources(written, random.Random(seed), ENGINE)


TABLES = """
ingest t from values (k string, a int64, b int64) ('x', 1, 1), ('y', 2, 5), ('x', 3, 2), (null, 4, 9), ('z', 5, 0)
ingest u from values (k string, v int64) ('x', 7), ('y', 8), ('w', 9)
transform s from t
  | """
MATTERS = {  # a step in which a column matters in this way alone
    "JOIN": "join semi u on k = u.k | select a",
    "FILTER": "filter b > 1 | select a",
    "GROUP_BY": "dedupe by k keep first a | select a",
    "AGGREGATION": "aggregate c = sum(a)",
    "WINDOW": "select c = row_number() over (partition by k order by b, a), a",
    "CONDITIONAL": "select c = case when b > 1 then 'p' else 'q' end, a",
    "SORT": "sort b | limit 2 | select a",
}


@pytest.mark.parametrize("forgotten", MATTERS)
def test_a_lineage_that_forgets_something_is_found(monkeypatch: pytest.MonkeyPatch, forgotten: str) -> None:
    """Without the uses of one kind, values differ that nothing reaches; with them nothing does."""
    from odibi_sql.lineage import Use, expressions, relations
    from odibi_sql.lineage.values import through

    def forgetful(kind: str, uses: frozenset[Use]) -> frozenset[Use]:
        return frozenset() if kind == forgotten else through(kind, uses)  # type: ignore[arg-type]

    def hold() -> None:
        for seed in range(20):
            hold_sources(Written(TABLES + MATTERS[forgotten], ("s",)), random.Random(seed), ENGINE)

    hold()
    for room in (expressions, relations):
        monkeypatch.setattr(room, "through", forgetful)
    with pytest.raises(Unsound):
        hold()
