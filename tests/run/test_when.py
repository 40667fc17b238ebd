"""`when` with `rows(…)`: decided when the run comes to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from odibi_sql import api

PIPELINE = """
param least int64 = 1
ingest a from values (x int64) (1), (2)
transform empty from a | filter x > 100
transform yes from a | filter x > 0
  with (when: rows(a) > least and rows(empty) = 0)
transform no from a
  | expect odd: x % 2 = 1 else fail
  with (when: rows(empty) > 0)
transform after from no | aggregate n = count()
transform both from yes | union no
store yes to csv "yes.csv"
store no to csv "no.csv"
store after to csv "after.csv"
store both to csv "both.csv"
"""


def statuses(root: Path, text: str = PIPELINE, **more: Any) -> dict[str, str]:
    """Return how each stage went in a run that is done."""
    result = api.run(api.from_text(text, root, **more.pop("parameters", {})), **more)
    assert result.success, result.run.problems
    return {each.stage: each.status for each in result.run.stages}


def left_out(**but: str) -> dict[str, str]:
    found = dict.fromkeys(["no_checks", "store no", "store after", "store both"], "skipped")
    return {"yes_when": "done", "no_when": "done", "store yes": "done", **found, **but}


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_a_step_whose_condition_does_not_hold_is_skipped(tmp_path: Path, engine: str, request: Any) -> None:
    session = request.getfixturevalue("spark") if engine == "spark" else None
    found = statuses(tmp_path, engine=engine, session=session)
    assert found == left_out()
    assert sorted(each.name for each in tmp_path.iterdir() if each.is_file()) == ["yes.csv"]


def test_the_reason_is_told(tmp_path: Path) -> None:
    result = api.run(api.from_text(PIPELINE, tmp_path))
    messages = {each.message for each in result.run.stages if each.status == "skipped"}
    assert messages == {"the condition `rows(empty) > 0` is not true"}


def test_conditions_are_known_from_other_runs(tmp_path: Path) -> None:
    statuses(tmp_path)
    assert statuses(tmp_path) == left_out(**{"yes_when": "cached", "no_when": "cached", "store yes": "cached"})
    found = statuses(tmp_path, parameters={"least": 5})
    assert (found["yes_when"], found["store yes"]) == ("done", "skipped")
    assert statuses(tmp_path)["store yes"] == "cached"


def test_a_store_that_was_made_stays_where_its_step_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    text = """
        ingest a from csv "a.csv" schema (x int64)
        transform b from a | derive y = x + 1 with (when: rows(a) < 2)
        store b to csv "b.csv"
    """
    assert statuses(tmp_path, text)["store b"] == "done"
    (tmp_path / "a.csv").write_text("x\n1\n2\n")
    assert statuses(tmp_path, text)["store b"] == "skipped"
    assert (tmp_path / "b.csv").read_text() == "x,y\n1,2\n"
    (tmp_path / "a.csv").write_text("x\n1\n")
    assert statuses(tmp_path, text)["store b"] == "cached"


def test_a_condition_over_what_comes_later_is_a_circle() -> None:
    from odibi_sql.diagnostics import CompileError

    text = """
        ingest a from values (x int64) (1)
        transform b from a | limit 1 with (when: rows(c) > 0)
        transform c from b | limit 1
    """
    with pytest.raises(CompileError, match="in a circle") as told:
        api.check(api.from_text(text))
    assert len(told.value.diagnostics) == 1
