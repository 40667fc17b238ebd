"""What a project remembers of its runs, and of what came of stages: with several processes at once, and killed ones."""

from __future__ import annotations

import datetime
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from msgspec.structs import replace

from odibi_sql.run import RuleOutcome, RunProblem
from odibi_sql.run.state import processes, runs
from odibi_sql.run.state.database import Database, StateProblem
from odibi_sql.run.state.processes import Process, born, is_gone, this_process
from odibi_sql.run.state.results import Checked, Kept, Results
from odibi_sql.run.state.runs import RunRecord, Runs, StageRecord

RULE = RuleOutcome(rule="r", stage="g", steps=("s",), action="warn", text="x > 1", count=2)


@pytest.fixture
def database(tmp_path):
    database = Database(tmp_path)
    yield database
    database.close()


def record(pipeline="p", **facts):
    return RunRecord(pipeline=pipeline, **facts)


def ended(kept, status="done", pipeline="p"):
    run = kept.begin(record(pipeline)).run
    kept.end(run, status)
    return run


def test_a_run_from_its_begin_to_its_end(tmp_path, database):
    kept = Runs(database)
    clock = datetime.datetime(2026, 11, 26, 13, 0)
    asked = record(
        engine="duckdb", clock=clock, parameters={"day": "2025-11-01"}, goals=("store b",), options={"a\udc80": "1"}
    )
    begun = kept.begin(asked)
    now = datetime.datetime.now(datetime.UTC)
    assert begun.run.startswith(f"{now:%Y%m%d-%H%M}") or now.second == 0
    assert begun == replace(asked, run=begun.run, started=begun.started, process=this_process())
    assert kept.get(begun.run) == replace(begun, options={"a\\udc80": "1"})

    stage = StageRecord(stage="store b", kind="write", steps=("b",), key="k1", parts={"sql": "abc"}, started=now)
    kept.stage(begun.run, stage)
    kept.stage(begun.run, StageRecord(stage="a \udc80", kind="check", status="done", rules=(RULE,)))
    done = replace(stage, status="done", ended=now, seconds=0.5, rows=2**62, bytes=7, files=1, target="out/b")
    kept.stage(begun.run, done)
    assert [each.stage for each in kept.stages(begun.run)] == ["store b", "a \\udc80"]
    assert kept.stages(begun.run)[0] == done
    assert kept.stages(begun.run)[1].rules == (RULE,)

    kept.end(begun.run, "failed", [RunProblem(stage="store b", steps=("b",), message="disk full")])
    over = Runs(Database(tmp_path)).get(begun.run)
    assert (over.status, over.problems[0].message, over.can_be_resumed) == ("failed", "disk full", True)
    assert over.started <= over.ended <= datetime.datetime.now(datetime.UTC)


def test_runs_are_found_by_the_beginning_of_their_names(database):
    kept = Runs(database)
    with pytest.raises(StateProblem, match="there was no run yet"):
        kept.get("latest")
    first, second = kept.begin(record()).run, kept.begin(record("q")).run
    assert kept.get("latest").run == second
    assert kept.get(first[:-1] if first[:-1] != second[:-1] else first).run == first
    with pytest.raises(StateProblem, match="begins the names of 2 runs"):
        kept.get(first[:8])
    for none in ("2019", "", "%", "_"):
        with pytest.raises(StateProblem, match=f"no run `{none}`"):
            kept.get(none)
    with pytest.raises(StateProblem, match="no run `x`"):
        kept.end("x", "done")
    assert [each.run for each in kept.list()] == [second, first]
    assert [each.run for each in kept.list(pipeline="p")] == [first]
    assert [each.run for each in kept.list(limit=1)] == [second]


