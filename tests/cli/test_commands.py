"""Each command: what it prints, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from cli_tools import odibi, pipeline

from odibi_sql.cli.main import COMMANDS

VALUES = "ingest a from values (x int64, s string) (1, 'a'), (2, null)\n\n"
STORED = VALUES + "transform b from a\n  | derive y = x * 2\n\n" + 'store b to csv "out/b.csv"\n'
BROKEN = VALUES + 'transform b from a\n  | expect x > 1\n\nstore b to csv "out/b.csv"\n'
WRONG = VALUES + "transform b from a\n  | derive y = nope\n"
DOUBTFUL = VALUES + "transform b from a\n  | filter s <> 'a'\n\n" + 'store b to csv "out/b.csv"\n'


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `odibi init` makes, after a run."""
    folder = tmp_path_factory.mktemp("project")
    made = odibi("init", "shop", cwd=folder)
    assert (made.code, made.err) == (0, "")
    assert "odibi run shop/shop.odibi" in made.out
    done = odibi("run", "shop/shop.odibi", cwd=folder)
    assert done.code == 0, done.err
    return folder / "shop"


def test_help_names_every_command(tmp_path):
    for arguments in [("--help",), ("-h",)]:
        told = odibi(*arguments, cwd=tmp_path)
        assert told.code == 0
        assert all(f"  {name} " in told.out for name in COMMANDS)
    assert odibi("--version", cwd=tmp_path).out.startswith("odibi ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["chek", "p.odibi"], "did you mean `check`?"),
        (["run"], "Missing argument 'FILE'"),
        (["run", "p.odibi", "--bogus"], "--bogus"),
        (["run", "p.odibi", "--threads", "0"], "0 is not in the range"),
        (["check", "p.odibi", "-p", "x"], "is not NAME=VALUE"),
        (["check", "p.odibi", "-p", "x=1", "-p", "x=2"], "`--param x` is given twice"),
        (["check", "nothing.odibi"], "cannot read `nothing.odibi`"),
        (["check", "."], "cannot read `.`"),
        (["show", "p.odibi", "bb"], "no dataset `bb`; did you mean `b`?"),
        (["show", "p.odibi", "b", "--limit", "many"], "`many` is no number of rows"),
        (["show", "p.odibi", "b", "-o", "rows.xlsx"], "the ending of `rows.xlsx` names no format"),
        (["compile", "p.odibi", "--step", "bb"], "did you mean `b`?"),
        (["run", "p.odibi", "--only", "bb"], "did you mean `b`?"),
        (["run", "p.odibi", "--only", "a"], "nothing of `a` is stored"),
        (["functions", "datetrunk"], "did you mean `datetrunc`?"),
        (["explain", "unknown-colum"], "did you mean `unknown-column`?"),
    ],
)
def test_a_wrong_command_says_what_is_meant(tmp_path, arguments, words):
    pipeline(tmp_path, STORED)
    ended = odibi(*arguments, cwd=tmp_path)
    assert ended.code == 2
    assert words in ended.err
    assert ended.out == ""
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", [["check"], ["run"], ["compile"], ["show"]])
def test_a_wrong_pipeline_exits_with_2(tmp_path, command):
    pipeline(tmp_path, WRONG)
    ended = odibi(*command, "p.odibi", *(["b"] if command == ["show"] else []), cwd=tmp_path)
    assert ended.code == 2
    assert "error[unknown-column]: there is no column `nope` in `b`" in ended.err
    assert "--> p.odibi:4:16" in ended.err
    assert ended.err.rstrip().endswith("1 error")


def test_strict_takes_warnings_for_errors(tmp_path):
    pipeline(tmp_path, DOUBTFUL)
    lenient = odibi("check", "p.odibi", cwd=tmp_path)
    assert lenient.code == 0
    assert "warning[filter-drops-nulls]" in lenient.err
    for command in ("check", "run"):
        strict = odibi(command, "p.odibi", "--strict", cwd=tmp_path)
        assert strict.code == 2
        assert strict.err.rstrip().endswith("`--strict` takes warnings for errors")
    assert not (tmp_path / "out").exists()


