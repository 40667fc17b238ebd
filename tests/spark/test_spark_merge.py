"""`mode merge` and `mode scd2` make of a target on Spark what they make of it on DuckDB, and fail in the same words."""

from __future__ import annotations

import datetime
import random
from pathlib import Path
from typing import Any

import duckdb
import pytest

from odibi_sql import api
from odibi_sql.run import Settings, execute
from odibi_sql.run.stores.staging import clear_retired

PLACES = ["a.parquet", "hive", "a.csv.gz", "csv folder", "json hive"]
COLUMNS = "id int64 not null, name string not null, v string, f float64, at timestamp, k string"


def form_of(place: str) -> str:
    name = place.replace(" ", ".")
    return next((form for form in ("csv", "ndjson", "json") if form in name), "parquet")


def run_on(root: Path, engine: str, session: Any, text: str, clock: datetime.datetime) -> list[str]:
    """Run a pipeline with its stores under a folder of the engine; return what went wrong."""
    pipeline = api.from_text(text.replace("{out}", engine), root)
    checked = api.check(pipeline, clock=clock)
    plan = api.compile_graph(checked.graph, [each.name for each in checked.graph.stores], engine)
    result = execute(plan, Settings(root=root, session=session if engine == "spark" else None))
    clear_retired()
    return [f"{each.message} {each.hint}".replace(f"{engine}/", "") for each in result.problems]


def content(root: Path, engine: str, place: str) -> list[str]:
    path, form = root / engine / place, form_of(place)
    files = f"{path}/**/*.{form}" if path.is_dir() else str(path)
    reader = {"parquet": "read_parquet", "csv": "read_csv"}.get(form, "read_json")
    names = ["id", "name", "v", "f", "at", "k"]
    found = duckdb.sql(f"select columns(* exclude (id)), id from {reader}('{files}', union_by_name = true)")
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    assert set(names) <= set(found.columns)
    return sorted(str([str(row[each]) for each in sorted(row)]) for row in rows)


def values(chance: random.Random) -> str:
    def row(number: int) -> str:
        v = chance.choice(["'x'", "'it''s; \"q\"'", "''", "null"])
        f = chance.choice(["0.5", "1e300", "null"])
        at = chance.choice(["timestamp '2025-01-02 03:04:05.123456'", "null"])
        k = chance.choice(["null", "'p/q'", "'é'"])
        return f"({number}, '{'ab'[number % 2]}', {v}, {f}, {at}, {k})"

    return ", ".join(row(number) for number in chance.sample(range(12), 6))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("mode", ["merge", "scd2"])
def test_both_engines_make_the_same_target(tmp_path: Path, spark: Any, mode: str, place: str) -> None:
    chance = random.Random(place + mode)
    partition = "partition by k" if "hive" in place else ""
    for number in range(2):
        text = f"ingest a from values ({COLUMNS}) {values(chance)}\n"
        text += f'store a to {form_of(place)} "{{out}}/{place}" mode {mode} on id, name {partition}'
        clock = datetime.datetime(2025, 1, 1, number)
        for engine in ("duckdb", "spark"):
            assert run_on(tmp_path, engine, spark, text, clock) == []
        assert content(tmp_path, "spark", place) == content(tmp_path, "duckdb", place)
    spark_place = tmp_path / "spark" / place
    before = [(each, each.stat().st_ino) for each in sorted(spark_place.rglob("*"))]
    assert run_on(tmp_path, "spark", spark, text, clock) == []
    assert [(each, each.stat().st_ino) for each in sorted(spark_place.rglob("*"))] == before  # nothing new: it stays


@pytest.mark.parametrize("mode", ["merge", "scd2"])
def test_an_engine_goes_on_with_what_the_other_stored(tmp_path: Path, spark: Any, mode: str) -> None:
    text = f"ingest a from values ({COLUMNS}) ROWS\n"
    for place in ("a.parquet", "a.csv", "json hive"):
        partition = "partition by k" if "hive" in place else ""
        text += f'store a to {form_of(place)} "o/{place}" mode {mode} on id {partition}\n'
    one, two = "(1, 'a', '', 0.5, null, 'p'), (2, 'b', null, null, null, null)", "(2, 'b', 'x', 0.1, null, 'q')"
    for number, (engine, rows) in enumerate([("duckdb", one), ("spark", two), ("duckdb", two), ("spark", one)]):
        clock = datetime.datetime(2025, 1, 1, number)
        assert run_on(tmp_path, engine, spark, text.replace("ROWS", rows), clock) == []
    for place in ("a.parquet", "a.csv", "json hive"):
        assert len(content(tmp_path, "o", place)) == (2 if mode == "merge" else 4)


WRONG = [
    (f"ingest a from values ({COLUMNS}) (1, 'a', null, 1, null, 'k'), (1, 'a', 'x', 1, null, 'k')", "on id, name"),
    (f"ingest a from values ({COLUMNS}) (1, 'a', null, 1, null, 'k')", "on id, v"),
    ("ingest a from values (id int64 not null, w string) (1, 'a')", "on id"),
]


@pytest.mark.parametrize(("ingest", "keys"), WRONG)
def test_both_engines_fail_in_the_same_words(tmp_path: Path, spark: Any, ingest: str, keys: str) -> None:
    there = f"ingest a from values ({COLUMNS}) (1, 'a', null, 1, null, 'k')\n"
    clock = datetime.datetime(2025, 1, 1)
    for place in ("a.parquet", "a.csv"):
        words = []
        for engine in ("duckdb", "spark"):
            store = f'\nstore a to {form_of(place)} "{{out}}/{place}" mode'
            assert run_on(tmp_path, engine, spark, f"{there}{store} overwrite", clock) == []
            before = (tmp_path / engine / place).read_bytes()
            words.append(run_on(tmp_path, engine, spark, f"{ingest}{store} merge {keys}", clock))
            assert (tmp_path / engine / place).read_bytes() == before
        assert len(words[0]) == 1
        assert words[1] == words[0]
        (tmp_path / "spark" / place).write_bytes(b"\x00 broken \xff\n" * 7)
        assert len(run_on(tmp_path, "spark", spark, f"{there}{store} merge on id", clock)) == 1
        assert (tmp_path / "spark" / place).read_bytes() == b"\x00 broken \xff\n" * 7
