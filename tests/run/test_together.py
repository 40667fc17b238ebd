"""Stores that are published together: all or none, whenever the process is killed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from plans import rows, write

from odibi_sql import api
from odibi_sql.run import Settings
from odibi_sql.run.engines.duckdb import DuckDB
from odibi_sql.run.engines.engine import EngineProblem
from odibi_sql.run.state.database import Database
from odibi_sql.run.stores import rollback, together
from odibi_sql.run.stores.ledger import Commit, Ledger
from odibi_sql.run.stores.pending import roll_forward
from odibi_sql.run.stores.staging import clear_retired
from odibi_sql.run.stores.store import prepare
from odibi_sql.run.stores.together import held_together, publish_together

PATHS = ("o.csv", "f", "h", "same.csv")


def publish(root: Path, number: int) -> None:
    with ExitStack() as stack:
        ledger = Ledger(root, stack.enter_context(closing(Database(root))))
        engine = stack.enter_context(closing(DuckDB(Settings(root=root))))
        stack.enter_context(held_together(ledger))
        ready = []
        for path in PATHS:
            sql = f"select {number if path != 'same.csv' else 0} a, {number} % 2 k"
            if path == "same.csv":
                sql = "select 0 a"
            partition = ("k",) if path == "h" else ()
            stage = write(path, path, sql, format_="csv", is_folder="." not in path, partition=partition)
            ready.append(prepare(engine, stage, ledger, Commit(run=f"r{number}", key=f"k{number}")))
            stack.enter_context(ready[-1].let_go)
        publish_together(ready, ledger)
    clear_retired()


def forward(root: Path) -> list[str]:
    with closing(Database(root)) as database:
        return roll_forward(Ledger(root, database))


def values(root: Path) -> list[int]:
    found = []
    for path in PATHS[:3]:
        place = root / path
        files = f"{place}/**/*.csv" if place.is_dir() else str(place)
        found += [row[0] for row in rows(f"select a from read_csv('{files}', header = true)")]
    return found


def test_all_are_published(tmp_path):
    for number in (1, 2, 3):
        publish(tmp_path, number)
        assert values(tmp_path) == [number] * 3
    assert forward(tmp_path) == []
    with closing(Database(tmp_path)) as database:
        ledger = Ledger(tmp_path, database)
        records = [ledger.current(tmp_path / path) for path in PATHS]
        assert [each and each.key for each in records] == ["k3"] * 4
        assert rollback.rollback(ledger, "f", tmp_path / "f").run == "r2"
    assert values(tmp_path) == [3, 2, 3]
    assert list(tmp_path.glob(".odibi-*")) == []


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("side", ["before", "after"])
def test_what_is_killed_in_between_is_rolled_forward(tmp_path, monkeypatch, is_first, at, side):
    if not is_first:
        publish(tmp_path, 1)
    original, taken = together.put_staged, []

    def killed(*arguments):
        taken.append(arguments)
        if len(taken) == at + 1 and side == "before":
            raise InterruptedError
        original(*arguments)
        if len(taken) == at + 1:
            raise InterruptedError

    monkeypatch.setattr(together, "put_staged", killed)
    with pytest.raises(InterruptedError):
        publish(tmp_path, 2)
    monkeypatch.undo()
    assert forward(tmp_path) == []
    assert values(tmp_path) == [2] * 3
    assert forward(tmp_path) == []
    publish(tmp_path, 3)
    assert values(tmp_path) == [3] * 3


def test_what_is_killed_before_the_commit_leaves_all_as_it_was(tmp_path, monkeypatch):
    publish(tmp_path, 1)
    monkeypatch.setattr(Ledger, "write", lambda *_: (_ for _ in ()).throw(InterruptedError))
    with pytest.raises(InterruptedError):
        publish(tmp_path, 2)
    monkeypatch.undo()
    assert forward(tmp_path) == []
    assert values(tmp_path) == [1] * 3


def test_nothing_is_published_where_one_target_was_changed(tmp_path, monkeypatch):
    publish(tmp_path, 1)
    held = together.hold_unchanged

    def changed(prepared):
        if prepared.stage.target.path == "f":
            (tmp_path / "f/more.csv").write_text("a,k\n7,7\n")
        held(prepared)

    monkeypatch.setattr(together, "hold_unchanged", changed)
    with pytest.raises(EngineProblem, match="was changed by something else"):
        publish(tmp_path, 2)
    (tmp_path / "f/more.csv").unlink()
    assert values(tmp_path) == [1] * 3


def killed_after(root: Path, monkeypatch: pytest.MonkeyPatch, number: int, count: int) -> None:
    """Publish a version, killed once so many of its stores are in their place."""
    original, taken = together.put_staged, []

    def killed(*arguments):
        if len(taken) == count:
            raise InterruptedError
        taken.append(arguments)
        original(*arguments)

    monkeypatch.setattr(together, "put_staged", killed)
    with pytest.raises(InterruptedError):
        publish(root, number)
    monkeypatch.undo()


def test_who_writes_next_puts_what_is_pending_in_its_place_first(tmp_path, monkeypatch):
    """A run that waited for the target, when the one that held it was killed, has looked for what is pending before."""
    publish(tmp_path, 1)
    killed_after(tmp_path, monkeypatch, 2, 1)
    assert values(tmp_path) == [2, 1, 1]
    stage = write("f", "f", "select 7 a, 7 k", format_="csv", is_folder=True, mode="append")
    with closing(Database(tmp_path)) as database, closing(DuckDB(Settings(root=tmp_path))) as engine:
        ledger = Ledger(tmp_path, database)
        with prepare(engine, stage, ledger, Commit(run="r7")).let_go:
            assert values(tmp_path) == [2, 2, 1]
        assert roll_forward(ledger) == []
    assert values(tmp_path) == [2, 2, 2]


def test_a_rollback_comes_after_what_is_pending(tmp_path, monkeypatch):
    for number in (1, 2):
        publish(tmp_path, number)
    killed_after(tmp_path, monkeypatch, 3, 1)
    assert values(tmp_path) == [3, 2, 2]
    with closing(Database(tmp_path)) as database:
        assert rollback.rollback(Ledger(tmp_path, database), "f", tmp_path / "f").run == "r2"
    assert forward(tmp_path) == []
    assert values(tmp_path) == [3, 2, 3]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """Give a folder on another file system than that of the tests."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev or not os.access(memory, os.W_OK):
        pytest.skip("there is no other file system")
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_targets_on_another_file_system_are_rolled_forward(tmp_path, elsewhere, monkeypatch, count):
    for path in PATHS[:3]:
        (tmp_path / path).symlink_to(elsewhere / path)
    publish(tmp_path, 1)
    killed_after(tmp_path, monkeypatch, 2, count)
    assert values(tmp_path) == [2] * count + [1] * (3 - count)
    assert forward(tmp_path) == []
    assert values(tmp_path) == [2] * 3
    clear_retired()
    publish(tmp_path, 3)
    assert values(tmp_path) == [3] * 3
    assert sorted(each.name for each in elsewhere.iterdir()) == sorted(PATHS[:3])


