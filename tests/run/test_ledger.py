"""What the project knows of its targets: which of two versions is there, and whether anything has changed it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from plans import done, names, rows, run, write

from odibi_sql import ir
from odibi_sql.run import Settings
from odibi_sql.run.engines.duckdb import DuckDB
from odibi_sql.run.engines.engine import EngineProblem
from odibi_sql.run.state.database import Database, StateProblem
from odibi_sql.run.stores import store as store_module
from odibi_sql.run.stores import versions
from odibi_sql.run.stores.ledger import Commit, Ledger, TargetRecord
from odibi_sql.run.stores.staging import clear_retired
from odibi_sql.run.stores.store import Stored, store


def put(root: Path, path: str, sql: str, *, mode: str = "default", **commit: str) -> Stored:
    partition = ("k",) if path == "h" else ()
    columns = ir.schema_of([ir.Field(each, ir.INT64) for each in ("a", "k")])
    folder = path != "o.csv"
    stage = write("w", path, sql, format_="csv", mode=mode, is_folder=folder, partition=partition, schema=columns)
    engine = DuckDB(Settings(root=root))
    try:
        return store(engine, stage, root, Commit(**commit))
    finally:
        engine.close()
        clear_retired()


def current(root: Path, path: str) -> TargetRecord | None:
    database = Database(root)
    try:
        return Ledger(root, database).current(root / path)
    finally:
        database.close()


def files(root: Path, path: str) -> list[Path]:
    place = root / path
    return sorted(each for each in place.rglob("*.csv")) if place.is_dir() else [place]


@pytest.mark.parametrize("path", ["o.csv", "f", "h"])
def test_what_was_stored_is_current(tmp_path, path):
    put(tmp_path, path, "select range a, range % 2 k from range(10)", key="k1", run="r1", content="c1")
    record = current(tmp_path, path)
    assert record is not None
    assert (record.key, record.run, record.content, record.stage, record.rows) == ("k1", "r1", "c1", "w", 10)
    assert (record.bytes, record.files) == (
        sum(f.stat().st_size for f in files(tmp_path, path)),
        2 if path == "h" else 1,
    )
    assert current(tmp_path, "other") is None


@pytest.mark.parametrize("path", ["o.csv", "f", "h"])
def test_a_change_that_keeps_size_and_time_is_seen(tmp_path, path):
    put(tmp_path, path, "select 1 a, 1 k", key="k1")
    (file,) = files(tmp_path, path)
    status, content = file.stat(), file.read_text()
    file.write_text(content.replace("1\n", "2\n").replace("1,", "2,"))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (status.st_size, status.st_mtime_ns)
    assert file.read_text() != content
    assert current(tmp_path, path) is None


@pytest.mark.parametrize("path", ["o.csv", "f"])
def test_a_copy_that_keeps_times_is_ours_but_not_current(tmp_path, path):
    import shutil

    put(tmp_path, path, "select 1 a, 1 k", key="k1")
    shutil.copytree(tmp_path, tmp_path / "copy", dirs_exist_ok=False, ignore=shutil.ignore_patterns("copy"))
    assert current(tmp_path / "copy", path) is None
    put(tmp_path / "copy", path, "select 2 a, 2 k")
    assert current(tmp_path, path) is not None


@pytest.mark.parametrize("path", ["o.csv", "f", "h"])
@pytest.mark.parametrize("mode", ["default", "overwrite"])
def test_the_same_bytes_stay_and_so_does_their_content(tmp_path, path, mode):
    sql = "select range a, range % 2 k from range(10)"
    first = put(tmp_path, path, sql, mode=mode, key="k1", content="c1")
    before = [(each, each.stat()) for each in files(tmp_path, path)]
    again = put(tmp_path, path, sql, mode=mode, key="k2", content="c2")
    assert (first.is_same, first.content, again.is_same, again.content) == (False, "c1", True, "c1")
    assert [(each, each.stat().st_ino, each.stat().st_mtime_ns) for each in files(tmp_path, path)] == [
        (each, status.st_ino, status.st_mtime_ns) for each, status in before
    ]
    record = current(tmp_path, path)
    assert record is not None
    assert (record.key, record.content) == ("k2", "c1")
    other = put(tmp_path, path, sql.replace("range a", "range + 1 a"), mode=mode, key="k3", content="c3")
    assert (other.is_same, other.content) == (False, "c3")
    assert list(tmp_path.glob(".odibi-*")) == []


def test_the_content_of_bytes_that_another_put_there_is_new(tmp_path):
    put(tmp_path, "o.csv", "select 1 a, 1 k", key="k1", content="c1")
    (tmp_path / "o.csv").write_text("a,k\n2,2\n")
    again = put(tmp_path, "o.csv", "select 2 a, 2 k", mode="overwrite", key="k2", content="c2")
    assert (again.is_same, again.content) == (True, "c2")


@pytest.mark.parametrize("path", ["o.csv", "f", "h"])
def test_an_append_of_one_run_and_stage_is_done_once(tmp_path, path):
    for number, run_ in enumerate(("r1", "r2", "r2", "r1", "r3", "r2")):
        stored = put(tmp_path, path, f"select {number} a, 0 k", mode="append", run=run_)
        assert stored.was_applied == (number in (2, 3, 5))
        assert stored.rows == (not stored.was_applied)
    assert rows(f"select a from read_csv('{tmp_path / path}{'' if path == 'o.csv' else '/**/*.csv'}')") == [
        (0,),
        (1,),
        (4,),
    ]
    put(tmp_path, path, "select 9 a, 0 k", mode="overwrite", run="r9")
    assert not put(tmp_path, path, "select 1 a, 0 k", mode="append", run="r1").was_applied


def test_an_append_is_done_again_where_the_target_is_gone(tmp_path):
    put(tmp_path, "o.csv", "select 1 a, 1 k", mode="append", run="r1")
    (tmp_path / "o.csv").unlink()
    assert not put(tmp_path, "o.csv", "select 1 a, 1 k", mode="append", run="r1").was_applied


def test_an_append_is_done_once_where_something_else_appended_too(tmp_path):
    put(tmp_path, "f", "select 1 a, 1 k", mode="append", run="r1")
    (tmp_path / "f/more.csv").write_text("a,k\n2,2\n")
    assert put(tmp_path, "f", "select 1 a, 1 k", mode="append", run="r1").was_applied
    assert not put(tmp_path, "f", "select 3 a, 3 k", mode="append", run="r2").was_applied


@pytest.mark.parametrize(
    ("path", "is_put", "expected"),
    [("o.csv", False, "k1"), ("o.csv", True, None), ("f", False, None), ("f", True, "k2")],
)
def test_after_a_kill_it_is_clear_which_version_is_there(tmp_path, monkeypatch, path, is_put, expected):
    """A run that ends between its announcement and its confirmation, before or after the exchange.

    Where that moved or linked a file, which changes its inode, the version is known but no more exactly.
    """
    put(tmp_path, path, "select 1 a, 1 k", mode="append", run="r1", key="k1")

    def killed(*_args):
        if is_put:
            original(*_args)
        raise InterruptedError

    original = versions.exchange_whole
    monkeypatch.setattr(versions, "exchange_whole", killed)
    with pytest.raises(InterruptedError):
        put(tmp_path, path, "select 22 a, 2 k", mode="append", run="r2", key="k2")
    monkeypatch.undo()
    assert len(rows(f"from read_csv('{tmp_path / path}{'' if path == 'o.csv' else '/*.csv'}')")) == 1 + is_put
    found = current(tmp_path, path)
    assert (found.key if found else None) == expected
    assert put(tmp_path, path, "select 22 a, 2 k", mode="append", run="r2").was_applied == is_put
    assert len(rows(f"from read_csv('{tmp_path / path}{'' if path == 'o.csv' else '/*.csv'}')")) == 2


def test_what_cannot_be_told_is_said(tmp_path, monkeypatch):
    put(tmp_path, "o.csv", "select 1 a, 1 k", mode="append", run="r1")
    monkeypatch.setattr(versions, "exchange_whole", lambda *_: (_ for _ in ()).throw(InterruptedError))
    with pytest.raises(InterruptedError):
        put(tmp_path, "o.csv", "select 2 a, 2 k", mode="append", run="r2")
    monkeypatch.undo()
    (tmp_path / "o.csv").write_text("a,k\n7,7\n8,8\n")
    with pytest.raises(EngineProblem, match="cannot be told"):
        put(tmp_path, "o.csv", "select 2 a, 2 k", mode="append", run="r2")
    put(tmp_path, "o.csv", "select 2 a, 2 k", mode="overwrite", run="r3")
    assert not put(tmp_path, "o.csv", "select 2 a, 2 k", mode="append", run="r2").was_applied


@pytest.mark.parametrize("mode", ["default", "append", "overwrite partitions"])
def test_what_changes_while_a_store_is_made_is_not_replaced(tmp_path, monkeypatch, mode):
    path = "h" if mode == "overwrite partitions" else "o.csv"
    put(tmp_path, path, "select 1 a, 1 k", mode=mode)
    made = store_module.make

    def slow(*arguments):
        done_ = made(*arguments)
        files(tmp_path, path)[0].write_text("precious")
        return done_

    monkeypatch.setattr(store_module, "make", slow)
    with pytest.raises(EngineProblem, match="was changed by something else while this run wrote it"):
        put(tmp_path, path, "select 2 a, 2 k", mode=mode)
    assert [each.read_text() for each in files(tmp_path, path)] == ["precious"]
    assert list(tmp_path.glob(".odibi-*")) == []


@pytest.mark.parametrize("damage", ["", "no database at all", "records"])
def test_a_damaged_state_knows_nothing(tmp_path, damage):
    done(run(tmp_path, write("w", "o.csv", "select 1 a, 1 k", format_="csv")))
    state = tmp_path / ".odibi/state.db"
    if damage == "records":
        connection = sqlite3.connect(state)
        connection.execute("UPDATE targets SET record = '{'")
        connection.commit()
        connection.close()
    else:
        state.write_text(damage)
    assert run(tmp_path, write("w", "o.csv", "select 1 a, 1 k", format_="csv")).status == "failed"
    done(run(tmp_path, write("w", "o.csv", "select 1 a, 1 k", format_="csv", mode="overwrite")))
    done(run(tmp_path, write("w", "o.csv", "select 2 a, 2 k", format_="csv")))


def test_a_state_that_cannot_be_used_ends_the_run_before_anything_runs(tmp_path):
    Database(tmp_path).close()
    connection = sqlite3.connect(tmp_path / ".odibi/state.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    result = run(tmp_path, write("w", "o.csv", "select 1 a, 1 k", format_="csv", mode="overwrite"))
    assert result.status == "failed"
    assert "was written by a newer odibi" in result.problems[0].message
    assert names(tmp_path) == []


def test_a_record_that_cannot_be_confirmed_does_not_undo_the_store(tmp_path, monkeypatch):
    def full(*_):
        raise StateProblem("the disk is full")

    monkeypatch.setattr(Ledger, "confirm", full)
    done(run(tmp_path, write("w", "o.csv", "select 1 a, 1 k", format_="csv")))
    monkeypatch.undo()
    done(run(tmp_path, write("w", "o.csv", "select 2 a, 2 k", format_="csv")))
