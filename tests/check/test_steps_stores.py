"""Stores: targets, modes, partitions, and what is not used."""

from __future__ import annotations

import pytest
from steps_tools import ORDERS, checked, codes, picture, step

from odibi_sql import ir


def target(text: str) -> ir.Target:
    return checked(f"{ORDERS}store orders to {text}\n").graph.stores[0].target


def test_a_path_with_an_ending_is_a_file_and_any_other_a_folder() -> None:
    assert not target("parquet 'out/a.parquet'").is_folder
    assert not target("csv 'out/a.csv.gz' (compression: gzip)").is_folder
    assert target("parquet 'out/a'").is_folder
    assert target("parquet 'out/a' partition by status") == ir.Target(
        format="parquet", path="out/a", is_folder=True, partition=("status",)
    )


def test_modes() -> None:
    def mode(text: str) -> str:
        return checked(f"{ORDERS}store orders to parquet 'out' {text}\n").graph.stores[0].mode

    assert mode("") == "default"
    assert mode("mode overwrite") == "overwrite"
    assert mode("mode append") == "append"
    assert mode("mode fail if exists") == "fail if exists"
    assert mode("mode overwrite partitions partition by status") == "overwrite partitions"


def test_stores_have_names_of_their_own() -> None:
    text = ORDERS + "store orders to csv 'a.csv'\nstore orders to csv 'b.csv'\n"
    assert [each.name for each in checked(text).graph.stores] == ["store orders", "store orders 2"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("csvv 'a.csv'", "unknown-format"),
        ("csv 'a.csv' (headr: true)", "unknown-option"),
        ("csv 'a.csv' (skip: 1)", "unknown-option"),
        ("parquet 'a' (compression: 'zip')", "bad-option"),
        ("parquet 'a' (row_group_size: 0)", "bad-option"),
        ("parquet 'a' partition by nope", "unknown-column"),
        ("parquet 'a' partition by status, status", "duplicate-column"),
        ("parquet 'a' partition by amount", "partition-type"),
        ("parquet 'a' mode overwrite partitions", "mode-needs-partition"),
        ("parquet 'a.parquet' mode append", "append-to-file"),
    ],
)
def test_what_cannot_be_stored(text: str, code: str) -> None:
    assert codes(f"{ORDERS}store orders to {text}\n") == [code]


def test_partitions_leave_something_in_the_files() -> None:
    assert codes(step("select order_id, status") + "store t to parquet 'a' partition by order_id, status\n") == [
        "partition-leaves-nothing"
    ]


def test_csv_cannot_hold_lists() -> None:
    text = step("select order_id, l = [1]") + "store t to {} 'a'\n"
    assert codes(text.format("csv")) == ["format-cannot-hold"]
    assert "csv cannot hold `l`, which is array<int64>" in picture(text.format("csv"))
    assert codes(text.format("json")) == ["unused-dataset"]


def test_two_stores_to_one_target() -> None:
    def both(one: str, other: str) -> list[str]:
        return codes(f"{ORDERS}store orders to parquet '{one}'\nstore orders to parquet '{other}'\n")

    assert both("out/a", "out/./a/") == ["same-target"]
    assert both("out/a", "out/a/b.parquet") == ["same-target"]
    assert both("out/a/b.parquet", "out/a") == ["same-target"]
    assert both("out/a", "out/ab") == []


@pytest.mark.parametrize(
    ("source", "stored", "is_wrong"),
    [
        ("data/a.csv", "data/a.csv", True),
        ("data/*.csv", "data/b.csv", True),
        ("data/**/*.csv", "data/x/y/b.csv", True),
        ("data/**/*.csv", "data/x/y", True),
        ("data", "data/b.csv", True),
        ("data/x/a.csv", "data", True),
        ("data/*.csv", "data/b.txt", False),
        ("data/*.csv", "data/x/b.csv", False),
        ("data/a.csv", "out/a.csv", False),
    ],
)
def test_a_target_that_the_run_reads(source: str, stored: str, *, is_wrong: bool) -> None:
    text = f"ingest a from csv '{source}' schema (x int64)\nstore a to csv '{stored}'\n"
    assert codes(text) == (["target-is-source"] if is_wrong else [])


def test_what_no_store_needs_is_told_where_there_is_a_store() -> None:
    text = step("limit 1") + "store orders to csv 'a.csv'\n"
    assert codes(step("limit 1")) == []
    assert codes(text) == ["unused-dataset", "unused-dataset"]
    assert codes(step("expect amount > 1 else quarantine bad") + "store bad to parquet 'a'\n") == ["unused-dataset"]
    assert codes(step("expect references customers on customer_id") + "store t to csv 'a.csv'\n") == []
