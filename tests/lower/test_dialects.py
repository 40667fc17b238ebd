"""The dialect files: they have the same keys, and DuckDB's says what DuckDB does."""

from __future__ import annotations

import tomllib
from typing import Any

import duckdb
import pytest
from lower_build import DUCKDB, answer, connect, rows

from odibi_sql import ir
from odibi_sql.lower import load_dialect
from odibi_sql.lower.dialect import is_plain
from odibi_sql.resources import dialect_file

NAMES = ("duckdb", "spark")


def keys(table: dict[str, Any], path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    found = set()
    for name, value in table.items():
        is_deep = isinstance(value, dict) and path[:1] not in (("functions",), ("operators",))
        found |= keys(value, (*path, name)) if is_deep else {(*path, name)}
    return found


def read(name: str) -> set[tuple[str, ...]]:
    return keys(tomllib.loads(dialect_file(f"{name}.toml").read_text(encoding="utf-8")))


def test_every_key_is_in_every_file() -> None:
    first, *others = ({path for path in read(name) if path[0] not in ("functions", "operators")} for name in NAMES)
    assert all(each == first for each in others)


@pytest.mark.parametrize("name", NAMES)
def test_a_dialect_loads(name: str) -> None:
    assert load_dialect(name) is load_dialect(name)
    assert load_dialect(name).name == name


@pytest.mark.parametrize(
    ("type_", "duckdb_name", "spark_name"),
    [
        (ir.INT64, "BIGINT", "BIGINT"),
        (ir.TIMESTAMP, "TIMESTAMP", "TIMESTAMP_NTZ"),
        (ir.Decimal(12, 2), "DECIMAL(12, 2)", "DECIMAL(12, 2)"),
        (ir.Array(ir.Array(ir.STRING)), "VARCHAR[][]", "ARRAY<ARRAY<STRING>>"),
        (ir.Map(ir.STRING, ir.DATE), "MAP(VARCHAR, DATE)", "MAP<STRING, DATE>"),
        (ir.Struct((ir.Member("a", ir.BOOL),)), "STRUCT(a BOOLEAN)", "STRUCT<a: BOOLEAN>"),
    ],
)
def test_types_have_names(type_: ir.Type, duckdb_name: str, spark_name: str) -> None:
    assert load_dialect("duckdb").type_name(type_) == duckdb_name
    assert load_dialect("spark").type_name(type_) == spark_name


def test_duckdb_knows_the_settings() -> None:
    connection = connect()
    for setting in filter(lambda each: each.name, DUCKDB.settings.values()):
        [(value,)] = connection.execute("SELECT current_setting(?)", [setting.name]).fetchall()
        assert str(value).lower() == setting.value.lower()


def test_reserved_words_are_those_that_duckdb_does_not_take() -> None:
    connection = duckdb.connect()
    words = connection.sql("SELECT DISTINCT keyword_name FROM duckdb_keywords()").fetchall()
    for (word,) in words:
        statement = (
            f"WITH {word} AS (SELECT 1 AS {word}) SELECT {word}.{word}, {word} + 1 AS x FROM {word} ORDER BY {word}"
        )
        try:
            connection.execute(statement)
            is_taken = True
        except duckdb.Error:
            is_taken = False
        assert is_plain(word, DUCKDB) == is_taken, word


@pytest.mark.parametrize("name", ["order", "Größe", "two words", 'a"b', "at", "1st", "select", "Mixed", "customers.id"])
def test_any_name_can_be_a_column(name: str) -> None:
    assert answer(rows({name: ir.INT64, "x": ir.INT64}, (1, 2))) == [(1, 2)]
