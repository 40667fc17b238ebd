"""`odibi verify`: equal engines are equal; of a difference it tells the dataset, the expression and the rows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from odibi_sql import api
from odibi_sql.cli.verify_command import command
from odibi_sql.plan import Plan
from odibi_sql.verify import Data, verify
from odibi_sql.verify.compare import compare

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PIPELINE = """
ingest sales from csv "sales.csv" schema (id int64 not null, region string, amount float64, at timestamp) key id
ingest regions from values (region string not null, country string) ('north', 'FR'), ('south', 'DE') key region

transform named from sales
  | expect positive: amount > 0 else quarantine odd
  | join left regions on region
  | derive hour = date_trunc('hour', at), label = upper(region) || '!'

transform totals from named
  | aggregate total = sum(amount), n = count() group by country
  | sort country

store totals to parquet "totals.parquet"
"""
SALES = """id,region,amount,at
1,north,1.5,2025-11-01 10:30:00
2,south,-2.0,2025-11-01 11:00:00
3,west,4.25,1969-12-31 23:59:59
4,,8.0,
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "sales.csv").write_text(SALES)
    (tmp_path / "p.odibi").write_text(PIPELINE)
    return tmp_path / "p.odibi"


def breaking(monkeypatch: pytest.MonkeyPatch, old: str, new: str) -> None:
    """Have the engine `spark` be DuckDB with one piece of its SQL changed: what a wrong lowering would do."""
    right = api.compile_graph

    def wrong(graph: Any, goals: Any = None, engine: str = "duckdb") -> Plan:
        plan = right(graph, goals)
        if engine != "spark":
            return plan
        return replace(plan, stages=tuple(replace(each, sql=each.sql.replace(old, new)) for each in plan.stages))

    monkeypatch.setattr(api, "compile_graph", wrong)


@pytest.mark.parametrize(
    "data", [Data(), Data(kind="sample", rows=2), Data(kind="generated", rows=300)], ids=lambda data: data.kind
)
def test_duckdb_and_spark_agree(file: Path, data: Data, spark: Any) -> None:
    found = verify(file, data=data)
    assert found.is_equal, found
    assert {each.name for each in found.compared} > {"sales", "regions", "named", "odd", "totals"}
    assert all(each.status == "equal" for each in found.compared)
    rows = {each.name: each.rows for each in found.compared}
    assert rows["sales"] == (4 if data.kind == "own" else data.rows)
    assert not (file.parent / "totals.parquet").exists()


@pytest.mark.parametrize(
    ("old", "new", "dataset", "expression"),
    [
        ("date_trunc('hour'", "date_trunc('day'", "named", "date_trunc('hour', at)"),
        ("upper(", "lower(", "named", "upper(region)"),
        ("sum(", "max(", "totals", "sum(amount)"),
        ("amount > 0", "amount >= 2", "odd", "amount > 0"),
    ],
)
def test_the_expression_is_found(
    file: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, dataset: str, expression: str
) -> None:
    breaking(monkeypatch, old, new)
    found = verify(file)
    assert not found.is_equal
    assert found.culprit is not None
    first = next(each for each in found.compared if each.status == "differs" and each.kind == "dataset")
    assert dataset in {each.name for each in found.compared if each.status == "differs"}, first
    assert expression in (found.culprit.expression or ""), found.culprit
    assert found.culprit.span is not None


def test_a_failure_on_one_engine_is_a_difference(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    breaking(monkeypatch, "'!'", "CAST(CAST('x' AS BIGINT) AS VARCHAR)")
    found = verify(file)
    named = next(each for each in found.compared if each.name == "named")
    assert named.difference is not None
    assert named.difference.what.startswith("fails on spark alone")


def test_the_command_says_what_differs(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    breaking(monkeypatch, "upper(", "lower(")
    shown = CliRunner().invoke(command, [str(file)])
    assert shown.exit_code == 1
    assert re.search(r"^  named +DIFFERS", shown.output, re.MULTILINE)
    assert "made by `upper(region)`" in shown.output
    assert "duckdb: region = 'north', value = 'NORTH'" in shown.output
    told = json.loads(CliRunner().invoke(command, [str(file), "--json"]).output)
    assert told["culprit"]["expression"] == "upper(region)"
    assert not told["equal"]


def test_equal_is_said(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    breaking(monkeypatch, "nothing of this", "")
    shown = CliRunner().invoke(command, [str(file), "--generated", "50", "--seed", "7"])
    assert shown.exit_code == 0
    assert shown.output.endswith("\nequal\n")
    assert "50 made-up rows a source, seed 7" in shown.output


def test_made_up_rows_are_the_same_each_time(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    breaking(monkeypatch, "nothing of this", "")
    counts = [
        [each.rows for each in verify(file, data=Data(kind="generated", rows=40, seed=seed)).compared]
        for seed in (3, 3, 4)
    ]
    assert counts[0] == counts[1] != counts[2]


def test_options_that_exclude_each_other(file: Path) -> None:
    shown = CliRunner().invoke(command, [str(file), "--sample", "5", "--generated", "5"])
    assert shown.exit_code == 2
    assert "exclude each other" in shown.output


def test_the_last_digits_of_floats_may_differ() -> None:
    rows = pyarrow.table({"k": [1, 1, 2], "f": [0.1, 2.0, float("nan")]})
    close = pyarrow.table({"k": [2, 1, 1], "f": [float("nan"), 2.0 + 1e-12, 0.1]})
    apart = pyarrow.table({"k": [2, 1, 1], "f": [float("nan"), 2.0 + 1e-5, 0.1]})
    assert compare(rows, close, (), ("one", "other")) is None
    difference = compare(rows, apart, (), ("one", "other"))
    assert difference is not None
    assert difference.counts == (1, 1)
    assert compare(rows, rows.slice(0, 2), (), ("one", "other")) is not None


@pytest.mark.parametrize("name", sorted(each.name for each in EXAMPLES.iterdir() if each.is_dir()))
def test_the_examples_agree(name: str, spark: Any) -> None:
    found = verify(EXAMPLES / name / f"{name}.odibi")
    assert found.is_equal, found.culprit
    assert all(each.status == "equal" for each in found.compared)
