"""`odibi runs`: which runs there were, how one went, what happened in it, and forgetting."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cli_tools import odibi
from msgspec.structs import replace

from odibi_sql.run import RuleOutcome, RunProblem
from odibi_sql.run.emitter import Emitter
from odibi_sql.run.encoding import encoded
from odibi_sql.run.events import NodeComplete, NodeSkipped, NodeStart, PipelineComplete, PipelineStart, event_file
from odibi_sql.run.state.database import Database
from odibi_sql.run.state.runs import RunRecord, Runs, StageRecord

RULE = RuleOutcome(rule="plausible", stage="a_checks", steps=("a",), action="warn", text="x > 1", count=1200)


@pytest.fixture
def project(tmp_path: Path) -> tuple[Path, list[str]]:
    """A project with a run that is done, one that failed, and one whose process was killed."""
    database = Database(tmp_path)
    runs = Runs(database)
    first = runs.begin(RunRecord(pipeline="shop", engine="duckdb", engine_version="1.5", parameters={"day": "1\n2"}))
    runs.stage(first.run, StageRecord(stage="a", kind="materialize", status="done", rows=12345, seconds=1.5))
    runs.stage(first.run, StageRecord(stage="a_checks", kind="check", status="done", rows=1, rules=(RULE,)))
    runs.stage(first.run, StageRecord(stage="store a", kind="write", status="cached", message="nothing changed"))
    with Emitter(first.run, file=event_file(tmp_path, first.run)) as emitter:
        emitter.emit(PipelineStart(pipeline="shop", engine="duckdb", parameters=(("day", 1),)))
        emitter.emit(NodeStart(node="a", kind="materialize"))
        emitter.emit(NodeComplete(node="a", kind="materialize", seconds=1.5, rows=12345))
        emitter.emit(NodeSkipped(node="b", kind="write", reason="`when` is false"))
        emitter.emit(PipelineComplete(pipeline="shop", seconds=2.0, done=1, skipped=1))
    runs.end(first.run, "done")
    second = runs.begin(RunRecord(pipeline="bank"))
    runs.end(second.run, "failed", [RunProblem(stage="store b", steps=(), message="disk full")])
    third = runs.begin(RunRecord(pipeline="shop"))
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    with database.transaction() as connection:
        dead = replace(third, process=replace(third.process, pid=int(gone.stdout)))
        connection.execute("UPDATE runs SET record = ? WHERE run = ?", (encoded(dead).decode(), third.run))
    database.close()
    return tmp_path, [first.run, second.run, third.run]


def test_runs_are_listed_the_newest_first(project):
    root, (first, second, third) = project
    told = odibi("runs", cwd=root)
    assert told.code == 0
    head, *lines = told.out.splitlines()
    assert head.split() == ["run", "pipeline", "status", "started", "(UTC)", "seconds", "stages"]
    assert [line.split()[:3] for line in lines] == [
        [third, "shop", "dead"],
        [second, "bank", "failed"],
        [first, "shop", "done"],
    ]
    assert lines[2].endswith("2 done, 1 cached")
    assert second not in odibi("runs", "--pipeline", "shop", cwd=root).out
    assert first not in odibi("runs", "--limit", "2", cwd=root).out
    elsewhere = odibi("runs", "--root", root, "--json", cwd=root.parent)
    found = json.loads(elsewhere.out)
    assert [each["run"] for each in found] == [third, second, first]
    assert [each["stages"] for each in found] == [{}, {}, {"done": 2, "cached": 1}]
    assert found[1]["problems"][0]["message"] == "disk full"


def test_one_run_is_told_stage_by_stage(project):
    root, (first, second, _) = project
    told = odibi("runs", first, cwd=root)
    assert told.out.startswith(f"{first}  shop  done\n  engine        duckdb 1.5\n")
    assert "  parameters    day = 1 2\n" in told.out
    assert [line.split() for line in told.out.splitlines()[-4:]] == [
        ["stage", "status", "rows", "seconds", "why"],
        ["a", "done", "12,345", "1.50"],
        ["a_checks", "done", "0.00", "warn", "plausible:", "1,200"],
        ["store", "a", "cached", "0.00", "nothing", "changed"],
    ]
    assert "  problem       store b: disk full\n" in odibi("runs", second, cwd=root).out
    assert "  dead\n" in odibi("runs", "latest", cwd=root).out
    found = json.loads(odibi("runs", first, "--json", cwd=root).out)
    assert (found["status"], [each["stage"] for each in found["stages"]]) == ("done", ["a", "a_checks", "store a"])


def test_what_happened_in_a_run(project):
    root, (first, second, _) = project
    lines = odibi("runs", first, "--events", cwd=root).out.splitlines()
    assert [line.split("  ", 1)[1].split(" s  ")[-1] for line in lines] == [
        "pipeline_start  pipeline shop, engine duckdb, parameters [[day, 1]]",
        "node_start  a",
        "node_complete  a  seconds 1.500, rows 12345",
        "node_skipped  b  reason `when` is false",
        "pipeline_complete  pipeline shop, seconds 2.000, done 1, skipped 1",
    ]
    printed = odibi("runs", first, "--events", "--json", cwd=root).out
    assert printed == event_file(root, first).read_text()
    assert odibi("runs", second, "--events", cwd=root) == odibi("runs", second, "--events", "--json", cwd=root)


def test_forgetting(project):
    root, (first, second, third) = project
    assert odibi("runs", "--prune", cwd=root).out == "0 runs forgotten\n"
    assert odibi("runs", "--prune", "--keep", "0", cwd=root).out == "0 runs forgotten\n"  # all of them are needed
    database = Database(root)
    newer = Runs(database).begin(RunRecord(pipeline="shop"))
    Runs(database).end(newer.run, "done")
    database.close()
    assert odibi("runs", "--prune", "--days", "1", cwd=root).out == "0 runs forgotten\n"
    assert json.loads(odibi("runs", "--prune", "--keep", "1", "--json", cwd=root).out) == {"forgotten": [first]}
    assert not event_file(root, first).parent.exists()
    assert [each["run"] for each in json.loads(odibi("runs", "--json", cwd=root).out)] == [newer.run, third, second]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["2019"], "no run `2019`"),
        (["20"], "begins the names of 3 runs"),
        (["--events"], "`odibi runs latest --events`"),
        (["latest", "--prune"], "no RUN"),
        (["--keep", "3"], "add `--prune`"),
        (["--limit", "0"], "0 is not in the range"),
        (["--root", "nowhere"], "does not exist"),
    ],
)
def test_a_wrong_command_says_what_is_meant(project, arguments, words):
    root, _ = project
    ended = odibi("runs", *arguments, cwd=root)
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err


def test_a_project_without_runs_stays_as_it_is(tmp_path):
    ended = odibi("runs", cwd=tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert "no run of a pipeline is known in `.`" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_a_state_that_cannot_be_used_is_told_in_words(project):
    root, _ = project
    file = root / ".odibi/state.db"
    for ending in ("-wal", "-shm"):
        file.with_name(file.name + ending).unlink(missing_ok=True)
    file.write_bytes(b"no database, but long enough to be taken for one" * 40)
    ended = odibi("runs", cwd=root)
    assert (ended.code, ended.out.splitlines()[1:]) == (0, [])
    assert "was damaged" in ended.err
    file.unlink()
    file.mkdir()
    ended = odibi("runs", cwd=root)
    assert ended.code == 2
    assert "cannot be used" in ended.err
