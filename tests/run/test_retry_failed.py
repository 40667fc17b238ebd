"""What failed is tried again by a run that is resumed, unless it says `--no-retry-failed`."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

PIPELINE = """
ingest a from csv "a.csv" schema (x int64, c string)
transform bad from a | derive n = cast(c as int64) | distinct with (materialize: true)
store bad to csv "bad.csv"
transform worse from bad | filter n > 1
store worse to csv "worse.csv"
transform good from a | filter x > 0
store good to csv "good.csv"
transform late from a | expect x > 0 | aggregate n = count()
store late to csv "late.csv"
"""


def odibi(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "odibi_sql", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)


def stages(folder: Path) -> dict[str, tuple[str, str]]:
    """Return how each stage of the last run went, and why."""
    told = json.loads(odibi(folder, "runs", "latest", "--json").stdout)
    return {each["stage"]: (each["status"], each["message"]) for each in told["stages"]}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_text("x,c\n1,1\n2,y\n")
    (tmp_path / "p.odibi").write_text(PIPELINE)
    done = odibi(tmp_path, "run", "p.odibi", "--keep-going")
    assert done.returncode == 1
    (tmp_path / "good.csv").unlink()
    return tmp_path


@pytest.mark.parametrize("words", [("--resume",), ("--resume", "--retry-failed")])
def test_by_default_what_failed_is_tried_again(project: Path, words: tuple[str, ...]) -> None:
    assert odibi(project, "run", "p.odibi", *words).returncode == 1
    assert stages(project)["bad"][0] == "failed"
    assert "it failed in" not in stages(project)["bad"][1]


def test_what_failed_stays_failed_and_the_rest_goes_on(project: Path) -> None:
    first = json.loads(odibi(project, "runs", "--json").stdout)[0]["run"]
    why = stages(project)["bad"][1]
    for _ in range(2):  # the second one goes on with the first, and says the same
        done = odibi(project, "run", "p.odibi", "--resume", "--no-retry-failed")
        assert done.returncode == 1
        assert f"error: bad: it failed in `{first}`: {why}\n" in done.stderr
        assert "help: without `--no-retry-failed` it is tried again" in done.stderr
        found = stages(project)
        assert found["bad"] == ("failed", f"it failed in `{first}`: {why}")
        assert found["store bad"] == ("skipped", "it needs `bad`, which failed")
        assert found["store worse"] == ("skipped", "it needs `bad`, which failed")
        assert (found["store good"][0], found["store late"][0]) in [("done", "cached"), ("cached", "cached")]
        (event,) = (
            each
            for each in map(json.loads, odibi(project, "runs", "latest", "--events", "--json").stdout.splitlines())
            if each["event"] == "node_error"
        )
        assert (event["node"], event["attempts"]) == ("bad", 0)
    assert (project / "good.csv").exists()


def test_a_step_or_a_file_that_was_mended_is_tried(project: Path) -> None:
    (project / "p.odibi").write_text(PIPELINE.replace("cast(c", "try_cast(c"))
    assert odibi(project, "run", "p.odibi", "--resume", "--no-retry-failed").returncode == 0
    assert (project / "bad.csv").read_text() == "x,c,n\n1,1,1\n2,y,\n"


def test_a_new_failure_stops_the_run_as_ever(project: Path) -> None:
    (project / "p.odibi").write_text(PIPELINE.replace("expect x > 0", "expect x > 1"))
    done = odibi(project, "run", "p.odibi", "--resume", "--no-retry-failed")
    assert done.returncode == 1
    found = stages(project)
    assert [found[each][0] for each in ("bad", "late_checks", "store late")] == ["failed", "failed", "skipped"]


def test_what_was_killed_did_not_fail(tmp_path: Path) -> None:
    duckdb.sql(f"copy (select range i from range(25000)) to '{tmp_path}/n.parquet'")
    (tmp_path / "p.odibi").write_text(
        'ingest n from parquet "n.parquet"\n'
        "transform slow from n | join cross n as o (j = i) | aggregate m = max((i * 31 + j * 17) % 1000003)\n"
        'store slow to csv "slow.csv"\n'
    )
    child = subprocess.Popen([sys.executable, "-m", "odibi_sql", "run", "p.odibi"], cwd=tmp_path)
    end = time.monotonic() + 60
    while not list(tmp_path.glob(".odibi/runs/*/events.jsonl")) and time.monotonic() < end:
        time.sleep(0.02)
    time.sleep(0.3)
    assert child.poll() is None, "it was over before it could be killed"
    child.send_signal(signal.SIGKILL)
    child.wait()
    done = odibi(tmp_path, "run", "p.odibi", "--resume", "--no-retry-failed")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "slow.csv").exists()


def test_the_last_run_is_that_of_the_pipeline(project: Path) -> None:
    (project / "q.odibi").write_text('ingest b from values (y int64) (1)\nstore b to csv "b.csv"\n')
    assert odibi(project, "run", "q.odibi").returncode == 0
    run = json.loads(odibi(project, "runs", "--json").stdout)[0]["run"]
    wrong = odibi(project, "run", "p.odibi", "--resume", run)
    words = f"error: `{run}` is a run of `q.odibi`, not of `p.odibi`; `odibi runs` lists the runs\n"
    assert (wrong.returncode, wrong.stderr) == (2, words)
    assert odibi(project, "run", "p.odibi", "--resume").returncode == 1
    assert stages(project)["bad"][0] == "failed"


@pytest.mark.parametrize("word", ["--retry-failed", "--no-retry-failed"])
def test_without_a_run_to_go_on_with_it_means_nothing(project: Path, word: str) -> None:
    done = odibi(project, "run", "p.odibi", word)
    assert (done.returncode, "add `--resume`" in done.stderr) == (2, True)
