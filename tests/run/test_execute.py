from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from plans import answer, done, gate, names, plan, run, table, write

from odibi_sql import ir
from odibi_sql.run import Settings, execute

HERE = Path(__file__).parent


class Told:
    """A listener that keeps what it was told, and by which thread."""

    def __init__(self):
        self.calls = []
        self.threads = set()

    def stage_started(self, stage):
        self.calls.append(("started", stage.name))
        self.threads.add(threading.get_ident())

    def stage_finished(self, outcome):
        self.calls.append((outcome.status, outcome.stage))
        self.threads.add(threading.get_ident())

    def progress(self, stage, fraction):
        assert 0 <= fraction <= 1
        self.threads.add(threading.get_ident())


def test_answers_are_arrow_tables_by_dataset(tmp_path):
    result = done(
        run(
            tmp_path,
            table("m", "select range a from range(3)"),
            answer("x", "select a from m order by a desc", ("m",), a=ir.INT64),
            answer("y", "select timestamptz '2025-01-02 03:04:05+02' at_", at_=ir.TIMESTAMPTZ),
        )
    )
    assert result.answers["x"].to_pylist() == [{"a": 2}, {"a": 1}, {"a": 0}]
    assert str(result.answers["y"]["at_"].to_pylist()[0]) == "2025-01-02 01:04:05+00:00"
    assert [(each.stage, each.kind, each.rows) for each in result.stages] == [
        ("m", "materialize", 3),
        ("x", "answer", 3),
        ("y", "answer", 1),
    ]


def test_what_needs_a_failed_stage_is_skipped_with_the_reason(tmp_path):
    stages = (
        table("bad", "select error('no') a"),
        table("after", "select * from bad", ("bad",)),
        write("w", "w.csv", "select * from after", format_="csv", needs=("after",)),
        write("other", "other.csv", "select 1 a", format_="csv"),
    )
    result = run(tmp_path, *stages, fail_fast=False)
    assert [(each.stage, each.status, each.message) for each in result.stages] == [
        ("bad", "failed", "no"),
        ("after", "skipped", "it needs `bad`, which failed"),
        ("w", "skipped", "it needs `after`, which did not run"),
        ("other", "done", ""),
    ]
    assert (result.status, result.success) == ("failed", False)
    assert [(each.stage, each.steps, each.message) for each in result.problems] == [("bad", ("bad",), "no")]
    assert names(tmp_path) == ["other.csv"]


def test_fail_fast_starts_nothing_after_a_failure(tmp_path):
    stages = [table("bad", "select error('no') a"), *(table(f"t{n}", "select 1 a") for n in range(5))]
    result = run(tmp_path, *stages, side_by_side=1)
    assert [each.status for each in result.stages] == ["failed", *["skipped"] * 5]
    assert result.stages[-1].message == f"the run stopped when `{result.problems[0].stage}` failed"


def test_a_rule_that_fails_keeps_what_needs_it_from_being_stored(tmp_path):
    result = run(
        tmp_path,
        table("m", "select 1 a"),
        gate("g", "select 12000 few, 0 fine, 3 odd", ("few", "fail"), ("fine", "fail"), ("odd", "warn"), needs=("m",)),
        write("w", "w.csv", "select * from m", format_="csv", needs=("m", "g")),
    )
    assert [each.status for each in result.stages] == ["done", "failed", "skipped"]
    assert result.problems[0].message == "12,000 rows break `few`: `few > 0`"
    assert [(rule.rule, rule.count, rule.holds) for rule in result.rules] == [
        ("few", 12000, False),
        ("fine", 0, True),
        ("odd", 3, False),
    ]
    assert names(tmp_path) == []


def test_rules_that_do_not_fail_are_counted(tmp_path):
    sql = "select 1 w, 2 d, 3 q, null n"
    rules = (("w", "warn"), ("d", "drop"), ("q", "quarantine"), ("n", "fail"))
    result = done(run(tmp_path, gate("g", sql, *rules)))
    assert [(rule.action, rule.count) for rule in result.rules] == [
        ("warn", 1),
        ("drop", 2),
        ("quarantine", 3),
        ("fail", 0),
    ]


def test_independent_stages_run_side_by_side(tmp_path):
    told = Told()
    slow = "select count(*) n from range(60000000) where hash(range) % 7 = 0"
    stages = [answer(name, slow, n=ir.INT64) for name in "abc"]
    done(execute(plan(*stages), Settings(root=tmp_path, side_by_side=2), told))
    assert told.calls[:2] == [("started", "a"), ("started", "b")]
    assert told.calls[2][0] == "done"
    assert len(told.calls) == 6
    assert told.threads == {threading.get_ident()}


