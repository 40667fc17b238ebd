"""Whatever the pipeline: a source column that lineage does not name changes nothing."""

from __future__ import annotations

import random

import pytest
from generated.engines import DuckDB
from generated.pipelines import Written, pipelines
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from lineage.hold import Unsound, hold_sources

ENGINE = DuckDB()
SHORT = settings(deadline=None, suppress_health_check=list(HealthCheck), report_multiple_bugs=False)


@settings(SHORT, max_examples=40)
@given(pipelines(most=4), st.integers(0, 2**32))
def test_what_is_not_named_changes_nothing(written: Written, seed: int) -> None:
    hold_sources(written, random.Random(seed), ENGINE)


@pytest.mark.parametrize("forgotten", ["JOIN", "FILTER", "GROUP_BY", "AGGREGATION", "WINDOW", "CONDITIONAL", "SORT"])
def test_a_lineage_that_forgets_something_is_found(monkeypatch: pytest.MonkeyPatch, forgotten: str) -> None:
    """Without the uses of one kind, a pipeline is found in which they matter."""
    from odibi_sql.lineage import Use, expressions, relations
    from odibi_sql.lineage.values import through

    def forgetful(kind: str, uses: frozenset[Use]) -> frozenset[Use]:
        return frozenset() if kind == forgotten else through(kind, uses)  # type: ignore[arg-type]

    @settings(SHORT, max_examples=400, phases=[Phase.generate])
    @given(pipelines(most=3), st.integers(0, 2**32))
    def hold(written: Written, seed: int) -> None:
        hold_sources(written, random.Random(seed), ENGINE)

    for room in (expressions, relations):
        monkeypatch.setattr(room, "through", forgetful)
    with pytest.raises(Unsound):
        hold()