def test_the_latest_is_the_one_begun_last_though_the_clock_was_set_back(database, monkeypatch):
    kept = Runs(database)
    kept.begin(record())
    monkeypatch.setattr(runs, "_now", lambda: datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
    late = kept.begin(record())
    assert late.run.startswith("20200101-000000-00")
    assert kept.get("latest") == late


def test_a_name_that_is_taken_is_not_taken_twice(database, monkeypatch):
    kept = Runs(database)
    monkeypatch.setattr(runs, "_now", lambda: datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
    assert len({kept.begin(record()).run for _ in range(150)}) == 150


def test_keeping_a_stage_costs_less_than_a_millisecond(database):
    kept = Runs(database)
    run = kept.begin(record()).run
    parts = {f"part {number}": "0" * 64 for number in range(10)}
    began = time.perf_counter()
    for number in range(200):
        kept.stage(run, StageRecord(stage=str(number % 20), kind="write", parts=parts))
    assert (time.perf_counter() - began) / 200 < 0.001


WRITER = """
import sys
from pathlib import Path
from odibi_sql.run.state.database import Database
from odibi_sql.run.state.results import Checked, Results
from odibi_sql.run.state.runs import RunRecord, Runs, StageRecord
import datetime

database = Database(Path(sys.argv[1]))
kept, results = Runs(database), Results(database)
for number in range(int(sys.argv[2])):
    run = kept.begin(RunRecord(pipeline="p")).run
    print(run, flush=True)
    for stage in ("a", "b"):
        kept.stage(run, StageRecord(stage=stage, kind="write"))
        kept.stage(run, StageRecord(stage=stage, kind="write", status="done", rows=number))
    results.put(f"key {number % 5}", Checked(rules=(), made=datetime.datetime.now(datetime.UTC)))
    results.used(f"key {number % 5}")
    kept.end(run, "done")
"""


def writers(folder, count, runs_each):
    command = [sys.executable, "-c", WRITER, str(folder), str(runs_each)]
    return [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)]


def test_several_processes_write_at_once(tmp_path):
    started = writers(tmp_path, 4, 40)
    told = [each.communicate(timeout=120)[0].split() for each in started]
    assert [each.returncode for each in started] == [0] * 4
    names = [name for lines in told for name in lines]
    kept = Runs(Database(tmp_path))
    assert len(names) == 160
    assert sorted(each.run for each in kept.list()) == sorted(names)
    assert len(set(names)) == 160
    assert Counter(each.status for each in kept.list()) == {"done": 160}
    assert {tuple((each.stage, each.status) for each in kept.stages(name)) for name in names} == {
        (("a", "done"), ("b", "done"))
    }
    assert [key for key, _ in sorted(Results(Database(tmp_path)).list())] == [f"key {number}" for number in range(5)]


def test_what_was_kept_before_a_kill_is_there_and_its_run_is_dead(tmp_path):
    dead = 0
    for wait in (0.0, 0.003, 0.011, 0.02, 0.04):
        (process,) = writers(tmp_path, 1, 10**6)
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        names = [name, *process.stdout.read().split()]
        kept = Runs(Database(tmp_path))
        assert kept.get(names[-1]).run == names[-1]  # it was told after it was kept
        process.wait()
        found = kept.dead()
        assert len(found) <= 1
        dead += len(found)
        assert all(each.status == "dead" and each.can_be_resumed and each.run >= name for each in found)
        assert kept.dead() == ()
        assert {each.status for each in kept.list()} <= {"done", "dead"}
    assert dead


def test_a_run_of_this_process_is_not_dead(database):
    kept = Runs(database)
    run = kept.begin(record()).run
    assert kept.dead() == ()
    assert kept.get(run).status == "running"


def test_only_a_process_that_is_known_to_have_ended_is_gone():
    me = this_process()
    assert me.boot and me.born
    assert not is_gone(me)
    assert is_gone(replace(me, born="1"))  # the number was given to another process
    assert is_gone(replace(me, pid=2**22 + 7))
    assert is_gone(replace(me, boot=f"another start {me.boot.partition(' ')[2]}"))
    assert not is_gone(replace(me, boot=f"{me.boot.partition(' ')[0]} pid:[1]", born="1"))  # another container
    assert not is_gone(replace(me, host="elsewhere", born="1"))
    assert not is_gone(Process())


def test_a_process_that_nobody_asked_after_is_gone():
    process = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    its = replace(this_process(), pid=process.pid, born=born(process.pid))
    assert not is_gone(its)
    process.kill()
    deadline = time.monotonic() + 10
    while not is_gone(its) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert is_gone(its)  # a zombie until the next line
    process.wait()
    assert is_gone(its)


@pytest.mark.skipif(shutil.which("ps") is None, reason="there is no ps")
def test_ps_tells_it_where_there_is_no_proc():
    assert processes._born_by_ps(os.getpid()) == processes._born_by_ps(os.getpid()) != ""
    assert processes._born_by_ps(2**22 + 7) == ""


def test_pruning_keeps_what_is_needed(tmp_path, database, monkeypatch):
    kept = Runs(database)
    failed, done, cancelled = ended(kept, "failed"), ended(kept), ended(kept, "cancelled")
    other = ended(kept, pipeline="q")
    newer = [ended(kept) for _ in range(3)]
    running = kept.begin(record()).run
    for name in (failed, cancelled):
        (tmp_path / ".odibi/runs" / name).mkdir(parents=True)
        (tmp_path / ".odibi/runs" / name / "events.jsonl").write_text("")
    kept.stage(failed, StageRecord(stage="a", kind="write"))
    assert kept.prune() == ()
    assert set(kept.prune(keep_count=2)) == {failed, done, newer[0], newer[1]}
    assert kept.stages(failed) == ()
    assert [each.name for each in (tmp_path / ".odibi/runs").iterdir()] == [cancelled]
    assert kept.prune(keep_count=0) == ()
    assert {each.run for each in kept.list()} == {cancelled, other, newer[2], running}

    late = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=10)
    monkeypatch.setattr(runs, "_now", lambda: late)
    assert kept.prune(keep_days=9) == ()
    again = ended(kept)
    assert kept.prune(keep_days=11) == ()
    assert kept.prune(keep_days=9) == (newer[2],)
    assert {each.run for each in kept.list()} == {cancelled, other, again, running}


