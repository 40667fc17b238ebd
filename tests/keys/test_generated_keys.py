"""Whatever the pipeline: what means the same has the same key, and where the rows differ the keys do."""

from __future__ import annotations

import random

import pytest
from generated.engines import DuckDB
from generated.pipelines import Written, pipelines
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from keys.hold import Unsound, hold_mutations, hold_rewrites

ENGINE = DuckDB()
SHORT = settings(deadline=None, suppress_health_check=list(HealthCheck), report_multiple_bugs=False)


@settings(SHORT, max_examples=20)
@given(pipelines(most=3), st.integers(0, 2**32))
def test_the_same_meaning_has_the_same_key(written: Written, seed: int) -> None:
    hold_rewrites(written, random.Random(seed))


@settings(SHORT, max_examples=20)
@given(pipelines(most=3), st.integers(0, 2**32))
def test_other_rows_have_another_key(written: Written, seed: int) -> None:
    hold_mutations(written, random.Random(seed), ENGINE, 6, measure=False)


def test_a_key_that_forgets_something_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A digest that does not tell kinds of joins, functions and operators apart does not get through."""
    from odibi_sql.keys import expressions, relations
    from odibi_sql.keys.digest import digest

    def forgetful(*parts: object) -> str:
        return digest(*("" if isinstance(each, str) and len(each) < 20 else each for each in parts))

    @settings(SHORT, max_examples=200, phases=[Phase.generate])
    @given(pipelines(most=3), st.integers(0, 2**32))
    def hold(written: Written, seed: int) -> None:
        hold_mutations(written, random.Random(seed), ENGINE, 6, measure=False)

    for room in (expressions, relations):
        monkeypatch.setattr(room, "digest", forgetful)
    with pytest.raises(Unsound):
        hold()
