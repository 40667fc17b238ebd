"""What a project need not remember goes by itself, and nothing that a run can still take."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from odibi_sql import api
from odibi_sql.run import Settings
from odibi_sql.run.events import event_file
from odibi_sql.run.state.database import Database
from odibi_sql.run.state.results import Made, Results
from odibi_sql.run.state.runs import Runs

PIPELINE = """
ingest a from csv "a.csv" schema (x int64)
transform b from a
  | filter x > 1
  | expect x < 100 else warn
  with (cache: true)
transform c from b | aggregate n = count()
store c to csv "c.csv"
transform d from b | aggregate n = sum(x)
store d to csv "d.csv"
"""
OTHER = 'ingest o from values (x int64) (1)\nstore o to csv "o.csv"\n'
DAY = 86400.0


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_text("x\n1\n2\n3\n")
    return tmp_path


def run(root: Path, text: str = PIPELINE, *, fails: bool = False, **settings: Any) -> dict[str, str]:
    name = "other" if text == OTHER else "p"
    result = api.run(api.from_text(text, root, name), settings=Settings(root=root, **settings))
    assert result.success is not fails
    assert result.run.warnings == ()
    return {each.stage: each.status for each in result.run.stages}


def results(root: Path) -> list[str]:
    database = Database(root)
    found = Results(database).list()
    database.close()
    return sorted(str(type(record).__name__) for _, record in found)


def aged(root: Path, days: float) -> None:
    """Have all results be as old as this."""
    database = Database(root)
    found = Results(database)
    then = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)
    for key, record in found.list():
        found.put(key, replace(record, made=then, last_used=None))
    database.close()


def kept(root: Path) -> list[Path]:
    return list((root / ".odibi/cache").rglob("*.parquet"))


def test_rows_and_checks_that_no_run_uses_go_in_time(root: Path) -> None:
    run(root)
    before = results(root)
    assert {"Kept", "Checked", "Made"} == set(before)
    aged(root, 89)
    run(root, OTHER)
    assert [each for each in results(root) if each != "Made"] == [each for each in before if each != "Made"]
    aged(root, 91)
    run(root, OTHER)
    assert kept(root) == []
    assert set(results(root)) == {"Made"}
    assert run(root)["store c"] == "cached"  # what is at its target is known for ever


def test_what_is_used_stays(root: Path) -> None:
    run(root)
    aged(root, 89)
    run(root, PIPELINE.replace("sum(x)", "max(x)"))  # it takes the rows of b, and asks for its checks
    aged_before = results(root)
    assert run(root, OTHER, cache_age=1 * DAY)
    assert kept(root) != []
    assert "Checked" in results(root)
    assert set(aged_before) == set(results(root))


@pytest.mark.parametrize(("age", "left"), [(2 * DAY, 1), (0.5 * DAY, 0), (1e300, 1)])
def test_the_age_is_a_setting(root: Path, age: float, left: int) -> None:
    run(root)
    aged(root, 1)
    run(root, OTHER, cache_age=age)
    assert len(kept(root)) == left


def test_what_a_run_that_can_be_resumed_has_made_stays(root: Path) -> None:
    failing = PIPELINE.replace("| aggregate n = sum(x)", "| derive y = cast('y' || cast(x as string) as int64)")
    run(root, failing, fails=True)
    aged(root, 365)
    run(root, OTHER)
    assert len(kept(root)) == 1
    assert "Checked" in results(root)
    again = api.run(api.from_text(failing, root, "p"))
    assert {each.stage: each.status for each in again.run.stages}["b"] == "cached"


def test_results_of_what_is_nowhere_any_more_go(root: Path) -> None:
    run(root)
    for least in range(4):  # each replaces what the one before stored
        run(root, PIPELINE.replace("count()", f"count() + {least + 1}"))
    database = Database(root)
    stored = {record.content for _, record in Results(database).list() if isinstance(record, Made)}
    database.close()
    assert len(stored) == 3  # of `c` what is there and the version before, of `d` what is there
    (root / ".odibi/cache").rename(root / "elsewhere")
    run(root, OTHER)
    assert "Kept" not in results(root)
    assert run(root, PIPELINE.replace("count()", "count() + 4"))["store c"] == "cached"


def test_a_version_that_can_be_put_back_is_known_still(root: Path) -> None:
    from odibi_sql.run.stores.ledger import Ledger
    from odibi_sql.run.stores.rollback import rollback

    run(root)
    run(root, PIPELINE.replace("count()", "count() + 1"))
    database = Database(root)
    rollback(Ledger(root, database), "c.csv", (root / "c.csv").resolve())
    database.close()
    assert run(root)["store c"] == "cached"


def test_old_runs_go_with_their_events(root: Path) -> None:
    names = []
    for _ in range(4):
        run(root, OTHER, keep_runs=2)
        database = Database(root)
        names.append(Runs(database).list(limit=1)[0].run)
        database.close()
    assert [event_file(root, each).exists() for each in names] == [False, False, True, True]


def test_of_runs_that_are_kept_none_is_pruned_by_default(root: Path) -> None:
    for _ in range(3):
        run(root, OTHER)
    database = Database(root)
    assert Runs(database).count() == 3
    database.close()
    assert Settings(root=root).keep_runs == 100
