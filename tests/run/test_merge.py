"""`mode merge on` and `mode scd2 on`: what a target becomes, in every format, held to a model in Python."""

from __future__ import annotations

import datetime
import random
from pathlib import Path
from typing import Any

import duckdb
import pytest
from plans import names

from odibi_sql import api
from odibi_sql.diagnostics import CompileError
from odibi_sql.result import Result
from odibi_sql.run import Settings, execute
from odibi_sql.run.engines.duckdb import DuckDB
from odibi_sql.run.engines.engine import EngineProblem
from odibi_sql.run.stores.staging import clear_retired
from odibi_sql.run.stores.store import Stored, store

PLACES = [
    (form, f"{kind}_{form}" + f".{form}" * (kind == "file"))
    for form in ("parquet", "csv", "ndjson", "json")
    for kind in ("file", "folder", "hive")
]
READERS = {"parquet": "read_parquet", "csv": "read_csv", "ndjson": "read_json", "json": "read_json"}
Row = tuple[int, str | None, int | None]  # id, v, k
COLUMNS = "id int64 not null, v string, k int64"
START = datetime.datetime(2025, 1, 1)


def literal(text: str | None) -> str:
    return "null" if text is None else "'" + text.replace("'", "''") + "'"


def text_of(rows: list[Row], form: str, place: str, mode: str, more: str = "") -> str:
    values = ", ".join(f"({i}, {literal(v)}, {'null' if k is None else k})" for i, v, k in rows)
    ingest = f"ingest a from values ({COLUMNS}) {values or '(0, null, null)'}"
    ingest += "" if values else "\n  | filter id > 0"
    partition = "partition by k" if place.startswith("hive") else ""
    return f'{ingest}\nstore a to {form} "{place}" mode {mode} on id {partition} {more}'


def put(root: Path, text: str, number: int = 0) -> Stored:
    """Store as a run does whose clock is `number` hours after the start."""
    checked = api.check(api.from_text(text, root), clock=START + datetime.timedelta(hours=number))
    plan = api.compile_graph(checked.graph, [each.name for each in checked.graph.stores], "duckdb")
    engine = DuckDB(Settings(root=root))
    try:
        for stage in plan.stages[:-1]:
            engine.materialize(stage)
        return store(engine, plan.stages[-1], root)
    finally:
        engine.close()
        clear_retired()


def read(root: Path, form: str, place: str, columns: str = "id, v, k") -> list[tuple[Any, ...]]:
    path = root / place
    files = f"{path}/**/*.{form}" if path.is_dir() else str(path)
    extra = ", union_by_name = true" if form != "parquet" else ""
    found = duckdb.sql(f"select {columns} from {READERS[form]}('{files}'{extra})").fetchall()
    return sorted(found, key=repr)


def some_rows(chance: random.Random) -> list[Row]:
    ids = chance.sample(range(1, 40), chance.randint(5, 25))
    return [(i, chance.choice(["x", "y", 'it\'s, "q"', None]), chance.choice([1, 2, None])) for i in ids]


@pytest.mark.parametrize(("form", "place"), PLACES)
def test_merge_replaces_keeps_and_adds(tmp_path, form, place):
    chance, model = random.Random(place), {}
    for _ in range(4):
        rows = some_rows(chance)
        before = dict(model)
        model |= {row[0]: row for row in rows}
        stored = put(tmp_path, text_of(rows, form, place, "merge"))
        assert stored.combined is not None
        counts = (stored.combined.inserted, stored.combined.updated, stored.combined.kept)
        updated = len(before.keys() & {row[0] for row in rows})
        assert counts == (len(rows) - updated, updated, len(before) - updated)
        assert read(tmp_path, form, place) == sorted(model.values(), key=repr)
        again = put(tmp_path, text_of(rows, form, place, "merge"))
        assert again.is_same
        assert read(tmp_path, form, place) == sorted(model.values(), key=repr)
    assert [each for each in names(tmp_path) if "/." in f"/{each}"] == []


@pytest.mark.parametrize(("form", "place"), PLACES)
def test_scd2_keeps_what_was(tmp_path, form, place):
    chance = random.Random(place)
    history: list[tuple[Any, ...]] = []
    for number in range(4):
        rows, now = some_rows(chance), START + datetime.timedelta(hours=number)
        current = {row[0]: row for row in history if row[5]}
        changed = {row[0]: row for row in rows if current.get(row[0], ())[:3] != row}
        history = [(*row[:4], now, False) if row[5] and row[0] in changed else row for row in history]
        history += [(*row, now, None, True) for row in changed.values()]
        stored = put(tmp_path, text_of(rows, form, place, "scd2"), number)
        assert stored.combined is not None
        assert stored.combined.updated == len(changed.keys() & current.keys())
        assert stored.combined.inserted == len(changed.keys() - current.keys())
        columns = "id, v, k, valid_from, valid_to, is_current"
        assert read(tmp_path, form, place, columns) == sorted(history, key=repr)
        assert put(tmp_path, text_of(rows, form, place, "scd2"), number + 1).is_same
        assert read(tmp_path, form, place, columns) == sorted(history, key=repr)


