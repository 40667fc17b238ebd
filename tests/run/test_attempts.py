"""Faults that can pass are met with another try, and a try that takes too long is ended."""

from __future__ import annotations

import errno
import random
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from plans import answer, done, names, run, table, write

from odibi_sql import ir
from odibi_sql.plan import Policy
from odibi_sql.run import Settings, executor
from odibi_sql.run.attempts import LONGEST_WAIT, Attempts, in_words, passes
from odibi_sql.run.engines.duckdb import DuckDB

SLOW = "select sum(hash(a.range, b.range) % 10) v from range(1000000) a, range(1000000) b"
QUICK = Policy(retry=3, backoff=0.01)


class Disk(DuckDB):
    """DuckDB on a disk that fails so many times."""

    faults = 0
    error: Exception = OSError(errno.EIO, "Input/output error", "a.parquet")

    def write(self, *args: Any) -> int:
        rows = super().write(*args)
        if Disk.faults > 0:
            Disk.faults -= 1
            raise Disk.error
        return rows


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> type[Disk]:
    monkeypatch.setattr(executor, "_engine", lambda name, settings: Disk(settings))
    monkeypatch.setattr(Disk, "error", OSError(errno.EIO, "Input/output error", "a.parquet"))
    return Disk


def test_a_fault_that_passes_is_met_with_another_try(tmp_path: Path, disk: type[Disk]) -> None:
    disk.faults = 3
    result = done(run(tmp_path, replace(write("w", "o.parquet", "select 1 a"), policy=QUICK)))
    assert result.stages[0].attempts == 4
    assert names(tmp_path) == ["o.parquet"]


def test_after_the_last_try_the_stage_has_failed(tmp_path: Path, disk: type[Disk]) -> None:
    disk.faults = 4
    result = run(tmp_path, replace(write("w", "o.parquet", "select 1 a"), policy=QUICK))
    assert (result.stages[0].status, result.stages[0].attempts) == ("failed", 4)
    assert [each.message for each in result.problems] == ["`a.parquet`: input/output error"]
    assert names(tmp_path) == []


def test_a_run_says_how_often_where_the_step_does_not(tmp_path: Path, disk: type[Disk]) -> None:
    disk.faults = 2
    result = done(run(tmp_path, write("w", "o.parquet", "select 1 a"), retry=2, backoff=0.01))
    assert result.stages[0].attempts == 3
    disk.faults = 1
    never = replace(write("x", "x.parquet", "select 1 a"), policy=Policy(retry=0))
    assert run(tmp_path, never, retry=2, backoff=0.01).stages[0].attempts == 1


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EACCES, errno.ENOSPC, errno.EROFS])
def test_what_does_not_pass_is_not_tried_again(tmp_path: Path, disk: type[Disk], number: int) -> None:
    disk.faults, disk.error = 1, OSError(number, "no", "a.parquet")
    result = run(tmp_path, replace(write("w", "o.parquet", "select 1 a"), policy=QUICK))
    assert (result.stages[0].status, result.stages[0].attempts) == ("failed", 1)
    disk.faults = 0


def test_a_value_that_does_not_fit_is_not_tried_again(tmp_path: Path) -> None:
    sql = "select cast('timed out, ' || range as bigint) n from range(3)"
    result = run(tmp_path, replace(answer("a", sql), policy=QUICK))
    assert (result.stages[0].status, result.stages[0].attempts) == ("failed", 1)


def test_others_go_on_while_one_waits_for_its_next_try(tmp_path: Path, disk: type[Disk]) -> None:
    disk.faults = 1
    slow = replace(write("w", "o.parquet", "select 1 a"), policy=Policy(retry=1, backoff=1.5))
    started = time.monotonic()
    result = done(
        run(
            tmp_path,
            slow,
            table("t", "select 1 a"),
            answer("b", "select a::bigint a from t", ("t",), a=ir.INT64),
            side_by_side=1,
        )
    )
    assert result.stages[0].attempts == 2
    assert time.monotonic() - started > 0.7
    assert result.answers["b"].num_rows == 1


def test_a_try_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    late = replace(write("w", "o.csv", SLOW, format_="csv"), policy=Policy(timeout=0.3))
    result = run(tmp_path, late, answer("b", "select 1::bigint a", a=ir.INT64), fail_fast=False)
    assert [(each.stage, each.status) for each in result.stages] == [("w", "failed"), ("b", "done")]
    assert result.problems[0].message == "it took longer than its `timeout` of 0.3 seconds"
    assert result.status == "failed"
    assert names(tmp_path) == []


def test_a_late_try_is_followed_by_another(tmp_path: Path) -> None:
    late = replace(answer("a", SLOW), policy=Policy(timeout=0.2, retry=1, backoff=0.01))
    assert run(tmp_path, late).stages[0].attempts == 2


def test_what_passes() -> None:
    assert passes(OSError(errno.ETIMEDOUT, "x"))
    assert not passes(OSError(errno.ENOENT, "x"))
    assert passes(duckdb.IOException("IO Error: Could not set lock on file"))
    assert not passes(duckdb.IOException("IO Error: Cannot open file: No such file or directory"))


@given(st.floats(0.001, 1000), st.integers(1, 200), st.integers())
def test_pauses_double_and_end(backoff: float, number: int, seed: int) -> None:
    stage = replace(answer("a", "select 1"), policy=Policy(backoff=backoff, retry=number))
    attempts = Attempts(stage, Settings(root=Path()), random.Random(seed))
    attempts.number = number
    most = min(LONGEST_WAIT, backoff * 2.0 ** min(number - 1, 60))
    assert most / 2 <= attempts.pause() <= most


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.3, "0.3 seconds"),
        (1, "1 second"),
        (90, "90 seconds"),
        (600, "10 minutes"),
        (3600, "1 hour"),
        (86400, "1 day"),
    ],
)
def test_times_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
