"""`odibi lineage`: what it prints, as words and as JSON, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_tools import odibi, pipeline

TEXT = """
ingest orders from csv "orders.csv"
  schema (id int64 not null, client int64, amount float64, status string)
ingest clients from values (id int64 not null, name string not null) (7, 'Ada')
  key id

transform open from orders
  | filter status is distinct from 'void'
  | expect plausible: amount between 0 and 500
  | derive tax = amount * 0.2, gross = amount + tax
  | join left clients (name) on client = clients.id

transform totals from open
  | aggregate total = sum(gross), n = count() group by name

store totals to parquet "lake/totals.parquet"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pipeline(tmp_path, TEXT)
    return tmp_path


def test_all_datasets_in_short(folder: Path) -> None:
    told = odibi("lineage", "p.odibi", cwd=folder)
    assert (told.code, told.err) == (0, "")
    assert "  total  sum(gross)  orders.amount\n" in told.out
    assert "  rows  filter orders.status\n" in told.out
    assert "  orders   csv orders.csv\n" in told.out
    assert "  clients  values written in the pipeline\n" in told.out


def test_up(folder: Path) -> None:
    told = odibi("lineage", "p.odibi", "totals.total", cwd=folder)
    assert (
        told.out
        == """\
totals.total  float64

made by
  totals.total   sum(gross)                 open.gross     line 14
  open.gross     amount + tax               orders.amount  line 10
                   with tax = amount * 0.2                 line 10
  orders.amount  from csv orders.csv

source columns
  orders.amount  aggregation

which rows, decided by
  totals  group by name                          open.name      line 14
  open    filter status is distinct from 'void'  orders.status  line 8

source columns of that
  orders.client  group by
  orders.status  filter
  clients.id     group by
  clients.name   group by
"""
    )


def test_down(folder: Path) -> None:
    told = odibi("lineage", "p.odibi", "orders.amount", "--down", cwd=folder)
    assert (
        told.out
        == """\
orders.amount  float64

columns with other values
  open.amount   identity
  open.tax      transformation  amount * 0.2
  open.gross    transformation  amount + tax
  totals.total  aggregation     sum(gross)

rules that can break
  open  amount between 0 and 500  fail

stores
  store totals  parquet lake/totals.parquet  total
"""
    )


def test_of_a_dataset(folder: Path) -> None:
    told = odibi("lineage", "p.odibi", "open", "--up", "--down", cwd=folder)
    assert told.out.startswith("open  transform, 7 columns\n\ncolumns, and what makes them\n")
    assert "open.name    as it is" in told.out
    assert "datasets with other rows\n  totals\n" in told.out


def test_json(folder: Path) -> None:
    every = json.loads(odibi("lineage", "p.odibi", "--json", cwd=folder).out)
    total = every["datasets"]["totals"]["columns"]["total"]
    how = [{"type": "DIRECT", "subtype": "AGGREGATION"}]
    assert total["sources"] == [{"dataset": "orders", "column": "amount", "source": True, "how": how}]
    assert total["expressions"][0] == {
        "name": "total",
        "expression": "sum(gross)",
        "file": "p.odibi",
        "line": 14,
    }
    one = json.loads(odibi("lineage", "p.odibi", "totals.total", "--up", "--down", "--json", cwd=folder).out)
    assert (one["dataset"], one["column"]) == ("totals", "total")
    assert one["up"]["decided_by"][0]["text"] == "group by name"
    assert one["down"]["stores"][0]["columns"] == ["total"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["totals.totl"], "no column `totl` in `totals`; did you mean `total`?"),
        (["total"], "no dataset `total` in `p`; did you mean `totals`?"),
        (["nowhere.x"], "no dataset `nowhere`"),
        (["--down"], "name it behind the file"),
        (["."], "no dataset ``"),
    ],
)
def test_what_is_refused(folder: Path, arguments: list[str], words: str) -> None:
    told = odibi("lineage", "p.odibi", *arguments, cwd=folder)
    assert (told.code, told.out) == (2, "")
    assert words in told.err


def test_a_wrong_pipeline_is_told(folder: Path) -> None:
    pipeline(folder, TEXT + "transform bad from totals | derive x = nope\n")
    told = odibi("lineage", "p.odibi", cwd=folder)
    assert told.code == 2
    assert "unknown-column" in told.err


def test_odd_names(tmp_path: Path) -> None:
    text = "ingest `a.b` from values (`x.y` int64, `z w` int64) (1, 2)\n"
    pipeline(tmp_path, text + "transform c from `a.b` | derive `d e` = `z w` + 1, x = `x.y` - 1\n")
    told = odibi("lineage", "p.odibi", "c.d e", cwd=tmp_path).out
    assert "a.b.z w  from values" in told
    assert "c.d e    `z w` + 1" in told
    assert "c.x  " in odibi("lineage", "p.odibi", "a.b.x.y", "--down", cwd=tmp_path).out


def test_expressions_of_another_file_are_told_with_it(tmp_path: Path) -> None:
    pipeline(tmp_path, "func double(v int64) = v * 2\n\nfragment big(least)\n  | filter x > least\n", "lib.odibi")
    text = 'use "lib.odibi"\ningest a from values (x int64) (1)\ntransform b from a\n  | apply big(3)\n'
    pipeline(tmp_path, text + "  | derive y = double(x)\n")
    told = odibi("lineage", "p.odibi", "b.y", cwd=tmp_path)
    assert told.err == ""
    assert "  b.y  x * 2" in told.out
    assert "lib.odibi line 4" in told.out
    assert "  line 5" in told.out


def test_a_pipeline_without_datasets(tmp_path: Path) -> None:
    pipeline(tmp_path, "pipeline nothing\n")
    assert odibi("lineage", "p.odibi", cwd=tmp_path).out == "nothing: no datasets\n"