@pytest.mark.parametrize("mode", ["merge", "scd2"])
@pytest.mark.parametrize("place", ["file.parquet", "folder"])
def test_no_rows_make_a_target_and_change_none(tmp_path, mode, place):
    put(tmp_path, text_of([], "parquet", place, mode))
    assert (tmp_path / place).exists()
    assert read(tmp_path, "parquet", place) == []
    put(tmp_path, text_of([(1, "x", 2)], "parquet", place, mode))
    assert put(tmp_path, text_of([], "parquet", place, mode)).is_same
    assert read(tmp_path, "parquet", place) == [(1, "x", 2)]


def problem(root: Path, text: str, **how: Any) -> tuple[str, str]:
    result: Result = api.run(api.from_text(text, root), **how)
    assert not result.success
    (found,) = result.run.problems
    return found.message, found.hint


@pytest.mark.parametrize("mode", ["merge", "scd2"])
def test_keys_that_do_not_tell_rows_apart(tmp_path, mode):
    put(tmp_path, text_of([(1, "x", 1)], "csv", "a.csv", mode))
    before = (tmp_path / "a.csv").read_text()
    message, hint = problem(tmp_path, text_of([(1, "x", 1), (2, "z", 1), (2, "y", 1)], "csv", "a.csv", mode))
    assert message == "`a` has 2 rows with id = 2: a key tells one row from all others"
    assert hint == "`dedupe by id keep …` says which of them is meant"
    text = text_of([(1, None, 1), (2, None, None)], "csv", "a.csv", mode).replace("on id", "on v, k")
    message, hint = problem(tmp_path, text)
    assert message == "2 rows of `a` have no key: `v`, `k` is null"
    assert (tmp_path / "a.csv").read_text() == before


def test_what_is_deduped_is_not_checked_again(tmp_path):
    text = text_of([(1, "x", 1)], "csv", "a.csv", "merge")
    plain = api.check(api.from_text(text, tmp_path)).graph.stores[0]
    deduped = text.replace("store a", "transform b from a | dedupe by id keep last k, v\nstore b")
    (known,) = api.check(api.from_text(deduped, tmp_path)).graph.stores
    assert (plain.is_unique, known.is_unique, known.keys) == (False, True, ("id",))


@pytest.mark.parametrize("form", ["parquet", "csv", "ndjson", "json"])
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_other_columns_are_an_error(tmp_path, form, kind):
    place = "o" + f".{form}" * (kind == "file")
    put(tmp_path, f"ingest a from values (id int64 not null, w string) (1, 'x')\nstore a to {form} \"{place}\"")
    before = {each: (tmp_path / each).read_bytes() for each in names(tmp_path)}
    message, _ = problem(tmp_path, text_of([(1, "x", 1)], form, place, "merge"))
    assert message == f"`{place}` has the columns id, w; what is stored has id, v, k"
    assert {each: (tmp_path / each).read_bytes() for each in names(tmp_path)} == before


def test_another_type_is_an_error(tmp_path):
    rows = "(1, 'x', 1)"
    text = "ingest a from values (id int32 not null, v string, k int64) {}\nstore a to parquet 'a.parquet'"
    put(tmp_path, text.format(rows))
    message, _ = problem(tmp_path, text_of([(1, "x", 1)], "parquet", "a.parquet", "merge"))
    assert message == "`a.parquet` has `id` as integer; what is stored has it as int64"
    (tmp_path / "a.csv").write_text("id,v,k\none,x,1\n")
    message, _ = problem(tmp_path, text_of([(1, "x", 1)], "csv", "a.csv", "merge"))
    assert "one" in message
    assert (tmp_path / "a.csv").read_text() == "id,v,k\none,x,1\n"


@pytest.mark.parametrize("mode", ["merge", "scd2"])
@pytest.mark.parametrize("form", ["parquet", "csv", "ndjson", "json"])
def test_what_cannot_be_read_is_never_new(tmp_path, form, mode):
    (tmp_path / f"a.{form}").write_bytes(b"\x00\x01 this is nothing \xff\xfe" * 9)
    before = (tmp_path / f"a.{form}").read_bytes()
    message, _ = problem(tmp_path, text_of([(1, "x", 1)], form, f"a.{form}", mode))
    assert f"a.{form}" in message
    assert (tmp_path / f"a.{form}").read_bytes() == before


