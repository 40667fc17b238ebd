"""What the engine promises to the executor, on a real session."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from odibi_sql import api, ir
from odibi_sql.plan import Answer, Materialize
from odibi_sql.run import Settings
from odibi_sql.run.engines.engine import Cancelled
from odibi_sql.run.engines.spark import Spark

N = ir.schema_of([ir.Field("n", ir.INT64)])


def answer(name: str, sql: str, schema: ir.Schema = N) -> Answer:
    return Answer(name=name, sql=sql, schema=schema, dataset=name)


def test_a_shared_stage_is_computed_once(tmp_path: Path, spark: Any) -> None:
    engine = Spark(Settings(root=tmp_path, session=spark))
    assert (
        engine.materialize(
            Materialize(
                name="once more",
                sql="select id n, rand() r from range(1000)",
                schema=ir.schema_of([*N, ir.Field("r", ir.FLOAT64)]),
            )
        )
        == 1000
    )
    sums = [
        engine.answer(answer("s", "select sum(r) n from `once more`", ir.schema_of([ir.Field("n", ir.FLOAT64)])))
        for _ in range(2)
    ]
    assert sums[0].equals(sums[1])
    spilled = engine._spill
    assert spilled.is_dir()
    engine.drop("once more")
    engine.close()
    assert not spilled.exists()


def test_an_interrupted_statement_ends(tmp_path: Path, spark: Any) -> None:
    engine = Spark(Settings(root=tmp_path, session=spark))
    seen: list[type] = []

    def run() -> None:
        try:
            engine.answer(
                answer("a", "select count(*) n from range(100000000) a join range(100000) b on a.id % 7 = b.id % 5")
            )
        except Cancelled:
            seen.append(Cancelled)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive() and not list(spark.sparkContext.statusTracker().getActiveStageIds()):
        time.sleep(0.05)
    while thread.is_alive():  # again and again, as the executor does: between two jobs of a statement nothing hears it
        engine.interrupt()
        thread.join(0.1)
    assert seen == [Cancelled]
    with pytest.raises(Cancelled):
        engine.answer(answer("b", "select 1L n"))
    engine.close()


def test_the_session_of_someone_else_is_left_as_it_was(tmp_path: Path, spark: Any) -> None:
    spark.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
    spark.sql("select 'mine' as who").createOrReplaceTempView("a")
    try:
        result = api.run(
            api.from_text(
                "ingest a from values (at timestamptz) ('2025-01-01 00:00:00Z')"
                " transform t from a | derive text = cast(at as string)",
                tmp_path,
            ),
            datasets=["t"],
            engine="spark",
        )
        assert result.success, result.run.problems
        assert result.dataset("t").arrow()["text"].to_pylist() == ["2025-01-01 00:00:00+00"]
        assert spark.conf.get("spark.sql.session.timeZone") == "Asia/Tokyo"
        assert spark.table("a").first()["who"] == "mine"
        assert not spark.sparkContext.getJobTags()
    finally:
        spark.conf.set("spark.sql.session.timeZone", "UTC")
        spark.catalog.dropTempView("a")


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("select cast('abc' || id as bigint) n from range(1)", "`abc0` cannot be cast to int64"),
        ("select cast(cast(id + 127 as tinyint) as bigint) n from range(1, 2)", "`128` is too large for int8"),
        ("select 9223372036854775807 + id n from range(2)", "a sum, difference or product of whole numbers does not"),
        ("select (select id from range(3)) n", "a subquery that stands for one value has more than one row"),
        ("select cast(raise_error('in our words') as bigint) n", "in our words"),
        ("select cast(id * 1000 as decimal(3, 0)) n from range(1, 2)", "`1000` is too large for decimal(3, 0)"),
        ("select n from nowhere", "The table or view `nowhere` cannot be found"),
    ],
)
def test_errors_of_the_engine_in_words(tmp_path: Path, spark: Any, sql: str, message: str) -> None:
    from odibi_sql.plan import Plan
    from odibi_sql.run import execute

    plan = Plan(pipeline="p", dialect="spark", stages=(answer("a", sql),))
    (problem,) = execute(plan, Settings(root=tmp_path, session=spark)).problems
    assert problem.message.startswith(message)
    assert "\n" not in problem.message
    assert "SQLSTATE" not in problem.message


PIPELINE = """
ingest a from values (i int64) (1)
transform b from a | derive root = sqrt(i), year = year(date '2025-01-01' + i * 1 day)
store b to csv 'o.csv'
"""


def odibi(folder: Path, *words: str, code: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "p.odibi").write_text(PIPELINE)
    program = f"{code}\nimport sys\nfrom odibi_sql.cli import main\nmain()"
    command = [sys.executable, "-c", program, words[0], str(folder / "p.odibi"), *words[1:]]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env={**os.environ, **environment})


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    no_pyspark = "import sys; sys.modules['pyspark'] = None"
    done = odibi(tmp_path, "run", "--engine", "spark", code=no_pyspark)
    assert (done.returncode, "pyspark is not installed" in done.stderr, "odibi-sql[spark]" in done.stderr) == (
        1,
        True,
        True,
    )
    assert odibi(tmp_path, "compile", "--engine", "spark", code=no_pyspark).returncode == 0
    done = odibi(tmp_path, "show", "a", "--engine", "spark", PATH="/nowhere", JAVA_HOME="")
    assert (done.returncode, done.stderr.splitlines()[0]) == (1, "error: there is no Java, which Spark runs on")
    (tmp_path / "bin").mkdir()
    java = tmp_path / "bin" / "java"
    java.write_text("#!/bin/sh\necho 'Unrecognized option: --add-opens' >&2\nexit 1\n")
    java.chmod(0o755)
    done = odibi(tmp_path, "run", "--engine", "spark", JAVA_HOME=str(tmp_path))
    assert (done.returncode, "too old" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    "words",
    [
        ("--spark-master", "spark://h:7077"),
        ("--engine", "spark", "--spark-master", "local[1]", "--spark-remote", "sc://h"),
    ],
)
def test_flags_that_make_no_sense(tmp_path: Path, words: tuple[str, ...]) -> None:
    for command in (("run",), ("show", "a")):
        assert odibi(tmp_path, *command, *words).returncode == 2
