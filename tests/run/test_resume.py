"""A run that was killed goes on where it was: with its clock, its parameters, and nothing done twice."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from odibi_sql.run.state.database import Database
from odibi_sql.run.state.runs import Runs

SLOW = """
pipeline slow
param day date = '2025-01-01'
ingest numbers from parquet "numbers.parquet"
transform first from numbers | aggregate n = count(), at = max(now()), day = max(day)
store first to csv "first.csv"
transform more from numbers | filter i < 3
store more to csv "more" mode append
transform last from numbers
  | join cross numbers as other (j = i)
  | join first on true
  | aggregate total = max((i * 31 + j * 17) % 1000003)
store last to csv "last.csv"
"""


def odibi(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "odibi_sql", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)


def killed(folder: Path, *words: str) -> None:
    """Run the pipeline, and kill it once its first two stores are there."""
    child = subprocess.Popen(
        [sys.executable, "-m", "odibi_sql", "run", "p.odibi", *words], cwd=folder, stdout=subprocess.DEVNULL
    )
    end = time.monotonic() + 60
    while not ((folder / "first.csv").exists() and (folder / "more").exists()) and time.monotonic() < end:
        time.sleep(0.02)
    time.sleep(0.3)
    assert child.poll() is None, "it was over before it could be killed"
    child.send_signal(signal.SIGKILL)
    child.wait()


def test_a_killed_run_is_resumed(tmp_path: Path) -> None:
    duckdb.sql(f"copy (select range i from range(25000)) to '{tmp_path}/numbers.parquet'")
    (tmp_path / "p.odibi").write_text(SLOW)
    killed(tmp_path, "-p", "day=2025-02-03")
    first = (tmp_path / "first.csv").read_text()
    assert not (tmp_path / "last.csv").exists()
    duckdb.sql(f"copy (select range i from range(25000)) to '{tmp_path}/numbers.parquet'")
    done = odibi(tmp_path, "run", "p.odibi", "--resume")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "first.csv").read_text() == first
    assert "2025-02-03" in first
    assert "its rows were appended before" in done.stdout
    assert [each.read_text() for each in (tmp_path / "more").iterdir()] == ["i\n0\n1\n2\n"]
    assert (tmp_path / "last.csv").exists()
    database = Database(tmp_path)
    resumed, killed_one = Runs(database).list()
    database.close()
    assert (killed_one.status, resumed.status) == ("dead", "done")
    assert (resumed.resumed_from, resumed.clock) == (killed_one.run, killed_one.clock)
    assert "nothing to resume" in odibi(tmp_path, "run", "p.odibi", "--resume").stderr


def test_what_cannot_be_resumed(tmp_path: Path) -> None:
    (tmp_path / "p.odibi").write_text('param n int64 = 1\ningest a from values (i int64) (1)\nstore a to csv "o.csv"\n')
    assert odibi(tmp_path, "run", "p.odibi", "--resume").stderr == "error: there was no run yet\n"
    assert odibi(tmp_path, "run", "p.odibi").returncode == 0
    for words, message in [
        (("--resume",), "came to its end"),
        (("--resume", "2019"), "no run `2019`"),
        (("--resume", "--only", "a"), "leave out `--only`"),
    ]:
        done = odibi(tmp_path, "run", "p.odibi", *words)
        assert (done.returncode, message in done.stderr) == (2, True), done.stderr


SHARED = """
pipeline shared
layer silver
ingest a from values (x int64, c string) (1, '1'), (2, 'x')
transform s from a | filter x > 0 | distinct with (materialize: true)
layer gold
transform t from s | aggregate n = count()
  with (materialize: true)
transform u from t | derive m = n + 1
store u to csv "u.csv"
transform w from s | join cross t | derive y = cast(c as int64) + n
store w to csv "w.csv"
"""


@pytest.mark.parametrize(
    ("mode", "kept"),
    [("manual", set()), ("auto", {"s", "t"}), ("layer", {"s"}), ("1 hour", set()), ("2 steps", {"t"})],
)
def test_a_run_that_failed_is_resumed_from_its_checkpoints(tmp_path: Path, mode: str, kept: set[str]) -> None:
    (tmp_path / "p.odibi").write_text(SHARED)
    assert odibi(tmp_path, "run", "p.odibi", "--checkpoint", mode).returncode == 1
    events = odibi(tmp_path, "runs", "latest", "--events").stdout
    assert events.count("checkpoint_saved") == len(kept)
    done = odibi(tmp_path, "run", "p.odibi", "--resume")
    assert done.returncode == 1
    found = {line.split()[1] for line in done.stdout.splitlines() if "its rows were kept" in line}
    assert found == kept


def test_what_is_no_checkpoint_mode(tmp_path: Path) -> None:
    (tmp_path / "p.odibi").write_text(SHARED)
    done = odibi(tmp_path, "run", "p.odibi", "--checkpoint", "often")
    assert (done.returncode, "`often` is none of" in done.stderr) == (2, True)


def test_a_run_from_python_goes_on_from_what_one_before_has_kept(tmp_path: Path) -> None:
    from odibi_sql import api

    def cached(checkpoint: str, text: str = SHARED) -> set[str]:
        result = api.run(api.from_text(text, tmp_path), checkpoint=checkpoint)
        assert not result.success
        return {each.stage for each in result.run.stages if each.message == "its rows were kept"}

    assert cached("auto") == set()
    assert cached("manual") == {"s", "t"}
    by_hand = SHARED.replace("distinct with (materialize: true)", "distinct with (cache: true)").replace("> 0", "> 1")
    assert cached("manual", by_hand) == set()
    assert cached("manual", by_hand) == {"s"}
    with pytest.raises(ValueError, match="`often` is none of `manual`, `auto`, `layer`"):
        api.run(api.from_text(SHARED, tmp_path), checkpoint="often")