def test_a_history_goes_forward(tmp_path):
    put(tmp_path, text_of([(1, "x", 1)], "parquet", "a.parquet", "scd2"), 5)
    with pytest.raises(EngineProblem, match="valid since a time after the clock"):
        put(tmp_path, text_of([(1, "y", 1)], "parquet", "a.parquet", "scd2"), 4)
    put(tmp_path, text_of([(1, "x", 1), (2, "y", 1)], "parquet", "a.parquet", "scd2"), 4)
    assert len(read(tmp_path, "parquet", "a.parquet")) == 2


def test_a_history_with_two_valid_rows_of_a_key_is_an_error(tmp_path):
    row = "1 id, 'x' v, 1::bigint k, timestamp '2025-01-01' valid_from, null::timestamp valid_to, true is_current"
    duckdb.sql(f"copy (select {row.replace('1 id', '1::bigint id')} from range(2)) to '{tmp_path}/a.parquet'")
    message, _ = problem(tmp_path, text_of([(1, "y", 1)], "parquet", "a.parquet", "scd2"))
    assert message.startswith("the history in `a.parquet` has 2 valid rows with id = 1")


def test_a_text_that_would_be_null_as_a_folder_is_an_error(tmp_path):
    text = "ingest a from values (id int64 not null, k string) (1, 'Null')\n"
    text += "store a to csv 'a' mode merge on id partition by k"
    message, _ = problem(tmp_path, text)
    assert message == "a row of `a` has a `k` that is null as the name of a folder"


def test_the_types_of_parquet_come_back(tmp_path):
    deep = (
        "1::bigint id, 0.1::float f4, 'NaN'::double f, 12.34::decimal(38, 2) d, date '0001-01-01' as day,"
        " [1.5, null] l, {'x': 1, 'y': ['q']} s, map {'k': interval '1 day'} m, interval '1 month' i,"
        " '{\"a\":1}'::json j, '\\xFF'::blob b, timestamptz '2025-01-02 03:04:05+00' tz"
    )
    duckdb.sql(f"copy (select {deep}) to '{tmp_path}/in.parquet'")
    text = "ingest a from parquet 'in.parquet'\nstore a to parquet 'out.parquet' mode merge on id"
    for _ in range(2):
        put(tmp_path, text)
        assert repr(duckdb.sql(f"from '{tmp_path}/out.parquet'").fetchall()) == repr(
            duckdb.sql(f"select {deep}").fetchall()
        )
    duckdb.sql(f"copy (select {deep.replace('1::bigint id', '2::bigint id')}) to '{tmp_path}/in.parquet'")
    put(tmp_path, text)
    assert len(duckdb.sql(f"from '{tmp_path}/out.parquet'").fetchall()) == 2


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("store a to csv 'x.csv' mode merge on nothing", "unknown-column"),
        ("store a to csv 'x.csv' mode merge on id, id", "duplicate-column"),
        ("transform b from a | derive f = k / 2\nstore b to csv 'x.csv' mode merge on f", "key-type"),
        ("transform b from a | derive Valid_To = 1\nstore b to csv 'x.csv' mode scd2 on id", "history-column"),
        ("transform b from a | derive d = 1 day\nstore b to csv 'x.csv' mode scd2 on id", "history-cannot-compare"),
    ],
)
def test_what_the_compiler_refuses(tmp_path, statement, code):
    text = f"ingest a from values ({COLUMNS}) (1, 'x', 1)\n{statement}"
    with pytest.raises(CompileError) as raised:
        api.check(api.from_text(text, tmp_path))
    assert [each.code for each in raised.value.diagnostics] == [code]


def test_a_run_merges_what_other_stages_made(tmp_path):
    text = """
        ingest a from values (id int64 not null, v int64) (1, 2), (1, 3), (2, 5)
        transform t from a | aggregate total = sum(v) group by id
        transform u from t | derive more = total + 1
        store t to parquet "t" mode merge on id
        store u to csv "u.csv" mode merge on id
        store t to csv "h.csv" mode scd2 on id
    """
    for _ in range(2):
        checked = api.check(api.from_text(text, tmp_path))
        plan = api.compile_graph(checked.graph, [each.name for each in checked.graph.stores], "duckdb")
        assert execute(plan, Settings(root=tmp_path)).success
        assert read(tmp_path, "csv", "u.csv", "id, total, more") == [(1, 5, 6), (2, 5, 6)]
