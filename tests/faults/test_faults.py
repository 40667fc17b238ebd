"""Stores are killed: at each step of a commit in a few cases, and at any time; `python -m faults` does it at length."""

from __future__ import annotations

import os
import random
import resource
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.harness import Trials, cases, deaths, some_deaths
from faults.model import MODES, Case
from faults.victims import Victims
from odibi_sql.run import Settings
from odibi_sql.run.engines.duckdb import DuckDB
from odibi_sql.run.engines.engine import EngineProblem
from odibi_sql.run.stores.store import store


@pytest.fixture(scope="module")
def victims() -> Iterator[Victims]:
    started = Victims()
    yield started
    started.close()


@pytest.mark.parametrize(("mode", "place"), [("append", "f"), ("merge", "o.parquet"), ("scd2", "h")])
def test_a_store_is_killed_at_steps_of_its_commit(tmp_path: Path, victims: Victims, mode, place) -> None:
    trials = Trials(Case(tmp_path / "p", mode, place), victims)
    all_deaths = deaths(trials.store()["steps"])
    some = random.Random(mode).sample(all_deaths, 8)
    commit = [
        each
        for each in all_deaths
        if each["step"].endswith((":put_and_keep", ":exchange", ".announce", "._write", ".confirm"))
    ]
    for death in [*commit, *some]:
        trials.store(**death)
    assert trials.kills == len(commit) + len(some)
    assert len(commit) >= 8


def test_stores_are_killed_at_any_time(tmp_path: Path, victims: Victims) -> None:
    chance = random.Random(os.environ.get("ODIBI_RANDOM", "1"))
    kills = 0
    for case in cases(tmp_path):
        trials = Trials(case, victims)
        for death in some_deaths(chance, 1):
            trials.store(**death)
        kills += trials.kills
    assert kills > len(MODES)


def put(root: Path, mode: str, place: str, number: int) -> None:
    engine = DuckDB(Settings(root=root, threads=1))
    try:
        store(engine, Case(root, mode, place).stage(number), root)
    finally:
        engine.close()


@pytest.mark.parametrize("place", ["o.parquet", "h", "o.csv"])
@pytest.mark.parametrize("mode", ["overwrite", "append", "merge", "scd2"])
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, mode, place) -> None:
    """As near as it can be had without a disk of one's own: no file may grow beyond a limit."""
    case = Case(tmp_path, mode, place)
    put(tmp_path, mode, place, 1)
    before, size = case.read(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (700, size[1]))
    try:
        with pytest.raises((EngineProblem, OSError)):
            put(tmp_path, mode, place, 2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, size)
    assert case.read() == before
    assert list(tmp_path.glob(".odibi-*")) == []
    put(tmp_path, mode, place, 2)
    assert case.read() == case.after(before, 2)


@pytest.mark.parametrize("place", ["out/o.parquet", "out/f"])
def test_a_folder_that_cannot_be_written_is_a_problem(tmp_path: Path, place) -> None:
    """In a process of somebody who is not root, for root may write everywhere."""
    put(tmp_path, "overwrite", place, 1)
    before = sorted(each.name for each in tmp_path.rglob("*"))
    (tmp_path / "out").chmod(0o555)
    for each in (tmp_path, *tmp_path.parents):
        if each.stat().st_uid == os.getuid() and each != Path("/"):
            each.chmod(each.stat().st_mode | 0o055)
    for each in (tmp_path / ".odibi").rglob("*"):
        each.chmod(0o777)
    (tmp_path / ".odibi").chmod(0o777)
    child = os.fork()
    if child == 0:
        code = 3
        try:
            os.setuid(os.getuid() or 65534)
            put(tmp_path, "overwrite", place, 2)
        except (PermissionError, EngineProblem) as error:
            code = 0 if "permission denied" in str(error).lower() and "out" in str(error) else 4
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    (tmp_path / "out").chmod(0o755)
    assert sorted(each.name for each in tmp_path.rglob("*") if "state.db-" not in each.name) == [
        each for each in before if "state.db-" not in each
    ]
    assert Case(tmp_path, "overwrite", place).read() == Case(tmp_path, "overwrite", place).after([], 1)


@pytest.mark.parametrize("mode", ["append", "merge"])
def test_a_damaged_state_loses_no_rows(tmp_path: Path, mode) -> None:
    case = Case(tmp_path, mode, "f")
    put(tmp_path, mode, "f", 1)
    before = case.read()
    (tmp_path / ".odibi/state.db").write_bytes(b"nothing of a database" * 99)
    put(tmp_path, mode, "f", 2)
    assert case.read() == case.after(before, 2)
    assert len(list((tmp_path / ".odibi").glob("state-damaged-*.db"))) == 1
    connection = sqlite3.connect(tmp_path / ".odibi/state.db")
    assert connection.execute("SELECT count(*) FROM targets").fetchall() == [(1,)]
    connection.close()


@pytest.mark.parametrize("page", [1, 2])  # of the targets, and of their index
def test_a_state_that_is_damaged_in_the_middle_is_told(tmp_path: Path, page: int) -> None:
    """It opens, so that it is not put aside: there may be more to save than to lose."""
    put(tmp_path, "append", "f", 1)
    file, before = tmp_path / ".odibi/state.db", Case(tmp_path, "append", "f").read()
    whole = file.read_bytes()
    file.write_bytes(whole[: page * 4096] + b"\x7f" * 4096 + whole[(page + 1) * 4096 :])
    with pytest.raises(EngineProblem, match="malformed") as problem:
        put(tmp_path, "append", "f", 2)
    assert "move it away: the stores stay" in problem.value.hint
    assert Case(tmp_path, "append", "f").read() == before