def test_a_record_that_cannot_be_read_is_a_problem_in_words(database):
    with database.transaction() as connection:
        connection.execute("INSERT INTO runs VALUES ('x', '{\"pipeline\": 1}')")
    with pytest.raises(StateProblem, match="the state of the project cannot be read"):
        Runs(database).get("x")


def test_a_change_that_fails_is_told_in_words_and_leaves_nothing(database):
    kept = Runs(database)
    run = kept.begin(record()).run
    ((pages,),) = database.read("PRAGMA page_count")
    database.read(f"PRAGMA max_page_count = {pages + 3}")
    with pytest.raises(StateProblem, match="full"), database.transaction() as connection:
        for number in range(1000):
            connection.execute("INSERT INTO results VALUES (?, ?)", (str(number), "x" * 1000))
    assert Results(database).list() == ()
    database.read("PRAGMA max_page_count = 100000")
    kept.end(run, "done")
    assert database.read("SELECT count(*) FROM results") == [(0,)]
    assert kept.get(run).status == "done"


def test_results(database):
    kept = Results(database)
    made = datetime.datetime.now(datetime.UTC)
    checked = Checked(rules=(RULE,), made=made)
    rows = Kept(artifact=".odibi/kept/x", rows=3, schema="s", sha256="0" * 64, bytes=9, made=made)
    assert kept.get("a") is None
    kept.put("a", checked)
    kept.put("b", checked)
    kept.put("b", rows)
    assert (kept.get("a"), kept.get("b")) == (checked, rows)
    assert [key for key, _ in kept.list()] == ["a", "b"]
    kept.used("a")
    kept.used("nothing")
    assert kept.get("a").last_used >= made
    assert [key for key, _ in kept.list()] == ["b", "a"]
    assert kept.forget("a")
    assert not kept.forget("a")
    assert kept.list() == (("b", rows),)
    with database.transaction() as connection:
        connection.execute("UPDATE results SET record = '{'")
    assert kept.get("b") is None
    assert kept.list() == ()
    kept.used("b")