def test_what_was_changed_since_is_not_replaced(tmp_path, monkeypatch):
    publish(tmp_path, 1)
    monkeypatch.setattr(together, "put_staged", lambda *_: (_ for _ in ()).throw(InterruptedError))
    with pytest.raises(InterruptedError):
        publish(tmp_path, 2)
    monkeypatch.undo()
    (tmp_path / "o.csv").write_text("a,k\n77,7\n")
    (problem,) = forward(tmp_path)
    assert "o.csv` was to be published together with others, and was changed by something else since" in problem
    assert values(tmp_path) == [77, 2, 2]
    assert forward(tmp_path) == []  # it is told once


PIPELINE = """
ingest a from values (x int64, c string) (1, '{one}'), (2, '{other}')
store a to csv "a.csv" with (publish: together)
transform b from a | derive y = cast(c as int64)
store b to csv "b" partition by x with (publish: together)
transform d from a | derive y = x
store d to csv "d.csv"
"""


def run(root: Path, one: str, other: str, **more: Any) -> dict[str, str]:
    """Return how each store went."""
    text = PIPELINE.format(one=one, other=other)
    result = api.run(api.from_text(text, root), settings=Settings(root=root, fail_fast=False), **more)
    return {each.stage: each.status for each in result.run.stages}


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_a_pipeline_publishes_all_or_none(tmp_path, engine, request):
    more = {"engine": engine, "session": request.getfixturevalue("spark") if engine == "spark" else None}
    assert run(tmp_path, "1", "x", **more) == {"store a": "cancelled", "store b": "failed", "store d": "done"}
    assert sorted(each.name for each in tmp_path.iterdir()) == [".odibi", "d.csv"]
    assert run(tmp_path, "1", "2", **more) == dict.fromkeys(["store a", "store b", "store d"], "done")
    before = {each: each.read_text() for each in tmp_path.rglob("*.csv")}
    assert run(tmp_path, "1", "2", **more) == dict.fromkeys(["store a", "store b", "store d"], "cached")
    assert run(tmp_path, "7", "x", **more)["store a"] == "cancelled"
    after = {each: each.read_text() for each in tmp_path.rglob("*.csv") if ".odibi" not in each.parts}
    assert {each: text for each, text in before.items() if each.name != "d.csv"} == {
        each: text for each, text in after.items() if each.name != "d.csv"
    }


def test_a_run_rolls_forward_what_another_left(tmp_path, monkeypatch):
    run(tmp_path, "1", "2")
    puts = []

    def put_once(*args):
        puts.append(args)
        if len(puts) > 1:
            raise KeyboardInterrupt
        return put(*args)

    put = together.put_staged
    monkeypatch.setattr(together, "put_staged", put_once)
    run(tmp_path, "3", "4")
    monkeypatch.undo()
    assert len(puts) == 2
    result = api.run(api.from_text("ingest a from values (i int64) (1)\nstore a to csv 'other.csv'", tmp_path))
    assert result.success
    assert (tmp_path / "a.csv").read_text() == "x,c\n1,3\n2,4\n"
    assert sorted(each.read_text() for each in (tmp_path / "b").rglob("*.csv")) == ["c,y\n3,3\n", "c,y\n4,4\n"]
