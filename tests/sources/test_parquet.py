from __future__ import annotations

import duckdb
import pytest
from source_tools import columns, describe, problem, rows

from odibi_sql.ir import SourceProblem


def write(root, name, query):
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    duckdb.sql(query).write_parquet(str(root / name))


def test_types_that_the_language_lacks_become_the_nearest(tmp_path):
    write(
        tmp_path,
        "a.parquet",
        "select 200::utinyint u8, 60000::usmallint u16, 4000000000::uinteger u32, 18446744073709551615::ubigint u64,"
        " '123e4567-e89b-12d3-a456-426614174000'::uuid id, timestamp_ms '2025-01-02 03:04:05' stamp,"
        " [1::utinyint] items, 1::integer plain",
    )
    described = describe(tmp_path, "parquet", "a.parquet")
    assert columns(described) == [
        "u8 int16",
        "u16 int32",
        "u32 int64",
        "u64 decimal(20, 0)",
        "id string",
        "stamp timestamp",
        "items array<int16>",
        "plain int32",
    ]
    assert set(described.source.casts) >= {"u8", "u16", "u32", "u64", "id", "items"}
    (row,) = rows(tmp_path, "parquet 'a.parquet'")
    assert row[:3] == (200, 60000, 4000000000)
    assert str(row[3]) == "18446744073709551615"
    assert row[4] == "123e4567-e89b-12d3-a456-426614174000"
    assert row[6:] == ([1], 1)


def test_what_has_no_nearest_type_is_refused_and_can_be_declared(tmp_path):
    write(tmp_path, "t.parquet", "select time '10:00:00' clock, timestamp_ns '2025-01-02 03:04:05.123456' stamp")
    with pytest.raises(SourceProblem, match=r"`clock` of `t.parquet` is time, which the language lacks") as caught:
        describe(tmp_path, "parquet", "t.parquet")
    assert caught.value.hint == "declare the columns: `schema (…, clock string)`"
    (row,) = rows(tmp_path, "parquet 't.parquet' schema (clock string, stamp timestamp)")
    assert (row[0], str(row[1])) == ("10:00:00", "2025-01-02 03:04:05.123456")


def test_nanoseconds_are_not_lost_in_silence(tmp_path):
    write(tmp_path, "t.parquet", "select timestamp_ns '2025-01-02 03:04:05.123456789' stamp union all select null")
    words = problem(tmp_path, "parquet 't.parquet' schema (stamp timestamp)")
    assert words.startswith("stamp of ") and "has nanoseconds, which a timestamp does not hold" in words


def test_files_are_one_by_name_and_widen(tmp_path):
    write(tmp_path, "d/1.parquet", "select 1::integer a, 'x' b")
    write(tmp_path, "d/2.parquet", "select 'y' b, 2.5::double a, true c")
    described = describe(tmp_path, "parquet", "d/*.parquet")
    assert columns(described) == ["a float64", "b string", "c bool"]
    assert described.source.by_name
    assert described.warnings == ("`d/1.parquet` (and what is like it) lacks `c`, which other files have: null there",)
    assert rows(tmp_path, "parquet 'd/*.parquet'") == [(1.0, "x", None), (2.5, "y", True)]


def test_types_that_do_not_meet_name_both_files(tmp_path):
    write(tmp_path, "d/1.parquet", "select 1 a")
    write(tmp_path, "d/2.parquet", "select 'x' a")
    with pytest.raises(SourceProblem, match=r"`a` is int32 in `d/1.parquet` and string in `d/2.parquet`"):
        describe(tmp_path, "parquet", "d")


def test_a_declared_schema_is_held_to_the_files(tmp_path):
    write(tmp_path, "a.parquet", "select 1.5::double v, 7::bigint n, 'x' s")
    with pytest.raises(SourceProblem, match=r"not every float64 fits int64"):
        describe(tmp_path, "parquet", "a.parquet", schema="v int64")
    with pytest.raises(SourceProblem, match=r"has no column `nn`"):
        describe(tmp_path, "parquet", "a.parquet", schema="nn int64")
    assert rows(tmp_path, "parquet 'a.parquet' schema (n int8, v string)") == [(7, "1.5")]


def test_what_is_no_parquet_is_a_problem(tmp_path):
    (tmp_path / "a.parquet").write_text("hello")
    with pytest.raises(SourceProblem, match=r"`a.parquet` cannot be read"):
        describe(tmp_path, "parquet", "a.parquet")


def test_a_file_without_rows(tmp_path):
    write(tmp_path, "a.parquet", "select 1 a where false")
    assert columns(describe(tmp_path, "parquet", "a.parquet")) == ["a int32"]
    assert rows(tmp_path, "parquet 'a.parquet'") == []