def test_init_overwrites_nothing(shop):
    again = odibi("init", "shop", cwd=shop.parent)
    assert again.code == 2
    assert "is there already; nothing was written" in again.err


def test_what_init_writes_is_formatted_and_without_warnings(shop):
    assert odibi("fmt", "--check", "shop.odibi", cwd=shop).code == 0
    assert odibi("check", "--strict", "-q", "shop.odibi", cwd=shop).err == ""


@pytest.mark.parametrize("name", ["my project", "store", "2025", "ü", "a-b"])
def test_init_takes_any_folder_name(tmp_path, name):
    assert odibi("init", name, cwd=tmp_path).code == 0
    (file,) = (tmp_path / name).glob("*.odibi")
    assert odibi("check", "-q", "--strict", file, cwd=tmp_path).code == 0


def test_check_prints_schemas_and_where_they_come_from(shop):
    text = odibi("check", "shop.odibi", cwd=shop).out
    assert "ingest orders\n  order_id     int64 not null\n" in text
    assert "ingest customers (discovered in data/customers.csv)\n" in text
    assert "store clean to parquet lake/orders" in text
    found = json.loads(odibi("check", "--json", "shop.odibi", cwd=shop).out)
    assert found["datasets"]["customers"]["discovered"] is True
    assert found["datasets"]["customers"]["files"] == ["data/customers.csv"]
    assert found["datasets"]["clean"]["columns"][2] == {"name": "amount", "type": "decimal(10, 2)", "nullable": False}


def test_run_stores_what_the_data_says(shop):
    query = f"select sum(orders) from '{shop}/lake/spending.parquet'"
    kept = f"select count(*) from '{shop}/lake/orders/*/*.parquet' where status is distinct from 'cancelled'"
    assert duckdb.sql(query).fetchone() == duckdb.sql(kept).fetchone()


def test_a_run_that_fails_exits_with_1_and_says_why(tmp_path):
    pipeline(tmp_path, BROKEN)
    ended = odibi("run", "p.odibi", cwd=tmp_path)
    assert ended.code == 1
    assert ended.err.endswith("error: b_checks: 1 row breaks `x > 1`\n")
    assert "skipped: it needs `b_checks`, which failed" in ended.out
    assert not (tmp_path / "out/b.csv").exists()
    shown = odibi("show", "p.odibi", "b", cwd=tmp_path)
    assert (shown.code, shown.out) == (1, "")
    assert "1 row breaks `x > 1`" in shown.err


def test_a_failure_comes_with_its_help(tmp_path):
    pipeline(tmp_path, STORED.replace('"out/b.csv"', '"out/b.csv" mode fail if exists'))
    assert odibi("run", "p.odibi", cwd=tmp_path).code == 0
    again = odibi("run", "p.odibi", cwd=tmp_path)
    assert again.code == 1
    assert again.err == "error: store b: `out/b.csv` exists\n  help: the store says `mode fail if exists`\n"


def test_a_memory_limit(tmp_path):
    pipeline(tmp_path, STORED)
    ended = odibi("run", "p.odibi", "--memory-limit", "plenty", cwd=tmp_path)
    assert ended.code == 2
    assert "`plenty` is no size; write it as `4GB`" in ended.err
    assert odibi("run", "p.odibi", "--memory-limit", "500 MiB", cwd=tmp_path).code == 0


def test_dry_run_stores_nothing(tmp_path):
    pipeline(tmp_path, STORED)
    told = odibi("run", "p.odibi", "--dry-run", cwd=tmp_path)
    assert (told.code, told.out) == (0, "p: would run 1 stages\n  1. store b: b to csv out/b.csv\n")
    assert not (tmp_path / "out").exists()


def test_only_and_upto(tmp_path):
    pipeline(tmp_path, STORED + 'store a to csv "out/a.csv"\n')
    odibi("run", "p.odibi", "--only", "b", cwd=tmp_path)
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["b.csv"]
    odibi("run", "p.odibi", "--upto", "b", cwd=tmp_path)
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == ["a.csv", "b.csv"]


