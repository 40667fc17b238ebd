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


STORES = """
param least int64 = 0
ingest a from values (x int64) (1), (2), (3)
transform good from a | filter x > 0
transform bad from a | filter x > 100
transform both from good | union bad
store good to parquet "good.parquet" with (when: rows(good) > least)
store bad to csv "bad.csv" with (when: rows(bad) > 0)
store bad to csv "again.csv" with (when: rows(good) > 1 and rows(bad) = 0)
store both to csv "both.csv"
"""


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_a_store_whose_condition_does_not_hold_is_skipped_alone(tmp_path: Path, engine: str, request: Any) -> None:
    session = request.getfixturevalue("spark") if engine == "spark" else None
    result = api.run(api.from_text(STORES, tmp_path), engine=engine, session=session)
    found = {each.stage: (each.status, each.message) for each in result.run.stages if each.kind == "write"}
    assert result.success
    assert found == {
        "store good": ("done", ""),
        "store bad": ("skipped", "the condition `rows(bad) > 0` is not true"),
        "store bad 2": ("done", ""),
        "store both": ("done", ""),
    }
    assert sorted(each.name for each in tmp_path.iterdir() if each.is_file()) == [
        "again.csv",
        "both.csv",
        "good.parquet",
    ]
    assert (tmp_path / "both.csv").read_text() == "x\n1\n2\n3\n"
    assert (tmp_path / "again.csv").read_text() == "x\n"


def test_a_store_that_waits_is_known_from_other_runs(tmp_path: Path) -> None:
    statuses(tmp_path, STORES)
    found = statuses(tmp_path, STORES)
    assert (found["store good"], found["store bad"], found["store both"]) == ("cached", "skipped", "cached")
    found = statuses(tmp_path, STORES, parameters={"least": 5})
    assert (found["store good"], found["store both"]) == ("skipped", "cached")
    assert (tmp_path / "good.parquet").exists()  # of the run before
    assert statuses(tmp_path, STORES)["store good"] == "cached"


def test_a_store_waits_for_what_is_left_out_by_then(tmp_path: Path) -> None:
    text = STORES.replace("filter x > 100", "filter x > 100 with (when: least > 7)")
    text = text.replace("rows(good) > least", "rows(bad) = 0")
    result = api.run(api.from_text(text, tmp_path))
    assert result.success
    assert dict(result.run.steps_skipped)["store good"] == "it needs `bad`, which is skipped"
    waits = STORES.replace("filter x > 100", "filter x > 100 with (when: rows(a) > 7)")
    found = statuses(tmp_path, waits)
    assert (found["store bad"], found["store bad 2"], found["store good"]) == ("skipped", "skipped", "done")


def test_only_what_is_asked_for_is_counted(tmp_path: Path) -> None:
    result = api.run(api.from_text(STORES, tmp_path), goals=["store both"])
    assert [each.stage for each in result.run.stages if each.kind != "materialize"] == ["store both"]


def test_an_append_and_what_is_published_together_wait_too(tmp_path: Path) -> None:
    text = """
        ingest a from values (x int64) (1)
        transform none from a | filter x > 1
        store a to csv "a" mode append with (when: rows(none) = 0)
        store a to csv "b.csv" with (publish: together, when: rows(none) > 0)
        store none to csv "c.csv" with (publish: together)
    """
    found = statuses(tmp_path, text)
    assert [found[f"store {each}"] for each in ("a", "a 2", "none")] == ["done", "skipped", "done"]
    assert (tmp_path / "c.csv").exists()
    assert not (tmp_path / "b.csv").exists()


@pytest.mark.parametrize(
    ("condition", "words"),
    [("rows(nothing) > 0", "nothing"), ("rows(a)", "condition"), ("rows(a) > 'x'", "string"), ("rows() > 0", "rows")],
)
def test_what_is_wrong_in_the_condition_of_a_store(condition: str, words: str) -> None:
    from odibi_sql.diagnostics import CompileError

    text = f'ingest a from values (x int64) (1)\nstore a to csv "o.csv" with (when: {condition})\n'
    with pytest.raises(CompileError) as told:
        api.check(api.from_text(text))
    assert words in str(told.value)
    assert len(told.value.diagnostics) == 1


def test_a_store_cannot_wait_for_a_later_layer() -> None:
    from odibi_sql.diagnostics import CompileError

    text = """
        layer one
        ingest a from values (x int64) (1)
        store a to csv "o.csv" with (when: rows(b) > 0)
        layer two
        transform b from a | limit 1
    """
    with pytest.raises(CompileError, match="later"):
        api.check(api.from_text(text))