def test_many_stages_of_one_run_do_not_meet(tmp_path):
    stages = [table(f"t{n}", f"select {n} v, range from range(1000)") for n in range(40)]
    counted = {"s": ir.INT64, "c": ir.INT64}
    stages += [answer(f"a{n}", f"select sum(v) s, count(*) c from t{n}", (f"t{n}",), **counted) for n in range(40)]
    result = done(run(tmp_path, *stages, side_by_side=8))
    assert [result.answers[f"a{n}"].to_pylist() for n in range(40)] == [[{"s": n * 1000, "c": 1000}] for n in range(40)]


def test_a_thousand_stages_chained(tmp_path):
    stages = [table("t0", "select 1 a")]
    stages += [table(f"t{n}", f"select a + 1 a from t{n - 1}", (f"t{n - 1}",)) for n in range(1, 1000)]
    started = time.perf_counter()
    result = done(run(tmp_path, *stages, answer("x", "select a from t999", ("t999",), a=ir.INT64)))
    assert result.answers["x"].to_pylist() == [{"a": 1000}]
    assert time.perf_counter() - started < 20


def test_a_table_is_dropped_after_its_last_reader(tmp_path):
    tables = "select count(*) n from duckdb_tables()"
    result = done(
        run(
            tmp_path,
            table("m", "select 1 a"),
            answer("first", f"select n, a from m, ({tables})", ("m",), n=ir.INT64, a=ir.INT64),
            answer("last", f"select n, a from m, ({tables})", ("m", "first"), n=ir.INT64, a=ir.INT64),
            answer("after", tables, ("last",), n=ir.INT64),
        )
    )
    counts = [result.answers[name].to_pylist()[0]["n"] for name in ("first", "last", "after")]
    assert counts == [1, 1, 0]


def test_settings_reach_the_engine(tmp_path):
    sql = "select current_setting('threads') t, current_setting('memory_limit') m, current_setting('TimeZone') z"
    result = done(
        run(tmp_path, answer("x", sql, t=ir.INT64, m=ir.STRING, z=ir.STRING), threads=1, memory_limit="256MB")
    )
    assert result.answers["x"].to_pylist() == [{"t": 1, "m": "244.1 MiB", "z": "UTC"}]
    result = run(tmp_path, answer("x", sql), memory_limit="lots")
    assert result.status == "failed"
    assert result.problems[0].stage == ""


def test_what_does_not_fit_into_memory_is_spilled_and_cleared(tmp_path):
    (tmp_path / "spill").mkdir()
    sql = "select a, count(*) over (partition by a % 1000) c from (select hash(range) a from range(2000000)) order by a"
    stage = write("w", "o.parquet", sql)
    done(run(tmp_path, stage, memory_limit="60MB", threads=2, spill=tmp_path / "spill"))
    assert list((tmp_path / "spill").iterdir()) == []


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("select cast('abc' || range as bigint) from range(3)", "`abc0` cannot be cast to int64"),
        ("select cast(range as tinyint) from range(1000)", "`128` is too large for int8"),
        ("select 9223372036854775807 + range from range(2)", "the sum 9223372036854775807 + 1 does not fit into int64"),
        ("select (select range from range(3))", "a subquery that stands for one value has more than one row"),
        ("select error('in our words')", "in our words"),
        ("select * from nowhere", "Table with name nowhere does not exist"),
    ],
)
def test_errors_of_the_engine_in_words(tmp_path, sql, message):
    for stage in (write("x", "o.parquet", sql), answer("x", sql), table("x", sql)):
        (problem,) = run(tmp_path, stage).problems
        assert problem.message.startswith(message)
        assert "\n" not in problem.message
        assert "LINE 1" not in problem.message


def test_too_little_memory_is_said_so(tmp_path):
    sql = "select list(range) l from range(50000000)"
    (problem,) = run(tmp_path, answer("x", sql), memory_limit="50MB").problems
    assert problem.message.startswith("the memory")
    assert "memory limit" in problem.hint


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path):
    (tmp_path / "a.parquet").write_text("")
    (tmp_path / "a.parquet").chmod(0)
    (problem,) = run(tmp_path, answer("x", f"from '{tmp_path}/a.parquet'")).problems
    assert "permission denied" in problem.message


INTERRUPTED = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from plans import run, table, write
print("go", flush=True)
slow = "select sum(hash(a.range, b.range) % 10) v from range(1000000) a, range(1000000) b"
result = run(Path(sys.argv[1]), write("w", "o.csv", slow, format_="csv", mode="overwrite"), table("t", slow),
             side_by_side=2)
print(result.status, [stage.status for stage in result.stages], flush=True)
"""


def test_interrupting_leaves_every_target_as_it_was(tmp_path):
    (tmp_path / "o.csv").write_text("old")
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(tmp_path), str(HERE)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=20)
    assert out.strip() == "cancelled ['cancelled', 'cancelled']"
    assert names(tmp_path) == ["o.csv"]
    assert (tmp_path / "o.csv").read_text() == "old"


def test_importing_run_imports_no_engine():
    code = "import sys, odibi_sql.run; assert not {'duckdb', 'pyarrow', 'ibis', 'sqlglot', 'pandas'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
