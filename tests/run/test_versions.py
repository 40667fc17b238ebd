"""The version before is kept, and `rollback` puts it back: in one step, and back again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from plans import rows
from test_ledger import current, files, put

from odibi_sql.cli.main import commands
from odibi_sql.run.engines.engine import EngineProblem
from odibi_sql.run.state.database import Database
from odibi_sql.run.stores import rollback, versions
from odibi_sql.run.stores.ledger import Ledger

PLACES = ["o.csv", "f", "h"]


def back(root: Path, path: str) -> str:
    database = Database(root)
    try:
        return rollback.rollback(Ledger(root, database), path, root / path).run
    finally:
        database.close()


def stored(root: Path, path: str) -> list[tuple]:
    place = root / path
    return rows(f"select a from read_csv('{place}{'/**/*.csv' if place.is_dir() else ''}', header = true)")


def kept(root: Path) -> list[Path]:
    return list((root / ".odibi/versions").glob("*/*"))


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize("mode", ["default", "append"])
def test_rollback_goes_back_and_forth(tmp_path, path, mode):
    for number in (1, 2, 3):
        put(tmp_path, path, f"select {number} a, {number} k", mode=mode, run=f"r{number}", key=f"k{number}")
        assert len(kept(tmp_path)) == (number > 1)
    newest, before = stored(tmp_path, path), [(1,), (2,)] if mode == "append" else [(2,)]
    for _ in range(2):
        assert back(tmp_path, path) == "r2"
        assert stored(tmp_path, path) == before
        record = current(tmp_path, path)
        assert record is not None
        assert record.key == "k2"
        assert back(tmp_path, path) == "r3"
        assert stored(tmp_path, path) == newest
    assert back(tmp_path, path) == "r2"
    put(tmp_path, path, "select 9 a, 9 k", mode=mode, run="r9")
    assert back(tmp_path, path) == "r2"
    assert stored(tmp_path, path) == before
    assert len(kept(tmp_path)) == 1


def test_nothing_is_copied(tmp_path):
    put(tmp_path, "o.csv", "select 1 a, 1 k")
    inode = (tmp_path / "o.csv").stat().st_ino
    put(tmp_path, "o.csv", "select 2 a, 2 k")
    assert [each.stat().st_ino for each in kept(tmp_path)] == [inode]


def test_what_something_else_had_there_is_kept_too(tmp_path):
    (tmp_path / "o.csv").write_text("precious")
    put(tmp_path, "o.csv", "select 1 a, 1 k", mode="overwrite")
    back(tmp_path, "o.csv")
    assert (tmp_path / "o.csv").read_text() == "precious"


@pytest.mark.parametrize("path", PLACES)
def test_what_cannot_be_rolled_back(tmp_path, path):
    with pytest.raises(EngineProblem, match="was never stored by this project"):
        back(tmp_path, path)
    put(tmp_path, path, "select 1 a, 1 k")
    with pytest.raises(EngineProblem, match="no version before of"):
        back(tmp_path, path)
    put(tmp_path, path, "select 2 a, 2 k")
    (file,) = files(tmp_path, path)
    file.write_text("mine")
    with pytest.raises(EngineProblem, match="was changed since"):
        back(tmp_path, path)
    assert file.read_text() == "mine"
    put(tmp_path, path, "select 3 a, 3 k", mode="overwrite")
    for each in kept(tmp_path):
        shutil.rmtree(each) if each.is_dir() else each.unlink()
    with pytest.raises(EngineProblem, match="no version before of"):
        back(tmp_path, path)
    assert stored(tmp_path, path) == [(3,)]


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize("is_put", [False, True])
def test_a_killed_run_leaves_the_version_before(tmp_path, monkeypatch, path, is_put):
    """Of the version that is there, whichever of the two it is; and so does a rollback that is killed."""
    for number in (1, 2):
        put(tmp_path, path, f"select {number} a, {number} k", run=f"r{number}")
    exchange = versions.exchange_whole

    def killed(*places):
        if is_put:
            exchange(*places)
        raise InterruptedError

    monkeypatch.setattr(versions, "exchange_whole", killed)
    with pytest.raises(InterruptedError):
        put(tmp_path, path, "select 3 a, 3 k", run="r3")
    monkeypatch.undo()
    assert back(tmp_path, path) == ("r2" if is_put else "r1")
    monkeypatch.setattr(rollback, "exchange_whole", killed)
    with pytest.raises(InterruptedError):
        back(tmp_path, path)
    monkeypatch.undo()
    assert back(tmp_path, path) == "r2"
    assert len(stored(tmp_path, path)) == 1


def test_the_command(tmp_path):
    file = tmp_path / "p.odibi"
    text = "ingest a from values (x int64) ({})\nstore a to csv 'o.csv'\nstore a to csv 'p.csv'\n"
    for number in (1, 2):
        file.write_text(text.format(number))
        assert CliRunner().invoke(commands, ["run", str(file)], standalone_mode=False).exception is None
    for step, code, words in [
        ("store a 2", 0, "`p.csv` is as it was stored"),
        ("a", 2, "is stored 2 times; say which is meant"),
        ("b", 2, "nothing stores `b`"),
    ]:
        result = CliRunner().invoke(commands, ["rollback", str(file), step])
        assert (result.exit_code, words in result.output + result.stderr) == (code, True)
    assert ((tmp_path / "o.csv").read_text(), (tmp_path / "p.csv").read_text()) == ("x\n2\n", "x\n1\n")
    file.write_text(text.format(3).replace("o.csv", "q.csv"))
    result = CliRunner().invoke(commands, ["rollback", str(file), "store a"])
    assert result.exit_code == 1
    assert "`q.csv` was never stored by this project" in result.stderr
