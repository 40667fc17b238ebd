"""Pipelines on clusters that are real: a standalone master, a Spark Connect server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import spark_local
from clusters import connect_server, master
from test_run import CSV, PIPELINE, run_on, stored

from odibi_sql import api
from odibi_sql.run import Settings, execute

pytestmark = pytest.mark.skipif(bool(spark_local.missing()), reason=spark_local.missing() or "there")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_text(CSV)
    (tmp_path / "p.odibi").write_text(PIPELINE)
    return tmp_path


def odibi(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "odibi_sql", *words], capture_output=True, text=True, timeout=300)


def test_a_standalone_master(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    run_on(root, "duckdb", None)
    expected = stored(root)
    with master(tmp_path_factory.mktemp("cluster")) as address:
        done = odibi("run", str(root / "p.odibi"), "--engine", "spark", "--spark-master", address)
    assert (done.returncode, done.stderr.splitlines()[-20:]) == (0, [])
    assert {name: text for name, text in stored(root).items() if text} == {
        name: text for name, text in expected.items() if text
    }
    assert not list((root / ".odibi").glob("odibi-spill-*"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pytest.importorskip("grpc", reason="the packages of Spark Connect are not installed")
    with connect_server(tmp_path_factory.mktemp("server")) as address:
        yield address


def test_a_connect_server(root: Path, server: str) -> None:
    run_on(root, "duckdb", None)
    expected = stored(root)
    done = odibi("run", str(root / "p.odibi"), "--engine", "spark", "--spark-remote", server)
    assert (done.returncode, done.stderr.splitlines()[-20:]) == (0, [])
    assert {name: text for name, text in stored(root).items() if text} == {
        name: text for name, text in expected.items() if text
    }
    shown = odibi("show", str(root / "p.odibi"), "x", "--engine", "spark", "--spark-remote", server, "--format", "csv")
    assert shown.stdout == odibi("show", str(root / "p.odibi"), "x", "--format", "csv").stdout


REMOTE = """
import sys
from pyspark.sql.connect.session import SparkSession
from odibi_sql import api
spark = SparkSession.builder.remote(sys.argv[1]).create()
spark.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
spark.conf.set("spark.sql.ansi.enabled", "false")
spark.sql("select 42 as answer").createOrReplaceTempView("mine")
result = api.run(api.load(sys.argv[2]), datasets=["x"], engine="spark", session=spark)
assert result.success, result.run.problems
assert spark.conf.get("spark.sql.session.timeZone") == "Asia/Tokyo"
assert spark.conf.get("spark.sql.ansi.enabled") == "false"
assert [each.name for each in spark.catalog.listTables() if each.isTemporary] == ["mine"]
spark.stop()
"""


def test_a_session_of_someone_else_is_left_as_it_was(root: Path, server: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", REMOTE, server, str(root / "p.odibi")], capture_output=True, text=True, timeout=300
    )
    assert (done.returncode, done.stderr.splitlines()[-20:]) == (0, [])


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"spark_master": "spark://127.0.0.1:1"}, "a master of Spark cannot be reached at `127.0.0.1:1`"),
        ({"spark_remote": "sc://127.0.0.1:1"}, "a Spark Connect server cannot be reached at `127.0.0.1:1`"),
        ({"spark_remote": "127.0.0.1"}, "`127.0.0.1` is no address of a Spark Connect server"),
    ],
)
def test_nobody_is_there(tmp_path: Path, asked: dict[str, str], message: str) -> None:
    plan = api.compile(api.from_text("ingest a from values (i int64) (1)"), goals=["a"], engine="spark")
    (problem,) = execute(plan, Settings(root=tmp_path, **asked)).problems
    assert problem.message.startswith(message)
    assert problem.hint