def test_a_pipeline_that_stores_nothing(tmp_path):
    pipeline(tmp_path, VALUES)
    ended = odibi("run", "p.odibi", cwd=tmp_path)
    assert ended.code == 2
    assert "`p.odibi` stores nothing; `odibi show p.odibi DATASET`" in ended.err


def test_compile(tmp_path):
    pipeline(tmp_path, STORED)
    sql = odibi("compile", "p.odibi", cwd=tmp_path).out
    assert sql.startswith("-- store b: b to csv out/b.csv\n")
    assert duckdb.sql(sql).fetchall() == [(1, "a", 2), (2, None, 4)]
    (stage,) = json.loads(odibi("compile", "--json", "p.odibi", cwd=tmp_path).out)["stages"]
    assert (stage["name"], stage["kind"]) == ("store b", "write")
    assert [each["type"] for each in stage["columns"]] == ["int64", "string", "int64"]
    assert odibi("compile", "--explain", "p.odibi", cwd=tmp_path).out.startswith("a\nvalues (x, s)")


def test_parameters_from_the_command_line_and_the_environment(tmp_path):
    text = "param least int64\n\n" + VALUES + "transform b from a\n  | filter x >= least\n"
    pipeline(tmp_path, text)
    missing = odibi("check", "p.odibi", cwd=tmp_path)
    assert missing.code == 2
    assert "ODIBI_PARAM_LEAST" in missing.err
    for given, environment in [(["-p", "least=2"], {}), ([], {"ODIBI_PARAM_LEAST": "2"})]:
        shown = odibi("show", "p.odibi", "b", "--format", "csv", *given, cwd=tmp_path, **environment)
        assert shown.out == "x,s\n2,\n"
    wrong = odibi("check", "p.odibi", "-p", "least=2.5", "-p", "most=1", cwd=tmp_path)
    assert wrong.code == 2
    assert "bad-parameter-value" in wrong.err
    assert "unknown-parameter" in wrong.err


def test_fmt(tmp_path):
    path = pipeline(tmp_path, "ingest   a from values (x int64) (1)\r\ntransform b from a | filter x>1")
    assert odibi("fmt", "--check", "p.odibi", cwd=tmp_path).code == 1
    told = odibi("fmt", "--diff", "p.odibi", cwd=tmp_path)
    assert "+  | filter x > 1" in told.out
    assert "x>1" in path.read_text()
    path.chmod(0o640)
    assert odibi("fmt", "p.odibi", cwd=tmp_path).out == "p.odibi: formatted\n"
    assert path.read_text().endswith("transform b from a\n  | filter x > 1\n")
    assert path.stat().st_mode & 0o777 == 0o640
    assert (odibi("fmt", "--check", "p.odibi", cwd=tmp_path).code, len(list(tmp_path.iterdir()))) == (0, 1)
    piped = odibi("fmt", "-", cwd=tmp_path, stdin=b"ingest   a from values (x int64) (1)")
    assert (piped.code, piped.out) == (0, "ingest a from values (x int64) (1)\n")
    broken = odibi("fmt", "-", cwd=tmp_path, stdin=b"ingest a fro")
    assert (broken.code, broken.out) == (2, "")


def test_functions(tmp_path):
    listing = odibi("functions", cwd=tmp_path)
    assert listing.code == 0
    assert "Aggregates\n" in listing.out
    assert "  date_trunc(unit, time)  " in listing.out
    one = odibi("functions", "DATE_TRUNC", cwd=tmp_path)
    assert one.out.startswith("date_trunc(unit, time)\n")


def test_explain(tmp_path):
    assert "unknown-column " in odibi("explain", cwd=tmp_path).out
    page = odibi("explain", "unknown-column", cwd=tmp_path).out
    assert page.startswith("unknown-column (error)\n")
    assert "wrong:" in page
    assert "right:" in page
