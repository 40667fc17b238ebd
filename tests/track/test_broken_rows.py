"""Of a broken rule the record has rows that break it, on both engines, as many as are sampled."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from odibi_sql import api
from odibi_sql.run import Settings
from odibi_sql.run.measured import Sample
from odibi_sql.run.state.database import Database
from odibi_sql.track import TrackedRule, read_track

TEXT = """ingest known from values (name string) ('a'), ('b')
ingest t from csv "t.csv" schema (id int64, name string, price decimal(9, 2))
transform u from t
  | filter id is null or id < 100
  | expect not null id else warn
  | expect priced: price > 1 else drop
  | expect unique name else warn
  | expect references known on name else warn
  | expect rows > 10 else warn
store u to parquet "u.parquet"
"""


def _rules(root: Path, engine: str, session: Any, text: str = TEXT, **settings: Any) -> dict[str, TrackedRule]:
    (root / "t.csv").write_text("id,name,price\n1,a,1.50\n,a,9.00\n3,c,0.25\n4,c,\n5,b,2.00\n500,x,0.00\n")
    chosen = Settings(root=root, session=session, **settings)
    api.run(api.from_text(text, root=root), engine=engine, settings=chosen, session=session)
    with closing(Database(root)) as database:
        step = read_track(root, database).step("u")
    assert step is not None
    return {each.name: each for each in step.rules}


def _rows(sample: Sample | None) -> set[tuple[str | None, ...]]:
    assert sample is not None
    return set(sample.rows)


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_rows_and_values_that_break_a_rule(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    rules = _rules(tmp_path, engine, request.getfixturevalue("spark") if engine == "spark" else None)
    nulls = rules["not null id"]
    assert nulls.count == 1
    assert _rows(nulls.broken) == {(None, "a", "9.00")}
    assert rules["priced"].count == 2
    assert {row[0] for row in _rows(rules["priced"].broken)} == {"3", "4"}
    assert _rows(rules["unique name"].broken) == {("a", "2")}
    assert rules["references known on name"].count == 0
    assert rules["references known on name"].broken is None
    assert (rules["rows > 10"].count, rules["rows > 10"].broken) == (1, None)


def test_of_a_run_that_fails_too_and_no_more_than_are_sampled(tmp_path: Path) -> None:
    text = TEXT.replace("priced: price > 1 else drop", "priced: price > 100")
    rules = _rules(tmp_path, "duckdb", None, text, sample=2)
    assert rules["priced"].count == 5
    assert len(_rows(rules["priced"].broken)) == 2
    assert _rules(tmp_path, "duckdb", None, text, sample=0)["priced"].broken is None
